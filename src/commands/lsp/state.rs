//! What the server knows: the open files, their projects, and what was published of them. It takes events of the editor and
//! collects the messages that are to be sent.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lsp_types::notification::{self as note, Notification};
use lsp_types::{Diagnostic, FileChangeType, PublishDiagnosticsParams, Uri};
use serde_json::{Value as Json, json};

use crate::commands::lint::session::open_file;
use crate::commands::lsp::convert::uri_of;
use crate::commands::lsp::diagnostics::{Places, config_diagnostics, diagnostics};
use crate::commands::lsp::documents::Document;
use crate::commands::lsp::projects::{NoProject, Project, ProjectKey, Projects};
use crate::commands::lsp::queue::Pending;
use crate::commands::workspace::snapshot;
use crate::editor::lines::Units;
use crate::error::Error;
use crate::settings::{self, Environment, FaultyConfig, Request};
use crate::sources::{self, Boundary, SourceFile};

/// `Project::preview` or `Project::refresh`.
type Refresh = fn(&mut Project, &dyn Fn() -> Vec<SourceFile>, &Environment, bool) -> Result<(), Error>;

/// What was last sent about a file, and the project that it was sent for.
struct Published {
    owner: Option<ProjectKey>,
    diagnostics: Vec<Diagnostic>,
}

pub(super) struct State<'e> {
    pub projects: Projects<'e>,
    /// By address.
    pub documents: BTreeMap<String, Document>,
    pub folders: Vec<PathBuf>,
    pub units: Units,
    published: BTreeMap<String, Published>,
    /// Configs with errors, by path.
    faulty: BTreeMap<PathBuf, Box<FaultyConfig>>,
    /// Errors that were shown already.
    shown: BTreeSet<String>,
    pub messages: Vec<Json>,
    pub log: Vec<String>,
}

impl<'e> State<'e> {
    pub fn new(request: &Request, environment: &'e Environment) -> Self {
        Self {
            projects: Projects::new(request, environment),
            documents: BTreeMap::new(),
            folders: Vec::new(),
            units: Units::default(),
            published: BTreeMap::new(),
            faulty: BTreeMap::new(),
            shown: BTreeSet::new(),
            messages: Vec::new(),
            log: Vec::new(),
        }
    }

    /// What is to be done when no message waits.
    pub fn pending(&self) -> Pending {
        let unpublished = || self.projects.iter().filter(|(_, project)| project.is_unpublished);
        if unpublished().any(|(_, project)| project.is_preview_due()) {
            return Pending::Short;
        }
        let mut pending = Pending::Nothing;
        for (_, project) in unpublished() {
            if project.is_slow() && project.session.snapshot().is_some() {
                return Pending::Long;
            }
            pending = Pending::Short;
        }
        pending
    }

    fn notify<N: Notification>(&mut self, params: N::Params) {
        self.messages.push(json!({"jsonrpc": "2.0", "method": N::METHOD, "params": params}));
    }

    pub fn open(&mut self, document: Document) {
        let uri = document.uri.as_str().to_owned();
        self.documents.insert(uri.clone(), document);
        self.settle(&uri);
        self.publish_homeless();
    }

    /// Finds the project of a file and gives it the file's text.
    pub fn settle(&mut self, uri: &str) {
        let Some(document) = self.documents.get_mut(uri) else { return };
        document.home = None;
        let Some(path) = document.path.clone() else { return };
        match self.projects.find(&path) {
            Ok(home) => document.home = Some(home),
            Err(NoProject::Outside) => {}
            Err(NoProject::Faulty(config, faulty)) => drop(self.faulty.insert(config, faulty)),
            Err(NoProject::Error(message)) => self.show_error(message),
        }
        self.give_text(uri);
    }

    pub fn show_error(&mut self, message: String) {
        if self.shown.insert(message.clone()) {
            self.log.push(format!("error: {message}"));
            let message = format!("portolan: {message}");
            self.notify::<note::ShowMessage>(lsp_types::ShowMessageParams {
                typ: lsp_types::MessageType::ERROR,
                message,
            });
        }
    }

    pub fn give_text(&mut self, uri: &str) {
        let Some(document) = self.documents.get(uri) else { return };
        let Some((key, path)) = &document.home else { return };
        if let Some(project) = self.projects.get_mut(key) {
            project.change(open_file(path.clone(), &document.text));
        }
    }

    pub fn save(&mut self, uri: &str) {
        let Some(document) = self.documents.get_mut(uri) else { return };
        document.is_dirty = false;
        let Some(path) = document.path.clone() else { return };
        if is_config(&path) {
            return self.reload();
        }
        let home = document.home.clone();
        if let Some((key, relative)) = home
            && let Some(project) = self.projects.get_mut(&key)
            && !project.session.lists(&relative)
        {
            // Lint reads such a file from disk: the snapshot, a deliverer, or a manifest that is new.
            project.check_all();
        }
    }

    pub fn close(&mut self, uri: &str) {
        let Some(document) = self.documents.remove(uri) else { return };
        match document.home {
            Some((key, path)) => {
                if let Some(project) = self.projects.get_mut(&key) {
                    project.session.dismiss(&path);
                    project.change_on_disk(&path);
                }
            }
            None => self.publish_homeless(),
        }
    }

    pub fn change_on_disk(&mut self, changes: &[(PathBuf, FileChangeType)]) {
        if changes.iter().any(|(path, _)| is_config(path) || path.ends_with(".gitignore")) {
            return self.reload();
        }
        for (path, kind) in changes {
            let is_open = self.documents.values().any(|document| document.path.as_ref() == Some(path));
            for (key, relative) in self.projects.around(path) {
                let Some(project) = self.projects.get_mut(&key) else { continue };
                if key.only.is_some() {
                    continue;
                }
                if !is_open {
                    project.session.dismiss_all();
                }
                let is_manifest = project.session.lists(&relative) && *kind == FileChangeType::CHANGED;
                match (is_manifest, is_open) {
                    (true, true) => {}
                    (true, false) => project.change_on_disk(&relative),
                    (false, _) if is_ours(&relative) => project.check_all(),
                    (false, _) => {}
                }
            }
        }
    }

    /// Reads all configs again.
    pub fn reload(&mut self) {
        self.projects.clear();
        self.faulty.clear();
        self.shown.clear();
        let open: Vec<String> = self.documents.keys().cloned().collect();
        open.iter().for_each(|uri| self.settle(uri));
        self.publish_homeless();
    }

    /// The open files of a project.
    pub fn open_files(documents: &BTreeMap<String, Document>, key: &ProjectKey) -> Vec<SourceFile> {
        let homes = documents.values().filter_map(|document| Some((document, document.home.as_ref()?)));
        let own = homes.filter(|(_, (home, _))| home == key);
        let mut files: Vec<SourceFile> =
            own.map(|(document, (_, path))| open_file(path.clone(), &document.text)).collect();
        files.sort_by(|one, other| one.path.cmp(&other.path));
        files
    }

    /// Brings the facts of a project up to date, for an answer.
    pub fn refresh_facts(&mut self, key: &ProjectKey) {
        let (environment, uses_cache) = (self.projects.environment(), self.projects.uses_cache());
        let Self { projects, documents, .. } = self;
        let Some(project) = projects.get_mut(key) else { return };
        let open = || Self::open_files(documents, key);
        if let Err(error) = project.refresh_facts(&open, environment, uses_cache) {
            self.show_error(error.to_string());
        }
    }

    /// Brings the findings about an open file up to date, for an answer.
    pub fn refresh_findings(&mut self, uri: &Uri) {
        let is_unpublished = |key: &ProjectKey| self.projects.get(key).is_some_and(|project| project.is_unpublished);
        let home = self.documents.get(uri.as_str()).and_then(|document| document.home.as_ref());
        if home.is_some_and(|(key, _)| is_unpublished(key)) {
            self.refresh_all();
        }
    }

    /// Publishes what changed files give by themselves; if there is nothing of that, lints what has changed.
    pub fn refresh(&mut self) {
        let due: Vec<ProjectKey> = self.keys_of(Project::is_preview_due);
        if due.is_empty() {
            return self.refresh_all();
        }
        due.iter().for_each(|key| self.refresh_one(key, Project::preview));
    }

    /// Lints what has changed, and publishes what differs.
    fn refresh_all(&mut self) {
        for key in self.keys_of(|project| project.is_unpublished) {
            if let Some(project) = self.projects.get_mut(&key) {
                project.is_unpublished = false;
            }
            self.refresh_one(&key, Project::refresh);
        }
    }

    fn keys_of(&self, is_wanted: impl Fn(&Project) -> bool) -> Vec<ProjectKey> {
        self.projects.iter().filter(|(_, project)| is_wanted(project)).map(|(key, _)| key.clone()).collect()
    }

    fn refresh_one(&mut self, key: &ProjectKey, refresh: Refresh) {
        let (environment, uses_cache) = (self.projects.environment(), self.projects.uses_cache());
        let Self { projects, documents, .. } = self;
        let Some(project) = projects.get_mut(key) else { return };
        let open = || Self::open_files(documents, key);
        if let Err(error) = refresh(project, &open, environment, uses_cache) {
            self.show_error(error.to_string());
        }
        self.publish(key);
    }

    pub fn publish(&mut self, key: &ProjectKey) {
        let Some(project) = self.projects.get(key) else { return };
        let homes = self.documents.values().filter_map(|document| Some((document, document.home.as_ref()?)));
        let own: Vec<(&Document, &str)> =
            homes.filter(|(_, (home, _))| home == key).map(|(document, (_, path))| (document, path.as_str())).collect();
        let open: BTreeMap<&str, (&Uri, &str)> =
            own.iter().map(|(document, path)| (*path, (&document.uri, document.text.as_str()))).collect();
        let (findings, texts) = project.session.findings_to_publish();
        let places = Places { project, texts: &texts, open: &open, units: self.units };
        let mut wanted = diagnostics(&findings, &places, &project.mask);
        for (document, path) in own {
            let uri = document.uri.as_str();
            wanted.entry(uri.to_owned()).or_default();
            // Lint reads it from disk, so its findings do not fit the text that is being edited.
            if document.is_dirty && !project.session.lists(path) {
                let before = self.published.get(uri).map(|it| it.diagnostics.clone()).unwrap_or_default();
                wanted.insert(uri.to_owned(), before);
            }
        }
        self.send(Some(key), wanted);
    }

    /// Publishes what belongs to no project: the errors of configs, and that other files have none.
    pub fn publish_homeless(&mut self) {
        let homeless = self.documents.values().filter(|document| document.home.is_none());
        let mut wanted: BTreeMap<String, Vec<Diagnostic>> =
            homeless.map(|document| (document.uri.as_str().to_owned(), Vec::new())).collect();
        for (path, faulty) in &self.faulty {
            let open = self.documents.values().find(|document| document.path.as_ref() == Some(path));
            let uri = open.map(|document| document.uri.clone()).or_else(|| uri_of(path));
            let text = sources::read_input(&Boundary::new(path.parent().unwrap_or(path)), path).unwrap_or_default();
            let Some(uri) = uri else { continue };
            wanted.insert(uri.as_str().to_owned(), config_diagnostics(faulty, &text, self.units));
        }
        self.send(None, wanted);
    }

    /// Sends what differs from what the client has, and empties what is not wanted any more.
    pub fn send(&mut self, owner: Option<&ProjectKey>, mut wanted: BTreeMap<String, Vec<Diagnostic>>) {
        let is_own = |published: &Published| published.owner.as_ref() == owner;
        let gone = self.published.iter().filter(|(uri, published)| is_own(published) && !wanted.contains_key(*uri));
        let gone: Vec<String> = gone.map(|(uri, _)| uri.clone()).collect();
        for uri in gone {
            self.published.remove(&uri);
            self.send_diagnostics(&uri, Vec::new());
        }
        let is_news = |uri: &String, diagnostics: &Vec<Diagnostic>| {
            self.published.get(uri).is_none_or(|published| published.diagnostics != *diagnostics)
        };
        wanted.retain(|uri, diagnostics| is_news(uri, diagnostics));
        for (uri, diagnostics) in wanted {
            self.published.insert(uri.clone(), Published { owner: owner.cloned(), diagnostics: diagnostics.clone() });
            self.send_diagnostics(&uri, diagnostics);
        }
    }

    pub fn send_diagnostics(&mut self, uri: &str, diagnostics: Vec<Diagnostic>) {
        let document = self.documents.get(uri);
        let version = document.map(|document| document.version);
        let uri = document.map(|document| document.uri.clone()).or_else(|| uri.parse().ok());
        if let Some(uri) = uri {
            self.notify::<note::PublishDiagnostics>(PublishDiagnosticsParams { uri, diagnostics, version });
        }
    }

    /// The open file of an address with its project, with the facts of now.
    pub fn find(&mut self, uri: &Uri) -> Option<(&Self, &Document, &Project)> {
        let key = self.documents.get(uri.as_str())?.home.as_ref()?.0.clone();
        self.refresh_facts(&key);
        let server = &*self;
        Some((server, server.documents.get(uri.as_str())?, server.projects.get(&key)?))
    }
}

fn is_config(path: &Path) -> bool {
    path.file_name().and_then(|name| name.to_str()).is_some_and(settings::is_config_name)
}

/// Whether lint may read a file: YAML, or a part of the snapshot, beside which the embedded catalog is.
fn is_ours(path: &str) -> bool {
    let is_snapshot = snapshot::holds(path) && (path.ends_with(".json") || path.ends_with(".txt"));
    path.ends_with(".yaml") || path.ends_with(".yml") || is_snapshot
}
