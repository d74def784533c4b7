//! The lines around the position of a syntax error. Spans are bytes in the file; lines exclude their line breaks.

use std::borrow::Cow;
use std::ops::Range;

use super::words::clip;
use crate::domain::document::span::Span;

pub(super) struct Around<'t> {
    pub(super) text: &'t str,
    range: Range<usize>,
    pub(super) at: usize,
}

impl<'t> Around<'t> {
    pub(super) fn new(text: &'t str, range: Range<usize>, at: usize) -> Self {
        let mut at = at.clamp(range.start, range.end);
        // At the end of the document, the last line with content is relevant.
        while at > range.start && at == range.end && text.as_bytes().get(at - 1).is_some_and(u8::is_ascii_whitespace) {
            at -= 1;
        }
        while !text.is_char_boundary(at) {
            at -= 1;
        }
        Self { text, range, at }
    }

    pub(super) fn range(&self) -> Range<usize> {
        self.range.clone()
    }

    /// The line with the error.
    pub(super) fn line(&self) -> Span {
        self.line_at(self.at)
    }

    pub(super) fn line_at(&self, at: usize) -> Span {
        let is_break = |byte: &u8| matches!(byte, b'\n' | b'\r');
        let bytes = self.text.as_bytes();
        let before = bytes.get(self.range.start..at).unwrap_or_default();
        let start = before.iter().rposition(is_break).map_or(self.range.start, |found| self.range.start + found + 1);
        let after = bytes.get(at..self.range.end).unwrap_or_default();
        Span::new(start, at + after.iter().position(is_break).unwrap_or(after.len()))
    }

    /// All lines of the document.
    pub(super) fn lines(&self) -> impl Iterator<Item = Span> {
        let mut next = Some(self.range.start);
        std::iter::from_fn(move || {
            let start = next.filter(|start| *start < self.range.end)?;
            let line = self.line_at(start);
            next = Some(line.end as usize + 1);
            Some(line)
        })
    }

    /// The preceding lines with content, nearest first.
    pub(super) fn above(&self) -> impl Iterator<Item = Line<'t>> {
        let mut start = self.line().start as usize;
        std::iter::from_fn(move || {
            loop {
                if start <= self.range.start {
                    return None;
                }
                let span = self.line_at(start - 1);
                start = span.start as usize;
                let line = Line::new(self.text, span);
                if !line.content.is_empty() && !line.content.starts_with('#') {
                    return Some(line);
                }
            }
        })
    }

    pub(super) fn here(&self) -> Line<'t> {
        Line::new(self.text, self.line())
    }

    /// The line number, from 1.
    pub(super) fn number(&self, at: usize) -> usize {
        let before = self.text.get(..at).unwrap_or_default().as_bytes();
        let lone = |at: usize| before.get(at) == Some(&b'\n') || before.get(at + 1) != Some(&b'\n');
        memchr::memchr2_iter(b'\n', b'\r', before).filter(|at| lone(*at)).count() + 1
    }

    /// The text from the error to the end of the line, without a comment and trailing blanks.
    pub(super) fn rest(&self) -> Span {
        let rest = Span::new(self.at, self.line().end as usize);
        let text = rest.slice(self.text);
        let text = text.split(" #").next().unwrap_or(text).trim_end();
        Span::new(self.at, self.at + text.len())
    }

    /// The word at the error.
    pub(super) fn token(&self) -> Span {
        let text = self.rest();
        let length = text.slice(self.text).find([' ', '\t', ',', ']', '}']).unwrap_or(text.range().len());
        let first = text.slice(self.text).chars().next().map_or(0, char::len_utf8);
        Span::new(self.at, self.at + length.max(first))
    }
}

/// The parts of one line.
#[derive(Clone, Copy)]
pub(super) struct Line<'t> {
    /// The content without a comment and surrounding blanks.
    pub(super) span: Span,
    pub(super) content: &'t str,
    pub(super) indent: usize,
}

impl<'t> Line<'t> {
    fn new(text: &'t str, span: Span) -> Self {
        let line = span.slice(text);
        let content = line.trim_start_matches([' ', '\t']);
        let indent = line.len() - content.len();
        let content = if content.starts_with('#') { content } else { content.split(" #").next().unwrap_or(content) };
        let content = content.trim_end();
        let start = span.start as usize + indent;
        Self { span: Span::new(start, start + content.len()), content, indent }
    }

    /// The content after the dashes of list items, and its start.
    pub(super) fn item(&self) -> (usize, &'t str) {
        let mut content = self.content;
        while let Some(rest) = content.strip_prefix("- ") {
            content = rest.trim_start();
        }
        (self.span.end as usize - content.len(), content)
    }

    pub(super) fn is_item(&self) -> bool {
        self.content == "-" || self.content.starts_with("- ")
    }

    /// The key of `key: value` or `key:`, with its position.
    pub(super) fn key(&self) -> Option<(Span, &'t str)> {
        let (start, content) = self.item();
        let colon = first_colon(content)?;
        let key = content.get(..colon)?.trim_end();
        Some((Span::new(start, start + key.len()), key))
    }

    /// The text after the first colon.
    pub(super) fn value(&self) -> Option<(Span, &'t str)> {
        let (_, content) = self.item();
        let value = content.get(first_colon(content)? + 1..)?.trim_start();
        let end = self.span.end as usize;
        Some((Span::new(end - value.len(), end), value))
    }

    /// A short name of the line for a message.
    pub(super) fn name(&self) -> Cow<'t, str> {
        clip(self.key().map_or(self.content, |(_, key)| key))
    }

    pub(super) fn name_span(&self) -> Span {
        self.key().map_or(self.span, |(span, _)| span)
    }
}

/// The first colon that ends a key: before a blank or at the end.
fn first_colon(content: &str) -> Option<usize> {
    content.find(": ").or_else(|| content.ends_with(':').then(|| content.len() - 1))
}
