//! Tests slow clients over real sockets, with small limits: which connections are closed, and that other clients are
//! served.

#![expect(clippy::disallowed_types, reason = "clients that are not ours, and that block")]

use std::io::{BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use super::{Credentials, Limits, Running, ServerConfig, start};
use crate::domain::secret::Secret;
use crate::embedded::store::{Store, system_clock};

const CREDENTIALS: &str = r#"{"clientId":"ada","clientSecret":"hunter2"}"#;
/// A time limit that only a broken server reaches.
const TIMEOUT: Duration = Duration::from_secs(20);

fn server(limits: Limits) -> Running {
    let store = Store::in_memory(system_clock()).expect("memory is there");
    let credentials = Credentials { id: "ada".to_owned(), secret: Secret::new("hunter2") };
    start(ServerConfig { limits, ..ServerConfig::new(store, credentials) }).expect("it starts")
}

fn connect(server: &Running) -> TcpStream {
    let stream = TcpStream::connect(server.address()).expect("it listens");
    stream.set_read_timeout(Some(TIMEOUT)).expect("a socket has a timeout");
    stream
}

fn send(mut stream: &TcpStream, text: &str) {
    stream.write_all(text.as_bytes()).expect("it is taken");
}

fn head(line: &str, token: &str, length: usize) -> String {
    format!("{line} HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\ncontent-length: {length}\r\n\r\n")
}

/// Status and body; `None`: the connection was closed.
fn answer(stream: &TcpStream) -> Option<(u16, String)> {
    let mut reader = BufReader::new(stream);
    let mut line = String::new();
    reader.read_line(&mut line).ok()?;
    let status = line.split(' ').nth(1)?.parse().ok()?;
    let mut length = 0;
    loop {
        let mut line = String::new();
        reader.read_line(&mut line).ok()?;
        if let Some(value) = line.to_ascii_lowercase().strip_prefix("content-length:") {
            length = value.trim().parse().expect("a length");
        }
        if line.trim_end().is_empty() {
            break;
        }
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    Some((status, String::from_utf8_lossy(&body).into_owned()))
}

/// A client with its own connection and a token.
fn signed_in(server: &Running) -> (TcpStream, String) {
    let stream = connect(server);
    send(&stream, &(head("POST /v1/auth/access_token", "", CREDENTIALS.len()) + CREDENTIALS));
    let (status, body) = answer(&stream).expect("it answers");
    assert_eq!(status, 200, "{body}");
    let told: serde_json::Value = serde_json::from_str(&body).expect("it is JSON");
    (stream, told["accessToken"].as_str().expect("a token").to_owned())
}

fn is_served((stream, token): &(TcpStream, String)) -> bool {
    send(stream, &head("GET /v1/blueprints", token, 0));
    answer(stream).is_some_and(|(status, _)| status == 200)
}

#[test]
fn unauthenticated_bodies_give_way_the_oldest_first() {
    let server = server(Limits { connections: 8, unauthenticated_bodies: 3, ..Limits::default() });
    let client = signed_in(&server);
    let slow: Vec<TcpStream> = (0..6)
        .map(|_| {
            let stream = connect(&server);
            send(&stream, &(head("POST /v1/auth/access_token", "", 100) + "{"));
            // The pause makes the order of arrival deterministic.
            std::thread::sleep(Duration::from_millis(20));
            stream
        })
        .collect();
    let (old, young) = slow.split_at(3);
    for stream in old {
        let (status, body) = answer(stream).expect("it is told why");
        assert!(status == 408 && body.contains("other clients"), "{status} {body}");
    }
    for stream in young {
        stream.set_read_timeout(Some(Duration::from_millis(50))).expect("a socket has a timeout");
        assert!(answer(stream).is_none() && stream.peek(&mut [0]).is_err(), "it may go on");
    }
    assert!(is_served(&client) && is_served(&signed_in(&server)));
}

#[test]
fn a_body_must_keep_up_its_rate() {
    let limits = Limits {
        unauthenticated_body_time: Duration::from_millis(300),
        body_grace: Duration::from_millis(300),
        body_rate: 1024 * 1024,
        ..Limits::default()
    };
    let server = server(limits);
    let (stream, token) = signed_in(&server);
    for line in ["POST /v1/auth/access_token", "POST /v1/blueprints"] {
        let (stream, started) = (&stream, Instant::now());
        let slow = match line.contains("auth") {
            true => &connect(&server),
            false => stream,
        };
        send(slow, &head(line, &token, 3000));
        while started.elapsed() < Duration::from_millis(250) {
            send(slow, "x");
            std::thread::sleep(Duration::from_millis(20));
        }
        let (status, body) = answer(slow).expect("it is told why");
        assert!(status == 408 && body.contains("in time"), "{line}: {status} {body}");
        assert!(started.elapsed() < Duration::from_secs(5), "{line}: {:?}", started.elapsed());
    }
}

/// Slow clients of every kind hold all slots, and another client is still served.
#[test]
fn whatever_holds_all_places_others_are_served() {
    let grace = Duration::from_millis(100);
    let limits = Limits {
        connections: 6,
        unauthenticated_bodies: 4,
        unauthenticated_grace: grace,
        authenticated_grace: grace,
        ..Limits::default()
    };
    let server = server(limits);
    let (_, token) = signed_in(&server);
    let many = head("GET /v1/nothing", "", 0).repeat(40_000);
    let attacks: [(&str, String); 6] = [
        ("nothing at all", String::new()),
        ("half a head", "GET / HTTP/1.1\r\nhost: local".to_owned()),
        ("half a body", head("POST /v1/auth/access_token", "", 100) + "{"),
        (
            "half a chunk",
            "POST /v1/auth/access_token HTTP/1.1\r\nhost: localhost\r\ntransfer-encoding: chunked\r\n\r\n5\r\n{"
                .to_owned(),
        ),
        ("half a body, authenticated", head("POST /v1/blueprints", &token, 100) + "{"),
        ("answers that are not read", many),
    ];
    for (name, bytes) in &attacks {
        let slow: Vec<TcpStream> = (0..12)
            .map(|_| {
                let stream = connect(&server);
                // Bytes that the server does not read are part of the attack.
                stream.set_write_timeout(Some(Duration::from_millis(100))).expect("a socket has a timeout");
                let _ = (&stream).write_all(bytes.as_bytes());
                stream
            })
            .collect();
        for round in 0..3 {
            let started = Instant::now();
            assert!(is_served(&signed_in(&server)), "{name}, {round}");
            assert!(started.elapsed() < Duration::from_secs(5), "{name}: {:?}", started.elapsed());
        }
        drop(slow);
    }
}

/// The authenticated client is the oldest and idle, and keeps its connection.
#[test]
fn an_authenticated_connection_outlives_unauthenticated_ones() {
    let server = server(Limits { connections: 6, ..Limits::default() });
    let client = signed_in(&server);
    for round in 0..5 {
        let _idle: Vec<TcpStream> = (0..20).map(|_| connect(&server)).collect();
        assert!(is_served(&client), "{round}");
    }
}
