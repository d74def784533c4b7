//! Reads the parts of a body, and words what does not match the route as Ajv does. A location is its path, `rules/0/value`;
//! the empty path is the body itself.

use serde_json::{Map, Value};

use crate::catalog::wire::Refusal;
use crate::domain::value::timestamp::Moment;

/// The longest key that a message repeats: one may be as long as a body.
const MAX_KEY: usize = 200;

/// The location as it appears in a message.
pub(in crate::embedded) fn name(at: &str) -> String {
    if at.is_empty() { "\"body\"".to_owned() } else { format!("\"{at}\"") }
}

pub(in crate::embedded) fn path(at: &str, key: &str) -> String {
    if at.is_empty() { key.to_owned() } else { format!("{at}/{key}") }
}

pub(in crate::embedded) fn must_be(word: &str, at: &str) -> Refusal {
    Refusal::invalid(format!("{} must be {word}", name(at)))
}

/// Requires all of these keys.
pub(in crate::embedded) fn needs(map: &Map<String, Value>, at: &str, keys: &[&str]) -> Result<(), Refusal> {
    match keys.iter().find(|key| !map.contains_key(**key)) {
        None => Ok(()),
        Some(key) if at.is_empty() => Err(Refusal::invalid(format!("must have required property '{key}'"))),
        Some(key) => Err(Refusal::invalid(format!("\"{at}\" must have required property '{key}'"))),
    }
}

/// Refuses all other keys.
pub(in crate::embedded) fn only(map: &Map<String, Value>, at: &str, keys: &[&str]) -> Result<(), Refusal> {
    match map.keys().find(|key| !keys.contains(&key.as_str())) {
        None => Ok(()),
        Some(key) => {
            let key: String = key.chars().take(MAX_KEY).collect();
            let place = if at.is_empty() { String::new() } else { format!("\"{at}\" ") };
            Err(Refusal::invalid(format!("{place}must NOT have additional properties, additional property: \"{key}\"")))
        }
    }
}

/// The body of a route that takes an object.
pub(in crate::embedded) fn object(body: Value) -> Result<Map<String, Value>, Refusal> {
    match body {
        Value::Object(body) => Ok(body),
        _ => Err(Refusal::invalid("must be object")),
    }
}

/// A text; null is the same as none.
pub(in crate::embedded) fn text<'a>(body: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, Refusal> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(must_be("string", key)),
    }
}

pub(in crate::embedded) fn moment(body: &Map<String, Value>, key: &str) -> Result<Option<Moment>, Refusal> {
    let Some(text) = text(body, key)? else { return Ok(None) };
    let moment = Moment::parse(text);
    moment.map(Some).ok_or_else(|| Refusal::invalid(format!("{} must match format \"date-time\"", name(key))))
}

/// A list of texts; a missing one is empty.
pub(in crate::embedded) fn texts(body: &Map<String, Value>, key: &str) -> Result<Vec<String>, Refusal> {
    let Some(value) = body.get(key) else { return Ok(Vec::new()) };
    let Value::Array(items) = value else { return Err(must_be("array", key)) };
    let text = |(at, item): (usize, &Value)| match item {
        Value::String(text) => Ok(text.clone()),
        _ => Err(must_be("string", &path(key, &at.to_string()))),
    };
    items.iter().enumerate().map(text).collect()
}
