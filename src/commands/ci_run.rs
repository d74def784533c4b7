//! Reads from the variables of each CI system whether a run is for a pull request, for which branch it is, and which
//! branch is the repository's default.

use std::path::Path;

use serde_json::Value;

use crate::settings::{Environment, repository_of};
use crate::sources;

/// The text of the file in which GitHub describes the event.
pub(crate) fn event_text(environment: &Environment, directory: &Path) -> Option<String> {
    let file = directory.join(environment.get("GITHUB_EVENT_PATH")?);
    sources::read_input(&repository_of(directory), &file).ok()
}

/// Whether this run is in CI and for a pull request.
pub(crate) fn is_pull_request(environment: &Environment) -> bool {
    environment.in_ci() && CiRun::detect(environment, || None).pull_request.is_some()
}

/// A CI run, as far as its variables describe it.
#[derive(Debug, Default, PartialEq, Eq)]
pub(crate) struct CiRun {
    /// The variable that makes this a pull request (or merge queue) run: `GITHUB_EVENT_NAME=pull_request`.
    pub pull_request: Option<String>,
    /// The branch that the run is for. A run for a tag has none.
    pub branch: Option<String>,
    pub default_branch: Option<String>,
}

/// Events of GitHub that run for something that is not merged yet.
const GITHUB_EVENTS: [&str; 5] =
    ["pull_request", "pull_request_target", "pull_request_review", "pull_request_review_comment", "merge_group"];

/// Variables that exist only for pull requests. A value of `false` (Travis, Buildkite, Bitrise) means that the run is
/// not for one.
const PULL_REQUEST_VARIABLES: [&str; 18] = [
    "CI_MERGE_REQUEST_IID",
    "CI_MERGE_REQUEST_TARGET_BRANCH_NAME",
    "CI_EXTERNAL_PULL_REQUEST_IID",
    "BITBUCKET_PR_ID",
    "BITBUCKET_PR_DESTINATION_BRANCH",
    "SYSTEM_PULLREQUEST_TARGETBRANCH",
    "CHANGE_ID",
    "APPVEYOR_PULL_REQUEST_NUMBER",
    "CIRRUS_PR",
    "CIRRUS_BASE_BRANCH",
    "TRAVIS_PULL_REQUEST",
    "BUILDKITE_PULL_REQUEST",
    "CF_PULL_REQUEST_NUMBER",
    "CF_PULL_REQUEST_TARGET",
    "BITRISE_PULL_REQUEST",
    "BITRISEIO_GIT_BRANCH_DEST",
    "CIRCLE_PULL_REQUEST",
    "SEMAPHORE_GIT_PR_NUMBER",
];

/// Variables whose value names the event, with the prefix of the values that mean a pull request.
const EVENT_VARIABLES: [(&str, &str); 5] = [
    ("CI_PIPELINE_SOURCE", "merge_request_event"),
    ("CI_PIPELINE_SOURCE", "external_pull_request_event"),
    ("BUILD_REASON", "PullRequest"),
    ("DRONE_BUILD_EVENT", "pull_request"),
    ("CI_PIPELINE_EVENT", "pull_request"),
];

const BRANCH_VARIABLES: [&str; 14] = [
    "CI_COMMIT_BRANCH",
    "BITBUCKET_BRANCH",
    "BUILD_SOURCEBRANCH",
    "BRANCH_NAME",
    "GIT_BRANCH",
    "APPVEYOR_REPO_BRANCH",
    "CIRRUS_BRANCH",
    "TRAVIS_BRANCH",
    "BUILDKITE_BRANCH",
    "CF_BRANCH",
    "BITRISE_GIT_BRANCH",
    "DRONE_BRANCH",
    "CIRCLE_BRANCH",
    "SEMAPHORE_GIT_BRANCH",
];

const DEFAULT_BRANCH_VARIABLES: [&str; 4] =
    ["CI_DEFAULT_BRANCH", "BUILDKITE_PIPELINE_DEFAULT_BRANCH", "DRONE_REPO_BRANCH", "CI_REPO_DEFAULT_BRANCH"];

impl CiRun {
    /// `read_event` returns the text of the file that `GITHUB_EVENT_PATH` names.
    pub fn detect(environment: &Environment, read_event: impl FnOnce() -> Option<String>) -> Self {
        let get = |name: &str| environment.trimmed(name);
        if get("GITHUB_ACTIONS").as_deref() == Some("true") {
            return Self::of_github(&get, read_event);
        }
        let event = EVENT_VARIABLES.iter().find_map(|(name, prefix)| {
            let value = get(name).filter(|value| value.starts_with(prefix))?;
            Some(format!("{name}={value}"))
        });
        let variable = || {
            PULL_REQUEST_VARIABLES.iter().find_map(|name| {
                let value = get(name).filter(|value| !value.eq_ignore_ascii_case("false"))?;
                Some(format!("{name}={value}"))
            })
        };
        Self {
            pull_request: event.or_else(variable),
            branch: BRANCH_VARIABLES.iter().find_map(|name| branch(&get(name)?)),
            default_branch: DEFAULT_BRANCH_VARIABLES.iter().find_map(|name| branch(&get(name)?)),
        }
    }

    fn of_github(get: &impl Fn(&str) -> Option<String>, read_event: impl FnOnce() -> Option<String>) -> Self {
        let event: Value = read_event().and_then(|text| serde_json::from_str(&text).ok()).unwrap_or_default();
        let name = get("GITHUB_EVENT_NAME").filter(|name| GITHUB_EVENTS.contains(&name.as_str()));
        let reference = get("GITHUB_REF").unwrap_or_default();
        let is_merge = ["refs/pull/", "refs/heads/gh-readonly-queue/"].iter().any(|start| reference.starts_with(start));
        let pull_request = match (name, is_merge, get("GITHUB_BASE_REF")) {
            (Some(name), _, _) => Some(format!("GITHUB_EVENT_NAME={name}")),
            (None, true, _) => Some(format!("GITHUB_REF={reference}")),
            (None, false, Some(base)) => Some(format!("GITHUB_BASE_REF={base}")),
            (None, false, None) => None,
        };
        Self {
            pull_request,
            branch: branch(&reference),
            default_branch: event.pointer("/repository/default_branch").and_then(Value::as_str).map(str::to_owned),
        }
    }
}

/// The name of a branch; `None` for a tag, a pull request or a bare `HEAD`.
fn branch(reference: &str) -> Option<String> {
    let name = match reference.strip_prefix("refs/heads/") {
        Some(name) => name,
        None if reference.starts_with("refs/") => return None,
        // Jenkins prefixes the branch with its remote.
        None => reference.strip_prefix("origin/").unwrap_or(reference),
    };
    (!name.is_empty() && name != "HEAD").then(|| name.to_owned())
}

#[cfg(test)]
mod tests {
    use std::ffi::OsString;
    use std::path::PathBuf;

    use super::*;

    fn detect(variables: &[(&str, &str)], event: Option<&str>) -> CiRun {
        let variables = variables.iter().map(|(name, value)| (OsString::from(name), OsString::from(value)));
        CiRun::detect(&Environment::new(variables, PathBuf::from("/"), 0), || event.map(str::to_owned))
    }

    #[test]
    fn pull_requests_of_every_known_ci_system_are_recognised() {
        for variables in [
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request")][..],
            &[
                ("GITHUB_ACTIONS", "true"),
                ("GITHUB_EVENT_NAME", "pull_request_target"),
                ("GITHUB_REF", "refs/heads/main"),
            ],
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "merge_group")],
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_REF", "refs/pull/7/merge")],
            &[("CI_PIPELINE_SOURCE", "merge_request_event")],
            &[("GITLAB_CI", "true"), ("CI_MERGE_REQUEST_IID", "7")],
            &[("BITBUCKET_PR_ID", "7")],
            &[("TF_BUILD", "True"), ("BUILD_REASON", "PullRequest")],
            &[("CHANGE_ID", "7")],
            &[("TRAVIS_PULL_REQUEST", "7")],
            &[("BUILDKITE_PULL_REQUEST", "7")],
            &[("DRONE_BUILD_EVENT", "pull_request")],
            &[("CI_PIPELINE_EVENT", "pull_request_closed")],
            &[("CIRCLE_PULL_REQUEST", "https://github.com/acme/catalog/pull/7")],
        ] {
            assert!(detect(variables, None).pull_request.is_some(), "{variables:?}");
        }
        for variables in [
            &[][..],
            &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_REF", "refs/heads/main")],
            &[("CI_PIPELINE_SOURCE", "push"), ("CI_COMMIT_BRANCH", "main")],
            &[("TRAVIS_PULL_REQUEST", "false")],
            &[("BUILDKITE_PULL_REQUEST", "false"), ("BITRISE_PULL_REQUEST", "False")],
            &[("BUILD_REASON", "IndividualCI")],
            &[("DRONE_BUILD_EVENT", "push")],
        ] {
            assert_eq!(detect(variables, None).pull_request, None, "{variables:?}");
        }
    }

    #[test]
    fn the_branch_and_the_default_branch_are_those_that_the_ci_system_names() {
        let event = r#"{"repository": {"default_branch": "trunk"}}"#;
        let github = detect(&[("GITHUB_ACTIONS", "true"), ("GITHUB_REF", "refs/heads/a/b")], Some(event));
        assert_eq!((github.branch.as_deref(), github.default_branch.as_deref()), (Some("a/b"), Some("trunk")));
        let tag = detect(&[("GITHUB_ACTIONS", "true"), ("GITHUB_REF", "refs/tags/v1")], Some("not JSON"));
        assert_eq!((tag.branch, tag.default_branch), (None, None));
        let gitlab = detect(&[("CI_COMMIT_BRANCH", "main"), ("CI_DEFAULT_BRANCH", "main")], None);
        assert_eq!((gitlab.branch.as_deref(), gitlab.default_branch.as_deref()), (Some("main"), Some("main")));
        assert_eq!(detect(&[("BUILD_SOURCEBRANCH", "refs/heads/main")], None).branch.as_deref(), Some("main"));
        assert_eq!(detect(&[("BUILD_SOURCEBRANCH", "refs/tags/v1")], None).branch, None);
        assert_eq!(detect(&[("GIT_BRANCH", "origin/main")], None).branch.as_deref(), Some("main"));
    }
}
