//! Explains lines with wrong indentation, and lines that are not a key where one is required.

use super::around::{Around, Line};
use super::words::{MAX_SHOWN, Words, clip, is_odd_blank};
use crate::domain::document::span::Span;

/// Explains a line whose column fits no open collection.
pub(super) fn misplaced(around: &Around<'_>) -> Option<Words> {
    let here = around.here();
    if here.content.starts_with("---") {
        let help = "put the content on the line after `---`";
        return Some(Words::new(here.span, "A mapping cannot start on the line of `---`.", help));
    }
    let above = around.above().next()?;
    if let Some(words) = tight_colon(around.text, above.span).filter(|_| above.key().is_none()) {
        return Some(words);
    }
    if let Some(words) = in_block_scalar(around, &here) {
        return Some(words);
    }
    if here.indent > above.indent && here.key().is_none() && comment_above(around) {
        let message = format!("A comment cuts the text of `{}` in two.", above.name());
        let help = "move the comment above the key, or use a text block (`|` or `>`)";
        return Some(Words::new(here.span, message, help).see(above.name_span(), "the text starts under this key"));
    }
    if let Some(words) = odd_one(around, &here) {
        return Some(words);
    }
    if here.indent > above.indent {
        return Some(too_deep(around, &here, &above));
    }
    let fitting = fitting(around, &here)?;
    let line = around.number(fitting.span.start as usize);
    if fitting.indent == here.indent {
        return Some(wrong_kind(around, &here, &fitting));
    }
    let message = format!("`{}` is not aligned with any key above it.", here.name());
    let help = format!("{}, like `{}` on line {line}", indent_by(fitting.indent), fitting.name());
    Some(Words::new(here.name_span(), message, help).see(fitting.name_span(), "it should start in this column"))
}

/// A field of `spec` with too little indentation: the lines before and after are in one column. The line at which the
/// parser stopped is correct.
fn odd_one(around: &Around<'_>, here: &Line<'_>) -> Option<Words> {
    let is = |line: &Line<'_>, names: &[&str]| line.key().is_some_and(|(_, key)| names.contains(&key));
    let mut above = around.above();
    let odd = above.find(|line| line.indent < here.indent)?;
    let before = above.find(|line| line.indent <= here.indent)?;
    let parent = std::iter::once(before).chain(above).find(|line| line.indent < here.indent)?;
    let is_child = before.indent == here.indent && before.key().is_some() && is(&parent, &["spec", "metadata"]);
    let is_misplaced = odd.key().is_some() && !is(&odd, &["apiVersion", "kind", "metadata", "spec", "status"]);
    (is_child && is_misplaced && odd.indent == parent.indent && here.key().is_some()).then(|| {
        let message = format!("`{}` is outside of `{}`, unlike the lines around it.", odd.name(), parent.name());
        let line = around.number(before.span.start as usize);
        let help = format!("{}, like `{}` on line {line}", indent_by(here.indent), before.name());
        Words::new(odd.name_span(), message, help).see(before.name_span(), "it should start in this column")
    })
}

fn comment_above(around: &Around<'_>) -> bool {
    let start = around.line().start as usize;
    let above = start.checked_sub(1).map(|end| around.line_at(end));
    above.is_some_and(|line| line.slice(around.text).trim_start().starts_with('#'))
}

/// The line that this one probably belongs to: among the possible parents, the one with the nearest column.
fn fitting<'t>(around: &Around<'t>, here: &Line<'t>) -> Option<Line<'t>> {
    let mut open: Vec<Line<'t>> = Vec::new();
    for line in around.above() {
        if open.last().is_none_or(|last| line.indent < last.indent) {
            open.push(line);
        }
        if line.indent == 0 {
            break;
        }
    }
    let rank = |line: &Line<'t>| (line.indent.abs_diff(here.indent), line.is_item() != here.is_item());
    open.into_iter().min_by_key(rank)
}

/// A line that is deeper than the one above, which already has a value.
fn too_deep(around: &Around<'_>, here: &Line<'_>, above: &Line<'_>) -> Words {
    let line = around.number(above.span.start as usize);
    let indent = if above.is_item() && here.key().is_some() && above.key().is_none() {
        above.indent.saturating_sub(2)
    } else {
        above.item().0 - above.span.start as usize + above.indent
    };
    let message = format!(
        "`{}` is indented further than `{}` on line {line}, which has a value already.",
        here.name(),
        above.name()
    );
    let help = format!("{}, or remove the value of `{}`", indent_by(indent), above.name());
    Words::new(here.name_span(), message, help).see(above.name_span(), "this has a value already")
}

/// A line in the column of the others, but of another kind.
fn wrong_kind(around: &Around<'_>, here: &Line<'_>, other: &Line<'_>) -> Words {
    let line = around.number(other.span.start as usize);
    if here.is_item() {
        let message = format!("A list item is among the keys of a mapping, like `{}` on line {line}.", other.name());
        return Words::new(here.span, message, "remove the dash, or indent the item under the key it belongs to")
            .see(other.name_span(), "a key of the mapping");
    }
    if other.is_item() {
        let message = format!("`{}` is among the items of a list, but has no dash.", here.name());
        let help = format!("{} to make it part of the item, or start it with `- `", indent_by(here.indent + 2));
        return Words::new(here.name_span(), message, help).see(other.span, "an item of the list");
    }
    no_key_words(here)
}

/// A line with less indentation than the block scalar that it seems to continue.
fn in_block_scalar(around: &Around<'_>, here: &Line<'_>) -> Option<Words> {
    let mut first = None;
    for line in around.above() {
        if line.indent < here.indent || line.indent == here.indent && line.key().is_some() {
            let (key, name) = line.key()?;
            let name = clip(name);
            let (_, value) = line.value()?;
            let header = value.starts_with(['|', '>']) && value.len() <= 3;
            let first: Line<'_> = first.filter(|_| header && line.indent < here.indent)?;
            let message = format!("This line is indented less than the text of `{name}` that it follows.");
            let help = format!("{}, like the first line of the text", indent_by(first.indent));
            return Some(Words::new(here.span, message, help).see(key, "the text starts under this key"));
        }
        first = Some(line);
    }
    None
}

/// A line that should be a key but is not.
pub(super) fn no_key(around: &Around<'_>) -> Option<Words> {
    let here = around.here();
    if let Some(rest) = here.content.strip_prefix('-').filter(|rest| !rest.is_empty() && !rest.starts_with([' ', '-']))
    {
        let message = format!("`{}` is not a list item: the dash must be followed by a space.", here.name());
        return Some(Words::new(here.span, message, format!("write `- {}`", clip(rest))));
    }
    if let Some(words) = tight_colon(around.text, here.span) {
        return Some(words);
    }
    Some(no_key_words(&here))
}

fn no_key_words(here: &Line<'_>) -> Words {
    let message = format!("`{}` is missing a colon.", here.name());
    let help = match here.item().1.split_once(' ') {
        Some((key, value)) if !value.contains(' ') => format!("write `{}: {}`", clip(key), clip(value)),
        Some(_) | None => "write it as `key: value`".to_owned(),
    };
    Words::new(here.span, message, format!("{help}, or indent it deeper than the key whose text it goes on"))
}

/// `key:value` without the space after the colon.
pub(super) fn tight_colon(text: &str, line: Span) -> Option<Words> {
    let content = line.slice(text);
    let skipped = content.len() - content.trim_start_matches([' ', '-']).len();
    let content = content.get(skipped..)?;
    let (key, value) = content.split_once(':')?;
    let plain = !key.is_empty()
        && key.len() <= MAX_SHOWN
        && key.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"_-./".contains(&byte));
    if !plain || value.is_empty() || value.starts_with([' ', '/', ':']) {
        return None;
    }
    let start = line.start as usize + skipped;
    let pasted = value.len() - value.trim_start_matches(is_odd_blank).len();
    if pasted > 0 {
        let blank = start + key.len() + 1;
        let name = if value.starts_with('\u{a0}') { "a non-breaking space" } else { "no ordinary space" };
        let message = format!("The character after `{key}:` is {name}, so `{key}` is not a key.");
        return Some(Words::new(Span::new(blank, blank + pasted), message, "replace it with an ordinary space"));
    }
    let value = value.trim_end();
    let message = format!("`{key}` is not a key: the colon must be followed by a space.");
    let span = Span::new(start, start + key.len() + 1);
    Some(Words::new(span, message, format!("write `{key}: {}`", clip(value))))
}

fn indent_by(count: usize) -> String {
    match count {
        0 => "start it at the beginning of the line".to_owned(),
        1 => "indent it by 1 space".to_owned(),
        count => format!("indent it by {count} spaces"),
    }
}
