//! Searches. Identifiers, datasources and relations are looked up where they are indexed; all else is asked of each
//! entity that is left, a chunk of them at a time, in the order of their identifiers.
//!
//! Texts are compared as they are: upper case is not lower case. An operator that is negated is exactly what the
//! positive one is not, so an absent value is `!=` to any other and `isNotExpired`. A list satisfies an operator when
//! one of its items does.

mod access;
mod bind;
mod cursor;
mod find;
mod holds;
mod prepare;
mod reach;
#[cfg(test)]
mod tests;

use rusqlite::Transaction;
use serde_json::value::RawValue;

use super::compiled::Compiled;
use super::connection::Store;
use super::entities::Row;
use super::error::Failure;
use crate::catalog::wire::{EntityPage, Refusal, SearchQuery, Shape};
use bind::Predicate;
use find::{Hits, find};

/// The most entities on a page.
const PAGE_MAX: usize = 1000;
/// How many entities are rendered at once where there are no pages.
const RENDERED: usize = 1000;

impl Store {
    /// One page of a blueprint's entities that satisfy the search, by identifier. `from` is the `next` of the page
    /// before; entities that come or go meanwhile move no border.
    pub fn search(
        &self,
        blueprint: &str,
        query: &SearchQuery,
        shape: &Shape,
        limit: usize,
        from: Option<&str>,
    ) -> Result<EntityPage<Box<RawValue>>, Failure> {
        if limit < 1 {
            return Err(Refusal::invalid("\"limit\" must be >= 1").into());
        }
        if limit > PAGE_MAX {
            return Err(Refusal::invalid(format!("\"limit\" must be <= {PAGE_MAX}")).into());
        }
        let [after] = cursor::read(from)?;
        self.read(|transaction| {
            let compiled = self.compiled(transaction, blueprint)?;
            let prepared = prepare::prepare(transaction, query, self.now())?;
            let bound = bind::bind(self, transaction, &prepared, &compiled)?;
            let hits = find(self, transaction, &compiled, &bound, &after, Some(limit))?;
            let next = hits.rows.last().filter(|_| hits.more).map(|row| cursor::write([&row.identifier]));
            Ok(EntityPage { entities: self.render(transaction, &hits.rows, shape)?, next })
        })
    }

    /// All entities of all blueprints that satisfy the search, and the blueprints they are of.
    pub fn search_everywhere(
        &self,
        query: &SearchQuery,
        shape: &Shape,
    ) -> Result<(Vec<Box<RawValue>>, Vec<String>), Failure> {
        self.read(|transaction| {
            let prepared = prepare::prepare(transaction, query, self.now())?;
            let (mut entities, mut blueprints) = (Vec::new(), Vec::new());
            for identifier in identifiers(transaction, "")? {
                let compiled = self.compiled(transaction, &identifier)?;
                let bound = bind::bind(self, transaction, &prepared, &compiled)?;
                let hits = find(self, transaction, &compiled, &bound, "", None)?;
                if hits.rows.is_empty() {
                    continue;
                }
                for rows in hits.rows.chunks(RENDERED) {
                    entities.extend(self.render(transaction, rows, shape)?);
                }
                blueprints.push(identifier);
            }
            Ok((entities, blueprints))
        })
    }

    /// The entities whose datasource contains both texts, by blueprint and identifier. Without a limit all are on one
    /// page: there are clients that ask for no second one.
    pub fn datasource_entities(
        &self,
        prefix: &str,
        suffix: &str,
        shape: &Shape,
        limit: Option<usize>,
        from: Option<&str>,
    ) -> Result<EntityPage<Box<RawValue>>, Failure> {
        if limit == Some(0) {
            return Err(Refusal::invalid("\"limit\" must be >= 1").into());
        }
        let [start, after] = cursor::read(from)?;
        self.read(|transaction| {
            let written = prepare::datasources(transaction, |text| text.contains(prefix) && text.contains(suffix))?;
            let bound = bind::Bound::of(Predicate::Datasource(written));
            let mut page = EntityPage { entities: Vec::new(), next: None };
            for identifier in identifiers(transaction, &start)? {
                let compiled = self.compiled(transaction, &identifier)?;
                let after = if identifier == start { after.as_str() } else { "" };
                let left = limit.map(|limit| limit - page.entities.len());
                let Hits { rows, more, .. } = find(self, transaction, &compiled, &bound, after, left)?;
                for chunk in rows.chunks(RENDERED) {
                    page.entities.extend(self.render(transaction, chunk, shape)?);
                }
                let last = rows.last().map(|row| row.identifier.as_str());
                if more {
                    // Where nothing fitted any more, the next page begins before this blueprint's first.
                    page.next = Some(cursor::write([&identifier, last.unwrap_or(after)]));
                    break;
                }
            }
            Ok(page)
        })
    }

    /// The first entities of one blueprint that satisfy a search inside a write.
    pub(super) fn matching(
        &self,
        transaction: &Transaction<'_>,
        compiled: &Compiled,
        query: &SearchQuery,
        limit: usize,
    ) -> Result<Vec<Row>, Failure> {
        let prepared = prepare::prepare(transaction, query, self.now())?;
        let bound = bind::bind(self, transaction, &prepared, compiled)?;
        Ok(find(self, transaction, compiled, &bound, "", Some(limit))?.rows)
    }
}

/// Blueprints in order, from one on.
fn identifiers(transaction: &Transaction<'_>, from: &str) -> Result<Vec<String>, Failure> {
    let mut asked = transaction
        .prepare_cached("SELECT identifier FROM blueprints WHERE identifier >= ?1 AND entity_count > 0 ORDER BY 1")?;
    let rows = asked.query_map([from], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
