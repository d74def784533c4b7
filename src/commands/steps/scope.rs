//! Yields the scope: whose entities are meant. What is said counts; else the owner and name of the Git remote
//! `origin`, which is the same in every clone and every work tree.

use crate::domain::entity::Owner;
use crate::error::ScopeError;
use crate::settings::{Environment, Origin, Settings, Sourced};
use crate::sources::git::{self, Repository};

/// The scope, where there is one. A repository that will not open has no remote to name.
pub(crate) fn scope(settings: &Settings, environment: &Environment) -> Sourced<Option<String>> {
    if let Some(scope) = &settings.scope {
        return Sourced { value: Some(scope.value.clone()), origin: scope.origin.clone() };
    }
    let variables = git::Environment::from_variables(|name| environment.get(name).map(Into::into));
    let repository = Repository::open(&settings.root.value, &variables).ok().flatten();
    match repository.and_then(|repository| repository.origin()).filter(|scope| fits(scope)) {
        Some(scope) => Sourced { value: Some(scope), origin: Origin::Repository("the Git remote `origin`") },
        None => Sourced::default(None),
    }
}

/// The owner of what this repository writes, for verbs that can do nothing without.
pub(crate) fn owner(settings: &Settings, environment: &Environment) -> Result<Owner, ScopeError> {
    scope(settings, environment).value.map(|scope| Owner { scope }).ok_or(ScopeError::Unknown)
}

/// It goes into a header, inside parentheses; a remote's address may hold anything.
pub(crate) fn fits(scope: &str) -> bool {
    scope.len() <= 200 && scope.chars().all(|c| c.is_ascii_alphanumeric() || "._/@-".contains(c))
}
