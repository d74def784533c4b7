//! Files of the cluster path: what the exporter in a cluster needs to bring this repository's entities into the catalog.

mod mapping;

pub use mapping::{Clear, MappedKinds, MappingRequest, UsedKeys, mapping};
