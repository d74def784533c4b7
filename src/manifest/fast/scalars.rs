//! Plain scalars and keys of the quick producer.

use super::{Run, is_blank};
use crate::domain::span::Span;
use crate::domain::tree::{Kind, NodeId, Number, Scalar, Style};
use crate::manifest::keys;
use crate::manifest::scalar::{self, Plain};

/// The longest key the full parser takes, less a little.
const KEY_MAX: usize = 1000;

/// Where a plain scalar ends.
pub(super) struct PlainEnd {
    pub(super) end: usize,
    /// The colon that makes a key of it.
    pub(super) colon: Option<usize>,
}

impl Run<'_> {
    /// Reads on to the end of a plain scalar: a line break, a comment, or the colon after a key.
    #[inline]
    pub(super) fn plain_end(&self, start: usize) -> PlainEnd {
        let mut at = start;
        loop {
            // Slices, not `byte`: the loop that most bytes go through has no bounds to check.
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

    /// Puts the plain key between `start` and `colon` into the tree.
    #[inline]
    pub(super) fn plain_key(&mut self, start: usize, colon: usize) -> Option<()> {
        let text = self.bytes.get(start..colon)?;
        // A blank before the colon, a merge key, an endless key, what may be a blank of another kind (they start with
        // these bytes): the full parser's business.
        let odd = matches!(text.first(), Some(0xC2 | 0xE1..=0xE3));
        if text.len() > KEY_MAX || text.last() == Some(&b' ') || text == b"<<" || odd || starts_like_a_marker(text) {
            return None;
        }
        let span = Span::new(start, colon);
        if !scalar::may_be_special(text) {
            let id = self.tree.push_scalar(Scalar::Verbatim(span), span, Style::Plain);
            self.kept.keys.push(keys::print(text), id, span);
            return Some(());
        }
        self.special_key(span)
    }

    fn special_key(&mut self, span: Span) -> Option<()> {
        let text = span.slice(self.job.text);
        let judged = scalar::judge(text, span, true, self.faults);
        let id = self.push_plain(judged.cluster, span);
        self.note_key(id, span, judged.agreed)
    }

    /// Remembers a key for the search for doubles, and says so if it is no string.
    pub(super) fn note_key(&mut self, id: NodeId, span: Span, agreed: bool) -> Option<()> {
        let view = crate::domain::tree::View { source: self.job.text, tree: self.tree };
        self.kept.keys.note(view, id, span, agreed, self.faults);
        Some(())
    }

    /// Puts a plain value into the tree.
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
            None => scalar::judge(text, span, false, self.faults).cluster,
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

    /// An empty or a filled collection in brackets is opened like this.
    pub(super) fn open_flow(&mut self, kind: Kind, start: usize) -> NodeId {
        self.tree.open(kind, Span::empty(start), Style::Flow)
    }
}

/// `...` and `---` with more after them, which end or start documents at the beginning of a line.
#[inline]
fn starts_like_a_marker(text: &[u8]) -> bool {
    matches!(text, [b'.', b'.', b'.', ..] | [b'-', b'-', b'-', ..])
}

/// A number that every reader takes for the same: some digits, perhaps a point and more of them.
fn small_number(text: &[u8]) -> Option<Number> {
    // So few digits are exact in a float, and dividing by a power of ten rounds once, as parsing would.
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

/// Bytes that may end a plain scalar.
const STOPS: [bool; 256] = {
    let mut table = [false; 256];
    table[b':' as usize] = true;
    table[b'#' as usize] = true;
    table[b'\n' as usize] = true;
    table
};
