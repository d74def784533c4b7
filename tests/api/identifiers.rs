//! Tests valid identifiers, how they are encoded in a path, and how a change of an identifier affects relations to the
//! entity.

use serde_json::json;

use crate::api::bench::Bench;

/// Every character that an identifier may contain.
const LEGAL: &[&str] = &[
    "plain",
    "With-Capitals_and.dots",
    "a/b",
    "/",
    "a//b",
    "host:8080",
    "me@example.com",
    "a+b",
    "a=b",
    "back\\slash",
    "...",
    ".hidden",
    "søren",
    "日本語",
    "Ünïcode/mit:allem@+=\\",
    "a/../b",
    "a/rename",
    "bulk",
    "search",
    "-",
    "_private",
    "0",
];

const ILLEGAL: &[&str] = &[
    "",
    ".",
    "..",
    "with space",
    "a#b",
    "a*b",
    "a,b",
    "(a)",
    "a$",
    "a!",
    "100%",
    "a&b",
    "a?b",
    "a;b",
    "tab\there",
    "line\nbreak",
    "a\"b",
    "a'b",
    "a<b",
    "[a]",
    "{a}",
    "a|b",
    "a^b",
    "a~b",
    "`a`",
];

#[test]
#[ignore = "slow"]
fn every_legal_identifier_goes_through_every_path() {
    let bench = Bench::open();
    let blueprint = bench.simple("service", json!({}), json!({}));
    let legal = LEGAL.iter().map(|&it| it.to_owned()).chain([format!("long{}", "x".repeat(996))]);
    for identifier in legal {
        // These are names of routes too, but a GET with one of them reads an entity.
        let entity = bench.create(&blueprint, json!({"identifier": identifier, "title": "A"}));
        assert_eq!(entity["identifier"], identifier.as_str());
        assert_eq!(bench.entity(&blueprint, &identifier)["identifier"], identifier.as_str());
        let path = ["blueprints", &blueprint, "entities", &identifier];
        let patched = bench.patch(&path).send(json!({"title": "B"})).gave(200);
        assert_eq!(patched["entity"]["title"], "B");
        let put = bench.put(&path).send(json!({"identifier": identifier, "title": "C"})).gave(200);
        assert_eq!(put["entity"]["title"], "C");
        let rules = json!([{"property": "$identifier", "operator": "=", "value": identifier}]);
        let found = bench.search(&blueprint, json!({"query": {"combinator": "and", "rules": rules}})).gave(200);
        assert_eq!(found["entities"][0]["identifier"], identifier.as_str(), "{found}");
        bench.delete(&path).query("delete_dependents", "false").now().gave(200);
        assert!(bench.is_gone(&blueprint, &identifier));
    }
}

#[test]
fn an_illegal_identifier_is_refused_everywhere() {
    let bench = Bench::open();
    let blueprint = bench.simple("service", json!({}), json!({}));
    bench.create(&blueprint, json!({"identifier": "a"}));
    let too_long = "x".repeat(1001);
    for identifier in ILLEGAL.iter().copied().chain([too_long.as_str()]) {
        let body = json!({"identifier": identifier});
        bench.write(&blueprint, &[("upsert", "true")], body.clone()).refused(422, "invalid_request");
        let path = ["blueprints", &blueprint, "entities", "a"];
        bench.put(&path).send(body.clone()).refused(422, "invalid_request");
        bench.patch(&path).send(body).refused(422, "invalid_request");
    }
    assert_eq!(bench.count(&blueprint), 1);
}

#[test]
fn identifiers_differ_by_case() {
    let bench = Bench::open();
    let blueprint = bench.simple("service", json!({}), json!({}));
    for identifier in ["Cart", "cart", "CART", "é", "É"] {
        bench.create(&blueprint, json!({"identifier": identifier, "title": identifier}));
    }
    assert_eq!(bench.count(&blueprint), 5);
    assert_eq!(bench.entity(&blueprint, "cart")["title"], "cart");
}

#[test]
fn one_identifier_may_be_of_many_blueprints() {
    let bench = Bench::open();
    let [one, other] = ["one", "other"].map(|name| bench.simple(name, json!({}), json!({})));
    bench.create(&one, json!({"identifier": "a", "title": "One"}));
    bench.create(&other, json!({"identifier": "a", "title": "Other"}));
    bench.delete(&["blueprints", &one, "entities", "a"]).now().gave(200);
    assert_eq!(bench.entity(&other, "a")["title"], "Other");
}

#[test]
fn an_entity_can_be_given_another_identifier() {
    for method in ["PUT", "PATCH"] {
        let bench = Bench::open();
        let blueprint = bench.simple("service", json!({"tier": {"type": "number"}}), json!({}));
        bench.create(&blueprint, json!({"identifier": "before", "properties": {"tier": 1}}));
        bench.create(&blueprint, json!({"identifier": "taken"}));
        let path = ["blueprints", &blueprint, "entities", "before"];
        let body = |identifier: &str| json!({"identifier": identifier, "properties": {"tier": 2}});
        bench.call(method, &path).send(body("taken")).refused(409, "identifier_taken");
        assert_eq!(bench.entity(&blueprint, "before")["properties"]["tier"], 1, "{method}");
        let after = bench.call(method, &path).send(body("after")).gave(200);
        assert_eq!(after["entity"]["identifier"], "after", "{method}");
        assert!(bench.is_gone(&blueprint, "before"), "{method}");
        assert_eq!(bench.entity(&blueprint, "after")["properties"]["tier"], 2, "{method}");
        assert_eq!(bench.count(&blueprint), 2, "{method}");
    }
}

#[test]
fn those_who_point_at_an_entity_follow_its_new_identifier() {
    let bench = Bench::open();
    let domain = bench.simple("domain", json!({}), json!({}));
    let relations = json!({"one": {"target": domain, "many": false}, "all": {"target": domain, "many": true}});
    let service = bench.simple("service", json!({}), relations);
    bench.create(&domain, json!({"identifier": "before"}));
    bench.create(&domain, json!({"identifier": "other"}));
    let points = json!({"one": "before", "all": ["other", "before"]});
    bench.create(&service, json!({"identifier": "a", "relations": points}));
    bench.patch(&["blueprints", &domain, "entities", "before"]).send(json!({"identifier": "after"})).gave(200);
    let expected = json!({"one": "after", "all": ["other", "after"]});
    assert_eq!(bench.entity(&service, "a")["relations"], expected);
}

#[test]
fn a_search_can_stand_for_an_identifier_and_never_creates() {
    let bench = Bench::open();
    let blueprint = bench.simple("service", json!({"code": {"type": "string"}}), json!({}));
    for (identifier, code) in [("a", "one"), ("b", "two"), ("c", "two")] {
        bench.create(&blueprint, json!({"identifier": identifier, "properties": {"code": code}}));
    }
    let body = |code: &str| {
        let rules = json!([{"property": "code", "operator": "=", "value": code}]);
        json!({"identifier": {"combinator": "and", "rules": rules}, "title": "Found"})
    };
    let merge = [("upsert", "true"), ("merge", "true")];
    let found = bench.write(&blueprint, &merge, body("one")).gave_one_of(&[200, 201]);
    assert_eq!(found["entity"]["identifier"], "a", "{found}");
    assert_eq!(bench.entity(&blueprint, "a")["title"], "Found");
    for code in ["two", "three"] {
        let answer = bench.write(&blueprint, &merge, body(code));
        assert!(matches!(answer.status, 404 | 422), "{answer}");
    }
    assert_eq!(bench.count(&blueprint), 3);
}
