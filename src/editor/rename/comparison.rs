//! What a document says, without layout and without the annotation that a rename writes: two equal outlines are the same
//! manifests.

use crate::domain::document::tree::{Kind, Value, View};
use crate::domain::entity::desired::RENAMED_FROM;

/// The nodes of a document in order. Collections have their length, so that equal lists are equal trees.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Outline {
    nodes: Vec<(Kind, String)>,
}

/// The new text of a node, if it has one.
pub(super) type NewText<'f> = &'f dyn Fn(Value<'_>) -> Option<&'f str>;

impl Outline {
    pub fn of(view: View<'_>, new_text: NewText<'_>) -> Self {
        let mut outline = Self { nodes: Vec::new() };
        if let Some(root) = view.root() {
            outline.add(root, new_text);
        }
        outline
    }

    fn add(&mut self, value: Value<'_>, new_text: NewText<'_>) {
        match value.kind() {
            Kind::List => {
                self.nodes.push((Kind::List, value.len().to_string()));
                value.items().for_each(|item| self.add(item, new_text));
            }
            Kind::Map => {
                let entries: Vec<_> = value.entries().filter(|(key, value)| !is_of_rename(*key, *value)).collect();
                self.nodes.push((Kind::Map, entries.len().to_string()));
                for (key, value) in entries {
                    self.nodes.push((key.kind(), key.key_text().into_owned()));
                    self.add(value, new_text);
                }
            }
            Kind::Null | Kind::Bool | Kind::Number | Kind::String => {
                let text = new_text(value).map_or_else(|| value.key_text().into_owned(), str::to_owned);
                self.nodes.push((value.kind(), text));
            }
        }
    }
}

/// The annotation, or a mapping of annotations that holds nothing else.
fn is_of_rename(key: Value<'_>, value: Value<'_>) -> bool {
    let is_alone =
        || value.is_null() || value.kind() == Kind::Map && value.entries().all(|(key, _)| key.key_is(RENAMED_FROM));
    key.key_is(RENAMED_FROM) || key.key_is("annotations") && is_alone()
}
