//! Blueprints: created, changed, renamed and deleted. A change migrates the stored entities in the same transaction;
//! one that would damage them is refused.

mod apply_snapshot;
mod change;
mod protect;
mod record;
mod references;
mod refusals;
mod rename;
mod shape;
#[cfg(test)]
mod tests;

use rusqlite::Transaction;
use serde_json::{Map, Value, json};

use super::connection::Store;
use super::error::Failure;
use crate::catalog::wire::{Refusal, Writer};
use crate::domain::entity::identifier::is_reserved;
use record::identifier_of;
use refusals::{dependents, reserved, taken};

pub use apply_snapshot::{BlueprintConflict, SnapshotChanges};

/// Maps that a PATCH merges by key; it replaces every other key.
const MERGED: [&str; 4] = ["relations", "mirrorProperties", "calculationProperties", "aggregationProperties"];

impl Store {
    /// All blueprints, including system blueprints, sorted by identifier.
    pub fn blueprints(&self) -> Result<Vec<Value>, Failure> {
        self.read(|transaction| Ok(record::all(transaction)?.iter().map(record::Stored::to_json).collect()))
    }

    pub fn blueprint(&self, identifier: &str) -> Result<Value, Failure> {
        self.read(|transaction| Ok(record::get(transaction, identifier)?.to_json()))
    }

    pub fn create_blueprint(&self, body: Value, writer: &Writer) -> Result<Value, Failure> {
        shape::check(&body)?;
        let body = record::whole(object(body)?);
        let identifier = identifier_of(&body).to_owned();
        self.write(|transaction| {
            free(transaction, &identifier)?;
            if is_reserved(&identifier) {
                return Err(reserved(&identifier).into());
            }
            references::check(transaction, &body)?;
            Ok(record::insert(transaction, &body, false, writer)?.to_json())
        })
    }

    /// PUT: the body is the whole blueprint.
    pub fn replace_blueprint(&self, identifier: &str, body: Value, writer: &Writer) -> Result<Value, Failure> {
        self.write(|transaction| {
            let old = record::get(transaction, identifier)?;
            let mut body = object(body)?;
            body.entry("identifier").or_insert_with(|| identifier.into());
            Ok(settle(transaction, &old, body, writer)?.to_json())
        })
    }

    /// PATCH: keys that the body does not contain are kept. Properties, relations and computed properties are merged by
    /// name; a null removes one.
    pub fn patch_blueprint(&self, identifier: &str, body: Value, writer: &Writer) -> Result<Value, Failure> {
        self.write(|transaction| {
            let old = record::get(transaction, identifier)?;
            let merged = merge(old.body.clone(), object(body)?)?;
            Ok(settle(transaction, &old, merged, writer)?.to_json())
        })
    }

    /// Deletes a blueprint; refused if it has entities or another blueprint refers to it.
    pub fn delete_blueprint(&self, identifier: &str, _writer: &Writer) -> Result<(), Failure> {
        self.write(|transaction| remove(transaction, identifier))?;
        self.cache().forget(identifier);
        Ok(())
    }

    pub fn rename_property(&self, id: &str, old: &str, new: &str, writer: &Writer) -> Result<Value, Failure> {
        self.write(|transaction| Ok(rename::property(transaction, id, old, new, writer)?.to_json()))
    }

    pub fn rename_relation(&self, id: &str, old: &str, new: &str, writer: &Writer) -> Result<Value, Failure> {
        self.write(|transaction| Ok(rename::relation(transaction, id, old, new, writer)?.to_json()))
    }

    pub fn rename_mirror(&self, id: &str, old: &str, new: &str, writer: &Writer) -> Result<Value, Failure> {
        self.write(|transaction| Ok(rename::mirror(transaction, id, old, new, writer)?.to_json()))
    }

    /// The platform's part of a system blueprint.
    pub fn system_structure(&self, identifier: &str) -> Result<Value, Failure> {
        self.read(|transaction| {
            let stored = record::find(transaction, identifier)?.filter(|stored| stored.system);
            let Some(stored) = stored else {
                return Err(Refusal::not_found("Blueprint", "identifier", identifier).into());
            };
            Ok(Value::Object(protect::structure(&stored)))
        })
    }

    /// Replaces the store's blueprints with `given`, in any order and with any cycles. They are not validated; a change
    /// that stored entities prevent is not made and is reported. `None`: `given` equals the last snapshot applied, so
    /// nothing is done and later changes in the store are kept.
    pub fn apply_snapshot(&self, given: Vec<Value>, writer: &Writer) -> Result<Option<SnapshotChanges>, Failure> {
        if self.has_applied_snapshot(&given)? {
            return Ok(None);
        }
        let digest = apply_snapshot::digest(&given);
        let given = apply_snapshot::read(given)?;
        self.write(|transaction| {
            let changes = apply_snapshot::apply(transaction, &given, writer)?;
            apply_snapshot::record_digest(transaction, digest)?;
            Ok(Some(changes))
        })
    }

    /// Whether these are the blueprints of the last snapshot applied.
    pub fn has_applied_snapshot(&self, given: &[Value]) -> Result<bool, Failure> {
        Ok(self.read(apply_snapshot::last_digest)? == Some(apply_snapshot::digest(given)))
    }
}

/// Deletes a blueprint in a transaction that may have deleted its entities before.
pub(super) fn remove(transaction: &Transaction<'_>, identifier: &str) -> Result<(), Failure> {
    let stored = record::get(transaction, identifier)?;
    if stored.system {
        let words = format!("Cannot delete blueprint \"{identifier}\" as it is marked protected");
        return Err(Refusal::protected("delete", "Blueprint", identifier, words).into());
    }
    if stored.entities > 0 {
        let words =
            format!("Blueprint \"{identifier}\" has {} dependent entities: delete them before it", stored.entities);
        return Err(dependents(words, json!({"blueprint": identifier, "entities": stored.entities})));
    }
    let mut pointing = Vec::new();
    for other in record::all(transaction)?.into_iter().filter(|other| other.id != stored.id) {
        if references::entries(&other.body, "relations").any(|(_, relation)| references::target(relation) == identifier)
        {
            pointing.push(other.identifier);
        }
    }
    if !pointing.is_empty() {
        let words = format!("Blueprint \"{identifier}\" is the target of relations of {}", pointing.join(", "));
        return Err(dependents(words, json!({"blueprint": identifier, "blueprints": pointing})));
    }
    record::delete(transaction, stored.id)
}

/// Writes a changed body and migrates the stored entities.
fn settle(
    transaction: &Transaction<'_>,
    old: &record::Stored,
    body: Map<String, Value>,
    writer: &Writer,
) -> Result<record::Stored, Failure> {
    let body = Value::Object(body);
    shape::check(&body)?;
    let mut body = record::whole(object(body)?);
    let identifier = identifier_of(&body).to_owned();
    let mut before = old.body.clone();
    if identifier != old.identifier {
        protect::rename(old)?;
        free(transaction, &identifier)?;
        if is_reserved(&identifier) {
            return Err(reserved(&identifier).into());
        }
        // On a rename, a blueprint that refers to itself then refers to its new identifier.
        rename::retarget(&mut body, &old.identifier, &identifier);
        rename::retarget(&mut before, &old.identifier, &identifier);
    }
    protect::check(old, &body)?;
    references::check(transaction, &body)?;
    for change in change::compare(&before, &body) {
        refuse(transaction, old, &change)?;
        change::perform(transaction, old.id, &change)?;
    }
    let stored = record::update(transaction, old.id, &body, writer)?;
    if stored.identifier != old.identifier {
        rename::blueprint(transaction, &old.identifier, &stored.identifier, writer)?;
    }
    Ok(stored)
}

fn refuse(transaction: &Transaction<'_>, old: &record::Stored, change: &change::Change) -> Result<(), Failure> {
    if let change::Change::PropertyRetyped { name, from, to } = change {
        let words = format!("The type of property \"{name}\" cannot be changed from \"{from}\" to \"{to}\"");
        let details = json!({"blueprint": old.identifier, "propertyName": name, "from": from, "to": to});
        return Err(Refusal::invalid(words).with_details(details).into());
    }
    let affected = change::obstacles(transaction, old.id, change)?;
    if affected.count == 0 {
        return Ok(());
    }
    let (code, words) = match change {
        change::Change::RelationNarrowed(name) => (
            "relation_many_violation",
            format!("Relation \"{name}\" cannot become single: {} entities relate to more than one", affected.count),
        ),
        change::Change::RelationRetargeted { name, .. } => (
            "invalid_request",
            format!("The target of relation \"{name}\" cannot be changed: {} entities relate by it", affected.count),
        ),
        change::Change::PropertyRemoved(_)
        | change::Change::PropertyRetyped { .. }
        | change::Change::PropertyRequired(_)
        | change::Change::RelationAdded { .. }
        | change::Change::RelationRemoved(_)
        | change::Change::RelationWidened(_)
        | change::Change::RelationRequired(_) => return Ok(()),
    };
    let details = json!({"blueprint": old.identifier, "entities": affected.named});
    Err(Refusal::new(422, code, words).with_details(details).into())
}

fn merge(mut body: Map<String, Value>, patch: Map<String, Value>) -> Result<Map<String, Value>, Refusal> {
    for (key, value) in patch {
        if MERGED.contains(&key.as_str()) {
            add(&mut body, &key, value)?;
        } else if key == "schema" {
            let Value::Object(patch) = value else { return Err(Refusal::invalid("\"schema\" must be object")) };
            let schema = body.entry("schema").or_insert_with(|| Value::Object(Map::new()));
            let Value::Object(schema) = schema else { continue };
            for (key, value) in patch {
                if key == "properties" {
                    add(schema, &key, value)?;
                } else {
                    schema.insert(key, value);
                }
            }
            prune_required(schema);
        } else if value.is_null() {
            body.remove(&key);
        } else {
            body.insert(key, value);
        }
    }
    Ok(body)
}

/// Merges the entries of `patch` into the map `body[key]`; null removes an entry.
fn add(body: &mut Map<String, Value>, key: &str, patch: Value) -> Result<(), Refusal> {
    let Value::Object(patch) = patch else { return Err(Refusal::invalid(format!("\"{key}\" must be object"))) };
    let map = body.entry(key).or_insert_with(|| Value::Object(Map::new()));
    let Value::Object(map) = map else { return Ok(()) };
    for (name, value) in patch {
        if value.is_null() {
            map.shift_remove(&name);
        } else {
            map.insert(name, value);
        }
    }
    Ok(())
}

/// A property that a PATCH removed is no longer required.
fn prune_required(schema: &mut Map<String, Value>) {
    let names: Vec<String> =
        schema.get("properties").and_then(Value::as_object).into_iter().flat_map(Map::keys).cloned().collect();
    if let Some(Value::Array(required)) = schema.get_mut("required") {
        required.retain(|name| name.as_str().is_none_or(|name| names.iter().any(|other| other == name)));
    }
}

fn free(transaction: &Transaction<'_>, identifier: &str) -> Result<(), Failure> {
    match record::find(transaction, identifier)? {
        None => Ok(()),
        Some(_) => Err(taken("Blueprint", identifier).into()),
    }
}

fn object(body: Value) -> Result<Map<String, Value>, Refusal> {
    match body {
        Value::Object(body) => Ok(body),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) => {
            Err(Refusal::invalid("\"body\" must be object"))
        }
    }
}
