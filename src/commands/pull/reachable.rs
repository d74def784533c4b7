//! Which entities of a catalog the manifests of a repository can point to: the targets of their relations, the teams,
//! and the users that they name. Only named users are included, because a list of everybody's e-mail address does not
//! belong in a repository.

use std::collections::BTreeSet;

use crate::catalog::{Catalog, Part};
use crate::commands::pull::fetch::Fetched;
use crate::domain::blueprint::set::Blueprints;
use crate::domain::blueprint::{Blueprint, EntityFormat, Ownership, TEAM, USER};
use crate::domain::entity::desired::{Desired, Teams};
use crate::domain::entity::identifier::is_reserved;
use crate::domain::entity::patch::Patch;
use crate::domain::entity::{Entity, EntityKey, Targets};
use crate::domain::progress::Progress;
use crate::domain::value::Value;
use crate::error::Error;

#[derive(Debug, Default)]
pub(crate) struct Reachable {
    /// Blueprints of which any entity may be named; never the one of users.
    blueprints: BTreeSet<String>,
    /// The users that manifests name.
    users: BTreeSet<Box<str>>,
}

impl Reachable {
    /// The relation targets of the blueprints that the repository uses. A repository without manifests may use any
    /// blueprint.
    pub fn from_blueprints(used: &BTreeSet<&str>, fetched: &Fetched) -> Self {
        let has_own = used.iter().any(|name| !is_reserved(name) && fetched.all.named(name).is_some());
        let all = fetched.wanted(used);
        let is_used = |blueprint: &&&Blueprint| !has_own || used.contains(blueprint.identifier.as_str());
        let relations = all.iter().filter(is_used).flat_map(|blueprint| &blueprint.relations);
        let targets = relations.map(|relation| &relation.target).filter(|target| *target != USER);
        Self { blueprints: targets.cloned().collect(), users: BTreeSet::new() }
    }

    /// Adds the teams and users that a manifest names.
    pub fn add_manifest(&mut self, entity: &Desired, blueprints: &Blueprints) {
        let Some(blueprint) = blueprints.named(&entity.key.blueprint) else { return };
        let names_team = match &entity.team.patch {
            Patch::Absent | Patch::Null => false,
            Patch::Set(Teams::One(team)) => !team.is_empty(),
            Patch::Set(Teams::Many(teams)) => !teams.is_empty(),
        };
        self.add_team(names_team, blueprint);
        entity.properties.iter().for_each(|property| self.add_property(&property.name, &property.value, blueprint));
        entity.relations.iter().for_each(|relation| self.add_relation(&relation.name, &relation.targets, blueprint));
    }

    /// Adds the teams, users and targets of an entity for which a manifest will be written.
    pub fn add_entity(&mut self, entity: &Entity, blueprints: &Blueprints) {
        let Some(blueprint) = blueprints.named(&entity.key.blueprint) else { return };
        self.add_team(!entity.team.is_empty(), blueprint);
        entity.properties.iter().for_each(|(name, value)| self.add_property(name, value, blueprint));
        entity.relations.iter().for_each(|(name, targets)| self.add_relation(name, targets, blueprint));
    }

    fn add_team(&mut self, names_team: bool, blueprint: &Blueprint) {
        if names_team && blueprint.ownership == Ownership::Direct {
            self.blueprints.insert(TEAM.to_owned());
        }
    }

    fn add_property(&mut self, name: &str, value: &Value, blueprint: &Blueprint) {
        let format = blueprint.property(name).and_then(|property| property.entity_format());
        let Some(format) = format else { return };
        for text in texts(value) {
            match format {
                EntityFormat::Team => drop(self.blueprints.insert(TEAM.to_owned())),
                EntityFormat::User => drop(self.users.insert(text.into())),
            }
        }
    }

    fn add_relation(&mut self, name: &str, targets: &Targets, blueprint: &Blueprint) {
        if blueprint.relation(name).is_none_or(|relation| relation.target != USER) {
            return;
        }
        match targets {
            Targets::None => {}
            Targets::One(user) => drop(self.users.insert(user.clone())),
            Targets::Many(users) => self.users.extend(users.iter().cloned()),
        }
    }

    /// Reads all of these entities from the catalog.
    pub fn read(&self, catalog: &dyn Catalog, fetched: &mut Fetched, progress: &dyn Progress) -> Result<(), Error> {
        let blueprints: Vec<Blueprint> =
            self.blueprints.iter().filter_map(|name| fetched.all.named(name)).cloned().collect();
        fetched.read(catalog, &blueprints, &Part::Keys, progress)?;
        let users: Vec<Box<str>> = self.users.iter().cloned().collect();
        fetched.read_some(catalog, USER, &users, progress)
    }

    pub fn keys<'f>(&'f self, fetched: &'f Fetched) -> impl Iterator<Item = &'f EntityKey> {
        let whole = self.blueprints.iter().filter_map(|name| fetched.entities.get(name)).flatten();
        let users = fetched.entities.get(USER).into_iter().flatten();
        let users = users.filter(|user| self.users.contains(&user.key.identifier));
        whole.chain(users).map(|entity| &entity.key)
    }

    /// The blueprints whose entities were all read. If the account has no `_team` entity at all, it does not manage
    /// teams as entities, so that list does not count as complete.
    pub fn complete<'f>(&'f self, fetched: &'f Fetched) -> impl Iterator<Item = &'f str> {
        let is_read = |name: &&String| {
            fetched.entities.get(name.as_str()).is_some_and(|entities| name.as_str() != TEAM || !entities.is_empty())
        };
        self.blueprints.iter().filter(is_read).map(String::as_str)
    }
}

/// A string, or the strings of a list.
fn texts(value: &Value) -> impl Iterator<Item = &str> {
    let items = match value {
        Value::List(items) => items.as_ref(),
        single => std::slice::from_ref(single),
    };
    items.iter().filter_map(Value::as_str).filter(|text| !text.is_empty())
}

#[cfg(test)]
mod tests;
