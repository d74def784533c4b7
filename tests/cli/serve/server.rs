//! The server of a test: the real binary, stopped or killed at the end of the test, with requests written byte by byte
//! where that matters.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::testkit::Repo;

pub const ID: &str = "ada";
pub const SECRET: &str = "an-open-secret-of-the-tests";
/// Only a broken server takes this long.
pub const PATIENCE: Duration = Duration::from_secs(30);

pub struct Server {
    child: Child,
    pub address: String,
    /// Its start message.
    pub told: Value,
    /// Its lines on standard error.
    talk: Receiver<String>,
}

pub struct Answer {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    pub body: String,
}

impl Server {
    /// Starts a server with known credentials, a catalog in memory, and more arguments.
    pub fn start(line: &str) -> Self {
        Self::of(&Repo::new(), &format!("--store memory {line}"))
    }

    /// Starts a server in a repository.
    pub fn of(repo: &Repo, line: &str) -> Self {
        Self::in_folder(
            repo.path(),
            line,
            &[("PORTOLAN_SERVE_CLIENT_ID", ID), ("PORTOLAN_SERVE_CLIENT_SECRET", SECRET)],
        )
    }

    pub fn in_folder(folder: &Path, line: &str, variables: &[(&str, &str)]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_portolan"));
        command.current_dir(folder).args(["serve", "--output", "json"]).args(line.split_whitespace());
        command.env_clear().envs(variables.iter().copied()).env("NO_COLOR", "1");
        for name in ["PATH", "LLVM_PROFILE_FILE", "SYSTEMROOT"] {
            command.envs(std::env::var_os(name).map(|value| (name, value)));
        }
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::piped());
        let mut child = command.spawn().expect("the binary runs");
        let talk = lines(child.stderr.take().expect("it is piped"));
        let results = lines(child.stdout.take().expect("it is piped"));
        let first = results.recv_timeout(PATIENCE).unwrap_or_default();
        let told: Value = serde_json::from_str(&first).unwrap_or_default();
        let Some(url) = told["url"].as_str() else {
            let _ = child.kill();
            panic!("`serve {line}` says {first:?} and {:?}", talk.try_iter().collect::<Vec<_>>());
        };
        let address = url.trim_start_matches("http://").to_owned();
        Self { child, address, told, talk }
    }

    pub fn connect(&self) -> TcpStream {
        let stream = TcpStream::connect(&self.address).expect("it listens");
        stream.set_read_timeout(Some(PATIENCE)).expect("a socket has a timeout");
        stream
    }

    /// Sends one request with these additional headers; `path` is sent as it is.
    pub fn ask(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = self.connect();
        let mut head = format!("{method} {path} HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n", self.address);
        for (name, value) in headers {
            head.push_str(&format!("{name}: {value}\r\n"));
        }
        head.push_str(&format!("content-length: {}\r\n\r\n{body}", body.len()));
        // The server may respond to an oversized request before it was sent completely.
        let _ = stream.write_all(head.as_bytes());
        read_answer(&mut stream).expect("it answers")
    }

    pub fn token(&self) -> String {
        let credentials = json!({"clientId": ID, "clientSecret": SECRET}).to_string();
        let answer = self.ask("POST", "/v1/auth/access_token", &[], &credentials);
        assert_eq!(answer.status, 200, "{}", answer.body);
        answer.json()["accessToken"].as_str().expect("a token").to_owned()
    }

    /// Calls the API with a token; null means no body.
    pub fn call(&self, method: &str, path: &str, body: &Value) -> Answer {
        let token = format!("Bearer {}", self.token());
        let body = if body.is_null() { String::new() } else { body.to_string() };
        self.ask(method, path, &[("authorization", &token), ("user-agent", "tests/1 (statekey/tests)")], &body)
    }

    /// The response of a call that must succeed.
    pub fn gives(&self, method: &str, path: &str, body: &Value) -> Value {
        let answer = self.call(method, path, body);
        assert!(answer.status < 300, "{method} {path}: {} {}", answer.status, answer.body);
        answer.json()
    }

    /// Requests a page like a browser.
    pub fn page(&self, path: &str) -> Answer {
        // `ada:an-open-secret-of-the-tests`.
        let basic = ("authorization", "Basic YWRhOmFuLW9wZW4tc2VjcmV0LW9mLXRoZS10ZXN0cw==");
        self.ask("GET", path, &[basic], "")
    }

    #[cfg(unix)] // Windows has no such signals
    pub fn signal(&self, name: &str) {
        let number = self.child.id().to_string();
        let sent = Command::new("kill").args([&format!("-{name}"), &number]).status().expect("`kill` is there");
        assert!(sent.success());
    }

    /// The exit code; the server must be about to exit.
    pub fn ends(&mut self) -> Option<i32> {
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait().expect("it was started") {
                return status.code();
            }
            std::thread::sleep(Duration::from_millis(5));
        }
        panic!("it does not end");
    }

    /// Waits for a message that contains `text`.
    pub fn says(&self, text: &str) -> String {
        let start = Instant::now();
        let mut heard = Vec::new();
        while let Ok(line) = self.talk.recv_timeout(PATIENCE.saturating_sub(start.elapsed())) {
            if line.contains(text) {
                return line;
            }
            heard.push(line);
        }
        panic!("it never says {text:?}, but {heard:?}");
    }

    /// All messages that were not read yet.
    pub fn talk_so_far(&self) -> Vec<String> {
        self.talk.try_iter().collect()
    }

    /// All messages, after the server has exited.
    pub fn said(&self) -> Vec<String> {
        self.talk.iter().collect()
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Answer {
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }

    pub fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|error| panic!("{error}: {}", self.body))
    }

    /// The status and the platform's error code.
    pub fn refusal(&self) -> (u16, String) {
        (self.status, self.json()["error"].as_str().unwrap_or_default().to_owned())
    }
}

/// `None` if the connection was closed before a response.
pub fn read_answer(stream: &mut TcpStream) -> Option<Answer> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut headers = Vec::new();
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        let Some((name, value)) = line.trim_end().split_once(':') else { break };
        headers.push((name.to_lowercase(), value.trim().to_owned()));
    }
    let length = headers.iter().find(|(name, _)| name == "content-length").and_then(|(_, value)| value.parse().ok());
    let mut body = vec![0; length.unwrap_or(0)];
    reader.read_exact(&mut body).ok()?;
    Some(Answer { status, headers, body: String::from_utf8(body).expect("answers are UTF-8") })
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (tell, told) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if tell.send(line).is_err() {
                break;
            }
        }
    });
    told
}
