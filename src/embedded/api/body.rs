//! Messages for a body that does not match its route, in Ajv's words. A location is its path, `rules/0/value`; the
//! empty path is the body itself.

use serde_json::{Map, Value};

use crate::catalog::wire::Refusal;

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
            let place = if at.is_empty() { String::new() } else { format!("\"{at}\" ") };
            Err(Refusal::invalid(format!("{place}must NOT have additional properties, additional property: \"{key}\"")))
        }
    }
}
