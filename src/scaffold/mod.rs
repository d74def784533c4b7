//! What a repository is begun with: its wiring, manifests to be finished, schemas for editors. It yields values and texts; where
//! they go, and whether they may, is decided by those who write.

mod candidates;
mod editor;
mod manifest;
pub mod repository;
mod typed;
mod wanted;

pub use candidates::Candidates;
pub use editor::{Repository, manifest_schema};
pub use manifest::{Given, Wish, lacking_properties, lacking_relations, sketch};
pub use typed::{Mistyped, targets, value};
pub use wanted::{of_property, of_relation};
