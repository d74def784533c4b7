//! Exact JSON encoding of a value, for `#[serde(with = "exact")]`. Two things do not survive plain JSON and are written
//! as `{"$...": "text"}`: a float that is not a number or infinite, and values nested deeper than JSON readers allow.

use std::borrow::Cow;
use std::sync::Arc;

use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, Serializer};

use crate::domain::value::Value;

const FLOAT: &str = "$float";
/// JSON in a string: for values nested too deep, and for an object that looks like such an encoding.
const JSON: &str = "$json";
/// `serde_json` reads 128 levels, and a document has a few levels of its own.
const DEPTH_PLAIN: usize = 64;
/// The readers of manifests and catalogs reject values nested this deep.
const MAX_DEPTH: usize = 1024;

pub fn serialize<S: Serializer>(value: &Value, serializer: S) -> Result<S::Ok, S::Error> {
    encode(value).serialize(serializer)
}

/// Encodes values with their names.
pub fn serialize_all<S: Serializer>(values: &[(Arc<str>, Value)], serializer: S) -> Result<S::Ok, S::Error> {
    serializer.collect_seq(values.iter().map(|(name, value)| (name, encode(value))))
}

pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    decode(&Value::deserialize(deserializer)?).map_err(D::Error::custom)
}

/// Encodes a value; `decode` is its inverse. Nearly every value is its own encoding, and is not copied.
pub fn encode(value: &Value) -> Cow<'_, Value> {
    if is_plain(value, 0) { Cow::Borrowed(value) } else { Cow::Owned(encode_at(value, 0)) }
}

/// Whether the value is its own encoding.
fn is_plain(value: &Value, depth: usize) -> bool {
    match value {
        Value::Float(float) => float.is_finite(),
        Value::List(_) | Value::Map(_) if depth == DEPTH_PLAIN => false,
        Value::List(items) => items.iter().all(|item| is_plain(item, depth + 1)),
        Value::Map(entries) => !is_marked(entries) && entries.iter().all(|(_, value)| is_plain(value, depth + 1)),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Text(_) => true,
    }
}

fn encode_at(value: &Value, depth: usize) -> Value {
    match value {
        Value::Float(float) if !float.is_finite() => marked(FLOAT, float.to_string()),
        Value::List(_) | Value::Map(_) if depth == DEPTH_PLAIN => match encode_at(value, 0) {
            Value::Map(entries) if is_marked(&entries) => Value::Map(entries),
            shallow => in_a_text(&shallow),
        },
        Value::List(items) => Value::List(items.iter().map(|item| encode_at(item, depth + 1)).collect()),
        Value::Map(entries) => {
            let entry = |(name, value): &(Box<str>, Value)| (name.clone(), encode_at(value, depth + 1));
            let encoded = Value::Map(entries.iter().map(entry).collect());
            if is_marked(entries) { in_a_text(&encoded) } else { encoded }
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Text(_) => {
            value.clone()
        }
    }
}

fn is_marked(entries: &[(Box<str>, Value)]) -> bool {
    matches!(entries, [(name, _)] if matches!(name.as_ref(), FLOAT | JSON))
}

fn marked(mark: &str, text: String) -> Value {
    Value::Map([(mark.into(), Value::Text(text.into()))].into())
}

fn in_a_text(encoded: &Value) -> Value {
    marked(JSON, serde_json::to_string(encoded).expect("a value is JSON"))
}

/// Why a value cannot be decoded, as a clause.
type Fault = String;

pub fn decode(value: &Value) -> Result<Value, Fault> {
    decode_at(value, 0)
}

fn decode_at(value: &Value, depth: usize) -> Result<Value, Fault> {
    if depth > MAX_DEPTH {
        return Err("nested too deep".to_owned());
    }
    Ok(match value {
        Value::Map(entries) if is_marked(entries) => decode_marked(entries, depth)?,
        Value::Map(entries) => object(entries, depth)?,
        Value::List(items) => {
            Value::List(items.iter().map(|item| decode_at(item, depth + 1)).collect::<Result<_, _>>()?)
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Text(_) => {
            value.clone()
        }
    })
}

fn object(entries: &[(Box<str>, Value)], depth: usize) -> Result<Value, Fault> {
    let mut names: Vec<&str> = entries.iter().map(|(name, _)| name.as_ref()).collect();
    names.sort_unstable();
    if names.windows(2).any(|pair| pair[0] == pair[1]) {
        return Err("duplicate key".to_owned());
    }
    let entry = |(name, value): &(Box<str>, Value)| Ok((name.clone(), decode_at(value, depth + 1)?));
    Ok(Value::Map(entries.iter().map(entry).collect::<Result<_, Fault>>()?))
}

fn decode_marked(entries: &[(Box<str>, Value)], depth: usize) -> Result<Value, Fault> {
    let [(name, Value::Text(text))] = entries else { return Err("expected a string that encodes a value".to_owned()) };
    if name.as_ref() == FLOAT {
        return text.parse().map(Value::Float).map_err(|_| "`$float` is not a number".to_owned());
    }
    let inner: Value = serde_json::from_str(text).map_err(|fault| format!("`$json` is not JSON: {fault}"))?;
    match inner {
        // An object in here that looks like an encoding is an ordinary object.
        Value::Map(entries) if is_marked(&entries) => object(&entries, depth),
        Value::Map(_) | Value::List(_) => decode_at(&inner, depth + 1),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Text(_) => {
            Err("`$json` must be a list or an object".to_owned())
        }
    }
}
