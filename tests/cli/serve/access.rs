//! Tests tokens and access.

use std::time::{Duration, Instant};

use serde_json::{Value, json};

use super::server::{ID, PATIENCE, SECRET, Server};

#[test]
fn credentials_give_a_token_and_the_same_while_it_lives() {
    let server = Server::start("");
    let ask = |body: &Value| server.ask("POST", "/v1/auth/access_token", &[], &body.to_string());
    let answer = ask(&json!({"clientId": ID, "clientSecret": SECRET})).json();
    assert_eq!((&answer["ok"], &answer["tokenType"]), (&true.into(), &"Bearer".into()));
    assert_eq!(answer["expiresIn"], 10_800);
    assert_eq!(answer["accessToken"], server.token());
    for (body, refusal) in [
        (json!({"clientId": ID, "clientSecret": "x"}), (401, "invalid_credentials")),
        (json!({"clientId": "x", "clientSecret": SECRET}), (401, "invalid_credentials")),
        (json!({"clientId": ID}), (422, "invalid_request")),
        (json!({"clientId": ID, "clientSecret": 1}), (422, "invalid_request")),
        (json!({"clientId": ID, "clientSecret": SECRET, "more": 1}), (422, "invalid_request")),
        (json!([]), (422, "invalid_request")),
    ] {
        assert_eq!(ask(&body).refusal(), (refusal.0, refusal.1.to_owned()), "{body}");
    }
    assert_eq!(server.ask("POST", "/v1/auth/access_token", &[], "").refusal(), (400, "bad_request".to_owned()));
    let long = json!({"clientId": ID, "clientSecret": "x".repeat(20_000)});
    assert_eq!(ask(&long).refusal(), (413, "bad_request".to_owned()));
}

#[test]
fn every_route_of_the_api_wants_the_token() {
    let server = Server::start("");
    let token = server.token();
    for authorization in [None, Some(""), Some("Bearer"), Some("Bearer x"), Some("Basic YTpi"), Some(token.as_str())] {
        let headers: Vec<_> = authorization.iter().map(|value| ("authorization", *value)).collect();
        for (method, path) in
            [("GET", "/v1/blueprints"), ("POST", "/v1/blueprints/x/entities"), ("DELETE", "/v1/blueprints/x")]
        {
            let answer = server.ask(method, path, &headers, "");
            assert_eq!(answer.status, 401, "{authorization:?} {method} {path}");
            assert_eq!(answer.json()["ok"], false);
        }
    }
    let bearer = format!("bearer {token}");
    assert_eq!(server.ask("GET", "/v1/blueprints", &[("authorization", &bearer)], "").status, 200);
}

#[test]
fn a_token_ends_and_is_followed_by_another() {
    let server = Server::start("--token-lifetime 1");
    let first = server.token();
    let bearer = format!("Bearer {first}");
    let start = Instant::now();
    while server.ask("GET", "/v1/blueprints", &[("authorization", &bearer)], "").status == 200 {
        assert!(start.elapsed() < PATIENCE, "it never ends");
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_ne!(server.token(), first);
}
