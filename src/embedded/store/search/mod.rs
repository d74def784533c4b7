//! Searches the embedded catalog. Identifiers, datasources and relations use indexes; all other rules are evaluated on
//! each remaining entity, in chunks, ordered by identifier.
//!
//! Texts are compared case-sensitively. A negated operator is the exact negation of the positive one, so an absent
//! value satisfies `!=` and `isNotExpired`. A list satisfies an operator if one of its items does.

mod access;
mod compile;
mod cursor;
mod eval;
mod find;
mod group;
mod prepare;
mod relations;
#[cfg(test)]
mod tests;

use std::collections::HashSet;
use std::sync::Arc;

use rusqlite::Transaction;
use serde_json::value::RawValue;

use super::connection::Store;
use super::entities::Row;
use super::error::Failure;
use super::time_limit::Search;
use crate::catalog::wire::{EntityPage, Refusal};
use crate::domain::value::timestamp::Moment;
use crate::embedded::api::{SearchQuery, Shape};
use crate::embedded::store::compiled_blueprint::CompiledBlueprint;
use crate::embedded::store::search::access::Narrow;
use crate::embedded::store::search::compile::Predicate;
use find::{Finder, Hits};

/// The maximum number of entities on a page.
const MAX_PAGE: usize = 1000;
/// The number of entities rendered at once if there are no pages.
const RENDERED: usize = 1000;

/// The entities whose datasource contains both texts.
#[derive(Debug, Clone, Copy)]
pub struct OwnedEntities<'a> {
    pub prefix: &'a str,
    pub suffix: &'a str,
    /// Only those last written before this time.
    pub before: Option<Moment>,
}

impl Store {
    /// One page of a blueprint's entities that match, ordered by identifier. `from` is the `next` of the previous page;
    /// entities created or deleted in between do not shift the pages.
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
        if limit > MAX_PAGE {
            return Err(Refusal::invalid(format!("\"limit\" must be <= {MAX_PAGE}")).into());
        }
        let [after] = cursor::read(from)?;
        self.read(|transaction| {
            let compiled = self.compiled(transaction, blueprint)?;
            let _limited = Search::begin();
            let prepared = prepare::prepare(transaction, query, self.now())?;
            let bound = crate::embedded::store::search::compile::bind(self, transaction, &prepared, &compiled)?;
            let hits = Finder::new(self, transaction, &compiled, &bound)?.find(&after, limit)?;
            let next = hits.rows.last().filter(|_| hits.more).map(|row| cursor::write([&row.identifier]));
            Ok(EntityPage { entities: self.render(transaction, &hits.rows, shape)?, next })
        })
    }

    /// All entities of all blueprints that match, and their blueprints.
    pub fn search_everywhere(
        &self,
        query: &SearchQuery,
        shape: &Shape,
    ) -> Result<(Vec<Box<RawValue>>, Vec<String>), Failure> {
        self.read(|transaction| {
            let _limited = Search::begin();
            let prepared = prepare::prepare(transaction, query, self.now())?;
            let (mut entities, mut blueprints) = (Vec::new(), Vec::new());
            for identifier in identifiers(transaction, "")? {
                let compiled = self.compiled(transaction, &identifier)?;
                let bound = crate::embedded::store::search::compile::bind(self, transaction, &prepared, &compiled)?;
                let before = entities.len();
                let finder = Finder::new(self, transaction, &compiled, &bound)?;
                self.render_all(transaction, &finder, shape, "", usize::MAX, &mut entities)?;
                if entities.len() > before {
                    blueprints.push(identifier);
                }
            }
            Ok((entities, blueprints))
        })
    }

    /// The entities of a writer, ordered by blueprint and identifier. Without a limit, one page has all of them, because
    /// some clients do not request a second page.
    pub fn datasource_entities(
        &self,
        owned: &OwnedEntities<'_>,
        shape: &Shape,
        limit: Option<usize>,
        from: Option<&str>,
    ) -> Result<EntityPage<Box<RawValue>>, Failure> {
        if limit == Some(0) {
            return Err(Refusal::invalid("\"limit\" must be >= 1").into());
        }
        let [start, after] = cursor::read(from)?;
        self.read(|transaction| {
            let is_owned = |text: &str| text.contains(owned.prefix) && text.contains(owned.suffix);
            let written = Predicate::Datasource(prepare::datasources(transaction, is_owned)?);
            let predicate = match owned.before {
                Some(moment) => Predicate::Every(vec![written, Predicate::UpdatedBefore(moment)]),
                None => written,
            };
            let bound = crate::embedded::store::search::compile::Bound::of(predicate);
            let mut page = EntityPage { entities: Vec::new(), next: None };
            for identifier in identifiers(transaction, &start)? {
                let compiled = self.compiled(transaction, &identifier)?;
                let after = if identifier == start { after.as_str() } else { "" };
                let left = limit.map_or(usize::MAX, |limit| limit - page.entities.len());
                let finder = Finder::new(self, transaction, &compiled, &bound)?;
                let end = self.render_all(transaction, &finder, shape, after, left, &mut page.entities)?;
                if let Some(last) = end {
                    page.next = Some(cursor::write([&identifier, &last]));
                    break;
                }
            }
            Ok(page)
        })
    }

    /// The first entities of one blueprint that match a search inside a write.
    pub(super) fn matching(
        &self,
        transaction: &Transaction<'_>,
        compiled: &CompiledBlueprint,
        query: &SearchQuery,
        limit: usize,
    ) -> Result<Vec<Row>, Failure> {
        let _limited = Search::begin();
        let prepared = prepare::prepare(transaction, query, self.now())?;
        let bound = crate::embedded::store::search::compile::bind(self, transaction, &prepared, compiled)?;
        Ok(Finder::new(self, transaction, compiled, &bound)?.find("", limit)?.rows)
    }

    /// Those of the entities `ids` that are of this blueprint and match.
    pub(super) fn matching_among(
        &self,
        transaction: &Transaction<'_>,
        compiled: &CompiledBlueprint,
        query: &SearchQuery,
        ids: HashSet<i64>,
    ) -> Result<Vec<Row>, Failure> {
        let _limited = Search::begin();
        let prepared = prepare::prepare(transaction, query, self.now())?;
        let bound = crate::embedded::store::search::compile::bind(self, transaction, &prepared, compiled)?;
        let narrow = Narrow { rows: vec![Arc::new(ids)], ..Narrow::default() };
        let finder = Finder::among(self, transaction, compiled, &bound, Some(narrow), find::CHUNK)?;
        Ok(finder.find("", usize::MAX)?.rows)
    }

    /// Renders up to `limit` matches, one chunk of rows at a time. Returns the position to continue after if there are
    /// more.
    fn render_all(
        &self,
        transaction: &Transaction<'_>,
        finder: &Finder<'_>,
        shape: &Shape,
        after: &str,
        limit: usize,
        entities: &mut Vec<Box<RawValue>>,
    ) -> Result<Option<String>, Failure> {
        let (mut after, mut left) = (after.to_owned(), limit);
        loop {
            let Hits { rows, more, .. } = finder.find(&after, left.min(RENDERED))?;
            entities.extend(self.render(transaction, &rows, shape)?);
            left -= rows.len();
            if let Some(last) = rows.into_iter().next_back() {
                after = last.identifier;
            }
            if !more {
                return Ok(None);
            }
            if left == 0 {
                return Ok(Some(after));
            }
        }
    }
}

/// The identifiers of blueprints with entities, in order, starting at one.
fn identifiers(transaction: &Transaction<'_>, from: &str) -> Result<Vec<String>, Failure> {
    let mut statement = transaction
        .prepare_cached("SELECT identifier FROM blueprints WHERE identifier >= ?1 AND entity_count > 0 ORDER BY 1")?;
    let rows = statement.query_map([from], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}
