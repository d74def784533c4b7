//! The platform's framework for integrations, port-ocean 0.56.2. `tests/ocean.rs` runs the framework itself.

use serde_json::{Value, json};

use crate::api::bench::Bench;

const REASON: &str = "integrations are shown to everyone of the organisation";
const AGENT: &str = "port-ocean/tiny/0.1.0/tiny/exporter";

fn registered(bench: &Bench) -> Value {
    let body = json!({
        "installationId": "tiny", "installationAppType": "tiny", "version": "0.1.0",
        "changelogDestination": {"type": "POLLING"}, "config": null, "actionsProcessingEnabled": false,
    });
    bench.post(&["integration"]).agent(AGENT).send(body).gave(201)["integration"].take()
}

#[test]
fn it_starts() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let provisioned = bench.get(&["integration", "provision-enabled"]).now().gave(200);
    assert_eq!(provisioned, json!({"ok": true, "integrations": []}));
    let integration = registered(&bench);
    let log = &integration["logAttributes"];
    assert!(log["ingestUrl"].is_string(), "{integration}");
    assert_eq!((&integration["metricAttributes"], &integration["ingestAttributes"]), (log, log));
    let listed = bench.get(&["integration"]).now().gave(200);
    assert_eq!(&listed["integrations"][0]["logAttributes"], log);
}

#[test]
fn an_integration_may_be_called_like_the_route() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let name = "provision-enabled";
    bench.post(&["integration"]).send(json!({"installationId": name})).gave(201);
    let patched = bench.patch(&["integration", name]).send(json!({"version": "2"})).gave(200);
    assert_eq!(patched["integration"]["installationId"], name);
    bench.delete(&["integration", name]).now().gave(200);
    assert_eq!(bench.get(&["integration"]).now().gave(200)["integrations"], json!([]));
}

#[test]
fn it_reports_its_state_and_its_metrics() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let integration = registered(&bench);
    let state = ["integration", "tiny", "resync-state"];
    let running = json!({"status": "running", "lastResyncStart": "2026-11-02T08:15:00+00:00", "nextResync": null});
    let answer = bench.patch(&state).send(running).gave(200);
    let kept = &answer["integration"]["resyncState"];
    assert!(kept["status"] == "running" && kept["updatedAt"].is_string(), "{answer}");
    bench.patch(&state).send(json!({"status": "completed"})).gave(200);
    let found = bench.get(&["integration", "tiny"]).now().gave(200);
    let state = &found["integration"]["resyncState"];
    assert_eq!(
        (&state["status"], &state["lastResyncStart"]),
        (&json!("completed"), &json!("2026-11-02T08:15:00+00:00"))
    );
    let url = integration["metricAttributes"]["ingestUrl"].as_str().expect("an address");
    let metrics = json!({"syncKindsMetrics": [{"kindIdentifier": "repository-0", "eventId": "e"}]});
    assert_eq!(bench.post_to(&format!("{url}/syncMetrics"), &metrics).status, 200);
    assert_eq!(bench.post_to(&format!("{url}/heartbeat"), &json!({"eventId": "e"})).status, 200);
    let kind = format!("{url}/syncMetrics/resync/e%2F1/kind/repository-0");
    assert_eq!(bench.send_to("PUT", &kind, &json!({"syncKindMetrics": {}})).status, 200);
}

#[test]
fn its_token_can_be_decoded() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let answer = bench.authenticate().gave(200);
    let token = answer["accessToken"].as_str().expect("a token");
    let claims = token.split('.').nth(1).expect("the claims of a JWT");
    let digit = |byte: u8| {
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        digits.iter().position(|digit| *digit == byte).expect("it is base64")
    };
    let bits = claims.bytes().map(digit).collect::<Vec<_>>();
    let bytes = bits.chunks(4).flat_map(|group| {
        let whole = group.iter().fold(0_usize, |bits, digit| bits << 6 | digit) << (6 * (4 - group.len()));
        whole.to_be_bytes()[5..].to_vec().into_iter().take(group.len() - 1)
    });
    let claims: Value = serde_json::from_slice(&bytes.collect::<Vec<_>>()).expect("it is JSON");
    assert_eq!(claims["isMachine"], true, "{claims}");
    let lifetime = claims["exp"].as_i64().expect("a time") - claims["iat"].as_i64().expect("a time");
    assert_eq!(lifetime, answer["expiresIn"].as_i64().expect("seconds"));
}

#[test]
fn what_was_written_after_the_resync_began_is_not_listed_as_stale() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let blueprint = bench.simple("repository", json!({}), json!({}));
    let written = bench.post(&["blueprints", &blueprint, "entities"]).agent(AGENT).send(json!({"identifier": "a"}));
    let written = written.gave(201)["entity"]["updatedAt"].as_str().expect("a time").to_owned();
    let owned = |before: Value| {
        let body =
            json!({"datasource_prefix": "port-ocean/tiny", "datasource_suffix": "/tiny/exporter", "before": before});
        bench.post(&["blueprints", "entities", "datasource-entities"]).send(body)
    };
    assert_eq!(owned(json!(written)).gave(200)["entities"], json!([]));
    let listed = owned(json!("2126-01-01T00:00:00.123456+01:00")).gave(200);
    assert_eq!(listed["entities"].as_array().map(Vec::len), Some(1), "{listed}");
    assert_eq!(owned(Value::Null).gave(200)["entities"].as_array().map(Vec::len), Some(1));
    for nonsense in [json!("nonsense"), json!("2026-11-02"), json!(7)] {
        owned(nonsense).refused(422, "invalid_request").mentions("before");
    }
}

#[test]
fn a_mapping_of_missing_fields_sends_null() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let blueprint = bench.simple("owner", json!({"email": {"type": "string"}}), json!({}));
    let body =
        json!({"identifier": "owner0", "title": null, "icon": null, "team": null, "properties": {"email": null}});
    let flags = [("upsert", "true"), ("merge", "true"), ("create_missing_related_entities", "true")];
    bench.write(&blueprint, &flags, body.clone()).gave(201);
    bench.write(&blueprint, &flags, body).gave(200);
    let deleted = bench.post(&["blueprints", &blueprint, "bulk", "entities", "delete"]);
    deleted.send(json!({"entities": ["owner0"]})).gave(200);
}
