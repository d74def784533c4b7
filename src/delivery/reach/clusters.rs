//! The clusters that deliverers live in and deliver to. Two of them are one only if that is certain.

use std::collections::HashMap;

use super::model::{Address, Cluster, ClusterId, Tool};

/// A cluster that is reached from a cluster that is reached from a cluster: further ones are not followed.
const MAX_DEPTH: usize = 3;

/// Folders that have one file or folder for each cluster.
const CLUSTER_FOLDERS: [&str; 5] = ["clusters", "environments", "envs", "stages", "targets"];
/// Names of files for one cluster of several.
const CLUSTER_NAMES: [&str; 14] = [
    "prod",
    "production",
    "preprod",
    "staging",
    "stage",
    "dev",
    "development",
    "test",
    "testing",
    "qa",
    "uat",
    "sandbox",
    "preview",
    "live",
];

/// Whether a file is, by its name, for one cluster, and those beside it for others: `clusters/eu.yaml`, `flux/prod.yaml`.
pub(super) fn is_cluster_file(path: &str) -> bool {
    let mut names = path.rsplit('/');
    let name = names.next().unwrap_or_default();
    let stem = name.rsplit_once('.').map_or(name, |(stem, _)| stem);
    let is_of_folder = names.next().is_some_and(|folder| CLUSTER_FOLDERS.contains(&folder));
    is_of_folder || stem.split(['-', '_', '.']).any(|word| CLUSTER_NAMES.contains(&word))
}

/// What makes two clusters the same.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
pub(super) enum Key {
    /// The cluster of deliverers that nothing delivers, by the folder or file that they come from.
    Own(Tool, String),
    /// A Secret, or else a ConfigMap, of the cluster in which a deliverer lives.
    KubeConfig { home: ClusterId, is_secret: bool, namespace: String, name: String },
    /// The server of a destination, for the Argo CD of a cluster.
    Server(ClusterId, String),
    /// The name of a destination whose server is not known, for the Argo CD of a cluster.
    Name(ClusterId, String),
}

#[derive(Debug, Default)]
pub(super) struct Clusters {
    clusters: Vec<Cluster>,
    depths: Vec<usize>,
    by_key: HashMap<Key, ClusterId>,
}

impl Clusters {
    pub(super) fn get(&self, id: ClusterId) -> &Cluster {
        &self.clusters[id.0 as usize]
    }

    pub(super) fn of_key(&mut self, key: Key) -> ClusterId {
        if let Some(known) = self.by_key.get(&key) {
            return *known;
        }
        let (address, depth) = match &key {
            Key::Own(tool, root) => (Address::Own { tool: *tool, root: root.clone() }, 0),
            Key::KubeConfig { home, namespace, name, .. } => {
                let address = Address::KubeConfig { namespace: namespace.clone(), name: name.clone() };
                (address, self.depths[home.0 as usize] + 1)
            }
            Key::Server(home, server) => (Address::Server(server.clone()), self.depths[home.0 as usize] + 1),
            Key::Name(home, name) => (Address::Name(name.clone()), self.depths[home.0 as usize] + 1),
        };
        let id = self.push(address, depth);
        self.by_key.insert(key, id);
        id
    }

    /// A cluster of which nothing is known: it is none of the others.
    pub(super) fn unknown(&mut self, home: ClusterId) -> ClusterId {
        self.push(Address::NotKnown, self.depths[home.0 as usize] + 1)
    }

    fn push(&mut self, address: Address, depth: usize) -> ClusterId {
        let id = ClusterId(u32::try_from(self.clusters.len()).expect("there are fewer than 2^32 clusters"));
        self.clusters.push(Cluster { address, names: Vec::new() });
        self.depths.push(depth);
        id
    }

    /// Whether deliverers in it are followed.
    pub(super) fn is_followed(&self, id: ClusterId) -> bool {
        self.depths[id.0 as usize] < MAX_DEPTH
    }
}
