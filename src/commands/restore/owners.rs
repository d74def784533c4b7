//! Gives the entities that a push took over back to their owners. It comes last: every write of the restore makes this
//! scope the owner.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::catalog::{ApplyOptions, Cancellation, ReadLimit};
use crate::commands::context::Context;
use crate::commands::plan::build::BuiltPlan;
use crate::commands::restore::names::names;
use crate::domain::entity::foreign_owner::OwnerKind;
use crate::domain::entity::{EntityKey, Owner};
use crate::domain::progress::Silent;
use crate::plan::backup::{FormerOwner, FormerOwners};
use crate::report::escape::clean;

/// The time limit of the read that shows what the change of owners did.
const READ_TIMEOUT: Duration = Duration::from_secs(60);

type Entities = Vec<(EntityKey, FormerOwner)>;

/// What the plan does about the owners, as sentences.
pub(super) fn describe(owners: &FormerOwners, owner: &Owner) -> Vec<String> {
    let mut notes = Vec::new();
    for (former, (_, keys)) in by_owner(&owners.given_back) {
        let verb = if keys.len() == 1 { "goes" } else { "go" };
        notes.push(format!("{} {verb} back to {}, the owner before.", names(&keys), clean(&former)));
    }
    notes.extend(describe_kept(&owners.kept, owner));
    notes
}

/// Who stays the owner, and the way out.
fn describe_kept(kept: &[(EntityKey, FormerOwner)], owner: &Owner) -> Vec<String> {
    let mut notes = Vec::new();
    let scope = &owner.scope;
    for (former, (kind, keys)) in by_owner(kept) {
        let (stays, them, they) = if keys.len() == 1 { ("stays", "it", "it") } else { ("stay", "them", "they") };
        let way_out = match kind {
            Some(OwnerKind::Scope) => format!("A push of that scope with `--adopt-from {scope}` takes {them} back"),
            Some(OwnerKind::Integration | OwnerKind::Exporter) => format!("Its next resync takes {them} back"),
            Some(OwnerKind::Tool | OwnerKind::Person) | None => {
                format!("The next write of that owner takes {them} back")
            }
        };
        notes.push(format!(
            "{} {stays} with scope `{scope}`; before, {they} belonged to {}. {way_out}; until then, a push of `{scope}` \
             deletes {them} if no manifest declares {them} (`--no-prune` keeps {them}).",
            names(&keys),
            clean(&former)
        ));
    }
    notes
}

/// Each owner in words, with its kind and its entities.
fn by_owner(entities: &[(EntityKey, FormerOwner)]) -> BTreeMap<String, (Option<OwnerKind>, Vec<EntityKey>)> {
    let mut by_owner: BTreeMap<String, (Option<OwnerKind>, Vec<EntityKey>)> = BTreeMap::new();
    for (key, owner) in entities {
        let (_, keys) = by_owner.entry(owner.to_string()).or_insert_with(|| (owner.kind, Vec::new()));
        keys.push(key.clone());
    }
    by_owner
}

/// What became of the owners.
#[derive(Default)]
pub(super) struct GivenBack {
    pub back: Entities,
    /// They are not back: this scope still owns them, or that could not be read.
    pub kept: Entities,
}

impl GivenBack {
    pub fn report(&self, owner: &Owner, context: &mut Context<'_>) {
        for (former, (_, keys)) in by_owner(&self.back) {
            let verb = if keys.len() == 1 { "belongs" } else { "belong" };
            context.say(&format!("{} {verb} to {} again.", names(&keys), clean(&former)));
        }
        for note in describe_kept(&self.kept, owner) {
            context.say(&format!("note: {note}"));
        }
    }
}

/// Changes the owners.
pub(super) fn give_back(planned: &BuiltPlan, owner: &Owner) -> GivenBack {
    let mut given = GivenBack::default();
    for ((blueprint, datasource), entities) in by_call(&planned.former_owners.given_back) {
        let is_back = relabel(planned, owner, &blueprint, (&entities, &datasource));
        for (key, former) in entities {
            let entities = if is_back(&key) { &mut given.back } else { &mut given.kept };
            entities.push((key, former));
        }
    }
    given
}

/// The entities of each blueprint and datasource: one call changes many of them.
fn by_call(entities: &[(EntityKey, FormerOwner)]) -> BTreeMap<(Arc<str>, String), Entities> {
    let mut calls: BTreeMap<(Arc<str>, String), Entities> = BTreeMap::new();
    for (key, owner) in entities {
        let Some(datasource) = &owner.datasource else { continue };
        let call = (Arc::clone(&key.blueprint), datasource.clone());
        calls.entry(call).or_default().push((key.clone(), owner.clone()));
    }
    calls
}

/// Returns whether this scope no longer owns an entity. The answer to the change does not tell, because its route is
/// undocumented; a read does.
fn relabel(
    planned: &BuiltPlan,
    owner: &Owner,
    blueprint: &str,
    (entities, datasource): (&Entities, &str),
) -> impl Fn(&EntityKey) -> bool + use<> {
    let catalog = &*planned.catalog;
    let cancellation = Cancellation::default();
    let options = ApplyOptions { run_id: None, stop_on_failure: false, cancellation: &cancellation, progress: &Silent };
    let identifiers: Vec<Box<str>> = entities.iter().map(|(key, _)| key.identifier.clone()).collect();
    let relabelling = catalog.relabel(blueprint, &identifiers, datasource, options);
    let limit = ReadLimit { cancellation: &cancellation, timeout: READ_TIMEOUT };
    let ours = match relabelling.may_be_applied {
        true => catalog.owned_among(owner, blueprint, &identifiers, limit).ok(),
        false => None,
    };
    move |key| ours.as_ref().is_some_and(|ours| !ours.contains_key(&key.identifier))
}
