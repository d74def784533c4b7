//! Reads the base from the variables of each CI system. For a pull request, the base is its target branch; for a push,
//! the commit before it. Some systems check out a merge commit of their own: its first parent is the tip of the target
//! branch, and often the only commit of it in a shallow clone.

use serde_json::Value;

use crate::settings::Environment;

/// A base as a CI system names it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Named {
    /// The variable that names the base.
    pub variable: &'static str,
    /// The name of the base in messages.
    pub shown: String,
    /// Revisions to try; the first that exists is used.
    pub tries: Vec<Try>,
    pub kind: Kind,
    /// The merge commit that the pipeline created and checks out by default.
    pub merge: Option<String>,
    /// How to fetch the base if this clone lacks it, as a clause.
    pub fetch: &'static str,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Try {
    Branch(String),
    Commit(String),
    /// The default branch of `origin`, as this clone recorded it.
    DefaultBranch,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Kind {
    /// A branch continues after others forked from it, so the base is the merge base.
    Parting,
    /// The commit itself is the base, unless history was rewritten since.
    Itself,
}

const GITHUB: &str = "check out with `fetch-depth: 0` (an input of `actions/checkout`)";
const GITLAB: &str = "set the variable `GIT_DEPTH: 0` for the job";
const BITBUCKET: &str = "set `clone: depth: full` for the pipeline";
const AZURE: &str = "check out with `fetchDepth: 0` (a property of the step `checkout: self`)";
const JENKINS: &str = "disable the shallow clone of the checkout, and fetch the target branch too";
const CIRCLECI: &str = "check out the whole repository (the step `checkout` with `method: full`)";
const CODEFRESH: &str = "leave `depth` out of the step of the type `git-clone`";
const DRONE: &str = "clone with `depth: 0`, and run `git fetch origin` in the step";
const WOODPECKER: &str = "clone with `partial: false` and `depth: 0`, and run `git fetch origin` in the step";
const TRAVIS: &str = "set `git: depth: false`, and run `git fetch origin` first";
const OTHER: &str = "run `git fetch --unshallow origin` (in a whole clone `git fetch origin`) with all branches first";

/// The base that the CI system names. `event` returns the text of the file that `GITHUB_EVENT_PATH` names.
pub(super) fn named(environment: &Environment, event: impl FnOnce() -> Option<String>) -> Option<Named> {
    let of = Variables { environment };
    let is_github = of.get("GITHUB_ACTIONS").as_deref() == Some("true");
    if is_github {
        return of.github(event);
    }
    of.gitlab().or_else(|| of.bitbucket()).or_else(|| of.azure()).or_else(|| of.hosted()).or_else(|| of.drone())
}

struct Variables<'e> {
    environment: &'e Environment,
}

impl Variables<'_> {
    fn get(&self, name: &str) -> Option<String> {
        self.environment.trimmed(name)
    }

    fn is(&self, name: &str, value: &str) -> bool {
        self.get(name).as_deref() == Some(value)
    }

    fn branch(&self, variable: &'static str, fetch: &'static str) -> Option<Named> {
        let branch = self.get(variable)?;
        let branch = branch.strip_prefix("refs/heads/").unwrap_or(&branch).to_owned();
        let tries = vec![Try::Branch(branch.clone())];
        Some(Named { variable, shown: branch, tries, kind: Kind::Parting, merge: None, fetch })
    }

    /// The value of `commit`, if `reference` names a merge ref of the pipeline.
    fn merge(&self, commit: &str, reference: &str) -> Option<String> {
        let is_merge = |name: &String| name.starts_with("refs/pull/") && name.ends_with("/merge");
        self.get(reference).filter(is_merge).and_then(|_| self.get(commit))
    }

    fn github(&self, event: impl FnOnce() -> Option<String>) -> Option<Named> {
        let event: Value = event().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let said = |path: &str| event.pointer(path).and_then(Value::as_str).and_then(whole);
        if let Some(branch) = self.branch("GITHUB_BASE_REF", GITHUB) {
            let mut tries = branch.tries;
            tries.extend(said("/pull_request/base/sha").map(Try::Commit));
            return Some(Named { tries, merge: self.merge("GITHUB_SHA", "GITHUB_REF"), ..branch });
        }
        let commit = match self.get("GITHUB_EVENT_NAME").as_deref() {
            Some("push") => said("/before"),
            Some("merge_group") => said("/merge_group/base_sha"),
            Some(_) | None => None,
        };
        commit.map(|commit| before("GITHUB_EVENT_PATH", commit, GITHUB))
    }

    fn gitlab(&self) -> Option<Named> {
        let request = self.branch("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", GITLAB);
        let shown = request.as_ref().map(|branch| branch.shown.clone());
        // The first variable is set only for merged-results pipelines, and there the second is older.
        for variable in ["CI_MERGE_REQUEST_TARGET_BRANCH_SHA", "CI_MERGE_REQUEST_DIFF_BASE_SHA"] {
            if let Some(commit) = self.get(variable).as_deref().and_then(whole) {
                let mut named = before(variable, commit, GITLAB);
                named.tries.extend(request.into_iter().flat_map(|branch| branch.tries));
                named.shown = shown.unwrap_or(named.shown);
                return Some(named);
            }
        }
        let pushed = || self.get("CI_COMMIT_BEFORE_SHA").as_deref().and_then(whole);
        request.or_else(|| pushed().map(|commit| before("CI_COMMIT_BEFORE_SHA", commit, GITLAB)))
    }

    fn bitbucket(&self) -> Option<Named> {
        let mut branch = self.branch("BITBUCKET_PR_DESTINATION_BRANCH", BITBUCKET)?;
        branch.tries.extend(self.get("BITBUCKET_PR_DESTINATION_COMMIT").map(Try::Commit));
        Some(branch)
    }

    fn azure(&self) -> Option<Named> {
        let branch = self.branch("SYSTEM_PULLREQUEST_TARGETBRANCH", AZURE)?;
        Some(Named { merge: self.merge("BUILD_SOURCEVERSION", "BUILD_SOURCEBRANCH"), ..branch })
    }

    fn hosted(&self) -> Option<Named> {
        if self.get("CHANGE_ID").is_some() {
            return self.branch("CHANGE_TARGET", JENKINS);
        }
        let previous = self.get("GIT_PREVIOUS_SUCCESSFUL_COMMIT").filter(|_| self.get("JENKINS_URL").is_some());
        if let Some(commit) = previous.as_deref().and_then(whole) {
            return Some(before("GIT_PREVIOUS_SUCCESSFUL_COMMIT", commit, JENKINS));
        }
        if self.get("CIRCLE_PULL_REQUEST").is_some() {
            return Some(default_branch("CIRCLE_PULL_REQUEST", CIRCLECI));
        }
        if let Some(branch) = self.branch("CF_PULL_REQUEST_TARGET", CODEFRESH) {
            return Some(branch);
        }
        if self.get("APPVEYOR_PULL_REQUEST_NUMBER").is_some() {
            return self.branch("APPVEYOR_REPO_BRANCH", OTHER);
        }
        if let Some(branch) = self.branch("CIRRUS_BASE_BRANCH", OTHER) {
            let mut tries = branch.tries;
            tries.extend(self.get("CIRRUS_BASE_SHA").as_deref().and_then(whole).map(Try::Commit));
            return Some(Named { tries, ..branch });
        }
        match self.get("TRAVIS_PULL_REQUEST").as_deref() {
            None => {}
            Some("false") => {
                let range = self.get("TRAVIS_COMMIT_RANGE")?;
                let commit = range.split("..").next().filter(|id| !id.is_empty())?.to_owned();
                return Some(before("TRAVIS_COMMIT_RANGE", commit, TRAVIS));
            }
            Some(_) => {
                let merge = self.get("TRAVIS_COMMIT");
                return self.branch("TRAVIS_BRANCH", TRAVIS).map(|branch| Named { merge, ..branch });
            }
        }
        let variables = ["BUILDKITE_PULL_REQUEST_BASE_BRANCH", "BITRISEIO_GIT_BRANCH_DEST"];
        variables.into_iter().find_map(|variable| self.branch(variable, OTHER))
    }

    fn drone(&self) -> Option<Named> {
        if self.is("DRONE_BUILD_EVENT", "pull_request") {
            return self.branch("DRONE_TARGET_BRANCH", DRONE);
        }
        if self.is("DRONE_BUILD_EVENT", "push") {
            let commit = self.get("DRONE_COMMIT_BEFORE").as_deref().and_then(whole)?;
            return Some(before("DRONE_COMMIT_BEFORE", commit, DRONE));
        }
        self.is("CI_PIPELINE_EVENT", "pull_request").then(|| self.branch("CI_COMMIT_TARGET_BRANCH", WOODPECKER))?
    }
}

fn before(variable: &'static str, commit: String, fetch: &'static str) -> Named {
    let shown = commit.chars().take(10).collect();
    Named { variable, shown, tries: vec![Try::Commit(commit)], kind: Kind::Itself, merge: None, fetch }
}

/// The base of a pull request whose CI system does not name its target. CircleCI's variables name the pull request
/// alone.
fn default_branch(variable: &'static str, fetch: &'static str) -> Named {
    let tries = vec![Try::DefaultBranch];
    Named { variable, shown: "origin/HEAD".to_owned(), tries, kind: Kind::Parting, merge: None, fetch }
}

/// A complete commit id. CI systems pass all zeros for "none", as when a branch is pushed for the first time.
fn whole(id: &str) -> Option<String> {
    let is_id = id.len() == 40 && id.bytes().all(|digit| digit.is_ascii_hexdigit());
    (is_id && id.bytes().any(|digit| digit != b'0')).then(|| id.to_owned())
}
