//! Records what a push is about to change: every entity that it writes, renames or deletes, and every entity whose relation
//! the catalog clears because its target is deleted. A renamed entity is recorded under its former identifier.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet};

use super::document::SavedEntity;
use super::sides::{body_of, fields_of, fields_of_both, property, relation};
use crate::domain::entity::fields::TextField;
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{Entity, EntityKey, Targets};
use crate::domain::plan::change::Field;
use crate::domain::plan::request::{Body, Method, WriteRequests};
use crate::domain::value::Value;
use crate::plan::dependents::has_target;
use crate::plan::input::PlanBasis;
use crate::plan::ownership::{Pair, pair};
use crate::plan::shape::{Shape, Shapes};

/// What each entity is after the push: the fields that it changes, or `None` if it deletes the entity.
type After = BTreeMap<EntityKey, Option<Body>>;

/// `requests`: all that the push will send; `basis`: what they were made from. The result is sorted by key.
pub fn capture(requests: &WriteRequests, basis: &PlanBasis<'_>) -> Vec<SavedEntity> {
    let shapes = Shapes::new(basis.blueprints);
    let (mut after, mut former) = (After::new(), HashMap::new());
    for request in requests.waves.iter().flatten() {
        if let Method::Rename { from, .. } = &request.method {
            former.insert(pair(&request.key), from);
        }
        let Some(written) = request.method.body() else {
            after.insert(request.key.clone(), None);
            continue;
        };
        let mut key = request.key.clone();
        if let Some(from) = former.get(&pair(&request.key)) {
            key.identifier = Box::clone(from);
        }
        let stored = basis.actual.get(&key.blueprint, &key.identifier);
        let entry = after.entry(key).or_default().get_or_insert_default();
        overlay(entry, written);
        if let (Method::Replace(_), Some(stored)) = (&request.method, stored) {
            unset_others(entry, written, &body_of(stored), shapes.of(&request.key.blueprint));
        }
    }
    clear_relations(&mut after, basis, &shapes);
    let renamed: HashMap<Pair<'_>, &str> =
        former.iter().map(|((blueprint, to), from)| ((*blueprint, from.as_ref()), *to)).collect();
    let saved = |(key, after): (EntityKey, Option<Body>)| {
        let stored = basis.actual.get(&key.blueprint, &key.identifier);
        let (before, record) = (stored.map(body_of), stored.map(|stored| stored.record.clone()));
        let renamed_to = renamed.get(&pair(&key)).map(|to| Box::from(*to));
        SavedEntity { key, before, record, after, renamed_to, taken_from: None }
    };
    after.into_iter().map(saved).collect()
}

/// Applies the fields of `from` to `body`.
fn overlay(body: &mut Body, from: &Body) {
    for (field, text) in from.texts.iter().filter(|(_, text)| !text.is_absent()) {
        body.texts[field] = text.clone();
    }
    if !from.team.is_absent() {
        body.team = from.team.clone();
    }
    for (name, value) in &from.properties {
        set(&mut body.properties, name, value.clone());
    }
    for (name, targets) in &from.relations {
        set(&mut body.relations, name, targets.clone());
    }
}

fn set<T>(entries: &mut Vec<(Arc<str>, T)>, name: &Arc<str>, value: T) {
    match entries.iter_mut().find(|(other, _)| other == name) {
        Some((_, own)) => *own = value,
        None => entries.push((Arc::clone(name), value)),
    }
}

/// A write of the whole entity unsets what it does not name. The title and properties with a default count as unset even
/// if they were not set: the catalog may fill them in.
fn unset_others(body: &mut Body, written: &Body, stored: &Body, shape: &Shape<'_>) {
    let untitled = &mut body.texts[TextField::Title];
    if untitled.is_absent() {
        *untitled = Patch::Null;
    }
    let named: Vec<Field> = fields_of(written).collect();
    for field in fields_of_both(stored, written).into_iter().filter(|field| !named.contains(field)) {
        match &field {
            Field::Text(text) => body.texts[*text] = Patch::Null,
            Field::Team => body.team = Patch::Null,
            Field::Property(name) => set(&mut body.properties, name, Value::Null),
            Field::Relation(name) => set(&mut body.relations, name, Targets::None),
        }
    }
    for (name, _) in shape.defaults() {
        if property(body, name).is_none() {
            set(&mut body.properties, name, Value::Null);
        }
    }
}

/// Adds the relations of kept entities to deleted ones: the catalog clears them.
fn clear_relations(after: &mut After, basis: &PlanBasis<'_>, shapes: &Shapes<'_>) {
    let deleted: Vec<EntityKey> = after.iter().filter(|(_, body)| body.is_none()).map(|(key, _)| key.clone()).collect();
    if deleted.is_empty() {
        return;
    }
    let gone: HashSet<Pair<'_>> = deleted.iter().map(pair).collect();
    let blueprints: HashSet<&str> = deleted.iter().map(|key| key.blueprint.as_ref()).collect();
    let entities = basis.actual.blueprints.values().flat_map(|shelf| &shelf.entities);
    for entity in entities.filter(|entity| !gone.contains(&pair(&entity.key))) {
        let shape = shapes.of(&entity.key.blueprint);
        for (name, targets) in &entity.relations {
            let Some(relation) = shape.relation(name).filter(|relation| blueprints.contains(relation.target)) else {
                continue;
            };
            if gone.iter().any(|(blueprint, target)| *blueprint == relation.target && has_target(targets, target)) {
                clear_relation(after, entity, name, targets, &|target| !gone.contains(&(relation.target, target)));
            }
        }
    }
}

/// `is_kept`: whether a target is not deleted. A relation that the push itself writes is not cleared by the catalog.
fn clear_relation(
    after: &mut After,
    entity: &Entity,
    name: &Arc<str>,
    targets: &Targets,
    is_kept: &dyn Fn(&str) -> bool,
) {
    let body = after.entry(entity.key.clone()).or_default().get_or_insert_default();
    if relation(body, name).is_some() {
        return;
    }
    let left = match targets {
        Targets::None | Targets::One(_) => Targets::None,
        Targets::Many(targets) => Targets::Many(targets.iter().filter(|target| is_kept(target)).cloned().collect()),
    };
    body.relations.push((Arc::clone(name), left));
}
