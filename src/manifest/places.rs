//! Where things stand in the source that the full parser does not tell: empty values, the indicators of block scalars,
//! texts that need no copy. Found by reading on from the end of the node before (`cursor`).

use super::faults::{self, Broken};
use super::full::Job;
use crate::domain::span::Span;
use crate::domain::tree::Style;

/// What an empty node is in.
#[derive(Debug, Clone, Copy)]
pub(super) struct Room {
    pub(super) in_list: bool,
    pub(super) in_flow: bool,
    pub(super) is_key: bool,
}

/// An empty value stands right after the colon or dash that makes room for it. `None`: the document itself is empty.
pub(super) fn empty(job: &Job<'_>, cursor: usize, room: Option<Room>) -> Span {
    let bytes = job.text.as_bytes();
    let at = skip_trivia(bytes, cursor, job.range.end);
    let Some(room) = room else { return Span::empty(cursor) };
    // `:x` is a scalar, not a colon with a value.
    let ends = |byte: &u8| is_space(*byte) || room.in_flow && b",[]{}".contains(byte);
    match bytes.get(at) {
        Some(b':') if room.is_key => Span::empty(at),
        Some(b'?') if room.is_key => Span::empty(at + 1),
        Some(b':') if !room.in_list && bytes.get(at + 1).is_none_or(ends) => Span::empty(at + 1),
        Some(b'-') if room.in_list => Span::empty(at + 1),
        Some(_) | None => Span::empty(cursor),
    }
}

/// From the indicator to the end of the last line with content, without its break.
pub(super) fn block_scalar(job: &Job<'_>, cursor: usize, content: Span) -> Span {
    let bytes = job.text.as_bytes();
    let limit = job.range.end;
    let mut at = cursor;
    let start = loop {
        at = skip_trivia(bytes, at, limit);
        match bytes.get(at).filter(|_| at < limit) {
            Some(b'|' | b'>') => break at,
            Some(b':' | b'-' | b'?') => at += 1,
            Some(b'!' | b'&') => at += bytes.iter().skip(at).take_while(|byte| !is_space(**byte)).count(),
            // Cannot happen while the parser is right; the content's own start is then the honest answer.
            Some(_) | None => break content.start as usize,
        }
    };
    let in_header = |byte: &&u8| matches!(byte, b'|' | b'>' | b'+' | b'-' | b'0'..=b'9');
    let header = bytes.iter().skip(start).take_while(in_header).count();
    // Without content the parser's span covers the header too.
    let below = line_end(bytes, start, limit);
    let content = Span::new(below.max(content.start as usize), content.end as usize);
    let text = content.slice(job.text).trim_end_matches([' ', '\t', '\n', '\r']);
    if text.is_empty() {
        return Span::new(start, start + header);
    }
    let last = content.start as usize + text.len();
    Span::new(start, line_end(bytes, last, content.end as usize))
}

fn line_end(bytes: &[u8], from: usize, limit: usize) -> usize {
    let rest = bytes.get(from..limit).unwrap_or_default();
    from + memchr::memchr2(b'\n', b'\r', rest).unwrap_or(rest.len())
}

/// The text's own place in the source, where it stands there letter by letter.
pub(super) fn verbatim(source: &str, text: &str, style: Style, span: Span) -> Option<Span> {
    let inner = match style {
        Style::Plain => span,
        Style::SingleQuoted | Style::DoubleQuoted => Span { start: span.start + 1, end: span.end.checked_sub(1)? },
        Style::Literal | Style::Folded | Style::Flow | Style::Block => return None,
    };
    (inner.slice(source) == text).then_some(inner)
}

/// What the parser takes for the indentation of a key, or for its first letter, and the cluster or a person does not.
pub(super) fn check_indentation(job: &Job<'_>, key: Span) -> Result<(), Broken> {
    let start = key.start as usize;
    let before = job.text.get(job.range.start..start).unwrap_or_default();
    let line = before.trim_end_matches([' ', '\t']);
    if !line.is_empty() && !line.ends_with(['\n', '\r']) {
        return Ok(());
    }
    if let Some(at) = before.get(line.len()..).and_then(|blanks| blanks.find('\t')) {
        return Err(faults::tab_indentation(Span::new(job.range.start + line.len() + at, start)));
    }
    let text = key.slice(job.text);
    match text.len() - text.trim_start_matches(faults::is_odd_blank).len() {
        0 => Ok(()),
        width => Err(faults::odd_indentation(Span::new(start, start + width))),
    }
}

fn is_space(byte: u8) -> bool {
    matches!(byte, b' ' | b'\t' | b'\n' | b'\r')
}

/// Past blanks, line breaks and comments.
fn skip_trivia(bytes: &[u8], from: usize, limit: usize) -> usize {
    let after_space =
        |at: usize| at.checked_sub(1).is_none_or(|before| bytes.get(before).is_none_or(|byte| is_space(*byte)));
    let mut at = from;
    while at < limit {
        match bytes.get(at) {
            Some(byte) if is_space(*byte) => at += 1,
            Some(b'#') if after_space(at) => at = line_end(bytes, at, limit),
            Some(_) | None => break,
        }
    }
    at
}

/// The character at a byte, for places that would otherwise have no width.
pub(super) fn one_character(text: &str, at: usize) -> Span {
    let next = text.get(at..).and_then(|rest| rest.chars().next());
    Span::new(at, at + next.filter(|c| *c != '\n').map_or(0, char::len_utf8))
}
