//! Revisions by name: `HEAD`, and where a branch was left. Both may be missing without a fault: before the first
//! commit there is no `HEAD`, and a shallow clone does not know where branches parted.

use git2::{Commit, ErrorCode, Oid};

use super::error::GitError;
use super::open::Repository;
use crate::domain::suggest::closest;

impl Repository {
    /// The commit that is checked out, on a branch or not; `None` before the first one.
    pub fn head_commit(&self) -> Result<Option<Oid>, GitError> {
        match self.inner.head() {
            Ok(head) => head
                .peel_to_commit()
                .map(|commit| Some(commit.id()))
                .map_err(|error| GitError::comparing("`HEAD`", self.inner.is_shallow(), error)),
            Err(error) if matches!(error.code(), ErrorCode::UnbornBranch | ErrorCode::NotFound) => Ok(None),
            Err(error) => Err(GitError::comparing("`HEAD`", self.inner.is_shallow(), error)),
        }
    }

    /// The last commit that `revision` and `HEAD` share: what a branch changed is counted from there, and not what
    /// others did on `revision` since. `None` before the first commit.
    pub(super) fn parting(&self, revision: &str) -> Result<Option<Oid>, GitError> {
        let theirs = self.commit(revision)?.id();
        let Some(ours) = self.head_commit()? else { return Ok(None) };
        let shallow = self.inner.is_shallow();
        match self.inner.merge_base(ours, theirs) {
            Ok(base) => Ok(Some(base)),
            Err(error) if error.code() == ErrorCode::NotFound => {
                Err(GitError::NoMergeBase { revision: revision.to_owned(), shallow })
            }
            Err(error) => Err(GitError::comparing(&format!("`{revision}`"), shallow, error)),
        }
    }

    fn commit(&self, revision: &str) -> Result<Commit<'_>, GitError> {
        self.inner.revparse_single(revision).and_then(|object| object.peel_to_commit()).map_err(|_| {
            let shallow = self.inner.is_shallow();
            GitError::UnknownRevision { revision: revision.to_owned(), shallow, help: self.help_for(revision, shallow) }
        })
    }

    fn help_for(&self, revision: &str, shallow: bool) -> String {
        let names = self.names();
        let on_remote = names.iter().find(|name| name.split_once('/').is_some_and(|(_, branch)| branch == revision));
        let near = || closest(revision, names.iter().map(String::as_str));
        if let Some(name) = on_remote.map(String::as_str).or_else(near) {
            format!("did you mean `{name}`?")
        } else if let Some((remote, branch)) = self.on_remote(revision, shallow) {
            let deepen = if shallow { " --unshallow" } else { "" };
            format!(
                "run `git fetch{deepen} {remote} {branch}:refs/remotes/{remote}/{branch}` and name `{remote}/{branch}`, \
                 or check out with all branches and the whole history"
            )
        } else {
            "name a branch, a tag or a commit; `git branch --all` lists the branches".to_owned()
        }
    }

    /// A remote and its branch that `revision` may mean though this clone does not have it: `origin/main`, or, where
    /// the clone is shallow and so brought one branch only, `main`.
    fn on_remote<'r>(&self, revision: &'r str, shallow: bool) -> Option<(String, &'r str)> {
        let is_name = |name: &str| git2::Reference::is_valid_name(&format!("refs/heads/{name}"));
        let remotes = self.inner.remotes().ok()?;
        let remotes: Vec<&str> = remotes.iter().flatten().flatten().collect();
        let branch_of = |remote: &&str| revision.strip_prefix(*remote)?.strip_prefix('/').filter(|name| is_name(name));
        let named = remotes.iter().find_map(|remote| Some(((*remote).to_owned(), branch_of(remote)?)));
        let only = || {
            (shallow && is_name(revision)).then(|| remotes.first().map(|remote| ((*remote).to_owned(), revision)))?
        };
        named.or_else(only)
    }

    /// Branches, those of remotes, and tags, by their short names.
    fn names(&self) -> Vec<String> {
        let Ok(references) = self.inner.references() else { return Vec::new() };
        let name = |reference: git2::Reference<'_>| reference.shorthand().ok().map(str::to_owned);
        let mut names: Vec<String> = references.filter_map(Result::ok).filter_map(name).collect();
        names.sort_unstable();
        names
    }
}
