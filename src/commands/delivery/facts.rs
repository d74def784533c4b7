//! Turns what deliverers make of the repository into facts for the rules, at places of the files of the run.

use std::collections::{BTreeMap, HashSet};

use super::manifest_facts::stage_objects;
use super::run_files::RunFiles;
use crate::delivery::files::FileId as DeliveredId;
use crate::delivery::ignore::Ignores;
use crate::delivery::kustomize::UnknownKind;
use crate::delivery::manifests::Manifest;
use crate::delivery::object::{Origin, split_version};
use crate::delivery::place::Place as DeliveredPlace;
use crate::delivery::reach::{self, Absence, Deliverer, DelivererId, Fate, Link, NotKnown, Outcome, Prune, Reach};
use crate::delivery::repository::Repository;
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::delivery_facts::{
    DelivererFacts, DelivererIndex, DeliveryFacts, MissingReference, ReturnedFile, UndeliveredManifest,
    UndeliveredReason,
};
use crate::domain::document::span::Span;
use crate::domain::document::tree::Value;

/// A manifest by its file and the start of its text.
type ManifestKey = (DeliveredId, u32);

pub(super) struct FactsOf<'a, 'r> {
    pub reach: &'a Reach,
    pub repository: &'a Repository<'r>,
    pub run: &'a mut RunFiles,
    /// The API group of entity manifests.
    pub group: &'a str,
    pub has_config: bool,
}

/// The numbers of the deliverers in the facts. Those outside of the root have none.
pub(super) type Numbers = BTreeMap<usize, DelivererIndex>;

impl FactsOf<'_, '_> {
    /// `removed`: objects of Flux that are written for an older one.
    pub fn collect(mut self, removed: Vec<reach::RemovedApi>) -> DeliveryFacts {
        let mut facts = DeliveryFacts { has_config: self.has_config, ..DeliveryFacts::default() };
        let mut numbers = Numbers::new();
        let mut taken: HashSet<ManifestKey> = HashSet::new();
        let mut knows_all = true;
        for (index, deliverer) in self.reach.deliverers.iter().enumerate() {
            match &deliverer.outcome {
                Outcome::Built { arrivals, not_known, .. } => {
                    knows_all &= !not_known.iter().any(may_take_more);
                    for arrival in arrivals.iter() {
                        if let Origin::Manifest { file, span, .. } = &arrival.object.origin {
                            taken.insert((*file, span.start));
                        }
                    }
                }
                // What it would take is not known.
                Outcome::Failed(_) | Outcome::ArgoFailed(_) | Outcome::SetFailed(_) | Outcome::NotKnown(_) => {
                    knows_all = false;
                }
            }
            if let Some(found) = self.deliverer(deliverer) {
                let number = DelivererIndex(facts.deliverers.len());
                numbers.insert(index, number);
                facts.deliverers.push(found);
                self.add_returned(index, number, &mut facts);
            }
        }
        if knows_all && !self.reach.deliverers.is_empty() {
            facts.undelivered = self.undelivered(&taken, &numbers);
        }
        for missing in &self.reach.missing {
            let Some(place) = self.run.place(missing.place) else { continue };
            let reach::MissingReference { by, name, existing, .. } = missing.clone();
            facts.missing_references.push(MissingReference { by, name, place, existing });
        }
        self.add_wiring(&mut facts, &numbers);
        facts.removed_apis = removed.into_iter().filter_map(|api| self.removed_api(api)).collect();
        facts
    }

    fn deliverer(&mut self, deliverer: &Deliverer) -> Option<DelivererFacts> {
        let place = self.run.place(deliverer.place)?;
        let path = deliverer.path.as_ref().and_then(|path| {
            let place = DeliveredPlace { file: path.file?, span: path.span };
            Some((path.text.clone(), self.run.place(place)?))
        });
        let keeps_removed = match deliverer.prune {
            Prune::On => None,
            Prune::Off(place) => self.run.place(place),
        };
        let (mut entities, mut resources) = (0, 0);
        let failure = match &deliverer.outcome {
            Outcome::Failed(failure) => Some(self.failure(deliverer, failure)),
            Outcome::ArgoFailed(failure) => Some(self.argo_failure(deliverer, failure)),
            Outcome::SetFailed(failure) => Some(self.set_failure(failure)),
            Outcome::Built { arrivals, .. } => {
                for arrival in arrivals.iter().filter(|arrival| arrival.fate == Fate::Applied) {
                    let header = &arrival.object.header;
                    let is_entity = is_entity(self.group, &header.api_version, &header.kind);
                    entities += usize::from(is_entity);
                    resources += usize::from(!is_entity && is_custom(&header.api_version));
                }
                None
            }
            Outcome::NotKnown(_) => None,
        };
        let tool = match deliverer.tool {
            reach::Tool::Flux => Tool::Flux,
            reach::Tool::ArgoCd => Tool::ArgoCd,
        };
        let (title, stage_objects) = (title_of(deliverer), stage_objects(deliverer));
        Some(DelivererFacts { tool, title, place, path, keeps_removed, failure, entities, stage_objects, resources })
    }

    /// Files that Flux leaves out by default, and does not because a pattern is written.
    fn add_returned(&mut self, index: usize, number: DelivererIndex, facts: &mut DeliveryFacts) {
        let Some(deliverer) = self.reach.deliverers.get(index) else { return };
        // Mostly there is no pattern, and then the files need not be looked at.
        let id = DelivererId(Span::empty(index).start);
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
        let returned = ReturnedFile { deliverer: number, path, pattern, default };
        match facts.deliverers.last_mut().and_then(|last| last.failure.as_mut()) {
            Some(failure) => failure.returned = Some(returned),
            None => facts.returned_files.push(returned),
        }
    }

    fn undelivered(
        &mut self,
        taken: &HashSet<ManifestKey>,
        numbers: &BTreeMap<usize, DelivererIndex>,
    ) -> Vec<UndeliveredManifest> {
        let mut found = Vec::new();
        for file in self.run.listed() {
            let manifests = self.repository.manifests(file);
            let is_missed = |manifest: &&Manifest| {
                is_entity(self.group, &manifest.header.api_version, &manifest.header.kind)
                    && !taken.contains(&(file, manifest.span.start))
            };
            let missed: Vec<&Manifest> = manifests.objects.iter().filter(is_missed).collect();
            if missed.is_empty() {
                continue;
            }
            let absences = self.reach.absence(self.repository, file);
            // Where one of them is not certain, the manifest may arrive.
            let reasons: Option<Vec<_>> = absences.iter().map(|absence| self.reason(absence)).collect();
            let Some(reason) = reasons.and_then(|reasons| reasons.into_iter().next()) else { continue };
            let Some(absence) = absences.first() else { continue };
            let nearest = absence.deliverer.and_then(|id| numbers.get(&(id.0 as usize)).copied());
            for (manifest, span) in missed.iter().zip(self.name_spans(file, &missed)) {
                let Some(place) = self.run.place(DeliveredPlace { file, span }) else { continue };
                let header = &manifest.header;
                let name = match header.namespace.as_str() {
                    "" => header.name.clone(),
                    namespace => format!("{namespace}/{}", header.name),
                };
                found.push(UndeliveredManifest {
                    title: format!("{} {name}", header.kind),
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

    /// Where the name of a manifest is, or where it begins.
    pub(super) fn name_span(&self, file: DeliveredId, span: Span) -> Span {
        let manifests = self.repository.manifests(file);
        let manifest = manifests.objects.iter().find(|manifest| manifest.span == span);
        let spans = manifest.map(|manifest| self.name_spans(file, &[manifest])).unwrap_or_default();
        spans.first().copied().unwrap_or(span)
    }

    /// Where the names of manifests are, or where they begin.
    fn name_spans(&self, file: DeliveredId, manifests: &[&Manifest]) -> Vec<Span> {
        let mut spans: Vec<Span> = manifests.iter().map(|manifest| Span::empty(manifest.span.start as usize)).collect();
        let Some(text) = self.repository.text(file) else { return spans };
        let mut index = 0;
        self.repository.documents(&text, &mut |document| {
            for (span, manifest) in spans.iter_mut().zip(manifests).filter(|(_, manifest)| manifest.document == index) {
                let object = document.value.and_then(|root| item(root, &manifest.items));
                let name = object.and_then(|object| object.get("metadata")?.get("name"));
                *span = name.map_or(*span, Value::span);
            }
            index += 1;
        });
        spans
    }
}

/// The object at the indexes of a list, or the document itself.
pub(super) fn item<'a>(root: Value<'a>, items: &[usize]) -> Option<Value<'a>> {
    items.iter().try_fold(root, |list, at| list.get("items")?.items().nth(*at))
}

pub(super) fn is_entity(group: &str, api_version: &str, kind: &str) -> bool {
    split_version(api_version).0 == group && matches!(kind, "Entity" | "ClusterEntity")
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
fn may_take_more(why: &NotKnown) -> bool {
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
