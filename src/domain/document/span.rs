//! Positions in a text: byte spans, and lines and columns for people. Columns count characters, and both count from 1.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A half-open range of bytes in one text.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Default, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Span {
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The character at a byte, for positions that would otherwise be empty.
    pub fn of_character(text: &str, at: usize) -> Self {
        let next = text.get(at..).and_then(|rest| rest.chars().next());
        Self::new(at, at + next.filter(|c| *c != '\n').map_or(0, char::len_utf8))
    }

    #[inline(always)]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start: clamp(start), end: clamp(end.max(start)) }
    }

    #[inline(always)]
    pub fn empty(at: usize) -> Self {
        Self::new(at, at)
    }

    pub fn is_empty(self) -> bool {
        self.start == self.end
    }

    #[inline(always)]
    pub fn range(self) -> std::ops::Range<usize> {
        self.start as usize..self.end as usize
    }

    pub fn contains(self, byte: usize) -> bool {
        self.range().contains(&byte)
    }

    /// The smallest span that covers both.
    pub fn to(self, other: Self) -> Self {
        Self { start: self.start.min(other.start), end: self.end.max(other.end) }
    }

    /// The text under the span; empty if the text has become shorter.
    #[inline(always)]
    pub fn slice(self, text: &str) -> &str {
        text.get(self.range()).unwrap_or("")
    }
}

/// The size of files is limited far below 4 GiB before any span is created.
fn clamp(byte: usize) -> u32 {
    u32::try_from(byte).unwrap_or(u32::MAX)
}

/// A position as editors show it: line and column from 1, columns in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Position {
    pub line: usize,
    pub column: usize,
    pub byte: usize,
}

/// The start of each line of a text. Computed only for files with something to report.
#[derive(Debug, Clone)]
pub struct LineIndex {
    starts: Vec<u32>,
    length: usize,
}

impl LineIndex {
    pub fn new(text: &str) -> Self {
        let mut starts = vec![0];
        let bytes = text.as_bytes();
        for at in memchr::memchr2_iter(b'\n', b'\r', bytes) {
            // A lone CR ends a line in YAML and in editors; CR LF ends it once.
            if bytes[at] == b'\n' || bytes.get(at + 1) != Some(&b'\n') {
                starts.push(clamp(at + 1));
            }
        }
        Self { starts, length: text.len() }
    }

    pub fn line_count(&self) -> usize {
        self.starts.len()
    }

    /// The number of the line that contains `byte`, from 1.
    pub fn line_of(&self, byte: usize) -> usize {
        self.starts.partition_point(|start| *start as usize <= byte).max(1)
    }

    /// The bytes of line `number` (from 1) with its line break; empty if there is no such line.
    pub fn line_span(&self, number: usize) -> Span {
        let Some(start) = number.checked_sub(1).and_then(|index| self.starts.get(index)) else {
            return Span::empty(self.length);
        };
        let end = self.starts.get(number).map_or(self.length, |next| *next as usize);
        Span::new(*start as usize, end)
    }

    /// The line, column and byte of an offset. An offset inside a character counts as that character.
    pub fn position(&self, text: &str, byte: usize) -> Position {
        let mut byte = byte.min(text.len());
        while !text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.line_of(byte);
        let start = self.line_span(line).start as usize;
        let column = text.get(start..byte).map_or(0, |before| before.chars().count()) + 1;
        Position { line, column, byte }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_count_characters_and_lines_end_at_any_break() {
        let text = "é: 1\r\nb: ü!\rc\n";
        let index = LineIndex::new(text);
        let at = |needle: &str| {
            let place = index.position(text, text.find(needle).expect("the needle is in the text"));
            (place.line, place.column)
        };
        assert_eq!(at("1"), (1, 4));
        assert_eq!(at("!"), (2, 5));
        assert_eq!(at("c"), (3, 1));
        assert_eq!(index.line_span(2).slice(text), "b: ü!\r");
        assert_eq!(index.position(text, 999).line, 4);
    }
}
