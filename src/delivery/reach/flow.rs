//! Follows delivery from the deliverers that nothing delivers to all that they deliver, cluster by cluster.

use std::collections::{BTreeSet, HashMap, VecDeque};
use std::rc::Rc;

use super::builds::{ArtifactId, Builds, Built, Made, SetApplications, path_of};
use super::clusters::{Clusters, Key, is_cluster_file};
use super::found::{Found, FoundObject, ObjectId, SourceKind, Written};
use super::links::{Links, may_be_one, parent, source_kind, source_name};
use super::living::{Changes, Living};
use super::model::{ClusterId, SourceLink, Tool};
use super::sets::applications;
use crate::delivery::argo::objects::{Application, ApplicationSet};
use crate::delivery::files::{Files, is_below};
use crate::delivery::flux::objects::{Kustomization, Repository as SourceObject};
use crate::delivery::object::Origin;
use crate::delivery::place::Place;
use crate::delivery::repository::Repository;

/// More deliverers are not followed.
const MAX_INSTANCES: usize = 20_000;
/// Sources that arrive by what needs a source itself are waited for so many times.
const MAX_ROUNDS: usize = 100;

/// What nobody delivers.
#[derive(Debug)]
pub(super) enum Root {
    /// An object that somebody applies by hand, or that delivers itself: then with the folder that it takes.
    Object { object: ObjectId, own_folder: Option<String> },
    /// A kustomization that somebody applies by hand.
    Kustomization { folder: String, tool: Tool, built: Rc<Built> },
}

/// A deliverer in a cluster. One object of a file is several if several deliver it, or if it is a set.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) object: ObjectId,
    pub(super) living: Living,
    /// The cluster that it lives in.
    pub(super) home: ClusterId,
    pub(super) is_root: bool,
    /// Those that deliver it.
    pub(super) delivered_by: Vec<usize>,
    /// The source of a Kustomization.
    pub(super) source: Option<ObjectId>,
    /// Its source is nowhere in the repository.
    pub(super) has_no_source: bool,
    /// The sources of an Application that are folders of this repository.
    pub(super) own_sources: Vec<usize>,
    /// `None`: its source is another repository.
    pub(super) link: Option<SourceLink>,
    /// The cluster that it delivers to.
    pub(super) cluster: ClusterId,
    pub(super) artifact: Option<ArtifactId>,
    /// `None`: its source is another repository, or what it takes is not known.
    pub(super) made: Option<Rc<Made>>,
}

/// A source that a cluster has.
#[derive(Debug)]
struct HomeSource {
    namespace: String,
    object: ObjectId,
}

pub(super) struct Flow<'x, 'r, 'f> {
    repository: &'r Repository<'f>,
    found: &'x Found,
    links: &'x Links<'x>,
    builds: &'x mut Builds<'r, 'f>,
    pub(super) clusters: Clusters,
    pub(super) instances: Vec<Instance>,
    by_identity: HashMap<(ObjectId, ClusterId, String, String), usize>,
    sources: HashMap<(ClusterId, SourceKind, String), Vec<HomeSource>>,
    /// The names of the projects of Argo CD in each cluster.
    pub(super) projects: HashMap<ClusterId, BTreeSet<String>>,
    roots: HashMap<(Key, String, String), ObjectId>,
    /// Folders with deliverers that name their clusters.
    hubs: BTreeSet<String>,
    queue: VecDeque<usize>,
}

impl<'x, 'r, 'f> Flow<'x, 'r, 'f> {
    pub(super) fn new(
        repository: &'r Repository<'f>,
        found: &'x Found,
        links: &'x Links<'x>,
        builds: &'x mut Builds<'r, 'f>,
    ) -> Self {
        Self {
            repository,
            found,
            links,
            builds,
            clusters: Clusters::default(),
            instances: Vec::new(),
            by_identity: HashMap::new(),
            sources: HashMap::new(),
            projects: HashMap::new(),
            roots: HashMap::new(),
            hubs: hubs(found, repository.files),
            queue: VecDeque::new(),
        }
    }

    /// Follows everything from the roots.
    pub(super) fn run(&mut self, roots: &[Root]) {
        roots.iter().for_each(|root| self.begin(root));
        let mut waiting = Vec::new();
        let mut rounds = 0;
        let mut has_all = false;
        loop {
            let mut has_progress = false;
            while let Some(at) = self.queue.pop_front() {
                if self.look_up(at, false) {
                    self.deliver(at);
                    has_progress = true;
                } else {
                    waiting.push(at);
                }
            }
            if has_progress && !waiting.is_empty() && rounds < MAX_ROUNDS {
                rounds += 1;
                self.queue.extend(waiting.drain(..));
                continue;
            }
            if !waiting.is_empty() {
                // What is not in their cluster by now is looked for in all files.
                for at in std::mem::take(&mut waiting) {
                    self.look_up(at, true);
                    self.deliver(at);
                }
                continue;
            }
            if has_all {
                return;
            }
            has_all = true;
            self.begin_with_the_rest();
        }
    }

    /// Whatever delivers these is not known; they are looked at on their own.
    fn begin_with_the_rest(&mut self) {
        let mut has_instance = vec![false; self.found.objects.len()];
        self.instances.iter().for_each(|instance| has_instance[instance.object.index()] = true);
        for (object, _) in self.found.deliverers().filter(|(id, _)| !has_instance[id.index()]) {
            self.begin(&Root::Object { object, own_folder: None });
        }
    }

    fn begin(&mut self, root: &Root) {
        match root {
            Root::Object { object, own_folder } => {
                let Some(written) = self.found.get(*object).deliverer() else { return };
                let path = self.repository.files.path(written.place().file);
                let folder = own_folder.as_deref().unwrap_or_else(|| parent(path));
                let key = self.root_key(*object, written, folder, path);
                let home = self.clusters.of_key(key);
                if own_folder.is_none() {
                    for id in self.links.objects_in(parent(path)) {
                        self.add_beside(id, home);
                    }
                }
                let living = match own_folder {
                    Some(_) => Living::written(written),
                    None => Living::applied_by_hand(written),
                };
                self.add_written(*object, living, home, None);
            }
            Root::Kustomization { folder, tool, built } => {
                let home = self.clusters.of_key(Key::Own(*tool, folder.clone()));
                self.follow_arrivals(built, None, home);
            }
        }
    }

    /// What comes from one folder lives in one cluster, unless it has two objects of one name.
    fn root_key(&mut self, object: ObjectId, written: &Written, folder: &str, path: &str) -> Key {
        let [namespace, name] = written.names();
        let identity = format!("{} {name}", written.kind());
        let is_of_cluster = folder == parent(path) && is_cluster_file(path) && !self.hubs.contains(folder);
        let folder = if is_of_cluster { path } else { folder };
        for root in [folder, path] {
            let key = Key::Own(written.tool(), root.to_owned());
            let first = self.roots.entry((key.clone(), namespace.to_owned(), identity.clone())).or_insert(object);
            if *first == object {
                return key;
            }
        }
        Key::Own(written.tool(), format!("{path}#{}", written.place().span.start))
    }

    /// Adds a deliverer, or those that a set makes.
    fn add_written(&mut self, object: ObjectId, living: Living, home: ClusterId, by: Option<usize>) {
        match &living.spec {
            Written::Set(set) if !living.doubt.whole => self.add_set(object, set, &living, home, by),
            Written::Flux(_) | Written::Application(_) | Written::Set(_) => {
                self.add(object, living, home, by);
            }
        }
    }

    fn add_set(&mut self, object: ObjectId, set: &ApplicationSet, living: &Living, home: ClusterId, by: Option<usize>) {
        let made: Rc<SetApplications> = applications(self.repository, self.found, self.links, self.builds, object, set);
        let [namespace, name] = living.spec.names();
        for (application, place) in &made.applications {
            let mut spec = Written::Application(Box::new(application.clone()));
            let [_, own_name] = spec.names();
            let own_name = own_name.to_owned();
            spec.rename(namespace, &own_name);
            let set = Some((name.to_owned(), Some(*place)));
            let living = Living { spec, doubt: living.doubt, set, wave: living.wave };
            self.add(object, living, home, by);
        }
        if let Some(open) = &made.open {
            let at = self.add(object, living.clone(), home, by);
            if let Some(instance) = at.and_then(|at| self.instances.get_mut(at)) {
                instance.made = Some(Rc::clone(open));
            }
        }
    }

    /// Adds a deliverer; its index if it is new.
    fn add(&mut self, object: ObjectId, living: Living, home: ClusterId, by: Option<usize>) -> Option<usize> {
        let [namespace, name] = living.spec.names();
        let identity = (object, home, namespace.to_owned(), format!("{} {name}", living.spec.kind()));
        if let Some(known) = self.by_identity.get(&identity) {
            if let Some(by) = by.filter(|by| !self.instances[*known].delivered_by.contains(by)) {
                self.instances[*known].delivered_by.push(by);
            }
            return None;
        }
        if self.instances.len() >= MAX_INSTANCES {
            return None;
        }
        let at = self.instances.len();
        self.by_identity.insert(identity, at);
        self.instances.push(Instance {
            object,
            living,
            home,
            is_root: by.is_none(),
            delivered_by: by.into_iter().collect(),
            source: None,
            has_no_source: false,
            own_sources: Vec::new(),
            link: None,
            cluster: home,
            artifact: None,
            made: None,
        });
        self.queue.push_back(at);
        Some(at)
    }

    /// Finds out what the source of a deliverer is. False: it may arrive later.
    fn look_up(&mut self, at: usize, is_last: bool) -> bool {
        match &self.instances[at].living.spec {
            Written::Flux(_) => self.look_up_source(at, is_last),
            Written::Application(application) => {
                let (own_sources, link) = self.links.of_application(application);
                let is_hydrated = application.hydrator.is_some() && application.sources.is_empty();
                let in_doubt = is_hydrated || self.instances[at].living.doubt.whole;
                let instance = &mut self.instances[at];
                instance.living.doubt.whole = in_doubt;
                instance.own_sources = own_sources;
                instance.link = link.or(in_doubt.then_some(SourceLink::Assumed));
                true
            }
            Written::Set(set) => {
                let may_be_own = self.links.may_be_own(set);
                self.instances[at].link = may_be_own.then_some(SourceLink::Assumed);
                true
            }
        }
    }

    fn look_up_source(&mut self, at: usize, is_last: bool) -> bool {
        let instance = &self.instances[at];
        let Some(spec) = instance.living.flux() else { return true };
        let (namespace, name) = source_name(spec);
        let kind = source_kind(spec);
        let known = self.sources.get(&(instance.home, kind, name.to_owned())).into_iter().flatten();
        let mut known = known.filter(|source| may_be_one(&source.namespace, namespace));
        let mut found = known.next().map(|source| source.object);
        if found.is_none() && instance.is_root {
            found = self.links.written_near(spec).first().copied();
        }
        let mut has_no_source = false;
        let mut is_unclear = false;
        if found.is_none() && kind != SourceKind::Other {
            if !is_last {
                return false;
            }
            let written = self.links.written(spec);
            has_no_source = written.is_empty();
            // Of sources that disagree, each may be the one.
            found = written.first().copied().filter(|_| self.links.agree(&written));
            is_unclear = found.is_none() && !has_no_source;
        }
        let link = self.links.link(spec, found).filter(|_| !is_unclear);
        let link = link.or_else(|| found.filter(|_| instance.living.doubt.whole).and_then(|id| self.link_in_doubt(id)));
        let instance = &mut self.instances[at];
        instance.has_no_source = has_no_source;
        instance.source = found;
        instance.link = link;
        true
    }

    /// The path of a deliverer in doubt may be another one than is written.
    fn link_in_doubt(&self, source: ObjectId) -> Option<SourceLink> {
        let source = self.links.source(source)?;
        self.links.link_of_url(source.url.as_ref().map(|url| url.text.as_str()), true)
    }

    /// Builds what a deliverer takes, and follows what is in it.
    fn deliver(&mut self, at: usize) {
        let cluster = self.cluster_of(at);
        let instance = &mut self.instances[at];
        instance.cluster = cluster;
        if instance.link.is_none() || instance.living.doubt.whole {
            return;
        }
        let made = match &instance.living.spec {
            Written::Flux(spec) => {
                let artifact = artifact_of(self.builds, instance.source.and_then(|source| self.links.source(source)));
                instance.artifact = Some(artifact);
                self.builds.flux(artifact, spec)
            }
            Written::Application(application) => self.builds.argo(application, &instance.own_sources),
            Written::Set(_) => return,
        };
        instance.made = Some(Rc::clone(&made));
        if !self.clusters.is_followed(cluster) {
            return;
        }
        match &*made {
            Made::Built(built) => self.follow_arrivals(built, Some(at), cluster),
            Made::Failed(_) | Made::ArgoFailed(_) | Made::TooLarge => self.follow_files(at, cluster),
            Made::NotKnown(_) | Made::SetFailed(_) => {}
        }
    }

    fn cluster_of(&mut self, at: usize) -> ClusterId {
        let instance = &self.instances[at];
        let home = instance.home;
        let key = match &instance.living.spec {
            _ if instance.living.doubt.whole => None,
            Written::Flux(spec) => match key_of_kustomization(spec, home) {
                Some(key) => key,
                None => return home,
            },
            Written::Application(application) => match self.key_of_application(application, home) {
                Some(key) => key,
                None => return home,
            },
            Written::Set(_) => None,
        };
        match key {
            Some(key) => self.clusters.of_key(key),
            None => self.clusters.unknown(home),
        }
    }

    /// The cluster of a destination. `None`: its own.
    fn key_of_application(&self, application: &Application, home: ClusterId) -> Option<Option<Key>> {
        let destination = &application.destination;
        if destination.is_local() {
            return None;
        }
        let name_of = |name: &str| {
            let known = self.found.clusters().into_iter().find(|cluster| {
                cluster.name.as_ref().is_some_and(|known| known.text == name) && !cluster.is_unreadable
            });
            match known.and_then(|cluster| cluster.server.as_ref()) {
                Some(server) => Key::Server(home, server.text.trim_end_matches('/').to_owned()),
                None => Key::Name(home, name.to_owned()),
            }
        };
        Some(match (&destination.server, &destination.name) {
            (Some(server), None) => Some(Key::Server(home, server.text.trim_end_matches('/').to_owned())),
            (None, Some(name)) => Some(name_of(&name.text)),
            (None, None) | (Some(_), Some(_)) => None,
        })
    }

    fn follow_arrivals(&mut self, built: &Built, by: Option<usize>, cluster: ClusterId) {
        let parent = by.map(|by| self.instances[by].living.spec.clone());
        let changes = parent.as_ref().map(Changes::of).unwrap_or_default();
        for at in &built.wiring {
            let arrival = &built.arrivals[*at];
            let Origin::Manifest { file, span, .. } = &arrival.object.origin else { continue };
            let Some(object) = self.found.at(Place { file: *file, span: *span }) else { continue };
            let header = &arrival.object.header;
            match self.found.get(object) {
                FoundObject::Deliverer(written) => {
                    let living = Living::arriving(self.repository, written, arrival, &changes, built);
                    self.add_written(object, living, cluster, by);
                }
                FoundObject::Source(kind, _) => {
                    self.add_source(*kind, [&header.namespace, &header.name], cluster, object);
                }
                FoundObject::Project(_) => {
                    self.projects.entry(cluster).or_default().insert(header.name.to_string());
                }
                FoundObject::Cluster(_) | FoundObject::Definition(_) => {}
            }
        }
    }

    fn add_source(&mut self, kind: SourceKind, [namespace, name]: [&str; 2], cluster: ClusterId, object: ObjectId) {
        let known = self.sources.entry((cluster, kind, name.to_owned())).or_default();
        known.push(HomeSource { namespace: namespace.to_owned(), object });
    }

    /// What is in one folder is applied together: what deliverers refer to.
    fn add_beside(&mut self, id: ObjectId, home: ClusterId) {
        match self.found.get(id) {
            FoundObject::Source(kind, source) => self.add_source(*kind, source_names(source), home, id),
            FoundObject::Project(project) => {
                let name = project.meta.name.iter().map(|name| name.text.clone());
                self.projects.entry(home).or_default().extend(name);
            }
            FoundObject::Deliverer(_) | FoundObject::Cluster(_) | FoundObject::Definition(_) => {}
        }
    }

    /// The sources of a kind in a cluster, by their namespaces and names.
    pub(super) fn source_names(&self, cluster: ClusterId, kind: SourceKind) -> Vec<String> {
        let of_kind =
            self.sources.iter().filter(|((known, known_kind, _), _)| (*known, *known_kind) == (cluster, kind));
        let named = of_kind
            .flat_map(|((_, _, name), sources)| sources.iter().map(move |source| qualified(&source.namespace, name)));
        let mut names: Vec<String> = named.collect();
        names.sort();
        names.dedup();
        names
    }

    /// The build fails for now. What is in the files of its folder would arrive if it did not.
    fn follow_files(&mut self, at: usize, cluster: ClusterId) {
        for folder in folders(self.links, &self.instances[at]) {
            for object in written_below(self.found, self.repository.files, &folder) {
                match self.found.get(object).deliverer() {
                    Some(written) => self.add_written(object, Living::written(written), cluster, Some(at)),
                    None => self.add_beside(object, cluster),
                }
            }
        }
    }
}

/// The folders of the files with deliverers that name their clusters: what is beside them lives in the same cluster.
fn hubs(found: &Found, files: &Files) -> BTreeSet<String> {
    let names_cluster = |written: &Written| match written {
        Written::Flux(spec) => spec.cluster.is_some(),
        Written::Application(application) => !application.destination.is_local(),
        Written::Set(_) => true,
    };
    let naming = found.deliverers().filter(|(_, written)| names_cluster(written));
    naming.map(|(_, written)| parent(files.path(written.place().file)).to_owned()).collect()
}

/// The artifact that a source packs.
pub(super) fn artifact_of(builds: &mut Builds<'_, '_>, source: Option<&SourceObject>) -> ArtifactId {
    let ignore = source.and_then(|source| source.ignore.as_ref()).map(|ignore| ignore.text.as_str());
    builds.artifact(ignore)
}

/// The folders of this repository that a deliverer takes.
pub(super) fn folders(links: &Links<'_>, instance: &Instance) -> Vec<String> {
    match &instance.living.spec {
        Written::Flux(spec) => links.folder(path_of(spec)).into_iter().collect(),
        Written::Application(application) => {
            let own = instance.own_sources.iter().filter_map(|at| application.sources.get(*at));
            own.filter_map(|source| links.folder(&source.path.as_ref()?.text)).collect()
        }
        Written::Set(_) => Vec::new(),
    }
}

/// The cluster that a Kustomization names. The outer `None`: its own; the inner one: it is not known.
fn key_of_kustomization(spec: &Kustomization, home: ClusterId) -> Option<Option<Key>> {
    let config = spec.cluster.as_ref()?;
    let is_secret = config.secret.is_some();
    let named = config.secret.as_ref().or(config.config_map.as_ref());
    let Some(named) = named.filter(|name| !name.text.is_empty() && !name.text.contains('$')) else {
        return Some(None);
    };
    let namespace = spec.meta.namespace.as_ref().map_or_else(String::new, |namespace| namespace.text.clone());
    Some(Some(Key::KubeConfig { home, is_secret, namespace, name: named.text.clone() }))
}

fn source_names(source: &SourceObject) -> [&str; 2] {
    [&source.meta.namespace, &source.meta.name].map(|text| text.as_ref().map_or("", |text| &text.text))
}

/// `namespace/name`, or the name alone.
pub(super) fn qualified(namespace: &str, name: &str) -> String {
    if namespace.is_empty() { name.to_owned() } else { format!("{namespace}/{name}") }
}

/// The objects in the files below a folder. The folder of the whole repository says nothing.
pub(super) fn written_below(found: &Found, files: &Files, folder: &str) -> Vec<ObjectId> {
    if folder.is_empty() {
        return Vec::new();
    }
    let below = found.ids().filter(|(_, object)| is_below(files.path(object.place().file), folder));
    below.map(|(id, _)| id).collect()
}
