//! Creates and updates entities: one at a time, or many in one transaction. Everything that can be refused is refused
//! in `settle`, before the first row is written, so a refused entity of a batch requires no rollback.

use std::cell::Cell;

use rusqlite::{OptionalExtension, Transaction, params};
use serde_json::value::RawValue;

use super::links::relink;
use super::query;
use super::refusals;
use super::rename::rename_in_sources;
use super::row::{Row, find_id};
use crate::catalog::wire::{EntityDraft, IdentifierRef, Refusal, WriteOptions, Writer, Written};
use crate::embedded::api::Shape;
use crate::embedded::store::compiled_blueprint::Compiled;
use crate::embedded::store::connection::Store;
use crate::embedded::store::entities::upsert::{Case, Settled};
use crate::embedded::store::error::Failure;

/// The kind of API call.
#[derive(Debug, Clone, Copy)]
enum Deed<'a> {
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
        self.write_entity(blueprint, Deed::Post, draft, options, writer)
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
        self.write_entity(blueprint, Deed::Put(identifier), draft, options, writer).map(|(entity, _)| entity)
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
        self.write_entity(blueprint, Deed::Patch(identifier), draft, options, writer).map(|(entity, _)| entity)
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
            let pen = Pen::new(self, transaction, &compiled, options, writer);
            let mut results = Vec::with_capacity(drafts.len());
            for draft in drafts {
                let written = draft.map_err(Failure::from).and_then(|draft| pen.write(Deed::Post, &draft));
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
        deed: Deed<'_>,
        draft: &EntityDraft,
        options: &WriteOptions,
        writer: &Writer,
    ) -> Result<(Box<RawValue>, bool), Failure> {
        self.write_or_try(options.validation_only, |transaction| {
            let compiled = self.writable(transaction, blueprint)?;
            let (identifier, created) = Pen::new(self, transaction, &compiled, options, writer).write(deed, draft)?;
            let row = super::read::existing(transaction, &compiled, &identifier)?;
            Ok((self.render_one(transaction, row, &Shape::default())?, created))
        })
    }

    /// Like `write`; a validation-only call is rolled back.
    fn write_or_try<T>(
        &self,
        is_try: bool,
        deed: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        if is_try { self.write_and_undo(deed) } else { self.write(deed) }
    }

    /// The blueprint, if clients may write its entities.
    pub(super) fn writable(
        &self,
        transaction: &Transaction<'_>,
        blueprint: &str,
    ) -> Result<std::sync::Arc<Compiled>, Failure> {
        let compiled = self.compiled(transaction, blueprint)?;
        if compiled.is_protected() {
            return Err(refusals::protected_creation(blueprint).into());
        }
        Ok(compiled)
    }
}

/// Writes entities of one blueprint for one writer.
struct Pen<'p> {
    store: &'p Store,
    transaction: &'p Transaction<'p>,
    compiled: &'p Compiled,
    options: &'p WriteOptions,
    writer: &'p Writer,
    /// The datasource row is created with the first entity written, so that a refused call leaves nothing.
    datasource: Cell<Option<i64>>,
}

impl<'p> Pen<'p> {
    fn new(
        store: &'p Store,
        transaction: &'p Transaction<'p>,
        compiled: &'p Compiled,
        options: &'p WriteOptions,
        writer: &'p Writer,
    ) -> Self {
        Self { store, transaction, compiled, options, writer, datasource: Cell::new(None) }
    }

    fn datasource(&self) -> Result<i64, Failure> {
        if let Some(known) = self.datasource.get() {
            return Ok(known);
        }
        let datasource = datasource(self.transaction, &self.writer.user_agent)?;
        self.datasource.set(Some(datasource));
        Ok(datasource)
    }

    /// Returns the current identifier, and whether the entity is new.
    fn write(&self, deed: Deed<'_>, draft: &EntityDraft) -> Result<(String, bool), Failure> {
        let named = self.named(deed, draft)?;
        let before = match deed {
            Deed::Post => Row::find(self.transaction, self.compiled.id, &named)?,
            Deed::Put(current) | Deed::Patch(current) => {
                Some(super::read::existing(self.transaction, self.compiled, current)?)
            }
        };
        if let Some(row) = before.as_ref() {
            self.check_change(deed, row, &named)?;
        }
        let merge = match deed {
            Deed::Post => self.options.upsert && self.options.merge,
            Deed::Put(_) => false,
            Deed::Patch(_) => true,
        };
        let case = Case {
            store: self.store,
            transaction: self.transaction,
            compiled: self.compiled,
            draft,
            options: self.options,
            before: before.as_ref(),
            merge,
        };
        let settled = case.settle(named)?;
        let id = match &before {
            Some(row) => self.update(row, &settled)?,
            None => self.insert(self.compiled.id, &settled)?,
        };
        for change in &settled.relinks {
            relink(self.transaction, id, change, |blueprint, identifier| self.bare(blueprint, identifier))?;
        }
        Ok((settled.identifier, before.is_none()))
    }

    /// The identifier that the entity will have.
    fn named(&self, deed: Deed<'_>, draft: &EntityDraft) -> Result<String, Failure> {
        match (&draft.identifier, deed) {
            (Some(IdentifierRef::Literal(identifier)), _) => Ok(identifier.clone()),
            (Some(IdentifierRef::Query(query)), _) => {
                let mut hits = query::hits(self.store, self.transaction, self.compiled, query, 2)?;
                match (hits.pop(), hits.pop()) {
                    (Some(hit), None) => Ok(hit.identifier),
                    (None, _) => Err(refusals::nothing_found("identifier").into()),
                    (Some(_), Some(_)) => Err(refusals::many_found("identifier").into()),
                }
            }
            (None, Deed::Put(current) | Deed::Patch(current)) => Ok(current.to_owned()),
            (None, Deed::Post) => made_up(self.transaction),
        }
    }

    fn check_change(&self, deed: Deed<'_>, row: &Row, named: &str) -> Result<(), Failure> {
        if row.protected {
            return Err(refusals::protected_entity("update", &row.identifier).into());
        }
        let is_taken = match deed {
            Deed::Post => !self.options.upsert,
            Deed::Put(_) | Deed::Patch(_) => {
                named != row.identifier && find_id(self.transaction, self.compiled.id, named)?.is_some()
            }
        };
        if is_taken { Err(refusals::taken(self.compiled, named).into()) } else { Ok(()) }
    }

    fn insert(&self, blueprint: i64, settled: &Settled) -> Result<i64, Failure> {
        let mut statement = self.transaction.prepare_cached(
            "INSERT INTO entities (blueprint, identifier, title, icon, team, properties, relations, datasource, \
             created_at, created_by, updated_at, updated_by) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?9, ?10)",
        )?;
        Ok(statement.insert(params![
            blueprint,
            settled.identifier,
            settled.title,
            settled.icon,
            settled.team,
            settled.properties,
            settled.relations,
            self.datasource()?,
            self.writer.now.0,
            self.writer.id,
        ])?)
    }

    fn update(&self, row: &Row, settled: &Settled) -> Result<i64, Failure> {
        let mut statement = self.transaction.prepare_cached(
            "UPDATE entities SET identifier = ?2, title = ?3, icon = ?4, team = ?5, properties = ?6, relations = ?7, \
             datasource = ?8, updated_at = ?9, updated_by = ?10 WHERE id = ?1",
        )?;
        statement.execute(params![
            row.id,
            settled.identifier,
            settled.title,
            settled.icon,
            settled.team,
            settled.properties,
            settled.relations,
            self.datasource()?,
            self.writer.now.0,
            self.writer.id,
        ])?;
        if row.identifier != settled.identifier {
            rename_in_sources(self.transaction, row.id, &row.identifier, &settled.identifier)?;
        }
        Ok(row.id)
    }

    /// Creates an entity that is only a target. A draft may contain it twice.
    fn bare(&self, blueprint: i64, identifier: &str) -> Result<i64, Failure> {
        if let Some(id) = find_id(self.transaction, blueprint, identifier)? {
            return Ok(id);
        }
        let settled = Settled {
            identifier: identifier.to_owned(),
            title: None,
            icon: None,
            team: "[]".to_owned(),
            properties: "{}".to_owned(),
            relations: "{}".to_owned(),
            relinks: Vec::new(),
        };
        self.insert(blueprint, &settled)
    }
}

/// The row id of a User-Agent.
pub(super) fn datasource(transaction: &Transaction<'_>, user_agent: &str) -> Result<i64, Failure> {
    let mut asked = transaction.prepare_cached("SELECT id FROM datasources WHERE text = ?1")?;
    if let Some(id) = asked.query_row(params![user_agent], |row| row.get(0)).optional()? {
        return Ok(id);
    }
    let mut come = transaction.prepare_cached("INSERT INTO datasources (text) VALUES (?1)")?;
    Ok(come.insert(params![user_agent])?)
}

/// A random identifier like the platform's: `e_` and sixteen letters and digits.
fn made_up(transaction: &Transaction<'_>) -> Result<String, Failure> {
    const LETTERS: &[u8; 62] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
    let bytes: Vec<u8> = transaction.prepare_cached("SELECT randomblob(16)")?.query_row(params![], |row| row.get(0))?;
    let letters = bytes.iter().map(|byte| char::from(LETTERS[usize::from(*byte) % LETTERS.len()]));
    Ok("e_".chars().chain(letters).collect())
}
