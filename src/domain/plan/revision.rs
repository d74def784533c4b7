//! The checked-out commit, and the merge base that a branch is compared with. `sources::git` determines them.

use schemars::JsonSchema;
use serde::Serialize;

/// The state of the repository that a plan is made from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
pub struct Revision {
    /// Forty hex digits; null before the first commit.
    pub commit: Option<String>,
    /// The checked-out branch, if any.
    pub branch: Option<String>,
    /// Manifests, the config or the snapshot differ from the commit.
    #[serde(rename = "dirty")]
    pub is_dirty: bool,
}

/// The commit that a branch is compared with.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct BaseRevision {
    /// The name as given: `origin/main`.
    pub name: String,
    pub commit: String,
    /// The CI variable that named it; null: the user did.
    pub found_in: Option<&'static str>,
}

impl Revision {
    pub fn short_commit(&self) -> Option<&str> {
        self.commit.as_deref().map(short)
    }
}

impl BaseRevision {
    /// Whether its name is only a prefix of its commit.
    pub fn is_named_by_commit(&self) -> bool {
        self.name.len() >= 7 && self.commit.starts_with(&self.name.to_ascii_lowercase())
    }

    pub fn short_commit(&self) -> &str {
        short(&self.commit)
    }
}

/// The abbreviated commit.
fn short(commit: &str) -> &str {
    commit.get(..10).unwrap_or(commit)
}
