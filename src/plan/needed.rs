//! Finds undeclared entities that must be kept, because a declared entity has a relation to them. An entity that is
//! kept keeps its relations, so their targets are kept too.

use std::sync::Arc;

use foldhash::HashMap;

use crate::domain::entity::desired::Desired;
use crate::domain::entity::{Entity, EntityKey, Targets};
use crate::domain::plan::change::{Dependent, RelationEffect};

use super::dependents::each_target;
use super::ownership::{Pair, pair};
use super::shape::Shapes;

#[derive(Debug)]
pub(super) struct Needed<'q> {
    pub entity: &'q Entity,
    /// The entities with a relation to it.
    pub by: Vec<Dependent>,
}

/// Moves entities that are still needed out of `gone`.
pub(super) fn take_out<'q>(gone: &mut Vec<&'q Entity>, declared: &[&Desired], shapes: &Shapes<'_>) -> Vec<Needed<'q>> {
    if gone.is_empty() {
        return Vec::new();
    }
    let places: HashMap<Pair<'_>, usize> = (0..).zip(&*gone).map(|(at, entity)| (pair(&entity.key), at)).collect();
    let mut by: Vec<Vec<Dependent>> = gone.iter().map(|_| Vec::new()).collect();
    let mut waiting = Vec::new();
    let mut note = |key: &EntityKey, name: &Arc<str>, targets: &Targets, after, waiting: &mut Vec<usize>| {
        let Some(relation) = shapes.of(&key.blueprint).relation(name) else { return };
        each_target(targets, |target| {
            let Some(at) = places.get(&(relation.target, target)).copied() else { return };
            if by[at].is_empty() {
                waiting.push(at);
            }
            let required = relation.required;
            by[at].push(Dependent { key: key.clone(), relation: Arc::clone(name), required, after });
        });
    };
    for desired in declared {
        for (name, (targets, _)) in desired.relations_of() {
            note(&desired.key, name, targets, RelationEffect::Declared, &mut waiting);
        }
    }
    while let Some(at) = waiting.pop() {
        for (name, targets) in &gone[at].relations {
            note(&gone[at].key, name, targets, RelationEffect::Left, &mut waiting);
        }
    }
    let mut needed = Vec::new();
    let mut by = by.into_iter();
    gone.retain(|entity| match by.next() {
        Some(mut by) if !by.is_empty() => {
            by.sort();
            by.dedup();
            needed.push(Needed { entity, by });
            false
        }
        Some(_) | None => true,
    });
    needed
}
