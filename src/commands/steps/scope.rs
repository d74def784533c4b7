//! Yields the scope: whose entities are meant. What is said counts; else the owner and name of the Git remote
//! `origin`, which is the same in every clone and every work tree.

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

/// The same for a verb that may write: the embedded catalog is this machine's own, and needs no name from outside.
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
