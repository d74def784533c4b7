//! Follows relation paths from a whole page of entities at once: one statement per relation, however many entities.

use std::collections::{HashMap, HashSet, VecDeque};
use std::rc::Rc;

use rusqlite::{ToSql, Transaction, params};

use super::row::{Row, columns};
use crate::catalog::wire::Refusal;
use crate::domain::blueprint::references::TEAM;
use crate::embedded::store::compiled_blueprint::{CompiledBlueprint, Mirror};
use crate::embedded::store::connection::Store;
use crate::embedded::store::error::Failure;

/// The maximum length of a path, as on the platform.
pub(super) const MAX_HOPS: usize = 15;
/// The maximum number of links that one read follows: in a fully connected graph, each hop follows all of them for each
/// entity.
const MAX_LINKS: usize = 4_000_000;

/// The entities at the end of each entity's path, in the order of the relations, without duplicates.
pub(in crate::embedded::store) type Ends = HashMap<i64, Vec<i64>>;

/// A mirror's path, expanded through the mirrors and inherited teams that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct ResolvedPath {
    pub relations: Vec<Box<str>>,
    pub last: Box<str>,
    /// At least one of its relations has many targets.
    pub many: bool,
}

/// The state of one read: results are cached.
pub(super) struct PathWalker<'s> {
    store: &'s Store,
    transaction: &'s Transaction<'s>,
    rows: HashMap<i64, Rc<Row>>,
    /// By blueprint and relation path.
    ends: HashMap<(i64, Vec<Box<str>>), Rc<Ends>>,
    /// The number of links that may still be followed.
    left: usize,
}

impl<'s> PathWalker<'s> {
    pub fn new(store: &'s Store, transaction: &'s Transaction<'s>) -> Self {
        Self::within(MAX_LINKS, store, transaction)
    }

    pub fn within(links: usize, store: &'s Store, transaction: &'s Transaction<'s>) -> Self {
        Self { store, transaction, rows: HashMap::new(), ends: HashMap::new(), left: links }
    }

    /// `None`: the path leads to nothing that the embedded catalog computes.
    pub fn path(&self, from: &CompiledBlueprint, mirror: &Mirror) -> Result<Option<ResolvedPath>, Failure> {
        let mut path = ResolvedPath { relations: Vec::new(), last: mirror.last.clone(), many: false };
        let mut at: Option<std::sync::Arc<CompiledBlueprint>> = None;
        let mut steps = VecDeque::from(mirror.relations.to_vec());
        loop {
            while let Some(step) = steps.pop_front() {
                let here = at.as_deref().unwrap_or(from);
                if step.as_ref() == TEAM && here.relation(TEAM).is_none() {
                    if here.inherited.as_ref().is_some_and(|relations| relations.is_empty()) {
                        return Ok(None);
                    }
                    if let Some(inherited) = &here.inherited {
                        // The team is inherited, so the path first leads to that entity.
                        steps.push_front(step);
                        inherited.iter().rev().for_each(|relation| steps.push_front(relation.clone()));
                        if path.relations.len() + steps.len() > MAX_HOPS {
                            return Ok(None);
                        }
                        continue;
                    }
                    path.many = true;
                    path.relations.push(step);
                    at = self.store.find_compiled(self.transaction, "_team")?;
                    continue;
                }
                let Some(relation) = here.relation(&step) else { return Ok(None) };
                path.many |= relation.many;
                let Some(target) = self.store.find_compiled(self.transaction, &relation.target)? else {
                    return Ok(None);
                };
                path.relations.push(step);
                at = Some(target);
            }
            let here = at.as_deref().unwrap_or(from);
            let further = match (&here.inherited, here.mirrors.iter().find(|mirror| mirror.name == path.last)) {
                (Some(relations), _) if path.last.as_ref() == "$team" => relations.to_vec(),
                (_, Some(mirror)) => {
                    path.last = mirror.last.clone();
                    mirror.relations.to_vec()
                }
                (_, None) if here.computed(&path.last).is_some() => return Ok(None),
                (_, None) => return Ok(Some(path)),
            };
            if further.is_empty() || path.relations.len() + further.len() > MAX_HOPS {
                return Ok(None);
            }
            steps = VecDeque::from(further);
        }
    }

    /// The entities at the end of the paths of all `sources` (entities of `blueprint`).
    pub fn ends(&mut self, blueprint: i64, sources: &[i64], relations: &[Box<str>]) -> Result<Rc<Ends>, Failure> {
        let key = (blueprint, relations.to_vec());
        if let Some(known) = self.ends.get(&key) {
            return Ok(Rc::clone(known));
        }
        let ends = match relations.split_last() {
            None => sources.iter().map(|id| (*id, vec![*id])).collect(),
            Some((last, before)) => {
                let reached = self.ends(blueprint, sources, before)?;
                let mut from = reached.values().flatten().copied().collect::<Vec<_>>();
                from.sort_unstable();
                from.dedup();
                let step = targets(self.transaction, &from, last)?;
                let mut ends = Ends::with_capacity(reached.len());
                for (source, ids) in reached.iter() {
                    let follow_hop = self.follow_hop(ids, &step).ok_or_else(|| too_far(relations))?;
                    ends.insert(*source, follow_hop);
                }
                ends
            }
        };
        let ends = Rc::new(ends);
        self.ends.insert(key, Rc::clone(&ends));
        Ok(ends)
    }

    /// The entities at which a path begins that ends at one of `ends`. The relations are in reverse order, each with the
    /// blueprint that has it.
    pub fn ends_backward<'r>(
        &mut self,
        ends: &[i64],
        relations: impl Iterator<Item = (&'r Box<str>, i64)>,
    ) -> Result<Ends, Failure> {
        let mut reached: Ends = ends.iter().map(|id| (*id, vec![*id])).collect();
        for (relation, blueprint) in relations {
            let mut at = reached.values().flatten().copied().collect::<Vec<_>>();
            at.sort_unstable();
            at.dedup();
            let step = sources(self.transaction, &at, relation, blueprint)?;
            for ids in reached.values_mut() {
                *ids = self.follow_hop(ids, &step).ok_or_else(|| too_far(std::slice::from_ref(relation)))?;
            }
        }
        Ok(reached)
    }

    /// The targets of one relation of one entity.
    pub fn targets(&self, source: i64, relation: &str) -> Result<Vec<i64>, Failure> {
        Ok(targets(self.transaction, &[source], relation)?.remove(&source).unwrap_or_default())
    }

    /// Follows one hop from `ids`; `None`: the limit of links is exceeded.
    fn follow_hop(&mut self, ids: &[i64], step: &Ends) -> Option<Vec<i64>> {
        let mut seen = HashSet::new();
        let mut ends = Vec::new();
        for targets in ids.iter().filter_map(|id| step.get(id)) {
            self.left = self.left.checked_sub(targets.len())?;
            ends.extend(targets.iter().copied().filter(|target| seen.insert(*target)));
        }
        Some(ends)
    }

    /// Reads the rows that are not cached yet.
    pub fn load(&mut self, ids: impl Iterator<Item = i64>) -> Result<(), Failure> {
        let mut missing = ids.filter(|id| !self.rows.contains_key(id)).collect::<Vec<_>>();
        missing.sort_unstable();
        missing.dedup();
        if missing.is_empty() {
            return Ok(());
        }
        let mut statement = self.transaction.prepare_cached(concat!(
            "SELECT ",
            columns!(),
            " FROM json_each(?1) j CROSS JOIN entities e ON e.id = j.value"
        ))?;
        for row in statement.query_map(params![id_list(&missing)], Row::read)? {
            let row = row?;
            self.rows.insert(row.id, Rc::new(row));
        }
        Ok(())
    }

    pub fn blueprint_of(&self, id: i64) -> Result<String, Failure> {
        Ok(self.store.compiled_by_id(self.transaction, id)?.identifier().to_owned())
    }

    pub fn row(&self, id: i64) -> Option<&Rc<Row>> {
        self.rows.get(&id)
    }
}

fn too_far(relations: &[Box<str>]) -> Refusal {
    Refusal::invalid(format!(
        "the path \"{}\" leads over more than {MAX_LINKS} relations for the entities of one page: ask for fewer entities at a \
         time, or leave out what is computed with `exclude_calculated_properties=true`",
        relations.join(".")
    ))
}

/// The targets of one relation, for each of `sources`.
pub(in crate::embedded::store) fn targets(
    transaction: &Transaction<'_>,
    sources: &[i64],
    relation: &str,
) -> Result<Ends, Failure> {
    // A team without an entity in `_team` leads nowhere.
    let statement = match relation {
        TEAM => {
            "SELECT e.id, t.id FROM json_each(?1) j CROSS JOIN entities e ON e.id = j.value \
             CROSS JOIN json_each(e.team) m CROSS JOIN blueprints b ON b.identifier = '_team' \
             CROSS JOIN entities t ON t.blueprint = b.id AND t.identifier = m.value ORDER BY e.id, m.key"
        }
        _ => {
            "SELECT l.source, l.target FROM json_each(?1) j CROSS JOIN links l ON l.source = j.value AND \
             l.relation = ?2 ORDER BY l.source, l.position"
        }
    };
    let mut statement = transaction.prepare_cached(statement)?;
    let mut ends = Ends::new();
    let list = id_list(sources);
    let given: [&dyn ToSql; 2] = [&list, &relation];
    let given = if relation == TEAM { &given[..1] } else { &given[..] };
    let rows = statement.query_map(given, |row| Ok((row.get(0)?, row.get(1)?)))?;
    for row in rows {
        let (source, target): (i64, i64) = row?;
        ends.entry(source).or_default().push(target);
    }
    Ok(ends)
}

/// The entities of a blueprint that have a relation to a target, for each of `targets`.
fn sources(transaction: &Transaction<'_>, targets: &[i64], relation: &str, blueprint: i64) -> Result<Ends, Failure> {
    // No index has the members of a team, so all entities of the blueprint are read. The plus keeps SQLite from looking
    // up each of the targets for each member.
    let statement = match relation {
        TEAM => {
            "SELECT t.id, e.id FROM entities e CROSS JOIN json_each(e.team) m CROSS JOIN blueprints b \
             ON b.identifier = '_team' CROSS JOIN entities t ON t.blueprint = b.id AND t.identifier = m.value \
             WHERE e.blueprint = ?2 AND +t.id IN (SELECT value FROM json_each(?1)) ORDER BY e.id"
        }
        _ => {
            "SELECT l.target, l.source FROM json_each(?1) j CROSS JOIN links l ON l.target = j.value \
             AND l.relation = ?2 ORDER BY l.source"
        }
    };
    let mut statement = transaction.prepare_cached(statement)?;
    let list = id_list(targets);
    let given: [&dyn ToSql; 2] = if relation == TEAM { [&list, &blueprint] } else { [&list, &relation] };
    let rows = statement.query_map(given, |row| Ok((row.get(0)?, row.get(1)?)))?;
    let mut ends = Ends::new();
    for row in rows {
        let (target, source): (i64, i64) = row?;
        ends.entry(target).or_default().push(source);
    }
    Ok(ends)
}

/// Row ids as a JSON list, to pass many of them to one statement.
pub(in crate::embedded::store) fn id_list(ids: &[i64]) -> String {
    let mut list = String::with_capacity(ids.len() * 8 + 2);
    list.push('[');
    for (at, id) in ids.iter().enumerate() {
        if at > 0 {
            list.push(',');
        }
        list.push_str(&id.to_string());
    }
    list.push(']');
    list
}
