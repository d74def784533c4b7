//! The edit that writes the former identifier into the metadata of a manifest, in the layout that the metadata has.

use super::scalar::replaced;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Style, Value};
use crate::domain::entity::desired::RENAMED_FROM;
use crate::domain::finding::Edit;
use crate::manifest::scalar::in_style;

/// `None`: it is there already. Otherwise why a person has to write it.
pub(super) fn edit(metadata: Value<'_>, former: &str) -> Result<Option<Edit>, &'static str> {
    const BY_HAND: &str = "no place for the annotation with the former identifier was found in its metadata";
    let entry = format!("{RENAMED_FROM}: {}", in_style(former, Style::Plain));
    if metadata.kind() != Kind::Map || metadata.is_copied() {
        return Err(BY_HAND);
    }
    let Some((key, annotations)) = metadata.entry("annotations") else {
        let place = metadata.entry("name").or_else(|| metadata.entries().last()).ok_or(BY_HAND)?;
        return after(metadata, place, &entry).map(Some).ok_or(BY_HAND);
    };
    if annotations.is_copied() {
        return Err(BY_HAND);
    }
    if let Some((_, value)) = annotations.entry(RENAMED_FROM) {
        return if value.as_str() == Some(former) { Ok(None) } else { replaced(value, former).map(Some) };
    }
    let source = metadata.view().source;
    let edit = match (annotations.kind(), annotations.style(), annotations.entries().next()) {
        (Kind::Null, ..) if annotations.raw().is_empty() => {
            indent(source, key).and_then(|indent| line_after(source, key, &format!("{indent}  {entry}")))
        }
        (Kind::Null, ..) => Some(replace(annotations.span(), format!("{{{entry}}}"))),
        (Kind::Map, Style::Flow, None) => Some(replace(annotations.span(), format!("{{{entry}}}"))),
        (Kind::Map, Style::Flow, Some((first, _))) => {
            Some(replace(Span { end: first.span().start, ..first.span() }, format!("{entry}, ")))
        }
        (Kind::Map, _, Some((first, _))) => {
            indent(source, first).and_then(|indent| line_after(source, key, &format!("{indent}{entry}")))
        }
        (_, _, _) => None,
    };
    edit.map(Some).ok_or(BY_HAND)
}

/// The edit that removes the annotation; `None`: there is none. A mapping that held nothing else goes with it.
pub(super) fn removal(metadata: Value<'_>) -> Result<Option<Edit>, &'static str> {
    const BY_HAND: &str = "the annotation with the former identifier cannot be removed from its metadata";
    let Some((key, annotations)) = metadata.entry("annotations") else { return Ok(None) };
    let Some((name, value)) = annotations.entry(RENAMED_FROM) else { return Ok(None) };
    if metadata.is_copied() || annotations.is_copied() || value.is_copied() {
        return Err(BY_HAND);
    }
    let source = metadata.view().source;
    let is_alone = annotations.len() == 1;
    if annotations.style() == Style::Flow {
        if is_alone {
            return Ok(Some(replace(annotations.span(), "{}".to_owned())));
        }
        let others = annotations.entries().map(|(key, _)| key.span().start).filter(|start| *start > name.span().start);
        return match others.min() {
            Some(next) => Ok(Some(replace(Span { end: next, ..name.span() }, String::new()))),
            None => Err(BY_HAND),
        };
    }
    let first = if is_alone { key } else { name };
    let lines = indent(source, first).zip(end_of_line(source, value.span().end as usize));
    let (indent, end) = lines.filter(|_| !value.raw().contains('\n')).ok_or(BY_HAND)?;
    Ok(Some(replace(Span::new(first.span().start as usize - indent.len(), end), String::new())))
}

/// The place behind the line break after a byte.
fn end_of_line(source: &str, at: usize) -> Option<usize> {
    source.get(at..).map(|rest| rest.find('\n').map_or(source.len(), |length| at + length + 1))
}

fn replace(span: Span, replacement: String) -> Edit {
    Edit { span, replacement }
}

/// The annotations as a new entry of the metadata, behind this one.
fn after(metadata: Value<'_>, (key, value): (Value<'_>, Value<'_>), entry: &str) -> Option<Edit> {
    let source = metadata.view().source;
    if metadata.style() == Style::Flow {
        let end = value.span().end.max(key.span().end) as usize;
        return Some(replace(Span::empty(end), format!(", annotations: {{{entry}}}")));
    }
    let indent = indent(source, key)?;
    let is_one_line = !matches!(value.kind(), Kind::List | Kind::Map) && !value.raw().contains('\n');
    let ending = line_break(source);
    let lines = format!("{indent}annotations:{ending}{indent}  {entry}");
    if is_one_line { line_after(source, if value.raw().is_empty() { key } else { value }, &lines) } else { None }
}

/// The white space before a key that is the first of its line.
fn indent<'s>(source: &'s str, key: Value<'_>) -> Option<&'s str> {
    let before = source.get(..key.span().start as usize)?;
    let start = before.rfind(['\n', '\r']).map_or(0, |at| at + 1);
    let indent = before.get(start..)?;
    indent.bytes().all(|byte| byte == b' ').then_some(indent)
}

/// Inserts lines below the line on which a node ends.
fn line_after(source: &str, node: Value<'_>, lines: &str) -> Option<Edit> {
    let end = node.span().end as usize;
    let rest = source.get(end..)?;
    let ending = line_break(source);
    let edit = match rest.find('\n') {
        Some(at) => replace(Span::empty(end + at + 1), format!("{lines}{ending}")),
        None => replace(Span::empty(source.len()), format!("{ending}{lines}")),
    };
    Some(edit)
}

fn line_break(source: &str) -> &'static str {
    let first = source.find('\n').and_then(|at| at.checked_sub(1));
    if first.is_some_and(|at| source.as_bytes().get(at) == Some(&b'\r')) { "\r\n" } else { "\n" }
}
