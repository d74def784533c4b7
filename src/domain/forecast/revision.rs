//! What the mapping of a cluster yields at one revision of the repository, with the outlines of its entries and objects
//! that a forecast compares.

use std::sync::Arc;

use crate::domain::cluster::Deliverer;
use crate::domain::document::span::Span;
use crate::domain::evaluation::Evaluation;

#[derive(Debug, Clone)]
pub struct MappedRevision {
    pub config: ConfigState,
    /// In the order of the config.
    pub entries: Vec<EntryOutline>,
    /// In the order in which they were evaluated.
    pub objects: Vec<ObjectOutline>,
    /// Manifests of which no object arrives.
    pub undelivered: Vec<UndeliveredObject>,
    /// The spans of its problems are places in the text of the mapping.
    pub evaluation: Evaluation,
    pub creates_missing_targets: bool,
    /// `None`: the settings have none.
    pub state_key: Option<String>,
    /// `None`: no deliverer in the repository is known to deliver to the cluster.
    pub delivery: Option<DeliveryOutline>,
}

/// Who brings the objects of a revision to the cluster.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct DeliveryOutline {
    pub deliverers: Vec<DelivererOutline>,
    /// The index of each object's deliverer, in the order of the objects.
    pub of_object: Vec<Option<usize>>,
}

/// A Kustomization of Flux or an Application of Argo CD.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DelivererOutline {
    /// `Kustomization flux-system/catalog`
    pub title: String,
    pub tool: Deliverer,
    /// The file, and the line, from 1.
    pub path: Arc<str>,
    pub line: usize,
    /// The path that it takes, as written.
    pub folder: String,
    /// What leaves the repository is deleted in the cluster.
    pub prunes: bool,
    /// It is suspended, or waits until a person syncs it.
    pub is_idle: bool,
    /// What ends its build.
    pub failure: Option<String>,
    /// The ApplicationSet that makes it.
    pub set: Option<String>,
    /// It goes when its file goes: another deliverer applies it and prunes.
    pub is_pruned: bool,
}

impl DeliveryOutline {
    pub fn of(&self, object: usize) -> Option<&DelivererOutline> {
        self.deliverers.get((*self.of_object.get(object)?)?)
    }

    /// The deliverer with this title.
    pub fn named(&self, title: &str) -> Option<usize> {
        self.deliverers.iter().position(|deliverer| deliverer.title == title)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ConfigState {
    /// It has entries, or is not readable.
    Present,
    /// It has no entries.
    Empty,
    /// It is null, or there is none.
    Null,
}

/// A text in the mapping with its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PlacedText {
    pub text: String,
    pub span: Span,
}

/// An entry of the mapping, as far as it decides which entities there are.
#[derive(Debug, Clone)]
pub struct EntryOutline {
    /// Its index in `resources`.
    pub index: usize,
    pub kind: PlacedText,
    pub selector: Option<PlacedText>,
    pub items_to_parse: Option<PlacedText>,
    pub mappings: Vec<MappingOutline>,
    /// How many objects of the repository have its kind.
    pub objects: usize,
}

#[derive(Debug, Clone)]
pub struct MappingOutline {
    pub identifier: PlacedText,
    pub blueprint: PlacedText,
    /// The places of the other fields: `team`, `properties.tier`, `relations.system`.
    pub fields: Vec<(String, Span)>,
}

impl MappingOutline {
    /// The place of a field, of the `*` that may yield it, or of the identifier.
    pub fn place_of(&self, field: &str) -> Span {
        let find = |name: &str| self.fields.iter().find(|(known, _)| known == name).map(|(_, span)| *span);
        let star = field.split_once('.').map(|(group, _)| format!("{group}.*"));
        match field {
            "identifier" => self.identifier.span,
            "blueprint" => self.blueprint.span,
            _ => find(field).or_else(|| find(&star?)).unwrap_or(self.identifier.span),
        }
    }
}

/// An object of the cluster, as the repository has it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ObjectOutline {
    pub group: String,
    pub kind: String,
    /// `shop/cart`
    pub key: String,
    /// A hash of its content.
    pub digest: u64,
    /// The file, and the line at which it starts, from 1.
    pub path: Arc<str>,
    pub line: usize,
}

/// A manifest that does not reach the cluster, or that its API server refuses, or a document that cannot be read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UndeliveredObject {
    pub path: Arc<str>,
    pub line: usize,
    /// `Entity shop/cart`; `None`: the file, folder or document cannot be read, and may hold any object.
    pub name: Option<String>,
    /// A clause.
    pub reason: String,
    /// If the cluster has the object already, that stays as it is.
    pub keeps_object: bool,
}

impl UndeliveredObject {
    /// Whether it may be this object.
    pub fn may_be(&self, object: &ObjectOutline) -> bool {
        match &self.name {
            Some(name) => *name == format!("{} {}", object.kind, object.key),
            None => object.path.strip_prefix(&*self.path).is_some_and(|rest| rest.is_empty() || rest.starts_with('/')),
        }
    }
}

impl ObjectOutline {
    /// What a cluster has once.
    pub fn identity(&self) -> (&str, &str, &str) {
        (&self.group, &self.kind, &self.key)
    }
}

impl MappedRevision {
    pub fn entry(&self, index: usize) -> Option<&EntryOutline> {
        self.entries.iter().find(|entry| entry.index == index)
    }
}
