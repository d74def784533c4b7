//! Tests every operator on every kind of value: three entities, and which of them are found.

use serde_json::{Value, json};

use super::{follow, found, put, query, refusal, store};
use crate::embedded::api::{SearchQuery, Shape};
use crate::embedded::store::Store;

fn things() -> Store {
    let store = store();
    follow(
        &store,
        vec![
            json!({"identifier": "domain", "title": "D", "schema": {"properties": {"cost": {"type": "number"}}}}),
            json!({
                "identifier": "thing", "title": "T",
                "schema": {"properties": {
                    "text": {"type": "string"},
                    "link": {"type": "string", "format": "url"},
                    "n": {"type": "number"},
                    "flag": {"type": "boolean"},
                    "list": {"type": "array", "items": {"type": "string"}},
                    "numbers": {"type": "array"},
                    "when": {"type": "string", "format": "date-time"},
                    "until": {"type": "string", "format": "timer"},
                    "object": {"type": "object"},
                }},
                "relations": {"one": {"target": "domain"}, "many": {"target": "thing", "many": true}},
                "mirrorProperties": {"cost": {"path": "one.cost"}, "costs": {"path": "many.one.cost"},
                    "lost": {"path": "gone.$title"}},
                "calculationProperties": {"score": {"type": "number", "calculation": "1"}},
            }),
        ],
    );
    put(&store, "test/1", "domain", json!({"identifier": "d1", "title": "First", "properties": {"cost": 10}}));
    put(&store, "test/1", "domain", json!({"identifier": "d2", "title": "Second", "properties": {"cost": 20}}));
    put(&store, "other/2", "thing", json!({"identifier": "c", "title": "Gamma", "properties": {"text": null}}));
    put(
        &store,
        "test/1",
        "thing",
        json!({
            "identifier": "b", "title": "Beta", "icon": "Star",
            "properties": {"text": "hello", "n": 5.5, "flag": false, "list": [], "numbers": [2, "3"],
                "when": "2023-11-10T00:00:00Z", "until": "2099-01-01T00:00:00.000Z", "link": "https://b.example"},
            "relations": {"one": "d2"},
        }),
    );
    put(
        &store,
        "test/1",
        "thing",
        json!({
            "identifier": "a", "title": "Alpha", "team": ["red", "blue"],
            "properties": {"text": "Hello World", "n": 5, "flag": true, "list": ["x", "yy"], "numbers": [1],
                "when": "2023-11-14T23:00:00.000+01:00", "until": "2023-11-14T22:00:00.000Z", "object": {"k": 1}},
            "relations": {"one": "d1", "many": ["b", "c"]},
        }),
    );
    store
}

/// A subject, an operator, an optional value, and the entities found.
type Case = (&'static str, &'static str, Value, &'static str);

fn check(cases: &[Case]) {
    let store = things();
    for (subject, operator, value, expected) in cases {
        let mut rule = match subject.strip_prefix("relation ") {
            Some(relation) => json!({"relation": relation, "operator": operator}),
            None => json!({"property": subject, "operator": operator}),
        };
        if !operator.ends_with("Empty") && !operator.ends_with("Expired") {
            rule["value"] = value.clone();
        }
        let expected = expected.chars().map(String::from).collect::<Vec<_>>();
        assert_eq!(found(&store, "thing", json!([rule.clone()])), expected, "{rule}");
    }
}

#[test]
fn texts() {
    check(&[
        ("text", "=", json!("hello"), "b"),
        ("text", "=", json!("HELLO"), ""),
        ("text", "!=", json!("hello"), "ac"),
        ("text", "=", json!(null), "c"),
        ("text", "!=", json!(null), "ab"),
        ("text", "contains", json!("ello"), "ab"),
        ("text", "contains", json!("World"), "a"),
        ("text", "contains", json!(["Hello", "World"]), "a"),
        ("text", "doesNotContains", json!("World"), "bc"),
        ("text", "containsAny", json!(["World", "hell"]), "ab"),
        ("text", "containsAny", json!([]), ""),
        ("text", "beginsWith", json!("Hello"), "a"),
        ("text", "doesNotBeginsWith", json!("Hello"), "bc"),
        ("text", "endsWith", json!("llo"), "b"),
        ("text", "doesNotEndsWith", json!("llo"), "ac"),
        ("text", "in", json!(["hello", "Hello World", "x"]), "ab"),
        ("text", "notIn", json!(["hello"]), "ac"),
        ("text", "isEmpty", json!(0), "c"),
        ("text", "isNotEmpty", json!(0), "ab"),
        ("text", ">", json!(1), ""),
        ("unheard", "=", json!("x"), ""),
        ("unheard", "!=", json!("x"), "abc"),
        ("unheard", "isEmpty", json!(0), "abc"),
    ]);
}

#[test]
fn numbers_and_truth_values() {
    check(&[
        ("n", "=", json!(5), "a"),
        ("n", "=", json!(5.0), "a"),
        ("n", "=", json!("5"), ""),
        ("n", "!=", json!(5), "bc"),
        ("n", ">", json!(5), "b"),
        ("n", ">=", json!(5), "ab"),
        ("n", "<", json!(5.5), "a"),
        ("n", "<=", json!(5.5), "ab"),
        ("n", "contains", json!(5), "a"),
        ("flag", "=", json!(true), "a"),
        ("flag", "=", json!(false), "b"),
        ("flag", "!=", json!(true), "bc"),
        ("flag", "isEmpty", json!(0), "c"),
        ("object", "isNotEmpty", json!(0), "a"),
        ("object", "=", json!("k"), ""),
    ]);
}

#[test]
fn lists() {
    check(&[
        ("list", "=", json!("x"), "a"),
        ("list", "=", json!(["yy", "x"]), "a"),
        ("list", "=", json!(["x"]), ""),
        ("list", "=", json!([]), "b"),
        ("list", "!=", json!("x"), "bc"),
        ("list", "contains", json!("x"), "a"),
        ("list", "contains", json!("y"), ""),
        ("list", "contains", json!(["x", "yy"]), "a"),
        ("list", "doesNotContains", json!("x"), "bc"),
        ("list", "containsAny", json!(["q", "yy"]), "a"),
        ("list", "beginsWith", json!("y"), "a"),
        ("list", "in", json!(["x", "q"]), "a"),
        ("list", "isEmpty", json!(0), "bc"),
        ("list", "isNotEmpty", json!(0), "a"),
        ("numbers", "contains", json!(2), "b"),
        ("numbers", "contains", json!("3"), "b"),
        ("numbers", ">=", json!(2), "b"),
        ("$team", "=", json!("red"), "a"),
        ("$team", "containsAny", json!(["red", "green"]), "a"),
        ("$team", "in", json!(["blue"]), "a"),
        ("$team", "isEmpty", json!(0), "bc"),
    ]);
}

#[test]
fn times() {
    let between = json!({"from": "2023-11-14T00:00:00Z", "to": "2023-11-14T22:00:00Z"});
    check(&[
        ("when", "=", json!("2023-11-14T22:00:00Z"), "a"),
        ("when", "!=", json!("2023-11-14T22:00:00Z"), "bc"),
        ("when", ">", json!("2023-11-14T21:59:59.999Z"), "a"),
        ("when", "<=", json!("2023-11-10T00:00:00Z"), "b"),
        ("when", "between", between.clone(), "a"),
        ("when", "=", between.clone(), "a"),
        ("when", "notBetween", between, "bc"),
        ("when", "between", json!({"preset": "today"}), "a"),
        ("when", "between", json!({"preset": "yesterday"}), ""),
        ("when", "between", json!({"preset": "tomorrow"}), ""),
        ("when", "between", json!({"preset": "lastDay"}), "a"),
        ("when", "between", json!({"preset": "lastWeek"}), "ab"),
        ("when", "notBetween", json!({"preset": "lastWeek"}), "c"),
        ("until", "isExpired", json!(0), "a"),
        ("until", "isNotExpired", json!(0), "bc"),
        ("text", "isExpired", json!(0), ""),
        ("$createdAt", "=", json!("2023-11-14T21:13:20Z"), "abc"),
        ("$createdAt", "between", json!({"preset": "today"}), "abc"),
        ("$updatedAt", "<", json!("2023-11-14T21:13:20Z"), ""),
        ("$updatedAt", ">=", json!("2023-11-14T21:13:20Z"), "abc"),
    ]);
}

#[test]
fn what_every_entity_has() {
    check(&[
        ("$identifier", "=", json!("a"), "a"),
        ("$identifier", "!=", json!("a"), "bc"),
        ("$identifier", "in", json!(["c", "a", "zz"]), "ac"),
        ("$identifier", "matchAny", json!(["c", "a"]), "ac"),
        ("$identifier", "matchAny", json!("b"), "b"),
        ("$identifier", "isEmpty", json!(0), ""),
        ("$title", "=", json!("Beta"), "b"),
        ("$title", "endsWith", json!("a"), "abc"),
        ("$title", "containsAny", json!(["lp", "mm"]), "ac"),
        ("$icon", "=", json!("Star"), "b"),
        ("$icon", "isEmpty", json!(0), "ac"),
        ("$blueprint", "=", json!("thing"), "abc"),
        ("$blueprint", "!=", json!("thing"), ""),
        ("$blueprint", "in", json!(["domain"]), ""),
        ("$createdBy", "=", json!("client"), "abc"),
        ("$updatedBy", "beginsWith", json!("x"), ""),
        ("$datasource", "=", json!("other/2"), "c"),
        ("$datasource", "contains", json!("test"), "ab"),
        ("$datasource", "doesNotContains", json!("test"), "c"),
        ("$datasource", "isEmpty", json!(0), ""),
    ]);
}

#[test]
fn relations_and_mirrors() {
    check(&[
        ("relation one", "=", json!("d1"), "a"),
        ("relation one", "!=", json!("d1"), "bc"),
        ("relation one", "in", json!(["d1", "d2"]), "ab"),
        ("relation one", "isEmpty", json!(0), "c"),
        ("relation one", "=", json!(null), "c"),
        ("relation many", "contains", json!("b"), "a"),
        ("relation many", "isNotEmpty", json!(0), "a"),
        ("relation many", "isEmpty", json!(0), "bc"),
        ("cost", "=", json!(10), "a"),
        ("cost", ">", json!(10), "b"),
        ("cost", "isEmpty", json!(0), "c"),
        ("costs", "contains", json!(20), "a"),
        ("costs", "isEmpty", json!(0), "bc"),
    ]);
    let store = things();
    let by_title = json!([{"relation": "one", "targetProperty": "$title", "operator": "beginsWith", "value": "Sec"}]);
    assert_eq!(found(&store, "thing", by_title), ["b"]);
    let by_title = json!([{"relation": "many", "targetProperty": "$title", "operator": "=", "value": "Gamma"}]);
    assert_eq!(found(&store, "thing", by_title), ["a"]);
}

#[test]
fn properties_told_by_their_type() {
    let store = things();
    let of = |schema: Value, operator: &str, value: Value| {
        found(&store, "thing", json!([{"propertySchema": schema, "operator": operator, "value": value}]))
    };
    assert_eq!(of(json!({"type": "string"}), "contains", json!("llo")), ["a", "b"]);
    assert_eq!(of(json!({"type": "string", "format": "url"}), "=", json!("https://b.example")), ["b"]);
    assert_eq!(of(json!({"type": "string", "format": "url"}), "=", json!("hello")), Vec::<String>::new());
    assert_eq!(of(json!({"type": "string"}), "!=", json!("hello")), ["a", "c"]);
    assert_eq!(of(json!({"type": "array", "items": {"type": "string"}}), "contains", json!("yy")), ["a"]);
    assert_eq!(
        of(json!({"type": "array", "items": {"type": "number"}}), "contains", json!("yy")),
        Vec::<String>::new()
    );
}

#[test]
fn rules_combine_and_nest() {
    let store = things();
    let is = |property: &str, value: Value| json!({"property": property, "operator": "=", "value": value});
    let any = |rules: Value| json!({"combinator": "or", "rules": rules});
    assert_eq!(found(&store, "thing", json!([])), ["a", "b", "c"]);
    assert_eq!(found(&store, "thing", json!([any(json!([]))])), ["a", "b", "c"]);
    assert_eq!(found(&store, "thing", json!([is("flag", json!(true)), is("n", json!(5.5))])), Vec::<String>::new());
    assert_eq!(found(&store, "thing", json!([any(json!([is("flag", json!(true)), is("n", json!(5.5))]))])), ["a", "b"]);
    let nested =
        json!([is("$blueprint", json!("thing")), any(json!([is("$identifier", json!("c")), is("n", json!(5))]))]);
    assert_eq!(found(&store, "thing", nested), ["a", "c"]);
}

#[test]
fn what_is_not_computed_here_is_refused_by_name() {
    let store = things();
    let search =
        |blueprint: &str, rule: Value| store.search(blueprint, &query(json!([rule])), &Shape::default(), 10, None);
    let refused = refusal(search("thing", json!({"property": "score", "operator": ">", "value": 1})));
    assert_eq!(refused.status, 422);
    assert!(
        refused.message.is_some_and(|words| words.contains("calculation property \"score\" of blueprint \"thing\""))
    );
    let refused = refusal(search("thing", json!({"property": "lost", "operator": "isEmpty"})));
    assert!(refused.message.is_some_and(|words| words.contains("mirror property \"lost\"")));
    let refused = refusal(search("thing", json!({"relation": "gone", "operator": "isEmpty"})));
    assert_eq!((refused.status, refused.error.as_str()), (404, "not_found"));
    assert_eq!(refusal(search("gone", json!({"property": "x", "operator": "isEmpty"}))).status, 404);
    // An error about a property is ignored if the blueprint is excluded anyway.
    let query = json!({"combinator": "and", "rules": [
        {"property": "score", "operator": ">", "value": 1}, {"property": "$blueprint", "operator": "=", "value": "domain"},
    ]});
    let query = SearchQuery::parse_everywhere(&query).expect("it is legal");
    let (entities, blueprints) = store.search_everywhere(&query, &Shape::default()).expect("it can be evaluated");
    assert_eq!((entities.len(), blueprints.len()), (0, 0));
}
