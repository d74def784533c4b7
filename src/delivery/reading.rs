//! A document as JSON in the reading of the tool that delivers it: `kubectl` and Argo CD's folders, or kustomize and Flux.

use std::borrow::Cow;
use std::collections::HashSet;

use serde_json::{Map, Value as Json};

use super::timestamp;
use crate::domain::document::fault::{Fault, FaultKind};
use crate::domain::document::span::Span;
use crate::domain::document::stored_json::{stored_float, stored_json};
use crate::domain::document::tree::{Kind, Number, Style, Value};

/// How a tool reads YAML.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// `yes` is true, a date is a text, the last of duplicate keys counts.
    Kubectl,
    /// `yes` is a text, a date is a timestamp, duplicate keys end the build.
    Kustomize,
}

/// What has no form in JSON in the reading of kustomize, so that a build ends.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EncodingFault {
    pub kind: EncodingFaultKind,
    pub span: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EncodingFaultKind {
    DuplicateKey,
    /// A number, a boolean or a date as a key.
    NonStringKey,
    NullKey,
    /// A list or a mapping as a key.
    CollectionKey,
    /// `.inf` or `.nan`.
    NotFinite,
    /// A tag that the value does not fit.
    Tag,
}

impl EncodingFaultKind {
    /// The error of kustomize.
    pub fn text(self) -> &'static str {
        match self {
            Self::DuplicateKey => "yaml: unmarshal errors: mapping key already defined",
            Self::NonStringKey => "json: unsupported type: map[interface {}]interface {}",
            // For a null key, kustomize reports a duplicate key.
            Self::NullKey => "yaml: unmarshal errors: mapping key \"~\" already defined",
            Self::CollectionKey => "yaml: invalid map key",
            Self::NotFinite => "json: unsupported value",
            Self::Tag => "yaml: cannot decode a value as its tag says",
        }
    }
}

/// The value as JSON. What an encoding fault is about has any value.
pub fn json(value: Value<'_>, dialect: Dialect) -> Json {
    match dialect {
        Dialect::Kubectl => stored_json(value),
        Dialect::Kustomize => kustomize_json(value, false),
    }
}

/// The value as kustomize reads it. `in_flow`: it is inside of `[...]` or `{...}`.
pub(super) fn kustomize_json(value: Value<'_>, in_flow: bool) -> Json {
    let in_flow = in_flow || value.style() == Style::Flow;
    match value.kind() {
        // The same happens to a value that is left out there: it is written as an empty text.
        Kind::Null if in_flow && value.raw().is_empty() => Json::String(String::new()),
        Kind::Null => Json::Null,
        Kind::Bool if is_word(value) => Json::String(value.raw().to_owned()),
        Kind::Bool => Json::Bool(value.as_bool().unwrap_or_default()),
        Kind::Number => value.as_number().map_or(Json::Null, json_number),
        Kind::String => Json::String(string(value, in_flow).into_owned()),
        Kind::List => Json::Array(value.items().map(|item| kustomize_json(item, in_flow)).collect()),
        Kind::Map => {
            let mut members = Map::new();
            for (key, member) in value.entries() {
                members.insert(key_text(key).into_owned(), kustomize_json(member, in_flow));
            }
            Json::Object(members)
        }
    }
}

/// The text of a scalar as it is written, whatever its type: where kustomize looks at names it does not look at types.
pub fn scalar_text(value: Value<'_>) -> Cow<'_, str> {
    match value.kind() {
        Kind::String => Cow::Borrowed(value.as_str().unwrap_or_default()),
        Kind::Bool | Kind::Number if value.is_tagged() => value.key_text(),
        Kind::Null | Kind::Bool | Kind::Number => Cow::Borrowed(value.raw()),
        Kind::List | Kind::Map => Cow::Borrowed(""),
    }
}

/// Whether kustomize reads a string.
pub fn is_string(value: Value<'_>) -> bool {
    value.kind() == Kind::String || is_word(value)
}

fn string(value: Value<'_>, in_flow: bool) -> Cow<'_, str> {
    let text = value.as_str().unwrap_or_default();
    let may_be_date = value.style() == Style::Plain && (!value.is_tagged() || follows_tag(value, "!!timestamp"));
    match may_be_date.then(|| date_text(text, in_flow)).flatten() {
        Some(date) => Cow::Owned(date),
        None => Cow::Borrowed(text),
    }
}

/// kustomize writes what it has read and reads that: in a flow collection it quotes a text with a colon, so that a date
/// with a time is a string there.
fn date_text(text: &str, in_flow: bool) -> Option<String> {
    if in_flow && text.contains(':') { None } else { timestamp::rfc3339(text) }
}

/// `yes`, `off` and the like, which only kubectl reads as booleans.
fn is_word(value: Value<'_>) -> bool {
    let is_bool = matches!(value.raw(), "true" | "True" | "TRUE" | "false" | "False" | "FALSE");
    value.kind() == Kind::Bool && !is_bool && !value.is_tagged()
}

/// Whether the tag is written before the value.
fn follows_tag(value: Value<'_>, tag: &str) -> bool {
    let before = value.view().source.get(..value.span().start as usize).unwrap_or_default();
    value.raw().starts_with(tag) || before.trim_end().ends_with(tag)
}

/// A key as kustomize reads it.
pub fn key_text(key: Value<'_>) -> Cow<'_, str> {
    if is_word(key) { Cow::Borrowed(key.raw()) } else { key.key_text() }
}

fn json_number(number: Number) -> Json {
    match number {
        Number::Signed(value) => Json::from(value),
        Number::Unsigned(value) => Json::from(value),
        Number::Float(value) => stored_float(value),
    }
}

/// Reads the numbers again as Go does after a round trip through YAML text: integers outside of 64 bits become floats.
/// `all`: every number does, as after a substitution.
pub fn reread_numbers(value: &mut Json, all: bool) {
    match value {
        Json::Number(number) if all || number.as_i64().is_none() => {
            *value = number.as_f64().map_or(Json::Null, stored_float);
        }
        Json::Array(items) => items.iter_mut().for_each(|item| reread_numbers(item, all)),
        Json::Object(members) => members.values_mut().for_each(|member| reread_numbers(member, all)),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {}
    }
}

/// A scalar that the two dialects read differently.
#[derive(Debug)]
pub struct Difference<'a> {
    pub value: Value<'a>,
    /// The scalar, or the key of a value that is left out.
    pub span: Span,
    pub kubectl: Json,
    pub kustomize: Json,
    /// The value is left out in a flow mapping.
    pub is_left_out: bool,
}

/// The scalars that the dialects read differently, but for the words that are booleans to kubectl only.
pub fn differences(root: Value<'_>) -> Vec<Difference<'_>> {
    let mut found = Vec::new();
    let mut waiting = vec![(root, root.span(), false)];
    while let Some((value, span, in_flow)) = waiting.pop() {
        let in_flow = in_flow || value.style() == Style::Flow;
        match value.kind() {
            Kind::List => waiting.extend(value.items().map(|item| (item, item.span(), in_flow))),
            Kind::Map => waiting.extend(value.entries().map(|(key, member)| {
                let is_left_out = member.is_null() && member.raw().is_empty();
                (member, if is_left_out { key.span() } else { member.span() }, in_flow)
            })),
            Kind::Null | Kind::String if !value.is_copied() => {
                let [kubectl, kustomize] = [stored_json(value), kustomize_json(value, in_flow)];
                if kubectl != kustomize {
                    let is_left_out = value.is_null();
                    found.push(Difference { value, span, kubectl, kustomize, is_left_out });
                }
            }
            Kind::Null | Kind::String | Kind::Bool | Kind::Number => {}
        }
    }
    found.sort_by_key(|difference| difference.span.start);
    found
}

/// The first thing that kustomize cannot write as JSON.
pub fn encoding_fault(root: Value<'_>, faults: &[Fault]) -> Option<EncodingFault> {
    let has_duplicates = faults.iter().any(|fault| matches!(fault.kind, FaultKind::DuplicateKey { .. }));
    let mut found = None;
    let mut waiting = vec![(root, false)];
    // Duplicate keys are found before anything is written.
    let mut keep = |kind, span| {
        let is_first = found.as_ref().is_none_or(|known: &EncodingFault| {
            kind == EncodingFaultKind::DuplicateKey && known.kind != EncodingFaultKind::DuplicateKey
        });
        if is_first {
            found = Some(EncodingFault { kind, span });
        }
    };
    while let Some((value, in_flow)) = waiting.pop() {
        let in_flow = in_flow || value.style() == Style::Flow;
        match value.kind() {
            Kind::List => waiting.extend(value.items().map(|item| (item, in_flow))),
            Kind::Map => {
                for (key, member) in value.entries() {
                    if let Some(kind) = key_fault(key, in_flow) {
                        keep(kind, key.span());
                    }
                    if !matches!(member.kind(), Kind::Null | Kind::String) || member.is_tagged() {
                        waiting.push((member, in_flow));
                    }
                }
                if let Some(span) = has_duplicates.then(|| duplicate_key(value)).flatten() {
                    keep(EncodingFaultKind::DuplicateKey, span);
                }
            }
            Kind::Bool if value.is_tagged() && !is_json_bool(value) => keep(EncodingFaultKind::Tag, value.span()),
            Kind::Null | Kind::Bool | Kind::Number | Kind::String => {}
        }
    }
    for fault in faults {
        // Of the same kind are keys that are null or collections; these are found above.
        if matches!(fault.kind, FaultKind::NotJson { .. }) && is_not_finite(fault.span.slice(root.view().source)) {
            keep(EncodingFaultKind::NotFinite, fault.span);
        }
    }
    found
}

fn is_json_bool(value: Value<'_>) -> bool {
    let raw = value.raw();
    let word = raw.rsplit([' ', '\t']).next().unwrap_or(raw);
    matches!(word, "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
}

fn is_not_finite(text: &str) -> bool {
    let text = text.trim_start_matches(['+', '-']);
    matches!(text, ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN")
}

fn key_fault(key: Value<'_>, in_flow: bool) -> Option<EncodingFaultKind> {
    match key.kind() {
        Kind::List | Kind::Map => Some(EncodingFaultKind::CollectionKey),
        Kind::Null => Some(EncodingFaultKind::NullKey),
        Kind::Number => Some(EncodingFaultKind::NonStringKey),
        Kind::Bool => (!is_word(key)).then_some(EncodingFaultKind::NonStringKey),
        Kind::String => {
            let is_date = key.style() == Style::Plain && !key.is_tagged();
            let text = key.as_str().unwrap_or_default();
            // Keys seldom begin with a digit.
            let is_date = is_date && text.starts_with(|first: char| first.is_ascii_digit());
            let is_date = is_date && date_text(text, in_flow).is_some();
            is_date.then_some(EncodingFaultKind::NonStringKey)
        }
    }
}

/// The position of a key that the mapping has already. Of two keys that kubectl takes for the same, kustomize may not.
fn duplicate_key(map: Value<'_>) -> Option<Span> {
    let mut seen = HashSet::new();
    for (key, _) in map.entries() {
        if key.is_copied() {
            continue;
        }
        if !seen.insert(key_text(key)) {
            return Some(key.span());
        }
    }
    None
}
