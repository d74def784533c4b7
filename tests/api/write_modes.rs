//! Tests the table of write modes: POST, POST with `upsert`, with `merge`, PUT and PATCH, each on a missing and on an
//! existing entity; and which keys a body may have.

use serde_json::{Value, json};

use crate::api::answer::is_unset;
use crate::api::bench::Bench;

const OVERRIDE: &[(&str, &str)] = &[("upsert", "true")];
const MERGE: &[(&str, &str)] = &[("upsert", "true"), ("merge", "true")];

/// A blueprint, and an entity with all fields set.
fn stocked(bench: &Bench) -> String {
    let domain = bench.simple("domain", json!({}), json!({}));
    let service = bench.simple(
        "service",
        json!({"language": {"type": "string"}, "tier": {"type": "number"}, "tags": {"type": "array"}}),
        json!({"domain": {"target": domain, "many": false}, "uses": {"target": domain, "many": true}}),
    );
    bench.create(&domain, json!({"identifier": "shop"}));
    bench.create(&service, full("there"));
    service
}

fn full(identifier: &str) -> Value {
    json!({
        "identifier": identifier,
        "title": "Checkout",
        "icon": "Service",
        "properties": {"language": "go", "tier": 1, "tags": ["a", "b"]},
        "relations": {"domain": "shop", "uses": ["shop"]},
    })
}

fn is_untouched(entity: &Value) {
    assert_eq!(entity["title"], "Checkout", "{entity}");
    assert_eq!(entity["icon"], "Service", "{entity}");
    assert_eq!(entity["properties"], json!({"language": "go", "tier": 1, "tags": ["a", "b"]}), "{entity}");
    assert_eq!(entity["relations"], json!({"domain": "shop", "uses": ["shop"]}), "{entity}");
}

#[test]
fn post_creates_what_is_missing() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let entity = bench.create(&service, full("fresh"));
    is_untouched(&entity);
    assert_eq!((&entity["identifier"], &entity["blueprint"]), (&json!("fresh"), &json!(service)));
    assert_eq!(entity["team"], json!([]), "{entity}");
    assert_eq!((&entity["createdAt"], &entity["createdBy"]), (&entity["updatedAt"], &entity["updatedBy"]));
    assert_eq!(bench.entity(&service, "fresh"), entity);
}

#[test]
fn post_leaves_what_is_there() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let answer = bench.write(&service, &[], json!({"identifier": "there", "properties": {"language": "rust"}}));
    answer.refused(409, "identifier_taken");
    is_untouched(&bench.entity(&service, "there"));
}

#[test]
fn an_override_creates_what_is_missing() {
    let bench = Bench::open();
    let service = stocked(&bench);
    is_untouched(&bench.write(&service, OVERRIDE, full("fresh")).gave(201)["entity"]);
}

#[test]
fn an_override_leaves_only_what_it_names() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let before = bench.entity(&service, "there");
    let body = json!({"identifier": "there", "properties": {"language": "rust"}});
    let mut answer = bench.write(&service, OVERRIDE, body).gave_one_of(&[200, 201]);
    let entity = answer["entity"].take();
    is_replaced(&entity);
    assert_eq!((&entity["createdAt"], &entity["createdBy"]), (&before["createdAt"], &before["createdBy"]));
    assert!(entity["updatedAt"].as_str() >= before["updatedAt"].as_str(), "{entity}");
    assert_eq!(bench.entity(&service, "there"), entity);
}

fn is_replaced(entity: &Value) {
    assert_eq!(entity["properties"]["language"], "rust", "{entity}");
    for key in ["tier", "tags"] {
        assert!(is_unset(&entity["properties"], key), "{key}: {entity}");
    }
    for key in ["domain", "uses"] {
        assert!(is_unset(&entity["relations"], key), "{key}: {entity}");
    }
    assert!(is_unset(entity, "icon"), "{entity}");
    assert_ne!(entity["title"], "Checkout", "{entity}");
}

#[test]
fn a_merge_creates_what_is_missing() {
    let bench = Bench::open();
    let service = stocked(&bench);
    is_untouched(&bench.write(&service, MERGE, full("fresh")).gave(201)["entity"]);
}

#[test]
fn a_merge_changes_only_what_it_names() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let body = json!({"identifier": "there", "properties": {"language": "rust"}, "relations": {"uses": []}});
    let entity = bench.write(&service, MERGE, body).gave_one_of(&[200, 201])["entity"].take();
    is_merged(&entity);
    is_merged(&bench.entity(&service, "there"));
}

fn is_merged(entity: &Value) {
    assert_eq!(entity["properties"], json!({"language": "rust", "tier": 1, "tags": ["a", "b"]}), "{entity}");
    assert_eq!((&entity["title"], &entity["icon"]), (&json!("Checkout"), &json!("Service")));
    assert_eq!(entity["relations"]["domain"], "shop", "{entity}");
    assert!(is_unset(&entity["relations"], "uses"), "{entity}");
}

#[test]
fn put_does_not_create() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let answer = bench.put(&["blueprints", &service, "entities", "nobody"]).send(json!({"identifier": "nobody"}));
    answer.refused(404, "not_found");
    assert!(bench.is_gone(&service, "nobody"));
}

#[test]
fn put_replaces() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let body = json!({"identifier": "there", "title": "New", "properties": {"language": "rust"}});
    let entity = bench.put(&["blueprints", &service, "entities", "there"]).send(body).gave(200)["entity"].take();
    is_replaced(&entity);
    assert_eq!(entity["title"], "New");
    is_replaced(&bench.entity(&service, "there"));
}

#[test]
fn patch_does_not_create() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let answer = bench.patch(&["blueprints", &service, "entities", "nobody"]).send(json!({"title": "x"}));
    answer.refused(404, "not_found");
    assert!(bench.is_gone(&service, "nobody"));
}

#[test]
fn patch_changes_only_what_it_names() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let body = json!({"properties": {"language": "rust"}, "relations": {"uses": []}});
    is_merged(&bench.patch(&["blueprints", &service, "entities", "there"]).send(body).gave(200)["entity"]);
    is_merged(&bench.entity(&service, "there"));
}

#[test]
fn validation_only_refuses_as_a_write_would_and_writes_nothing() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let check = |flags: &[(&str, &str)], body: Value| {
        bench.write(&service, &[flags, &[("validation_only", "true")]].concat(), body)
    };
    check(OVERRIDE, full("fresh")).gave_one_of(&[200, 201]);
    check(&[], full("fresh")).gave_one_of(&[200, 201]);
    assert!(bench.is_gone(&service, "fresh"));
    for flags in [OVERRIDE, MERGE] {
        check(flags, json!({"identifier": "there", "title": "Other"})).gave_one_of(&[200, 201]);
        let wrong = json!({"identifier": "there", "properties": {"tier": "one"}});
        assert_eq!(check(flags, wrong).status, 422);
        check(flags, json!({"identifier": "there", "relations": {"domain": "nowhere"}})).refused(404, "not_found");
    }
    is_untouched(&bench.entity(&service, "there"));
    let missing = json!({"identifier": "fresh", "relations": {"domain": "nowhere"}});
    let create = [("validation_only", "true"), ("upsert", "true"), ("create_missing_related_entities", "true")];
    bench.write(&service, &create, missing).gave_one_of(&[200, 201]);
    assert!(bench.is_gone(&bench.name("domain"), "nowhere") && bench.is_gone(&service, "fresh"));
}

#[test]
fn keys_that_nobody_knows_are_let_by_where_the_body_is_open() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let open = json!({"identifier": "fresh", "blueprint": service, "anything": {"at": "all"}});
    bench.write(&service, &[], open.clone()).gave(201);
    bench.write(&service, MERGE, open.clone()).gave_one_of(&[200, 201]);
    bench.bulk(&service, MERGE, std::slice::from_ref(&open)).gave(200);
    bench.put(&["blueprints", &service, "entities", "fresh"]).send(open.clone()).gave(200);
    assert!(bench.entity(&service, "fresh").get("anything").is_none());
    for (key, value) in [("blueprint", json!(service)), ("anything", json!(1)), ("createdAt", json!("now"))] {
        let body = json!({"title": "x", key: value});
        let refused = bench.patch(&["blueprints", &service, "entities", "fresh"]).send(body);
        refused.refused(422, "invalid_request").mentions("must NOT have additional properties").mentions(key);
    }
}

#[test]
fn null_clears_title_icon_and_team() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let there = ["blueprints", &service, "entities", "there"];
    let clear = json!({"identifier": "there", "title": null, "icon": null, "team": null});
    let is_cleared = |entity: &Value| {
        let is_cleared = is_unset(entity, "icon") && is_unset(entity, "team") && entity["title"].is_null();
        assert!(is_cleared, "{entity}");
    };
    is_cleared(&bench.patch(&there).send(clear.clone()).gave(200)["entity"]);
    assert_eq!(bench.entity(&service, "there")["properties"]["tier"], 1);
    for flags in [MERGE, OVERRIDE] {
        bench.patch(&there).send(json!({"title": "T", "icon": "Team", "team": ["t"]})).gave(200);
        is_cleared(&bench.write(&service, flags, clear.clone()).gave(200)["entity"]);
    }
    bench.patch(&there).send(json!({"title": "T", "icon": "Team", "team": ["t"]})).gave(200);
    is_cleared(&bench.put(&there).send(clear).gave(200)["entity"]);
}

#[test]
fn a_body_has_the_types_of_the_description() {
    let bench = Bench::open();
    let service = stocked(&bench);
    for body in [
        json!({"identifier": 7}),
        json!({"identifier": null}),
        json!({"identifier": "a", "title": 7}),
        json!({"identifier": "a", "icon": ["x"]}),
        json!({"identifier": "a", "team": 7}),
        json!({"identifier": "a", "team": [7]}),
        json!({"identifier": "a", "properties": []}),
        json!({"identifier": "a", "properties": null}),
        json!({"identifier": "a", "relations": "shop"}),
        json!({"identifier": "a", "relations": {"domain": 7}}),
        json!({"identifier": "a", "relations": {"uses": [7]}}),
        json!({"identifier": "a", "relations": {"domain": "no spaces"}}),
        json!({"identifier": "a", "relations": {"domain": {"combinator": "and"}}}),
        json!("a"),
        json!(["a"]),
        json!(null),
    ] {
        bench.write(&service, OVERRIDE, body).refused(422, "invalid_request");
    }
    let named = json!({"properties": {"not a key": 1}});
    let patch = bench.patch(&["blueprints", &service, "entities", "there"]).send(named);
    patch.refused(422, "invalid_request");
}

#[test]
fn an_identifier_that_is_left_out_is_made_up() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let one = bench.create(&service, json!({"title": "A"}));
    let other = bench.create(&service, json!({"title": "A"}));
    let [one, other] = [one, other].map(|it| it["identifier"].as_str().expect("an identifier").to_owned());
    assert!(one != other && one.chars().all(|c| c.is_alphanumeric() || "-_".contains(c)), "{one} {other}");
    assert_eq!(bench.entity(&service, &one)["title"], "A");
}

#[test]
fn an_empty_run_id_is_no_run() {
    let bench = Bench::open();
    let service = stocked(&bench);
    bench.write(&service, &[("upsert", "true"), ("merge", "true"), ("run_id", "")], full("fresh")).gave(201);
}

#[test]
fn a_write_moves_the_time_of_the_update_alone() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let before = bench.entity(&service, "there");
    std::thread::sleep(std::time::Duration::from_millis(5));
    bench.patch(&["blueprints", &service, "entities", "there"]).send(json!({"title": "New"})).gave(200);
    let after = bench.entity(&service, "there");
    assert_eq!(after["createdAt"], before["createdAt"]);
    assert!(after["updatedAt"].as_str() > before["updatedAt"].as_str(), "{after}");
    assert!(after["updatedBy"].is_string(), "{after}");
}

#[test]
fn a_blueprint_that_is_missing_is_named() {
    let bench = Bench::open();
    let nobody = bench.name("nobody");
    let says = |answer: crate::api::answer::Answer| {
        answer
            .refused(404, "not_found")
            .says(&format!("Blueprint with identifier \"{nobody}\" was not found"))
            .with(&[("resource", "Blueprint"), ("byField", "identifier"), ("withValue", &nobody)]);
    };
    says(bench.write(&nobody, OVERRIDE, json!({"identifier": "a"})));
    says(bench.bulk(&nobody, OVERRIDE, &[json!({"identifier": "a"})]));
    says(bench.get(&["blueprints", &nobody, "entities"]).now());
    says(bench.get(&["blueprints", &nobody, "entities-count"]).now());
    says(bench.get(&["blueprints", &nobody]).now());
    says(bench.search(&nobody, json!({})));
    says(bench.delete(&["blueprints", &nobody, "all-entities"]).now());
    says(bench.get(&["blueprints", &nobody, "entities", "a"]).now());
    says(bench.put(&["blueprints", &nobody, "entities", "a"]).send(json!({"identifier": "a"})));
    says(bench.patch(&["blueprints", &nobody, "entities", "a"]).send(json!({"title": "a"})));
    says(bench.delete(&["blueprints", &nobody, "entities", "a"]).now());
}
