//! Positions in the source: texts that require no copy, and characters that the parser reads as part of a key but
//! people do not.

use super::faults::{self, Broken};
use super::full::Job;
use crate::domain::document::span::Span;
use crate::domain::document::tree::Style;

/// The span of a scalar's text, if the text is in the source unchanged.
pub(super) fn verbatim(style: Style, span: Span) -> Option<Span> {
    match style {
        Style::SingleQuoted | Style::DoubleQuoted => {
            Some(Span { start: span.start + 1, end: span.end.checked_sub(1)? })
        }
        Style::Plain | Style::Literal | Style::Folded | Style::Flow | Style::Block => Some(span),
    }
}

/// Reports characters that look like indentation but are the beginning of the key for every parser.
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

/// The span of the character at a byte, for positions that would otherwise be empty.
pub(super) fn one_character(text: &str, at: usize) -> Span {
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    Span::new(at, at + next.filter(|c| *c != '\n').map_or(0, char::len_utf8))
}
