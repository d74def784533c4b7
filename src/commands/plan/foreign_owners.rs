//! Finds who owns the foreign entities of a plan: their names for messages, and their datasources for a backup.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::time::Duration;

use crate::catalog::{Cancellation, Catalog, ReadLimit};
use crate::commands::context::Context;
use crate::commands::workspace::scope;
use crate::domain::entity::foreign_owner::{ForeignOwner, OwnerKind};
use crate::domain::entity::{Datasource, EntityKey, Owner};
use crate::domain::plan::Plan;
use crate::domain::plan::change::{Action, Change, OwnerStatus};
use crate::domain::snapshot::Snapshot;
use crate::plan::backup::FormerOwner;

/// The maximum number of owners to look up, because they are used only in messages.
const MAX_OWNERS: usize = 1_000;
/// The time limit for the names of the owners of one blueprint's entities. They are only for messages.
const OWNERS_TIMEOUT: Duration = Duration::from_secs(30);

/// The owners of the foreign entities in the plan. They are used only in messages: if the catalog does not know the
/// owner, the last writer is named, and errors are ignored.
pub(crate) fn foreign_owners(
    plan: &Plan,
    actual: &Snapshot,
    catalog: &dyn Catalog,
    scopes: &[String],
) -> Vec<(EntityKey, ForeignOwner)> {
    let changed =
        plan.changes.iter().filter(|change| change.ownership == OwnerStatus::Foreign).map(|change| &change.key);
    let keys: BTreeSet<&EntityKey> = changed.chain(&plan.foreign_unchanged).take(MAX_OWNERS).collect();
    let keys: Vec<&EntityKey> = keys.into_iter().collect();
    let cancellation = Cancellation::default();
    let limit = ReadLimit { cancellation: &cancellation, timeout: OWNERS_TIMEOUT };
    let mut answers = true;
    let mut owners = Vec::new();
    for group in keys.chunk_by(|one, other| one.blueprint == other.blueprint) {
        let Some(first) = group.first() else { continue };
        let identifiers: Vec<Box<str>> = group.iter().map(|key| key.identifier.clone()).collect();
        let mut found = HashMap::new();
        // A catalog that cannot be asked about one blueprint is not asked about the others.
        if answers {
            let named = catalog.owners_of(&first.blueprint, &identifiers, scopes, limit);
            answers = named.is_ok();
            found = named.unwrap_or_default();
        }
        let shelf = actual.blueprints.get(first.blueprint.as_ref());
        for key in group {
            let record = || {
                let entities = &shelf?.entities;
                let at = entities.binary_search_by(|entity| entity.key.identifier.cmp(&key.identifier)).ok()?;
                ForeignOwner::of_record(&entities.get(at)?.record)
            };
            let owner = found.remove(&key.identifier).or_else(record);
            owners.extend(owner.map(|owner| ((*key).clone(), owner)));
        }
    }
    owners
}

/// Other scopes that may own foreign entities: `scopes` (of `--adopt-from`), those of the config's targets, the state keys of
/// exporters, and the default one.
pub(crate) fn known_scopes(mut scopes: Vec<String>, context: &Context<'_>) -> Vec<String> {
    scopes.extend(context.settings.target_scopes.iter().cloned());
    scopes.extend(context.settings.clusters.iter().filter_map(|cluster| cluster.state_key.clone()));
    scopes.extend(scope::of_remote(context.git));
    scopes.push(scope::LOCAL.to_owned());
    scopes
}

/// The owner of each foreign entity that the plan takes over, with the datasource that gives it back. A plan does not delete
/// foreign entities, and a renamed one is another entity.
pub(crate) fn former_owners(
    plan: &Plan,
    owners: &[(EntityKey, ForeignOwner)],
    catalog: &dyn Catalog,
) -> BTreeMap<EntityKey, FormerOwner> {
    let is_taken = |change: &&Change| match change.action {
        Action::Create | Action::Update | Action::Adopt => change.ownership == OwnerStatus::Foreign,
        Action::Rename { .. } | Action::Delete => false,
    };
    let keys: Vec<&EntityKey> = plan.changes.iter().filter(is_taken).map(|change| &change.key).collect();
    let cancellation = Cancellation::default();
    let limit = ReadLimit { cancellation: &cancellation, timeout: OWNERS_TIMEOUT };
    let own = Owner { scope: plan.scope.clone() };
    let mut former = BTreeMap::new();
    for group in keys.chunk_by(|one, other| one.blueprint == other.blueprint) {
        let Some(first) = group.first() else { continue };
        let identifiers: Vec<Box<str>> = group.iter().map(|key| key.identifier.clone()).collect();
        // A catalog that does not reveal them is no reason to refuse the push; the backup records that.
        let mut datasources = catalog.datasources_of(&first.blueprint, &identifiers, limit).unwrap_or_default();
        for key in group {
            let known = ForeignOwner::among(owners, key).cloned();
            let datasource = datasources.remove(&key.identifier);
            if datasource.as_deref().is_some_and(|datasource| own.owns(datasource)) {
                continue;
            }
            let owner = datasource.as_deref().and_then(ForeignOwner::of_datasource).or(known);
            let datasource = datasource.or_else(|| owner.as_ref().and_then(datasource_of));
            former.insert((*key).clone(), FormerOwner::new(owner.as_ref(), datasource));
        }
    }
    former
}

/// The datasource of an owner whose name determines it.
fn datasource_of(owner: &ForeignOwner) -> Option<String> {
    let name = owner.name.as_ref()?;
    match owner.kind {
        OwnerKind::Scope => Some(Owner { scope: name.clone() }.user_agent()),
        OwnerKind::Exporter => Some(Datasource::exporter_user_agent(name)),
        OwnerKind::Integration | OwnerKind::Tool | OwnerKind::Person => None,
    }
}

/// The names of the scopes that own entities in the catalog, sorted; empty if the catalog does not list them.
pub(crate) fn scopes_of(catalog: &dyn Catalog) -> Vec<String> {
    let cancellation = Cancellation::default();
    let limit = ReadLimit { cancellation: &cancellation, timeout: OWNERS_TIMEOUT };
    // They are only for messages, so an error is as good as no list.
    let datasources = catalog.datasources(limit).ok().flatten().unwrap_or_default();
    let mut scopes = Vec::new();
    for datasource in datasources {
        if let Some(ForeignOwner { kind: OwnerKind::Scope, name: Some(name) }) =
            ForeignOwner::of_datasource(&datasource)
        {
            scopes.push(name);
        }
    }
    scopes.sort();
    scopes.dedup();
    scopes
}
