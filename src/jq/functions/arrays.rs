//! Functions on arrays and objects.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::sort::{search, sorted};
use crate::jq::access::{collect_positions, positions, spend_search};
use crate::jq::budget::Budget;
use crate::jq::compare::compare;
use crate::jq::encode::preview;
use crate::jq::fault::{Fault, Outcome, failed, failed_on, inapplicable, inapplicable_with, unfit, wrap};
use crate::jq::number::Number;
use crate::jq::operators;
use crate::jq::value::{Array, Value};

fn array<'a>(name: &str, input: &'a Value) -> Result<&'a Array, Fault> {
    input.as_array().ok_or_else(|| inapplicable(name, input))
}

pub(super) fn length(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    Ok(match input {
        Value::Null => Value::int(0),
        Value::Number(number) => absolute(number),
        Value::String(text) => Value::count(text.chars().count()),
        Value::Array(items) => Value::count(items.len()),
        Value::Object(entries) => Value::count(entries.len()),
        Value::Bool(_) => return Err(inapplicable("length", input)),
    })
}

pub(super) fn abs(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    input.as_number().map(absolute).ok_or_else(|| inapplicable("abs", input))
}

fn absolute(number: &Number) -> Value {
    let is_negative = match number {
        Number::Int(integer) => *integer < 0,
        Number::Float(float) => float.is_sign_negative(),
        Number::Big(big) => big.sign() == num_bigint::Sign::Minus,
    };
    Value::Number(if is_negative { number.negate() } else { number.clone() })
}

pub(super) fn keys(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let keys: Vec<_> = match input {
        Value::Array(items) => (0..items.len()).map(Value::count).collect(),
        Value::Object(entries) => entries.keys().map(|key| Value::String(Arc::clone(key))).collect(),
        _ => return Err(inapplicable("keys", input)),
    };
    budget.spend_items(keys.len())?;
    Ok(Value::array(keys))
}

pub(super) fn has(_: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    Ok(Value::Bool(match (input, &arguments[0]) {
        (Value::Array(items), Value::Number(number)) => {
            usize::try_from(number.to_index()).is_ok_and(|position| position < items.len())
        }
        (Value::Object(entries), Value::String(key)) => entries.contains_key(key),
        (Value::Null, _) => false,
        (_, key) => return Err(inapplicable_with("has", &[key], input)),
    }))
}

pub(super) fn to_entries(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let entry = |key, value: &Value| Value::object([("key".into(), key), ("value".into(), value.clone())]);
    let entries: Vec<_> = match input {
        Value::Array(items) => {
            items.iter().enumerate().map(|(position, item)| entry(Value::count(position), item)).collect()
        }
        Value::Object(entries) => {
            entries.iter().map(|(key, value)| entry(Value::String(Arc::clone(key)), value)).collect()
        }
        _ => return Err(inapplicable("to_entries", input)),
    };
    budget.spend_items(entries.len().saturating_mul(4))?;
    Ok(Value::array(entries))
}

pub(super) fn from_entries(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let items = array("from_entries", input)?;
    budget.spend_items(items.len())?;
    let mut object = BTreeMap::new();
    for item in items.iter() {
        let Some(entry) = item.as_object() else { return Err(inapplicable("from_entries", item)) };
        let key = ["key", "Key", "name", "Name"].iter().filter_map(|name| entry.get(*name)).find(|key| key.is_truthy());
        let Some(Value::String(key)) = key else {
            let cause = unfit("expected a string for object key but got", key.unwrap_or(&Value::Null));
            return Err(wrap(cause, "from_entries", &[], input));
        };
        let value = entry.get("value").or_else(|| entry.get("Value"));
        object.insert(Arc::clone(key), value.cloned().unwrap_or_default());
    }
    Ok(Value::Object(object.into()))
}

pub(super) fn add(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let Some(values) = input.values() else { return Err(inapplicable("add", input)) };
    let mut values = values.into_iter().filter(|value| !matches!(value, Value::Null)).peekable();
    let mut sum = Value::Null;
    while let Some(value) = values.next() {
        // Runs of arrays are joined in one go, since each sum of two copies both.
        sum = match (&sum, &value) {
            (Value::Array(first), Value::Array(second)) => {
                let mut joined = [&**first, &**second].concat();
                budget.spend_items(joined.len())?;
                while let Some(Value::Array(more)) = values.next_if(|next| matches!(next, Value::Array(_))) {
                    budget.spend_items(more.len())?;
                    joined.extend_from_slice(&more);
                }
                Value::array(joined)
            }
            (Value::String(first), Value::String(second)) => {
                let mut joined = [&**first, &**second].concat();
                while let Some(Value::String(more)) = values.next_if(|next| matches!(next, Value::String(_))) {
                    joined.push_str(&more);
                }
                budget.spend_bytes(joined.len())?;
                Value::from(joined)
            }
            (Value::Object(first), Value::Object(second)) => {
                let mut joined = (**first).clone();
                budget.spend_items(joined.len() + second.len())?;
                joined.extend(second.iter().map(|(key, value)| (key.clone(), value.clone())));
                while let Some(Value::Object(more)) = values.next_if(|next| matches!(next, Value::Object(_))) {
                    budget.spend_items(more.len())?;
                    joined.extend(more.iter().map(|(key, value)| (key.clone(), value.clone())));
                }
                Value::Object(joined.into())
            }
            _ => operators::add(budget, &sum, &value)?,
        };
    }
    Ok(sum)
}

pub(super) fn type_of(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    Ok(Value::from(input.type_name()))
}

pub(super) fn reverse(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let items = array("reverse", input)?;
    budget.spend_items(items.len())?;
    Ok(Value::array(items.iter().rev().cloned().collect()))
}

pub(super) fn contains(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let other = &arguments[0];
    match has_within(budget, input, other)? {
        Some(truth) => Ok(Value::Bool(truth)),
        None => Err(inapplicable_with("contains", &[other], input)),
    }
}

/// Whether a value contains another one; `None` where they cannot be compared.
fn has_within(budget: &mut Budget, value: &Value, other: &Value) -> Result<Option<bool>, Fault> {
    budget.spend_steps(1)?;
    Ok(Some(match (value, other) {
        (Value::Number(Number::Float(left)), Value::Number(right)) => *left == right.to_float(),
        (Value::Number(left), Value::Number(Number::Float(right))) => left.to_float() == *right,
        (Value::Number(_), Value::Number(_)) => value == other,
        (Value::String(text), Value::String(part)) => text.contains(&**part),
        (Value::Array(items), Value::Array(parts)) => {
            for part in parts.iter() {
                let mut found = false;
                for item in items.iter() {
                    if has_within(budget, item, part)? == Some(true) {
                        found = true;
                        break;
                    }
                }
                if !found {
                    return Ok(Some(false));
                }
            }
            true
        }
        (Value::Object(entries), Value::Object(parts)) => {
            if entries.len() < parts.len() {
                return Ok(Some(false));
            }
            for (key, part) in parts.iter() {
                let Some(value) = entries.get(key) else { return Ok(Some(false)) };
                if has_within(budget, value, part)? != Some(true) {
                    return Ok(Some(false));
                }
            }
            true
        }
        (Value::Null, Value::Null) => true,
        (Value::Bool(left), Value::Bool(right)) if left == right => true,
        _ => return Ok(None),
    }))
}

/// Where `indices`, `index` and `rindex` find a value. `None`: in null.
fn occurrences<'a>(
    budget: &mut Budget,
    name: &str,
    input: &'a Value,
    wanted: &'a Value,
) -> Result<Option<Box<dyn Iterator<Item = usize> + 'a>>, Fault> {
    match (input, wanted) {
        (Value::Null, _) => Ok(None),
        (Value::String(text), Value::String(wanted)) => {
            spend_search(budget, text.len(), wanted.len())?;
            Ok(Some(Box::new(text_positions(text, wanted))))
        }
        (Value::Array(items), wanted) => {
            let wanted = wanted.as_array().map_or(std::slice::from_ref(wanted), |wanted| wanted);
            spend_search(budget, items.len(), wanted.len())?;
            Ok(Some(Box::new(positions(items, wanted))))
        }
        _ => Err(inapplicable_with(name, &[wanted], input)),
    }
}

/// The characters at which a text occurs within another; an empty one occurs nowhere.
fn text_positions<'a>(text: &'a str, wanted: &'a str) -> impl Iterator<Item = usize> + 'a {
    let starts = text.char_indices().enumerate();
    let found = starts.filter(move |(_, (at, _))| !wanted.is_empty() && text[*at..].starts_with(wanted));
    found.map(|(position, _)| position)
}

pub(super) fn indices(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    match occurrences(budget, "indices", input, &arguments[0])? {
        Some(found) => collect_positions(budget, found),
        None => Ok(Value::Null),
    }
}

pub(super) fn index(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let first = occurrences(budget, "index", input, &arguments[0])?.and_then(|mut found| found.next());
    Ok(first.map_or(Value::Null, Value::count))
}

pub(super) fn rindex(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let last = occurrences(budget, "rindex", input, &arguments[0])?.and_then(Iterator::last);
    Ok(last.map_or(Value::Null, Value::count))
}

pub(super) fn flatten(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let Some(values) = input.values() else { return Err(inapplicable("flatten", input)) };
    let depth = match arguments.first() {
        None => -1.0,
        Some(Value::Number(depth)) if depth.to_float() < 0.0 => {
            let depth = Value::float(depth.to_float());
            return Err(failed(format!("flatten depth should not be negative: {}", preview(&depth))));
        }
        Some(Value::Number(depth)) => depth.to_float(),
        Some(other) => return Err(inapplicable("flatten", other)),
    };
    let mut flat = Vec::new();
    flatten_into(budget, &mut flat, &values, depth)?;
    Ok(Value::array(flat))
}

fn flatten_into(budget: &mut Budget, flat: &mut Vec<Value>, values: &[Value], depth: f64) -> Result<(), Fault> {
    budget.spend_items(values.len())?;
    for value in values {
        match value {
            Value::Array(items) if depth != 0.0 => flatten_into(budget, flat, items, depth - 1.0)?,
            _ => flat.push(value.clone()),
        }
    }
    Ok(())
}

/// The items of a function `…_by`, and what they are compared by.
fn keyed<'a>(name: &str, input: &'a Value, keys: &'a Value) -> Result<(&'a Array, &'a Array), Fault> {
    match (input.as_array(), keys.as_array()) {
        (Some(items), Some(keys)) if items.len() == keys.len() => Ok((items, keys)),
        (Some(_), Some(_)) => Err(failed_on(name, &[keys], input, "length mismatch")),
        _ => Err(inapplicable_with(name, &[keys], input)),
    }
}

fn extreme(items: &[Value], keys: &[Value], is_min: bool) -> Value {
    let mut best = 0;
    for position in 1..items.len() {
        if compare(&keys[best], &keys[position]).is_gt() == is_min {
            best = position;
        }
    }
    items.get(best).cloned().unwrap_or_default()
}

pub(super) fn min(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let items = array("min", input)?;
    Ok(extreme(items, items, true))
}

pub(super) fn max(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let items = array("max", input)?;
    Ok(extreme(items, items, false))
}

pub(super) fn min_by(_: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let (items, keys) = keyed("min_by", input, &arguments[0])?;
    Ok(extreme(items, keys, true))
}

pub(super) fn max_by(_: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let (items, keys) = keyed("max_by", input, &arguments[0])?;
    Ok(extreme(items, keys, false))
}

fn sort_items(budget: &mut Budget, items: &[Value], keys: &[Value]) -> Outcome {
    budget.spend_items(items.len())?;
    Ok(Value::array(sorted(budget, keys)?.into_iter().map(|position| items[position].clone()).collect()))
}

pub(super) fn sort(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let items = array("sort", input)?;
    sort_items(budget, items, items)
}

pub(super) fn sort_by(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let (items, keys) = keyed("sort_by", input, &arguments[0])?;
    sort_items(budget, items, keys)
}

/// Items with equal keys, together.
fn grouped(budget: &mut Budget, items: &[Value], keys: &[Value]) -> Result<Vec<Vec<Value>>, Fault> {
    budget.spend_items(items.len().saturating_mul(2))?;
    let mut groups: Vec<Vec<Value>> = Vec::new();
    let mut last = None;
    for position in sorted(budget, keys)? {
        let is_same = last.is_some_and(|last: usize| compare(&keys[last], &keys[position]).is_eq());
        match groups.last_mut() {
            Some(group) if is_same => group.push(items[position].clone()),
            _ => {
                groups.push(vec![items[position].clone()]);
                last = Some(position);
            }
        }
    }
    Ok(groups)
}

pub(super) fn group_by(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let (items, keys) = keyed("group_by", input, &arguments[0])?;
    Ok(Value::array(grouped(budget, items, keys)?.into_iter().map(Value::array).collect()))
}

pub(super) fn unique(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let items = array("unique", input)?;
    unique_items(budget, items, items)
}

pub(super) fn unique_by(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let (items, keys) = keyed("unique_by", input, &arguments[0])?;
    unique_items(budget, items, keys)
}

fn unique_items(budget: &mut Budget, items: &[Value], keys: &[Value]) -> Outcome {
    let groups = grouped(budget, items, keys)?;
    Ok(Value::array(groups.into_iter().filter_map(|group| group.into_iter().next()).collect()))
}

pub(super) fn transpose(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let rows = array("transpose", input)?;
    let rows: Option<Vec<&Array>> = rows.iter().map(Value::as_array).collect();
    let Some(rows) = rows else { return Err(inapplicable("transpose", input)) };
    let width = rows.iter().map(|row| row.len()).max().unwrap_or(0);
    budget.spend_items(width.saturating_mul(rows.len()))?;
    let column = |at: usize| Value::array(rows.iter().map(|row| row.get(at).cloned().unwrap_or_default()).collect());
    Ok(Value::array((0..width).map(column).collect()))
}

pub(super) fn bsearch(_: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let wanted = &arguments[0];
    let Some(items) = input.as_array() else { return Err(inapplicable_with("bsearch", &[wanted], input)) };
    let position = search(0, items.len(), |at| compare(&items[at], wanted).is_lt());
    if items.get(position).is_some_and(|item| compare(item, wanted).is_eq()) {
        return Ok(Value::count(position));
    }
    Ok(Value::int(-i64::try_from(position).unwrap_or(i64::MAX - 1) - 1))
}
