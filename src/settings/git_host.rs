//! Which Git host has the repository: the config says it, or the remote `origin`, or the CI system that runs portolan.

use std::path::Path;

use super::env::Environment;
use super::value::{Origin, Sourced};
use crate::domain::git_host::GitHost;
use crate::sources::git::{self, Repository};

/// `said`: the value of the config. A host that is not named after its product is known only from the config and in CI.
pub(super) fn resolve(said: Option<Sourced<GitHost>>, root: &Path, environment: &Environment) -> Sourced<GitHost> {
    said.or_else(|| of_remote(root, environment))
        .or_else(|| of_ci(environment))
        .unwrap_or(Sourced::default(GitHost::Unknown))
}

/// A repository that cannot be opened has no known host here; the steps that need Git report why.
fn of_remote(root: &Path, environment: &Environment) -> Option<Sourced<GitHost>> {
    let variables = git::Environment::from_variables(|name| environment.get(name).map(Into::into));
    let host = Repository::open(root, &variables).ok()??.origin_host()?;
    match GitHost::of_name(&host) {
        GitHost::Unknown => None,
        value => Some(Sourced { value, origin: Origin::Repository("the remote `origin`") }),
    }
}

/// GitHub Actions, GitLab CI and Bitbucket Pipelines run on their own host only; Azure Pipelines names that of the
/// repository.
fn of_ci(environment: &Environment) -> Option<Sourced<GitHost>> {
    let is_set = |name: &str| environment.text(name).is_some();
    let known = |value, name| Some(Sourced { value, origin: Origin::Environment(name) });
    if environment.text("GITHUB_ACTIONS").as_deref() == Some("true") {
        return known(GitHost::GitHub, "GITHUB_ACTIONS");
    }
    if is_set("GITLAB_CI") {
        return known(GitHost::GitLab, "GITLAB_CI");
    }
    if is_set("BITBUCKET_BUILD_NUMBER") {
        return known(GitHost::Bitbucket, "BITBUCKET_BUILD_NUMBER");
    }
    let provider = environment.text("BUILD_REPOSITORY_PROVIDER")?;
    let value = match provider.as_str() {
        "TfsGit" => GitHost::Azure,
        "GitHub" | "GitHubEnterprise" => GitHost::GitHub,
        "Bitbucket" => GitHost::Bitbucket,
        _ => return None,
    };
    known(value, "BUILD_REPOSITORY_PROVIDER")
}
