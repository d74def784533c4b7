//! The repositories of the open files: which config applies to a file, and the session of lint that checks it. A file
//! outside of any repository is checked alone.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use crate::commands::context::mask_of_run;
use crate::commands::lint::session::{Freshness, LintSession};
use crate::commands::rule_names;
use crate::error::Error;
use crate::settings::{self, Environment, FaultyConfig, Request, Settings, SettingsError};
use crate::sources::{self, Boundary, DiskFile, PathKind, Pattern, Place, SourceFile};
use crate::text::mask::Mask;

/// Identifies a project: its root, and the only file of one outside of any repository.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) struct ProjectKey {
    pub root: PathBuf,
    pub only: Option<String>,
}

/// A repository with open files.
pub(super) struct Project {
    pub session: LintSession,
    /// Masks credentials in messages; one for all, so that equal findings have equal messages.
    pub mask: Mask,
    /// Files with a text that the session does not have yet, by path.
    changed: BTreeMap<String, SourceFile>,
    needs_all_files: bool,
    /// A text has changed since the findings that its file gives by itself were published.
    is_preview_due: bool,
    /// The findings are not those that were published.
    pub is_unpublished: bool,
}

/// Why no project was found for a file.
#[derive(Debug)]
pub(super) enum NoProject {
    /// The config has errors; its path.
    Faulty(PathBuf, Box<FaultyConfig>),
    /// Another error of the settings, to be shown.
    Error(String),
    /// The file belongs to none: it is outside of every config, or in none of its folders.
    Outside,
}

pub(super) struct Projects<'e> {
    request: Request,
    environment: &'e Environment,
    all: BTreeMap<ProjectKey, Project>,
}

impl<'e> Projects<'e> {
    pub fn new(request: &Request, environment: &'e Environment) -> Self {
        let base = environment.directory().join(request.directory.as_deref().unwrap_or(Path::new("")));
        let config = request.config.as_ref().map(|config| base.join(config));
        let request = Request { directory: None, config, ignores_configs_below: false, ..request.clone() };
        Self { request, environment, all: BTreeMap::new() }
    }

    /// Finds or makes the project of a file; returns its path in the project.
    pub fn find(&mut self, path: &Path) -> Result<(ProjectKey, String), NoProject> {
        let folder = path.ancestors().skip(1).find(|folder| sources::path_kind(folder) == Some(PathKind::Folder));
        let folder = folder.ok_or(NoProject::Outside)?;
        let settings = self.settings(folder).map_err(|error| self.why_not(error, folder))?;
        let root = settings.root.value.clone();
        let relative = path.strip_prefix(&root).map_err(|_| NoProject::Outside)?;
        let relative = sources::path_text(relative);
        let (key, named) = if settings.is_repository() {
            (ProjectKey { root, only: None }, None)
        } else {
            let glob = globset::escape(&relative);
            let named = Pattern::new(&[glob.as_str()], &[]).map_err(|_| NoProject::Outside)?;
            (ProjectKey { root, only: Some(relative.clone()) }, Some(named))
        };
        let environment = self.environment;
        let make = || Project {
            mask: mask_of_run(&settings, environment),
            session: LintSession::new(settings, named),
            changed: BTreeMap::new(),
            needs_all_files: true,
            is_preview_due: false,
            is_unpublished: true,
        };
        self.all.entry(key.clone()).or_insert_with(make);
        Ok((key, relative))
    }

    /// The project of a workspace folder, if it is in a repository.
    pub fn find_folder(&mut self, folder: &Path) -> Option<ProjectKey> {
        let settings = self.settings(folder).ok()?;
        if !settings.is_repository() {
            return None;
        }
        self.find(&folder.join("portolan")).ok().map(|(key, _)| key)
    }

    fn settings(&self, folder: &Path) -> Result<Settings, SettingsError> {
        let request = Request { directory: Some(folder.to_owned()), ..self.request.clone() };
        settings::resolve(&request, self.environment, &rule_names())
    }

    fn why_not(&self, error: SettingsError, folder: &Path) -> NoProject {
        match error {
            SettingsError::Faulty(faulty) => match self.config_of(folder) {
                Some(path) => NoProject::Faulty(path, faulty),
                None => NoProject::Error(faulty.to_string()),
            },
            SettingsError::ConfigsBelow { .. } | SettingsError::BareRepository { .. } => NoProject::Outside,
            error => NoProject::Error(error.to_string()),
        }
    }

    fn config_of(&self, folder: &Path) -> Option<PathBuf> {
        let above = || folder.ancestors().flat_map(|folder| settings::CONFIG_NAMES.map(|name| folder.join(name)));
        self.request.config.clone().or_else(|| above().find(|path| sources::is_taken(path)))
    }

    /// Forgets what is known of all repositories.
    pub fn clear(&mut self) {
        self.all.clear();
    }

    pub fn get(&self, key: &ProjectKey) -> Option<&Project> {
        self.all.get(key)
    }

    pub fn get_mut(&mut self, key: &ProjectKey) -> Option<&mut Project> {
        self.all.get_mut(key)
    }

    pub fn keys(&self) -> Vec<ProjectKey> {
        self.all.keys().cloned().collect()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&ProjectKey, &Project)> {
        self.all.iter()
    }

    /// The projects that contain a path, with its path in each.
    pub fn around(&self, path: &Path) -> Vec<(ProjectKey, String)> {
        let inside = |key: &ProjectKey| Some((key.clone(), sources::path_text(path.strip_prefix(&key.root).ok()?)));
        self.all.keys().filter_map(inside).collect()
    }

    pub fn environment(&self) -> &'e Environment {
        self.environment
    }

    pub fn uses_cache(&self) -> bool {
        !self.request.no_cache
    }
}

impl Project {
    /// Takes the text that a file has now.
    pub fn change(&mut self, file: SourceFile) {
        self.changed.insert(file.path.clone(), file);
        self.is_unpublished = true;
        self.is_preview_due = true;
    }

    /// The file is now as it is on disk.
    pub fn change_on_disk(&mut self, path: &str) {
        let within = Boundary::new(self.session.root());
        let place = Place::Disk(DiskFile::new(&within, path));
        self.change(SourceFile { path: path.to_owned(), place });
    }

    /// Something else than the text of a manifest has changed.
    pub fn check_all(&mut self) {
        self.needs_all_files = true;
        self.is_unpublished = true;
    }

    pub fn is_slow(&self) -> bool {
        self.needs_all_files || self.session.is_slow()
    }

    /// Whether the findings of changed files by themselves are to be published before the whole repository is checked.
    pub fn is_preview_due(&self) -> bool {
        self.is_preview_due && self.is_slow() && self.session.snapshot().is_some()
    }

    /// Brings up to date what the changed files give by themselves.
    pub fn preview(
        &mut self,
        open: &dyn Fn() -> Vec<SourceFile>,
        environment: &Environment,
        uses_cache: bool,
    ) -> Result<(), Error> {
        self.is_preview_due = false;
        self.refresh_facts(open, environment, uses_cache)
    }

    /// Brings the facts up to date that questions are answered from. `open`: all open files of the project.
    pub fn refresh_facts(
        &mut self,
        open: &dyn Fn() -> Vec<SourceFile>,
        environment: &Environment,
        uses_cache: bool,
    ) -> Result<(), Error> {
        if self.session.snapshot().is_none() {
            self.needs_all_files = true;
            return self.refresh(open, environment, uses_cache);
        }
        if !self.changed.is_empty() {
            // After an error they are still changed.
            let changed: Vec<SourceFile> = self.changed.values().cloned().collect();
            self.needs_all_files |= self.session.change(&changed, &open(), environment)? == Freshness::Stale;
            self.changed.clear();
        }
        Ok(())
    }

    /// Brings the findings up to date.
    pub fn refresh(
        &mut self,
        open: &dyn Fn() -> Vec<SourceFile>,
        environment: &Environment,
        uses_cache: bool,
    ) -> Result<(), Error> {
        self.is_preview_due = false;
        if !self.needs_all_files {
            self.refresh_facts(open, environment, uses_cache)?;
        }
        if self.needs_all_files {
            self.changed.clear();
            self.needs_all_files = false;
            self.session.check(&open(), environment, uses_cache)?;
        }
        Ok(())
    }
}
