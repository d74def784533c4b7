//! The scope: the owner of the entities of this repository. A push to a platform needs one that somebody set. Whatever only
//! reads may derive one from the Git remote `origin`, and so may the embedded catalog: `init` would write the same name.

use crate::commands::steps::connected::catalog_name;
use crate::domain::entity::Owner;
use crate::error::ScopeError;
use crate::settings::{Catalog, Environment, Origin, Settings, Sourced};
use crate::sources::git::{self, Repository};

/// The scope of a repository that has none, in the embedded catalog.
pub(crate) const LOCAL: &str = "local";

/// The scope, where there is one. A repository that will not open has no remote to name.
pub(crate) fn scope(settings: &Settings, environment: &Environment) -> Sourced<Option<String>> {
    if let Some(scope) = &settings.scope {
        return Sourced { value: Some(scope.value.clone()), origin: scope.origin.clone() };
    }
    match of_remote(settings, environment) {
        Some(scope) => Sourced { value: Some(scope), origin: Origin::Repository("the Git remote `origin`") },
        None => Sourced::default(None),
    }
}

/// The scope that the Git remote suggests.
pub(crate) fn of_remote(settings: &Settings, environment: &Environment) -> Option<String> {
    let variables = git::Environment::from_variables(|name| environment.get(name).map(Into::into));
    let repository = Repository::open(&settings.root.value, &variables).ok().flatten()?;
    repository.origin().filter(|scope| fits(scope))
}

/// The owner of what this repository writes, for verbs that can do nothing without.
pub(crate) fn owner(settings: &Settings, environment: &Environment) -> Result<Owner, ScopeError> {
    scope(settings, environment).value.map(|scope| Owner { scope }).ok_or(ScopeError::Unknown)
}

/// The owner for a push. A derived scope changes with the remote, and with it which entities a push deletes, so a platform
/// gets none.
pub(crate) fn owner_for_push(settings: &Settings, environment: &Environment) -> Result<Owner, ScopeError> {
    match (&settings.scope, settings.is_local()) {
        (Some(scope), _) => Ok(Owner { scope: scope.value.clone() }),
        (None, true) => owner_in_catalog(settings, environment),
        (None, false) => {
            let example = scope(settings, environment).value.unwrap_or_else(|| "acme/catalog".to_owned());
            Err(ScopeError::NotSet { catalog: catalog_name(settings), example })
        }
    }
}

/// The scope that a plan for a platform goes by, where nobody set one.
pub(crate) fn derived_scope(settings: &Settings, environment: &Environment) -> Option<String> {
    if settings.scope.is_some() || settings.is_local() {
        return None;
    }
    scope(settings, environment).value
}

/// The same for a verb that reads: the embedded catalog is this machine's own, and needs no name from outside.
pub(crate) fn owner_in_catalog(settings: &Settings, environment: &Environment) -> Result<Owner, ScopeError> {
    match (owner(settings, environment), &settings.catalog.value) {
        (Err(ScopeError::Unknown), Catalog::Local) => Ok(Owner { scope: LOCAL.to_owned() }),
        (owner, Catalog::Local | Catalog::Region(_) | Catalog::Url(_)) => owner,
    }
}

/// It goes into a header, inside parentheses; a remote's address may hold anything.
pub(crate) fn fits(scope: &str) -> bool {
    scope.len() <= 200 && scope.chars().all(|c| c.is_ascii_alphanumeric() || "._/@-".contains(c))
}
