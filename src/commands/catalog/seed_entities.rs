//! Writes declared entities into a store, as far as possible. Relation targets are written first; in a cycle, the
//! entities are written first and their relations afterwards.

use std::collections::{BTreeMap, HashMap, HashSet};

use serde_json::Map;

use crate::catalog::wire::{EntityDraft, IdentifierRef, Refusal, RelationRef, TeamRef, WriteOptions, Writer};
use crate::domain::entity::Targets;
use crate::domain::entity::desired::{Desired, Teams};
use crate::embedded::store::{Failure, Store, StoreError};

/// The number of entities per transaction.
const BATCH: usize = 1000;

/// The result of seeding.
#[derive(Debug, Default)]
pub(crate) struct Seeded {
    pub written: usize,
    /// The rejected entities by index, with the catalog's message.
    pub refused: Vec<(usize, String)>,
}

pub(crate) fn seeded(store: &Store, entities: &[Desired], writer: &Writer) -> Result<Seeded, StoreError> {
    let mut pass = Pass { store, entities, writer, without: HashSet::new() };
    let mut missing = Vec::new();
    let mut refused = BTreeMap::new();
    for wave in waves(entities) {
        for (at, refusal) in pass.write(&wave)? {
            // The target may be written later: in a cycle, one entity must come first.
            if refusal.status == 404 { missing.push(at) } else { drop(refused.insert(at, words(&refusal))) }
        }
    }
    // Only relations within the cycle are written later, so that required relations are set from the start if possible.
    pass.without = missing.iter().map(|at| entities[*at].key.identifier.as_ref()).collect();
    pass.write(&missing)?;
    pass.without.clear();
    let second = pass.write(&missing)?;
    refused.extend(second.iter().map(|(at, refusal)| (*at, words(refusal))));
    Ok(Seeded { written: entities.len() - refused.len(), refused: refused.into_iter().collect() })
}

fn words(refusal: &Refusal) -> String {
    refusal.message.clone().unwrap_or_else(|| refusal.error.clone())
}

struct Pass<'a> {
    store: &'a Store,
    entities: &'a [Desired],
    writer: &'a Writer,
    /// Relations to these identifiers are omitted.
    without: HashSet<&'a str>,
}

impl Pass<'_> {
    /// Writes these entities by blueprint, and returns the rejected ones.
    fn write(&self, which: &[usize]) -> Result<Vec<(usize, Refusal)>, StoreError> {
        let mut shelves: BTreeMap<&str, Vec<usize>> = BTreeMap::new();
        for at in which {
            shelves.entry(&self.entities[*at].key.blueprint).or_default().push(*at);
        }
        let options = WriteOptions { upsert: true, merge: true, ..WriteOptions::default() };
        let mut refused = Vec::new();
        for (blueprint, shelf) in shelves {
            for batch in shelf.chunks(BATCH) {
                let drafts = batch.iter().map(|at| Ok(self.draft(&self.entities[*at]))).collect();
                match self.store.bulk_upsert(blueprint, drafts, &options, self.writer) {
                    Ok(results) => refused.extend(
                        batch.iter().zip(results).filter_map(|(at, result)| result.err().map(|refusal| (*at, refusal))),
                    ),
                    Err(Failure::Refused(refusal)) => {
                        refused.extend(batch.iter().map(|at| (*at, refusal.as_ref().clone())));
                    }
                    Err(Failure::Store(error)) => return Err(error),
                }
            }
        }
        Ok(refused)
    }
}

impl Pass<'_> {
    fn draft(&self, desired: &Desired) -> EntityDraft {
        let mut draft = draft(desired);
        if let Some(relations) = draft.relations.as_mut().filter(|_| !self.without.is_empty()) {
            relations.retain(|(_, target)| match target {
                RelationRef::One(target) => !self.without.contains(target.as_str()),
                RelationRef::Many(targets) => !targets.iter().any(|target| self.without.contains(target.as_str())),
                RelationRef::Null | RelationRef::Query(_) => true,
            });
        }
        draft
    }
}

/// The request body that writes the entity.
pub(crate) fn draft(desired: &Desired) -> EntityDraft {
    let properties: Map<_, _> =
        desired.properties.iter().map(|property| (property.name.to_string(), property.value.to_json())).collect();
    // Of a duplicate name, the last counts.
    let mut relations: Vec<(String, RelationRef)> = Vec::with_capacity(desired.relations.len());
    let mut places: HashMap<&str, usize> = HashMap::new();
    for relation in &desired.relations {
        let target = match &relation.targets {
            Targets::None => RelationRef::Null,
            Targets::One(target) => RelationRef::One(target.to_string()),
            Targets::Many(targets) => RelationRef::Many(strings(targets)),
        };
        match places.get(relation.name.as_ref()) {
            Some(at) => relations[*at].1 = target,
            None => {
                places.insert(&relation.name, relations.len());
                relations.push((relation.name.to_string(), target));
            }
        }
    }
    EntityDraft {
        identifier: Some(IdentifierRef::Literal(desired.key.identifier.to_string())),
        texts: desired.texts.as_ref().map(|text| text.patch.as_ref().map(ToString::to_string)),
        team: desired.team.patch.as_ref().map(|teams| match teams {
            Teams::One(team) => TeamRef::List(vec![team.to_string()]),
            Teams::Many(teams) => TeamRef::List(strings(teams)),
        }),
        properties: (!properties.is_empty()).then_some(properties),
        relations: (!relations.is_empty()).then_some(relations),
    }
}

fn strings(texts: &[Box<str>]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

/// Orders the entities so that targets come first. The blueprint that a relation leads to is not known here, so every
/// entity with that identifier counts as its target.
fn waves(entities: &[Desired]) -> Vec<Vec<usize>> {
    let mut by_identifier: HashMap<&str, Vec<usize>> = HashMap::new();
    for (at, entity) in entities.iter().enumerate() {
        by_identifier.entry(&entity.key.identifier).or_default().push(at);
    }
    let mut depths: Vec<Option<usize>> = vec![None; entities.len()];
    let mut is_open = vec![false; entities.len()];
    let targets_of = |at: usize| -> Vec<usize> {
        let names = entities[at].relations.iter().flat_map(|relation| match &relation.targets {
            Targets::None => std::slice::Iter::default(),
            Targets::One(target) => std::slice::from_ref(target).iter(),
            Targets::Many(targets) => targets.iter(),
        });
        // Two blueprints may share identifiers. The limit keeps hundreds of them from multiplying the edges.
        names.flat_map(|name| by_identifier.get(name.as_ref()).into_iter().flatten().take(8).copied()).collect()
    };
    for start in 0..entities.len() {
        let mut path: Vec<(usize, Vec<usize>, usize)> = Vec::new();
        if depths[start].is_none() {
            is_open[start] = true;
            path.push((start, targets_of(start), 0));
        }
        while let Some((at, left, depth)) = path.last_mut() {
            match left.pop() {
                // An open target is part of a cycle, so it is not waited for.
                Some(target) if is_open[target] => {}
                Some(target) => match depths[target] {
                    Some(found) => *depth = (*depth).max(found + 1),
                    None => {
                        is_open[target] = true;
                        path.push((target, targets_of(target), 0));
                    }
                },
                None => {
                    let (at, depth) = (*at, *depth);
                    (depths[at], is_open[at]) = (Some(depth), false);
                    path.pop();
                    if let Some((_, _, above)) = path.last_mut() {
                        *above = (*above).max(depth + 1);
                    }
                }
            }
        }
    }
    let mut waves: Vec<Vec<usize>> = Vec::new();
    for (at, depth) in depths.into_iter().enumerate() {
        let depth = depth.unwrap_or_default();
        if waves.len() <= depth {
            waves.resize_with(depth + 1, Vec::new);
        }
        waves[depth].push(at);
    }
    waves
}
