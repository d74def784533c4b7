//! Reads around the writes of a push: the results of writes in doubt, and the owners of entities that are about to be
//! deleted. Every read has a time limit, so that a cancelled run still ends soon.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::content::is_as_written;
use crate::catalog::wire::Refusal;
use crate::catalog::write_state::{Event, resolve};
use crate::catalog::{Catalog, CatalogError, Errand, Look, Undone};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::{Entity, Owner};
use crate::domain::plan::request::{Method, WriteRequest};

/// The time limit of the reads after one batch.
const WITHIN: Duration = Duration::from_secs(60);
/// The time limit after the first signal.
const WITHIN_STOPPED: Duration = Duration::from_secs(10);

/// The blueprints and the owner that the reads require.
#[derive(Clone, Copy)]
pub struct Ground<'g> {
    pub blueprints: &'g [Blueprint],
    pub owner: &'g Owner,
}

pub(super) struct Resolver<'r> {
    pub catalog: &'r dyn Catalog,
    pub ground: Ground<'r>,
    pub errand: Errand<'r>,
}

type Ends = Vec<Result<(), Undone>>;

impl Resolver<'_> {
    /// Replaces the results in doubt by what a read shows. If the read fails, they stay in doubt.
    pub fn resolve(&self, acts: &[&WriteRequest], mut ends: Ends) -> Ends {
        let doubtful: Vec<usize> =
            (0..acts.len()).filter(|at| matches!(ends.get(*at), Some(Err(Undone::InDoubt { .. })))).collect();
        for (blueprint, members) in by_blueprint(acts, doubtful) {
            let Some(blueprint) = self.ground.blueprints.iter().find(|one| one.identifier == **blueprint) else {
                continue;
            };
            let Ok(stored) = self.catalog.find(blueprint, &identifiers(acts, &members), self.look()) else { continue };
            let stored: HashMap<&str, &Entity> =
                stored.iter().map(|entity| (entity.key.identifier.as_ref(), entity)).collect();
            let found: Vec<usize> =
                members.iter().copied().filter(|at| stored.contains_key(acts[*at].key.identifier.as_ref())).collect();
            let owned = match found.is_empty() {
                true => Ok(HashSet::new()),
                false => self.owned(&blueprint.identifier, &identifiers(acts, &found)),
            };
            for at in members {
                let act = acts[at];
                let found = stored.get(act.key.identifier.as_ref()).copied();
                let owned = owned.as_ref().map(|owned| owned.contains(&act.key.identifier)).ok();
                let end = std::mem::replace(&mut ends[at], Ok(()));
                ends[at] = self.resolved(act, found, owned, end);
            }
        }
        ends
    }

    /// `owned`: whether the owner of this run owns the entity that was found; `None`: unknown, because the read failed.
    /// Every write makes it the owner, so an entity with the right content and another owner was not written: an adoption
    /// may change nothing else.
    fn resolved(
        &self,
        act: &WriteRequest,
        found: Option<&Entity>,
        owned: Option<bool>,
        end: Result<(), Undone>,
    ) -> Result<(), Undone> {
        let Err(Undone::InDoubt { last, is_late }) = end else { return end };
        let is_there = is_as_written(act, found);
        let is_done = is_there && (found.is_none() || owned == Some(true));
        match (is_create(act), found, owned) {
            (must_not_exist, Some(_), None) if must_not_exist || is_there => Err(Undone::InDoubt { last, is_late }),
            (true, Some(found), Some(owned)) if !is_there || !owned => {
                resolve(self.taken(found, owned).into(), Event::Deny)
            }
            (_, Some(found), _) if is_done && is_update(act) && is_new(found) => Err(Undone::Recreated),
            _ if is_done => resolve(*last, Event::Confirm),
            // The effect of an abandoned request may still come.
            _ if is_late => Err(Undone::InDoubt { last, is_late }),
            _ => resolve(*last, Event::Deny),
        }
    }

    /// The refusal of a create whose entity another writer created after the plan was made.
    fn taken(&self, found: &Entity, owned: bool) -> Refusal {
        let whose = if owned {
            format!("created by another run of scope `{}`", self.ground.owner.scope)
        } else {
            self.owner_of(found)
        };
        let words = format!("the entity was created after the plan was made and is {whose}; it was not overwritten");
        Refusal::new(409, "identifier_taken", words)
    }

    /// `owned by the Kubernetes exporter (last changed by ada at 2026-11-21T16:00:00Z)`.
    fn owner_of(&self, found: &Entity) -> String {
        let blueprint = &found.key.blueprint;
        let identifier = std::slice::from_ref(&found.key.identifier);
        let owners = self.catalog.owners_of(blueprint, identifier, &[], self.look()).unwrap_or_default();
        let named = owners.get(&identifier[0]).map_or_else(|| "another writer".to_owned(), ToString::to_string);
        let mut text = format!("owned by {named}");
        let changed: Vec<String> = [
            found.record.updated_by.as_ref().map(|by| format!("by {by}")),
            found.record.updated_at.map(|at| format!("at {at}")),
        ]
        .into_iter()
        .flatten()
        .collect();
        if !changed.is_empty() {
            text.push_str(&format!(" (last changed {})", changed.join(" ")));
        }
        text
    }

    /// The acts that must not be deleted, by index: entities with another owner since the plan was made, or whose owner
    /// cannot be read. An entity that no longer exists may be deleted, which does nothing.
    pub fn undeletable(&self, acts: &[&WriteRequest]) -> HashMap<usize, Undone> {
        let mut kept = HashMap::new();
        for (blueprint, members) in by_blueprint(acts, 0..acts.len()) {
            let owned = match self.owned(blueprint, &identifiers(acts, &members)) {
                Ok(owned) => owned,
                Err(error) => {
                    let undone = self.unread(error);
                    kept.extend(members.into_iter().map(|at| (at, undone.clone())));
                    continue;
                }
            };
            let foreign: Vec<usize> =
                members.into_iter().filter(|at| !owned.contains(&acts[*at].key.identifier)).collect();
            if foreign.is_empty() {
                continue;
            }
            let shape = self.ground.blueprints.iter().find(|one| one.identifier == **blueprint);
            let found = shape.map(|shape| self.catalog.find(shape, &identifiers(acts, &foreign), self.look()));
            let found = match found {
                Some(Ok(found)) => found,
                Some(Err(error)) => {
                    let undone = self.unread(error);
                    kept.extend(foreign.into_iter().map(|at| (at, undone.clone())));
                    continue;
                }
                None => Vec::new(),
            };
            for at in foreign {
                let found = found.iter().find(|entity| entity.key.identifier == acts[at].key.identifier);
                let whose = match (found, shape) {
                    (Some(found), _) => self.owner_of(found),
                    (None, Some(_)) => continue,
                    (None, None) => "no longer owned by this scope".to_owned(),
                };
                let words = format!("the entity is now {whose}; it was not deleted");
                kept.insert(at, Undone::Refused(Box::new(Refusal::new(FOREIGN, "foreign", words))));
            }
        }
        kept
    }

    fn unread(&self, error: CatalogError) -> Undone {
        if self.errand.stop.is_told() { Undone::Stopped } else { Undone::Broken(Arc::new(error)) }
    }

    fn owned(&self, blueprint: &str, identifiers: &[Box<str>]) -> Result<HashSet<Box<str>>, CatalogError> {
        self.catalog.owned_among(self.ground.owner, blueprint, identifiers, self.look())
    }

    fn look(&self) -> Look<'_> {
        let stop = self.errand.stop;
        Look { stop, within: if stop.is_told() { WITHIN_STOPPED } else { WITHIN } }
    }
}

/// The status of a refusal by portolan itself, without an answer of the catalog.
pub(super) const FOREIGN: u16 = 0;

fn is_create(act: &WriteRequest) -> bool {
    matches!(act.method, Method::Create(_))
}

fn is_update(act: &WriteRequest) -> bool {
    matches!(act.method, Method::Merge(_))
}

/// Whether the entity was never changed after its creation.
fn is_new(found: &Entity) -> bool {
    found.record.created_at.is_some() && found.record.created_at == found.record.updated_at
}

fn by_blueprint<'a>(
    acts: &[&'a WriteRequest],
    members: impl IntoIterator<Item = usize>,
) -> BTreeMap<&'a Arc<str>, Vec<usize>> {
    let mut groups: BTreeMap<&Arc<str>, Vec<usize>> = BTreeMap::new();
    for at in members {
        groups.entry(&acts[at].key.blueprint).or_default().push(at);
    }
    groups
}

fn identifiers(acts: &[&WriteRequest], members: &[usize]) -> Vec<Box<str>> {
    members.iter().map(|at| acts[*at].key.identifier.clone()).collect()
}
