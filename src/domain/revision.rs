//! What is checked out, and what a branch is compared with: commits as people name them. Who looks them up is
//! `sources::git`'s affair.

/// The state of a repository that a plan is made of.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Revision {
    /// Forty hex digits; `None` before the first commit.
    pub commit: Option<String>,
    /// The branch that is checked out, where there is one.
    pub branch: Option<String>,
    /// Manifests, the config or the snapshot are not as the commit has them.
    pub is_dirty: bool,
}

/// The commit that a branch is compared with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BaseRevision {
    /// As it was asked for: `origin/main`.
    pub name: String,
    pub commit: String,
    /// The variable of the pipeline that named it; `None`: the user did.
    pub found_in: Option<&'static str>,
}

impl Revision {
    pub fn short_commit(&self) -> Option<&str> {
        self.commit.as_deref().map(short)
    }
}

impl BaseRevision {
    /// Whether its name is nothing but digits of its commit.
    pub fn is_named_by_commit(&self) -> bool {
        self.name.len() >= 7 && self.commit.starts_with(&self.name.to_ascii_lowercase())
    }

    pub fn short_commit(&self) -> &str {
        short(&self.commit)
    }
}

/// As many digits as people read.
fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
