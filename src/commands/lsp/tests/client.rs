//! An editor for tests: it has files open, sends what an editor sends, and keeps what the server publishes.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use serde_json::{Value as Json, json};
use tempfile::TempDir;

use crate::commands::lsp::convert::uri_of;
use crate::commands::lsp::queue::{Next, Pending};
use crate::commands::lsp::server::Server;
use crate::settings::{Environment, Request};

pub(super) struct Client {
    pub server: Server<'static>,
    folder: TempDir,
    /// The texts of the open files, by address.
    texts: BTreeMap<String, String>,
    version: i32,
    next_id: i32,
    published: BTreeMap<String, Vec<Json>>,
}

impl Client {
    pub fn new(files: &[(&str, &str)]) -> Self {
        let mut client = Self::uninitialized(files);
        client.initialize(&json!({}));
        client
    }

    pub fn uninitialized(files: &[(&str, &str)]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        // It is enough that the folder is there for the root of the repository to be found.
        repository(folder.path());
        for (path, text) in files {
            write(folder.path(), path, text);
        }
        let environment = Environment::new([], folder.path().to_owned(), 1_700_000_000);
        let environment: &'static Environment = Box::leak(Box::new(environment));
        let request = Request { no_cache: true, ..Request::default() };
        let server = Server::new(&request, environment);
        Self { server, folder, texts: BTreeMap::new(), version: 0, next_id: 0, published: BTreeMap::new() }
    }

    pub fn initialize(&mut self, capabilities: &Json) {
        let root = self.uri_of(self.folder.path());
        let folders = json!([{"uri": root, "name": "root"}]);
        self.ask("initialize", json!({"capabilities": capabilities, "workspaceFolders": folders}));
        self.notify("initialized", json!({}));
    }

    pub fn root(&self) -> &Path {
        self.folder.path()
    }

    pub fn uri_of(&self, path: &Path) -> String {
        uri_of(path).expect("the path has an address").as_str().to_owned()
    }

    pub fn uri(&self, path: &str) -> String {
        self.uri_of(&self.folder.path().join(path))
    }

    /// Sends a message; returns the responses to it.
    pub fn send(&mut self, message: Json) -> Vec<Json> {
        self.server.handle(Next::Message(message));
        self.receive()
    }

    fn receive(&mut self) -> Vec<Json> {
        let mut responses = Vec::new();
        for message in self.server.take_messages() {
            match message["method"].as_str() {
                Some("textDocument/publishDiagnostics") => {
                    let uri = message["params"]["uri"].as_str().expect("an address").to_owned();
                    let diagnostics = message["params"]["diagnostics"].as_array().expect("a list").clone();
                    self.published.insert(uri, diagnostics);
                }
                Some(_) => {}
                None => responses.push(message),
            }
        }
        responses
    }

    pub fn notify(&mut self, method: &str, params: Json) {
        self.send(json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    pub fn ask(&mut self, method: &str, params: Json) -> Json {
        self.next_id += 1;
        let id = self.next_id;
        let mut responses = self.send(json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        assert_eq!((responses.len(), &responses[0]["id"]), (1, &json!(id)), "one answer to {method}: {responses:?}");
        responses.remove(0)
    }

    pub fn ask_at(&mut self, method: &str, uri: &str, position: &Json) -> Json {
        self.ask(method, json!({"textDocument": {"uri": uri}, "position": position}))
    }

    /// Nothing waits any more.
    pub fn idle(&mut self) {
        for _ in 0..10 {
            if self.server.pending() == Pending::Nothing {
                return;
            }
            self.server.handle(Next::Idle);
            self.receive();
        }
        panic!("the server always has something to do");
    }

    /// One turn in which no message waits.
    pub fn idle_once(&mut self) {
        self.server.handle(Next::Idle);
        self.receive();
    }

    pub fn open(&mut self, path: &str) {
        let text = fs::read_to_string(self.folder.path().join(path)).unwrap_or_default();
        self.open_as(&self.uri(path), &text);
    }

    pub fn open_as(&mut self, uri: &str, text: &str) {
        self.version += 1;
        self.texts.insert(uri.to_owned(), text.to_owned());
        let document = json!({"uri": uri, "languageId": "yaml", "version": self.version, "text": text});
        self.notify("textDocument/didOpen", json!({"textDocument": document}));
        self.idle();
    }

    pub fn close(&mut self, path: &str) {
        let uri = self.uri(path);
        self.texts.remove(&uri);
        self.notify("textDocument/didClose", json!({"textDocument": {"uri": uri}}));
        self.idle();
    }

    pub fn save(&mut self, path: &str) {
        let uri = self.uri(path);
        write(self.folder.path(), path, &self.texts[&uri].clone());
        self.notify("textDocument/didSave", json!({"textDocument": {"uri": uri}}));
        self.idle();
    }

    pub fn is_open(&self, path: &str) -> bool {
        self.texts.contains_key(&self.uri(path))
    }

    pub fn text(&self, path: &str) -> &str {
        &self.texts[&self.uri(path)]
    }

    /// The text of an open file as the server has it.
    pub fn text_of_server(&self, path: &str) -> &str {
        &self.server.state.documents[&self.uri(path)].text
    }

    /// Changes a range, as an editor does, and waits for the diagnostics.
    pub fn change(&mut self, path: &str, range: Json, new: &str) {
        self.send_change(path, range, new);
        self.idle();
    }

    fn send_change(&mut self, path: &str, range: Json, new: &str) {
        let uri = self.uri(path);
        self.version += 1;
        let text = self.texts.get_mut(&uri).expect("the file is open");
        *text = changed(text, &range, new);
        let changes = json!([{"range": range, "text": new}]);
        let document = json!({"uri": uri, "version": self.version});
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
    }

    /// Replaces the first occurrence of a text.
    pub fn replace(&mut self, path: &str, old: &str, new: &str) {
        self.type_text(path, old, new);
        self.idle();
    }

    /// The same, and does not wait.
    pub fn type_text(&mut self, path: &str, old: &str, new: &str) {
        let text = self.text(path).to_owned();
        let start = super::at(&text, old);
        let end_of_old = text.find(old).expect("it is there") + old.len();
        let line_start = text[..end_of_old].rfind('\n').map_or(0, |at| at + 1);
        let character = text[line_start..end_of_old].encode_utf16().count();
        let end = json!({"line": text[..end_of_old].matches('\n').count(), "character": character});
        self.send_change(path, json!({"start": start, "end": end}), new);
    }

    /// Replaces the whole text.
    pub fn set(&mut self, path: &str, new: &str) {
        let uri = self.uri(path);
        self.version += 1;
        self.texts.insert(uri.clone(), new.to_owned());
        let document = json!({"uri": uri, "version": self.version});
        let changes = json!([{"text": new}]);
        self.notify("textDocument/didChange", json!({"textDocument": document, "contentChanges": changes}));
        self.idle();
    }

    /// Applies the edits of a code action to one file.
    pub fn apply(&mut self, path: &str, action: &Json) {
        let uri = self.uri(path);
        let edits = action["edit"]["changes"][&uri].as_array().expect("it edits the file").clone();
        for edit in edits.into_iter().rev() {
            let new = edit["newText"].as_str().expect("a text").to_owned();
            self.send_change(path, edit["range"].clone(), &new);
        }
        self.idle();
    }

    /// Another program writes a file, and the editor sees it.
    pub fn write(&mut self, path: &str, text: &str) {
        let kind = if self.folder.path().join(path).exists() { 2 } else { 1 };
        write(self.folder.path(), path, text);
        self.tell(path, kind);
    }

    pub fn delete(&mut self, path: &str) {
        if fs::remove_file(self.folder.path().join(path)).is_ok() {
            self.tell(path, 3);
        }
    }

    fn tell(&mut self, path: &str, kind: u8) {
        let changes = json!([{"uri": self.uri(path), "type": kind}]);
        self.notify("workspace/didChangeWatchedFiles", json!({"changes": changes}));
        self.idle();
    }

    pub fn diagnostics(&self, path: &str) -> Vec<Json> {
        self.published.get(&self.uri(path)).cloned().unwrap_or_default()
    }

    /// The rules of the diagnostics; `None` if none were published.
    pub fn rules(&self, path: &str) -> Option<Vec<String>> {
        self.rules_of(&self.uri(path))
    }

    pub fn rules_of(&self, uri: &str) -> Option<Vec<String>> {
        let rules = |it: &Json| it["code"].as_str().expect("a rule").to_owned();
        self.published.get(uri).map(|diagnostics| diagnostics.iter().map(rules).collect())
    }

    /// All diagnostics that the editor shows, by address.
    pub fn shown(&self) -> BTreeMap<String, Vec<Json>> {
        self.published.iter().filter(|(_, all)| !all.is_empty()).map(|(uri, all)| (uri.clone(), all.clone())).collect()
    }
}

/// A repository with a remote, so that deliverers can be recognised as its own.
pub(super) fn repository(folder: &Path) {
    let repository = git2::Repository::init(folder).expect("a repository");
    repository.remote("origin", "https://git.example.com/acme/catalog.git").expect("a remote");
}

pub(super) fn write(folder: &Path, path: &str, text: &str) {
    let path = folder.join(path);
    fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
    fs::write(path, text).expect("it is written");
}

/// The text after a change, counted in the code units of an editor and not as the server does it.
fn changed(text: &str, range: &Json, new: &str) -> String {
    let units: Vec<u16> = text.encode_utf16().collect();
    let index = |place: &Json| {
        let (mut line, mut at) = (place["line"].as_u64().expect("a line"), 0);
        while line > 0 {
            let Some(length) = units[at..].iter().position(|unit| matches!(*unit, 10 | 13)) else { return units.len() };
            at += length + 1;
            if units[at - 1] == 13 && units.get(at) == Some(&10) {
                at += 1;
            }
            line -= 1;
        }
        let end =
            units[at..].iter().position(|unit| matches!(*unit, 10 | 13)).map_or(units.len(), |length| at + length);
        let wanted = at + usize::try_from(place["character"].as_u64().expect("a character")).expect("a short line");
        let wanted = wanted.min(end);
        // Half of a character is its start.
        let is_half = units.get(wanted).is_some_and(|unit| (0xdc00..0xe000).contains(unit));
        wanted - usize::from(is_half && wanted > at)
    };
    let start = index(&range["start"]);
    let end = index(&range["end"]).max(start);
    let result: Vec<u16> = [&units[..start], &new.encode_utf16().collect::<Vec<_>>(), &units[end..]].concat();
    String::from_utf16(&result).expect("whole characters")
}
