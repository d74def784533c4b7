//! Wire format of the API: one set of types for client, server and store, so that they cannot disagree.

pub(super) mod body;
mod draft;
mod entity;
mod options;
mod refusal;
mod search;
mod shape;

pub use draft::{EntityDraft, Field, IdentifierRef, RelationRef, Strictness, TeamRef};
pub use entity::{EntityPage, WireEntity};
pub use options::{WriteOptions, Writer, Written};
pub use refusal::Refusal;
pub use search::{
    Bound, Combinator, Comparison, Condition, Direction, Hop, Meta, Preset, PropertySchema, Range, Related,
    RelationPath, SearchQuery, SearchRule, Subject, Test,
};
pub use shape::{Selection, Shape};
