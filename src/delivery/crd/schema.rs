//! A schema of a CRD, decoded once and used for every object of its kind.

use std::collections::BTreeMap;
use std::sync::Arc;

use regex_automata::meta::Regex;
use serde_json::Value as Json;

use super::keyword::{Keyword, KeywordSet};

#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// The keywords that are set: to Go, a keyword with an empty value is not.
    pub present: KeywordSet,
    pub type_name: Type,
    pub properties: BTreeMap<Box<str>, Schema>,
    pub additional: Additional,
    pub items: Option<Box<Schema>>,
    pub required: Vec<Box<str>>,
    pub default: Option<Json>,
    pub format: Option<Box<str>>,
    pub limits: Option<Box<Limits>>,
    pub pattern: Option<Box<Pattern>>,
    pub options: Vec<Json>,
    pub junctors: Option<Box<Junctors>>,
    pub lists: Option<Box<ListTypes>>,
    pub rules: Vec<Rule>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub enum Type {
    #[default]
    Any,
    Object,
    Array,
    String,
    Integer,
    Number,
    Boolean,
    Unknown(Box<str>),
}

/// What a map may hold besides its named properties.
#[derive(Debug, Clone, Default)]
pub enum Additional {
    #[default]
    Unset,
    No,
    Yes,
    Values(Box<Schema>),
}

#[derive(Debug, Clone, PartialEq, Default)]
pub struct Limits {
    pub maximum: Option<f64>,
    pub minimum: Option<f64>,
    pub multiple_of: Option<f64>,
    pub max_length: Option<i64>,
    pub min_length: Option<i64>,
    pub max_items: Option<i64>,
    pub min_items: Option<i64>,
    pub max_properties: Option<i64>,
    pub min_properties: Option<i64>,
}

#[derive(Debug, Clone)]
pub struct Pattern {
    pub text: Box<str>,
    /// Or the error of Go. `None`: it is too large to be run, so that every text matches.
    pub regex: Result<Option<Arc<Regex>>, String>,
}

#[derive(Debug, Clone, Default)]
pub struct Junctors {
    pub all_of: Vec<Schema>,
    pub any_of: Vec<Schema>,
    pub one_of: Vec<Schema>,
    pub not: Option<Schema>,
}

#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ListTypes {
    pub list_type: Option<Box<str>>,
    pub map_keys: Vec<Box<str>>,
    pub map_type: Option<Box<str>>,
}

/// A rule of `x-kubernetes-validations`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Rule {
    pub rule: String,
    pub message: String,
    pub message_expression: String,
    pub reason: Option<String>,
    pub field_path: String,
}

impl Type {
    pub fn of(name: &str) -> Self {
        match name {
            "" => Self::Any,
            "object" => Self::Object,
            "array" => Self::Array,
            "string" => Self::String,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            name => Self::Unknown(name.into()),
        }
    }

    pub fn name(&self) -> &str {
        match self {
            Self::Any => "",
            Self::Object => "object",
            Self::Array => "array",
            Self::String => "string",
            Self::Integer => "integer",
            Self::Number => "number",
            Self::Boolean => "boolean",
            Self::Unknown(name) => name,
        }
    }
}

impl Schema {
    pub fn has(&self, keyword: Keyword) -> bool {
        self.present.has(keyword)
    }

    pub fn is_nullable(&self) -> bool {
        self.has(Keyword::Nullable)
    }

    pub fn keeps_unknown(&self) -> bool {
        self.has(Keyword::PreserveUnknownFields)
    }

    pub fn is_int_or_string(&self) -> bool {
        self.has(Keyword::IntOrString)
    }

    pub fn is_embedded_resource(&self) -> bool {
        self.has(Keyword::EmbeddedResource)
    }

    /// The schema of a member of an object.
    pub fn member(&self, key: &str) -> Option<&Self> {
        self.properties.get(key).or(match &self.additional {
            Additional::Values(schema) => Some(schema),
            Additional::Unset | Additional::No | Additional::Yes => None,
        })
    }

    pub fn list_type(&self) -> Option<&str> {
        self.lists.as_ref()?.list_type.as_deref()
    }

    pub fn map_type(&self) -> Option<&str> {
        self.lists.as_ref()?.map_type.as_deref()
    }

    pub fn map_keys(&self) -> &[Box<str>] {
        self.lists.as_ref().map_or(&[], |lists| &lists.map_keys)
    }

    /// Whether it, or a schema in it, has rules in CEL.
    pub fn has_rules(&self) -> bool {
        let has_own = !self.rules.is_empty();
        has_own
            || self.properties.values().any(Self::has_rules)
            || self.items.as_ref().is_some_and(|items| items.has_rules())
            || matches!(&self.additional, Additional::Values(schema) if schema.has_rules())
    }

    /// Sets a property, as Crossplane does with its own.
    pub fn set_property(&mut self, name: &str, schema: Self) {
        self.present.insert(Keyword::Properties);
        self.properties.insert(name.into(), schema);
    }
}
