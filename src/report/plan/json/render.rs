//! Converts a plan to the JSON document. Every match is exhaustive, so that an addition to the plan cannot be forgotten
//! here.

use std::borrow::Cow;

use crate::domain::entity::EntityKey;
use crate::domain::entity::foreign_owner::ForeignOwner;
use crate::domain::finding::Place;
use crate::domain::plan::Obstacle;
use crate::domain::plan::change::{Action, Change, Dependent, Field, FieldChange, OwnerStatus};
use crate::domain::plan::hazard::{Hazard, HazardKind};
use crate::domain::plan::policy::PolicyMatch;
use crate::report::escape;
use crate::report::escape::clean;
use crate::report::impact::json::JsonImpact;
use crate::report::plan::drift::DriftSection;
use crate::report::plan::input::{Complaint, DriftCommands, PlanReport, Resolved};
use crate::report::plan::json::delivery::delivery;
use crate::report::plan::json::{
    Document, FORMAT, JsonChange, JsonComplaint, JsonDependent, JsonDrift, JsonField, JsonFieldKind, JsonForeign,
    JsonHazard, JsonHazardKind, JsonObstacle, JsonObstacleKind, JsonOwner, JsonPlace, JsonPolicy, JsonPolicyChange,
    JsonPolicyField,
};
use crate::report::plan::words;

pub(in crate::report::plan) fn render(resolved: &Resolved<'_>) -> String {
    let mut text = escape::json(&document(resolved));
    text.push('\n');
    text
}

fn document<'a>(resolved: &Resolved<'a>) -> Document<'a> {
    let report = resolved.report;
    let plan = report.plan;
    Document {
        format: FORMAT,
        refused: report.refusal.map(|refusal| clean(refusal.reason)),
        help: report.refusal.map(|refusal| clean(refusal.help)),
        approval: plan.approval,
        platform: report.platform,
        catalog: report.catalog,
        target: report.target,
        scope: &plan.scope,
        revision: report.revision,
        base: report.base,
        only_branch: report.is_only_branch,
        counts: &plan.counts,
        hazards: plan.hazards.iter().map(|hazard| self::hazard(hazard, resolved)).collect(),
        obstacles: plan.obstacles.iter().map(|obstacle| self::obstacle(obstacle, resolved)).collect(),
        changes: plan.changes.iter().map(|change| self::change(change, resolved)).collect(),
        waves: &plan.waves,
        cycles: &plan.cycles,
        foreign_unchanged: &plan.foreign_unchanged,
        owners: report.owners.iter().map(|(key, it)| foreign(key, it)).collect(),
        drift: report.drift.and_then(|commands| drift(commands, report)),
        delivery: report.delivery.map(delivery),
        impact: report.impact.as_ref().map(JsonImpact::of),
        complaints: report.complaints.map(|complaints| complaints.iter().map(|it| complaint(it, resolved)).collect()),
        notes: report.notes.iter().map(|note| clean(note)).collect(),
        digest: plan.digest,
    }
}

impl<'a> JsonPlace<'a> {
    pub fn of(place: Place, resolved: &Resolved<'a>) -> Self {
        let start = resolved.extent(place).start;
        Self { path: resolved.path(place), line: start.line, column: start.column }
    }
}

fn change<'a>(change: &'a Change, resolved: &Resolved<'a>) -> JsonChange<'a> {
    let Change { key, action, ownership, mode, origin, place, fields, record, dependents } = change;
    let (renamed_from, renamed_by) = match action {
        Action::Rename { from, by } => (Some(from.as_ref()), Some(*by)),
        Action::Create | Action::Update | Action::Adopt | Action::Delete => (None, None),
    };
    JsonChange {
        blueprint: &key.blueprint,
        identifier: &key.identifier,
        action: action.kind(),
        renamed_from,
        renamed_by,
        standing: *ownership,
        drifted: resolved.report.drifted.is_drift(change),
        owner: resolved.report.owner_of(key).filter(|_| *ownership == OwnerStatus::Foreign).map(owner),
        mode: *mode,
        origin: *origin,
        place: place.map(|place| JsonPlace::of(place, resolved)),
        place_at_base: resolved.place_at_base(key).map(|place| JsonPlace::of(place, resolved)),
        fields: fields.iter().map(|field| self::field(field, change, resolved)).collect(),
        record: record.as_ref(),
        dependents: dependents.iter().map(dependent).collect(),
    }
}

fn drift<'a>(commands: DriftCommands<'a>, report: &PlanReport<'a>) -> Option<JsonDrift<'a>> {
    let entities = DriftSection::of(report)?.changes.len();
    let push = report.exporters().is_none().then(|| clean(commands.push));
    Some(JsonDrift { entities, pull: commands.pull.map(clean), push })
}

fn owner(owner: &ForeignOwner) -> JsonOwner<'_> {
    let ForeignOwner { kind, name } = owner;
    JsonOwner { kind: *kind, name: name.as_deref().map(clean) }
}

fn foreign<'a>(key: &'a EntityKey, owner: &'a ForeignOwner) -> JsonForeign<'a> {
    JsonForeign { blueprint: &key.blueprint, identifier: &key.identifier, owner: self::owner(owner) }
}

fn field<'a>(it: &'a FieldChange, change: &Change, resolved: &Resolved<'a>) -> JsonField<'a> {
    let FieldChange { field, before, after, paths, cause, origin, span } = it;
    let (kind, name) = kind_and_name(field);
    let place = change.place;
    JsonField {
        kind,
        name,
        before,
        after,
        paths,
        cause: *cause,
        origin: *origin,
        changed_by: resolved.report.drifted.changed_by(&change.key, field),
        place: place.zip(*span).map(|(place, span)| JsonPlace::of(Place { file: place.file, span }, resolved)),
    }
}

fn kind_and_name(field: &Field) -> (JsonFieldKind, Option<&str>) {
    match field {
        Field::Text(field) => (JsonFieldKind::Text(*field), None),
        Field::Team => (JsonFieldKind::Team, None),
        Field::Property(name) => (JsonFieldKind::Property, Some(name.as_ref())),
        Field::Relation(name) => (JsonFieldKind::Relation, Some(name.as_ref())),
    }
}

fn policy_change(found: &PolicyMatch) -> JsonPolicyChange<'_> {
    let PolicyMatch { key, action, renamed_from, field, before, after } = found;
    let field = field.as_ref().map(|field| {
        let (kind, name) = kind_and_name(field);
        JsonPolicyField { kind, name, before, after }
    });
    JsonPolicyChange {
        blueprint: &key.blueprint,
        identifier: &key.identifier,
        action: *action,
        renamed_from: renamed_from.as_deref(),
        field,
    }
}

fn dependent(dependent: &Dependent) -> JsonDependent<'_> {
    let Dependent { key, relation, required, after } = dependent;
    JsonDependent {
        blueprint: &key.blueprint,
        identifier: &key.identifier,
        relation,
        required: *required,
        after: *after,
    }
}

fn hazard<'a>(hazard: &'a Hazard, resolved: &Resolved<'_>) -> JsonHazard<'a> {
    let made = JsonHazard {
        kind: JsonHazardKind::Foreign,
        consent: hazard.consent,
        digest: hazard.digest,
        message: clean(&words::hazard(hazard, resolved).sentence).into_owned(),
        blueprint: None,
        entities: Vec::new(),
        dependents: Vec::new(),
        reasons: Vec::new(),
        policy: None,
    };
    let all = |found: &'a [Dependent]| found.iter().map(dependent).collect();
    match &hazard.kind {
        HazardKind::Policy { policy, message, verdict, is_of_base, changes } => JsonHazard {
            kind: JsonHazardKind::Policy,
            entities: changes.iter().map(|change| &change.key).collect(),
            policy: Some(JsonPolicy {
                name: policy,
                message: message.as_deref().map(clean),
                verdict: *verdict,
                of_base: *is_of_base,
                changes: changes.iter().map(policy_change).collect(),
            }),
            ..made
        },
        HazardKind::ManyDeletes { blueprint, keys, .. } => JsonHazard {
            kind: JsonHazardKind::ManyDeletes,
            blueprint: blueprint.as_ref(),
            entities: keys.iter().collect(),
            ..made
        },
        HazardKind::DeleteWithDependents { key, dependents } => JsonHazard {
            kind: JsonHazardKind::DeleteWithDependents,
            entities: vec![key],
            dependents: all(dependents),
            ..made
        },
        HazardKind::RenameWithDependents { key, dependents, .. } => JsonHazard {
            kind: JsonHazardKind::RenameWithDependents,
            entities: vec![key],
            dependents: all(dependents),
            ..made
        },
        HazardKind::Foreign { keys } => JsonHazard { entities: keys.iter().collect(), ..made },
        HazardKind::ChangedSincePush { keys } => {
            JsonHazard { kind: JsonHazardKind::ChangedSincePush, entities: keys.iter().collect(), ..made }
        }
        HazardKind::Unseen { blueprint, why, keys } => JsonHazard {
            kind: JsonHazardKind::Unseen,
            blueprint: Some(blueprint),
            entities: keys.iter().collect(),
            reasons: why.iter().map(Into::into).collect(),
            ..made
        },
        HazardKind::UnseenDependents { blueprint, unread } => JsonHazard {
            kind: JsonHazardKind::UnseenDependents,
            blueprint: Some(blueprint),
            reasons: unread.iter().map(|name| Cow::Borrowed(name.as_ref())).collect(),
            ..made
        },
        HazardKind::StillNeeded { key, by } => {
            JsonHazard { kind: JsonHazardKind::StillNeeded, entities: vec![key], dependents: all(by), ..made }
        }
        HazardKind::PruneBlocked { by, keys } => JsonHazard {
            kind: JsonHazardKind::PruneBlocked,
            entities: keys.iter().collect(),
            reasons: by.iter().map(|it| clean(&words::blocker(it, resolved)).into_owned().into()).collect(),
            ..made
        },
    }
}

fn obstacle<'a>(obstacle: &'a Obstacle, resolved: &Resolved<'a>) -> JsonObstacle<'a> {
    let message = clean(&words::obstacle(obstacle, resolved)).into_owned();
    let place = |place: Place| JsonPlace::of(place, resolved);
    match obstacle {
        Obstacle::Duplicate { key, places } => JsonObstacle {
            kind: JsonObstacleKind::Duplicate,
            message,
            entities: vec![key],
            places: places.iter().copied().map(place).collect(),
        },
        Obstacle::MissingTarget { key, target, place: at, .. } => JsonObstacle {
            kind: JsonObstacleKind::MissingTarget,
            message,
            entities: vec![key, target],
            places: vec![place(*at)],
        },
        Obstacle::RequiredCycle { cycle, .. } => JsonObstacle {
            kind: JsonObstacleKind::RequiredCycle,
            message,
            entities: cycle.path.iter().collect(),
            places: cycle.path.iter().filter_map(|key| resolved.place_of(key)).map(place).collect(),
        },
    }
}

fn complaint<'a>(complaint: &'a Complaint, resolved: &Resolved<'a>) -> JsonComplaint<'a> {
    let Complaint { change, place, status, code, message } = complaint;
    JsonComplaint {
        change: *change,
        place: place.map(|place| JsonPlace::of(place, resolved)),
        status: *status,
        code,
        message: clean(message),
    }
}
