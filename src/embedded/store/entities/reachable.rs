//! The entities that a page of entities is related to. Each has one bit per entity of the page, and relations are followed
//! for 64 of them at once, so that a catalog in which everything is related can be read.

use std::collections::{HashMap, VecDeque};

use rusqlite::{Transaction, params};

use super::relation_paths::{Ends, id_list};
use crate::catalog::wire::Refusal;
use crate::embedded::store::error::Failure;

/// The maximum number of links of the entities that one page leads to.
const MAX_LINKS: usize = 4_000_000;
/// The maximum number of times that one page follows a link. Each word of bits may follow a link 64 times.
const MAX_STEPS: usize = 400_000_000;

/// For each related entity, the entities of the page, by their position.
#[derive(Debug, Clone)]
pub(super) struct Reachable {
    words: usize,
    sources: HashMap<i64, Box<[u64]>>,
}

/// The direction in which relations are followed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Direction {
    /// From an entity to its targets.
    Forward,
    /// From an entity to those that point to it.
    Backward,
}

impl Reachable {
    fn of_none(page: usize) -> Self {
        Self { words: page.div_ceil(64), sources: HashMap::new() }
    }

    /// The entities at the ends of a path.
    pub fn along(page: &[i64], ends: &Ends) -> Self {
        let mut reachable = Self::of_none(page.len());
        reachable.extend(page, ends);
        reachable
    }

    /// The entities that relations lead to, in one direction or in the other, over any number of entities. An entity is
    /// related to itself only if relations lead back to it.
    pub fn of(transaction: &Transaction<'_>, page: &[i64]) -> Result<Self, Failure> {
        let mut reachable = Self::of_none(page.len());
        let mut steps = MAX_STEPS;
        for direction in [Direction::Forward, Direction::Backward] {
            let graph = Graph::load(transaction, page, direction)?;
            for (word, sources) in page.chunks(64).enumerate() {
                let reached = graph.follow(sources, &mut steps).ok_or_else(too_many)?;
                for (id, bits) in graph.ids.iter().zip(reached).filter(|(_, bits)| *bits != 0) {
                    reachable.row(*id)[word] |= bits;
                }
            }
        }
        Ok(reachable)
    }

    pub fn extend(&mut self, page: &[i64], ends: &Ends) {
        for (position, source) in page.iter().enumerate() {
            for id in ends.get(source).into_iter().flatten() {
                self.row(*id)[position / 64] |= 1 << (position % 64);
            }
        }
    }

    fn row(&mut self, id: i64) -> &mut [u64] {
        let words = self.words;
        self.sources.entry(id).or_insert_with(|| vec![0; words].into())
    }

    /// The row ids of the related entities, in order.
    pub fn ids(&self) -> Vec<i64> {
        let mut ids = self.sources.keys().copied().collect::<Vec<_>>();
        ids.sort_unstable();
        ids
    }

    /// The entities of the page that are related to this entity.
    pub fn sources(&self, id: i64) -> Sources<'_> {
        Sources(self.sources.get(&id).map_or(&[], AsRef::as_ref))
    }
}

/// Some of the entities of a page.
#[derive(Debug, Clone, Copy)]
pub(super) struct Sources<'a>(&'a [u64]);

impl Sources<'_> {
    pub fn contains(self, position: usize) -> bool {
        self.0.get(position / 64).is_some_and(|word| word >> (position % 64) & 1 == 1)
    }
}

fn too_many() -> Refusal {
    Refusal::invalid(
        "the aggregation properties follow too many relations for the entities of one page: ask for fewer entities at a \
         time, or leave out what is computed with `exclude_calculated_properties=true`",
    )
}

/// The entities that a page leads to in one direction, and their links.
struct Graph {
    ids: Vec<i64>,
    positions: HashMap<i64, usize>,
    links: Vec<Vec<usize>>,
}

impl Graph {
    fn load(transaction: &Transaction<'_>, page: &[i64], direction: Direction) -> Result<Self, Failure> {
        let mut statement = transaction.prepare_cached(match direction {
            Direction::Forward => {
                "SELECT l.source, l.target FROM json_each(?1) j CROSS JOIN links l ON l.source = j.value"
            }
            Direction::Backward => {
                "SELECT l.target, l.source FROM json_each(?1) j CROSS JOIN links l ON l.target = j.value"
            }
        })?;
        let mut graph = Self { ids: Vec::new(), positions: HashMap::new(), links: Vec::new() };
        for id in page {
            graph.position(*id);
        }
        let (mut loaded, mut count) = (0, 0_usize);
        while loaded < graph.ids.len() {
            let list = id_list(&graph.ids[loaded..]);
            loaded = graph.ids.len();
            let mut rows = statement.query(params![list])?;
            while let Some(row) = rows.next()? {
                let (from, to) = (graph.position(row.get(0)?), graph.position(row.get(1)?));
                graph.links[from].push(to);
                count += 1;
                if count > MAX_LINKS {
                    return Err(too_many().into());
                }
            }
        }
        Ok(graph)
    }

    fn position(&mut self, id: i64) -> usize {
        *self.positions.entry(id).or_insert_with(|| {
            self.ids.push(id);
            self.links.push(Vec::new());
            self.ids.len() - 1
        })
    }

    /// For each entity of the graph, which of up to 64 `sources` lead to it; `None`: more than `steps` would be followed.
    fn follow(&self, sources: &[i64], steps: &mut usize) -> Option<Vec<u64>> {
        let mut reached = vec![0; self.ids.len()];
        // The bits that an entity has not passed on yet; entities with such bits are queued.
        let mut fresh = vec![0; self.ids.len()];
        let mut queue = VecDeque::new();
        for (bit, source) in sources.iter().enumerate() {
            let position = self.positions[source];
            fresh[position] = 1_u64 << bit;
            queue.push_back(position);
        }
        while let Some(position) = queue.pop_front() {
            let bits = std::mem::take(&mut fresh[position]);
            *steps = steps.checked_sub(self.links[position].len())?;
            for next in &self.links[position] {
                let new = bits & !reached[*next];
                if new == 0 {
                    continue;
                }
                reached[*next] |= new;
                if fresh[*next] == 0 {
                    queue.push_back(*next);
                }
                fresh[*next] |= new;
            }
        }
        Some(reached)
    }
}
