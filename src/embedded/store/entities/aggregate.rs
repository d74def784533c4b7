//! Evaluates aggregation properties for the entities of a page: a figure over all related entities of one blueprint. The
//! platform evaluates them every 15 minutes, this catalog with every read.

use std::collections::{HashMap, HashSet};

use rusqlite::{Transaction, params};
use serde_json::Value;

use super::members::{Members, damaged};
use super::relation_paths::{Ends, id_list, targets};
use super::row::{Row, columns};
use crate::catalog::wire::Refusal;
use crate::domain::blueprint::references::TEAM;
use crate::domain::value::timestamp::Moment;
use crate::embedded::api::SearchQuery;
use crate::embedded::store::aggregation::{Aggregation, Figure, Measured, Period};
use crate::embedded::store::compiled_blueprint::CompiledBlueprint;
use crate::embedded::store::connection::Store;
use crate::embedded::store::error::Failure;

/// The maximum number of links that one page follows.
const MAX_LINKS: usize = 4_000_000;
/// The number of entities that are read at once.
const CHUNK: usize = 1000;

/// Evaluates the aggregation properties of one blueprint.
pub(super) struct Aggregator<'s> {
    pub store: &'s Store,
    pub transaction: &'s Transaction<'s>,
    pub compiled: &'s CompiledBlueprint,
}

impl Aggregator<'_> {
    /// The value for each of `ids`. Null: the property is about nothing that this catalog has.
    pub fn values(&self, aggregation: &Aggregation, ids: &[i64]) -> Result<HashMap<i64, Value>, Failure> {
        let Some(target) = self.store.find_compiled(self.transaction, &aggregation.target)? else {
            return Ok(HashMap::new());
        };
        let Some(mut related) = self.related(aggregation, &target, ids)? else { return Ok(HashMap::new()) };
        let mut all = related.values().flatten().copied().collect::<Vec<_>>();
        all.sort_unstable();
        all.dedup();
        let measured = match self.measured(aggregation, &target, &all) {
            Ok(measured) => measured,
            // A query that the search refuses has no result; the entity can be read all the same.
            Err(Failure::Refused(refusal)) if refusal.status == 422 => return Ok(HashMap::new()),
            Err(failure) => return Err(failure),
        };
        let now = self.store.now();
        let figure = |id: &i64| {
            let found = related.remove(id).unwrap_or_default();
            let found = found.iter().filter_map(|id| measured.get(id)).copied().collect::<Vec<_>>();
            (*id, aggregation.figure.of(&found, now))
        };
        Ok(ids.iter().map(figure).collect())
    }

    /// The related entities of each entity, of any blueprint; `None`: the path does not begin or end here.
    fn related(
        &self,
        aggregation: &Aggregation,
        target: &CompiledBlueprint,
        ids: &[i64],
    ) -> Result<Option<Ends>, Failure> {
        let mut walk = Walk { transaction: self.transaction, target: target.id, left: MAX_LINKS };
        let Some(path) = &aggregation.path else { return walk.all(self.compiled, target, ids).map(Some) };
        match path.from.as_deref() {
            None => walk.along(ids, &path.relations, Direction::Forward).map(Some),
            Some(from) if from == self.compiled.identifier() => {
                walk.along(ids, &path.relations, Direction::Forward).map(Some)
            }
            Some(from) if from == target.identifier() => {
                let back: Vec<Box<str>> = path.relations.iter().rev().cloned().collect();
                walk.along(ids, &back, Direction::Backward).map(Some)
            }
            Some(_) => Ok(None),
        }
    }

    /// What counts of each of `ids` that is an entity of `target` and satisfies the query.
    fn measured(
        &self,
        aggregation: &Aggregation,
        target: &CompiledBlueprint,
        ids: &[i64],
    ) -> Result<HashMap<i64, Measured>, Failure> {
        let mut measured = HashMap::new();
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

/// The direction in which a relation is followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// From an entity to its targets.
    Forward,
    /// From an entity to those that point to it.
    Backward,
}

struct Walk<'t> {
    transaction: &'t Transaction<'t>,
    /// The row id of the blueprint whose entities are aggregated.
    target: i64,
    /// The number of links that may still be followed.
    left: usize,
}

impl Walk<'_> {
    /// The entities at the end of a path of relations.
    fn along(&mut self, ids: &[i64], relations: &[Box<str>], direction: Direction) -> Result<Ends, Failure> {
        let mut ends: Ends = ids.iter().map(|id| (*id, vec![*id])).collect();
        for relation in relations {
            let step = self.step(&union(&ends), Some(relation), direction)?;
            for reached in ends.values_mut() {
                let mut seen = HashSet::new();
                let next = reached.iter().filter_map(|id| step.get(id)).flatten().copied();
                let next = next.filter(|id| seen.insert(*id)).collect::<Vec<_>>();
                *reached = next;
            }
            self.spend(&ends)?;
        }
        Ok(ends)
    }

    /// The entities that any path leads to, in one direction or in the other, and those of an ownership.
    fn all(&mut self, source: &CompiledBlueprint, target: &CompiledBlueprint, ids: &[i64]) -> Result<Ends, Failure> {
        let mut reached: HashMap<i64, HashSet<i64>> = HashMap::with_capacity(ids.len());
        for direction in [Direction::Forward, Direction::Backward] {
            let mut frontier: Ends = ids.iter().map(|id| (*id, vec![*id])).collect();
            let mut seen: HashMap<i64, HashSet<i64>> = HashMap::with_capacity(ids.len());
            while frontier.values().any(|ids| !ids.is_empty()) {
                let step = self.step(&union(&frontier), None, direction)?;
                for (source, at) in &mut frontier {
                    let seen = seen.entry(*source).or_default();
                    let next = at.iter().filter_map(|id| step.get(id)).flatten().copied();
                    *at = next.filter(|id| seen.insert(*id)).collect();
                }
                self.spend(&frontier)?;
            }
            for (source, ids) in seen {
                reached.entry(source).or_default().extend(ids);
            }
        }
        let team = match (source.identifier(), target.identifier()) {
            ("_team", _) => Some(Direction::Backward),
            (_, "_team") => Some(Direction::Forward),
            (_, _) => None,
        };
        if let Some(direction) = team {
            for (source, ids) in self.step(ids, Some(TEAM), direction)? {
                reached.entry(source).or_default().extend(ids);
            }
        }
        Ok(reached.into_iter().map(|(source, ids)| (source, ids.into_iter().collect())).collect())
    }

    fn step(&self, from: &[i64], relation: Option<&str>, direction: Direction) -> Result<Ends, Failure> {
        let statement = match (relation, direction) {
            (Some(relation), Direction::Forward) => return targets(self.transaction, from, relation),
            (None, Direction::Forward) => {
                "SELECT l.source, l.target FROM json_each(?1) j CROSS JOIN links l ON l.source = j.value"
            }
            (None, Direction::Backward) => {
                "SELECT l.target, l.source FROM json_each(?1) j CROSS JOIN links l ON l.target = j.value"
            }
            // No index has the members of a team, so only the entities that count are read.
            (Some(TEAM), Direction::Backward) => {
                "SELECT t.id, e.id FROM entities e CROSS JOIN json_each(e.team) m CROSS JOIN entities t \
                 ON t.identifier = m.value CROSS JOIN json_each(?1) j ON j.value = t.id WHERE e.blueprint = ?2"
            }
            (Some(_), Direction::Backward) => {
                "SELECT l.target, l.source FROM json_each(?1) j CROSS JOIN links l ON l.target = j.value \
                 AND l.relation = ?2"
            }
        };
        let mut statement = self.transaction.prepare_cached(statement)?;
        let list = id_list(from);
        let mut rows = match relation {
            None => statement.query(params![list])?,
            Some(TEAM) => statement.query(params![list, self.target])?,
            Some(relation) => statement.query(params![list, relation])?,
        };
        let mut ends = Ends::new();
        while let Some(row) = rows.next()? {
            ends.entry(row.get(0)?).or_default().push(row.get(1)?);
        }
        Ok(ends)
    }

    fn spend(&mut self, ends: &Ends) -> Result<(), Failure> {
        let followed = ends.values().map(Vec::len).sum::<usize>();
        self.left = self.left.checked_sub(followed).ok_or_else(|| {
            Refusal::invalid(format!(
                "the aggregation properties lead over more than {MAX_LINKS} relations for the entities of one page: ask for \
                 fewer entities at a time, or leave out what is computed with `exclude_calculated_properties=true`"
            ))
        })?;
        Ok(())
    }
}

fn union(ends: &Ends) -> Vec<i64> {
    let mut union = ends.values().flatten().copied().collect::<Vec<_>>();
    union.sort_unstable();
    union.dedup();
    union
}
