//! Checks whether a plan file still applies. `unfit`: is this the run it was made for; `moved`: did anything that it
//! touches change. Both list what differs. Neither looks at commits, since a squash makes a new one with the same
//! content.

use std::collections::BTreeMap;
use std::sync::Arc;

use foldhash::HashMap;

use super::fingerprint::{self, Manifests};
use super::{Circumstances, PlanFile, Touched};
use crate::domain::blueprint::Blueprint;
use crate::domain::digest::Digest;
use crate::domain::entity::EntityKey;
use crate::domain::finding::{FileId, Place};
use crate::domain::hazard::{Blocker, HazardKind};
use crate::domain::plan::{Obstacle, Plan};
use crate::domain::snapshot::{Completeness, Snapshot};
use crate::plan::dependents::each_target;
use crate::plan::ownership::{Pair, pair};
use crate::plan::{Destination, Ground};
use crate::text::mask::Mask;

/// How a run is not the one that the plan was made for.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Unfit {
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
    /// Its masked values have tags of another key, so nothing in it can be compared.
    MaskKey,
    /// The manifests of a blueprint ask for something else; `keys` are the entities of the plan among them.
    Manifests {
        blueprint: Arc<str>,
        keys: Vec<EntityKey>,
    },
    /// The catalog's blueprint is another, or gone.
    Blueprint {
        blueprint: Arc<str>,
        is_gone: bool,
    },
    /// It holds what cannot be done, and was written to be looked at.
    Obstacles {
        count: usize,
    },
}

/// An entity that is not as it was.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Moved {
    pub key: EntityKey,
    pub how: How,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum How {
    /// It was not there.
    Appeared,
    Changed,
    Gone,
    /// It is to be deleted, and somebody else wrote it last.
    NotOurs,
    /// It points to what is to be deleted, and did not.
    PointsTo {
        gone: EntityKey,
        relation: Arc<str>,
    },
    /// Its blueprint could not be read again; why, as a clause.
    Unread(Option<String>),
}

/// What is seen of the catalog before a plan is carried out.
#[derive(Debug, Clone, Copy)]
pub struct Sight<'s> {
    /// At least what [`PlanFile::to_read`] names.
    pub actual: &'s Snapshot,
    pub blueprints: &'s [Blueprint],
    /// What the catalog says this scope wrote.
    pub owned: &'s [EntityKey],
    pub mask: &'s Mask,
}

/// How the file's plan is for another destination. Sorted; known before anything is read.
pub fn elsewhere(made: &Circumstances, now: Destination<'_>) -> Vec<Unfit> {
    let mut found = Vec::new();
    let Circumstances { tool: _, scope, platform, catalog, target, commit: _, is_dirty: _, base: _ } = made;
    let both = |made: &str, now: &str| (made != now).then(|| (made.to_owned(), now.to_owned()));
    found.extend(both(scope, now.scope).map(|(made, now)| Unfit::Scope { made, now }));
    found.extend(both(platform, now.platform).map(|(made, now)| Unfit::Platform { made, now }));
    found.extend(both(catalog, now.catalog).map(|(made, now)| Unfit::Catalog { made, now }));
    if target.as_deref() != now.target {
        found.push(Unfit::Target { made: target.clone(), now: now.target.map(str::to_owned) });
    }
    found
}

/// Sorted; empty: the plan is for this run. The snapshot of the ground is not looked at.
pub fn unfit(file: &PlanFile, now: Destination<'_>, ground: &Ground<'_>) -> Vec<Unfit> {
    let mut found = elsewhere(&file.made, now);
    if file.mask_key.as_ref().is_some_and(|key| *key != ground.mask.key_id()) {
        found.push(Unfit::MaskKey);
        return found;
    }
    let manifests = Manifests::of(ground.desired, ground.mask);
    for blueprint in differing(&file.manifests, &manifests.by_blueprint()) {
        let is_one = |touched: &&Touched| {
            touched.key.blueprint == blueprint && touched.manifest != manifests.of_key(&touched.key)
        };
        let keys = file.touched.iter().filter(is_one).map(|touched| touched.key.clone()).collect();
        found.push(Unfit::Manifests { blueprint, keys });
    }
    for (name, digest) in &file.blueprints {
        let live = ground.blueprints.iter().find(|live| live.identifier == name.as_ref());
        if live.map(|live| fingerprint::of_blueprint(live, ground.mask)) != Some(*digest) {
            found.push(Unfit::Blueprint { blueprint: Arc::clone(name), is_gone: live.is_none() });
        }
    }
    if !file.plan.obstacles.is_empty() {
        found.push(Unfit::Obstacles { count: file.plan.obstacles.len() });
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

/// Sorted; empty: what the plan touches is as it was.
pub fn moved(file: &PlanFile, sight: &Sight<'_>) -> Vec<Moved> {
    let mut found: Vec<Moved> = file.touched.iter().filter_map(|touched| of_one(touched, sight)).collect();
    let owned: std::collections::HashSet<&EntityKey> = sight.owned.iter().collect();
    let gone: Vec<(EntityKey, usize)> =
        file.plan.changes.iter().enumerate().filter_map(|(at, change)| Some((change.removed()?, at))).collect();
    for (key, _) in gone.iter().filter(|(key, _)| !owned.contains(key)) {
        found.push(Moved { key: key.clone(), how: How::NotOurs });
    }
    found.extend(pointing(file, &gone, sight));
    found.sort();
    // What has gone is nobody's.
    found.dedup_by(|later, kept| later.key == kept.key && kept.how == How::Gone);
    found
}

fn of_one(touched: &Touched, sight: &Sight<'_>) -> Option<Moved> {
    let actual = sight.actual;
    let moved = |how| Some(Moved { key: touched.key.clone(), how });
    let EntityKey { blueprint, identifier } = &touched.key;
    let shelf = actual.blueprints.get(blueprint.as_ref());
    let entity = actual.get(blueprint, identifier);
    match (shelf.map(|shelf| &shelf.completeness), touched.stored, entity) {
        (Some(Completeness::Complete), None, None) => None,
        (Some(Completeness::Complete), Some(_), None) => moved(How::Gone),
        (Some(Completeness::Incomplete(why)), _, None) => moved(How::Unread(Some(why.clone()))),
        (None, _, _) => moved(How::Unread(None)),
        (Some(_), None, Some(_)) => moved(How::Appeared),
        (Some(_), Some(was), Some(entity)) if was != crate::plan::of_entity(entity, sight.mask) => moved(How::Changed),
        (Some(_), Some(_), Some(_)) => None,
    }
}

/// Whoever points to what goes away and is not in the plan as one that does, as far as it is in sight.
fn pointing(file: &PlanFile, gone: &[(EntityKey, usize)], sight: &Sight<'_>) -> Vec<Moved> {
    let mut found = Vec::new();
    let gone: HashMap<Pair<'_>, usize> = gone.iter().map(|(key, at)| (pair(key), *at)).collect();
    if gone.is_empty() {
        return found;
    }
    for blueprint in sight.blueprints {
        let Some(shelf) = sight.actual.blueprints.get(&blueprint.identifier) else { continue };
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
                        let how = How::PointsTo { gone, relation: Arc::clone(name) };
                        found.push(Moved { key: entity.key.clone(), how });
                    }
                });
            }
        }
    }
    found
}

/// Makes the plan's places count by a list of the files that it names; the list.
pub(super) fn renumber<'p>(plan: &mut Plan, path: impl Fn(FileId) -> &'p str) -> Vec<String> {
    let mut named: BTreeMap<&'p str, Vec<FileId>> = BTreeMap::new();
    each_place(plan, |place| named.entry(path(place.file)).or_default().push(place.file));
    let numbers: HashMap<FileId, u32> =
        (0..).zip(named.values()).flat_map(|(number, files)| files.iter().map(move |file| (*file, number))).collect();
    each_place(plan, |place| place.file = FileId(numbers.get(&place.file).copied().unwrap_or_default()));
    // A digest covers what is dangerous, and no places.
    named.into_keys().map(str::to_owned).collect()
}

/// Every place in a plan.
pub(super) fn each_place(plan: &mut Plan, mut each: impl FnMut(&mut Place)) {
    for change in &mut plan.changes {
        change.place.iter_mut().for_each(&mut each);
    }
    for obstacle in &mut plan.obstacles {
        match obstacle {
            Obstacle::Duplicate { key: _, places } => places.iter_mut().for_each(&mut each),
            Obstacle::MissingTarget { key: _, relation: _, target: _, place } => each(place),
            Obstacle::RequiredCycle { deed: _, cycle: _ } => {}
        }
    }
    for hazard in &mut plan.hazards {
        match &mut hazard.kind {
            HazardKind::PruneBlocked { by, keys: _ } => {
                for blocker in by {
                    match blocker {
                        Blocker::Manifest(place) => each(place),
                        Blocker::Disabled | Blocker::Read { .. } | Blocker::Folder { .. } => {}
                    }
                }
            }
            HazardKind::ManyDeletes { .. }
            | HazardKind::DeleteWithDependents { .. }
            | HazardKind::RenameWithDependents { .. }
            | HazardKind::Foreign { .. }
            | HazardKind::Unseen { .. }
            | HazardKind::UnseenDependents { .. }
            | HazardKind::StillNeeded { .. } => {}
        }
    }
}
