//! Tests the limits of one client, and that they do not affect other clients.

use std::io::{Read, Write};
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server::{Answer, Server, read_answer};

#[test]
fn a_rate_limit_is_announced_and_enforced() {
    let server = Server::start("--rate-limit 3/1h");
    let token = format!("Bearer {}", server.token());
    let ask = || server.ask("GET", "/v1/blueprints", &[("authorization", &token)], "");
    let told = |answer: &Answer, name: &str| answer.header(name).and_then(|value| value.parse::<u64>().ok());
    let second = ask();
    let limit = ["x-ratelimit-limit", "x-ratelimit-period", "x-ratelimit-remaining"].map(|name| told(&second, name));
    assert_eq!((second.status, limit), (200, [Some(3), Some(3600), Some(1)]));
    assert_eq!(told(&ask(), "x-ratelimit-remaining"), Some(0));
    let refused = ask();
    assert_eq!(refused.refusal(), (429, "too_many_requests".to_owned()));
    let wait = told(&refused, "retry-after").expect("how long to wait");
    assert!((3500..=3600).contains(&wait), "{wait}");
    let reset = told(&refused, "x-ratelimit-reset").expect("when it begins anew");
    // In seconds from now.
    let earlier = told(&second, "x-ratelimit-reset").expect("when it begins anew");
    assert!((3500..=earlier).contains(&reset), "{earlier} {reset}");
    assert_eq!(reset, wait);
}

#[test]
fn answers_are_held_back_as_long_as_is_asked_for() {
    let server = Server::start("--latency 150");
    let start = Instant::now();
    server.ask("GET", "/v1/blueprints", &[], "");
    assert!(start.elapsed() >= Duration::from_millis(150));
}

#[test]
fn a_body_an_address_and_headers_have_their_limits() {
    let server = Server::start("");
    let token = format!("Bearer {}", server.token());
    let blueprint =
        json!({"identifier": "service", "title": "Service", "schema": {"properties": {"text": {"type": "string"}}}});
    server.gives("POST", "/v1/blueprints", &blueprint);
    let post = |size: usize| {
        let empty = json!({"identifier": "a", "properties": {"text": ""}}).to_string();
        let body = empty.replace("\"\"", &format!("\"{}\"", "x".repeat(size - empty.len())));
        assert_eq!(body.len(), size);
        server.ask("POST", "/v1/blueprints/service/entities?upsert=true", &[("authorization", &token)], &body)
    };
    let limit = 1024 * 1024;
    assert_eq!(post(limit).status, 201);
    let refused = post(limit + 1);
    assert_eq!(refused.refusal(), (413, "bad_request".to_owned()));
    assert!(refused.body.contains("1MiB"), "{}", refused.body);
    // A request without a valid token is rejected before its body is read.
    let stranger = server.ask("POST", "/v1/blueprints", &[], &"x".repeat(limit + 1));
    assert_eq!(stranger.status, 401);
    let long = format!("/v1/blueprints?include={}", "x".repeat(17 * 1024));
    assert_eq!(server.ask("GET", &long, &[("authorization", &token)], "").status, 414);
    let heavy = "x".repeat(70 * 1024);
    assert_eq!(server.ask("GET", "/v1/blueprints", &[("x-heavy", &heavy)], "").status, 431);
}

#[test]
fn a_body_without_an_announced_length_has_the_same_limit() {
    let server = Server::start("");
    let token = server.token();
    let mut stream = server.connect();
    let head = format!(
        "POST /v1/blueprints HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\ntransfer-encoding: chunked\r\n\r\n",
        server.address
    );
    stream.write_all(head.as_bytes()).expect("it listens");
    let chunk = format!("10000\r\n{}\r\n", "x".repeat(0x10000));
    for _ in 0..17 {
        stream.write_all(chunk.as_bytes()).expect("it listens");
    }
    stream.write_all(b"0\r\n\r\n").expect("it listens");
    assert_eq!(read_answer(&mut stream).expect("it answers").status, 413);
}

#[test]
fn a_connection_serves_many_requests_even_sent_at_once() {
    let server = Server::start("");
    let mut stream = server.connect();
    let request = format!("GET /v1/nothing HTTP/1.1\r\nhost: {}\r\n\r\n", server.address);
    stream.write_all(request.repeat(50).as_bytes()).expect("it listens");
    let last = format!("GET /v1/last HTTP/1.1\r\nhost: {}\r\nconnection: close\r\n\r\n", server.address);
    stream.write_all(last.as_bytes()).expect("it listens");
    let mut all = String::new();
    stream.read_to_string(&mut all).expect("it closes at the end");
    assert_eq!((all.matches("HTTP/1.1 404").count(), all.matches("/v1/last not found").count()), (51, 1));
}

/// One client sends its request byte by byte, and one never sends its body, while others are served.
#[test]
fn a_slow_client_harms_no_other() {
    let server = Server::start("");
    let token = server.token();
    let request =
        format!("GET /v1/blueprints HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\r\n", server.address);
    let mut slow = server.connect();
    let mut bodiless: Vec<_> = (0..30).map(|_| server.connect()).collect();
    for stream in &mut bodiless {
        let head = format!(
            "POST /v1/blueprints HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\ncontent-length: 100\r\n\r\n{{",
            server.address
        );
        stream.write_all(head.as_bytes()).expect("it listens");
    }
    for byte in request.as_bytes() {
        slow.write_all(&[*byte]).expect("it listens");
        assert_eq!(
            server.ask("GET", "/v1/blueprints", &[("authorization", &format!("Bearer {token}"))], "").status,
            200
        );
    }
    assert_eq!(read_answer(&mut slow).expect("it is served too").status, 200);
}

/// A client does not read its response: large responses wait for it and do not delay others.
#[test]
fn a_client_that_does_not_read_harms_no_other() {
    let server = Server::start("");
    let token = server.token();
    let properties = json!({"text": {"type": "string"}});
    server.gives(
        "POST",
        "/v1/blueprints",
        &json!({"identifier": "b", "title": "B", "schema": {"properties": properties}}),
    );
    for name in 0..10 {
        let body = json!({"identifier": name.to_string(), "properties": {"text": "x".repeat(900_000)}});
        server.gives("POST", "/v1/blueprints/b/entities", &body);
    }
    let request = format!(
        "GET /v1/blueprints/b/entities HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {token}\r\n\r\n",
        server.address
    );
    let mut deaf: Vec<_> = (0..8).map(|_| server.connect()).collect();
    for stream in &mut deaf {
        stream.write_all(request.as_bytes()).expect("it listens");
    }
    for _ in 0..20 {
        assert_eq!(server.gives("GET", "/v1/blueprints/b/entities-count", &Value::Null)["count"], 10);
    }
    let answer = read_answer(&mut deaf[0]).expect("it is all there once it is read");
    assert!(answer.body.len() > 9_000_000);
}

/// There are more connections than the maximum: those idle the longest are closed, and active ones are served.
#[test]
fn idle_connections_keep_nobody_out() {
    let server = Server::start("");
    let idle: Vec<_> = (0..200).map(|_| server.connect()).collect();
    assert_eq!(server.ask("GET", "/v1/nothing", &[], "").status, 404);
    let more: Vec<_> = (0..500).map(|_| server.connect()).collect();
    for _ in 0..20 {
        assert_eq!(server.ask("GET", "/v1/nothing", &[], "").status, 404);
    }
    let closed = |mut stream: std::net::TcpStream| {
        stream.set_nonblocking(true).expect("a socket can be asked");
        matches!(stream.read(&mut [0]), Ok(0))
    };
    let gone = idle.into_iter().map(closed).filter(|closed| *closed).count();
    assert!(gone > 100, "{gone} of the oldest were asked to go");
    assert!(more.into_iter().map(closed).filter(|closed| *closed).count() < 100);
}
