//! Compares a plan file with the plan that a push makes again from the manifests and the catalog. A plan file is never
//! executed: requests come from the manifests, and the file must show exactly those.
//!
//! Ignored are differences between two runs with the same content: lines and paths, the last writer of an entity, and
//! the spelling of stored values.

use std::collections::BTreeMap;

use foldhash::HashMap;

use super::PlanFile;
use crate::domain::document::span::Span;
use crate::domain::entity::EntityKey;
use crate::domain::finding::{FileId, Place};
use crate::domain::plan::Plan;
use crate::domain::plan::change::{Change, Field, FieldChange, Origin};
use crate::domain::plan::digest::Digest;
use crate::domain::plan::hazard::{Hazard, HazardKind};
use crate::domain::value::Value;
use crate::plan::normalise::canonical;

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
    /// What the policies of the config say.
    Policies,
    /// The other hazards.
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
    let (shown_policies, shown_hazards) = split_policies(&shown);
    let (policies, hazards) = split_policies(&again);
    add(shown_policies == policies, Difference::Policies);
    add(shown_hazards == hazards, Difference::Hazards);
    add(shown.counts == again.counts, Difference::Counts);
    let is_same_order = shown.waves == again.waves && same_shape(&file.requests, &planned.requests);
    add(is_same_order, Difference::Order);
    add(shown.approval == again.approval, Difference::Approval);
    add(shown.scope == again.scope, Difference::Rest("scope"));
    add(shown.cycles == again.cycles, Difference::Rest("cycles"));
    add(shown.obstacles == again.obstacles, Difference::Rest("obstacles"));
    add(shown.foreign_unchanged == again.foreign_unchanged, Difference::Rest("foreignUnchanged"));
    add(shown.digest == again.digest, Difference::Rest("digest"));
    add(file.options == planned.options, Difference::Rest("options"));
    add(file.preconditions == planned.preconditions, Difference::Rest("preconditions"));
    // Parts of a plan that are added later are compared as well.
    if found.is_empty() && (shown != again || file.requests != planned.requests) {
        found.push(Difference::Rest("plan"));
    }
    found
}

/// The hazards of policies, and the others.
fn split_policies(plan: &Plan) -> (Vec<&Hazard>, Vec<&Hazard>) {
    plan.hazards.iter().partition(|hazard| matches!(hazard.kind, HazardKind::Policy { .. }))
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
    let (fields, others) = (by_field(shown), by_field(again));
    for other in again.fields.iter().filter(|other| !fields.contains_key(&other.field)) {
        let (field, planned) = (other.field.clone(), Some(other.after.clone()));
        found.push(Difference::Field { key: key(), field, shown: None, planned });
    }
    for one in &shown.fields {
        let (field, other) = (one.field.clone(), others.get(&one.field).copied());
        match other {
            Some(other) if other == one => {}
            Some(other) if other.after == one.after => found.push(Difference::FieldDetail { key: key(), field }),
            Some(_) | None => {
                let planned = other.map(|other| other.after.clone());
                found.push(Difference::Field { key: key(), field, shown: Some(one.after.clone()), planned });
            }
        }
    }
    if *dependents != again.dependents {
        found.push(Difference::Dependents(key()));
    }
}

fn by_field(change: &Change) -> HashMap<&Field, &FieldChange> {
    change.fields.iter().map(|change| (&change.field, change)).collect()
}

/// Compares the requests of the same steps.
fn requests(file: &PlanFile, planned: &PlanFile, found: &mut Vec<Difference>) {
    if file.plan.waves != planned.plan.waves || !same_shape(&file.requests, &planned.requests) {
        return;
    }
    let steps = planned.plan.waves.iter().flat_map(|wave| &wave.steps);
    let digests = file.requests.iter().flatten().zip(planned.requests.iter().flatten());
    for (step, _) in steps.zip(digests).filter(|(_, (shown, again))| shown != again) {
        let Some(change) = planned.plan.changes.get(step.change) else { continue };
        // A differing field says more than its request.
        let is_named = found.iter().any(|difference| match difference {
            Difference::Field { key, .. } | Difference::Request(key) => *key == change.key,
            Difference::Unfounded(_)
            | Difference::Unshown(_)
            | Difference::Action(_)
            | Difference::FieldDetail { .. }
            | Difference::Dependents(_)
            | Difference::Policies
            | Difference::Hazards
            | Difference::Counts
            | Difference::Order
            | Difference::Approval
            | Difference::Rest(_) => false,
        });
        found.extend((!is_named).then(|| Difference::Request(change.key.clone())));
    }
}

fn same_shape(one: &[Vec<Digest>], other: &[Vec<Digest>]) -> bool {
    one.iter().map(Vec::len).eq(other.iter().map(Vec::len))
}

/// The plan without what may differ between two runs with the same content.
fn comparable(plan: &Plan, has_base: bool) -> Plan {
    let mut plan = plan.clone();
    plan.places_mut().for_each(|place| *place = Place { file: FileId(0), span: Span::default() });
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
            field.before = canonical(&field.before).into_owned();
            for path in &mut field.paths {
                path.before = path.before.as_ref().map(|it| canonical(it).into_owned());
            }
        }
    }
    if !has_base {
        let counts = &mut plan.counts;
        counts.by_blueprint.values_mut().chain([&mut counts.total]).for_each(|tally| tally.pending = 0);
    }
    plan
}
