//! Describes the values of a property or a relation, for a user who is about to write one. Lint does the checks; these
//! descriptions omit details that would take too much space.

use serde_json::Value as Json;

use crate::domain::blueprint::{Property, PropertyKind, Relation};
use crate::domain::value::formats;
use crate::scaffold::candidates::Candidates;
use crate::text::plural::grouped;

/// Up to this many choices, all are listed.
const MAX_CHOICES_LISTED: usize = 12;
/// The maximum number of listed entities, and of their characters, because the line has other content too.
const MAX_TARGETS_LISTED: usize = 6;
const MAX_TARGETS_CHARACTERS: usize = 50;

/// "text of 1 to 2,000 characters", "rust, go or kotlin"; followed by the title or description.
pub fn describe_property(property: &Property, candidates: &Candidates) -> String {
    let mut text = shape(&property.schema, property.kind, candidates);
    if let Some(default) = &property.default {
        text.push_str(&format!("; default {}", bare(default)));
    }
    let meaning = [property.title.as_deref(), property.description.as_deref()];
    let meaning = meaning.into_iter().flatten().map(str::trim).filter(|words| says_more(words, &property.name));
    for words in meaning {
        text.push_str(". ");
        text.push_str(words);
    }
    text
}

/// "a `system`: booking, tracking or 10 others".
pub fn describe_relation(relation: &Relation, candidates: &Candidates) -> String {
    let target = &relation.target;
    let mut text = if relation.many { format!("a list of `{target}`") } else { with_article(target) };
    let known = known(target, candidates);
    if !known.is_empty() {
        text.push_str(&format!(": {known}"));
    }
    if let Some(title) = relation.title.as_deref().filter(|title| says_more(title, &relation.name)) {
        text.push_str(&format!(". {title}"));
    }
    text
}

fn with_article(blueprint: &str) -> String {
    let first = blueprint.trim_start_matches('_').chars().next().map(|c| c.to_ascii_lowercase());
    let article = if first.is_some_and(|c| "aeiou".contains(c)) { "an" } else { "a" };
    format!("{article} `{blueprint}`")
}

/// Whether a title adds information, instead of only repeating the name.
fn says_more(words: &str, name: &str) -> bool {
    let letters =
        |text: &str| text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect::<String>();
    !words.is_empty() && letters(words) != letters(name)
}

/// The first few entities of a blueprint, and the number of others.
pub(super) fn known(blueprint: &str, candidates: &Candidates) -> String {
    let known = candidates.of(blueprint);
    let mut width = 0;
    let fits = |identifier: &&str| {
        width += identifier.chars().count() + 2;
        width <= MAX_TARGETS_CHARACTERS
    };
    let named = known.clone().take(MAX_TARGETS_LISTED).take_while(fits).map(str::to_owned).collect();
    either(named, known.len())
}

/// `a, b or c`; with more than are listed, `a, b or 10 others`.
fn either(mut named: Vec<String>, all: usize) -> String {
    let others = all - named.len();
    if others > 0 && named.is_empty() {
        return format!("{} are known", grouped(others));
    }
    if others > 0 {
        named.push(if others == 1 { "1 other".to_owned() } else { format!("{} others", grouped(others)) });
    }
    match named.as_slice() {
        [] => String::new(),
        [only] => only.clone(),
        [rest @ .., last] => format!("{} or {last}", rest.join(", ")),
    }
}

fn shape(schema: &Json, kind: Option<PropertyKind>, candidates: &Candidates) -> String {
    let choices = schema.get("enum").and_then(Json::as_array).map(Vec::as_slice).unwrap_or_default();
    if !choices.is_empty() {
        let shown = if choices.len() > MAX_CHOICES_LISTED { MAX_CHOICES_LISTED - 1 } else { choices.len() };
        return either(choices.iter().take(shown).map(bare).collect(), choices.len());
    }
    match kind {
        Some(PropertyKind::String) => text(schema, candidates),
        Some(PropertyKind::Number) => number(schema),
        Some(PropertyKind::Boolean) => "true or false".to_owned(),
        Some(PropertyKind::Object) => object(schema),
        Some(PropertyKind::Array) => list(schema, candidates),
        None => "a value".to_owned(),
    }
}

fn text(schema: &Json, candidates: &Candidates) -> String {
    let format = schema.get("format").and_then(Json::as_str);
    let mut words = match format {
        Some("url") => "a URL".to_owned(),
        Some("email" | "idn-email") => "an e-mail address".to_owned(),
        Some("user") => people("the e-mail address of a user", "_user", candidates),
        Some("team") => people("a team", "_team", candidates),
        Some("date-time" | "timer") => "a date and time".to_owned(),
        Some("ipv4") => "an IPv4 address".to_owned(),
        Some("ipv6") => "an IPv6 address".to_owned(),
        Some("markdown") => "text in Markdown".to_owned(),
        Some("yaml") => "YAML, as text".to_owned(),
        Some(other) => format!("text ({other})"),
        None => "text".to_owned(),
    };
    let length = |key: &str| schema.get(key).and_then(Json::as_u64).and_then(|it| usize::try_from(it).ok());
    words.push_str(&match (length("minLength").filter(|least| *least > 0), length("maxLength")) {
        (Some(least), Some(most)) => format!(" of {} to {} characters", grouped(least), grouped(most)),
        (Some(1), None) | (None, None) => String::new(),
        (Some(least), None) => format!(" of at least {} characters", grouped(least)),
        (None, Some(most)) => format!(" of at most {} characters", grouped(most)),
    });
    if let Some(pattern) = schema.get("pattern").and_then(Json::as_str) {
        words.push_str(&format!(" that matches {pattern}"));
    }
    words
}

fn people(words: &str, blueprint: &str, candidates: &Candidates) -> String {
    let known = known(blueprint, candidates);
    if known.is_empty() { words.to_owned() } else { format!("{words}: {known}") }
}

fn number(schema: &Json) -> String {
    let bound = |key: &str| schema.get(key).filter(|bound| bound.is_number()).map(Json::to_string);
    let limits = match (bound("minimum"), bound("maximum")) {
        (Some(least), Some(most)) => vec![format!("from {least} to {most}")],
        (Some(least), None) => vec![format!("from {least}")],
        (None, Some(most)) => vec![format!("up to {most}")],
        (None, None) => Vec::new(),
    };
    let above = bound("exclusiveMinimum").map(|bound| format!("above {bound}"));
    let below = bound("exclusiveMaximum").map(|bound| format!("below {bound}"));
    let limits: Vec<String> = limits.into_iter().chain(above).chain(below).collect();
    if limits.is_empty() { "a number".to_owned() } else { format!("a number {}", limits.join(", ")) }
}

fn object(schema: &Json) -> String {
    if schema.get("format").and_then(Json::as_str) == Some("labeled-url") {
        return "a link: url and displayText".to_owned();
    }
    let keys = schema.get("properties").and_then(Json::as_object).into_iter().flatten().map(|(key, _)| key.clone());
    let keys: Vec<String> = keys.take(MAX_CHOICES_LISTED).collect();
    if keys.is_empty() { "a mapping".to_owned() } else { format!("a mapping of {}", keys.join(", ")) }
}

fn list(schema: &Json, candidates: &Candidates) -> String {
    let items = schema.get("items").unwrap_or(&Json::Null);
    let kind = items.get("type").and_then(Json::as_str).and_then(PropertyKind::parse);
    let has_choices = items.get("enum").is_some();
    if kind.is_none() && !has_choices {
        "a list".to_owned()
    } else {
        format!("a list: each {}", shape(items, kind, candidates))
    }
}

/// The value as a user would write it.
pub(super) fn bare(value: &Json) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// An obvious value to start with, if there is one.
pub(super) fn example(property: &Property, candidates: &Candidates) -> Option<Json> {
    if let Some(default) = &property.default {
        return Some(default.clone());
    }
    let first = |blueprint: &str| candidates.of(blueprint).next().map(Json::from);
    match (property.kind, property.format.as_deref()) {
        (Some(PropertyKind::String), _) if !property.choices.is_empty() => None,
        (Some(PropertyKind::String), Some("user")) => first("_user"),
        (Some(PropertyKind::String), Some("team")) => first("_team"),
        (Some(PropertyKind::String), Some(format)) => formats::example(format).map(Json::from),
        (Some(PropertyKind::Object), Some("labeled-url")) => {
            Some(serde_json::json!({"url": formats::example("url"), "displayText": "the words to show"}))
        }
        (Some(PropertyKind::Object), _) => Some(Json::Object(serde_json::Map::new())),
        (Some(PropertyKind::Array), _) => Some(Json::Array(Vec::new())),
        (Some(PropertyKind::String | PropertyKind::Number | PropertyKind::Boolean) | None, _) => None,
    }
}
