//! Files of the cluster path: what a cluster and its exporter need to bring this repository's entities into the catalog.

mod argocd;
mod definitions;
mod flux;
mod insertion;
mod mapping;
mod policy;
mod wiring;
mod yaml;

pub use argocd::{ANY_NAMESPACE, ArgoDestination, ArgoTarget, argo_application_sets, argo_cluster, argo_project};
pub use definitions::{DefinitionForm, definitions};
pub use flux::{FluxTarget, flux_cluster};
pub use insertion::{NewItem, add_entry, add_item};
pub use mapping::{Clear, MappedKinds, MappingRequest, UsedKeys, mapping, open_mapping};
pub use policy::{POLICY_MARK, policy, policy_names};
pub use wiring::{ClusterDelivery, DeliveredFolder, crds_name, flux_path, folder_kustomization};
