//! Migrates stored entities when their blueprint changes: removed properties and relations are dropped, with their
//! links; a relation that becomes `many` is stored as a list. A change that would lose or falsify a value is refused.

use rusqlite::{Transaction, params};
use serde_json::{Map, Value};

use super::references::{entries, target};
use crate::embedded::store::error::Failure;

/// The maximum number of entities that a refusal names; the rest is only counted.
const MAX_NAMED: usize = 20;
/// The number of rows held in memory while they are rewritten.
const CHUNK: usize = 500;

/// One difference between two blueprints that affects entities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Change {
    PropertyRemoved(String),
    PropertyRetyped { name: String, from: String, to: String },
    PropertyRequired(String),
    RelationAdded { name: String, many: bool },
    RelationRemoved(String),
    RelationRetargeted { name: String, from: String, to: String },
    RelationWidened(String),
    RelationNarrowed(String),
    RelationRequired(String),
}

/// Entities that prevent a change.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Affected {
    pub count: u64,
    /// The first few identifiers, sorted.
    pub named: Vec<String>,
}

impl Change {
    /// Describes the change as a clause about the blueprint.
    pub(super) fn words(&self) -> String {
        match self {
            Self::PropertyRemoved(name) => format!("the property `{name}` is gone"),
            Self::PropertyRetyped { name, from, to } => {
                format!("the type of the property `{name}` changes from {from} to {to}")
            }
            Self::PropertyRequired(name) => format!("the property `{name}` is required"),
            Self::RelationAdded { name, .. } => format!("the relation `{name}` is there"),
            Self::RelationRemoved(name) => format!("the relation `{name}` is gone"),
            Self::RelationRetargeted { name, from, to } => {
                format!("the relation `{name}` points to `{to}` and no longer to `{from}`")
            }
            Self::RelationWidened(name) => format!("the relation `{name}` points to many"),
            Self::RelationNarrowed(name) => format!("the relation `{name}` points to one and no longer to many"),
            Self::RelationRequired(name) => format!("the relation `{name}` is required"),
        }
    }
}

pub(super) fn compare(old: &Map<String, Value>, new: &Map<String, Value>) -> Vec<Change> {
    let mut changes = Vec::new();
    let (was, is) = (section(old, "schema.properties"), section(new, "schema.properties"));
    for (name, property) in &was {
        match is.get(*name) {
            None => changes.push(Change::PropertyRemoved((*name).clone())),
            Some(now) => {
                let (from, to) = (word(property, "type"), word(now, "type"));
                if from != to {
                    changes.push(Change::PropertyRetyped { name: (*name).clone(), from, to });
                }
            }
        }
    }
    let required = |body: &Map<String, Value>| -> Vec<String> {
        let list = body.get("schema").and_then(|schema| schema.get("required")).and_then(Value::as_array);
        list.into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let before = required(old);
    changes.extend(required(new).into_iter().filter(|name| !before.contains(name)).map(Change::PropertyRequired));
    let (was, is) = (section(old, "relations"), section(new, "relations"));
    for (name, relation) in &was {
        match is.get(*name) {
            None => changes.push(Change::RelationRemoved((*name).clone())),
            Some(now) => changes.extend(compare_relations(name, relation, now)),
        }
    }
    for (name, relation) in &is {
        if !was.contains_key(*name) {
            changes.push(Change::RelationAdded { name: (*name).clone(), many: flag(relation, "many") });
            if flag(relation, "required") {
                changes.push(Change::RelationRequired((*name).clone()));
            }
        }
    }
    changes
}

fn compare_relations(name: &str, was: &Value, is: &Value) -> Vec<Change> {
    let mut changes = Vec::new();
    if target(was) != target(is) {
        let (from, to) = (target(was).to_owned(), target(is).to_owned());
        changes.push(Change::RelationRetargeted { name: name.to_owned(), from, to });
    }
    match (flag(was, "many"), flag(is, "many")) {
        (false, true) => changes.push(Change::RelationWidened(name.to_owned())),
        (true, false) => changes.push(Change::RelationNarrowed(name.to_owned())),
        (true, true) | (false, false) => {}
    }
    if flag(is, "required") && !flag(was, "required") {
        changes.push(Change::RelationRequired(name.to_owned()));
    }
    changes
}

fn section<'a>(body: &'a Map<String, Value>, key: &str) -> std::collections::BTreeMap<&'a String, &'a Value> {
    entries(body, key).collect()
}

fn word(property: &Value, key: &str) -> String {
    property.get(key).and_then(Value::as_str).unwrap_or_default().to_owned()
}

fn flag(relation: &Value, key: &str) -> bool {
    relation.get(key).and_then(Value::as_bool).unwrap_or_default()
}

/// The entities that prevent a change, because it would lose or falsify their values.
pub(super) fn obstacles(transaction: &Transaction<'_>, id: i64, change: &Change) -> Result<Affected, Failure> {
    match change {
        Change::PropertyRetyped { name, .. } => holders(transaction, id, "properties", Some(name), |map| {
            map.get(name).is_some_and(|value| !value.is_null())
        }),
        Change::RelationRetargeted { name, .. } => pointing(transaction, id, name, 1),
        Change::RelationNarrowed(name) => pointing(transaction, id, name, 2),
        Change::PropertyRemoved(_)
        | Change::PropertyRequired(_)
        | Change::RelationAdded { .. }
        | Change::RelationRemoved(_)
        | Change::RelationWidened(_)
        | Change::RelationRequired(_) => Ok(Affected { count: 0, named: Vec::new() }),
    }
}

/// The entities that lack what the change makes required. They are kept; their next write must provide it.
pub(super) fn lacking(transaction: &Transaction<'_>, id: i64, change: &Change) -> Result<Affected, Failure> {
    let lacks = |map: &Map<String, Value>, name: &String| map.get(name).is_none_or(Value::is_null);
    match change {
        Change::PropertyRequired(name) => holders(transaction, id, "properties", None, |map| lacks(map, name)),
        Change::RelationRequired(name) => holders(transaction, id, "relations", None, |map| lacks(map, name)),
        Change::PropertyRemoved(_)
        | Change::PropertyRetyped { .. }
        | Change::RelationAdded { .. }
        | Change::RelationRemoved(_)
        | Change::RelationRetargeted { .. }
        | Change::RelationWidened(_)
        | Change::RelationNarrowed(_) => Ok(Affected { count: 0, named: Vec::new() }),
    }
}

/// Migrates the stored entities; the caller has already checked for obstacles.
pub(super) fn perform(transaction: &Transaction<'_>, id: i64, change: &Change) -> Result<(), Failure> {
    match change {
        Change::PropertyRemoved(name) => {
            rewrite(transaction, id, "properties", Some(name), |map| map.shift_remove(name).is_some())
        }
        Change::RelationRemoved(name) => {
            transaction.execute(
                "DELETE FROM links WHERE relation = ?2 AND source IN (SELECT id FROM entities WHERE blueprint = ?1)",
                params![id, name],
            )?;
            rewrite(transaction, id, "relations", Some(name), |map| map.shift_remove(name).is_some())
        }
        Change::RelationWidened(name) => rewrite(transaction, id, "relations", Some(name), |map| {
            let Some(value) = map.get_mut(name) else { return false };
            *value = match value.take() {
                Value::Null => Value::Array(Vec::new()),
                list @ Value::Array(_) => list,
                one @ (Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => {
                    Value::Array(vec![one])
                }
            };
            true
        }),
        Change::RelationNarrowed(name) => rewrite(transaction, id, "relations", Some(name), |map| {
            let Some(value) = map.get_mut(name) else { return false };
            if let Value::Array(items) = value {
                *value = items.pop().unwrap_or_default();
            }
            true
        }),
        // Stored entities do not change: reads follow the current blueprint.
        Change::RelationAdded { .. }
        | Change::PropertyRetyped { .. }
        | Change::PropertyRequired(_)
        | Change::RelationRetargeted { .. }
        | Change::RelationRequired(_) => Ok(()),
    }
}

/// Edits one JSON column of a blueprint's entities; `edit` returns whether it changed anything. `key` restricts it to
/// rows whose text contains that key.
pub(super) fn rewrite(
    transaction: &Transaction<'_>,
    id: i64,
    column: &str,
    key: Option<&str>,
    mut edit: impl FnMut(&mut Map<String, Value>) -> bool,
) -> Result<(), Failure> {
    let mut update = transaction.prepare(&format!("UPDATE entities SET {column} = ?2 WHERE id = ?1"))?;
    let mut select = transaction.prepare(&format!(
        "SELECT id, identifier, {column} FROM entities
         WHERE blueprint = ?1 AND identifier > ?2 AND instr({column}, ?3) > 0 ORDER BY identifier LIMIT {CHUNK}"
    ))?;
    let needle = needle(key);
    let mut after = String::new();
    loop {
        // A whole chunk is read before any row of it is written, so that no changed row is read twice.
        let rows = select.query_map(params![id, after, needle], |row| {
            Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?, row.get::<_, String>(2)?))
        })?;
        let rows = rows.collect::<Result<Vec<_>, _>>()?;
        let Some((_, last, _)) = rows.last() else { return Ok(()) };
        after.clone_from(last);
        for (entity, _, text) in &rows {
            let mut map = object(text)?;
            if edit(&mut map) {
                let text = serde_json::to_string(&map).expect("keys are texts and numbers are finite");
                update.execute(params![entity, text])?;
            }
        }
    }
}

fn holders(
    transaction: &Transaction<'_>,
    id: i64,
    column: &str,
    key: Option<&str>,
    holds: impl Fn(&Map<String, Value>) -> bool,
) -> Result<Affected, Failure> {
    let mut select = transaction.prepare(&format!(
        "SELECT identifier, {column} FROM entities WHERE blueprint = ?1 AND instr({column}, ?2) > 0 ORDER BY identifier"
    ))?;
    let mut rows = select.query(params![id, needle(key)])?;
    let mut affected = Affected { count: 0, named: Vec::new() };
    while let Some(row) = rows.next()? {
        if holds(&object(row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?)?) {
            affected.count += 1;
            if affected.named.len() < MAX_NAMED {
                affected.named.push(row.get(0)?);
            }
        }
    }
    Ok(affected)
}

/// The entities that point to at least `least` others by a relation.
fn pointing(transaction: &Transaction<'_>, id: i64, relation: &str, least: i64) -> Result<Affected, Failure> {
    let mut select = transaction.prepare(
        "SELECT identifier FROM entities WHERE blueprint = ?1 AND
         (SELECT count(*) FROM links WHERE source = entities.id AND relation = ?2) >= ?3
         ORDER BY identifier",
    )?;
    let mut rows = select.query(params![id, relation, least])?;
    let mut affected = Affected { count: 0, named: Vec::new() };
    while let Some(row) = rows.next()? {
        affected.count += 1;
        if affected.named.len() < MAX_NAMED {
            affected.named.push(row.get(0)?);
        }
    }
    Ok(affected)
}

/// The key as it appears in compact JSON. A match elsewhere in the text only costs a needless parse.
fn needle(key: Option<&str>) -> String {
    key.map_or_else(String::new, |key| format!("{}:", Value::from(key)))
}

fn object(text: &str) -> Result<Map<String, Value>, Failure> {
    let parsed = serde_json::from_str(text);
    parsed.map_err(|error| {
        rusqlite::Error::FromSqlConversionFailure(0, rusqlite::types::Type::Text, Box::new(error)).into()
    })
}

/// The identifiers of the first few entities of a blueprint.
pub(super) fn first(transaction: &Transaction<'_>, id: i64) -> Result<Vec<String>, Failure> {
    let mut select =
        transaction.prepare("SELECT identifier FROM entities WHERE blueprint = ?1 ORDER BY identifier LIMIT ?2")?;
    let named = select.query_map(params![id, i64::try_from(MAX_NAMED).expect("it is small")], |row| row.get(0))?;
    Ok(named.collect::<Result<_, _>>()?)
}
