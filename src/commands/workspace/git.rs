//! The Git repository of a run: opened once, at first use, and shared by every step.

use std::cell::OnceCell;
use std::fmt;
use std::path::{Path, PathBuf};

use crate::settings::{Environment, Settings};
use crate::sources::git::{self, GitError, Repository};

pub struct Git {
    root: PathBuf,
    variables: git::Environment,
    opened: OnceCell<Option<Repository>>,
}

impl fmt::Debug for Git {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Git").field("root", &self.root).finish_non_exhaustive()
    }
}

impl Git {
    pub fn new(settings: &Settings, environment: &Environment) -> Self {
        Self::at(&settings.root.value, environment)
    }

    /// The repository that contains this folder.
    pub fn at(root: &Path, environment: &Environment) -> Self {
        let variables = git::Environment::from_variables(|name| environment.get(name).map(Into::into));
        Self { root: root.to_owned(), variables, opened: OnceCell::new() }
    }

    /// The repository; `None` outside Git.
    pub fn repository(&self) -> Result<Option<&Repository>, GitError> {
        if self.opened.get().is_none() {
            let opened = Repository::open(&self.root, &self.variables)?;
            return Ok(self.opened.get_or_init(|| opened).as_ref());
        }
        Ok(self.opened.get().and_then(Option::as_ref))
    }

    /// The repository for a flag that needs one.
    pub fn required(&self, flag: &'static str) -> Result<&Repository, GitError> {
        self.repository()?.ok_or_else(|| GitError::absent(&self.root, flag))
    }

    #[cfg(test)]
    pub fn is_opened(&self) -> bool {
        self.opened.get().is_some()
    }

    /// The variables for another handle: a handle serves one thread.
    pub fn variables(&self) -> &git::Environment {
        &self.variables
    }
}
