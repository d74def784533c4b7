//! Finds relation targets that the plan relies on but cannot create, because no manifest declares them. The catalog
//! rejects a relation to a missing entity, so the caller looks these targets up first.

use std::cell::LazyCell;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use crate::domain::entity::{EntityKey, Targets};
use crate::domain::finding::Place;
use crate::domain::plan::request::{WriteRequest, WriteRequests};
use crate::domain::plan::{Obstacle, Plan};
use crate::domain::snapshot::Completeness;

use super::dependents::each_target;
use super::digest;
use super::input::{Destination, PlanBasis};
use super::ownership::{self, pair};
use super::shape::Shapes;
use crate::text::mask::Mask;

/// A relation in the plan to an entity that is neither declared nor known to exist in the catalog.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Link {
    pub key: EntityKey,
    pub relation: Arc<str>,
    pub target: EntityKey,
    pub place: Place,
}

/// The unconfirmed relations of all requests, by entity and relation.
pub fn unconfirmed_links(requests: &WriteRequests, basis: &PlanBasis<'_>) -> Vec<Link> {
    let shapes = Shapes::new(basis.blueprints);
    // A plan with few changes has few relations that the catalog does not know yet, and rarely any.
    let declared = LazyCell::new(|| ownership::by_key(basis.desired));
    let mut links = BTreeSet::new();
    for request in requests.waves.iter().flatten() {
        let shape = shapes.of(&request.key.blueprint);
        for (relation, targets) in relations(request) {
            let Some(known) = shape.relation(relation) else { continue };
            each_target(targets, |identifier| {
                if basis.actual.get(known.target, identifier).is_some()
                    || declared.contains_key(&(known.target, identifier))
                {
                    return;
                }
                let Some(place) = declared.get(&pair(&request.key)).map(|desired| desired.place) else { return };
                let target = EntityKey { blueprint: known.target.into(), identifier: identifier.into() };
                links.insert(Link { key: request.key.clone(), relation: Arc::clone(relation), target, place });
            });
        }
    }
    links.into_iter().collect()
}

fn relations(request: &WriteRequest) -> &[(Arc<str>, Targets)] {
    request.method.body().map_or(&[], |body| &body.relations)
}

/// The targets to look up, by blueprint. In a blueprint that was read completely, a missing target does not exist and
/// is not looked up.
pub fn to_look_up(links: &[Link], basis: &PlanBasis<'_>) -> BTreeMap<Arc<str>, BTreeSet<Box<str>>> {
    let mut found: BTreeMap<Arc<str>, BTreeSet<Box<str>>> = BTreeMap::new();
    for Link { target, .. } in links {
        let shelf = basis.actual.blueprints.get(target.blueprint.as_ref());
        if shelf.is_none_or(|shelf| shelf.completeness != Completeness::Complete) {
            found.entry(Arc::clone(&target.blueprint)).or_default().insert(target.identifier.clone());
        }
    }
    found
}

/// Adds an obstacle for each relation to a missing entity.
pub fn refuse_links(plan: &mut Plan, links: Vec<Link>, destination: Destination<'_>, mask: &Mask) {
    if links.is_empty() {
        return;
    }
    let obstacle = |Link { key, relation, target, place }| Obstacle::MissingTarget { key, relation, target, place };
    plan.obstacles.extend(links.into_iter().map(obstacle));
    plan.digest = digest::of_plan(mask, destination, &plan.changes, &plan.hazards, &plan.obstacles);
}
