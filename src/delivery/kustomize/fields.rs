//! The fields of a kustomization file and their types, as Go decodes them.

use std::borrow::Cow;

use crate::delivery::go_json::kind_word;
use crate::delivery::place::Text;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value};

/// The type of a field.
#[derive(Debug, Clone, Copy)]
pub(super) enum Shape {
    Text,
    Flag,
    Number,
    Texts,
    /// A mapping of texts.
    Pairs,
    Object(&'static str, Table),
    Objects(&'static str, Table),
    /// Not looked into.
    Any,
}

type Table = &'static [(&'static str, Shape)];

const METADATA: Table =
    &[("name", Shape::Text), ("namespace", Shape::Text), ("labels", Shape::Pairs), ("annotations", Shape::Pairs)];

const SELECTOR: Table = &[
    ("group", Shape::Text),
    ("version", Shape::Text),
    ("kind", Shape::Text),
    ("name", Shape::Text),
    ("namespace", Shape::Text),
    ("annotationSelector", Shape::Text),
    ("labelSelector", Shape::Text),
];

const PATCH: Table = &[
    ("path", Shape::Text),
    ("patch", Shape::Text),
    ("target", Shape::Object("Selector", SELECTOR)),
    ("options", Shape::Any),
];

const LABEL: Table = &[
    ("pairs", Shape::Pairs),
    ("includeSelectors", Shape::Flag),
    ("includeTemplates", Shape::Flag),
    ("includeVolumeClaimTemplates", Shape::Flag),
    ("fields", Shape::Any),
];

const IMAGE: Table = &[
    ("name", Shape::Text),
    ("newName", Shape::Text),
    ("newTag", Shape::Text),
    ("tagSuffix", Shape::Text),
    ("digest", Shape::Text),
];

const GENERATOR_OPTIONS: Table = &[
    ("labels", Shape::Pairs),
    ("annotations", Shape::Pairs),
    ("disableNameSuffixHash", Shape::Flag),
    ("immutable", Shape::Flag),
];

const GENERATOR: Table = &[
    ("namespace", Shape::Text),
    ("name", Shape::Text),
    ("behavior", Shape::Text),
    ("literals", Shape::Texts),
    ("files", Shape::Texts),
    ("envs", Shape::Texts),
    ("env", Shape::Text),
    ("options", Shape::Object("GeneratorOptions", GENERATOR_OPTIONS)),
    // Of secrets only.
    ("type", Shape::Text),
];

const SORT: Table = &[
    ("order", Shape::Text),
    (
        "legacySortOptions",
        Shape::Object("LegacySortOptions", &[("orderFirst", Shape::Texts), ("orderLast", Shape::Texts)]),
    ),
];

const REPLICA: Table = &[("name", Shape::Text), ("count", Shape::Number)];

const KUSTOMIZATION: Table = &[
    ("apiVersion", Shape::Text),
    ("kind", Shape::Text),
    ("metadata", Shape::Object("ObjectMeta", METADATA)),
    ("openapi", Shape::Pairs),
    ("namePrefix", Shape::Text),
    ("nameSuffix", Shape::Text),
    ("namespace", Shape::Text),
    ("commonLabels", Shape::Pairs),
    ("labels", Shape::Objects("Label", LABEL)),
    ("commonAnnotations", Shape::Pairs),
    ("patchesStrategicMerge", Shape::Texts),
    ("patchesJson6902", Shape::Objects("Patch", PATCH)),
    ("patches", Shape::Objects("Patch", PATCH)),
    ("images", Shape::Objects("Image", IMAGE)),
    ("imageTags", Shape::Objects("Image", IMAGE)),
    ("replacements", Shape::Any),
    ("replicas", Shape::Objects("Replica", REPLICA)),
    ("vars", Shape::Any),
    ("sortOptions", Shape::Object("SortOptions", SORT)),
    ("resources", Shape::Texts),
    ("components", Shape::Texts),
    ("crds", Shape::Texts),
    ("bases", Shape::Texts),
    ("configMapGenerator", Shape::Objects("ConfigMapArgs", GENERATOR)),
    ("secretGenerator", Shape::Objects("SecretArgs", GENERATOR)),
    ("helmGlobals", Shape::Any),
    ("helmCharts", Shape::Any),
    ("helmChartInflationGenerator", Shape::Any),
    ("generatorOptions", Shape::Object("GeneratorOptions", GENERATOR_OPTIONS)),
    ("configurations", Shape::Texts),
    ("generators", Shape::Texts),
    ("transformers", Shape::Texts),
    ("validators", Shape::Texts),
    ("buildMetadata", Shape::Texts),
];

/// How a kustomization file is decoded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Strictness {
    /// As kustomize does: an unknown field, or a boolean as a text, is an error.
    Strict,
    /// As Flux decodes the file at its path: unknown fields are dropped, and scalars become texts.
    Lenient,
}

/// A field that cannot be decoded.
#[derive(Debug)]
pub(super) struct FieldFault {
    pub(super) is_unknown: bool,
    pub(super) text: String,
    pub(super) span: Span,
}

/// The first fault of a kustomization, in the order of its sorted keys.
pub(super) fn field_fault(root: Value<'_>, strictness: Strictness) -> Option<FieldFault> {
    let check = Check { strictness };
    check.object(root, KUSTOMIZATION, "Kustomization", "")
}

struct Check {
    strictness: Strictness,
}

impl Check {
    fn object(&self, value: Value<'_>, table: Table, go_type: &str, path: &str) -> Option<FieldFault> {
        match value.kind() {
            Kind::Null => return None,
            Kind::Map => {}
            Kind::Bool | Kind::Number | Kind::String | Kind::List => {
                return Some(mismatch(value, &format!("types.{go_type}"), path));
            }
        }
        let mut entries: Vec<_> = value.entries().map(|(key, member)| (key.key_text(), key, member)).collect();
        entries.sort_by(|(a, _, _), (b, _, _)| a.cmp(b));
        entries.into_iter().find_map(|(name, key, member)| match shape_of(table, &name) {
            Some((name, shape)) => {
                let path = if path.is_empty() { format!("Kustomization.{name}") } else { format!("{path}.{name}") };
                self.value(member, shape, &path)
            }
            None if self.strictness == Strictness::Lenient => None,
            None => Some(FieldFault {
                is_unknown: true,
                text: format!("json: unknown field {:?}", &*name),
                span: key.span(),
            }),
        })
    }

    fn value(&self, value: Value<'_>, shape: Shape, path: &str) -> Option<FieldFault> {
        if value.is_null() {
            return None;
        }
        let is_list = value.kind() == Kind::List;
        match shape {
            Shape::Any => None,
            Shape::Text => (!self.is_text(value)).then(|| mismatch(value, "string", path)),
            Shape::Flag => (value.kind() != Kind::Bool).then(|| mismatch(value, "bool", path)),
            Shape::Number => (value.kind() != Kind::Number).then(|| mismatch(value, "int64", path)),
            Shape::Texts if !is_list => Some(mismatch(value, "[]string", path)),
            Shape::Texts => value.items().find_map(|item| self.value(item, Shape::Text, path)),
            Shape::Pairs if value.kind() != Kind::Map => Some(mismatch(value, "map[string]string", path)),
            Shape::Pairs => value.entries().find_map(|(_, member)| self.value(member, Shape::Text, path)),
            Shape::Object(go_type, table) => self.object(value, table, go_type, path),
            Shape::Objects(go_type, _) if !is_list => Some(mismatch(value, &format!("[]types.{go_type}"), path)),
            Shape::Objects(go_type, table) => value.items().find_map(|item| self.object(item, table, go_type, path)),
        }
    }

    fn is_text(&self, value: Value<'_>) -> bool {
        match value.kind() {
            Kind::String => true,
            Kind::Bool | Kind::Number => self.strictness == Strictness::Lenient,
            Kind::Null | Kind::List | Kind::Map => false,
        }
    }
}

/// Go prefers the exact name, and takes any case.
fn shape_of(table: Table, name: &str) -> Option<(&'static str, Shape)> {
    let exact = table.iter().find(|(known, _)| *known == name);
    exact.or_else(|| table.iter().find(|(known, _)| known.eq_ignore_ascii_case(name))).copied()
}

fn mismatch(value: Value<'_>, go_type: &str, path: &str) -> FieldFault {
    let found = kind_word(value);
    let place = if path.is_empty() { "Go value".to_owned() } else { format!("Go struct field {path}") };
    let text = format!("json: cannot unmarshal {found} into {place} of type {go_type}");
    FieldFault { is_unknown: false, text, span: value.span() }
}

/// The field of a mapping, in any case.
pub(super) fn field<'a>(map: Value<'a>, name: &str) -> Option<Value<'a>> {
    let any_case = || map.entries().filter(|(key, _)| key.key_text().eq_ignore_ascii_case(name)).last();
    map.get(name).or_else(|| any_case().map(|(_, value)| value)).filter(|value| !value.is_null())
}

pub(super) fn text_of(value: Value<'_>) -> Text {
    let text = if value.is_null() { Cow::Borrowed("") } else { value.key_text() };
    Text { text: text.into_owned(), span: value.span(), file: None }
}

pub(super) fn text(map: Value<'_>, name: &str) -> Option<Text> {
    field(map, name).map(text_of).filter(|text| !text.text.is_empty())
}

pub(super) fn texts(map: Value<'_>, name: &str) -> Vec<Text> {
    field(map, name).into_iter().flat_map(Value::items).map(text_of).collect()
}

pub(super) fn flag(map: Value<'_>, name: &str) -> bool {
    field(map, name).and_then(Value::as_bool).unwrap_or_default()
}

pub(super) fn pairs(map: Value<'_>, name: &str) -> Vec<(String, String)> {
    let entries = field(map, name).into_iter().flat_map(Value::entries);
    entries.map(|(key, value)| (key.key_text().into_owned(), text_of(value).text)).collect()
}
