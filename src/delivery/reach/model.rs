//! The answer to "who delivers what": deliverers, clusters, and what arrives.

use std::collections::BTreeMap;
use std::sync::Arc;

use serde_json::Value as Json;

use crate::delivery::argo::ArgoFailure;
use crate::delivery::argo::sets::SetFailure;
use crate::delivery::files::FileId;
use crate::delivery::flux;
use crate::delivery::ignore::Ignores;
use crate::delivery::kustomize::UnknownKind;
use crate::delivery::kustomize::failure::Failure;
use crate::delivery::object::Object;
use crate::delivery::place::{Place, Text};
use crate::delivery::reading::Dialect;

/// What is known of the repository besides its files.
#[derive(Debug, Clone, Copy)]
pub struct Options<'a> {
    /// The URLs by which hosts know the repository. Empty: no URL is known, and a source counts as this repository if the
    /// path that a deliverer takes from it exists.
    pub urls: &'a [String],
    /// The branches that the files are of, or go to. A deliverer of another revision may have folders that are not here.
    pub branches: &'a [String],
    /// The repository has a config of portolan: if no URL is known and all its sources name one, that is its own.
    pub has_config: bool,
    /// The API group of the platform: `getport.io`. Its `ClusterEntity` has no namespace.
    pub group: &'a str,
    pub flux: flux::Settings,
}

/// The index of a deliverer.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct DelivererId(pub u32);

/// The index of a cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub struct ClusterId(pub u32);

/// What a repository delivers.
#[derive(Debug, Default)]
pub struct Reach {
    /// Those whose source is this repository, or may be it.
    pub deliverers: Vec<Deliverer>,
    pub clusters: Vec<Cluster>,
    /// References to objects that do not exist, although others of their kind are in the repository.
    pub missing: Vec<MissingReference>,
    /// What projects of Argo CD do not permit.
    pub refusals: Vec<Refusal>,
    pub(super) details: Details,
}

/// What answers further questions.
#[derive(Debug, Default)]
pub(super) struct Details {
    /// Of each deliverer, in their order.
    pub(super) of: Vec<Detail>,
    /// What the artifacts of sources leave out.
    pub(super) ignores: Vec<Ignores>,
    pub(super) definitions: Vec<Definition>,
    /// The API group of the platform.
    pub(super) group: String,
    pub(super) deliveries: Deliveries,
    pub(super) near: Nearness,
}

/// The deliverers that look into each folder.
#[derive(Debug, Default)]
pub(super) struct Nearness(pub(super) BTreeMap<String, Vec<DelivererId>>);

/// What else is known of a deliverer.
#[derive(Debug, Clone, Default)]
pub(super) struct Detail {
    /// The index of what its artifact leaves out; `None`: nothing.
    pub(super) ignores: Option<usize>,
    /// The cluster that it lives in.
    pub(super) home: ClusterId,
    /// Its source, by the file and position of the object.
    pub(super) source: Option<(FileId, u32)>,
    /// It is ready when what it delivers is ready.
    pub(super) waits: bool,
    /// Patches or variables may add to the deliverers that come first.
    pub(super) order_is_open: bool,
    /// It names the cluster that it delivers to: `kubeConfig`, a destination.
    pub(super) names_cluster: bool,
    /// Objects whose kind is not there yet are tried again, as `SkipDryRunOnMissingResource=true` says.
    pub(super) skips_dry_run: bool,
    /// Files in its reach that it leaves out, and why.
    pub(super) left_out: BTreeMap<FileId, Link>,
    /// Manifests that it loses without an error.
    pub(super) lost: Vec<Place>,
    /// All folders that it takes.
    pub(super) folders: Vec<String>,
    /// Files of folders below count, in a whole folder.
    pub(super) is_recursive: bool,
}

/// Which deliverers take each file.
#[derive(Debug, Default)]
pub struct Deliveries {
    /// Where the entries of each file begin, and the end.
    pub(super) starts: Vec<u32>,
    pub(super) entries: Vec<Taken>,
}

/// A manifest of a file that a deliverer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Taken {
    pub deliverer: DelivererId,
    /// The index among the deliverer's arrivals.
    pub arrival: u32,
}

/// A CustomResourceDefinition of the repository.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Definition {
    pub place: Place,
    pub group: String,
    pub kind: String,
    pub is_cluster_scoped: bool,
}

/// The kind of object that delivers.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Tool {
    /// A Kustomization of Flux.
    Flux,
    /// An Application of Argo CD, of its own or of an ApplicationSet.
    ArgoCd,
}

/// A Kustomization of Flux or an Application of Argo CD. Of an Application with several sources, those that are folders of
/// this repository are one deliverer together.
#[derive(Debug)]
pub struct Deliverer {
    pub tool: Tool,
    pub namespace: String,
    pub name: String,
    /// Its name in the file, or that of its ApplicationSet.
    pub place: Place,
    /// The ApplicationSet that makes it, and the place of the row, folder or file that this one is made from.
    pub set: Option<(String, Option<Place>)>,
    pub source: SourceLink,
    /// The revision that it takes, if its source names one.
    pub revision: Option<String>,
    /// The folder that it takes, as written.
    pub path: Option<Text>,
    /// The folder in the repository, if that exists.
    pub folder: Option<String>,
    pub cluster: ClusterId,
    pub prune: Prune,
    /// The namespace of objects that name none: the destination's (Argo CD), or the one of all objects (Flux).
    pub namespace_of_objects: Option<Text>,
    /// Nothing is delivered while it is suspended, or while a person must sync it.
    pub is_idle: bool,
    /// Those that are ready before this one begins: `dependsOn`, waves of an application of applications.
    pub after: Vec<DelivererId>,
    /// Those that deliver the object that this deliverer is; the deliverer itself may be among them. Empty: someone applies
    /// it by hand, or another repository does.
    pub delivered_by: Vec<DelivererId>,
    pub outcome: Outcome,
    /// How the objects are applied.
    pub applied: Applied,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Applied {
    /// Flux, and Argo CD with `ServerSideApply=true`.
    ServerSide,
    ClientSide,
}

/// How a deliverer's source relates to this repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SourceLink {
    /// Its URL is one of this repository.
    ThisRepository,
    /// No URL decides it, and the path exists here.
    Assumed,
}

/// Whether an object that leaves the repository is deleted in the cluster.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Prune {
    On,
    /// The place of the flag that decides it, or of the deliverer.
    Off(Place),
}

/// What a deliverer makes of its folder.
#[derive(Debug)]
pub enum Outcome {
    Built {
        /// Those that are applied come first. Deliverers with the same folder and fields share them.
        arrivals: Arc<[Arrival]>,
        /// What is missing or may differ in `arrivals`.
        not_known: Vec<NotKnown>,
        /// The files that were read, whether they hold objects or not.
        files: Vec<FileId>,
        /// The kustomization files that were read.
        kustomizations: Vec<FileId>,
        /// The files that were read as something else than manifests: patches, data of generators.
        other_files: Vec<FileId>,
        /// The folder has no kustomization, so that every manifest below counts.
        is_whole_folder: bool,
    },
    /// Nothing is delivered.
    Failed(Failure),
    /// Nothing is delivered by Argo CD.
    ArgoFailed(ArgoFailure),
    /// An ApplicationSet makes no application; the deliverer is the set.
    SetFailed(SetFailure),
    /// What is delivered cannot be known offline.
    NotKnown(NotKnown),
}

/// Something that cannot be known offline.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum NotKnown {
    /// Something in a build of kustomize.
    Kustomize(UnknownKind, Option<Place>),
    Helm(Option<Place>),
    Plugin(Option<Place>),
    Jsonnet(Option<Place>),
    /// Variables, parameters or patches of the deliverer itself, so that its own fields are not known.
    Deliverer(Option<Place>),
    /// The artifact holds files from elsewhere, or only some folders.
    Artifact(Option<Place>),
    /// It takes a branch, tag or commit that is not this one, and its folder is not here.
    Revision(Option<Place>),
    /// There is more to build than is looked at.
    TooLarge(Option<Place>),
    /// A generator of an ApplicationSet whose rows are not in the repository; the deliverer is the set.
    Generator(Option<Place>),
}

/// A manifest that a deliverer takes.
#[derive(Debug, Clone)]
pub struct Arrival {
    /// As it arrives: with its final name and namespace.
    pub object: Object,
    pub dialect: Dialect,
    pub fate: Fate,
    /// The content, where variables were substituted: seldom, and there are as many arrivals as manifests.
    pub substituted: Option<Box<Json>>,
    pub loses_labels: bool,
}

/// What becomes of a manifest that a deliverer takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Fate {
    Applied,
    /// It is lost without an error: its name is no string, or it is a kustomization.
    Vanished(flux::VanishReason),
    /// Argo CD applies another object of the same name instead: the arrival of this index.
    Replaced {
        by: usize,
    },
}

/// A cluster that something is delivered to. Two are one only if that is certain.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Cluster {
    pub address: Address,
    /// Words by which people may know it: the name of a Secret, a destination, a folder of its deliverers.
    pub names: Vec<String>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Address {
    /// The cluster in which the deliverers themselves run, with the folder or deliverer that they come from.
    Own {
        tool: Tool,
        root: String,
    },
    /// A Secret or ConfigMap of Flux's cluster.
    KubeConfig {
        namespace: String,
        name: String,
    },
    /// `destination.server` of an Application.
    Server(String),
    /// `destination.name` of an Application.
    Name(String),
    NotKnown,
}

/// A reference to an object that does not exist.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MissingReference {
    pub kind: ReferenceKind,
    /// The deliverer's kind and name: `Kustomization flux-system/catalog`.
    pub by: String,
    /// What it names: `GitRepository flux-system/catalogue`.
    pub name: String,
    pub place: Place,
    /// The objects of that kind that do exist, by their names.
    pub existing: Vec<String>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ReferenceKind {
    Source,
    DependsOn,
    Project,
}

/// Why a deliverer does not take a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Absence {
    /// The deliverer that is nearest to it; `None`: no path leads to its folder.
    pub deliverer: Option<DelivererId>,
    pub link: Link,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    OutsideOfPaths,
    /// The kustomization of its folder, or of a folder above, does not lead to it.
    NotListed {
        kustomization: FileId,
    },
    /// It is read, but as a patch, or as data of a generator.
    NoResource,
    /// `.sourceignore` or `spec.ignore` leaves it out.
    Ignored,
    Symlink,
    /// The deliverer does not take files with such a name.
    FileName,
    /// `directory.recurse` is off.
    NotRecursive,
    /// `directory.include` or `exclude` leaves it out.
    Excluded,
    /// The text that makes Argo CD skip a file is in it.
    Skipped,
    /// It is no object for the deliverer.
    NoObject,
    BuildFails,
    NotKnown(NotKnown),
}

/// Objects that several deliverers apply to one cluster.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Twice {
    pub cluster: ClusterId,
    pub deliverers: Vec<DelivererId>,
    pub objects: Vec<TwiceObject>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TwiceObject {
    /// One of its arrivals.
    pub first: Taken,
    /// The manifests, which may be one.
    pub places: Vec<Place>,
}

/// A Kustomization without `kubeConfig` whose siblings have one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrongCluster {
    pub deliverer: DelivererId,
    /// Those of the same source that deliver the same to another cluster.
    pub siblings: Vec<DelivererId>,
    pub likeness: Likeness,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Likeness {
    /// They take the same folder.
    SameFolder,
    /// They take different folders, and most objects have the same kinds and names.
    SameObjects,
}

/// Objects that may be applied before their CRD is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unordered {
    pub group: String,
    pub kind: String,
    /// The first of the objects.
    pub resource: Taken,
    /// Those that deliver the CRD to the same cluster.
    pub definers: Vec<DelivererId>,
    pub definition: Place,
}

/// Something of an Application that its AppProject does not permit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    pub deliverer: DelivererId,
    pub project: String,
    /// The name of the project.
    pub place: Place,
    pub refused: Refused,
    /// What Argo CD reports.
    pub text: String,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Refused {
    /// Objects of a kind without a namespace.
    Kind {
        group: String,
        kind: String,
        objects: usize,
    },
    Repository(String),
    Destination {
        server: String,
        namespace: String,
    },
}
