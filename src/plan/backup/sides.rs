//! The value of one field of an entity, in one form for all sides, so that values are compared as the planner compares
//! them.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::domain::entity::fields::TextField;
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{Entity, Targets};
use crate::domain::plan::change::Field;
use crate::domain::plan::request::Body;
use crate::domain::value::Value;
use crate::plan::normalise;
use crate::plan::shape::Shape;

/// Everything that the entity has. A field that it does not have is absent.
pub(super) fn body_of(entity: &Entity) -> Body {
    let Entity { key: _, texts, team, properties, relations, record: _ } = entity;
    let is_set = |targets: &Targets| match targets {
        Targets::None => false,
        Targets::One(_) => true,
        Targets::Many(targets) => !targets.is_empty(),
    };
    Body {
        texts: texts.as_ref().map(|text| text.clone().map_or(Patch::Absent, Patch::Set)),
        team: if team.is_empty() { Patch::Absent } else { Patch::Set(team.clone()) },
        properties: properties.iter().filter(|(_, value)| !value.is_null()).cloned().collect(),
        relations: relations.iter().filter(|(_, targets)| is_set(targets)).cloned().collect(),
    }
}

/// The fields that a body names, in a fixed order and without duplicates.
pub(super) fn fields_of(body: &Body) -> impl Iterator<Item = Field> {
    let texts = TextField::ALL.into_iter().filter(|field| !body.texts[*field].is_absent()).map(Field::Text);
    let team = (!body.team.is_absent()).then_some(Field::Team);
    let properties: BTreeMap<&Arc<str>, ()> = body.properties.iter().map(|(name, _)| (name, ())).collect();
    let relations: BTreeMap<&Arc<str>, ()> = body.relations.iter().map(|(name, _)| (name, ())).collect();
    let properties = properties.into_keys().map(|name| Field::Property(Arc::clone(name)));
    let relations = relations.into_keys().map(|name| Field::Relation(Arc::clone(name)));
    texts.chain(team).chain(properties).chain(relations)
}

/// The fields of both bodies, each once.
pub(super) fn fields_of_both(one: &Body, other: &Body) -> Vec<Field> {
    let mut fields: Vec<Field> = fields_of(one).collect();
    let more: Vec<Field> = fields_of(other).filter(|field| !fields.contains(field)).collect();
    fields.extend(more);
    fields
}

/// Null: unset or absent.
pub(super) fn value(body: &Body, field: &Field, shape: &Shape<'_>) -> Value {
    match field {
        Field::Text(field) => match &body.texts[*field] {
            Patch::Set(text) => Value::Text(text.clone()),
            Patch::Absent | Patch::Null => Value::Null,
        },
        Field::Team => match &body.team {
            Patch::Set(team) if !team.is_empty() && !shape.inherits_team => normalise::set_value(team),
            Patch::Absent | Patch::Null | Patch::Set(_) => Value::Null,
        },
        Field::Property(name) => property(body, name).cloned().unwrap_or_default(),
        Field::Relation(name) => {
            let Some(targets) = relation(body, name) else { return Value::Null };
            normalise::relation(targets, shape.relation(name)).value().map_or(Value::Null, normalise::targets_value)
        }
    }
}

/// The property as the body has it; of two with one name, the last one applies.
pub(super) fn property<'b>(body: &'b Body, name: &str) -> Option<&'b Value> {
    body.properties.iter().rfind(|(other, _)| other.as_ref() == name).map(|(_, value)| value)
}

pub(super) fn relation<'b>(body: &'b Body, name: &str) -> Option<&'b Targets> {
    body.relations.iter().rfind(|(other, _)| other.as_ref() == name).map(|(_, targets)| targets)
}

/// Whether two values of a field are the same to the catalog.
pub(super) fn is_same(field: &Field, shape: &Shape<'_>, one: &Value, other: &Value) -> bool {
    match field {
        Field::Property(name) => normalise::same_property(one, other, shape.property(name)),
        Field::Text(_) | Field::Team | Field::Relation(_) => one == other,
    }
}
