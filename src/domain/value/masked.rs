//! Masks credentials in values and documents, by property name and content. The mask itself is [`crate::text::mask`].

use std::borrow::Cow;
use std::ops::Range;

use crate::domain::document::tree;
use crate::domain::value::Value;
use crate::text::credentials::{holds_secret, merged};
use crate::text::mask::Mask;

/// The minimum length of a credential that is also masked elsewhere in the same value: a shorter one may be part of any
/// word.
const MIN_REPEATED: usize = 8;

/// The masked value of the property `name`. `None`: it has no name, like a title.
pub fn masked_value<'v>(mask: &Mask, name: Option<&str>, value: &'v Value) -> Cow<'v, Value> {
    let masked = masked_by_name(mask, name, value);
    if !matches!((&masked, value), (Cow::Owned(_), Value::List(_) | Value::Map(_))) {
        return masked;
    }
    // An alias may repeat the credential under an innocent name.
    let mut secrets = Vec::new();
    secrets_in(mask, name, value, &mut secrets);
    secrets.retain(|secret| secret.len() >= MIN_REPEATED);
    let mut masked = masked.into_owned();
    hide_repeated(mask, &secrets, &mut masked);
    Cow::Owned(masked)
}

fn hide_repeated(mask: &Mask, secrets: &[String], value: &mut Value) {
    match value {
        Value::Text(text) => {
            for secret in secrets {
                if text.contains(secret.as_str()) {
                    *text = text.replace(secret.as_str(), &mask.mark(secret)).into();
                }
            }
        }
        Value::List(items) => items.iter_mut().for_each(|item| hide_repeated(mask, secrets, item)),
        Value::Map(entries) => entries.iter_mut().for_each(|(_, value)| hide_repeated(mask, secrets, value)),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) => {}
    }
}

fn masked_by_name<'v>(mask: &Mask, name: Option<&str>, value: &'v Value) -> Cow<'v, Value> {
    if name.is_some_and(|name| mask.allows(name)) {
        return Cow::Borrowed(value);
    }
    match value {
        Value::Text(text) => match masked_text(mask, name, text) {
            Cow::Borrowed(_) => Cow::Borrowed(value),
            Cow::Owned(text) => Cow::Owned(Value::Text(text.into())),
        },
        Value::Integer(_) | Value::Large(_) | Value::Float(_) => {
            let text = value.to_json().to_string();
            match name {
                Some(name) if holds_secret(name, &text) => Cow::Owned(Value::Text(mask.mark(&text).into())),
                Some(_) | None => Cow::Borrowed(value),
            }
        }
        Value::Null | Value::Bool(_) => Cow::Borrowed(value),
        Value::List(items) => {
            let masked: Vec<Cow<'_, Value>> = items.iter().map(|item| masked_by_name(mask, name, item)).collect();
            if masked.iter().all(|item| matches!(item, Cow::Borrowed(_))) {
                return Cow::Borrowed(value);
            }
            Cow::Owned(Value::List(masked.into_iter().map(Cow::into_owned).collect()))
        }
        Value::Map(entries) => {
            let names = Names::of(entries.iter().map(|(key, value)| (key.as_ref(), value.as_str())));
            let entry = |(key, value): &'v (Box<str>, Value)| {
                (mask.text(key), masked_by_name(mask, names.of_value(key, name), value))
            };
            let masked: Vec<(Cow<'_, str>, Cow<'_, Value>)> = entries.iter().map(entry).collect();
            let is_same = |(key, value): &(Cow<'_, str>, Cow<'_, Value>)| {
                matches!(key, Cow::Borrowed(_)) && matches!(value, Cow::Borrowed(_))
            };
            if masked.iter().all(is_same) {
                return Cow::Borrowed(value);
            }
            let entry = |(key, value): (Cow<'_, str>, Cow<'_, Value>)| (key.into(), value.into_owned());
            Cow::Owned(Value::Map(masked.into_iter().map(entry).collect()))
        }
    }
}

pub fn masked_text<'t>(mask: &Mask, name: Option<&str>, text: &'t str) -> Cow<'t, str> {
    match name {
        Some(name) => mask.named(name, text),
        None => mask.text(text),
    }
}

/// Whether the mask changes the value.
pub fn holds_credential(mask: &Mask, name: Option<&str>, value: &Value) -> bool {
    matches!(masked_value(mask, name, value), Cow::Owned(_))
}

/// Collects the credentials in a value.
pub fn secrets_in(mask: &Mask, name: Option<&str>, value: &Value, found: &mut Vec<String>) {
    if name.is_some_and(|name| mask.allows(name)) {
        return;
    }
    match value {
        Value::Null | Value::Bool(_) => {}
        Value::Integer(_) | Value::Large(_) | Value::Float(_) => {
            let text = value.to_json().to_string();
            found.extend(name.filter(|name| holds_secret(name, &text)).map(|_| text.clone()));
        }
        Value::Text(text) => found.extend(secrets_of(mask, name, text)),
        Value::List(items) => items.iter().for_each(|item| secrets_in(mask, name, item, found)),
        Value::Map(entries) => {
            let names = Names::of(entries.iter().map(|(key, value)| (key.as_ref(), value.as_str())));
            for (key, value) in entries {
                secrets_in(mask, names.of_value(key, name), value, found);
            }
        }
    }
}

fn secrets_of(mask: &Mask, name: Option<&str>, text: &str) -> Vec<String> {
    match name {
        Some(name) if holds_secret(name, text) => vec![text.trim().to_owned()],
        Some(_) | None => mask.find(text).into_iter().map(|range| text[range].to_owned()).collect(),
    }
}

/// The name of each value in a mapping.
struct Names<'v> {
    /// The mapping contains the name of its value: `{name: DB_PASSWORD, value: hunter2}`, as in a container's
    /// environment.
    given: Option<&'v str>,
}

impl<'v> Names<'v> {
    fn of(mut entries: impl Iterator<Item = (&'v str, Option<&'v str>)>) -> Self {
        Self {
            given: entries.find_map(|(key, value)| value.filter(|_| matches!(key, "name" | "key" | "Name" | "Key"))),
        }
    }

    /// `above`: the name of the mapping itself. In a blueprint, a default has the name of its property.
    fn of_value<'n>(&self, key: &'n str, above: Option<&'n str>) -> Option<&'n str>
    where
        'v: 'n,
    {
        match (key, self.given, above) {
            ("value" | "Value", Some(given), _) => Some(given),
            ("default", _, Some(above)) => Some(above),
            (_, _, _) => Some(key),
        }
    }
}

/// The positions and texts of a document's credentials. They come from the parsed document, so that escapes, aliases
/// and block scalars are covered.
pub fn credentials_in(mask: &Mask, root: tree::Value<'_>, found: &mut Vec<(Range<usize>, String)>) {
    in_tree(mask, None, root, found);
}

/// The recursion is bounded by the reader's nesting limit.
fn in_tree(mask: &Mask, name: Option<&str>, value: tree::Value<'_>, found: &mut Vec<(Range<usize>, String)>) {
    if name.is_some_and(|name| mask.allows(name)) {
        return;
    }
    match value.kind() {
        tree::Kind::Map => {
            let entries: Vec<_> = value.entries().collect();
            let names =
                Names::of(entries.iter().map(|(key, value)| (key.as_str().unwrap_or_default(), value.as_str())));
            for (key, value) in entries {
                let text = key.key_text();
                in_tree(mask, names.of_value(&text, name), value, found);
            }
        }
        tree::Kind::List => value.items().for_each(|item| in_tree(mask, name, item, found)),
        tree::Kind::String => {
            let text = value.as_str().unwrap_or_default();
            found.extend(secrets_of(mask, name, text).into_iter().map(|secret| (value.span().range(), secret)));
        }
        tree::Kind::Number => {
            let is_secret = name.is_some_and(|name| holds_secret(name, value.raw()));
            found.extend(is_secret.then(|| (value.span().range(), value.raw().to_owned())));
        }
        tree::Kind::Null | tree::Kind::Bool => {}
    }
}

/// A part of one line of a file, and its replacement.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hidden {
    pub range: Range<usize>,
    pub mark: String,
}

/// The parts of a file to hide, line by line. `known` comes from the parser: if its text appears literally in the file,
/// only that is hidden, otherwise the whole value.
pub fn hidden_in(mask: &Mask, text: &str, known: &[(Range<usize>, String)]) -> Vec<Hidden> {
    let mut found: Vec<(Range<usize>, &str)> = Vec::new();
    for (range, secret) in known {
        let written = text.get(range.clone()).unwrap_or_default();
        let inside = written.find(secret.as_str()).map(|at| range.start + at..range.start + at + secret.len());
        found.push((inside.unwrap_or_else(|| range.clone()), secret));
    }
    // The tag of a parsed credential is computed over its value; for others, over the text.
    found.extend(mask.find(text).into_iter().map(|range| (range.clone(), &text[range])));
    let ranges = merged(found.iter().map(|(range, _)| range.clone()).collect());
    let mut hidden = Vec::with_capacity(ranges.len());
    for range in ranges {
        let secret = found.iter().find(|(inner, _)| range.start <= inner.start && inner.end <= range.end);
        let mark = mask.mark(secret.map_or("", |(_, secret)| secret));
        let mut at = range.start;
        for line in text.get(range).unwrap_or_default().split_inclusive('\n') {
            let words = line.trim();
            let start = at + (line.len() - line.trim_start().len());
            if !words.is_empty() {
                hidden.push(Hidden { range: start..start + words.len(), mark: mark.clone() });
            }
            at += line.len();
        }
    }
    hidden
}

/// The text with the hidden parts replaced. The number of lines does not change.
pub fn without_hidden<'t>(text: &'t str, hidden: &[Hidden]) -> Cow<'t, str> {
    if hidden.is_empty() {
        return Cow::Borrowed(text);
    }
    let mut shown = String::with_capacity(text.len());
    let mut at = 0;
    for Hidden { range, mark } in hidden {
        shown.push_str(text.get(at..range.start).unwrap_or_default());
        shown.push_str(mark);
        at = range.end;
    }
    shown.push_str(text.get(at..).unwrap_or_default());
    Cow::Owned(shown)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn mask() -> Mask {
        Mask::derived(b"x", vec!["shown".to_owned()])
    }

    #[test]
    fn every_text_of_a_value_is_masked_by_its_name() {
        let value = Value::from_json(&json!({
            "apiKey": "f3J9x0Qp2LmN8vRt",
            "token": ["f3J9x0Qp2LmN8vRt", "${TOKEN}"],
            "database": {"password": "hunter2", "url": "postgres://app:hunter22@db/x", "port": 5432},
            "env": [{"name": "DB_PASSWORD", "value": "hunter2"}, {"name": "MODE", "value": "hunter2"}],
            "json": "{\"apiKey\": \"f3J9x0Qp2LmN8vRt\"}",
            "pin": {"password": 123_456},
            "shown": {"password": "hunter2"},
            "tokenUrl": "https://sso.example.com/token",
        }));
        let mask = mask();
        let key = mask.mark("f3J9x0Qp2LmN8vRt");
        let password = mask.mark("hunter2");
        let masked = masked_value(&mask, None, &value).to_json();
        assert_eq!(
            masked,
            json!({
                "apiKey": key,
                "token": [key, "${TOKEN}"],
                "database": {
                    "password": password, "url": format!("postgres://app:{}@db/x", mask.mark("hunter22")), "port": 5432,
                },
                "env": [{"name": "DB_PASSWORD", "value": password}, {"name": "MODE", "value": "hunter2"}],
                "json": format!("{{\"apiKey\": \"{key}\"}}"),
                "pin": {"password": mask.mark("123456")},
                "shown": {"password": "hunter2"},
                "tokenUrl": "https://sso.example.com/token",
            })
        );
        let mut secrets = Vec::new();
        secrets_in(&mask, None, &value, &mut secrets);
        let random = "f3J9x0Qp2LmN8vRt";
        assert_eq!(secrets, [random, random, "hunter2", "hunter22", "hunter2", random, "123456"]);
        let again = Value::from_json(&masked);
        assert_eq!(*masked_value(&mask, None, &again), again, "masked once is masked");
    }

    #[test]
    fn a_file_keeps_its_lines_and_loses_its_credentials() {
        let text = "a: b\napiKey: f3J9x0Qp2LmN8vRt # x\nkey: |\n  -----BEGIN PRIVATE KEY-----\n  MIIE\n  -----END PRIVATE KEY-----\n\
                    note: \"ghp_\\x30\"\nc: d\n";
        let escaped = text.find("\"ghp_").expect("it is there");
        let mask = mask();
        let hidden = hidden_in(&mask, text, &[(escaped..escaped + 10, "ghp_0".to_owned())]);
        let shown = without_hidden(text, &hidden).into_owned();
        assert_eq!(shown.lines().count(), text.lines().count());
        let lines: Vec<&str> = shown.lines().collect();
        let key = mask.mark("-----BEGIN PRIVATE KEY-----\n  MIIE\n  -----END PRIVATE KEY-----");
        assert_eq!(lines[1], format!("apiKey: {} # x", mask.mark("f3J9x0Qp2LmN8vRt")));
        assert_eq!(lines[3..6], [format!("  {key}"), format!("  {key}"), format!("  {key}")]);
        assert_eq!(lines[6], format!("note: {}", mask.mark("ghp_0")));
        assert_eq!((lines[0], lines[7]), ("a: b", "c: d"));
    }

    #[test]
    fn a_value_without_credentials_is_not_copied() {
        let value = Value::from_json(&json!({"a": [1, "b", {"tokenUrl": "https://sso.example.com"}]}));
        assert!(matches!(masked_value(&mask(), Some("settings"), &value), Cow::Borrowed(_)));
    }
}
