//! Tests mirror properties: values of related entities, computed on every read, returned together with stored ones, and
//! excluded on request.

use serde_json::json;

use crate::api::answer::is_unset;
use crate::api::bench::Bench;

/// `service` -> `system` -> `domain`, with mirrors across one and two relations.
fn chain(bench: &Bench) -> [String; 3] {
    let domain = bench.simple("domain", json!({"contact": {"type": "string"}}), json!({}));
    let system = bench.simple(
        "system",
        json!({"tier": {"type": "number"}}),
        json!({"domain": {"target": domain, "many": false}}),
    );
    let service = bench.blueprint(
        "service",
        json!({
            "schema": {"properties": {"language": {"type": "string"}}},
            "relations": {"system": {"target": system, "many": false}},
            "mirrorProperties": {
                "systemTier": {"title": "Tier", "path": "system.tier"},
                "systemTitle": {"path": "system.$title"},
                "contact": {"path": "system.domain.contact"},
            },
        }),
    );
    bench.create(&domain, json!({"identifier": "d", "properties": {"contact": "ada"}}));
    let related =
        json!({"identifier": "y", "title": "The System", "properties": {"tier": 3}, "relations": {"domain": "d"}});
    bench.create(&system, related);
    let related = json!({"identifier": "s", "properties": {"language": "go"}, "relations": {"system": "y"}});
    bench.create(&service, related);
    [domain, system, service]
}

#[test]
fn mirrored_values_are_among_the_properties() {
    let bench = Bench::open();
    let [.., service] = chain(&bench);
    let expected = json!({"language": "go", "systemTier": 3, "systemTitle": "The System", "contact": "ada"});
    assert_eq!(bench.entity(&service, "s")["properties"], expected);
    let found = bench.search(&service, json!({})).gave(200);
    assert_eq!(found["entities"][0]["properties"], expected, "{found}");
}

#[test]
fn mirrored_values_follow_what_they_mirror() {
    let bench = Bench::open();
    let [domain, system, service] = chain(&bench);
    bench.patch(&["blueprints", &system, "entities", "y"]).send(json!({"properties": {"tier": 4}})).gave(200);
    bench.patch(&["blueprints", &domain, "entities", "d"]).send(json!({"properties": {"contact": null}})).gave(200);
    let properties = bench.entity(&service, "s")["properties"].take();
    assert_eq!(properties["systemTier"], 4, "{properties}");
    assert!(is_unset(&properties, "contact"), "{properties}");
    bench.patch(&["blueprints", &service, "entities", "s"]).send(json!({"relations": {"system": null}})).gave(200);
    let properties = bench.entity(&service, "s")["properties"].take();
    assert!(is_unset(&properties, "systemTier") && properties["language"] == "go", "{properties}");
}

#[test]
fn computed_values_are_left_out_where_that_is_asked_for() {
    let bench = Bench::open();
    let [.., service] = chain(&bench);
    let without = ("exclude_calculated_properties", "true");
    let stored = json!({"language": "go"});
    let one = bench.get(&["blueprints", &service, "entities", "s"]).flags(&[without]).now().gave(200);
    assert_eq!(one["entity"]["properties"], stored, "{one}");
    let all = bench.get(&["blueprints", &service, "entities"]).flags(&[without]).now().gave(200);
    assert_eq!(all["entities"][0]["properties"], stored, "{all}");
    let rules = json!([{"property": "$blueprint", "operator": "=", "value": service}]);
    let query = json!({"combinator": "and", "rules": rules});
    let found = bench.post(&["entities", "search"]).flags(&[without]).send(query).gave(200);
    assert_eq!(found["entities"][0]["properties"], stored, "{found}");
}

#[test]
fn a_path_that_leads_nowhere_is_refused() {
    let bench = Bench::open();
    let [.., service] = chain(&bench);
    for path in ["nobody.tier", "system.nothing", "system.domain.nothing"] {
        let body = json!({"mirrorProperties": {"m": {"path": path}}});
        let answer = bench.patch(&["blueprints", &service]).send(body);
        assert!(matches!(answer.status, 404 | 422), "{path}: {answer}");
    }
}
