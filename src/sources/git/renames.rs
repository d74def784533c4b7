//! Which files Git takes for moved since a commit, as `git status` would show them. The work tree counts, with what is
//! not added yet: a file that was moved by hand is as good as one that `git mv` moved.

use std::collections::BTreeMap;
use std::path::Path;

use git2::{Delta, DiffFindOptions, Oid};

use super::changed::Scope;
use super::error::GitError;
use super::open::Repository;
use crate::sources::pattern::Pattern;

/// Each file that came is compared with so many that went: the whole must not take longer than the rest of the run.
const COMPARED: usize = 400;

impl Repository {
    /// Old path to new path, of files under `root` that match. Only `gone` and `come` are looked at: paths relative to
    /// the root, as reports spell them.
    pub fn renames(
        &self,
        root: &Path,
        pattern: &Pattern,
        commit: Oid,
        gone: &[&str],
        come: &[&str],
    ) -> Result<BTreeMap<String, String>, GitError> {
        let scope = Scope::new(self, root, pattern)?;
        let mut index = self.index()?;
        let mut options = scope.options_of(gone.iter().chain(come).copied());
        options.include_untracked(true).recurse_untracked_dirs(true).show_untracked_content(true);
        let mut find = DiffFindOptions::new();
        find.renames(true).for_untracked(true).ignore_whitespace(true).rename_limit(COMPARED);
        let difference = self.with_tree(Some(commit), |tree| {
            if self.index_file.is_some() {
                self.inner.set_index(&mut index)?;
            }
            let mut difference = self.inner.diff_tree_to_workdir_with_index(tree, Some(&mut options))?;
            difference.find_similar(Some(&mut find))?;
            Ok(difference)
        });
        let name = format!("commit `{commit}`");
        let difference = difference.map_err(|error| GitError::comparing(&name, self.inner.is_shallow(), error))?;
        let moved = difference.deltas().filter(|delta| delta.status() == Delta::Renamed);
        Ok(moved
            .filter_map(|delta| {
                let text = |path: Option<&[u8]>| path.and_then(|path| scope.text_of(path));
                Some((text(delta.old_file().path_bytes())?, text(delta.new_file().path_bytes())?))
            })
            .collect())
    }
}
