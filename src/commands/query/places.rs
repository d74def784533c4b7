//! The lines of positions in files that a query did not read: only few files have a position that is shown.

use foldhash::HashMap;

use crate::domain::document::span::LineIndex;
use crate::domain::finding::{FileId, Place};
use crate::sources::{self, ReadBuffer, SourceFile};

/// Reads each file once.
pub(crate) struct Lines<'a> {
    files: &'a [SourceFile],
    buffer: ReadBuffer,
    indexes: HashMap<FileId, Option<LineIndex>>,
}

impl<'a> Lines<'a> {
    pub fn new(files: &'a [SourceFile]) -> Self {
        Self { files, buffer: ReadBuffer::default(), indexes: HashMap::default() }
    }

    /// The line of a position, from 1; the first one if the file cannot be read any more.
    pub fn line(&mut self, place: Place) -> usize {
        let Self { files, buffer, indexes } = self;
        let mut read = |file: FileId| {
            let text = sources::read(files.get(file.0 as usize)?, buffer).ok()?;
            Some(LineIndex::new(text.text))
        };
        let index = indexes.entry(place.file).or_insert_with(|| read(place.file));
        index.as_ref().map_or(1, |index| index.line_of(place.span.start as usize))
    }
}
