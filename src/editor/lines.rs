//! Converts between bytes of a text and the lines and characters of an editor, which counts from 0 and in code units of
//! its own choice. A byte order mark counts for the editor, and not for the reader of manifests.

use std::cell::RefCell;
use std::collections::BTreeMap;

use crate::domain::document::span::{LineIndex, Span};

/// What an editor counts in a line.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum Units {
    Utf8,
    #[default]
    Utf16,
    Utf32,
}

/// A place as an editor names it, both numbers from 0.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct LinePlace {
    pub line: u32,
    pub character: u32,
}

/// The lines of one text.
#[derive(Debug)]
pub struct Lines<'t> {
    text: &'t str,
    index: LineIndex,
    units: Units,
    /// Of long lines, by the byte of their start: characters on the way, each with its byte and the units before it. A
    /// file may be one line of some megabytes with a thousand findings.
    on_the_way: RefCell<BTreeMap<usize, Vec<(usize, usize)>>>,
}

/// The bytes between two characters that are remembered.
const STEP: usize = 1024;

const MARK: char = '\u{feff}';

/// The text as the reader of manifests sees it.
pub fn without_mark(text: &str) -> &str {
    text.strip_prefix(MARK).unwrap_or(text)
}

impl Units {
    fn length(self, text: &str) -> usize {
        match self {
            Self::Utf8 => text.len(),
            Self::Utf16 => text.chars().map(char::len_utf16).sum(),
            Self::Utf32 => text.chars().count(),
        }
    }

    fn of(self, c: char) -> usize {
        match self {
            Self::Utf8 => c.len_utf8(),
            Self::Utf16 => c.len_utf16(),
            Self::Utf32 => 1,
        }
    }
}

impl<'t> Lines<'t> {
    pub fn new(text: &'t str, units: Units) -> Self {
        Self { text, index: LineIndex::new(text), units, on_the_way: RefCell::default() }
    }

    /// The byte of the whole text at a place. A place behind the end of a line is its end, as the protocol says; one
    /// inside of a character is its start.
    pub fn byte_in_text(&self, place: LinePlace) -> usize {
        let line = place.line as usize;
        if line >= self.index.line_count() {
            return self.text.len();
        }
        let span = self.index.line_span(line + 1);
        let content = span.slice(self.text).trim_end_matches(['\r', '\n']);
        let (mut units, mut byte) = (place.character as usize, 0);
        for c in content.chars() {
            let width = self.units.of(c);
            if units < width {
                break;
            }
            units -= width;
            byte += c.len_utf8();
        }
        span.start as usize + byte
    }

    /// The byte of the text without its mark.
    pub fn byte(&self, place: LinePlace) -> usize {
        self.byte_in_text(place).saturating_sub(self.mark())
    }

    /// The place of a byte of the text without its mark.
    pub fn place(&self, byte: usize) -> LinePlace {
        let mut byte = (byte + self.mark()).min(self.text.len());
        while !self.text.is_char_boundary(byte) {
            byte -= 1;
        }
        let line = self.index.line_of(byte);
        let start = self.index.line_span(line).start as usize;
        LinePlace { line: number(line - 1), character: number(self.units_between(start, byte, line)) }
    }

    /// The units from the start of a line to a byte of it.
    fn units_between(&self, start: usize, byte: usize, line: usize) -> usize {
        if byte - start < STEP {
            return self.units.length(self.text.get(start..byte).unwrap_or_default());
        }
        let mut on_the_way = self.on_the_way.borrow_mut();
        let known = on_the_way.entry(start).or_insert_with(|| self.characters_on_the_way(start, line));
        let (near, units) = known[known.partition_point(|(other, _)| *other <= byte) - 1];
        units + self.units.length(self.text.get(near..byte).unwrap_or_default())
    }

    fn characters_on_the_way(&self, start: usize, line: usize) -> Vec<(usize, usize)> {
        let mut found = vec![(start, 0)];
        let (mut next, mut units) = (start + STEP, 0);
        for (at, c) in self.index.line_span(line).slice(self.text).char_indices() {
            if start + at >= next {
                found.push((start + at, units));
                next = start + at + STEP;
            }
            units += self.units.of(c);
        }
        found
    }

    pub fn range(&self, span: Span) -> (LinePlace, LinePlace) {
        (self.place(span.start as usize), self.place(span.end as usize))
    }

    fn mark(&self) -> usize {
        self.text.len() - without_mark(self.text).len()
    }
}

fn number(count: usize) -> u32 {
    u32::try_from(count).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;

    const TEXT: &str = "é: 1\r\n𝕏: \u{1f6a2}!\rc\n";

    #[test]
    fn every_byte_is_found_again_in_every_unit() {
        let long = format!("a\n{}\nb", "é🚢x".repeat(1500));
        for text in [TEXT, &long, "", "a", "\n", "\r\n\r\n", "\u{feff}a: ü\n", "a\u{feff}b"] {
            for units in [Units::Utf8, Units::Utf16, Units::Utf32] {
                let lines = Lines::new(text, units);
                let visible = without_mark(text);
                for (byte, _) in visible.char_indices().chain([(visible.len(), ' ')]) {
                    // A place between CR and LF is the end of the line.
                    if visible[..byte].ends_with('\r') && visible[byte..].starts_with('\n') {
                        continue;
                    }
                    assert_eq!(lines.byte(lines.place(byte)), byte, "{text:?} {units:?} {byte}");
                }
            }
        }
    }

    #[test]
    fn characters_are_counted_as_the_editor_counts() {
        let place = |units| Lines::new(TEXT, units).place(TEXT.find('!').expect("it is there"));
        let at = |character| LinePlace { line: 1, character };
        assert_eq!(place(Units::Utf8), at(10));
        assert_eq!(place(Units::Utf16), at(6));
        assert_eq!(place(Units::Utf32), at(4));
    }

    #[test]
    fn places_outside_are_moved_inside() {
        let lines = Lines::new(TEXT, Units::Utf16);
        let byte = |line, character| lines.byte(LinePlace { line, character });
        assert_eq!(byte(0, 99), 5, "the end of the line, before its break");
        assert_eq!(byte(9, 0), TEXT.len());
        assert_eq!(byte(1, 1), byte(1, 0), "half of a surrogate pair");
        assert_eq!(lines.place(1), LinePlace::default(), "half of a character");
        assert_eq!(lines.place(999), LinePlace { line: 3, character: 0 });
    }
}
