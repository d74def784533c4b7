//! The state of the repository that a run reads: the work tree, the index or a commit. Deliverers see every file of it, from
//! the top of the Git repository.

use std::path::Path;

use crate::domain::finding::FileId;
use crate::sources::git::{CommitId, Repository};
use crate::sources::{
    self, Boundary, DiskFile, Listings, PathKind, Place, RepositoryFile, SourceFile, work_tree_files,
};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    WorkTree,
    Index,
    Commit(CommitId),
}

#[derive(Debug, Clone, Copy)]
pub(crate) struct RepositoryView<'a> {
    pub root: &'a Path,
    /// `None` outside Git.
    pub repository: Option<&'a Repository>,
    pub state: State,
    /// The commit that the state is compared with.
    pub base: Option<CommitId>,
    /// Folders of the work tree that were listed already.
    pub listings: Option<&'a Listings>,
    /// Files that earlier passes of the run added to its files, with the texts that fixes gave them.
    pub added: &'a [(FileId, SourceFile)],
}

impl<'a> RepositoryView<'a> {
    /// A state that is compared with nothing.
    pub fn new(root: &'a Path, repository: Option<&'a Repository>, state: State) -> Self {
        Self { root, repository, state, base: None, listings: None, added: &[] }
    }

    pub fn of_work_tree(root: &'a Path, repository: Option<&'a Repository>) -> Self {
        Self::new(root, repository, State::WorkTree)
    }

    /// A file by its path from the root.
    pub fn find(&self, path: &str) -> Option<SourceFile> {
        match (self.state, self.repository) {
            (State::Commit(commit), Some(repository)) => repository.file_at(self.root, path, commit).ok()?,
            (State::WorkTree | State::Index | State::Commit(_), _) => file_on_disk(self.root, path),
        }
    }

    /// All files, from the top; none if Git cannot list them.
    pub fn files(&self) -> Vec<RepositoryFile> {
        let none = Listings::default();
        let listings = self.listings.unwrap_or(&none);
        let mut files = match (self.state, self.repository) {
            (State::WorkTree, Some(repository)) => work_tree_files(repository.top(), listings),
            (State::WorkTree, None) => work_tree_files(self.root, listings),
            (State::Index, Some(repository)) => repository.files_of_index().unwrap_or_default(),
            (State::Commit(commit), Some(repository)) => repository.files_of_commit(commit).unwrap_or_default(),
            (State::Index | State::Commit(_), None) => Vec::new(),
        };
        self.replace_added(&mut files);
        files
    }

    /// Gives the files that fixes have changed in memory their new texts. The files are sorted by path.
    fn replace_added(&self, files: &mut [RepositoryFile]) {
        if self.added.is_empty() {
            return;
        }
        let prefix = self.prefix();
        for (_, added) in self.added {
            let path = format!("{prefix}{}", added.path);
            let Ok(at) = files.binary_search_by(|file| file.path().cmp(&path)) else { continue };
            if let RepositoryFile::File(file) = &mut files[at] {
                file.place = added.place.clone();
            }
        }
    }

    /// All YAML files, from the top.
    pub fn yaml_files(&self) -> Vec<SourceFile> {
        self.files().iter().filter_map(RepositoryFile::yaml).cloned().collect()
    }

    /// A file of the base by its path from the root.
    pub fn base_file(&self, path: &str) -> Option<SourceFile> {
        self.repository?.file_at(self.root, path, self.base?).ok()?
    }

    /// All files of the base, from the top.
    pub fn base_files(&self) -> Vec<RepositoryFile> {
        let files = self.repository.zip(self.base).and_then(|(it, base)| it.files_of_commit(base).ok());
        files.unwrap_or_default()
    }

    /// The root seen from the top: empty, or a path with a slash at its end.
    pub fn prefix(&self) -> String {
        let prefix = self.repository.and_then(|repository| repository.path_of(self.root).ok()).unwrap_or_default();
        if prefix.is_empty() { prefix } else { format!("{prefix}/") }
    }
}

/// A file of the work tree that is not among the files of the run.
pub(crate) fn file_on_disk(root: &Path, path: &str) -> Option<SourceFile> {
    let on_disk = root.join(path);
    let place = Place::Disk(DiskFile::new(&Boundary::new(root), &on_disk));
    (sources::path_kind(&on_disk) == Some(PathKind::File)).then(|| SourceFile { path: path.to_owned(), place })
}
