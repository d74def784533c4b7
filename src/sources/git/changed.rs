//! Files that changed on a branch or in the work tree, and their previous versions. Lint filters its report by their
//! names; the analysis covers the whole repository, so the files themselves come from the walk.

use std::collections::{BTreeSet, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;

use git2::{Delta, Diff, DiffFile, DiffOptions, FileMode, Index, Oid};

use super::error::GitError;
use super::open::Repository;
use crate::sources::path::{path_of_git, path_text};
use crate::sources::pattern::Pattern;
use crate::sources::read::{Place, SourceFile};

/// The differences from a commit.
#[derive(Debug, Default)]
pub struct Changed {
    /// New and changed files, including untracked ones that are not ignored.
    pub changed: BTreeSet<String>,
    /// New and changed files that do not match.
    pub others: BTreeSet<String>,
    /// Versions in the commit of files that were removed or renamed.
    pub removed: Vec<SourceFile>,
    /// Versions in the commit of files that were changed.
    pub before: Vec<SourceFile>,
}

/// The flag of a file that a sparse checkout leaves out of the work tree.
const SKIP_WORKTREE: u16 = 1 << 14;

impl Repository {
    /// Compares the work tree, staged or not, with `HEAD`; with `since`, with the merge base of that revision and
    /// `HEAD`.
    pub fn changed(&self, root: &Path, pattern: &Pattern, since: Option<&str>) -> Result<Changed, GitError> {
        let scope = Scope::new(self, root, pattern)?;
        let commit = match since {
            Some(revision) => self.parting(revision)?,
            None => self.head_commit()?,
        };
        let mut index = self.index()?;
        // Files that a sparse checkout leaves out of the work tree are not removed.
        let absent = scope.absent(&index);
        let name = since.map_or("`HEAD`".to_owned(), |revision| format!("`{revision}`"));
        let mut options = scope.options();
        options.include_untracked(true).recurse_untracked_dirs(true).ignore_filemode(true);
        let difference = self.with_tree(commit, |tree| {
            if self.index_file.is_some() {
                self.inner.set_index(&mut index)?;
            }
            self.inner.diff_tree_to_workdir_with_index(tree, Some(&mut options))
        });
        let difference = difference.map_err(|error| GitError::comparing(&name, self.inner.is_shallow(), error))?;
        Ok(scope.sort_out(&difference, &absent))
    }

    pub(super) fn with_tree<'r, T>(
        &'r self,
        commit: Option<Oid>,
        work: impl FnOnce(Option<&git2::Tree<'r>>) -> Result<T, git2::Error>,
    ) -> Result<T, git2::Error> {
        match commit {
            Some(id) => work(Some(&self.inner.find_commit(id)?.tree()?)),
            None => work(None),
        }
    }
}

/// Selects the relevant paths of Git and gives them their names in reports.
pub(super) struct Scope<'a> {
    repository: &'a Repository,
    /// The root relative to the work tree.
    prefix: PathBuf,
    pattern: &'a Pattern,
}

/// The names of a scope, which threads share.
#[derive(Clone, Copy)]
pub(super) struct Names<'a> {
    prefix: &'a Path,
    pattern: &'a Pattern,
}

impl Names<'_> {
    /// The name of a file that matches.
    pub(super) fn text_of(self, path: &[u8]) -> Option<String> {
        let path = path_of_git(path);
        let relative = path.strip_prefix(self.prefix).ok()?;
        self.pattern.matches(relative).then(|| path_text(relative))
    }
}

impl<'a> Scope<'a> {
    pub(super) fn new(repository: &'a Repository, root: &Path, pattern: &'a Pattern) -> Result<Self, GitError> {
        Ok(Self { repository, prefix: repository.prefix(root)?, pattern })
    }

    pub(super) fn options(&self) -> DiffOptions {
        let mut options = DiffOptions::new();
        options.ignore_submodules(true).include_typechange(true).skip_binary_check(true);
        if !self.prefix.as_os_str().is_empty() {
            options.disable_pathspec_match(true).pathspec(&self.prefix);
        }
        options
    }

    /// The name of a file that matches.
    pub(super) fn text_of(&self, path: &[u8]) -> Option<String> {
        self.names().text_of(path)
    }

    pub(super) fn names(&self) -> Names<'_> {
        Names { prefix: &self.prefix, pattern: self.pattern }
    }

    /// The name of a file under the root, whether it matches or not.
    pub(super) fn inside(&self, path: &[u8]) -> Option<String> {
        path_of_git(path).strip_prefix(&self.prefix).ok().map(path_text)
    }

    /// The root with a slash at the end, as in Git's index; empty at the top of the repository.
    pub(super) fn folder(&self) -> Vec<u8> {
        let parts = self.prefix.components().map(|part| part.as_os_str().as_encoded_bytes());
        parts.flat_map(|part| part.iter().copied().chain([b'/'])).collect()
    }

    /// Whether a folder is under the root or contains it. `folder` is empty or ends with a slash.
    pub(super) fn is_near(&self, folder: &[u8]) -> bool {
        let folder = path_of_git(folder);
        self.prefix.starts_with(&folder) || folder.starts_with(&self.prefix)
    }

    /// The root relative to the top of the repository.
    pub(super) fn prefix(&self) -> &Path {
        &self.prefix
    }

    /// Whether a path of the repository is under the root.
    pub(super) fn holds(&self, path: &Path) -> bool {
        path.starts_with(&self.prefix)
    }

    /// Index entries that a sparse checkout leaves out of the work tree, with their blobs.
    pub(super) fn absent(&self, index: &Index) -> HashMap<String, Oid> {
        let config = self.repository.inner.config();
        if !config.is_ok_and(|config| config.get_bool("core.sparsecheckout").unwrap_or_default()) {
            return HashMap::new();
        }
        let absent = index.iter().filter(|entry| entry.flags_extended & SKIP_WORKTREE != 0);
        absent.filter_map(|entry| Some((self.text_of(&entry.path)?, entry.id))).collect()
    }

    pub(super) fn sort_out(&self, difference: &Diff<'_>, absent: &HashMap<String, Oid>) -> Changed {
        let mut sorted = Changed::default();
        for delta in difference.deltas() {
            let (old, new) = (delta.old_file(), delta.new_file());
            // libgit2 gives a link that replaced a file the permissions of the file, and git2 panics at such a mode.
            let is_content = || self.is_file_or_link(&new);
            let now = || new.path_bytes().and_then(|path| self.text_of(path)).filter(|_| is_content());
            let other = || new.path_bytes().and_then(|path| self.inside(path)).filter(|_| is_content());
            match delta.status() {
                Delta::Added | Delta::Untracked | Delta::Copied => match now() {
                    Some(path) => drop(sorted.changed.insert(path)),
                    None => sorted.others.extend(other()),
                },
                Delta::Modified | Delta::Typechange | Delta::Conflicted | Delta::Renamed => {
                    // Only the mode changed, so the content is the same for lint.
                    if old.id() == new.id() && new.is_valid_id() && old.mode() != new.mode() {
                        continue;
                    }
                    let was = self.blob(&old);
                    match now() {
                        Some(path) => {
                            sorted.changed.insert(path);
                            sorted.before.extend(was);
                        }
                        None => {
                            sorted.removed.extend(was);
                            sorted.others.extend(other());
                        }
                    }
                }
                Delta::Deleted => {
                    let Some(was) = self.blob(&old) else { continue };
                    match absent.get(&was.path) {
                        Some(id) if *id == old.id() => {}
                        Some(_) => {
                            sorted.changed.insert(was.path.clone());
                            sorted.before.push(was);
                        }
                        None => sorted.removed.push(was),
                    }
                }
                Delta::Unmodified | Delta::Ignored | Delta::Unreadable => {}
            }
        }
        sorted
    }

    fn is_file_or_link(&self, file: &DiffFile<'_>) -> bool {
        let place = file.path().map(|path| self.repository.work_tree.join(path));
        match place.and_then(|place| place.symlink_metadata().ok()) {
            Some(metadata) => metadata.is_file() || metadata.is_symlink(),
            None => !matches!(file.mode(), FileMode::Unreadable | FileMode::Tree | FileMode::Commit),
        }
    }

    pub(super) fn blob(&self, file: &DiffFile<'_>) -> Option<SourceFile> {
        if file.id().is_zero()
            || !matches!(file.mode(), FileMode::Blob | FileMode::BlobExecutable | FileMode::BlobGroupWritable)
        {
            return None;
        }
        let place = Place::Blob { id: file.id(), store: Arc::clone(&self.repository.blobs), entry: None };
        Some(SourceFile { path: self.text_of(file.path_bytes()?)?, place })
    }
}
