//! Finds files of which only a part is staged: their staged version differs from both `HEAD` and the work tree.

use std::path::Path;

use git2::{Status, StatusOptions};

use super::error::GitError;
use super::open::Repository;
use crate::sources::path::path_of_git;

impl Repository {
    /// Whether Git ignores a file, which need not exist.
    pub fn ignores_at(&self, path: &Path) -> bool {
        let whole =
            path.parent().zip(path.file_name()).and_then(|(folder, name)| Some(folder.canonicalize().ok()?.join(name)));
        let inside = whole.as_deref().and_then(|whole| whole.strip_prefix(&self.work_tree).ok());
        inside.is_some_and(|inside| self.inner.is_path_ignored(inside).unwrap_or_default())
    }

    /// Those of `paths` (relative to `root`) that are partly staged, as they were given.
    pub fn partly_staged(&self, root: &Path, paths: &[String]) -> Result<Vec<String>, GitError> {
        let inside = |path: &String| {
            let whole = root.join(path).canonicalize().ok()?;
            Some((path.clone(), whole.strip_prefix(&self.work_tree).ok()?.to_owned()))
        };
        let named: Vec<_> = paths.iter().filter_map(inside).collect();
        if named.is_empty() {
            return Ok(Vec::new());
        }
        let mut options = StatusOptions::new();
        options.include_untracked(false).include_unmodified(false).disable_pathspec_match(true);
        for (_, inside) in &named {
            options.pathspec(inside);
        }
        let statuses = self.inner.statuses(Some(&mut options));
        let statuses = statuses.map_err(|error| GitError::comparing("the index", self.inner.is_shallow(), error))?;
        let is_staged = Status::INDEX_NEW | Status::INDEX_MODIFIED | Status::INDEX_RENAMED | Status::INDEX_TYPECHANGE;
        let is_changed = Status::WT_MODIFIED | Status::WT_TYPECHANGE | Status::WT_RENAMED;
        let is_partly = |status: Status| status.intersects(is_staged) && status.intersects(is_changed);
        let partly = statuses.iter().filter(|entry| is_partly(entry.status()));
        let partly: Vec<_> = partly.map(|entry| path_of_git(entry.path_bytes()).into_owned()).collect();
        Ok(named.into_iter().filter(|(_, inside)| partly.contains(inside)).map(|(path, _)| path).collect())
    }
}
