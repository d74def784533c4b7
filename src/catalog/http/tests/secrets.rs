//! Tests that secrets are sent only where they belong: every byte that a foreign listener receives is checked.

use super::scripted::{Scripted, answer, json, token};
use super::*;
use crate::catalog::Catalog;
use crate::catalog::wire::WriteOptions;
use crate::domain::platform::GLINT;
use crate::domain::progress::Silent;

const TOKEN: &str = "token-of-the-tests";

fn is_clean(text: &str) -> bool {
    !text.contains(SECRET) && !text.contains(TOKEN)
}

#[test]
fn a_redirect_to_another_host_is_not_followed() {
    for status in [301, 302, 303, 307, 308] {
        // Another port is another origin, which may belong to another program.
        let foreign = Scripted::start(|_, _| json(200, r#"{"ok":true,"blueprints":[]}"#));
        let to = format!("location: {}/v1/blueprints?stolen=1\n", foreign.url.replace("127.0.0.1", "localhost"));
        let before_first_answer = to.clone();
        let leads_away = Scripted::with_token(move |_, _| answer(status, &to, ""));
        let error = client_error(client(&leads_away.url).blueprints());
        assert!(matches!(error, ClientError::Redirected { .. }), "{error:?}");
        assert!(is_clean(&everything(&error)), "{error:?}");
        // The same for the request that sends the credentials.
        let leads_away = Scripted::start(move |_, _| answer(status, &before_first_answer, ""));
        let error = client_error(client(&leads_away.url).blueprints());
        assert!(matches!(error, ClientError::Redirected { .. }), "{error:?}");
        assert!(foreign.seen().is_empty(), "{}", foreign.everything());
    }
}

#[test]
fn a_redirect_within_the_catalog_is_followed_with_the_token() {
    let server = Scripted::with_token(|seen, _| match seen.is("GET", "/v1/blueprints") {
        true => answer(307, "location: /moved/blueprints\n", ""),
        false => json(200, r#"{"ok":true,"blueprints":[{"identifier":"b"},{"identifier":"a"}]}"#),
    });
    let blueprints = client(&server.url).blueprints().expect("it is read");
    assert_eq!(blueprints[0]["identifier"], "a", "they are sorted");
    let moved = server.seen().into_iter().find(|seen| seen.is("GET", "/moved/blueprints")).expect("it was followed");
    assert!(moved.head.contains(TOKEN), "{moved:?}");
}

#[test]
fn a_redirect_in_circles_ends() {
    let server = Scripted::with_token(|_, _| answer(302, "location: /v1/blueprints\n", ""));
    let error = client_error(client(&server.url).blueprints());
    assert!(matches!(error, ClientError::Unreadable { .. }), "{error:?}");
    assert!(server.count("GET", "/v1/blueprints") < 10);
}

#[test]
fn an_address_of_the_config_is_never_even_called() {
    let foreign = Scripted::start(|_, _| token(TOKEN, 10));
    let port = foreign.url.rsplit(':').next().unwrap_or_default();
    // Names that resolve to this machine, and that only the config contains.
    for address in [format!("https://catalog.acme.example:{port}"), format!("https://0.0.0.0:{port}")] {
        for platform in [&PORT, &GLINT] {
            let place = NamedBy::Repository("portolan.yaml:2".to_owned());
            let refused = Trusted::check(&address, &place, platform).map_err(ClientError::from).expect_err(&address);
            assert!(refused.is_usage() && refused.to_string().contains("portolan.yaml:2"), "{refused}");
        }
    }
    assert!(foreign.seen().is_empty(), "{}", foreign.everything());
}

#[test]
fn a_catalog_that_repeats_what_it_was_told_is_not_repeated() {
    let echo = format!("you said {SECRET} and Bearer {TOKEN} \u{1b}[31m");
    let details = serde_json::json!({"headers": [{"authorization": echo}], (TOKEN): 1});
    let body = serde_json::json!({"ok": false, "error": format!("e_{SECRET}"), "message": echo, "details": details});
    let page = format!("<html>{echo}</html>");
    let said = body.to_string();
    for (status, kind, body) in [
        (403, "application/json", said.clone()),
        (401, "application/json", said),
        (404, "text/html", page.clone()),
        (200, "text/html", page),
    ] {
        let server = Scripted::with_token(move |_, _| answer(status, &format!("content-type: {kind}\n"), &body));
        let (client, heard) = client_with(&server.url, POLICY, TIMEOUTS);
        let error = client_error(client.blueprints());
        assert!(is_clean(&everything(&error)), "{}", everything(&error));
        assert!(!everything(&error).contains('\u{1b}'));
        assert!(is_clean(&format!("{client:?} {heard:?} {:?}", config(&server.url))));
    }
}

#[test]
fn a_catalog_that_repeats_the_token_in_an_entitys_outcome_is_not_repeated() {
    let body = serde_json::json!({"ok": true, "entities": [], "errors": [{
        "index": 0, "statusCode": 422, "error": TOKEN, "message": format!("{SECRET} {TOKEN}"), "details": {"got": [TOKEN]},
    }]});
    let server = Scripted::with_token(move |_, _| json(207, &body.to_string()));
    let outcomes = client(&server.url)
        .upsert("service", &super::faults::drafts(1), &WriteOptions::default(), &Silent)
        .expect("it is answered");
    assert!(outcomes[0].is_err() && is_clean(&format!("{outcomes:?}")), "{outcomes:?}");
}

#[test]
fn a_write_that_leads_on_within_the_catalog_is_told_as_that() {
    for status in [301, 302, 303] {
        let server = Scripted::start(move |_, _| answer(status, "location: /elsewhere?x=y\n", ""));
        let error = client_error(client(&server.url).blueprints());
        assert!(matches!(error, ClientError::Moved { .. }), "{error:?}");
        let message = error.to_string();
        assert!(message.contains(&format!("redirect ({status}) within `{}`", server.url)), "{message}");
        assert_eq!(server.seen().len(), 1);
    }
    let server = Scripted::start(|_, _| answer(307, "location: http://other.example:8080/?x=y\n", ""));
    let message = client_error(client(&server.url).blueprints()).to_string();
    assert!(message.contains("redirects to `http://other.example:8080`"), "{message}");
}

#[test]
fn nothing_but_the_token_is_sent_after_the_first_call_and_the_scope_goes_along() {
    let server = Scripted::with_token(|_, _| json(200, r#"{"ok":true,"blueprints":[]}"#));
    client(&server.url).blueprints().expect("it is read");
    let seen = server.seen();
    assert_eq!(seen.len(), 2);
    assert_eq!(seen[0].body, format!(r#"{{"clientId":"{ID}","clientSecret":"{SECRET}"}}"#));
    assert!(!seen[1].head.contains(SECRET) && !seen[1].body.contains(SECRET));
    assert!(seen[1].head.contains(&format!("authorization: Bearer {TOKEN}")), "{}", seen[1].head);
    assert!(seen[1].head.contains(&owner().mark()), "{}", seen[1].head);
}

#[test]
fn a_token_is_renewed_before_its_end_and_once_when_it_is_refused() {
    // The token expires at once, so every call fetches one.
    let server = Scripted::start(|seen, _| match seen.is("POST", "/v1/auth/access_token") {
        true => token(TOKEN, 0),
        false => json(200, r#"{"ok":true,"blueprints":[]}"#),
    });
    let client_of_it = client(&server.url);
    (0..3).for_each(|_| drop(client_of_it.blueprints().expect("it is read")));
    assert_eq!(server.count("POST", "/v1/auth/access_token"), 3);
    // The token was revoked: the second one is accepted.
    let server = Scripted::start(|seen, number| match (seen.is("POST", "/v1/auth/access_token"), number) {
        (true, 0) => token("token-that-was-taken-back", 3600),
        (true, _) => token(TOKEN, 3600),
        (false, _) if seen.head.contains(TOKEN) => json(200, r#"{"ok":true,"blueprints":[]}"#),
        (false, _) => json(401, r#"{"ok":false,"error":"unauthorized"}"#),
    });
    client(&server.url).blueprints().expect("it is read");
    assert_eq!(server.seen().len(), 4);
    // If every token is rejected, the call is made twice and no more.
    let server = Scripted::with_token(|_, _| json(401, r#"{"ok":false,"error":"unauthorized"}"#));
    let error = client_error(client(&server.url).blueprints());
    assert!(matches!(error, ClientError::Credentials { status: 401, .. }), "{error:?}");
    assert_eq!(server.count("GET", "/v1/blueprints"), 2);
}

fn base64(text: &str) -> String {
    const ALPHABET: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    let mut out = String::new();
    for chunk in text.as_bytes().chunks(3) {
        let bits = chunk.iter().fold(0_u32, |bits, byte| bits << 8 | u32::from(*byte)) << (8 * (3 - chunk.len()));
        let sign = |at: u32| char::from(ALPHABET[(bits >> (18 - 6 * at) & 0x3f) as usize]);
        out.extend((0..=chunk.len() as u32).map(sign));
    }
    out
}

/// A secret in the encodings that programs use.
fn writings(secret: &str) -> Vec<String> {
    let escaped = |prefix: &str| secret.bytes().map(|byte| format!("{prefix}{byte:02x}")).collect::<String>();
    vec![
        secret.to_owned(),
        secret.to_uppercase(),
        escaped("%"),
        escaped("%25"),
        escaped("\\x"),
        escaped("\\u00"),
        escaped(""),
        base64(&format!("id:{secret}")),
        base64(&format!("{ID}:{secret}")),
        base64(&format!("ab:{secret}")),
        secret[..secret.len() - 3].to_owned(),
        secret[4..].to_owned(),
        secret.chars().map(|c| format!("&#{};", u32::from(c))).collect(),
        secret.chars().flat_map(|c| [c, '\u{ad}']).collect(),
    ]
}

/// Asserts that no long part of a secret appears in any reversible encoding.
fn assert_untold(text: &str, context: &str) {
    let seen = text.to_lowercase().replace('\u{ad}', "");
    for secret in [SECRET, TOKEN] {
        for written in writings(secret) {
            let written = written.to_lowercase().replace('\u{ad}', "");
            let at = written.len() / 4;
            let part = &written[at..(at + 30).min(written.len() - 2)];
            assert!(!seen.contains(part), "{context}: {part} in {text}");
        }
    }
}

#[test]
fn no_writing_of_a_secret_is_repeated_from_any_place_of_an_answer() {
    for secret in [SECRET, TOKEN] {
        for written in writings(secret) {
            let json_text = |text: &str| serde_json::to_string(text).expect("JSON");
            let text = json_text(&written);
            let host: String = written.chars().filter(|c| c.is_ascii_alphanumeric() || *c == '-').take(60).collect();
            let header: String = written.chars().filter(char::is_ascii).collect();
            let page = |before: usize| format!("<html>{}{written}</html>", "x".repeat(before));
            let refused = |body: String| answer(403, "content-type: application/json\n", &body);
            for (place, given) in [
                ("message", refused(format!(r#"{{"ok":false,"error":"e","message":{text}}}"#))),
                ("error", refused(format!(r#"{{"ok":false,"error":{text},"message":"m"}}"#))),
                (
                    "details",
                    refused(format!(r#"{{"ok":false,"error":"e","message":"m","details":{{{text}:[{text}]}}}}"#)),
                ),
                ("shape", json(200, &format!(r#"{{"ok":true,"blueprints":{text}}}"#))),
                (
                    "trace id",
                    answer(
                        403,
                        &format!("content-type: application/json\nx-trace-id: {header}\n"),
                        r#"{"ok":false,"error":"e"}"#,
                    ),
                ),
                ("redirect", answer(302, &format!("location: http://{host}.example/x\n"), "")),
                ("content type", answer(200, &format!("content-type: text/{header}\n"), "x")),
                ("page", answer(404, "content-type: text/html\n", &page(0))),
                ("cut page", answer(404, "content-type: text/html\n", &page(280))),
                ("long page", answer(404, "content-type: text/html\n", &page(380))),
            ] {
                let server = Scripted::with_token(move |_, _| given.clone());
                let error = client_error(client(&server.url).blueprints());
                assert_untold(&everything(&error), &format!("{place}: {written}"));
            }
        }
    }
}

#[test]
fn a_client_of_a_loopback_address_from_the_config_is_made_for_issued_credentials_only() {
    let hostile = Scripted::start(|_, _| token(TOKEN, 10));
    let place = NamedBy::Repository("portolan.yaml:2".to_owned());
    let connect = |credentials: Credentials| {
        let address = Trusted::check(&hostile.url, &place, &PORT).expect("it may be the embedded server");
        let config = ClientConfig { address, credentials, ..config(&hostile.url) };
        Client::with(config, Arc::new(Heard::default()), POLICY, TIMEOUTS)
    };
    let refused = connect(Credentials { id: Secret::new(ID), secret: Secret::new(SECRET) }).expect_err("not issued");
    assert!(refused.is_usage() && is_clean(&format!("{refused} {refused:?}")), "{refused}");
    assert!(hostile.seen().is_empty(), "{}", hostile.everything());
    let listens = hostile.url.trim_start_matches("http://").parse().expect("an address");
    let issued = crate::embedded::server::Credentials::issue(listens).expect("there is randomness");
    let client = connect(Credentials { id: Secret::new(issued.id), secret: issued.secret }).expect("issued for it");
    drop(client.blueprints());
    assert!(!hostile.seen().is_empty(), "what was issued for it is sent");
}
