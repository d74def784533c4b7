//! Reads fields of Argo CD's objects with their positions; those of a generated object are at the place that made it.

use crate::delivery::files::FileId;
use crate::delivery::place::{Place, Text};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Flag {
    pub value: bool,
    pub span: Span,
}

/// What all objects have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Meta {
    pub file: FileId,
    pub span: Span,
    pub name: Option<Text>,
    pub namespace: Option<Text>,
    pub labels: Vec<(String, String)>,
    pub annotations: Vec<(String, String)>,
    pub finalizers: Vec<Text>,
}

impl Meta {
    pub fn place(&self) -> Place {
        Place { file: self.file, span: self.span }
    }
}

/// Reads fields of one file.
#[derive(Debug, Clone, Copy)]
pub(super) struct Fields {
    pub(super) file: FileId,
    /// The span of everything, for a generated object.
    pub(super) span: Option<Span>,
}

impl Fields {
    pub(super) fn of(file: FileId) -> Self {
        Self { file, span: None }
    }

    pub(super) fn at(place: Place) -> Self {
        Self { file: place.file, span: Some(place.span) }
    }

    pub(super) fn span(&self, value: Value<'_>) -> Span {
        self.span.unwrap_or_else(|| value.span())
    }

    pub(super) fn text_of(&self, value: Value<'_>) -> Option<Text> {
        let text = value.as_str()?;
        Some(Text { text: text.to_owned(), span: self.span(value), file: Some(self.file) })
    }

    /// A text that is not empty: Argo CD takes an empty one for none.
    pub(super) fn text(&self, map: Option<Value<'_>>, key: &str) -> Option<Text> {
        map.and_then(|map| map.get(key)).and_then(|value| self.text_of(value)).filter(|text| !text.text.is_empty())
    }

    pub(super) fn texts(&self, map: Option<Value<'_>>, key: &str) -> Vec<Text> {
        list(map, key).filter_map(|item| self.text_of(item)).collect()
    }

    pub(super) fn flag(&self, map: Option<Value<'_>>, key: &str) -> Option<Flag> {
        let value = map.and_then(|map| map.get(key))?;
        value.as_bool().map(|flag| Flag { value: flag, span: self.span(value) })
    }

    /// The span of a list that is not empty.
    pub(super) fn list_span(&self, map: Option<Value<'_>>, key: &str) -> Option<Span> {
        let value = map.and_then(|map| map.get(key)).filter(|value| value.kind() == Kind::List && !value.is_empty());
        value.map(|value| self.span(value))
    }

    pub(super) fn text_pairs(&self, map: Option<Value<'_>>, key: &str) -> Vec<(String, Text)> {
        let entries = map.and_then(|map| map.get(key)).into_iter().flat_map(Value::entries);
        entries.filter_map(|(key, value)| Some((key.key_text().into_owned(), self.text_of(value)?))).collect()
    }

    pub(super) fn meta(&self, root: Value<'_>) -> Meta {
        let metadata = root.get("metadata");
        Meta {
            file: self.file,
            span: self.span(root),
            name: self.text(metadata, "name"),
            namespace: self.text(metadata, "namespace"),
            labels: pairs(metadata, "labels"),
            annotations: pairs(metadata, "annotations"),
            finalizers: self.texts(metadata, "finalizers"),
        }
    }
}

/// The mapping at a key.
pub(super) fn map<'a>(parent: Option<Value<'a>>, key: &str) -> Option<Value<'a>> {
    parent.and_then(|parent| parent.get(key)).filter(|value| value.kind() == Kind::Map)
}

pub(super) fn list<'a>(map: Option<Value<'a>>, key: &str) -> impl Iterator<Item = Value<'a>> + use<'a> {
    map.and_then(|map| map.get(key)).into_iter().flat_map(Value::items)
}

pub(super) fn pairs(map: Option<Value<'_>>, key: &str) -> Vec<(String, String)> {
    let entries = map.and_then(|map| map.get(key)).into_iter().flat_map(Value::entries);
    entries.filter_map(|(key, value)| Some((key.key_text().into_owned(), value.as_str()?.to_owned()))).collect()
}
