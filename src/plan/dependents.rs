//! Finds the dependents of deleted and renamed entities: those with a relation to them, and whether this plan changes
//! that relation. One pass over all relations, and none if nothing is deleted or renamed.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use crate::domain::entity::desired::Desired;
use crate::domain::entity::{EntityKey, Targets};
use crate::domain::plan::change::{Action, Change, Dependent, Field, RelationEffect};
use crate::domain::snapshot::Snapshot;

use super::input::ChangeDraft;
use super::ownership::{Pair, pair};
use super::shape::Shapes;

pub(super) fn each_target(targets: &Targets, mut each: impl FnMut(&str)) {
    match targets {
        Targets::None => {}
        Targets::One(target) => each(target),
        Targets::Many(targets) => targets.iter().for_each(|target| each(target)),
    }
}

pub(super) fn has_target(targets: &Targets, wanted: &str) -> bool {
    let mut is_there = false;
    each_target(targets, |target| is_there |= target == wanted);
    is_there
}

/// Whether the change sets the relation.
fn relinks(change: &Change, name: &Arc<str>) -> bool {
    change.fields.iter().any(|field| matches!(&field.field, Field::Relation(own) if own == name))
}

/// Sets the dependents of every change that deletes or renames an entity.
pub(super) fn find(drafts: &mut [ChangeDraft<'_>], declared: &[&Desired], actual: &Snapshot, shapes: &Shapes<'_>) {
    let found = all(drafts, declared, actual, shapes);
    for (at, mut dependents) in found {
        dependents.sort();
        dependents.dedup();
        if let Some(draft) = drafts.get_mut(at) {
            draft.change.dependents = dependents;
        }
    }
}

fn all(
    drafts: &[ChangeDraft<'_>],
    declared: &[&Desired],
    actual: &Snapshot,
    shapes: &Shapes<'_>,
) -> HashMap<usize, Vec<Dependent>> {
    let mut found: HashMap<usize, Vec<Dependent>> = HashMap::new();
    let mut removed: HashMap<Pair<'_>, usize> = HashMap::new();
    let mut blueprints: HashSet<&str> = HashSet::new();
    for (at, draft) in drafts.iter().enumerate() {
        if let Some(identifier) = draft.change.removed_identifier() {
            removed.insert((&draft.change.key.blueprint, identifier), at);
            blueprints.insert(&draft.change.key.blueprint);
        }
    }
    if removed.is_empty() {
        return found;
    }
    // By the identifier in the catalog. A renamed entity is a dependent by its new one, as its manifest has it.
    let changes: HashMap<Pair<'_>, usize> =
        (0..drafts.len()).filter_map(|at| Some((pair(&drafts[at].stored?.key), at))).collect();
    // `declared` is sorted by key.
    let manifest_of = |key: &EntityKey| {
        let at = declared.binary_search_by(|desired| desired.key.cmp(key)).ok()?;
        declared.get(at).copied()
    };
    for entity in actual.blueprints.values().flat_map(|shelf| &shelf.entities) {
        let own = changes.get(&pair(&entity.key)).copied();
        let change = own.map(|at| &drafts[at].change);
        if change.is_some_and(|change| change.action == Action::Delete) {
            continue;
        }
        let key = change.map_or(&entity.key, |change| &change.key);
        for (name, targets) in &entity.relations {
            let shape = shapes.of(&entity.key.blueprint).relation(name);
            let Some(shape) = shape.filter(|shape| blueprints.contains(shape.target)) else { continue };
            // Evaluated lazily, because few relations have such a target.
            let after = |target: &str| {
                let Some(manifest) = manifest_of(key) else { return RelationEffect::Left };
                // Only an exporter deletes what a manifest has a relation to.
                match manifest.relations_of().find(|(named, _)| *named == name) {
                    Some((_, (targets, _))) if has_target(targets, target) => RelationEffect::Declared,
                    _ if change.is_some_and(|change| relinks(change, name)) => RelationEffect::Relinked,
                    Some(_) => RelationEffect::Left,
                    None => RelationEffect::Unnamed,
                }
            };
            each_target(targets, |target| {
                let Some(at) = removed.get(&(shape.target, target)).copied() else { return };
                let after = after(target);
                // The rename itself changes the relation of an entity to itself.
                if own == Some(at) && after == RelationEffect::Relinked {
                    return;
                }
                let (key, relation, required) = (key.clone(), name.clone(), shape.required);
                found.entry(at).or_default().push(Dependent { key, relation, required, after });
            });
        }
    }
    found
}
