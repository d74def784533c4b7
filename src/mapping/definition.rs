//! CRDs, as far as they decide which kinds a cluster has and what it stores: names, versions, and the schema by which
//! unknown fields and nulls are removed.

use std::collections::BTreeMap;

use serde_json::Value as Json;

use crate::domain::document::stored_json::stored_json;
use crate::domain::document::tree::{Kind, Value};

/// The maximum depth of a schema.
const MAX_DEPTH: usize = 64;

/// A CustomResourceDefinition.
#[derive(Debug, Clone)]
pub struct Definition {
    pub group: String,
    pub kind: String,
    pub plural: String,
    pub singular: String,
    pub is_namespaced: bool,
    pub versions: Vec<DefinitionVersion>,
}

#[derive(Debug, Clone)]
pub struct DefinitionVersion {
    pub name: String,
    pub is_served: bool,
    pub schema: Schema,
}

/// A structural schema.
#[derive(Debug, Clone, Default)]
pub struct Schema {
    /// `string`, `object` …; `None`: any type.
    pub type_name: Option<String>,
    pub is_nullable: bool,
    pub keeps_unknown: bool,
    pub is_int_or_string: bool,
    pub is_embedded_resource: bool,
    pub properties: BTreeMap<String, Schema>,
    pub additional: Additional,
    pub items: Option<Box<Schema>>,
    pub required: Vec<String>,
    pub default: Option<Json>,
}

/// What a map may hold besides its named properties.
#[derive(Debug, Clone, Default)]
pub enum Additional {
    #[default]
    Nothing,
    Anything,
    Values(Box<Schema>),
}

impl Definition {
    /// Reads a CRD; `None`: the object is none, or has no names.
    pub fn read(root: Value<'_>) -> Option<Self> {
        let is_definition = root.get("kind").and_then(Value::as_str) == Some("CustomResourceDefinition");
        let version = root.get("apiVersion").and_then(Value::as_str)?;
        if !is_definition || !version.starts_with("apiextensions.k8s.io/") {
            return None;
        }
        let spec = root.get("spec")?;
        let text = |value: Option<Value<'_>>| value.and_then(Value::as_str).map(str::to_owned);
        let names = spec.get("names")?;
        let kind = text(names.get("kind"))?;
        let mut versions = Vec::new();
        for version in spec.get("versions").into_iter().flat_map(Value::items) {
            let schema = version.get("schema").and_then(|schema| schema.get("openAPIV3Schema"));
            versions.push(DefinitionVersion {
                name: text(version.get("name"))?,
                is_served: version.get("served").and_then(Value::as_bool).unwrap_or_default(),
                schema: schema.map_or_else(Schema::default, |schema| Schema::read(schema, 0)),
            });
        }
        Some(Self {
            group: text(spec.get("group"))?,
            singular: text(names.get("singular")).unwrap_or_else(|| kind.to_lowercase()),
            plural: text(names.get("plural"))?,
            kind,
            is_namespaced: text(spec.get("scope")).as_deref() == Some("Namespaced"),
            versions,
        })
    }
}

impl Schema {
    fn read(value: Value<'_>, depth: usize) -> Self {
        let flag = |key: &str| value.get(key).and_then(Value::as_bool).unwrap_or_default();
        let mut schema = Self {
            type_name: value.get("type").and_then(Value::as_str).map(str::to_owned),
            is_nullable: flag("nullable"),
            keeps_unknown: flag("x-kubernetes-preserve-unknown-fields"),
            is_int_or_string: flag("x-kubernetes-int-or-string"),
            is_embedded_resource: flag("x-kubernetes-embedded-resource"),
            default: value.get("default").map(stored_json),
            ..Self::default()
        };
        let required = value.get("required").into_iter().flat_map(Value::items);
        schema.required = required.filter_map(Value::as_str).map(str::to_owned).collect();
        if depth >= MAX_DEPTH {
            schema.keeps_unknown = true;
            return schema;
        }
        for (key, member) in value.get("properties").into_iter().flat_map(Value::entries) {
            schema.properties.insert(key.key_text().into_owned(), Self::read(member, depth + 1));
        }
        schema.items = value.get("items").map(|items| Box::new(Self::read(items, depth + 1)));
        schema.additional = match value.get("additionalProperties") {
            None => Additional::Nothing,
            Some(value) if value.kind() == Kind::Map => Additional::Values(Box::new(Self::read(value, depth + 1))),
            Some(value) if value.as_bool() == Some(true) => Additional::Anything,
            Some(_) => Additional::Nothing,
        };
        schema
    }

    /// The schema of the platform's own CRDs, as published.
    pub fn of_entities() -> Self {
        let typed = |name: &str| Self { type_name: Some(name.to_owned()), ..Self::default() };
        let open = || Self { keeps_unknown: true, ..typed("object") };
        let fields = [
            ("blueprint", typed("string")),
            ("identifier", typed("string")),
            ("properties", open()),
            ("relations", open()),
        ];
        let spec = Self {
            properties: fields.into_iter().map(|(key, schema)| (key.to_owned(), schema)).collect(),
            required: vec!["blueprint".to_owned(), "identifier".to_owned()],
            ..typed("object")
        };
        Self { properties: BTreeMap::from([("spec".to_owned(), spec)]), ..typed("object") }
    }
}
