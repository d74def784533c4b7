//! Tests teams: written if ownership is direct, read through a relation if it is inherited.

use serde_json::json;

use crate::api::bench::Bench;

const REASON: &str = "teams belong to the whole organisation";

/// `service` inherits its teams from `system`.
fn owned(bench: &Bench) -> [String; 2] {
    for team in ["payments", "search"] {
        bench
            .write("_team", &[("upsert", "true")], json!({"identifier": team, "title": team}))
            .gave_one_of(&[200, 201]);
    }
    let system = bench.blueprint("system", json!({"ownership": {"type": "Direct"}}));
    let relations = json!({"system": {"target": system, "many": false}});
    let ownership = json!({"type": "Inherited", "path": "system"});
    let service = bench.blueprint("service", json!({"relations": relations, "ownership": ownership}));
    [system, service]
}

#[test]
fn teams_are_a_list_however_they_were_sent() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let [system, _] = owned(&bench);
    for (sent, expected) in [
        (json!("payments"), json!(["payments"])),
        (json!(["search", "payments"]), json!(["search", "payments"])),
        (json!([]), json!([])),
    ] {
        let written = bench.write(&system, &[("upsert", "true")], json!({"identifier": "a", "team": sent}));
        assert_eq!(written.gave_one_of(&[200, 201])["entity"]["team"], expected);
        assert_eq!(bench.entity(&system, "a")["team"], expected);
    }
    bench.patch(&["blueprints", &system, "entities", "a"]).send(json!({"team": "search"})).gave(200);
    bench.patch(&["blueprints", &system, "entities", "a"]).send(json!({"title": "A"})).gave(200);
    assert_eq!(bench.entity(&system, "a")["team"], json!(["search"]));
    let cleared = bench.patch(&["blueprints", &system, "entities", "a"]).send(json!({"team": null})).gave(200);
    assert_eq!(cleared["entity"]["team"], json!([]));
}

#[test]
fn inherited_teams_are_read_through_the_relation() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let [system, service] = owned(&bench);
    bench.create(&system, json!({"identifier": "y", "team": ["payments"]}));
    bench.create(&service, json!({"identifier": "s", "relations": {"system": "y"}}));
    assert_eq!(bench.entity(&service, "s")["team"], json!(["payments"]));
    bench.patch(&["blueprints", &system, "entities", "y"]).send(json!({"team": ["search"]})).gave(200);
    assert_eq!(bench.entity(&service, "s")["team"], json!(["search"]));
    bench.patch(&["blueprints", &service, "entities", "s"]).send(json!({"relations": {"system": null}})).gave(200);
    assert_eq!(bench.entity(&service, "s")["team"], json!([]));
}

#[test]
fn an_inherited_team_cannot_be_written() {
    let bench = Bench::open();
    let system = bench.blueprint("system", json!({"ownership": {"type": "Direct"}}));
    let relations = json!({"system": {"target": system, "many": false}});
    let ownership = json!({"type": "Inherited", "path": "system"});
    let service = bench.blueprint("service", json!({"relations": relations, "ownership": ownership}));
    let codes = &["team_inheritance_enabled", "inherited_ownership_enabled"];
    let body = json!({"identifier": "s", "team": ["payments"]});
    bench.write(&service, &[("upsert", "true")], body).refused_as(&[422], codes);
    assert!(bench.is_gone(&service, "s"));
}

#[test]
fn a_search_finds_by_team() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let [system, _] = owned(&bench);
    for (identifier, team) in [("a", json!(["payments"])), ("b", json!(["search", "payments"])), ("c", json!([]))] {
        bench.create(&system, json!({"identifier": identifier, "team": team}));
    }
    let rule = json!({"property": "$team", "operator": "containsAny", "value": ["search"]});
    let found = bench.search(&system, json!({"query": {"combinator": "and", "rules": [rule]}})).gave(200);
    assert_eq!(crate::api::answer::identifiers(&found), ["b"]);
}

#[test]
fn ownership_through_nothing_is_refused() {
    let bench = Bench::open();
    let body = json!({
        "identifier": bench.name("service"),
        "title": "Service",
        "schema": {"properties": {}},
        "ownership": {"type": "Inherited", "path": "nobody"},
    });
    let answer = bench.post(&["blueprints"]).query("create_catalog_page", "false").send(body);
    assert!(matches!(answer.status, 404 | 422), "{answer}");
}
