//! Values as people read them: by the type and format that the blueprint gives the property.

use serde_json::Value;

use super::address::Address;
use super::markdown::markdown;
use super::markup::Markup;
use super::times::time;
use crate::domain::blueprint::{EntityFormat, Property, TEAM, USER};
use crate::domain::value::timestamp::Moment;

/// Longer texts are cut.
const MAX_CHARACTERS: usize = 4000;

/// How much space there is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Space {
    /// A cell of a list: one line.
    Cell,
    Page,
}

/// The number of characters of a cell of a list.
const MAX_CELL: usize = 60;

pub(super) fn value(page: &mut Markup, property: Option<&Property>, value: &Value, space: Space, now: Moment) {
    let format = property.and_then(|property| property.format.as_deref());
    let entities = property.and_then(Property::entity_format);
    match (value, space) {
        (Value::Null, Space::Page) => {
            page.put("<span class=\"dim\">not set</span>");
        }
        (Value::Null, Space::Cell) => {}
        (Value::Bool(is_set), _) => {
            page.put(if *is_set { "Yes" } else { "No" });
        }
        (Value::Number(number), _) => {
            page.say(&number.to_string());
        }
        (Value::String(text), _) => self::text(page, text, format, entities, space, now),
        (Value::Array(items), _) if items.iter().all(is_scalar) => list(page, items, property, space, now),
        (Value::Object(object), _) if labelled(object).is_some() => {
            let (url, label) = labelled(object).unwrap_or_default();
            page.link_to(url, label);
        }
        (Value::Array(_) | Value::Object(_), Space::Page) => {
            page.put("<pre>").say(&cut(&format!("{value:#}"), MAX_CHARACTERS)).put("</pre>");
        }
        (Value::Array(items), Space::Cell) => {
            page.say(&crate::text::plural::count(items.len(), "item"));
        }
        (Value::Object(_), Space::Cell) => {
            page.put("<span class=\"dim\">object</span>");
        }
    }
}

/// The address and the text of a link that is an object: `{"url": ..., "displayText": ...}`.
fn labelled(object: &serde_json::Map<String, Value>) -> Option<(&str, &str)> {
    let (url, text) = (object.get("url")?.as_str()?, object.get("displayText")?.as_str()?);
    (object.len() == 2 && !text.trim().is_empty()).then_some((url, text))
}

fn is_scalar(value: &Value) -> bool {
    match value {
        Value::String(text) => !text.contains('\n'),
        Value::Bool(_) | Value::Number(_) => true,
        Value::Null | Value::Array(_) | Value::Object(_) => false,
    }
}

fn list(page: &mut Markup, items: &[Value], property: Option<&Property>, space: Space, now: Moment) {
    if items.is_empty() {
        page.put(if space == Space::Page { "<span class=\"dim\">none</span>" } else { "" });
        return;
    }
    let item_format = property.and_then(|property| property.schema.get("items")?.get("format")?.as_str());
    let entities = property.and_then(Property::entity_format);
    page.put("<ul class=\"row\">");
    let most = if space == Space::Cell { 4 } else { items.len() };
    for item in items.iter().take(most) {
        page.put("<li>");
        match item {
            Value::String(text) => self::text(page, text, item_format, entities, space, now),
            other => self::value(page, None, other, space, now),
        }
        page.put("</li>");
    }
    if items.len() > most {
        page.put("<li class=\"dim\">+").say(&(items.len() - most).to_string()).put("</li>");
    }
    page.put("</ul>");
}

fn text(
    page: &mut Markup,
    text: &str,
    format: Option<&str>,
    entities: Option<EntityFormat>,
    space: Space,
    now: Moment,
) {
    if let Some(entities) = entities {
        let blueprint = match entities {
            EntityFormat::Team => TEAM,
            EntityFormat::User => USER,
        };
        page.link(&Address::entity(blueprint, text), text);
        return;
    }
    if space == Space::Cell {
        let line = cut(text.lines().next().unwrap_or_default(), MAX_CELL);
        match format {
            Some("date-time") => moment(page, text, now),
            Some("url") => page.link_to(text, &line),
            _ => page.say(&line),
        };
        return;
    }
    match format {
        Some("markdown") => markdown(page, text),
        Some("date-time") => {
            moment(page, text, now);
        }
        Some("email") => {
            page.link_to(&format!("mailto:{text}"), text);
        }
        _ if text.contains('\n') => {
            page.put("<pre>").say(&cut(text, MAX_CHARACTERS)).put("</pre>");
        }
        _ => {
            page.link_out(&cut(text, MAX_CHARACTERS));
        }
    }
}

fn moment<'p>(page: &'p mut Markup, text: &str, now: Moment) -> &'p mut Markup {
    match Moment::parse(text) {
        Some(moment) => time(page, moment, now),
        None => {
            page.say(text);
        }
    }
    page
}

/// The beginning of a long text, and how long it is.
pub(super) fn cut(text: &str, most: usize) -> String {
    match text.char_indices().nth(most) {
        Some((at, _)) if most == MAX_CELL => format!("{}\u{2026}", &text[..at]),
        Some((at, _)) => format!("{} \u{2026} ({} bytes)", &text[..at], text.len()),
        None => text.to_owned(),
    }
}
