//! Protects system blueprints: their own structure cannot be changed. Everything else can be added, changed and
//! removed.

use serde_json::{Map, Value, json};

use super::record::Stored;
use super::references::entries;
use crate::catalog::wire::Refusal;
use crate::domain::blueprint::system;
use crate::embedded::store::error::Failure;

const SECTIONS: [(&str, &str); 4] = [
    ("schema.properties", "property"),
    ("mirrorProperties", "mirror property"),
    ("calculationProperties", "calculation property"),
    ("aggregationProperties", "aggregation property"),
];

/// The platform's part of a system blueprint. For one that only a live catalog has, the whole body is the platform's.
pub(super) fn structure(stored: &Stored) -> Map<String, Value> {
    match system::structure(&stored.identifier) {
        Some(Value::Object(structure)) if !system::is_partly_known(&stored.identifier) => structure,
        Some(_) | None => stored.body.clone(),
    }
}

pub(super) fn check(old: &Stored, new: &Map<String, Value>) -> Result<(), Failure> {
    if !old.system {
        return Ok(());
    }
    let structure = structure(old);
    let changed = |section: &str, name: &String| {
        let now = entries(new, section).find(|(other, _)| *other == name).map(|(_, value)| value);
        let before = entries(&old.body, section).find(|(other, _)| *other == name).map(|(_, value)| value);
        before.is_some() && now != before
    };
    if entries(&structure, "relations").any(|(name, _)| changed("relations", name)) {
        let words = format!("Cannot edit the system relations of \"{}\" blueprint", old.identifier);
        let current: Vec<&String> = entries(&old.body, "relations").map(|(name, _)| name).collect();
        return Err(violation(words, json!({"currentRelations": current})));
    }
    for (section, word) in SECTIONS {
        if let Some((name, _)) = entries(&structure, section).find(|(name, _)| changed(section, name)) {
            let title = old.body.get("title").and_then(Value::as_str).unwrap_or(&old.identifier);
            let words = format!("The {word} {name} of {title} blueprint cannot be modified");
            return Err(violation(words, json!({"blueprint": old.identifier})));
        }
    }
    Ok(())
}

pub(super) fn rename(old: &Stored) -> Result<(), Failure> {
    if !old.system {
        return Ok(());
    }
    let words = format!("Cannot update blueprint \"{}\" as it is marked protected", old.identifier);
    Err(Refusal::protected("update", "Blueprint", &old.identifier, words).into())
}

/// Refuses to rename a part of the structure.
pub(super) fn rename_part(old: &Stored, section: &str, word: &str, name: &str) -> Result<(), Failure> {
    if !old.system || !entries(&structure(old), section).any(|(other, _)| other == name) {
        return Ok(());
    }
    let words = format!("Cannot update {word} \"{name}\" as it is marked protected");
    Err(Refusal::protected("update", word, name, words).into())
}

fn violation(words: String, details: Value) -> Failure {
    Refusal::new(422, "protected_blueprint_violation", words).with_details(details).into()
}
