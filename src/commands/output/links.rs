//! Builds the links of a report: to files and to the job in the CI system, and to the platform's web app.

use serde_json::Value;

use crate::commands::ci_run::event_text;
use crate::commands::context::Context;
use crate::commands::plan::build::BuiltPlan;
use crate::report::plan::Links;
use crate::settings::Environment;

pub(crate) fn links(planned: &BuiltPlan, context: &Context<'_>) -> Links {
    let environment = context.environment;
    let head = planned.revision.as_ref().and_then(|revision| revision.commit.clone());
    let head = of_pull_request(context).or(head);
    let base = planned.base.as_ref().map(|base| base.revision.commit.clone());
    let files = files_page(environment);
    let at = |commit: Option<String>| files.as_ref().zip(commit).map(|(files, commit)| format!("{files}/{commit}"));
    Links {
        files: at(head),
        files_at_base: at(base),
        run: run(environment),
        app: context.settings.platform.value.app_of(planned.catalog.name()).map(str::to_owned),
    }
}

/// The head commit of the pull request. GitHub checks out a temporary merge commit for the run; links to the head
/// commit stay valid.
fn of_pull_request(context: &Context<'_>) -> Option<String> {
    let environment = context.environment;
    environment.text("GITHUB_REF").filter(|name| name.starts_with("refs/pull/"))?;
    let event: Value = serde_json::from_str(&event_text(environment, &context.settings.directory)?).ok()?;
    let commit = event.pointer("/pull_request/head/sha")?.as_str()?;
    let is_commit = commit.len() == 40 && commit.bytes().all(|byte| byte.is_ascii_hexdigit());
    is_commit.then(|| commit.to_owned())
}

/// The URL under which the CI system shows files, without the commit.
pub(crate) fn files_page(environment: &Environment) -> Option<String> {
    if environment.text("GITHUB_ACTIONS").as_deref() == Some("true") {
        let (server, repository) = (address(environment, "GITHUB_SERVER_URL")?, environment.text("GITHUB_REPOSITORY")?);
        return is_plain(&repository).then(|| format!("{server}/{repository}/blob"));
    }
    Some(format!("{}/-/blob", address(environment, "CI_PROJECT_URL")?))
}

fn run(environment: &Environment) -> Option<String> {
    if environment.text("GITHUB_ACTIONS").as_deref() == Some("true") {
        let (server, repository) = (address(environment, "GITHUB_SERVER_URL")?, environment.text("GITHUB_REPOSITORY")?);
        let run = environment.text("GITHUB_RUN_ID")?;
        return (is_plain(&repository) && is_plain(&run)).then(|| format!("{server}/{repository}/actions/runs/{run}"));
    }
    address(environment, "CI_JOB_URL")
}

/// A URL from a variable, if it can be used in a link without escaping.
fn address(environment: &Environment, name: &str) -> Option<String> {
    let text = environment.text(name)?;
    let text = text.trim_end_matches('/');
    let rest = text.strip_prefix("https://").or_else(|| text.strip_prefix("http://"))?;
    let is_address = |c: char| c.is_ascii_alphanumeric() || "-._~/:%".contains(c);
    (!rest.is_empty() && rest.chars().all(is_address)).then(|| text.to_owned())
}

fn is_plain(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_ascii_alphanumeric() || "-._/".contains(c))
}
