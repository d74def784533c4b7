//! A catalog for pull requests without credentials: what the manifests declare at the merge base, in memory. A plan
//! against it shows what the branch changes. The real catalog is not read, so it may differ.

use std::collections::{BTreeMap, BTreeSet, HashSet};
use std::path::Path;

use crate::catalog::Catalog;
use crate::commands::catalog::seed::{declared, follow, stand_in, unexpected};
use crate::commands::catalog::seed_entities::seeded;
use crate::commands::ci_run::is_pull_request;
use crate::commands::context::Context;
use crate::commands::workspace::snapshot::{NoSnapshot, SnapshotSource};
use crate::domain::blueprint::Blueprint;
use crate::domain::blueprint::set::Blueprints;
use crate::domain::entity::desired::Desired;
use crate::domain::entity::{EntityKey, Owner, Targets};
use crate::domain::plan::revision::BaseRevision;
use crate::embedded::LocalCatalog;
use crate::embedded::store::{Store, system_clock};
use crate::error::Error;
use crate::settings::{self, Environment, Origin, Settings};
use crate::text::plural::count;

/// Whether this run is for a pull request without credentials, as from a fork or a bot. An explicitly configured
/// embedded catalog needs no credentials.
pub(crate) fn is_offline(settings: &Settings, environment: &Environment) -> bool {
    let is_local = settings.catalog.value == settings::Catalog::Local && settings.catalog.origin != Origin::Default;
    let platform = settings.platform.value;
    let has_credentials =
        environment.has_secret(platform.client_id_variable) || environment.has_secret(platform.client_secret_variable);
    !is_local && !has_credentials && is_pull_request(environment)
}

/// The first note in every report of such a run.
pub(crate) fn note(settings: &Settings, base: &BaseRevision) -> String {
    let platform = settings.platform.value;
    format!(
        "The catalog was not read: this pull request has no credentials ({} and {}). Shown is what it changes since the \
         merge base with `{}`; the catalog may differ.",
        platform.client_id_variable, platform.client_secret_variable, base.name
    )
}

/// What is compared with the base.
pub(crate) struct Compared<'a> {
    /// The keys of its entities.
    pub keys: HashSet<(&'a str, &'a str)>,
    /// The targets of its relations.
    pub targets: &'a dyn Fn(&Blueprints) -> Vec<EntityKey>,
}

/// The catalog, and notes about it. `entities` are those of the base.
pub(crate) fn catalog_of_base(
    base: &BaseRevision,
    entities: &[Desired],
    now: Compared<'_>,
    owner: &Owner,
    snapshot_source: &SnapshotSource,
    context: &mut Context<'_>,
) -> Result<(Box<dyn Catalog>, Vec<String>), Error> {
    let root: &Path = &context.settings.root.value;
    let store = Store::in_memory(system_clock())?;
    let name = format!("the merge base with {} ({})", base.name, base.short_commit());
    let catalog = LocalCatalog::of(store, name, &owner.user_agent());
    let (store, writer) = (catalog.store(), catalog.writer());
    if follow(store, root, snapshot_source, &writer, context)?.is_empty() {
        return Err(NoSnapshot.into());
    }
    let mut keys = declared(entities);
    keys.extend(now.keys);
    stand_in(store, root, snapshot_source, &writer, &keys)?;
    // Only the catalog knows whether targets exist that neither the repository nor the snapshot declares, so they are
    // assumed to exist.
    let blueprints = catalog.blueprints()?;
    let blueprints = blueprints.into_iter().filter_map(|body| Blueprint::from_json(body).ok());
    let blueprints = Blueprints::new(blueprints.map(|(blueprint, _)| blueprint).collect());
    let mut targets = targets_of(entities, &blueprints);
    targets.extend((now.targets)(&blueprints));
    for (blueprint, identifiers) in undeclared(&targets, &blueprints, &keys) {
        store.create_placeholders(blueprint, identifiers.into_iter(), &writer).map_err(unexpected)?;
    }
    let seeded = seeded(store, entities, &writer)?;
    let refused = seeded.refused.len();
    let notes = (refused > 0).then(|| {
        format!(
            "{} of the merge base did not fit the blueprints of the snapshot, so their changes are shown as new entities.",
            count(refused, "entity")
        )
    });
    Ok((Box::new(catalog), notes.into_iter().collect()))
}

/// The targets of declared relations.
pub(crate) fn targets_of(entities: &[Desired], blueprints: &Blueprints) -> Vec<EntityKey> {
    let mut targets = Vec::new();
    for entity in entities {
        let Some(blueprint) = blueprints.named(&entity.key.blueprint) else { continue };
        for relation in &entity.relations {
            let Some(target) = blueprint.relation(&relation.name).map(|relation| relation.target.as_str()) else {
                continue;
            };
            let named: &[Box<str>] = match &relation.targets {
                Targets::None => &[],
                Targets::One(one) => std::slice::from_ref(one),
                Targets::Many(many) => many,
            };
            let key = |name: &str| EntityKey { blueprint: target.into(), identifier: name.into() };
            targets.extend(named.iter().map(|name| key(name)));
        }
    }
    targets
}

fn undeclared<'a>(
    targets: &'a [EntityKey],
    blueprints: &Blueprints,
    declared: &HashSet<(&str, &str)>,
) -> BTreeMap<&'a str, BTreeSet<&'a str>> {
    let mut undeclared: BTreeMap<&str, BTreeSet<&str>> = BTreeMap::new();
    for EntityKey { blueprint, identifier } in targets {
        if blueprints.named(blueprint).is_some() && !declared.contains(&(blueprint.as_ref(), identifier.as_ref())) {
            undeclared.entry(blueprint).or_default().insert(identifier);
        }
    }
    undeclared
}
