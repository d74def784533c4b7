//! The scope: the owner of the entities of this repository. A push to a platform requires a configured scope. Commands
//! that only read may derive one from the Git remote `origin`, and so may the embedded catalog: `init` would write the
//! same name.

use crate::commands::catalog::address::catalog_name;
use crate::commands::workspace::git::Git;
use crate::domain::entity::Owner;
use crate::domain::error_class::ExitClass;
use crate::settings::{Catalog, Origin, Settings, Sourced};

/// The scope in the embedded catalog if none can be derived.
pub(crate) const LOCAL: &str = "local";

/// The scope, if there is one. A repository that cannot be opened has no remote to derive it from.
pub(crate) fn scope(settings: &Settings, git: &Git) -> Sourced<Option<String>> {
    if let Some(scope) = &settings.scope {
        return Sourced { value: Some(scope.value.clone()), origin: scope.origin.clone() };
    }
    match of_remote(git) {
        Some(scope) => Sourced { value: Some(scope), origin: Origin::Repository("the Git remote `origin`") },
        None => Sourced::default(None),
    }
}

/// The scope derived from the Git remote.
pub(crate) fn of_remote(git: &Git) -> Option<String> {
    git.repository().ok()??.origin().filter(|scope| fits(scope))
}

/// Why no scope can be determined.
#[derive(Debug, thiserror::Error, miette::Diagnostic)]
pub(crate) enum ScopeError {
    #[error("no scope is set, and there is no Git remote `origin` to derive one from")]
    #[diagnostic(
        code("no-scope"),
        help("set `scope: acme/catalog` in portolan.yaml, `PORTOLAN_SCOPE=acme/catalog`, or `--scope acme/catalog`")
    )]
    Unknown,
    #[error(
        "no scope is set, and a push to {catalog} needs one: it owns the entities that the push writes and deletes"
    )]
    #[diagnostic(
        code("no-scope"),
        help("set `scope: {example}` in portolan.yaml, `PORTOLAN_SCOPE={example}`, or `--scope {example}`")
    )]
    NotSet { catalog: String, example: String },
}

impl ExitClass for ScopeError {}

/// The owner, for commands that cannot run without one.
pub(crate) fn owner(settings: &Settings, git: &Git) -> Result<Owner, ScopeError> {
    scope(settings, git).value.map(|scope| Owner { scope }).ok_or(ScopeError::Unknown)
}

/// The owner for a push. A derived scope changes with the remote, and with it which entities a push deletes, so a
/// platform requires a configured one.
pub(crate) fn owner_for_push(settings: &Settings, git: &Git) -> Result<Owner, ScopeError> {
    match (&settings.scope, settings.is_local()) {
        (Some(scope), _) => Ok(Owner { scope: scope.value.clone() }),
        (None, true) => owner_in_catalog(settings, git),
        (None, false) => {
            let example = scope(settings, git).value.unwrap_or_else(|| "acme/catalog".to_owned());
            Err(ScopeError::NotSet { catalog: catalog_name(settings), example })
        }
    }
}

/// The derived scope that a plan for a platform uses if none is configured.
pub(crate) fn derived_scope(settings: &Settings, git: &Git) -> Option<String> {
    if settings.scope.is_some() || settings.is_local() {
        return None;
    }
    scope(settings, git).value
}

/// The owner for a command that reads. The embedded catalog belongs to this machine, so a fixed scope is enough there.
pub(crate) fn owner_in_catalog(settings: &Settings, git: &Git) -> Result<Owner, ScopeError> {
    match (owner(settings, git), &settings.catalog.value) {
        (Err(ScopeError::Unknown), Catalog::Local) => Ok(Owner { scope: LOCAL.to_owned() }),
        (owner, Catalog::Local | Catalog::Region(_) | Catalog::Url(_)) => owner,
    }
}

/// Parses the value of a flag that names a scope.
pub(crate) fn parse_scope(text: &str) -> Result<String, String> {
    match !text.is_empty() && fits(text) {
        true => Ok(text.to_owned()),
        false => Err("a scope is at most 200 letters, digits and `. _ / @ -`, like `acme/catalog`".to_owned()),
    }
}

/// Whether the text can be a scope. The scope becomes part of a header, inside parentheses, and a remote's URL may
/// contain any character.
pub(crate) fn fits(scope: &str) -> bool {
    scope.len() <= 200 && scope.chars().all(|c| c.is_ascii_alphanumeric() || "._/@-".contains(c))
}
