//! The texts of the files that an editor has open. They are the editor's, whatever is on disk.

use std::path::PathBuf;

use lsp_types::{TextDocumentContentChangeEvent, Uri};

use crate::commands::lsp::convert::{path_of, place_of};
use crate::commands::lsp::projects::ProjectKey;
use crate::editor::lines::{Lines, Units};

/// One open file.
#[derive(Debug)]
pub(super) struct Document {
    /// As the editor spells it.
    pub uri: Uri,
    /// `None`: it is not a file of this computer.
    pub path: Option<PathBuf>,
    pub version: i32,
    pub text: String,
    /// The text differs from that of the last save.
    pub is_dirty: bool,
    /// The project that it belongs to, and its path in it.
    pub home: Option<(ProjectKey, String)>,
}

impl Document {
    pub fn new(uri: Uri, version: i32, text: String) -> Self {
        Self { path: path_of(&uri), uri, version, text, is_dirty: false, home: None }
    }

    /// Applies changes in order, each to the text that the one before has left.
    pub fn change(&mut self, version: i32, changes: Vec<TextDocumentContentChangeEvent>, units: Units) {
        for change in changes {
            let Some(range) = change.range else {
                self.text = change.text;
                continue;
            };
            let lines = Lines::new(&self.text, units);
            let start = lines.byte_in_text(place_of(range.start));
            let end = lines.byte_in_text(place_of(range.end)).max(start);
            self.text.replace_range(start..end, &change.text);
        }
        self.version = version;
        self.is_dirty = true;
    }

    pub fn lines(&self, units: Units) -> Lines<'_> {
        Lines::new(&self.text, units)
    }

    pub fn file_name(&self) -> &str {
        let path = self.uri.path().as_str();
        path.rsplit('/').next().unwrap_or(path)
    }
}
