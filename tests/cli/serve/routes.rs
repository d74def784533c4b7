//! Tests what all routes have in common, and paths that are easily handled wrongly.

use serde_json::{Value, json};

use super::server::Server;

fn with_services() -> Server {
    let server = Server::start("");
    let blueprint = json!({
        "identifier": "service", "title": "Service", "schema": {"properties": {"language": {"type": "string"}}},
        "relations": {"dependsOn": {"target": "service", "many": true, "required": false}},
    });
    server.gives("POST", "/v1/blueprints", &blueprint);
    server
}

#[test]
fn an_identifier_may_be_anything_that_the_platform_takes() {
    let server = with_services();
    let identifiers = ["a/b", "bulk", "search", "ünï注", "a+b:c@d=e", "a\\b", "%2F"];
    for identifier in &identifiers[..6] {
        let created = server.call("POST", "/v1/blueprints/service/entities", &json!({"identifier": identifier}));
        assert_eq!(created.status, 201, "{}", created.body);
        let encoded: String = identifier.bytes().map(|byte| format!("%{byte:02X}")).collect();
        let path = format!("/v1/blueprints/service/entities/{encoded}");
        assert_eq!(server.gives("GET", &path, &Value::Null)["entity"]["identifier"], *identifier);
        assert_eq!(server.gives("PATCH", &path, &json!({"title": "T"}))["entity"]["title"], "T");
        assert_eq!(server.gives("PUT", &path, &json!({"title": "U"}))["entity"]["title"], "U");
    }
    // Other clients do not escape characters that need no escape.
    for path in ["bulk", "search", "a+b:c@d=e"] {
        let path = format!("/v1/blueprints/service/entities/{path}");
        assert_eq!(server.call("GET", &path, &Value::Null).status, 200, "{path}");
        assert_eq!(server.gives("DELETE", &path, &Value::Null), json!({"ok": true}));
        assert_eq!(server.call("GET", &path, &Value::Null).refusal(), (404, "not_found".to_owned()));
    }
    assert_eq!(server.call("GET", "/v1/blueprints/service/entities/a/b", &Value::Null).status, 404);
    assert_eq!(server.call("GET", "/v1/blueprints/service/entities/%FF", &Value::Null).status, 400);
}

#[test]
fn a_route_that_is_not_there_is_told_as_the_platform_does() {
    let server = with_services();
    for (method, path) in [
        ("PUT", "/v1/nothing"),
        ("PUT", "/v1/blueprints"),
        ("GET", "/v1/auth/access_token"),
        ("POST", "/"),
        ("GET", "/v1/blueprints/service/entities/a/b"),
        ("GET", "/v1/blueprints//entities"),
        ("PURGE", "/v1/blueprints"),
    ] {
        let answer = server.ask(method, &format!("{path}?x=y"), &[], "");
        let message = format!("Route {method}:{path} not found");
        assert_eq!(
            (answer.status, answer.json()),
            (404, json!({"ok": false, "error": "not_found", "message": message}))
        );
    }
}

#[test]
fn every_answer_has_its_trace_and_the_rate_limit() {
    let server = with_services();
    let mut traces = Vec::new();
    for (method, path) in
        [("GET", "/v1/blueprints"), ("GET", "/v1/nothing"), ("POST", "/v1/blueprints"), ("GET", "/v1/blueprints/x")]
    {
        let answer = server.call(method, path, &Value::Null);
        traces.push(answer.header("x-trace-id").expect("a trace").to_owned());
        for name in ["period", "limit", "remaining", "reset"] {
            let value = answer.header(&format!("x-ratelimit-{name}")).expect(name);
            assert!(value.parse::<u64>().is_ok(), "{name}: {value}");
        }
        assert_eq!(answer.header("content-type"), Some("application/json; charset=utf-8"));
    }
    traces.sort();
    traces.dedup();
    assert_eq!(traces.len(), 4);
}

#[test]
fn bodies_and_flags_are_judged_before_the_catalog_is_asked() {
    let server = with_services();
    let token = format!("Bearer {}", server.token());
    let post = |path: &str, body: &str| server.ask("POST", path, &[("authorization", &token)], body).refusal();
    let entities = "/v1/blueprints/service/entities";
    for bad in ["", "{", "{\"identifier\":\"\\ud800\"}", "nonsense", &"[".repeat(500)] {
        assert_eq!(post(entities, bad), (400, "bad_request".to_owned()), "{bad}");
    }
    for bad in ["[]", "1", "{\"title\":1}", "{\"identifier\":\"a b\"}"] {
        assert_eq!(post(entities, bad), (422, "invalid_request".to_owned()), "{bad}");
    }
    assert_eq!(post(&format!("{entities}?upsert=yes"), "{}"), (422, "invalid_request".to_owned()));
    assert_eq!(post("/v1/blueprints/nothing/entities", "{}"), (404, "not_found".to_owned()));
    let bulk = format!("{entities}/bulk");
    for bad in ["{}", "{\"entities\":[]}", "{\"entities\":{}}", "{\"entities\":[{}],\"more\":1}"] {
        assert_eq!(post(&bulk, bad), (422, "invalid_request".to_owned()), "{bad}");
    }
    let many = json!({"entities": vec![json!({}); 21]}).to_string();
    assert_eq!(post(&bulk, &many), (422, "invalid_request".to_owned()));
    let many = json!({"entities": vec!["a"; 101]}).to_string();
    assert_eq!(post("/v1/blueprints/service/bulk/entities/delete", &many), (422, "invalid_request".to_owned()));
    let put = server.call("PUT", &format!("{entities}/a"), &json!({"identifier": {"combinator": "and", "rules": []}}));
    assert_eq!(put.refusal(), (422, "invalid_request".to_owned()));
    let patch = server.call("PATCH", &format!("{entities}/a"), &json!({"blueprint": "service"}));
    assert_eq!(patch.refusal(), (422, "invalid_request".to_owned()));
}

#[test]
fn what_only_was_looked_at_was_not_written() {
    let server = with_services();
    let path = "/v1/blueprints/service/entities?upsert=true&merge=true&validation_only=true&unknown=1";
    let looked = server.call("POST", path, &json!({"identifier": "cart"}));
    assert_eq!((looked.status, &looked.json()["entity"]["identifier"]), (200, &"cart".into()), "{}", looked.body);
    assert_eq!(server.gives("GET", "/v1/blueprints/service/entities-count", &Value::Null)["count"], 0);
    assert_eq!(server.call("POST", path, &json!({"identifier": "cart", "properties": {"language": 1}})).status, 422);
}

#[test]
fn a_bulk_call_tells_of_each_by_its_place() {
    let server = with_services();
    let bodies = json!({"entities": [
        {"identifier": "a", "blueprint": "service"},
        {"identifier": "b", "properties": {"language": 1}},
        {"identifier": "c d"},
        {"identifier": {"combinator": "and", "rules": [{"property": "$identifier", "operator": "=", "value": "nobody"}]}},
        {"identifier": "e", "relations": {"dependsOn": ["a"]}},
    ]});
    let answer = server.call("POST", "/v1/blueprints/service/entities/bulk?upsert=true&merge=true&run_id=", &bodies);
    assert_eq!(answer.status, 207, "{}", answer.body);
    let told = answer.json();
    let places = |list: &str| -> Vec<(u64, String)> {
        let list = told[list].as_array().expect("a list");
        list.iter()
            .map(|one| {
                (one["index"].as_u64().expect("a place"), one["identifier"].as_str().expect("a name").to_owned())
            })
            .collect()
    };
    let own = |places: &[(u64, &str)]| -> Vec<(u64, String)> {
        places.iter().map(|(at, name)| (*at, (*name).to_owned())).collect()
    };
    assert_eq!(places("entities"), own(&[(0, "a"), (4, "e")]));
    assert_eq!(places("errors"), own(&[(1, "b"), (2, "c d"), (3, "unknown")]));
    assert!(told["errors"].as_array().expect("a list").iter().all(|error| error["statusCode"].as_u64() >= Some(400)));
    let good = json!({"entities": [{"identifier": "a"}]});
    let path = "/v1/blueprints/service/entities/bulk";
    assert_eq!(server.call("POST", &format!("{path}?upsert=true"), &good).status, 200);
    let taken = server.call("POST", path, &good);
    assert_eq!((taken.status, &taken.json()["errors"][0]["statusCode"]), (207, &409.into()));
}

#[test]
fn the_writer_is_kept_if_it_is_text() {
    let server = with_services();
    let token = format!("Bearer {}", server.token());
    let write = |agent: &str, name: &str| {
        let body = json!({"identifier": name}).to_string();
        let headers = [("authorization", token.as_str()), ("user-agent", agent)];
        server.ask("POST", "/v1/blueprints/service/entities", &headers, &body).status
    };
    assert_eq!(write("exporter/1 (statekey/<b>)", "a"), 201);
    assert!(server.page("/blueprints/service/entities/a").body.contains("exporter/1 (statekey/&lt;b&gt;)"));
    assert_eq!(write("tab\there", "b"), 400);
    assert_eq!(write(&"x".repeat(1024), "c"), 201);
    assert_eq!(write(&"x".repeat(1025), "d"), 400);
}

#[test]
fn the_secret_of_the_address_for_logs_is_not_logged() {
    let server = Server::start("");
    let created = server.gives("POST", "/v1/integration", &json!({"installationId": "exporter"}));
    let url = created["integration"]["logAttributes"]["ingestUrl"].as_str().expect("an address").to_owned();
    let path = url.strip_prefix(&format!("http://{}", server.address)).expect("the address that the client used");
    assert_eq!(server.ask("POST", path, &[], "{\"logs\":[]}").status, 200);
    let secret = path.rsplit('/').next().expect("a secret");
    let line = server.says("/v1/ingest/");
    assert!(line.contains("/v1/ingest/*** 200") && !line.contains(secret), "{line}");
}

#[test]
fn a_proxy_is_named_in_the_address_for_logs() {
    let server = Server::start("");
    let token = format!("Bearer {}", server.token());
    let headers = [("authorization", token.as_str()), ("x-forwarded-proto", "https")];
    let created = server.ask("POST", "/v1/integration", &headers, "{\"installationId\":\"exporter\"}").json();
    let url = created["integration"]["logAttributes"]["ingestUrl"].as_str().expect("an address");
    assert!(url.starts_with(&format!("https://{}/v1/ingest/", server.address)), "{url}");
}
