//! Replaces the store's blueprints with those of a snapshot. They come from a live catalog, so they are not validated;
//! but a change that stored entities prevent is not made.

use std::collections::{BTreeMap, BTreeSet};

use rusqlite::{OptionalExtension, Transaction};
use serde_json::{Map, Value};

use super::change::{self, Affected};
use super::record::{self, Stored, identifier_of};
use super::references::{entries, target};
use crate::catalog::wire::{Refusal, Writer};
use crate::domain::entity::identifier::{check_blueprint_identifier, is_reserved};
use crate::embedded::store::error::Failure;
use crate::text::fnv;

/// What changed; each list is sorted.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct SnapshotChanges {
    pub created: Vec<String>,
    pub changed: Vec<String>,
    pub removed: Vec<String>,
    pub conflicts: Vec<BlueprintConflict>,
}

/// A blueprint of the snapshot that contradicts stored entities.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BlueprintConflict {
    pub blueprint: String,
    /// A clause: "the type of the property `tier` changes from number to string".
    pub reason: String,
    /// The blueprint was not changed. Otherwise it was, and the entities lack what it now requires.
    pub is_kept: bool,
    /// The first few identifiers, sorted.
    pub entities: Vec<String>,
    pub count: u64,
}

/// Blueprint bodies by identifier.
pub(super) type SnapshotBlueprints = BTreeMap<String, Map<String, Value>>;

pub(super) fn apply(
    transaction: &Transaction<'_>,
    given: &SnapshotBlueprints,
    writer: &Writer,
) -> Result<SnapshotChanges, Failure> {
    let mut changes = SnapshotChanges::default();
    for (identifier, body) in given {
        match record::find(transaction, identifier)? {
            None => {
                record::insert(transaction, body, is_reserved(identifier), writer)?;
                changes.created.push(identifier.clone());
            }
            Some(stored) => change_one(transaction, &stored, body, writer, &mut changes)?,
        }
    }
    remove_missing(transaction, given, &mut changes)?;
    Ok(changes)
}

/// A digest of the blueprints, independent of their order.
pub(super) fn digest(given: &[Value]) -> i64 {
    let mut texts: Vec<String> = given.iter().map(Value::to_string).collect();
    texts.sort_unstable();
    fnv::hash(texts.iter().flat_map(|text| text.bytes().chain([0]))).cast_signed()
}

/// The digest of the last snapshot applied.
pub(super) fn last_digest(transaction: &Transaction<'_>) -> Result<Option<i64>, Failure> {
    Ok(transaction.query_row("SELECT digest FROM followed", [], |row| row.get(0)).optional()?)
}

pub(super) fn record_digest(transaction: &Transaction<'_>, digest: i64) -> Result<(), Failure> {
    transaction.execute("INSERT OR REPLACE INTO followed (id, digest) VALUES (1, ?1)", [digest])?;
    Ok(())
}

/// Parses the bodies. Two bodies for one identifier are an error.
pub(super) fn read(given: Vec<Value>) -> Result<SnapshotBlueprints, Failure> {
    let mut bodies = BTreeMap::new();
    for value in given {
        let Value::Object(body) = value else { return Err(Refusal::invalid("a blueprint must be object").into()) };
        let identifier = identifier_of(&body).to_owned();
        if check_blueprint_identifier(&identifier).is_err() {
            return Err(Refusal::invalid(format!("\"{identifier}\" is no identifier of a blueprint")).into());
        }
        let body = record::whole(readable(body));
        if bodies.insert(identifier.clone(), body).is_some() {
            return Err(Refusal::invalid(format!("the blueprint \"{identifier}\" is given twice")).into());
        }
    }
    Ok(bodies)
}

/// Drops sections that are not objects, because all later code relies on their type.
fn readable(mut body: Map<String, Value>) -> Map<String, Value> {
    let sections = ["relations", "mirrorProperties", "calculationProperties", "aggregationProperties", "schema"];
    body.retain(|key, value| !sections.contains(&key.as_str()) || value.is_object());
    if let Some(Value::Object(schema)) = body.get_mut("schema") {
        schema.retain(|key, value| match key.as_str() {
            "properties" => value.is_object(),
            "required" => value.is_array(),
            _ => true,
        });
    }
    if let Some(Value::Object(relations)) = body.get_mut("relations") {
        relations.retain(|_, relation| !target(relation).is_empty());
    }
    body
}

fn change_one(
    transaction: &Transaction<'_>,
    stored: &Stored,
    body: &Map<String, Value>,
    writer: &Writer,
    snapshot_changes: &mut SnapshotChanges,
) -> Result<(), Failure> {
    if stored.body == *body {
        return Ok(());
    }
    let changes = change::compare(&stored.body, body);
    let conflict = |change: &change::Change, affected: Affected, is_kept| BlueprintConflict {
        blueprint: stored.identifier.clone(),
        reason: change.words(),
        is_kept,
        entities: affected.named,
        count: affected.count,
    };
    let mut obstacles = Vec::new();
    for change in &changes {
        let affected = change::obstacles(transaction, stored.id, change)?;
        if affected.count > 0 {
            obstacles.push(conflict(change, affected, true));
        }
    }
    if !obstacles.is_empty() {
        snapshot_changes.conflicts.extend(obstacles);
        return Ok(());
    }
    for change in &changes {
        change::perform(transaction, stored.id, change)?;
        let affected = change::lacking(transaction, stored.id, change)?;
        if affected.count > 0 {
            snapshot_changes.conflicts.push(conflict(change, affected, false));
        }
    }
    record::update(transaction, stored.id, body, writer)?;
    snapshot_changes.changed.push(stored.identifier.clone());
    Ok(())
}

/// Removes blueprints that are not in the snapshot, except system blueprints, those with entities, and those that a
/// kept blueprint refers to.
fn remove_missing(
    transaction: &Transaction<'_>,
    given: &SnapshotBlueprints,
    changes: &mut SnapshotChanges,
) -> Result<(), Failure> {
    let all = record::all(transaction)?;
    let by_name: BTreeMap<&str, &Stored> = all.iter().map(|stored| (stored.identifier.as_str(), stored)).collect();
    let surplus = |stored: &Stored| !stored.system && !given.contains_key(&stored.identifier);
    let mut kept: BTreeSet<&str> = BTreeSet::new();
    let mut open: Vec<&str> = all
        .iter()
        .filter(|stored| !surplus(stored) || stored.entities > 0)
        .map(|stored| stored.identifier.as_str())
        .collect();
    while let Some(name) = open.pop() {
        if kept.insert(name)
            && let Some(stored) = by_name.get(name)
        {
            open.extend(entries(&stored.body, "relations").map(|(_, relation)| target(relation)));
        }
    }
    for stored in all.iter().filter(|stored| surplus(stored)) {
        if !kept.contains(stored.identifier.as_str()) {
            record::delete(transaction, stored.id)?;
            changes.removed.push(stored.identifier.clone());
        } else if stored.entities > 0 {
            changes.conflicts.push(BlueprintConflict {
                blueprint: stored.identifier.clone(),
                reason: "the blueprint is gone".to_owned(),
                is_kept: true,
                entities: change::first(transaction, stored.id)?,
                count: stored.entities,
            });
        }
    }
    changes.conflicts.sort_by(|a, b| (&a.blueprint, &a.reason).cmp(&(&b.blueprint, &b.reason)));
    Ok(())
}
