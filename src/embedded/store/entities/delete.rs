//! Deletes entities. Entities that require a deleted one are deleted too or prevent the deletion; all others lose their
//! relation to it. The full set is determined before anything is deleted.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::{Value, json};

use super::members::damaged;
use super::read::existing;
use super::refusals;
use super::rename::forget_target;
use crate::catalog::wire::{Refusal, Writer};
use crate::domain::value::timestamp::Moment;
use crate::embedded::store::blueprints;
use crate::embedded::store::compiled_blueprint::CompiledBlueprint;
use crate::embedded::store::connection::Store;
use crate::embedded::store::entities::relation_paths::id_list;
use crate::embedded::store::error::Failure;

impl Store {
    pub fn delete_entity(
        &self,
        blueprint: &str,
        identifier: &str,
        delete_dependents: bool,
        writer: &Writer,
    ) -> Result<(), Failure> {
        self.delete_entities(blueprint, &[identifier.to_owned()], delete_dependents, writer).map(|_| ())
    }

    /// Deletes all or none. Returns those that were requested, without their dependents.
    pub fn delete_entities(
        &self,
        blueprint: &str,
        identifiers: &[String],
        delete_dependents: bool,
        _writer: &Writer,
    ) -> Result<Vec<String>, Failure> {
        self.write(|transaction| {
            self.delete_in(transaction, blueprint, identifiers, delete_dependents)?;
            Ok(identifiers.to_vec())
        })
    }

    /// Like `delete_entities`, in a transaction.
    pub(in crate::embedded::store) fn delete_in(
        &self,
        transaction: &Transaction<'_>,
        blueprint: &str,
        identifiers: &[String],
        delete_dependents: bool,
    ) -> Result<(), Failure> {
        let compiled = self.compiled(transaction, blueprint)?;
        let mut ids = Vec::with_capacity(identifiers.len());
        for identifier in identifiers {
            let row = existing(transaction, &compiled, identifier)?;
            if row.protected {
                return Err(refusals::protected_entity("delete", identifier).into());
            }
            ids.push(row.id);
        }
        let mut deletion = Deletion::new(self, transaction, ids);
        deletion.add_dependents(delete_dependents)?;
        deletion.run()
    }

    /// Deletes all entities of a blueprint, and optionally the blueprint. Refused if entities of other blueprints
    /// require them. The deletion is complete on return; the result is the id of its migration record.
    pub fn delete_all(&self, blueprint: &str, delete_blueprint: bool, writer: &Writer) -> Result<String, Failure> {
        self.write(|transaction| {
            let compiled = self.compiled(transaction, blueprint)?;
            let mut statement =
                transaction.prepare_cached("SELECT id FROM entities WHERE blueprint = ?1 AND NOT protected")?;
            let ids = statement.query_map(params![compiled.id], |row| row.get(0))?.collect::<Result<Vec<i64>, _>>()?;
            let count = ids.len();
            let mut deletion = Deletion::new(self, transaction, ids);
            deletion.add_dependents(false)?;
            deletion.run()?;
            if delete_blueprint {
                blueprints::remove(transaction, blueprint)?;
            }
            record(transaction, blueprint, delete_blueprint, count, writer)
        })
    }

    /// The migration record that `delete_all` created.
    pub fn migration(&self, id: &str) -> Result<Value, Failure> {
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached("SELECT body FROM migrations WHERE id = ?1")?;
            let body: Option<String> = statement.query_row(params![id], |row| row.get(0)).optional()?;
            let body = body.ok_or_else(|| Refusal::not_found("Migration", "id", id))?;
            Ok(serde_json::from_str(&body).map_err(|error| damaged(&error))?)
        })
    }
}

/// The set of entities that are deleted together.
struct Deletion<'f> {
    store: &'f Store,
    transaction: &'f Transaction<'f>,
    deleted: HashSet<i64>,
    /// Entities whose dependents are not collected yet.
    unvisited: Vec<i64>,
    blueprints: HashMap<i64, Arc<CompiledBlueprint>>,
}

/// An entity that points to a deleted one.
struct Pointer {
    source: i64,
    blueprint: i64,
    relation: String,
    protected: bool,
}

impl<'f> Deletion<'f> {
    fn new(store: &'f Store, transaction: &'f Transaction<'f>, ids: Vec<i64>) -> Self {
        let mut deleted = HashSet::with_capacity(ids.len());
        let unvisited = ids.into_iter().filter(|id| deleted.insert(*id)).collect();
        Self { store, transaction, deleted, unvisited, blueprints: HashMap::new() }
    }

    /// Adds all dependents, following required relations; refuses them if `delete_dependents` is not set.
    fn add_dependents(&mut self, delete_dependents: bool) -> Result<(), Failure> {
        while !self.unvisited.is_empty() {
            let level = std::mem::take(&mut self.unvisited);
            for pointer in self.pointers(&level)? {
                if self.deleted.contains(&pointer.source) || !self.requires(&pointer)? {
                    continue;
                }
                if !delete_dependents {
                    return Err(self.has_dependents(&level)?);
                }
                if pointer.protected {
                    let identifier = self.name(pointer.source)?;
                    return Err(refusals::protected_entity("delete", &identifier).into());
                }
                self.deleted.insert(pointer.source);
                self.unvisited.push(pointer.source);
            }
        }
        Ok(())
    }

    fn pointers(&self, targets: &[i64]) -> Result<Vec<Pointer>, Failure> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT l.source, e.blueprint, l.relation, e.protected \
             FROM json_each(?1) j CROSS JOIN links l ON l.target = j.value CROSS JOIN entities e ON e.id = l.source",
        )?;
        let rows = statement.query_map(params![id_list(targets)], |row| {
            Ok(Pointer { source: row.get(0)?, blueprint: row.get(1)?, relation: row.get(2)?, protected: row.get(3)? })
        })?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    fn requires(&mut self, pointer: &Pointer) -> Result<bool, Failure> {
        let compiled = match self.blueprints.get(&pointer.blueprint) {
            Some(known) => Arc::clone(known),
            None => {
                let compiled = self.store.compiled_by_id(self.transaction, pointer.blueprint)?;
                self.blueprints.insert(pointer.blueprint, Arc::clone(&compiled));
                compiled
            }
        };
        Ok(compiled.relation(&pointer.relation).is_some_and(|relation| relation.required))
    }

    fn name(&self, id: i64) -> Result<String, Failure> {
        let mut statement = self.transaction.prepare_cached("SELECT identifier FROM entities WHERE id = ?1")?;
        Ok(statement.query_row(params![id], |row| row.get(0))?)
    }

    /// A refusal that names the first dependents and their number.
    fn has_dependents(&mut self, targets: &[i64]) -> Result<Failure, Failure> {
        const MAX_NAMED: usize = 20;
        let mut dependents: BTreeMap<i64, i64> = BTreeMap::new();
        for pointer in self.pointers(targets)? {
            if !self.deleted.contains(&pointer.source) && self.requires(&pointer)? {
                dependents.insert(pointer.source, pointer.blueprint);
            }
        }
        let mut named = Vec::new();
        for (id, blueprint) in dependents.iter().take(MAX_NAMED) {
            let blueprint = self.blueprints.get(blueprint).map(|compiled| compiled.identifier());
            named.push(json!({"blueprint": blueprint, "identifier": self.name(*id)?}));
        }
        let count = dependents.len();
        let message = match count {
            1 => "Cannot delete: 1 entity requires what was to be deleted".to_owned(),
            count => format!("Cannot delete: {count} entities require what was to be deleted"),
        };
        Ok(Refusal::new(403, "has_dependents", message)
            .with_details(json!({"dependents": named, "count": count}))
            .into())
    }

    /// Removes relations to the deleted entities from those that are kept, then deletes.
    fn run(self) -> Result<(), Failure> {
        let mut ids = self.deleted.iter().copied().collect::<Vec<_>>();
        ids.sort_unstable();
        let staying = self.pointers(&ids)?.into_iter().filter(|pointer| !self.deleted.contains(&pointer.source));
        let sources = staying.map(|pointer| pointer.source).collect::<HashSet<_>>();
        forget_target(self.transaction, &sources, &self.deleted)?;
        // Links among the deleted entities are removed first, because foreign keys would prevent the deletion.
        let mut unlink = self.transaction.prepare_cached("DELETE FROM links WHERE source = ?1")?;
        let mut delete = self.transaction.prepare_cached("DELETE FROM entities WHERE id = ?1")?;
        for id in &ids {
            unlink.execute(params![id])?;
        }
        for id in &ids {
            delete.execute(params![id])?;
        }
        Ok(())
    }
}

fn record(
    transaction: &Transaction<'_>,
    blueprint: &str,
    delete_blueprint: bool,
    count: usize,
    writer: &Writer,
) -> Result<String, Failure> {
    let id: String =
        transaction.prepare_cached("SELECT lower(hex(randomblob(12)))")?.query_row([], |row| row.get(0))?;
    let id = format!("migration_{id}");
    let at = Moment(writer.now.0).to_string();
    let body = json!({
        "id": id,
        "actor": writer.id,
        "sourceBlueprint": blueprint,
        "deleteBlueprint": delete_blueprint,
        "status": "COMPLETED",
        "deletedEntities": count,
        "createdAt": at,
        "updatedAt": at,
    });
    let mut insert = transaction.prepare_cached("INSERT INTO migrations (id, body) VALUES (?1, ?2)")?;
    insert.execute(params![id, body.to_string()])?;
    Ok(id)
}
