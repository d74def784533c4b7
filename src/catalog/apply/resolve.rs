//! Reads around the writes of a push: the results of writes in doubt, and whether entities that are about to be deleted
//! are still as the plan found them. Every read has a time limit, so that a cancelled run still ends soon.

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use super::content::is_as_written;
use crate::catalog::wire::Refusal;
use crate::catalog::write_state::{Event, resolve};
use crate::catalog::{ApplyOptions, Catalog, CatalogError, LastWrites, ReadLimit, WriteFailure};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::{Entity, Owner};
use crate::domain::plan::request::{Method, WriteRequest};
use crate::domain::snapshot::Snapshot;

/// The time limit of the reads after one batch.
const READ_TIMEOUT: Duration = Duration::from_secs(60);
/// The time limit after the first signal.
const READ_TIMEOUT_AFTER_SIGNAL: Duration = Duration::from_secs(10);

/// What the reads require besides the requests.
#[derive(Clone, Copy)]
pub struct ApplyContext<'g> {
    pub blueprints: &'g [Blueprint],
    pub owner: &'g Owner,
    /// The entities as the plan found them. One that is not among them is not deleted.
    pub actual: &'g Snapshot,
}

pub(super) struct Resolver<'r> {
    pub catalog: &'r dyn Catalog,
    pub context: ApplyContext<'r>,
    pub options: ApplyOptions<'r>,
}

/// What a change of owners did, by the index of the request.
#[derive(Debug, Default)]
pub(super) struct Adopted {
    pub relabelled: HashSet<usize>,
    /// Their owner may have changed, or may still change; or it has, and their content is another one.
    pub unknown: HashSet<usize>,
    pub calls: usize,
}

type Outcomes = Vec<Result<(), WriteFailure>>;

impl Resolver<'_> {
    /// Replaces the results in doubt by what a read shows. If the read fails, they stay in doubt.
    pub fn resolve(&self, requests: &[&WriteRequest], mut outcomes: Outcomes) -> Outcomes {
        let in_doubt: Vec<usize> = (0..requests.len())
            .filter(|at| matches!(outcomes.get(*at), Some(Err(WriteFailure::InDoubt { .. }))))
            .collect();
        for (blueprint, members) in by_blueprint(requests, in_doubt) {
            let Some(blueprint) = self.blueprint(blueprint) else { continue };
            let mut named = identifiers(requests, &members);
            named.extend(former_identifiers(requests, &members));
            let Ok(stored) = self.catalog.find(blueprint, &named, self.limit()) else { continue };
            let stored: HashMap<&str, &Entity> =
                stored.iter().map(|entity| (entity.key.identifier.as_ref(), entity)).collect();
            let found: Vec<usize> = members
                .iter()
                .copied()
                .filter(|at| stored.contains_key(requests[*at].key.identifier.as_ref()))
                .collect();
            let owned = match found.is_empty() {
                true => Ok(LastWrites::new()),
                false => self.owned(&blueprint.identifier, &identifiers(requests, &found)),
            };
            for at in members {
                let request = requests[at];
                let found = stored.get(request.key.identifier.as_ref()).copied();
                let is_owned = owned.as_ref().map(|owned| owned.contains_key(&request.key.identifier)).ok();
                let outcome = std::mem::replace(&mut outcomes[at], Ok(()));
                outcomes[at] = match &request.method {
                    Method::Rename { from, .. } => {
                        self.resolved_rename(request, (found, stored.contains_key(from.as_ref())), is_owned, outcome)
                    }
                    Method::Create(_)
                    | Method::Merge(_)
                    | Method::Replace(_)
                    | Method::Patch(_)
                    | Method::Adopt(_)
                    | Method::Delete => self.resolved(request, found, is_owned, outcome),
                };
            }
        }
        outcomes
    }

    /// Changes the owner of entities that need nothing else, and reads back which of them this scope owns then, with the
    /// declared content.
    pub fn relabel(&self, requests: &[&WriteRequest]) -> Adopted {
        let mut adopted = Adopted::default();
        let datasource = self.context.owner.user_agent();
        for (blueprint, members) in by_blueprint(requests, 0..requests.len()) {
            let identifiers = identifiers(requests, &members);
            let relabelling = self.catalog.relabel(blueprint, &identifiers, &datasource, self.options);
            adopted.calls += relabelling.calls;
            if !relabelling.may_be_applied {
                continue;
            }
            // The route is undocumented, so an answer alone does not show that the owner changed. Another writer may have
            // changed the content since the plan was made.
            let Ok(owned) = self.owned(blueprint, &identifiers) else {
                adopted.unknown.extend(members);
                continue;
            };
            let stored = self.blueprint(blueprint).and_then(|shape| {
                let owned: Vec<Box<str>> = owned.keys().cloned().collect();
                self.catalog.find(shape, &owned, self.limit()).ok()
            });
            for at in members {
                let identifier = &requests[at].key.identifier;
                let is_owned = owned.contains_key(identifier);
                let found = stored.iter().flatten().find(|entity| entity.key.identifier == *identifier);
                if is_owned && is_as_written(requests[at], found) {
                    adopted.relabelled.insert(at);
                } else if is_owned || relabelling.is_pending {
                    adopted.unknown.insert(at);
                }
            }
        }
        adopted
    }

    /// `is_owned`: whether the owner of this run owns the entity that was found; `None`: unknown, because the read failed.
    /// Every write makes it the owner, so an entity with the right content and another owner was not written: an adoption
    /// may change nothing else.
    fn resolved(
        &self,
        request: &WriteRequest,
        found: Option<&Entity>,
        is_owned: Option<bool>,
        outcome: Result<(), WriteFailure>,
    ) -> Result<(), WriteFailure> {
        let Err(WriteFailure::InDoubt { last, is_pending }) = outcome else { return outcome };
        let is_as_written = is_as_written(request, found);
        let is_done = is_as_written && (found.is_none() || is_owned == Some(true));
        match (is_create(request), found, is_owned) {
            (is_create, Some(_), None) if is_create || is_as_written => Err(WriteFailure::InDoubt { last, is_pending }),
            (true, Some(found), Some(is_owned)) if !is_as_written || !is_owned => {
                resolve(self.taken(found, is_owned).into(), Event::Deny)
            }
            (_, Some(found), _) if is_done && is_update(request) && is_new(found) => Err(WriteFailure::Recreated),
            _ if is_done => resolve(*last, Event::Confirm),
            // The effect of an abandoned request may still come.
            _ if is_pending => Err(WriteFailure::InDoubt { last, is_pending }),
            _ => resolve(*last, Event::Deny),
        }
    }

    /// `found`: the entity that has the new identifier; `is_old_there`: whether one has the former identifier. The time of
    /// creation shows that an entity is the renamed one, whoever wrote it afterwards.
    fn resolved_rename(
        &self,
        request: &WriteRequest,
        (found, is_old_there): (Option<&Entity>, bool),
        is_owned: Option<bool>,
        outcome: Result<(), WriteFailure>,
    ) -> Result<(), WriteFailure> {
        let Err(WriteFailure::InDoubt { last, is_pending }) = outcome else { return outcome };
        let Some(found) = found else {
            // The effect of an abandoned request may still come. Without either entity, another writer deleted it before or
            // after the rename.
            return match is_old_there && !is_pending {
                true => resolve(*last, Event::Deny),
                false => Err(WriteFailure::InDoubt { last, is_pending }),
            };
        };
        let planned = self.planned(request).and_then(|planned| planned.record.created_at);
        let is_renamed_one = planned.is_some() && planned == found.record.created_at;
        match (is_as_written(request, Some(found)), is_owned) {
            (true, _) if is_renamed_one => resolve(*last, Event::Confirm),
            (true, Some(true)) if !is_old_there => resolve(*last, Event::Confirm),
            (_, Some(is_owned)) if is_old_there && !is_renamed_one => {
                resolve(self.taken(found, is_owned).into(), Event::Deny)
            }
            // Another writer changed or replaced it after the rename, or renamed it; or its owner could not be read.
            _ => Err(WriteFailure::InDoubt { last, is_pending }),
        }
    }

    /// The refusal of a create or a rename whose identifier another writer took after the plan was made.
    fn taken(&self, found: &Entity, is_owned: bool) -> Refusal {
        let whose = if is_owned {
            format!("created by another run of scope `{}`", self.context.owner.scope)
        } else {
            format!("owned by {}", self.writer_of(found))
        };
        let words = format!("the entity was created after the plan was made and is {whose}; it was not overwritten");
        Refusal::new(409, "identifier_taken", words)
    }

    /// `the Kubernetes exporter (last changed by ada at 2026-11-21T16:00:00Z)`.
    fn writer_of(&self, found: &Entity) -> String {
        let blueprint = &found.key.blueprint;
        let identifier = std::slice::from_ref(&found.key.identifier);
        let owners = self.catalog.owners_of(blueprint, identifier, &[], self.limit()).unwrap_or_default();
        let owner = owners.get(&identifier[0]).map_or_else(|| "another writer".to_owned(), ToString::to_string);
        format!("{owner}{}", last_change(found))
    }

    /// The renames that must not be made, by index: of entities that another owner took over since the plan was made, or
    /// whose owner cannot be read. The catalog itself refuses to rename what no longer exists.
    pub fn taken_over(&self, requests: &[&WriteRequest]) -> HashMap<usize, WriteFailure> {
        let renames = (0..requests.len()).filter(|at| matches!(requests[*at].method, Method::Rename { .. }));
        let mut kept = HashMap::new();
        for (blueprint, members) in by_blueprint(requests, renames) {
            let owned = match self.owned(blueprint, &former_identifiers(requests, &members)) {
                Ok(owned) => owned,
                Err(error) => {
                    kept.extend(all_with(&members, &self.unread(error)));
                    continue;
                }
            };
            let is_lost = |at: &usize| !owned.contains_key(requests[*at].stored_identifier());
            let lost: Vec<usize> = members.into_iter().filter(is_lost).collect();
            let Some(shape) = self.blueprint(blueprint).filter(|_| !lost.is_empty()) else { continue };
            let found = match self.catalog.find(shape, &former_identifiers(requests, &lost), self.limit()) {
                Ok(found) => found,
                Err(error) => {
                    kept.extend(all_with(&lost, &self.unread(error)));
                    continue;
                }
            };
            for at in lost {
                let found = found.iter().find(|entity| *entity.key.identifier == *requests[at].stored_identifier());
                kept.extend(found.map(|found| (at, self.written_since(found, false))));
            }
        }
        kept
    }

    /// The requests that must not be deleted, by index: entities that another writer wrote or took over since the plan was
    /// made, or for which that cannot be read. An entity that no longer exists may be deleted, which does nothing.
    pub fn undeletable(&self, requests: &[&WriteRequest]) -> HashMap<usize, WriteFailure> {
        let mut kept = HashMap::new();
        for (blueprint, members) in by_blueprint(requests, 0..requests.len()) {
            kept.extend(self.undeletable_of(blueprint, requests, &members));
        }
        kept
    }

    /// The same for the requests on one blueprint. The catalog's time of the last write is compared with the one that the
    /// plan read, so no clock of this machine matters.
    fn undeletable_of(
        &self,
        blueprint: &str,
        requests: &[&WriteRequest],
        members: &[usize],
    ) -> Vec<(usize, WriteFailure)> {
        let owned = match self.owned(blueprint, &identifiers(requests, members)) {
            Ok(owned) => owned,
            Err(error) => return all_with(members, &self.unread(error)),
        };
        let is_untouched = |request: &WriteRequest| {
            let written = owned.get(&request.key.identifier).copied().flatten();
            written.is_some() && written == self.planned(request).and_then(|planned| planned.record.updated_at)
        };
        let rest: Vec<usize> = members.iter().copied().filter(|at| !is_untouched(requests[*at])).collect();
        if rest.is_empty() {
            return Vec::new();
        }
        let Some(shape) = self.blueprint(blueprint) else {
            return all_with(&rest, &WriteFailure::WrittenSince { by: "another writer".to_owned() });
        };
        let found = match self.catalog.find(shape, &identifiers(requests, &rest), self.limit()) {
            Ok(found) => found,
            Err(error) => return all_with(&rest, &self.unread(error)),
        };
        let mut kept = Vec::new();
        for at in rest {
            let key = &requests[at].key;
            let Some(found) = found.iter().find(|entity| entity.key.identifier == key.identifier) else { continue };
            let is_owned = owned.contains_key(&key.identifier);
            if !is_owned || self.planned(requests[at]).is_none_or(|planned| !is_same(planned, found)) {
                kept.push((at, self.written_since(found, is_owned)));
            }
        }
        kept
    }

    /// The entity of the request as the plan found it.
    fn planned(&self, request: &WriteRequest) -> Option<&Entity> {
        self.context.actual.get(&request.key.blueprint, request.stored_identifier())
    }

    fn written_since(&self, found: &Entity, is_owned: bool) -> WriteFailure {
        let by = match is_owned {
            true => format!("another run of this scope{}", last_change(found)),
            false => self.writer_of(found),
        };
        WriteFailure::WrittenSince { by }
    }

    fn unread(&self, error: CatalogError) -> WriteFailure {
        match self.options.cancellation.is_cancelled() {
            true => WriteFailure::Stopped,
            false => WriteFailure::CallFailed(error),
        }
    }

    fn owned(&self, blueprint: &str, identifiers: &[Box<str>]) -> Result<LastWrites, CatalogError> {
        self.catalog.owned_among(self.context.owner, blueprint, identifiers, self.limit())
    }

    fn blueprint(&self, identifier: &str) -> Option<&Blueprint> {
        self.context.blueprints.iter().find(|blueprint| blueprint.identifier == identifier)
    }

    fn limit(&self) -> ReadLimit<'_> {
        let cancellation = self.options.cancellation;
        let timeout = if cancellation.is_cancelled() { READ_TIMEOUT_AFTER_SIGNAL } else { READ_TIMEOUT };
        ReadLimit { cancellation, timeout }
    }
}

/// The same failure for each of the members.
fn all_with(members: &[usize], failure: &WriteFailure) -> Vec<(usize, WriteFailure)> {
    members.iter().map(|at| (*at, failure.clone())).collect()
}

/// Whether nobody wrote the entity between the two reads. Without times, its content shows it.
fn is_same(planned: &Entity, found: &Entity) -> bool {
    match (planned.record.updated_at, found.record.updated_at) {
        (None, None) => planned == found,
        (before, now) => before == now,
    }
}

/// ` (last changed by ada at 2026-11-21T16:00:00Z)`; empty if the catalog does not say.
fn last_change(found: &Entity) -> String {
    match (&found.record.updated_by, found.record.updated_at) {
        (Some(by), Some(at)) => format!(" (last changed by {by} at {at})"),
        (Some(by), None) => format!(" (last changed by {by})"),
        (None, Some(at)) => format!(" (last changed at {at})"),
        (None, None) => String::new(),
    }
}

fn is_create(request: &WriteRequest) -> bool {
    matches!(request.method, Method::Create(_))
}

fn is_update(request: &WriteRequest) -> bool {
    matches!(request.method, Method::Merge(_) | Method::Adopt(_))
}

/// Whether the entity was never changed after its creation.
fn is_new(found: &Entity) -> bool {
    found.record.created_at.is_some() && found.record.created_at == found.record.updated_at
}

fn by_blueprint<'a>(
    requests: &[&'a WriteRequest],
    members: impl IntoIterator<Item = usize>,
) -> BTreeMap<&'a Arc<str>, Vec<usize>> {
    let mut groups: BTreeMap<&Arc<str>, Vec<usize>> = BTreeMap::new();
    for at in members {
        groups.entry(&requests[at].key.blueprint).or_default().push(at);
    }
    groups
}

fn identifiers(requests: &[&WriteRequest], members: &[usize]) -> Vec<Box<str>> {
    members.iter().map(|at| requests[*at].key.identifier.clone()).collect()
}

/// The identifiers that renamed entities had before.
fn former_identifiers(requests: &[&WriteRequest], members: &[usize]) -> Vec<Box<str>> {
    let renames = members.iter().filter_map(|at| match &requests[*at].method {
        Method::Rename { from, .. } => Some(from.clone()),
        Method::Create(_)
        | Method::Merge(_)
        | Method::Replace(_)
        | Method::Patch(_)
        | Method::Adopt(_)
        | Method::Delete => None,
    });
    renames.collect()
}
