//! Finds the deliverers that nothing in the repository delivers, or only themselves: where delivery begins.

use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;

use super::builds::{ArtifactId, Builds, Built, Job, Made, path_of};
use super::flow::{Flow, Instance, Root, artifact_of, written_below};
use super::found::{Found, ObjectId, Written};
use super::links::{Links, parent};
use super::model::Tool;
use super::sets::applications;
use crate::delivery::argo::objects::Application;
use crate::delivery::files::{Entry, FileId, Joined, join};
use crate::delivery::flux::objects::Kustomization;
use crate::delivery::kustomize::{FILE_NAMES, Options, build, kustomization};
use crate::delivery::object::Origin;
use crate::delivery::place::Place;
use crate::delivery::repository::Repository;
use crate::delivery::tree::Tree;

/// As often are roots taken away that turn out to be delivered.
const MAX_PASSES: usize = 3;

/// Follows delivery from roots that are really roots.
pub(super) fn follow<'x, 'r, 'f>(
    repository: &'r Repository<'f>,
    found: &'x Found,
    links: &'x Links<'x>,
    builds: &'x mut Builds<'r, 'f>,
) -> Flow<'x, 'r, 'f> {
    let mut roots = roots(repository, found, links, builds);
    for _ in 1..MAX_PASSES {
        let mut flow = Flow::new(repository, found, links, &mut *builds);
        flow.run(&roots);
        let delivered = delivered_after_all(&flow);
        if delivered.is_empty() {
            break;
        }
        roots.retain(|root| !matches!(root, Root::Object { object, .. } if delivered.contains(object)));
    }
    let mut flow = Flow::new(repository, found, links, builds);
    flow.run(&roots);
    flow
}

/// Roots that something else delivers too, as its variables or patches say.
fn delivered_after_all(flow: &Flow<'_, '_, '_>) -> BTreeSet<ObjectId> {
    let mut roots = BTreeMap::new();
    for (at, instance) in flow.instances.iter().enumerate() {
        if instance.is_root {
            roots.insert(instance.object, at);
        }
    }
    let is_delivered = |(at, instance): (usize, &Instance)| {
        let root = *roots.get(&instance.object)?;
        let is_other = !instance.delivered_by.is_empty() && leads_elsewhere(flow, at, root);
        is_other.then_some(instance.object)
    };
    flow.instances.iter().enumerate().filter_map(is_delivered).collect()
}

/// Whether what delivers an instance goes back to another root.
fn leads_elsewhere(flow: &Flow<'_, '_, '_>, at: usize, root: usize) -> bool {
    let mut waiting = flow.instances[at].delivered_by.clone();
    let mut seen: BTreeSet<usize> = waiting.iter().copied().collect();
    while let Some(above) = waiting.pop() {
        if above == root {
            continue;
        }
        if flow.instances[above].is_root {
            return true;
        }
        for next in &flow.instances[above].delivered_by {
            if seen.insert(*next) {
                waiting.push(*next);
            }
        }
    }
    false
}

/// What one object delivers, as the files have it.
#[derive(Debug, Default)]
struct Edges {
    to: Vec<ObjectId>,
    /// The folder that it takes.
    folder: Option<String>,
    kustomizations: Vec<FileId>,
}

fn roots<'r, 'f>(
    repository: &'r Repository<'f>,
    found: &Found,
    links: &Links<'_>,
    builds: &mut Builds<'r, 'f>,
) -> Vec<Root> {
    prepare(repository, found, links, builds);
    let mut edges: BTreeMap<ObjectId, Edges> = BTreeMap::new();
    for (id, written) in found.deliverers() {
        let mut own = Edges::default();
        match written {
            Written::Flux(spec) => own.add_flux(repository, found, links, builds, spec),
            Written::Application(application) => own.add_argo(repository, found, links, builds, application),
            Written::Set(set) => {
                for (application, _) in &applications(repository, found, links, builds, id, set).applications {
                    own.add_argo(repository, found, links, builds, application);
                }
            }
        }
        own.to.sort_unstable();
        own.to.dedup();
        edges.insert(id, own);
    }
    let tops = tops(&edges);
    let mut objects: BTreeSet<ObjectId> = tops.iter().copied().collect();
    let read: BTreeSet<FileId> = edges.values().flat_map(|edges| edges.kustomizations.iter().copied()).collect();
    let mut roots = Vec::new();
    for (folder, built) in by_hand(repository, found, &objects, &read) {
        let mut tool = None;
        for object in deliverers_in(found, &built) {
            objects.remove(&object);
            tool = tool.or_else(|| found.get(object).deliverer().map(Written::tool));
        }
        roots.push(Root::Kustomization { folder, tool: tool.unwrap_or(Tool::Flux), built: Rc::new(built) });
    }
    for object in tops.into_iter().filter(|object| objects.contains(object)) {
        let edges = edges.get(&object);
        let delivers_itself = edges.is_some_and(|edges| edges.to.contains(&object));
        let own_folder = edges.and_then(|edges| edges.folder.clone()).filter(|_| delivers_itself);
        roots.push(Root::Object { object, own_folder });
    }
    roots
}

/// Builds in parallel what all deliverers take.
fn prepare<'r, 'f>(repository: &'r Repository<'f>, found: &Found, links: &Links<'_>, builds: &mut Builds<'r, 'f>) {
    let mut jobs = Vec::new();
    let mut made = Vec::new();
    let mut written_applications = Vec::new();
    for (id, written) in found.deliverers() {
        match written {
            Written::Flux(spec) => jobs.extend(artifact(links, builds, spec).map(|artifact| Job::Flux(artifact, spec))),
            Written::Application(application) => written_applications.push(&**application),
            Written::Set(set) => made.push(applications(repository, found, links, builds, id, set)),
        }
    }
    let of_sets = made.iter().flat_map(|made| &made.applications).map(|(application, _)| application);
    for application in written_applications.into_iter().chain(of_sets) {
        if let (own, Some(_)) = links.of_application(application) {
            jobs.push(Job::Argo(application, own));
        }
    }
    builds.prepare(jobs);
}

/// What the source of a Kustomization packs; `None`: that is not this repository.
fn artifact(links: &Links<'_>, builds: &mut Builds<'_, '_>, spec: &Kustomization) -> Option<ArtifactId> {
    let near = links.written_near(spec);
    let written = links.written(spec);
    let sources = near.iter().chain(&written).map(|source| Some(*source));
    // In doubt, each of them may be the source.
    let mut linked = sources.filter(|source| links.link(spec, *source).is_some());
    let source = match linked.next() {
        Some(source) => source,
        None if written.is_empty() && links.link(spec, None).is_some() => None,
        None => return None,
    };
    Some(artifact_of(builds, source.and_then(|source| links.source(source))))
}

impl Edges {
    fn add_flux<'r, 'f>(
        &mut self,
        repository: &'r Repository<'f>,
        found: &Found,
        links: &Links<'_>,
        builds: &mut Builds<'r, 'f>,
        spec: &Kustomization,
    ) {
        let Some(artifact) = artifact(links, builds, spec) else { return };
        let made = builds.flux(artifact, spec);
        self.add(repository, found, &made, links.folder(path_of(spec)));
    }

    fn add_argo<'r, 'f>(
        &mut self,
        repository: &'r Repository<'f>,
        found: &Found,
        links: &Links<'_>,
        builds: &mut Builds<'r, 'f>,
        application: &Application,
    ) {
        let (own, link) = links.of_application(application);
        if link.is_none() {
            return;
        }
        let path = own.first().and_then(|at| application.sources.get(*at)?.path.as_ref());
        let made = builds.argo(application, &own);
        self.add(repository, found, &made, path.and_then(|path| links.folder(&path.text)));
    }

    fn add(&mut self, repository: &Repository<'_>, found: &Found, made: &Made, folder: Option<String>) {
        match made {
            Made::Built(built) => {
                self.to.extend(deliverers_in(found, built));
                self.kustomizations.extend(&built.kustomizations);
            }
            Made::Failed(_) | Made::ArgoFailed(_) | Made::TooLarge => {
                let below = folder.iter().flat_map(|folder| written_below(found, repository.files, folder));
                self.to.extend(below.filter(|id| found.get(*id).deliverer().is_some()));
            }
            Made::NotKnown(_) | Made::SetFailed(_) => {}
        }
        self.folder = self.folder.take().or(folder);
    }
}

fn deliverers_in<'b>(found: &'b Found, built: &'b Built) -> impl Iterator<Item = ObjectId> + 'b {
    built.wiring.iter().filter_map(|at| {
        let Origin::Manifest { file, span, .. } = &built.arrivals[*at].object.origin else { return None };
        let object = found.at(Place { file: *file, span: *span })?;
        found.get(object).deliverer().map(|_| object)
    })
}

/// One object of each circle that nothing outside of the circle leads to, and each object that nothing leads to. Those
/// that deliver themselves are preferred.
fn tops(edges: &BTreeMap<ObjectId, Edges>) -> Vec<ObjectId> {
    let next = |id: &ObjectId| edges.get(id).map_or(&[][..], |edges| &edges.to);
    let (own, others): (Vec<ObjectId>, Vec<ObjectId>) = edges.keys().copied().partition(|id| next(id).contains(id));
    let mut seen = BTreeSet::new();
    let mut finished = Vec::new();
    for start in own.into_iter().chain(others) {
        if !seen.insert(start) {
            continue;
        }
        let mut path = vec![(start, 0)];
        while let Some((at, done)) = path.last_mut() {
            match next(at).get(*done) {
                Some(below) => {
                    *done += 1;
                    if seen.insert(*below) {
                        path.push((*below, 0));
                    }
                }
                None => {
                    finished.push(*at);
                    path.pop();
                }
            }
        }
    }
    // The last to be finished leads to all that it is in a circle with, and nothing that is left leads to it.
    let mut reached = BTreeSet::new();
    let mut tops = Vec::new();
    for top in finished.into_iter().rev() {
        if !reached.insert(top) {
            continue;
        }
        tops.push(top);
        let mut waiting = vec![top];
        while let Some(at) = waiting.pop() {
            waiting.extend(next(&at).iter().copied().filter(|below| reached.insert(*below)));
        }
    }
    tops.sort_unstable();
    tops
}

/// The kustomizations that have deliverers, and that nothing in the repository leads to: somebody applies them by hand.
fn by_hand(
    repository: &Repository<'_>,
    found: &Found,
    objects: &BTreeSet<ObjectId>,
    read: &BTreeSet<FileId>,
) -> Vec<(String, Built)> {
    let wanted: BTreeSet<FileId> = objects.iter().map(|object| found.get(*object).place().file).collect();
    let is_unread = |file: FileId| is_kustomization(repository, file) && !read.contains(&file);
    if wanted.is_empty() || !repository.files.ids().any(is_unread) {
        return Vec::new();
    }
    let graph = Graph::of(repository);
    let tree = Tree::checkout(repository.files);
    let mut built = Vec::new();
    for (file, folder) in &graph.tops {
        if read.contains(file) || !graph.leads_to(folder, &wanted) {
            continue;
        }
        if let Ok(build) = build(repository, &tree, folder, None, Options::KUBECTL) {
            let build = Built::of_kustomize(build);
            if deliverers_in(found, &build).any(|object| objects.contains(&object)) {
                built.push((folder.clone(), build));
            }
        }
    }
    built
}

/// Whether a file is called like a kustomization.
fn is_kustomization(repository: &Repository<'_>, file: FileId) -> bool {
    let path = repository.files.path(file);
    let name = path.rsplit_once('/').map_or(path, |(_, name)| name);
    FILE_NAMES.contains(&name)
}

/// Which kustomization leads to which files and folders.
#[derive(Debug, Default)]
struct Graph {
    files: BTreeMap<String, Vec<FileId>>,
    folders: BTreeMap<String, Vec<String>>,
    /// Those that no other one leads to, with their folders.
    tops: Vec<(FileId, String)>,
}

impl Graph {
    fn of(repository: &Repository<'_>) -> Self {
        let mut graph = Self::default();
        let tree = Tree::checkout(repository.files);
        let mut all = Vec::new();
        for file in repository.files.ids() {
            if !is_kustomization(repository, file) {
                continue;
            }
            let folder = parent(repository.files.path(file)).to_owned();
            let read = kustomization::Kustomization::read(repository, file, kustomization::Strictness::Lenient);
            let Ok(read) = read else { continue };
            for path in read.resources.iter().chain(&read.components) {
                let Joined::Inside(path) = join(&folder, &path.text) else { continue };
                match tree.find(&path) {
                    Some(Entry::File(file)) => graph.files.entry(folder.clone()).or_default().push(file),
                    Some(Entry::Folder(below)) => {
                        let below = repository.files.folder_path(below).to_owned();
                        graph.folders.entry(folder.clone()).or_default().push(below);
                    }
                    None => {}
                }
            }
            if !read.is_component {
                all.push((file, folder));
            }
        }
        let below: BTreeSet<&String> = graph.folders.values().flatten().collect();
        all.retain(|(_, folder)| !below.contains(folder));
        graph.tops = all;
        graph
    }

    fn leads_to(&self, folder: &str, wanted: &BTreeSet<FileId>) -> bool {
        let mut waiting = vec![folder];
        let mut seen: BTreeSet<&str> = waiting.iter().copied().collect();
        while let Some(folder) = waiting.pop() {
            if self.files.get(folder).into_iter().flatten().any(|file| wanted.contains(file)) {
                return true;
            }
            let below = self.folders.get(folder).into_iter().flatten();
            waiting.extend(below.map(String::as_str).filter(|below| seen.insert(*below)));
        }
        false
    }
}
