//! Looks up keys, indices and slices.

use super::budget::Budget;
use super::compare::compare_lists;
use super::fault::{Fault, Outcome, unfit};
use super::value::Value;

/// The position of an index, which counts from the end where it is negative, within bounds.
pub(super) fn clamp(index: i64, least: i64, length: usize) -> i64 {
    let length = i64::try_from(length).unwrap_or(i64::MAX);
    let index = if index < 0 { index.wrapping_add(length) } else { index };
    if index < least { least } else { index.min(length) }
}

/// `value[key]`.
pub(super) fn index(budget: &mut Budget, value: &Value, key: &Value) -> Outcome {
    match (key, value) {
        (Value::String(_) | Value::Number(_) | Value::Array(_), Value::Null) => Ok(Value::Null),
        (Value::String(key), Value::Object(entries)) => Ok(entries.get(key).cloned().unwrap_or_default()),
        (Value::String(_), _) => Err(unfit("expected an object but got", value)),
        (Value::Number(number), Value::Array(items)) => {
            let position = clamp(number.to_index(), -1, items.len());
            Ok(usize::try_from(position).ok().and_then(|position| items.get(position)).cloned().unwrap_or_default())
        }
        (Value::Number(number), Value::String(text)) => {
            budget.spend_steps(text.len() / 64)?;
            Ok(character(text, number.to_index()))
        }
        (Value::Array(wanted), Value::Array(items)) => {
            spend_search(budget, items.len(), wanted.len())?;
            collect_positions(budget, positions(items, wanted))
        }
        (Value::Number(_) | Value::Array(_), _) => Err(unfit("expected an array but got", value)),
        (Value::Object(_), Value::Null) => Ok(Value::Null),
        (Value::Object(bounds), _) => {
            let (Some(start), Some(end)) = (bounds.get("start"), bounds.get("end")) else {
                return Err(unfit("expected \"start\" and \"end\" for slicing but got", key));
            };
            slice(budget, value, start, end)
        }
        (Value::Null | Value::Bool(_), Value::Array(_)) => {
            Err(unfit("expected a number for indexing an array but got", key))
        }
        (Value::Null | Value::Bool(_), Value::String(_)) => {
            Err(unfit("expected a number for indexing a string but got", key))
        }
        (Value::Null | Value::Bool(_), _) => Err(unfit("expected a string for object key but got", key)),
    }
}

fn character(text: &str, index: i64) -> Value {
    let position = clamp(index, -1, text.chars().count());
    let character = usize::try_from(position).ok().and_then(|position| text.chars().nth(position));
    character.map_or(Value::Null, |character| Value::from(character.to_string()))
}

/// Pays for the search of something within something of such lengths.
pub(super) fn spend_search(budget: &mut Budget, length: usize, wanted: usize) -> Result<(), Fault> {
    budget.spend_steps(length.saturating_mul(wanted) / 4)
}

pub(super) fn collect_positions(budget: &mut Budget, positions: impl Iterator<Item = usize>) -> Outcome {
    let mut collected = Vec::new();
    for position in positions {
        budget.spend_items(1)?;
        collected.push(Value::count(position));
    }
    Ok(Value::array(collected))
}

/// The positions at which a list occurs within another; an empty one occurs nowhere.
pub(super) fn positions<'a>(items: &'a [Value], wanted: &'a [Value]) -> impl Iterator<Item = usize> + 'a {
    let count = if wanted.is_empty() { 0 } else { (items.len() + 1).saturating_sub(wanted.len()) };
    (0..count).filter(move |start| compare_lists(&items[*start..*start + wanted.len()], wanted).is_eq())
}

/// `value[start:end]`.
pub(super) fn slice(budget: &mut Budget, value: &Value, start: &Value, end: &Value) -> Outcome {
    match value {
        Value::Null => Ok(Value::Null),
        Value::Array(items) => {
            let (start, end) = bounds(items.len(), start, end, "an array")?;
            if (start, end) == (0, items.len()) {
                return Ok(value.clone());
            }
            budget.spend_items(end - start)?;
            Ok(Value::array(items[start..end].to_vec()))
        }
        Value::String(text) => {
            budget.spend_bytes(text.len())?;
            let (start, end) = bounds(text.chars().count(), start, end, "a string")?;
            Ok(Value::from(text.chars().skip(start).take(end - start).collect::<String>()))
        }
        Value::Bool(_) | Value::Number(_) | Value::Object(_) => Err(unfit("expected an array but got", value)),
    }
}

fn bounds(length: usize, start: &Value, end: &Value, what: &str) -> Result<(usize, usize), Fault> {
    let bound = |value: &Value, least: usize, default: usize| match value {
        Value::Null => Ok(default),
        Value::Number(number) => {
            let least = i64::try_from(least).unwrap_or(i64::MAX);
            Ok(usize::try_from(clamp(number.to_index(), least, length)).unwrap_or(0))
        }
        Value::Bool(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            Err(unfit(&format!("expected a number for indexing {what} but got"), value))
        }
    };
    let start = bound(start, 0, 0)?;
    Ok((start, bound(end, start, length)?))
}
