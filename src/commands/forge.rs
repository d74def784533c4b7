//! Connects to the forge of this CI job, for the commands that read or write pull-request comments. Address and token come
//! from the environment only. No config is read: a pull request can change it.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::commands::catalog::certificates::{CertificatesProblem, certificates};
use crate::commands::ci_run::event_text;
use crate::domain::error_class::ExitClass;
use crate::domain::secret::Secret;
use crate::error::Error;
use crate::forge::{Connection, Forge, Host, PullRequest, Waiting};
use crate::settings::Environment;
use crate::ui::{Motion, Remarks};

/// The maximum total wait of a run: a job should not hang for the sake of a comment.
const PATIENCE: Duration = Duration::from_secs(150);

/// Why the forge cannot be connected to.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum ConnectError {
    #[error("no token to {purpose} {name}: {variable} is not set")]
    #[diagnostic(
        code("no-forge-token"),
        help(
            "GitHub: `env: GITHUB_TOKEN: ${{{{ github.token }}}}` and `permissions: pull-requests: {permission}`; GitLab: a \
             project access token with the scope `{scope}` and the role Reporter, as a masked variable GITLAB_TOKEN; Azure: \
             `env: SYSTEM_ACCESSTOKEN: $(System.AccessToken)`; Bitbucket: an access token of the repository with the scope \
             `pullrequest:write`, as a secured variable BITBUCKET_TOKEN"
        )
    )]
    NoToken {
        purpose: &'static str,
        permission: &'static str,
        scope: &'static str,
        variable: &'static str,
        name: String,
    },
    #[error("comments on {forge} cannot approve hazards: portolan reads approvals on GitHub and GitLab only")]
    #[diagnostic(code("no-approval-comments"), help("approve the hazards with their digest: `--approve DIGEST`"))]
    NoApprovals { forge: &'static str },
    #[error("the certificates in `{path}` cannot be used: {reason}")]
    #[diagnostic(code("forge-ca-bundle"), help("PORTOLAN_CA_BUNDLE and SSL_CERT_FILE name a PEM file"))]
    Bundle { path: String, reason: String },
}

impl ExitClass for ConnectError {}

impl ConnectError {
    pub fn no_token_to_write(variable: &'static str, name: String) -> Self {
        Self::NoToken { purpose: "comment on", permission: "write", scope: "api", variable, name }
    }

    pub fn no_token_to_read_approvals(variable: &'static str, name: String) -> Self {
        Self::NoToken { purpose: "read approvals on", permission: "read", scope: "read_api", variable, name }
    }
}

/// The pull request of this job, or the one with the `number` that the user names.
pub(crate) fn pull_request(
    environment: &Environment,
    directory: &Path,
    number: Option<u64>,
) -> Result<PullRequest, Error> {
    let event = event_text(environment, directory).and_then(|text| serde_json::from_str::<Value>(&text).ok());
    Ok(PullRequest::detect(&|name| environment.trimmed(name), event.as_ref(), number)?)
}

/// The variables that may hold the token; the first that is set is used.
pub(crate) fn token_variables(pull_request: &PullRequest) -> &'static [&'static str] {
    match pull_request.host {
        Host::GitHub { .. } => &["GITHUB_TOKEN", "GH_TOKEN"],
        Host::GitLab { .. } => &["GITLAB_TOKEN"],
        Host::Azure { .. } => &["SYSTEM_ACCESSTOKEN"],
        Host::Bitbucket { .. } => &["BITBUCKET_TOKEN"],
    }
}

/// Connects to the forge; `None` if the environment has no token.
pub(crate) fn connect(
    pull_request: PullRequest,
    environment: &Environment,
    directory: &Path,
    is_quiet: bool,
) -> Result<Option<Forge>, Error> {
    let token = token_variables(&pull_request).iter().find_map(|name| environment.secret(name));
    let Some(token) = token.map(|token| Secret::new(token.reveal().trim())) else { return Ok(None) };
    let certificates = certificates(environment, directory)
        .map_err(|CertificatesProblem { path, reason }| ConnectError::Bundle { path, reason })?;
    let connection = Connection { token, certificates: &certificates, patience: PATIENCE };
    let remarks = Remarks::new(is_quiet, Motion::Lines);
    let waiting = move |waiting: &Waiting| {
        remarks.write_notice(&format!("note: {}; retrying in {} s", waiting.why, waiting.wait.as_secs().max(1)));
    };
    Ok(Some(Forge::connect(pull_request, connection, waiting)?))
}
