//! When the entities of a resync arrive. The exporter sends them in random order, and the catalog refuses an entity whose
//! target is not there yet: chains take several resyncs, circles never arrive, unless the catalog creates missing targets.

use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

use super::super::graph::{Edge, Graph};
use super::refusal::is_protected;
use super::sent::SentEntity;
use crate::domain::blueprint::set::Blueprints;
use crate::domain::blueprint::{TEAM, USER};
use crate::domain::entity::EntityKey;
use crate::domain::forecast::{Arrival, BlockerKind, RefusalReason};
use crate::domain::snapshot::{Completeness, Snapshot};

/// A target of a relation that is sent.
#[derive(Debug)]
pub(super) struct Link {
    pub relation: Arc<str>,
    pub target: EntityKey,
    pub is_required: bool,
}

/// The targets of an entity, by the relations of its blueprint.
pub(super) fn links(key: &EntityKey, sent: &SentEntity, blueprints: &Blueprints) -> Vec<Link> {
    let Some(blueprint) = blueprints.named(&key.blueprint) else { return Vec::new() };
    let mut found = Vec::new();
    for (name, relation) in &sent.relations {
        let Some(shape) = blueprint.relation(name) else { continue };
        let target: Arc<str> = shape.target.as_str().into();
        for identifier in relation.targets() {
            let target = EntityKey { blueprint: Arc::clone(&target), identifier: identifier.clone() };
            found.push(Link { relation: Arc::clone(name), target, is_required: shape.required });
        }
    }
    found
}

/// Whether the catalog has an entity. What could not be read counts as there.
pub(super) fn is_in(live: &Snapshot, key: &EntityKey) -> bool {
    match live.blueprints.get(&*key.blueprint) {
        Some(shelf) if shelf.completeness == Completeness::Complete => {
            live.get(&key.blueprint, &key.identifier).is_some()
        }
        Some(_) | None => true,
    }
}

/// An entity with what decides its arrival.
pub(super) struct Sending<'a> {
    pub key: &'a EntityKey,
    pub links: Vec<Link>,
    pub refusal: Option<RefusalReason>,
}

#[derive(Debug, Default)]
pub(super) struct Arrivals {
    /// In the order of the entities.
    pub of: Vec<Arrival>,
    /// Each with the index of an entity.
    pub blockers: Vec<(usize, BlockerKind)>,
    pub stubs: BTreeSet<EntityKey>,
}

/// What keeps an entity from arriving by itself.
struct Obstacles {
    blockers: Vec<Vec<BlockerKind>>,
    edges: Vec<Edge>,
    /// The relation of each edge, by its label.
    relations: Vec<Arc<str>>,
    stubs: BTreeSet<EntityKey>,
}

/// Computes when each entity arrives. `creates_missing`: the catalog is asked to create missing targets.
pub(super) fn arrivals(sendings: &[Sending<'_>], live: &Snapshot, creates_missing: bool) -> Arrivals {
    let Obstacles { mut blockers, edges, relations, stubs } = obstacles(sendings, live, creates_missing);
    let graph = Graph::new(sendings.len(), edges);
    let components = graph.components();
    let mut is_in_circle = vec![false; sendings.len()];
    let mut room = graph.unseen();
    for circle in graph.circles(&components) {
        circle.iter().for_each(|node| is_in_circle[*node] = true);
        let way = graph.way_round(&circle, &components, &mut room);
        let members = way.iter().map(|node| sendings[*node].key.clone()).collect();
        if let Some(first) = way.first() {
            blockers[*first].push(BlockerKind::RelationCycle { members });
        }
        for node in circle.iter().filter(|node| !way.contains(node)) {
            let inside = graph.edges_of(*node).iter().find(|edge| components.are_one(edge));
            let blocker = inside.map(|edge| target_refused(edge, &relations, sendings));
            blockers[*node].extend(blocker);
        }
    }
    // A component depends only on components with smaller numbers, so targets come first.
    let mut resync: Vec<Option<usize>> = vec![None; sendings.len()];
    for node in components.members().into_iter().flatten() {
        if !blockers[node].is_empty() || is_in_circle[node] {
            continue;
        }
        let waits = graph.edges_of(node).iter().map(|edge| resync[edge.to]);
        resync[node] = waits.collect::<Option<Vec<_>>>().map(|waits| 1 + waits.into_iter().max().unwrap_or(0));
        if resync[node].is_none()
            && let Some(edge) = graph.edges_of(node).iter().find(|edge| resync[edge.to].is_none())
        {
            blockers[node].push(target_refused(edge, &relations, sendings));
        }
    }
    let of = resync.into_iter().map(|resync| match resync {
        None => Arrival::Never,
        Some(1) => Arrival::InThisResync,
        Some(resync) => Arrival::Later { resync },
    });
    let of = of.collect();
    let blockers = blockers.into_iter().enumerate();
    let blockers = blockers.flat_map(|(node, kinds)| kinds.into_iter().map(move |kind| (node, kind))).collect();
    Arrivals { of, blockers, stubs }
}

fn target_refused(edge: &Edge, relations: &[Arc<str>], sendings: &[Sending<'_>]) -> BlockerKind {
    let (relation, target) = (Arc::clone(&relations[edge.label]), sendings[edge.to].key.clone());
    BlockerKind::TargetRefused { relation, target }
}

fn obstacles(sendings: &[Sending<'_>], live: &Snapshot, creates_missing: bool) -> Obstacles {
    let nodes: HashMap<&EntityKey, usize> = sendings.iter().map(|sending| sending.key).zip(0..).collect();
    let mut found = Obstacles {
        blockers: vec![Vec::new(); sendings.len()],
        edges: Vec::new(),
        relations: Vec::new(),
        stubs: BTreeSet::new(),
    };
    for (node, sending) in sendings.iter().enumerate() {
        if let Some(reason) = &sending.refusal {
            found.blockers[node].push(BlockerKind::Refused(reason.clone()));
            continue;
        }
        for link in sending.links.iter().filter(|link| !is_in(live, &link.target)) {
            let (relation, target) = (Arc::clone(&link.relation), &link.target);
            let may_be_created = !matches!(&*target.blueprint, TEAM | USER) && !is_protected(&target.blueprint);
            match nodes.get(target) {
                Some(_) if creates_missing && may_be_created => {}
                Some(to) => {
                    found.relations.push(relation);
                    let label = found.relations.len() - 1;
                    found.edges.push(Edge { from: node, to: *to, label, required: link.is_required });
                }
                None if creates_missing && may_be_created => {
                    found.stubs.insert(target.clone());
                }
                None if creates_missing => {
                    let reason = RefusalReason::ProtectedTarget { name: relation, target: target.clone() };
                    found.blockers[node].push(BlockerKind::Refused(reason));
                }
                None => {
                    let (target, is_required) = (target.clone(), link.is_required);
                    found.blockers[node].push(BlockerKind::MissingTarget { relation, target, is_required });
                }
            }
        }
    }
    found
}
