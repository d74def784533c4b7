//! SHA-256 digests of plans, hazards, manifests and entities. A digest is taken over compact JSON with sorted keys, in
//! which every number keeps the digits that it has; values that compare as equal are spelled the same before.
//!
//! Digests leave the machine in plan files and approvals, so they are computed over masked values: the digest of a
//! short password could be guessed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::{self, BufWriter, Write};

use ring::digest::{Context, SHA256};
use serde::ser::{Error as _, SerializeSeq as _};
use serde::{Serialize, Serializer};
use serde_json::value::to_raw_value;
use serde_json::{Value as Json, json};

use crate::domain::entity::{Entity, EntityKey};
use crate::domain::plan::Obstacle;
use crate::domain::plan::change::{
    ActionKind, Cause, Change, Dependent, Field, FieldChange, OwnerStatus, RelationEffect,
};
use crate::domain::plan::digest::Digest;
use crate::domain::plan::hazard::{Blocker, Hazard, HazardKind};
use crate::domain::plan::policy::PolicyMatch;
use crate::domain::plan::request::WriteRequest;
use crate::domain::plan::write_mode::WriteMode;
use crate::domain::value::masked::{masked_text, masked_value};
use crate::domain::value::{Value, exact};
use crate::text::mask::Mask;

use super::input::Destination;
use super::normalise::{self, canonical};
use super::parallel::map_each;
use super::shape::{PropertyShape, Times};

/// The number of changes whose texts are in memory together.
const CHANGES_PER_CHUNK: usize = 4096;

/// The digest of `content`, whose keys must be sorted already: nothing is sorted here, because a plan may have tens of
/// thousands of changes. `what` separates digests of different things.
pub(super) fn digest(what: &str, content: impl Serialize) -> Digest {
    debug_assert_eq!(
        serde_json::to_vec(&(what, &content)).ok(),
        Some(sorted(&json!([what, content]))),
        "the types of {what} declare their fields in order"
    );
    let mut hasher = BufWriter::new(Hasher(Context::new(&SHA256)));
    serde_json::to_writer(&mut hasher, &(what, &content)).expect("the keys of every object are texts");
    hasher.into_inner().ok().expect("a digest takes all").finish()
}

/// The digest of `content` with its keys sorted.
pub(super) fn digest_sorted(what: &str, content: impl Serialize) -> Digest {
    let mut hasher = Hasher(Context::new(&SHA256));
    hasher.0.update(&sorted(&json!([what, content])));
    hasher.finish()
}

/// Takes text piece by piece: that of a plan may have a hundred megabytes.
struct Hasher(Context);

impl Hasher {
    fn finish(self) -> Digest {
        let mut bytes = [0; 32];
        bytes.copy_from_slice(self.0.finish().as_ref());
        Digest(bytes)
    }
}

impl Write for Hasher {
    fn write(&mut self, text: &[u8]) -> io::Result<usize> {
        self.0.update(text);
        Ok(text.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

fn sorted(json: &Json) -> Vec<u8> {
    let mut text = Vec::new();
    write_sorted(json, &mut text);
    text
}

/// Writes JSON without spaces, with the keys of every object in the order of their bytes.
fn write_sorted(json: &Json, text: &mut Vec<u8>) {
    match json {
        Json::Array(items) => {
            text.push(b'[');
            for (at, item) in items.iter().enumerate() {
                text.extend((at > 0).then_some(b','));
                write_sorted(item, text);
            }
            text.push(b']');
        }
        Json::Object(entries) => {
            let mut entries: Vec<_> = entries.iter().collect();
            entries.sort_unstable_by_key(|(name, _)| *name);
            text.push(b'{');
            for (at, (name, item)) in entries.into_iter().enumerate() {
                text.extend((at > 0).then_some(b','));
                serde_json::to_writer(&mut *text, name).expect("a list of bytes takes all");
                text.push(b':');
                write_sorted(item, text);
            }
            text.push(b'}');
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            serde_json::to_writer(text, json).expect("a list of bytes takes all");
        }
    }
}

/// A value of the property `name` for a digest: masked, and spelled like all values that compare as equal.
pub(super) fn digested<'v>(mask: &Mask, name: Option<&str>, value: &'v Value) -> Cow<'v, Value> {
    then(masked_value(mask, name, value), spelled)
}

fn spelled(value: &Value) -> Cow<'_, Value> {
    then(canonical(value), exact::encode)
}

/// Converts a value again, and copies it only if one of the conversions changed it.
fn then<'v>(value: Cow<'v, Value>, convert: fn(&Value) -> Cow<'_, Value>) -> Cow<'v, Value> {
    match value {
        Cow::Borrowed(value) => convert(value),
        Cow::Owned(value) => Cow::Owned(convert(&value).into_owned()),
    }
}

/// An unmasked value for a digest that stays in memory; times are digested as instants.
pub(super) fn digested_property<'v>(value: &'v Value, shape: &PropertyShape) -> Cow<'v, Value> {
    match (shape.times, value) {
        (Times::Itself, _) => digested_time(value),
        (Times::Items, Value::List(items)) => {
            Cow::Owned(Value::List(items.iter().map(|item| digested_time(item).into_owned()).collect()))
        }
        (Times::Items | Times::None, _) => spelled(value),
    }
}

fn digested_time(value: &Value) -> Cow<'_, Value> {
    match normalise::moment(value) {
        Some(moment) => Cow::Owned(Value::Map([("$time".into(), Value::Integer(moment.0))].into())),
        None => spelled(value),
    }
}

/// The contents of all changes. Texts are made on all cores, and of some changes at a time: those of a plan may have a
/// hundred megabytes.
struct ChangeContents<'c> {
    changes: &'c [Change],
    mask: &'c Mask,
}

impl Serialize for ChangeContents<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut list = serializer.serialize_seq(Some(self.changes.len()))?;
        for chunk in self.changes.chunks(CHANGES_PER_CHUNK) {
            for text in map_each(chunk, |change| to_raw_value(&ChangeContent::of(change, self.mask))) {
                list.serialize_element(&text.map_err(S::Error::custom)?)?;
            }
        }
        list.end()
    }
}

/// The parts of a change that the digest of its plan covers, in the order of their names. Dependents are covered by the
/// hazards, or are changes themselves.
#[derive(Serialize)]
struct ChangeContent<'c> {
    action: ActionKind,
    fields: Vec<FieldContent<'c>>,
    key: &'c EntityKey,
    mode: WriteMode,
    ownership: OwnerStatus,
    removed: Option<&'c str>,
}

#[derive(Serialize)]
struct FieldContent<'c> {
    after: Cow<'c, Value>,
    before: Cow<'c, Value>,
    cause: Cause,
    field: &'c Field,
}

impl<'c> ChangeContent<'c> {
    fn of(change: &'c Change, mask: &Mask) -> Self {
        let Change { key, action, ownership, mode, origin: _, place: _, fields, record: _, dependents: _ } = change;
        Self {
            action: action.kind(),
            fields: fields.iter().map(|field| FieldContent::of(field, mask)).collect(),
            key,
            mode: *mode,
            ownership: *ownership,
            removed: change.removed_identifier(),
        }
    }
}

impl<'c> FieldContent<'c> {
    fn of(change: &'c FieldChange, mask: &Mask) -> Self {
        let FieldChange { field, before, after, paths: _, cause, origin: _, span: _ } = change;
        let name = field.property_name();
        Self { after: digested(mask, name, after), before: digested(mask, name, before), cause: *cause, field }
    }
}

fn dependents(dependents: &[Dependent]) -> Json {
    let dependent = |Dependent { key, relation, required, after }: &Dependent| {
        let after = match after {
            // The reason why a relation is kept does not change the hazard.
            RelationEffect::Left | RelationEffect::Unnamed => RelationEffect::Left,
            RelationEffect::Relinked => RelationEffect::Relinked,
            RelationEffect::Declared => RelationEffect::Declared,
        };
        json!([key, relation, required, after])
    };
    dependents.iter().map(dependent).collect()
}

/// The digest of a hazard. It does not cover the number of owned entities or the exceeded limit, because these change
/// with every harmless entity.
pub(super) fn of_hazard(kind: &HazardKind) -> Digest {
    let content = match kind {
        // Another message, or a change of the policy that changes nothing for this plan, does not void an approval.
        HazardKind::Policy { policy, message: _, verdict, is_of_base: _, changes } => {
            json!(["policy", policy, verdict, changes.iter().map(policy_match).collect::<Vec<_>>()])
        }
        HazardKind::ManyDeletes { blueprint, keys, owned: _, over_max: _, over_max_percent: _ } => {
            json!(["many-deletes", blueprint, keys])
        }
        HazardKind::DeleteWithDependents { key, dependents } => {
            json!(["delete-with-dependents", key, self::dependents(dependents)])
        }
        HazardKind::RenameWithDependents { key, from, dependents } => {
            json!(["rename-with-dependents", key, from, self::dependents(dependents)])
        }
        HazardKind::Foreign { keys } => json!(["foreign", keys]),
        HazardKind::ChangedSincePush { keys } => json!(["changed-since-push", keys]),
        HazardKind::Unseen { blueprint, why: _, keys } => json!(["unseen", blueprint, keys]),
        HazardKind::UnseenDependents { blueprint, unread } => json!(["unseen-dependents", blueprint, unread]),
        HazardKind::StillNeeded { key, by } => json!(["still-needed", key, dependents(by)]),
        HazardKind::PruneBlocked { by, keys } => {
            json!(["prune-blocked", by.iter().map(blocker).collect::<Vec<_>>(), keys])
        }
    };
    digest("portolan hazard 2", content)
}

/// The values are masked and canonical already.
fn policy_match(found: &PolicyMatch) -> Json {
    let PolicyMatch { key, action, renamed_from, field, before, after } = found;
    json!([key, action, renamed_from, field, exact::encode(before), exact::encode(after)])
}

fn blocker(blocker: &Blocker) -> Json {
    match blocker {
        Blocker::Disabled => json!(["disabled"]),
        Blocker::Manifest(_) => json!(["manifest"]),
        Blocker::Read { blueprint, why: _ } => json!(["read", blueprint]),
        Blocker::Folder { path, why: _ } => json!(["folder", path]),
    }
}

fn obstacle(obstacle: &Obstacle) -> Json {
    match obstacle {
        Obstacle::Duplicate { key, places } => json!(["duplicate", key, places.len()]),
        Obstacle::RequiredCycle { step_kind, cycle } => json!(["required-cycle", step_kind, cycle.members]),
        Obstacle::MissingTarget { key, relation, target, place: _ } => json!(["missing-target", key, relation, target]),
    }
}

pub(super) fn of_plan(
    mask: &Mask,
    destination: Destination<'_>,
    changes: &[Change],
    hazards: &[Hazard],
    obstacles: &[Obstacle],
) -> Digest {
    let changes = ChangeContents { changes, mask };
    let hazards: Vec<Digest> = hazards.iter().map(|hazard| hazard.digest).collect();
    let obstacles: Vec<Json> = obstacles.iter().map(obstacle).collect();
    digest("portolan plan 3", (destination, changes, hazards, obstacles))
}

/// The digest of a request, which must be masked.
pub(super) fn of_request(request: &WriteRequest) -> Digest {
    digest_sorted("portolan request 2", request)
}

/// The digest of a stored entity by value, to detect whether it changed since the plan was made. The last writer is not
/// covered.
pub fn of_entity(entity: &Entity, mask: &Mask) -> Digest {
    let texts = entity.texts.iter().filter_map(|(field, text)| Some((field.key(), text.as_deref()?)));
    let texts: BTreeMap<&str, String> =
        texts.map(|(key, text)| (key, masked_text(mask, None, text).into_owned())).collect();
    let properties = entity.properties.iter().filter(|(_, value)| !value.is_null());
    let properties: BTreeMap<&str, Cow<'_, Value>> =
        properties.map(|(name, value)| (name.as_ref(), digested(mask, Some(name), value))).collect();
    let relations: Vec<(&str, Value)> =
        entity.relations.iter().map(|(name, targets)| (name.as_ref(), normalise::targets_value(targets))).collect();
    let is_set = |value: &Value| !value.is_null() && *value != Value::List(Box::default());
    let relations: BTreeMap<&str, Cow<'_, Value>> = relations
        .iter()
        .filter(|(_, value)| is_set(value))
        .map(|(name, value)| (*name, digested(mask, None, value)))
        .collect();
    let team = normalise::set_value(&entity.team);
    let team = digested(mask, None, &team);
    let content = (&entity.key, texts, team, properties, relations);
    digest("portolan entity 3", content)
}
