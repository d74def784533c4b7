//! Walks back through the history of a branch: each commit along first parents, with the files that it changed. Merges count
//! as one commit, so a change has the time at which the branch got it.

use std::ops::ControlFlow;
use std::path::Path;

use git2::{Commit, Oid};

use super::changed::Scope;
use super::error::GitError;
use super::open::Repository;
use crate::sources::pattern::Pattern;
use crate::sources::read::SourceFile;

/// A commit of the branch.
#[derive(Debug)]
pub struct Step {
    /// When it was committed, in seconds since 1970. A commit that claims to be later than a commit that follows it has the
    /// time of the latter.
    pub seconds: i64,
    /// The files that match and that the commit added, changed or removed.
    pub files: Vec<StepFile>,
}

#[derive(Debug)]
pub struct StepFile {
    /// Relative to the root.
    pub path: String,
    /// The file before the commit; `None`: the commit added it.
    pub before: Option<SourceFile>,
}

/// How a walk ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WalkEnd {
    /// By the caller, or at the first commit of the branch.
    Complete,
    /// At the limit of commits.
    Limit,
    /// This clone does not have what is before a commit of this time.
    Shallow { seconds: i64 },
}

const MAX_COMMITS: usize = 10_000;

impl Repository {
    /// Walks back from the commit until `each` breaks.
    pub fn walk_back(
        &self,
        root: &Path,
        pattern: &Pattern,
        from: Oid,
        each: &mut dyn FnMut(Step) -> ControlFlow<()>,
    ) -> Result<WalkEnd, GitError> {
        let scope = Scope::new(self, root, pattern)?;
        let reading = |error| GitError::comparing("the history", self.inner.is_shallow(), error);
        let mut commit = self.inner.find_commit(from).map_err(reading)?;
        let mut latest = i64::MAX;
        for _ in 0..MAX_COMMITS {
            latest = latest.min(commit.time().seconds());
            let is_first = commit.parent_count() == 0;
            if is_first && self.inner.is_shallow() {
                return Ok(WalkEnd::Shallow { seconds: latest });
            }
            let parent = (!is_first).then(|| commit.parent(0)).transpose();
            // Objects may be missing although the clone is not marked as shallow.
            let Ok(parent) = parent else { return Ok(WalkEnd::Shallow { seconds: latest }) };
            let files = self.step_files(&scope, &commit, parent.as_ref()).map_err(reading)?;
            if each(Step { seconds: latest, files }).is_break() {
                return Ok(WalkEnd::Complete);
            }
            let Some(parent) = parent else { return Ok(WalkEnd::Complete) };
            commit = parent;
        }
        Ok(WalkEnd::Limit)
    }

    fn step_files(
        &self,
        scope: &Scope<'_>,
        commit: &Commit<'_>,
        parent: Option<&Commit<'_>>,
    ) -> Result<Vec<StepFile>, git2::Error> {
        let parent_tree = parent.map(Commit::tree).transpose()?;
        let tree = commit.tree()?;
        if parent_tree.as_ref().is_some_and(|parent| parent.id() == tree.id()) {
            return Ok(Vec::new());
        }
        let mut options = scope.options();
        let difference = self.inner.diff_tree_to_tree(parent_tree.as_ref(), Some(&tree), Some(&mut options))?;
        let file = |delta: git2::DiffDelta<'_>| {
            let path = delta.new_file().path_bytes().or(delta.old_file().path_bytes())?;
            Some(StepFile { path: scope.text_of(path)?, before: scope.blob(&delta.old_file()) })
        };
        Ok(difference.deltas().filter_map(file).collect())
    }
}
