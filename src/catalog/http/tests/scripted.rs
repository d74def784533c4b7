//! A server for tests that answers with given bytes and records every byte it receives.

#![expect(clippy::disallowed_types, reason = "answers what no HTTP library would")]

use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

/// A request received.
#[derive(Debug, Clone)]
pub(super) struct Seen {
    /// `POST /v1/blueprints?x=y`.
    pub line: String,
    pub head: String,
    pub body: String,
}

impl Seen {
    pub fn is(&self, method: &str, path: &str) -> bool {
        self.line == format!("{method} {path}")
    }
}

pub(super) struct Scripted {
    pub url: String,
    address: String,
    seen: Arc<Mutex<Vec<Seen>>>,
    ends: Arc<AtomicBool>,
}

impl Scripted {
    /// `answer` returns the whole answer for a request and its index; an empty answer cuts the connection.
    pub fn start(answer: impl Fn(&Seen, usize) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let address = listener.local_addr().expect("it is bound").to_string();
        let (seen, ends) = (Arc::new(Mutex::new(Vec::new())), Arc::new(AtomicBool::new(false)));
        let (remembered, is_ended, answer) = (Arc::clone(&seen), Arc::clone(&ends), Arc::new(answer));
        std::thread::spawn(move || {
            for stream in listener.incoming() {
                if is_ended.load(Ordering::Relaxed) {
                    return;
                }
                let (Ok(stream), remembered, answer) = (stream, Arc::clone(&remembered), Arc::clone(&answer)) else {
                    continue;
                };
                std::thread::spawn(move || serve(stream, &remembered, &*answer));
            }
        });
        Self { url: format!("http://{address}"), address, seen, ends }
    }

    /// Like `start`, but answers every token request with a token.
    pub fn with_token(answer: impl Fn(&Seen, usize) -> Vec<u8> + Send + Sync + 'static) -> Self {
        let asked = std::sync::atomic::AtomicUsize::new(0);
        Self::start(move |seen, _| match seen.is("POST", "/v1/auth/access_token") {
            true => token("token-of-the-tests", 3600),
            false => answer(seen, asked.fetch_add(1, Ordering::Relaxed)),
        })
    }

    pub fn seen(&self) -> Vec<Seen> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    pub fn count(&self, method: &str, path: &str) -> usize {
        self.seen().iter().filter(|seen| seen.is(method, path)).count()
    }

    /// Everything that was received.
    pub fn everything(&self) -> String {
        self.seen().iter().map(|seen| format!("{}\n{}\n{}\n", seen.line, seen.head, seen.body)).collect()
    }
}

impl Drop for Scripted {
    fn drop(&mut self) {
        self.ends.store(true, Ordering::Relaxed);
        // Wakes the thread that accepts connections.
        let _ = TcpStream::connect(&self.address);
    }
}

fn serve(mut stream: TcpStream, seen: &Mutex<Vec<Seen>>, answer: &dyn Fn(&Seen, usize) -> Vec<u8>) {
    let _ = stream.set_read_timeout(Some(Duration::from_secs(30)));
    let mut bytes = Vec::new();
    let mut piece = [0; 65536];
    let end = loop {
        if let Some(end) = bytes.windows(4).position(|window| window == b"\r\n\r\n") {
            break end + 4;
        }
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => return,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
        }
    };
    let head = String::from_utf8_lossy(&bytes[..end]).into_owned();
    let lower = head.to_lowercase();
    let length = lower
        .lines()
        .find_map(|line| line.strip_prefix("content-length: "))
        .map_or(0, |length| length.trim().parse::<usize>().expect("a length is a number"));
    while bytes.len() < end + length {
        match stream.read(&mut piece) {
            Ok(0) | Err(_) => break,
            Ok(count) => bytes.extend_from_slice(&piece[..count]),
        }
    }
    let body = String::from_utf8_lossy(&bytes[end..]).into_owned();
    let line = head.lines().next().unwrap_or_default().rsplit_once(' ').map(|(line, _)| line).unwrap_or_default();
    let came = Seen { line: line.to_owned(), head, body };
    let number = {
        let mut seen = seen.lock().unwrap_or_else(PoisonError::into_inner);
        seen.push(came.clone());
        seen.len() - 1
    };
    let _ = stream.write_all(&answer(&came, number));
    let _ = stream.flush();
}

/// An answer with these headers (each ending in a line break) and this body; it closes the connection.
pub(super) fn answer(status: u16, headers: &str, body: &str) -> Vec<u8> {
    let headers = headers.replace('\n', "\r\n");
    let length = body.len();
    format!("HTTP/1.1 {status} X\r\nconnection: close\r\ncontent-length: {length}\r\n{headers}\r\n{body}").into_bytes()
}

pub(super) fn json(status: u16, body: &str) -> Vec<u8> {
    answer(status, "content-type: application/json\n", body)
}

pub(super) fn token(token: &str, seconds: u64) -> Vec<u8> {
    json(200, &format!(r#"{{"ok":true,"accessToken":"{token}","expiresIn":{seconds},"tokenType":"Bearer"}}"#))
}
