//! Chooses the entities that `pull --entities` reads, and decides for each whether its manifest is new, is merged with the
//! catalog's values, or stays.

use std::collections::{BTreeMap, BTreeSet};

use crate::catalog::{Catalog, Part};
use crate::commands::context::Context;
use crate::commands::plan::drift::HistorySource;
use crate::commands::pull::adopt::{AdoptOptions, Adoption, adopt};
use crate::commands::pull::error::PullError;
use crate::commands::pull::fetch::Fetched;
use crate::commands::pull::merge::{Chosen, MergeInput, merge_declared};
use crate::commands::workspace::entities::ManifestSet;
use crate::commands::workspace::scope::owner_in_catalog;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::identifier::is_reserved;
use crate::domain::entity::{Entity, EntityKey};
use crate::domain::plan::write_mode::WriteMode;
use crate::domain::progress::Progress;
use crate::error::Error;
use crate::settings::Delivery;
use crate::text::plural::list;
use crate::text::suggest::closest;

/// What `pull --entities` was asked for.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EntityOptions<'a> {
    /// The blueprints; if empty, all.
    pub blueprints: &'a [String],
    /// The entities; if empty, all of the blueprints.
    pub only: &'a [String],
    /// No new manifests, only those of entities that have drifted.
    pub only_drifted: bool,
    /// Undeclared entities, whoever owns them. Declared ones keep their manifests.
    pub is_any_owner: bool,
    pub overwrites: bool,
}

/// Reads the requested entities completely, drafts the manifests of those that none declares, and merges the others.
pub(crate) fn take_entities(
    options: EntityOptions<'_>,
    catalog: &dyn Catalog,
    fetched: &mut Fetched,
    manifests: &ManifestSet,
    context: &Context<'_>,
    progress: &dyn Progress,
) -> Result<Adoption, Error> {
    let settings = context.settings;
    let only = named_entities(options.only, fetched, catalog.name())?;
    let owned = match options.is_any_owner || !only.is_empty() {
        true => None,
        false => Some(owned(catalog, context)?),
    };
    let blueprints = chosen_blueprints(options.blueprints, (&only, owned.as_ref()), manifests, fetched, catalog)?;
    fetched.read(catalog, &blueprints, &Part::Whole, progress)?;
    refuse_missing(&only, fetched, catalog.name())?;
    let shapes: BTreeMap<&str, &Blueprint> = blueprints.iter().map(|it| (it.identifier.as_str(), it)).collect();
    let all = shapes.keys().filter_map(|blueprint| fetched.entities.get(*blueprint)).flatten();
    let entities: Vec<&Entity> = all.collect();
    let mask = context.mask_for(catalog);
    let pattern = settings.pattern()?;
    // The files of mapped entities are not manifests.
    let is_mapped = settings.mapped_clusters().next().is_some();
    let repository = context.git.repository().ok().flatten();
    let root = &settings.root.value;
    let history = repository.filter(|_| !is_mapped).map(|repository| HistorySource {
        repository,
        root,
        pattern: &pattern,
        git_host: settings.git_host.value,
        commit: None,
    });
    let chosen = match (&owned, only.is_empty()) {
        (_, false) => Some(Chosen::Named(&only)),
        (Some(owned), true) => Some(Chosen::Drifted { owned, history }),
        (None, true) => None,
    };
    let scope = owner_in_catalog(settings, context.git).map(|owner| owner.scope).unwrap_or_default();
    let uncommitted = match (chosen, repository) {
        (Some(Chosen::Drifted { .. }), Some(repository)) => repository.changed(root, &pattern, None)?.changed,
        // Who names an entity means its manifest as it is.
        _ => BTreeSet::new(),
    };
    let merge_input = chosen.map(|chosen| MergeInput {
        manifests,
        entities: &entities,
        blueprints: &blueprints,
        chosen,
        uncommitted: &uncommitted,
        scope: &scope,
        settings,
        mask: &mask,
    });
    let merged = merge_input.map(|input| merge_declared(&input)).unwrap_or_default();
    let is_chosen = |entity: &&Entity| match only.is_empty() {
        false => only.contains(&entity.key),
        true if options.only_drifted => merged.results.get(&entity.key).is_some_and(|result| result.is_drift),
        true => {
            owned.as_ref().is_none_or(|owned| owned.contains(&entity.key)) || merged.results.contains_key(&entity.key)
        }
    };
    let entities: Vec<&Entity> = entities.into_iter().filter(is_chosen).collect();
    let replaces = |blueprint: &str| settings.write.value.mode(blueprint) == WriteMode::Replace;
    let adopt_options = AdoptOptions {
        root,
        files: &manifests.files,
        platform: settings.platform.value,
        pattern: &pattern,
        include: &settings.include.value,
        delivery_is_cluster: settings.delivery.value == Delivery::Cluster,
        replaces: &replaces,
        overwrites: options.overwrites,
        merged: &merged.results,
        mask: &mask,
    };
    let mut adoption = adopt(&entities, &shapes, &manifests.index, &adopt_options)?;
    if !options.overwrites {
        adoption.notes.extend(merged.notes);
        adoption.merged = merged.files;
    }
    Ok(adoption)
}

fn owned(catalog: &dyn Catalog, context: &Context<'_>) -> Result<BTreeSet<EntityKey>, Error> {
    let owner = owner_in_catalog(context.settings, context.git)?;
    Ok(catalog.owned(&owner)?.into_iter().collect())
}

/// The blueprints to read: the named ones, or all but the system blueprints, as far as their entities matter.
fn chosen_blueprints(
    names: &[String],
    (only, owned): (&BTreeSet<EntityKey>, Option<&BTreeSet<EntityKey>>),
    manifests: &ManifestSet,
    fetched: &Fetched,
    catalog: &dyn Catalog,
) -> Result<Vec<Blueprint>, PullError> {
    if !only.is_empty() {
        return Ok(fetched.all.among(&only.iter().map(|key| key.blueprint.as_ref()).collect()));
    }
    let mut chosen = blueprints_named(names, fetched, catalog)?;
    if let Some(owned) = owned {
        let mut relevant: BTreeSet<&str> = owned.iter().map(|key| key.blueprint.as_ref()).collect();
        relevant.extend(manifests.index.blueprints());
        chosen.retain(|blueprint| relevant.contains(blueprint.identifier.as_str()));
    }
    Ok(chosen)
}

/// The named blueprints, or all but the system blueprints.
fn blueprints_named(names: &[String], fetched: &Fetched, catalog: &dyn Catalog) -> Result<Vec<Blueprint>, PullError> {
    if names.is_empty() {
        return Ok(fetched.all.iter().filter(|blueprint| !is_reserved(&blueprint.identifier)).cloned().collect());
    }
    let names: BTreeSet<&str> = names.iter().map(String::as_str).collect();
    let find =
        |name: &str| fetched.all.named(name).cloned().ok_or_else(|| unknown_blueprint(name, fetched, catalog.name()));
    names.into_iter().map(find).collect()
}

fn unknown_blueprint(name: &str, fetched: &Fetched, catalog: &str) -> PullError {
    let known = fetched.all.iter().map(|blueprint| blueprint.identifier.as_str());
    let help = match closest(name, known.clone()) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("it has {}", list(&known.take(20).map(|it| format!("`{it}`")).collect::<Vec<_>>())),
    };
    PullError::NoSuchBlueprint { name: name.to_owned(), catalog: catalog.to_owned(), help }
}

/// The entities of `--only`. Blueprints and identifiers may contain slashes: the blueprint is the first one that the
/// catalog has.
fn named_entities(names: &[String], fetched: &Fetched, catalog: &str) -> Result<BTreeSet<EntityKey>, PullError> {
    let parse = |text: &String| {
        let splits = text.match_indices('/').filter_map(|(at, _)| Some((text.get(..at)?, text.get(at + 1..)?)));
        let splits: Vec<(&str, &str)> =
            splits.filter(|(blueprint, identifier)| !blueprint.is_empty() && !identifier.is_empty()).collect();
        let known = splits.iter().find(|(blueprint, _)| fetched.all.named(blueprint).is_some());
        match (known, splits.first()) {
            (Some((blueprint, identifier)), _) => {
                Ok(EntityKey { blueprint: (*blueprint).into(), identifier: (*identifier).into() })
            }
            (None, Some((blueprint, _))) => Err(unknown_blueprint(blueprint, fetched, catalog)),
            (None, None) => Err(PullError::NoEntityName { text: text.clone() }),
        }
    };
    names.iter().map(parse).collect()
}

fn refuse_missing(only: &BTreeSet<EntityKey>, fetched: &Fetched, catalog: &str) -> Result<(), PullError> {
    for key in only {
        let of_blueprint = fetched.entities.get(key.blueprint.as_ref()).map(Vec::as_slice).unwrap_or_default();
        if of_blueprint.iter().any(|entity| entity.key == *key) {
            continue;
        }
        let known = of_blueprint.iter().map(|entity| entity.key.identifier.as_ref());
        let help = match closest(&key.identifier, known) {
            Some(meant) => format!("did you mean `{}/{meant}`?", key.blueprint),
            None => "`portolan diff` shows which declared entities the catalog does not have".to_owned(),
        };
        let name = format!("{}/{}", key.blueprint, key.identifier);
        return Err(PullError::NoSuchEntity { name, catalog: catalog.to_owned(), help });
    }
    Ok(())
}
