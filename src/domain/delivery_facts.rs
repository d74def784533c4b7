//! What lint rules know of the tools that deliver the repository to clusters: what each of them delivers, what ends its
//! build, and what no one delivers. Every place is one of a file of the run.

use crate::domain::apply_error::AppliedObject;
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::document::fault::Reading;
use crate::domain::document::span::Span;
use crate::domain::finding::{FileId, Place};

/// The deliverers of the repository, and what they do not deliver.
#[derive(Debug, Default)]
pub struct DeliveryFacts {
    pub deliverers: Vec<DelivererFacts>,
    /// The entity manifests that no deliverer takes.
    pub undelivered: Vec<UndeliveredManifest>,
    pub missing_references: Vec<MissingReference>,
    /// The manifests that reach a cluster, by file and position.
    pub manifests: Vec<ManifestDelivery>,
    pub manifest_faults: Vec<ManifestFault>,
    pub returned_files: Vec<ReturnedFile>,
    /// The state of the repository before the change is known.
    pub has_base: bool,
}

/// The index of a deliverer in the facts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct DelivererIndex(pub usize);

impl DeliveryFacts {
    pub fn deliverer(&self, index: DelivererIndex) -> Option<&DelivererFacts> {
        self.deliverers.get(index.0)
    }

    /// The deliveries of the manifest at a place: one for each deliverer that takes it.
    pub fn manifests_at(&self, place: Place) -> &[ManifestDelivery] {
        let key = |known: &ManifestDelivery| (known.place.file, known.place.span.start);
        let end = self.manifests.partition_point(|known| key(known) <= (place.file, place.span.start));
        let Some(last) = end.checked_sub(1).and_then(|at| self.manifests.get(at)) else { return &[] };
        let is_inside = last.place.file == place.file && place.span.start < last.place.span.end.max(1);
        let start = self.manifests.partition_point(|known| key(known) < key(last));
        if is_inside { &self.manifests[start..end] } else { &[] }
    }

    /// The deliverer of a manifest, if the repository holds it.
    pub fn deliverer_of(&self, manifest: &ManifestDelivery) -> Option<&DelivererFacts> {
        manifest.deliverer.and_then(|index| self.deliverer(index))
    }
}

/// A manifest that reaches a cluster, or is lost on its way.
#[derive(Debug, Clone)]
pub struct ManifestDelivery {
    /// The whole manifest.
    pub place: Place,
    /// `None`: the config says which tool delivers it.
    pub deliverer: Option<DelivererIndex>,
    pub tool: Tool,
    pub reader: YamlReader,
    pub applied: Applied,
    /// As it reaches the API server.
    pub object: AppliedObject,
}

/// The two ways in which deliverers read YAML.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum YamlReader {
    /// `yes` is true, and a date is text: kubectl, and folders of Argo CD.
    Kubectl,
    /// `yes` is text, and a date is a timestamp: kustomize, and Flux.
    Kustomize,
}

/// How objects are applied.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// The API server refuses unknown fields, and nulls of typed fields.
    ServerSide,
    /// The API server refuses unknown fields.
    ClientSide,
    /// The API server drops unknown fields: `Validate=false`.
    Unvalidated,
}

/// Something that goes wrong with a manifest on its way.
#[derive(Debug, Clone)]
pub struct ManifestFault {
    /// The index among the manifests.
    pub manifest: usize,
    /// In the file of the manifest.
    pub span: Span,
    pub kind: ManifestFaultKind,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ManifestFaultKind {
    /// `metadata.name` is no string, so that the object is lost. `found`: `a number`.
    NameIsNoString {
        found: &'static str,
        quoted: Option<String>,
    },
    /// Argo CD applies another object with the same name instead.
    Replaced {
        by: Option<Place>,
        namespace: String,
    },
    /// Argo CD loses it, because a document before it is no object.
    BehindBadDocument,
    /// A label that is no string, so that all labels are lost.
    LabelIsNoString {
        key: String,
        found: &'static str,
        quoted: Option<String>,
    },
    NoNamespace,
    Substituted(SubstitutedValue),
    /// A mapping that the CRD has types for is null. `line`: what to remove.
    NullMap {
        field: &'static str,
        line: Option<Span>,
    },
    /// A mapping that had content before the change is empty.
    EmptiedMap {
        field: &'static str,
        line: Option<Span>,
    },
    /// kubectl and kustomize read a scalar differently, which nobody else reports.
    TwoReadings {
        kubectl: Reading,
        kustomize: Reading,
        quoted: Option<String>,
    },
}

/// A value whose variables Flux replaces.
#[derive(Debug, Clone, PartialEq)]
pub struct SubstitutedValue {
    /// As the manifest has it.
    pub written: String,
    pub becomes: Becomes,
    /// A variable of it without a value or a default.
    pub undefined: Option<String>,
    /// It has `$$`, which becomes `$`.
    pub halves: bool,
    /// It is a key of a mapping.
    pub is_key: bool,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Becomes {
    Value(Reading),
    /// Only the cluster has the variables.
    NotKnown,
}

impl ManifestFault {
    pub fn place(&self, facts: &DeliveryFacts) -> Place {
        Place { file: facts.manifests.get(self.manifest).map_or(FileId(0), |it| it.place.file), span: self.span }
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
    /// The objects that Flux applies in the last stage, in which everything but definitions is: one refused object keeps
    /// all of them from the cluster.
    pub stage_objects: usize,
}

/// Why a deliverer delivers nothing.
#[derive(Debug)]
pub struct DeliveryFailure {
    pub cause: FailureCause,
    /// What the tool prints, with paths of the repository.
    pub text: String,
    /// The cause, if it is in a file of the run.
    pub place: Option<Place>,
    /// Why Flux does not leave out the file of the place, as it does by default.
    pub returned: Option<ReturnedFile>,
}

/// A file that Flux leaves out by default.
#[derive(Debug)]
pub struct ReturnedFile {
    pub deliverer: DelivererIndex,
    pub path: String,
    /// The pattern that switches off the default patterns.
    pub pattern: Place,
    /// The default pattern of the file.
    pub default: &'static str,
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
