//! Names that kustomize gives a meaning.

/// The names of a kustomization file, in the order in which they are looked for.
pub const FILE_NAMES: [&str; 3] = ["kustomization.yaml", "kustomization.yml", "Kustomization"];

/// The annotation that names the file of an object.
pub(super) const ORIGIN: &str = "config.kubernetes.io/origin";
