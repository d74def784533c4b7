//! Writes entities as YAML that looks hand-written and that every YAML reader reads as the same entity. The caller has
//! already removed defaults and computed values; everything given is written, including nulls.

pub(super) mod sketch;

use crate::domain::document::manifest::ResourceKind;
use crate::domain::entity::{Entity, Targets};
use crate::domain::platform::Platform;
use crate::domain::value::Value;
use crate::manifest::scalar::{must_quote, quoted};
use crate::text::escape;

/// The resource around the entity.
#[derive(Debug, Clone, Copy)]
pub struct Wrapper<'a> {
    pub platform: &'static Platform,
    pub kind: ResourceKind,
    /// `metadata.name`.
    pub name: &'a str,
    pub namespace: Option<&'a str>,
}

/// One document, with a line break at its end.
pub fn encode(entity: &Entity, wrapper: &Wrapper<'_>) -> String {
    let mut out = Writer { text: String::with_capacity(512) };
    out.envelope(wrapper);
    out.text_entry(1, "blueprint", &entity.key.blueprint);
    out.text_entry(1, "identifier", &entity.key.identifier);
    for (field, text) in entity.texts.iter() {
        if let Some(text) = text {
            out.text_entry(1, field.key(), text);
        }
    }
    if !entity.team.is_empty() {
        out.key(1, "team");
        out.texts(1, &entity.team);
    }
    if !entity.properties.is_empty() {
        out.key(1, "properties");
        out.text.push('\n');
        for (name, value) in &entity.properties {
            out.entry(2, name, value);
        }
    }
    if !entity.relations.is_empty() {
        out.key(1, "relations");
        out.text.push('\n');
        for (name, targets) in &entity.relations {
            match targets {
                Targets::None => out.entry(2, name, &Value::Null),
                Targets::One(target) => out.text_entry(2, name, target),
                Targets::Many(targets) => {
                    out.key(2, name);
                    out.texts(2, targets);
                }
            }
        }
    }
    out.text
}

/// A value behind a key at the left margin, from the blank behind the colon to the end of its lines.
pub(super) fn encode_value(value: &Value) -> String {
    let mut out = Writer { text: String::new() };
    out.value(0, value);
    out.text
}

/// An item of a list at the left margin, with its dash, to the end of its lines.
pub(super) fn encode_item(value: &Value) -> String {
    let mut out = Writer { text: String::new() };
    out.item(0, value);
    out.text
}

pub(super) fn encode_key(key: &str) -> String {
    scalar(key)
}

/// A value in one line, which may stand within brackets.
pub(super) fn encode_one_line(value: &Value) -> String {
    match value {
        Value::List(items) => {
            let items: Vec<String> = items.iter().map(encode_one_line).collect();
            format!("[{}]", items.join(", "))
        }
        Value::Map(entries) => {
            let entry = |(key, value): &(Box<str>, Value)| format!("{}: {}", scalar(key), encode_one_line(value));
            let entries: Vec<String> = entries.iter().map(entry).collect();
            format!("{{{}}}", entries.join(", "))
        }
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Text(_) => {
            plain(value)
        }
    }
}

/// Longer keys are written with `?`: YAML readers look for the colon only within 1,024 characters.
const MAX_SIMPLE_KEY: usize = 1000;

struct Writer {
    text: String,
}

impl Writer {
    /// Everything above the entity, including `spec:`.
    fn envelope(&mut self, wrapper: &Wrapper<'_>) {
        self.text_entry(0, "apiVersion", &wrapper.platform.api_version());
        self.text_entry(0, "kind", wrapper.kind.name());
        self.key(0, "metadata");
        self.text.push('\n');
        self.text_entry(1, "name", wrapper.name);
        if let Some(namespace) = wrapper.namespace {
            self.text_entry(1, "namespace", namespace);
        }
        self.key(0, "spec");
        self.text.push('\n');
    }

    fn indent(&mut self, level: usize) {
        for _ in 0..level {
            self.text.push_str("  ");
        }
    }

    /// Writes a key and its colon.
    fn key(&mut self, level: usize, key: &str) {
        self.indent(level);
        self.bare_key(level, key);
    }

    fn bare_key(&mut self, level: usize, key: &str) {
        let written = scalar(key);
        if written.len() > MAX_SIMPLE_KEY {
            self.text.push_str("? ");
            self.text.push_str(&written);
            self.text.push('\n');
            self.indent(level);
        } else {
            self.text.push_str(&written);
        }
        self.text.push(':');
    }

    fn entry(&mut self, level: usize, key: &str, value: &Value) {
        self.key(level, key);
        self.value(level, value);
    }

    fn text_entry(&mut self, level: usize, key: &str, text: &str) {
        self.key(level, key);
        self.scalar(level, text);
    }

    /// Writes the value after a colon, up to the end of its lines.
    fn value(&mut self, level: usize, value: &Value) {
        match value {
            Value::Text(text) => self.scalar(level, text),
            Value::List(items) if !items.is_empty() => {
                self.text.push('\n');
                items.iter().for_each(|item| self.item(level + 1, item));
            }
            Value::Map(entries) if !entries.is_empty() => {
                self.text.push('\n');
                entries.iter().for_each(|(key, value)| self.entry(level + 1, key, value));
            }
            Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Large(_)
            | Value::Float(_)
            | Value::List(_)
            | Value::Map(_) => {
                self.text.push(' ');
                self.text.push_str(&plain(value));
                self.text.push('\n');
            }
        }
    }

    fn item(&mut self, level: usize, item: &Value) {
        self.indent(level);
        self.text.push('-');
        match item {
            // The first entry is on the line of the dash.
            Value::Map(entries) if !entries.is_empty() => {
                self.text.push(' ');
                for (at, (key, value)) in entries.iter().enumerate() {
                    if at > 0 {
                        self.indent(level + 1);
                    }
                    self.bare_key(level + 1, key);
                    self.value(level + 1, value);
                }
            }
            Value::Map(_)
            | Value::List(_)
            | Value::Null
            | Value::Bool(_)
            | Value::Integer(_)
            | Value::Large(_)
            | Value::Float(_)
            | Value::Text(_) => self.value(level, item),
        }
    }

    fn texts(&mut self, level: usize, texts: &[Box<str>]) {
        if texts.is_empty() {
            self.text.push_str(" []\n");
            return;
        }
        self.text.push('\n');
        for text in texts {
            self.indent(level + 1);
            self.text.push('-');
            self.scalar(level + 1, text);
        }
    }

    fn scalar(&mut self, level: usize, text: &str) {
        self.text.push(' ');
        match block_header(text) {
            Some(header) => {
                self.text.push_str(header);
                for line in text.lines() {
                    self.text.push('\n');
                    if !line.is_empty() {
                        self.indent(level + 1);
                        self.text.push_str(line);
                    }
                }
            }
            None => self.text.push_str(&scalar(text)),
        }
        self.text.push('\n');
    }
}

fn scalar(text: &str) -> String {
    if must_quote(text) { quoted(text) } else { text.to_owned() }
}

/// The header of a literal block for this text, if it would preserve every character: lines of visible text, the first
/// of which determines the indentation. Editors remove blanks at line ends.
fn block_header(text: &str) -> Option<&'static str> {
    let body = text.strip_suffix('\n').unwrap_or(text);
    let is_exact = |line: &str| {
        line.is_empty()
            || !line.ends_with(|c: char| c.is_whitespace())
                && !line.starts_with('\t')
                && !line.chars().any(|c| c != '\t' && super::scalar::needs_escape(c))
    };
    let first = body.split('\n').next()?;
    let is_block = body.contains('\n')
        && !first.is_empty()
        && !first.starts_with(|c: char| c.is_whitespace())
        && !body.ends_with('\n')
        && body.split('\n').all(is_exact)
        && !escape::holds_command(body);
    is_block.then_some(if body.len() == text.len() { "|-" } else { "|" })
}

/// Writes a value that is neither text nor a non-empty collection.
fn plain(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(bool) => bool.to_string(),
        Value::Integer(integer) => integer.to_string(),
        Value::Large(large) => large.to_string(),
        Value::Float(float) => float_text(*float),
        Value::List(_) => "[]".to_owned(),
        Value::Map(_) => "{}".to_owned(),
        Value::Text(text) => scalar(text),
    }
}

/// Written with a point and a signed exponent, because YAML 1.1 reads `1e3` as a string.
fn float_text(float: f64) -> String {
    let text = format!("{float:?}");
    let Some((mantissa, exponent)) = text.split_once('e') else { return text };
    let point = if mantissa.contains('.') { "" } else { ".0" };
    let sign = if exponent.starts_with('-') { "" } else { "+" };
    format!("{mantissa}{point}e{sign}{exponent}")
}

#[cfg(test)]
mod tests;
