//! Groups the requests of a wave into batches: requests on the same blueprint with the same method, which can share one
//! API call. Pure.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::catalog::wire::{EntityDraft, IdentifierRef, RelationRef, TeamRef, WriteOptions, Written};
use crate::catalog::{ApplyOptions, WriteFailure};
use crate::domain::entity::Targets;
use crate::domain::plan::request::{Body, Method, WriteRequest, WriteRequests};

/// The platform's limits: the entities in one call that writes, and in one that deletes.
pub(crate) const MAX_WRITTEN: usize = 20;
pub(crate) const MAX_DELETED: usize = 100;

/// The method of the write.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum MethodKind {
    Create,
    Merge,
    Replace,
    Patch,
    /// A patch that changes the identifier.
    Rename,
    Delete,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Batch {
    pub blueprint: Arc<str>,
    pub method: MethodKind,
    /// Their indices among the requests, ascending.
    pub members: Vec<usize>,
}

pub(crate) fn batches(requests: &[&WriteRequest]) -> Vec<Batch> {
    let mut batches: BTreeMap<(&Arc<str>, MethodKind), Vec<usize>> = BTreeMap::new();
    for (at, request) in requests.iter().enumerate() {
        let method = match request.method {
            Method::Create(_) => MethodKind::Create,
            // What is still to be adopted here could not be relabelled.
            Method::Merge(_) | Method::Adopt(_) => MethodKind::Merge,
            Method::Replace(_) => MethodKind::Replace,
            Method::Patch(_) => MethodKind::Patch,
            Method::Rename { .. } => MethodKind::Rename,
            Method::Delete => MethodKind::Delete,
        };
        batches.entry((&request.key.blueprint, method)).or_default().push(at);
    }
    let mut sorted = Vec::with_capacity(batches.len());
    for ((blueprint, method), members) in batches {
        sorted.push(Batch { blueprint: Arc::clone(blueprint), method, members });
    }
    sorted
}

/// The number of calls that the requests need at least; large entities need more.
pub fn calls(requests: &WriteRequests) -> u64 {
    let calls = |batch: Batch| match batch.method {
        MethodKind::Create | MethodKind::Merge | MethodKind::Replace => batch.members.len().div_ceil(MAX_WRITTEN),
        MethodKind::Patch | MethodKind::Rename => batch.members.len(),
        MethodKind::Delete => batch.members.len().div_ceil(MAX_DELETED),
    };
    let waves = requests.waves.iter().map(|wave| batches(&wave.iter().collect::<Vec<_>>()));
    waves.flatten().map(|batch| calls(batch) as u64).sum()
}

/// Converts the result of a write with this method. A merge that created the entity left out the fields that it does
/// not name.
pub(crate) fn outcome_of_write(method: MethodKind, end: Result<Written, WriteFailure>) -> Result<(), WriteFailure> {
    match end {
        Ok(written) if written.created && method == MethodKind::Merge => Err(WriteFailure::Recreated),
        Ok(_) => Ok(()),
        Err(failure) => Err(failure),
    }
}

/// The entity to send for a request, with its identifier; a deletion has nothing else.
pub fn draft(request: &WriteRequest) -> EntityDraft {
    let identifier = Some(IdentifierRef::Literal(request.key.identifier.to_string()));
    let Some(Body { texts, team, properties, relations }) = request.method.body() else {
        return EntityDraft { identifier, ..EntityDraft::default() };
    };
    let properties = properties.iter().map(|(name, value)| (name.to_string(), value.to_json()));
    let relations = relations.iter().map(|(name, targets)| (name.to_string(), reference(targets)));
    EntityDraft {
        identifier,
        texts: texts.as_ref().map(|text| text.as_ref().map(ToString::to_string)),
        team: team.as_ref().map(|teams| TeamRef::List(teams.iter().map(ToString::to_string).collect())),
        properties: (properties.len() > 0).then(|| properties.collect()),
        relations: (relations.len() > 0).then(|| relations.collect()),
    }
}

/// The body of a PATCH. It holds an identifier only to change it.
pub(crate) fn patch_draft(request: &WriteRequest) -> EntityDraft {
    let draft = draft(request);
    match request.method {
        Method::Rename { .. } => draft,
        Method::Create(_)
        | Method::Merge(_)
        | Method::Replace(_)
        | Method::Patch(_)
        | Method::Adopt(_)
        | Method::Delete => EntityDraft { identifier: None, ..draft },
    }
}

fn reference(targets: &Targets) -> RelationRef {
    match targets {
        Targets::None => RelationRef::Null,
        Targets::One(target) => RelationRef::One(target.to_string()),
        Targets::Many(targets) => RelationRef::Many(targets.iter().map(ToString::to_string).collect()),
    }
}

impl ApplyOptions<'_> {
    /// A create is rejected if the entity exists; every other request can be repeated safely.
    pub(crate) fn write_options(&self, method: MethodKind) -> WriteOptions {
        let upsert = method != MethodKind::Create;
        let merge = matches!(method, MethodKind::Merge | MethodKind::Patch | MethodKind::Rename);
        WriteOptions { upsert, merge, run_id: self.run_id.map(str::to_owned), ..WriteOptions::default() }
    }
}
