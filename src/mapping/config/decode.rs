//! Decodes the values of a config by the exporter's rules: which value is accepted for which type, and which key matches.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::model::{ConfigError, Expression, OtherType, Query, Remark, RemarkKind, Rules};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Number, Style, Value};

/// The maximum depth of a search query.
const MAX_DEPTH: usize = 100;

/// Collects what is wrong while a config is decoded.
#[derive(Debug)]
pub(super) struct Decoder {
    pub(super) rules: Rules,
    /// `port` or `glint`
    pub(super) mapping_key: &'static str,
    pub(super) errors: Vec<ConfigError>,
    pub(super) remarks: Vec<Remark>,
}

/// The members of a mapping by the exporter's names of the keys.
pub(super) struct Members<'a> {
    values: HashMap<&'static str, Value<'a>>,
}

impl<'a> Members<'a> {
    /// The value of a key, unless it is null.
    pub(super) fn get(&self, key: &str) -> Option<Value<'a>> {
        self.values.get(key).copied().filter(|value| !value.is_null())
    }

    /// The value of a key, even if it is null.
    pub(super) fn get_any(&self, key: &str) -> Option<Value<'a>> {
        self.values.get(key).copied()
    }
}

impl Decoder {
    pub(super) fn error(&mut self, message: impl Into<String>, span: Span, field: &str) {
        self.errors.push(ConfigError { message: message.into(), span, field: field.to_owned() });
    }

    fn mismatch(&mut self, value: Value<'_>, expected: &str, field: &str) {
        self.error(format!("must be {expected}, is {}", value.kind().words()), value.span(), field);
    }

    /// The members of a mapping; null has none. `None`: it is no mapping, which is an error.
    pub(super) fn members<'a>(
        &mut self,
        value: Option<Value<'a>>,
        known: &[&'static str],
        field: &str,
    ) -> Option<Members<'a>> {
        let mut values = HashMap::new();
        let Some(value) = value.filter(|value| !value.is_null()) else { return Some(Members { values }) };
        if value.kind() != Kind::Map {
            self.mismatch(value, "a mapping", field);
            return None;
        }
        self.reject_duplicates(value, field);
        for (key, member) in value.entries() {
            let text = key.key_text();
            let exact = known.iter().find(|known| **known == text);
            let alike = known.iter().find(|known| known.eq_ignore_ascii_case(&text)).copied();
            let kind = match (exact, alike) {
                (Some(name), _) => {
                    values.insert(*name, member);
                    continue;
                }
                (None, Some(name)) if self.rules == Rules::Stored => {
                    values.insert(name, member);
                    continue;
                }
                (None, Some(known)) => RemarkKind::OtherCase { key: text.into_owned(), known },
                (None, None) => RemarkKind::IgnoredKey { key: text.into_owned() },
            };
            self.remarks.push(Remark { kind, span: key.span() });
        }
        Some(Members { values })
    }

    /// The exporter's YAML reader rejects a mapping that it reads and that has a key twice.
    fn reject_duplicates(&mut self, value: Value<'_>, field: &str) {
        if self.rules != Rules::File {
            return;
        }
        let mut seen = HashSet::new();
        let whole_is_copied = value.is_copied();
        for (key, _) in value.entries() {
            let is_merged = key.is_copied() && !whole_is_copied;
            let name = scalar_text(key);
            if !is_merged && !seen.insert(name.clone()) {
                self.error(format!("key {name} is defined twice"), key.span(), field);
            }
        }
    }

    /// The elements of a list; null has none.
    pub(super) fn items<'a>(&mut self, value: Option<Value<'a>>, field: &str) -> Vec<Value<'a>> {
        match value {
            None => Vec::new(),
            Some(value) if value.is_null() => Vec::new(),
            Some(value) if value.kind() == Kind::List => value.items().collect(),
            Some(value) => {
                self.mismatch(value, "a list", field);
                Vec::new()
            }
        }
    }

    /// A string; null is the empty one.
    pub(super) fn text(&mut self, value: Value<'_>, field: &str) -> String {
        match (self.rules, value.kind()) {
            (_, Kind::Null) => String::new(),
            (_, Kind::String) => value.as_str().unwrap_or_default().to_owned(),
            (Rules::File, Kind::Bool | Kind::Number) => scalar_text(value),
            (Rules::HelmValues, Kind::Bool | Kind::Number) => canonical_text(value),
            (Rules::Stored, Kind::Bool | Kind::Number) | (_, Kind::List | Kind::Map) => {
                self.mismatch(value, "a string", field);
                String::new()
            }
        }
    }

    pub(super) fn expression(&mut self, value: Value<'_>, field: &str) -> Expression {
        Expression { text: self.text(value, field), span: value.span(), style: value.style() }
    }

    /// An expression that is not evaluated if it is empty.
    pub(super) fn optional(&mut self, value: Option<Value<'_>>, field: &str) -> Option<Expression> {
        let expression = self.expression(value?, field);
        (!expression.text.is_empty()).then_some(expression)
    }

    pub(super) fn flag(&mut self, value: Option<Value<'_>>, field: &str) -> Option<bool> {
        let value = value?;
        // The exporter's YAML reader accepts these words in quotes too.
        let word = value.as_str().filter(|_| self.rules == Rules::File);
        let flag = match word {
            Some("y" | "Y" | "yes" | "Yes" | "YES" | "on" | "On" | "ON") => Some(true),
            Some("n" | "N" | "no" | "No" | "NO" | "off" | "Off" | "OFF") => Some(false),
            Some(_) | None => value.as_bool(),
        };
        if flag.is_none() {
            self.mismatch(value, "a boolean", field);
        }
        flag
    }

    /// A value that may be an expression or a search query.
    pub(super) fn query(&mut self, value: Value<'_>, field: &str) -> Query {
        self.query_at(value, field, 0)
    }

    fn query_at(&mut self, value: Value<'_>, field: &str, depth: usize) -> Query {
        let span = value.span();
        if depth > MAX_DEPTH {
            self.error("is nested too deeply", span, field);
            return Query::Null(span);
        }
        match value.kind() {
            Kind::Null => Query::Null(span),
            Kind::Bool if self.rules == Rules::File && !is_yaml_1_2_bool(value) => {
                self.plain(scalar_text(value), value)
            }
            Kind::Bool => Query::Other(OtherType::Bool, span),
            Kind::Number => Query::Other(OtherType::Number, span),
            Kind::String => self.string(value, field),
            Kind::List => {
                let item = |at: usize| format!("{field}[{at}]");
                let items = value.items().enumerate().map(|(at, value)| self.query_at(value, &item(at), depth + 1));
                Query::List(items.collect(), span)
            }
            Kind::Map => {
                self.reject_other_keys(value, field);
                self.reject_duplicates(value, field);
                let mut unique = UniqueMembers::new();
                for (key, value) in value.entries() {
                    let name = key.key_text().into_owned();
                    let query = self.query_at(value, &format!("{field}.{name}"), depth + 1);
                    unique.insert(name, query);
                }
                Query::Map(unique.members, span)
            }
        }
    }

    fn plain(&self, text: String, value: Value<'_>) -> Query {
        Query::Expression(Expression { text, span: value.span(), style: value.style() })
    }

    fn string(&mut self, value: Value<'_>, field: &str) -> Query {
        let text = value.as_str().unwrap_or_default();
        if self.rules == Rules::File && value.style() == Style::Plain {
            if is_not_finite(text) {
                self.error("is not a finite number, which JSON does not have", value.span(), field);
            }
            // The YAML reader makes a time of it, and JSON a string of the time.
            if is_date(text) {
                return self.plain(format!("{text}T00:00:00Z"), value);
            }
        }
        self.plain(text.to_owned(), value)
    }

    /// The exporter sends its file to Port as JSON, which fails for a mapping with a key that is not a string.
    fn reject_other_keys(&mut self, value: Value<'_>, field: &str) {
        if self.rules != Rules::File {
            return;
        }
        for (key, _) in value.entries() {
            let is_string = match key.kind() {
                Kind::String => !(key.style() == Style::Plain && is_date(key.as_str().unwrap_or_default())),
                Kind::Bool => !is_yaml_1_2_bool(key),
                Kind::Null | Kind::Number | Kind::List | Kind::Map => false,
            };
            if !is_string {
                self.error(format!("key {} must be a string", scalar_text(key)), key.span(), field);
            }
        }
    }

    /// The members of a mapping with any keys, the last of a key.
    pub(super) fn table<'a>(&mut self, value: Option<Value<'a>>, field: &str) -> Vec<(Arc<str>, Value<'a>)> {
        let Some(value) = value.filter(|value| !value.is_null()) else { return Vec::new() };
        if value.kind() != Kind::Map {
            self.mismatch(value, "a mapping", field);
            return Vec::new();
        }
        self.reject_duplicates(value, field);
        let mut unique = UniqueMembers::new();
        for (key, member) in value.entries() {
            let name = if self.rules == Rules::File { scalar_text(key) } else { key.key_text().into_owned() };
            unique.insert(name, member);
        }
        unique.members
    }
}

/// Members in the order in which their keys appear first. A later value of a key replaces the earlier one.
struct UniqueMembers<T> {
    members: Vec<(Arc<str>, T)>,
    indexes: HashMap<Arc<str>, usize>,
}

impl<T> UniqueMembers<T> {
    fn new() -> Self {
        Self { members: Vec::new(), indexes: HashMap::new() }
    }

    fn insert(&mut self, name: String, value: T) {
        let name: Arc<str> = name.into();
        match self.indexes.get(&name).and_then(|index| self.members.get_mut(*index)) {
            Some((_, old)) => *old = value,
            None => {
                self.indexes.insert(Arc::clone(&name), self.members.len());
                self.members.push((name, value));
            }
        }
    }
}

/// The text of a scalar as written; of a string, without quotes.
fn scalar_text(value: Value<'_>) -> String {
    match value.kind() {
        Kind::String => value.as_str().unwrap_or_default().to_owned(),
        Kind::Bool | Kind::Number => without_tag(value.raw()).to_owned(),
        Kind::Null | Kind::List | Kind::Map => value.key_text().into_owned(),
    }
}

fn without_tag(raw: &str) -> &str {
    let text = if raw.starts_with(['!', '&']) { raw.rsplit(' ').next().unwrap_or(raw) } else { raw };
    text.trim_matches(['"', '\''])
}

/// The text that Helm writes for a value that it has read.
fn canonical_text(value: Value<'_>) -> String {
    match value.as_number() {
        Some(Number::Signed(number)) => number.to_string(),
        Some(Number::Unsigned(number)) => number.to_string(),
        Some(number @ Number::Float(_)) => number.to_json().to_string(),
        None => value.key_text().into_owned(),
    }
}

/// The booleans of the exporter's YAML reader; `yes` is a string for it.
fn is_yaml_1_2_bool(value: Value<'_>) -> bool {
    value.is_tagged() || matches!(value.raw(), "true" | "True" | "TRUE" | "false" | "False" | "FALSE")
}

fn is_not_finite(text: &str) -> bool {
    matches!(text.trim_start_matches(['+', '-']), ".inf" | ".Inf" | ".INF" | ".nan" | ".NaN" | ".NAN")
}

/// `2024-01-02`, which the exporter's YAML reader takes for a time.
fn is_date(text: &str) -> bool {
    let parts: Vec<&str> = text.split('-').collect();
    let [year, month, day] = parts.as_slice() else { return false };
    let digits = |text: &str| !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let within =
        |text: &str, limit: u8| text.len() <= 2 && text.parse().is_ok_and(|value: u8| (1..=limit).contains(&value));
    year.len() == 4 && digits(year) && digits(month) && digits(day) && within(month, 12) && within(day, 31)
}
