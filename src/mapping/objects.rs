//! Objects as the API server stores them: unknown fields and nulls of typed fields are gone or refused, and defaults are
//! filled in. What the server itself adds (uid, times, defaults of built-in kinds) is not known here.

use std::collections::{BTreeMap, HashSet};
use std::sync::Arc;

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use serde_json::{Map, Value as Json};

use super::definition::{Additional, Definition, Schema};
use super::kinds::Resource;
use crate::domain::document::stored_json::stored_json;
use crate::domain::document::tree::{Kind, Value};
pub use crate::domain::mapping_facts::RefusalReason;
use crate::domain::platform::Platform;
use crate::jq::{Entries, Value as JqValue};

/// An object of a cluster.
#[derive(Debug, Clone)]
pub struct Object {
    pub group: String,
    pub version: String,
    pub kind: String,
    pub namespace: Option<String>,
    pub name: String,
    pub content: JqValue,
}

impl Object {
    /// `shop/cart`; `cart` for an object without namespace.
    pub fn key(&self) -> String {
        match &self.namespace {
            Some(namespace) => format!("{namespace}/{}", self.name),
            None => self.name.clone(),
        }
    }

    pub fn is_of(&self, resource: &Resource) -> bool {
        self.kind == resource.kind && self.group == resource.group && self.version == resource.version
    }
}

/// Why the API server does not store an object.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Refusal {
    /// The path of the field: `spec.title`.
    pub field: String,
    pub reason: RefusalReason,
}

impl Refusal {
    fn of_type(field: String, expected: &str) -> Self {
        Self { field, reason: RefusalReason::Type { expected: expected.to_owned() } }
    }
}

/// What happens to a field that the schema does not have.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum UnknownFields {
    /// `kubectl` refuses the object.
    Refused,
    /// The API server removes the field.
    Pruned,
}

/// The command that brings a manifest to the API server.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Delivery {
    /// `kubectl create` sends the manifest as it is.
    Create,
    /// `kubectl apply`, also in Argo CD, leaves out the keys whose value is null.
    ClientSideApply,
    /// Flux applies on the server, which refuses nulls of typed fields.
    ServerSideApply,
}

/// How manifests become objects of a cluster.
#[derive(Debug, Clone, Copy)]
pub struct Arrival<'a> {
    pub delivery: Delivery,
    pub unknown_fields: UnknownFields,
    /// The namespace of objects that name none, if it is known.
    pub namespace: Option<&'a str>,
}

/// Stores objects as the API server does.
#[derive(Debug)]
pub struct Storage<'a> {
    platform: &'a Platform,
    definitions: &'a [Definition],
    arrival: Arrival<'a>,
    /// The schema of the platform's own CRDs.
    published: Schema,
    /// The keys of all objects, which share their texts.
    keys: SharedKeys,
}

/// The texts of keys, each once: thousands of objects have the same keys.
#[derive(Debug, Default)]
struct SharedKeys(HashSet<Arc<str>>);

impl SharedKeys {
    fn share(&mut self, key: &str) -> Arc<str> {
        if let Some(known) = self.0.get(key) {
            return Arc::clone(known);
        }
        let key: Arc<str> = key.into();
        self.0.insert(Arc::clone(&key));
        key
    }

    fn value(&mut self, json: Json) -> JqValue {
        match json {
            Json::Array(items) => {
                JqValue::Array(items.into_iter().map(|item| self.value(item)).collect::<Vec<_>>().into())
            }
            Json::Object(members) => {
                let mut entries = Entries::new();
                for (key, member) in members {
                    let key = self.share(&key);
                    entries.insert(key, self.value(member));
                }
                JqValue::Object(entries.into())
            }
            scalar @ (Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_)) => JqValue::from_json(&scalar),
        }
    }
}

/// The objects of a document: a manifest, a list of Kubernetes, or a JSON array of objects. Anything else is skipped.
pub fn each_object<'a>(root: Value<'a>, visit: &mut dyn FnMut(Value<'a>)) {
    let kind = root.get("kind").and_then(Value::as_str);
    match root.kind() {
        Kind::List => root.items().for_each(|item| each_object(item, visit)),
        Kind::Map if kind.is_some_and(|kind| kind.ends_with("List")) && is_list(root) => {
            root.get("items").into_iter().flat_map(Value::items).for_each(|item| each_object(item, visit));
        }
        Kind::Map if kind.is_some() && root.get("apiVersion").is_some() => visit(root),
        Kind::Null | Kind::Bool | Kind::Number | Kind::String | Kind::Map => {}
    }
}

fn is_list(root: Value<'_>) -> bool {
    root.get("items").is_some_and(|items| items.kind() == Kind::List)
}

impl<'a> Storage<'a> {
    pub fn new(platform: &'a Platform, definitions: &'a [Definition], arrival: Arrival<'a>) -> Self {
        Self { platform, definitions, arrival, published: Schema::of_entities(), keys: SharedKeys::default() }
    }

    /// The object as stored. `Err`: the API server refuses it.
    pub fn store(&mut self, manifest: Value<'_>) -> Result<Object, Vec<Refusal>> {
        self.store_content(stored_json(manifest))
    }

    /// The same for an object that a deliverer has changed on its way, and applies by `delivery`.
    pub fn store_delivered(&mut self, content: Json, delivery: Delivery) -> Result<Object, Vec<Refusal>> {
        let assumed = self.arrival;
        self.arrival = Arrival { delivery, namespace: None, ..assumed };
        let stored = self.store_content(content);
        self.arrival = assumed;
        stored
    }

    /// The same for an object that was read already.
    pub fn store_content(&mut self, mut content: Json) -> Result<Object, Vec<Refusal>> {
        let text = |key: &str| content.get(key).and_then(Json::as_str).unwrap_or_default().to_owned();
        let (api_version, kind) = (text("apiVersion"), text("kind"));
        let (group, version) = api_version.split_once('/').unwrap_or(("", &api_version));
        let definition = self.definitions.iter().find(|known| known.group == group && known.kind == kind);
        let is_stored_already = content.pointer("/metadata/uid").is_some_and(Json::is_string);
        let mut refusals = Vec::new();
        if !is_stored_already {
            let is_published = group == self.platform.group && version == self.platform.version;
            let is_published = is_published && matches!(kind.as_str(), "Entity" | "ClusterEntity");
            let versions = definition.into_iter().flat_map(|definition| &definition.versions);
            let schema = versions.filter(|known| known.name == version).map(|known| &known.schema).next();
            let schema = schema.or_else(|| is_published.then_some(&self.published));
            let is_namespaced = match definition {
                Some(definition) => Some(definition.is_namespaced),
                None => (group == self.platform.group).then_some(kind != "ClusterEntity"),
            };
            validate_metadata(&content, &mut refusals);
            self.convert(&mut content, schema, is_namespaced, &mut refusals);
        }
        if !refusals.is_empty() {
            return Err(refusals);
        }
        let metadata =
            |key: &str| content.pointer(&format!("/metadata/{key}")).and_then(Json::as_str).map(str::to_owned);
        let (namespace, name) = (metadata("namespace"), metadata("name").unwrap_or_default());
        let (group, version) = (group.to_owned(), version.to_owned());
        Ok(Object { group, version, kind, namespace, name, content: self.keys.value(content) })
    }

    fn convert(
        &self,
        content: &mut Json,
        schema: Option<&Schema>,
        is_namespaced: Option<bool>,
        refusals: &mut Vec<Refusal>,
    ) {
        let Json::Object(root) = content else { return };
        let metadata = root.entry("metadata").or_insert_with(|| Json::Object(Map::new()));
        clean_metadata(metadata);
        if let Json::Object(metadata) = metadata {
            match (is_namespaced, self.arrival.namespace) {
                (Some(false), _) => {
                    metadata.remove("namespace");
                }
                (Some(true), Some(namespace)) if !metadata.contains_key("namespace") => {
                    metadata.insert("namespace".to_owned(), Json::String(namespace.to_owned()));
                }
                (Some(true) | None, _) => {}
            }
        }
        if self.arrival.delivery == Delivery::ClientSideApply {
            root.values_mut().for_each(drop_nulls);
            root.retain(|_, member| !member.is_null());
        }
        match schema {
            Some(schema) => {
                let mut rest = Map::new();
                for key in ["apiVersion", "kind", "metadata"] {
                    rest.extend(root.remove(key).map(|value| (key.to_owned(), value)));
                }
                self.prune(content, schema, &mut Vec::new(), refusals);
                fill_defaults(content, schema);
                if self.arrival.delivery != Delivery::ServerSideApply {
                    prune_nulls(content, schema);
                }
                validate(content, schema, &mut Vec::new(), refusals);
                if let Json::Object(root) = content {
                    rest.append(root);
                    *root = rest;
                }
            }
            None => {
                drop_nulls(content);
                encode_secret(content);
            }
        }
    }

    /// Removes fields that the schema does not have.
    fn prune(&self, value: &mut Json, schema: &Schema, path: &mut Vec<String>, refusals: &mut Vec<Refusal>) {
        match value {
            Json::Object(members) => {
                let mut unknown = Vec::new();
                for (key, member) in members.iter_mut() {
                    let named = schema.properties.get(key);
                    let is_header =
                        schema.is_embedded_resource && matches!(key.as_str(), "apiVersion" | "kind" | "metadata");
                    let inner = match (&schema.additional, named) {
                        (_, Some(inner)) => Some(inner),
                        (Additional::Values(inner), None) => Some(&**inner),
                        (Additional::Anything, None) => continue,
                        (Additional::Nothing, None) => None,
                    };
                    path.push(key.clone());
                    match inner {
                        Some(inner) => self.prune(member, inner, path, refusals),
                        None if schema.keeps_unknown || is_header => {}
                        None => unknown.push((key.clone(), path.join("."))),
                    }
                    path.pop();
                }
                for (key, field) in unknown {
                    members.shift_remove(&key);
                    if self.arrival.unknown_fields == UnknownFields::Refused {
                        refusals.push(Refusal { field, reason: RefusalReason::UnknownField });
                    }
                }
            }
            Json::Array(items) => {
                let Some(inner) = &schema.items else { return };
                for (at, item) in items.iter_mut().enumerate() {
                    path.push(at.to_string());
                    self.prune(item, inner, path, refusals);
                    path.pop();
                }
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
        }
    }
}

/// Calls `visit` for each value inside of `value` that has a schema of its own.
fn each_typed<'s>(value: &mut Json, schema: &'s Schema, visit: &mut dyn FnMut(&str, &mut Json, &'s Schema)) {
    match value {
        Json::Object(members) => {
            for (key, member) in members.iter_mut() {
                let inner = schema.properties.get(key).or(match &schema.additional {
                    Additional::Values(inner) => Some(&**inner),
                    Additional::Nothing | Additional::Anything => None,
                });
                if let Some(inner) = inner {
                    visit(key, member, inner);
                }
            }
        }
        Json::Array(items) => {
            for (at, item) in items.iter_mut().enumerate() {
                if let Some(inner) = &schema.items {
                    visit(&at.to_string(), item, inner);
                }
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

fn fill_defaults(value: &mut Json, schema: &Schema) {
    if let Json::Object(members) = value {
        for (key, inner) in &schema.properties {
            let Some(default) = &inner.default else { continue };
            let is_missing = members.get(key).is_none_or(|value| value.is_null() && !inner.is_nullable);
            if is_missing {
                members.insert(key.clone(), default.clone());
            }
        }
    }
    each_typed(value, schema, &mut |_, member, inner| fill_defaults(member, inner));
}

/// Removes nulls of typed fields that are not nullable.
fn prune_nulls(value: &mut Json, schema: &Schema) {
    if let Json::Object(members) = value {
        members.retain(|key, member| {
            let inner = schema.properties.get(key);
            !(member.is_null() && inner.is_some_and(|inner| !inner.is_nullable && inner.default.is_none()))
        });
    }
    each_typed(value, schema, &mut |_, member, inner| prune_nulls(member, inner));
}

fn validate(value: &mut Json, schema: &Schema, path: &mut Vec<String>, refusals: &mut Vec<Refusal>) {
    let is_right = match (schema.type_name.as_deref(), &*value) {
        (_, Json::Null) => schema.is_nullable || schema.type_name.is_none() && !schema.is_int_or_string,
        (None, Json::Number(number)) if schema.is_int_or_string => number.is_i64(),
        (None, Json::String(_)) => true,
        (None, _) => !schema.is_int_or_string,
        (Some("string"), Json::String(_))
        | (Some("boolean"), Json::Bool(_))
        | (Some("number"), Json::Number(_))
        | (Some("array"), Json::Array(_))
        | (Some("object"), Json::Object(_)) => true,
        (Some("integer"), Json::Number(number)) => number.is_i64(),
        (Some(_), _) => false,
    };
    if !is_right {
        let expected = schema.type_name.as_deref().unwrap_or("integer or string");
        refusals.push(Refusal::of_type(path.join("."), expected));
        return;
    }
    if let Json::Object(members) = value {
        for key in schema.required.iter().filter(|key| !members.contains_key(*key)) {
            path.push(key.clone());
            refusals.push(Refusal { field: path.join("."), reason: RefusalReason::Missing });
            path.pop();
        }
    }
    each_typed(value, schema, &mut |key, member, inner| {
        path.push(key.to_owned());
        validate(member, inner, path, refusals);
        path.pop();
    });
}

/// Every object has a name, or a prefix from which the API server makes one.
fn validate_metadata(content: &Json, refusals: &mut Vec<Refusal>) {
    let empty = Map::new();
    let metadata = match content.get("metadata") {
        Some(Json::Object(metadata)) => metadata,
        Some(Json::Null) | None => &empty,
        Some(_) => return refusals.push(Refusal::of_type("metadata".to_owned(), "object")),
    };
    for key in ["name", "generateName", "namespace"] {
        if !metadata.get(key).is_none_or(|value| value.is_null() || value.is_string()) {
            refusals.push(Refusal::of_type(format!("metadata.{key}"), "string"));
        }
    }
    let is_set = |key: &str| metadata.get(key).is_some_and(|value| !value.is_null() && value != "");
    if !is_set("name") && !is_set("generateName") {
        refusals.push(Refusal { field: "metadata.name".to_owned(), reason: RefusalReason::Missing });
    }
}

/// Metadata has Go's types: what is empty is left out, and a null text is empty.
fn clean_metadata(metadata: &mut Json) {
    let Json::Object(members) = metadata else { return };
    for key in ["labels", "annotations"] {
        if let Some(Json::Object(texts)) = members.get_mut(key) {
            for text in texts.values_mut().filter(|text| text.is_null()) {
                *text = Json::String(String::new());
            }
        }
    }
    members.retain(|_, member| match member {
        Json::Null => false,
        Json::String(text) => !text.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Object(members) => !members.is_empty(),
        Json::Bool(_) | Json::Number(_) => true,
    });
}

/// Built-in kinds have Go's types, which a null leaves unset.
fn drop_nulls(value: &mut Json) {
    match value {
        Json::Object(members) => {
            members.retain(|_, member| !member.is_null());
            members.values_mut().for_each(drop_nulls);
        }
        Json::Array(items) => items.iter_mut().for_each(drop_nulls),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// The API server moves the texts of `stringData` to `data`, in base64.
fn encode_secret(content: &mut Json) {
    let Json::Object(root) = content else { return };
    let is_secret = root.get("kind").is_some_and(|kind| kind == "Secret");
    if !is_secret || root.get("apiVersion").is_none_or(|version| version != "v1") {
        return;
    }
    let Some(Json::Object(texts)) = root.shift_remove("stringData") else { return };
    let data = root.entry("data").or_insert_with(|| Json::Object(Map::new()));
    let Json::Object(data) = data else { return };
    let texts: BTreeMap<String, Json> = texts.into_iter().collect();
    for (key, text) in texts {
        data.insert(key, Json::String(BASE64.encode(text.as_str().unwrap_or_default())));
    }
}
