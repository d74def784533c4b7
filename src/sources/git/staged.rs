//! Lists the files of the next commit: all files of the index, not only changed ones, because some rules compare files.

use std::collections::{BTreeSet, HashSet};
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{ObjectType, Oid, Tree, TreeEntry};
use rayon::prelude::*;

use super::blobs::BlobStore;
use super::changed::{Names, Scope};
use super::commit::follow;
use super::error::GitError;
use super::index_file::{Entry, IndexFile, Mode};
use super::open::Repository;
use crate::sources::path::path_of_git;
use crate::sources::pattern::Pattern;
use crate::sources::read::{Place, SourceFile};

/// The content of the next commit.
#[derive(Debug, Default)]
pub struct Staged {
    /// All files that match, sorted by path.
    pub files: Vec<SourceFile>,
    /// New files, and those that differ from `HEAD`.
    pub changed: BTreeSet<String>,
    /// Changed files that do not match.
    pub others: Vec<SourceFile>,
    /// Versions in `HEAD` of files that the commit removes or renames.
    pub removed: Vec<SourceFile>,
    /// Versions in `HEAD` of files that the commit changes.
    pub before: Vec<SourceFile>,
}

/// The number of entries from which threads are used.
const MIN_PARALLEL_ENTRIES: usize = 2048;
/// Git's paths are shorter on every system; it bounds the recursion through nested folders.
const MAX_PATH_BYTES: usize = 8 * 1024;

impl Repository {
    /// `root` is the work tree or a folder in it.
    pub fn staged(&self, root: &Path, pattern: &Pattern) -> Result<Staged, GitError> {
        let scope = Scope::new(self, root, pattern)?;
        let index = self.index_file()?;
        let store = self.indexed_blobs()?;
        let listed = Listed::new(&index, scope.names(), index.folder(&scope.folder()))?;
        let mut files: Vec<SourceFile> = Vec::with_capacity(listed.files.len());
        let names = listed.names(&index);
        files.extend(listed.links.iter().filter_map(|(number, path)| {
            let id = self.end_of_link(index.entry(*number)?, &index, &names, &scope)?;
            Some(SourceFile { path: path.clone(), place: Place::Blob { id, store: Arc::clone(&store), entry: None } })
        }));
        files.extend(listed.files.into_iter().filter_map(|(number, path)| {
            let place = place(index.entry(number)?, number, &store);
            Some(SourceFile { path, place })
        }));
        files.sort_by(|a, b| a.path.cmp(&b.path));
        let mut comparison = Comparison {
            repository: self,
            scope: &scope,
            index: &index,
            store: &store,
            staged: Staged { files, ..Staged::default() },
        };
        let compare = |tree: Option<&Tree<'_>>| comparison.folder(tree, &mut Vec::new(), 0, index.len());
        self.with_tree(self.head_commit()?, compare)
            .map_err(|error| GitError::comparing("`HEAD`", self.inner.is_shallow(), error))?;
        Ok(comparison.staged)
    }

    /// The blob at the end of a link, if it is a file of the index under the root that is not listed itself.
    fn end_of_link(
        &self,
        link: Entry<'_>,
        index: &IndexFile,
        listed: &HashSet<PathBuf>,
        scope: &Scope<'_>,
    ) -> Option<Oid> {
        let content = self.inner.find_blob(link.id()).ok()?;
        let end = follow(&path_of_git(link.path), &path_of_git(content.content()))?;
        if listed.contains(&end) || !scope.holds(&end) {
            return None;
        }
        let entry = index.entry(index.find(end.as_os_str().as_encoded_bytes())?)?;
        (entry.kind() == Mode::File).then(|| entry.id())
    }
}

fn place(entry: Entry<'_>, number: usize, store: &Arc<BlobStore>) -> Place {
    Place::Blob { id: entry.id(), store: Arc::clone(store), entry: u32::try_from(number).ok() }
}

/// The numbers of the relevant entries of the index, with their names.
#[derive(Default)]
struct Listed {
    files: Vec<(usize, String)>,
    links: Vec<(usize, String)>,
    conflicts: BTreeSet<String>,
}

impl Listed {
    /// `entries`: the numbers of those in the folder of the scope.
    fn new(index: &IndexFile, scope: Names<'_>, entries: Range<usize>) -> Result<Self, GitError> {
        let listed = if entries.len() < MIN_PARALLEL_ENTRIES {
            entries.fold(Self::default(), |listed, number| listed.and(index, scope, number))
        } else {
            let numbers = entries.into_par_iter().with_min_len(MIN_PARALLEL_ENTRIES / 2);
            let parts = numbers.fold(Self::default, |listed, number| listed.and(index, scope, number));
            parts.reduce(Self::default, Self::join)
        };
        if listed.conflicts.is_empty() {
            Ok(listed)
        } else {
            Err(GitError::Conflicts { paths: listed.conflicts.into_iter().collect() })
        }
    }

    fn and(mut self, index: &IndexFile, scope: Names<'_>, number: usize) -> Self {
        let Some(entry) = index.entry(number) else { return self };
        let Some(path) = scope.text_of(entry.path) else { return self };
        if entry.stage() != 0 {
            self.conflicts.insert(path);
        } else if !entry.is_announced() {
            match entry.kind() {
                Mode::File => self.files.push((number, path)),
                Mode::Link => self.links.push((number, path)),
                // A submodule has its own manifests.
                Mode::Submodule | Mode::Other => {}
            }
        }
        self
    }

    fn join(mut self, other: Self) -> Self {
        self.files.extend(other.files);
        self.links.extend(other.links);
        self.conflicts.extend(other.conflicts);
        self
    }

    /// The names that links are compared with; empty if there are no links.
    fn names(&self, index: &IndexFile) -> HashSet<PathBuf> {
        if self.links.is_empty() {
            return HashSet::new();
        }
        let entries = self.files.iter().filter_map(|(number, _)| index.entry(*number));
        entries.map(|entry| path_of_git(entry.path).into_owned()).collect()
    }
}

/// Compares `HEAD` with the index, folder by folder.
struct Comparison<'a> {
    repository: &'a Repository,
    scope: &'a Scope<'a>,
    index: &'a IndexFile,
    store: &'a Arc<BlobStore>,
    staged: Staged,
}

impl Comparison<'_> {
    /// Compares a folder with the entries from `at` to `end`, which are those under it. `path` is empty or ends with a
    /// slash. A tree sorts its folders as if their names ended with a slash, so both sides have the same order.
    fn folder(
        &mut self,
        tree: Option<&Tree<'_>>,
        path: &mut Vec<u8>,
        mut at: usize,
        end: usize,
    ) -> Result<(), git2::Error> {
        let length = path.len();
        if length > MAX_PATH_BYTES {
            return Err(git2::Error::from_str("the folders of a commit are nested too deeply"));
        }
        if !self.scope.is_near(path) || tree.is_some_and(|tree| self.index.tree_of(path) == Some(tree.id())) {
            return Ok(());
        }
        for old in tree.into_iter().flat_map(Tree::iter) {
            path.truncate(length);
            path.extend_from_slice(old.name_bytes());
            let is_folder = old.kind() == Some(ObjectType::Tree);
            if is_folder {
                path.push(b'/');
            }
            while let Some(new) = self.index.entry(at).filter(|new| at < end && new.path < path.as_slice()) {
                self.added(new, at);
                at += 1;
            }
            let mut next = if is_folder { self.index.folder(path).end } else { at };
            while !is_folder && next < end && self.index.entry(next).is_some_and(|new| new.path == path.as_slice()) {
                next += 1;
            }
            if is_folder {
                let tree = self.repository.inner.find_tree(old.id());
                if self.scope.is_near(path) && self.index.tree_of(path) != Some(old.id()) {
                    self.folder(Some(&tree?), path, at, next)?;
                }
            } else if next == at {
                self.staged.removed.extend(self.blob(&old, path));
            } else if let Some(new) = self.index.entry(at).filter(|new| new.stage() == 0) {
                self.replaced(&old, new, at);
            }
            at = next;
        }
        path.truncate(length);
        while let Some(new) = self.index.entry(at).filter(|_| at < end) {
            self.added(new, at);
            at += 1;
        }
        Ok(())
    }

    fn added(&mut self, new: Entry<'_>, number: usize) {
        if let Some(path) = self.now(new, number).filter(|_| !new.is_announced()) {
            self.staged.changed.insert(path);
        }
    }

    fn replaced(&mut self, old: &TreeEntry<'_>, new: Entry<'_>, number: usize) {
        // If only the mode changed, the content is the same for lint.
        if old.id() == new.id() {
            return;
        }
        let was = self.blob(old, new.path);
        match self.now(new, number) {
            Some(path) => {
                if !new.is_announced() {
                    self.staged.changed.insert(path);
                }
                self.staged.before.extend(was);
            }
            None => self.staged.removed.extend(was),
        }
    }

    /// The name of a changed file that matches.
    fn now(&mut self, new: Entry<'_>, number: usize) -> Option<String> {
        if new.stage() != 0 || !matches!(new.kind(), Mode::File | Mode::Link) {
            return None;
        }
        let path = self.scope.text_of(new.path);
        if path.is_none() && new.kind() == Mode::File && !new.is_announced() {
            let other = self.scope.inside(new.path);
            let file = |path| SourceFile { path, place: place(new, number, self.store) };
            self.staged.others.extend(other.map(file));
        }
        path
    }

    fn blob(&self, old: &TreeEntry<'_>, path: &[u8]) -> Option<SourceFile> {
        let is_file = old.filemode() & 0o170_000 == 0o100_000;
        let place = Place::Blob { id: old.id(), store: Arc::clone(&self.repository.blobs), entry: None };
        is_file.then(|| self.scope.text_of(path)).flatten().map(|path| SourceFile { path, place })
    }
}
