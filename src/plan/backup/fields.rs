//! The fields of an entity in a backup, as the catalog's API writes them: `{"title": ..., "properties": {...}}`. A field
//! that is not there is absent, and null is unset.

use std::borrow::Cow;
use std::sync::Arc;

use schemars::{JsonSchema, SchemaGenerator};
use serde::de::{Deserialize, Deserializer, Error};
use serde::ser::{Serialize, SerializeMap, Serializer};

use crate::domain::entity::Targets;
use crate::domain::entity::fields::TextField;
use crate::domain::entity::patch::Patch;
use crate::domain::plan::request::Body;
use crate::domain::value::{Value, exact};

const TEAM: &str = "team";
const PROPERTIES: &str = "properties";
const RELATIONS: &str = "relations";

/// The JSON Schema of the fields.
pub(super) struct Schema;

impl JsonSchema for Schema {
    fn schema_name() -> Cow<'static, str> {
        "Fields".into()
    }

    fn json_schema(_generator: &mut SchemaGenerator) -> schemars::Schema {
        let mut properties = serde_json::Map::new();
        properties.extend(
            TextField::ALL.map(|field| (field.key().to_owned(), serde_json::json!({"type": ["string", "null"]}))),
        );
        let texts = serde_json::json!({"type": ["array", "null"], "items": {"type": "string"}});
        let targets = serde_json::json!({"type": ["string", "array", "null"], "items": {"type": "string"}});
        properties.insert(TEAM.to_owned(), texts);
        properties.insert(PROPERTIES.to_owned(), serde_json::json!({"type": "object"}));
        properties.insert(RELATIONS.to_owned(), serde_json::json!({"type": "object", "additionalProperties": targets}));
        schemars::json_schema!({
            "description": "Fields of an entity. A field that is not there is untouched, or was not set; null unsets it.",
            "type": "object",
            "properties": properties,
            "additionalProperties": false,
        })
    }
}

/// For `#[serde(with = "fields::optional")]`.
pub(super) mod optional {
    use super::{Body, Deserialize, Deserializer, Reader, Serialize, Serializer, Writer};

    pub fn serialize<S: Serializer>(body: &Option<Body>, serializer: S) -> Result<S::Ok, S::Error> {
        body.as_ref().map(Writer).serialize(serializer)
    }

    pub fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Body>, D::Error> {
        let read: Option<Reader> = Option::deserialize(deserializer)?;
        Ok(read.map(|Reader(body)| body))
    }
}

struct Writer<'b>(&'b Body);

struct Reader(Body);

impl Serialize for Writer<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let Body { texts, team, properties, relations } = self.0;
        let mut map = serializer.serialize_map(None)?;
        for (field, text) in texts.iter().filter(|(_, text)| !text.is_absent()) {
            map.serialize_entry(field.key(), text)?;
        }
        if !team.is_absent() {
            map.serialize_entry(TEAM, team)?;
        }
        let properties = properties.iter().map(|(name, value)| (name.as_ref(), exact::encode(value)));
        map.serialize_entry(PROPERTIES, &Entries(properties.collect()))?;
        let relations = relations.iter().map(|(name, targets)| (name.as_ref(), targets));
        map.serialize_entry(RELATIONS, &Entries(relations.collect()))?;
        map.end()
    }
}

struct Entries<'e, V>(Vec<(&'e str, V)>);

impl<V: Serialize> Serialize for Entries<'_, V> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.0.iter().map(|(name, value)| (name, value)))
    }
}

impl<'de> Deserialize<'de> for Reader {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let value = Value::deserialize(deserializer)?;
        body_of(value).map(Self).map_err(D::Error::custom)
    }
}

/// The fault as a clause.
fn body_of(value: Value) -> Result<Body, String> {
    let Value::Map(entries) = value else { return Err("expected an object of fields".to_owned()) };
    let mut body = Body::default();
    for (key, value) in entries {
        match (TextField::of_key(&key), key.as_ref()) {
            (Some(field), _) => body.texts[field] = text(&key, value)?,
            (None, TEAM) => {
                body.team = match targets(&key, value)? {
                    Targets::None => Patch::Null,
                    Targets::One(team) => Patch::Set([team].into()),
                    Targets::Many(teams) => Patch::Set(teams),
                };
            }
            (None, PROPERTIES) => {
                let property = |(name, value): (Box<str>, Value)| Ok((Arc::from(&*name), exact::decode(&value)?));
                body.properties = entries_of(&key, value)?.map(property).collect::<Result<_, String>>()?;
            }
            (None, RELATIONS) => {
                let relation = |(name, value): (Box<str>, Value)| Ok((Arc::from(&*name), targets(&name, value)?));
                body.relations = entries_of(&key, value)?.map(relation).collect::<Result<_, String>>()?;
            }
            (None, _) => return Err(format!("unknown field `{key}`")),
        }
    }
    Ok(body)
}

fn text(key: &str, value: Value) -> Result<Patch<Box<str>>, String> {
    match value {
        Value::Null => Ok(Patch::Null),
        Value::Text(text) => Ok(Patch::Set(text)),
        Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::List(_) | Value::Map(_) => {
            Err(format!("`{key}` must be a string or null"))
        }
    }
}

fn targets(key: &str, value: Value) -> Result<Targets, String> {
    let fault = || format!("`{key}` must be a string, a list of strings, or null");
    match value {
        Value::Null => Ok(Targets::None),
        Value::Text(target) => Ok(Targets::One(target)),
        Value::List(items) => {
            let items = items.iter().map(|item| item.as_str().map(Into::into).ok_or_else(fault));
            Ok(Targets::Many(items.collect::<Result<_, _>>()?))
        }
        Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Map(_) => Err(fault()),
    }
}

fn entries_of(key: &str, value: Value) -> Result<impl Iterator<Item = (Box<str>, Value)>, String> {
    match value {
        Value::Map(entries) => Ok(entries.into_iter()),
        Value::Null
        | Value::Bool(_)
        | Value::Integer(_)
        | Value::Large(_)
        | Value::Float(_)
        | Value::Text(_)
        | Value::List(_) => Err(format!("`{key}` must be an object")),
    }
}
