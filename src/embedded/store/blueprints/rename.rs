//! Renames properties, relations and blueprints, and updates everything that uses the old name in all blueprints:
//! stored entities, required properties, paths of mirror properties and of ownership, and aggregations. Expressions of
//! calculation properties are not changed.

use rusqlite::{Transaction, params};
use serde_json::{Map, Value};

use super::record::{self, Stored};
use super::references::{entries, target};
use super::refusals::taken;
use super::shape::{COMPUTED, check_key};
use super::{change, protect};
use crate::catalog::wire::{Refusal, Writer};
use crate::embedded::store::error::Failure;

pub(super) fn property(
    transaction: &Transaction<'_>,
    identifier: &str,
    old: &str,
    new: &str,
    writer: &Writer,
) -> Result<Stored, Failure> {
    let mut stored = record::get(transaction, identifier)?;
    present(&stored, "schema.properties", "Property", old)?;
    if old == new {
        return Ok(stored);
    }
    check_key(new, "newPropertyName")?;
    protect::rename_part(&stored, "schema.properties", "property", old)?;
    name_is_free(&stored, new)?;
    if let Some(Value::Object(schema)) = stored.body.get_mut("schema") {
        move_key(schema, "properties", old, new);
        for name in schema.get_mut("required").and_then(Value::as_array_mut).into_iter().flatten() {
            if name == old {
                *name = new.into();
            }
        }
    }
    change::rewrite(transaction, stored.id, "properties", Some(old), |map| move_entry(map, old, new))?;
    let stored = record::update(transaction, stored.id, &stored.body, writer)?;
    let at = Place { blueprint: identifier, old, new };
    everywhere(transaction, writer, |shelf, body| at.ends_of_paths(shelf, body) | at.aggregated(body))?;
    record::get(transaction, &stored.identifier)
}

pub(super) fn relation(
    transaction: &Transaction<'_>,
    identifier: &str,
    old: &str,
    new: &str,
    writer: &Writer,
) -> Result<Stored, Failure> {
    let mut stored = record::get(transaction, identifier)?;
    present(&stored, "relations", "Relation", old)?;
    if old == new {
        return Ok(stored);
    }
    check_key(new, "newRelationIdentifier")?;
    if new.starts_with('_') {
        return Err(Refusal::new(422, "system_identifier_error", "Relation identifiers cannot start with \"_\"")
            .with_details(serde_json::json!({"identifiers": [new]}))
            .into());
    }
    protect::rename_part(&stored, "relations", "relation", old)?;
    if entries(&stored.body, "relations").any(|(name, _)| name == new) {
        return Err(taken("Relation", new).into());
    }
    // Paths are resolved by the old names, so they are changed before the relation is.
    let at = Place { blueprint: identifier, old, new };
    everywhere(transaction, writer, |shelf, body| at.hops_of_paths(shelf, body))?;
    stored.body = record::get(transaction, identifier)?.body;
    move_key(&mut stored.body, "relations", old, new);
    change::rewrite(transaction, stored.id, "relations", Some(old), |map| move_entry(map, old, new))?;
    transaction.execute(
        "UPDATE links SET relation = ?3
         WHERE relation = ?2 AND source IN (SELECT id FROM entities WHERE blueprint = ?1)",
        params![stored.id, old, new],
    )?;
    record::update(transaction, stored.id, &stored.body, writer)
}

pub(super) fn mirror(
    transaction: &Transaction<'_>,
    identifier: &str,
    old: &str,
    new: &str,
    writer: &Writer,
) -> Result<Stored, Failure> {
    let mut stored = record::get(transaction, identifier)?;
    present(&stored, "mirrorProperties", "Property", old)?;
    if old == new {
        return Ok(stored);
    }
    check_key(new, "newMirrorName")?;
    protect::rename_part(&stored, "mirrorProperties", "property", old)?;
    name_is_free(&stored, new)?;
    move_key(&mut stored.body, "mirrorProperties", old, new);
    record::update(transaction, stored.id, &stored.body, writer)?;
    let at = Place { blueprint: identifier, old, new };
    everywhere(transaction, writer, |shelf, body| at.ends_of_paths(shelf, body) | at.aggregated(body))?;
    record::get(transaction, identifier)
}

/// Makes the other blueprints refer to a renamed blueprint by its new identifier.
pub(super) fn blueprint(transaction: &Transaction<'_>, old: &str, new: &str, writer: &Writer) -> Result<(), Failure> {
    everywhere(transaction, writer, |_, body| retarget(body, old, new))
}

/// Changes the target of relations and aggregations; returns whether any were changed.
pub(super) fn retarget(body: &mut Map<String, Value>, old: &str, new: &str) -> bool {
    let mut changed = false;
    for section in ["relations", "aggregationProperties"] {
        let parts = body.get_mut(section).and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut);
        for part in parts.filter_map(Value::as_object_mut) {
            if part.get("target").is_some_and(|target| target == old) {
                part.insert("target".to_owned(), new.into());
                changed = true;
            }
        }
    }
    changed
}

/// Runs `edit` on each blueprint; it sees all blueprints in their old state.
fn everywhere(
    transaction: &Transaction<'_>,
    writer: &Writer,
    edit: impl Fn(&[Stored], &mut Map<String, Value>) -> bool,
) -> Result<(), Failure> {
    let shelf = record::all(transaction)?;
    for stored in &shelf {
        let mut body = stored.body.clone();
        if edit(&shelf, &mut body) {
            record::update(transaction, stored.id, &body, writer)?;
        }
    }
    Ok(())
}

/// The renamed element and its blueprint.
struct Place<'a> {
    blueprint: &'a str,
    old: &'a str,
    new: &'a str,
}

impl Place<'_> {
    /// Renames the last segment of every mirror path that ends in the blueprint.
    fn ends_of_paths(&self, shelf: &[Stored], body: &mut Map<String, Value>) -> bool {
        let start = body.clone();
        edit_paths(body, false, |path| {
            let (hops, last) = path.rsplit_once('.')?;
            let mut current = &start;
            for hop in hops.split('.') {
                current = step(shelf, current, hop)?;
            }
            let ends_here = current.get("identifier").is_some_and(|end| end == self.blueprint);
            (ends_here && last == self.old).then(|| format!("{hops}.{}", self.new))
        })
    }

    /// Renames every segment of a path that follows the relation from the blueprint.
    fn hops_of_paths(&self, shelf: &[Stored], body: &mut Map<String, Value>) -> bool {
        let start = body.clone();
        edit_paths(body, true, |path| {
            let mut current = Some(&start);
            let mut changed = false;
            let hop = |hop| {
                let here = current?;
                current = step(shelf, here, hop);
                let ours = here.get("identifier").is_some_and(|here| here == self.blueprint);
                changed |= ours && hop == self.old && current.is_some();
                Some(if ours && hop == self.old && current.is_some() { self.new } else { hop })
            };
            let hops: Vec<&str> = path.split('.').map(with_rest(hop)).collect();
            changed.then(|| hops.join("."))
        })
    }

    /// Renames the property in aggregations over the blueprint.
    fn aggregated(&self, body: &mut Map<String, Value>) -> bool {
        let mut changed = false;
        let parts = body.get_mut("aggregationProperties").and_then(Value::as_object_mut);
        for part in parts.into_iter().flat_map(Map::values_mut).filter(|part| target(part) == self.blueprint) {
            let property = part.get_mut("calculationSpec").and_then(|spec| spec.get_mut("property"));
            if let Some(property) = property.filter(|property| *property == self.old) {
                *property = self.new.into();
                changed = true;
            }
        }
        changed
    }
}

/// Applies `step` to a segment; keeps the segment if it returns `None`.
fn with_rest<'a>(mut step: impl FnMut(&'a str) -> Option<&'a str>) -> impl FnMut(&'a str) -> &'a str {
    move |hop| step(hop).unwrap_or(hop)
}

fn step<'a>(shelf: &'a [Stored], from: &Map<String, Value>, hop: &str) -> Option<&'a Map<String, Value>> {
    let (_, relation) = entries(from, "relations").find(|(name, _)| *name == hop)?;
    let at = shelf.binary_search_by(|stored| stored.identifier.as_str().cmp(target(relation))).ok()?;
    shelf.get(at).map(|stored| &stored.body)
}

/// Applies `edit` to every mirror path, and to the ownership path if `ownership` is set.
fn edit_paths(body: &mut Map<String, Value>, ownership: bool, mut edit: impl FnMut(&str) -> Option<String>) -> bool {
    let mut changed = false;
    let mut visit = |part: &mut Value| {
        if let Some(Value::String(path)) = part.get_mut("path")
            && let Some(edited) = edit(path)
        {
            *path = edited;
            changed = true;
        }
    };
    let mirrors = body.get_mut("mirrorProperties").and_then(Value::as_object_mut);
    mirrors.into_iter().flat_map(Map::values_mut).for_each(&mut visit);
    for key in ["ownership", "teamInheritance"] {
        if ownership && let Some(part) = body.get_mut(key) {
            visit(part);
        }
    }
    changed
}

fn present(stored: &Stored, section: &str, resource: &str, name: &str) -> Result<(), Failure> {
    if entries(&stored.body, section).any(|(other, _)| other == name) {
        return Ok(());
    }
    Err(Refusal::not_found(resource, "identifier", name).into())
}

fn name_is_free(stored: &Stored, name: &str) -> Result<(), Failure> {
    let used = ["schema.properties"]
        .iter()
        .chain(&COMPUTED)
        .any(|section| entries(&stored.body, section).any(|(other, _)| other == name));
    if used { Err(taken("Property", name).into()) } else { Ok(()) }
}

fn move_key(body: &mut Map<String, Value>, section: &str, old: &str, new: &str) {
    if let Some(Value::Object(map)) = body.get_mut(section) {
        move_entry(map, old, new);
    }
}

/// Renames a key without changing its position, because users see the order.
fn move_entry(map: &mut Map<String, Value>, old: &str, new: &str) -> bool {
    if !map.contains_key(old) {
        return false;
    }
    let entries = std::mem::take(map);
    *map = entries
        .into_iter()
        .map(|(key, value)| if key == old { (new.to_owned(), value) } else { (key, value) })
        .collect();
    true
}
