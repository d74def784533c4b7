//! Follows delivery from the deliverers that nothing delivers to all that they deliver, cluster by cluster.

use std::collections::{HashMap, VecDeque};
use std::rc::Rc;

use super::builds::{ArtifactId, Builds, Built, Made, path_of};
use super::clusters::{Clusters, Key};
use super::found::{Found, FoundObject, ObjectId};
use super::links::{Links, SourceKind, is_below, may_be_one, parent, source_name};
use super::living::Living;
use super::model::{ClusterId, SourceLink, Tool};
use crate::delivery::files::Files;
use crate::delivery::flux::objects::{FluxObject, Kustomization, Meta};
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
    Kustomization { folder: String, built: Rc<Built> },
}

/// A deliverer in a cluster. One object of a file is several if several deliver it.
#[derive(Debug)]
pub(super) struct Instance {
    pub(super) object: ObjectId,
    pub(super) living: Living,
    /// The cluster that it lives in.
    pub(super) home: ClusterId,
    pub(super) is_root: bool,
    /// Those that deliver it.
    pub(super) delivered_by: Vec<usize>,
    pub(super) source: Option<ObjectId>,
    /// Its source is nowhere in the repository.
    pub(super) has_no_source: bool,
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
    roots: HashMap<(Key, String, String), ObjectId>,
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
            roots: HashMap::new(),
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
        let rest = self.found.ids().filter(|(id, object)| {
            matches!(object, FoundObject::Flux(FluxObject::Kustomization(_))) && !has_instance[id.index()]
        });
        for (object, _) in rest {
            self.begin(&Root::Object { object, own_folder: None });
        }
    }

    fn begin(&mut self, root: &Root) {
        match root {
            Root::Object { object, own_folder } => {
                let FoundObject::Flux(FluxObject::Kustomization(spec)) = self.found.get(*object) else { return };
                let path = self.repository.files.path(spec.meta.file);
                let folder = own_folder.as_deref().unwrap_or_else(|| parent(path));
                let key = self.root_key(*object, spec, folder, path);
                let home = self.clusters.of_key(key);
                if own_folder.is_none() {
                    self.add_sources_beside(parent(path), home);
                }
                self.add(*object, Living::written(spec), home, None);
            }
            Root::Kustomization { folder, built } => {
                let home = self.clusters.of_key(Key::Own(Tool::Flux, folder.clone()));
                self.follow_arrivals(built, None, home);
            }
        }
    }

    /// What comes from one folder lives in one cluster, unless it has two objects of one name.
    fn root_key(&mut self, object: ObjectId, spec: &Kustomization, folder: &str, path: &str) -> Key {
        let [namespace, name] = name_of(&spec.meta);
        for root in [folder, path] {
            let key = Key::Own(Tool::Flux, root.to_owned());
            let first = self.roots.entry((key.clone(), namespace.to_owned(), name.to_owned())).or_insert(object);
            if *first == object {
                return key;
            }
        }
        Key::Own(Tool::Flux, format!("{path}#{}", spec.meta.span.start))
    }

    fn add(&mut self, object: ObjectId, living: Living, home: ClusterId, by: Option<usize>) {
        let [namespace, name] = name_of(&living.spec.meta);
        let identity = (object, home, namespace.to_owned(), name.to_owned());
        if let Some(known) = self.by_identity.get(&identity) {
            if let Some(by) = by.filter(|by| !self.instances[*known].delivered_by.contains(by)) {
                self.instances[*known].delivered_by.push(by);
            }
            return;
        }
        if self.instances.len() >= MAX_INSTANCES {
            return;
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
            link: None,
            cluster: home,
            artifact: None,
            made: None,
        });
        self.queue.push_back(at);
    }

    /// Finds the source of a deliverer. False: it may arrive later.
    fn look_up(&mut self, at: usize, is_last: bool) -> bool {
        let instance = &self.instances[at];
        let spec = &instance.living.spec;
        let (namespace, name) = source_name(spec);
        let kind = SourceKind::of(spec);
        let known = self.sources.get(&(instance.home, kind, name.to_owned())).into_iter().flatten();
        let mut known = known.filter(|source| may_be_one(&source.namespace, namespace));
        let mut found = known.next().map(|source| source.object);
        if found.is_none() && instance.is_root {
            found = self.links.written_near(spec).first().copied();
        }
        if found.is_none() && kind != SourceKind::Other {
            if !is_last {
                return false;
            }
            let written = self.links.written(spec);
            let has_no_source = written.is_empty();
            // Of sources that disagree, each may be the one.
            found = written.first().copied().filter(|_| self.links.agree(&written));
            let is_unclear = found.is_none() && !has_no_source;
            let instance = &mut self.instances[at];
            instance.has_no_source = has_no_source;
            if is_unclear {
                return true;
            }
        }
        let instance = &self.instances[at];
        let link = self.links.link(&instance.living.spec, found);
        let link = link.or_else(|| found.filter(|_| instance.living.doubt.whole).and_then(|id| self.link_in_doubt(id)));
        let instance = &mut self.instances[at];
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
        let source = instance.source.and_then(|source| self.links.source(source));
        let ignore = source.and_then(|source| source.ignore.as_ref()).map(|ignore| ignore.text.as_str());
        let artifact = self.builds.artifact(ignore);
        let made = self.builds.flux(artifact, &instance.living.spec);
        instance.artifact = Some(artifact);
        instance.made = Some(Rc::clone(&made));
        if !self.clusters.is_followed(cluster) {
            return;
        }
        match &*made {
            Made::Built(built) => self.follow_arrivals(built, Some(at), cluster),
            Made::Failed(_) | Made::TooLarge => self.follow_files(at, cluster),
        }
    }

    fn cluster_of(&mut self, at: usize) -> ClusterId {
        let instance = &self.instances[at];
        let (home, spec) = (instance.home, &instance.living.spec);
        if instance.living.doubt.whole {
            return self.clusters.unknown(home);
        }
        let Some(config) = &spec.cluster else { return home };
        let is_secret = config.secret.is_some();
        let named = config.secret.as_ref().or(config.config_map.as_ref());
        let Some(named) = named.filter(|name| !name.text.is_empty() && !name.text.contains('$')) else {
            return self.clusters.unknown(home);
        };
        let [namespace, _] = name_of(&spec.meta);
        let (namespace, name) = (namespace.to_owned(), named.text.clone());
        self.clusters.of_key(Key::KubeConfig { home, is_secret, namespace, name })
    }

    fn follow_arrivals(&mut self, built: &Built, by: Option<usize>, cluster: ClusterId) {
        for at in &built.wiring {
            let arrival = &built.arrivals[*at];
            let Origin::Manifest { file, span, .. } = &arrival.object.origin else { continue };
            let Some(object) = self.found.at(Place { file: *file, span: *span }) else { continue };
            let header = &arrival.object.header;
            match self.found.get(object) {
                FoundObject::Flux(FluxObject::Kustomization(written)) => {
                    let parent = by.map(|by| self.instances[by].living.spec.clone());
                    let living = Living::arriving(self.repository, written, arrival, parent.as_ref(), built);
                    self.add(object, living, cluster, by);
                }
                FoundObject::Flux(FluxObject::Git(_)) => {
                    self.add_source(SourceKind::Git, [&header.namespace, &header.name], cluster, object);
                }
                FoundObject::Flux(FluxObject::Oci(_)) => {
                    self.add_source(SourceKind::Oci, [&header.namespace, &header.name], cluster, object);
                }
                FoundObject::Definition(_) => {}
            }
        }
    }

    fn add_source(&mut self, kind: SourceKind, [namespace, name]: [&str; 2], cluster: ClusterId, object: ObjectId) {
        let known = self.sources.entry((cluster, kind, name.to_owned())).or_default();
        known.push(HomeSource { namespace: namespace.to_owned(), object });
    }

    /// What is in one folder is applied together.
    fn add_sources_beside(&mut self, folder: &str, home: ClusterId) {
        for id in self.links.sources_in(folder) {
            match self.found.get(id) {
                FoundObject::Flux(FluxObject::Git(source)) => {
                    self.add_source(SourceKind::Git, name_of(&source.meta), home, id);
                }
                FoundObject::Flux(FluxObject::Oci(source)) => {
                    self.add_source(SourceKind::Oci, name_of(&source.meta), home, id);
                }
                FoundObject::Flux(FluxObject::Kustomization(_)) | FoundObject::Definition(_) => {}
            }
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
        let Some(folder) = self.links.folder(path_of(&self.instances[at].living.spec)) else { return };
        for object in written_below(self.found, self.repository.files, &folder) {
            match self.found.get(object) {
                FoundObject::Flux(FluxObject::Kustomization(spec)) => {
                    self.add(object, Living::written(spec), cluster, Some(at));
                }
                FoundObject::Flux(FluxObject::Git(source)) => {
                    self.add_source(SourceKind::Git, name_of(&source.meta), cluster, object);
                }
                FoundObject::Flux(FluxObject::Oci(source)) => {
                    self.add_source(SourceKind::Oci, name_of(&source.meta), cluster, object);
                }
                FoundObject::Definition(_) => {}
            }
        }
    }
}

/// The namespace and the name of an object.
pub(super) fn name_of(meta: &Meta) -> [&str; 2] {
    [&meta.namespace, &meta.name].map(|text| text.as_ref().map_or("", |text| &text.text))
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
