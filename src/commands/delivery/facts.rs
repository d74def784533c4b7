//! Turns what deliverers make of the repository into facts for the rules, at places of the files of the run.

use std::collections::BTreeSet;

use super::charts::Charts;
use super::list_items::{ListItems, by_document};
use super::run_files::RunFiles;
use crate::delivery::crossplane::is_xrd;
use crate::delivery::files::FileId as DeliveredId;
use crate::delivery::flux::is_in_last_stage;
use crate::delivery::ignore::Ignores;
use crate::delivery::kustomize::UnknownKind;
use crate::delivery::manifests::Manifest;
use crate::delivery::object::{Object, split_version};
use crate::delivery::place::Place as DeliveredPlace;
use crate::delivery::reach::{self, Absence, Deliverer, DelivererId, Fate, Link, NotKnown, Outcome, Prune, Reach};
use crate::delivery::repository::Repository;
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::delivery_facts::{
    DelivererFacts, DelivererIndex, DeliveryFacts, MissingReference, ReturnedFile, UndeliveredManifest,
    UndeliveredReason,
};
use crate::domain::document::span::Span;

pub(super) struct FactsOf<'a, 'r> {
    pub reach: &'a Reach,
    pub repository: &'a Repository<'r>,
    pub run: &'a mut RunFiles,
    /// The API group of entity manifests.
    pub group: &'a str,
    pub has_config: bool,
    pub charts: &'a Charts,
    /// The API groups that the platform APIs of this repository define: the groups of Crossplane's claims.
    pub claim_groups: &'a BTreeSet<String>,
}

/// The groups of the CompositeResourceDefinitions of a repository, which are in their names: `xdatabases.acme.io`.
pub(super) fn claim_groups(repository: &Repository<'_>) -> BTreeSet<String> {
    let mut groups = BTreeSet::new();
    for (_, manifests) in repository.wiring() {
        let headers = manifests.objects.iter().map(|manifest| &manifest.header);
        let definitions = headers.filter(|header| is_xrd(&header.api_version, &header.kind));
        groups.extend(definitions.filter_map(|header| header.name.split_once('.')).map(|(_, group)| group.to_owned()));
    }
    groups
}

/// The number of a deliverer in the facts, which have all of them in the same order.
pub(super) fn number_of(id: DelivererId) -> DelivererIndex {
    DelivererIndex(id.0 as usize)
}

impl FactsOf<'_, '_> {
    /// `removed`: objects of Flux that are written for an older one.
    pub fn collect(mut self, removed: Vec<reach::RemovedApi>) -> DeliveryFacts {
        let (reach, group, has_config) = (self.reach, self.group, self.has_config);
        let is_of_interest = |object: &Object| {
            let header = &object.header;
            is_entity(group, &header.api_version, &header.kind)
                || is_crd_of(group, object)
                || (has_config && is_custom(&header.api_version))
        };
        let (relations, mut facts) = reach.relations_beside(&is_of_interest, || self.deliverers());
        self.add_wiring(&mut facts, relations);
        facts.removed_apis = removed.into_iter().filter_map(|api| self.removed_api(api)).collect();
        facts
    }

    fn deliverers(&mut self) -> DeliveryFacts {
        let mut facts = DeliveryFacts { has_config: self.has_config, ..DeliveryFacts::default() };
        let mut knows_all = true;
        for (id, deliverer) in self.reach.ids() {
            match &deliverer.outcome {
                Outcome::Built { not_known, .. } => {
                    knows_all &= !not_known.iter().any(may_take_more);
                }
                Outcome::NotKnown(why) => knows_all &= self.charts.is_bounded(id) || !may_take_more(why),
                // What it would take is not known.
                Outcome::Failed(_) | Outcome::ArgoFailed(_) | Outcome::SetFailed(_) => knows_all = false,
            }
            let found = self.deliverer(deliverer);
            facts.deliverers.push(found);
            self.add_returned(id, &mut facts);
        }
        if knows_all && !self.reach.deliverers.is_empty() {
            facts.undelivered = self.undelivered();
        }
        for missing in &self.reach.missing {
            let Some(place) = self.run.place(missing.place) else { continue };
            let reach::MissingReference { by, name, existing, .. } = missing.clone();
            facts.missing_references.push(MissingReference { by, name, place, existing });
        }
        facts
    }

    fn deliverer(&mut self, deliverer: &Deliverer) -> DelivererFacts {
        let place = self.run.place(deliverer.place);
        let path = deliverer.path.as_ref().and_then(|path| {
            let place = DeliveredPlace { file: path.file?, span: path.span };
            Some((path.text.clone(), self.run.place(place)?))
        });
        let keeps_removed = match deliverer.prune {
            Prune::On => None,
            Prune::Off(place) => self.run.place(place),
        };
        let (mut entities, mut resources, mut stage_objects) = (0, 0, 0);
        let mut has_definitions = false;
        let failure = match &deliverer.outcome {
            Outcome::Failed(failure) => Some(self.failure(deliverer, failure)),
            Outcome::ArgoFailed(failure) => Some(self.argo_failure(deliverer, failure)),
            Outcome::SetFailed(failure) => Some(self.set_failure(failure)),
            Outcome::Built { arrivals, .. } => {
                for arrival in arrivals.iter().filter(|arrival| arrival.fate == Fate::Applied) {
                    let header = &arrival.object.header;
                    let is_entity = is_entity(self.group, &header.api_version, &header.kind);
                    entities += usize::from(is_entity);
                    stage_objects += usize::from(is_in_last_stage(header));
                    resources += usize::from(!is_entity && self.is_resource(&header.api_version));
                    has_definitions |= is_xrd(&header.api_version, &header.kind);
                }
                // With a definition, every object of its kinds is deleted, so pruning is rightly off.
                if has_definitions {
                    resources = 0;
                }
                None
            }
            Outcome::NotKnown(_) => None,
        };
        let tool = match deliverer.tool {
            reach::Tool::Flux => Tool::Flux,
            reach::Tool::ArgoCd => Tool::ArgoCd,
        };
        let title = title_of(deliverer);
        DelivererFacts { tool, title, place, path, keeps_removed, failure, entities, stage_objects, resources }
    }

    /// Whether it matters what becomes of objects of this kind: without a config, only of claims.
    fn is_resource(&self, api_version: &str) -> bool {
        let is_claim = self.claim_groups.contains(split_version(api_version).0);
        is_claim || self.has_config && is_custom(api_version)
    }

    /// Files that Flux leaves out by default, and does not because a pattern is written.
    fn add_returned(&mut self, id: DelivererId, facts: &mut DeliveryFacts) {
        let deliverer = self.reach.deliverer(id);
        // Mostly there is no pattern, and then the files need not be looked at.
        let Some(written) = self.reach.written_pattern(self.repository, id) else { return };
        let files = match &deliverer.outcome {
            Outcome::Built { files, .. } => files.clone(),
            Outcome::Failed(failure) => failure.place.into_iter().map(|place| place.file).collect(),
            Outcome::ArgoFailed(_) | Outcome::SetFailed(_) | Outcome::NotKnown(_) => return,
        };
        let returned =
            |file: &DeliveredId| Ignores::default_for(self.repository.files.path(*file)).map(|it| (*file, it));
        let Some((file, default)) = files.iter().find_map(returned) else { return };
        let Some(pattern) = self.run.place(written) else { return };
        let path = self.run.shown(self.repository.files.path(file));
        let returned = ReturnedFile { deliverer: number_of(id), path, pattern, default };
        match facts.deliverers.last_mut().and_then(|last| last.failure.as_mut()) {
            Some(failure) => failure.returned = Some(returned),
            None => facts.returned_files.push(returned),
        }
    }

    fn undelivered(&mut self) -> Vec<UndeliveredManifest> {
        let mut found = Vec::new();
        for file in self.run.listed().collect::<Vec<_>>() {
            let manifests = self.repository.manifests(file);
            let taken = self.reach.deliveries().of_file(file);
            let is_taken = |manifest: &Manifest| {
                // Mostly the file has one manifest, and that is taken.
                let is_only = manifests.objects.len() == 1 && !taken.is_empty();
                is_only
                    || taken.iter().any(|taken| {
                        self.arrival(*taken)
                            .is_some_and(|arrival| arrival.object.place().span.start == manifest.span.start)
                    })
            };
            let is_missed = |manifest: &&Manifest| {
                is_entity(self.group, &manifest.header.api_version, &manifest.header.kind) && !is_taken(manifest)
            };
            let missed: Vec<&Manifest> = manifests.objects.iter().filter(is_missed).collect();
            // Helm may render what is in a chart, for whatever names that.
            if missed.is_empty() || self.charts.hold(self.repository.files.path(file)) {
                continue;
            }
            let absences = self.reach.absence(self.repository, file);
            // Where one of them is not certain, the manifest may arrive.
            let reasons: Option<Vec<_>> = absences.iter().map(|absence| self.reason(absence)).collect();
            let Some(reason) = reasons.and_then(|reasons| reasons.into_iter().next()) else { continue };
            let Some(absence) = absences.first() else { continue };
            let nearest = absence.deliverer.map(number_of);
            for (manifest, span) in missed.iter().zip(name_spans(self.repository, file, &missed)) {
                let Some(place) = self.run.place(DeliveredPlace { file, span }) else { continue };
                found.push(UndeliveredManifest {
                    title: manifest.header.title(),
                    place,
                    path: self.run.shown(self.repository.files.path(file)),
                    reason: reason.clone(),
                    nearest,
                });
            }
        }
        found
    }

    /// `None`: it is not certain that the file is left out, or another rule reports why.
    fn reason(&self, absence: &Absence) -> Option<UndeliveredReason> {
        Some(match &absence.link {
            Link::OutsideOfPaths => UndeliveredReason::OutsideOfPaths,
            Link::NotListed { kustomization } => {
                UndeliveredReason::NotListed(self.run.shown(self.repository.files.path(*kustomization)))
            }
            Link::NoResource => UndeliveredReason::NoResource,
            Link::Ignored => UndeliveredReason::Ignored,
            Link::Symlink => UndeliveredReason::Symlink,
            Link::FileName => UndeliveredReason::FileName,
            Link::NotRecursive => UndeliveredReason::NotRecursive,
            Link::Excluded => UndeliveredReason::Excluded,
            Link::Skipped => UndeliveredReason::Skipped,
            Link::NoObject => UndeliveredReason::NoObject,
            Link::BuildFails | Link::NotKnown(_) => return None,
        })
    }
}

/// Where the name of a manifest is, or where it begins.
pub(super) fn name_span(repository: &Repository<'_>, file: DeliveredId, start: u32) -> Span {
    let manifests = repository.manifests(file);
    let manifest = manifests.objects.iter().find(|manifest| manifest.span.start == start);
    let spans = manifest.map(|manifest| name_spans(repository, file, &[manifest])).unwrap_or_default();
    spans.first().copied().unwrap_or(Span::empty(start as usize))
}

/// Where the names of manifests are, or where they begin.
fn name_spans(repository: &Repository<'_>, file: DeliveredId, manifests: &[&Manifest]) -> Vec<Span> {
    let mut spans: Vec<Span> = manifests.iter().map(|manifest| Span::empty(manifest.span.start as usize)).collect();
    let Some(text) = repository.text(file) else { return spans };
    let by_document =
        by_document(manifests.iter().enumerate().map(|(at, manifest)| (manifest.document, (at, manifest))));
    let mut index = 0;
    repository.documents(&text, &mut |document| {
        let wanted = by_document.get(&index);
        index += 1;
        let Some((manifests, root)) = wanted.zip(document.value) else { return };
        let mut items = ListItems::of(root);
        for (at, manifest) in manifests {
            let name = items.find(&manifest.items).and_then(|object| object.get("metadata")?.get("name"));
            if let Some((span, name)) = spans.get_mut(*at).zip(name) {
                *span = name.span();
            }
        }
    });
    spans
}

pub(super) fn is_entity(group: &str, api_version: &str, kind: &str) -> bool {
    split_version(api_version).0 == group && matches!(kind, "Entity" | "ClusterEntity")
}

/// Whether an object is a CRD of the platform.
pub(super) fn is_crd_of(group: &str, object: &Object) -> bool {
    let header = &object.header;
    let is_of_group = header.name.split_once('.').is_some_and(|(_, known)| known == group);
    header.kind == "CustomResourceDefinition"
        && split_version(&header.api_version).0 == "apiextensions.k8s.io"
        && is_of_group
}

/// Whether an object is of a kind that a CRD defines, and no deliverer.
pub(super) fn is_custom(api_version: &str) -> bool {
    let (group, _) = split_version(api_version);
    group.contains('.')
        && !group.ends_with(".k8s.io")
        && !group.ends_with(".toolkit.fluxcd.io")
        && group != "kustomize.config.k8s.io"
}

/// Whether what is not known of a build may be that it takes further manifests of the repository.
pub(super) fn may_take_more(why: &NotKnown) -> bool {
    match why {
        NotKnown::Kustomize(kind, _) => match kind {
            UnknownKind::Remote | UnknownKind::Generator | UnknownKind::Decryption => true,
            UnknownKind::Transformer | UnknownKind::Configuration | UnknownKind::Selector | UnknownKind::Variables => {
                false
            }
        },
        NotKnown::Deliverer(_)
        | NotKnown::Helm(_)
        | NotKnown::Plugin(_)
        | NotKnown::Jsonnet(_)
        | NotKnown::Artifact(_)
        | NotKnown::Revision(_)
        | NotKnown::TooLarge(_)
        | NotKnown::Generator(_) => true,
    }
}

/// `Kustomization flux-system/catalog`
pub(crate) fn title_of(deliverer: &Deliverer) -> String {
    let is_set = matches!(deliverer.outcome, Outcome::SetFailed(_) | Outcome::NotKnown(NotKnown::Generator(_)));
    let kind = match deliverer.tool {
        reach::Tool::Flux => "Kustomization",
        reach::Tool::ArgoCd if is_set => "ApplicationSet",
        reach::Tool::ArgoCd => "Application",
    };
    match deliverer.namespace.as_str() {
        "" => format!("{kind} {}", deliverer.name),
        namespace => format!("{kind} {namespace}/{}", deliverer.name),
    }
}
