//! A value in a template, as Go has it: numbers of JSON are floats, and a map may hold texts only.

use std::collections::BTreeMap;

use serde_json::{Map, Number, Value as Json};

use crate::domain::document::stored_json::stored_float;

#[derive(Debug, Clone, PartialEq)]
pub enum GoValue {
    /// What a missing key gives.
    Missing,
    Nil,
    Bool(bool),
    /// A number of the template, or of a function.
    Int(i64),
    Float(f64),
    Text(String),
    List(Vec<GoValue>),
    Map(GoMap),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct GoMap {
    pub entries: BTreeMap<String, GoValue>,
    /// Go's `map[string]string`, whose missing keys are empty texts for `index`.
    pub has_texts: bool,
}

impl GoMap {
    pub fn of(entries: impl IntoIterator<Item = (String, GoValue)>) -> Self {
        Self { entries: entries.into_iter().collect(), has_texts: false }
    }

    pub fn of_texts(pairs: impl IntoIterator<Item = (String, String)>) -> Self {
        let entries = pairs.into_iter().map(|(key, value)| (key, GoValue::Text(value))).collect();
        Self { entries, has_texts: true }
    }

    pub fn get(&self, key: &str) -> Option<&GoValue> {
        self.entries.get(key)
    }
}

impl GoValue {
    pub fn text(text: impl Into<String>) -> Self {
        Self::Text(text.into())
    }

    pub fn of_json(value: &Json) -> Self {
        match value {
            Json::Null => Self::Nil,
            Json::Bool(value) => Self::Bool(*value),
            Json::Number(number) => Self::Float(number.as_f64().unwrap_or_default()),
            Json::String(text) => Self::Text(text.clone()),
            Json::Array(items) => Self::List(items.iter().map(Self::of_json).collect()),
            Json::Object(members) => {
                Self::Map(GoMap::of(members.iter().map(|(key, value)| (key.clone(), Self::of_json(value)))))
            }
        }
    }

    pub fn to_json(&self) -> Json {
        match self {
            Self::Missing | Self::Nil => Json::Null,
            Self::Bool(value) => Json::Bool(*value),
            Self::Int(value) => Json::Number(Number::from(*value)),
            Self::Float(value) => stored_float(*value),
            Self::Text(text) => Json::String(text.clone()),
            Self::List(items) => Json::Array(items.iter().map(Self::to_json).collect()),
            Self::Map(map) => {
                let members = map.entries.iter().map(|(key, value)| (key.clone(), value.to_json()));
                Json::Object(members.collect::<Map<_, _>>())
            }
        }
    }

    /// Whether Go takes it for the empty value of its type.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Missing | Self::Nil => true,
            Self::Bool(value) => !value,
            Self::Int(value) => *value == 0,
            Self::Float(value) => *value == 0.0,
            Self::Text(text) => text.is_empty(),
            Self::List(items) => items.is_empty(),
            Self::Map(map) => map.entries.is_empty(),
        }
    }

    /// Whether `if` takes it for true.
    pub fn is_true(&self) -> bool {
        !self.is_empty()
    }

    pub fn is_nothing(&self) -> bool {
        matches!(self, Self::Missing | Self::Nil)
    }

    /// The name of the type in errors.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Missing | Self::Nil => "interface {}",
            Self::Bool(_) => "bool",
            Self::Int(_) => "int",
            Self::Float(_) => "float64",
            Self::Text(_) => "string",
            Self::List(_) => "[]interface {}",
            Self::Map(map) if map.has_texts => "map[string]string",
            Self::Map(_) => "map[string]interface {}",
        }
    }

    /// About how many bytes it takes.
    pub fn size(&self) -> usize {
        match self {
            Self::Missing | Self::Nil | Self::Bool(_) | Self::Int(_) | Self::Float(_) => 8,
            Self::Text(text) => 8 + text.len(),
            Self::List(items) => 8 + items.iter().map(Self::size).sum::<usize>(),
            Self::Map(map) => 8 + map.entries.iter().map(|(key, value)| key.len() + value.size()).sum::<usize>(),
        }
    }
}
