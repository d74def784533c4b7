//! What the embedded catalog reads from requests: bodies of writes, searches, and the keys to return.

pub(crate) mod body;
pub(crate) mod draft;
pub(crate) mod search;
pub(crate) mod shape;

pub use draft::Strictness;
pub use search::{
    Bound, Combinator, Comparison, Condition, Direction, Hop, Meta, Preset, PropertySchema, Range, Related,
    RelationPath, SearchQuery, SearchRule, Subject, Test,
};
pub use shape::{ComputedParts, Selection, Shape};
