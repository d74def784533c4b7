//! Tests relation paths: upstream, downstream, only required relations, cycles, and explicit paths.

use serde_json::{Value, json};

use super::{follow, found, put, query, refusal, store};
use crate::embedded::api::Shape;
use crate::embedded::store::Store;

/// `app -> lib (required) -> core`, `app -> tool`; with `circle`, `core -> app` closes a cycle.
fn graph(circle: bool) -> Store {
    let store = store();
    let blueprint = |identifier: &str| {
        json!({"identifier": identifier, "title": "N", "schema": {"properties": {}}, "relations": {
            "needs": {"target": "node", "required": false, "many": false},
            "must": {"target": "node", "required": identifier == "node", "many": false},
            "many": {"target": "node", "many": true},
        }})
    };
    follow(&store, vec![blueprint("node"), blueprint("outside")]);
    let node = |identifier: &str, relations: Value| {
        put(&store, "test/1", "node", json!({"identifier": identifier, "relations": relations}));
    };
    node("core", json!({"must": "core-base"}));
    node("lib", json!({"must": "lib-base", "needs": "core"}));
    node("tool", json!({"must": "lib-base"}));
    node("app", json!({"must": "lib", "many": ["tool", "core"]}));
    if circle {
        node("core", json!({"must": "core-base", "needs": "app"}));
    }
    put(&store, "test/1", "outside", json!({"identifier": "app", "relations": {"needs": "app"}}));
    store
}

fn related(store: &Store, rest: Value) -> Vec<String> {
    let mut rule = json!({"operator": "relatedTo", "blueprint": "node"});
    for (key, value) in rest.as_object().expect("keys of the rule") {
        rule[key] = value.clone();
    }
    found(store, "node", json!([rule]))
}

#[test]
fn related_is_all_that_is_up_or_down_the_way() {
    let store = graph(false);
    let upstream = json!({"value": "lib", "direction": "upstream"});
    assert_eq!(related(&store, upstream), ["core", "core-base", "lib-base"]);
    assert_eq!(related(&store, json!({"value": "lib", "direction": "downstream"})), ["app"]);
    assert_eq!(related(&store, json!({"value": "lib"})), ["app", "core", "core-base", "lib-base"]);
    assert_eq!(related(&store, json!({"value": ["tool", "core"], "direction": "downstream"})), ["app", "lib"]);
    assert_eq!(related(&store, json!({"value": "nobody"})), Vec::<String>::new());
    let rule = json!([{"operator": "relatedTo", "blueprint": "gone", "value": "x"}]);
    assert_eq!(refusal(store.search("node", &query(rule), &Shape::default(), 1, None)).status, 404);
    let rule = json!([{"operator": "relatedTo", "blueprint": "node", "value": "app", "direction": "downstream"}]);
    assert_eq!(found(&store, "outside", rule), ["app"], "identifiers are a blueprint's own");
}

#[test]
fn required_relations_can_be_told_apart() {
    let store = graph(false);
    let up = |required: bool| related(&store, json!({"value": "app", "direction": "upstream", "required": required}));
    assert_eq!(up(true), ["lib", "lib-base"]);
    assert_eq!(up(false), ["core", "tool"]);
    let down =
        |required: bool| related(&store, json!({"value": "lib-base", "direction": "downstream", "required": required}));
    assert_eq!(down(true), ["app", "lib", "tool"]);
    assert_eq!(down(false), Vec::<String>::new());
}

#[test]
fn circles_end_and_hold_those_who_are_in_them() {
    let store = graph(true);
    assert_eq!(
        related(&store, json!({"value": "app", "direction": "upstream"})),
        ["app", "core", "core-base", "lib", "lib-base", "tool"]
    );
    assert_eq!(related(&store, json!({"value": "core", "direction": "downstream"})), ["app", "core", "lib"]);
}

#[test]
fn paths_are_followed_from_either_end() {
    let store = graph(false);
    let along = |path: Value, value: Value| {
        found(&store, "node", json!([{"property": {"path": path}, "operator": "matchAny", "value": value}]))
    };
    assert_eq!(along(json!(["must"]), json!("lib-base")), ["lib", "tool"]);
    assert_eq!(along(json!(["must", "must"]), json!("lib-base")), ["app"]);
    assert_eq!(along(json!(["many", "must"]), json!(["lib-base", "core-base"])), ["app"]);
    assert_eq!(along(json!([{"relation": "must", "maxHops": 2}]), json!("lib-base")), ["app", "lib", "tool"]);
    assert_eq!(along(json!(["many", {"relation": "must", "maxHops": 2}]), json!("core-base")), ["app"]);
    assert_eq!(along(json!(["needs"]), json!("nobody")), Vec::<String>::new());
    let from = |path: Value, value: &str| {
        let property = json!({"path": path, "fromBlueprint": "node"});
        found(&store, "node", json!([{"property": property, "operator": "matchAny", "value": value}]))
    };
    assert_eq!(from(json!(["must"]), "app"), ["lib"]);
    assert_eq!(from(json!(["must", "must"]), "app"), ["lib-base"]);
    assert_eq!(from(json!([{"relation": "must", "maxHops": 15}]), "app"), ["lib", "lib-base"]);
    assert_eq!(from(json!(["many"]), "app"), ["core", "tool"]);
}

#[test]
fn ways_combine_with_other_rules() {
    let store = graph(false);
    let rules = json!([
        {"operator": "relatedTo", "blueprint": "node", "value": "lib"},
        {"property": "$identifier", "operator": "contains", "value": "base"},
    ]);
    assert_eq!(found(&store, "node", rules), ["core-base", "lib-base"]);
    let rules = json!([{"combinator": "or", "rules": [
        {"operator": "relatedTo", "blueprint": "node", "value": "lib", "direction": "downstream"},
        {"property": "$identifier", "operator": "=", "value": "tool"},
        {"property": "$identifier", "operator": "=", "value": "nobody"},
    ]}]);
    assert_eq!(found(&store, "node", rules), ["app", "tool"]);
}
