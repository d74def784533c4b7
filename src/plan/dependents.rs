//! Who points at what goes away: in the catalog, and by this very plan. One walk over all relations, and none at all
//! where nothing goes.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet, HashSetExt};

use crate::domain::change::{Afterwards, Change, Dependent, Field};
use crate::domain::entity::{Entity, Targets};
use crate::domain::snapshot::Snapshot;
use crate::domain::value::Value;

use super::Draft;
use super::ownership::{Pair, pair};
use super::shape::Shapes;

pub(super) fn each_target(targets: &Targets, mut each: impl FnMut(&str)) {
    match targets {
        Targets::None => {}
        Targets::One(target) => each(target),
        Targets::Many(targets) => targets.iter().for_each(|target| each(target)),
    }
}

fn points_to(value: &Value, identifier: &str) -> bool {
    match value {
        Value::Text(text) => text.as_ref() == identifier,
        // Sorted, as every list of targets is that was compared.
        Value::List(items) => items.binary_search_by(|item| item.as_str().unwrap_or_default().cmp(identifier)).is_ok(),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Map(_) => false,
    }
}

fn relation_of<'c>(change: &'c Change, name: &Arc<str>) -> Option<(&'c Value, &'c Value)> {
    let wanted = Field::Relation(name.clone());
    let at = change.fields.binary_search_by(|field| field.field.cmp(&wanted)).ok()?;
    change.fields.get(at).map(|field| (&field.before, &field.after))
}

/// Puts its dependents on every change by which something goes away.
pub(super) fn find(drafts: &mut [Draft<'_>], actual: &Snapshot, shapes: &Shapes<'_>) {
    let found = all(drafts, actual, shapes);
    for (at, mut dependents) in found {
        dependents.sort();
        dependents.dedup();
        if let Some(draft) = drafts.get_mut(at) {
            draft.change.dependents = dependents;
        }
    }
}

fn all(drafts: &[Draft<'_>], actual: &Snapshot, shapes: &Shapes<'_>) -> HashMap<usize, Vec<Dependent>> {
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
    let changes: HashMap<Pair<'_>, &Change> =
        drafts.iter().map(|draft| (pair(&draft.change.key), &draft.change)).collect();
    // `after` says what becomes of a relation that points to what goes; `None`: nothing to tell.
    let mut note = |key, name: &Arc<str>, targets: &Targets, after: &dyn Fn(&str) -> Option<Afterwards>| {
        let (blueprint, _): Pair<'_> = pair(key);
        let Some(shape) = shapes.of(blueprint).relation(name).filter(|shape| blueprints.contains(shape.target)) else {
            return;
        };
        each_target(targets, |target| {
            if let Some(at) = removed.get(&(shape.target, target))
                && let Some(after) = after(target)
            {
                let dependent = Dependent { key: key.clone(), relation: name.clone(), required: shape.required, after };
                found.entry(*at).or_default().push(dependent);
            }
        });
    };
    let stays = |entity: &&Entity| !removed.contains_key(&pair(&entity.key));
    for entity in actual.blueprints.values().flat_map(|shelf| &shelf.entities).filter(stays) {
        let change = changes.get(&pair(&entity.key));
        for (name, targets) in &entity.relations {
            note(&entity.key, name, targets, &|target| {
                let is_left = match change.and_then(|change| relation_of(change, name)) {
                    Some((_, after)) => points_to(after, target),
                    None => true,
                };
                Some(if is_left { Afterwards::Left } else { Afterwards::Relinked })
            });
        }
    }
    for draft in drafts {
        let Some(wanted) = draft.wanted else { continue };
        for (name, (targets, _)) in wanted.relations_of() {
            note(&draft.change.key, name, targets, &|target| {
                let is_asked = draft.change.is_new()
                    || relation_of(&draft.change, name)
                        .is_some_and(|(before, after)| points_to(after, target) && !points_to(before, target));
                is_asked.then_some(Afterwards::Asked)
            });
        }
    }
    found
}
