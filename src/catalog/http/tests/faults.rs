//! Tests network and server faults, and the errors that the user sees.

#![expect(clippy::disallowed_types, reason = "a port that nobody listens on, and one that never answers")]

use std::io::{Read, Write};
use std::net::TcpListener;

use serde_json::json as value;

use super::scripted::{Scripted, answer, json};
use super::*;
use crate::catalog::wire::{EntityDraft, IdentifierRef, WriteOptions};
use crate::catalog::{Catalog, Part, WriteFailure};
use crate::domain::blueprint::Blueprint;
use crate::domain::progress::Silent;
use crate::domain::snapshot::Completeness;

const NO_BLUEPRINTS: &str = r#"{"ok":true,"blueprints":[]}"#;

fn message(url: &str) -> String {
    everything(&client_error(client(url).blueprints()))
}

#[test]
fn a_few_are_taken_out_of_all_where_nothing_can_be_searched() {
    let server = Scripted::with_token(|seen, _| match seen.line.split(['?', ' ']).nth(1) {
        Some(path) if path.ends_with("/search") => json(410, r#"{"ok":false,"error":"gone"}"#),
        Some(path) if path.ends_with("/entities-count") => json(200, r#"{"ok":true,"count":3}"#),
        _ => json(200, r#"{"ok":true,"entities":[{"identifier":"b"},{"identifier":"c"},{"identifier":"a"}]}"#),
    });
    let (blueprint, _) =
        Blueprint::from_json(serde_json::json!({"identifier": "service", "schema": {"properties": {}}}))
            .expect("it is one");
    let shelf = client(&server.url).read_some(&blueprint, &["a".into(), "c".into(), "z".into()], &Silent);
    let shelf = shelf.expect("they are read");
    let names: Vec<&str> = shelf.entities.iter().map(|entity| entity.key.identifier.as_ref()).collect();
    assert_eq!((names, shelf.completeness), (vec!["a", "c"], Completeness::Complete));
}

#[test]
fn nobody_there_is_told_soon() {
    let closed = {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        listener.local_addr().expect("it is bound")
    };
    let message = message(&format!("http://{closed}"));
    assert!(message.contains("nothing listens there") && message.contains("after 3 attempts"), "{message}");
}

#[test]
fn a_name_that_is_not_known_is_told_as_that() {
    struct Nobody;
    impl reqwest::dns::Resolve for Nobody {
        fn resolve(&self, _: reqwest::dns::Name) -> reqwest::dns::Resolving {
            Box::pin(async { Err("failed to lookup address information: Name or service not known".into()) })
        }
    }
    let http = reqwest::Client::builder().no_proxy().tls_certs_only([]).dns_resolver(Nobody);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let _ = rustls::crypto::ring::default_provider().install_default();
    let sent = http.build().expect("it is made ready").get("https://catalog.acme.example").send();
    let error = runtime.block_on(sent).expect_err("nobody knows the name");
    let request = super::super::RequestLine { method: "GET", url: "https://catalog.acme.example".to_owned() };
    let message = everything(&crate::catalog::http::error_source::Cause::of(&error, &[]).into_error(
        &error,
        request,
        "catalog.acme.example:8443",
        TIMEOUTS,
        None,
    ));
    assert!(message.contains("unknown host `catalog.acme.example`: Name or service not known"), "{message}");
}

#[test]
fn who_does_not_speak_tls_is_told_as_that() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("https://{}", listener.local_addr().expect("it is bound"));
    std::thread::spawn(move || {
        let (mut stream, _) = listener.accept().expect("somebody comes");
        let _ = stream.write_all(b"HTTP/1.1 400 Bad Request\r\n\r\n");
        // The connection is kept open until the client has read the answer.
        let _ = stream.read_to_end(&mut Vec::new());
    });
    let message = message(&url);
    let place = url.trim_start_matches("https://");
    assert!(message.contains(&format!("no secure connection to `{place}`: the server does not use TLS")), "{message}");
    assert!(message.contains("use `http://`"), "{message}");
}

#[test]
fn who_never_answers_is_left() {
    let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
    let url = format!("http://{}", listener.local_addr().expect("it is bound"));
    let timeouts = Timeouts { read: Duration::from_millis(50), ..TIMEOUTS };
    let error = client_error(client_with(&url, POLICY, timeouts).0.blueprints());
    assert!(
        matches!(&error, ClientError::GaveUp { last, .. } if matches!(**last, ClientError::Timeout { .. })),
        "{error:?}"
    );
}

#[test]
fn credentials_that_are_refused_lead_to_their_variables_and_the_clock() {
    let server = Scripted::start(|_, _| {
        let headers = "content-type: application/json\nx-trace-id: abc-123\ndate: Sun, 06 Nov 1994 08:49:37 GMT\n";
        let words = "Invalid credentials supplied to the generate token API";
        answer(401, headers, &value!({"ok": false, "error": "invalid_credentials", "message": words}).to_string())
    });
    let message = message(&server.url);
    for part in ["401: Invalid credentials", "trace id abc-123", "PORT_CLIENT_ID", "clock is", "ahead of"] {
        assert!(message.contains(part), "{part}: {message}");
    }
    assert!(!message.contains("region"), "it is none: {message}");
    assert_eq!(server.seen().len(), 1, "it is asked once");
}

#[test]
fn a_network_that_is_not_allowed_is_told_as_that() {
    let words = "IP not whitelisted. Found x-forwarded-for header: 192.0.2.1, orgId: org_1";
    let body = value!({"ok": false, "error": "forbidden", "message": words}).to_string();
    let server = Scripted::with_token(move |_, _| json(403, &body));
    let error = client_error(client(&server.url).blueprints());
    assert!(matches!(error, ClientError::NetworkNotAllowed { .. }), "{error:?}");
    assert!(everything(&error).contains("192.0.2.1"), "{error}");
}

#[test]
fn a_page_in_the_catalogs_place_is_told_as_that() {
    for status in [200, 403] {
        let server = Scripted::start(move |_, _| {
            answer(status, "content-type: text/html; charset=utf-8\n", "<html>\n<title>Sign in</title>")
        });
        let message = message(&server.url);
        assert!(
            message.contains("a web page") && message.contains("<html> <title>Sign in") && message.contains("NO_PROXY"),
            "{message}"
        );
    }
}

#[test]
fn what_is_json_but_not_the_catalogs_is_told_as_that() {
    for body in [r#"{"ok":true}"#, "[1]", r#"{"blueprints":7}"#] {
        let server = Scripted::with_token(move |_, _| json(200, body));
        let error = client_error(client(&server.url).blueprints());
        assert!(matches!(error, ClientError::Unreadable { .. }), "{body}: {error:?}");
    }
}

#[test]
fn a_call_that_is_cut_is_made_again_wherever_it_is_cut() {
    let whole = json(200, r#"{"ok":true,"blueprints":[{"identifier":"a"}]}"#);
    // In the head, in the body, and with a complete answer whose JSON is truncated.
    let mut pieces: Vec<Vec<u8>> = [0, 10, whole.len() - 20, whole.len() - 1].map(|end| whole[..end].to_vec()).into();
    pieces.push(json(200, r#"{"ok":true,"blueprints":[{"identif"#));
    for piece in pieces {
        let whole = whole.clone();
        let server = Scripted::with_token(move |_, number| if number < 3 { piece.clone() } else { whole.clone() });
        let blueprints = client(&server.url).blueprints().expect("the fourth try is whole");
        assert_eq!(blueprints.len(), 1);
    }
}

#[test]
fn what_passes_is_tried_again_and_what_does_not_is_told() {
    for status in [408, 429, 500, 502, 503, 504] {
        let server = Scripted::with_token(move |_, number| match number {
            0..4 => answer(status, "content-type: text/html\n", "<html>busy</html>"),
            _ => json(200, NO_BLUEPRINTS),
        });
        client(&server.url).blueprints().expect("the fifth try is right");
    }
    let server = Scripted::with_token(|_, _| json(501, r#"{"ok":false,"error":"not_implemented"}"#));
    let error = client_error(client(&server.url).blueprints());
    assert_eq!((error.status(), server.count("GET", "/v1/blueprints")), (Some(501), 1));
    let server = Scripted::with_token(|_, _| json(500, r#"{"ok":false,"error":"internal_error"}"#));
    let error = client_error(client(&server.url).blueprints());
    assert!(matches!(error, ClientError::GaveUp { made: 10, .. }), "{error:?}");
}

#[test]
fn an_answer_without_end_is_not_read_to_its_end() {
    let server = Scripted::with_token(|_, _| {
        let long = "x".repeat(8 << 20);
        json(403, &format!(r#"{{"ok":false,"error":"forbidden","message":"{long}"}}"#))
    });
    let message = message(&server.url);
    assert!(message.len() < 10_000, "{}", message.len());
}

fn service() -> Blueprint {
    Blueprint::from_json(value!({"identifier": "service", "schema": {"properties": {}}})).expect("it is one").0
}

fn entity(number: usize) -> String {
    format!(r#"{{"identifier":"e{number}","blueprint":"service","properties":{{}},"relations":{{}}}}"#)
}

const SEARCH: &str = "/v1/blueprints/service/entities/search";
const LIST: &str = "/v1/blueprints/service/entities?exclude_calculated_properties=true";
const COUNT: &str = "/v1/blueprints/service/entities-count";

/// Reads one blueprint: the number of entities, and why some are missing.
fn read(server: &Scripted) -> (usize, Option<String>) {
    let snapshot = client(&server.url).read(&[service()], &Part::Whole, &Silent).expect("it is read");
    let shelf = &snapshot.blueprints["service"];
    let missing = match &shelf.completeness {
        Completeness::Complete => None,
        Completeness::Incomplete(why) => Some(why.clone()),
    };
    (shelf.entities.len(), missing)
}

fn counted(count: usize) -> Vec<u8> {
    json(200, &format!(r#"{{"ok":true,"count":{count}}}"#))
}

fn page(entities: &[usize], next: &str) -> Vec<u8> {
    let entities: Vec<String> = entities.iter().map(|number| entity(*number)).collect();
    json(200, &format!(r#"{{"ok":true,"entities":[{}]{next}}}"#, entities.join(",")))
}

#[test]
fn pages_are_followed_and_what_comes_twice_counts_once() {
    let server = Scripted::with_token(|seen, _| match () {
        () if seen.is("GET", COUNT) => counted(3),
        () if seen.body.contains(r#""from":{"a":1}"#) => page(&[2, 3], ""),
        () => page(&[2, 1], r#","next":{"a":1}"#),
    });
    assert_eq!(read(&server), (3, None));
    assert_eq!(server.count("POST", SEARCH), 2);
    let first = server.seen().into_iter().find(|seen| seen.is("POST", SEARCH)).expect("it was asked");
    assert_eq!(first.body, r#"{"query":{"combinator":"and","rules":[]},"limit":1000}"#);
}

#[test]
fn a_count_that_does_not_agree_is_looked_at_twice_and_told() {
    let server = Scripted::with_token(|seen, _| if seen.is("GET", COUNT) { counted(4) } else { page(&[1, 2], "") });
    assert_eq!(read(&server), (2, Some("the catalog counts 4 entities but returned 2".to_owned())));
    assert_eq!((server.count("POST", SEARCH), server.count("GET", COUNT)), (2, 2));
    // The blueprint changed during the first read; the second read is complete.
    let server = Scripted::with_token(|seen, number| match () {
        () if seen.is("GET", COUNT) => counted(3),
        () if number < 2 => page(&[1, 2], ""),
        () => page(&[1, 2, 3], ""),
    });
    assert_eq!(read(&server), (3, None));
}

#[test]
fn pages_that_lead_in_circles_end() {
    let server = Scripted::with_token(|seen, _| match () {
        () if seen.is("GET", COUNT) => counted(2),
        () => page(&[1, 2], r#","next":"again""#),
    });
    let (count, missing) = read(&server);
    assert_eq!(count, 2);
    assert!(missing.is_some_and(|why| why.contains("pages repeat")));
    assert!(server.count("POST", SEARCH) < 8);
}

#[test]
fn one_way_that_is_closed_leads_to_the_other() {
    for closed in [410, 504] {
        let server = Scripted::with_token(move |seen, _| match () {
            () if seen.is("GET", COUNT) => counted(2),
            () if seen.is("GET", LIST) => page(&[1, 2], ""),
            () => json(closed, r#"{"ok":false,"error":"gone"}"#),
        });
        assert_eq!(read(&server), (2, None), "{closed}");
        // The other route also times out, so the first is used again, with all retries.
        let server = Scripted::with_token(move |seen, number| match () {
            () if seen.is("GET", COUNT) => counted(2),
            () if seen.is("GET", LIST) => json(504, r#"{"ok":false,"error":"timeout_error"}"#),
            () if number < 6 => json(504, r#"{"ok":false,"error":"timeout_error"}"#),
            () => page(&[1, 2], ""),
        });
        assert_eq!(read(&server), (2, None));
    }
    let server = Scripted::with_token(|_, _| json(410, r#"{"ok":false,"error":"gone"}"#));
    let (count, missing) = read(&server);
    assert!(count == 0 && missing.is_some_and(|why| why.contains("410")));
}

#[test]
fn a_blueprint_that_is_not_there_is_an_error_with_a_way_out() {
    let body =
        value!({"ok": false, "error": "not_found", "message": "Blueprint with identifier \"service\" was not found"});
    let body = body.to_string();
    let server = Scripted::with_token(move |_, _| json(404, &body));
    let error = client_error(client(&server.url).read(&[service()], &Part::Whole, &Silent));
    assert!(matches!(&error, ClientError::NoBlueprint { blueprint, .. } if blueprint == "service"), "{error:?}");
}

pub(super) fn drafts(count: usize) -> Vec<EntityDraft> {
    let draft = |number| EntityDraft {
        identifier: Some(IdentifierRef::Literal(format!("e{number}"))),
        ..EntityDraft::default()
    };
    (0..count).map(draft).collect()
}

const UPSERT: WriteOptions = WriteOptions {
    upsert: true,
    merge: true,
    validation_only: false,
    create_missing_related_entities: false,
    run_id: None,
};

/// The identifiers in a bulk call.
fn sent(body: &str) -> Vec<String> {
    let body: serde_json::Value = serde_json::from_str(body).expect("it is JSON");
    let entities = body["entities"].as_array().expect("it is a list").iter();
    entities.map(|entity| entity["identifier"].as_str().expect("it is a text").to_owned()).collect()
}

#[test]
fn a_mixed_result_is_taken_apart_by_index_and_what_passes_is_sent_again_alone() {
    let server = Scripted::with_token(|seen, number| {
        let sent = sent(&seen.body);
        let (mut entities, mut errors) = (Vec::new(), Vec::new());
        for (index, identifier) in sent.iter().enumerate() {
            match identifier.as_str() {
                "e3" => errors.push(value!({"identifier": "unknown", "index": index, "statusCode": 422,
                    "error": "invalid_request", "message": "no\u{1b}[31m"})),
                "e5" if number == 0 => {
                    errors.push(value!({"identifier": "e5", "index": index, "statusCode": 503, "error": "busy"}));
                }
                // The first answer has no result for this entity.
                "e7" if number == 0 => {}
                _ => entities.push(value!({"created": true, "identifier": identifier, "index": index})),
            }
        }
        entities.reverse();
        json(207, &value!({"ok": true, "entities": entities, "errors": errors}).to_string())
    });
    let outcomes = client(&server.url).upsert("service", &drafts(10), &UPSERT, &Silent).expect("it is answered");
    for (number, outcome) in outcomes.iter().enumerate() {
        match (number, outcome) {
            (3, Err(WriteFailure::Refused(refusal))) => {
                assert_eq!((refusal.status, refusal.message.as_deref()), (422, Some("no [31m")));
            }
            (_, Ok(written)) => assert_eq!(written.identifier, format!("e{number}")),
            other => panic!("{other:?}"),
        }
    }
    let seen = server.seen();
    assert_eq!(sent(&seen.last().expect("there is one").body), ["e5", "e7"]);
}

#[test]
fn a_lot_that_is_refused_as_a_whole_is_halved_down_to_the_one_at_fault() {
    for status in [413, 422] {
        let server = Scripted::with_token(move |seen, _| {
            let sent = sent(&seen.body);
            if sent.contains(&"e11".to_owned()) {
                return json(status, r#"{"ok":false,"error":"bad_request","message":"not this"}"#);
            }
            let done =
                sent.iter().enumerate().map(|(index, id)| value!({"identifier": id, "index": index, "created": false}));
            json(200, &value!({"ok": true, "entities": done.collect::<Vec<_>>(), "errors": []}).to_string())
        });
        let outcomes = client(&server.url).upsert("service", &drafts(40), &UPSERT, &Silent).expect("it is answered");
        for (number, outcome) in outcomes.iter().enumerate() {
            match outcome {
                Err(WriteFailure::Refused(refusal)) => assert_eq!((number, refusal.status), (11, status)),
                Ok(written) => assert_eq!(written.identifier, format!("e{number}")),
                Err(broken) => panic!("{broken:?}"),
            }
        }
        assert!(matches!(outcomes[11], Err(WriteFailure::Refused(_))));
    }
}

#[test]
fn a_catalog_that_falls_silent_half_way_leaves_what_was_done_done() {
    let server = Scripted::with_token(|seen, _| {
        let sent = sent(&seen.body);
        if sent[0] != "e0" {
            return Vec::new();
        }
        let done =
            sent.iter().enumerate().map(|(index, id)| value!({"identifier": id, "index": index, "created": true}));
        json(200, &value!({"ok": true, "entities": done.collect::<Vec<_>>(), "errors": []}).to_string())
    });
    let outcomes = client(&server.url).upsert("service", &drafts(1000), &UPSERT, &Silent).expect("some were written");
    assert!(outcomes[..20].iter().all(Result::is_ok));
    assert!(
        outcomes[20..]
            .iter()
            .all(|outcome| matches!(outcome, Err(WriteFailure::InDoubt { .. } | WriteFailure::Unsent(_))))
    );
    assert!(matches!(outcomes[999], Err(WriteFailure::Unsent(_))), "{:?}", outcomes[999]);
    // If no entity got an answer, the whole call is an error.
    let silent = Scripted::with_token(|_, _| Vec::new());
    let error = client_error(client(&silent.url).upsert("service", &drafts(30), &UPSERT, &Silent));
    assert!(matches!(error, ClientError::GaveUp { .. }), "{error:?}");
}

#[test]
fn one_that_the_catalog_fails_on_every_time_keeps_back_no_other() {
    for fault in [500, 502, 0] {
        let server = Scripted::with_token(move |seen, _| {
            let sent = sent(&seen.body);
            if sent.contains(&"e11".to_owned()) {
                return if fault == 0 { Vec::new() } else { json(fault, r#"{"ok":false,"error":"internal_error"}"#) };
            }
            let done =
                sent.iter().enumerate().map(|(index, id)| value!({"identifier": id, "index": index, "created": true}));
            json(200, &value!({"ok": true, "entities": done.collect::<Vec<_>>(), "errors": []}).to_string())
        });
        let outcomes = client(&server.url).upsert("service", &drafts(60), &UPSERT, &Silent).expect("it is answered");
        let failed: Vec<usize> = (0..60).filter(|number| outcomes[*number].is_err()).collect();
        assert_eq!(failed, [11], "{fault}");
        assert!(matches!(&outcomes[11], Err(WriteFailure::InDoubt { .. })), "{:?}", outcomes[11]);
    }
}

#[test]
fn a_create_whose_answer_is_lost_is_not_sent_again_blindly() {
    let create = WriteOptions { upsert: false, merge: false, ..UPSERT };
    let server = Scripted::with_token(|_, _| Vec::new());
    let error = client_error(client(&server.url).upsert("service", &drafts(1), &create, &Silent));
    assert!(matches!(error, ClientError::Uncertain { .. }), "{error:?}");
    assert_eq!(server.seen().len(), 2, "one for the token, one for the create");
    // A create that was certainly not processed is repeated.
    let server = Scripted::with_token(|_, number| match number {
        0 => json(429, r#"{"ok":false,"error":"rate_limit"}"#),
        _ => json(200, r#"{"ok":true,"entities":[{"identifier":"e0","index":0,"created":true}],"errors":[]}"#),
    });
    let outcomes = client(&server.url).upsert("service", &drafts(1), &create, &Silent).expect("it is answered");
    assert!(outcomes[0].is_ok());
}

#[test]
fn deletes_go_together_and_one_by_one_where_one_may_not_go() {
    let server = Scripted::with_token(|seen, _| match seen.line.as_str() {
        "POST /v1/blueprints/service/bulk/entities/delete?delete_dependents=false" => {
            json(403, r#"{"ok":false,"error":"has_dependents"}"#)
        }
        "DELETE /v1/blueprints/service/entities/e2?delete_dependents=false" => {
            json(403, r#"{"ok":false,"error":"has_dependents","message":"e9 needs it"}"#)
        }
        "DELETE /v1/blueprints/service/entities/a%2Fb?delete_dependents=false" => {
            json(404, r#"{"ok":false,"error":"not_found","message":"Entity with identifier \"a/b\" was not found"}"#)
        }
        _ => json(200, r#"{"ok":true}"#),
    });
    let identifiers = ["e1", "e2", "a/b"].map(str::to_owned);
    let outcomes = client(&server.url).delete("service", &identifiers, &Silent).expect("it is answered");
    assert!(
        matches!(&outcomes[..], [Ok(()), Err(WriteFailure::Refused(refusal)), Ok(())] if refusal.error == "has_dependents")
    );
    // The answer lists only some as deleted; the others are deleted one by one.
    let server = Scripted::with_token(|seen, _| match seen.line.starts_with("POST") {
        true => json(200, r#"{"ok":true,"deletedEntities":["e1"]}"#),
        false => json(200, r#"{"ok":true}"#),
    });
    let outcomes = client(&server.url).delete("service", &identifiers, &Silent).expect("it is answered");
    assert!(outcomes.iter().all(Result::is_ok));
    assert_eq!(server.seen().iter().filter(|seen| seen.line.starts_with("DELETE")).count(), 2);
}

#[test]
fn what_an_owner_wrote_is_told_whole_or_not_at_all() {
    let server = Scripted::with_token(|seen, _| match seen.line.contains("datasource-entities") {
        true => json(404, r#"{"ok":false,"error":"not_found","message":"Route POST:/x not found"}"#),
        false => json(200, r#"{"ok":true,"entities":[],"failedBlueprints":["service",{"identifier":"team"},3]}"#),
    });
    let error = client_error(client(&server.url).owned(&super::owner()));
    assert!(matches!(error, ClientError::Partial { count: 3, .. }), "{error:?}");
    assert!(error.to_string().contains("`service`, `team`"), "{error}");
}
