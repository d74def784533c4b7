//! Tests how relations are written: single and `many`, required, missing targets, targets that are created implicitly,
//! and search queries instead of identifiers.

use serde_json::{Value, json};

use crate::api::answer::is_unset;
use crate::api::bench::Bench;

const CREATE_MISSING: &[(&str, &str)] = &[("upsert", "true"), ("create_missing_related_entities", "true")];

fn shop(bench: &Bench) -> (String, String) {
    let domain = bench.simple("domain", json!({"tier": {"type": "number"}}), json!({}));
    let relations = json!({"domain": {"target": domain, "many": false}, "uses": {"target": domain, "many": true}});
    let service = bench.simple("service", json!({}), relations);
    bench.fill(
        &domain,
        &[
            json!({"identifier": "shop", "title": "The Shop", "properties": {"tier": 1}}),
            json!({"identifier": "bank", "properties": {"tier": 1}}),
            json!({"identifier": "mint", "properties": {"tier": 2}}),
        ],
    );
    (domain, service)
}

fn related(relations: Value) -> Value {
    json!({"identifier": "a", "relations": relations})
}

#[test]
fn a_relation_nobody_knows_is_not_found() {
    let bench = Bench::open();
    let (_, service) = shop(&bench);
    let refused = bench.write(&service, &[("upsert", "true")], related(json!({"nobody": "shop"})));
    refused
        .refused(404, "not_found")
        .says("Relation with identifier \"nobody\" was not found")
        .with(&[("byField", "identifier"), ("withValue", "nobody")]);
    assert!(bench.is_gone(&service, "a"));
}

#[test]
fn a_target_that_is_missing_is_not_found() {
    let bench = Bench::open();
    let (domain, service) = shop(&bench);
    bench.create(&service, related(json!({"domain": "shop"})));
    for relations in [json!({"domain": "nowhere"}), json!({"uses": ["shop", "nowhere"]})] {
        let post = bench.write(&service, &[("upsert", "true")], related(relations.clone()));
        post.refused(404, "not_found").mentions("nowhere");
        let path = ["blueprints", &service, "entities", "a"];
        bench.put(&path).send(related(relations.clone())).refused(404, "not_found").mentions("nowhere");
        bench.patch(&path).send(json!({"relations": relations})).refused(404, "not_found").mentions("nowhere");
    }
    assert!(bench.is_gone(&domain, "nowhere"));
    assert_eq!(bench.entity(&service, "a")["relations"]["domain"], "shop");
}

#[test]
fn missing_targets_are_made_where_that_is_asked_for() {
    let bench = Bench::open();
    let (domain, service) = shop(&bench);
    let body = related(json!({"domain": "made-1", "uses": ["shop", "made-2", "made-1"]}));
    bench.write(&service, CREATE_MISSING, body).gave(201);
    for identifier in ["made-1", "made-2"] {
        let bare = bench.entity(&domain, identifier);
        assert!(is_unset(&bare["properties"], "tier") && is_unset(&bare, "icon"), "{bare}");
    }
    let flag = ("create_missing_related_entities", "true");
    let path = ["blueprints", &service, "entities", "a"];
    bench.patch(&path).flags(&[flag]).send(json!({"relations": {"domain": "made-3"}})).gave(200);
    bench.put(&path).flags(&[flag]).send(related(json!({"domain": "made-4"}))).gave(200);
    bench.bulk(&service, CREATE_MISSING, &[related(json!({"domain": "made-5"}))]).gave(200);
    assert_eq!(bench.count(&domain), 8);
    // Existing targets are not changed.
    assert_eq!(bench.entity(&domain, "shop")["title"], "The Shop");
}

#[test]
fn a_list_is_too_much_for_a_relation_to_one() {
    let bench = Bench::open();
    let (_, service) = shop(&bench);
    for many in [json!(["shop", "bank"]), json!(["shop"])] {
        let answer = bench.write(&service, &[("upsert", "true")], related(json!({"domain": many})));
        answer.refused(422, "relation_many_violation");
    }
}

#[test]
fn a_required_relation_must_be_there() {
    let bench = Bench::open();
    let (domain, _) = shop(&bench);
    let relations = json!({"domain": {"target": domain, "required": true, "many": false}});
    let strict = bench.simple("strict", json!({}), relations);
    for body in [json!({"identifier": "a"}), related(json!({"domain": null})), related(json!({}))] {
        let answer = bench.write(&strict, &[("upsert", "true")], body);
        answer.refused_as(&[403, 422], &["required_relation"]);
    }
    bench.create(&strict, related(json!({"domain": "shop"})));
    let path = ["blueprints", &strict, "entities", "a"];
    let cleared = bench.patch(&path).send(json!({"relations": {"domain": null}}));
    cleared.refused_as(&[403, 422], &["required_relation"]);
    let title = bench.patch(&path).send(json!({"title": "Stays"})).gave(200);
    assert_eq!(title["entity"]["relations"]["domain"], "shop");
}

#[test]
fn a_search_can_stand_for_targets() {
    let bench = Bench::open();
    let (_, service) = shop(&bench);
    let rule = |property: &str, operator: &str, value: Value| json!({"combinator": "and", "rules": [{"property": property, "operator": operator, "value": value}]});
    let relations =
        json!({"domain": rule("tier", "=", json!(2)), "uses": rule("$identifier", "in", json!(["bank", "shop"]))});
    bench.create(&service, related(relations));
    let entity = bench.entity(&service, "a");
    assert_eq!(entity["relations"]["domain"], "mint", "{entity}");
    let uses = entity["relations"]["uses"].as_array().expect("a list");
    assert!(uses.len() == 2 && uses.contains(&json!("bank")) && uses.contains(&json!("shop")), "{entity}");
    let contains = json!({"uses": rule("$title", "contains", json!("Shop"))});
    let path = ["blueprints", &service, "entities", "a"];
    let patched = bench.patch(&path).send(json!({"relations": contains})).gave(200);
    assert_eq!(patched["entity"]["relations"]["uses"], json!(["shop"]), "{patched}");
}

#[test]
fn an_operator_that_writes_do_not_have_is_refused() {
    let bench = Bench::open();
    let (_, service) = shop(&bench);
    for operator in ["!=", "beginsWith", "between", "relatedTo"] {
        let query = json!({"combinator": "and", "rules": [{"property": "tier", "operator": operator, "value": 1}]});
        let answer = bench.write(&service, &[("upsert", "true")], related(json!({"uses": query})));
        answer.refused(422, "invalid_request");
    }
}

#[test]
fn titles_come_with_relations_where_that_is_asked_for() {
    let bench = Bench::open();
    let (_, service) = shop(&bench);
    bench.create(&service, related(json!({"domain": "shop", "uses": ["shop", "bank"]})));
    let path = ["blueprints", &service, "entities", "a"];
    let entity = bench.get(&path).query("attach_title_to_relation", "true").now().gave(200)["entity"].take();
    assert_eq!(entity["relations"]["domain"], json!({"identifier": "shop", "title": "The Shop"}), "{entity}");
    assert_eq!(entity["relations"]["uses"][0], json!({"identifier": "shop", "title": "The Shop"}), "{entity}");
    assert_eq!(entity["relations"]["uses"][1]["identifier"], "bank", "{entity}");
}

#[test]
fn entities_may_point_at_each_other_and_at_themselves() {
    let bench = Bench::open();
    let service = bench.simple("service", json!({}), json!({}));
    let relations = json!({"peer": {"target": service, "required": false, "many": false}});
    bench.patch(&["blueprints", &service]).send(json!({"relations": relations})).gave(200);
    bench.create(&service, json!({"identifier": "a"}));
    bench.create(&service, json!({"identifier": "b", "relations": {"peer": "a"}}));
    let path = ["blueprints", &service, "entities", "a"];
    bench.patch(&path).send(json!({"relations": {"peer": "b"}})).gave(200);
    assert_eq!(bench.entity(&service, "a")["relations"]["peer"], "b");
    bench.patch(&path).send(json!({"relations": {"peer": "a"}})).gave(200);
    assert_eq!(bench.entity(&service, "a")["relations"]["peer"], "a");
}
