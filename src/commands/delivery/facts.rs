//! Turns what deliverers make of the repository into facts for the rules, at places of the files of the run.

use std::collections::{BTreeMap, HashSet};

use super::manifest_facts::stage_objects;
use super::run_files::RunFiles;
use crate::delivery::files::FileId as DeliveredId;
use crate::delivery::flux::substitution_fault;
use crate::delivery::ignore::Ignores;
use crate::delivery::kustomize::failure::{Failure, FailureKind, ROOT};
use crate::delivery::manifests::Manifest;
use crate::delivery::object::{Origin, split_version};
use crate::delivery::place::Place as DeliveredPlace;
use crate::delivery::reach::{self, Absence, Deliverer, DelivererId, Link, Outcome, Prune, Reach};
use crate::delivery::repository::Repository;
use crate::domain::cluster::Deliverer as Tool;
use crate::domain::delivery_facts::{
    DelivererFacts, DelivererIndex, DeliveryFacts, DeliveryFailure, FailureCause, MissingReference, ReturnedFile,
    UndeliveredManifest, UndeliveredReason,
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
}

impl FactsOf<'_, '_> {
    pub fn collect(mut self) -> DeliveryFacts {
        let mut facts = DeliveryFacts::default();
        // The deliverers of places outside of the root have no facts; `numbers` holds the others.
        let mut numbers = BTreeMap::new();
        let mut taken: HashSet<ManifestKey> = HashSet::new();
        let mut knows_all = true;
        for (index, deliverer) in self.reach.deliverers.iter().enumerate() {
            let mut entities = 0;
            match &deliverer.outcome {
                Outcome::Built { arrivals, not_known, .. } => {
                    knows_all &= not_known.is_empty();
                    for arrival in arrivals.iter() {
                        if let Origin::Manifest { file, span, .. } = &arrival.object.origin {
                            taken.insert((*file, span.start));
                        }
                        let header = &arrival.object.header;
                        entities += usize::from(is_entity(self.group, &header.api_version, &header.kind));
                    }
                }
                Outcome::Failed(_) => {}
                Outcome::NotKnown(_) => knows_all = false,
            }
            if let Some(found) = self.deliverer(deliverer, entities) {
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
        facts
    }

    fn deliverer(&mut self, deliverer: &Deliverer, entities: usize) -> Option<DelivererFacts> {
        let place = self.run.place(deliverer.place)?;
        let path = deliverer.path.as_ref().and_then(|path| {
            let place = DeliveredPlace { file: path.file?, span: path.span };
            Some((path.text.clone(), self.run.place(place)?))
        });
        let keeps_removed = match deliverer.prune {
            Prune::On => None,
            Prune::Off(place) => self.run.place(place),
        };
        let failure = match &deliverer.outcome {
            Outcome::Failed(failure) => Some(self.failure(deliverer, failure)),
            Outcome::Built { .. } | Outcome::NotKnown(_) => None,
        };
        let tool = match deliverer.tool {
            reach::Tool::Flux => Tool::Flux,
            reach::Tool::ArgoCd => Tool::ArgoCd,
        };
        let (title, stage_objects) = (title_of(deliverer), stage_objects(deliverer));
        Some(DelivererFacts { tool, title, place, path, keeps_removed, failure, entities, stage_objects })
    }

    fn failure(&mut self, deliverer: &Deliverer, failure: &Failure) -> DeliveryFailure {
        let cause = match failure.kind {
            _ if deliverer.folder.is_none() => FailureCause::Path,
            FailureKind::Missing | FailureKind::NoKustomization => FailureCause::Entry,
            FailureKind::NoObject | FailureKind::MissingKind | FailureKind::MissingName | FailureKind::Malformed => {
                FailureCause::NoManifest
            }
            _ => FailureCause::Other,
        };
        let text = failure.text.replace(&format!("{ROOT}/"), "").replace(ROOT, ".");
        let is_of_text = failure.kind == FailureKind::Substitution;
        let of_text = failure.place.filter(|_| is_of_text).and_then(|place| unsubstitutable(self.repository, place));
        let place = of_text.or(failure.place).and_then(|place| self.run.place(place));
        DeliveryFailure { cause, text, place, returned: None }
    }

    /// Files that Flux leaves out by default, and does not because a pattern is written.
    fn add_returned(&mut self, index: usize, number: DelivererIndex, facts: &mut DeliveryFacts) {
        let Some(deliverer) = self.reach.deliverers.get(index) else { return };
        let files = match &deliverer.outcome {
            Outcome::Built { files, .. } => files.clone(),
            Outcome::Failed(failure) => failure.place.into_iter().map(|place| place.file).collect(),
            Outcome::NotKnown(_) => return,
        };
        let returned =
            |file: &DeliveredId| Ignores::default_for(self.repository.files.path(*file)).map(|it| (*file, it));
        let Some((file, default)) = files.iter().find_map(returned) else { return };
        let id = DelivererId(Span::empty(index).start);
        let pattern = self.reach.written_pattern(self.repository, id).and_then(|place| self.run.place(place));
        let Some(pattern) = pattern else { return };
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
            let Some(absence) = absences.first() else { continue };
            let Some(reason) = self.reason(absence) else { continue };
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
            Link::Ignored => UndeliveredReason::Ignored,
            Link::Symlink => UndeliveredReason::Symlink,
            Link::FileName => UndeliveredReason::FileName,
            Link::NotRecursive => UndeliveredReason::NotRecursive,
            Link::Excluded => UndeliveredReason::Excluded,
            Link::Skipped => UndeliveredReason::Skipped,
            Link::NoObject => UndeliveredReason::NoObject,
            Link::NoResource | Link::BuildFails | Link::NotKnown(_) => return None,
        })
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

/// The scalar of a manifest whose `${` ends the build.
fn unsubstitutable(repository: &Repository<'_>, place: DeliveredPlace) -> Option<DeliveredPlace> {
    let text = repository.text(place.file)?;
    let mut found = None;
    repository.documents(&text, &mut |document| {
        let mut waiting: Vec<Value<'_>> = document.value.into_iter().collect();
        while let Some(value) = waiting.pop().filter(|_| found.is_none()) {
            let is_bad = |value: &Value<'_>| value.as_str().is_some_and(|text| substitution_fault(text).is_some());
            let entries: Vec<_> = value.entries().collect();
            let keys = entries.iter().map(|(key, _)| *key).filter(is_bad);
            let bad = keys.chain(Some(value).filter(is_bad)).find(|bad| place.span.contains(bad.span().start as usize));
            found = bad.map(|bad| DeliveredPlace { file: place.file, span: bad.span() });
            let members = value.items().chain(entries.into_iter().map(|(_, member)| member));
            let mut members: Vec<Value<'_>> = members.collect();
            members.reverse();
            waiting.append(&mut members);
        }
    });
    found
}

fn item<'a>(root: Value<'a>, items: &[usize]) -> Option<Value<'a>> {
    items.iter().try_fold(root, |list, at| list.get("items")?.items().nth(*at))
}

fn is_entity(group: &str, api_version: &str, kind: &str) -> bool {
    split_version(api_version).0 == group && matches!(kind, "Entity" | "ClusterEntity")
}

/// `Kustomization flux-system/catalog`
pub(super) fn title_of(deliverer: &Deliverer) -> String {
    let kind = match deliverer.tool {
        reach::Tool::Flux => "Kustomization",
        reach::Tool::ArgoCd => "Application",
    };
    match deliverer.namespace.as_str() {
        "" => format!("{kind} {}", deliverer.name),
        namespace => format!("{kind} {namespace}/{}", deliverer.name),
    }
}
