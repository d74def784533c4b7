//! Puts together what was found out about delivery.

use std::collections::{BTreeMap, BTreeSet};

use super::builds::{Builds, Made};
use super::describe::{deliverer, detail};
use super::flow::{Flow, Instance, qualified};
use super::found::{Found, Written};
use super::links::{BOOTSTRAP, Links, may_be_one, source_kind, source_name};
use super::model::{
    Address, Cluster, ClusterId, Deliverer, DelivererId, Deliveries, Detail, Details, MissingReference, Nearness,
    Options, Reach, ReferenceKind, SourceLink, Tool,
};
use super::permits::refusals;
use super::roots::follow;
use super::row_names::row_names;
use crate::delivery::argo;
use crate::delivery::argo::objects::{Application, DEFAULT_PROJECT};
use crate::delivery::flux::objects::{Kustomization, ObjectReference};
use crate::delivery::place::{Place, Text};
use crate::delivery::repository::Repository;

/// So many applications of the wave before are named.
const MAX_AFTER: usize = 1000;
/// A message names so many objects that exist.
const MAX_EXISTING: usize = 20;
/// Words that a cluster is known by.
const MAX_NAMES: usize = 20;

impl Reach {
    /// Finds out who delivers what of a repository. Files whose manifests were given are read again only if they have
    /// objects of deliverers.
    pub fn of(repository: &Repository<'_>, options: &Options<'_>) -> Self {
        let found = Found::of(repository);
        if !found.has_deliverers() {
            return Self::default();
        }
        let links = Links::of(&found, repository.files, options);
        let mut builds = Builds::new(repository, options.flux, argo_settings(&found, options));
        let flow = follow(repository, &found, &links, &mut builds);
        let mut answer = Answer::of(repository, &found, &links, &flow).finish(options);
        answer.details.definitions = found.definitions().cloned().collect();
        answer.details.ignores = builds.into_ignores();
        answer
    }
}

/// What Argo CD knows of the kinds: those of the platform, and those that the repository defines.
fn argo_settings(found: &Found, options: &Options<'_>) -> argo::Settings {
    let defined = found.definitions().filter(|definition| definition.is_cluster_scoped);
    let defined = defined.map(|definition| (definition.group.clone(), definition.kind.clone()));
    let cluster_scoped = defined.chain([(options.group.to_owned(), "ClusterEntity".to_owned())]).collect();
    argo::Settings { cluster_scoped, ..argo::Settings::default() }
}

/// The applications among what an Application delivers, by their waves.
type Waves = BTreeMap<usize, BTreeMap<i64, Vec<usize>>>;

/// The answer in the making.
struct Answer<'y, 'x, 'r, 'f> {
    repository: &'r Repository<'f>,
    found: &'x Found,
    links: &'x Links<'x>,
    flow: &'y Flow<'x, 'r, 'f>,
    /// The deliverer that each instance is, if its source is this repository.
    ids: Vec<Option<DelivererId>>,
    /// The Secrets that describe clusters to Argo CD.
    secrets: Vec<&'x argo::objects::Cluster>,
    /// The Kustomizations of each cluster by their names.
    by_name: BTreeMap<(ClusterId, &'y str), Vec<usize>>,
}

impl<'y, 'x, 'r, 'f> Answer<'y, 'x, 'r, 'f> {
    fn of(repository: &'r Repository<'f>, found: &'x Found, links: &'x Links<'x>, flow: &'y Flow<'x, 'r, 'f>) -> Self {
        let mut count = 0;
        let ids = flow.instances.iter().map(|instance| {
            instance.link.map(|_| {
                count += 1;
                DelivererId(count - 1)
            })
        });
        let ids = ids.collect();
        let mut by_name: BTreeMap<(ClusterId, &str), Vec<usize>> = BTreeMap::new();
        for (at, instance) in flow.instances.iter().enumerate() {
            if instance.living.flux().is_some() {
                let [_, name] = instance.living.spec.names();
                by_name.entry((instance.home, name)).or_default().push(at);
            }
        }
        Self { repository, found, links, flow, ids, secrets: found.clusters(), by_name }
    }

    fn finish(&self, options: &Options<'_>) -> Reach {
        let waves = self.waves();
        let after: Vec<Vec<usize>> = (0..self.flow.instances.len()).map(|at| self.after(at, &waves)).collect();
        let mut deliverers = Vec::new();
        let mut details = Vec::new();
        let mut refused = Vec::new();
        for (at, instance) in self.flow.instances.iter().enumerate() {
            if let Some(link) = instance.link {
                let deliverer = self.deliverer(at, link, &after);
                if let Some(id) = self.ids[at] {
                    refused.extend(refusals(self.found, instance, id, &deliverer, options.group));
                }
                deliverers.push(deliverer);
                details.push(detail(self.links, instance));
            }
        }
        let clusters = self.take_clusters(&mut deliverers, &mut details);
        let deliveries = Deliveries::of(&deliverers, self.repository.files.len());
        let near = Nearness::of(&deliverers, &details, self.repository.files);
        let mut details = Details { of: details, deliveries, near, ..Details::default() };
        options.group.clone_into(&mut details.group);
        Reach { deliverers, clusters, missing: self.missing(), refusals: refused, details }
    }

    fn deliverer(&self, at: usize, link: SourceLink, after: &[Vec<usize>]) -> Deliverer {
        let instance = &self.flow.instances[at];
        let delivered_by = instance.delivered_by.iter().filter_map(|by| self.ids[*by]).collect();
        let after = self.ours(after, &after[at]);
        Deliverer { after, delivered_by, ..deliverer(self.links, instance, link) }
    }

    /// The instances that a reference of `dependsOn` may mean.
    fn named(&self, instance: &Instance, reference: &ObjectReference) -> Vec<usize> {
        let [own, _] = instance.living.spec.names();
        let (namespace, name) = reference_name(reference, own);
        let known = self.by_name.get(&(instance.home, name)).into_iter().flatten().copied();
        let is_meant = |at: &usize| may_be_one(self.flow.instances[*at].living.spec.names()[0], namespace);
        known.filter(is_meant).collect()
    }

    fn after(&self, at: usize, waves: &Waves) -> Vec<usize> {
        let instance = &self.flow.instances[at];
        match &instance.living.spec {
            Written::Flux(spec) => {
                let named = spec.depends_on.iter().map(|reference| self.named(instance, reference));
                // In doubt which one is meant, none is.
                named.filter(|named| named.len() == 1).flatten().collect()
            }
            Written::Application(_) | Written::Set(_) => {
                let [by] = instance.delivered_by[..] else { return Vec::new() };
                if by == at {
                    return Vec::new();
                }
                let before = waves.get(&by).and_then(|waves| waves.range(..instance.living.wave).next_back());
                before.map_or_else(Vec::new, |(_, before)| before.iter().copied().take(MAX_AFTER).collect())
            }
        }
    }

    /// What each Application delivers of applications, by their waves: the next wave begins when one is healthy.
    fn waves(&self) -> Waves {
        let mut waves = Waves::new();
        for (at, instance) in self.flow.instances.iter().enumerate() {
            let [by] = instance.delivered_by[..] else { continue };
            let is_argo = |at: usize| self.flow.instances[at].living.flux().is_none();
            if by != at && is_argo(by) && is_argo(at) {
                waves.entry(by).or_default().entry(instance.living.wave).or_default().push(at);
            }
        }
        waves
    }

    /// The deliverers of this repository among the instances, and those that are ready before the others are.
    fn ours(&self, after: &[Vec<usize>], first: &[usize]) -> Vec<DelivererId> {
        let mut found = BTreeSet::new();
        let mut seen: BTreeSet<usize> = first.iter().copied().collect();
        let mut waiting = first.to_vec();
        while let Some(at) = waiting.pop() {
            match self.ids[at] {
                Some(id) => {
                    found.insert(id);
                }
                None => waiting.extend(after[at].iter().copied().filter(|next| seen.insert(*next))),
            }
        }
        found.into_iter().collect()
    }

    /// Keeps the clusters that deliverers deliver to or live in, with the words by which people know them.
    fn take_clusters(&self, deliverers: &mut [Deliverer], details: &mut [Detail]) -> Vec<Cluster> {
        let used: BTreeSet<ClusterId> = deliverers
            .iter()
            .map(|deliverer| deliverer.cluster)
            .chain(details.iter().map(|detail| detail.home))
            .collect();
        let mut renumbered = BTreeMap::new();
        let mut clusters: Vec<Cluster> = Vec::new();
        for (id, at) in used.into_iter().zip(0..) {
            renumbered.insert(id, ClusterId(at));
            clusters.push(self.flow.clusters.get(id).clone());
        }
        for cluster in &mut clusters {
            let Cluster { address, names } = cluster;
            match address {
                Address::KubeConfig { name, .. } => {
                    add_name(names, name.strip_suffix("-kubeconfig").unwrap_or(name));
                    add_name(names, name);
                }
                Address::Name(name) => add_name(names, name),
                Address::Server(server) => {
                    self.names_of_server(server).for_each(|name| add_name(names, name));
                    let host = server.split_once("://").map_or(server.as_str(), |(_, rest)| rest);
                    add_name(names, host.split(['/', ':']).next().unwrap_or_default());
                }
                Address::Own { root, .. } => name_of_file(root).into_iter().for_each(|name| add_name(names, name)),
                Address::NotKnown => {}
            }
        }
        let mut names_of_rows = row_names(deliverers, self.repository);
        for (at, (deliverer, detail)) in deliverers.iter_mut().zip(details).enumerate() {
            deliverer.cluster = renumbered.get(&deliverer.cluster).copied().unwrap_or_default();
            detail.home = renumbered.get(&detail.home).copied().unwrap_or_default();
            let Cluster { address, names } = &mut clusters[deliverer.cluster.0 as usize];
            let of_row = names_of_rows.remove(&at).filter(|_| matches!(address, Address::Server(_)));
            of_row.iter().for_each(|name| add_name(names, name));
            let folder = deliverer.folder.as_deref().and_then(cluster_folder);
            let file = self.repository.files.path(deliverer.place.file);
            let file = cluster_folder(file).or_else(|| cluster_file(file));
            let file = file.filter(|_| deliverer.cluster == detail.home);
            folder.into_iter().chain(file).for_each(|name| add_name(names, name));
        }
        for Cluster { address, names } in &mut clusters {
            if matches!(address, Address::Own { tool: Tool::ArgoCd, .. }) {
                add_name(names, argo::objects::LOCAL_CLUSTER);
            }
        }
        clusters
    }

    /// The names of a cluster in the Secrets that describe clusters to Argo CD.
    fn names_of_server<'s>(&'s self, server: &'s str) -> impl Iterator<Item = &'s str> {
        let is_it = move |cluster: &&argo::objects::Cluster| {
            cluster.server.as_ref().is_some_and(|known| known.text.trim_end_matches('/') == server)
        };
        let known = self.secrets.iter().copied().filter(is_it);
        known.filter_map(|cluster| cluster.name.as_ref()).map(|name| name.text.as_str())
    }

    /// References to what does not exist. Where something is not known of a cluster, nothing is said of it.
    fn missing(&self) -> Vec<MissingReference> {
        let mut open: BTreeSet<ClusterId> = BTreeSet::new();
        for instance in &self.flow.instances {
            let is_open = match instance.made.as_deref() {
                Some(Made::Built(built)) => !built.not_known.is_empty(),
                Some(
                    Made::Failed(_) | Made::ArgoFailed(_) | Made::SetFailed(_) | Made::NotKnown(_) | Made::TooLarge,
                ) => true,
                None => instance.link.is_some(),
            };
            if is_open {
                open.insert(instance.cluster);
            }
        }
        let mut missing = Vec::new();
        for instance in &self.flow.instances {
            let doubt = &instance.living.doubt;
            if instance.link.is_none() && !instance.has_no_source || open.contains(&instance.home) || doubt.whole {
                continue;
            }
            match &instance.living.spec {
                Written::Flux(spec) => {
                    missing.extend(self.missing_source(instance, spec));
                    if !doubt.order {
                        missing.extend(self.missing_dependencies(instance, spec));
                    }
                }
                Written::Application(application) => missing.extend(self.missing_project(instance, application)),
                Written::Set(_) => {}
            }
        }
        missing
    }

    fn missing_project(&self, instance: &Instance, application: &Application) -> Option<MissingReference> {
        let project = application.project.as_ref()?;
        let existing = self.flow.projects.get(&instance.home)?;
        let name = application.project_name();
        // Argo CD makes this one.
        if name == DEFAULT_PROJECT || name.contains(['$', '{']) || existing.contains(name) {
            return None;
        }
        Some(MissingReference {
            kind: ReferenceKind::Project,
            by: by(instance),
            name: format!("AppProject {name}"),
            place: Place { file: application.meta.file, span: project.span },
            existing: existing.iter().take(MAX_EXISTING).cloned().collect(),
        })
    }

    fn missing_source(&self, instance: &Instance, spec: &Kustomization) -> Option<MissingReference> {
        if !instance.has_no_source {
            return None;
        }
        let (namespace, name) = source_name(spec);
        let existing = self.flow.source_names(instance.home, source_kind(spec));
        let source = spec.source.as_ref()?;
        // Flux's own setup may have made it.
        if name.is_empty() || name == BOOTSTRAP || existing.is_empty() {
            return None;
        }
        let kind = source.kind.as_ref().map_or("", |kind| &kind.text);
        Some(MissingReference {
            kind: ReferenceKind::Source,
            by: by(instance),
            name: format!("{kind} {}", qualified(namespace, name)),
            place: Place { file: spec.meta.file, span: source.name.as_ref().map_or(source.span, |name| name.span) },
            existing: existing.into_iter().take(MAX_EXISTING).collect(),
        })
    }

    fn missing_dependencies(&self, instance: &Instance, spec: &Kustomization) -> Vec<MissingReference> {
        let [own, own_name] = instance.living.spec.names();
        let references = spec.depends_on.iter().filter(|reference| self.is_missing(instance, reference));
        let mut existing = None;
        let missing = references.filter_map(|reference| {
            let names = existing.get_or_insert_with(|| self.names_beside(instance.home, own, own_name));
            if names.is_empty() {
                return None;
            }
            let (namespace, name) = reference_name(reference, own);
            let span = reference.name.as_ref().map_or(reference.span, |name| name.span);
            Some(MissingReference {
                kind: ReferenceKind::DependsOn,
                by: by(instance),
                name: format!("Kustomization {}", qualified(namespace, name)),
                place: Place { file: spec.meta.file, span },
                existing: names.clone(),
            })
        });
        missing.collect()
    }

    /// Whether no file has the object, in any cluster.
    fn is_missing(&self, instance: &Instance, reference: &ObjectReference) -> bool {
        let [own, _] = instance.living.spec.names();
        let (namespace, name) = reference_name(reference, own);
        if name.is_empty() || name.contains('$') || !self.named(instance, reference).is_empty() {
            return false;
        }
        // Those of a namespace that has none here are in another repository.
        let is_of_namespace = |other: &Instance| {
            other.home == instance.home
                && other.living.flux().is_some()
                && may_be_one(other.living.spec.names()[0], namespace)
        };
        if !self.flow.instances.iter().any(is_of_namespace) {
            return false;
        }
        let is_meant = |other: &Instance| {
            let [found, found_name] = other.living.spec.names();
            // It may be delivered to this cluster in a way that is not seen.
            other.living.flux().is_some() && found_name == name && may_be_one(found, namespace) && other.is_root
        };
        !self.flow.instances.iter().any(is_meant)
    }

    fn names_beside(&self, home: ClusterId, namespace: &str, name: &str) -> Vec<String> {
        let beside = self.flow.instances.iter();
        let beside = beside.filter(|instance| instance.home == home && instance.living.flux().is_some());
        let names = beside.map(|instance| instance.living.spec.names()).filter(|found| *found != [namespace, name]);
        let names: BTreeSet<String> = names.map(|[namespace, name]| qualified(namespace, name)).collect();
        names.into_iter().take(MAX_EXISTING).collect()
    }
}

fn by(instance: &Instance) -> String {
    let [namespace, name] = instance.living.spec.names();
    format!("{} {}", instance.living.spec.kind(), qualified(namespace, name))
}

fn reference_name<'n>(reference: &'n ObjectReference, own: &'n str) -> (&'n str, &'n str) {
    let text = |text: &'n Option<Text>| text.as_ref().map(|text| text.text.as_str());
    (text(&reference.namespace).unwrap_or(own), text(&reference.name).unwrap_or_default())
}

fn add_name(names: &mut Vec<String>, name: &str) {
    if names.len() < MAX_NAMES && !name.is_empty() && !names.iter().any(|known| known == name) {
        names.push(name.to_owned());
    }
}

/// `prod` of `clusters/prod/apps`.
fn cluster_folder(path: &str) -> Option<&str> {
    let mut names = path.split('/');
    names.find(|name| *name == "clusters")?;
    names.next().filter(|name| !name.contains('.'))
}

/// `prod` of `clusters/prod.yaml`, beside files of clusters that have another address.
fn cluster_file(path: &str) -> Option<&str> {
    let (folder, _) = path.rsplit_once('/')?;
    name_of_file(path).filter(|_| folder.rsplit('/').next() == Some("clusters"))
}

/// `prod` of `prod.yaml` in any folder.
fn name_of_file(path: &str) -> Option<&str> {
    let name = path.rsplit('/').next().unwrap_or_default();
    name.strip_suffix(".yaml").or_else(|| name.strip_suffix(".yml"))
}
