//! A mapped entity as a document tree, so that whatever reads manifests also reads it. Its values have the positions of the
//! values of the object that they come from, as far as the expression is a plain path; others have that of the object's name.

use crate::domain::document::manifest::{Form, Manifest};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, NodeId, Number, Scalar, Style, Tree, Value};
use crate::domain::entity::desired::RENAMED_FROM;
use crate::domain::entity::fields::{TextField, Texts};
use crate::domain::evaluation::{MappedEntity, Origin};
use crate::domain::platform::Platform;
use crate::mapping::config::model::{Expression, Mapping, Query};

/// A mapped entity in the form of a manifest.
#[derive(Debug)]
pub(crate) struct EntityTree {
    pub tree: Tree,
    pub manifest: Manifest,
    pub origin: Origin,
}

/// The object that an entity was mapped from.
#[derive(Debug, Clone, Copy)]
pub(crate) struct MappedObject<'a> {
    pub root: Value<'a>,
    /// Its name, or its beginning.
    pub name_span: Span,
}

impl EntityTree {
    /// `mapping`: `None` for one that the exporter made for a discovered CRD.
    pub fn new(
        entity: &MappedEntity,
        mapping: Option<&Mapping>,
        object: MappedObject<'_>,
        platform: &'static Platform,
    ) -> Self {
        let mut builder = Builder { object, tree: Tree::default() };
        let manifest = builder.entity(entity, mapping, platform);
        let mut tree = builder.tree;
        tree.mark_all_copied();
        Self { tree, manifest, origin: entity.origin }
    }
}

struct Builder<'a> {
    object: MappedObject<'a>,
    tree: Tree,
}

/// A key and its value in the object, if the entity's value comes from there.
type Found<'a> = Option<(Option<Value<'a>>, Value<'a>)>;

impl<'a> Builder<'a> {
    fn entity(&mut self, entity: &MappedEntity, mapping: Option<&Mapping>, platform: &'static Platform) -> Manifest {
        let body = entity.body().to_json().unwrap_or_default();
        let root = self.tree.open(Kind::Map, self.object.root.span(), Style::Block);
        let mut manifest = Manifest {
            platform,
            form: Form::Mapped,
            near_miss: None,
            root,
            metadata: self.metadata(),
            name: None,
            namespace: None,
            spec: Some(root),
            blueprint: None,
            identifier: None,
            texts: Texts::from_fn(|_| None),
            team: None,
            properties: None,
            relations: None,
        };
        let mut count = usize::from(manifest.metadata.is_some());
        for (key, value) in body.as_object().into_iter().flatten() {
            let node = match (key.as_str(), value) {
                ("properties", serde_json::Value::Object(members)) => self.members(key, members, |name| {
                    let mapping = mapping?;
                    let own = mapping.properties.iter().find(|(known, _)| **known == *name);
                    let (key, expression) =
                        own.or_else(|| mapping.properties.iter().find(|(known, _)| &**known == "*"))?;
                    Some((&**key == "*", expression))
                }),
                ("relations", serde_json::Value::Object(members)) => self.members(key, members, |name| {
                    let mapping = mapping?;
                    let own = mapping.relations.iter().find(|(known, _)| **known == *name);
                    let (key, query) = own.or_else(|| mapping.relations.iter().find(|(known, _)| &**known == "*"))?;
                    Some((&**key == "*", expression_of(query)?))
                }),
                (_, value) => {
                    let expression = mapping.and_then(|mapping| expression_of_field(mapping, key));
                    self.entry(key, value, expression.map(|expression| (false, expression)))
                }
            };
            count += 1;
            if let Some(slot) = manifest.field_mut(key) {
                *slot = Some(node);
            }
        }
        self.tree.close(root, self.object.root.span().end, count);
        manifest
    }

    /// The annotation with the former identifier.
    fn metadata(&mut self) -> Option<NodeId> {
        let annotations = self.object.root.get("metadata")?.get("annotations")?;
        let (key, value) = annotations.entry(RENAMED_FROM)?;
        let text = value.as_str()?;
        let span = value.span();
        self.tree.push_scalar(Scalar::Decoded("metadata"), key.span(), Style::Plain);
        let metadata = self.tree.open(Kind::Map, annotations.span(), Style::Block);
        self.tree.push_scalar(Scalar::Decoded("annotations"), key.span(), Style::Plain);
        let inner = self.tree.open(Kind::Map, annotations.span(), Style::Block);
        self.tree.push_scalar(Scalar::Decoded(RENAMED_FROM), key.span(), Style::Plain);
        self.tree.push_scalar(Scalar::Decoded(text), span, Style::Plain);
        self.tree.close(inner, span.end, 1);
        self.tree.close(metadata, span.end, 1);
        Some(metadata)
    }

    /// Adds `properties` or `relations`. `find` gives the expression of a member, and whether it is that of `*`.
    fn members<'m>(
        &mut self,
        key: &str,
        members: &serde_json::Map<String, serde_json::Value>,
        find: impl Fn(&str) -> Option<(bool, &'m Expression)>,
    ) -> NodeId {
        let span = self.object.name_span;
        self.tree.push_scalar(Scalar::Decoded(key), span, Style::Plain);
        let node = self.tree.open(Kind::Map, span, Style::Block);
        for (name, value) in members {
            self.entry(name, value, find(name));
        }
        self.tree.close(node, span.end, members.len());
        node
    }

    /// Adds a key with its value.
    fn entry(&mut self, key: &str, value: &serde_json::Value, expression: Option<(bool, &Expression)>) -> NodeId {
        let found = expression.and_then(|(is_star, expression)| {
            let (own_key, found) = find(self.object.root, &expression.text)?;
            if is_star { found.entry(key).map(|(key, value)| (Some(key), value)) } else { Some((own_key, found)) }
        });
        let span = found.map_or(self.object.name_span, |(_, value)| value.span());
        let key_span = found.and_then(|(key, _)| Some(key?.span())).unwrap_or(span);
        self.tree.push_scalar(Scalar::Decoded(key), key_span, Style::Plain);
        self.value(value, found.map(|(_, value)| value), span)
    }

    /// Adds a value. `source`: the value of the object that it comes from; `span`: its position otherwise.
    fn value(&mut self, value: &serde_json::Value, source: Option<Value<'a>>, span: Span) -> NodeId {
        let span = source.map_or(span, Value::span);
        let style = source.map_or(Style::Plain, Value::style);
        match value {
            serde_json::Value::Null => self.tree.push_scalar(Scalar::Null, span, style),
            serde_json::Value::Bool(truth) => self.tree.push_scalar(Scalar::Bool(*truth), span, style),
            serde_json::Value::Number(number) => {
                let number = match (number.as_i64(), number.as_u64()) {
                    (Some(number), _) => Number::Signed(number),
                    (None, Some(number)) => Number::Unsigned(number),
                    (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
                };
                self.tree.push_scalar(Scalar::Number(number), span, style)
            }
            serde_json::Value::String(text) => self.tree.push_scalar(Scalar::Decoded(text), span, style),
            serde_json::Value::Array(items) => {
                let node = self.tree.open(Kind::List, span, Style::Flow);
                let sources: Vec<Value<'a>> = source.into_iter().flat_map(Value::items).collect();
                let is_alike = sources.len() == items.len();
                for (at, item) in items.iter().enumerate() {
                    self.value(item, sources.get(at).copied().filter(|_| is_alike), span);
                }
                self.tree.close(node, span.end, items.len());
                node
            }
            serde_json::Value::Object(members) => {
                let node = self.tree.open(Kind::Map, span, Style::Flow);
                for (key, member) in members {
                    let found = source.and_then(|source| source.entry(key));
                    let key_span = found.map_or(span, |(key, _)| key.span());
                    self.tree.push_scalar(Scalar::Decoded(key), key_span, Style::Plain);
                    self.value(member, found.map(|(_, value)| value), span);
                }
                self.tree.close(node, span.end, members.len());
                node
            }
        }
    }
}

fn expression_of(query: &Query) -> Option<&Expression> {
    match query {
        Query::Expression(expression) => Some(expression),
        Query::Map(..) | Query::List(..) | Query::Null(_) | Query::Other(..) => None,
    }
}

fn expression_of_field<'m>(mapping: &'m Mapping, key: &str) -> Option<&'m Expression> {
    match key {
        "identifier" => expression_of(&mapping.identifier),
        "blueprint" => Some(&mapping.blueprint),
        "team" => mapping.team.as_ref().and_then(expression_of),
        key if key == TextField::Title.key() => mapping.title.as_ref(),
        key if key == TextField::Icon.key() => mapping.icon.as_ref(),
        _ => None,
    }
}

/// The value of the object that an expression begins with, and its key: `.spec.tier` and `.spec.tier // "3"` begin with the
/// value at that path. Of a missing value, none.
fn find<'a>(object: Value<'a>, expression: &str) -> Found<'a> {
    let mut found = (None, object);
    for key in plain_path(expression)? {
        let (key, value) = found.1.entry(key)?;
        found = (Some(key), value);
    }
    found.0.is_some().then_some(found)
}

/// The keys of the path that an expression begins with, if the rest only gives a default.
fn plain_path(expression: &str) -> Option<Vec<&str>> {
    let (keys, rest) = leading_path(expression)?;
    (rest.is_empty() || rest.starts_with("//")).then_some(keys)
}

/// The keys of the path that an expression begins with, and the rest of the expression.
pub(crate) fn leading_path(expression: &str) -> Option<(Vec<&str>, &str)> {
    let mut rest = expression.trim();
    let mut keys = Vec::new();
    while let Some(after) = rest.strip_prefix('.') {
        if let Some(quoted) = after.strip_prefix("[\"").or_else(|| after.strip_prefix('"')) {
            let (key, tail) = quoted.split_once('"')?;
            if key.contains('\\') {
                return None;
            }
            keys.push(key);
            rest = tail.strip_prefix(']').unwrap_or(tail);
        } else {
            let end = after.find(|c: char| !(c.is_ascii_alphanumeric() || c == '_')).unwrap_or(after.len());
            let key = after.get(..end).filter(|key| !key.is_empty())?;
            keys.push(key);
            rest = after.get(end..)?;
        }
        // `.metadata["name"]`
        while let Some(quoted) = rest.strip_prefix("[\"") {
            let (key, tail) = quoted.split_once("\"]")?;
            if key.contains('\\') {
                return None;
            }
            keys.push(key);
            rest = tail;
        }
        rest = rest.strip_prefix('?').unwrap_or(rest);
    }
    (!keys.is_empty()).then_some((keys, rest.trim_start()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_path_is_plain_if_only_a_default_follows() {
        let path = |text: &'static str| plain_path(text).map(|keys| keys.join("|"));
        for (text, expected) in [
            (".spec.properties.tier", "spec|properties|tier"),
            (" .spec.tier // \"3\"", "spec|tier"),
            (".metadata.labels[\"a/b\"]", "metadata|labels|a/b"),
            (".metadata.\"x-y\".z?", "metadata|x-y|z"),
            (".[\"a b\"]", "a b"),
        ] {
            assert_eq!(path(text).as_deref(), Some(expected), "{text}");
        }
        for text in
            [".", "", ".a | length", ".a[0]", ".a + .b", "\"service\"", ".a[]", "..", ".a.b-c", r#".a["b\"]c"]"#]
        {
            assert_eq!(path(text), None, "{text}");
        }
    }
}
