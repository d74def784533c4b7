//! Converts a plan to the JSON document. Every match is exhaustive, so that an addition to the plan cannot be forgotten
//! here.

use crate::domain::entity::foreign_owner::{ForeignOwner, OwnerKind};
use crate::domain::entity::{EntityKey, Record};
use crate::domain::finding::Place;
use crate::domain::plan::change::{
    Action, Afterwards, Cause, Change, Dependent, Field, FieldChange, Origin, Ownership, RenamedBy,
};
use crate::domain::plan::hazard::{Consent, Hazard, HazardKind};
use crate::domain::plan::revision::{BaseRevision, Revision};
use crate::domain::plan::{Counts, Cycle, Obstacle, Step, StepKind, Tally, Wave};
use crate::domain::value::Value;
use crate::report::escape::clean;
use crate::report::plan::json::{
    Document, FORMAT, JsonAction, JsonAfterwards, JsonBase, JsonCause, JsonChange, JsonComplaint, JsonConsent,
    JsonCounts, JsonCycle, JsonDeed, JsonDependent, JsonField, JsonFieldKind, JsonForeign, JsonHazard, JsonHazardKind,
    JsonKey, JsonObstacle, JsonObstacleKind, JsonOrigin, JsonOwner, JsonOwnerKind, JsonPath, JsonPlace, JsonRecord,
    JsonRenamedBy, JsonRevision, JsonStanding, JsonStep, JsonTally, JsonWave,
};
use crate::report::plan::{Complaint, Resolved, words};

pub(super) fn document(resolved: &Resolved<'_>) -> Document {
    let report = resolved.report;
    let plan = report.plan;
    Document {
        format: FORMAT,
        refused: report.refusal.map(|refusal| clean(refusal.reason).into_owned()),
        help: report.refusal.map(|refusal| clean(refusal.help).into_owned()),
        approval: plan.approval.map(|digest| digest.to_string()),
        platform: report.platform.to_owned(),
        catalog: report.catalog.to_owned(),
        target: report.target.map(str::to_owned),
        scope: plan.scope.clone(),
        revision: report.revision.map(JsonRevision::of),
        base: report.base.map(base),
        only_branch: report.is_only_branch,
        counts: JsonCounts::of(&plan.counts),
        hazards: plan.hazards.iter().map(|hazard| self::hazard(hazard, resolved)).collect(),
        obstacles: plan.obstacles.iter().map(|obstacle| self::obstacle(obstacle, resolved)).collect(),
        changes: plan.changes.iter().map(|change| self::change(change, resolved)).collect(),
        waves: plan.waves.iter().map(wave).collect(),
        cycles: plan.cycles.iter().map(cycle).collect(),
        foreign_unchanged: keys(&plan.foreign_unchanged),
        owners: report.owners.iter().map(|(key, it)| foreign(key, it)).collect(),
        complaints: report.complaints.map(|complaints| complaints.iter().map(|it| complaint(it, resolved)).collect()),
        notes: report.notes.iter().map(|note| clean(note).into_owned()).collect(),
        digest: plan.digest.to_string(),
    }
}

impl JsonRevision {
    pub fn of(revision: &Revision) -> Self {
        let Revision { commit, branch, is_dirty } = revision;
        Self { commit: commit.clone(), branch: branch.clone(), dirty: *is_dirty }
    }
}

fn base(base: &BaseRevision) -> JsonBase {
    let BaseRevision { name, commit, found_in } = base;
    JsonBase { name: name.clone(), commit: commit.clone(), found_in: *found_in }
}

impl JsonCounts {
    pub fn of(counts: &Counts) -> Self {
        let by_blueprint = counts.by_blueprint.iter().map(|(name, counts)| (name.to_string(), tally(counts)));
        Self { total: tally(&counts.total), by_blueprint: by_blueprint.collect() }
    }
}

fn tally(tally: &Tally) -> JsonTally {
    let Tally { create, update, rename, adopt, delete, unchanged, kept, foreign, pending, left_out } = *tally;
    JsonTally { create, update, rename, adopt, delete, unchanged, kept, foreign, pending, left_out }
}

impl JsonKey {
    pub fn of(key: &EntityKey) -> Self {
        Self { blueprint: key.blueprint.to_string(), identifier: key.identifier.to_string() }
    }
}

fn keys(keys: &[EntityKey]) -> Vec<JsonKey> {
    keys.iter().map(JsonKey::of).collect()
}

impl JsonPlace {
    pub fn of(place: Place, resolved: &Resolved<'_>) -> Self {
        let start = resolved.extent(place).start;
        Self { path: resolved.path(place).to_owned(), line: start.line, column: start.column }
    }
}

impl JsonAction {
    pub fn of(action: &Action) -> Self {
        match action {
            Action::Create => Self::Create,
            Action::Update => Self::Update,
            Action::Rename { .. } => Self::Rename,
            Action::Adopt => Self::Adopt,
            Action::Delete => Self::Delete,
        }
    }
}

impl JsonDeed {
    pub fn of(step_kind: StepKind) -> Self {
        match step_kind {
            StepKind::Write => Self::Write,
            StepKind::Relink => Self::Relink,
            StepKind::Delete => Self::Delete,
        }
    }
}

fn change(change: &Change, resolved: &Resolved<'_>) -> JsonChange {
    let Change { key, action, ownership, mode, origin, place, fields, record, dependents } = change;
    let renamed = match action {
        Action::Rename { from, by } => Some((from.to_string(), renamed_by(*by))),
        Action::Create | Action::Update | Action::Adopt | Action::Delete => None,
    };
    let (renamed_from, renamed_by) = renamed.unzip();
    JsonChange {
        blueprint: key.blueprint.to_string(),
        identifier: key.identifier.to_string(),
        action: JsonAction::of(action),
        renamed_from,
        renamed_by,
        standing: match ownership {
            Ownership::New => JsonStanding::New,
            Ownership::Ours => JsonStanding::Ours,
            Ownership::Foreign => JsonStanding::Foreign,
        },
        owner: resolved.report.owner_of(key).filter(|_| *ownership == Ownership::Foreign).map(owner),
        mode: mode.word(),
        origin: self::origin(*origin),
        place: place.map(|place| JsonPlace::of(place, resolved)),
        place_at_base: resolved.place_at_base(key).map(|place| JsonPlace::of(place, resolved)),
        fields: fields.iter().map(|field| self::field(field, *place, resolved)).collect(),
        record: record.as_ref().map(self::record),
        dependents: dependents.iter().map(dependent).collect(),
    }
}

fn owner(owner: &ForeignOwner) -> JsonOwner {
    let kind = match owner.kind {
        OwnerKind::Scope => JsonOwnerKind::Scope,
        OwnerKind::Integration => JsonOwnerKind::Integration,
        OwnerKind::Exporter => JsonOwnerKind::Exporter,
        OwnerKind::Tool => JsonOwnerKind::Tool,
        OwnerKind::Person => JsonOwnerKind::Person,
    };
    JsonOwner { kind, name: owner.name.as_deref().map(|name| clean(name).into_owned()) }
}

fn foreign(key: &EntityKey, owner: &ForeignOwner) -> JsonForeign {
    let JsonKey { blueprint, identifier } = JsonKey::of(key);
    JsonForeign { blueprint, identifier, owner: self::owner(owner) }
}

fn renamed_by(by: RenamedBy) -> JsonRenamedBy {
    match by {
        RenamedBy::Annotation => JsonRenamedBy::Annotation,
        RenamedBy::Move => JsonRenamedBy::Move,
        RenamedBy::Place => JsonRenamedBy::Place,
        RenamedBy::Content => JsonRenamedBy::Content,
    }
}

fn origin(origin: Origin) -> JsonOrigin {
    match origin {
        Origin::ThisBranch => JsonOrigin::ThisBranch,
        Origin::AlreadyPending => JsonOrigin::AlreadyPending,
        Origin::Unknown => JsonOrigin::Unknown,
    }
}

fn field(field: &FieldChange, place: Option<Place>, resolved: &Resolved<'_>) -> JsonField {
    let FieldChange { field, before, after, paths, cause, origin, span } = field;
    let (kind, name) = match field {
        Field::Title => (JsonFieldKind::Title, None),
        Field::Icon => (JsonFieldKind::Icon, None),
        Field::Team => (JsonFieldKind::Team, None),
        Field::Property(name) => (JsonFieldKind::Property, Some(name.to_string())),
        Field::Relation(name) => (JsonFieldKind::Relation, Some(name.to_string())),
    };
    let paths = paths.iter().map(|path| JsonPath {
        path: path.path.iter().map(ToString::to_string).collect(),
        before: path.before.as_ref().map(Value::to_json),
        after: path.after.as_ref().map(Value::to_json),
    });
    JsonField {
        kind,
        name,
        before: before.to_json(),
        after: after.to_json(),
        paths: paths.collect(),
        cause: match cause {
            Cause::Named => JsonCause::Named,
            Cause::Dropped => JsonCause::Dropped,
            Cause::LeftOut => JsonCause::LeftOut,
        },
        origin: self::origin(*origin),
        place: place.zip(*span).map(|(place, span)| JsonPlace::of(Place { file: place.file, span }, resolved)),
    }
}

fn record(record: &Record) -> JsonRecord {
    let Record { created_at, created_by, updated_at, updated_by } = record;
    JsonRecord {
        created_at: created_at.map(|at| at.to_string()),
        created_by: created_by.as_ref().map(ToString::to_string),
        updated_at: updated_at.map(|at| at.to_string()),
        updated_by: updated_by.as_ref().map(ToString::to_string),
    }
}

fn dependent(dependent: &Dependent) -> JsonDependent {
    let Dependent { key, relation, required, after } = dependent;
    JsonDependent {
        blueprint: key.blueprint.to_string(),
        identifier: key.identifier.to_string(),
        relation: relation.to_string(),
        required: *required,
        after: match after {
            Afterwards::Left => JsonAfterwards::Left,
            Afterwards::Unnamed => JsonAfterwards::Unnamed,
            Afterwards::Relinked => JsonAfterwards::Relinked,
            Afterwards::Asked => JsonAfterwards::Asked,
        },
    }
}

fn hazard(hazard: &Hazard, resolved: &Resolved<'_>) -> JsonHazard {
    let mut made = JsonHazard {
        kind: JsonHazardKind::Foreign,
        consent: match hazard.consent {
            Consent::Approval => JsonConsent::Approval,
            Consent::Adoption => JsonConsent::Adoption,
            Consent::Nothing => JsonConsent::Nothing,
        },
        digest: hazard.digest.to_string(),
        message: clean(&words::hazard(hazard, resolved).sentence).into_owned(),
        blueprint: None,
        entities: Vec::new(),
        dependents: Vec::new(),
        reasons: Vec::new(),
    };
    let all = |found: &[Dependent]| found.iter().map(dependent).collect();
    match &hazard.kind {
        HazardKind::ManyDeletes { blueprint, keys, .. } => {
            made.kind = JsonHazardKind::ManyDeletes;
            made.blueprint = blueprint.as_ref().map(ToString::to_string);
            made.entities = self::keys(keys);
        }
        HazardKind::DeleteWithDependents { key, dependents } => {
            made.kind = JsonHazardKind::DeleteWithDependents;
            (made.entities, made.dependents) = (vec![JsonKey::of(key)], all(dependents));
        }
        HazardKind::RenameWithDependents { key, dependents, .. } => {
            made.kind = JsonHazardKind::RenameWithDependents;
            (made.entities, made.dependents) = (vec![JsonKey::of(key)], all(dependents));
        }
        HazardKind::Foreign { keys } => made.entities = self::keys(keys),
        HazardKind::Unseen { blueprint, why, keys } => {
            made.kind = JsonHazardKind::Unseen;
            made.blueprint = Some(blueprint.to_string());
            made.entities = self::keys(keys);
            made.reasons = why.iter().cloned().collect();
        }
        HazardKind::UnseenDependents { blueprint, unread } => {
            made.kind = JsonHazardKind::UnseenDependents;
            made.blueprint = Some(blueprint.to_string());
            made.reasons = unread.iter().map(ToString::to_string).collect();
        }
        HazardKind::StillNeeded { key, by } => {
            made.kind = JsonHazardKind::StillNeeded;
            (made.entities, made.dependents) = (vec![JsonKey::of(key)], all(by));
        }
        HazardKind::PruneBlocked { by, keys } => {
            made.kind = JsonHazardKind::PruneBlocked;
            made.entities = self::keys(keys);
            made.reasons = by.iter().map(|blocker| clean(&words::blocker(blocker, resolved)).into_owned()).collect();
        }
    }
    made
}

fn obstacle(obstacle: &Obstacle, resolved: &Resolved<'_>) -> JsonObstacle {
    let message = clean(&words::obstacle(obstacle, resolved)).into_owned();
    match obstacle {
        Obstacle::Duplicate { key, places } => JsonObstacle {
            kind: JsonObstacleKind::Duplicate,
            message,
            entities: vec![JsonKey::of(key)],
            places: places.iter().map(|place| JsonPlace::of(*place, resolved)).collect(),
        },
        Obstacle::MissingTarget { key, target, place, .. } => JsonObstacle {
            kind: JsonObstacleKind::MissingTarget,
            message,
            entities: vec![JsonKey::of(key), JsonKey::of(target)],
            places: vec![JsonPlace::of(*place, resolved)],
        },
        Obstacle::RequiredCycle { cycle, .. } => JsonObstacle {
            kind: JsonObstacleKind::RequiredCycle,
            message,
            entities: keys(&cycle.path),
            places: cycle
                .path
                .iter()
                .filter_map(|key| resolved.place_of(key))
                .map(|it| JsonPlace::of(it, resolved))
                .collect(),
        },
    }
}

fn wave(wave: &Wave) -> JsonWave {
    let step = |step: &Step| JsonStep {
        change: step.change,
        relations: step.relations.iter().map(ToString::to_string).collect(),
        needs: step.needs.clone(),
    };
    JsonWave { deed: JsonDeed::of(wave.step_kind), steps: wave.steps.iter().map(step).collect() }
}

fn cycle(cycle: &Cycle) -> JsonCycle {
    JsonCycle { members: keys(&cycle.members), path: keys(&cycle.path) }
}

fn complaint(complaint: &Complaint, resolved: &Resolved<'_>) -> JsonComplaint {
    let Complaint { change, place, status, code, message } = complaint;
    JsonComplaint {
        change: *change,
        place: place.map(|place| JsonPlace::of(place, resolved)),
        status: *status,
        code: code.clone(),
        message: clean(message).into_owned(),
    }
}
