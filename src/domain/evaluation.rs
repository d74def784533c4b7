//! What an evaluated mapping yields: the entities that the exporter would send, what it would delete, and its problems.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::document::span::Span;
use crate::domain::entity::EntityKey;
use crate::jq::{Entries, Object, Value};

/// How the exporter's run ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Outcome {
    /// Everything was mapped, and what is no longer mapped is deleted.
    Complete,
    /// Something failed, so nothing is deleted.
    NoDeletion,
    /// The exporter does not start with this config.
    StartFailed,
    /// The exporter crashes, at every start.
    Crash,
}

impl Outcome {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::NoDeletion => "no-deletion",
            Self::StartFailed => "start-failed",
            Self::Crash => "crash",
        }
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum ProblemClass {
    /// The config itself: the exporter does not start with it, or crashes on it.
    Config,
    /// No cluster resource has the entry's kind: its entities are deleted.
    KindUnresolved,
    /// An expression does not parse or compile.
    JqCompile,
    /// An expression fails for an object.
    JqError,
    /// The value has a type that the field does not accept.
    Type,
    /// The identifier is missing or null.
    NullIdentifier,
    /// The selector fails, or is not boolean.
    Selector,
    /// `itemsToParse` fails, or is no list.
    Items,
    /// An object has a null inside a list, which crashes the exporter.
    NullInList,
}

impl ProblemClass {
    /// As in JSON.
    pub fn name(self) -> &'static str {
        match self {
            Self::Config => "config",
            Self::KindUnresolved => "kind-unresolved",
            Self::JqCompile => "jq-compile",
            Self::JqError => "jq-error",
            Self::Type => "type",
            Self::NullIdentifier => "null-identifier",
            Self::Selector => "selector",
            Self::Items => "items",
            Self::NullInList => "null-in-list",
        }
    }
}

/// Something that stops entities from arriving.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Problem {
    pub class: ProblemClass,
    /// The class without regard to the field: a selector that is not boolean is of class `selector`, by the cause `type`.
    pub cause: ProblemClass,
    /// `shop/cart`
    pub object: Option<String>,
    /// The index of the object among those evaluated.
    pub object_index: Option<usize>,
    /// The kind as the entry spells it.
    pub kind: Option<String>,
    /// The index of the entry in `resources`.
    pub entry: Option<usize>,
    /// `identifier`, `properties.tier`, `selector.query` …; of a config problem, the path of the value.
    pub field: Option<String>,
    pub expression: Option<String>,
    pub message: String,
    /// The place in the config.
    pub span: Option<Span>,
}

/// An entity as the exporter sends it.
#[derive(Debug, Clone)]
pub struct MappedEntity {
    /// A string, or a search query.
    pub identifier: Value,
    pub blueprint: String,
    /// Empty: not sent.
    pub title: String,
    pub icon: String,
    /// `None`: the mapping has no team.
    pub team: Option<Value>,
    /// Empty: not sent.
    pub properties: Entries,
    pub relations: Entries,
    /// `properties.tier`: a key for which `*` and an expression of its own give different values. Which one arrives is random.
    pub contested: Vec<String>,
    pub origin: Origin,
}

/// What an entity was mapped from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Origin {
    /// The index of the object among those evaluated.
    pub object: usize,
    /// The index of the entry in `resources`.
    pub entry: usize,
    /// The index of the mapping in the entry.
    pub mapping: usize,
}

impl MappedEntity {
    /// The entity's key, unless a search query identifies it.
    pub fn key(&self) -> Option<EntityKey> {
        let identifier = self.identifier.as_str()?;
        Some(EntityKey { blueprint: self.blueprint.as_str().into(), identifier: identifier.into() })
    }

    /// The body of the request.
    pub fn body(&self) -> Value {
        let mut members = Entries::new();
        let mut set = |key: &str, value: Value| members.insert(Arc::from(key), value);
        set("identifier", self.identifier.clone());
        set("blueprint", Value::from(self.blueprint.as_str()));
        for (key, text) in [("title", &self.title), ("icon", &self.icon)] {
            if !text.is_empty() {
                set(key, Value::from(text.as_str()));
            }
        }
        if let Some(team) = &self.team {
            set("team", team.clone());
        }
        for (key, entries) in [("properties", &self.properties), ("relations", &self.relations)] {
            if !entries.is_empty() {
                set(key, Value::Object(Object::from(entries.clone())));
            }
        }
        let body = Value::Object(Object::from(members));
        if holds_nil(&body) { without_nil(&body) } else { body }
    }
}

/// Whether a value has an empty container that Go's JSON shows as null.
fn holds_nil(value: &Value) -> bool {
    match value {
        Value::Array(items) => items.is_nil() || items.iter().any(holds_nil),
        Value::Object(members) => members.is_nil() || members.values().any(holds_nil),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) => false,
    }
}

fn without_nil(value: &Value) -> Value {
    match value {
        Value::Array(items) if !items.is_nil() => {
            Value::Array(items.iter().map(without_nil).collect::<Vec<_>>().into())
        }
        Value::Object(members) if !members.is_nil() => {
            let members = members.iter().map(|(key, member)| (Arc::clone(key), without_nil(member)));
            Value::Object(members.collect::<Entries>().into())
        }
        Value::Array(_) | Value::Object(_) | Value::Null => Value::Null,
        Value::Bool(_) | Value::Number(_) | Value::String(_) => value.clone(),
    }
}

/// An expression whose result may differ from the exporter's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ApproximateExpression {
    pub expression: String,
    /// What it uses: `localtime`.
    pub name: String,
    pub reason: String,
    pub span: Span,
}

/// The result of a mapping over objects.
#[derive(Debug, Clone)]
pub struct Evaluation {
    pub outcome: Outcome,
    /// Sorted by blueprint and identifier; equal ones in the order in which they are sent.
    pub upserts: Vec<MappedEntity>,
    /// Sorted.
    pub deletes: Vec<EntityKey>,
    /// Known entities that may be deleted: a search query identifies an entity of their blueprint, and which one it finds
    /// is not known.
    pub undecided: Vec<EntityKey>,
    pub problems: Vec<Problem>,
    pub approximations: Vec<ApproximateExpression>,
}
