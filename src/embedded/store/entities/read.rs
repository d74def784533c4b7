//! Reads entities by identifier and by page. A page starts after the last identifier of the previous one, so that every
//! page costs the same, and entities created or deleted in between do not shift the pages.

use rusqlite::{Transaction, params};
use serde_json::value::RawValue;

use super::refusals;
use super::row::{Row, columns};
use crate::catalog::wire::EntityPage;
use crate::embedded::api::Shape;
use crate::embedded::store::compiled_blueprint::CompiledBlueprint;
use crate::embedded::store::connection::Store;
use crate::embedded::store::error::Failure;

/// The number of rows rendered at once.
const CHUNK: usize = 1000;

impl Store {
    pub fn entity(&self, blueprint: &str, identifier: &str, shape: &Shape) -> Result<Box<RawValue>, Failure> {
        self.read(|transaction| {
            let compiled = self.compiled(transaction, blueprint)?;
            let row = existing(transaction, &compiled, identifier)?;
            self.render_one(transaction, row, shape)
        })
    }

    /// The entities of `identifiers` that exist, in that order, from one consistent state.
    pub fn entities_of(
        &self,
        blueprint: &str,
        identifiers: &[&str],
        shape: &Shape,
    ) -> Result<Vec<Box<RawValue>>, Failure> {
        self.read(|transaction| {
            let compiled = self.compiled(transaction, blueprint)?;
            let mut found = Vec::with_capacity(identifiers.len());
            for lot in identifiers.chunks(CHUNK) {
                let rows = lot.iter().filter_map(|name| Row::find(transaction, compiled.id, name).transpose());
                let rows = rows.collect::<Result<Vec<_>, _>>()?;
                found.extend(self.render(transaction, &rows, shape)?);
            }
            Ok(found)
        })
    }

    /// One page, sorted by identifier; `from` is the `next` of the previous page.
    pub fn entities(
        &self,
        blueprint: &str,
        shape: &Shape,
        from: Option<&str>,
        limit: usize,
    ) -> Result<EntityPage<Box<RawValue>>, Failure> {
        self.read(|transaction| {
            let compiled = self.compiled(transaction, blueprint)?;
            self.page(transaction, &compiled, shape, from, limit)
        })
    }

    /// Passes all entities of one consistent state to `take`, in pages, and returns the catalog's count. `take` must
    /// not use this store: a store in memory has only one connection.
    pub fn each_page<E: From<Failure>>(
        &self,
        blueprint: &str,
        shape: &Shape,
        limit: usize,
        mut take: impl FnMut(Vec<Box<RawValue>>) -> Result<(), E>,
    ) -> Result<u64, E> {
        let mut broken = None;
        let counted = self.read(|transaction| {
            let compiled = self.compiled(transaction, blueprint)?;
            let mut from = None;
            loop {
                let page = self.page(transaction, &compiled, shape, from.as_deref(), limit)?;
                broken = take(page.entities).err();
                match page.next {
                    Some(next) if broken.is_none() => from = Some(next),
                    Some(_) | None => return counted(transaction, &compiled),
                }
            }
        })?;
        broken.map_or(Ok(counted), Err)
    }

    fn page(
        &self,
        transaction: &Transaction<'_>,
        compiled: &CompiledBlueprint,
        shape: &Shape,
        from: Option<&str>,
        limit: usize,
    ) -> Result<EntityPage<Box<RawValue>>, Failure> {
        let mut statement = transaction.prepare_cached(concat!(
            "SELECT ",
            columns!(),
            " FROM entities e WHERE e.blueprint = ?1 AND e.identifier > ?2 ORDER BY e.identifier LIMIT ?3"
        ))?;
        // Every identifier is greater than the empty string. One extra row shows whether there is a next page.
        let most = i64::try_from(limit).unwrap_or(i64::MAX).saturating_add(1);
        let mut rows = statement.query(params![compiled.id, from.unwrap_or_default(), most])?;
        let mut page = EntityPage { entities: Vec::new(), next: None };
        let mut chunk: Vec<Row> = Vec::new();
        while let Some(row) = rows.next()? {
            if page.entities.len() + chunk.len() == limit {
                page.next = chunk.last().map(|row| row.identifier.clone());
                break;
            }
            // A page may be a whole blueprint, so only a chunk of it is held as rows.
            if chunk.len() == CHUNK {
                page.entities.extend(self.render(transaction, &chunk, shape)?);
                chunk.clear();
            }
            chunk.push(Row::read(row)?);
        }
        page.entities.extend(self.render(transaction, &chunk, shape)?);
        Ok(page)
    }

    pub fn count(&self, blueprint: &str) -> Result<u64, Failure> {
        self.read(|transaction| counted(transaction, &*self.compiled(transaction, blueprint)?))
    }

    pub(super) fn render_one(
        &self,
        transaction: &Transaction<'_>,
        row: Row,
        shape: &Shape,
    ) -> Result<Box<RawValue>, Failure> {
        let rendered = self.render(transaction, &[row], shape)?;
        Ok(rendered.into_iter().next().expect("one row gives one entity"))
    }
}

fn counted(transaction: &Transaction<'_>, compiled: &CompiledBlueprint) -> Result<u64, Failure> {
    let mut statement = transaction.prepare_cached("SELECT entity_count FROM blueprints WHERE id = ?1")?;
    let count: i64 = statement.query_row(params![compiled.id], |row| row.get(0))?;
    Ok(u64::try_from(count).unwrap_or_default())
}

pub(in crate::embedded::store) fn existing(
    transaction: &Transaction<'_>,
    compiled: &CompiledBlueprint,
    identifier: &str,
) -> Result<Row, Failure> {
    Row::find(transaction, compiled.id, identifier)?
        .ok_or_else(|| refusals::no_entity(compiled.identifier(), identifier).into())
}
