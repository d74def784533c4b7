//! Quoted scalars on one line, with common escapes.

use super::run::Run;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Scalar, Style};

impl Run<'_> {
    /// The position after the closing quote, if it is on this line.
    pub(super) fn quoted_end(&self, start: usize) -> Option<usize> {
        let quote = self.byte(start);
        let mut at = start + 1;
        loop {
            let rest = self.bytes.get(at..)?;
            at += if quote == b'"' {
                memchr::memchr3(b'"', b'\\', b'\n', rest)?
            } else {
                memchr::memchr2(b'\'', b'\n', rest)?
            };
            match self.byte(at) {
                b'\n' => return None,
                b'\\' => {
                    // The escaped character may be a quote, but not a line break.
                    if self.byte(at + 1) == b'\n' {
                        return None;
                    }
                    at += 2;
                }
                b'\'' if self.byte(at + 1) == b'\'' => at += 2,
                _ => return Some(at + 1),
            }
        }
    }

    /// Reads a quoted scalar into the tree; returns its end.
    pub(super) fn quoted(&mut self, start: usize, is_key: bool) -> Option<usize> {
        let end = self.quoted_end(start)?;
        let span = Span::new(start, end);
        let inner = Span::new(start + 1, end - 1);
        let text = inner.slice(self.job.text);
        let double = self.byte(start) == b'"';
        let style = if double { Style::DoubleQuoted } else { Style::SingleQuoted };
        let escape = if double { b'\\' } else { b'\'' };
        let id = if memchr::memchr(escape, text.as_bytes()).is_none() {
            self.tree.push_scalar(Scalar::Verbatim(inner), span, style)
        } else {
            let decoded = &mut self.kept.decoded;
            decoded.clear();
            if double {
                unescape(text, decoded)?;
            } else {
                double_quotes_to_one(text, decoded);
            }
            self.tree.push_scalar(Scalar::Decoded(decoded), span, style)
        };
        if is_key {
            if span.end - span.start > 1000 {
                return None;
            }
            self.note_key(id, span, true)?;
        } else {
            self.end = end;
        }
        Some(end)
    }
}

fn double_quotes_to_one(text: &str, out: &mut String) {
    let mut parts = text.split("''");
    out.push_str(parts.next().unwrap_or_default());
    for part in parts {
        out.push('\'');
        out.push_str(part);
    }
}

/// `None`: a rare or invalid escape.
fn unescape(text: &str, out: &mut String) -> Option<()> {
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        let (before, escape) = rest.split_at_checked(at)?;
        out.push_str(before);
        let (c, length) = match escape.as_bytes().get(1)? {
            b'n' => ('\n', 2),
            b't' => ('\t', 2),
            b'r' => ('\r', 2),
            b'0' => ('\0', 2),
            b'"' => ('"', 2),
            b'\\' => ('\\', 2),
            b'\'' => ('\'', 2),
            b'x' => (code(escape.get(2..4)?)?, 4),
            b'u' => (code(escape.get(2..6)?)?, 6),
            _ => return None,
        };
        out.push(c);
        rest = escape.get(length..)?;
    }
    out.push_str(rest);
    Some(())
}

fn code(digits: &str) -> Option<char> {
    // `from_str_radix` accepts a sign.
    let hexadecimal = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    hexadecimal.then(|| u32::from_str_radix(digits, 16).ok()).flatten().and_then(char::from_u32)
}
