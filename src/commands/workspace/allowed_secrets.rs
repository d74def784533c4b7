//! The properties whose values are shown in full although they look like credentials (`secrets.allow`). A pull request can
//! change the config that it is checked with, and must not uncover values of the catalog in its own comment. So a property
//! counts only where the config at the merge base allows it too.

use crate::commands::ci_run::is_pull_request;
use crate::commands::context::Context;
use crate::commands::plan::base::commit_in_ci;
use crate::commands::rule_names;
use crate::commands::workspace::config_at::{ConfigAt, config_at};
use crate::settings::{Environment, Settings};
use crate::sources::git::{CommitId, Repository};
use crate::text::plural::{count, list};

/// The names in force, and a sentence about those that are not.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct AllowedSecrets {
    pub names: Vec<String>,
    pub note: Option<String>,
}

/// `base`: the merge base, with its repository. Without one, the current config decides, but not on a pull request.
pub(crate) fn allowed_secrets(
    settings: &Settings,
    environment: &Environment,
    base: Option<(&Repository, CommitId)>,
) -> AllowedSecrets {
    let current = settings.secrets_allow.value.clone();
    // A config outside of the work tree is none that a pull request can change.
    let is_outside = settings.config.as_ref().is_none_or(|config| config.value.is_absolute());
    if current.is_empty() || is_outside {
        return AllowedSecrets { names: current, note: None };
    }
    let Some((repository, commit)) = base else {
        if !is_pull_request(environment) {
            return AllowedSecrets { names: current, note: None };
        }
        let note = "`secrets.allow` does not apply: the merge base of this pull request is unknown, so nothing shows that \
                    the target branch allows it too.";
        return AllowedSecrets { names: Vec::new(), note: Some(note.to_owned()) };
    };
    let at_base = allowed_at(settings, repository, commit);
    let (names, new): (Vec<String>, Vec<String>) = current.into_iter().partition(|name| at_base.contains(name));
    AllowedSecrets { names, note: note(&new) }
}

fn note(new: &[String]) -> Option<String> {
    const MAX_NAMED: usize = 5;
    if new.is_empty() {
        return None;
    }
    let mut named: Vec<String> =
        new.iter().take(MAX_NAMED).map(|name| format!("`{}`", name.replace('`', "'"))).collect();
    if new.len() > MAX_NAMED {
        named.push(count(new.len() - MAX_NAMED, "other"));
    }
    let (stay, them) = if new.len() == 1 { ("stays", "it") } else { ("stay", "them") };
    Some(format!(
        "`secrets.allow`: {} {stay} masked until this change of the config is merged, because the config at the merge base \
         does not list {them}.",
        list(&named)
    ))
}

/// What the config of a commit allows. One that is missing, cannot be read or has errors allows nothing.
fn allowed_at(settings: &Settings, repository: &Repository, commit: CommitId) -> Vec<String> {
    match config_at(settings, repository, commit) {
        ConfigAt::Text(text) => settings.secrets_allowed_by(&text, &rule_names()),
        ConfigAt::Absent | ConfigAt::Unreadable => Vec::new(),
    }
}

/// For a verb that plans nothing and so has no base: on a pull request, the mask of catalog values allows only what the
/// merge base allows too.
pub(crate) fn restrict_mask_on_pull_request(context: &mut Context<'_>) {
    let (settings, environment) = (context.settings, context.environment);
    if settings.secrets_allow.value.is_empty() || !is_pull_request(environment) {
        return;
    }
    let base = context.git.repository().ok().flatten();
    let base = base.and_then(|it| Some((it, commit_in_ci(it, settings, environment)?)));
    restrict_mask(context, allowed_secrets(settings, environment, base).names);
}

/// Everything that is shown from here on is masked by these names.
pub(crate) fn restrict_mask(context: &mut Context<'_>, names: Vec<String>) {
    if names.len() < context.mask.allowed().len() {
        context.mask = context.mask.allowing(names);
    }
}
