//! Detects the pull request of a CI job and the URL of its forge's API. Both come from variables of the runner and
//! never from a file of the repository: a pull request can change files, and the token is sent to this URL.

use reqwest::Url;
use serde_json::Value;

use super::ForgeError;
use crate::domain::address::{is_loopback, without_secrets};

/// GitHub.com, if no variable names another server.
const GITHUB_API: &str = "https://api.github.com";
/// Bitbucket Cloud, if no variable names another server.
const BITBUCKET_API: &str = "https://api.bitbucket.org/2.0";
const FORK: &str = "the pull request comes from a fork";

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
    /// Both are addresses in the API: of the organisation, and of the repository.
    Azure {
        collection: String,
        repository: String,
    },
    /// `repository`: WORKSPACE/NAME.
    Bitbucket {
        api: String,
        repository: String,
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
        match variable("BUILD_REPOSITORY_PROVIDER").as_deref() {
            Some("TfsGit") => return Self::azure(variable, number),
            Some("GitHub") => return Self::github_on_azure(variable, number),
            Some(_) | None => {}
        }
        if variable("BITBUCKET_REPO_FULL_NAME").is_some() {
            return Self::bitbucket(variable, number);
        }
        Self::of_page(variable, number)
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
        if !is_repository(&repository) {
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
        let graphql = graphql(&api);
        let of_head = said("/pull_request/head/repo/full_name").and_then(Value::as_str);
        let of_base = said("/repository/full_name").and_then(Value::as_str);
        let has_head = said("/pull_request/head").is_some();
        let restricted = if has_head && of_head != of_base {
            Some(FORK)
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

    fn azure(variable: &dyn Fn(&str) -> Option<String>, number: Option<u64>) -> Result<Self, ForgeError> {
        let number = number
            .or_else(|| variable("SYSTEM_PULLREQUEST_PULLREQUESTID")?.parse().ok())
            .ok_or_else(|| ForgeError::NoPullRequest { forge: "Azure", event: variable("BUILD_REASON") })?;
        let collection = address("SYSTEM_COLLECTIONURI", &variable("SYSTEM_COLLECTIONURI").unwrap_or_default())?;
        let id = |name: &'static str| {
            let id = variable(name).unwrap_or_default();
            let is_id = !id.is_empty() && id.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            if is_id { Ok(id) } else { Err(ForgeError::Variable { name, reason: "must be an id".to_owned() }) }
        };
        let (project, repository) = (id("SYSTEM_TEAMPROJECTID")?, id("BUILD_REPOSITORY_ID")?);
        let repository = format!("{collection}/{project}/_apis/git/repositories/{repository}");
        let restricted = is_fork_on_azure(variable).then_some(FORK);
        Ok(Self { host: Host::Azure { collection, repository }, number, restricted })
    }

    /// A repository on GitHub whose pipeline runs on Azure.
    fn github_on_azure(variable: &dyn Fn(&str) -> Option<String>, number: Option<u64>) -> Result<Self, ForgeError> {
        let of_github = |name: &str| match name {
            "GITHUB_REPOSITORY" => variable("BUILD_REPOSITORY_NAME"),
            "GITHUB_EVENT_NAME" => variable("BUILD_REASON"),
            name => variable(name),
        };
        let number = number.or_else(|| variable("SYSTEM_PULLREQUEST_PULLREQUESTNUMBER")?.parse().ok());
        let found = Self::github(&of_github, None, number)?;
        Ok(Self { restricted: is_fork_on_azure(variable).then_some(FORK), ..found })
    }

    fn bitbucket(variable: &dyn Fn(&str) -> Option<String>, number: Option<u64>) -> Result<Self, ForgeError> {
        let number = number
            .or_else(|| variable("BITBUCKET_PR_ID")?.parse().ok())
            .ok_or(ForgeError::NoPullRequest { forge: "Bitbucket", event: None })?;
        let repository = variable("BITBUCKET_REPO_FULL_NAME").unwrap_or_default();
        if !is_repository(&repository) {
            let reason = "must be WORKSPACE/NAME".to_owned();
            return Err(ForgeError::Variable { name: "BITBUCKET_REPO_FULL_NAME", reason });
        }
        let api = match variable("BITBUCKET_API_URL") {
            Some(api) => address("BITBUCKET_API_URL", &api)?,
            None => BITBUCKET_API.to_owned(),
        };
        // Bitbucket runs no pipelines for pull requests of forks.
        Ok(Self { host: Host::Bitbucket { api, repository }, number, restricted: None })
    }

    /// The pull request whose web page the CI system names: CircleCI, Jenkins and Codefresh work with several forges.
    fn of_page(variable: &dyn Fn(&str) -> Option<String>, number: Option<u64>) -> Result<Self, ForgeError> {
        let named = ["CIRCLE_PULL_REQUEST", "CHANGE_URL"];
        let page = named.into_iter().find_map(|name| Some((name, variable(name)?)));
        let Some((name, page)) = page.or_else(|| Some(("CF_COMMIT_URL", codefresh_page(variable)?))) else {
            return Err(ForgeError::NoForge);
        };
        let fault =
            |reason: &str| ForgeError::Variable { name, reason: format!("{reason}: {}", without_secrets(&page)) };
        let url = Url::parse(&address(name, &page)?).map_err(|_| fault("must be a URL"))?;
        let server = url.origin().ascii_serialization();
        let (repository, own, forge) =
            page_parts(url.path()).ok_or_else(|| fault("must be the page of a pull request"))?;
        let number = number.unwrap_or(own);
        let is_fork = ["CIRCLE_PR_REPONAME", "CHANGE_FORK"].iter().any(|name| variable(name).is_some())
            || variable("CF_PULL_REQUEST_IS_FORK").as_deref() == Some("true");
        let api = |name: &'static str, default: String| match variable(name) {
            Some(api) => address(name, &api),
            None => Ok(default),
        };
        let host = match forge {
            PageForge::GitHub => {
                let is_public = server == "https://github.com";
                let default = if is_public { GITHUB_API.to_owned() } else { format!("{server}/api/v3") };
                let api = api("GITHUB_API_URL", default)?;
                Host::GitHub { graphql: graphql(&api), api, repository }
            }
            PageForge::GitLab => Host::GitLab {
                api: api("CI_API_V4_URL", format!("{server}/api/v4"))?,
                project: repository.replace('/', "%2F"),
            },
            PageForge::Bitbucket => {
                Host::Bitbucket { api: api("BITBUCKET_API_URL", BITBUCKET_API.to_owned())?, repository }
            }
        };
        Ok(Self { host, number, restricted: is_fork.then_some(FORK) })
    }

    /// The root URL of the API, without a trailing slash.
    pub fn api(&self) -> &str {
        match &self.host {
            Host::GitHub { api, .. } | Host::GitLab { api, .. } | Host::Bitbucket { api, .. } => api,
            Host::Azure { collection, .. } => collection,
        }
    }

    /// The name in messages: `acme/catalog#7`, `!7`.
    pub fn name(&self) -> String {
        match &self.host {
            Host::GitHub { repository, .. } | Host::Bitbucket { repository, .. } => {
                format!("{repository}#{}", self.number)
            }
            Host::GitLab { .. } | Host::Azure { .. } => format!("!{}", self.number),
        }
    }

    /// The forge by its product's name.
    pub fn forge(&self) -> &'static str {
        match self.host {
            Host::GitHub { .. } => "GitHub",
            Host::GitLab { .. } => "GitLab",
            Host::Azure { .. } => "Azure",
            Host::Bitbucket { .. } => "Bitbucket",
        }
    }

    /// Whether comments may contain HTML. The other forges show it as text.
    pub fn shows_html(&self) -> bool {
        matches!(self.host, Host::GitHub { .. } | Host::GitLab { .. })
    }

    /// The maximum length of a comment, in characters.
    pub fn longest_comment(&self) -> usize {
        match self.host {
            Host::GitHub { .. } => 65_536,
            Host::GitLab { .. } => 1_000_000,
            Host::Azure { .. } => 150_000,
            Host::Bitbucket { .. } => 32_768,
        }
    }
}

/// The forge of a pull request's page.
#[derive(Debug, Clone, Copy)]
enum PageForge {
    GitHub,
    GitLab,
    Bitbucket,
}

/// The repository, the number and the forge in the path of a pull request's page.
fn page_parts(path: &str) -> Option<(String, u64, PageForge)> {
    let marks = [
        ("/pull/", PageForge::GitHub),
        ("/-/merge_requests/", PageForge::GitLab),
        ("/pull-requests/", PageForge::Bitbucket),
    ];
    let (repository, number, forge) = marks.into_iter().find_map(|(mark, forge)| {
        let (repository, rest) = path.trim_start_matches('/').split_once(mark)?;
        Some((repository, rest.split('/').next()?.parse().ok()?, forge))
    })?;
    let is_known = match forge {
        PageForge::GitHub | PageForge::Bitbucket => is_repository(repository),
        // A project can be in a group within a group.
        PageForge::GitLab => repository.split('/').count() > 1 && repository.split('/').all(is_plain_name),
    };
    is_known.then(|| (repository.to_owned(), number, forge))
}

fn is_fork_on_azure(variable: &dyn Fn(&str) -> Option<String>) -> bool {
    variable("SYSTEM_PULLREQUEST_ISFORK").is_some_and(|value| value.eq_ignore_ascii_case("true"))
}

/// The page of the pull request: Codefresh names its number, and the page of the commit.
fn codefresh_page(variable: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let (number, commit) = (variable("CF_PULL_REQUEST_NUMBER")?, variable("CF_COMMIT_URL")?);
    let marks = [("/-/commit/", "/-/merge_requests/"), ("/commit/", "/pull/"), ("/commits/", "/pull-requests/")];
    marks.into_iter().find_map(|(mark, page)| {
        let (repository, _) = commit.split_once(mark)?;
        Some(format!("{repository}{page}{number}"))
    })
}

/// Whether this is OWNER/NAME.
fn is_repository(text: &str) -> bool {
    text.split_once('/').is_some_and(|(owner, name)| is_plain_name(owner) && is_plain_name(name))
}

fn is_plain_name(name: &str) -> bool {
    !name.is_empty()
        && !name.starts_with('.')
        && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
}

/// On GitHub Enterprise the two APIs are siblings: /api/v3 and /api/graphql.
fn graphql(api: &str) -> String {
    format!("{}/graphql", api.strip_suffix("/v3").unwrap_or(api))
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
