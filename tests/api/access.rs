//! Tests authentication, and what surrounds every response: envelopes, headers, unknown routes.

use serde_json::json;

use crate::api::answer::Answer;
use crate::api::bench::Bench;

const TOKEN: &[&str] = &["auth", "access_token"];
const INVALID_CREDENTIALS: &str = "Invalid credentials supplied to the generate token API";

#[test]
fn a_token_lives_as_long_as_it_says_and_is_the_same_until_then() {
    let bench = Bench::open();
    let first = bench.authenticate().gave(200);
    assert_eq!(first["tokenType"], "Bearer");
    let seconds = first["expiresIn"].as_u64().expect("a whole number of seconds");
    assert!((1..=24 * 3600).contains(&seconds), "{seconds}");
    let again = bench.authenticate().gave(200);
    assert_eq!(again["accessToken"], first["accessToken"]);
    assert!(again["expiresIn"].as_u64().expect("a number") <= seconds);
}

#[test]
fn wrong_credentials_are_refused_in_the_platforms_words() {
    let bench = Bench::open();
    let (id, secret) = bench.credentials();
    for (id, secret) in [(id, "wrong"), ("wrong", secret), ("", "")] {
        let answer = bench.post(TOKEN).token(None).send(json!({"clientId": id, "clientSecret": secret}));
        answer.refused(401, "invalid_credentials").says(INVALID_CREDENTIALS);
    }
}

#[test]
fn a_request_for_a_token_is_closed() {
    let bench = Bench::open();
    let (id, secret) = bench.credentials();
    for body in [
        json!({"clientId": id}),
        json!({"clientSecret": secret}),
        json!({"clientId": id, "clientSecret": secret, "scope": "all"}),
        json!({"clientId": 1, "clientSecret": secret}),
        json!([]),
    ] {
        bench.post(TOKEN).token(None).send(body).refused(422, "invalid_request");
    }
    let words = bench.post(TOKEN).token(None).send_text("clientId=a");
    words.refused_as(&[400, 422], &["bad_request", "invalid_request"]);
}

#[test]
fn without_a_good_token_nothing_is_told() {
    let bench = Bench::open();
    for token in [None, Some(""), Some("Bearer"), Some("Bearer x"), Some("Basic YTpi"), Some("x")] {
        let answer = bench.get(&["blueprints"]).token(token).now();
        assert_eq!(answer.status, 401, "{token:?}: {answer}");
        assert_eq!(answer.json["ok"], false, "{answer}");
        assert!(answer.json["error"].is_string() && answer.json.get("blueprints").is_none(), "{answer}");
    }
}

#[test]
fn a_route_that_is_none_is_not_found_by_its_name() {
    let bench = Bench::open();
    for (method, path, named) in [
        ("GET", &["nothing"][..], "Route GET:/v1/nothing not found"),
        ("PUT", &["blueprints"], "Route PUT:/v1/blueprints not found"),
        ("DELETE", &["entities", "search"], "Route DELETE:/v1/entities/search not found"),
        ("PATCH", &["auth", "access_token"], "Route PATCH:/v1/auth/access_token not found"),
    ] {
        bench.call(method, path).unheld().now().refused(404, "not_found").says(named);
    }
}

#[test]
fn every_answer_has_the_headers_of_the_rate_limit_and_a_trace_id() {
    let bench = Bench::open();
    let has_them = |answer: Answer| {
        for name in ["period", "limit", "remaining", "reset"] {
            let value = answer.header(&format!("x-ratelimit-{name}"));
            assert!(value.is_some_and(|it| it.parse::<u64>().is_ok()), "{name}: {:?} {answer}", answer.headers);
        }
        let number = |name: &str| answer.header(name).and_then(|it| it.parse::<u64>().ok());
        assert!(number("x-ratelimit-remaining") <= number("x-ratelimit-limit"), "{:?}", answer.headers);
        assert!(answer.header("x-trace-id").is_some_and(|it| !it.is_empty()), "{:?} {answer}", answer.headers);
    };
    has_them(bench.get(&["blueprints"]).now());
    has_them(bench.get(&["blueprints", "nobody-has-this"]).now());
    has_them(bench.get(&["nothing"]).unheld().now());
    has_them(bench.get(&["blueprints"]).token(None).now());
    has_them(bench.authenticate());
}

#[test]
fn over_the_limit_it_says_when_to_come_back() {
    let reason = "it would use up the organisation's limit";
    let Some(bench) = Bench::embedded_with(reason, &["--rate-limit", "5/60s"]) else { return };
    let mut last = None;
    let refused = (0..10).map(|_| bench.get(&["blueprints"]).now()).find(|answer| {
        let remaining: u64 = answer.header("x-ratelimit-remaining").and_then(|it| it.parse().ok()).expect("a number");
        assert!(last.is_none_or(|last| remaining <= last), "{remaining} after {last:?}");
        last = Some(remaining);
        answer.status == 429
    });
    let refused = refused.expect("ten requests are more than five");
    let seconds: u64 = refused.header("retry-after").and_then(|it| it.parse().ok()).expect("whole seconds");
    assert!((1..=60).contains(&seconds), "{seconds}");
    assert_eq!((last, refused.header("x-ratelimit-limit")), (Some(0), Some("5")));
    assert_eq!(refused.json["ok"], false, "{refused}");
}

#[test]
fn a_body_that_is_no_json_is_refused_in_the_envelope() {
    let bench = Bench::open();
    let blueprint = bench.simple("service", json!({}), json!({}));
    for body in ["", "{", "nothing", "{\"identifier\": \"a\"} x"] {
        let answer = bench.post(&["blueprints", &blueprint, "entities"]).send_text(body);
        answer.refused_as(&[400, 422], &["bad_request", "invalid_request"]);
    }
}

#[test]
fn a_body_over_one_mebibyte_is_refused() {
    let bench = Bench::open();
    let blueprint = bench.simple("service", json!({"note": {"type": "string"}}), json!({}));
    let with = |length: usize| json!({"identifier": "big", "properties": {"note": "x".repeat(length)}});
    let over = bench.write(&blueprint, &[("upsert", "true")], with(1 << 20));
    assert_eq!((over.status, &over.json["ok"]), (413, &json!(false)), "{over}");
    bench.write(&blueprint, &[("upsert", "true")], with((1 << 20) - 1000)).gave_one_of(&[200, 201]);
    let entities = vec![with(60_000); 18];
    let over = bench.bulk(&blueprint, &[("upsert", "true")], &entities);
    assert_eq!((over.status, &over.json["ok"]), (413, &json!(false)), "{over}");
}

#[test]
fn a_flag_is_true_or_false() {
    let bench = Bench::open();
    let blueprint = bench.simple("service", json!({}), json!({}));
    bench.write(&blueprint, &[("upsert", "perhaps")], json!({"identifier": "a"})).refused(422, "invalid_request");
    let listed = bench.get(&["blueprints", &blueprint, "entities"]).query("exclude_calculated_properties", "perhaps");
    listed.now().refused(422, "invalid_request");
}
