//! Files of the cluster path: what a cluster and its exporter need to bring this repository's entities into the catalog.

mod definitions;
mod mapping;
mod policy;
mod yaml;

pub use definitions::{DefinitionForm, definitions};
pub use mapping::{Clear, MappedKinds, MappingRequest, UsedKeys, mapping};
pub use policy::{POLICY_MARK, policy, policy_names};
