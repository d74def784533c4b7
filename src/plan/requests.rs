//! Builds the request for each step of a plan. A request that creates or replaces an entity has its whole manifest;
//! any other, also a rename, has only the changed fields, so that other writers' changes are kept. Nothing is validated here: the
//! catalog does that.

use std::sync::Arc;

use foldhash::HashSet;

use crate::domain::entity::desired::{Desired, Teams};
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{Entity, Targets};
use crate::domain::plan::change::{Action, Change, Field};
use crate::domain::plan::request::{Body, Method, WriteRequest, WriteRequests};
use crate::domain::plan::write_mode::WriteMode;
use crate::domain::plan::{Plan, Step, StepKind, Wave};
use crate::domain::value::Value;

use super::compare::by_name;
use super::input::PlanBasis;
use super::ownership::{self, Pair, pair};
use super::parallel::map_each;
use super::shape::{Shape, Shapes};

/// `basis`: the input that the plan was built from.
pub fn write_requests(plan: &Plan, basis: &PlanBasis<'_>) -> WriteRequests {
    let shapes = Shapes::new(basis.blueprints);
    let changed: HashSet<Pair<'_>> = plan.changes.iter().map(|change| pair(&change.key)).collect();
    let manifests = ownership::by_key(basis.desired.iter().filter(|desired| changed.contains(&pair(&desired.key))));
    let request = |wave: &Wave, step: &Step| {
        let change = plan.changes.get(step.change)?;
        let manifest = manifests.get(&pair(&change.key)).copied();
        let (key, method) = match wave.step_kind {
            StepKind::Write => {
                let mut method = write(change, manifest?, &step.relations);
                let stored = basis.actual.get(&change.key.blueprint, &change.key.identifier);
                if let (Method::Replace(body), Some(stored)) = (&mut method, stored) {
                    body.properties.extend(defaults(manifest?, stored, shapes.of(&change.key.blueprint)));
                }
                (change.key.clone(), method)
            }
            StepKind::Relink => (change.key.clone(), Method::Merge(links(manifest?, &step.relations))),
            StepKind::Delete => (change.key.clone(), Method::Delete),
        };
        Some(WriteRequest { change: step.change, step_kind: wave.step_kind, key, method, needs: step.needs.clone() })
    };
    let wave = |wave: &Wave| map_each(&wave.steps, |step| request(wave, step).expect("a plan's own manifests"));
    WriteRequests { waves: plan.waves.iter().map(wave).collect() }
}

/// `without`: relations that a later step sets.
fn write(change: &Change, manifest: &Desired, without: &[Arc<str>]) -> Method {
    match (&change.action, change.mode) {
        // Another writer may have created the entity since the read; the catalog then rejects the create.
        (Action::Create, _) => Method::Create(whole(manifest, without)),
        // What the plan does not show stays in either mode: other writers may have set it.
        (Action::Rename { from, .. }, _) => Method::Rename { from: from.clone(), body: changed(change, without) },
        (Action::Adopt, _) => Method::Adopt(whole(manifest, without)),
        (Action::Update | Action::Delete, WriteMode::Replace) => Method::Replace(whole(manifest, without)),
        (Action::Update | Action::Delete, WriteMode::Merge) => {
            let body = changed(change, without);
            // Only PATCH can set these to null.
            if body.texts.iter().any(|(_, text)| text.is_null()) || body.team.is_null() {
                Method::Patch(body)
            } else {
                Method::Merge(body)
            }
        }
    }
}

/// Defaults that the entity has and its manifest does not name: a catalog that treats the body as the whole entity
/// would unset them. A property that is already unset stays unset.
fn defaults<'s>(
    manifest: &'s Desired,
    stored: &'s Entity,
    shape: &'s Shape<'_>,
) -> impl Iterator<Item = (Arc<str>, Value)> {
    let is_set = |name: &Arc<str>| stored.properties.iter().any(|(other, value)| other == name && !value.is_null());
    let is_named = |name: &Arc<str>| manifest.properties.iter().any(|property| property.name == *name);
    let defaults = shape.defaults().filter(move |(name, _)| is_set(name) && !is_named(name));
    defaults.map(|(name, default)| (name.clone(), default.clone()))
}

/// A text field or team that is null is left out: an entity that is written whole has none then.
fn whole(manifest: &Desired, without: &[Arc<str>]) -> Body {
    let texts = manifest.texts.as_ref().map(|text| match &text.patch {
        Patch::Absent | Patch::Null => Patch::Absent,
        Patch::Set(text) => Patch::Set(text.clone()),
    });
    let team = match &manifest.team.patch {
        Patch::Absent | Patch::Null => Patch::Absent,
        Patch::Set(Teams::One(team)) => Patch::Set([team.clone()].into()),
        Patch::Set(Teams::Many(teams)) => Patch::Set(teams.clone()),
    };
    let properties = by_name(manifest.properties_of()).into_iter();
    let relations = relations(manifest).filter(|(name, _)| !without.contains(name));
    Body {
        texts,
        team,
        properties: properties.map(|(name, (value, _))| (name.clone(), value.clone())).collect(),
        relations: relations.map(|(name, targets)| (name.clone(), targets.clone())).collect(),
    }
}

fn links(manifest: &Desired, names: &[Arc<str>]) -> Body {
    let relations = relations(manifest).filter(|(name, _)| names.contains(name));
    Body { relations: relations.map(|(name, targets)| (name.clone(), targets.clone())).collect(), ..Body::default() }
}

fn relations(manifest: &Desired) -> impl Iterator<Item = (&Arc<str>, &Targets)> {
    by_name(manifest.relations_of()).into_iter().map(|(name, (targets, _))| (name, targets))
}

fn changed(change: &Change, without: &[Arc<str>]) -> Body {
    let mut body = Body::default();
    for field in &change.fields {
        match &field.field {
            Field::Text(text) => body.texts[*text] = part(&field.after, |after| after.as_str().map(Into::into)),
            Field::Team => body.team = part(&field.after, |after| Some(texts(after))),
            Field::Property(name) => body.properties.push((name.clone(), field.after.clone())),
            Field::Relation(name) if without.contains(name) => {}
            Field::Relation(name) => body.relations.push((name.clone(), targets(&field.after))),
        }
    }
    body
}

fn part<T>(after: &Value, read: impl Fn(&Value) -> Option<T>) -> Patch<T> {
    read(after).filter(|_| !after.is_null()).map_or(Patch::Null, Patch::Set)
}

fn texts(list: &Value) -> Box<[Box<str>]> {
    match list {
        Value::List(items) => items.iter().filter_map(Value::as_str).map(Into::into).collect(),
        Value::Text(text) => [text.clone()].into(),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Map(_) => {
            Box::default()
        }
    }
}

/// The targets of a relation from the compared value: a text, a list, or null.
fn targets(after: &Value) -> Targets {
    match after {
        Value::Text(target) => Targets::One(target.clone()),
        Value::List(_) => Targets::Many(texts(after)),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Map(_) => {
            Targets::None
        }
    }
}
