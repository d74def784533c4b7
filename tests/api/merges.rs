//! Tests what a merge does to one key: omitted, null, a list, an object, for properties and relations; and what a
//! replacing write does with null.

use serde_json::{Value, json};

use crate::api::answer::is_unset;
use crate::api::bench::Bench;

fn stocked(bench: &Bench) -> String {
    let domain = bench.simple("domain", json!({}), json!({}));
    for identifier in ["shop", "bank", "mint"] {
        bench.create(&domain, json!({"identifier": identifier}));
    }
    let service = bench.blueprint(
        "service",
        json!({
            "schema": {
                "properties": {
                    "language": {"type": "string"},
                    "tags": {"type": "array"},
                    "config": {"type": "object"},
                    "owner": {"type": "string"},
                },
                "required": ["owner"],
            },
            "relations": {"domain": {"target": domain, "many": false}, "uses": {"target": domain, "many": true}},
        }),
    );
    bench.create(
        &service,
        json!({
            "identifier": "a",
            "properties": {"language": "go", "tags": ["x", "y"], "owner": "ada"},
            "relations": {"domain": "shop", "uses": ["shop", "bank"]},
        }),
    );
    service
}

/// Merges in one of the two ways.
fn merge(bench: &Bench, service: &str, with_patch: bool, mut body: Value) -> Value {
    if with_patch {
        return bench.patch(&["blueprints", service, "entities", "a"]).send(body).gave(200)["entity"].take();
    }
    body["identifier"] = "a".into();
    let flags = [("upsert", "true"), ("merge", "true")];
    bench.write(service, &flags, body).gave_one_of(&[200, 201])["entity"].take()
}

#[test]
fn a_key_that_is_left_out_stays() {
    for with_patch in [false, true] {
        let bench = Bench::open();
        let service = stocked(&bench);
        let before = bench.entity(&service, "a");
        for body in [json!({}), json!({"properties": {}}), json!({"relations": {}})] {
            let entity = merge(&bench, &service, with_patch, body);
            assert_eq!((&entity["properties"], &entity["relations"]), (&before["properties"], &before["relations"]));
        }
    }
}

#[test]
fn null_clears_a_property() {
    for with_patch in [false, true] {
        let bench = Bench::open();
        let service = stocked(&bench);
        let entity = merge(&bench, &service, with_patch, json!({"properties": {"language": null}}));
        assert!(is_unset(&entity["properties"], "language"), "{entity}");
        assert_eq!(entity["properties"]["tags"], json!(["x", "y"]), "{entity}");
    }
}

#[test]
fn a_list_is_replaced_as_a_whole() {
    for with_patch in [false, true] {
        let bench = Bench::open();
        let service = stocked(&bench);
        let body = json!({"properties": {"tags": ["z"]}, "relations": {"uses": ["mint"]}});
        let entity = merge(&bench, &service, with_patch, body);
        assert_eq!(entity["properties"]["tags"], json!(["z"]), "{entity}");
        assert_eq!(entity["relations"]["uses"], json!(["mint"]), "{entity}");
        let entity = merge(&bench, &service, with_patch, json!({"properties": {"tags": []}}));
        assert_eq!(entity["properties"]["tags"], json!([]), "{entity}");
    }
}

#[test]
fn null_clears_a_relation() {
    for with_patch in [false, true] {
        let bench = Bench::open();
        let service = stocked(&bench);
        let entity = merge(&bench, &service, with_patch, json!({"relations": {"domain": null}}));
        assert!(is_unset(&entity["relations"], "domain"), "{entity}");
        assert_eq!(entity["relations"]["uses"], json!(["shop", "bank"]), "{entity}");
        let entity = merge(&bench, &service, with_patch, json!({"relations": {"uses": null}}));
        assert!(is_unset(&entity["relations"], "uses"), "{entity}");
    }
}

#[test]
fn the_order_of_many_is_kept() {
    let bench = Bench::open();
    let service = stocked(&bench);
    merge(&bench, &service, true, json!({"relations": {"uses": ["mint", "shop", "bank"]}}));
    assert_eq!(bench.entity(&service, "a")["relations"]["uses"], json!(["mint", "shop", "bank"]));
}

#[test]
fn a_required_property_that_is_stored_need_not_be_sent_again() {
    for with_patch in [false, true] {
        let bench = Bench::open();
        let service = stocked(&bench);
        let entity = merge(&bench, &service, with_patch, json!({"properties": {"language": "rust"}}));
        assert_eq!(entity["properties"]["owner"], "ada", "{entity}");
    }
}

#[test]
fn a_null_in_a_replacing_write_is_unset() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let body = json!({
        "identifier": "a",
        "properties": {"language": null, "tags": null, "owner": "bo"},
        "relations": {"domain": null, "uses": null},
    });
    let replaced = bench.write(&service, &[("upsert", "true")], body.clone()).gave_one_of(&[200, 201]);
    let put = bench.put(&["blueprints", &service, "entities", "a"]).send(body).gave(200);
    for entity in [&replaced["entity"], &put["entity"]] {
        for (part, key) in
            [("properties", "language"), ("properties", "tags"), ("relations", "domain"), ("relations", "uses")]
        {
            assert!(is_unset(&entity[part], key), "{key}: {entity}");
        }
        assert_eq!(entity["properties"]["owner"], "bo", "{entity}");
    }
}

#[test]
fn a_refused_merge_changes_nothing() {
    for with_patch in [false, true] {
        let bench = Bench::open();
        let service = stocked(&bench);
        let before = bench.entity(&service, "a");
        let mut body = json!({"properties": {"language": "rust", "tags": "none"}});
        let answer = if with_patch {
            bench.patch(&["blueprints", &service, "entities", "a"]).send(body)
        } else {
            body["identifier"] = "a".into();
            bench.write(&service, &[("upsert", "true"), ("merge", "true")], body)
        };
        assert_eq!(answer.status, 422, "{answer}");
        assert_eq!(bench.entity(&service, "a"), before);
    }
}
