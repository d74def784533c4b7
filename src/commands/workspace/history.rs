//! Asks Git's history whether a path without readable content held manifests before. Only a path that never did is
//! ignored; an unknown past counts as manifests.

use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

use crate::manifest::{self, Missing};
use crate::sources::git::{self, CommitId, Content, PastContent, Repository};
use crate::sources::{self, Hidden, Pattern, ReadBuffer, Unreadable};

/// The history of the manifests of one root.
pub(crate) struct PastManifests {
    root: PathBuf,
    pattern: Pattern,
    git: git::Environment,
    /// The commit whose history is searched; `None` for `HEAD`.
    commit: Option<CommitId>,
    /// Opened on first use, because most repositories never need it. A Git handle is limited to one thread, hence the
    /// lock.
    repository: Mutex<Option<Option<Repository>>>,
}

impl PastManifests {
    pub fn new(root: &Path, pattern: &Pattern, git: &git::Environment, commit: Option<CommitId>) -> Self {
        let (root, pattern, git) = (root.to_owned(), pattern.clone(), git.clone());
        Self { root, pattern, git, commit, repository: Mutex::default() }
    }

    /// Whether a file with missing or binary content counts as a manifest.
    pub fn may_be_manifest(&self, path: &str, missing: Option<Missing>) -> bool {
        if is_config(path) {
            return false;
        }
        missing.is_some_and(Missing::is_fault) || self.pattern.is_named() || self.of(path) != PastContent::Other
    }

    /// The same for lint, which outside Git ignores a file without any sign of a manifest.
    pub fn is_suspect(&self, path: &str, missing: Option<Missing>) -> bool {
        if is_config(path) {
            return false;
        }
        missing.is_some_and(Missing::is_fault)
            || self.pattern.is_named()
            || match self.of(path) {
                PastContent::Manifests => true,
                PastContent::Other => false,
                PastContent::Unknown => self.is_in_git(),
            }
    }

    fn is_in_git(&self) -> bool {
        let opened = self.repository.lock().unwrap_or_else(PoisonError::into_inner);
        matches!(&*opened, Some(Some(_)))
    }

    /// The places that hide manifests, or may do so.
    pub fn hiding(&self, hidden: Vec<Hidden>) -> Vec<Unreadable> {
        let hides = |place: &Hidden| {
            if place.files.iter().any(claims_ours) {
                return true;
            }
            if !place.has_past {
                return !place.is_complete;
            }
            match self.of(&place.place.path) {
                PastContent::Manifests => true,
                PastContent::Other => false,
                PastContent::Unknown => !place.is_complete,
            }
        };
        hidden.into_iter().filter(hides).map(|hidden| hidden.place).collect()
    }

    fn of(&self, path: &str) -> PastContent {
        let mut opened = self.repository.lock().unwrap_or_else(PoisonError::into_inner);
        let repository = opened.get_or_insert_with(|| Repository::open(&self.root, &self.git).ok().flatten());
        match repository {
            Some(repository) => repository.past(&self.root, &self.pattern, self.commit, path, &content),
            None => PastContent::Unknown,
        }
    }
}

/// An empty config is valid.
fn is_config(path: &str) -> bool {
    crate::settings::CONFIG_NAMES.contains(&path.rsplit('/').next().unwrap_or(path))
}

fn content(bytes: &[u8]) -> Content {
    let text = String::from_utf8_lossy(bytes);
    if manifest::claims_ours(&text) {
        return Content::Manifest;
    }
    if Missing::of(&text).is_some() || std::str::from_utf8(bytes).is_err() { Content::Nothing } else { Content::Other }
}

fn claims_ours(file: &sources::SourceFile) -> bool {
    let mut buffer = ReadBuffer::default();
    match sources::read(file, &mut buffer) {
        Ok(text) => manifest::claims_ours(text.text) || Missing::of(text.text).is_some_and(Missing::is_fault),
        Err(_) => true,
    }
}

#[cfg(test)]
mod tests;
