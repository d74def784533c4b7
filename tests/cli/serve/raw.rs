//! Tests HTTP byte by byte: requests that a proxy could interpret differently are rejected, and no bytes from a socket
//! make the server panic, hang, or lose other clients.

use std::io::{Read, Write};
use std::net::{Shutdown, TcpStream};
use std::time::{Duration, Instant};

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::Value;

use super::server::{Server, read_answer};
use crate::generated_cases;

/// The responses to `request`, and whether the connection was closed after them.
fn exchange(server: &Server, request: &[u8]) -> (String, bool) {
    let mut stream = server.connect();
    stream.set_read_timeout(Some(Duration::from_millis(300))).expect("a socket has a timeout");
    let _ = stream.write_all(request);
    let mut heard = Vec::new();
    let mut buffer = [0; 4096];
    loop {
        match stream.read(&mut buffer) {
            Ok(0) => return (String::from_utf8_lossy(&heard).into_owned(), true),
            Ok(count) => heard.extend_from_slice(&buffer[..count]),
            Err(error) => {
                let is_open = matches!(error.kind(), std::io::ErrorKind::WouldBlock | std::io::ErrorKind::TimedOut);
                return (String::from_utf8_lossy(&heard).into_owned(), !is_open);
            }
        }
    }
}

/// The status of every response.
fn statuses(answers: &str) -> Vec<u16> {
    let lines = answers.split("HTTP/1.1 ").skip(1);
    lines.filter_map(|line| line.get(..3)?.parse().ok()).collect()
}

#[test]
fn a_request_has_one_host() {
    let server = Server::start("");
    for (host, status) in [
        ("host: localhost\r\n", 404),
        ("", 400),
        ("host: localhost\r\nhost: localhost\r\n", 400),
        ("host: localhost\r\nHOST: evil.example\r\n", 400),
        ("host: evil.example\r\n", 421),
        ("host:\r\n", 421),
        ("host: localhost, evil.example\r\n", 421),
        ("host: user@localhost\r\n", 421),
        ("host : localhost\r\n", 400),
        ("host: localhost\r\nauthorization: Bearer a\r\nauthorization: Bearer b\r\n", 400),
    ] {
        let (answers, _) = exchange(&server, format!("GET /v1/nothing HTTP/1.1\r\n{host}\r\n").as_bytes());
        assert_eq!(statuses(&answers), [status], "{host:?}: {answers}");
    }
    for (host, status) in [("", 404), ("host: localhost\r\n", 404), ("host: localhost\r\nhost: localhost\r\n", 400)] {
        let (answers, closed) = exchange(&server, format!("GET /v1/nothing HTTP/1.0\r\n{host}\r\n").as_bytes());
        assert!(closed && answers.starts_with(&format!("HTTP/1.0 {status}")), "{host:?}: {answers}");
    }
    let refused = server.ask("GET", "/", &[("host", "localhost")], "");
    assert_eq!(refused.refusal(), (400, "bad_request".to_owned()), "`ask` sends a host of its own");
}

#[test]
fn methods_that_no_api_has_are_refused() {
    let server = Server::start("");
    for method in ["TRACE", "CONNECT"] {
        for target in ["/v1/blueprints", "/", "localhost:80", "http://localhost/v1/blueprints"] {
            let request = format!("{method} {target} HTTP/1.1\r\nhost: localhost\r\nx-secret: mine\r\n\r\n");
            let (answers, _) = exchange(&server, request.as_bytes());
            // A target that the method does not allow is a bad request.
            assert!(matches!(statuses(&answers)[..], [405 | 400]), "{method} {target}: {answers}");
            assert!(!answers.contains("mine"), "{answers}");
        }
        let answer = server.ask(method, "/v1/blueprints", &[], "");
        assert_eq!(answer.status, 405, "{method}");
        assert_eq!(answer.header("allow"), Some("GET, HEAD, POST, PUT, PATCH, DELETE"));
    }
    for method in ["OPTIONS", "PURGE", "get", "PROPFIND"] {
        assert_eq!(server.ask(method, "/v1/blueprints", &[], "").status, 404, "{method}");
    }
    let (answers, _) = exchange(&server, b"OPTIONS * HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert_eq!(statuses(&answers), [404], "{answers}");
    let (answers, _) = exchange(&server, b"HEAD /v1/nothing HTTP/1.1\r\nhost: localhost\r\n\r\n");
    assert!(
        answers.starts_with("HTTP/1.1 404") && answers.ends_with("\r\n\r\n"),
        "an answer without a body: {answers}"
    );
}

/// After a body that could hide a second request, the connection is closed, or none of it is treated as a request.
#[test]
fn no_request_hides_in_the_body_of_another() {
    let server = Server::start("");
    let hidden = "GET /v1/hidden HTTP/1.1\r\nhost: localhost\r\n\r\n";
    let length = hidden.len();
    for headers in [
        format!("content-length: {length}\r\ntransfer-encoding: chunked\r\n"),
        format!("transfer-encoding: chunked\r\ncontent-length: {length}\r\n"),
        format!("transfer-encoding: chunked\r\ntransfer-encoding: identity\r\ncontent-length: {length}\r\n"),
        "transfer-encoding: identity\r\n".to_owned(),
        "transfer-encoding: xchunked\r\n".to_owned(),
        "transfer-encoding: chunked, identity\r\n".to_owned(),
        "transfer-encoding : chunked\r\n".to_owned(),
        format!("content-length: 0\r\ncontent-length: {length}\r\n"),
        format!("content-length: 0, {length}\r\n"),
        format!("content-length: +{length}\r\n"),
        "content-length: -1\r\n".to_owned(),
        "content-length: 0x0\r\n".to_owned(),
        "content-length: 99999999999999999999\r\n".to_owned(),
        "content-length: 1e0\r\n".to_owned(),
        "content-length:\r\n".to_owned(),
    ] {
        let request =
            format!("POST /v1/auth/access_token HTTP/1.1\r\nhost: localhost\r\n{headers}\r\n0\r\n\r\n{hidden}");
        let (answers, closed) = exchange(&server, request.as_bytes());
        assert!(!answers.contains("/v1/hidden"), "{headers}: {answers}");
        assert!(closed && statuses(&answers).iter().all(|status| *status == 400), "{headers}: {closed} {answers}");
    }
    let (answers, closed) = exchange(
        &server,
        format!("POST /v1/auth/access_token HTTP/1.0\r\ntransfer-encoding: chunked\r\n\r\n0\r\n\r\n{hidden}")
            .as_bytes(),
    );
    assert!(closed && !answers.contains("/v1/hidden"), "{answers}");
    // Two equal content lengths count as one.
    let twice =
        "POST /v1/auth/access_token HTTP/1.1\r\nhost: localhost\r\ncontent-length: 2\r\ncontent-length: 2\r\n\r\n{}";
    let (answers, _) = exchange(&server, format!("{twice}{hidden}").as_bytes());
    assert_eq!(statuses(&answers), [422, 404], "{answers}");
}

#[test]
fn targets_mean_what_they_say() {
    let server = Server::start("");
    let token = format!("Bearer {}", server.token());
    for (target, status) in [
        ("/v1/blueprints", 200),
        ("http://localhost/v1/blueprints", 200),
        ("http://127.0.0.1:1/v1/blueprints?x=y", 200),
        ("http://evil.example/v1/blueprints", 421),
        ("http://localhost@evil.example/v1/blueprints", 421),
        ("//v1/blueprints", 404),
        ("/v1//blueprints", 404),
        ("/v1/blueprints/", 404),
        ("/v1/./blueprints", 404),
        ("/v1/x/../blueprints", 404),
        ("/V1/blueprints", 404),
        ("/v1/%62lueprints", 404),
        ("/v1/blueprints%2F", 404),
        ("/v1/blueprints/%00", 404),
        ("/v1/blueprints/%FF", 400),
        ("/v1/blueprints/%zz", 404),
        ("/v1/blueprints/%", 404),
        ("/v1/blueprints/..%2F..%2Fetc%2Fpasswd", 404),
    ] {
        let answer = server.ask("GET", target, &[("authorization", &token)], "");
        assert_eq!(answer.status, status, "{target}: {}", answer.body);
    }
}

#[test]
fn bodies_are_json_whatever_they_are_called() {
    let server = Server::start("");
    let token = format!("Bearer {}", server.token());
    let post = |headers: &[(&str, &str)], body: &[u8]| {
        let mut stream = server.connect();
        let mut head = format!("POST /v1/blueprints HTTP/1.1\r\nhost: localhost\r\nauthorization: {token}\r\n");
        headers.iter().for_each(|(name, value)| head.push_str(&format!("{name}: {value}\r\n")));
        head.push_str(&format!("content-length: {}\r\n\r\n", body.len()));
        stream.write_all(&[head.as_bytes(), body].concat()).expect("it listens");
        read_answer(&mut stream).expect("it answers").refusal()
    };
    let bad_request = (400, "bad_request".to_owned());
    assert_eq!(post(&[], b"\xff\xfe{\x00}\x00"), bad_request, "UTF-16");
    assert_eq!(post(&[], b"{\"identifier\":\"\xff\"}"), bad_request, "no UTF-8");
    assert_eq!(post(&[("content-encoding", "gzip")], b"\x1f\x8b\x08\x00"), bad_request);
    for depth in [129, 1000, 100_000] {
        for bomb in ["[".repeat(depth), "{\"a\":".repeat(depth), "[".repeat(depth) + &"]".repeat(depth)] {
            assert_eq!(post(&[], bomb.as_bytes()), bad_request, "{depth}");
        }
    }
    // The content type is ignored; of a duplicate key, the last counts, as in the platform's JSON.
    for kind in ["application/json", "text/plain", "application/x-www-form-urlencoded", "nonsense"] {
        let body = b"{\"identifier\":\"a b\",\"identifier\":1,\"title\":\"t\",\"schema\":{\"properties\":{}}}";
        assert_eq!(post(&[("content-type", kind)], body), (422, "invalid_request".to_owned()), "{kind}");
    }
}

/// A request of parts that are valid, nearly valid, or noise.
fn hostile() -> impl Strategy<Value = Vec<u8>> {
    let noise = || prop::collection::vec(any::<u8>(), 0..200);
    let text = |choices: &'static [&'static str]| prop::sample::select(choices).prop_map(|it| it.as_bytes().to_vec());
    let method = prop_oneof![
        6 => text(&["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS", "TRACE", "CONNECT", "PRI"]),
        1 => noise(),
    ];
    let target = prop_oneof![
        6 => text(&[
            "/", "*", "/v1/blueprints", "/v1/auth/access_token", "/v1/entities/search", "/v1/blueprints/%FF", "//", "/%",
            "/v1/blueprints/a/entities/bulk?upsert=true", "http://localhost/v1/blueprints", "http://evil.example/",
            "localhost:80", "/v1/blueprints/_user/entities?include=%00&include=a", "/blueprints/_user", "?", "",
        ]),
        1 => noise(),
    ];
    let version = text(&[" HTTP/1.1", " HTTP/1.1", " HTTP/1.1", " HTTP/1.0", " HTTP/2.0", " HTTP/0.9", ""]);
    let header = prop_oneof![
        8 => text(&[
            "host: localhost", "host: evil.example", "content-length: 5", "content-length: 0", "content-length: 50000",
            "content-length: x", "transfer-encoding: chunked", "transfer-encoding: gzip", "connection: close",
            "connection: keep-alive", "connection: upgrade", "upgrade: h2c", "expect: 100-continue", "expect: x",
            "authorization: Bearer x", "authorization: Basic YTpi", "authorization: Basic \u{ff}", "user-agent: \u{1}",
            " folded", "no colon", ": no name", "accept-encoding: gzip", "range: bytes=0-1", "cookie: a=b",
        ]),
        1 => noise(),
    ];
    let end = prop_oneof![4 => Just(b"\r\n".to_vec()), 1 => Just(b"\n".to_vec()), 1 => Just(Vec::new())];
    let body = prop_oneof![
        4 => text(&["", "{}", "{\"a\":", "5\r\n{\"a\":\r\n0\r\n\r\n", "0\r\n\r\n", "ffffffffffffffff\r\n", "-1\r\n", "5;x=y\r\n{}"]),
        1 => noise(),
    ];
    let headers = prop::collection::vec(header, 0..8);
    (method, target, version, headers, end, body).prop_map(|(method, target, version, headers, end, body)| {
        let mut request = [&method[..], b" ", &target, &version, &end].concat();
        headers.iter().for_each(|header| request.extend([&header[..], &end].concat()));
        [&request[..], &end, &body].concat()
    })
}

/// Sends the request in pieces, closes the sending side, and waits for the end.
fn ends(server: &Server, request: &[u8], pieces: usize) -> Result<(), String> {
    let mut stream = server.connect();
    stream.set_read_timeout(Some(Duration::from_secs(20))).expect("a socket has a timeout");
    for piece in request.chunks(request.len().div_ceil(pieces).max(1)) {
        if stream.write_all(piece).is_err() {
            break;
        }
    }
    let _ = stream.shutdown(Shutdown::Write);
    let started = Instant::now();
    let mut heard = Vec::new();
    match stream.read_to_end(&mut heard) {
        // A reset counts as a close.
        Ok(_) => {}
        Err(error) if error.kind() == std::io::ErrorKind::ConnectionReset => {}
        Err(error) => return Err(format!("{error} after {:?}", started.elapsed())),
    }
    let heard = String::from_utf8_lossy(&heard);
    match statuses(&heard).iter().find(|status| **status >= 500) {
        Some(status) => Err(format!("{status}: {heard}")),
        None => Ok(()),
    }
}

fn is_well(server: &Server, client: &mut TcpStream, token: &str) -> bool {
    let request = format!("GET /v1/blueprints HTTP/1.1\r\nhost: localhost\r\nauthorization: Bearer {token}\r\n\r\n");
    let _ = client.write_all(request.as_bytes());
    let kept = read_answer(client).is_some_and(|answer| answer.status == 200);
    kept && server.call("GET", "/v1/blueprints", &Value::Null).status == 200
}

#[test]
fn whatever_comes_in_it_ends_and_others_are_served() {
    let server = Server::start("");
    let token = server.token();
    let mut client = server.connect();
    let mut runner = TestRunner::new(generated_cases::config(150));
    let strategy = (prop_oneof![9 => hostile(), 1 => prop::collection::vec(any::<u8>(), 0..2000)], 1..6_usize);
    for case in 0..generated_cases::cases(150) {
        let (request, pieces) = strategy.new_tree(&mut runner).expect("it is generated").current();
        if let Err(fault) = ends(&server, &request, pieces) {
            panic!("case {case}: {fault}\nin {pieces} pieces: {:?}", String::from_utf8_lossy(&request));
        }
        if case % 50 == 0 {
            assert!(is_well(&server, &mut client, &token), "after case {case}");
        }
    }
    assert!(is_well(&server, &mut client, &token));
    let said = server.talk_so_far();
    assert!(!said.iter().any(|line| line.contains("panicked")), "{said:?}");
}
