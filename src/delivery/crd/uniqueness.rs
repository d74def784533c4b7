//! Lists that are sets or maps: no item, or no key, twice.

use std::collections::HashMap;

use serde_json::Value as Json;

use super::fault::Fault;
use super::node::{Content, Node};
use super::path::{Path, Step};
use super::schema::Schema;
use crate::delivery::go_json::go_json;

/// `has_defaults`: a key that is left out has the default of its schema.
pub fn faults(schema: &Schema, items: &[Node<'_>], has_defaults: bool, path: &Path<'_>) -> Vec<Fault> {
    match schema.list_type() {
        Some("set") => duplicates(items.iter().map(|item| item.to_json()), items, path),
        Some("map") => {
            let is_object = |item: &&Node<'_>| matches!(item.content(), Content::Map | Content::Null);
            if let Some(at) = items.iter().position(|item| !is_object(&item)) {
                let path = path.child(Step::Index(at), items[at].span());
                return vec![Fault::at(&path, "Invalid value: must be an object for an array of list-type map")];
            }
            duplicates(items.iter().map(|item| key_of(schema, *item, has_defaults)), items, path)
        }
        _ => Vec::new(),
    }
}

/// The fields of an item that identify it.
fn key_of(schema: &Schema, item: Node<'_>, has_defaults: bool) -> Json {
    let mut key = serde_json::Map::new();
    for name in schema.map_keys() {
        let default = || schema.items.as_ref()?.properties.get(name)?.default.clone();
        let value = item.get(name).filter(|value| !value.is_null()).map(Node::to_json);
        if let Some(value) = value.or_else(|| default().filter(|_| has_defaults)) {
            key.insert(name.to_string(), value);
        }
    }
    Json::Object(key)
}

/// The second of equal keys, as the API server does, not the third.
fn duplicates(keys: impl Iterator<Item = Json>, items: &[Node<'_>], path: &Path<'_>) -> Vec<Fault> {
    let mut counts: HashMap<String, usize> = HashMap::new();
    let mut faults = Vec::new();
    for (at, key) in keys.enumerate() {
        let text = go_json(&key);
        let count = counts.entry(text.clone()).or_default();
        *count += 1;
        if *count == 2 {
            let span = items.get(at).and_then(|item| item.span());
            faults.push(Fault::at(&path.child(Step::Index(at), span), format!("Duplicate value: {text}")));
        }
    }
    faults
}
