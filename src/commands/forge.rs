//! Connects to the forge of this CI job, for the commands that read or write pull-request comments. Address and token come
//! from the environment only. No config is read: a pull request can change it.

use std::path::Path;
use std::time::Duration;

use serde_json::Value;

use crate::domain::secret::Secret;
use crate::error::{CommentError, Error};
use crate::forge::{Connection, Forge, Host, PullRequest, Waiting};
use crate::settings::{self, Environment};
use crate::sources;
use crate::ui::{Motion, Remarks};

/// The longest that all waits of a run take together: a check that waits longer for its comment is worse than none.
const PATIENCE: Duration = Duration::from_secs(150);

/// The pull request of this job. `number`: the user names another one.
pub(crate) fn pull_request(
    environment: &Environment,
    directory: &Path,
    number: Option<u64>,
) -> Result<PullRequest, Error> {
    let variable =
        |name: &str| environment.text(name).map(|text| text.trim().to_owned()).filter(|text| !text.is_empty());
    let event = environment.get("GITHUB_EVENT_PATH").and_then(|file| {
        let text = sources::read_input(&settings::repository_of(directory), &directory.join(file)).ok()?;
        serde_json::from_str::<Value>(&text).ok()
    });
    Ok(PullRequest::detect(&variable, event.as_ref(), number)?)
}

/// The variables that may hold the token, the first that is set counts.
pub(crate) fn token_variables(pull_request: &PullRequest) -> &'static [&'static str] {
    match pull_request.host {
        Host::GitHub { .. } => &["GITHUB_TOKEN", "GH_TOKEN"],
        Host::GitLab { .. } => &["GITLAB_TOKEN"],
    }
}

/// `None`: the environment has no token.
pub(crate) fn connect(
    pull_request: PullRequest,
    environment: &Environment,
    directory: &Path,
    is_quiet: bool,
) -> Result<Option<Forge>, Error> {
    let token = token_variables(&pull_request).iter().find_map(|name| environment.secret(name));
    let Some(token) = token.map(|token| Secret::new(token.reveal().trim())) else { return Ok(None) };
    let certificates = certificates(environment, directory)?;
    let connection = Connection { token, certificates: &certificates, patience: PATIENCE };
    let remarks = Remarks::new(is_quiet, Motion::Lines);
    let waiting = move |waiting: &Waiting| {
        remarks.say(&format!("note: {}; retrying in {} s", waiting.why, waiting.wait.as_secs().max(1)));
    };
    Ok(Some(Forge::connect(pull_request, connection, waiting)?))
}

fn certificates(environment: &Environment, directory: &Path) -> Result<Vec<u8>, Error> {
    let file = environment.get("PORTOLAN_CA_BUNDLE").or_else(|| environment.get("SSL_CERT_FILE"));
    let Some(file) = file else { return Ok(Vec::new()) };
    let path = directory.join(file);
    sources::read_input_bytes(&settings::repository_of(directory), &path)
        .map_err(|error| CommentError::Bundle { path: path.display().to_string(), reason: error.to_string() }.into())
}
