//! Reads a JSON value into a tree. kubectl reads a file that starts with `{` as a sequence of JSON values, by the rules
//! of JSON: escapes of surrogates are pairs, and keys may have any length.

use super::faults;
use super::job::{Broken, Job};
use crate::domain::document::fault::{Fault, FaultKind, Oversize};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Number, Scalar, Style, Tree, View};
use crate::manifest::duplicate_keys::Keys;

/// Reads the JSON value into `tree`. `false`: a limit was exceeded; the last fault says which.
pub(super) fn read(job: &Job<'_>, keys: &mut Keys, tree: &mut Tree, faults: &mut Vec<Fault>) -> bool {
    tree.clear();
    keys.clear();
    let mut builder = Builder { job, at: job.range.start, keys, tree, faults, decoded: String::new() };
    match builder.value(0) {
        Ok(()) => true,
        Err(Broken(fault)) => {
            faults.push(fault);
            tree.clear();
            false
        }
    }
}

/// Builds nodes from valid JSON text.
struct Builder<'b> {
    job: &'b Job<'b>,
    at: usize,
    keys: &'b mut Keys,
    tree: &'b mut Tree,
    faults: &'b mut Vec<Fault>,
    decoded: String,
}

impl Builder<'_> {
    fn byte(&self) -> u8 {
        self.job.text.as_bytes().get(self.at).filter(|_| self.at < self.job.range.end).copied().unwrap_or_default()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.byte(), b' ' | b'\t' | b'\n' | b'\r') {
            self.at += 1;
        }
    }

    fn refusal(&self, kind: FaultKind) -> Broken {
        Broken(Fault { kind, span: Span::of_character(self.job.text, self.at) })
    }

    fn value(&mut self, depth: usize) -> Result<(), Broken> {
        self.skip_blanks();
        let limits = self.job.limits;
        if self.tree.len() >= limits.nodes {
            return Err(self.refusal(FaultKind::TooLarge { what: Oversize::Nodes, limit: limits.nodes }));
        }
        match self.byte() {
            b'{' | b'[' if depth >= limits.depth => Err(self.refusal(FaultKind::TooDeep { limit: limits.depth })),
            b'{' => self.collection(Kind::Map, b'}', depth),
            b'[' => self.collection(Kind::List, b']', depth),
            b'"' => {
                self.string(false);
                Ok(())
            }
            _ => self.word(),
        }
    }

    fn collection(&mut self, kind: Kind, closing: u8, depth: usize) -> Result<(), Broken> {
        let id = self.tree.open(kind, Span::empty(self.at), Style::Flow);
        let mark = self.keys.mark();
        let mut count = 0;
        self.at += 1;
        self.skip_blanks();
        while self.byte() != closing && self.at < self.job.range.end {
            if kind == Kind::Map {
                self.string(true);
                self.skip_blanks();
                self.at += 1;
            }
            self.value(depth + 1)?;
            count += 1;
            self.skip_blanks();
            if self.byte() == b',' {
                self.at += 1;
                self.skip_blanks();
            }
        }
        self.at += 1;
        self.tree.close(id, Span::empty(self.at).start, count);
        if kind == Kind::Map {
            self.keys.close(mark, View { source: self.job.text, tree: self.tree }, self.faults);
        }
        Ok(())
    }

    fn string(&mut self, is_key: bool) {
        let start = self.at;
        let bytes = self.job.text.as_bytes();
        let mut end = start + 1;
        let mut has_escape = false;
        while let Some(byte) = bytes.get(end).filter(|byte| **byte != b'"') {
            has_escape |= *byte == b'\\';
            end += if *byte == b'\\' { 2 } else { 1 };
        }
        self.at = (end + 1).min(self.job.range.end);
        let span = Span::new(start, self.at);
        let inner = Span::new(start + 1, self.at - 1);
        let id = if has_escape {
            self.decoded.clear();
            decode(inner.slice(self.job.text), &mut self.decoded);
            self.tree.push_scalar(Scalar::Decoded(&self.decoded), span, Style::DoubleQuoted)
        } else {
            self.tree.push_scalar(Scalar::Verbatim(inner), span, Style::DoubleQuoted)
        };
        if is_key {
            self.keys.note(View { source: self.job.text, tree: self.tree }, id, span, true, self.faults);
        }
    }

    fn word(&mut self) -> Result<(), Broken> {
        let start = self.at;
        while matches!(self.byte(), b'0'..=b'9' | b'a'..=b'z' | b'A'..=b'Z' | b'+' | b'-' | b'.') {
            self.at += 1;
        }
        let span = Span::new(start, self.at);
        let text = span.slice(self.job.text);
        let scalar = match text {
            "null" => Scalar::Null,
            "true" => Scalar::Bool(true),
            "false" => Scalar::Bool(false),
            _ => match (text.parse::<i64>(), text.parse::<f64>()) {
                (Ok(value), _) => Scalar::Number(Number::Signed(value)),
                (_, Ok(value)) if value.is_finite() => Scalar::Number(Number::Float(value)),
                _ => return Err(Broken(faults::not_finite(text, span, self.job.reader))),
            },
        };
        self.tree.push_scalar(scalar, span, Style::Plain);
        Ok(())
    }
}

/// Decodes the escapes of a JSON string. Half of a surrogate pair becomes U+FFFD, as in kubectl.
fn decode(text: &str, out: &mut String) {
    let code = |text: &str, at: usize| text.get(at..at + 4).and_then(|digits| u32::from_str_radix(digits, 16).ok());
    let mut rest = text;
    while let Some(at) = rest.find('\\') {
        out.push_str(rest.get(..at).unwrap_or_default());
        let mut length = 2;
        let c = match rest.as_bytes().get(at + 1) {
            Some(b'b') => '\u{8}',
            Some(b'f') => '\u{c}',
            Some(b'n') => '\n',
            Some(b'r') => '\r',
            Some(b't') => '\t',
            Some(b'u') => {
                length = 6;
                let first = code(rest, at + 2).unwrap_or(0xFFFD);
                let pair = rest.get(at + 6..at + 8) == Some("\\u");
                match code(rest, at + 8).filter(|_| pair && (0xD800..0xDC00).contains(&first)) {
                    Some(second) if (0xDC00..0xE000).contains(&second) => {
                        length = 12;
                        char::from_u32(0x1_0000 + ((first - 0xD800) << 10) + (second - 0xDC00)).unwrap_or('\u{fffd}')
                    }
                    _ => char::from_u32(first).unwrap_or('\u{fffd}'),
                }
            }
            Some(byte) => char::from(*byte),
            None => break,
        };
        out.push(c);
        rest = rest.get(at + length..).unwrap_or_default();
    }
    out.push_str(rest);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn escapes_are_decoded_as_in_json() {
        for (text, expected) in [
            (r"a\/b\\c\u00e9\n", "a/b\\cé\n"),
            (r"\ud83d\ude00!", "😀!"),
            (r"\ud83dx\ude00", "\u{fffd}x\u{fffd}"),
            (r"\ud83d\u0041", "\u{fffd}A"),
        ] {
            let mut out = String::new();
            decode(text, &mut out);
            assert_eq!(out, expected, "{text}");
        }
    }
}
