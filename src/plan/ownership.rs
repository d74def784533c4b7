//! Whose entities these are, and what may be deleted: what is ours, no longer declared, and only while everything that
//! could speak for it was read. What we do not know is never taken for gone.

use foldhash::{HashSet, HashSetExt};

use crate::domain::change::Standing;
use crate::domain::desired::Desired;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::finding::Place;
use crate::domain::hazard::Blocker;
use crate::domain::plan::Obstacle;
use crate::domain::snapshot::{Completeness, Snapshot};
use crate::domain::write::PruneRule;

/// A key without its memory.
pub(super) type Pair<'q> = (&'q str, &'q str);

pub(super) fn pair(key: &EntityKey) -> Pair<'_> {
    (&key.blueprint, &key.identifier)
}

#[derive(Debug)]
pub(super) struct Owned<'q>(HashSet<Pair<'q>>);

impl<'q> Owned<'q> {
    pub fn new(owned: &'q [EntityKey]) -> Self {
        Self(owned.iter().map(pair).collect())
    }

    pub fn standing(&self, stored: Option<&Entity>) -> Standing {
        match stored {
            None => Standing::New,
            Some(entity) if self.0.contains(&pair(&entity.key)) => Standing::Ours,
            Some(_) => Standing::Foreign,
        }
    }
}

/// The manifests' entities by key, each once. Of two that ask for one entity the first in the files counts.
pub(super) fn declared(desired: &[Desired]) -> (Vec<&Desired>, Vec<Obstacle>) {
    let mut all: Vec<&Desired> = desired.iter().collect();
    all.sort_by(|a, b| {
        let order = a.key.cmp(&b.key).then_with(|| a.place.cmp(&b.place));
        // Copies by a YAML alias stand in one place; no order of the input may show.
        order.then_with(|| if a == b { std::cmp::Ordering::Equal } else { format!("{a:?}").cmp(&format!("{b:?}")) })
    });
    let mut obstacles = Vec::new();
    for same in all.chunk_by(|a, b| a.key == b.key) {
        if let [first, _, ..] = same {
            let places: Vec<Place> = same.iter().map(|desired| desired.place).collect();
            obstacles.push(Obstacle::Duplicate { key: first.key.clone(), places });
        }
    }
    all.dedup_by(|later, kept| later.key == kept.key);
    (all, obstacles)
}

/// What is ours and no longer declared, by key.
pub(super) fn gone<'q>(actual: &'q Snapshot, declared: &[&Desired], owned: &Owned<'_>) -> Vec<&'q Entity> {
    let mut keys = HashSet::with_capacity(declared.len());
    keys.extend(declared.iter().map(|desired| pair(&desired.key)));
    let is_gone = |entity: &&Entity| {
        let pair = pair(&entity.key);
        owned.0.contains(&pair) && !keys.contains(&pair)
    };
    actual.blueprints.values().flat_map(|shelf| &shelf.entities).filter(is_gone).collect()
}

/// Why nothing may be deleted; empty: it may.
pub(super) fn blockers(rule: PruneRule, actual: &Snapshot, unread: &[Blocker]) -> Vec<Blocker> {
    let mut blockers: Vec<Blocker> = unread.to_vec();
    if !rule.enabled {
        blockers.push(Blocker::Disabled);
    }
    for (blueprint, shelf) in &actual.blueprints {
        match &shelf.completeness {
            Completeness::Complete => {}
            Completeness::Incomplete(why) => {
                blockers.push(Blocker::Read { blueprint: blueprint.as_str().into(), why: why.clone() });
            }
        }
    }
    blockers.sort();
    blockers.dedup();
    blockers
}
