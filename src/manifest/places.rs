//! Places in the source: of texts that need no copy, and of what the parser takes for a key and a person does not.

use super::faults::{self, Broken};
use super::full::Job;
use crate::domain::span::Span;
use crate::domain::tree::Style;

/// The place of a scalar's text, if it is in the source letter by letter.
pub(super) fn verbatim(style: Style, span: Span) -> Option<Span> {
    match style {
        Style::SingleQuoted | Style::DoubleQuoted => {
            Some(Span { start: span.start + 1, end: span.end.checked_sub(1)? })
        }
        Style::Plain | Style::Literal | Style::Folded | Style::Flow | Style::Block => Some(span),
    }
}

/// Blanks that look like the indentation of a key, and are the beginning of it for every parser.
pub(super) fn check_indentation(job: &Job<'_>, key: Span) -> Result<(), Broken> {
    let start = key.start as usize;
    let before = job.text.get(job.range.start..start).unwrap_or_default();
    let line = before.trim_end_matches(' ');
    if !line.is_empty() && !line.ends_with(['\n', '\r']) {
        return Ok(());
    }
    let text = key.slice(job.text);
    match text.len() - text.trim_start_matches(faults::is_odd_blank).len() {
        0 => Ok(()),
        width => Err(faults::odd_indentation(Span::new(start, start + width))),
    }
}

/// The character at a byte, for places that would otherwise have no width.
pub(super) fn one_character(text: &str, at: usize) -> Span {
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    Span::new(at, at + next.filter(|c| *c != '\n').map_or(0, char::len_utf8))
}
