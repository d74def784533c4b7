//! What lint rules know of the tools that deliver the repository to clusters: what each of them delivers, what ends its
//! build, and what no one delivers. Every place is one of a file of the run.

use crate::domain::cluster::Deliverer as Tool;
use crate::domain::finding::Place;

/// The deliverers of the repository, and what they do not deliver.
#[derive(Debug, Default)]
pub struct DeliveryFacts {
    pub deliverers: Vec<DelivererFacts>,
    /// The entity manifests that no deliverer takes.
    pub undelivered: Vec<UndeliveredManifest>,
    pub missing_references: Vec<MissingReference>,
}

/// The index of a deliverer in the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DelivererIndex(pub usize);

impl DeliveryFacts {
    pub fn deliverer(&self, index: DelivererIndex) -> Option<&DelivererFacts> {
        self.deliverers.get(index.0)
    }
}

/// A Kustomization of Flux or an Application of Argo CD.
#[derive(Debug)]
pub struct DelivererFacts {
    pub tool: Tool,
    /// `Kustomization flux-system/catalog`
    pub title: String,
    pub place: Place,
    /// The path as written, with its place.
    pub path: Option<(String, Place)>,
    /// Where pruning is off.
    pub keeps_removed: Option<Place>,
    pub failure: Option<DeliveryFailure>,
    /// The entity manifests that arrive by it.
    pub entities: usize,
}

/// Why a deliverer delivers nothing.
#[derive(Debug)]
pub struct DeliveryFailure {
    pub cause: FailureCause,
    /// What the tool prints, with paths of the repository.
    pub text: String,
    /// The cause, if it is in a file of the run.
    pub place: Option<Place>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FailureCause {
    /// The path of the deliverer does not exist.
    Path,
    /// An entry of a kustomization names what does not exist.
    Entry,
    /// A file is no manifest.
    NoManifest,
    Other,
}

/// An entity manifest that no deliverer takes.
#[derive(Debug)]
pub struct UndeliveredManifest {
    /// `Entity cart`
    pub title: String,
    pub place: Place,
    /// The path of its file.
    pub path: String,
    pub reason: UndeliveredReason,
    /// The deliverer that is nearest.
    pub nearest: Option<DelivererIndex>,
}

/// Why a deliverer does not take a manifest.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum UndeliveredReason {
    OutsideOfPaths,
    /// The path of the kustomization that does not lead to it.
    NotListed(String),
    Ignored,
    Symlink,
    FileName,
    NotRecursive,
    Excluded,
    Skipped,
    NoObject,
}

/// A reference of a deliverer to an object that does not exist.
#[derive(Debug)]
pub struct MissingReference {
    /// `Kustomization flux-system/catalog`
    pub by: String,
    /// `GitRepository flux-system/catalogue`
    pub name: String,
    pub place: Place,
    /// The objects of that kind that do exist.
    pub existing: Vec<String>,
}
