//! Plain scalars and keys of the fast reader.

use super::run::{Run, is_blank};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, NodeId, Number, Scalar, Style};
use crate::manifest::duplicate_keys;
use crate::manifest::plain_scalar::resolve_plain;
use crate::manifest::scalar::{self, Plain};

/// Slightly below the limit of the full parser.
const MAX_KEY: usize = 1000;

/// The end of a plain scalar.
pub(super) struct PlainEnd {
    pub(super) end: usize,
    /// The colon that makes it a key.
    pub(super) colon: Option<usize>,
}

impl Run<'_> {
    /// Finds the end of a plain scalar: a line break, a comment, or the colon after a key.
    #[inline]
    pub(super) fn plain_end(&self, start: usize) -> PlainEnd {
        let mut at = start;
        loop {
            // Slices instead of `byte`, so that the inner loop has no bounds checks.
            let rest = self.bytes.get(at..).unwrap_or_default();
            at += rest.iter().position(|byte| STOPS[usize::from(*byte)]).unwrap_or(rest.len());
            match self.byte(at) {
                b':' if is_blank(self.byte(at + 1)) => return PlainEnd { end: at, colon: Some(at) },
                b'\n' => break,
                b'#' if self.byte(at.wrapping_sub(1)) == b' ' => break,
                _ => at += 1,
            }
        }
        while at > start && self.byte(at - 1) == b' ' {
            at -= 1;
        }
        PlainEnd { end: at, colon: None }
    }

    /// Reads the plain key between `start` and `colon` into the tree.
    #[inline]
    pub(super) fn plain_key(&mut self, start: usize, colon: usize) -> Option<()> {
        let text = self.bytes.get(start..colon)?;
        // Left to the full parser: a blank before the colon, a merge key, a very long key, and bytes that may start a
        // non-ASCII blank.
        let odd = matches!(text.first(), Some(0xC2 | 0xE1..=0xE3));
        if text.len() > MAX_KEY || text.last() == Some(&b' ') || text == b"<<" || odd || starts_like_a_marker(text) {
            return None;
        }
        let span = Span::new(start, colon);
        if !scalar::may_be_special(text) {
            let id = self.tree.push_scalar(Scalar::Verbatim(span), span, Style::Plain);
            self.kept.keys.push(duplicate_keys::print(text), id, span);
            return Some(());
        }
        self.special_key(span)
    }

    fn special_key(&mut self, span: Span) -> Option<()> {
        let text = span.slice(self.job.text);
        let resolved = resolve_plain(text, span, true, self.job.reader, self.faults);
        let id = self.push_plain(resolved.value, span);
        self.note_key(id, span, resolved.agreed)
    }

    /// Records a key to find duplicates, and reports it if it is not a string.
    pub(super) fn note_key(&mut self, id: NodeId, span: Span, agreed: bool) -> Option<()> {
        let view = crate::domain::document::tree::View { source: self.job.text, tree: self.tree };
        self.kept.keys.note(view, id, span, agreed, self.faults);
        Some(())
    }

    /// Reads a plain value into the tree.
    #[inline]
    pub(super) fn plain_value(&mut self, span: Span) {
        self.end = span.end as usize;
        let text = self.bytes.get(span.range()).unwrap_or_default();
        if !scalar::may_be_special(text) {
            self.tree.push_scalar(Scalar::Verbatim(span), span, Style::Plain);
        } else {
            self.special_value(span);
        }
    }

    fn special_value(&mut self, span: Span) {
        let text = span.slice(self.job.text);
        let plain = match small_number(text.as_bytes()) {
            Some(number) => Plain::Number(number),
            None => resolve_plain(text, span, false, self.job.reader, self.faults).value,
        };
        self.push_plain(plain, span);
    }

    fn push_plain(&mut self, plain: Plain, span: Span) -> NodeId {
        let scalar = match plain {
            Plain::Null => Scalar::Null,
            Plain::Bool(value) => Scalar::Bool(value),
            Plain::Number(number) => Scalar::Number(number),
            Plain::String | Plain::Refused => Scalar::Verbatim(span),
        };
        self.tree.push_scalar(scalar, span, Style::Plain)
    }

    /// Opens a flow collection, empty or not.
    pub(super) fn open_flow(&mut self, kind: Kind, start: usize) -> NodeId {
        self.tree.open(kind, Span::empty(start), Style::Flow)
    }
}

/// `...` or `---` followed by more text, which ends or starts a document at the beginning of a line.
#[inline]
fn starts_like_a_marker(text: &[u8]) -> bool {
    matches!(text, [b'.', b'.', b'.', ..] | [b'-', b'-', b'-', ..])
}

/// A number that every reader reads alike: a few digits, optionally a point and more digits.
fn small_number(text: &[u8]) -> Option<Number> {
    // So few digits are exact in a float, and a division by a power of ten rounds once, like parsing.
    if text.len() > 15 || text.first() == Some(&b'0') && text.get(1).is_some_and(u8::is_ascii_digit) {
        return None;
    }
    let (mut value, mut scale, mut point) = (0i64, 1i64, false);
    for byte in text {
        match byte {
            b'0'..=b'9' => {
                value = value * 10 + i64::from(byte - b'0');
                scale *= if point { 10 } else { 1 };
            }
            b'.' if !point => point = true,
            _ => return None,
        }
    }
    match (point, scale) {
        (false, _) => Some(Number::Signed(value)),
        (true, 1) => None,
        (true, _) => Some(Number::Float(value as f64 / scale as f64)),
    }
}

/// The bytes that may end a plain scalar.
const STOPS: [bool; 256] = {
    let mut table = [false; 256];
    table[b':' as usize] = true;
    table[b'#' as usize] = true;
    table[b'\n' as usize] = true;
    table
};
