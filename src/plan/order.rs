//! Orders the steps of a plan into waves: new relation targets, created or renamed, come first. Cycles are broken at optional
//! relations; a cycle of required relations cannot be broken.

use std::sync::Arc;

use foldhash::{HashMap, HashMapExt, HashSet};

use crate::domain::entity::EntityKey;
use crate::domain::plan::change::{Action, RelationEffect};
use crate::domain::plan::{Cycle, Obstacle, Step, StepKind, Wave};

use super::dependents::each_target;
use super::graph::{Components, Edge, Graph};
use super::input::ChangeDraft;
use super::ownership::{Pair, pair};
use super::shape::Shapes;

#[derive(Debug, Default)]
pub(super) struct Order {
    pub waves: Vec<Wave>,
    pub cycles: Vec<Cycle>,
    pub obstacles: Vec<Obstacle>,
}

/// The graph of all writes, or of all removals.
struct Work<'d> {
    /// The change of each node, ascending.
    changes: Vec<usize>,
    keys: Vec<EntityKey>,
    edges: Vec<Edge>,
    names: Names<'d>,
}

/// Interned names of relations.
#[derive(Default)]
struct Names<'d> {
    numbers: HashMap<&'d str, usize>,
    names: Vec<&'d Arc<str>>,
}

impl<'d> Names<'d> {
    fn number(&mut self, name: &'d Arc<str>) -> usize {
        *self.numbers.entry(name).or_insert_with(|| {
            self.names.push(name);
            self.names.len() - 1
        })
    }

    fn name(&self, number: usize) -> Option<Arc<str>> {
        self.names.get(number).map(|name| Arc::clone(name))
    }
}

pub(super) fn order(drafts: &[ChangeDraft<'_>], shapes: &Shapes<'_>) -> Order {
    let mut order = Order::default();
    let writes = sorted(writes(drafts, shapes), StepKind::Write, &mut order);
    order.waves.extend(waves(&writes, StepKind::Write, |node| writes.waits(node)));
    order.waves.extend(relinks(&writes));
    let removals = sorted(removals(drafts, shapes), StepKind::Delete, &mut order);
    let relinkers = relinkers(drafts, &removals.changes);
    order.waves.extend(waves(&removals, StepKind::Delete, |node| {
        let mut needs = removals.waits(node);
        needs.extend(relinkers.get(&removals.changes[node]).into_iter().flatten());
        needs
    }));
    order.obstacles.sort();
    order
}

fn writes<'d>(drafts: &'d [ChangeDraft<'_>], shapes: &Shapes<'_>) -> Work<'d> {
    let changes: Vec<usize> = (0..drafts.len()).filter(|at| drafts[*at].change.is_write()).collect();
    let keys: Vec<EntityKey> = changes.iter().map(|at| drafts[*at].change.key.clone()).collect();
    let is_new = |node: &usize| drafts[changes[*node]].change.is_new();
    let new: HashMap<Pair<'_>, usize> =
        (0..changes.len()).filter(is_new).map(|node| (pair(&drafts[changes[node]].change.key), node)).collect();
    let (mut edges, mut names) = (Vec::new(), Names::default());
    for (from, at) in changes.iter().enumerate().filter(|_| !new.is_empty()) {
        let draft = &drafts[*at];
        let shape = shapes.of(&draft.change.key.blueprint);
        for (name, (targets, _)) in draft.wanted.into_iter().flat_map(|wanted| wanted.relations_of()) {
            let Some(relation) = shape.relation(name) else { continue };
            each_target(targets, |target| {
                if let Some(to) = new.get(&(relation.target, target)) {
                    edges.push(Edge { from, to: *to, label: names.number(name), required: relation.required });
                }
            });
        }
    }
    Work { changes, keys, edges, names }
}

/// The graph of removals: a target is deleted after the entities with a relation to it.
fn removals<'d>(drafts: &'d [ChangeDraft<'_>], shapes: &Shapes<'_>) -> Work<'d> {
    let is_removal = |at: &usize| drafts[*at].change.action == Action::Delete;
    let changes: Vec<usize> = (0..drafts.len()).filter(is_removal).collect();
    let keys: Vec<EntityKey> = changes.iter().map(|at| drafts[*at].change.key.clone()).collect();
    let nodes: HashMap<Pair<'_>, usize> = keys.iter().enumerate().map(|(node, key)| (pair(key), node)).collect();
    let (mut edges, mut names) = (Vec::new(), Names::default());
    for (to, at) in changes.iter().enumerate() {
        let Some(stored) = drafts[*at].stored else { continue };
        let shape = shapes.of(&stored.key.blueprint);
        for (name, targets) in &stored.relations {
            let Some(relation) = shape.relation(name) else { continue };
            each_target(targets, |target| {
                if let Some(from) = nodes.get(&(relation.target, target)) {
                    edges.push(Edge { from: *from, to, label: names.number(name), required: relation.required });
                }
            });
        }
    }
    drop(nodes);
    Work { changes, keys, edges, names }
}

/// A graph whose cycles are broken.
struct Sorted<'d> {
    changes: Vec<usize>,
    names: Names<'d>,
    /// The remaining edges: without cycles, except those that cannot be broken.
    graph: Graph,
    components: Components,
    /// The removed edges, by node.
    broken: HashMap<usize, Vec<Edge>>,
}

impl Sorted<'_> {
    /// The changes that a node depends on, sorted, without itself and without other members of an unbreakable cycle.
    fn waits(&self, node: usize) -> Vec<usize> {
        let waits = self.graph.edges_of(node).iter().filter(|edge| !self.components.are_one(edge));
        let mut waits: Vec<usize> = waits.map(|edge| self.changes[edge.to]).collect();
        waits.sort_unstable();
        waits.dedup();
        waits
    }

    fn left_out(&self, node: usize) -> Vec<Arc<str>> {
        let broken = self.broken.get(&node).into_iter().flatten();
        let mut names: Vec<Arc<str>> = broken.filter_map(|edge| self.names.name(edge.label)).collect();
        names.sort();
        names.dedup();
        names
    }
}

/// Breaks cycles at optional relations. For writes, all cycles are reported; for deletes only unbreakable ones, because
/// the others require nothing from the user.
fn sorted<'d>(work: Work<'d>, step_kind: StepKind, order: &mut Order) -> Sorted<'d> {
    let whole = Graph::new(work.changes.len(), work.edges);
    let components = whole.components();
    let cycle = |graph: &Graph, circle: &[usize], components: &Components, room: &mut [usize]| {
        let keys = |nodes: &[usize]| nodes.iter().map(|node| work.keys[*node].clone()).collect();
        Cycle { members: keys(circle), path: keys(&graph.way_round(circle, components, room)) }
    };
    if step_kind == StepKind::Write {
        let mut room = whole.unseen();
        let circles = whole.circles(&components);
        order.cycles.extend(circles.iter().map(|circle| cycle(&whole, circle, &components, &mut room)));
    }
    let is_breakable = |edge: &Edge| components.are_one(edge) && !edge.required;
    // A write leaves out the whole relation, so it does not wait for any of its targets.
    let whole_relations = whole.edges().iter().filter(|edge| step_kind == StepKind::Write && is_breakable(edge));
    let left_out: HashSet<(usize, usize)> = whole_relations.map(|edge| (edge.from, edge.label)).collect();
    let mut broken: HashMap<usize, Vec<Edge>> = HashMap::new();
    let mut kept = Vec::with_capacity(whole.edges().len());
    for edge in whole.edges() {
        if is_breakable(edge) || left_out.contains(&(edge.from, edge.label)) {
            broken.entry(edge.from).or_default().push(*edge);
        } else {
            kept.push(*edge);
        }
    }
    let graph = Graph::new(work.changes.len(), kept);
    let components = graph.components();
    let mut room = graph.unseen();
    let whole: Vec<Cycle> =
        graph.circles(&components).iter().map(|circle| cycle(&graph, circle, &components, &mut room)).collect();
    // A cycle that cannot be broken is reported as an obstacle only.
    let named: HashSet<&[EntityKey]> = whole.iter().map(|cycle| cycle.members.as_slice()).collect();
    order.cycles.retain(|cycle| !named.contains(cycle.members.as_slice()));
    order.obstacles.extend(whole.into_iter().map(|cycle| Obstacle::RequiredCycle { step_kind, cycle }));
    Sorted { changes: work.changes, names: work.names, graph, components, broken }
}

fn waves(sorted: &Sorted<'_>, step_kind: StepKind, needs: impl Fn(usize) -> Vec<usize>) -> Vec<Wave> {
    let mut waves: Vec<Wave> = Vec::new();
    for (node, level) in sorted.graph.levels(&sorted.components).into_iter().enumerate() {
        if waves.len() <= level {
            waves.resize_with(level + 1, || Wave { step_kind, steps: Vec::new() });
        }
        let relations = if step_kind == StepKind::Write { sorted.left_out(node) } else { Vec::new() };
        waves[level].steps.push(Step { change: sorted.changes[node], relations, needs: needs(node) });
    }
    waves
}

/// The second step of broken cycles: sets the relations that were left out, when all entities exist.
fn relinks(writes: &Sorted<'_>) -> Option<Wave> {
    let mut nodes: Vec<&usize> = writes.broken.keys().collect();
    nodes.sort_unstable();
    let steps = nodes.into_iter().map(|node| {
        let targets = writes.broken.get(node).into_iter().flatten().map(|edge| writes.changes[edge.to]);
        let mut needs: Vec<usize> = targets.chain([writes.changes[*node]]).collect();
        needs.sort_unstable();
        needs.dedup();
        Step { change: writes.changes[*node], relations: writes.left_out(*node), needs }
    });
    let steps: Vec<Step> = steps.collect();
    (!steps.is_empty()).then_some(Wave { step_kind: StepKind::Relink, steps })
}

/// The writes that must come before a removal: those that change relations to it.
fn relinkers(drafts: &[ChangeDraft<'_>], removals: &[usize]) -> HashMap<usize, Vec<usize>> {
    let changes: HashMap<Pair<'_>, usize> =
        drafts.iter().enumerate().map(|(at, draft)| (pair(&draft.change.key), at)).collect();
    let needs = removals.iter().map(|at| {
        let change = &drafts[*at].change;
        let relinked = change.dependents.iter().filter(|dependent| dependent.after == RelationEffect::Relinked);
        let relinked = relinked.filter_map(|dependent| changes.get(&pair(&dependent.key)).copied());
        let mut needs: Vec<usize> = relinked.collect();
        needs.sort_unstable();
        needs.dedup();
        (*at, needs)
    });
    needs.collect()
}
