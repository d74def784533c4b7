//! Limits a plan to some blueprints or files and their dependencies. New entities that a chosen change has a relation
//! to are included; only entities of a chosen blueprint are deleted.

use foldhash::HashMap;

use crate::domain::entity::desired::Desired;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::plan::Plan;
use crate::domain::plan::change::{Action, Change};

use super::dependents::each_target;
use super::input::{ChangeDraft, Only, PlanBasis};
use super::ownership::{Pair, pair};
use super::shape::Shapes;

/// A change that was not chosen, but that a chosen change requires.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct PulledIn {
    pub key: EntityKey,
    /// A change that has a relation to it.
    pub by: EntityKey,
}

impl Only {
    fn chooses(&self, change: &Change) -> bool {
        let is_of_file = || change.place.is_some_and(|place| self.files.contains(&place.file));
        self.blueprints.contains(&change.key.blueprint) || (change.action != Action::Delete && is_of_file())
    }

    pub(super) fn chooses_manifest(&self, desired: &Desired) -> bool {
        self.blueprints.contains(&desired.key.blueprint) || self.files.contains(&desired.place.file)
    }

    pub(super) fn chooses_kept(&self, entity: &Entity) -> bool {
        self.blueprints.contains(&entity.key.blueprint)
    }
}

/// Removes changes that are neither chosen nor required; returns the keys of the changes left out.
pub(super) fn narrow(drafts: &mut Vec<ChangeDraft<'_>>, only: &Only, shapes: &Shapes<'_>) -> Vec<EntityKey> {
    let mut stays: Vec<bool> = drafts.iter().map(|draft| only.chooses(&draft.change)).collect();
    let new: HashMap<Pair<'_>, usize> = (0..drafts.len())
        .filter(|at| drafts[*at].change.is_new())
        .map(|at| (pair(&drafts[at].change.key), at))
        .collect();
    let mut waiting: Vec<usize> = (0..drafts.len()).filter(|at| stays[*at]).collect();
    while let Some(at) = waiting.pop() {
        let draft = &drafts[at];
        let shape = shapes.of(&draft.change.key.blueprint);
        for (name, (targets, _)) in draft.wanted.into_iter().flat_map(|wanted| wanted.relations_of()) {
            let Some(relation) = shape.relation(name) else { continue };
            each_target(targets, |target| {
                if let Some(needed) = new.get(&(relation.target, target)).filter(|needed| !stays[**needed]) {
                    stays[*needed] = true;
                    waiting.push(*needed);
                }
            });
        }
    }
    drop(new);
    let mut left_out = Vec::new();
    let mut stays = stays.into_iter();
    drafts.retain(|draft| {
        let stays = stays.next().unwrap_or_default();
        left_out.extend((!stays).then(|| draft.change.key.clone()));
        stays
    });
    left_out
}

/// The changes that were pulled in by `only`, each with the first change that requires it; sorted.
pub fn pulled_in(plan: &Plan, only: &Only, basis: &PlanBasis<'_>) -> Vec<PulledIn> {
    let uncalled = plan.changes.iter().filter(|change| !only.chooses(change)).map(|change| pair(&change.key));
    let uncalled: HashMap<Pair<'_>, usize> = uncalled.zip(0..).collect();
    let mut by: Vec<Option<&EntityKey>> = vec![None; uncalled.len()];
    if by.is_empty() {
        return Vec::new();
    }
    let shapes = Shapes::new(basis.blueprints);
    let changes: HashMap<Pair<'_>, &Change> = plan.changes.iter().map(|change| (pair(&change.key), change)).collect();
    let changed = basis.desired.iter().filter(|desired| changes.contains_key(&pair(&desired.key)));
    let (declared, _) = super::ownership::declared(changed);
    for desired in declared {
        let shape = shapes.of(&desired.key.blueprint);
        for (name, (targets, _)) in desired.relations_of() {
            let Some(relation) = shape.relation(name) else { continue };
            each_target(targets, |target| {
                if let Some(at) = uncalled.get(&(relation.target, target)) {
                    by[*at].get_or_insert(&desired.key);
                }
            });
        }
    }
    let of_change = |change: &Change| {
        let by = by[*uncalled.get(&pair(&change.key))?]?;
        Some(PulledIn { key: change.key.clone(), by: by.clone() })
    };
    plan.changes.iter().filter_map(of_change).collect()
}
