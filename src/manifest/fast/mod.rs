//! The fast reader: one pass over the lines, for common documents. It reports no errors: it declines whatever it does
//! not handle, valid or not, and `full` reads the document instead. Declining too much is harmless; reading something
//! differently from `full` is not.

mod block;
mod flow;
mod quoted;
mod run;
mod scalars;

use super::job::Job;
use crate::domain::document::fault::Fault;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Scalar, Style, Tree};
use run::{Expect, Run, is_blank, starts_plain};

pub(super) use run::Fast;

impl Fast {
    /// Reads one document into `tree`. `false`: declined, and the content of `tree` is meaningless.
    pub(super) fn read(
        &mut self,
        job: &Job<'_>,
        tree: &mut Tree,
        faults: &mut Vec<Fault>,
        notes: &mut Vec<Span>,
    ) -> bool {
        tree.clear();
        self.frames.clear();
        self.keys.clear();
        let Some(bytes) = job.text.as_bytes().get(..job.range.end) else { return false };
        if !bytes.get(job.range.start..).is_some_and(is_plain_text) {
            return false;
        }
        let run = Run {
            job,
            bytes,
            at: job.range.start,
            kept: self,
            tree,
            faults,
            notes,
            expect: Expect::Nothing,
            gap: 0,
            end: 0,
        };
        run.document().is_some()
    }
}

/// No tabs, carriage returns, other control characters or byte order marks inside: checked once, so that no later code
/// has to.
fn is_plain_text(bytes: &[u8]) -> bool {
    let (words, rest) = bytes.as_chunks::<8>();
    let (mut odd, mut high) = (0u64, 0u64);
    let last = rest.iter().fold(EACH * u64::from(b' '), |word, byte| word << 8 | u64::from(*byte));
    for word in words.iter().map(|word| u64::from_ne_bytes(*word)).chain([last]) {
        odd |= odd_bytes(word);
        high |= word & HIGHEST;
    }
    odd == 0 && (high == 0 || !has_odd_character(bytes))
}

const EACH: u64 = 0x0101_0101_0101_0101;
const HIGHEST: u64 = EACH * 0x80;

/// The highest bit of each byte that is an ASCII control character other than `\n`. It handles eight bytes at once
/// without SIMD, even in size-optimised builds; no byte carries into the next.
fn odd_bytes(word: u64) -> u64 {
    let differs = |from: u8| ((word ^ (EACH * u64::from(from))) & !HIGHEST) + EACH * 0x7F;
    let from_blank_on = (word & !HIGHEST) + EACH * u64::from(0x80 - b' ');
    let control = !from_blank_on & differs(b'\n') | !differs(0x7F);
    control & !word & HIGHEST
}

/// Control characters beyond ASCII, and the byte order mark.
fn has_odd_character(bytes: &[u8]) -> bool {
    memchr::memchr_iter(0xC2, bytes).any(|at| bytes.get(at + 1).is_some_and(|next| *next < 0xA0))
        || memchr::memchr_iter(0xEF, bytes)
            .any(|at| matches!(bytes.get(at + 1..at + 3), Some([0xBB, 0xBF] | [0xBF, 0xBE | 0xBF])))
        || memchr::memchr_iter(0xE2, bytes).any(|at| matches!(bytes.get(at + 1..at + 3), Some([0x80, 0xA8 | 0xA9])))
}

impl Run<'_> {
    fn document(mut self) -> Option<()> {
        self.prelude()?;
        while self.at < self.bytes.len() {
            self.room()?;
            let content = self.skip_indent(self.at);
            match self.byte(content) {
                b'\n' => self.at = content + 1,
                b'#' => self.comment(content),
                _ => self.line(content - self.at, content)?,
            }
        }
        if self.expect != Expect::Nothing {
            self.null();
        }
        while !self.kept.frames.is_empty() {
            self.close();
        }
        self.room()?;
        (!self.tree.is_empty()).then_some(())
    }

    /// The full parser reports too many nodes; this only prevents them from filling the memory first.
    #[inline(always)]
    fn room(&self) -> Option<()> {
        (self.tree.len() <= self.job.limits.nodes).then_some(())
    }

    /// Comments and blank lines, then optionally `---` on its own line.
    fn prelude(&mut self) -> Option<()> {
        loop {
            let content = self.skip_spaces(self.at);
            match self.byte(content) {
                b'\n' if content >= self.bytes.len() => return None,
                b'\n' => self.at = content + 1,
                b'#' => self.comment(content),
                b'-' if self.bytes.get(self.at..self.at + 3) == Some(b"---") => {
                    return self.end_line(self.at + 3);
                }
                _ => return Some(()),
            }
        }
    }

    /// The byte at `at`; a line break after the end, so that every line has one.
    #[inline(always)]
    fn byte(&self, at: usize) -> u8 {
        self.bytes.get(at).copied().unwrap_or(b'\n')
    }

    /// Skips the indentation of a line, eight blanks at a time.
    #[inline(always)]
    fn skip_indent(&self, from: usize) -> usize {
        let mut at = from;
        while let Some(eight) = self.bytes.get(at..).and_then(<[u8]>::first_chunk::<8>) {
            let odd = u64::from_le_bytes(*eight) ^ u64::from_le_bytes([b' '; 8]);
            if odd != 0 {
                return at + (odd.trailing_zeros() / 8) as usize;
            }
            at += 8;
        }
        self.skip_spaces(at)
    }

    #[inline(always)]
    fn skip_spaces(&self, from: usize) -> usize {
        let mut at = from;
        while self.byte(at) == b' ' {
            at += 1;
        }
        at
    }

    /// Only blanks or a comment may follow on the line.
    #[inline]
    fn end_line(&mut self, from: usize) -> Option<()> {
        let at = self.skip_spaces(from);
        match self.byte(at) {
            b'\n' => self.at = at + 1,
            b'#' if at > from => self.comment(at),
            _ => return None,
        }
        Some(())
    }

    fn comment(&mut self, at: usize) {
        let rest = self.bytes.get(at..).unwrap_or_default();
        let length = memchr::memchr(b'\n', rest).unwrap_or(rest.len());
        self.at = at + length + 1;
        if self.job.wants_notes {
            let span = Span::new(at, at + length);
            if span.slice(self.job.text).contains("portolan:") {
                self.notes.push(span);
            }
        }
    }

    /// Reads a line with content at column `indent`.
    #[inline]
    fn line(&mut self, indent: usize, content: usize) -> Option<()> {
        let dash = self.byte(content) == b'-' && is_blank(self.byte(content + 1));
        if self.expect != Expect::Nothing {
            let top = self.kept.frames.last()?;
            let under_key = self.expect == Expect::Value && dash && indent == top.indent;
            if indent > top.indent || under_key {
                self.expect = Expect::Nothing;
                return self.node(content, indent);
            }
            self.null();
        }
        loop {
            let Some(top) = self.kept.frames.last() else {
                // The first line of the document; no later line may be indented less.
                return if self.tree.is_empty() { self.node(content, indent) } else { None };
            };
            if top.indent > indent {
                self.close();
                continue;
            }
            // More indented than the open collection without a key or dash: a multi-line scalar, or an error.
            if top.indent < indent {
                return None;
            }
            match (top.kind == Kind::Map, dash) {
                (true, false) => return self.entry(content),
                (false, true) => return self.item(content),
                (true, true) => return None,
                // A list at the column of its key ends at the next key.
                (false, false) => {
                    self.close();
                    self.kept.frames.last().filter(|below| below.kind == Kind::Map && below.indent == indent)?;
                }
            }
        }
    }

    /// Reads the next item of the open list.
    fn item(&mut self, dash: usize) -> Option<()> {
        self.count();
        let content = self.skip_spaces(dash + 1);
        if matches!(self.byte(content), b'\n' | b'#') {
            self.expect = Expect::Item;
            self.gap = dash + 1;
            return self.end_line(dash + 1);
        }
        let column = self.kept.frames.last()?.indent + content - dash;
        self.node(content, column)
    }

    /// Reads the next key of the open mapping, and its value if it is on the line.
    #[inline]
    fn entry(&mut self, content: usize) -> Option<()> {
        let colon = match self.byte(content) {
            b'"' | b'\'' => {
                let end = self.quoted(content, true)?;
                (self.byte(end) == b':' && is_blank(self.byte(end + 1))).then_some(end)?
            }
            first if starts_plain(first, self.byte(content + 1)) => {
                let colon = self.plain_end(content).colon?;
                self.plain_key(content, colon)?;
                colon
            }
            _ => return None,
        };
        self.count();
        self.value(colon)
    }

    /// Reads the text after the colon of a key.
    #[inline]
    fn value(&mut self, colon: usize) -> Option<()> {
        let start = self.skip_spaces(colon + 1);
        match self.byte(start) {
            b'\n' | b'#' => {
                self.expect = Expect::Value;
                self.gap = colon + 1;
                self.end_line(colon + 1)
            }
            first => self.scalar_or_flow(start, first),
        }
    }

    /// Reads a value that cannot be a block collection.
    #[inline]
    fn scalar_or_flow(&mut self, start: usize, first: u8) -> Option<()> {
        match first {
            b'"' | b'\'' => {
                let end = self.quoted(start, false)?;
                self.end_line(end)
            }
            b'[' | b'{' => {
                let end = self.flow(start)?;
                self.end_line(end)
            }
            b'|' | b'>' => self.block_scalar(start),
            _ if starts_plain(first, self.byte(start + 1)) => {
                let found = self.plain_end(start);
                if found.colon.is_some() {
                    return None;
                }
                self.plain_value(Span::new(start, found.end));
                self.end_line(found.end)
            }
            _ => None,
        }
    }

    /// Reads a node that starts here: the value of a key on an earlier line, an item, or the root.
    fn node(&mut self, content: usize, column: usize) -> Option<()> {
        let first = self.byte(content);
        if first == b'-' && is_blank(self.byte(content + 1)) {
            self.open(Kind::List, column, self.past_dashes(content)?)?;
            return self.item(content);
        }
        if starts_plain(first, self.byte(content + 1)) {
            let found = self.plain_end(content);
            let Some(colon) = found.colon else {
                self.kept.frames.last()?;
                self.plain_value(Span::new(content, found.end));
                return self.end_line(found.end);
            };
            self.open(Kind::Map, column, content)?;
            self.plain_key(content, colon)?;
            self.count();
            return self.value(colon);
        }
        if matches!(first, b'"' | b'\'') {
            let end = self.quoted_end(content)?;
            if self.byte(end) == b':' && is_blank(self.byte(end + 1)) {
                self.open(Kind::Map, column, content)?;
                return self.entry(content);
            }
        }
        self.kept.frames.last()?;
        self.scalar_or_flow(content, first)
    }

    /// The start of a list's first child: after its dash, and after the dashes of nested lists.
    fn past_dashes(&self, dash: usize) -> Option<usize> {
        let mut at = dash;
        while self.byte(at) == b'-' && is_blank(self.byte(at + 1)) {
            at = self.skip_spaces(at + 1);
        }
        // On another line, or missing: rare enough to decline.
        (!matches!(self.byte(at), b'\n' | b'#')).then_some(at)
    }

    fn null(&mut self) {
        self.tree.push_scalar(Scalar::Null, Span::empty(self.gap), Style::Plain);
        self.end = self.gap;
        self.expect = Expect::Nothing;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_byte_is_plain_or_not_wherever_it_stands() {
        for byte in 0..0x80u8 {
            let wanted = byte == b'\n' || (b' '..0x7F).contains(&byte);
            for length in 1..20 {
                for at in 0..length {
                    let mut text = vec![b'a'; length];
                    text[at] = byte;
                    assert_eq!(is_plain_text(&text), wanted, "{byte} at {at} of {length}");
                }
            }
        }
        for text in ["", "\n", "größe: 1\n", "a: 😀😀😀😀\n", "ÿþ€\u{7ff}\u{800}\u{10ffff}"] {
            assert!(is_plain_text(text.as_bytes()), "{text:?}");
        }
        for text in ["a\tb", "\r\n", "größe:\t1", "a\u{85}b", "12345678\u{9f}", "x\u{feff}", "x\u{fffe}"] {
            assert!(!is_plain_text(text.as_bytes()), "{text:?}");
        }
    }
}
