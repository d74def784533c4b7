//! Lists the files of the next commit: all files of the index, not only changed ones, because some rules compare files.
//! Reading a blob costs three times as much as a file, so a file is read instead if the work tree provably has the same
//! content.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{Index, IndexEntry, Oid};
use rayon::prelude::*;

use super::changed::{Changed, Scope};
use super::commit::follow;
use super::error::GitError;
use super::open::Repository;
use super::unchanged::WorkTree;
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
    /// Versions in `HEAD` of files that the commit removes or renames.
    pub removed: Vec<SourceFile>,
    /// Versions in `HEAD` of files that the commit changes.
    pub before: Vec<SourceFile>,
}

const LINK: u32 = 0o120_000;
const FILE: u32 = 0o100_000;
const KIND: u32 = 0o170_000;
/// `git add -N`: the entry is not part of the commit.
const INTENT_TO_ADD: u16 = 1 << 13;
const STAGE: u16 = 0x3000;
/// The number of files from which threads are used.
const PARALLEL_FILES_MIN: usize = 512;

impl Repository {
    /// `root` is the work tree or a folder in it.
    pub fn staged(&self, root: &Path, pattern: &Pattern) -> Result<Staged, GitError> {
        let scope = Scope::new(self, root, pattern)?;
        let index = self.index()?;
        let listed = Listed::new(&index, &scope)?;
        let mut files = listed.places(self);
        let names = listed.names();
        files.extend(listed.links.iter().filter_map(|(entry, path)| {
            let id = self.end_of_link(entry, &index, &names, &scope)?;
            Some(SourceFile { path: path.clone(), place: Place::Blob { id, store: Arc::clone(&self.blobs) } })
        }));
        files.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        let compare = |tree: Option<&git2::Tree<'_>>| {
            self.inner.diff_tree_to_index(tree, Some(&index), Some(&mut scope.options()))
        };
        let difference = self
            .with_tree(self.head_commit()?, compare)
            .map_err(|error| GitError::comparing("`HEAD`", self.inner.is_shallow(), error))?;
        let Changed { mut changed, removed, before } = scope.sort_out(&difference, &HashMap::new());
        changed.retain(|path| !listed.announced.contains(path));
        Ok(Staged { files, changed, removed, before })
    }

    /// The blob at the end of a link, if it is a file of the index under the root that is not listed itself.
    fn end_of_link(
        &self,
        link: &IndexEntry,
        index: &Index,
        listed: &HashSet<PathBuf>,
        scope: &Scope<'_>,
    ) -> Option<Oid> {
        let content = self.inner.find_blob(link.id).ok()?;
        let end = follow(&path_of_git(&link.path), &path_of_git(content.content()))?;
        if listed.contains(&end) || !scope.holds(&end) {
            return None;
        }
        let entry = index.get_path(&end, 0)?;
        (entry.mode & KIND == FILE).then_some(entry.id)
    }
}

/// The relevant entries of the index, with their names.
#[derive(Default)]
struct Listed {
    files: Vec<(IndexEntry, String)>,
    links: Vec<(IndexEntry, String)>,
    /// Entries of `git add -N`: see `INTENT_TO_ADD`.
    announced: HashSet<String>,
    /// The `.gitattributes` of all folders.
    attributes: Vec<git2::Oid>,
}

impl Listed {
    fn new(index: &Index, scope: &Scope<'_>) -> Result<Self, GitError> {
        let mut listed = Self::default();
        let mut conflicts = BTreeSet::new();
        for entry in index.iter() {
            if entry.path.ends_with(b".gitattributes") {
                listed.attributes.push(entry.id);
            }
            let Some(path) = scope.text_of(&entry.path) else { continue };
            if entry.flags & STAGE != 0 {
                conflicts.insert(path);
            } else if entry.flags_extended & INTENT_TO_ADD != 0 {
                listed.announced.insert(path);
            } else if entry.mode & KIND == FILE {
                listed.files.push((entry, path));
            } else if entry.mode & KIND == LINK {
                listed.links.push((entry, path));
            }
            // The remaining entries are submodules, which have their own manifests.
        }
        if conflicts.is_empty() {
            Ok(listed)
        } else {
            Err(GitError::Conflicts { paths: conflicts.into_iter().collect() })
        }
    }

    /// The names that links are compared with; empty if there are no links.
    fn names(&self) -> HashSet<PathBuf> {
        if self.links.is_empty() {
            return HashSet::new();
        }
        self.files.iter().map(|(entry, _)| path_of_git(&entry.path).into_owned()).collect()
    }

    fn places(&self, repository: &Repository) -> Vec<SourceFile> {
        let work_tree = WorkTree::new(repository, &self.attributes);
        let place =
            |(entry, path): &(IndexEntry, String)| SourceFile { path: path.clone(), place: work_tree.place(entry) };
        if self.files.len() < PARALLEL_FILES_MIN {
            self.files.iter().map(place).collect()
        } else {
            self.files.par_iter().with_min_len(PARALLEL_FILES_MIN / 2).map(place).collect()
        }
    }
}
