//! Detects the pull request of a CI job and the URL of its forge's API. Both come from variables of the runner and
//! never from a file of the repository: a pull request can change files, and the token is sent to this URL.

use reqwest::Url;
use serde_json::Value;

use super::ForgeError;
use crate::domain::address::{is_loopback, without_secrets};

/// GitHub.com, if no variable names another server.
const GITHUB_API: &str = "https://api.github.com";

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PullRequest {
    pub host: Host,
    pub number: u64,
    /// Why the job has no secrets of the repository, and on GitHub only a read-only token: the pull request comes from
    /// a fork or from Dependabot.
    pub restricted: Option<&'static str>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Host {
    GitHub {
        api: String,
        graphql: String,
        repository: String,
    },
    /// `project`: the project's number or its encoded path.
    GitLab {
        api: String,
        project: String,
    },
}

impl PullRequest {
    /// Detects the pull request. `variable` reads the environment, `event` is the content of `GITHUB_EVENT_PATH`, and
    /// `number` is set by the user.
    pub fn detect(
        variable: &dyn Fn(&str) -> Option<String>,
        event: Option<&Value>,
        number: Option<u64>,
    ) -> Result<Self, ForgeError> {
        let is_gitlab = variable("CI_API_V4_URL").is_some() && variable("CI_PROJECT_ID").is_some();
        if is_gitlab && variable("GITHUB_ACTIONS").is_none() {
            return Self::gitlab(variable, number);
        }
        if variable("GITHUB_REPOSITORY").is_some() {
            return Self::github(variable, event, number);
        }
        Err(ForgeError::NoForge)
    }

    fn github(
        variable: &dyn Fn(&str) -> Option<String>,
        event: Option<&Value>,
        number: Option<u64>,
    ) -> Result<Self, ForgeError> {
        let said = |pointer: &str| event.and_then(|event| event.pointer(pointer));
        let of_reference = || {
            let reference = variable("GITHUB_REF")?;
            reference.strip_prefix("refs/pull/")?.split('/').next()?.parse().ok()
        };
        let is_pull_request = said("/issue/pull_request").is_some_and(|it| !it.is_null());
        let number = number
            .or_else(|| said("/pull_request/number")?.as_u64())
            .or_else(|| said("/issue/number").filter(|_| is_pull_request)?.as_u64())
            .or_else(|| said("/workflow_run/pull_requests/0/number")?.as_u64())
            .or_else(of_reference)
            .ok_or(ForgeError::NoPullRequest { forge: "GitHub", event: variable("GITHUB_EVENT_NAME") })?;
        let repository = variable("GITHUB_REPOSITORY").unwrap_or_default();
        let is_part = |part: &str| {
            !part.is_empty()
                && !part.starts_with('.')
                && part.bytes().all(|it| it.is_ascii_alphanumeric() || b"-_.".contains(&it))
        };
        if !repository.split_once('/').is_some_and(|(owner, name)| is_part(owner) && is_part(name)) {
            return Err(ForgeError::Variable { name: "GITHUB_REPOSITORY", reason: "must be OWNER/NAME".to_owned() });
        }
        let api = match (variable("GITHUB_API_URL"), variable("GITHUB_SERVER_URL")) {
            (Some(api), _) => address("GITHUB_API_URL", &api)?,
            // A GitHub Enterprise server, on another CI system that sets only the server's URL.
            (None, Some(server)) if server.trim_end_matches('/') != "https://github.com" => {
                format!("{}/api/v3", address("GITHUB_SERVER_URL", &server)?)
            }
            (None, _) => GITHUB_API.to_owned(),
        };
        // On GitHub Enterprise the two APIs are siblings: /api/v3 and /api/graphql.
        let graphql = format!("{}/graphql", api.strip_suffix("/v3").unwrap_or(&api));
        let of_head = said("/pull_request/head/repo/full_name").and_then(Value::as_str);
        let of_base = said("/repository/full_name").and_then(Value::as_str);
        let has_head = said("/pull_request/head").is_some();
        let restricted = if has_head && of_head != of_base {
            Some("the pull request comes from a fork")
        } else if variable("GITHUB_ACTOR").as_deref() == Some("dependabot[bot]") {
            Some("Dependabot opened the pull request")
        } else {
            None
        };
        Ok(Self { host: Host::GitHub { api, graphql, repository }, number, restricted })
    }

    fn gitlab(variable: &dyn Fn(&str) -> Option<String>, number: Option<u64>) -> Result<Self, ForgeError> {
        let own = || variable("CI_MERGE_REQUEST_IID")?.parse().ok();
        let number = number
            .or_else(own)
            .ok_or_else(|| ForgeError::NoPullRequest { forge: "GitLab", event: variable("CI_PIPELINE_SOURCE") })?;
        let project = variable("CI_PROJECT_ID").unwrap_or_default();
        if project.is_empty() || !project.bytes().all(|byte| byte.is_ascii_digit()) {
            return Err(ForgeError::Variable { name: "CI_PROJECT_ID", reason: "must be a number".to_owned() });
        }
        // In a pipeline of a fork's own project, the merge request belongs to the target project.
        let target = variable("CI_MERGE_REQUEST_PROJECT_ID").filter(|it| it.bytes().all(|byte| byte.is_ascii_digit()));
        let pair = |suffix: &str| {
            let source = variable(&format!("CI_MERGE_REQUEST_SOURCE_PROJECT_{suffix}"));
            source.zip(variable(&format!("CI_MERGE_REQUEST_PROJECT_{suffix}")))
        };
        let is_fork = pair("ID").or_else(|| pair("PATH")).is_some_and(|(source, target)| source != target);
        let restricted = is_fork.then_some("the merge request comes from a fork");
        let api = address("CI_API_V4_URL", &variable("CI_API_V4_URL").unwrap_or_default())?;
        Ok(Self { host: Host::GitLab { api, project: target.unwrap_or(project) }, number, restricted })
    }

    /// The root URL of the API, without a trailing slash.
    pub fn api(&self) -> &str {
        match &self.host {
            Host::GitHub { api, .. } | Host::GitLab { api, .. } => api,
        }
    }

    /// The name in messages: `acme/catalog#7`, `!7`.
    pub fn name(&self) -> String {
        match &self.host {
            Host::GitHub { repository, .. } => format!("{repository}#{}", self.number),
            Host::GitLab { .. } => format!("!{}", self.number),
        }
    }

    /// The forge by its product's name.
    pub fn forge(&self) -> &'static str {
        match self.host {
            Host::GitHub { .. } => "GitHub",
            Host::GitLab { .. } => "GitLab",
        }
    }

    /// The maximum length of a comment, in characters.
    pub fn longest_comment(&self) -> usize {
        match self.host {
            Host::GitHub { .. } => 65_536,
            Host::GitLab { .. } => 1_000_000,
        }
    }
}

/// Checks a URL to which the token may be sent, and removes its trailing slash.
fn address(name: &'static str, text: &str) -> Result<String, ForgeError> {
    let text = text.trim();
    let fault = |reason: &str| ForgeError::Variable { name, reason: format!("{reason}: {}", without_secrets(text)) };
    let url = Url::parse(text).map_err(|_| fault("must be a URL"))?;
    if !url.username().is_empty() || url.password().is_some() || url.query().is_some() || url.fragment().is_some() {
        return Err(fault("must be a URL without user, password and query"));
    }
    match url.scheme() {
        "https" => {}
        "http" if url.host_str().is_some_and(is_loopback) => {}
        _ => return Err(fault("must begin with https://, because the token is sent there")),
    }
    Ok(url.as_str().trim_end_matches('/').to_owned())
}
