//! Adds an item to a list or an entry to a map of a YAML text, at its end and in its own layout. Comments, line endings and
//! everything else stay. `None`: the layout is not one that is edited safely; callers also parse the result again.

use super::yaml::scalar;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Value};
use crate::domain::finding::Edit;

/// The new item of a list.
#[derive(Debug, Clone, Copy)]
pub enum NewItem<'a> {
    Text(&'a str),
    Fields(&'a [(&'a str, &'a str)]),
}

/// The edit that adds an item at the end of a list.
pub fn add_item(text: &str, list: Value<'_>, item: NewItem<'_>) -> Option<Edit> {
    if list.kind() != Kind::List || list.is_copied() || list.is_tagged() {
        return None;
    }
    let end = line_end(text);
    if let Some(inside) = flow_start(list, '[') {
        let Some(last) = list.items().last() else { return Some(insert(inside, flow(item))) };
        return in_flow(text, last, &flow(item), end);
    }
    let first = list.items().next()?;
    let last = list.items().last()?;
    let (indentation, gap) = dash(text, first)?;
    if dash(text, last)?.0 != indentation {
        return None;
    }
    let block = match item {
        NewItem::Fields(fields) if !is_flow(last) => {
            let line = |(key, value): &(&str, &str)| format!("{}: {}", scalar(key), scalar(value));
            let lines: Vec<String> = fields.iter().map(line).collect();
            let next = format!("{end}{indentation} {gap}");
            lines.join(&next)
        }
        NewItem::Text(_) | NewItem::Fields(_) => flow(item),
    };
    Some(insert_line(text, content_end(last), &format!("{indentation}-{gap}{block}"), end))
}

/// The edit that adds an entry, itself a map, at the end of a map.
pub fn add_entry(text: &str, map: Value<'_>, key: &str, fields: &[(&str, &str)]) -> Option<Edit> {
    if map.kind() != Kind::Map || map.is_copied() || map.is_tagged() {
        return None;
    }
    let end = line_end(text);
    if let Some(inside) = flow_start(map, '{') {
        let entry = format!("{}: {}", scalar(key), flow(NewItem::Fields(fields)));
        let Some((_, last)) = map.entries().last() else { return Some(insert(inside, entry)) };
        return in_flow(text, last, &entry, end);
    }
    let (first, _) = map.entries().next()?;
    let (last_key, last) = map.entries().last()?;
    if last.is_copied() {
        return None;
    }
    let indentation = line_start(text, first)?;
    if !indentation.chars().all(|c| c == ' ') || line_start(text, last_key)? != indentation {
        return None;
    }
    let mut lines = format!("{indentation}{}:", scalar(key));
    for (key, value) in fields {
        lines.push_str(&format!("{end}{indentation}  {}: {}", scalar(key), scalar(value)));
    }
    let after = content_end(last).max(last_key.span().end);
    Some(insert_line(text, after, &lines, end))
}

fn insert(at: u32, replacement: String) -> Edit {
    Edit { span: Span { start: at, end: at }, replacement }
}

/// After the line that contains `at`, or there if that is where a line begins.
fn insert_line(text: &str, at: u32, lines: &str, end: &str) -> Edit {
    let at = at as usize;
    if text.get(..at).is_some_and(|before| before.ends_with('\n')) {
        return Edit { span: Span::empty(at), replacement: format!("{lines}{end}") };
    }
    match text.get(at..).and_then(|rest| rest.find('\n')) {
        Some(newline) => Edit { span: Span::empty(at + newline + 1), replacement: format!("{lines}{end}") },
        None => Edit { span: Span::empty(text.len()), replacement: format!("{end}{lines}{end}") },
    }
}

/// After the last item of a list or map in flow style, on a line of its own if that item has one.
fn in_flow(text: &str, last: Value<'_>, item: &str, end: &str) -> Option<Edit> {
    if last.is_copied() {
        return None;
    }
    let own_line = line_start(text, last).filter(|before| before.chars().all(|c| c == ' '));
    let separator = own_line.map_or(", ".to_owned(), |indentation| format!(",{end}{indentation}"));
    Some(insert(last.span().end, format!("{separator}{item}")))
}

fn flow(item: NewItem<'_>) -> String {
    match item {
        NewItem::Text(text) => scalar(text),
        NewItem::Fields(fields) => {
            let field = |(key, value): &(&str, &str)| format!("{}: {}", scalar(key), scalar(value));
            format!("{{{}}}", fields.iter().map(field).collect::<Vec<_>>().join(", "))
        }
    }
}

/// The position behind the opening bracket of a list or map in flow style.
fn flow_start(value: Value<'_>, bracket: char) -> Option<u32> {
    value.raw().starts_with(bracket).then(|| value.span().start + 1)
}

fn is_flow(value: Value<'_>) -> bool {
    value.kind() != Kind::Map || value.raw().starts_with('{')
}

/// The text before a value on its line.
fn line_start<'t>(text: &'t str, value: Value<'_>) -> Option<&'t str> {
    let before = text.get(..value.span().start as usize)?;
    before.rsplit('\n').next()
}

/// The indentation of an item's dash, and the blanks behind it.
fn dash<'t>(text: &'t str, item: Value<'_>) -> Option<(&'t str, &'t str)> {
    let (indentation, gap) = line_start(text, item)?.split_once('-')?;
    let is_blank = |text: &str| text.chars().all(|c| c == ' ');
    (is_blank(indentation) && is_blank(gap) && !gap.is_empty()).then_some((indentation, gap))
}

/// The end of the last scalar or flow collection. The span of a block collection may reach over the comments behind it.
fn content_end(value: Value<'_>) -> u32 {
    let is_block = !value.raw().starts_with(['[', '{']);
    let inner = match value.kind() {
        Kind::List if is_block => value.items().last().map(content_end),
        Kind::Map if is_block => value.entries().last().map(|(key, value)| content_end(value).max(key.span().end)),
        Kind::List | Kind::Map | Kind::Null | Kind::Bool | Kind::Number | Kind::String => None,
    };
    inner.unwrap_or(value.span().end)
}

fn line_end(text: &str) -> &'static str {
    if text.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r')) { "\r\n" } else { "\n" }
}
