//! The platform's Kubernetes exporter, 0.7.9: its start, a resync, live events and polling.

use serde_json::{Value, json};

use crate::api::bench::Bench;

const REASON: &str = "integrations are shown to everyone of the organisation";
const AGENT: &str = "port-k8s-exporter/0.7.9 (statekey/golden)";
const INTEGRATION: [&str; 2] = ["integration", "golden"];

fn registered(bench: &Bench) -> Value {
    let body = json!({
        "installationId": "golden", "installationAppType": "K8S EXPORTER", "version": "0.7.9",
        "changelogDestination": {"type": "POLLING"}, "config": {"resources": []},
    });
    bench.post(&["integration"]).agent(AGENT).send(body).gave(201)["integration"].take()
}

#[test]
fn it_starts() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let organization = bench.get(&["organization"]).now().gave(200);
    assert_eq!(organization["organization"]["featureFlags"], json!([]), "the exporter keeps its own resources");
    bench.get(&INTEGRATION).query("isPolling", "false").unheld().now().refused(404, "not_found");
    let created = registered(&bench);
    let found = bench.get(&INTEGRATION).query("isPolling", "false").unheld().now().gave(200);
    let patched = bench.patch(&INTEGRATION).send(json!({"version": "0.8.0"})).gave(200);
    // The exporter ends with a nil pointer if any of these answers is without it.
    for integration in [&created, &found["integration"], &patched["integration"]] {
        let attributes = &integration["logAttributes"];
        assert!(attributes["ingestUrl"].is_string() && attributes["ingestId"] == "golden", "{integration}");
    }
    assert_eq!(patched["integration"]["version"], "0.8.0");
}

#[test]
fn its_logs_are_accepted_without_a_token_and_only_at_their_address() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let integration = registered(&bench);
    let url = integration["logAttributes"]["ingestUrl"].as_str().expect("an address").to_owned();
    let logs = json!({"logs": [{"message": "resync", "level": "info", "timestamp": "2026-11-02T08:15:00Z"}]});
    assert_eq!(bench.post_to(&url, &logs).gave(200), json!({"ok": true}));
    assert_eq!(bench.post_to(&format!("{url}/logs"), &logs).status, 200);
    let (address, secret) = url.rsplit_once('/').expect("the secret is at the end");
    assert!(secret.len() >= 32, "{secret}");
    for elsewhere in [format!("{address}/{}", "0".repeat(secret.len())), format!("{url}/other"), address.to_owned()] {
        assert_eq!(bench.post_to(&elsewhere, &logs).status, 404, "{elsewhere}");
    }
    let large = json!({"logs": ["x".repeat(2 << 20)]});
    assert_eq!(bench.post_to(&url, &large).status, 413);
}

#[test]
fn it_asks_whether_a_resync_is_requested() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    registered(&bench);
    let request = ["integration", "golden", "resync-request"];
    bench.get(&INTEGRATION).query("isPolling", "true").unheld().now().gave(200);
    assert_eq!(bench.get(&request).now().gave(200)["request"], Value::Null);
    let made = bench.post(&request).now().gave(200);
    let found = bench.get(&request).now().gave(200);
    assert!(found["request"]["updatedAt"].is_string(), "{found}");
    assert_eq!(made["request"], found["request"]);
    bench.post(&["integration", "nobody", "resync-request"]).now().refused(404, "not_found");
}

#[test]
fn it_resyncs_and_deletes_what_is_gone() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    registered(&bench);
    let blueprint = bench.simple("service", json!({"tier": {"type": "string"}}), json!({}));
    let entity = |name: &str| json!({"identifier": name, "blueprint": blueprint, "team": [], "properties": {"tier": "gold"}, "relations": {}});
    let bulk = |entities: &[Value]| {
        let call = bench.post(&["blueprints", &blueprint, "entities", "bulk"]).agent(AGENT).query("run_id", "");
        let call = call.flags(&[("create_missing_related_entities", "false"), ("merge", "true"), ("upsert", "true")]);
        call.send(json!({"entities": entities}))
    };
    let written = bulk(&[entity("a"), entity("b")]).gave(200);
    assert_eq!(written["entities"][0]["additionalData"], json!({}), "{written}");
    bench
        .post(&["integration", "golden", "kinds", "getport.io/v1/entities", "examples"])
        .send(json!({"examples": [{"metadata": {"name": "a"}}]}))
        .gave(200);
    let owned = |prefix: &str| {
        let call = bench.post(&["blueprints", "entities", "datasource-entities"]).agent(AGENT);
        let call = call.query("exclude_calculated_properties", "true");
        let call = call.query("include", "blueprint").query("include", "identifier").unheld();
        let body = json!({"datasource_prefix": "port-k8s-exporter", "datasource_suffix": prefix});
        call.send(body).gave(200)["entities"].take()
    };
    let expected = json!([{"identifier": "a", "blueprint": blueprint}, {"identifier": "b", "blueprint": blueprint}]);
    assert_eq!(owned("(statekey/golden)"), expected);
    assert_eq!(owned("(statekey/GOLDEN)"), json!([]));
    let call = bench.delete(&["blueprints", &blueprint, "entities", "b"]).agent(AGENT);
    call.query("delete_dependents", "false").now().gave(200);
    assert!(bench.is_gone(&blueprint, "b"));
}

#[test]
fn before_a_live_deletion_it_asks_whose_the_entity_is() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let blueprint = bench.simple("service", json!({}), json!({}));
    bench.post(&["blueprints", &blueprint, "entities"]).agent(AGENT).send(json!({"identifier": "a"})).gave(201);
    let rules = json!([
        {"property": "$identifier", "operator": "=", "value": "a"},
        {"property": "$blueprint", "operator": "=", "value": blueprint},
        {"property": "$datasource", "operator": "contains", "value": "port-k8s-exporter"},
        {"property": "$datasource", "operator": "contains", "value": "(statekey/golden)"},
    ]);
    let call = bench.post(&["entities", "search"]).agent(AGENT);
    let call = call.query("exclude_calculated_properties", "true").query("include", "blueprint");
    let found = call.query("include", "identifier").send(json!({"combinator": "and", "rules": rules})).gave(200);
    assert_eq!(found["entities"], json!([{"identifier": "a", "blueprint": blueprint}]));
}

#[test]
fn it_creates_its_default_blueprints() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    for identifier in ["cluster", "namespace", "workload"] {
        bench.get(&["blueprints", identifier]).now().refused(404, "not_found");
        let body = json!({"identifier": identifier, "title": identifier, "schema": {"properties": {}}});
        bench.post(&["blueprints"]).query("create_catalog_page", "true").send(body.clone()).gave(201);
        bench.patch(&["blueprints", identifier]).send(body).gave(200);
    }
    // It warns of these and goes on.
    let scorecards = ["blueprints", "workload", "scorecards"];
    bench.post(&scorecards).unheld().send(json!({"identifier": "s"})).refused(404, "not_found");
    for route in ["pages", "actions"] {
        bench.post(&[route]).unheld().send(json!({"identifier": "p"})).refused(404, "not_found");
    }
}
