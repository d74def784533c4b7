//! The files of a run, as deliverers know them: deliverers name files from the top of the Git repository, and findings name
//! those below the root.

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use super::checkout::Checkout;
use crate::analysis::Directives;
use crate::delivery::files::FileId as DeliveredId;
use crate::delivery::place::Place as DeliveredPlace;
use crate::domain::finding::{FileId, Place};
use crate::manifest::{Limits, Reader};
use crate::sources::{self, Place as SourcePlace, ReadBuffer, SourceFile};

#[derive(Debug)]
pub(crate) struct RunFiles {
    /// The number of files of the run before any was added.
    files: usize,
    /// The root seen from the top: empty, or a path with a slash at its end.
    prefix: String,
    /// The manifests of the run.
    listed: BTreeMap<DeliveredId, FileId>,
    /// Files that the run did not list, and that facts point to.
    more: HashMap<DeliveredId, FileId>,
    /// The same; their ids follow those of the run's files.
    pub added: Vec<SourceFile>,
    /// The files below the root that the run did not list, with their paths from the root.
    others: HashMap<DeliveredId, SourceFile>,
}

impl RunFiles {
    /// `read`: the manifests of the run, which has `files` files.
    pub(super) fn new(checkout: &Checkout, read: &[SourceFile], files: usize, prefix: String) -> Self {
        let indexes: HashMap<&str, usize> =
            read.iter().enumerate().map(|(index, file)| (file.path.as_str(), index)).collect();
        let (mut listed, mut others) = (BTreeMap::new(), HashMap::new());
        for id in checkout.files.ids() {
            let Some(path) = checkout.files.path(id).strip_prefix(&prefix) else { continue };
            match (indexes.get(path), checkout.source_of(id)) {
                (Some(index), _) => drop(listed.insert(id, FileId::of(*index))),
                (None, Some(file)) => {
                    let file = SourceFile { path: path.to_owned(), place: file.place.clone() };
                    others.insert(id, file);
                }
                // A symbolic link has no text of its own.
                (None, None) => {
                    let file = SourceFile { path: path.to_owned(), place: SourcePlace::Given(Arc::from([])) };
                    others.insert(id, file);
                }
            }
        }
        Self { files, prefix, listed, more: HashMap::new(), added: Vec::new(), others }
    }

    /// The manifests of the run.
    pub fn listed(&self) -> Vec<DeliveredId> {
        self.listed.keys().copied().collect()
    }

    /// The file of the run, if it is one of its manifests.
    pub fn listed_id(&self, file: DeliveredId) -> Option<FileId> {
        self.listed.get(&file).copied()
    }

    /// The same place for findings; `None`: it is outside of the root.
    pub fn place(&mut self, place: DeliveredPlace) -> Option<Place> {
        Some(Place { file: self.id(place.file)?, span: place.span })
    }

    /// Whether a file is below the root.
    pub fn has(&self, file: DeliveredId) -> bool {
        self.listed.contains_key(&file) || self.more.contains_key(&file) || self.others.contains_key(&file)
    }

    fn id(&mut self, file: DeliveredId) -> Option<FileId> {
        if let Some(id) = self.listed.get(&file).or_else(|| self.more.get(&file)) {
            return Some(*id);
        }
        let source = self.others.get(&file)?.clone();
        let id = FileId::of(self.files + self.added.len());
        self.added.push(source);
        self.more.insert(file, id);
        Some(id)
    }

    /// A path of the repository as messages show it: from the root, if it is below it.
    pub fn shown(&self, path: &str) -> String {
        path.strip_prefix(&self.prefix).unwrap_or(path).to_owned()
    }

    /// The ignore comments of the files that were added.
    pub fn directives(&self) -> Vec<(FileId, Directives)> {
        let mut reader = Reader::new(Limits::default());
        let mut buffer = ReadBuffer::default();
        let mut found = Vec::new();
        for (index, file) in self.added.iter().enumerate() {
            let Ok(text) = sources::read(file, &mut buffer) else { continue };
            let mut notes = Vec::new();
            reader.read_all(text.text, &mut |document| notes.extend_from_slice(document.notes));
            let directives = Directives::read(text.text, &notes);
            found.extend(directives.map(|directives| (FileId::of(self.files + index), directives)));
        }
        found
    }
}
