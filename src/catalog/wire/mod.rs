//! Wire format of the API: one set of types for client, server and store, so that they cannot disagree.

mod draft;
mod entity;
mod options;
mod refusal;

pub use draft::{EntityDraft, Field, IdentifierRef, RelationRef, TeamRef};
pub use entity::{EntityPage, WireEntity};
pub use options::{WriteOptions, Writer, Written};
pub use refusal::Refusal;
