//! Reads, sets and deletes what is at a path.

use std::sync::Arc;

use super::Limit;
use super::access::{clamp, index};
use super::budget::{Budget, MAX_DEPTH};
use super::fault::{Fault, Outcome, failed, failed_on, inapplicable_with, unfit, wrap};
use super::value::{Array, Object, Value};

/// The longest array that an index may create.
const MAX_INDEX: i64 = 0x800_0000;

/// The part of a path that a slice is.
pub(super) fn slice_key(start: Value, end: Value) -> Value {
    Value::object([("start".into(), start), ("end".into(), end)])
}

pub(super) fn get_path(budget: &mut Budget, value: &Value, path: &Value) -> Outcome {
    let Some(keys) = path.as_array() else { return Err(inapplicable_with("getpath", &[path], value)) };
    let mut found = value.clone();
    for key in keys.iter() {
        found = match &found {
            Value::Null | Value::Array(_) | Value::Object(_) => {
                index(budget, &found, key).map_err(|fault| wrap(fault, "getpath", &[path], value))?
            }
            Value::Bool(_) | Value::Number(_) | Value::String(_) => {
                return Err(inapplicable_with("getpath", &[path], value));
            }
        };
    }
    Ok(found)
}

pub(super) fn set_path(budget: &mut Budget, value: Value, path: &Value, new: Value) -> Outcome {
    let Some(keys) = path.as_array() else { return Err(inapplicable_with("setpath", &[path], &value)) };
    check_length(keys)?;
    let shown = [path.clone(), new.clone(), value.clone()];
    match update(budget, value, keys, &Change::Set(new)) {
        Ok(value) => Ok(value),
        Err(fault) => Err(wrap(fault, "setpath", &[&shown[0], &shown[1]], &shown[2])),
    }
}

pub(super) fn delete_paths(budget: &mut Budget, value: Value, paths: &Value) -> Outcome {
    let Some(list) = paths.as_array() else { return Err(inapplicable_with("delpaths", &[paths], &value)) };
    if list.is_empty() {
        return Ok(value);
    }
    // What is deleted is marked first, so that the indices of other paths keep their meaning.
    let mark: Arc<str> = Arc::from("deleted");
    let shown = value.clone();
    let mut value = value;
    for path in list.iter() {
        let Some(keys) = path.as_array() else {
            let cause = unfit("expected an array but got", path);
            return Err(wrap(cause, "delpaths", &[paths], &shown));
        };
        check_length(keys)?;
        let change = Change::Delete(&mark);
        value = update(budget, value, keys, &change).map_err(|fault| wrap(fault, "delpaths", &[paths], &shown))?;
    }
    Ok(remove_marked(budget, &value, &mark)?.unwrap_or_default())
}

fn check_length(keys: &[Value]) -> Result<(), Fault> {
    if keys.len() > MAX_DEPTH as usize { Err(Fault::Limit(Limit::Depth)) } else { Ok(()) }
}

/// What happens at the end of a path.
enum Change<'a> {
    Set(Value),
    /// The value is replaced by the mark, a string that is known by its address.
    Delete(&'a Arc<str>),
}

impl Change<'_> {
    fn is_delete(&self) -> bool {
        matches!(self, Self::Delete(_))
    }

    fn is_deleted(&self, value: &Value) -> bool {
        match self {
            Self::Set(_) => false,
            Self::Delete(mark) => is_marked(value, mark),
        }
    }
}

fn is_marked(value: &Value, mark: &Arc<str>) -> bool {
    matches!(value, Value::String(text) if Arc::ptr_eq(text, mark))
}

fn update(budget: &mut Budget, value: Value, path: &[Value], change: &Change) -> Outcome {
    let Some((key, path)) = path.split_first() else {
        return Ok(match change {
            Change::Set(new) => new.clone(),
            Change::Delete(mark) => Value::String(Arc::clone(mark)),
        });
    };
    if change.is_deleted(&value) && matches!(key, Value::String(_) | Value::Number(_) | Value::Object(_)) {
        return Ok(value);
    }
    match (key, value) {
        (Value::String(key), Value::Null) => update_entry(budget, Object::nil(), key, path, change),
        (Value::String(key), Value::Object(entries)) => update_entry(budget, entries, key, path, change),
        (Value::String(_), value) => Err(unfit("expected an object but got", &value)),
        (Value::Number(index), Value::Null) => update_item(budget, Array::nil(), index.to_index(), path, change),
        (Value::Number(index), Value::Array(items)) => update_item(budget, items, index.to_index(), path, change),
        (Value::Object(_), Value::Null) => update_slice(budget, &Array::default(), key, path, change),
        (Value::Object(_), Value::Array(items)) => update_slice(budget, &items, key, path, change),
        (Value::Number(_) | Value::Object(_), value) => Err(unfit("expected an array but got", &value)),
        (Value::Null | Value::Bool(_) | Value::Array(_), Value::Array(_)) => {
            Err(unfit("expected a number for indexing an array but got", key))
        }
        (Value::Null | Value::Bool(_) | Value::Array(_), _) => {
            Err(unfit("expected a string for object key but got", key))
        }
    }
}

fn update_entry(budget: &mut Budget, mut entries: Object, key: &Arc<str>, path: &[Value], change: &Change) -> Outcome {
    if change.is_delete() && !entries.contains_key(key) {
        return Ok(Value::Object(entries));
    }
    budget.spend_items(entries.len() + 1)?;
    let old = entries.take(key);
    let new = update(budget, old, path, change)?;
    entries.set(Arc::clone(key), new);
    Ok(Value::Object(entries))
}

fn update_item(budget: &mut Budget, mut items: Array, index: i64, path: &[Value], change: &Change) -> Outcome {
    let length = i64::try_from(items.len()).unwrap_or(i64::MAX);
    let mut position = clamp(index, -1, items.len());
    if position < 0 || position >= length {
        if change.is_delete() {
            return Ok(Value::Array(items));
        }
        if position < 0 {
            return Err(failed(format!("array index should not be negative: {index}")));
        }
        if index >= MAX_INDEX {
            return Err(failed(format!("array index too large: {index}")));
        }
        position = index;
    }
    let position = usize::try_from(position).unwrap_or(usize::MAX);
    budget.spend_items(items.len().max(position.saturating_add(1)))?;
    let old = if position < items.len() { items.take(position) } else { Value::Null };
    let new = update(budget, old, path, change)?;
    items.set(position, new);
    Ok(Value::Array(items))
}

fn update_slice(budget: &mut Budget, items: &Array, key: &Value, path: &[Value], change: &Change) -> Outcome {
    let bounds = key.as_object().and_then(|bounds| Some((bounds.get("start")?, bounds.get("end")?)));
    let Some((start, end)) = bounds else {
        return Err(unfit("expected \"start\" and \"end\" for slicing but got", key));
    };
    let bound = |value: &Value, least: i64, default: i64| match value.as_number() {
        Some(number) => clamp(number.to_index(), least, items.len()),
        None => default,
    };
    let first = bound(start, 0, 0);
    let last = bound(end, first, i64::try_from(items.len()).unwrap_or(i64::MAX));
    let (start, end) = (usize::try_from(first).unwrap_or(0), usize::try_from(last).unwrap_or(0));
    if start == end && change.is_delete() {
        return Ok(Value::Array(items.clone()));
    }
    budget.spend_items(items.len())?;
    let new = update(budget, Value::array(items[start..end].to_vec()), path, change)?;
    let inner = match &new {
        new if change.is_deleted(new) => vec![new.clone(); end - start],
        Value::Array(inner) => inner.to_vec(),
        new => return Err(unfit("expected an array but got", new)),
    };
    budget.spend_items(inner.len())?;
    Ok(Value::array([&items[..start], &inner, &items[end..]].concat()))
}

/// The value without what is marked, or `None` where it is marked itself.
fn remove_marked(budget: &mut Budget, value: &Value, mark: &Arc<str>) -> Result<Option<Value>, Fault> {
    budget.spend_steps(1)?;
    match value {
        Value::Array(items) if items.is_nil() => Ok(Some(value.clone())),
        Value::Object(entries) if entries.is_nil() => Ok(Some(value.clone())),
        Value::Array(items) => {
            let mut kept = Vec::with_capacity(items.len());
            for item in items.iter() {
                kept.extend(remove_marked(budget, item, mark)?);
            }
            Ok(Some(Value::array(kept)))
        }
        Value::Object(entries) => {
            let mut kept = Vec::with_capacity(entries.len());
            for (key, value) in entries.iter() {
                kept.extend(remove_marked(budget, value, mark)?.map(|value| (key.clone(), value)));
            }
            Ok(Some(Value::object(kept)))
        }
        value if is_marked(value, mark) => Ok(None),
        value => Ok(Some(value.clone())),
    }
}

/// `setpath` and `delpaths` as functions.
pub(super) fn set_path_of(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    match arguments {
        [path, new] => set_path(budget, input.clone(), path, new.clone()),
        _ => Err(failed_on("setpath", &[], input, "two arguments are needed")),
    }
}

pub(super) fn delete_paths_of(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    delete_paths(budget, input.clone(), &arguments[0])
}
