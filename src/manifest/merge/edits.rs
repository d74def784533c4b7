//! The edits that give a field another value, in the layout that the text has. Items and entries that stay are not
//! touched. The caller reads the result again, so a layout that is not foreseen here leads to a refusal.

use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Style, Value as Node};
use crate::domain::finding::Edit;
use crate::domain::value::Value;

use super::json::is_same;
use super::lists::{Step, align, in_old_order};
use super::render::{Site, entry_in_flow, entry_lines, item_lines, scalar_like};

/// How much of a value is written again. Each is tried if the one before it did not work.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Layout {
    /// Only the items and entries that differ.
    Kept,
    /// The whole value.
    Whole,
    OneLine,
}

/// An edit of the text.
#[derive(Debug, Clone)]
pub(super) struct Change {
    pub edit: Edit,
    /// It removes items or entries, and the comments on their lines.
    pub is_removal: bool,
}

/// The new value of a field below `spec`.
#[derive(Debug, Clone, Copy)]
pub(super) struct Wanted<'a> {
    pub path: &'a [&'a str],
    pub value: &'a Value,
    pub is_set: bool,
    pub layout: Layout,
}

const COPIED: &str = "it is written once and used in several places by a YAML alias or a merge key";
const TAGGED: &str = "it has a YAML tag";
const TEMPLATE: &str = "it is a template";
const TWICE: &str = "its key is there twice";
const OTHER_KIND: &str = "it is in something that is no mapping";
const UNUSUAL: &str = "its layout is unusual";

type Edits = Result<Vec<Change>, &'static str>;

/// The edits, and the value that the field then has: that of the catalog in the order of the manifest.
pub(super) fn edits(spec: Node<'_>, wanted: &Wanted<'_>) -> Result<(Vec<Change>, Value), &'static str> {
    let mut parent = spec;
    let mut key = None;
    for (at, name) in wanted.path.iter().enumerate() {
        refuse_copies(parent)?;
        let rest = wanted.path.get(at + 1..).unwrap_or_default();
        let nested =
            || rest.iter().rev().fold(wanted.value.clone(), |value, key| Value::Map([((*key).into(), value)].into()));
        match parent.kind() {
            Kind::Map => {}
            Kind::Null => {
                let key = key.ok_or(OTHER_KIND)?;
                let value = Value::Map([((*name).into(), nested())].into());
                let site = site_of_entry(key, parent, wanted.layout, false)?;
                return Ok((replace(site, parent, &value)?, wanted.value.clone()));
            }
            Kind::Bool | Kind::Number | Kind::String | Kind::List => return Err(OTHER_KIND),
        }
        if parent.entries().filter(|(key, _)| key.key_is(name)).count() > 1 {
            return Err(TWICE);
        }
        match parent.entry(name) {
            None => {
                let change = insert_entries(parent, &[(name, &nested())], wanted.layout)?;
                return Ok((vec![change], wanted.value.clone()));
            }
            Some((found, value)) if rest.is_empty() => {
                let new = adapted(value, wanted);
                if is_same(&value.to_json(), &new.to_json()) {
                    return Ok((Vec::new(), new));
                }
                let site = site_of_entry(found, value, wanted.layout, is_flow(parent))?;
                return Ok((set_value(site, value, &new, wanted.layout)?, new));
            }
            Some((found, value)) => (key, parent) = (Some(found), value),
        }
    }
    Err(OTHER_KIND)
}

/// The new value in the form that the manifest has: a single team as a text, no target as an empty list, a set in its
/// order.
fn adapted(old: Node<'_>, wanted: &Wanted<'_>) -> Value {
    let olds: Vec<Node<'_>> = old.items().collect();
    match (wanted.value, old.kind()) {
        (Value::List(items), Kind::String) if wanted.is_set && items.len() == 1 => {
            items.first().cloned().unwrap_or_default()
        }
        (Value::List(items), Kind::List) if wanted.is_set => Value::List(in_old_order(&olds, items).into()),
        (Value::Null, Kind::List) if wanted.is_set => Value::List(Box::default()),
        (value, _) => value.clone(),
    }
}

fn set_value(site: Site<'_>, node: Node<'_>, value: &Value, layout: Layout) -> Edits {
    refuse_copies(node)?;
    let is_scalar = !matches!(node.kind(), Kind::List | Kind::Map);
    if is_scalar && (node.raw().contains("{{") || node.raw().contains("${")) {
        return Err(TEMPLATE);
    }
    if layout == Layout::Kept && !node.is_empty() {
        match (node.kind(), value) {
            (Kind::Map, Value::Map(entries)) if !entries.is_empty() => return merge_map(node, entries),
            (Kind::List, Value::List(items)) if !items.is_empty() => return merge_list(node, items),
            (_, _) => {}
        }
    }
    replace(site, node, value)
}

fn refuse_copies(node: Node<'_>) -> Result<(), &'static str> {
    if node.is_copied() {
        return Err(COPIED);
    }
    if node.is_tagged() { Err(TAGGED) } else { Ok(()) }
}

/// Writes the whole value.
fn replace(site: Site<'_>, node: Node<'_>, value: &Value) -> Edits {
    let is_collection = |value: &Value| match value {
        Value::List(items) => !items.is_empty(),
        Value::Map(entries) => !entries.is_empty(),
        Value::Null | Value::Bool(_) | Value::Integer(_) | Value::Large(_) | Value::Float(_) | Value::Text(_) => false,
    };
    let has_lines = |value: &Value| value.as_str().is_some_and(|text| text.contains('\n'));
    let is_one_line = matches!(node.style(), Style::Plain | Style::SingleQuoted | Style::DoubleQuoted | Style::Flow)
        && !node.raw().is_empty()
        && !node.raw().contains('\n');
    let fits = site.is_flow || !is_collection(value) && !has_lines(value);
    let (span, replacement) = if is_one_line && fits {
        (node.span(), scalar_like(value, node.style()))
    } else {
        let end = content_end(node).max(site.after);
        (Span::new(site.after, end), site.render(value))
    };
    // The comments behind items go with these. A line of its own may be about something else.
    let removes_all = matches!(node.kind(), Kind::List | Kind::Map) && !is_collection(value);
    let has_own_comments = span.slice(node.view().source).lines().any(|line| line.trim_start().starts_with('#'));
    Ok(vec![Change { edit: Edit { span, replacement }, is_removal: removes_all && !has_own_comments }])
}

/// Changes the entries that differ, removes those that are gone, and adds the new ones at the end.
fn merge_map(map: Node<'_>, entries: &[(Box<str>, Value)]) -> Edits {
    let mut changes = Vec::new();
    let olds: Vec<(Node<'_>, Node<'_>)> = map.entries().collect();
    for (at, (key, value)) in olds.iter().enumerate() {
        refuse_copies(*key)?;
        let name = key.key_text();
        if olds.iter().filter(|(other, _)| other.key_text() == name).count() > 1 {
            return Err(TWICE);
        }
        match entries.iter().find(|(other, _)| **other == *name) {
            Some((_, new)) if is_same(&value.to_json(), &new.to_json()) => {}
            Some((_, new)) => {
                let site = site_of_entry(*key, *value, Layout::Kept, is_flow(map))?;
                changes.extend(set_value(site, *value, new, Layout::Kept)?);
            }
            None => {
                let before = at.checked_sub(1).and_then(|at| olds.get(at)).map(|(_, value)| content_end(*value));
                let next = olds.get(at + 1).map(|(key, _)| key.span().start as usize);
                let start = key.span().start as usize;
                let end = end_of_entry(*key, *value)?;
                changes.push(remove(map, Element { start, end, before, next })?);
            }
        }
    }
    let is_new = |name: &str| !olds.iter().any(|(key, _)| key.key_text() == name);
    let new: Vec<(&str, &Value)> =
        entries.iter().filter(|(name, _)| is_new(name)).map(|(name, value)| (name.as_ref(), value)).collect();
    if !new.is_empty() {
        changes.push(insert_entries(map, &new, Layout::Kept)?);
    }
    Ok(changes)
}

/// Changes, removes and adds items.
fn merge_list(list: Node<'_>, items: &[Value]) -> Edits {
    let olds: Vec<Node<'_>> = list.items().collect();
    let mut changes = Vec::new();
    // New items that come one after the other are one insertion.
    let mut pending: Vec<&Value> = Vec::new();
    let mut previous: Option<usize> = None;
    for step in align(&olds, items) {
        if let Step::Insert { new } = step {
            pending.extend(items.get(new));
            continue;
        }
        changes.extend(insert_items(list, &olds, previous, &std::mem::take(&mut pending))?);
        match step {
            Step::Keep { old } => previous = Some(old),
            Step::Insert { .. } => {}
            Step::Change { old, new } => {
                let (Some(node), Some(value)) = (olds.get(old), items.get(new)) else { return Err(UNUSUAL) };
                changes.extend(set_value(site_of_item(*node, is_flow(list))?, *node, value, Layout::Kept)?);
                previous = Some(old);
            }
            Step::Remove { old } => {
                let Some(node) = olds.get(old) else { return Err(UNUSUAL) };
                refuse_copies(*node)?;
                let before = old.checked_sub(1).and_then(|at| olds.get(at)).map(|item| content_end(*item));
                let next = olds.get(old + 1).map(|item| item.span().start as usize);
                let (start, end) = (node.span().start as usize, content_end(*node));
                let element = Element { start: dash_of(*node, list)?.unwrap_or(start), end, before, next };
                changes.push(remove(list, element)?);
                previous = Some(old);
            }
        }
    }
    changes.extend(insert_items(list, &olds, previous, &pending)?);
    Ok(changes)
}

/// An item or entry, and its neighbours within brackets.
struct Element {
    start: usize,
    end: usize,
    /// The end of the one before it.
    before: Option<usize>,
    /// The start of the next one.
    next: Option<usize>,
}

fn remove(parent: Node<'_>, element: Element) -> Result<Change, &'static str> {
    let source = parent.view().source;
    let Element { start, end, before, next } = element;
    let span = if is_flow(parent) {
        match (next, before) {
            (Some(next), _) => Span::new(start, next),
            (None, Some(before)) => Span::new(before, end),
            (None, None) => return Err(UNUSUAL),
        }
    } else {
        let line = line_start(source, start);
        if !is_blank(source.get(line..start).unwrap_or_default()) {
            return Err(UNUSUAL);
        }
        Span::new(line, line_after(source, end))
    };
    Ok(Change { edit: Edit { span, replacement: String::new() }, is_removal: true })
}

/// Adds entries at the end of a mapping.
fn insert_entries(map: Node<'_>, entries: &[(&str, &Value)], layout: Layout) -> Result<Change, &'static str> {
    let source = map.view().source;
    let added = |edit| Ok(Change { edit, is_removal: false });
    if is_flow(map) {
        let entries: Vec<String> = entries.iter().map(|(key, value)| entry_in_flow(key, value)).collect();
        let text = entries.join(", ");
        return added(match map.entries().last() {
            None => Edit { span: map.span(), replacement: format!("{{{text}}}") },
            Some((key, value)) => {
                refuse_copies(value)?;
                let end = content_end(value).max(key.span().end as usize);
                Edit { span: Span::empty(end), replacement: format!(", {text}") }
            }
        });
    }
    let first = map.entries().next().ok_or(UNUSUAL)?.0;
    // Entries of a merge key come last, and are elsewhere in the text.
    let (key, value) =
        map.entries().filter(|(key, value)| !key.is_copied() && !value.is_copied()).last().ok_or(COPIED)?;
    let column = column_of(source, first)?;
    let end = line_end(source);
    let mut text = String::new();
    for (key, value) in entries {
        match layout {
            Layout::Kept | Layout::Whole => text.push_str(&entry_lines(key, value, column, end)),
            Layout::OneLine => {
                text.push_str(&format!("{}{}{end}", " ".repeat(column), entry_in_flow(key, value)));
            }
        }
    }
    added(insert_lines(source, end_of_entry(key, value)?, &text))
}

/// Adds items behind the item `previous`, or at the start.
fn insert_items(
    list: Node<'_>,
    olds: &[Node<'_>],
    previous: Option<usize>,
    items: &[&Value],
) -> Result<Option<Change>, &'static str> {
    if items.is_empty() {
        return Ok(None);
    }
    let source = list.view().source;
    let added = |edit| Ok(Some(Change { edit, is_removal: false }));
    let previous = previous.and_then(|at| olds.get(at));
    let first = olds.first().ok_or(UNUSUAL)?;
    if is_flow(list) {
        let items: Vec<String> = items.iter().map(|item| crate::manifest::encode::encode_one_line(item)).collect();
        let text = items.join(", ");
        return added(match previous {
            Some(item) => Edit { span: Span::empty(content_end(*item)), replacement: format!(", {text}") },
            None => Edit { span: Span::empty(first.span().start as usize), replacement: format!("{text}, ") },
        });
    }
    let dash = dash_of(*first, list)?.ok_or(UNUSUAL)?;
    let column = dash - line_start(source, dash);
    let text: String = items.iter().map(|item| item_lines(item, column, line_end(source))).collect();
    added(match previous {
        Some(item) => insert_lines(source, content_end(*item), &text),
        None => Edit { span: Span::empty(line_start(source, dash)), replacement: text },
    })
}

/// Whole lines below the line that a byte is on.
fn insert_lines(source: &str, at: usize, lines: &str) -> Edit {
    let after = line_after(source, at);
    let is_open = after == source.len() && !source.ends_with('\n');
    let replacement = match is_open {
        true => format!("{}{}", line_end(source), lines.trim_end_matches(['\r', '\n'])),
        false => lines.to_owned(),
    };
    Edit { span: Span::empty(after), replacement }
}

fn site_of_entry<'v>(
    key: Node<'v>,
    value: Node<'v>,
    layout: Layout,
    is_in_flow: bool,
) -> Result<Site<'v>, &'static str> {
    refuse_copies(value)?;
    let source = key.view().source;
    Ok(Site {
        column: if is_in_flow { 0 } else { column_of(source, key)? },
        is_item: false,
        is_flow: is_in_flow || layout == Layout::OneLine,
        after: colon_after(key, value).ok_or(UNUSUAL)?,
        line_end: line_end(source),
    })
}

fn site_of_item(item: Node<'_>, is_in_flow: bool) -> Result<Site<'_>, &'static str> {
    refuse_copies(item)?;
    let source = item.view().source;
    let start = item.span().start as usize;
    let line_end = line_end(source);
    if is_in_flow {
        return Ok(Site { column: 0, is_item: true, is_flow: true, after: start, line_end });
    }
    let line = line_start(source, start);
    let before = source.get(line..start).unwrap_or_default();
    let dash = before.trim_end_matches(' ').strip_suffix('-').ok_or(UNUSUAL)?.len();
    Ok(Site { column: dash, is_item: true, is_flow: false, after: line + dash + 1, line_end })
}

/// The byte of an item's dash; `None` within brackets.
fn dash_of(item: Node<'_>, list: Node<'_>) -> Result<Option<usize>, &'static str> {
    if is_flow(list) {
        return Ok(None);
    }
    let source = item.view().source;
    let start = item.span().start as usize;
    let line = line_start(source, start);
    let before = source.get(line..start).unwrap_or_default();
    let dash = before.trim_end_matches(' ').strip_suffix('-').filter(|before| is_blank(before)).ok_or(UNUSUAL)?;
    Ok(Some(line + dash.len()))
}

/// The byte behind the colon of an entry. A key without a value has its colon too.
fn colon_after(key: Node<'_>, value: Node<'_>) -> Option<usize> {
    let end = key.span().end as usize;
    let until = if value.raw().is_empty() { key.view().source.len() } else { value.span().start as usize };
    let between = key.view().source.get(end..until)?;
    let colon = between.find(':')?;
    is_blank(between.get(..colon)?).then_some(end + colon + 1)
}

/// Where the text of an entry ends.
fn end_of_entry(key: Node<'_>, value: Node<'_>) -> Result<usize, &'static str> {
    Ok(content_end(value).max(colon_after(key, value).ok_or(UNUSUAL)?))
}

/// The end of the last scalar or of the brackets. The span of a block collection may reach over the comments behind it.
fn content_end(node: Node<'_>) -> usize {
    let inner = match (node.style(), node.kind()) {
        (Style::Block, Kind::List) => node.items().last().map(content_end),
        (Style::Block, Kind::Map) => {
            let last = node.entries().filter(|(key, value)| !key.is_copied() && !value.is_copied()).last();
            last.and_then(|(key, value)| end_of_entry(key, value).ok())
        }
        (_, _) => None,
    };
    let end = inner.unwrap_or(node.span().end as usize);
    // A block scalar may have a line break at its end, and blank lines.
    let text = node.view().source.get(..end).unwrap_or_default();
    match node.style() {
        Style::Literal | Style::Folded => text.trim_end_matches(['\n', '\r']).len().max(node.span().start as usize),
        Style::Plain | Style::SingleQuoted | Style::DoubleQuoted | Style::Flow | Style::Block => end,
    }
}

fn is_flow(node: Node<'_>) -> bool {
    node.style() == Style::Flow
}

/// The column of a key. Only blanks and dashes may be before it.
fn column_of(source: &str, key: Node<'_>) -> Result<usize, &'static str> {
    let start = key.span().start as usize;
    let line = line_start(source, start);
    let before = source.get(line..start).unwrap_or_default();
    match before.bytes().all(|byte| matches!(byte, b' ' | b'-')) {
        true => Ok(before.len()),
        false => Err(UNUSUAL),
    }
}

fn line_start(source: &str, at: usize) -> usize {
    source.get(..at).and_then(|before| before.rfind('\n')).map_or(0, |newline| newline + 1)
}

/// The byte behind the line break that follows.
fn line_after(source: &str, at: usize) -> usize {
    source.get(at..).and_then(|rest| rest.find('\n')).map_or(source.len(), |newline| at + newline + 1)
}

fn is_blank(text: &str) -> bool {
    text.bytes().all(|byte| byte == b' ')
}

fn line_end(source: &str) -> &'static str {
    if source.split_once('\n').is_some_and(|(first, _)| first.ends_with('\r')) { "\r\n" } else { "\n" }
}
