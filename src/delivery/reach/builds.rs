//! What deliverers make of their folders. What two of them share is made once: the artifact of a source, and the build of
//! a folder.

use std::collections::{HashMap, HashSet};
use std::rc::Rc;
use std::sync::Arc;

use rayon::prelude::*;

use super::found::{ObjectId, is_wanted};
use super::model::{Arrival, Fate, Link, NotKnown};
use crate::delivery::argo::objects::{Application, Source};
use crate::delivery::argo::sets::SetFailure;
use crate::delivery::argo::{
    self, ArgoFailure, ArgoFailureKind, ArgoUnknown, ArgoUnknownKind, Checkout, SkipReason, SourceBuild, SourceType,
};
use crate::delivery::files::{Entry, FileId, Joined, join};
use crate::delivery::flux::objects::Kustomization;
use crate::delivery::flux::{self, Delivery};
use crate::delivery::ignore::Ignores;
use crate::delivery::kustomize::failure::{Failure, FailureKind};
use crate::delivery::kustomize::{Build, UnknownKind};
use crate::delivery::place::{Place, Text};
use crate::delivery::reading::Dialect;
use crate::delivery::repository::Repository;
use crate::delivery::tree::Tree;

/// As many arrivals are made of a repository, those that deliverers share counted once.
const MAX_ARRIVALS: usize = 400_000;
/// An arrival whose variables are substituted counts as so many.
const SUBSTITUTION_WEIGHT: usize = 8;
/// Below this number, starting threads costs more than it saves.
const FEW_JOBS: usize = 8;
/// So many builds are in memory before the limit is looked at.
const JOBS_AT_ONCE: usize = 64;

/// What a folder is for a deliverer.
#[derive(Debug)]
pub(super) enum Made {
    Built(Built),
    Failed(Failure),
    ArgoFailed(ArgoFailure),
    NotKnown(NotKnown),
    /// An ApplicationSet that makes nothing.
    SetFailed(SetFailure),
    /// There is more to build than is looked at.
    TooLarge,
}

#[derive(Debug)]
pub(super) struct Built {
    pub(super) arrivals: Arc<[Arrival]>,
    pub(super) not_known: Vec<NotKnown>,
    pub(super) files: Vec<FileId>,
    pub(super) kustomizations: Vec<FileId>,
    pub(super) other_files: Vec<FileId>,
    pub(super) is_whole_folder: bool,
    /// Files in reach that Argo CD leaves out.
    pub(super) left_out: Vec<(FileId, Link)>,
    /// Manifests that Argo CD loses without an error.
    pub(super) lost: Vec<Place>,
    /// Files of folders below count, in a whole folder.
    pub(super) is_recursive: bool,
    /// The indexes of the arrivals that take part in delivery themselves.
    pub(super) wiring: Vec<usize>,
}

/// What a set makes.
#[derive(Debug)]
pub(super) struct SetApplications {
    /// With the row, folder or file that makes each.
    pub(super) applications: Vec<(Application, Place)>,
    /// Why there may be others.
    pub(super) open: Option<Rc<Made>>,
}

/// The index of an artifact: what a source packs of the repository.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(super) struct ArtifactId(usize);

impl ArtifactId {
    pub(super) fn index(self) -> usize {
        self.0
    }
}

#[derive(Debug)]
struct Artifact<'f> {
    ignore: Option<String>,
    ignores: Ignores,
    tree: Tree<'f>,
}

/// What decides a build of Flux that has no positions of its Kustomization in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct FluxKey {
    artifact: ArtifactId,
    folder: String,
    texts: [Option<String>; 3],
    common: [Vec<(String, String)>; 2],
    metadata: Vec<String>,
}

/// What decides a build of Argo CD that has no positions of its Application in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ArgoKey {
    parts: Vec<ArgoPart>,
    namespace: Option<String>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct ArgoPart {
    path: String,
    directory: Option<DirectoryPart>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash)]
struct DirectoryPart {
    flags: [bool; 2],
    patterns: [Option<String>; 2],
}

pub(super) struct Builds<'r, 'f> {
    repository: &'r Repository<'f>,
    settings: flux::Settings,
    artifacts: Vec<Artifact<'f>>,
    flux: HashMap<FluxKey, Rc<Made>>,
    pub(super) checkout: Checkout<'f>,
    pub(super) argo_settings: argo::Settings,
    /// The applications of each set.
    pub(super) sets: HashMap<ObjectId, Rc<SetApplications>>,
    argo: HashMap<ArgoKey, Rc<Made>>,
    left: usize,
}

impl<'r, 'f> Builds<'r, 'f> {
    pub(super) fn new(repository: &'r Repository<'f>, settings: flux::Settings, argo_settings: argo::Settings) -> Self {
        Self {
            repository,
            settings,
            artifacts: Vec::new(),
            flux: HashMap::new(),
            checkout: Checkout::of(repository.files),
            argo_settings,
            sets: HashMap::new(),
            argo: HashMap::new(),
            left: MAX_ARRIVALS,
        }
    }

    /// The artifact of a source with the patterns of `spec.ignore`.
    pub(super) fn artifact(&mut self, ignore: Option<&str>) -> ArtifactId {
        let known = self.artifacts.iter().position(|artifact| artifact.ignore.as_deref() == ignore);
        ArtifactId(known.unwrap_or_else(|| {
            let ignores = Ignores::of(self.repository, ignore);
            let tree = ignores.artifact(self.repository.files);
            self.artifacts.push(Artifact { ignore: ignore.map(ToOwned::to_owned), ignores, tree });
            self.artifacts.len() - 1
        }))
    }

    /// What the artifacts leave out, in their order.
    pub(super) fn into_ignores(self) -> Vec<Ignores> {
        self.artifacts.into_iter().map(|artifact| artifact.ignores).collect()
    }

    pub(super) fn flux(&mut self, artifact: ArtifactId, spec: &Kustomization) -> Rc<Made> {
        let Some(key) = self.flux_key(artifact, spec) else { return Rc::new(self.make_flux(artifact, spec)) };
        if let Some(known) = self.flux.get(&key) {
            return Rc::clone(known);
        }
        let made = self.make_flux(artifact, spec);
        self.keep_flux(key, spec, made)
    }

    /// `None`: another Kustomization gives another result.
    fn flux_key(&self, artifact: ArtifactId, spec: &Kustomization) -> Option<FluxKey> {
        let has_places = !spec.patches.is_empty()
            || !spec.components.is_empty()
            || spec.images.is_some()
            || spec.decryption.is_some()
            || spec.substitution.as_ref().is_some_and(|substitution| substitution.is_active());
        let (Joined::Inside(path) | Joined::Outside(path)) = join("", path_of(spec));
        let Some(Entry::Folder(folder)) = self.artifacts[artifact.0].tree.find(&path) else { return None };
        if has_places {
            return None;
        }
        let texts = [&spec.target_namespace, &spec.name_prefix, &spec.name_suffix];
        Some(FluxKey {
            artifact,
            folder: self.repository.files.folder_path(folder).to_owned(),
            texts: texts.map(|text| text.as_ref().map(|text| text.text.clone())),
            common: [spec.common_labels.clone(), spec.common_annotations.clone()],
            metadata: spec.build_metadata.iter().map(|text| text.text.clone()).collect(),
        })
    }

    fn make_flux(&mut self, artifact: ArtifactId, spec: &Kustomization) -> Made {
        if self.left == 0 {
            return Made::TooLarge;
        }
        let (made, weight) = made_by_flux(self.repository, &self.artifacts[artifact.0], spec, self.settings);
        self.left = self.left.saturating_sub(weight);
        made
    }

    fn keep_flux(&mut self, key: FluxKey, spec: &Kustomization, made: Made) -> Rc<Made> {
        let made = Rc::new(made);
        // A failure may be in the Kustomization itself.
        if !matches!(&*made, Made::Failed(failure) if failure.place.is_none_or(|place| place.file == spec.meta.file)) {
            self.flux.insert(key, Rc::clone(&made));
        }
        made
    }
}

/// A folder that a deliverer takes, as its file says.
#[derive(Debug)]
pub(super) enum Job<'j> {
    Flux(ArtifactId, &'j Kustomization),
    /// With the indexes of the sources that are folders of this repository.
    Argo(&'j Application, Vec<usize>),
}

/// A job that others may share, before and after it is done.
enum SharedJob<'j> {
    Flux(FluxKey, ArtifactId, &'j Kustomization),
    Argo(ArgoKey, &'j Application, Vec<usize>),
}

/// With what it counts.
enum DoneJob<'j> {
    Flux(FluxKey, &'j Kustomization, (Made, usize)),
    Argo(ArgoKey, &'j Application, (Made, usize)),
}

impl Builds<'_, '_> {
    /// Builds the folders of many deliverers in parallel, in as far as they can be shared.
    pub(super) fn prepare(&mut self, jobs: Vec<Job<'_>>) {
        let mut shared = self.shared(jobs);
        if shared.len() < FEW_JOBS || rayon::current_num_threads() < 2 {
            return;
        }
        while !shared.is_empty() && self.left > 0 {
            let later = shared.split_off(shared.len().min(JOBS_AT_ONCE));
            let Self { repository, settings, artifacts, checkout, argo_settings, .. } = &*self;
            let work = |job| match job {
                SharedJob::Flux(key, artifact, spec) => {
                    DoneJob::Flux(key, spec, made_by_flux(repository, &artifacts[artifact.0], spec, *settings))
                }
                SharedJob::Argo(key, application, sources) => {
                    let sources = sources_of(application, &sources);
                    let made = made_by_argo(repository, checkout, application, &sources, argo_settings);
                    DoneJob::Argo(key, application, made)
                }
            };
            let done: Vec<DoneJob<'_>> = shared.into_par_iter().map(work).collect();
            // As if one had been built after the other.
            for done in done {
                if self.left == 0 {
                    return;
                }
                match done {
                    DoneJob::Flux(key, spec, (made, weight)) => {
                        self.left = self.left.saturating_sub(weight);
                        self.keep_flux(key, spec, made);
                    }
                    DoneJob::Argo(key, application, (made, weight)) => {
                        self.left = self.left.saturating_sub(weight);
                        self.keep_argo(key, application, made);
                    }
                }
            }
            shared = later;
        }
    }

    /// Those of the jobs that differ from all others.
    fn shared<'j>(&self, jobs: Vec<Job<'j>>) -> Vec<SharedJob<'j>> {
        let (mut flux, mut argo) = (HashSet::new(), HashSet::new());
        let mut shared = Vec::new();
        for job in jobs {
            match job {
                Job::Flux(artifact, spec) => {
                    let Some(key) = self.flux_key(artifact, spec) else { continue };
                    if flux.insert(key.clone()) {
                        shared.push(SharedJob::Flux(key, artifact, spec));
                    }
                }
                Job::Argo(application, sources) => {
                    let key = self.argo_key(application, &sources_of(application, &sources));
                    let Some(key) = key.filter(|key| argo.insert(key.clone())) else { continue };
                    shared.push(SharedJob::Argo(key, application, sources));
                }
            }
        }
        shared
    }
}

fn sources_of<'a>(application: &'a Application, sources: &[usize]) -> Vec<&'a Source> {
    sources.iter().filter_map(|at| application.sources.get(*at)).collect()
}

impl Builds<'_, '_> {
    /// What some sources of an Application give, those that are folders of this repository.
    pub(super) fn argo(&mut self, application: &Application, sources: &[usize]) -> Rc<Made> {
        let sources = sources_of(application, sources);
        let Some(key) = self.argo_key(application, &sources) else {
            return Rc::new(self.make_argo(application, &sources));
        };
        if let Some(known) = self.argo.get(&key) {
            return Rc::clone(known);
        }
        let made = self.make_argo(application, &sources);
        self.keep_argo(key, application, made)
    }

    fn keep_argo(&mut self, key: ArgoKey, application: &Application, made: Made) -> Rc<Made> {
        let made = Rc::new(made);
        let own = application.meta.file;
        // A failure may be in the Application itself.
        if !matches!(&*made, Made::ArgoFailed(failure) if failure.place.is_none_or(|place| place.file == own)) {
            self.argo.insert(key, Rc::clone(&made));
        }
        made
    }

    /// `None`: another Application gives another result.
    fn argo_key(&self, application: &Application, sources: &[&Source]) -> Option<ArgoKey> {
        let overrides = format!(".argocd-source-{}.yaml", application.name());
        let mut parts = Vec::new();
        for source in sources {
            let path = source.path.as_ref()?;
            let Joined::Inside(folder) = join("", &path.text) else { return None };
            let Some(Entry::Folder(found)) = self.checkout.tree.find(&folder) else { return None };
            if source.kustomize.is_some()
                || source.helm.is_some()
                || source.plugin.is_some()
                || self.checkout.tree.file_in(found, &overrides).is_some()
            {
                return None;
            }
            let text = |text: &Option<Text>| text.as_ref().map(|text| text.text.clone());
            let directory = source.directory.as_ref().map(|directory| {
                let takes_all_names = directory.disables_extension_filter.is_some_and(|flag| flag.value);
                DirectoryPart {
                    flags: [directory.is_recursive(), takes_all_names],
                    patterns: [text(&directory.include), text(&directory.exclude)],
                }
            });
            parts.push(ArgoPart { path: path.text.clone(), directory });
        }
        let namespace = application.destination.namespace.as_ref().map(|namespace| namespace.text.clone());
        Some(ArgoKey { parts, namespace })
    }

    fn make_argo(&mut self, application: &Application, sources: &[&Source]) -> Made {
        if self.left == 0 {
            return Made::TooLarge;
        }
        let (made, weight) = made_by_argo(self.repository, &self.checkout, application, sources, &self.argo_settings);
        self.left = self.left.saturating_sub(weight);
        made
    }
}

/// What Flux makes of a folder, and how many arrivals that counts for.
fn made_by_flux(
    repository: &Repository<'_>,
    artifact: &Artifact<'_>,
    spec: &Kustomization,
    settings: flux::Settings,
) -> (Made, usize) {
    match flux::deliver(repository, &artifact.tree, spec, settings) {
        Ok(delivery) => {
            let is_substituted = spec.substitution.as_ref().is_some_and(|post| post.is_active());
            let weight = if is_substituted { SUBSTITUTION_WEIGHT } else { 1 };
            let weight = delivery.objects.len() * weight;
            (Made::Built(Built::of_flux(delivery)), weight)
        }
        Err(failure) if failure.failure.kind == FailureKind::TooLarge => (Made::TooLarge, 0),
        Err(failure) => (Made::Failed(failure.failure), 0),
    }
}

/// The same for Argo CD.
fn made_by_argo(
    repository: &Repository<'_>,
    checkout: &Checkout<'_>,
    application: &Application,
    sources: &[&Source],
    settings: &argo::Settings,
) -> (Made, usize) {
    let delivery = match argo::deliver(repository, checkout, application, sources, settings) {
        Ok(delivery) => delivery,
        Err(failure) if failure.kind == ArgoFailureKind::Build(FailureKind::TooLarge) => return (Made::TooLarge, 0),
        Err(failure) => return (Made::ArgoFailed(failure), 0),
    };
    let weight = delivery.objects.len();
    let opaque = |source: &SourceBuild| matches!(source.source_type, SourceType::Helm | SourceType::Plugin);
    if delivery.sources.iter().all(opaque) {
        let unknown = delivery.sources.iter().flat_map(|source| &source.unknowns).next();
        return (Made::NotKnown(unknown.map_or(NotKnown::Helm(None), not_known_of)), weight);
    }
    (Made::Built(Built::of_argo(delivery)), weight)
}

fn not_known_of(unknown: &ArgoUnknown) -> NotKnown {
    match unknown.kind {
        ArgoUnknownKind::Helm => NotKnown::Helm(unknown.place),
        ArgoUnknownKind::Plugin => NotKnown::Plugin(unknown.place),
        ArgoUnknownKind::Jsonnet(_) => NotKnown::Jsonnet(unknown.place),
        ArgoUnknownKind::Variables => NotKnown::Kustomize(UnknownKind::Variables, unknown.place),
        ArgoUnknownKind::Kustomize(kind) => NotKnown::Kustomize(kind, unknown.place),
    }
}

/// `spec.path`, or nothing.
pub(super) fn path_of(spec: &Kustomization) -> &str {
    spec.path.as_ref().map_or("", |path| &path.text)
}

impl Built {
    fn of_flux(delivery: Delivery) -> Self {
        let applied = delivery.objects.into_iter().map(|delivered| Arrival {
            object: delivered.object,
            dialect: Dialect::Kustomize,
            fate: Fate::Applied,
            substituted: delivered.substituted.map(Box::new),
            loses_labels: delivered.loses_labels,
        });
        let vanished = delivery.vanished.into_iter().map(|vanished| Arrival {
            object: vanished.object,
            dialect: Dialect::Kustomize,
            fate: Fate::Vanished(vanished.reason),
            substituted: None,
            loses_labels: false,
        });
        let arrivals: Arc<[Arrival]> = applied.chain(vanished).collect();
        Self::new(arrivals, delivery.build, delivery.is_generated)
    }

    fn of_argo(delivery: argo::Delivery) -> Self {
        let arrival = |object, dialect, fate| Arrival { object, dialect, fate, substituted: None, loses_labels: false };
        let dialect = delivery.sources.first().map_or(Dialect::Kubectl, |source| source.dialect);
        let applied = delivery.objects.into_iter();
        let applied = applied.map(|delivered| arrival(delivered.object, delivered.dialect, Fate::Applied));
        let replaced = delivery.replaced.into_iter();
        let replaced = replaced.map(|replaced| arrival(replaced.object, dialect, Fate::Replaced { by: replaced.by }));
        let arrivals: Arc<[Arrival]> = applied.chain(replaced).collect();
        let mut built = Self::new(arrivals, Build::default(), true);
        for source in delivery.sources {
            built.is_whole_folder &= source.source_type == SourceType::Directory;
            built.is_recursive &= source.is_recursive;
            built.not_known.extend(source.unknowns.iter().map(not_known_of));
            built.files.extend(source.files.difference(&source.kustomizations));
            built.kustomizations.extend(source.kustomizations);
            built.other_files.extend(source.other_files);
            built.left_out.extend(source.skipped.iter().map(|skipped| (skipped.file, link_of(skipped.reason))));
            built.lost.extend(source.lost);
        }
        for files in [&mut built.files, &mut built.kustomizations, &mut built.other_files] {
            files.sort_unstable();
            files.dedup();
        }
        built
    }

    /// What `kubectl apply -k` takes.
    pub(super) fn of_kustomize(mut build: Build) -> Self {
        let applied = std::mem::take(&mut build.objects).into_iter().map(|object| Arrival {
            object,
            dialect: Dialect::Kustomize,
            fate: Fate::Applied,
            substituted: None,
            loses_labels: false,
        });
        Self::new(applied.collect(), build, false)
    }

    fn new(arrivals: Arc<[Arrival]>, build: Build, is_whole_folder: bool) -> Self {
        Self {
            wiring: wiring(&arrivals),
            arrivals,
            not_known: build.unknowns.iter().map(|unknown| NotKnown::Kustomize(unknown.kind, unknown.place)).collect(),
            files: build.files.into_iter().collect(),
            kustomizations: build.kustomizations.into_iter().collect(),
            other_files: build.other_files.into_iter().collect(),
            is_whole_folder,
            left_out: Vec::new(),
            lost: Vec::new(),
            is_recursive: true,
        }
    }
}

fn link_of(reason: SkipReason) -> Link {
    match reason {
        SkipReason::Excluded | SkipReason::NotIncluded => Link::Excluded,
        SkipReason::Marker => Link::Skipped,
        SkipReason::NoManifest => Link::NoObject,
        SkipReason::Symlink => Link::Symlink,
    }
}

fn wiring(arrivals: &[Arrival]) -> Vec<usize> {
    let is_part = |arrival: &Arrival| arrival.fate == Fate::Applied && is_wanted(&arrival.object.header);
    (0..arrivals.len()).filter(|at| is_part(&arrivals[*at])).collect()
}
