//! The order in which Flux applies what a Kustomization delivers: definitions first, each stage as a whole.

use crate::delivery::manifests::Header;

/// Whether an object is applied in the last stage, with everything that others do not depend on. If the API server refuses
/// one object of a stage, Flux applies none of it.
pub fn is_in_last_stage(header: &Header) -> bool {
    let is_definition = matches!(header.kind.as_str(), "CustomResourceDefinition" | "Namespace" | "ClusterRole");
    !is_definition && !header.kind.ends_with("Class")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn definitions_come_before_entities() {
        let kind = |kind: &str| Header { kind: kind.into(), ..Header::default() };
        let first = ["CustomResourceDefinition", "Namespace", "ClusterRole", "StorageClass"];
        assert!(first.iter().all(|name| !is_in_last_stage(&kind(name))));
        assert!(["Entity", "ClusterEntity", "ConfigMap"].iter().all(|name| is_in_last_stage(&kind(name))));
    }
}
