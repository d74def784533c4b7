//! A session with the real yaml-language-server, over its standard streams. If the server is not installed, the tests
//! that need it are skipped with a message; `.ci/run` installs it if npm is available.

use std::io::{BufRead, BufReader, Read, Write};
use std::path::{Path, PathBuf};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

/// `.ci/run` installs this version.
pub const VERSION: &str = "1.20.0";

pub struct Session {
    server: Child,
    input: ChildStdin,
    output: BufReader<ChildStdout>,
    calls: u64,
    /// The diagnostics published for each document, by URI; the last ones count.
    published: Vec<(String, Value)>,
    /// The editor's YAML settings, which the server requests.
    settings: Value,
    asked: usize,
}

/// The server's script in the folder of `npm install --prefix`.
fn installed() -> Option<PathBuf> {
    let target = Path::new(env!("CARGO_TARGET_TMPDIR")).parent()?;
    let package = target.join("yaml-language-server/node_modules/yaml-language-server");
    let text = std::fs::read_to_string(package.join("package.json")).ok()?;
    let described: Value = serde_json::from_str(&text).ok()?;
    (described["version"] == VERSION).then(|| package.join("out/server/src/server.js"))
}

impl Session {
    /// A session in which the schema applies to all documents.
    pub fn start(schema: &Path) -> Option<Self> {
        Self::with(&json!({format!("file://{}", schema.display()): "*.yaml"}), None)
    }

    /// A session in a folder, with these schema settings.
    pub fn with(schemas: &Value, folder: Option<&Path>) -> Option<Self> {
        let has_node = Command::new("node").arg("--version").output().is_ok_and(|output| output.status.success());
        let Some(script) = installed().filter(|_| has_node) else {
            // Written directly to standard error, because the test harness hides the output of a passed test.
            let words = format!(
                "\nNOT TESTED without yaml-language-server: npm install --prefix target/yaml-language-server \
                 yaml-language-server@{VERSION}\n"
            );
            let _ = std::io::stderr().write_all(words.as_bytes());
            return None;
        };
        let mut server = Command::new("node")
            .arg(script)
            .arg("--stdio")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .expect("node starts");
        let (input, output) = (server.stdin.take().expect("it is piped"), server.stdout.take().expect("it is piped"));
        let settings = json!({"validate": true, "completion": true, "hover": true, "schemaStore": {"enable": false}, "schemas": schemas});
        let output = BufReader::new(output);
        let mut session = Self { server, input, output, calls: 0, published: Vec::new(), settings, asked: 0 };
        let root = folder.map(|folder| format!("file://{}", folder.display()));
        let capabilities = json!({
            "workspace": {"configuration": true},
            "textDocument": {"completion": {"completionItem": {"snippetSupport": false}}},
        });
        session.call("initialize", &json!({"processId": null, "rootUri": root, "capabilities": capabilities}));
        session.tell("initialized", &json!({}));
        session.tell("workspace/didChangeConfiguration", &json!({"settings": {}}));
        // The server requests the settings asynchronously; a document that is opened before has no schema.
        while !session.is_settled() {
            session.read();
        }
        Some(session)
    }

    pub fn open(&mut self, name: &str, text: &str) {
        let document = json!({"uri": address(name), "languageId": "yaml", "version": 1, "text": text});
        self.tell("textDocument/didOpen", &json!({"textDocument": document}));
    }

    /// The diagnostics of a document: line (from 0) and message, by line.
    pub fn faults(&mut self, name: &str, text: &str) -> Vec<(u64, String)> {
        self.open(name, text);
        let address = address(name);
        loop {
            if let Some(at) = self.published.iter().position(|(of, _)| *of == address) {
                let (_, found) = self.published.swap_remove(at);
                let fault = |fault: &Value| {
                    let line = fault["range"]["start"]["line"].as_u64().expect("a line");
                    (line, fault["message"].as_str().expect("a message").to_owned())
                };
                let mut faults: Vec<_> = found.as_array().expect("a list").iter().map(fault).collect();
                faults.sort();
                return faults;
            }
            self.read();
        }
    }

    /// The completions at the mark `|` in the text.
    pub fn offers(&mut self, name: &str, text: &str) -> Vec<String> {
        let answer = self.at_mark("textDocument/completion", name, text);
        let items = answer.get("items").unwrap_or(&answer).as_array().cloned().unwrap_or_default();
        let label = |item: &Value| item["label"].as_str().expect("a label").to_owned();
        items.iter().map(label).collect()
    }

    /// The hover text at the mark `|` in the text.
    pub fn hover(&mut self, name: &str, text: &str) -> String {
        self.at_mark("textDocument/hover", name, text)["contents"]["value"].as_str().unwrap_or_default().to_owned()
    }

    fn at_mark(&mut self, method: &str, name: &str, text: &str) -> Value {
        let at = text.find('|').expect("the text has a mark");
        self.open(name, &text.replacen('|', "", 1));
        let line = text[..at].matches('\n').count();
        let character = text[..at].rsplit('\n').next().unwrap_or_default().chars().count();
        let position = json!({"line": line, "character": character});
        self.call(method, &json!({"textDocument": {"uri": address(name)}, "position": position}))
    }

    fn call(&mut self, method: &str, parameters: &Value) -> Value {
        self.calls += 1;
        let call = self.calls;
        self.send(&json!({"jsonrpc": "2.0", "id": call, "method": method, "params": parameters}));
        loop {
            let message = self.read();
            if message["id"] == call && message.get("method").is_none() {
                assert!(message.get("error").is_none(), "{method}: {message}");
                return message["result"].clone();
            }
        }
    }

    fn tell(&mut self, method: &str, parameters: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": parameters}));
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        write!(self.input, "Content-Length: {}\r\n\r\n{text}", text.len()).expect("the server listens");
        self.input.flush().expect("the server listens");
    }

    fn is_settled(&self) -> bool {
        self.asked >= 1
    }

    /// Reads one message. Requests of the server are answered with null, except for those of settings.
    fn read(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).expect("the server speaks") > 0, "the server ended");
            if let Some(number) = line.strip_prefix("Content-Length: ") {
                length = number.trim().parse().expect("a number");
            }
            if line.trim().is_empty() {
                break;
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).expect("the message is whole");
        let message: Value = serde_json::from_slice(&bytes).expect("it is JSON");
        if message["method"] == "textDocument/publishDiagnostics" {
            let uri = message["params"]["uri"].as_str().expect("an address").to_owned();
            self.published.push((uri, message["params"]["diagnostics"].clone()));
        } else if message["method"] == "workspace/configuration" {
            let items = message["params"]["items"].as_array().cloned().unwrap_or_default();
            let answer = |item: &Value| if item["section"] == "yaml" { self.settings.clone() } else { json!({}) };
            let answers: Vec<Value> = items.iter().map(answer).collect();
            self.asked += 1;
            self.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": answers}));
        } else if message.get("method").is_some() && message.get("id").is_some() {
            self.send(&json!({"jsonrpc": "2.0", "id": message["id"], "result": null}));
        }
        message
    }
}

impl Drop for Session {
    fn drop(&mut self) {
        let _ = self.server.kill();
        let _ = self.server.wait();
    }
}

/// The URI of a document. Relative names are in a folder that does not exist.
fn address(name: &str) -> String {
    if name.starts_with('/') { format!("file://{name}") } else { format!("file:///manifests/{name}") }
}
