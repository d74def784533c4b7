//! Evaluates aggregation properties for the entities of a page: a figure over all related entities of one blueprint. The
//! platform evaluates them every 15 minutes, this catalog with every read.

use std::cell::OnceCell;

use rusqlite::{Transaction, params};
use serde_json::Value;

use super::members::{Members, damaged};
use super::reachable::Reachable;
use super::relation_paths::{Ends, MAX_HOPS, PathWalker, id_list};
use super::row::{Row, columns};
use crate::domain::blueprint::references::TEAM;
use crate::domain::value::timestamp::Moment;
use crate::embedded::api::SearchQuery;
use crate::embedded::store::aggregation::{Aggregation, Figure, Measured, Period};
use crate::embedded::store::compiled_blueprint::{CompiledBlueprint, Mirror};
use crate::embedded::store::connection::Store;
use crate::embedded::store::error::Failure;
use crate::embedded::store::time_limit::Search;

/// The number of entities that are read at once.
const CHUNK: usize = 1000;

/// Evaluates the aggregation properties of one blueprint for one page of its entities.
pub(super) struct Aggregator<'p> {
    store: &'p Store,
    transaction: &'p Transaction<'p>,
    pub compiled: &'p CompiledBlueprint,
    page: &'p [i64],
    /// What the properties without a path share.
    reachable: OnceCell<Reachable>,
}

impl<'p> Aggregator<'p> {
    pub fn new(
        store: &'p Store,
        transaction: &'p Transaction<'p>,
        compiled: &'p CompiledBlueprint,
        page: &'p [i64],
    ) -> Self {
        Self { store, transaction, compiled, page, reachable: OnceCell::new() }
    }

    /// The value for each entity of the page. `None`: the property is about nothing that this catalog has.
    pub fn values(
        &self,
        walker: &mut PathWalker<'_>,
        aggregation: &Aggregation,
    ) -> Result<Option<Vec<Value>>, Failure> {
        let Some(target) = self.store.find_compiled(self.transaction, &aggregation.target)? else { return Ok(None) };
        let Some(related) = self.related(walker, aggregation, &target)? else { return Ok(None) };
        let measured = match self.measured(aggregation, &target, &related.ids()) {
            Ok(measured) => measured,
            // A query that the search refuses has no result; the entity can be read all the same.
            Err(Failure::Refused(_)) if !Search::is_over() => return Ok(None),
            Err(failure) => return Err(failure),
        };
        let now = self.store.now();
        let measured = measured.into_iter().map(|(id, measured)| (related.sources(id), measured)).collect::<Vec<_>>();
        let figure = |position: usize| {
            let found = measured.iter().filter(|(sources, _)| sources.contains(position));
            aggregation.figure.of(&found.map(|(_, measured)| *measured).collect::<Vec<_>>(), now)
        };
        Ok(Some((0..self.page.len()).map(figure).collect()))
    }

    /// The related entities, of any blueprint; `None`: the path does not begin or end here.
    fn related(
        &self,
        walker: &mut PathWalker<'_>,
        aggregation: &Aggregation,
        target: &CompiledBlueprint,
    ) -> Result<Option<Reachable>, Failure> {
        let ends = match &aggregation.path {
            None => return self.all(walker, target).map(Some),
            Some(path) => match path.from.as_deref() {
                None => self.forward(walker, &path.relations)?,
                Some(from) if from == self.compiled.identifier() => self.forward(walker, &path.relations)?,
                Some(from) if from == target.identifier() => self.backward(walker, target, &path.relations)?,
                Some(_) => None,
            },
        };
        Ok(ends.map(|ends| Reachable::along(self.page, &ends)))
    }

    /// The entities that any path leads to, in one direction or in the other, and those of an ownership.
    fn all(&self, walker: &mut PathWalker<'_>, target: &CompiledBlueprint) -> Result<Reachable, Failure> {
        let reachable = match self.reachable.get() {
            Some(reachable) => reachable,
            None => {
                let reachable = Reachable::of(self.transaction, self.page)?;
                self.reachable.get_or_init(|| reachable)
            }
        };
        let mut reachable = reachable.clone();
        let owner = [Box::from(TEAM)];
        let owned = match (self.compiled.identifier(), target.identifier()) {
            ("_team", _) => self.backward(walker, target, &owner)?,
            (_, "_team") => self.forward(walker, &owner)?,
            (_, _) => None,
        };
        owned.iter().for_each(|ends| reachable.extend(self.page, ends));
        Ok(reachable)
    }

    /// The entities at the end of a path that begins at the page.
    fn forward(&self, walker: &mut PathWalker<'_>, relations: &[Box<str>]) -> Result<Option<Ends>, Failure> {
        let Some(relations) = self.resolved(walker, self.compiled, relations)? else { return Ok(None) };
        Ok(Some(walker.ends(self.compiled.id, self.page, &relations)?.as_ref().clone()))
    }

    /// The entities of `target` at which a path begins that ends at the page.
    fn backward(
        &self,
        walker: &mut PathWalker<'_>,
        target: &CompiledBlueprint,
        relations: &[Box<str>],
    ) -> Result<Option<Ends>, Failure> {
        let Some(relations) = self.resolved(walker, target, relations)? else { return Ok(None) };
        let owners = self.sources(target, &relations)?;
        walker.ends_backward(self.page, relations.iter().zip(owners).rev()).map(Some)
    }

    /// The path, expanded through inherited teams; `None`: the blueprint does not have it.
    fn resolved(
        &self,
        walker: &PathWalker<'_>,
        from: &CompiledBlueprint,
        relations: &[Box<str>],
    ) -> Result<Option<Vec<Box<str>>>, Failure> {
        if relations.len() > MAX_HOPS {
            return Ok(None);
        }
        let path = Mirror { name: "".into(), relations: relations.into(), last: "$identifier".into() };
        Ok(walker.path(from, &path)?.map(|path| path.relations))
    }

    /// The row id of the blueprint at which each relation of a path begins.
    fn sources(&self, from: &CompiledBlueprint, relations: &[Box<str>]) -> Result<Vec<i64>, Failure> {
        let (mut sources, mut next) = (vec![from.id], None);
        for relation in relations {
            let at: &CompiledBlueprint = next.as_deref().unwrap_or(from);
            let target = at.relation(relation).map_or("_team", |relation| relation.target.as_str());
            let Some(target) = self.store.find_compiled(self.transaction, target)? else { break };
            sources.push(target.id);
            next = Some(target);
        }
        Ok(sources)
    }

    /// What counts of each of `ids` that is an entity of `target` and satisfies the query.
    fn measured(
        &self,
        aggregation: &Aggregation,
        target: &CompiledBlueprint,
        ids: &[i64],
    ) -> Result<Vec<(i64, Measured)>, Failure> {
        let mut measured = Vec::new();
        for ids in ids.chunks(CHUNK) {
            let rows = match &aggregation.query {
                Some(query) => {
                    let query = SearchQuery::parse(query)?;
                    self.store.matching_among(self.transaction, target, &query, ids.iter().copied().collect())?
                }
                None => self.rows(target, ids)?,
            };
            for row in rows {
                measured.extend(measure(aggregation, &row)?.map(|it| (row.id, it)));
            }
        }
        Ok(measured)
    }

    fn rows(&self, target: &CompiledBlueprint, ids: &[i64]) -> Result<Vec<Row>, Failure> {
        let mut statement = self.transaction.prepare_cached(concat!(
            "SELECT ",
            columns!(),
            " FROM json_each(?1) j CROSS JOIN entities e ON e.id = j.value WHERE e.blueprint = ?2"
        ))?;
        let rows = statement.query_map(params![id_list(ids), target.id], Row::read)?;
        Ok(rows.collect::<Result<_, _>>()?)
    }
}

/// `None`: the entity has no value, or no time, to measure.
fn measure(aggregation: &Aggregation, row: &Row) -> Result<Option<Measured>, Failure> {
    let properties = match aggregation.needs_properties() {
        true => Some(Members::of(&row.properties)?),
        false => None,
    };
    let stored = |name: &str| -> Result<Value, Failure> {
        let value = properties.as_ref().and_then(|properties| properties.get(name));
        let value = value.map(|value| serde_json::from_str(value.get())).transpose();
        Ok(value.map_err(|error| damaged(&error))?.unwrap_or_default())
    };
    let value = match &aggregation.property {
        None => 1.0,
        Some(name) => match stored(name)?.as_f64() {
            Some(value) => value,
            None => return Ok(None),
        },
    };
    let time = match &aggregation.figure {
        Figure::Average(Period::Total) | Figure::Count | Figure::Sum | Figure::Min | Figure::Max | Figure::Median => {
            Some(Moment(row.created_at))
        }
        Figure::Average(_) => match aggregation.time.as_ref() {
            "$createdAt" => Some(Moment(row.created_at)),
            "$updatedAt" => Some(Moment(row.updated_at)),
            name => stored(name)?.as_str().and_then(Moment::parse),
        },
    };
    Ok(time.map(|time| Measured { value, time }))
}
