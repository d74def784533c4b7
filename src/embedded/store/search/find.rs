//! Finds the entities of a blueprint that satisfy a predicate, after a position and up to a limit, ordered by
//! identifier. In addition to the results, only one chunk of rows is in memory.

use rusqlite::{Transaction, params};

use super::access::{Narrow, narrow};
use crate::embedded::store::compiled_blueprint::CompiledBlueprint;
use crate::embedded::store::connection::Store;
use crate::embedded::store::entities::{Row, columns, id_list};
use crate::embedded::store::error::Failure;
use crate::embedded::store::search::compile::{Bound, LazyEntity, Predicate};

pub(super) const CHUNK: usize = 256;

#[derive(Debug)]
pub(super) struct Hits {
    pub rows: Vec<Row>,
    /// There is at least one more.
    pub more: bool,
    /// The number of entities that were read.
    pub visited: usize,
}

/// A search in one blueprint. Its pages share the work done before the first.
pub(super) struct Finder<'a> {
    store: &'a Store,
    transaction: &'a Transaction<'a>,
    compiled: &'a CompiledBlueprint,
    bound: &'a Bound,
    source: Candidates<'a>,
    /// The number of entities read at once.
    chunk: usize,
}

impl<'a> Finder<'a> {
    pub(super) fn new(
        store: &'a Store,
        transaction: &'a Transaction<'a>,
        compiled: &'a CompiledBlueprint,
        bound: &'a Bound,
    ) -> Result<Self, Failure> {
        Self::among(store, transaction, compiled, bound, narrow(&bound.predicate), CHUNK)
    }

    /// `narrow` restricts the entities to read; `None` reads all.
    pub(super) fn among(
        store: &'a Store,
        transaction: &'a Transaction<'a>,
        compiled: &'a CompiledBlueprint,
        bound: &'a Bound,
        narrow: Option<Narrow>,
        chunk: usize,
    ) -> Result<Self, Failure> {
        let source = Candidates::of(transaction, compiled.id, narrow)?;
        Ok(Self { store, transaction, compiled, bound, source, chunk })
    }

    pub(super) fn find(&self, after: &str, limit: usize) -> Result<Hits, Failure> {
        // If every entity matches, a page is read at once.
        let chunk = match &self.bound.predicate {
            Predicate::Always(true) => limit.saturating_add(1),
            Predicate::Always(false)
            | Predicate::Every(_)
            | Predicate::Any(_)
            | Predicate::Member(_)
            | Predicate::Datasource(_)
            | Predicate::UpdatedBefore(_)
            | Predicate::Check(..) => self.chunk,
        };
        let mut hits = Hits { rows: Vec::new(), more: false, visited: 0 };
        let mut after = Some(after.to_owned());
        while let Some(place) = after {
            let (rows, next) = self.source.chunk(&place, chunk)?;
            let ends = self.bound.ends(self.store, self.transaction, self.compiled, &rows)?;
            for row in rows {
                hits.visited += 1;
                if !LazyEntity::of(&row, &ends).satisfy(&self.bound.predicate)? {
                    continue;
                }
                if hits.rows.len() == limit {
                    hits.more = true;
                    return Ok(hits);
                }
                hits.rows.push(row);
            }
            after = next;
        }
        Ok(hits)
    }
}

/// The source of the entities to read.
struct Candidates<'a> {
    transaction: &'a Transaction<'a>,
    blueprint: i64,
    paths: CandidateRows,
}

enum CandidateRows {
    All,
    Listed {
        /// Sorted.
        identifiers: Vec<String>,
        datasources: Vec<i64>,
    },
}

impl<'a> Candidates<'a> {
    fn of(transaction: &'a Transaction<'a>, blueprint: i64, narrow: Option<Narrow>) -> Result<Self, Failure> {
        let paths = match narrow {
            None => CandidateRows::All,
            Some(mut narrow) => {
                for rows in &narrow.rows {
                    let ids = rows.iter().copied().collect::<Vec<_>>();
                    let mut statement = transaction.prepare_cached(
                        "SELECT e.identifier FROM json_each(?1) j CROSS JOIN entities e ON e.id = j.value
                         WHERE e.blueprint = ?2",
                    )?;
                    let found = statement.query_map(params![id_list(&ids), blueprint], |row| row.get(0))?;
                    narrow.identifiers.extend(found.collect::<Result<Vec<String>, _>>()?);
                }
                CandidateRows::Listed {
                    identifiers: narrow.identifiers.into_iter().collect(),
                    datasources: narrow.datasources.into_iter().collect(),
                }
            }
        };
        Ok(Self { transaction, blueprint, paths })
    }

    /// The next entities after a position, and the position to continue after; `None`: no more.
    fn chunk(&self, after: &str, size: usize) -> Result<(Vec<Row>, Option<String>), Failure> {
        match &self.paths {
            CandidateRows::All => {
                let rows = self.scan(after, size)?;
                let next = rows.last().filter(|_| rows.len() == size).map(|row| row.identifier.clone());
                Ok((rows, next))
            }
            CandidateRows::Listed { identifiers, datasources } => {
                let begin = identifiers.partition_point(|identifier| identifier.as_str() <= after);
                let mut names = identifiers.iter().skip(begin).take(size).cloned().collect::<Vec<_>>();
                let mut is_cut = begin + names.len() < identifiers.len();
                for datasource in datasources {
                    let written = self.written(*datasource, after, size)?;
                    is_cut |= written.len() == size;
                    names.extend(written);
                }
                names.sort_unstable();
                names.dedup();
                // Each list contributed its first `size`, so the first `size` of the merged list are correct.
                is_cut |= names.len() > size;
                names.truncate(size);
                let border = names.last().filter(|_| is_cut).cloned();
                let mut rows = Vec::with_capacity(names.len());
                for name in &names {
                    rows.extend(Row::find(self.transaction, self.blueprint, name)?);
                }
                Ok((rows, border))
            }
        }
    }

    fn scan(&self, after: &str, size: usize) -> Result<Vec<Row>, Failure> {
        let mut statement = self.transaction.prepare_cached(concat!(
            "SELECT ",
            columns!(),
            " FROM entities e WHERE e.blueprint = ?1 AND e.identifier > ?2 ORDER BY e.identifier LIMIT ?3"
        ))?;
        let rows = statement.query_map(params![self.blueprint, after, count(size)], Row::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }

    /// The next identifiers written by a datasource, from the index alone.
    fn written(&self, datasource: i64, after: &str, size: usize) -> Result<Vec<String>, Failure> {
        let mut statement = self.transaction.prepare_cached(
            "SELECT identifier FROM entities INDEXED BY entities_by_datasource
             WHERE datasource = ?1 AND blueprint = ?2 AND identifier > ?3 ORDER BY identifier LIMIT ?4",
        )?;
        let names = statement.query_map(params![datasource, self.blueprint, after, count(size)], |row| row.get(0))?;
        Ok(names.collect::<Result<_, _>>()?)
    }
}

fn count(size: usize) -> i64 {
    i64::try_from(size).unwrap_or(i64::MAX)
}
