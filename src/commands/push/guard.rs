//! Refuses an accidental push to a platform: from a pull request, from another branch in CI, or from a work tree with
//! uncommitted changes. The embedded catalog accepts every push.

use crate::commands::ci_run::{CiRun, event_text};
use crate::commands::context::Context;
use crate::commands::push::error::PushError;
use crate::commands::workspace::open::Workspace;
use crate::commands::workspace::revision::revision;
use crate::error::Error;
use crate::settings::{BranchPattern, Catalog, Settings};
use crate::sources::git::Repository;
use crate::text::plural::list;

/// The default branches if neither Git nor the CI system names one.
const USUAL_BRANCHES: [&str; 2] = ["main", "master"];

/// The flags of this run that allow an exception.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Allowed {
    pub pull_request: bool,
    pub branch: bool,
    pub dirty: bool,
}

/// Checks where the push comes from. A commit of `--ref` is always clean, regardless of the work tree.
pub(crate) fn check_source(
    verb: &'static str,
    allowed: Allowed,
    workspace: &Workspace<'_>,
    context: &Context<'_>,
) -> Result<(), Error> {
    let (settings, environment) = (context.settings, context.environment);
    if settings.catalog.value == Catalog::Local {
        return Ok(());
    }
    let run = CiRun::detect(environment, || event_text(environment, &settings.directory));
    if let Some(event) = &run.pull_request
        && !allowed.pull_request
    {
        return Err(PushError::PullRequest { verb, event: event.clone() }.into());
    }
    let checks_branch = environment.in_ci() && !allowed.branch && run.pull_request.is_none();
    let checks_tree = settings.require_clean.value && !allowed.dirty && workspace.commit().is_none();
    if !checks_branch && !checks_tree {
        return Ok(());
    }
    let repository = context.git.repository()?;
    if checks_branch {
        check_branch(verb, &run, repository, settings)?;
    }
    if checks_tree {
        check_work_tree(repository, settings)?;
    }
    Ok(())
}

fn check_branch(
    verb: &'static str,
    run: &CiRun,
    repository: Option<&Repository>,
    settings: &Settings,
) -> Result<(), PushError> {
    let branch = repository.and_then(Repository::branch).or_else(|| run.branch.clone());
    let (allowed, place) = match &settings.push_branches {
        Some(branches) => (branches.value.clone(), branches.origin.words(&settings.config_name())),
        // A folder outside Git, in a job that no CI system describes, has no branch to compare.
        None if repository.is_none() && branch.is_none() => return Ok(()),
        None => default_branches(run, repository),
    };
    let found = match &branch {
        Some(branch) if BranchPattern::any_matches(&allowed, branch) => return Ok(()),
        Some(branch) => format!("this is the branch `{branch}`"),
        None => "this run is for no branch (a tag, or a detached commit)".to_owned(),
    };
    let names: Vec<String> = allowed.iter().map(|name| format!("`{name}`")).collect();
    Err(PushError::Branch { verb, found, allowed: list(&names), place })
}

fn default_branches(run: &CiRun, repository: Option<&Repository>) -> (Vec<String>, String) {
    let named = run.default_branch.clone().or_else(|| repository.and_then(Repository::remote_default_branch));
    match named {
        Some(name) => (vec![name], "the default branch".to_owned()),
        None => (USUAL_BRANCHES.map(str::to_owned).into(), "`push.branches` is not set".to_owned()),
    }
}

fn check_work_tree(repository: Option<&Repository>, settings: &Settings) -> Result<(), Error> {
    let place = settings.require_clean.origin.words(&settings.config_name());
    let what = match repository {
        None => "this is no Git work tree",
        Some(repository) if revision(Some(repository), settings, &settings.pattern()?)?.is_dirty => {
            "manifests, config or snapshot have uncommitted changes"
        }
        Some(_) => return Ok(()),
    };
    Err(PushError::Dirty { what, place }.into())
}
