//! Decides which entities this scope owns, and which may be deleted: owned entities that are no longer declared, and
//! only if everything was read. An entity that could not be read is never treated as deleted.

use std::cmp::Ordering;

use foldhash::{HashMap, HashSet};

use crate::domain::entity::desired::Desired;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::finding::Place;
use crate::domain::plan::Obstacle;
use crate::domain::plan::change::OwnerStatus;
use crate::domain::plan::hazard::Blocker;
use crate::domain::plan::write_mode::PruneRule;
use crate::domain::snapshot::{Completeness, Snapshot};

use super::parallel::sort_each;

/// Borrowed form of `EntityKey`.
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

    pub fn ownership(&self, stored: Option<&Entity>) -> OwnerStatus {
        match stored {
            None => OwnerStatus::New,
            Some(entity) if self.0.contains(&pair(&entity.key)) => OwnerStatus::Ours,
            Some(_) => OwnerStatus::Foreign,
        }
    }
}

/// The declared entities, sorted by key and without duplicates. Of two manifests for one entity, the first in file
/// order is used.
pub(super) fn declared<'q>(desired: impl IntoIterator<Item = &'q Desired>) -> (Vec<&'q Desired>, Vec<Obstacle>) {
    let mut all: Vec<&Desired> = desired.into_iter().collect();
    sort_each(&mut all, |a, b| a.key.cmp(&b.key).then_with(|| order(a, b)));
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

/// The declared entities by key, without an order. Of two manifests for one entity, the first in file order is used.
pub(super) fn by_key<'q>(desired: impl IntoIterator<Item = &'q Desired>) -> HashMap<Pair<'q>, &'q Desired> {
    let mut by_key = HashMap::default();
    for desired in desired {
        let first = by_key.entry(pair(&desired.key)).or_insert(desired);
        if order(desired, first).is_lt() {
            *first = desired;
        }
    }
    by_key
}

/// The file order of two manifests for one entity.
pub(super) fn order(a: &Desired, b: &Desired) -> Ordering {
    // Copies made by a YAML alias have the same position; the content decides, so that the input order does not matter.
    let by_content = || if a == b { Ordering::Equal } else { format!("{a:?}").cmp(&format!("{b:?}")) };
    a.place.cmp(&b.place).then_with(by_content)
}

/// The stored entity of each declared one, and all other stored entities. Both sides are sorted, so one pass is enough.
pub(super) fn stored<'q>(actual: &'q Snapshot, declared: &[&Desired]) -> (Vec<Option<&'q Entity>>, Vec<&'q Entity>) {
    let (mut stored, mut others) = (Vec::with_capacity(declared.len()), Vec::new());
    let mut groups = declared.chunk_by(|a, b| a.key.blueprint == b.key.blueprint).peekable();
    for (blueprint, shelf) in &actual.blueprints {
        // Declared entities of a blueprint that was not read.
        while let Some(group) = groups.next_if(|group| name_of(group) < blueprint.as_str()) {
            stored.resize(stored.len() + group.len(), None);
        }
        let mut rest = shelf.entities.iter().peekable();
        for desired in groups.next_if(|group| name_of(group) == blueprint).into_iter().flatten() {
            while let Some(other) = rest.next_if(|entity| entity.key.identifier < desired.key.identifier) {
                others.push(other);
            }
            stored.push(rest.next_if(|entity| entity.key.identifier == desired.key.identifier));
        }
        others.extend(rest);
    }
    stored.resize(declared.len(), None);
    (stored, others)
}

fn name_of<'q>(group: &[&'q Desired]) -> &'q str {
    group.first().map_or("", |first| &first.key.blueprint)
}

/// The reasons why nothing may be deleted; empty: deletions are allowed.
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
