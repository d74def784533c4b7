//! Generates the files that a repository starts with: config, hooks and pipelines, manifests to complete, and schemas
//! for editors. It returns values and texts; the caller writes them.

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
