//! Resolves revisions: `HEAD`, branches and merge bases. The first and the last may be missing without an error: there
//! is no `HEAD` before the first commit, and a shallow clone may not contain the merge base.

use git2::{Commit, ErrorCode, Oid};

use super::error::{FETCH, GitError};
use super::open::Repository;
use crate::text::suggest::closest;

impl Repository {
    /// The checked-out commit, on a branch or not; `None` before the first one.
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

    /// The merge base of `revision` and `HEAD`: changes of a branch are counted from there, without those made on
    /// `revision` since. `None` before the first commit.
    pub fn parting(&self, revision: &str) -> Result<Option<Oid>, GitError> {
        let theirs = self.find_commit(revision)?;
        if self.head_commit()?.is_none() {
            return Ok(None);
        }
        let shallow = self.inner.is_shallow();
        let base = self.merge_base(theirs).map_err(|error| match error {
            GitError::Compare { source, .. } => GitError::comparing(&format!("`{revision}`"), shallow, source),
            other => other,
        })?;
        base.map(Some).ok_or_else(|| GitError::NoMergeBase {
            revision: revision.to_owned(),
            other: "HEAD".to_owned(),
            shallow,
        })
    }

    /// The commit to compare `commit` with: its merge base with `revision`, or `revision` itself if `commit` is an
    /// ancestor of it, as in a rollback.
    pub fn left_at(&self, revision: &str, commit: Oid) -> Result<Oid, GitError> {
        let theirs = self.find_commit(revision)?;
        let shallow = self.inner.is_shallow();
        match self.inner.merge_base(commit, theirs) {
            Ok(base) => Ok(if base == commit { theirs } else { base }),
            Err(error) if error.code() == ErrorCode::NotFound => {
                Err(GitError::NoMergeBase { revision: revision.to_owned(), other: short(commit), shallow })
            }
            Err(error) => Err(GitError::comparing(&format!("`{revision}`"), shallow, error)),
        }
    }

    /// The merge base of `theirs` and `HEAD`; `None` if there is none, or this clone does not contain it.
    pub fn merge_base(&self, theirs: Oid) -> Result<Option<Oid>, GitError> {
        let Some(ours) = self.head_commit()? else { return Ok(None) };
        match self.inner.merge_base(ours, theirs) {
            Ok(base) => Ok(Some(base)),
            Err(error) if error.code() == ErrorCode::NotFound => Ok(None),
            Err(error) => Err(GitError::comparing(&format!("commit `{theirs}`"), self.inner.is_shallow(), error)),
        }
    }

    /// Whether the history of this clone is incomplete.
    pub fn is_shallow(&self) -> bool {
        self.inner.is_shallow()
    }

    /// The tip of a branch as last fetched from its remote, else the local one, with the name it was found by.
    pub fn branch_tip(&self, branch: &str) -> Option<(String, Oid)> {
        let remotes = self.inner.remotes().ok();
        let mut remotes: Vec<&str> = remotes.iter().flat_map(|names| names.iter()).flatten().flatten().collect();
        remotes.sort_unstable_by_key(|name| *name != "origin");
        let tracked = remotes.into_iter().map(|remote| (format!("{remote}/{branch}"), "refs/remotes/"));
        let mut names = tracked.chain([(branch.to_owned(), "refs/heads/")]);
        names.find_map(|(name, folder)| {
            let reference = self.inner.find_reference(&format!("{folder}{name}")).ok()?;
            Some((name, reference.peel_to_commit().ok()?.id()))
        })
    }

    /// A commit in this clone, by its id or a prefix of it.
    pub fn known_commit(&self, id: &str) -> Option<Oid> {
        let is_id = (7..=40).contains(&id.len()) && id.bytes().all(|digit| digit.is_ascii_hexdigit());
        is_id.then(|| self.inner.find_commit_by_prefix(id).ok())?.map(|commit| commit.id())
    }

    /// The commit of a branch, a tag or an abbreviated id.
    pub fn find_commit(&self, revision: &str) -> Result<Oid, GitError> {
        self.commit(revision).map(|commit| commit.id())
    }

    /// Whether `new` is `old` or a descendant of it; `None` if this clone cannot tell, because `old` or commits in
    /// between are missing.
    pub fn is_ancestor(&self, old: &str, new: Oid) -> Result<Option<bool>, GitError> {
        let failed = |error| GitError::comparing(&format!("commit `{old}`"), self.inner.is_shallow(), error);
        let Some(id) = whole_id(old).filter(|id| self.inner.find_commit(*id).is_ok()) else { return Ok(None) };
        if id == new || self.inner.graph_descendant_of(new, id).map_err(failed)? {
            return Ok(Some(true));
        }
        Ok((!self.inner.is_shallow()).then_some(false))
    }

    /// The tip of the branch that was merged into, for the merge commit that CI checks out instead of the branch;
    /// `None` if `HEAD` is not a merge of two commits, or this clone does not contain the tip.
    pub fn merged_into(&self) -> Option<Oid> {
        let head = self.inner.find_commit(self.head_commit().ok()??).ok()?;
        (head.parent_count() == 2).then(|| head.parent(0).ok())?.map(|parent| parent.id())
    }

    fn commit(&self, revision: &str) -> Result<Commit<'_>, GitError> {
        self.inner.revparse_single(revision).and_then(|object| object.peel_to_commit()).map_err(|_| {
            let shallow = self.inner.is_shallow();
            GitError::UnknownRevision { revision: revision.to_owned(), shallow, help: self.help_for(revision, shallow) }
        })
    }

    fn help_for(&self, revision: &str, shallow: bool) -> String {
        if shallow && revision.len() >= 7 && revision.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return FETCH.to_owned();
        }
        if matches!(self.head_commit(), Ok(None)) {
            return "this branch has no commit yet: commit first (`git add` and `git commit`), or leave out the revision".to_owned();
        }
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

    /// A remote and its branch that `revision` may mean although this clone does not have it: `origin/main`, or in a
    /// shallow clone, which has only one branch, `main`.
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

    /// The short names of branches, remote branches and tags.
    fn names(&self) -> Vec<String> {
        let Ok(references) = self.inner.references() else { return Vec::new() };
        let name = |reference: git2::Reference<'_>| reference.shorthand().ok().map(str::to_owned);
        let mut names: Vec<String> = references.filter_map(Result::ok).filter_map(name).collect();
        // Only another name of a branch.
        names.retain(|name| !name.ends_with("/HEAD"));
        names.sort_unstable();
        names
    }
}

/// An abbreviated id.
pub(super) fn short(commit: Oid) -> String {
    commit.to_string().chars().take(10).collect()
}

/// `git2` would pad an abbreviation with zeros.
pub(super) fn whole_id(text: &str) -> Option<Oid> {
    (text.len() == 40).then(|| Oid::from_str(text).ok())?
}
