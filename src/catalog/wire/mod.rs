//! Wire format of the API: one set of types for client, server and store, so that they cannot disagree.

mod draft;
mod entity_page;
mod options;
mod refusal;

pub use draft::{EntityDraft, IdentifierRef, RelationRef, TeamRef};
pub use entity_page::EntityPage;
pub use options::{WriteOptions, Writer, Written};
pub use refusal::Refusal;
