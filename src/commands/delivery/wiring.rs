//! Facts about deliverers beside each other: what several deliver, what none of them removes or waits for, and objects of
//! Flux that are written for an older one.

use super::facts::{FactsOf, is_crd_of, is_entity, name_span, number_of};
use crate::delivery::object::{Object, Origin};
use crate::delivery::place::Place as DeliveredPlace;
use crate::delivery::reach::{self, Arrival, Deliverer, Fate, Likeness, Outcome, Prune, Refused, Relations, Tool};
use crate::domain::delivery_facts::{
    DeliveredTwice, DelivererIndex, DeliveryFacts, KeptManifest, NotPermitted, NotPermittedWhat, PrunedCrd, RemovedApi,
    RemovedField, UnorderedCrd, WrongCluster,
};
use crate::domain::finding::Place;

const FLUX_PRUNE: &str = "kustomize.toolkit.fluxcd.io/prune";
const SYNC_OPTIONS: &str = "argocd.argoproj.io/sync-options";
/// More manifests that a deliverer keeps are one finding.
const MOST_KEPT: usize = 3;

impl FactsOf<'_, '_> {
    pub(super) fn add_wiring(&mut self, facts: &mut DeliveryFacts, relations: Relations) {
        let group = self.group;
        let pruning = self.reach.map_deliverers(|id, deliverer| (number_of(id), Pruning::of(group, deliverer)));
        for (by, pruning) in pruning {
            self.add_pruning(facts, by, pruning);
        }
        for twice in relations.twice {
            let deliverers = twice.deliverers.iter().copied().map(number_of).collect();
            let Some(first) = twice.objects.first() else { continue };
            let Some(object) = self.arrival(first.first).map(|arrival| arrival.object.clone()) else { continue };
            let places = first.places.iter().filter_map(|place| self.run.place(*place)).collect();
            let title = object.header.title();
            facts.delivered_twice.push(DeliveredTwice { deliverers, objects: twice.objects.len(), title, places });
        }
        for unordered in relations.unordered {
            let definers = unordered.definers.iter().copied().map(number_of).collect();
            let by = number_of(unordered.resource.deliverer);
            // Others rely on it that Flux and Argo CD try again.
            if unordered.group != self.group {
                continue;
            }
            let definition = self.run.place(unordered.definition);
            facts.unordered.push(UnorderedCrd { kind: unordered.kind, by, definers, definition });
        }
        for wrong in relations.wrong_clusters {
            let siblings = wrong.siblings.iter().copied().map(number_of).collect();
            let by = number_of(wrong.deliverer);
            let delivers_entities = facts.deliverer(by).is_some_and(|by| by.entities > 0);
            if !facts.has_config && !delivers_entities {
                continue;
            }
            let is_same_folder = wrong.likeness == Likeness::SameFolder;
            facts.wrong_clusters.push(WrongCluster { by, siblings, is_same_folder });
        }
        for refusal in &self.reach.refusals {
            let Some(place) = self.run.place(refusal.place) else { continue };
            let by = number_of(refusal.deliverer);
            let what = match refusal.refused.clone() {
                Refused::Kind { group, kind, objects } => NotPermittedWhat::Kind { group, kind, objects },
                Refused::Repository(url) => NotPermittedWhat::Repository(url),
                Refused::Destination { server, namespace } => NotPermittedWhat::Destination { server, namespace },
            };
            let (project, text) = (refusal.project.clone(), refusal.text.clone());
            facts.not_permitted.push(NotPermitted { by, project, place, what, text });
        }
    }

    pub(super) fn arrival(&self, taken: reach::Taken) -> Option<&Arrival> {
        match &self.reach.deliverer(taken.deliverer).outcome {
            Outcome::Built { arrivals, .. } => arrivals.get(taken.arrival as usize),
            Outcome::Failed(_) | Outcome::ArgoFailed(_) | Outcome::SetFailed(_) | Outcome::NotKnown(_) => None,
        }
    }

    fn add_pruning(&mut self, facts: &mut DeliveryFacts, by: DelivererIndex, Pruning { kept, crds }: Pruning<'_>) {
        for object in crds {
            let Some(place) = self.name_place(object) else { continue };
            facts.pruned_crds.push(PrunedCrd { name: object.header.name.to_string(), place, by });
        }
        let others = kept.len().saturating_sub(1);
        // Many are one finding.
        let is_one = kept.len() > MOST_KEPT;
        for (object, annotation) in kept.into_iter().take(if is_one { 1 } else { MOST_KEPT }) {
            let Some(place) = self.name_place(object) else { continue };
            let others = if is_one { others } else { 0 };
            facts.kept.push(KeptManifest { title: object.header.title(), place, others, by, annotation });
        }
    }

    fn name_place(&mut self, object: &Object) -> Option<Place> {
        let Origin::Manifest { file, span, .. } = &object.origin else { return None };
        let span = name_span(self.repository, *file, span.start);
        self.run.place(DeliveredPlace { file: *file, span })
    }

    pub(super) fn removed_api(&mut self, api: reach::RemovedApi) -> Option<RemovedApi> {
        let mut place = |span| self.run.place(DeliveredPlace { file: api.file, span });
        let api_version = (api.api_version.text, place(api.api_version.span)?);
        let fields = api.fields.into_iter().filter_map(|field| {
            Some(RemovedField { name: field.name, place: place(field.span)?, advice: field.advice })
        });
        let title = match api.namespace.as_str() {
            "" => format!("{} {}", api.kind, api.name),
            namespace => format!("{} {namespace}/{}", api.kind, api.name),
        };
        let fields = fields.collect();
        let reach::RemovedApi { kind, current, removed_in, edits, .. } = api;
        Some(RemovedApi { title, kind, api_version, current, removed_in, fields, edits })
    }
}

/// What of a deliverer that prunes stays all the same, and what should not go.
#[derive(Debug, Default)]
struct Pruning<'a> {
    /// Entities, with the annotation that keeps them.
    kept: Vec<(&'a Object, String)>,
    crds: Vec<&'a Object>,
}

impl<'a> Pruning<'a> {
    fn of(group: &str, deliverer: &'a Deliverer) -> Self {
        let mut found = Self::default();
        let Outcome::Built { arrivals, .. } = &deliverer.outcome else { return found };
        if deliverer.prune != Prune::On {
            return found;
        }
        for arrival in arrivals.iter().filter(|arrival| arrival.fate == Fate::Applied) {
            let object = &arrival.object;
            let header = &object.header;
            match keeping_annotation(deliverer.tool, object) {
                Some(annotation) if is_entity(group, &header.api_version, &header.kind) => {
                    found.kept.push((object, annotation));
                }
                None if is_crd_of(group, object) => found.crds.push(object),
                Some(_) | None => {}
            }
        }
        found
    }
}

/// What keeps an object in the cluster when it leaves the repository.
fn keeping_annotation(tool: Tool, object: &Object) -> Option<String> {
    match tool {
        Tool::Flux => {
            let is_disabled = |value: Option<&str>| value.is_some_and(|value| value.eq_ignore_ascii_case("disabled"));
            let is_kept = is_disabled(object.annotation(FLUX_PRUNE)) || is_disabled(object.label(FLUX_PRUNE));
            is_kept.then(|| format!("{FLUX_PRUNE}: disabled"))
        }
        Tool::ArgoCd => {
            let options = object.annotation(SYNC_OPTIONS)?;
            let is_kept = options.split(',').any(|option| option.trim() == "Prune=false");
            is_kept.then(|| format!("{SYNC_OPTIONS}: Prune=false"))
        }
    }
}
