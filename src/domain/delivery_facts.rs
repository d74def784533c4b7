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
    /// The repository has a config of portolan, so that deliverers of other manifests than entities matter too.
    pub has_config: bool,
    pub deliverers: Vec<DelivererFacts>,
    /// The entity manifests that no deliverer takes.
    pub undelivered: Vec<UndeliveredManifest>,
    pub missing_references: Vec<MissingReference>,
    /// The manifests that reach a cluster, by file and position.
    pub manifests: Vec<ManifestDelivery>,
    pub manifest_faults: Vec<ManifestFault>,
    /// Manifests that Argo CD loses, because a document before them in their file is no object.
    pub lost: Vec<LostManifest>,
    pub returned_files: Vec<ReturnedFile>,
    /// The state of the repository before the change is known.
    pub has_base: bool,
    /// Entity manifests that stay in the cluster although their deliverer prunes.
    pub kept: Vec<KeptManifest>,
    /// CRDs of the platform that go with their manifests.
    pub pruned_crds: Vec<PrunedCrd>,
    pub delivered_twice: Vec<DeliveredTwice>,
    pub unordered: Vec<UnorderedCrd>,
    pub wrong_clusters: Vec<WrongCluster>,
    pub removed_apis: Vec<RemovedApi>,
    pub not_permitted: Vec<NotPermitted>,
    /// Entity manifests that reach several clusters of the config.
    pub shared_manifests: Vec<SharedManifests>,
    /// It is known which deliverers deliver to which clusters of the config.
    pub knows_clusters: bool,
    /// CRDs and XRDs that the API server or Crossplane refuses.
    pub refused_definitions: Vec<RefusedDefinition>,
    pub lost_keywords: Vec<LostKeyword>,
    /// Where XRDs name no scope, although tools read that differently.
    pub implicit_scopes: Vec<ImplicitScope>,
    /// Objects that the API server refuses by the CRDs and XRDs of the repository, and fields that it drops.
    pub refused_resources: Vec<RefusedResource>,
    /// Addresses in objects of Flux and Argo CD that nothing answers to.
    pub invalid_addresses: Vec<InvalidAddress>,
}

/// The address of a repository or a cluster that cannot be right.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidAddress {
    /// `Application argocd/eu`
    pub title: String,
    /// The value.
    pub place: Place,
    pub text: String,
    pub problem: AddressProblem,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum AddressProblem {
    /// A part of it is a placeholder of an example.
    Placeholder(String),
    /// It is not the URL of a cluster.
    NoServer,
    /// It is not the URL of a repository. `meant`: the URL that it most likely means.
    NoRepository { meant: Option<String> },
    /// The CRD of Flux accepts these schemes only.
    Scheme { accepted: &'static [&'static str], meant: Option<String> },
}

/// Entity manifests that are delivered to two clusters of the config.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SharedManifests {
    pub clusters: [String; 2],
    pub manifests: usize,
    /// The first of them: `Entity shop/cart`.
    pub title: String,
    /// The name of the first.
    pub place: Place,
    /// Those that deliver the first.
    pub by: Vec<DelivererIndex>,
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

    /// Whether an object is refused because of a field: `Database shop/orders`, `spec.size`.
    pub fn refuses(&self, title: &str, path: &str) -> bool {
        let is_it = |refused: &RefusedResource| refused.title == title && refused.refusal.path == path;
        self.refused_resources.iter().any(|refused| !refused.is_dropped && is_it(refused))
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
    /// A label that is no string, so that all labels are lost.
    LabelIsNoString {
        key: String,
        found: &'static str,
        quoted: Option<String>,
    },
    NoNamespace,
    /// The deliverer gives it another namespace than it names.
    OverriddenNamespace {
        written: String,
        becomes: String,
    },
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
    /// `None`: it is outside of the root.
    pub place: Option<Place>,
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
    /// Other custom resources that arrive by it, without the objects of deliverers. In a repository without a config of
    /// portolan, only those whose definitions it holds: claims of Crossplane.
    pub resources: usize,
}

/// Why a deliverer delivers nothing.
#[derive(Debug)]
pub struct DeliveryFailure {
    pub cause: FailureCause,
    /// What the tool prints, with paths of the repository.
    pub text: String,
    /// The cause, if it is in a file of the run.
    pub place: Option<Place>,
    /// Of a path or an entry: what was meant instead.
    pub meant: Option<String>,
    /// Why Flux does not leave out the file of the place, as it does by default.
    pub returned: Option<ReturnedFile>,
}

/// A manifest that a deliverer loses without an error.
#[derive(Debug)]
pub struct LostManifest {
    pub by: DelivererIndex,
    pub place: Place,
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

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum FailureCause {
    /// The path of the deliverer does not exist.
    Path,
    /// The path of the deliverer exists, and its source leaves it out.
    IgnoredPath,
    /// The path of the deliverer is a file.
    FileAsPath,
    /// An entry of a kustomization, as written, names what does not exist.
    Entry(String),
    /// An entry of a kustomization, as written, names what its source leaves out or what is a symbolic link.
    LeftOutEntry(String),
    /// An entry of a kustomization names a folder without one.
    NoKustomization,
    SeveralKustomizations,
    /// A kustomization cannot be read.
    Kustomization,
    /// An ApplicationSet makes no Application.
    Set,
    /// The source of an Application cannot be read, or says several things.
    Source,
    /// A file is no manifest.
    NoManifest,
    /// A file is a template of another tool.
    Template,
    /// A file is no YAML.
    Malformed,
    /// A manifest has no name, kind or version.
    Incomplete,
    /// A manifest has keys or values that the build cannot write.
    Unwritable,
    Duplicate,
    NamespaceConflict,
    Patch,
    Substitution,
    /// A JSON file that is no manifest.
    Json,
    /// A symbolic link that leaves the repository.
    Symlink,
    TooLarge,
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
    /// It is read as a patch, or as data of a generator.
    NoResource,
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

/// Entity manifests that an annotation keeps in the cluster.
#[derive(Debug)]
pub struct KeptManifest {
    /// `Entity cart`
    pub title: String,
    pub place: Place,
    /// The number of others that it stands for.
    pub others: usize,
    pub by: DelivererIndex,
    /// `kustomize.toolkit.fluxcd.io/prune: disabled`
    pub annotation: String,
}

/// A CRD whose removal from the repository removes it from the cluster, and every entity with it.
#[derive(Debug)]
pub struct PrunedCrd {
    /// `entities.getport.io`
    pub name: String,
    pub place: Place,
    pub by: DelivererIndex,
}

/// Objects that several deliverers apply to one cluster.
#[derive(Debug)]
pub struct DeliveredTwice {
    pub deliverers: Vec<DelivererIndex>,
    pub objects: usize,
    /// The first of the objects: `Entity cart`.
    pub title: String,
    /// Its manifests.
    pub places: Vec<Place>,
}

/// Objects that may be applied before the CRD of their kind.
#[derive(Debug)]
pub struct UnorderedCrd {
    pub kind: String,
    pub by: DelivererIndex,
    /// Those that deliver the CRD.
    pub definers: Vec<DelivererIndex>,
    pub definition: Option<Place>,
}

/// A Kustomization that delivers to Flux's own cluster what its siblings deliver to others.
#[derive(Debug)]
pub struct WrongCluster {
    pub by: DelivererIndex,
    pub siblings: Vec<DelivererIndex>,
    /// They take the same folder, not only the same objects.
    pub is_same_folder: bool,
}

/// An object of Flux in a version, or with fields, that current Flux no longer has.
#[derive(Debug)]
pub struct RemovedApi {
    /// `Kustomization flux-system/catalog`
    pub title: String,
    pub kind: String,
    /// As written, with its place.
    pub api_version: (String, Place),
    pub current: String,
    /// The version of Flux that removed the API version; `None`: it is current.
    pub removed_in: Option<&'static str>,
    pub fields: Vec<RemovedField>,
    /// What makes the object current.
    pub edits: Option<Vec<(Span, String)>>,
}

#[derive(Debug)]
pub struct RemovedField {
    pub name: &'static str,
    /// The key.
    pub place: Place,
    /// "remove it"
    pub advice: &'static str,
}

/// Something that the AppProject of an Application does not permit.
#[derive(Debug)]
pub struct NotPermitted {
    pub by: DelivererIndex,
    pub project: String,
    /// The project.
    pub place: Place,
    pub what: NotPermittedWhat,
    /// What Argo CD reports.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum NotPermittedWhat {
    /// Objects of a kind without a namespace.
    Kind {
        group: String,
        kind: String,
        objects: usize,
    },
    /// The URL of the source.
    Repository(String),
    Destination {
        server: String,
        namespace: String,
    },
}

/// Why a CRD or an XRD is refused.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedDefinition {
    /// `CompositeResourceDefinition xdatabases.acme.example.com`
    pub title: String,
    /// In the definition.
    pub place: Place,
    pub refusal: Refusal,
    /// The kinds that do not exist because of it, if it is not the definition itself that is refused.
    pub kinds: Vec<String>,
}

/// What the API server says of a part of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// `spec.disks[1].gib`; empty: the whole document.
    pub path: String,
    pub text: String,
    pub kind: RefusalKind,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum RefusalKind {
    UnknownField {
        meant: Option<String>,
    },
    /// The versions that are served.
    NoMatch {
        served: Vec<String>,
    },
    /// The kind does not exist. `meant`: the `kind` or `apiVersion` that does.
    NoSuchKind {
        meant: String,
    },
    Missing,
    /// An enum does not have the value. `meant`: one that it has.
    NotAnOption {
        meant: Option<String>,
    },
    Other,
}

/// Something of the schema of an XRD that has no effect.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LostKeyword {
    pub place: Place,
    pub keyword: String,
    pub why: LossReason,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum LossReason {
    /// There is no such keyword.
    Unknown { meant: Option<String> },
    /// Crossplane does not take it from there: `spec`.
    NotTaken { from: &'static str },
    /// Crossplane has a field of its own with the name.
    Replaced,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImplicitScope {
    /// `CompositeResourceDefinition xdatabases.acme.example.com`
    pub title: String,
    /// Its `spec`.
    pub place: Place,
}

/// An object that the API server refuses, or of which it drops a field.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RefusedResource {
    /// `Database shop/orders`
    pub title: String,
    pub place: Place,
    pub refusal: Refusal,
    /// What to do about it, if that is known.
    pub advice: Option<String>,
    /// The name of what defines the kind.
    pub definition: Option<Place>,
    /// A deliverer that applies it.
    pub by: Option<DelivererIndex>,
    /// The field is dropped, and nothing is refused.
    pub is_dropped: bool,
}
