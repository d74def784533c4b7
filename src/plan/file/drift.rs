//! Checks whether a plan file still applies. `mismatches`: does this run have the same scope, catalog and manifests;
//! `drift`: did any entity that it touches change. Both list the differences. Commits are not compared, because a
//! squash makes a new commit with the same content.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::HashMap;

use super::fingerprint::{self, Manifests};
use super::{PlanFile, Precondition, Provenance};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::EntityKey;
use crate::domain::plan::digest::Digest;
use crate::domain::snapshot::{Completeness, Snapshot};
use crate::plan::dependents::each_target;
use crate::plan::input::{Destination, PlanBasis};
use crate::plan::ownership::{Pair, pair};
use crate::text::mask::Mask;

/// A difference between this run and the one that made the plan file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Mismatch {
    Scope {
        made: String,
        now: String,
    },
    Platform {
        made: String,
        now: String,
    },
    Catalog {
        made: String,
        now: String,
    },
    Target {
        made: Option<String>,
        now: Option<String>,
    },
    /// The tags of masked values were made with another key, so no values can be compared.
    MaskKey,
    /// The manifests of a blueprint changed; `keys` are the entities of the plan among them.
    Manifests {
        blueprint: Arc<str>,
        keys: Vec<EntityKey>,
    },
    /// The catalog's blueprint changed or was deleted.
    Blueprint {
        blueprint: Arc<str>,
        is_gone: bool,
    },
    /// The plan has obstacles, so it was saved for review only.
    Obstacles {
        count: usize,
    },
}

/// An entity that changed since the plan was made.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Drift {
    pub key: EntityKey,
    pub kind: DriftKind,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum DriftKind {
    /// The entity did not exist.
    Appeared,
    Changed,
    Gone,
    /// The entity is to be deleted, but another owner wrote it last.
    NotOurs,
    /// A new relation to an entity that is to be deleted.
    PointsTo {
        gone: EntityKey,
        relation: Arc<str>,
    },
    /// Its blueprint could not be read again; the reason, as a clause.
    Unread(Option<String>),
}

/// The state of the catalog before a plan is applied.
#[derive(Debug, Clone, Copy)]
pub struct CatalogState<'s> {
    /// At least the entities of [`PlanFile::to_read`].
    pub actual: &'s Snapshot,
    pub blueprints: &'s [Blueprint],
    /// The entities that this scope owns according to the catalog.
    pub owned: &'s [EntityKey],
    pub mask: &'s Mask,
}

/// The differences between the file's destination and the current one, sorted. They are known before the catalog is
/// read.
pub fn destination_mismatches(made: &Provenance, now: Destination<'_>) -> Vec<Mismatch> {
    let mut found = Vec::new();
    let Provenance { tool: _, scope, platform, catalog, target, commit: _, is_dirty: _, base: _ } = made;
    let both = |made: &str, now: &str| (made != now).then(|| (made.to_owned(), now.to_owned()));
    found.extend(both(scope, now.scope).map(|(made, now)| Mismatch::Scope { made, now }));
    found.extend(both(platform, now.platform).map(|(made, now)| Mismatch::Platform { made, now }));
    found.extend(both(catalog, now.catalog).map(|(made, now)| Mismatch::Catalog { made, now }));
    if target.as_deref() != now.target {
        found.push(Mismatch::Target { made: target.clone(), now: now.target.map(str::to_owned) });
    }
    found
}

/// All differences between this run and the file, sorted; empty: the plan applies. The snapshot in `basis` is not
/// used.
pub fn mismatches(file: &PlanFile, now: Destination<'_>, basis: &PlanBasis<'_>) -> Vec<Mismatch> {
    let mut found = destination_mismatches(&file.provenance, now);
    if file.mask_key.as_ref().is_some_and(|key| *key != basis.mask.key_id()) {
        found.push(Mismatch::MaskKey);
        return found;
    }
    let manifests = Manifests::of(basis.desired, basis.mask);
    for blueprint in differing(&file.preconditions.manifests, &manifests.by_blueprint()) {
        let is_one = |precondition: &&Precondition| {
            precondition.key.blueprint == blueprint && precondition.manifest != manifests.of_key(&precondition.key)
        };
        let keys =
            file.preconditions.entities.iter().filter(is_one).map(|precondition| precondition.key.clone()).collect();
        found.push(Mismatch::Manifests { blueprint, keys });
    }
    for (name, digest) in &file.preconditions.blueprints {
        let live = basis.blueprints.iter().find(|live| live.identifier == name.as_ref());
        if live.map(|live| fingerprint::of_blueprint(live, basis.mask)) != Some(*digest) {
            found.push(Mismatch::Blueprint { blueprint: Arc::clone(name), is_gone: live.is_none() });
        }
    }
    if !file.plan.obstacles.is_empty() {
        found.push(Mismatch::Obstacles { count: file.plan.obstacles.len() });
    }
    found.sort();
    found
}

fn differing(one: &BTreeMap<Arc<str>, Digest>, other: &BTreeMap<Arc<str>, Digest>) -> Vec<Arc<str>> {
    let mut names: Vec<&Arc<str>> = one.keys().chain(other.keys()).collect();
    names.sort();
    names.dedup();
    names.into_iter().filter(|name| one.get(*name) != other.get(*name)).cloned().collect()
}

/// The changes in the catalog since the plan was made, sorted; empty: none.
pub fn drift(file: &PlanFile, state: &CatalogState<'_>) -> Vec<Drift> {
    let mut found: Vec<Drift> =
        file.preconditions.entities.iter().filter_map(|precondition| drift_of_entity(precondition, state)).collect();
    let owned: std::collections::HashSet<&EntityKey> = state.owned.iter().collect();
    let gone: Vec<(EntityKey, usize)> =
        file.plan.changes.iter().enumerate().filter_map(|(at, change)| Some((change.removed()?, at))).collect();
    for (key, _) in gone.iter().filter(|(key, _)| !owned.contains(key)) {
        found.push(Drift { key: key.clone(), kind: DriftKind::NotOurs });
    }
    found.extend(pointing(file, &gone, state));
    found.sort();
    // A deleted entity has no owner, so it is reported once.
    found.dedup_by(|later, kept| later.key == kept.key && kept.kind == DriftKind::Gone);
    found
}

fn drift_of_entity(precondition: &Precondition, state: &CatalogState<'_>) -> Option<Drift> {
    let actual = state.actual;
    let drift_of = |kind| Some(Drift { key: precondition.key.clone(), kind });
    let EntityKey { blueprint, identifier } = &precondition.key;
    let shelf = actual.blueprints.get(blueprint.as_ref());
    let entity = actual.get(blueprint, identifier);
    match (shelf.map(|shelf| &shelf.completeness), precondition.stored, entity) {
        (Some(Completeness::Complete), None, None) => None,
        (Some(Completeness::Complete), Some(_), None) => drift_of(DriftKind::Gone),
        (Some(Completeness::Incomplete(why)), _, None) => drift_of(DriftKind::Unread(Some(why.clone()))),
        (None, _, _) => drift_of(DriftKind::Unread(None)),
        (Some(_), None, Some(_)) => drift_of(DriftKind::Appeared),
        (Some(_), Some(was), Some(entity)) if was != crate::plan::of_entity(entity, state.mask) => {
            drift_of(DriftKind::Changed)
        }
        (Some(_), Some(_), Some(_)) => None,
    }
}

/// Relations to removed entities that are not among the plan's dependents, as far as the snapshot shows.
fn pointing(file: &PlanFile, gone: &[(EntityKey, usize)], state: &CatalogState<'_>) -> Vec<Drift> {
    let mut found = Vec::new();
    let gone: HashMap<Pair<'_>, usize> = gone.iter().map(|(key, at)| (pair(key), *at)).collect();
    if gone.is_empty() {
        return found;
    }
    for blueprint in state.blueprints {
        let Some(shelf) = state.actual.blueprints.get(&blueprint.identifier) else { continue };
        let relations: HashMap<&str, &str> =
            blueprint.relations.iter().map(|it| (it.name.as_str(), it.target.as_str())).collect();
        for entity in shelf.entities.iter().filter(|entity| !gone.contains_key(&pair(&entity.key))) {
            for (name, targets) in &entity.relations {
                let Some(target) = relations.get(name.as_ref()) else { continue };
                each_target(targets, |identifier| {
                    let Some(change) = gone.get(&(target, identifier)).and_then(|at| file.plan.changes.get(*at)) else {
                        return;
                    };
                    let mut known = change.dependents.iter().filter(|it| it.key == entity.key);
                    if !known.any(|it| it.relation == *name) {
                        let gone = change.removed().expect("only what goes away is looked up");
                        let kind = DriftKind::PointsTo { gone, relation: Arc::clone(name) };
                        found.push(Drift { key: entity.key.clone(), kind });
                    }
                });
            }
        }
    }
    found
}
