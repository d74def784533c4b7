//! One entity in a file: the nodes of its parts in the document tree. Nothing is validated: every part may be missing
//! or have the wrong type.

use crate::domain::document::tree::{NodeId, View};
use crate::domain::entity::fields::{TextField, Texts};
use crate::domain::platform::Platform;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ResourceKind {
    /// Namespaced.
    Entity,
    ClusterEntity,
}

impl ResourceKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Entity => "Entity",
            Self::ClusterEntity => "ClusterEntity",
        }
    }
}

/// The form of the manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// A Kubernetes resource: the entity is under `spec`.
    Resource(ResourceKind),
    /// The keys of the API at the top level: `port.yml`. In a list of entities it may not even be a mapping.
    Bare,
    /// The entity that a mapping makes of a Kubernetes object. It has the form of a bare one, and its parts have the
    /// positions of the object's values.
    Mapped,
}

/// An almost correct manifest; the error is reported at the node.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NearMiss {
    /// `getport.io/v2`, `getport.io`, `port.io/v1`; or no version at all (then the node is the root).
    Version(NodeId),
    /// `kind: Entitty` in one of our API groups, or no kind at all (then the node is the root).
    Kind(NodeId),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Manifest {
    pub platform: &'static Platform,
    pub form: Form,
    pub near_miss: Option<NearMiss>,
    /// The resource, or the bare entity.
    pub root: NodeId,
    pub metadata: Option<NodeId>,
    /// `metadata.name`, `metadata.namespace`.
    pub name: Option<NodeId>,
    pub namespace: Option<NodeId>,
    /// `spec` of a resource; the root of a bare entity.
    pub spec: Option<NodeId>,
    pub blueprint: Option<NodeId>,
    pub identifier: Option<NodeId>,
    pub texts: Texts<Option<NodeId>>,
    pub team: Option<NodeId>,
    pub properties: Option<NodeId>,
    pub relations: Option<NodeId>,
}

impl Manifest {
    /// The node of a field of the entity, by its key.
    pub fn field(mut self, key: &str) -> Option<NodeId> {
        *self.field_mut(key)?
    }

    pub fn field_mut(&mut self, key: &str) -> Option<&mut Option<NodeId>> {
        match key {
            "blueprint" => Some(&mut self.blueprint),
            "identifier" => Some(&mut self.identifier),
            "team" => Some(&mut self.team),
            "properties" => Some(&mut self.properties),
            "relations" => Some(&mut self.relations),
            key => TextField::of_key(key).map(|field| &mut self.texts[field]),
        }
    }

    pub fn blueprint_text<'a>(&self, view: View<'a>) -> Option<&'a str> {
        self.blueprint.and_then(|id| view.value(id).as_str())
    }

    pub fn identifier_text<'a>(&self, view: View<'a>) -> Option<&'a str> {
        self.identifier.and_then(|id| view.value(id).as_str())
    }
}
