//! Spans of texts that need no copy.

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
