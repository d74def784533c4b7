//! Tests `lsp`: the real binary over real streams, alone and with real clients. What it answers is tested beside its code.

mod clients;
mod git_host;

use std::io::{BufRead, BufReader, Read, Write};
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};

use serde_json::{Value, json};

use crate::testkit::{Repo, portolan};

/// A server with its streams.
struct Server {
    child: Child,
    input: Option<ChildStdin>,
    output: BufReader<ChildStdout>,
}

impl Server {
    fn start(repo: &Repo) -> Self {
        let described = portolan(repo);
        let mut command = Command::new(described.get_program());
        command.arg("lsp").arg("--stdio").current_dir(repo.path()).env_clear();
        for (name, value) in described.get_envs() {
            command.envs(value.map(|value| (name, value)));
        }
        command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let input = child.stdin.take();
        let output = BufReader::new(child.stdout.take().expect("it is piped"));
        Self { child, input, output }
    }

    fn send_bytes(&mut self, bytes: &[u8]) {
        self.input.as_mut().expect("it is open").write_all(bytes).expect("the server reads");
    }

    fn send(&mut self, message: &Value) {
        let text = message.to_string();
        self.send_bytes(format!("Content-Length: {}\r\n\r\n{text}", text.len()).as_bytes());
    }

    fn receive(&mut self) -> Value {
        let mut length = 0;
        loop {
            let mut line = String::new();
            assert!(self.output.read_line(&mut line).expect("it is readable") > 0, "the server has ended");
            match line.trim_end().split_once(": ") {
                Some(("Content-Length", value)) => length = value.parse().expect("a number"),
                Some(_) => {}
                None => break,
            }
        }
        let mut bytes = vec![0; length];
        self.output.read_exact(&mut bytes).expect("the whole message");
        serde_json::from_slice(&bytes).expect("JSON")
    }

    /// The next message that fits.
    fn wait_for(&mut self, fits: impl Fn(&Value) -> bool) -> Value {
        loop {
            let message = self.receive();
            if fits(&message) {
                return message;
            }
        }
    }

    fn ask(&mut self, id: u32, method: &str, params: &Value) -> Value {
        self.send(&json!({"jsonrpc": "2.0", "id": id, "method": method, "params": params}));
        self.wait_for(|message| message["id"] == id && message.get("method").is_none())
    }

    fn notify(&mut self, method: &str, params: &Value) {
        self.send(&json!({"jsonrpc": "2.0", "method": method, "params": params}));
    }

    fn initialize(&mut self, repo: &Repo) {
        let root = format!("file://{}", repo.path().display());
        let answer = self.ask(1, "initialize", &json!({"processId": null, "rootUri": root, "capabilities": {}}));
        assert_eq!(answer["result"]["capabilities"]["positionEncoding"], "utf-16");
        self.notify("initialized", &json!({}));
    }

    /// The exit code, and what it said on standard error.
    fn end(mut self) -> (Option<i32>, String) {
        drop(self.input.take());
        let mut talk = String::new();
        self.child.stderr.take().expect("it is piped").read_to_string(&mut talk).expect("it is text");
        (self.child.wait().expect("it ends").code(), talk)
    }
}

const MANIFEST: &str = "apiVersion: getport.io/v1\nkind: Entitty\nmetadata:\n  name: cart\nspec:\n  blueprint: service\n  identifier: cart\n";

#[test]
fn a_session_ends_with_zero_and_says_nothing_on_standard_error() {
    let repo = Repo::new();
    repo.write("catalog/cart.yaml", MANIFEST);
    let mut server = Server::start(&repo);
    server.initialize(&repo);
    let uri = format!("file://{}/catalog/cart.yaml", repo.path().display());
    let document = json!({"uri": uri, "languageId": "yaml", "version": 1, "text": MANIFEST});
    server.notify("textDocument/didOpen", &json!({"textDocument": document}));
    let is_diagnostics = |message: &Value| message["method"] == "textDocument/publishDiagnostics";
    let published = server.wait_for(is_diagnostics);
    assert_eq!(published["params"]["diagnostics"][0]["code"], "unknown-kind", "{published}");
    let range = json!({"start": {"line": 1, "character": 0}, "end": {"line": 1, "character": 20}});
    let change = json!([{"range": range, "text": "kind: Entity"}]);
    let params = json!({"textDocument": {"uri": uri, "version": 2}, "contentChanges": change});
    server.notify("textDocument/didChange", &params);
    let published = server.wait_for(is_diagnostics);
    assert_eq!((&published["params"]["diagnostics"], &published["params"]["version"]), (&json!([]), &json!(2)));
    assert_eq!(server.ask(2, "shutdown", &Value::Null)["result"], Value::Null);
    server.notify("exit", &Value::Null);
    assert_eq!(server.end(), (Some(0), String::new()));
}

#[test]
fn an_end_without_a_shutdown_is_a_failure() {
    let repo = Repo::new();
    let mut server = Server::start(&repo);
    server.initialize(&repo);
    server.notify("exit", &Value::Null);
    assert_eq!(server.end().0, Some(1));
    assert_eq!(Server::start(&repo).end().0, Some(1), "the editor was killed");
}

#[test]
fn what_is_no_message_is_answered_and_the_next_one_too() {
    let repo = Repo::new();
    let mut server = Server::start(&repo);
    server.send_bytes(b"Content-Length: 7\r\n\r\n{\"id\": ");
    assert_eq!(server.receive()["error"]["code"], -32700);
    server.send_bytes(b"GET / HTTP/1.1\r\n");
    assert_eq!(server.receive()["error"]["code"], -32700);
    server.initialize(&repo);
    assert_eq!(server.ask(7, "textDocument/hover", &json!([]))["error"]["code"], -32602);
    server.ask(8, "shutdown", &Value::Null);
    server.notify("exit", &Value::Null);
    assert_eq!(server.end().0, Some(0));
}
