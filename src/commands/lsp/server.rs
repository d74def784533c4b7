//! The state of the language server: the open files, their projects, and what was published of them. It takes one message
//! at a time and collects what is to be sent, so that it can be tested without streams.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use lsp_types::notification::{self as note, Notification};
use lsp_types::request::{self as ask, Request as Ask};
use lsp_types::{
    CodeActionKind, CodeActionOptions, CodeActionProviderCapability, CompletionOptions, Diagnostic,
    DidChangeWatchedFilesRegistrationOptions, FileChangeType, FileSystemWatcher, GlobPattern, HoverProviderCapability,
    InitializeParams, InitializeResult, OneOf, PositionEncodingKind, PublishDiagnosticsParams, Registration,
    RegistrationParams, SaveOptions, ServerCapabilities, ServerInfo, TextDocumentSyncCapability, TextDocumentSyncKind,
    TextDocumentSyncOptions, TextDocumentSyncSaveOptions, Uri, WorkspaceFoldersServerCapabilities,
    WorkspaceServerCapabilities,
};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::commands::lint::session::open_file;
use crate::commands::lsp::convert::{path_of, uri_of};
use crate::commands::lsp::diagnostics::{Places, config_diagnostics, diagnostics};
use crate::commands::lsp::documents::Document;
use crate::commands::lsp::handlers;
use crate::commands::lsp::projects::{NoProject, Project, ProjectKey, Projects};
use crate::commands::lsp::queue::{Next, Pending};
use crate::commands::workspace::snapshot;
use crate::editor::lines::Units;
use crate::exit::Exit;
use crate::settings::{self, Environment, FaultyConfig, Request};
use crate::sources::{self, Boundary, SourceFile};

/// Where the server is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Started,
    Ready,
    ShutDown,
    Ended,
}

/// What was last sent about a file, and the project that it was sent for.
struct Published {
    owner: Option<ProjectKey>,
    diagnostics: Vec<Diagnostic>,
}

pub(super) struct Server<'e> {
    pub projects: Projects<'e>,
    /// By address.
    pub documents: BTreeMap<String, Document>,
    pub folders: Vec<PathBuf>,
    pub units: Units,
    phase: Phase,
    was_shut_down: bool,
    can_watch: bool,
    published: BTreeMap<String, Published>,
    /// Configs with errors, by path.
    faulty: BTreeMap<PathBuf, Box<FaultyConfig>>,
    /// Errors that were shown already.
    shown: BTreeSet<String>,
    messages: Vec<Json>,
    log: Vec<String>,
}

/// The code and the message of an error response.
pub(super) type Refusal = (i32, String);

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
const INTERNAL_ERROR: i32 = -32603;
const NOT_INITIALIZED: i32 = -32002;
const REQUEST_CANCELLED: i32 = -32800;

impl<'e> Server<'e> {
    pub fn new(request: &Request, environment: &'e Environment) -> Self {
        Self {
            projects: Projects::new(request, environment),
            documents: BTreeMap::new(),
            folders: Vec::new(),
            units: Units::default(),
            phase: Phase::Started,
            was_shut_down: false,
            can_watch: false,
            published: BTreeMap::new(),
            faulty: BTreeMap::new(),
            shown: BTreeSet::new(),
            messages: Vec::new(),
            log: Vec::new(),
        }
    }

    /// The messages to send, in order.
    pub fn take_messages(&mut self) -> Vec<Json> {
        std::mem::take(&mut self.messages)
    }

    /// Lines for standard error.
    pub fn take_log(&mut self) -> Vec<String> {
        std::mem::take(&mut self.log)
    }

    pub fn has_ended(&self) -> bool {
        self.phase == Phase::Ended
    }

    /// The protocol has 0 for an end after `shutdown`, and 1 for any other.
    pub fn exit(&self) -> Exit {
        if self.was_shut_down { Exit::Success } else { Exit::Findings }
    }

    /// What is to be done when no message waits.
    pub fn pending(&self) -> Pending {
        let unpublished = self.projects.iter().filter(|(_, project)| project.is_unpublished);
        let mut pending = Pending::Nothing;
        for (_, project) in unpublished {
            if project.is_slow() && project.session.snapshot().is_some() {
                return Pending::Long;
            }
            pending = Pending::Short;
        }
        pending
    }

    pub fn handle(&mut self, next: Next) {
        match next {
            Next::Message(message) => self.message(message),
            Next::Malformed(reason) => self.refuse(&Json::Null, (PARSE_ERROR, reason)),
            Next::Cancelled(id) => self.refuse(&id, (REQUEST_CANCELLED, "the request was cancelled".to_owned())),
            Next::Idle => self.refresh(),
        }
    }

    fn message(&mut self, mut message: Json) {
        let method = message.get("method").and_then(Json::as_str).map(str::to_owned);
        let params = message.get_mut("params").map(Json::take).unwrap_or_default();
        let id = message.get("id").cloned();
        match (method, id) {
            (Some(method), Some(id)) if id.is_string() || id.is_number() => match self.request(&method, params) {
                Ok(result) => self.messages.push(json!({"jsonrpc": "2.0", "id": id, "result": result})),
                Err(refusal) => self.refuse(&id, refusal),
            },
            (Some(method), None) => {
                if let Err((_, reason)) = self.notification(&method, params) {
                    self.log.push(format!("note: `{method}` was not understood: {reason}"));
                }
            }
            // The answer to a request of the server: to register what it watches.
            (None, Some(_)) if message.get("result").is_some() || message.get("error").is_some() => {}
            _ => self.refuse(&Json::Null, (INVALID_REQUEST, "a message has a method, a result or an error".to_owned())),
        }
    }

    fn refuse(&mut self, id: &Json, (code, message): Refusal) {
        self.messages.push(json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}));
    }

    fn notify<N: Notification>(&mut self, params: N::Params) {
        self.messages.push(json!({"jsonrpc": "2.0", "method": N::METHOD, "params": params}));
    }

    fn request(&mut self, method: &str, params: Json) -> Result<Json, Refusal> {
        match (self.phase, method) {
            (Phase::Started, ask::Initialize::METHOD) => {
                let params = parse(params)?;
                let result = self.initialize(&params);
                self.phase = Phase::Ready;
                to_json(&result)
            }
            (Phase::Started, _) => Err((NOT_INITIALIZED, "the first request is `initialize`".to_owned())),
            (Phase::Ready, ask::Initialize::METHOD) => {
                Err((INVALID_REQUEST, "the server is initialized already".to_owned()))
            }
            (Phase::Ready, ask::Shutdown::METHOD) => {
                self.phase = Phase::ShutDown;
                self.was_shut_down = true;
                Ok(Json::Null)
            }
            (Phase::Ready, ask::HoverRequest::METHOD) => to_json(&handlers::hover::hover(self, &parse(params)?)),
            (Phase::Ready, ask::Completion::METHOD) => {
                to_json(&handlers::completion::completion(self, &parse(params)?))
            }
            (Phase::Ready, ask::GotoDefinition::METHOD) => {
                to_json(&handlers::definition::definition(self, &parse(params)?))
            }
            (Phase::Ready, ask::References::METHOD) => {
                to_json(&handlers::references::references(self, &parse(params)?))
            }
            (Phase::Ready, ask::DocumentSymbolRequest::METHOD) => {
                to_json(&handlers::symbols::document_symbols(self, &parse(params)?))
            }
            (Phase::Ready, ask::WorkspaceSymbolRequest::METHOD) => {
                to_json(&handlers::symbols::workspace_symbols(self, &parse(params)?))
            }
            (Phase::Ready, ask::CodeActionRequest::METHOD) => {
                to_json(&handlers::code_action::code_actions(self, &parse(params)?))
            }
            (Phase::ShutDown | Phase::Ended, _) => Err((INVALID_REQUEST, "the server was shut down".to_owned())),
            (Phase::Ready, _) => Err((METHOD_NOT_FOUND, format!("`{method}` is not supported"))),
        }
    }

    fn notification(&mut self, method: &str, params: Json) -> Result<(), Refusal> {
        if method == note::Exit::METHOD {
            self.phase = Phase::Ended;
        }
        if self.phase != Phase::Ready {
            return Ok(());
        }
        match method {
            note::Initialized::METHOD => self.register(),
            note::DidOpenTextDocument::METHOD => {
                let params: lsp_types::DidOpenTextDocumentParams = parse(params)?;
                let it = params.text_document;
                self.open(Document::new(it.uri, it.version, it.text));
            }
            note::DidChangeTextDocument::METHOD => {
                let params: lsp_types::DidChangeTextDocumentParams = parse(params)?;
                let units = self.units;
                let Some(document) = self.documents.get_mut(params.text_document.uri.as_str()) else {
                    return Err((INVALID_PARAMS, "the file is not open".to_owned()));
                };
                document.change(params.text_document.version, params.content_changes, units);
                self.give_text(params.text_document.uri.as_str());
            }
            note::DidSaveTextDocument::METHOD => {
                let params: lsp_types::DidSaveTextDocumentParams = parse(params)?;
                self.save(params.text_document.uri.as_str());
            }
            note::DidCloseTextDocument::METHOD => {
                let params: lsp_types::DidCloseTextDocumentParams = parse(params)?;
                self.close(params.text_document.uri.as_str());
            }
            note::DidChangeWatchedFiles::METHOD => {
                let params: lsp_types::DidChangeWatchedFilesParams = parse(params)?;
                let changes = params.changes.iter().filter_map(|change| Some((path_of(&change.uri)?, change.typ)));
                self.change_on_disk(&changes.collect::<Vec<_>>());
            }
            note::DidChangeWorkspaceFolders::METHOD => {
                let params: lsp_types::DidChangeWorkspaceFoldersParams = parse(params)?;
                let removed: Vec<_> = params.event.removed.iter().filter_map(|folder| path_of(&folder.uri)).collect();
                self.folders.retain(|folder| !removed.contains(folder));
                self.folders.extend(params.event.added.iter().filter_map(|folder| path_of(&folder.uri)));
            }
            // The protocol lets a server ignore the rest.
            _ => {}
        }
        Ok(())
    }

    #[expect(deprecated, reason = "clients of earlier versions name one root")]
    fn initialize(&mut self, params: &InitializeParams) -> InitializeResult {
        let folders = params.workspace_folders.iter().flatten().filter_map(|folder| path_of(&folder.uri));
        self.folders = folders.collect();
        if self.folders.is_empty() {
            self.folders.extend(params.root_uri.as_ref().and_then(path_of));
        }
        let encodings = params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_ref());
        let knows_utf8 = encodings.is_some_and(|known| known.contains(&PositionEncodingKind::UTF8));
        self.units = if knows_utf8 { Units::Utf8 } else { Units::Utf16 };
        let workspace = params.capabilities.workspace.as_ref();
        let watching = workspace.and_then(|workspace| workspace.did_change_watched_files.as_ref());
        self.can_watch = watching.and_then(|watching| watching.dynamic_registration).unwrap_or_default();
        InitializeResult {
            capabilities: capabilities(knows_utf8),
            server_info: Some(ServerInfo {
                name: "portolan".to_owned(),
                version: Some(env!("CARGO_PKG_VERSION").to_owned()),
            }),
        }
    }

    /// Asks the client to tell what changes on disk.
    fn register(&mut self) {
        if !self.can_watch {
            return;
        }
        let watcher = |glob: &str| FileSystemWatcher { glob_pattern: GlobPattern::String(glob.to_owned()), kind: None };
        let watchers = ["**/*.{yaml,yml}", "**/.portolan/**", "**/.gitignore"].map(watcher).into();
        let options = DidChangeWatchedFilesRegistrationOptions { watchers };
        let registration = Registration {
            id: "files".to_owned(),
            method: note::DidChangeWatchedFiles::METHOD.to_owned(),
            register_options: serde_json::to_value(options).ok(),
        };
        let params = RegistrationParams { registrations: vec![registration] };
        self.messages.push(json!({
            "jsonrpc": "2.0", "id": "register-files", "method": ask::RegisterCapability::METHOD, "params": params,
        }));
    }

    fn open(&mut self, document: Document) {
        let uri = document.uri.as_str().to_owned();
        self.documents.insert(uri.clone(), document);
        self.settle(&uri);
        self.publish_homeless();
    }

    /// Finds the project of a file and gives it the file's text.
    fn settle(&mut self, uri: &str) {
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

    fn show_error(&mut self, message: String) {
        if self.shown.insert(message.clone()) {
            self.log.push(format!("error: {message}"));
            let message = format!("portolan: {message}");
            self.notify::<note::ShowMessage>(lsp_types::ShowMessageParams {
                typ: lsp_types::MessageType::ERROR,
                message,
            });
        }
    }

    fn give_text(&mut self, uri: &str) {
        let Some(document) = self.documents.get(uri) else { return };
        let Some((key, path)) = &document.home else { return };
        if let Some(project) = self.projects.get_mut(key) {
            project.change(open_file(path.clone(), &document.text));
        }
    }

    fn save(&mut self, uri: &str) {
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

    fn close(&mut self, uri: &str) {
        let Some(document) = self.documents.remove(uri) else { return };
        match document.home {
            Some((key, path)) => {
                if let Some(project) = self.projects.get_mut(&key) {
                    project.change_on_disk(&path);
                }
            }
            None => self.publish_homeless(),
        }
    }

    fn change_on_disk(&mut self, changes: &[(PathBuf, FileChangeType)]) {
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
    fn reload(&mut self) {
        self.projects.clear();
        self.faulty.clear();
        self.shown.clear();
        let open: Vec<String> = self.documents.keys().cloned().collect();
        open.iter().for_each(|uri| self.settle(uri));
        self.publish_homeless();
    }

    /// The open files of a project.
    fn open_files(documents: &BTreeMap<String, Document>, key: &ProjectKey) -> Vec<SourceFile> {
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
            self.refresh();
        }
    }

    /// Lints what has changed, and publishes what differs.
    fn refresh(&mut self) {
        let (environment, uses_cache) = (self.projects.environment(), self.projects.uses_cache());
        for key in self.projects.keys() {
            let Self { projects, documents, .. } = self;
            let Some(project) = projects.get_mut(&key).filter(|project| project.is_unpublished) else { continue };
            project.is_unpublished = false;
            let open = || Self::open_files(documents, &key);
            if let Err(error) = project.refresh(&open, environment, uses_cache) {
                self.show_error(error.to_string());
            }
            self.publish(&key);
        }
    }

    fn publish(&mut self, key: &ProjectKey) {
        let Some(project) = self.projects.get(key) else { return };
        let homes = self.documents.values().filter_map(|document| Some((document, document.home.as_ref()?)));
        let own: Vec<(&Document, &str)> =
            homes.filter(|(_, (home, _))| home == key).map(|(document, (_, path))| (document, path.as_str())).collect();
        let open: BTreeMap<&str, (&Uri, &str)> =
            own.iter().map(|(document, path)| (*path, (&document.uri, document.text.as_str()))).collect();
        let (findings, texts) = project.session.findings_about_open();
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
    fn publish_homeless(&mut self) {
        let homeless = self.documents.values().filter(|document| document.home.is_none());
        let mut wanted: BTreeMap<String, Vec<Diagnostic>> =
            homeless.map(|document| (document.uri.as_str().to_owned(), Vec::new())).collect();
        for (path, faulty) in &self.faulty {
            let open = self.documents.values().find(|document| document.path.as_ref() == Some(path));
            let uri = open.map(|document| document.uri.clone()).or_else(|| uri_of(path));
            let text = sources::read_input(&Boundary::new(path), path).unwrap_or_default();
            let Some(uri) = uri else { continue };
            wanted.insert(uri.as_str().to_owned(), config_diagnostics(faulty, &text, self.units));
        }
        self.send(None, wanted);
    }

    /// Sends what differs from what the client has, and empties what is not wanted any more.
    fn send(&mut self, owner: Option<&ProjectKey>, mut wanted: BTreeMap<String, Vec<Diagnostic>>) {
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

    fn send_diagnostics(&mut self, uri: &str, diagnostics: Vec<Diagnostic>) {
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

/// Whether lint may read a file: YAML, or a part of the snapshot.
fn is_ours(path: &str) -> bool {
    path.ends_with(".yaml") || path.ends_with(".yml") || snapshot::holds(path)
}

fn capabilities(is_utf8: bool) -> ServerCapabilities {
    ServerCapabilities {
        position_encoding: Some(if is_utf8 { PositionEncodingKind::UTF8 } else { PositionEncodingKind::UTF16 }),
        text_document_sync: Some(TextDocumentSyncCapability::Options(TextDocumentSyncOptions {
            open_close: Some(true),
            change: Some(TextDocumentSyncKind::INCREMENTAL),
            save: Some(TextDocumentSyncSaveOptions::SaveOptions(SaveOptions { include_text: Some(false) })),
            ..TextDocumentSyncOptions::default()
        })),
        hover_provider: Some(HoverProviderCapability::Simple(true)),
        completion_provider: Some(CompletionOptions {
            trigger_characters: Some([":", " ", "-", "["].map(str::to_owned).into()),
            ..CompletionOptions::default()
        }),
        definition_provider: Some(OneOf::Left(true)),
        references_provider: Some(OneOf::Left(true)),
        document_symbol_provider: Some(OneOf::Left(true)),
        workspace_symbol_provider: Some(OneOf::Left(true)),
        code_action_provider: Some(CodeActionProviderCapability::Options(CodeActionOptions {
            code_action_kinds: Some(vec![CodeActionKind::QUICKFIX, handlers::code_action::FIX_ALL]),
            ..CodeActionOptions::default()
        })),
        workspace: Some(WorkspaceServerCapabilities {
            workspace_folders: Some(WorkspaceFoldersServerCapabilities {
                supported: Some(true),
                change_notifications: Some(OneOf::Left(true)),
            }),
            file_operations: None,
        }),
        ..ServerCapabilities::default()
    }
}

fn parse<T: DeserializeOwned>(params: Json) -> Result<T, Refusal> {
    serde_json::from_value(params).map_err(|error| (INVALID_PARAMS, error.to_string()))
}

fn to_json<T: serde::Serialize>(result: &T) -> Result<Json, Refusal> {
    serde_json::to_value(result).map_err(|error| (INTERNAL_ERROR, error.to_string()))
}
