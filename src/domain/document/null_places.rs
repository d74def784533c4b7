//! Finds the nulls of an object that are elements of a list: the exporter crashes on them.

use super::span::Span;
use super::tree::{Kind, Value};

/// The nulls inside of lists, each with its path: `spec.properties.owners[1]`.
pub fn nulls_in_lists(root: Value<'_>) -> Vec<(String, Span)> {
    let mut found = Vec::new();
    if has_null_in_list(root) {
        visit(root, "", &mut found);
    }
    found
}

/// Nearly every object has none, and then no path is built.
fn has_null_in_list(value: Value<'_>) -> bool {
    match value.kind() {
        Kind::List => value.items().any(|item| item.is_null() || has_null_in_list(item)),
        Kind::Map => value.entries().any(|(_, member)| has_null_in_list(member)),
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => false,
    }
}

fn visit(value: Value<'_>, path: &str, found: &mut Vec<(String, Span)>) {
    match value.kind() {
        Kind::List => {
            for (at, item) in value.items().enumerate() {
                let path = format!("{path}[{at}]");
                match item.kind() {
                    Kind::Null => found.push((path, item.span())),
                    Kind::Bool | Kind::Number | Kind::String | Kind::List | Kind::Map => visit(item, &path, found),
                }
            }
        }
        Kind::Map => {
            for (key, member) in value.entries() {
                let key = key.key_text();
                let path = if path.is_empty() { key.into_owned() } else { format!("{path}.{key}") };
                visit(member, &path, found);
            }
        }
        Kind::Null | Kind::Bool | Kind::Number | Kind::String => {}
    }
}
