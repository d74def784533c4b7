//! Many concurrent clients, each with a connection and a thread of its own, which request single entities one after the
//! other. They use minimal HTTP over plain sockets, because on one machine their own cost reduces the server's
//! throughput.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use crate::serving::{CLIENT_ID, CLIENT_SECRET};
use crate::stock;

const CLIENTS: usize = 64;

pub fn ask(url: &str, entities: usize, seconds: usize) {
    let token = authenticate(url);
    let until = Instant::now() + Duration::from_secs(seconds as u64);
    let seen: Vec<(Vec<u32>, usize)> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|client| {
                scope.spawn({
                    let token = &token;
                    move || one(url, token, client, entities, until)
                })
            })
            .collect();
        clients.into_iter().map(|it| it.join().expect("a client does not panic")).collect()
    });
    let errors: usize = seen.iter().map(|(_, errors)| errors).sum();
    let mut times: Vec<u32> = seen.into_iter().flat_map(|(times, _)| times).collect();
    times.sort_unstable();
    let at = |share: f64| f64::from(times[((times.len() - 1) as f64 * share) as usize]) / 1000.0;
    println!(
        "{CLIENTS} clients reading single entities for {seconds} s: {:.0}/s, {errors} errors, p50 {:.2} ms, p99 {:.2} ms, at worst {:.1} ms   [wanted: no error, p99 20 ms]",
        times.len() as f64 / seconds as f64,
        at(0.5),
        at(0.99),
        at(1.0)
    );
}

/// The microseconds of each response, and the number of failed requests.
fn one(url: &str, token: &str, client: usize, entities: usize, until: Instant) -> (Vec<u32>, usize) {
    let (mut times, mut errors) = (Vec::new(), 0);
    let mut connection = None;
    let mut state = (client as u64 + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
    while Instant::now() < until {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        let identifier = stock::identifier((state % entities as u64) as usize);
        let request = format!(
            "GET /v1/blueprints/service/entities/{identifier} HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\r\n",
            host(url)
        );
        let started = Instant::now();
        let stream = connection.take().or_else(|| connect(url));
        match stream.and_then(|mut stream| Some((exchange(&mut stream, request.as_bytes())?, stream))) {
            Some(((200, body), stream)) if contains(&body, identifier.as_bytes()) => {
                times.push(u32::try_from(started.elapsed().as_micros()).unwrap_or(u32::MAX));
                connection = Some(stream);
            }
            Some(_) | None => errors += 1,
        }
    }
    (times, errors)
}

fn contains(text: &[u8], part: &[u8]) -> bool {
    text.windows(part.len()).any(|it| it == part)
}

pub fn authenticate(url: &str) -> String {
    let body = json!({"clientId": CLIENT_ID, "clientSecret": CLIENT_SECRET}).to_string();
    let (status, body) = send(url, "/v1/auth/access_token", "", &body);
    assert_eq!(status, 200, "the credentials are good");
    let answer: Value = serde_json::from_slice(&body).expect("the answer is JSON");
    answer["accessToken"].as_str().expect("a token").to_owned()
}

/// Sends a request that must succeed.
pub fn post(url: &str, path: &str, body: &Value) {
    let authorization = format!("authorization: Bearer {}\r\n", authenticate(url));
    let (status, answer) = send(url, path, &authorization, &body.to_string());
    assert!((200..300).contains(&status), "{path}: {status} {}", String::from_utf8_lossy(&answer));
}

fn send(url: &str, path: &str, headers: &str, body: &str) -> (u16, Vec<u8>) {
    let request = format!(
        "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n{headers}\r\n{body}",
        host(url),
        body.len()
    );
    let mut stream = connect(url).expect("the server listens");
    exchange(&mut stream, request.as_bytes()).expect("the server answers")
}

/// One connection for consecutive requests.
pub struct Line<'l> {
    url: &'l str,
    token: &'l str,
    stream: TcpStream,
}

impl<'l> Line<'l> {
    pub fn to(url: &'l str, token: &'l str) -> Self {
        Self { url, token, stream: connect(url).expect("the server listens") }
    }

    /// Returns the status.
    pub fn post(&mut self, path: &str, body: &str) -> u16 {
        let request = format!(
            "POST {path} HTTP/1.1\r\nhost: {}\r\ncontent-type: application/json\r\ncontent-length: {}\r\n\
             authorization: Bearer {}\r\n\r\n{body}",
            host(self.url),
            body.len(),
            self.token
        );
        exchange(&mut self.stream, request.as_bytes()).expect("the server answers").0
    }
}

fn host(url: &str) -> &str {
    url.trim_start_matches("http://")
}

fn connect(url: &str) -> Option<TcpStream> {
    let stream = TcpStream::connect(host(url)).ok()?;
    stream.set_nodelay(true).ok()?;
    stream.set_read_timeout(Some(Duration::from_secs(30))).ok()?;
    Some(stream)
}

/// Status and body; the server always sends a content length.
fn exchange(stream: &mut TcpStream, request: &[u8]) -> Option<(u16, Vec<u8>)> {
    stream.write_all(request).ok()?;
    let mut bytes = Vec::with_capacity(4096);
    let mut buffer = [0; 16 * 1024];
    loop {
        if let Some(head) = bytes.windows(4).position(|it| it == b"\r\n\r\n") {
            let text = std::str::from_utf8(&bytes[..head]).ok()?;
            let length = text.lines().find_map(|line| {
                let (name, value) = line.split_once(':')?;
                name.eq_ignore_ascii_case("content-length").then(|| value.trim().parse::<usize>().ok())?
            })?;
            if bytes.len() >= head + 4 + length {
                let status = text.split(' ').nth(1)?.parse().ok()?;
                return Some((status, bytes[head + 4..head + 4 + length].to_vec()));
            }
        }
        let count = stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
        bytes.extend_from_slice(&buffer[..count]);
    }
}
