//! Reads what `pull` needs from the catalog: the blueprints, and the keys of relation targets. An incomplete read is an
//! error here, because missing entities would look deleted.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::Value as Json;

use crate::catalog::{Catalog, Part};
use crate::commands::pull::error::PullError;
use crate::domain::blueprint::Blueprint;
use crate::domain::blueprint::set::Blueprints;
use crate::domain::entity::Entity;
use crate::domain::entity::identifier::is_reserved;
use crate::domain::progress::Progress;
use crate::domain::snapshot::Completeness;
use crate::error::Error;
use crate::report::escape::clean;

/// Fields that change with every write and do not belong to the shape of a blueprint.
const VOLATILE: [&str; 7] = ["createdAt", "createdBy", "updatedAt", "updatedBy", "id", "_id", "orgId"];

/// What a pull read from the catalog.
pub(crate) struct Fetched {
    /// All blueprints, including system blueprints, without volatile fields.
    pub all: Blueprints,
    /// The requested entities by blueprint, complete or as keys.
    pub entities: BTreeMap<String, Vec<Entity>>,
}

/// The blueprint without volatile fields.
pub(crate) fn steady(mut blueprint: Json) -> Json {
    if let Some(object) = blueprint.as_object_mut() {
        object.retain(|key, _| !VOLATILE.contains(&key.as_str()));
    }
    blueprint
}

impl Fetched {
    pub fn blueprints(catalog: &dyn Catalog) -> Result<Self, Error> {
        Ok(Self::of(catalog.blueprints()?)?)
    }

    /// Fails if a blueprint cannot be parsed: without it, the blueprint would look deleted.
    fn of(blueprints: Vec<Json>) -> Result<Self, PullError> {
        let mut all = Vec::with_capacity(blueprints.len());
        for (at, json) in blueprints.into_iter().enumerate() {
            let title =
                json.get("title").and_then(Json::as_str).map(|title| format!("the blueprint `{}`", clean(title)));
            let (blueprint, _) = Blueprint::from_json(steady(json)).map_err(|flaw| PullError::Unusable {
                blueprint: title.unwrap_or_else(|| format!("blueprint {}", at + 1)),
                reason: flaw.message,
            })?;
            all.push(blueprint);
        }
        Ok(Self { all: Blueprints::new(all), entities: BTreeMap::new() })
    }

    /// The blueprints that lint needs: all but the system blueprints, and of these the ones that relations lead to and
    /// the ones that `used` names.
    pub fn wanted(&self, used: &BTreeSet<&str>) -> Vec<&Blueprint> {
        let is_own = |blueprint: &Blueprint| !is_reserved(&blueprint.identifier);
        let is_used = |blueprint: &&Blueprint| is_own(blueprint) || used.contains(blueprint.identifier.as_str());
        let mut wanted: BTreeMap<&str, &Blueprint> =
            self.all.iter().filter(is_used).map(|it| (it.identifier.as_str(), it)).collect();
        let mut left: Vec<&Blueprint> = wanted.values().copied().collect();
        while let Some(blueprint) = left.pop() {
            for target in blueprint.relations.iter().filter_map(|relation| self.all.named(&relation.target)) {
                if wanted.insert(&target.identifier, target).is_none() {
                    left.push(target);
                }
            }
        }
        wanted.into_values().collect()
    }

    /// Reads the entities of a blueprint with these identifiers. If the catalog does not permit the read, there are
    /// none.
    pub fn read_some(
        &mut self,
        catalog: &dyn Catalog,
        blueprint: &str,
        identifiers: &[Box<str>],
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        if identifiers.is_empty() || self.entities.contains_key(blueprint) {
            return Ok(());
        }
        let Some(blueprint) = self.all.named(blueprint) else { return Ok(()) };
        let shelf = match catalog.read_some(blueprint, identifiers, progress) {
            Err(error) if matches!(error.status(), Some(403 | 404)) => return Ok(()),
            read => read?,
        };
        if let Completeness::Incomplete(reason) = shelf.completeness {
            return Err(PullError::Incomplete { blueprint: blueprint.identifier.clone(), reason }.into());
        }
        self.entities.insert(blueprint.identifier.clone(), shelf.entities);
        Ok(())
    }

    /// Reads the entities of blueprints that were not read before.
    pub fn read(
        &mut self,
        catalog: &dyn Catalog,
        blueprints: &[Blueprint],
        part: &Part,
        progress: &dyn Progress,
    ) -> Result<(), Error> {
        let is_new = |blueprint: &&Blueprint| !self.entities.contains_key(&blueprint.identifier);
        let blueprints: Vec<Blueprint> = blueprints.iter().filter(is_new).cloned().collect();
        if blueprints.is_empty() {
            return Ok(());
        }
        for (blueprint, shelf) in catalog.read(&blueprints, part, progress)?.blueprints {
            match shelf.completeness {
                Completeness::Complete => drop(self.entities.insert(blueprint, shelf.entities)),
                Completeness::Incomplete(reason) => return Err(PullError::Incomplete { blueprint, reason }.into()),
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::exit::Exit;

    #[test]
    fn a_blueprint_that_cannot_be_understood_ends_the_pull() {
        let good = || json!({"identifier": "service", "title": "Service", "schema": {"properties": {}}});
        assert!(Fetched::of(vec![good()]).is_ok());
        for (bad, name) in
            [(json!({"identifier": 3, "title": "Team"}), "the blueprint `Team`"), (json!([]), "blueprint 2")]
        {
            let Err(error) = Fetched::of(vec![good(), bad]) else { panic!("{name} is no blueprint") };
            assert!(error.to_string().starts_with(&format!("{name} of the catalog cannot be used")), "{error}");
            assert_eq!(Error::from(error).exit(), Exit::CatalogUnreachable);
        }
    }
}
