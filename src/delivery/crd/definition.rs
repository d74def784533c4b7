//! A kind of a cluster: what a CRD, or an XRD by Crossplane, defines.

use std::sync::Arc;

use super::schema::Schema;

#[derive(Debug, Clone)]
pub struct Definition {
    /// `databases.acme.example.com`
    pub name: String,
    pub group: String,
    pub kind: String,
    pub plural: String,
    pub is_namespaced: bool,
    pub versions: Vec<Version>,
    pub origin: Origin,
}

/// What a kind is defined by.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Origin {
    Crd,
    /// The composite resource of an XRD. `is_legacy`: its own fields are not below `spec.crossplane`.
    Composite {
        is_legacy: bool,
    },
    /// The claim of an XRD.
    Claim,
}

#[derive(Debug, Clone)]
pub struct Version {
    pub name: String,
    pub is_served: bool,
    pub schema: Arc<Schema>,
    /// Its status is a subresource.
    pub has_status: bool,
}

impl Definition {
    pub fn version(&self, name: &str) -> Option<&Version> {
        self.versions.iter().find(|version| version.name == name)
    }

    pub fn served(&self) -> impl Iterator<Item = &str> {
        self.versions.iter().filter(|version| version.is_served).map(|version| version.name.as_str())
    }
}
