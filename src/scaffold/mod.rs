//! Generates the files that a repository starts with: config, hooks and pipelines, manifests to complete, and schemas
//! for editors. It returns values and texts; the caller writes them.

mod candidates;
mod cluster;
mod describe;
mod editor;
pub mod import;
mod input;
mod manifest;
pub mod repository;

pub use candidates::Candidates;
pub use cluster::{
    ANY_NAMESPACE, ArgoDestination, ArgoTarget, Clear, ClusterDelivery, DefinitionForm, DeliveredFolder, FluxTarget,
    MappedKinds, MappingRequest, NewItem, POLICY_MARK, UsedKeys, add_entry, add_item, argo_application_sets,
    argo_cluster, argo_project, crds_name, definitions, flux_cluster, flux_path, folder_kustomization, mapping,
    open_mapping, policy, policy_names,
};
pub use describe::{describe_property, describe_relation};
pub use editor::{Repository, manifest_schema};
pub use input::{InputError, parse_targets, parse_value};
pub use manifest::{EntityValues, ManifestInput, sketch, unanswered_properties, unanswered_relations};
