//! What a write of the exporter changes in the catalog, and what it leaves there: a merge writes the keys that are sent,
//! clears those that are null, and keeps all others.

use std::sync::Arc;

use super::super::normalise;
use super::super::shape::Shape;
use super::sent::{SentEntity, SentRelation, SentTeam};
use crate::domain::entity::Entity;
use crate::domain::forecast::{FieldWrite, KeptField};
use crate::domain::plan::change::Field;
use crate::domain::value::Value;

/// The fields that change, in the order of manifests.
pub(super) fn changed_fields(sent: &SentEntity, stored: Option<&Entity>, shape: &Shape<'_>) -> Vec<FieldWrite> {
    let mut found = Vec::new();
    for (field, text) in sent.texts.iter() {
        let Some(text) = text else { continue };
        let before = stored.and_then(|stored| stored.texts[field].as_deref());
        if before != Some(text) {
            let before = before.map(|text| Value::Text(text.into())).unwrap_or_default();
            found.push(FieldWrite { field: Field::Text(field), before, after: Value::Text(text.clone()) });
        }
    }
    if let Some(SentTeam::Names(names)) = sent.team.as_ref().filter(|_| !shape.inherits_team) {
        let before = stored.map_or(&[][..], |stored| &stored.team);
        if !normalise::same_set(before, names) {
            let set = |names: &[Box<str>]| if names.is_empty() { Value::Null } else { normalise::set_value(names) };
            found.push(FieldWrite { field: Field::Team, before: set(before), after: set(names) });
        }
    }
    for (name, json) in &sent.properties {
        if shape.is_computed(name) {
            continue;
        }
        let (after, before) = (Value::from_json(json), stored_property(stored, name).cloned().unwrap_or_default());
        if !normalise::same_property(&before, &after, shape.property(name)) {
            found.push(FieldWrite { field: Field::Property(Arc::clone(name)), before, after });
        }
    }
    for (name, relation) in &sent.relations {
        let SentRelation::Targets(targets) = relation else { continue };
        let shape = shape.relation(name);
        let before = stored.and_then(|stored| stored.relations.iter().find(|(known, _)| known == name));
        let before = before.and_then(|(_, targets)| normalise::relation(targets, shape).value());
        let after = normalise::relation(targets, shape).value();
        let is_same = match (before, after) {
            (None, None) => true,
            (Some(before), Some(after)) => normalise::same_targets(before, after),
            (Some(_), None) | (None, Some(_)) => false,
        };
        if !is_same {
            let value = |targets: Option<&_>| targets.map(normalise::targets_value).unwrap_or_default();
            let field = Field::Relation(Arc::clone(name));
            found.push(FieldWrite { field, before: value(before), after: value(after) });
        }
    }
    found
}

fn stored_property<'a>(stored: Option<&'a Entity>, name: &str) -> Option<&'a Value> {
    stored?.properties.iter().find(|(known, _)| &**known == name).map(|(_, value)| value)
}

/// The values of the catalog that are not sent, and so stay. `base`: what the base sends of the entity, if there is a base.
pub(super) fn kept_fields(
    sent: &SentEntity,
    stored: &Entity,
    base: Option<Option<&SentEntity>>,
    shape: &Shape<'_>,
) -> Vec<KeptField> {
    let mut found = Vec::new();
    let mut keep = |field: Field, value: Value, was_sent: &dyn Fn(&SentEntity) -> bool| {
        let was_sent = base.map(|base| base.is_some_and(was_sent));
        found.push(KeptField { field, value, was_sent });
    };
    for (field, text) in stored.texts.iter() {
        if let Some(text) = text.as_ref().filter(|_| sent.texts[field].is_none()) {
            keep(Field::Text(field), Value::Text(text.clone()), &|base| base.texts[field].is_some());
        }
    }
    if let Some(team) = normalise::stored_team(&stored.team, shape).filter(|_| sent.team.is_none()) {
        keep(Field::Team, normalise::set_value(team), &|base| base.team.is_some());
    }
    for (name, value) in &stored.properties {
        if !value.is_null() && !sent.properties.contains_key(name) {
            let was_sent = |base: &SentEntity| base.properties.get(name).is_some_and(|value| !value.is_null());
            keep(Field::Property(Arc::clone(name)), value.clone(), &was_sent);
        }
    }
    for (name, targets) in &stored.relations {
        let targets = normalise::relation(targets, shape.relation(name)).value();
        if let Some(targets) = targets.filter(|_| !sent.relations.contains_key(name)) {
            let was_sent = |base: &SentEntity| {
                base.relations.get(name).is_some_and(|relation| match relation {
                    SentRelation::Query => true,
                    SentRelation::Targets(_) | SentRelation::Malformed => !relation.targets().is_empty(),
                })
            };
            keep(Field::Relation(Arc::clone(name)), normalise::targets_value(targets), &was_sent);
        }
    }
    found
}
