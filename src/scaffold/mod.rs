//! Generates the files that a repository starts with: config, hooks and pipelines, manifests to complete, and schemas
//! for editors. It returns values and texts; the caller writes them.

mod candidates;
mod cluster;
mod describe;
mod editor;
mod input;
mod manifest;
pub mod repository;

pub use candidates::Candidates;
pub use cluster::{
    Clear, DefinitionForm, MappedKinds, MappingRequest, POLICY_MARK, UsedKeys, definitions, mapping, policy,
    policy_names,
};
pub use describe::{describe_property, describe_relation};
pub use editor::{Repository, manifest_schema};
pub use input::{InputError, parse_targets, parse_value};
pub use manifest::{EntityValues, ManifestInput, sketch, unanswered_properties, unanswered_relations};
