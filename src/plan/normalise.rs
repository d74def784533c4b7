//! Normalises both sides of the comparison. Every rule that makes two spellings equal is here and has its own test.
//! Texts are compared byte by byte, so two Unicode forms are two values.

use std::borrow::Cow;

use crate::domain::entity::Targets;
use crate::domain::entity::desired::{DesiredField, Teams};
use crate::domain::entity::patch::Patch;
use crate::domain::plan::change::PathChange;
use crate::domain::value::Value;
use crate::domain::value::timestamp::Moment;

use super::shape::{PropertyShape, RelationShape, Shape, Times};

pub(super) fn text(field: &DesiredField<Box<str>>) -> Patch<&str> {
    field.patch.as_ref().map(AsRef::as_ref)
}

/// A single team equals a list with one team. An inherited team is computed by the catalog, so the manifest does not
/// decide it.
pub(super) fn team<'a>(field: &'a DesiredField<Teams>, shape: &Shape<'_>) -> Patch<&'a [Box<str>]> {
    if shape.inherits_team {
        return Patch::Absent;
    }
    match &field.patch {
        Patch::Absent => Patch::Absent,
        Patch::Set(Teams::One(team)) => Patch::Set(std::slice::from_ref(team)),
        Patch::Set(Teams::Many(teams)) if !teams.is_empty() => Patch::Set(teams),
        Patch::Null | Patch::Set(Teams::Many(_)) => Patch::Null,
    }
}

pub(super) fn stored_team<'a>(team: &'a [Box<str>], shape: &Shape<'_>) -> Option<&'a [Box<str>]> {
    (!team.is_empty() && !shape.inherits_team).then_some(team)
}

pub(super) fn property(value: &Value) -> Patch<&Value> {
    if value.is_null() { Patch::Null } else { Patch::Set(value) }
}

/// An empty list means no target, except for a single relation: there it is kept, so that the catalog rejects it.
pub(super) fn relation<'a>(targets: &'a Targets, shape: Option<&RelationShape<'_>>) -> Patch<&'a Targets> {
    let is_single = shape.is_some_and(|shape| !shape.many);
    match targets {
        Targets::None => Patch::Null,
        Targets::Many(list) if list.is_empty() && !is_single => Patch::Null,
        Targets::One(_) | Targets::Many(_) => Patch::Set(targets),
    }
}

/// Compares as sets: order and duplicates do not matter.
pub(super) fn same_set(a: &[Box<str>], b: &[Box<str>]) -> bool {
    a == b || sorted(a) == sorted(b)
}

fn sorted(items: &[Box<str>]) -> Vec<&str> {
    let mut items: Vec<&str> = items.iter().map(AsRef::as_ref).collect();
    items.sort_unstable();
    items.dedup();
    items
}

/// A list with one target differs from a single target, because a relation accepts only one of the two forms.
pub(super) fn same_targets(a: &Targets, b: &Targets) -> bool {
    match (a, b) {
        (Targets::None, Targets::None) => true,
        (Targets::One(a), Targets::One(b)) => a == b,
        (Targets::Many(a), Targets::Many(b)) => same_set(a, b),
        (Targets::None | Targets::One(_) | Targets::Many(_), _) => false,
    }
}

pub(super) fn set_value(items: &[Box<str>]) -> Value {
    Value::List(sorted(items).into_iter().map(|item| Value::Text(item.into())).collect())
}

pub(super) fn targets_value(targets: &Targets) -> Value {
    match targets {
        Targets::None => Value::Null,
        Targets::One(target) => Value::Text(target.clone()),
        Targets::Many(targets) => set_value(targets),
    }
}

pub(super) fn same_property(a: &Value, b: &Value, shape: &PropertyShape) -> bool {
    match (shape.times, a, b) {
        (Times::Itself, _, _) => same_time(a, b),
        (Times::Items, Value::List(a), Value::List(b)) => {
            a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same_time(a, b))
        }
        (Times::Items | Times::None, _, _) => same(a, b),
    }
}

fn same_time(a: &Value, b: &Value) -> bool {
    match (moment(a), moment(b)) {
        (Some(a), Some(b)) => a == b,
        (Some(_) | None, _) => same(a, b),
    }
}

pub(super) fn moment(value: &Value) -> Option<Moment> {
    value.as_str().and_then(Moment::parse)
}

/// Compares by value: numbers numerically, maps by key, lists in order. The readers limit the depth of values.
pub(super) fn same(a: &Value, b: &Value) -> bool {
    if let (Some(a), Some(b)) = (Number::of(a), Number::of(b)) {
        return a == b;
    }
    match (a, b) {
        (Value::Null, Value::Null) => true,
        (Value::Bool(a), Value::Bool(b)) => a == b,
        (Value::Text(a), Value::Text(b)) => a == b,
        (Value::List(a), Value::List(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Map(a), Value::Map(b)) => {
            // The values are compared in one pass: comparing them twice at every level would take exponential time.
            if a.len() != b.len() {
                false
            } else if a.iter().zip(b).all(|(a, b)| a.0 == b.0) {
                a.iter().zip(b).all(|(a, b)| same(&a.1, &b.1))
            } else {
                by_key(a).into_iter().zip(by_key(b)).all(|(a, b)| a.0 == b.0 && same(&a.1, &b.1))
            }
        }
        (
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Large(_)
            | Value::Float(_)
            | Value::Text(_)
            | Value::List(_)
            | Value::Map(_),
            _,
        ) => false,
    }
}

type Entry = (Box<str>, Value);

pub(super) fn by_key(entries: &[Entry]) -> Vec<&Entry> {
    let mut entries: Vec<_> = entries.iter().collect();
    entries.sort_unstable_by(|a, b| a.0.cmp(&b.0));
    entries
}

/// A number by its exact value: integers are not rounded to floats.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Number {
    Whole(i128),
    /// The bits of a float with a fraction, or too large for an integer.
    Broken(u64),
}

impl Number {
    pub fn of(value: &Value) -> Option<Self> {
        match value {
            Value::Integer(integer) => Some(Self::Whole((*integer).into())),
            Value::Large(large) => Some(Self::Whole((*large).into())),
            // Below 2^120, a float without a fraction converts to an integer exactly.
            Value::Float(float) if float.fract() == 0.0 && float.abs() < 1.3e36 => Some(Self::Whole(*float as i128)),
            Value::Float(float) => Some(Self::Broken(float.to_bits())),
            Value::Null | Value::Bool(_) | Value::Text(_) | Value::List(_) | Value::Map(_) => None,
        }
    }
}

/// A value in the one spelling of all values that are the same: whole numbers as integers, keys sorted. Most values have
/// it already, and are not copied.
pub(super) fn canonical(value: &Value) -> Cow<'_, Value> {
    if is_canonical(value) { Cow::Borrowed(value) } else { Cow::Owned(respelled(value)) }
}

fn respelled(value: &Value) -> Value {
    match value {
        Value::List(items) => Value::List(items.iter().map(respelled).collect()),
        Value::Map(entries) => {
            let entries = by_key(entries).into_iter();
            Value::Map(entries.map(|(key, value)| (key.clone(), respelled(value))).collect())
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

fn is_canonical(value: &Value) -> bool {
    match value {
        Value::List(items) => items.iter().all(is_canonical),
        Value::Map(entries) => {
            entries.is_sorted_by(|a, b| a.0 <= b.0) && entries.iter().all(|(_, value)| is_canonical(value))
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Text(_) => true,
        Value::Large(large) => i64::try_from(*large).is_err(),
        Value::Float(_) => matches!(Number::of(value), Some(Number::Broken(_))),
    }
}

/// The paths at which two objects differ. A list counts as one value.
pub(super) fn differences(before: &Value, after: &Value) -> Vec<PathChange> {
    let mut found = Vec::new();
    if let (Value::Map(before), Value::Map(after)) = (before, after) {
        differ(before, after, &mut Vec::new(), &mut found);
    }
    found
}

fn differ(before: &[Entry], after: &[Entry], path: &mut Vec<Box<str>>, found: &mut Vec<PathChange>) {
    let (before, after) = (by_key(before), by_key(after));
    let (mut a, mut b) = (before.into_iter().peekable(), after.into_iter().peekable());
    loop {
        let key = match (a.peek(), b.peek()) {
            (None, None) => return,
            (Some((a, _)), None) => a,
            (None, Some((b, _))) => b,
            (Some((a, _)), Some((b, _))) => a.min(b),
        };
        let old = a.next_if(|(name, _)| name == key).map(|(_, value)| value);
        let new = b.next_if(|(name, _)| name == key).map(|(_, value)| value);
        path.push(key.clone());
        match (old, new) {
            (Some(Value::Map(old)), Some(Value::Map(new))) => differ(old, new, path, found),
            (Some(old), Some(new)) if same(old, new) => {}
            (old, new) => {
                found.push(PathChange { path: path.as_slice().into(), before: old.cloned(), after: new.cloned() })
            }
        }
        path.pop();
    }
}
