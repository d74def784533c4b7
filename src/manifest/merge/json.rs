//! The meaning of a document as JSON: where a node is in it, and whether two documents say the same.

use serde_json::Value as Json;

use crate::domain::document::tree::{NodeId, Value};

/// A step on the way to a node.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Step {
    Key(String),
    Index(usize),
}

/// The way from a node to one below it.
pub(super) fn pointer_to(from: Value<'_>, to: NodeId) -> Option<Vec<Step>> {
    if from.id() == to {
        return Some(Vec::new());
    }
    let items = from.items().enumerate().map(|(at, item)| (Step::Index(at), item));
    let entries = from.entries().map(|(key, value)| (Step::Key(key.key_text().into_owned()), value));
    for (step, value) in items.chain(entries) {
        if let Some(rest) = pointer_to(value, to) {
            return Some([vec![step], rest].concat());
        }
    }
    None
}

/// Sets a value; missing mappings on the way are created. `None`: something else is on the way.
pub(super) fn set_at(json: &mut Json, pointer: &[Step], value: Json) -> Option<()> {
    let Some((step, rest)) = pointer.split_first() else {
        *json = value;
        return Some(());
    };
    match step {
        Step::Index(at) => set_at(json.get_mut(at)?, rest, value),
        Step::Key(key) => {
            if json.is_null() {
                *json = Json::Object(serde_json::Map::new());
            }
            set_at(json.as_object_mut()?.entry(key.as_str()).or_insert(Json::Null), rest, value)
        }
    }
}

/// Compares by value: numbers numerically, mappings by key, lists in order.
pub(super) fn is_same(one: &Json, other: &Json) -> bool {
    match (one, other) {
        // Integers are not rounded to floats.
        (Json::Number(one), Json::Number(other)) if one.is_f64() || other.is_f64() => one.as_f64() == other.as_f64(),
        (Json::Array(one), Json::Array(other)) => {
            one.len() == other.len() && one.iter().zip(other).all(|(one, other)| is_same(one, other))
        }
        (Json::Object(one), Json::Object(other)) => {
            let is_there = |(key, value): (&String, &Json)| other.get(key).is_some_and(|it| is_same(value, it));
            one.len() == other.len() && one.iter().all(is_there)
        }
        (one, other) => one == other,
    }
}
