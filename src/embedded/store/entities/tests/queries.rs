//! Tests searches inside writes: an entity, its targets and its teams identified by their properties.

use serde_json::json;

use super::*;

fn rules(rules: Value) -> Value {
    json!({"combinator": "and", "rules": rules})
}

fn catalog() -> Store {
    let store = store();
    put(&store, "domain", json!({"identifier": "shop", "title": "Shop", "properties": {"tier": 1}}));
    put(&store, "domain", json!({"identifier": "ops", "title": "Ops", "properties": {"tier": 2}}));
    for (name, language) in [("a", "go"), ("b", "go"), ("c", "rust")] {
        put(&store, "service", json!({"identifier": name, "title": name, "properties": {"language": language}}));
    }
    put(&store, "_team", json!({"identifier": "payments", "title": "Payments"}));
    store
}

#[test]
fn an_entity_is_found_by_what_it_is_like() {
    let store = catalog();
    let shop = rules(json!([{"property": "$title", "operator": "=", "value": "Shop"}]));
    let written = put(&store, "domain", json!({"identifier": shop, "properties": {"tier": 7}}));
    assert_eq!((&written["identifier"], &written["properties"]["tier"]), (&json!("shop"), &json!(7)));
    let none = rules(json!([{"property": "$title", "operator": "=", "value": "Nothing"}]));
    assert_eq!(code(post(&store, "domain", json!({"identifier": none}), &creating_missing())), "404 not_found");
    let several = rules(json!([{"property": "tier", "operator": "in", "value": ["2", "7"]}]));
    let both = rules(json!([{"property": "$identifier", "operator": "in", "value": ["shop", "ops"]}]));
    assert_eq!(code(post(&store, "domain", json!({"identifier": both}), &merge())), "422 invalid_request");
    assert_eq!(code(post(&store, "domain", json!({"identifier": several}), &merge())), "404 not_found");
    assert_eq!(store.count("domain").unwrap(), 2);
    // Writes support only a few operators.
    let far = rules(json!([{"property": "tier", "operator": ">", "value": 1}]));
    assert_eq!(code(post(&store, "domain", json!({"identifier": far}), &merge())), "422 invalid_request");
}

#[test]
fn relations_and_teams_are_found_by_what_they_are_like() {
    let store = catalog();
    let go = rules(json!([{"property": "language", "operator": "=", "value": "go"}]));
    let shop = rules(json!([{"property": "$title", "operator": "contains", "value": "Sho"}]));
    let team = rules(json!([{"property": "$title", "operator": "=", "value": "Payments"}]));
    let body = json!({
        "identifier": "d", "team": team, "properties": {"language": "rust"},
        "relations": {"domain": shop, "dependsOn": go},
    });
    let written = put(&store, "service", body);
    assert_eq!(written["relations"], json!({"domain": "shop", "dependsOn": ["a", "b"]}));
    assert_eq!((&written["team"], &written["properties"]["domainTitle"]), (&json!(["payments"]), &json!("Shop")));
    let relation = |name: &str, query: Value| json!({"identifier": "d", "relations": {name: query}});
    let nothing = rules(json!([{"property": "$title", "operator": "=", "value": "Nothing"}]));
    let domain = post(&store, "service", relation("domain", nothing.clone()), &creating_missing());
    assert_eq!(code(domain), "404 not_found");
    let many = post(&store, "service", relation("dependsOn", nothing), &merge()).unwrap();
    assert_eq!(many["relations"]["dependsOn"], json!([]));
    let both = rules(json!([{"property": "$identifier", "operator": "in", "value": ["shop", "ops"]}]));
    assert_eq!(code(post(&store, "service", relation("domain", both), &merge())), "422 relation_many_violation");
}

#[test]
fn a_relations_search_gives_a_hundred_at_most() {
    let store = catalog();
    for at in 0..120 {
        put(
            &store,
            "service",
            json!({"identifier": format!("s{at:03}"), "title": "same", "properties": {"language": "go"}}),
        );
    }
    let same = rules(json!([{"property": "$title", "operator": "=", "value": "same"}]));
    let written = put(&store, "service", json!({"identifier": "a", "relations": {"dependsOn": same}}));
    let found = written["relations"]["dependsOn"].as_array().unwrap();
    assert_eq!((found.len(), &found[0], &found[99]), (100, &json!("s000"), &json!("s099")));
}
