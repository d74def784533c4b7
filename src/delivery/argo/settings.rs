//! Options of Argo CD, and what it knows of the cluster.

use crate::delivery::object::{is_cluster_scoped, split_version};

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Settings {
    /// The limit for the combined size of the files of a folder in bytes; 0 is none.
    pub max_combined_size: u64,
    /// Groups and kinds without a namespace, besides the built-in ones.
    pub cluster_scoped: Vec<(String, String)>,
    /// Patterns of git file generators are matched as the controller's flag for new globbing says.
    pub has_new_file_globbing: bool,
}

impl Default for Settings {
    fn default() -> Self {
        Self {
            max_combined_size: 10_000_000,
            cluster_scoped: vec![("getport.io".to_owned(), "ClusterEntity".to_owned())],
            has_new_file_globbing: false,
        }
    }
}

impl Settings {
    /// Whether the cluster says that a kind has no namespace. A kind that it does not know counts as one that has.
    pub fn is_cluster_scoped(&self, api_version: &str, kind: &str) -> bool {
        let (group, _) = split_version(api_version);
        is_cluster_scoped(api_version, kind)
            || self.cluster_scoped.iter().any(|(known, name)| known == group && name == kind)
    }
}
