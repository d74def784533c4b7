//! Yields what is checked out, for a plan to be bound to: commit, branch, and whether what the plan is made of differs
//! from that commit. Outside Git all of that is unknown, and no fault.

use std::path::PathBuf;

use super::snapshot;
use crate::domain::revision::Revision;
use crate::settings::{Environment, Settings};
use crate::sources::Pattern;
use crate::sources::git::{self, GitError, Repository};

/// The repository that the root lies in; `None` outside Git.
pub(crate) fn repository(settings: &Settings, environment: &Environment) -> Result<Option<Repository>, GitError> {
    let variables = git::Environment::from_variables(|name| environment.get(name).map(Into::into));
    Repository::open(&settings.root.value, &variables)
}

/// Manifests, config and snapshot count; a `.portolan` that Git is told to leave out does not.
pub(crate) fn revision(
    repository: Option<&Repository>,
    settings: &Settings,
    pattern: &Pattern,
) -> Result<Revision, GitError> {
    let Some(repository) = repository else {
        return Ok(Revision { commit: None, branch: None, is_dirty: false });
    };
    let root = &settings.root.value;
    let folder = root.join(snapshot::FOLDER);
    let config = settings.config.as_ref().map(|config| root.join(&config.value));
    let parts = ["blueprints", snapshot::KNOWN, snapshot::SOURCE].map(|name| folder.join(name));
    let besides: Vec<PathBuf> = config.into_iter().chain(parts).collect();
    let besides: Vec<_> = besides.iter().map(PathBuf::as_path).collect();
    repository.revision(root, pattern, &besides)
}
