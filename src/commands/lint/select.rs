//! Selects which findings a run reports. Lint always analyses the whole repository; the selection only filters
//! findings.

use std::collections::BTreeSet;

use crate::domain::finding::{EntityName, FileId, Finding, Place};
use crate::sources::SourceFile;

/// Moves each finding with two equally responsible places to the one that was touched, if the other was not.
pub(super) fn move_to<'f>(findings: impl Iterator<Item = &'f mut Finding>, is_touched: &dyn Fn(&Place) -> bool) {
    for finding in findings {
        let Some(other) = finding.other_place() else { continue };
        if !is_touched(&finding.place) && is_touched(&other) {
            finding.exchange_places();
        }
    }
}

/// The selection of findings to show.
#[derive(Debug, Default)]
pub(crate) struct ReportSelection {
    /// `None`: all files.
    files: Option<BTreeSet<String>>,
    /// Folders, each with a trailing slash.
    folders: Vec<String>,
    /// Entities that the change removed: they break relations in files that the change did not touch.
    removed: BTreeSet<EntityName>,
}

impl ReportSelection {
    pub fn everything() -> Self {
        Self::default()
    }

    pub fn nothing() -> Self {
        Self { files: Some(BTreeSet::new()), ..Self::default() }
    }

    pub fn files(files: BTreeSet<String>, removed: BTreeSet<EntityName>) -> Self {
        Self { files: Some(files), folders: Vec::new(), removed }
    }

    /// Selects files and folders, relative to the root; the empty folder is the root.
    pub fn paths(files: BTreeSet<String>, folders: BTreeSet<String>) -> Self {
        if folders.contains("") {
            return Self::everything();
        }
        let folders = folders.into_iter().map(|folder| format!("{folder}/")).collect();
        Self { files: Some(files), folders, removed: BTreeSet::new() }
    }

    /// Selects the files that an editor has open.
    pub fn open(files: &[SourceFile]) -> Self {
        Self::files(files.iter().map(|file| file.path.clone()).collect(), BTreeSet::new())
    }

    /// Restricts a selection by Git to the given paths.
    pub fn within(mut self, paths: &Self) -> Self {
        if let Some(files) = &mut self.files {
            files.retain(|file| paths.holds(file));
        } else {
            self.files.clone_from(&paths.files);
            self.folders.clone_from(&paths.folders);
        }
        self
    }

    /// Extends a selection by Git with the given paths.
    pub fn and(mut self, paths: Self) -> Self {
        self.files = self.files.zip(paths.files).map(|(mut files, more)| {
            files.extend(more);
            files
        });
        self.folders.extend(paths.folders);
        self
    }

    pub fn holds(&self, path: &str) -> bool {
        let Some(files) = &self.files else { return true };
        files.contains(path) || self.folders.iter().any(|folder| path.starts_with(folder.as_str()))
    }

    /// Adds one file to a selection of files.
    pub fn add(&mut self, path: &str) {
        if let Some(files) = &mut self.files {
            files.insert(path.to_owned());
        }
    }

    pub fn is_everything(&self) -> bool {
        self.files.is_none()
    }

    pub fn is_nothing(&self) -> bool {
        self.files.as_ref().is_some_and(BTreeSet::is_empty) && self.folders.is_empty() && self.removed.is_empty()
    }

    /// Whether the finding is about an entity that the change removed.
    pub fn takes_away(&self, finding: &Finding) -> bool {
        finding.target.as_ref().is_some_and(|target| self.removed.contains(target))
    }

    /// Whether a finding is shown: one of its places is selected, or it is about a removed entity.
    pub fn shows(&self, finding: &Finding, files: &[SourceFile]) -> bool {
        if self.is_everything() {
            return true;
        }
        let holds = |file: FileId| files.get(file.0 as usize).is_some_and(|file| self.holds(&file.path));
        holds(finding.place.file)
            || finding.related.iter().any(|(place, _)| holds(place.file))
            || self.takes_away(finding)
    }
}
