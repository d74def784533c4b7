//! State of the checkout: commit, branch, and whether manifests, config and snapshot equal the commit. Other files may
//! differ, because the work tree of a CI job is rarely clean.

use std::path::Path;

use git2::{Delta, DiffDelta};

use super::changed::Scope;
use super::error::GitError;
use super::open::Repository;
use crate::domain::plan::revision::Revision;
use crate::sources::path::path_of_git;
use crate::sources::pattern::Pattern;

impl Repository {
    /// `besides`: the files and folders that count in addition to the manifests, such as the config and the snapshot.
    /// Untracked files count, ignored ones do not.
    pub fn revision(&self, root: &Path, pattern: &Pattern, besides: &[&Path]) -> Result<Revision, GitError> {
        let scope = Scope::new(self, root, pattern)?;
        let commit = self.head_commit()?;
        // Paths outside of the repository are in no commit, so they do not make this one dirty.
        let besides: Vec<_> = besides.iter().filter_map(|path| self.path_inside(path)).collect();
        let mut index = self.index()?;
        let absent = scope.absent(&index);
        let mut options = scope.options();
        options.include_untracked(true).recurse_untracked_dirs(true).ignore_filemode(true);
        if !scope.prefix().as_os_str().is_empty() {
            for path in &besides {
                options.pathspec(path);
            }
        }
        let difference = self.with_tree(commit, |tree| {
            if self.index_file.is_some() {
                self.inner.set_index(&mut index)?;
            }
            self.inner.diff_tree_to_workdir_with_index(tree, Some(&mut options))
        });
        let difference = difference.map_err(|error| GitError::comparing("`HEAD`", self.inner.is_shallow(), error))?;
        let counts = |path: &[u8]| {
            scope.text_of(path).is_some_and(|text| !absent.contains_key(&text))
                || besides.iter().any(|one| path_of_git(path).starts_with(one))
        };
        let is_dirty = difference.deltas().filter(is_change).any(|delta| {
            let paths = [delta.old_file().path_bytes(), delta.new_file().path_bytes()];
            paths.into_iter().flatten().any(counts)
        });
        Ok(Revision { commit: commit.map(|id| id.to_string()), branch: self.branch(), is_dirty })
    }

    /// The checked-out branch, even without a commit.
    pub fn branch(&self) -> Option<String> {
        let head = self.inner.find_reference("HEAD").ok()?;
        let target = head.symbolic_target_bytes()?;
        let name = target.strip_prefix(b"refs/heads/")?;
        Some(String::from_utf8_lossy(name).into_owned())
    }

    /// The path relative to the work tree. The file itself may have been deleted.
    fn path_inside(&self, path: &Path) -> Option<std::path::PathBuf> {
        let whole = match (path.parent(), path.file_name()) {
            (Some(folder), Some(name)) => folder.canonicalize().ok()?.join(name),
            (None, _) | (_, None) => path.canonicalize().ok()?,
        };
        whole.strip_prefix(&self.work_tree).ok().map(Path::to_owned)
    }
}

fn is_change(delta: &DiffDelta<'_>) -> bool {
    match delta.status() {
        Delta::Added
        | Delta::Untracked
        | Delta::Copied
        | Delta::Modified
        | Delta::Typechange
        | Delta::Conflicted
        | Delta::Renamed
        | Delta::Deleted => {
            let (old, new) = (delta.old_file(), delta.new_file());
            old.id() != new.id() || !new.is_valid_id() || old.mode() == new.mode()
        }
        Delta::Unmodified | Delta::Ignored | Delta::Unreadable => false,
    }
}
