//! Tests the bulk write: its limits, its partial failures, and that results are matched by index.

use serde_json::{Value, json};

use crate::api::answer::is_unset;
use crate::api::bench::Bench;

const OVERRIDE: &[(&str, &str)] = &[("upsert", "true")];
const MERGE: &[(&str, &str)] = &[("upsert", "true"), ("merge", "true")];

fn service(bench: &Bench) -> String {
    let domain = bench.simple("domain", json!({}), json!({}));
    bench.create(&domain, json!({"identifier": "shop"}));
    let properties = json!({"tier": {"type": "number"}, "language": {"type": "string"}});
    bench.simple("service", properties, json!({"domain": {"target": domain, "many": false}}))
}

fn tiers(count: usize) -> Vec<Value> {
    (0..count).map(|at| json!({"identifier": format!("e{at:02}"), "properties": {"tier": at}})).collect()
}

#[test]
fn up_to_twenty_are_written_and_each_is_accounted_for() {
    let bench = Bench::open();
    let service = service(&bench);
    let answer = bench.bulk(&service, OVERRIDE, &tiers(20)).gave(200);
    assert_eq!(answer["errors"], json!([]), "{answer}");
    let entities = answer["entities"].as_array().expect("a list");
    assert_eq!(entities.len(), 20);
    for (at, entity) in entities.iter().enumerate() {
        assert_eq!((&entity["index"], &entity["created"]), (&json!(at), &json!(true)), "{entity}");
        assert_eq!(entity["identifier"], format!("e{at:02}"));
    }
    let again = bench.bulk(&service, OVERRIDE, &tiers(20)).gave(200);
    assert!(again["entities"].as_array().expect("a list").iter().all(|it| it["created"] == false), "{again}");
    assert_eq!(bench.count(&service), 20);
}

#[test]
fn the_body_is_closed_and_has_one_to_twenty() {
    let bench = Bench::open();
    let service = service(&bench);
    let path = ["blueprints", &service, "entities", "bulk"];
    for body in [
        json!({"entities": []}),
        json!({"entities": tiers(21)}),
        json!({"entities": tiers(1), "upsert": true}),
        json!({"entities": {"identifier": "a"}}),
        json!({}),
        json!([]),
    ] {
        bench.post(&path).flags(OVERRIDE).send(body).refused(422, "invalid_request");
    }
    assert_eq!(bench.count(&service), 0);
}

#[test]
fn what_fails_is_told_by_index_and_the_rest_is_written() {
    let bench = Bench::open();
    let service = service(&bench);
    bench.create(&service, json!({"identifier": "taken"}));
    let entities = [
        json!({"identifier": "good-1", "relations": {"domain": "shop"}}),
        json!({"identifier": "taken"}),
        json!({"identifier": "wrong", "properties": {"tier": "one"}}),
        json!({"identifier": "dangling", "relations": {"domain": "nowhere"}}),
        json!({"identifier": "unknown", "relations": {"nobody": "shop"}}),
        json!({"identifier": "good-2"}),
    ];
    let answer = bench.bulk(&service, &[("upsert", "false")], &entities).gave(207);
    let written: Vec<_> = answer["entities"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| (it["index"].clone(), it["created"].clone()))
        .collect();
    assert_eq!(written, [(json!(0), json!(true)), (json!(5), json!(true))]);
    let mut refused = answer["errors"].as_array().expect("a list").clone();
    refused.sort_by_key(|it| it["index"].as_u64());
    let statuses: Vec<_> = refused.iter().map(|it| (it["index"].as_u64(), it["statusCode"].as_u64())).collect();
    let expected = [(1, 409), (2, 422), (3, 404), (4, 404)].map(|(index, status)| (Some(index), Some(status)));
    assert_eq!(statuses, expected, "{answer}");
    assert_eq!(refused[0]["error"], "identifier_taken");
    assert_eq!(refused[2]["error"], "not_found");
    assert_eq!(refused[3]["message"], "Relation with identifier \"nobody\" was not found");
    let named: Vec<_> = refused.iter().map(|it| it["identifier"].as_str().expect("an identifier")).collect();
    assert_eq!(named, ["taken", "wrong", "dangling", "unknown"]);
    assert_eq!(bench.count(&service), 3);
    assert!(bench.is_gone(&service, "wrong") && bench.is_gone(&service, "dangling"));
}

#[test]
fn a_bulk_write_merges_or_replaces() {
    let bench = Bench::open();
    let service = service(&bench);
    let full = json!({"identifier": "a", "properties": {"tier": 1, "language": "go"}});
    bench.bulk(&service, OVERRIDE, std::slice::from_ref(&full)).gave(200);
    bench.bulk(&service, MERGE, &[json!({"identifier": "a", "properties": {"tier": 2}})]).gave(200);
    assert_eq!(bench.entity(&service, "a")["properties"], json!({"tier": 2, "language": "go"}));
    bench.bulk(&service, MERGE, &[json!({"identifier": "a", "properties": {"language": null}})]).gave(200);
    assert!(is_unset(&bench.entity(&service, "a")["properties"], "language"));
    bench.bulk(&service, OVERRIDE, &[json!({"identifier": "a", "properties": {"language": "go"}})]).gave(200);
    assert!(is_unset(&bench.entity(&service, "a")["properties"], "tier"));
}

#[test]
fn validation_only_is_of_the_whole_batch() {
    let bench = Bench::open();
    let service = service(&bench);
    let flags = [OVERRIDE, &[("validation_only", "true")]].concat();
    let fine = bench.bulk(&service, &flags, &tiers(3));
    assert_eq!(fine.status, 200, "{fine}");
    let mixed = [json!({"identifier": "a"}), json!({"identifier": "b", "properties": {"tier": "x"}})];
    let mixed = bench.bulk(&service, &flags, &mixed);
    assert_eq!(mixed.json["errors"][0]["index"], 1, "{mixed}");
    assert_eq!(bench.count(&service), 0);
}
