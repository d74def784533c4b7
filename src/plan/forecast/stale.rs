//! The owned entities that the exporter does not send: each with its cause, and with what the catalog does when the
//! exporter deletes it. The exporter deletes without a threshold, and never deletes dependents.

use std::collections::{BTreeMap, BTreeSet, HashMap, HashSet};

use super::super::graph::{Edge, Graph};
use super::causes::{Absence, Causes};
use super::departure::DangerCause;
use super::sent::{Sent, SentRelation, targets_of};
use crate::domain::blueprint::set::Blueprints;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::forecast::{Danger, StaleCause, StaleEffect, StaleEntity, UndecidedEntity, UndecidedReason};
use crate::domain::snapshot::Snapshot;

#[derive(Debug, Default)]
pub(super) struct Stale {
    pub entities: Vec<StaleEntity>,
    pub undecided: Vec<UndecidedEntity>,
    pub dangers: Vec<Danger>,
    /// How many resyncs it takes to delete them, in the worst order.
    pub resyncs: usize,
}

/// Finds the owned entities that are not sent. `is_blocked`: nothing is deleted.
pub(super) fn stale(
    owned: &[EntityKey],
    sent: &Sent,
    causes: &Causes<'_>,
    (live, blueprints): (&Snapshot, &Blueprints),
    is_blocked: bool,
) -> Stale {
    let gone: BTreeSet<&EntityKey> = owned.iter().filter(|key| !sent.entities.contains_key(key)).collect();
    let mut found = Stale { resyncs: 1, ..Stale::default() };
    let mut absences: Vec<(&EntityKey, Absence)> = Vec::new();
    for key in gone {
        let reason = match causes.of(key) {
            _ if sent.searched_blueprints.contains(&*key.blueprint) => UndecidedReason::SearchQuery,
            Absence::ObjectsElsewhere => UndecidedReason::ObjectsElsewhere,
            Absence::ObjectFails => UndecidedReason::ObjectFails,
            Absence::ObjectKept(reason) => reason,
            absence => {
                absences.push((key, absence));
                continue;
            }
        };
        found.undecided.push(UndecidedEntity { key: key.clone(), reason });
    }
    let dangers = dangers(&absences);
    let numbers: HashMap<&DangerCause, usize> = dangers.iter().map(|(cause, _)| *cause).zip(0..).collect();
    let keys: Vec<&EntityKey> = absences.iter().map(|(key, _)| *key).collect();
    let dependents = Dependents::of(&keys, sent, live, blueprints);
    let required_by = dependents.required_by(&keys);
    found.resyncs = dependents.resyncs(keys.len());
    for ((key, absence), by) in absences.iter().zip(required_by) {
        let effect = match (is_blocked, by.is_empty()) {
            (true, _) => StaleEffect::Blocked,
            (false, true) => StaleEffect::Deleted,
            (false, false) => StaleEffect::Required { by },
        };
        let cause = match absence {
            Absence::ObjectRemoved(_) => StaleCause::ObjectRemoved,
            Absence::ItemRemoved => StaleCause::ItemRemoved,
            Absence::Danger(cause) => StaleCause::Danger(numbers[cause]),
            Absence::Undeclared | Absence::ObjectFails | Absence::ObjectKept(_) | Absence::ObjectsElsewhere => {
                StaleCause::Undeclared
            }
        };
        let base_object = match absence {
            Absence::ObjectRemoved(object) => Some(*object),
            Absence::ItemRemoved
            | Absence::Danger(_)
            | Absence::Undeclared
            | Absence::ObjectFails
            | Absence::ObjectKept(_)
            | Absence::ObjectsElsewhere => None,
        };
        found.entities.push(StaleEntity { key: (*key).clone(), effect, cause, base_object });
    }
    let danger = |(cause, entities): (&DangerCause, Vec<EntityKey>)| {
        let DangerCause { kind, place, before, after } = cause.clone();
        Danger { kind, place, before, after, entities }
    };
    found.dangers = dangers.into_iter().map(danger).collect();
    found
}

impl Stale {
    /// The entities that the resync deletes.
    pub fn deleted(&self) -> HashSet<&EntityKey> {
        let deleted = self.entities.iter().filter(|stale| stale.effect == StaleEffect::Deleted);
        deleted.map(|stale| &stale.key).collect()
    }
}

/// The causes of dangers with their entities; that of the most entities first.
fn dangers<'a>(absences: &'a [(&EntityKey, Absence)]) -> Vec<(&'a DangerCause, Vec<EntityKey>)> {
    let mut by_cause: BTreeMap<&DangerCause, Vec<EntityKey>> = BTreeMap::new();
    for (key, absence) in absences {
        if let Absence::Danger(cause) = absence {
            by_cause.entry(cause).or_default().push((*key).clone());
        }
    }
    let mut dangers: Vec<(&DangerCause, Vec<EntityKey>)> = by_cause.into_iter().collect();
    dangers.sort_by_key(|(_, entities)| std::cmp::Reverse(entities.len()));
    dangers
}

/// Which entities require stale ones.
struct Dependents {
    /// For each stale entity, those that are not stale.
    staying: Vec<Vec<EntityKey>>,
    /// From a stale entity to a stale one that requires it.
    graph: Graph,
}

impl Dependents {
    fn of(keys: &[&EntityKey], sent: &Sent, live: &Snapshot, blueprints: &Blueprints) -> Self {
        let numbers: HashMap<&EntityKey, usize> = keys.iter().copied().zip(0..).collect();
        let (mut staying, mut edges) = (vec![Vec::new(); keys.len()], Vec::new());
        let mut add = |source: &EntityKey, blueprint: &str, targets: &[Box<str>]| {
            for target in targets {
                let target = EntityKey { blueprint: blueprint.into(), identifier: target.clone() };
                let Some(to) = numbers.get(&target) else { continue };
                match numbers.get(source) {
                    Some(from) => edges.push(Edge { from: *to, to: *from, label: 0, required: true }),
                    None => staying[*to].push(source.clone()),
                }
            }
        };
        let names: HashSet<&str> = keys.iter().map(|key| &*key.blueprint).collect();
        for blueprint in blueprints.iter() {
            for relation in blueprint.relations.iter().filter(|it| it.required && names.contains(it.target.as_str())) {
                let shelf = live.blueprints.get(&blueprint.identifier);
                for stored in shelf.into_iter().flat_map(|shelf| &shelf.entities) {
                    let sent = sent.entities.get(&stored.key).and_then(|sent| sent.relations.get(&*relation.name));
                    let targets = match sent {
                        Some(SentRelation::Targets(targets)) => targets_of(targets),
                        Some(SentRelation::Query | SentRelation::Malformed) | None => {
                            stored_targets(stored, &relation.name)
                        }
                    };
                    add(&stored.key, &relation.target, targets);
                }
                let new = sent.entities.iter().filter(|(key, _)| {
                    *key.blueprint == *blueprint.identifier && live.get(&key.blueprint, &key.identifier).is_none()
                });
                for (key, sent) in new {
                    let targets = sent.relations.get(&*relation.name).map_or(&[][..], SentRelation::targets);
                    add(key, &relation.target, targets);
                }
            }
        }
        Self { staying, graph: Graph::new(keys.len(), edges) }
    }

    /// The entities that keep each stale one from being deleted, directly or through others.
    fn required_by(&self, keys: &[&EntityKey]) -> Vec<Vec<EntityKey>> {
        let components = self.graph.components();
        let mut required = self.staying.clone();
        for circle in self.graph.circles(&components) {
            for node in &circle {
                let others = circle.iter().filter(|other| *other != node || circle.len() == 1);
                required[*node].extend(others.map(|other| keys[*other].clone()));
            }
        }
        for node in components.members().into_iter().flatten() {
            let kept = self.graph.edges_of(node).iter().map(|edge| edge.to).filter(|to| !required[*to].is_empty());
            let kept: Vec<EntityKey> = kept.map(|to| keys[to].clone()).collect();
            required[node].extend(kept);
            required[node].sort();
            required[node].dedup();
        }
        required
    }

    /// An entity is deleted at the latest one resync after those that require it.
    fn resyncs(&self, nodes: usize) -> usize {
        if nodes == 0 {
            return 1;
        }
        let levels = self.graph.levels(&self.graph.components());
        1 + levels.into_iter().max().unwrap_or_default()
    }
}

fn stored_targets<'a>(stored: &'a Entity, relation: &str) -> &'a [Box<str>] {
    let found = stored.relations.iter().find(|(known, _)| &**known == relation);
    found.map_or(&[][..], |(_, targets)| targets_of(targets))
}
