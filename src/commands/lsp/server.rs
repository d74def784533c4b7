//! The protocol: the life of the server, and which message goes where. It takes one message at a time, so that it can be
//! tested without streams.

use lsp_types::notification::{self as note, Notification};
use lsp_types::request::{self as ask, Request as Ask};
use lsp_types::{
    DidChangeWatchedFilesRegistrationOptions, FileSystemWatcher, GlobPattern, InitializeParams, InitializeResult,
    PositionEncodingKind, Registration, RegistrationParams, ServerInfo,
};
use serde::de::DeserializeOwned;
use serde_json::{Value as Json, json};

use crate::commands::lsp::capabilities::capabilities;
use crate::commands::lsp::convert::path_of;
use crate::commands::lsp::documents::Document;
use crate::commands::lsp::handlers;
use crate::commands::lsp::queue::{Next, Pending};
use crate::commands::lsp::state::State;
use crate::editor::lines::Units;
use crate::exit::Exit;
use crate::settings::{Environment, Request};

/// Where the server is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Phase {
    Started,
    Ready,
    ShutDown,
    Ended,
}

pub(super) struct Server<'e> {
    pub state: State<'e>,
    phase: Phase,
    was_shut_down: bool,
    can_watch: bool,
}

/// The code and the message of an error response.
type Refusal = (i32, String);

const PARSE_ERROR: i32 = -32700;
const INVALID_REQUEST: i32 = -32600;
const METHOD_NOT_FOUND: i32 = -32601;
const INVALID_PARAMS: i32 = -32602;
const INTERNAL_ERROR: i32 = -32603;
const NOT_INITIALIZED: i32 = -32002;
const REQUEST_CANCELLED: i32 = -32800;
const REQUEST_FAILED: i32 = -32803;

impl<'e> Server<'e> {
    pub fn new(request: &Request, environment: &'e Environment) -> Self {
        let state = State::new(request, environment);
        Self { state, phase: Phase::Started, was_shut_down: false, can_watch: false }
    }

    /// The messages to send, in order.
    pub fn take_messages(&mut self) -> Vec<Json> {
        std::mem::take(&mut self.state.messages)
    }

    /// Lines for standard error.
    pub fn take_log(&mut self) -> Vec<String> {
        std::mem::take(&mut self.state.log)
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
        self.state.pending()
    }

    pub fn handle(&mut self, next: Next) {
        match next {
            Next::Message(message) => self.message(message),
            Next::Malformed(reason) => self.refuse(&Json::Null, (PARSE_ERROR, reason)),
            Next::Cancelled(id) => self.refuse(&id, (REQUEST_CANCELLED, "the request was cancelled".to_owned())),
            Next::Idle => self.state.refresh(),
        }
    }

    fn message(&mut self, mut message: Json) {
        let method = message.get("method").and_then(Json::as_str).map(str::to_owned);
        let params = message.get_mut("params").map(Json::take).unwrap_or_default();
        let id = message.get("id").cloned();
        match (method, id) {
            (Some(method), Some(id)) if id.is_string() || id.is_number() => match self.request(&method, params) {
                Ok(result) => self.state.messages.push(json!({"jsonrpc": "2.0", "id": id, "result": result})),
                Err(refusal) => self.refuse(&id, refusal),
            },
            (Some(method), None) => {
                if let Err((_, reason)) = self.notification(&method, params) {
                    self.state.log.push(format!("note: `{method}` was not understood: {reason}"));
                }
            }
            // The answer to a request of the server: to register what it watches.
            (None, Some(_)) if message.get("result").is_some() || message.get("error").is_some() => {}
            _ => self.refuse(&Json::Null, (INVALID_REQUEST, "a message has a method, a result or an error".to_owned())),
        }
    }

    fn refuse(&mut self, id: &Json, (code, message): Refusal) {
        self.state.messages.push(json!({"jsonrpc": "2.0", "id": id, "error": {"code": code, "message": message}}));
    }

    fn request(&mut self, method: &str, params: Json) -> Result<Json, Refusal> {
        let state = &mut self.state;
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
            (Phase::Ready, ask::HoverRequest::METHOD) => to_json(&handlers::hover::hover(state, &parse(params)?)),
            (Phase::Ready, ask::Completion::METHOD) => {
                to_json(&handlers::completion::completion(state, &parse(params)?))
            }
            (Phase::Ready, ask::GotoDefinition::METHOD) => {
                to_json(&handlers::definition::definition(state, &parse(params)?))
            }
            (Phase::Ready, ask::References::METHOD) => {
                to_json(&handlers::references::references(state, &parse(params)?))
            }
            (Phase::Ready, ask::PrepareRenameRequest::METHOD) => {
                to_json(&handlers::rename::prepare_rename(state, &parse(params)?))
            }
            (Phase::Ready, ask::Rename::METHOD) => {
                let edit = handlers::rename::rename(state, &parse(params)?);
                to_json(&edit.map_err(|message| (REQUEST_FAILED, message))?)
            }
            (Phase::Ready, ask::DocumentSymbolRequest::METHOD) => {
                to_json(&handlers::symbols::document_symbols(state, &parse(params)?))
            }
            (Phase::Ready, ask::WorkspaceSymbolRequest::METHOD) => {
                to_json(&handlers::symbols::workspace_symbols(state, &parse(params)?))
            }
            (Phase::Ready, ask::CodeActionRequest::METHOD) => {
                to_json(&handlers::code_action::code_actions(state, &parse(params)?))
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
                self.state.open(Document::new(it.uri, it.version, it.text));
            }
            note::DidChangeTextDocument::METHOD => {
                let params: lsp_types::DidChangeTextDocumentParams = parse(params)?;
                let units = self.state.units;
                let Some(document) = self.state.documents.get_mut(params.text_document.uri.as_str()) else {
                    return Err((INVALID_PARAMS, "the file is not open".to_owned()));
                };
                document.change(params.text_document.version, params.content_changes, units);
                self.state.give_text(params.text_document.uri.as_str());
            }
            note::DidSaveTextDocument::METHOD => {
                let params: lsp_types::DidSaveTextDocumentParams = parse(params)?;
                self.state.save(params.text_document.uri.as_str());
            }
            note::DidCloseTextDocument::METHOD => {
                let params: lsp_types::DidCloseTextDocumentParams = parse(params)?;
                self.state.close(params.text_document.uri.as_str());
            }
            note::DidChangeWatchedFiles::METHOD => {
                let params: lsp_types::DidChangeWatchedFilesParams = parse(params)?;
                let changes = params.changes.iter().filter_map(|change| Some((path_of(&change.uri)?, change.typ)));
                self.state.change_on_disk(&changes.collect::<Vec<_>>());
            }
            note::DidChangeWorkspaceFolders::METHOD => {
                let params: lsp_types::DidChangeWorkspaceFoldersParams = parse(params)?;
                let removed: Vec<_> = params.event.removed.iter().filter_map(|folder| path_of(&folder.uri)).collect();
                self.state.folders.retain(|folder| !removed.contains(folder));
                self.state.folders.extend(params.event.added.iter().filter_map(|folder| path_of(&folder.uri)));
            }
            // The protocol lets a server ignore the rest.
            _ => {}
        }
        Ok(())
    }

    #[expect(deprecated, reason = "clients of earlier versions name one root")]
    fn initialize(&mut self, params: &InitializeParams) -> InitializeResult {
        let folders = params.workspace_folders.iter().flatten().filter_map(|folder| path_of(&folder.uri));
        self.state.folders = folders.collect();
        if self.state.folders.is_empty() {
            self.state.folders.extend(params.root_uri.as_ref().and_then(path_of));
        }
        let encodings = params.capabilities.general.as_ref().and_then(|general| general.position_encodings.as_ref());
        let knows_utf8 = encodings.is_some_and(|known| known.contains(&PositionEncodingKind::UTF8));
        self.state.units = if knows_utf8 { Units::Utf8 } else { Units::Utf16 };
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
        self.state.messages.push(json!({
            "jsonrpc": "2.0", "id": "register-files", "method": ask::RegisterCapability::METHOD, "params": params,
        }));
    }
}

fn parse<T: DeserializeOwned>(params: Json) -> Result<T, Refusal> {
    serde_json::from_value(params).map_err(|error| (INVALID_PARAMS, error.to_string()))
}

fn to_json<T: serde::Serialize>(result: &T) -> Result<Json, Refusal> {
    serde_json::to_value(result).map_err(|error| (INTERNAL_ERROR, error.to_string()))
}
