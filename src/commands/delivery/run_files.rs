//! The files of a run, as deliverers know them: deliverers name files from the top of the Git repository, and findings name
//! those below the root.

use std::collections::HashMap;
use std::sync::Arc;

use super::checkout::Checkout;
use super::repository_view::RepositoryView;
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
    checkout: Arc<Checkout>,
    /// The manifests of the run.
    listed: Vec<DeliveredId>,
    /// Files that an earlier pass of the run added.
    earlier: HashMap<DeliveredId, FileId>,
    /// Files that the run did not list, and that facts point to.
    more: HashMap<DeliveredId, FileId>,
    /// Those of them that no earlier pass added; their ids follow those of the run's files.
    pub added: Vec<SourceFile>,
}

impl RunFiles {
    /// `files`: the number of all files of the run.
    pub(super) fn new(checkout: &Arc<Checkout>, files: usize, view: &RepositoryView<'_>) -> Self {
        let listed = checkout.files.ids().filter(|file| checkout.number_of(*file).is_some()).collect();
        let prefix = view.prefix();
        let earlier = view.added.iter().filter_map(|(id, file)| {
            let path = format!("{prefix}{}", file.path);
            Some((checkout.files.find(&path)?, *id))
        });
        let earlier = earlier.collect();
        let (checkout, more, added) = (Arc::clone(checkout), HashMap::new(), Vec::new());
        Self { files, prefix, checkout, listed, earlier, more, added }
    }

    /// The manifests of the run.
    pub fn listed(&self) -> impl Iterator<Item = DeliveredId> {
        self.listed.iter().copied()
    }

    /// The file of the run, if it is one of its manifests.
    pub fn listed_id(&self, file: DeliveredId) -> Option<FileId> {
        self.checkout.number_of(file).map(FileId::of)
    }

    /// The same place for findings; `None`: it is outside of the root.
    pub fn place(&mut self, place: DeliveredPlace) -> Option<Place> {
        Some(Place { file: self.id(place.file)?, span: place.span })
    }

    fn id(&mut self, file: DeliveredId) -> Option<FileId> {
        if let Some(id) = self.listed_id(file).or_else(|| self.more.get(&file).copied()) {
            return Some(id);
        }
        if let Some(id) = self.earlier.get(&file).copied() {
            self.more.insert(file, id);
            return Some(id);
        }
        let path = self.checkout.files.path(file).strip_prefix(&self.prefix)?.to_owned();
        // A symbolic link has no text of its own.
        let place =
            self.checkout.source_of(file).map_or_else(|| SourcePlace::Given(Arc::from([])), |it| it.place.clone());
        let id = FileId::of(self.files + self.added.len());
        self.added.push(SourceFile { path, place });
        self.more.insert(file, id);
        Some(id)
    }

    /// A path of the repository as messages show it: from the root, if it is below it.
    pub fn shown(&self, path: &str) -> String {
        path.strip_prefix(&self.prefix).unwrap_or(path).to_owned()
    }

    /// The ignore comments of the files that facts point to and the run did not list.
    pub fn directives(&self) -> Vec<(FileId, Directives)> {
        let mut reader = Reader::new(Limits::default());
        let mut buffer = ReadBuffer::default();
        let mut files: Vec<(FileId, &SourceFile)> =
            self.more.iter().filter_map(|(file, id)| Some((*id, self.checkout.source_of(*file)?))).collect();
        files.sort_by_key(|(id, _)| *id);
        let mut found = Vec::new();
        for (id, file) in files {
            let Ok(text) = sources::read(file, &mut buffer) else { continue };
            let mut notes = Vec::new();
            reader.read_all(text.text, &mut |document| notes.extend_from_slice(document.notes));
            found.extend(Directives::read(text.text, &notes).map(|directives| (id, directives)));
        }
        found
    }
}
