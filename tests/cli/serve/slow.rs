//! Tests hundreds of clients with unfinished requests: other clients are not affected.

use std::io::Write;
use std::net::TcpStream;
use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server::{Server, read_answer};

/// More than the maximum number of connections.
const ATTACKERS: usize = 642;
/// The maximum wait of other clients, on a machine under load.
const BOUND: Duration = Duration::from_secs(10);

fn send(mut stream: &TcpStream, text: &str) {
    // The server may have closed a connection to make space.
    let _ = stream.write_all(text.as_bytes());
}

/// A persistent connection with a token.
struct Client(TcpStream, String);

impl Client {
    fn sign_in(server: &Server) -> Self {
        let token = server.token();
        Self(server.connect(), token)
    }

    fn status(&mut self, server: &Server) -> u16 {
        let request = format!(
            "GET /v1/blueprints HTTP/1.1\r\nhost: {}\r\nauthorization: Bearer {}\r\n\r\n",
            server.address, self.1
        );
        send(&self.0, &request);
        read_answer(&mut self.0).expect("it keeps its connection").status
    }
}

/// While `attack` occupies all connections, old and new clients are served.
fn others_are_served(server: &Server, attack: &str) {
    let mut old = Client::sign_in(server);
    assert_eq!(old.status(server), 200);
    let attackers: Vec<TcpStream> = (0..ATTACKERS)
        .map(|_| {
            let stream = server.connect();
            send(&stream, attack);
            stream
        })
        .collect();
    for round in 0..5 {
        let started = Instant::now();
        assert_eq!(old.status(server), 200, "round {round}");
        let mut new = Client::sign_in(server);
        assert_eq!(new.status(server), 200, "round {round}");
        let body = json!({"entities": [{"identifier": format!("e{round}")}]});
        assert_eq!(server.call("POST", "/v1/blueprints/service/entities/bulk?upsert=true", &body).status, 200);
        let query =
            json!({"combinator": "and", "rules": [{"property": "$identifier", "operator": "=", "value": "e0"}]});
        assert_eq!(server.call("POST", "/v1/entities/search", &query).status, 200);
        assert!(started.elapsed() < BOUND, "round {round}: {:?}", started.elapsed());
        // The attackers whose connections were closed try again.
        attackers.iter().for_each(|stream| send(stream, "x"));
    }
}

fn with_a_blueprint() -> Server {
    let server = Server::start("");
    let service = json!({"identifier": "service", "title": "Service", "schema": {"properties": {}}});
    server.gives("POST", "/v1/blueprints", &service);
    server
}

#[test]
fn hundreds_of_slow_bodies_at_the_token_route_keep_nobody_out() {
    let server = with_a_blueprint();
    let head = "POST /v1/auth/access_token HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{";
    others_are_served(&server, head);
}

#[test]
fn hundreds_of_slow_heads_keep_nobody_out() {
    let server = with_a_blueprint();
    others_are_served(&server, "POST /v1/auth/access_token HTTP/1.1\r\nhost: local");
}

#[test]
#[ignore = "slow"]
fn a_slow_body_at_the_token_route_is_refused_after_seconds() {
    let server = Server::start("");
    let started = Instant::now();
    let mut stream = server.connect();
    send(&stream, "POST /v1/auth/access_token HTTP/1.1\r\nhost: localhost\r\ncontent-length: 100\r\n\r\n{");
    let refused = read_answer(&mut stream).expect("it is told why");
    assert_eq!(refused.refusal(), (408, "timeout_error".to_owned()));
    assert!((4..20).contains(&started.elapsed().as_secs()), "{:?}", started.elapsed());
    let large = server.ask("POST", "/v1/auth/access_token", &[], &"x".repeat(4097));
    assert_eq!(large.refusal(), (413, "bad_request".to_owned()));
    assert!(large.body.contains("4KiB"), "{}", large.body);
    assert_eq!(server.call("GET", "/v1/blueprints", &Value::Null).status, 200);
}
