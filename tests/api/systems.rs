//! Tests system blueprints: they exist, can be read and extended, and cannot be deleted.

use serde_json::json;

use crate::api::bench::Bench;

const REASON: &str = "nobody tries to delete what a whole organisation stands on";

#[test]
fn system_blueprints_are_listed() {
    let bench = Bench::open();
    let listed = bench.get(&["blueprints"]).now().gave(200);
    let all: Vec<_> =
        listed["blueprints"].as_array().expect("a list").iter().map(|it| it["identifier"].as_str()).collect();
    for system in ["_user", "_team"] {
        assert!(all.contains(&Some(system)), "{all:?}");
        bench.get(&["blueprints", system]).now().gave(200);
        bench.get(&["blueprints", "system", system, "structure"]).now().gave(200);
    }
}

#[test]
fn a_system_blueprint_is_not_deleted() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    for system in ["_user", "_team"] {
        bench.delete(&["blueprints", system]).now().refused(403, "protected_resource").mentions("marked protected");
        let all = bench.delete(&["blueprints", system, "all-entities"]).query("delete_blueprint", "true").now();
        all.refused(403, "protected_resource");
        bench.get(&["blueprints", system]).now().gave(200);
    }
}

#[test]
fn a_system_blueprint_is_not_made() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let body = json!({"identifier": "_mine", "title": "Mine", "schema": {"properties": {}}});
    let answer = bench.post(&["blueprints"]).send(body);
    assert!(matches!(answer.status, 403 | 422), "{answer}");
}

#[test]
fn a_system_blueprint_keeps_its_shape_and_takes_more() {
    let Some(bench) = Bench::embedded(REASON) else { return };
    let more = json!({"schema": {"properties": {"slack": {"type": "string"}}}});
    bench.patch(&["blueprints", "_team"]).send(more).gave(200);
    bench
        .write("_team", &[("upsert", "true")], json!({"identifier": "t", "title": "T", "properties": {"slack": "#t"}}))
        .gave(201);
    assert_eq!(bench.entity("_team", "t")["properties"]["slack"], "#t");
    let less = json!({"identifier": "_team", "title": "Team", "schema": {"properties": {}}});
    let before = bench.get(&["blueprints", "_team"]).now().gave(200)["blueprint"].take();
    let answer = bench.put(&["blueprints", "_team"]).send(less);
    assert!(matches!(answer.status, 403 | 422), "{answer}");
    let after = bench.get(&["blueprints", "_team"]).now().gave(200)["blueprint"].take();
    assert_eq!(after["schema"], before["schema"]);
    assert!(after["schema"]["properties"]["slack"].is_object());
}

#[test]
fn users_and_teams_are_not_made_on_the_way() {
    let Some(bench) = Bench::embedded("it could leave a user behind") else { return };
    let relations = json!({
        "team": {"target": "_team", "required": false, "many": false},
        "user": {"target": "_user", "required": false, "many": false},
    });
    let service = bench.simple("service", json!({}), relations);
    let flags = [("upsert", "true"), ("create_missing_related_entities", "true")];
    for (relation, target, blueprint) in [("team", "nobody", "_team"), ("user", "nobody@example.com", "_user")] {
        let body = json!({"identifier": "a", "relations": {relation: target}});
        let answer = bench.write(&service, &flags, body);
        assert!(matches!(answer.status, 403 | 404 | 422), "{answer}");
        assert!(bench.is_gone(blueprint, target));
    }
}

#[test]
fn the_organisation_can_be_read() {
    let bench = Bench::open();
    bench.get(&["organization"]).now().gave(200);
}
