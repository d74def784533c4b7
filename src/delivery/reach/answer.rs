//! Puts together what was found out about delivery.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::builds::{Builds, Made, path_of};
use super::flow::{Flow, Instance, name_of, qualified};
use super::found::Found;
use super::links::{BOOTSTRAP, Links, SourceKind, may_be_one, source_name};
use super::model::{
    Address, Applied, Cluster, ClusterId, Deliverer, DelivererId, Deliveries, Detail, Details, MissingReference,
    Nearness, NotKnown, Options, Outcome, Prune, Reach, ReferenceKind, Tool,
};
use super::roots::follow;
use crate::delivery::flux::objects::{ObjectReference, Reference};
use crate::delivery::place::{Place, Text};
use crate::delivery::repository::Repository;

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
        let links = Links::of(&found, repository.files, options.urls);
        let mut builds = Builds::new(repository, options.flux);
        let flow = follow(repository, &found, &links, &mut builds);
        let mut answer = Answer::of(repository, &links, &flow).finish(options);
        answer.details.definitions = found.definitions().cloned().collect();
        answer.details.ignores = builds.into_ignores();
        answer
    }
}

/// The answer in the making.
struct Answer<'y, 'x, 'r, 'f> {
    repository: &'r Repository<'f>,
    links: &'x Links<'x>,
    flow: &'y Flow<'x, 'r, 'f>,
    /// The deliverer that each instance is, if its source is this repository.
    ids: Vec<Option<DelivererId>>,
    /// The instances of each cluster by their names.
    by_name: BTreeMap<(ClusterId, &'y str), Vec<usize>>,
}

impl<'y, 'x, 'r, 'f> Answer<'y, 'x, 'r, 'f> {
    fn of(repository: &'r Repository<'f>, links: &'x Links<'x>, flow: &'y Flow<'x, 'r, 'f>) -> Self {
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
            let [_, name] = name_of(&instance.living.spec.meta);
            by_name.entry((instance.home, name)).or_default().push(at);
        }
        Self { repository, links, flow, ids, by_name }
    }

    fn finish(&self, options: &Options<'_>) -> Reach {
        let after: Vec<Vec<usize>> = self.flow.instances.iter().map(|instance| self.after(instance)).collect();
        let mut deliverers = Vec::new();
        let mut details = Vec::new();
        for (at, instance) in self.flow.instances.iter().enumerate() {
            if self.ids[at].is_some() {
                deliverers.push(self.deliverer(at, &after));
                details.push(self.detail(instance));
            }
        }
        let clusters = self.take_clusters(&mut deliverers, &mut details);
        let deliveries = Deliveries::of(&deliverers, self.repository.files.len());
        let near = Nearness::of(&deliverers, self.repository.files);
        let mut details = Details { of: details, deliveries, near, ..Details::default() };
        options.group.clone_into(&mut details.group);
        Reach { deliverers, clusters, missing: self.missing(), details }
    }

    fn deliverer(&self, at: usize, after: &[Vec<usize>]) -> Deliverer {
        let instance = &self.flow.instances[at];
        let spec = &instance.living.spec;
        let [namespace, name] = name_of(&spec.meta);
        let meta = &spec.meta;
        let own = |span| Place { file: meta.file, span };
        let source = instance.source.and_then(|source| self.links.source(source));
        let prune = match spec.prune {
            Some(flag) if flag.value => Prune::On,
            _ if instance.living.doubt.prune => Prune::On,
            Some(flag) => Prune::Off(own(flag.span)),
            None => Prune::Off(own(meta.name.as_ref().map_or(meta.span, |name| name.span))),
        };
        Deliverer {
            tool: Tool::Flux,
            namespace: namespace.to_owned(),
            name: name.to_owned(),
            place: own(meta.name.as_ref().map_or(meta.span, |name| name.span)),
            set: None,
            source: instance.link.expect("only those with a link are deliverers"),
            revision: source.and_then(|source| source.reference.as_ref()).and_then(revision),
            path: spec.path.clone(),
            folder: self.links.folder(path_of(spec)),
            cluster: instance.cluster,
            prune,
            namespace_of_objects: spec.target_namespace.clone(),
            is_idle: spec.is_suspended || source.is_some_and(|source| source.is_suspended),
            after: self.ours(after, &after[at]),
            delivered_by: instance.delivered_by.iter().filter_map(|by| self.ids[*by]).collect(),
            outcome: self.outcome(instance),
            applied: Applied::ServerSide,
        }
    }

    fn outcome(&self, instance: &Instance) -> Outcome {
        let spec = &instance.living.spec;
        let doubt = &instance.living.doubt;
        let place = Some(spec.meta.place());
        let Some(made) = &instance.made else { return Outcome::NotKnown(NotKnown::Deliverer(doubt.place.or(place))) };
        let built = match &**made {
            Made::Built(built) => built,
            Made::Failed(failure) => return Outcome::Failed(failure.clone()),
            Made::TooLarge => return Outcome::NotKnown(NotKnown::TooLarge(place)),
        };
        let mut not_known = built.not_known.clone();
        if doubt.build {
            not_known.push(NotKnown::Deliverer(doubt.place.or(place)));
        }
        match instance.source.and_then(|source| self.links.source(source)) {
            Some(source) => {
                let file = source.meta.file;
                let spans = source.includes.iter().copied().chain(source.sparse.iter().map(|folder| folder.span));
                not_known.extend(spans.take(1).map(|span| NotKnown::Artifact(Some(Place { file, span }))));
                if SourceKind::of(spec) != SourceKind::Git {
                    not_known.push(NotKnown::Artifact(Some(source.meta.place())));
                }
            }
            None if SourceKind::of(spec) != SourceKind::Git => not_known.push(NotKnown::Artifact(place)),
            None => {}
        }
        Outcome::Built {
            arrivals: Arc::clone(&built.arrivals),
            not_known,
            files: built.files.clone(),
            kustomizations: built.kustomizations.clone(),
            other_files: built.other_files.clone(),
            is_whole_folder: built.is_whole_folder,
        }
    }

    fn detail(&self, instance: &Instance) -> Detail {
        let spec = &instance.living.spec;
        let source = instance.source.and_then(|source| self.links.source(source));
        Detail {
            ignores: instance.artifact.map(|artifact| artifact.index()),
            home: instance.home,
            source: source.map(|source| (source.meta.file, source.meta.span.start)),
            waits: spec.wait.is_some_and(|wait| wait.value),
            order_is_open: instance.living.doubt.order || instance.living.doubt.whole,
            names_cluster: spec.cluster.is_some(),
            skips_dry_run: false,
            left_out: BTreeMap::new(),
        }
    }

    /// The instances that a reference of `dependsOn` may mean.
    fn named(&self, instance: &Instance, reference: &ObjectReference) -> Vec<usize> {
        let [own, _] = name_of(&instance.living.spec.meta);
        let (namespace, name) = reference_name(reference, own);
        let known = self.by_name.get(&(instance.home, name)).into_iter().flatten().copied();
        let is_meant = |at: &usize| may_be_one(name_of(&self.flow.instances[*at].living.spec.meta)[0], namespace);
        known.filter(is_meant).collect()
    }

    fn after(&self, instance: &Instance) -> Vec<usize> {
        let named = instance.living.spec.depends_on.iter().map(|reference| self.named(instance, reference));
        // In doubt which one is meant, none is.
        named.filter(|named| named.len() == 1).flatten().collect()
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
            if let Address::KubeConfig { name, .. } = &cluster.address {
                let name = name.clone();
                add_name(&mut cluster.names, name.strip_suffix("-kubeconfig").unwrap_or(&name));
                add_name(&mut cluster.names, &name);
            }
        }
        for (deliverer, detail) in deliverers.iter_mut().zip(details) {
            deliverer.cluster = renumbered.get(&deliverer.cluster).copied().unwrap_or_default();
            detail.home = renumbered.get(&detail.home).copied().unwrap_or_default();
            let names = &mut clusters[deliverer.cluster.0 as usize].names;
            let folder = deliverer.folder.as_deref().and_then(cluster_folder);
            let file = self.repository.files.path(deliverer.place.file);
            let file = cluster_folder(file).filter(|_| deliverer.cluster == detail.home);
            folder.into_iter().chain(file).for_each(|name| add_name(names, name));
        }
        clusters
    }

    /// References to what does not exist. Where something is not known of a cluster, nothing is said of it.
    fn missing(&self) -> Vec<MissingReference> {
        let mut open: BTreeSet<ClusterId> = BTreeSet::new();
        for instance in &self.flow.instances {
            let is_open = match instance.made.as_deref() {
                Some(Made::Built(built)) => !built.not_known.is_empty(),
                Some(Made::Failed(_) | Made::TooLarge) => true,
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
            missing.extend(self.missing_source(instance));
            if !doubt.order {
                missing.extend(self.missing_dependencies(instance));
            }
        }
        missing
    }

    fn missing_source(&self, instance: &Instance) -> Option<MissingReference> {
        if !instance.has_no_source {
            return None;
        }
        let spec = &instance.living.spec;
        let (namespace, name) = source_name(spec);
        let existing = self.flow.source_names(instance.home, SourceKind::of(spec));
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

    fn missing_dependencies(&self, instance: &Instance) -> Vec<MissingReference> {
        let spec = &instance.living.spec;
        let [own, own_name] = name_of(&spec.meta);
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
        let [own, _] = name_of(&instance.living.spec.meta);
        let (namespace, name) = reference_name(reference, own);
        if name.is_empty() || name.contains('$') || !self.named(instance, reference).is_empty() {
            return false;
        }
        let is_meant = |other: &Instance| {
            let [found, found_name] = name_of(&other.living.spec.meta);
            // It may be delivered to this cluster in a way that is not seen.
            found_name == name && may_be_one(found, namespace) && other.is_root
        };
        !self.flow.instances.iter().any(is_meant)
    }

    fn names_beside(&self, home: ClusterId, namespace: &str, name: &str) -> Vec<String> {
        let beside = self.flow.instances.iter().filter(|instance| instance.home == home);
        let names =
            beside.map(|instance| name_of(&instance.living.spec.meta)).filter(|found| *found != [namespace, name]);
        let names: BTreeSet<String> = names.map(|[namespace, name]| qualified(namespace, name)).collect();
        names.into_iter().take(MAX_EXISTING).collect()
    }
}

fn by(instance: &Instance) -> String {
    let [namespace, name] = name_of(&instance.living.spec.meta);
    format!("Kustomization {}", qualified(namespace, name))
}

fn reference_name<'n>(reference: &'n ObjectReference, own: &'n str) -> (&'n str, &'n str) {
    let text = |text: &'n Option<Text>| text.as_ref().map(|text| text.text.as_str());
    (text(&reference.namespace).unwrap_or(own), text(&reference.name).unwrap_or_default())
}

/// What Flux takes of a reference: the first that is given.
fn revision(reference: &Reference) -> Option<String> {
    let parts =
        [&reference.commit, &reference.name, &reference.semver, &reference.tag, &reference.branch, &reference.digest];
    parts.into_iter().flatten().next().map(|text| text.text.clone())
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
