//! A model of a catalog under the exporter's writes: upserts that merge, refusals, and the deletion of what is stale.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value as Json, json};

use super::model::{Ending, Resync};
use super::values::spelled;

/// `(blueprint, identifier)`
pub type Key = (String, String);

/// An entity; what is null or empty is left out.
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Entity {
    pub title: Option<String>,
    pub icon: Option<String>,
    pub team: BTreeSet<String>,
    pub properties: BTreeMap<String, Json>,
    pub relations: BTreeMap<String, Json>,
    /// Whether the exporter wrote it last.
    pub is_owned: bool,
}

/// What the blueprints of the tests require, apart from which all are alike.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Required {
    /// `component` requires `language`.
    pub language: bool,
    /// `component` requires `system`.
    pub system: bool,
}

#[derive(Debug, Clone, Default)]
pub struct Catalog {
    pub entities: BTreeMap<Key, Entity>,
    pub required: Required,
}

pub const BLUEPRINTS: [&str; 3] = ["component", "service", "system"];
/// The properties of every blueprint, with their types.
const PROPERTIES: [(&str, &str); 8] = [
    ("language", "string"),
    ("tier", "number"),
    ("size", "number"),
    ("public", "boolean"),
    ("tags", "array"),
    ("parts", "array"),
    ("extra", "object"),
    ("cluster", "string"),
];
/// The value of `size` where an entity is created without one.
const DEFAULT_SIZE: i64 = 7;
/// The relations of every blueprint: their targets, and whether they have many.
pub const RELATIONS: [(&str, &str, bool); 2] = [("system", "system", false), ("dependsOn", "service", true)];

/// The blueprint as its users see it.
pub fn blueprint(identifier: &str, required: Required) -> Json {
    let properties: Map<String, Json> = PROPERTIES
        .iter()
        .map(|(name, kind)| {
            let mut schema = json!({"type": kind});
            if *name == "size" {
                schema["default"] = json!(DEFAULT_SIZE);
            }
            ((*name).to_owned(), schema)
        })
        .collect();
    let is_component = identifier == "component";
    let relations = RELATIONS.iter().map(|(name, target, many)| {
        let is_required = *name == "system" && is_component && required.system;
        ((*name).to_owned(), json!({"target": target, "required": is_required, "many": many}))
    });
    let names: &[&str] = if is_component && required.language { &["language"] } else { &[] };
    json!({
        "identifier": identifier,
        "title": identifier,
        "schema": {"properties": properties, "required": names},
        "relations": Json::Object(relations.collect()),
    })
}

/// Why the catalog refuses an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Refusal {
    /// Whatever else is in the catalog.
    Invalid,
    /// A relation's target is missing.
    NoTarget,
    /// The model does not know.
    Unknown,
}

impl Catalog {
    /// Writes an entity as the exporter sends it.
    pub fn upsert(&mut self, body: &Json) -> Result<Key, Refusal> {
        let Some(identifier) = body["identifier"].as_str() else { return Err(Refusal::Unknown) };
        let blueprint = body["blueprint"].as_str().expect("it is a text");
        if !BLUEPRINTS.contains(&blueprint) || !is_identifier(identifier) {
            return Err(Refusal::Invalid);
        }
        let key = (blueprint.to_owned(), identifier.to_owned());
        let stored = self.entities.get(&key);
        let is_new = stored.is_none();
        let mut entity = stored.cloned().unwrap_or_default();
        for (field, value) in [(&mut entity.title, &body["title"]), (&mut entity.icon, &body["icon"])] {
            if let Some(text) = value.as_str() {
                *field = Some(text.to_owned());
            }
        }
        match &body["team"] {
            Json::Null => {}
            Json::String(team) => entity.team = BTreeSet::from([team.clone()]),
            Json::Array(teams) => entity.team = teams.iter().filter_map(Json::as_str).map(str::to_owned).collect(),
            Json::Bool(_) | Json::Number(_) | Json::Object(_) => return Err(Refusal::Unknown),
        }
        let is_component = blueprint == "component";
        self.take_properties(&mut entity, &body["properties"], is_new)?;
        let is_missing = |name: &str, values: &BTreeMap<String, Json>, sent: &Json| {
            !values.contains_key(name) && (is_new || sent.get(name).is_some())
        };
        if is_component && self.required.language && is_missing("language", &entity.properties, &body["properties"]) {
            return Err(Refusal::Invalid);
        }
        self.take_relations(&mut entity, &body["relations"], &key)?;
        if is_component && self.required.system && is_missing("system", &entity.relations, &body["relations"]) {
            return Err(Refusal::Invalid);
        }
        entity.is_owned = true;
        self.entities.insert(key.clone(), entity);
        Ok(key)
    }

    fn take_properties(&self, entity: &mut Entity, sent: &Json, is_new: bool) -> Result<(), Refusal> {
        let sent = sent.as_object().cloned().unwrap_or_default();
        for (name, value) in &sent {
            let Some((_, kind)) = PROPERTIES.iter().find(|(known, _)| known == name) else {
                return Err(Refusal::Invalid);
            };
            let fits = match value {
                Json::Null => true,
                Json::Bool(_) => *kind == "boolean",
                Json::Number(_) => *kind == "number",
                Json::String(_) => *kind == "string",
                Json::Array(_) => *kind == "array",
                Json::Object(_) => *kind == "object",
            };
            if !fits {
                return Err(Refusal::Invalid);
            }
            if value.is_null() {
                entity.properties.remove(name);
            } else {
                entity.properties.insert(name.clone(), value.clone());
            }
        }
        if is_new && !sent.contains_key("size") {
            entity.properties.insert("size".to_owned(), json!(DEFAULT_SIZE));
        }
        Ok(())
    }

    fn take_relations(&self, entity: &mut Entity, sent: &Json, own: &Key) -> Result<(), Refusal> {
        for (name, value) in sent.as_object().cloned().unwrap_or_default() {
            let Some((_, target, many)) = RELATIONS.iter().find(|(known, ..)| *known == name) else {
                return Err(Refusal::Invalid);
            };
            let targets: Vec<&str> = match (&value, many) {
                (Json::Null, _) => Vec::new(),
                (Json::String(target), false) => vec![target],
                (Json::Array(items), true) => {
                    items.iter().map(|item| item.as_str().ok_or(Refusal::Invalid)).collect::<Result<_, _>>()?
                }
                // A search query.
                (Json::Object(_), _) => return Err(Refusal::Unknown),
                (Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_), _) => {
                    return Err(Refusal::Invalid);
                }
            };
            for identifier in &targets {
                let key = ((*target).to_owned(), (*identifier).to_owned());
                if !is_identifier(identifier) {
                    return Err(Refusal::Invalid);
                }
                if key == *own {
                    return Err(Refusal::Unknown);
                }
                if !self.entities.contains_key(&key) {
                    return Err(Refusal::NoTarget);
                }
            }
            if targets.is_empty() {
                entity.relations.remove(&name);
            } else if *many {
                // A set: the order of its targets means nothing.
                let targets: BTreeSet<&str> = targets.into_iter().collect();
                entity.relations.insert(name, json!(targets));
            } else {
                entity.relations.insert(name, value);
            }
        }
        Ok(())
    }

    /// Deletes an entity, unless another one requires it.
    fn delete(&mut self, key: &Key) {
        let points = |entity: &Entity, name: &str| match entity.relations.get(name) {
            Some(Json::Array(items)) => items.iter().any(|item| *item == key.1.as_str()),
            Some(value) => *value == key.1.as_str(),
            None => false,
        };
        let is_required = |(other, entity): (&Key, &Entity)| {
            self.required.system && key.0 == "system" && other.0 == "component" && points(entity, "system")
        };
        if self.entities.iter().any(is_required) {
            return;
        }
        self.entities.remove(key);
        for entity in self.entities.values_mut() {
            for (name, target, _) in RELATIONS {
                if target == key.0 && points(entity, name) {
                    match entity.relations.get_mut(name) {
                        Some(Json::Array(items)) => items.retain(|item| *item != key.1.as_str()),
                        Some(_) | None => drop(entity.relations.remove(name)),
                    }
                    if entity.relations.get(name).is_some_and(|value| *value == json!([])) {
                        entity.relations.remove(name);
                    }
                }
            }
        }
    }

    /// One resync: writes what is sent, and deletes what is stale if nothing failed. Returns the refusals.
    fn resync(&mut self, run: &Resync) -> BTreeMap<Key, Refusal> {
        let (mut current, mut refused) = (BTreeSet::new(), BTreeMap::new());
        for sent in &run.sent {
            match self.upsert(&sent.body) {
                Ok(key) => drop(current.insert(key)),
                Err(refusal) => {
                    let text = |name: &str| super::values::as_text(&sent.body[name]);
                    refused.insert((text("blueprint"), text("identifier")), refusal);
                }
            }
        }
        if run.ending == Ending::Complete && refused.is_empty() {
            let stale =
                |(key, entity): (&Key, &Entity)| (entity.is_owned && !current.contains(key)).then(|| key.clone());
            let stale: Vec<Key> = self.entities.iter().filter_map(stale).collect();
            stale.iter().for_each(|key| self.delete(key));
        }
        refused
    }

    /// Whether an entity is sent without a value that is required; the catalog accepts that where it has one.
    pub fn lacks_required(&self, run: &Resync) -> bool {
        let names = [("properties", "language", self.required.language), ("relations", "system", self.required.system)];
        let bodies = run.sent.iter().map(|sent| &sent.body).filter(|body| body["blueprint"] == "component");
        let mut missing = bodies.flat_map(|body| names.iter().map(|(section, name, _)| body[section][name].is_null()));
        let mut required = names.iter().map(|(.., required)| *required).cycle();
        missing.any(|is_missing| is_missing & required.next().expect("it has no end"))
    }

    /// Whether something stale is left, because another entity requires it.
    pub fn has_stale(&self, run: &Resync) -> bool {
        let is_sent =
            |key: &Key| run.sent.iter().any(|sent| sent.body["blueprint"] == key.0 && sent.body["identifier"] == key.1);
        self.entities.iter().any(|(key, entity)| entity.is_owned && !is_sent(key))
    }

    /// Repeats the resync until it changes nothing and refuses the same. The refusals of the last one.
    pub fn settle(&mut self, run: &Resync) -> Option<BTreeMap<Key, Refusal>> {
        let mut before = (self.entities.clone(), BTreeMap::new());
        for _ in 0..50 {
            let refused = self.resync(run);
            let now = (self.entities.clone(), refused);
            if now == before {
                return Some(now.1);
            }
            before = now;
        }
        None
    }
}

/// Letters of any script, digits, and some marks; not `.` and `..`.
fn is_identifier(text: &str) -> bool {
    let fits = |c: char| c.is_alphabetic() || c.is_ascii_digit() || "@_.+:\\/=-".contains(c);
    !text.is_empty() && text != "." && text != ".." && text.chars().all(fits)
}

/// The entity as one line, to compare and to show.
pub fn line(entity: &Entity) -> String {
    let members = |members: &BTreeMap<String, Json>| {
        members.iter().map(|(name, value)| format!("{name}={}", spelled(value))).collect::<Vec<_>>().join(" ")
    };
    let Entity { title, icon, team, properties, relations, .. } = entity;
    format!("{title:?} {icon:?} {team:?} [{}] [{}]", members(properties), members(relations))
}
