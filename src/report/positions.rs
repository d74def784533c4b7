//! Resolves byte offsets of a report to lines and columns. All positions of a file are resolved in one pass; resolving
//! them one by one would count the columns of a huge line again for each finding.

use std::collections::HashMap;
use std::ops::Range;

use schemars::JsonSchema;
use serde::Serialize;

use crate::domain::document::span::{LineIndex, Position, Span};
use crate::domain::finding::{FileId, Finding, Place};
use crate::text::mask::Mask;

/// Path and text of the files of a run.
pub trait Files {
    fn path(&self, file: FileId) -> &str;
    /// `None` if the text is no longer available or is not UTF-8.
    fn text(&self, file: FileId) -> Option<&str>;

    /// The credentials that a parser finds in the file, with their positions. An implementation without a parser finds
    /// none.
    fn credentials(&self, _file: FileId, _mask: &Mask) -> Vec<(Range<usize>, String)> {
        Vec::new()
    }
}

/// Lines and columns count from 1, columns in characters; bytes count from 0.
#[derive(Debug, Serialize, JsonSchema)]
#[schemars(rename = "Position")]
pub(super) struct JsonPosition {
    line: usize,
    column: usize,
    byte: usize,
}

impl From<Position> for JsonPosition {
    fn from(Position { line, column, byte }: Position) -> Self {
        Self { line, column, byte }
    }
}

/// A span as lines and columns.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LineRange {
    pub start: Position,
    pub end: Position,
}

impl LineRange {
    /// The last line with a marked character: an end directly after a line break does not count as the next line.
    pub fn last_line(&self) -> usize {
        if self.end.column == 1 && self.end.line > self.start.line { self.end.line - 1 } else { self.end.line }
    }
}

/// The resolved positions of a run's findings.
pub struct Places<'a> {
    files: HashMap<FileId, FilePlaces<'a>>,
}

struct FilePlaces<'a> {
    text: &'a str,
    lines: LineIndex,
    /// Sorted by byte offset.
    positions: Vec<(u32, Position)>,
}

const NOWHERE: Position = Position { line: 1, column: 1, byte: 0 };

impl<'a> Places<'a> {
    pub fn of(findings: &[Finding], files: &'a dyn Files) -> Self {
        let mut wanted: HashMap<FileId, Vec<u32>> = HashMap::new();
        for finding in findings {
            let fixes = finding.fix.iter().flat_map(|fix| &fix.edits).map(|edit| edit.span);
            let own = wanted.entry(finding.place.file).or_default();
            for span in std::iter::once(finding.place.span).chain(fixes) {
                own.extend([span.start, span.end]);
            }
            for (place, _) in &finding.related {
                wanted.entry(place.file).or_default().extend([place.span.start, place.span.end]);
            }
        }
        Self::resolve(wanted, files)
    }

    /// Resolves places without findings.
    pub fn at(places: impl IntoIterator<Item = Place>, files: &'a dyn Files) -> Self {
        let mut wanted: HashMap<FileId, Vec<u32>> = HashMap::new();
        for Place { file, span } in places {
            wanted.entry(file).or_default().extend([span.start, span.end]);
        }
        Self::resolve(wanted, files)
    }

    fn resolve(wanted: HashMap<FileId, Vec<u32>>, files: &'a dyn Files) -> Self {
        let resolve = |(file, bytes)| files.text(file).map(|text| (file, FilePlaces::sweep(text, bytes)));
        Self { files: wanted.into_iter().filter_map(resolve).collect() }
    }

    /// The extent of a place; the start of the file if its text is not available.
    pub fn extent(&self, place: Place) -> LineRange {
        self.extent_in(place.file, place.span)
    }

    pub fn extent_in(&self, file: FileId, span: Span) -> LineRange {
        let Some(places) = self.files.get(&file) else {
            return LineRange { start: NOWHERE, end: NOWHERE };
        };
        LineRange { start: places.position(span.start), end: places.position(span.end.max(span.start)) }
    }

    pub fn text(&self, file: FileId) -> Option<(&'a str, &LineIndex)> {
        self.files.get(&file).map(|places| (places.text, &places.lines))
    }
}

impl<'a> FilePlaces<'a> {
    fn sweep(text: &'a str, mut bytes: Vec<u32>) -> Self {
        bytes.sort_unstable();
        bytes.dedup();
        let lines = LineIndex::new(text);
        let mut positions = Vec::with_capacity(bytes.len());
        let mut at = NOWHERE;
        for byte in bytes {
            let mut target = (byte as usize).min(text.len());
            while !text.is_char_boundary(target) {
                target -= 1;
            }
            let line = lines.line_of(target);
            if line != at.line {
                at = Position { line, column: 1, byte: lines.line_span(line).start as usize };
            }
            let passed = text.get(at.byte..target).map_or(0, |passed| passed.chars().count());
            at = Position { line, column: at.column + passed, byte: target };
            positions.push((byte, at));
        }
        Self { text, lines, positions }
    }

    fn position(&self, byte: u32) -> Position {
        match self.positions.binary_search_by_key(&byte, |(asked, _)| *asked) {
            Ok(index) => self.positions.get(index).map_or(NOWHERE, |(_, position)| *position),
            // The span was not requested in advance, so resolving it is slower.
            Err(_) => self.lines.position(self.text, byte as usize),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sweep_finds_what_one_by_one_would() {
        let text = "é: [ü,\t日]\r\nb: x\rc\n";
        let all = (0..=text.len() as u32 + 2).collect::<Vec<_>>();
        let places = FilePlaces::sweep(text, all.clone());
        let lines = LineIndex::new(text);
        for byte in all {
            assert_eq!(places.position(byte), lines.position(text, byte as usize), "byte {byte}");
        }
    }
}
