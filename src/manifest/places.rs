//! Spans of texts that need no copy, and of single characters.

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

/// The span of the character at a byte, for positions that would otherwise be empty.
pub(super) fn one_character(text: &str, at: usize) -> Span {
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    Span::new(at, at + next.filter(|c| *c != '\n').map_or(0, char::len_utf8))
}
