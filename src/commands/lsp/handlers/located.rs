//! Finds where a place of a project is for the editor: in the text of an open file, or in the file on disk.

use std::collections::BTreeMap;

use lsp_types::{Location, Uri};

use crate::commands::lsp::convert::{range_of, uri_of};
use crate::commands::lsp::documents::Document;
use crate::commands::lsp::projects::Project;
use crate::commands::lsp::state::State;
use crate::domain::document::span::LineIndex;
use crate::domain::finding::{FileId, Place};
use crate::editor::lines::{Lines, without_mark};
use crate::sources::{self, ReadBuffer, SourceFile};

/// Looks up places of one project. Each file is read once.
pub(super) struct Located<'a> {
    state: &'a State<'a>,
    project: &'a Project,
    open: BTreeMap<&'a str, &'a Document>,
    texts: BTreeMap<FileId, Option<String>>,
}

impl<'a> Located<'a> {
    pub fn new(state: &'a State<'a>, project: &'a Project) -> Self {
        let root = project.session.root();
        let homes = state.documents.values().filter_map(|document| Some((document, document.home.as_ref()?)));
        let own = homes.filter(|(_, (key, _))| key.root == root);
        let open = own.map(|(document, (_, path))| (path.as_str(), document)).collect();
        Self { state, project, open, texts: BTreeMap::new() }
    }

    pub fn file(&self, id: FileId) -> Option<&'a SourceFile> {
        self.project.session.file(id)
    }

    pub fn snapshot_file(&self, path: &str) -> Option<&'a SourceFile> {
        self.project.session.snapshot_file(path)
    }

    pub fn uri(&self, path: &str) -> Option<Uri> {
        match self.open.get(path) {
            Some(document) => Some(document.uri.clone()),
            None => uri_of(&self.project.session.place_of(path)),
        }
    }

    /// The text of a file, as the editor has it.
    fn whole_text(&mut self, id: FileId) -> Option<&str> {
        let file = self.file(id)?;
        if let Some(document) = self.open.get(file.path.as_str()) {
            return Some(&document.text);
        }
        self.texts.entry(id).or_insert_with(|| read(file)).as_deref()
    }

    /// The text of a file, with its byte order mark.
    pub fn text(&mut self, id: FileId) -> Option<String> {
        self.whole_text(id).map(str::to_owned)
    }

    /// A place for people: `catalog/cart.yaml:5`.
    pub fn line(&mut self, place: Place) -> Option<String> {
        let path = self.file(place.file)?.path.clone();
        let text = without_mark(self.whole_text(place.file)?);
        Some(format!("{path}:{}", LineIndex::new(text).line_of(place.span.start as usize)))
    }

    pub fn location(&mut self, place: Place) -> Option<Location> {
        let (units, uri) = (self.state.units, self.uri(&self.file(place.file)?.path)?);
        let text = self.whole_text(place.file)?;
        Some(Location { uri, range: range_of(&Lines::new(text, units), place.span) })
    }
}

pub(super) fn read(file: &SourceFile) -> Option<String> {
    let mut buffer = ReadBuffer::default();
    sources::read(file, &mut buffer).ok().map(|text| text.text.to_owned())
}
