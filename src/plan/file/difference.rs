//! Compares a plan file with the plan that a push makes again from the manifests and the catalog. A plan file is never
//! executed: requests come from the manifests, and the file must show exactly those.
//!
//! Ignored are differences between two runs with the same content: lines and paths, the last writer of an entity, and
//! the spelling of stored values.

use std::collections::BTreeMap;

use super::PlanFile;
use super::check::each_place;
use crate::domain::document::span::Span;
use crate::domain::entity::EntityKey;
use crate::domain::finding::{FileId, Place};
use crate::domain::plan::Plan;
use crate::domain::plan::change::{Change, Field, FieldChange, Origin};
use crate::domain::plan::request::WriteRequest;
use crate::domain::value::Value;
use crate::plan::normalise::{Number, by_key};

/// One difference between the plan file and the new plan.
#[derive(Debug, Clone, PartialEq)]
pub enum Difference {
    /// The file shows a change that does not follow from the manifests and the catalog.
    Unfounded(EntityKey),
    /// The file does not show a change that follows from them.
    Unshown(EntityKey),
    /// Another action, or another old identifier, owner or write mode.
    Action(EntityKey),
    /// `None`: the field does not change.
    Field {
        key: EntityKey,
        field: Field,
        shown: Option<Value>,
        planned: Option<Value>,
    },
    /// The field is the same, but its old value, cause or origin differs.
    FieldDetail {
        key: EntityKey,
        field: Field,
    },
    Dependents(EntityKey),
    /// The request that is sent for the entity.
    Request(EntityKey),
    Hazards,
    Counts,
    /// Waves, steps, and their dependencies.
    Order,
    Approval,
    /// Anything else: cycles, foreign entities, digests.
    Rest(&'static str),
}

/// Empty: the file shows the same as `planned`. `has_base`: this run has a merge base if the file has one; without it,
/// origins are unknown.
pub fn differences(file: &PlanFile, planned: &PlanFile, has_base: bool) -> Vec<Difference> {
    let (shown, again) = (comparable(&file.plan, has_base), comparable(&planned.plan, has_base));
    let mut found = Vec::new();
    changes(&shown, &again, &mut found);
    requests(file, planned, &mut found);
    let mut add = |is_same: bool, difference: Difference| found.extend((!is_same).then_some(difference));
    add(shown.hazards == again.hazards, Difference::Hazards);
    add(shown.counts == again.counts, Difference::Counts);
    add(shown.waves == again.waves, Difference::Order);
    add(shown.approval == again.approval, Difference::Approval);
    add(shown.scope == again.scope, Difference::Rest("scope"));
    add(shown.cycles == again.cycles, Difference::Rest("cycles"));
    add(shown.obstacles == again.obstacles, Difference::Rest("obstacles"));
    add(shown.foreign_unchanged == again.foreign_unchanged, Difference::Rest("foreignUnchanged"));
    add(shown.digest == again.digest, Difference::Rest("digest"));
    add(file.options == planned.options, Difference::Rest("options"));
    add(file.manifests == planned.manifests, Difference::Rest("manifests"));
    add(file.blueprints == planned.blueprints, Difference::Rest("blueprints"));
    add(file.touched == planned.touched, Difference::Rest("touched"));
    // Parts of a plan that are added later are compared as well.
    if found.is_empty() && (shown != again || file.requests != planned.requests) {
        found.push(Difference::Rest("plan"));
    }
    found
}

fn changes(shown: &Plan, again: &Plan, found: &mut Vec<Difference>) {
    let by_key = |plan: &Plan| -> BTreeMap<EntityKey, Change> {
        plan.changes.iter().map(|change| (change.key.clone(), change.clone())).collect()
    };
    let (shown, again) = (by_key(shown), by_key(again));
    for key in again.keys().filter(|key| !shown.contains_key(*key)) {
        found.push(Difference::Unshown(key.clone()));
    }
    for (key, one) in shown {
        match again.get(&key) {
            None => found.push(Difference::Unfounded(key)),
            Some(other) => change(&one, other, found),
        }
    }
}

fn change(shown: &Change, again: &Change, found: &mut Vec<Difference>) {
    let key = || shown.key.clone();
    let Change { key: _, action, ownership, mode, origin, place: _, fields: _, record: _, dependents } = shown;
    if (action, ownership, mode, origin) != (&again.action, &again.ownership, &again.mode, &again.origin) {
        found.push(Difference::Action(key()));
    }
    let by_field = |change: &Change| -> BTreeMap<Field, FieldChange> {
        change.fields.iter().map(|field| (field.field.clone(), field.clone())).collect()
    };
    let (fields, others) = (by_field(shown), by_field(again));
    let after = |field: Option<&FieldChange>| field.map(|field| field.after.clone());
    for (field, other) in others.iter().filter(|(field, _)| !fields.contains_key(*field)) {
        let (field, planned) = (field.clone(), after(Some(other)));
        found.push(Difference::Field { key: key(), field, shown: None, planned });
    }
    for (field, one) in fields {
        let other = others.get(&field);
        if after(other) != Some(one.after.clone()) {
            found.push(Difference::Field { key: key(), field, shown: Some(one.after), planned: after(other) });
        } else if other != Some(&one) {
            found.push(Difference::FieldDetail { key: key(), field });
        }
    }
    if *dependents != again.dependents {
        found.push(Difference::Dependents(key()));
    }
}

fn requests(file: &PlanFile, planned: &PlanFile, found: &mut Vec<Difference>) {
    let requests = |file: &PlanFile| -> Vec<WriteRequest> {
        let mut requests: Vec<WriteRequest> = file.requests.waves.iter().flatten().cloned().collect();
        requests.sort_by(|a, b| (&a.key, a.step_kind).cmp(&(&b.key, b.step_kind)));
        requests
    };
    let (shown, again) = (requests(file), requests(planned));
    if shown.len() != again.len() {
        return found.push(Difference::Order);
    }
    let differing = shown.iter().zip(&again).filter(|(one, other)| one != other);
    let mut keys: Vec<EntityKey> = differing.map(|(one, _)| one.key.clone()).collect();
    keys.dedup();
    // A differing field says more than its request.
    let is_named = |key: &EntityKey, found: &[Difference]| {
        found.iter().any(|difference| matches!(difference, Difference::Field { key: other, .. } if other == key))
    };
    keys.retain(|key| !is_named(key, found));
    found.extend(keys.into_iter().map(Difference::Request));
}

/// The plan without what may differ between two runs with the same content.
fn comparable(plan: &Plan, has_base: bool) -> Plan {
    let mut plan = plan.clone();
    each_place(&mut plan, |place| *place = Place { file: FileId(0), span: Span::default() });
    let origin = |origin: &mut Origin| {
        if !has_base {
            *origin = Origin::Unknown;
        }
    };
    for change in &mut plan.changes {
        change.record = None;
        change.place = None;
        origin(&mut change.origin);
        for field in &mut change.fields {
            field.span = None;
            origin(&mut field.origin);
            field.before = plain(&field.before);
            for path in &mut field.paths {
                path.before = path.before.as_ref().map(plain);
            }
        }
    }
    if !has_base {
        let counts = &mut plan.counts;
        counts.by_blueprint.values_mut().chain([&mut counts.total]).for_each(|tally| tally.pending = 0);
    }
    plan
}

/// A stored value in a canonical spelling.
fn plain(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(plain).collect()),
        Value::Map(entries) => {
            Value::Map(by_key(entries).into_iter().map(|(key, value)| (key.clone(), plain(value))).collect())
        }
        Value::Integer(_) | Value::Large(_) | Value::Float(_) => match Number::of(value) {
            Some(Number::Whole(whole)) => match (i64::try_from(whole), u64::try_from(whole)) {
                (Ok(integer), _) => Value::Integer(integer),
                (Err(_), Ok(large)) => Value::Large(large),
                (Err(_), Err(_)) => value.clone(),
            },
            Some(Number::Broken(_)) | None => value.clone(),
        },
        Value::Null | Value::Bool(_) | Value::Text(_) => value.clone(),
    }
}
