//! Finds where a cursor is in a document by its indentation: a line that is being typed is seldom valid YAML, so there may
//! be no tree. Flow collections (`[a, b]`, `{a: b}`) are followed by their brackets.

mod block;
pub(super) mod cursor;
mod flow;
mod scalars;

use block::Outline;
use cursor::Cursor;
use flow::Flow;

use crate::domain::document::span::Span;

/// The place of a byte of a text. `None`: the cursor is in a comment, in a text of several lines, or somewhere else where nothing can be completed.
pub(super) fn cursor_at(text: &str, byte: usize) -> Option<Cursor<'_>> {
    let byte = floor(text, byte);
    let document = document_around(text, byte);
    if let Some(start) = starts_with_bracket(text, document) {
        return Flow::scan(text, start, byte)?.cursor(Vec::new(), Vec::new());
    }
    let outline = Outline::of(text, document);
    outline.cursor(byte)
}

fn floor(text: &str, byte: usize) -> usize {
    let mut byte = byte.min(text.len());
    while !text.is_char_boundary(byte) {
        byte -= 1;
    }
    byte
}

/// The lines between two `---`.
fn document_around(text: &str, byte: usize) -> Span {
    let (mut start, mut at) = (0, 0);
    for line in text.split_inclusive('\n') {
        let end = at + line.len();
        let mark = line.trim_end();
        if mark == "---" || mark == "..." || line.starts_with("--- ") {
            if at > byte || at == byte && byte > 0 {
                return Span::new(start, at);
            }
            start = end;
        }
        at = end;
    }
    Span::new(start.min(text.len()), text.len())
}

fn starts_with_bracket(text: &str, document: Span) -> Option<usize> {
    let content = document.slice(text);
    let mut at = document.start as usize;
    for line in content.split_inclusive('\n') {
        let trimmed = line.trim_start();
        if trimmed.starts_with(['{', '[']) {
            return Some(at + line.len() - trimmed.len());
        }
        if !trimmed.is_empty() && !trimmed.starts_with(['#', '%']) {
            return None;
        }
        at += line.len();
    }
    None
}

#[cfg(test)]
mod tests;
