//! Reads the documents of Backstage's catalog files: entities with their fields and references, and locations that name
//! more files. A reference without kind or namespace gets the defaults of its field.

use serde_json::{Map, Value as Json};

use super::source::{BadReference, FieldValue, Reference, SourceEntity, SourceField};
use crate::domain::document::span::LineIndex;
use crate::domain::document::tree::{Kind, Value, entries_of};
use crate::domain::import::{ImportPlace, Skipped};

/// The namespace of an entity that names none.
const DEFAULT_NAMESPACE: &str = "default";

/// The fields that refer to entities, with the kind of a reference that names none. `None`: it must name one.
const REFERENCES: [(&str, Option<&str>); 13] = [
    ("spec.owner", Some("Group")),
    ("spec.system", Some("System")),
    ("spec.domain", Some("Domain")),
    ("spec.subcomponentOf", Some("Component")),
    ("spec.subdomainOf", Some("Domain")),
    ("spec.providesApis", Some("API")),
    ("spec.consumesApis", Some("API")),
    ("spec.dependsOn", None),
    ("spec.dependencyOf", None),
    ("spec.parent", Some("Group")),
    ("spec.children", Some("Group")),
    ("spec.members", Some("User")),
    ("spec.memberOf", Some("Group")),
];
/// Maps whose entries are fields of their own.
const DIVIDED: [&str; 3] = ["metadata.labels", "metadata.annotations", "spec.profile"];
/// Part of the entity's identity, or written by Backstage itself.
const NO_FIELDS: [&str; 5] =
    ["metadata.name", "metadata.namespace", "metadata.uid", "metadata.etag", "metadata.generation"];

/// A file, and how its values are read.
pub struct DocumentSource<'a> {
    pub path: &'a str,
    pub lines: &'a LineIndex,
    /// Reads a value as Backstage does, with the content of placeholders.
    pub json: &'a dyn Fn(Value<'_>) -> Json,
}

#[derive(Debug, Clone, PartialEq)]
pub enum BackstageDocument {
    Entity(SourceEntity),
    /// The files that it names.
    Location(Vec<LocationTarget>),
    Skipped(Skipped),
    /// Of another program.
    Foreign,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LocationTarget {
    /// A path relative to the file, or a URL.
    pub target: String,
    pub place: ImportPlace,
}

pub fn read_document(root: Value<'_>, source: &DocumentSource<'_>) -> BackstageDocument {
    let text = |value: Option<Value<'_>>| value.and_then(Value::as_str).unwrap_or_default().to_owned();
    let version = text(root.get("apiVersion"));
    let group = version.split('/').next().unwrap_or_default();
    if group != "backstage.io" && !group.ends_with(".backstage.io") {
        return BackstageDocument::Foreign;
    }
    let (kind, metadata) = (text(root.get("kind")), root.get("metadata"));
    let place = source.place(root);
    let name = metadata.and_then(|metadata| metadata.get("name")).and_then(|name| plain_text(&(source.json)(name)));
    let skipped = |reason: &str| {
        let name = name.clone().unwrap_or_default();
        BackstageDocument::Skipped(Skipped {
            kind: kind.clone(),
            name,
            reason: reason.to_owned(),
            place: place.clone(),
        })
    };
    if kind.is_empty() {
        return skipped("it has no `kind`");
    }
    if kind.eq_ignore_ascii_case("location") {
        return BackstageDocument::Location(targets(root.get("spec"), source));
    }
    if group != "backstage.io" {
        return skipped("Backstage creates components from it; it is no part of the catalog");
    }
    let Some(name) = name.clone().filter(|name| !name.is_empty()) else {
        return skipped("it has no `metadata.name`");
    };
    let namespace = metadata.and_then(|it| it.get("namespace")).and_then(|it| plain_text(&(source.json)(it)));
    let namespace = namespace.filter(|it| !it.is_empty() && !it.eq_ignore_ascii_case(DEFAULT_NAMESPACE));
    let context = FieldContext { source, namespace: namespace.as_deref() };
    let mut fields = context.fields("metadata", metadata);
    fields.extend(context.fields("spec", root.get("spec")));
    BackstageDocument::Entity(SourceEntity { kind, namespace, name, fields, place, is_implied: false })
}

fn targets(spec: Option<Value<'_>>, source: &DocumentSource<'_>) -> Vec<LocationTarget> {
    let get = |key: &str| spec.and_then(|spec| spec.get(key));
    let all = get("target").into_iter().chain(get("targets").into_iter().flat_map(Value::items));
    let target = |value: Value<'_>| {
        let target = value.as_str()?.to_owned();
        Some(LocationTarget { target, place: source.place(value) })
    };
    all.filter_map(target).collect()
}

impl DocumentSource<'_> {
    fn place(&self, value: Value<'_>) -> ImportPlace {
        ImportPlace { path: self.path.to_owned(), line: self.line(value) }
    }

    fn line(&self, value: Value<'_>) -> usize {
        self.lines.line_of(value.span().start as usize)
    }
}

struct FieldContext<'a> {
    source: &'a DocumentSource<'a>,
    /// That of the entity: references without one have the same.
    namespace: Option<&'a str>,
}

impl FieldContext<'_> {
    fn fields(&self, above: &str, map: Option<Value<'_>>) -> Vec<SourceField> {
        let mut fields: Vec<SourceField> = Vec::new();
        for (key, value) in entries_of(map) {
            let path = format!("{above}.{}", key.key_text());
            if NO_FIELDS.contains(&path.as_str()) || value.is_null() {
                continue;
            }
            let line = self.source.line(key);
            let parts = match DIVIDED.contains(&path.as_str()) && value.kind() == Kind::Map {
                true => self.fields(&path, Some(value)),
                false => Vec::new(),
            };
            let json = (self.source.json)(value);
            let value = match REFERENCES.iter().find(|(field, _)| *field == path) {
                Some((_, default_kind)) => FieldValue::References(self.references(&json, *default_kind)),
                None => FieldValue::Plain(json),
            };
            // Of duplicate keys, the last one applies.
            fields.retain(|field| field.path != path);
            fields.push(SourceField { path, value, line, parts, is_fact: false });
        }
        fields
    }

    fn references(&self, value: &Json, default_kind: Option<&str>) -> Vec<Result<Reference, BadReference>> {
        match value {
            Json::Array(items) => items.iter().map(|item| self.reference(item, default_kind)).collect(),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => {
                vec![self.reference(value, default_kind)]
            }
        }
    }

    /// `[kind:][namespace/]name`, or a map with these keys.
    fn reference(&self, value: &Json, default_kind: Option<&str>) -> Result<Reference, BadReference> {
        let (text, parts) = match value {
            Json::Object(map) if map.contains_key("name") => (value.to_string(), map_parts(map)),
            Json::Object(_) => (value.to_string(), None),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => {
                let text = plain_text(value).unwrap_or_default();
                let parts = split_reference(&text);
                (text, parts)
            }
        };
        let bad = |reason: &str| Err(BadReference { text: text.clone(), reason: reason.to_owned() });
        let Some((kind, namespace, name)) = parts else {
            return bad("it is not a reference (`[kind:][namespace/]name`)");
        };
        let Some(kind) = kind.or_else(|| default_kind.map(str::to_owned)) else {
            return bad("the reference names no kind (`component:`, `resource:`), and the field has no default");
        };
        let namespace = match namespace {
            Some(namespace) => Some(namespace).filter(|it| !it.eq_ignore_ascii_case(DEFAULT_NAMESPACE)),
            None => self.namespace.map(str::to_owned),
        };
        Ok(Reference { text, kind, namespace, name })
    }
}

type ReferenceParts = (Option<String>, Option<String>, String);

/// The parts of a reference. A colon after the slash belongs to the name.
fn split_reference(text: &str) -> Option<ReferenceParts> {
    let slash = text.find('/');
    let colon = text.find(':').filter(|colon| slash.is_none_or(|slash| *colon < slash));
    let after_kind = colon.map_or(0, |colon| colon + 1);
    let kind = colon.map(|colon| &text[..colon]);
    let namespace = slash.map(|slash| &text[after_kind..slash]);
    let name = &text[slash.map_or(after_kind, |slash| slash + 1)..];
    let is_empty = |part: Option<&str>| part.is_some_and(str::is_empty);
    if is_empty(kind) || is_empty(namespace) || name.is_empty() {
        return None;
    }
    Some((kind.map(str::to_owned), namespace.map(str::to_owned), name.to_owned()))
}

fn map_parts(map: &Map<String, Json>) -> Option<ReferenceParts> {
    let part = |key: &str| map.get(key).and_then(plain_text).filter(|text| !text.is_empty());
    Some((part("kind"), part("namespace"), part("name")?))
}

/// A scalar as text: YAML reads a name such as `2048` as a number.
fn plain_text(value: &Json) -> Option<String> {
    match value {
        Json::String(text) => Some(text.clone()),
        Json::Number(number) => Some(number.to_string()),
        Json::Bool(bool) => Some(bool.to_string()),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

/// The key and the target, if the value stands for the content of a file: `{$text: ./openapi.yaml}`.
pub fn placeholder_of(value: &Json) -> Option<(&str, &str)> {
    let mut entries = value.as_object()?.iter();
    let (key, target) = entries.next().filter(|_| value.as_object().is_some_and(|map| map.len() == 1))?;
    let is_placeholder = matches!(key.as_str(), "$text" | "$json" | "$yaml" | "$openapi" | "$asyncapi");
    Some((key.as_str(), target.as_str()?)).filter(|_| is_placeholder)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_are_split_as_backstage_does() {
        let parts = |text: &str| {
            split_reference(text)
                .map(|(kind, namespace, name)| (kind.unwrap_or_default(), namespace.unwrap_or_default(), name))
        };
        for (text, kind, namespace, name) in [
            ("cart", "", "", "cart"),
            ("component:cart", "component", "", "cart"),
            ("shop/cart", "", "shop", "cart"),
            ("component:shop/cart", "component", "shop", "cart"),
            ("shop/a:b", "", "shop", "a:b"),
            ("a:b:c", "a", "", "b:c"),
            ("a/b/c", "", "a", "b/c"),
        ] {
            assert_eq!(parts(text), Some((kind.to_owned(), namespace.to_owned(), name.to_owned())), "{text}");
        }
        for text in ["", ":cart", "component:", "/cart", "shop/", "component:/cart", "component:shop/"] {
            assert_eq!(parts(text), None, "{text}");
        }
    }
}
