//! What goes over the wire: one set of types for client, server and store, so that they cannot disagree.

mod draft;
mod entity;
mod options;
mod refusal;
mod shape;

pub use draft::{EntityDraft, Field, IdentifierRef, RelationRef, Strictness, TeamRef};
pub use entity::{EntityPage, WireEntity};
pub use options::{WriteOptions, Writer, Written};
pub use refusal::Refusal;
pub use shape::{Selection, Shape};
