//! Tests integrations: the routes that the platform's exporter calls at its start. A live organisation shows
//! integrations to its users, so only the embedded catalog is tested.

use serde_json::json;

use crate::api::bench::Bench;

const REASON: &str = "integrations are shown to everyone of the organisation";

fn integration(bench: &Bench) {
    let body = json!({
        "installationId": "proof-exporter",
        "installationAppType": "K8S EXPORTER",
        "version": "0.3.4",
        "changelogDestination": {"type": "KAFKA"},
        "config": {"resources": [], "deleteDependents": true},
    });
    bench.post(&["integration"]).send(body).gave_one_of(&[200, 201]);
}

#[test]
fn an_integration_makes_itself_known_and_finds_its_configuration() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    bench.get(&["integration", "proof-exporter"]).now().refused(404, "not_found");
    integration(&bench);
    let found = bench.get(&["integration", "proof-exporter"]).now().gave(200);
    assert_eq!(found["integration"]["config"]["deleteDependents"], true, "{found}");
    let listed = bench.get(&["integration"]).now().gave(200);
    assert_eq!(listed["integrations"].as_array().map(Vec::len), Some(1), "{listed}");
}

#[test]
fn a_configuration_can_be_changed() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    integration(&bench);
    let config = json!({"config": {"resources": [], "deleteDependents": false}});
    bench.patch(&["integration", "proof-exporter", "config"]).send(config).gave(200);
    let found = bench.get(&["integration", "proof-exporter"]).now().gave(200);
    assert_eq!(found["integration"]["config"]["deleteDependents"], false, "{found}");
    bench.patch(&["integration", "proof-exporter"]).send(json!({"version": "0.3.5"})).gave(200);
    let found = bench.get(&["integration", "proof-exporter"]).now().gave(200);
    assert_eq!(found["integration"]["version"], "0.3.5", "{found}");
    assert_eq!(found["integration"]["config"]["deleteDependents"], false, "{found}");
    bench.patch(&["integration", "nobody"]).send(json!({"version": "1"})).refused(404, "not_found");
}

#[test]
fn the_exporters_other_questions_are_answered() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    integration(&bench);
    bench.get(&["integration", "proof-exporter", "resync-request"]).now().gave(200);
    let examples = json!({"examples": [{"metadata": {"name": "a"}}]});
    bench
        .post(&["integration", "proof-exporter", "kinds", "v1/pods", "examples"])
        .send(examples)
        .gave_one_of(&[200, 201]);
}
