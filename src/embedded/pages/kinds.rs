//! The blueprints of the catalog, for the titles and types that pages show.

use std::collections::BTreeMap;

use serde_json::Value;

use crate::domain::blueprint::{Blueprint, Computed, ComputedKind, Property, Relation};
use crate::domain::entity::identifier::is_reserved;
use crate::domain::plan::change::Field;
use crate::embedded::store::{Failure, Store};

pub(super) struct Kinds(BTreeMap<String, Blueprint>);

impl Kinds {
    pub fn load(store: &Store) -> Result<Self, Failure> {
        let blueprints = store.blueprints()?.into_iter().filter_map(|body| Blueprint::from_json(body).ok());
        Ok(Self(blueprints.map(|(blueprint, _)| (blueprint.identifier.clone(), blueprint)).collect()))
    }

    pub fn get(&self, blueprint: &str) -> Option<&Blueprint> {
        self.0.get(blueprint)
    }

    /// The blueprints of the organisation, and then those of the platform, by title.
    pub fn sorted(&self) -> Vec<&Blueprint> {
        let mut all: Vec<&Blueprint> = self.0.values().collect();
        all.sort_by_key(|blueprint| (is_reserved(&blueprint.identifier), title(blueprint).to_lowercase()));
        all
    }

    pub fn title<'k>(&'k self, blueprint: &'k str) -> &'k str {
        self.get(blueprint).map_or(blueprint, title)
    }

    /// The blueprints with relations of this name to `target`.
    pub fn pointing<'k>(&'k self, relation: &'k str, target: &'k str) -> impl Iterator<Item = &'k Blueprint> {
        self.0.values().filter(move |blueprint| {
            blueprint.relations.iter().any(|other| other.name == relation && other.target == target)
        })
    }

    /// All relations to a blueprint.
    pub fn relations_to<'k>(&'k self, target: &'k str) -> impl Iterator<Item = (&'k Blueprint, &'k Relation)> {
        let relations =
            self.0.values().flat_map(|blueprint| blueprint.relations.iter().map(move |one| (blueprint, one)));
        relations.filter(move |(_, relation)| relation.target == target)
    }
}

pub(super) fn title(blueprint: &Blueprint) -> &str {
    shown(blueprint.title.as_deref(), &blueprint.identifier)
}

pub(super) fn property_title(property: &Property) -> &str {
    shown(property.title.as_deref(), &property.name)
}

pub(super) fn relation_title(relation: &Relation) -> &str {
    shown(relation.title.as_deref(), &relation.name)
}

/// The title of a computed property.
pub(super) fn computed_title<'b>(blueprint: &'b Blueprint, computed: &'b Computed) -> &'b str {
    let key = match computed.kind {
        ComputedKind::Mirror => "mirrorProperties",
        ComputedKind::Calculation => "calculationProperties",
        ComputedKind::Aggregation => "aggregationProperties",
    };
    let title = blueprint.raw.get(key).and_then(|all| all.get(&computed.name)?.get("title")?.as_str());
    shown(title, &computed.name)
}

/// The title of a field of a change.
pub(super) fn field_title(blueprint: Option<&Blueprint>, field: &Field) -> String {
    let found = match field {
        Field::Text(field) => return capitalised(field.key()),
        Field::Team => return "Team".to_owned(),
        Field::Property(name) => blueprint.and_then(|one| one.property(name)).map(property_title).unwrap_or(name),
        Field::Relation(name) => blueprint.and_then(|one| one.relation(name)).map(relation_title).unwrap_or(name),
    };
    found.to_owned()
}

/// The title of a key of the history: `properties.tier`.
pub(super) fn key_title(blueprint: &Blueprint, key: &str) -> String {
    let field = match key.split_once('.') {
        Some(("properties", name)) => Field::Property(name.into()),
        Some(("relations", name)) => Field::Relation(name.into()),
        Some(_) | None if key == "datasource" => return "Written by".to_owned(),
        Some(_) | None => return capitalised(key),
    };
    field_title(Some(blueprint), &field)
}

fn capitalised(word: &str) -> String {
    let mut chars = word.chars();
    chars.next().map(|first| format!("{}{}", first.to_uppercase(), chars.as_str())).unwrap_or_default()
}

/// A title that is there and is not empty, or else the name.
pub(super) fn shown<'t>(title: Option<&'t str>, name: &'t str) -> &'t str {
    title.filter(|title| !title.trim().is_empty()).unwrap_or(name)
}

/// The title of an entity as the API returns it.
pub(super) fn entity_title(entity: &Value) -> &str {
    let text = |key: &str| entity.get(key).and_then(Value::as_str);
    shown(text("title"), text("identifier").unwrap_or_default())
}
