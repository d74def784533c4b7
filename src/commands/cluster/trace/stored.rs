//! What the cluster stores of a manifest: values that change on the way, fields that are added, and the texts with which the
//! API server refuses others.

use serde_json::Value as Json;

use crate::commands::cluster::explain::key_text;
use crate::commands::delivery::cluster::Taker;
use crate::commands::mapping::objects::{RefusedObject, assumed_dialect};
use crate::delivery::reading::Dialect;
use crate::domain::apply_error::{AppliedObject, strict_decoding, untyped_field};
use crate::domain::cluster::Deliverer;
use crate::domain::document::span::LineIndex;
use crate::domain::document::tree::{Kind, Style, Value};
use crate::manifest::{Limits, Reader};
use crate::mapping::objects::{Refusal, RefusalReason, each_object};
use crate::report::trace::{AppliedBy, ChangeCause, ReadingDialect, Refused, ValueChange};

/// A manifest with the lines of its file.
pub(super) struct StoredObject<'a> {
    pub manifest: Value<'a>,
    pub lines: &'a LineIndex,
}

impl StoredObject<'_> {
    pub fn line_of(&self, value: Value<'_>) -> usize {
        self.lines.line_of(value.span().start as usize)
    }
}

/// Calls `visit` for the object with this number, and the index of its document.
pub(super) fn with_object(text: &str, number: usize, visit: &mut dyn FnMut(Value<'_>, usize)) {
    let (mut at, mut index) = (0, 0);
    Reader::new(Limits::default()).read_all(text, &mut |document| {
        if let Some(root) = document.view.root().filter(|_| !document.broken) {
            each_object(root, &mut |object| {
                if at == number {
                    visit(object, index);
                }
                at += 1;
            });
        }
        index += 1;
    });
}

/// How the deliverer reads YAML; without one, the tool that the config states.
pub(super) fn reading(taker: Option<&Taker<'_>>, stated: Option<Deliverer>) -> ReadingDialect {
    match taker.map_or_else(|| assumed_dialect(stated), |taker| taker.arrival.dialect) {
        Dialect::Kustomize => ReadingDialect::Kustomize,
        Dialect::Kubectl => ReadingDialect::Kubectl,
    }
}

/// The values that are not stored as they are written.
pub(super) fn changes(
    object: &StoredObject<'_>,
    stored: &Json,
    taker: Option<&Taker<'_>>,
    applied: AppliedBy,
) -> Vec<ValueChange> {
    let mut comparison = Comparison {
        object,
        has_variables: taker.is_some_and(|taker| taker.arrival.substituted.is_some()),
        applied,
        found: Vec::new(),
    };
    for (key, value) in object.manifest.entries() {
        let key = key.key_text();
        if !matches!(&*key, "apiVersion" | "kind") {
            comparison.compare(key.clone().into_owned(), value, stored.get(&*key));
        }
    }
    comparison.found
}

struct Comparison<'a> {
    object: &'a StoredObject<'a>,
    has_variables: bool,
    applied: AppliedBy,
    found: Vec<ValueChange>,
}

impl Comparison<'_> {
    fn compare(&mut self, field: String, value: Value<'_>, stored: Option<&Json>) {
        match (value.kind(), stored) {
            (Kind::Map, Some(Json::Object(members))) => {
                for (key, member) in value.entries() {
                    let key = key.key_text();
                    self.compare(format!("{field}{}", key_text(&key)), member, members.get(&*key));
                }
            }
            (Kind::List, Some(Json::Array(items))) => {
                for (at, item) in value.items().enumerate() {
                    self.compare(format!("{field}[{at}]"), item, items.get(at));
                }
            }
            (Kind::Map | Kind::List, _) => self.add(field, value, stored),
            (Kind::Null | Kind::Bool | Kind::Number | Kind::String, Some(stored)) => {
                if !is_as_written(value, stored) {
                    self.add(field, value, Some(stored));
                }
            }
            (Kind::Null | Kind::Bool | Kind::Number | Kind::String, None) => self.add(field, value, None),
        }
    }

    fn add(&mut self, field: String, value: Value<'_>, stored: Option<&Json>) {
        let raw = value.raw().trim_end();
        let is_empty_map = value.is_empty() && stored.is_none();
        // An empty map of labels means nothing.
        if is_empty_map && matches!(value.kind(), Kind::Map | Kind::List) && field.starts_with("metadata") {
            return;
        }
        let is_name = matches!(field.as_str(), "metadata.name" | "metadata.namespace");
        let cause = match stored {
            _ if is_name => ChangeCause::Deliverer,
            None if value.is_null() && self.applied == AppliedBy::ClientSide => ChangeCause::Null,
            None => ChangeCause::Schema,
            Some(_) if self.has_variables && raw.contains('$') => ChangeCause::Variables,
            Some(_) if self.has_variables && value.kind() == Kind::String && value.style() != Style::Plain => {
                ChangeCause::Variables
            }
            Some(_) if field.starts_with("metadata") && value.kind() == Kind::String => ChangeCause::Deliverer,
            Some(_) => ChangeCause::Dialect,
        };
        let before = match raw {
            "" => "(empty)".to_owned(),
            raw => raw.lines().next().unwrap_or_default().to_owned(),
        };
        let line = self.object.line_of(value);
        self.found.push(ValueChange { field, line, before, after: stored.cloned(), cause });
    }
}

/// Whether a scalar is stored as a person who wrote it expects: a plain word is a text, unless it is `true`, `false`, null or
/// a decimal number.
fn is_as_written(value: Value<'_>, stored: &Json) -> bool {
    match (value.kind(), stored) {
        (Kind::Null, Json::Null) => true,
        (Kind::String, Json::String(stored)) => value.as_str() == Some(stored.as_str()),
        (Kind::Bool, Json::Bool(stored)) => {
            let expected = if *stored { ["true", "True", "TRUE"] } else { ["false", "False", "FALSE"] };
            value.is_tagged() || expected.contains(&value.raw())
        }
        // `yes` as kustomize reads it.
        (Kind::Bool, Json::String(stored)) => value.raw() == stored,
        (Kind::Number, Json::Number(stored)) => {
            let raw = value.raw().trim_start_matches('+');
            let is_integer = raw.trim_start_matches('-').bytes().all(|byte| byte.is_ascii_digit());
            let has_leading_zero =
                raw.trim_start_matches('-').len() > 1 && raw.trim_start_matches('-').starts_with('0');
            match is_integer {
                true => !has_leading_zero && stored.to_string() == raw,
                false => raw.parse::<f64>().ok() == stored.as_f64(),
            }
        }
        _ => false,
    }
}

/// The labels and annotations that the manifest does not have, and its namespace.
pub(super) fn added_fields(manifest: Value<'_>, stored: &Json) -> Vec<String> {
    let metadata = manifest.get("metadata");
    let mut added = Vec::new();
    let of_stored = stored.get("metadata").and_then(Json::as_object);
    for (key, value) in of_stored.into_iter().flatten() {
        let written = metadata.and_then(|metadata| metadata.get(key));
        match (value, written) {
            (Json::Object(members), _) => {
                let is_new = |name: &&String| written.is_none_or(|written| written.get(name).is_none());
                added.extend(members.keys().filter(is_new).map(|name| format!("metadata.{key}{}", key_text(name))));
            }
            (Json::String(text), None) => added.push(format!("metadata.{key}: {text}")),
            _ => {}
        }
    }
    added
}

/// Why the API server refuses an object, in its own words.
pub(super) fn refusals(refused: &RefusedObject, applied: AppliedBy, object: &StoredObject<'_>) -> Vec<Refused> {
    let lines = refused.refusals.iter().zip(&refused.spans);
    let refused = lines.map(|(refusal, span)| Refused {
        field: refusal.field.clone(),
        line: object.lines.line_of(span.start as usize),
        message: message(refusal, applied, object.manifest),
    });
    refused.collect()
}

fn message(refusal: &Refusal, applied: AppliedBy, manifest: Value<'_>) -> String {
    let text = |value: Option<Value<'_>>| value.map_or_else(String::new, |value| value.key_text().into_owned());
    let metadata = |key: &str| text(manifest.get("metadata").and_then(|metadata| metadata.get(key)));
    let (api_version, kind) = (text(manifest.get("apiVersion")), text(manifest.get("kind")));
    let (namespace, name) = (metadata("namespace"), metadata("name"));
    let object = AppliedObject::new(&api_version, &kind, &namespace, &name);
    let field = &refusal.field;
    match (&refusal.reason, applied) {
        (RefusalReason::UnknownField, AppliedBy::ServerSide) => untyped_field(&object, field),
        (RefusalReason::UnknownField, AppliedBy::ClientSide) => strict_decoding(field),
        (RefusalReason::Missing, _) => format!("{kind} \"{name}\" is invalid: {field}: Required value"),
        (RefusalReason::Type { expected }, _) => {
            format!("{kind} \"{name}\" is invalid: {field}: must be of type {expected}")
        }
    }
}
