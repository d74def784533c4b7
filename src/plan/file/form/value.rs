//! Exact encoding of a property value in a plan file. Two things do not survive plain JSON and are written as `{"$...":
//! "text"}`: a float that the reader would round differently, and values nested deeper than the reader allows.

use crate::domain::value::Value;

use super::reading::{Flaw, Read};
use super::writing::{map, text};

const FLOAT: &str = "$float";
/// JSON in a string: for values nested too deep, and for an object that looks like such an encoding.
const JSON: &str = "$json";
/// The reader allows 128 levels, and the file has a few levels of its own.
const DEEPEST: usize = 64;
/// The readers of manifests and catalogs reject values nested this deep.
const BOTTOM: usize = 1024;

pub(in crate::plan::file) fn write(value: &Value) -> Value {
    write_at(value, 0)
}

fn write_at(value: &Value, depth: usize) -> Value {
    match value {
        Value::Float(float) if !comes_back(*float) => map([(FLOAT, text(&float.to_string()))]),
        Value::List(_) | Value::Map(_) if depth == DEEPEST => match write_at(value, 0) {
            Value::Map(entries) if is_marked(&entries) => Value::Map(entries),
            shallow => in_a_text(&shallow),
        },
        Value::List(items) => Value::List(items.iter().map(|item| write_at(item, depth + 1)).collect()),
        Value::Map(entries) => {
            let entry = |(name, value): &(Box<str>, Value)| (name.clone(), write_at(value, depth + 1));
            let written = Value::Map(entries.iter().map(entry).collect());
            if is_marked(entries) { in_a_text(&written) } else { written }
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Text(_) => {
            value.clone()
        }
    }
}

fn comes_back(float: f64) -> bool {
    let Ok(text) = serde_json::to_string(&float) else { return false };
    let read: Result<Value, _> = serde_json::from_str(&text);
    matches!(read, Ok(Value::Float(read)) if read.to_bits() == float.to_bits())
}

fn is_marked(entries: &[(Box<str>, Value)]) -> bool {
    matches!(entries, [(name, _)] if matches!(name.as_ref(), FLOAT | JSON))
}

fn in_a_text(written: &Value) -> Value {
    map([(JSON, Value::Text(serde_json::to_string(written).expect("a value is JSON").into()))])
}

pub(in crate::plan::file) fn read(value: &Value) -> Read<Value> {
    read_at(value, 0)
}

fn read_at(value: &Value, depth: usize) -> Read<Value> {
    if depth > BOTTOM {
        return Err(Flaw::new("nested too deep"));
    }
    Ok(match value {
        Value::Map(entries) if is_marked(entries) => marked(entries, depth)?,
        Value::Map(entries) => object(entries, depth)?,
        Value::List(items) => Value::List(items.iter().map(|item| read_at(item, depth + 1)).collect::<Read<_>>()?),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Text(_) => {
            value.clone()
        }
    })
}

fn object(entries: &[(Box<str>, Value)], depth: usize) -> Read<Value> {
    let mut names: Vec<&str> = entries.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err(Flaw::new("duplicate key"));
    }
    let entry = |(name, value): &(Box<str>, Value)| Ok((name.clone(), read_at(value, depth + 1)?));
    Ok(Value::Map(entries.iter().map(entry).collect::<Read<_>>()?))
}

fn marked(entries: &[(Box<str>, Value)], depth: usize) -> Read<Value> {
    let [(name, Value::Text(text))] = entries else { return Err(Flaw::new("expected a string that encodes a value")) };
    if name.as_ref() == FLOAT {
        return text.parse().map(Value::Float).map_err(|_| Flaw::new("`$float` is not a number"));
    }
    let inner: Value =
        serde_json::from_str(text).map_err(|fault| Flaw::new(format!("`$json` is not JSON: {fault}")))?;
    match inner {
        // An object in here that looks like an encoding is an ordinary object.
        Value::Map(entries) if is_marked(&entries) => object(&entries, depth),
        Value::Map(_) | Value::List(_) => read_at(&inner, depth + 1),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Text(_) => {
            Err(Flaw::new("`$json` must be a list or an object"))
        }
    }
}
