//! Whether a value is one of an enum.

use serde_json::Value as Json;

use super::node::{Content, Node};

/// An empty enum is none. To the API server, a float is an option if its whole part is one.
pub fn is_option(options: &[Json], node: Node<'_>, content: &Content<'_>) -> bool {
    options.is_empty() || options.iter().any(|option| is_same(option, node, content))
}

fn is_same(option: &Json, node: Node<'_>, content: &Content<'_>) -> bool {
    match (option, content) {
        // An enum never has null, even where it is one of its values.
        (_, Content::Null) => false,
        (Json::String(option), Content::String(text)) => *option == text.as_ref(),
        (Json::Bool(option), Content::Bool(value)) => option == value,
        (Json::Number(option), Content::Integer(value)) => match option.as_i64() {
            Some(option) => option == *value,
            None => option.as_f64() == Some(*value as f64),
        },
        (Json::Number(option), Content::Float(value)) => match option.as_i64() {
            Some(option) => option == *value as i64,
            None => option.as_f64() == Some(*value),
        },
        (Json::Array(_), Content::List) | (Json::Object(_), Content::Map) => node.to_json() == *option,
        _ => false,
    }
}
