//! Follows relations between entities. Sets of rows are followed by the index of links, so the cost depends on the
//! links followed.

use std::collections::{BTreeMap, HashSet};

use rusqlite::{Transaction, params};

use crate::catalog::wire::Refusal;
use crate::embedded::api::{Direction, Hop, Related, RelationPath};
use crate::embedded::store::entities::id_list;
use crate::embedded::store::error::Failure;

/// All entities reachable upstream or downstream. The start entities are included only if a path leads back to them.
pub(super) fn related(transaction: &Transaction<'_>, related: &Related) -> Result<HashSet<i64>, Failure> {
    let start = named(transaction, Some(&related.blueprint), &related.identifiers)?;
    let required = match related.required {
        None => None,
        Some(wanted) => Some((wanted, required_relations(transaction)?)),
    };
    let directions = match related.direction {
        Some(direction) => vec![direction],
        None => vec![Direction::Upstream, Direction::Downstream],
    };
    let mut reached = HashSet::new();
    for direction in directions {
        let mut found = HashSet::new();
        let mut frontier = start.clone();
        while !frontier.is_empty() {
            frontier = step(transaction, &frontier, direction, None, required.as_ref())?;
            frontier.retain(|id| found.insert(*id));
        }
        reached.extend(found);
    }
    Ok(reached)
}

/// The entities at the other end of a relation path.
pub(super) fn along(transaction: &Transaction<'_>, path: &RelationPath) -> Result<HashSet<i64>, Failure> {
    let mut frontier = named(transaction, path.from_blueprint.as_deref(), &path.identifiers)?;
    let hops: Vec<&Hop> = match path.from_blueprint {
        Some(_) => path.hops.iter().collect(),
        None => path.hops.iter().rev().collect(),
    };
    let direction = if path.from_blueprint.is_some() { Direction::Upstream } else { Direction::Downstream };
    for hop in hops {
        let mut reached = HashSet::new();
        for _ in 0..hop.at_most {
            frontier = step(transaction, &frontier, direction, Some(&hop.relation), None)?;
            frontier.retain(|id| reached.insert(*id));
            if frontier.is_empty() {
                break;
            }
        }
        frontier = reached.into_iter().collect();
    }
    Ok(frontier.into_iter().collect())
}

/// The row ids of some identifiers, in one blueprint or in all. A missing blueprint is an error, a missing entity is
/// not.
fn named(transaction: &Transaction<'_>, blueprint: Option<&str>, identifiers: &[String]) -> Result<Vec<i64>, Failure> {
    if let Some(blueprint) = blueprint {
        let mut statement = transaction.prepare_cached("SELECT 1 FROM blueprints WHERE identifier = ?1")?;
        if !statement.exists([blueprint])? {
            return Err(Refusal::not_found("Blueprint", "identifier", blueprint).into());
        }
    }
    let mut statement = transaction.prepare_cached(
        "SELECT e.id FROM blueprints b CROSS JOIN json_each(?2) j
         CROSS JOIN entities e ON e.blueprint = b.id AND e.identifier = j.value
         WHERE ?1 IS NULL OR b.identifier = ?1",
    )?;
    let list = serde_json::Value::from(identifiers).to_string();
    let rows = statement.query_map(params![blueprint, list], |row| row.get(0))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The required relations of each blueprint, by row id.
type RequiredRelations = BTreeMap<i64, HashSet<String>>;

fn required_relations(transaction: &Transaction<'_>) -> Result<RequiredRelations, Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT b.id, r.key FROM blueprints b, json_each(b.body, '$.relations') r
         WHERE json_extract(r.value, '$.required') IS TRUE",
    )?;
    let mut required = RequiredRelations::new();
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    for row in rows {
        let (blueprint, relation): (i64, String) = row?;
        required.entry(blueprint).or_default().insert(relation);
    }
    Ok(required)
}

/// The other ends of the links of all of `from`, possibly with duplicates.
fn step(
    transaction: &Transaction<'_>,
    from: &[i64],
    direction: Direction,
    relation: Option<&str>,
    required: Option<&(bool, RequiredRelations)>,
) -> Result<Vec<i64>, Failure> {
    let mut statement = transaction.prepare_cached(statement(direction, relation.is_some(), required.is_some()))?;
    let mut rows = match relation {
        Some(relation) => statement.query(params![id_list(from), relation])?,
        None => statement.query(params![id_list(from)])?,
    };
    let mut ends = Vec::new();
    while let Some(row) = rows.next()? {
        let counts = match required {
            None => true,
            Some((wanted, relations)) => {
                let name = row.get_ref(1)?.as_str().map_err(rusqlite::Error::from)?;
                relations.get(&row.get(2)?).is_some_and(|relations| relations.contains(name)) == *wanted
            }
        };
        if counts {
            ends.push(row.get(0)?);
        }
    }
    Ok(ends)
}

/// The blueprint is joined only where it matters. Each statement uses an index, starting from the given entities.
pub(super) fn statement(direction: Direction, of_one_relation: bool, with_blueprint: bool) -> &'static str {
    match (direction, of_one_relation, with_blueprint) {
        (Direction::Upstream, true, _) => {
            "SELECT l.target FROM json_each(?1) j CROSS JOIN links l ON l.source = j.value AND l.relation = ?2"
        }
        (Direction::Downstream, true, _) => {
            "SELECT l.source FROM json_each(?1) j CROSS JOIN links l ON l.target = j.value AND l.relation = ?2"
        }
        (Direction::Upstream, false, false) => {
            "SELECT l.target FROM json_each(?1) j CROSS JOIN links l ON l.source = j.value"
        }
        (Direction::Downstream, false, false) => {
            "SELECT l.source FROM json_each(?1) j CROSS JOIN links l ON l.target = j.value"
        }
        (Direction::Upstream, false, true) => {
            "SELECT l.target, l.relation, e.blueprint FROM json_each(?1) j
             CROSS JOIN links l ON l.source = j.value CROSS JOIN entities e ON e.id = l.source"
        }
        (Direction::Downstream, false, true) => {
            "SELECT l.source, l.relation, e.blueprint FROM json_each(?1) j
             CROSS JOIN links l ON l.target = j.value CROSS JOIN entities e ON e.id = l.source"
        }
    }
}
