//! Errors of reading and writing pull-request comments: the pull request and the forge first, then the cause, then what
//! to do. Messages of the forge are shortened and escaped before they get here; the token never gets here.

use crate::domain::error_class::{ErrorClass, ExitClass};
use std::time::Duration;

#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error, miette::Diagnostic)]
pub enum ForgeError {
    #[error("the environment names no pull request")]
    #[diagnostic(
        code("no-forge"),
        help(
            "run it in a job for a pull request; elsewhere set GITHUB_REPOSITORY=OWNER/NAME and \
             GITHUB_TOKEN, or CI_API_V4_URL, CI_PROJECT_ID and GITLAB_TOKEN, or BITBUCKET_REPO_FULL_NAME and \
             BITBUCKET_TOKEN, and name the pull request: `--pull-request NUMBER`"
        )
    )]
    NoForge,
    #[error("this {forge} job is not for a pull request{}", event.as_deref().map(|it| format!(" (event {it})")).unwrap_or_default())]
    #[diagnostic(
        code("no-pull-request"),
        help("run it in jobs for pull requests only, or name one: `--pull-request NUMBER`")
    )]
    NoPullRequest { forge: &'static str, event: Option<String> },
    #[error("{name} {reason}")]
    #[diagnostic(code("bad-forge-variable"), help("the CI system sets it; leave it as it is, or correct it"))]
    Variable { name: &'static str, reason: String },
    #[error("no connection to {forge}: {reason}")]
    #[diagnostic(code("forge-setup"), help("{help}"))]
    Setup { forge: &'static str, reason: String, help: &'static str },
    #[error("{forge} at {host} is not reachable: {reason}")]
    #[diagnostic(
        code("forge-unreachable"),
        help(
            "check the network, the proxy (HTTPS_PROXY) and the certificates (PORTOLAN_CA_BUNDLE), then run it again"
        )
    )]
    Unreachable { forge: &'static str, host: String, reason: String },
    #[error("{forge} at {host} does not accept the token (401{})", said(words))]
    #[diagnostic(code("forge-token"), help("{help}"))]
    Unauthorized { forge: &'static str, host: String, words: Option<String>, help: &'static str },
    #[error("{name}: {forge} does not allow this token to comment (403{})", said(words))]
    #[diagnostic(code("forge-forbidden"), help("{help}"))]
    Forbidden { forge: &'static str, name: String, words: Option<String>, help: &'static str },
    #[error("{name}: {forge} does not have it, or this token may not see it (404)")]
    #[diagnostic(
        code("forge-not-found"),
        help("check the number of the pull request, and that the token is for this repository")
    )]
    NotFound { forge: &'static str, name: String },
    #[error("{name}: the rate limit of {forge} is exhausted{}", wait.map(|wait| format!(", for {} s more", wait.as_secs())).unwrap_or_default())]
    #[diagnostic(code("forge-rate-limit"), help("run it again later; the limit is shared by all that use this token"))]
    RateLimit { forge: &'static str, name: String, wait: Option<Duration> },
    #[error("{name}: {forge} answered {status}{}", said(words))]
    #[diagnostic(code("forge-refused"), help("{}", help_for(*status)))]
    Refused { forge: &'static str, name: String, status: u16, words: Option<String> },
    #[error("{asked}: {forge} redirects to {to}, and the token is not sent to another host")]
    #[diagnostic(
        code("forge-redirected"),
        help(
            "if that is the forge's API, name it in the variable of the API's address (GITHUB_API_URL, CI_API_V4_URL)"
        )
    )]
    Redirected { forge: &'static str, asked: String, to: String },
    #[error("{asked}: the answer is not that of {forge}: {reason}")]
    #[diagnostic(
        code("forge-unreadable"),
        help("check that the address is the API of {forge}, and that no proxy or sign-in page answers instead")
    )]
    Unreadable { forge: &'static str, asked: String, reason: String },
}

impl ExitClass for ForgeError {
    fn class(&self) -> ErrorClass {
        match self {
            Self::NoForge | Self::NoPullRequest { .. } | Self::Variable { .. } | Self::Setup { .. } => {
                ErrorClass::Usage
            }
            Self::Unreachable { .. }
            | Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::RateLimit { .. }
            | Self::Refused { .. }
            | Self::Redirected { .. }
            | Self::Unreadable { .. } => ErrorClass::Unreachable,
        }
    }
}

impl ForgeError {
    /// Whether the forge may have executed the request in spite of the error.
    pub(super) fn is_ambiguous(&self) -> bool {
        match self {
            Self::Unreachable { .. } | Self::Unreadable { .. } => true,
            Self::Refused { status, .. } => *status >= 500,
            Self::NoForge
            | Self::NoPullRequest { .. }
            | Self::Variable { .. }
            | Self::Setup { .. }
            | Self::Unauthorized { .. }
            | Self::Forbidden { .. }
            | Self::NotFound { .. }
            | Self::RateLimit { .. }
            | Self::Redirected { .. } => false,
        }
    }
}

fn said(words: &Option<String>) -> String {
    words.as_deref().map(|words| format!(": {words}")).unwrap_or_default()
}

fn help_for(status: u16) -> &'static str {
    match status {
        500.. => "run it again; if it stays like this, look at the status page of the forge",
        422 | 400 => "the forge rejects the text of the comment; the pull request may be locked, or the text too long",
        _ => "check the token and the number of the pull request",
    }
}
