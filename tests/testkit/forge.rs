//! The few calls of GitHub and GitLab that a comment is written with, on loopback: pages of a hundred, the marker of
//! whoever may write it, and a memory of what was asked.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use serde_json::{Value, json};

pub struct Forge {
    pub url: String,
    state: Arc<Mutex<State>>,
}

#[derive(Debug, Default)]
struct State {
    comments: Vec<Value>,
    calls: Vec<String>,
    secrets: Vec<String>,
    /// Every write is answered with it.
    refusal: Option<u16>,
    /// What releases offer, by path.
    files: Vec<(String, Vec<u8>)>,
}

/// Who comments with the token.
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

    pub fn offer(&self, path: &str, bytes: Vec<u8>) {
        self.state.lock().expect("nobody panicked").files.push((path.to_owned(), bytes));
    }

    /// Author and text of every comment.
    pub fn comments(&self) -> Vec<(String, String)> {
        let state = self.state.lock().expect("nobody panicked");
        let text = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        state.comments.iter().map(|it| (text(&it["user"]["login"]), text(&it["body"]))).collect()
    }

    /// `GET /path?query`, in order.
    pub fn calls(&self) -> Vec<String> {
        self.state.lock().expect("nobody panicked").calls.clone()
    }

    /// The secrets that came along, each once.
    pub fn secrets(&self) -> Vec<String> {
        let mut secrets = self.state.lock().expect("nobody panicked").secrets.clone();
        secrets.sort();
        secrets.dedup();
        secrets
    }
}

fn push(state: &mut State, author: &str, body: &str) {
    let id = state.comments.len() + 1;
    state.comments.push(json!({"id": id, "body": body, "user": {"login": author}, "author": {"username": author}}));
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
    let (status, bytes) = route(&method, &target, &body, state);
    let head = format!("HTTP/1.1 {status} X\r\ncontent-length: {}\r\nconnection: close\r\n\r\n", bytes.len());
    let _ = reader.get_mut().write_all(&[head.into_bytes(), bytes].concat());
}

fn route(method: &str, target: &str, body: &[u8], state: &mut State) -> (u16, Vec<u8>) {
    let (path, query) = target.split_once('?').unwrap_or((target, ""));
    if let Some((_, bytes)) = state.files.iter().find(|(known, _)| known == path) {
        return (200, bytes.clone());
    }
    let json = |value: Value| value.to_string().into_bytes();
    if method == "GET" && path.ends_with("/user") {
        return (200, json(json!({"username": ME})));
    }
    let is_list = path.ends_with("/comments") || path.ends_with("/notes");
    if !is_list && !path.contains("/comments/") && !path.contains("/notes/") {
        return (404, json(json!({"message": "Not Found"})));
    }
    if method == "GET" {
        let number = |name: &str| query.split('&').find_map(|pair| pair.strip_prefix(name)?.parse::<usize>().ok());
        let (size, page) = (number("per_page=").unwrap_or(30), number("page=").unwrap_or(1));
        let shown: Vec<&Value> = state.comments.iter().skip(size * (page - 1)).take(size).collect();
        return (200, json(json!(shown)));
    }
    if let Some(status) = state.refusal {
        return (status, json(json!({"message": "Resource not accessible by integration"})));
    }
    let sent: Value = serde_json::from_slice(body).expect("a body is JSON");
    let text = sent["body"].as_str().expect("a comment has a text").to_owned();
    match method {
        "POST" if is_list => {
            push(state, ME, &text);
            (201, b"{}".to_vec())
        }
        "PATCH" | "PUT" => {
            let id: usize = path.rsplit('/').next().and_then(|id| id.parse().ok()).expect("a number");
            state.comments[id - 1]["body"] = json!(text);
            (200, b"{}".to_vec())
        }
        _ => (405, b"{}".to_vec()),
    }
}
