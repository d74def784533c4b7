//! Computes the new state of an entity from a draft, and validates it like the platform, without writing. A merge keeps
//! stored values that the draft does not contain and validates only those that it contains.

use rusqlite::Transaction;
use serde_json::{Map, Value};

use super::inherited_team::inherited_team;
use super::links::{Relink, Target};
use super::members::damaged;
use super::property_messages::mismatch;
use super::query;
use super::refusals;
use super::relation_paths::PathWalker;
use super::row::{Row, find_id};
use crate::catalog::wire::{EntityDraft, RelationRef, TeamRef, WriteOptions};
use crate::domain::blueprint::required::Presence;
use crate::domain::blueprint::{Property, Relation};
use crate::domain::entity::fields::Texts;
use crate::domain::entity::identifier::{check_entity_identifier, is_reserved};
use crate::domain::entity::patch::Patch;
use crate::embedded::store::compiled_blueprint::CompiledBlueprint;
use crate::embedded::store::connection::Store;
use crate::embedded::store::error::Failure;

/// The new state of an entity.
#[derive(Debug)]
pub(super) struct EntityState {
    pub identifier: String,
    pub texts: Texts<Option<String>>,
    /// JSON, as stored in a row.
    pub team: String,
    pub properties: String,
    pub relations: String,
    pub relinks: Vec<Relink>,
}

/// A draft and everything that is required to validate it.
pub(super) struct Upsert<'c> {
    pub store: &'c Store,
    pub transaction: &'c Transaction<'c>,
    pub compiled: &'c CompiledBlueprint,
    pub draft: &'c EntityDraft,
    pub options: &'c WriteOptions,
    /// The current state of the entity.
    pub before: Option<&'c Row>,
    /// Values that the draft does not contain are kept.
    pub merge: bool,
}

impl Upsert<'_> {
    pub fn compute(&self, identifier: String) -> Result<EntityState, Failure> {
        check_identifier("identifier", &identifier)?;
        let kept = self.before.filter(|_| self.merge);
        let texts = Texts::from_fn(|field| match &self.draft.texts[field] {
            Patch::Absent => kept.and_then(|row| row.texts[field].clone()),
            Patch::Null => None,
            Patch::Set(text) => Some(text.clone()),
        });
        let properties = self.properties(kept)?;
        let (relations, relinks) = self.relations(kept, &identifier)?;
        let team = self.team(kept, &relinks)?;
        Ok(EntityState { identifier, texts, team, properties, relations, relinks })
    }

    fn team(&self, kept: Option<&Row>, relinks: &[Relink]) -> Result<String, Failure> {
        let teams = match &self.draft.team {
            Patch::Absent => return Ok(kept.map_or_else(|| "[]".to_owned(), |row| row.team.clone())),
            Patch::Null => Vec::new(),
            Patch::Set(given) if self.compiled.inherited.is_some() => {
                // Clients send back what they read: the inherited teams are no change, and an empty list is no team.
                let is_unchanged = match given {
                    TeamRef::List(teams) if teams.is_empty() => true,
                    TeamRef::List(teams) => {
                        let walker = PathWalker::new(self.store, self.transaction);
                        inherited_team(walker, self.compiled, self.before, relinks)? == Value::from(teams.as_slice())
                    }
                    TeamRef::Query(_) => false,
                };
                if !is_unchanged {
                    return Err(refusals::inherited_team(self.compiled).into());
                }
                Vec::new()
            }
            Patch::Set(TeamRef::List(teams)) => teams.clone(),
            Patch::Set(TeamRef::Query(query)) => {
                let team = self.store.compiled(self.transaction, "_team")?;
                let hits = query::hits(self.store, self.transaction, &team, query, query::MAX_TARGETS)?;
                hits.into_iter().map(|hit| hit.identifier).collect()
            }
        };
        Ok(Value::from(teams).to_string())
    }

    fn properties(&self, kept: Option<&Row>) -> Result<String, Failure> {
        let given = self.draft.properties.as_ref();
        if let (Some(row), true) = (kept, given.is_none_or(Map::is_empty)) {
            let mut properties = stored_map(&row.properties)?;
            if !self.fill_in(&mut properties, |property| property.required) {
                self.check_required(&properties)?;
                return Ok(row.properties.clone());
            }
            self.check_required(&properties)?;
            return Ok(Value::Object(properties).to_string());
        }
        let mut properties = kept.map(|row| stored_map(&row.properties)).transpose()?.unwrap_or_default();
        for (name, value) in given.into_iter().flatten() {
            match (self.compiled.validator(name), self.compiled.computed(name)) {
                (Some(validator), _) => {
                    // Null clears the property, whatever its type.
                    let message = if value.is_null() { None } else { mismatch(validator, name, value) };
                    if let Some(message) = message {
                        return Err(refusals::mismatch(self.compiled, message).into());
                    }
                    properties.insert(name.clone(), value.clone());
                }
                // Computed values are ignored: clients send back what they read.
                (None, Some(_)) => {}
                (None, None) => return Err(refusals::unknown_property(self.compiled, name).into()),
            }
        }
        self.fill_in(&mut properties, |property| property.required || self.before.is_none());
        self.check_required(&properties)?;
        Ok(Value::Object(properties).to_string())
    }

    /// Sets missing properties to their defaults. A new entity gets all defaults, an existing one only those of
    /// required properties, in every kind of write. Returns whether any was missing.
    fn fill_in(&self, properties: &mut Map<String, Value>, gets: impl Fn(&Property) -> bool) -> bool {
        let before = properties.len();
        for property in self.compiled.blueprint.properties.iter().filter(|property| gets(property)) {
            if let Some(default) = property.default.as_ref().filter(|_| !properties.contains_key(&property.name)) {
                properties.insert(property.name.clone(), default.clone());
            }
        }
        properties.len() > before
    }

    fn check_required(&self, properties: &Map<String, Value>) -> Result<(), Failure> {
        for property in &self.compiled.blueprint.properties {
            let presence = presence(properties.get(&property.name), Value::is_null);
            if property.lack(presence).is_some() {
                return Err(refusals::missing_property(self.compiled, &property.name).into());
            }
        }
        Ok(())
    }

    /// All relations as JSON, and those whose targets change.
    fn relations(&self, kept: Option<&Row>, identifier: &str) -> Result<(String, Vec<Relink>), Failure> {
        let before = self.before.map(|row| stored_map(&row.relations)).transpose()?.unwrap_or_default();
        let mut after = if kept.is_some() { before.clone() } else { Map::new() };
        let mut relinks = Vec::new();
        for (name, target) in self.draft.relations.iter().flatten() {
            let Some(relation) = self.compiled.relation(name) else {
                return Err(refusals::unknown_relation(name).into());
            };
            let value = self.targets(relation, target)?;
            after.insert(name.clone(), self.by_new_name(relation, value, identifier));
        }
        for relation in &self.compiled.blueprint.relations {
            if relation.lack(presence(after.get(&relation.name), is_unset)).is_some() {
                return Err(refusals::required_relation(self.compiled, &relation.name).into());
            }
        }
        for (name, value) in after.iter().filter(|(name, value)| before.get(*name) != Some(value)) {
            let Some(relation) = self.compiled.relation(name) else { continue };
            let targets = self.existing_targets(relation, value, identifier)?;
            relinks.push(Relink { relation: name.clone(), had: before.contains_key(name), targets });
        }
        for name in before.keys().filter(|name| !after.contains_key(*name)) {
            relinks.push(Relink { relation: name.clone(), had: true, targets: Vec::new() });
        }
        Ok((Value::Object(after).to_string(), relinks))
    }

    /// If an entity that points to itself is renamed, its own relations use the new identifier.
    fn by_new_name(&self, relation: &Relation, value: Value, identifier: &str) -> Value {
        let old = self.before.map(|row| row.identifier.as_str()).filter(|old| *old != identifier);
        let Some(old) = old.filter(|_| relation.target == self.compiled.identifier()) else { return value };
        match value {
            Value::Array(names) => {
                let names = names.into_iter();
                names.map(|name| if name.as_str() == Some(old) { identifier.into() } else { name }).collect()
            }
            Value::String(name) if name == old => identifier.into(),
            other @ (Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_)) => other,
        }
    }

    /// The value of a relation as stored: an identifier, a list of them, or null.
    fn targets(&self, relation: &Relation, given: &RelationRef) -> Result<Value, Failure> {
        let place = || format!("relations/{}", relation.name);
        match (given, relation.many) {
            (RelationRef::Null, true) => Ok(Value::Array(Vec::new())),
            (RelationRef::Null, false) => Ok(Value::Null),
            (RelationRef::One(target), false) => {
                check_identifier(&place(), target)?;
                Ok(target.as_str().into())
            }
            (RelationRef::Many(targets), true) => {
                for (at, target) in targets.iter().enumerate() {
                    if check_entity_identifier(target).is_err() {
                        check_identifier(&format!("{}/{at}", place()), target)?;
                    }
                }
                Ok(targets.as_slice().into())
            }
            (RelationRef::One(_), true) | (RelationRef::Many(_), false) => {
                Err(refusals::wrong_arity(self.compiled, relation).into())
            }
            (RelationRef::Query(query), many) => {
                let target = self.store.compiled(self.transaction, &relation.target)?;
                let hits = query::hits(self.store, self.transaction, &target, query, query::MAX_TARGETS)?;
                let mut found = hits.into_iter().map(|hit| Value::from(hit.identifier)).collect::<Vec<_>>();
                match (many, found.len()) {
                    (true, _) => Ok(Value::Array(found)),
                    (false, 0) => Err(refusals::nothing_found(&place()).into()),
                    (false, 1) => Ok(found.pop().unwrap_or_default()),
                    (false, _) => Err(refusals::wrong_arity(self.compiled, relation).into()),
                }
            }
        }
    }

    fn existing_targets(&self, relation: &Relation, value: &Value, identifier: &str) -> Result<Vec<Target>, Failure> {
        let names: Vec<&str> = match value {
            Value::String(name) => vec![name.as_str()],
            Value::Array(names) => names.iter().filter_map(Value::as_str).collect(),
            Value::Null | Value::Bool(_) | Value::Number(_) | Value::Object(_) => Vec::new(),
        };
        if names.is_empty() {
            return Ok(Vec::new());
        }
        let blueprint = self.store.compiled(self.transaction, &relation.target)?;
        let create = self.options.create_missing_related_entities;
        names
            .into_iter()
            .map(|name| match self.find_target(&blueprint, name, identifier)? {
                Some(id) => Ok(Target::Known(id)),
                None if !create => Err(refusals::missing_target(&relation.target, name).into()),
                None if blueprint.id == self.compiled.id && name == identifier => Ok(Target::Itself),
                None if is_reserved(&relation.target) => Err(refusals::protected_creation(&relation.target).into()),
                None => Ok(Target::Placeholder { blueprint: blueprint.id, identifier: name.to_owned() }),
            })
            .collect()
    }

    /// Finds a target by the identifiers that apply after this write.
    fn find_target(&self, blueprint: &CompiledBlueprint, name: &str, identifier: &str) -> Result<Option<i64>, Failure> {
        match self.before {
            Some(row) if blueprint.id == self.compiled.id && name == identifier => Ok(Some(row.id)),
            Some(_) | None => find_id(self.transaction, blueprint.id, name),
        }
    }
}

/// Refuses an invalid identifier.
pub(super) fn check_identifier(place: &str, identifier: &str) -> Result<(), Failure> {
    check_entity_identifier(identifier).map_err(|fault| refusals::bad_identifier(place, fault).into())
}

pub(super) fn stored_map(text: &str) -> Result<Map<String, Value>, Failure> {
    Ok(serde_json::from_str(text).map_err(|error| damaged(&error))?)
}

fn presence(value: Option<&Value>, is_unset: fn(&Value) -> bool) -> Presence {
    match value {
        None => Presence::Absent,
        Some(value) if is_unset(value) => Presence::Null,
        Some(_) => Presence::Set,
    }
}

fn is_unset(value: &Value) -> bool {
    value.is_null() || value.as_array().is_some_and(Vec::is_empty)
}
