//! Generates plans of any kind and size, with names and values that no catalog would accept.

use proptest::collection::vec;
use proptest::prelude::*;

use crate::domain::document::span::Span;
use crate::domain::entity::EntityKey;
use crate::domain::entity::fields::TextField;
use crate::domain::finding::{FileId, Place};
use crate::domain::plan::change::{
    Action, ActionKind, Cause, Change, Dependent, Field, FieldChange, Origin, OwnerStatus, PathChange, RelationEffect,
    RenamedBy,
};
use crate::domain::plan::hazard::{Blocker, Consent, Hazard, HazardKind};
use crate::domain::plan::policy::{PolicyMatch, PolicyVerdict};
use crate::domain::plan::revision::BaseRevision;
use crate::domain::plan::{Cycle, Obstacle, StepKind};
use crate::domain::value::Value;
use crate::report::plan::fixtures::{Case, change, delivery, field, hazard};
use crate::report::plan::input::Complaint;
use crate::text::hostile_texts::hostile_text;

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        4 => "[a-e]{1,3}",
        4 => hostile_text(),
        1 => Just("</details>```-->".to_owned()),
        1 => "[`|~<]{1,300}",
    ]
}

fn key() -> impl Strategy<Value = EntityKey> {
    (prop_oneof![3 => "[a-c]", 2 => name()], name())
        .prop_map(|(blueprint, name)| EntityKey { blueprint: blueprint.as_str().into(), identifier: name.into() })
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<i64>().prop_map(Value::Integer),
        any::<f64>().prop_map(Value::Float),
        hostile_text().prop_map(|text| Value::Text(text.into())),
        (name(), 0..40_usize).prop_map(|(line, times)| Value::Text(format!("{line}\n").repeat(times).into())),
        (name(), 0..9_usize).prop_map(|(text, times)| Value::Text(text.repeat(times).into())),
    ];
    leaf.prop_recursive(2, 12, 6, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..6).prop_map(|items| Value::List(items.into())),
            vec((name(), inner), 0..4)
                .prop_map(|items| Value::Map(items.into_iter().map(|(key, value)| (key.into(), value)).collect())),
        ]
    })
}

fn origin() -> impl Strategy<Value = Origin> {
    prop_oneof![Just(Origin::ThisBranch), Just(Origin::AlreadyPending), Just(Origin::Unknown)]
}

fn field_change() -> impl Strategy<Value = FieldChange> {
    let cause = prop_oneof![Just(Cause::Named), Just(Cause::Dropped), Just(Cause::LeftOut)];
    let paths = vec((vec(name(), 1..3), value(), any::<bool>()), 0..4);
    (0..3 + TextField::ALL.len(), name(), value(), value(), paths, cause, origin()).prop_map(
        |(kind, name, before, after, paths, cause, origin)| {
            let name: std::sync::Arc<str> = name.as_str().into();
            let others = [Field::Team, Field::Property(name.clone()), Field::Relation(name)];
            let fields: Vec<Field> = TextField::ALL.map(Field::Text).into_iter().chain(others).collect();
            let paths = paths.into_iter().map(|(path, value, is_new)| PathChange {
                path: path.into_iter().map(Into::into).collect(),
                before: (!is_new).then(|| value.clone()),
                after: Some(value),
            });
            let paths = paths.collect();
            FieldChange { field: fields[kind].clone(), paths, cause, origin, ..field("x", before, after) }
        },
    )
}

fn dependents() -> impl Strategy<Value = Vec<Dependent>> {
    let after = prop_oneof![Just(RelationEffect::Left), Just(RelationEffect::Relinked), Just(RelationEffect::Declared)];
    let one = (key(), name(), any::<bool>(), after);
    vec(one, 0..9).prop_map(|all| {
        let one = |(key, relation, required, after): (_, String, _, _)| Dependent {
            key,
            relation: relation.as_str().into(),
            required,
            after,
        };
        all.into_iter().map(one).collect()
    })
}

fn one_change() -> impl Strategy<Value = Change> {
    let ownership = prop_oneof![Just(OwnerStatus::New), Just(OwnerStatus::Ours), Just(OwnerStatus::Foreign)];
    (key(), 0..5_usize, name(), ownership, vec(field_change(), 0..5), dependents(), origin()).prop_map(
        |(key, action, from, ownership, fields, dependents, origin)| {
            let rename = Action::Rename { from: from.into(), by: RenamedBy::Annotation };
            let actions = [Action::Create, Action::Update, Action::Adopt, Action::Delete, rename];
            let made = change("x/y", actions[action].clone(), fields);
            Change { key, ownership, dependents, origin, ..made }
        },
    )
}

fn policy_match(key: &EntityKey, name: &str) -> PolicyMatch {
    PolicyMatch {
        key: key.clone(),
        action: ActionKind::Rename,
        renamed_from: Some(name.into()),
        field: Some(Field::Property(name.into())),
        before: Value::Null,
        after: Value::Text(name.into()),
    }
}

fn hazards(keys: Vec<EntityKey>, dependents: Vec<Dependent>, name: &str, kinds: u16) -> Vec<Hazard> {
    let place = Place { file: FileId(0), span: Span::new(3, 9_000) };
    let one = keys.first().cloned().unwrap_or(EntityKey { blueprint: name.into(), identifier: name.into() });
    let blueprint: std::sync::Arc<str> = name.into();
    let why = name.to_owned();
    let by = vec![Blocker::Manifest(place), Blocker::Read { blueprint: blueprint.clone(), why: why.clone() }];
    let (approval, nothing) = (Consent::Approval, Consent::Nothing);
    let policy = |verdict| HazardKind::Policy {
        policy: name.into(),
        message: (verdict == PolicyVerdict::Hazard).then(|| name.into()),
        verdict,
        is_of_base: keys.len() % 2 == 1,
        changes: keys.iter().map(|key| policy_match(key, name)).collect(),
    };
    let all = [
        (policy(PolicyVerdict::Refuse), Consent::Refused),
        (policy(PolicyVerdict::Hazard), approval),
        (
            HazardKind::ManyDeletes {
                blueprint: None,
                keys: keys.clone(),
                owned: 3,
                over_max: Some(5),
                over_max_percent: None,
            },
            approval,
        ),
        (HazardKind::DeleteWithDependents { key: one.clone(), dependents: dependents.clone() }, approval),
        (HazardKind::StillNeeded { key: one.clone(), by: dependents.clone() }, nothing),
        (HazardKind::RenameWithDependents { key: one, from: name.into(), dependents }, approval),
        (HazardKind::Foreign { keys: keys.clone() }, Consent::Adoption),
        (HazardKind::ChangedSincePush { keys: keys.clone() }, approval),
        (HazardKind::Unseen { blueprint: blueprint.clone(), why: Some(why), keys: keys.clone() }, approval),
        (HazardKind::UnseenDependents { unread: vec![blueprint.clone(); keys.len()], blueprint }, nothing),
        (HazardKind::PruneBlocked { by, keys }, nothing),
    ];
    let chosen = all.into_iter().enumerate().filter(|(at, _)| kinds >> at & 1 == 1);
    chosen.map(|(_, (kind, consent))| hazard(kind, consent)).collect()
}

pub fn case() -> impl Strategy<Value = Case> {
    let changes = prop_oneof![4 => vec(one_change(), 0..12), 1 => vec(one_change(), 30..70)];
    let base = prop::option::of(name());
    (changes, vec(key(), 0..40), dependents(), name(), any::<u16>(), base, any::<bool>(), any::<bool>()).prop_map(
        |(changes, keys, dependents, name, kinds, base, is_full, more)| {
            let mut case = Case::of(changes, hazards(keys.clone(), dependents, &name, kinds));
            case.is_full = is_full;
            case.base = base.map(|name| BaseRevision { commit: name.clone(), name, found_in: None });
            case.plan.scope.clone_from(&name);
            case.files[0].0.clone_from(&name);
            let place = Place { file: FileId(0), span: Span::new(1, 5) };
            if more {
                let cycle = Cycle { members: keys.clone(), path: keys.clone() };
                case.plan.obstacles.push(Obstacle::RequiredCycle { step_kind: StepKind::Delete, cycle: cycle.clone() });
                if let [one, other, ..] = keys.as_slice() {
                    let (key, target) = (one.clone(), other.clone());
                    let relation = name.as_str().into();
                    case.plan.obstacles.push(Obstacle::MissingTarget { key, relation, target, place });
                }
                case.plan.cycles = vec![cycle; 40];
                case.plan.foreign_unchanged = keys;
                case.notes = vec![name.clone(); 3];
                case.delivery = kinds.is_multiple_of(2).then(|| delivery(&name, 30));
                let message = name.repeat(9);
                let complaint = Complaint { change: 2, place: Some(place), status: 422, code: name, message };
                case.complaints = Some(vec![complaint; 30]);
            }
            case
        },
    )
}
