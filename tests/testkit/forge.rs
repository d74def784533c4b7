//! A server on loopback with the few routes of GitHub, GitLab, Azure and Bitbucket that comments need, and those of GitHub
//! and Azure for pull requests: pages of a hundred, a viewer, and a record of requests.

mod dialect;

use std::collections::VecDeque;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use dialect::Dialect;
use serde_json::{Value, json};

pub struct Forge {
    pub url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    comments: Vec<Value>,
    /// The pull requests that were opened, as sent.
    pulls: Vec<Value>,
    calls: Vec<String>,
    secrets: Vec<String>,
    /// The status of every write, if set.
    refusal: Option<u16>,
    /// The faults of the next calls, in order.
    faults: VecDeque<Fault>,
    /// `/graphql` and `/user` respond with 403, as for tokens that may not read their own login.
    hides_viewer: bool,
    /// The files that releases offer, by path.
    files: Vec<(String, Vec<u8>)>,
}

/// A fault of one call.
#[derive(Debug, Clone)]
pub enum Fault {
    /// This response with headers, without any effect.
    Answer(u16, Vec<(&'static str, String)>, &'static str),
    /// The write takes effect, and the response says that it failed.
    Lost(u16),
    /// Applies the fault only to a write.
    OnWrite(Box<Fault>),
}

/// The login of the token.
pub const ME: &str = "github-actions[bot]";

impl Forge {
    pub fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a port is free");
        let url = format!("http://{}", listener.local_addr().expect("it is bound"));
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                answer(stream, &mut shared.lock().expect("nobody panicked"));
            }
        });
        Self { url, state }
    }

    pub fn add(&self, author: &str, body: &str) {
        let mut state = self.state.lock().expect("nobody panicked");
        push(&mut state, author, body);
    }

    pub fn refuse(&self, status: u16) {
        self.state.lock().expect("nobody panicked").refusal = Some(status);
    }

    /// Sets the faults of the next calls, in order.
    pub fn fail(&self, faults: impl IntoIterator<Item = Fault>) {
        self.state.lock().expect("nobody panicked").faults.extend(faults);
    }

    pub fn hide_viewer(&self) {
        self.state.lock().expect("nobody panicked").hides_viewer = true;
    }

    /// Edits a comment like the forge's web page.
    pub fn edit(&self, at: usize, body: &str) {
        self.state.lock().expect("nobody panicked").comments[at]["body"] = json!(body);
    }

    pub fn offer(&self, path: &str, bytes: Vec<u8>) {
        self.state.lock().expect("nobody panicked").files.push((path.to_owned(), bytes));
    }

    /// The author and text of every comment.
    pub fn comments(&self) -> Vec<(String, String)> {
        let state = self.state.lock().expect("nobody panicked");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        state.comments.iter().map(|it| (text(&it["user"]["login"]), text(&it["body"]))).collect()
    }

    /// The pull requests that were opened, as sent.
    pub fn pulls(&self) -> Vec<Value> {
        self.state.lock().expect("nobody panicked").pulls.clone()
    }

    /// `GET /path?query`, in order.
    pub fn calls(&self) -> Vec<String> {
        self.state.lock().expect("nobody panicked").calls.clone()
    }

    /// The secrets that were sent, each once.
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = self.state.lock().expect("nobody panicked").secrets.clone();
        secrets.sort();
        secrets.dedup();
        secrets
    }
}

fn push(state: &mut State, author: &str, body: &str) {
    let id = state.comments.len() + 1;
    let url = format!("https://forge.example/comments/{id}");
    let comment = json!({"id": id, "body": body, "user": {"login": author}, "author": {"username": author},
        "html_url": url, "created_at": "2026-11-15T08:00:00Z", "updated_at": "2026-11-15T08:00:00Z", "system": false});
    state.comments.push(comment);
}

fn answer(stream: TcpStream, state: &mut State) {
    let mut reader = BufReader::new(stream);
    let mut first = String::new();
    if reader.read_line(&mut first).is_err() {
        return;
    }
    let mut length = 0;
    loop {
        let mut line = String::new();
        let _ = reader.read_line(&mut line);
        let Some((name, value)) = line.trim_end().split_once(": ") else { break };
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.parse().unwrap_or_default(),
            "authorization" | "private-token" => state.secrets.push(value.to_owned()),
            _ => {}
        }
    }
    let mut body = vec![0; length];
    let _ = reader.read_exact(&mut body);
    let mut words = first.split_whitespace();
    let (method, target) = (words.next().unwrap_or_default().to_owned(), words.next().unwrap_or_default().to_owned());
    state.calls.push(format!("{method} {target}"));
    let is_write = method != "GET" && !target.ends_with("/graphql");
    let is_met = |fault: &Fault| is_write || !matches!(fault, Fault::OnWrite(_));
    let fault = if state.faults.front().is_some_and(is_met) { state.faults.pop_front() } else { None };
    let fault = fault.map(|fault| if let Fault::OnWrite(fault) = fault { *fault } else { fault });
    let (status, headers, bytes) = match fault {
        Some(Fault::Answer(status, headers, body)) => (status, headers, body.as_bytes().to_vec()),
        Some(Fault::Lost(status)) => {
            route(&method, &target, &body, state);
            (status, Vec::new(), b"<html>bad gateway</html>".to_vec())
        }
        Some(Fault::OnWrite(_)) | None => {
            let (status, bytes) = route(&method, &target, &body, state);
            (status, next_page(&target, &bytes), bytes)
        }
    };
    let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
    let length = bytes.len();
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {length}\r\n{headers}connection: close\r\n\r\n");
    let _ = reader.get_mut().write_all(&[head.into_bytes(), bytes].concat());
}

/// The `link` header of a list with another page.
fn next_page(target: &str, bytes: &[u8]) -> Vec<(&'static str, String)> {
    let Some(list) = serde_json::from_slice::<Value>(bytes).ok().filter(Value::is_array) else { return Vec::new() };
    let is_full = list.as_array().is_some_and(|list| list.len() == 100);
    let rel = if is_full { "next" } else { "first" };
    vec![("link", format!("<http://127.0.0.1{target}>; rel=\"{rel}\""))]
}

fn route(method: &str, target: &str, body: &[u8], state: &mut State) -> (u16, Vec<u8>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if let Some((_, bytes)) = state.files.iter().find(|(known, _)| known == path) {
        return (200, bytes.clone());
    }
    let json = |value: Value| value.to_string().into_bytes();
    if path.ends_with("/pulls") || path.ends_with("/pullrequests") {
        return match (method, state.refusal) {
            ("GET", _) => {
                let open = state.pulls.iter().map(|pull| json!({"number": 7, "head": {"ref": pull["head"]}}));
                let of_azure = state.pulls.iter().filter(|pull| {
                    pull["sourceRefName"]
                        .as_str()
                        .is_some_and(|branch| query.contains(&format!("sourceRefName={branch}&")))
                });
                let listed = match path.contains("/_apis/") {
                    true => json!({"value": of_azure.map(|_| json!({"pullRequestId": 7})).collect::<Vec<_>>()}),
                    false => json!(open.collect::<Vec<_>>()),
                };
                (200, serde_json::to_vec_pretty(&listed).expect("JSON"))
            }
            (_, Some(status)) => (status, json(json!({"message": "GitHub Actions is not permitted to do that"}))),
            (_, None) => {
                state.pulls.push(serde_json::from_slice(body).expect("a body is JSON"));
                (201, json(json!({"number": 7})))
            }
        };
    }
    let dialect = Dialect::of(path);
    if Dialect::asks_for_viewer(path) {
        return match state.hides_viewer {
            true => (403, json(json!({"message": "Resource not accessible by integration"}))),
            false => (200, json(dialect.viewer(ME))),
        };
    }
    let Some(id) = dialect.comment_of(path) else {
        return (404, json(json!({"message": "Not Found"})));
    };
    if method == "GET" {
        let number = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.parse::<usize>().ok());
        let size = number("per_page=").or_else(|| number("pagelen=")).unwrap_or(dialect.page());
        let page = number("page=").unwrap_or(1);
        let shown: Vec<&Value> = state.comments.iter().skip(size * (page - 1)).take(size).collect();
        let has_more = state.comments.len() > size * page;
        return (200, json(dialect.list(&shown, has_more)));
    }
    if let Some(status) = state.refusal {
        return (status, json(json!({"message": "Resource not accessible by integration"})));
    }
    let sent: Value = serde_json::from_slice(body).expect("a body is JSON");
    let text = dialect.text_of(&sent).expect("a comment has a text").to_owned();
    match (method, id) {
        ("POST", None) => {
            push(state, ME, &text);
            (201, json(dialect.comment(state.comments.last().expect("it was written"))))
        }
        ("PATCH" | "PUT", Some(id)) => {
            let Some(comment) = state.comments.get_mut(id - 1) else {
                return (404, json(json!({"message": "Not Found"})));
            };
            if dialect.only_the_author_edits() && comment["user"]["login"] != ME {
                return (403, json(json!({"type": "error", "error": {"message": "You are not the author"}})));
            }
            comment["body"] = json!(text);
            (200, json(dialect.comment(comment)))
        }
        _ => (405, b"{}".to_vec()),
    }
}
