//! Creates and updates entities: one at a time, or many in one transaction. Everything that can be refused is refused
//! in `Upsert::compute`, before the first row is written, so a refused entity of a batch requires no rollback.

use std::cell::Cell;
use std::sync::Arc;

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::Value;
use serde_json::value::RawValue;

use super::links::relink;
use super::query;
use super::read::existing;
use super::record_changes::record_changes;
use super::refusals;
use super::rename::rename_in_sources;
use super::row::{Row, find_id};
use crate::catalog::wire::{EntityDraft, IdentifierRef, Refusal, WriteOptions, Writer, Written};
use crate::domain::entity::fields::Texts;
use crate::embedded::api::{ComputedParts, Shape};
use crate::embedded::store::compiled_blueprint::CompiledBlueprint;
use crate::embedded::store::connection::Store;
use crate::embedded::store::entities::upsert::{EntityState, Upsert};
use crate::embedded::store::error::Failure;

/// The kind of API call.
#[derive(Debug, Clone, Copy)]
pub(in crate::embedded::store) enum WriteMethod<'a> {
    Post,
    /// The identifier in the URL path.
    Put(&'a str),
    Patch(&'a str),
}

impl Store {
    /// POST: returns the new state, and whether the entity is new.
    pub fn create_entity(
        &self,
        blueprint: &str,
        draft: &EntityDraft,
        options: &WriteOptions,
        writer: &Writer,
    ) -> Result<(Box<RawValue>, bool), Failure> {
        self.write_entity(blueprint, WriteMethod::Post, draft, options, writer)
    }

    /// PUT: the draft is the whole entity.
    pub fn replace_entity(
        &self,
        blueprint: &str,
        identifier: &str,
        draft: &EntityDraft,
        options: &WriteOptions,
        writer: &Writer,
    ) -> Result<Box<RawValue>, Failure> {
        self.write_entity(blueprint, WriteMethod::Put(identifier), draft, options, writer).map(|(entity, _)| entity)
    }

    /// PATCH: values that the draft does not contain are kept.
    pub fn patch_entity(
        &self,
        blueprint: &str,
        identifier: &str,
        draft: &EntityDraft,
        options: &WriteOptions,
        writer: &Writer,
    ) -> Result<Box<RawValue>, Failure> {
        self.write_entity(blueprint, WriteMethod::Patch(identifier), draft, options, writer).map(|(entity, _)| entity)
    }

    /// Writes each entity separately, in order; each sees those before it. The result of an unreadable draft is at its
    /// index.
    pub fn bulk_upsert(
        &self,
        blueprint: &str,
        drafts: Vec<Result<EntityDraft, Refusal>>,
        options: &WriteOptions,
        writer: &Writer,
    ) -> Result<Vec<Result<Written, Refusal>>, Failure> {
        self.write_or_try(options.validation_only, |transaction| {
            let compiled = self.writable(transaction, blueprint)?;
            let entity_writer = EntityWriter::new(self, transaction, &compiled, options, writer);
            let mut results = Vec::with_capacity(drafts.len());
            for draft in drafts {
                let written =
                    draft.map_err(Failure::from).and_then(|draft| entity_writer.write(WriteMethod::Post, &draft));
                results.push(match written {
                    Ok((identifier, created)) => Ok(Written { identifier, created }),
                    Err(Failure::Refused(refusal)) => Err(*refusal),
                    Err(Failure::Store(error)) => return Err(error.into()),
                });
            }
            Ok(results)
        })
    }

    fn write_entity(
        &self,
        blueprint: &str,
        method: WriteMethod<'_>,
        draft: &EntityDraft,
        options: &WriteOptions,
        writer: &Writer,
    ) -> Result<(Box<RawValue>, bool), Failure> {
        self.write_or_try(options.validation_only, |transaction| {
            let (identifier, created) = self.write_one(transaction, blueprint, method, draft, options, writer)?;
            let row = existing(transaction, &*self.compiled(transaction, blueprint)?, &identifier)?;
            let shape = Shape { computed: ComputedParts::Mirrors, ..Shape::default() };
            Ok((self.render_one(transaction, row, &shape)?, created))
        })
    }

    /// Writes in a transaction; returns the current identifier, and whether the entity is new.
    pub(in crate::embedded::store) fn write_one(
        &self,
        transaction: &Transaction<'_>,
        blueprint: &str,
        method: WriteMethod<'_>,
        draft: &EntityDraft,
        options: &WriteOptions,
        writer: &Writer,
    ) -> Result<(String, bool), Failure> {
        let compiled = self.writable(transaction, blueprint)?;
        EntityWriter::new(self, transaction, &compiled, options, writer).write(method, draft)
    }

    /// Like `write`; a validation-only call is rolled back.
    fn write_or_try<T>(
        &self,
        is_try: bool,
        method: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if is_try { self.write_and_undo(method) } else { self.write(method) }
    }

    /// The blueprint, if clients may write its entities.
    pub(super) fn writable(
        &self,
        transaction: &Transaction<'_>,
        blueprint: &str,
    ) -> Result<Arc<CompiledBlueprint>, Failure> {
        let compiled = self.compiled(transaction, blueprint)?;
        if compiled.is_protected() {
            return Err(refusals::protected_creation(blueprint).into());
        }
        Ok(compiled)
    }
}

/// Writes entities of one blueprint for one writer.
struct EntityWriter<'p> {
    store: &'p Store,
    transaction: &'p Transaction<'p>,
    compiled: &'p CompiledBlueprint,
    options: &'p WriteOptions,
    writer: &'p Writer,
    /// The datasource row is created with the first entity written, so that a refused call leaves nothing.
    datasource: Cell<Option<i64>>,
}

impl<'p> EntityWriter<'p> {
    fn new(
        store: &'p Store,
        transaction: &'p Transaction<'p>,
        compiled: &'p CompiledBlueprint,
        options: &'p WriteOptions,
        writer: &'p Writer,
    ) -> Self {
        Self { store, transaction, compiled, options, writer, datasource: Cell::new(None) }
    }

    fn datasource(&self) -> Result<i64, Failure> {
        if let Some(known) = self.datasource.get() {
            return Ok(known);
        }
        let datasource = datasource_id(self.transaction, &self.writer.user_agent)?;
        self.datasource.set(Some(datasource));
        Ok(datasource)
    }

    /// Returns the current identifier, and whether the entity is new.
    fn write(&self, method: WriteMethod<'_>, draft: &EntityDraft) -> Result<(String, bool), Failure> {
        let identifier = self.identifier_after(method, draft)?;
        let before = self.current_row(method, &identifier)?;
        if let Some(row) = &before {
            self.check_change(method, row, &identifier)?;
        }
        let upsert = Upsert {
            store: self.store,
            transaction: self.transaction,
            compiled: self.compiled,
            draft,
            options: self.options,
            before: before.as_ref(),
            merge: self.merges(method),
        };
        let state = upsert.compute(identifier)?;
        let id = match &before {
            Some(row) => self.update(row, &state)?,
            None => self.insert(self.compiled.id, &state)?,
        };
        for change in &state.relinks {
            relink(self.transaction, id, change, |blueprint, identifier| {
                self.create_placeholder(blueprint, identifier)
            })?;
        }
        Ok((state.identifier, before.is_none()))
    }

    /// The identifier that the entity will have.
    fn identifier_after(&self, method: WriteMethod<'_>, draft: &EntityDraft) -> Result<String, Failure> {
        match (&draft.identifier, method) {
            (Some(IdentifierRef::Literal(identifier)), _) => Ok(identifier.clone()),
            (Some(IdentifierRef::Query(query)), _) => self.find_one(query),
            (None, WriteMethod::Put(current) | WriteMethod::Patch(current)) => Ok(current.to_owned()),
            (None, WriteMethod::Post) => random_identifier(self.transaction),
        }
    }

    /// The identifier of the one entity that the search finds.
    fn find_one(&self, query: &Value) -> Result<String, Failure> {
        let mut hits = query::hits(self.store, self.transaction, self.compiled, query, 2)?;
        match (hits.pop(), hits.pop()) {
            (Some(hit), None) => Ok(hit.identifier),
            (None, _) => Err(refusals::nothing_found("identifier").into()),
            (Some(_), Some(_)) => Err(refusals::many_found("identifier").into()),
        }
    }

    /// The entity before the write. A POST may create it; the other methods require it.
    fn current_row(&self, method: WriteMethod<'_>, identifier: &str) -> Result<Option<Row>, Failure> {
        match method {
            WriteMethod::Post => Row::find(self.transaction, self.compiled.id, identifier),
            WriteMethod::Put(current) | WriteMethod::Patch(current) => {
                existing(self.transaction, self.compiled, current).map(Some)
            }
        }
    }

    /// Whether values that the draft does not contain are kept.
    fn merges(&self, method: WriteMethod<'_>) -> bool {
        match method {
            WriteMethod::Post => self.options.upsert && self.options.merge,
            WriteMethod::Put(_) => false,
            WriteMethod::Patch(_) => true,
        }
    }

    fn check_change(&self, method: WriteMethod<'_>, row: &Row, identifier: &str) -> Result<(), Failure> {
        if row.protected {
            return Err(refusals::protected_entity("update", &row.identifier).into());
        }
        let is_taken = match method {
            WriteMethod::Post => !self.options.upsert,
            WriteMethod::Put(_) | WriteMethod::Patch(_) => {
                identifier != row.identifier && find_id(self.transaction, self.compiled.id, identifier)?.is_some()
            }
        };
        if is_taken { Err(refusals::taken(self.compiled, identifier).into()) } else { Ok(()) }
    }

    fn insert(&self, blueprint: i64, state: &EntityState) -> Result<i64, Failure> {
        let Texts { title, icon } = &state.texts;
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO entities (blueprint, identifier, title, icon, team, properties, relations, datasource, \
             created_at, created_by, updated_at, updated_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?9, ?10)",
        )?;
        Ok(statement.insert(params![
            blueprint,
            state.identifier,
            title,
            icon,
            state.team,
            state.properties,
            state.relations,
            self.datasource()?,
            self.writer.now.0,
            self.writer.id,
        ])?)
    }

    fn update(&self, row: &Row, state: &EntityState) -> Result<i64, Failure> {
        record_changes(self.transaction, row, state, self.datasource()?, self.writer)?;
        let Texts { title, icon } = &state.texts;
        let mut statement = self.transaction.prepare_cached(
            "UPDATE entities SET identifier = ?2, title = ?3, icon = ?4, team = ?5, properties = ?6, relations = ?7, \
             datasource = ?8, updated_at = ?9, updated_by = ?10 WHERE id = ?1",
        )?;
        statement.execute(params![
            row.id,
            state.identifier,
            title,
            icon,
            state.team,
            state.properties,
            state.relations,
            self.datasource()?,
            self.writer.now.0,
            self.writer.id,
        ])?;
        if row.identifier != state.identifier {
            rename_in_sources(self.transaction, row.id, &row.identifier, &state.identifier)?;
        }
        Ok(row.id)
    }

    /// Creates an entity that is only a target. A draft may contain it twice.
    fn create_placeholder(&self, blueprint: i64, identifier: &str) -> Result<i64, Failure> {
        if let Some(id) = find_id(self.transaction, blueprint, identifier)? {
            return Ok(id);
        }
        let state = EntityState {
            identifier: identifier.to_owned(),
            texts: Texts::default(),
            team: "[]".to_owned(),
            properties: "{}".to_owned(),
            relations: "{}".to_owned(),
            relinks: Vec::new(),
        };
        self.insert(blueprint, &state)
    }
}

/// The row id of a User-Agent.
pub(in crate::embedded::store) fn datasource_id(
    transaction: &Transaction<'_>,
    user_agent: &str,
) -> Result<i64, Failure> {
    let mut statement = transaction.prepare_cached("SELECT id FROM datasources WHERE text = ?1")?;
    if let Some(id) = statement.query_row(params![user_agent], |row| row.get(0)).optional()? {
        return Ok(id);
    }
    let mut insert = transaction.prepare_cached("INSERT INTO datasources (text) VALUES (?1)")?;
    Ok(insert.insert(params![user_agent])?)
}

/// A random identifier like the platform's: `e_` and sixteen letters and digits.
fn random_identifier(transaction: &Transaction<'_>) -> Result<String, Failure> {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let bytes: Vec<u8> = transaction.prepare_cached("SELECT randomblob(16)")?.query_row(params![], |row| row.get(0))?;
    let letters = bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]));
    Ok("e_".chars().chain(letters).collect())
}
