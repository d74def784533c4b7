//! The catalog's side of a query: the entities that it stores now.

use crate::catalog::{Catalog, Part};
use crate::commands::catalog::connect::connect;
use crate::commands::context::Context;
use crate::commands::plan::blueprints::CatalogBlueprints;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::Entity;
use crate::domain::finding::EntityName;
use crate::domain::progress::{Progress, Silent};
use crate::domain::snapshot::{Completeness, Snapshot};
use crate::error::Error;

/// What the catalog has of some blueprints.
pub(crate) struct LiveEntities {
    pub snapshot: Snapshot,
    /// The blueprints that were asked for and that the catalog does not have.
    pub missing: Vec<String>,
}

impl LiveEntities {
    /// The reason for each blueprint whose entities may not all have been read.
    pub fn incomplete(&self) -> impl Iterator<Item = (&str, &str)> {
        self.snapshot.blueprints.iter().filter_map(|(blueprint, shelf)| match &shelf.completeness {
            Completeness::Complete => None,
            Completeness::Incomplete(reason) => Some((blueprint.as_str(), reason.as_str())),
        })
    }
}

/// Reads all entities of `blueprint`, or of all blueprints.
pub(crate) fn read_live(blueprint: Option<&str>, context: &mut Context<'_>) -> Result<LiveEntities, Error> {
    let catalog = connect(context)?;
    let all = CatalogBlueprints::of(&*catalog)?.all;
    let wanted: Vec<Blueprint> =
        all.iter().filter(|it| blueprint.is_none_or(|name| it.identifier == name)).cloned().collect();
    let missing = blueprint.filter(|_| wanted.is_empty()).map(str::to_owned).into_iter().collect();
    let bar = context.bar();
    let progress: &dyn Progress = bar.as_ref().map_or(&Silent, |bar| bar);
    let snapshot = catalog.read(&wanted, &Part::Whole, progress)?;
    Ok(LiveEntities { snapshot, missing })
}

/// One entity as the catalog has it, and the name of the catalog.
pub(crate) fn read_live_entity(
    name: &EntityName,
    context: &mut Context<'_>,
) -> Result<(String, Option<Entity>), Error> {
    let catalog: Box<dyn Catalog> = connect(context)?;
    let all = CatalogBlueprints::of(&*catalog)?.all;
    let title = catalog.name().to_owned();
    let Some(blueprint) = all.named(&name.blueprint) else { return Ok((title, None)) };
    let shelf = catalog.read_some(blueprint, &[name.identifier.as_str().into()], &Silent)?;
    let found = shelf.entities.into_iter().find(|entity| *entity.key.identifier == *name.identifier);
    Ok((title, found))
}
