//! Tests how much of an entity is returned: `include` and `exclude` in both spellings of the platform, one for GET
//! routes and the global search, one for the paged search.

use serde_json::{Value, json};

use crate::api::answer::identifiers;
use crate::api::bench::{Bench, Call};

fn stocked(bench: &Bench) -> String {
    let domain = bench.simple("domain", json!({}), json!({}));
    bench.create(&domain, json!({"identifier": "shop"}));
    let properties = json!({"language": {"type": "string"}, "tier": {"type": "number"}});
    let service = bench.simple("service", properties, json!({"domain": {"target": domain, "many": false}}));
    for identifier in ["a", "b", "c"] {
        bench.create(
            &service,
            json!({
                "identifier": identifier,
                "title": identifier.to_uppercase(),
                "icon": "Service",
                "properties": {"language": "go", "tier": 1},
                "relations": {"domain": "shop"},
            }),
        );
    }
    service
}

fn keys(entity: &Value) -> Vec<&str> {
    let mut keys: Vec<&str> = entity.as_object().expect("an entity").keys().map(String::as_str).collect();
    keys.sort_unstable();
    keys
}

fn repeated<'a>(call: Call<'a>, name: &str, values: &[&str]) -> Call<'a> {
    values.iter().fold(call, |call, value| call.query(name, value))
}

#[test]
fn all_entities_of_a_blueprint_are_listed_and_counted() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let listed = bench.get(&["blueprints", &service, "entities"]).now().gave(200);
    assert_eq!(identifiers(&listed), ["a", "b", "c"]);
    assert_eq!(bench.count(&service), 3);
    let one = listed["entities"].as_array().expect("a list").iter().find(|it| it["identifier"] == "b").expect("b");
    assert_eq!(*one, bench.entity(&service, "b"));
}

#[test]
fn an_entity_that_is_not_there_is_not_found() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let path = ["blueprints", &service, "entities", "nobody"];
    for answer in [bench.get(&path).now(), bench.delete(&path).now(), bench.patch(&path).send(json!({"title": "x"}))] {
        answer.refused(404, "not_found").mentions("nobody");
    }
}

#[test]
fn include_names_what_is_wanted() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let wanted = ["identifier", "properties.tier"];
    let one = repeated(bench.get(&["blueprints", &service, "entities", "a"]), "include", &wanted).now().gave(200);
    assert_eq!(one["entity"]["properties"], json!({"tier": 1}), "{one}");
    assert_eq!(one["entity"]["identifier"], "a");
    assert!(one["entity"].get("title").is_none() && one["entity"].get("createdAt").is_none(), "{one}");
    let all = repeated(bench.get(&["blueprints", &service, "entities"]), "include", &["identifier", "blueprint"])
        .now()
        .gave(200);
    for entity in all["entities"].as_array().expect("a list") {
        assert_eq!(keys(entity), ["blueprint", "identifier"], "{entity}");
    }
}

#[test]
fn exclude_names_what_is_not() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let unwanted = ["title", "properties.language", "relations.domain"];
    let one = repeated(bench.get(&["blueprints", &service, "entities", "a"]), "exclude", &unwanted).now().gave(200);
    assert_eq!(one["entity"]["properties"], json!({"tier": 1}), "{one}");
    assert!(one["entity"].get("title").is_none() && one["entity"]["relations"].get("domain").is_none(), "{one}");
    assert_eq!((&one["entity"]["icon"], &one["entity"]["identifier"]), (&json!("Service"), &json!("a")));
    let all = repeated(bench.get(&["blueprints", &service, "entities"]), "exclude", &["properties"]).now().gave(200);
    assert!(all["entities"].as_array().expect("a list").iter().all(|it| it.get("properties").is_none()), "{all}");
}

#[test]
fn the_paged_search_has_a_spelling_of_its_own() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let found = bench.search(&service, json!({"include": ["$identifier", "tier", "domain"]})).gave(200);
    for entity in found["entities"].as_array().expect("a list") {
        assert_eq!(entity["properties"], json!({"tier": 1}), "{entity}");
        assert_eq!(entity["relations"], json!({"domain": "shop"}), "{entity}");
        assert!(entity["identifier"].is_string() && entity.get("title").is_none(), "{entity}");
    }
    let found = bench.search(&service, json!({"exclude": ["$title", "$createdAt", "language"]})).gave(200);
    for entity in found["entities"].as_array().expect("a list") {
        assert_eq!(entity["properties"], json!({"tier": 1}), "{entity}");
        assert!(entity.get("title").is_none() && entity.get("createdAt").is_none(), "{entity}");
        assert!(entity["updatedAt"].is_string() && entity["icon"] == "Service", "{entity}");
    }
    let keys_alone = bench.search(&service, json!({"include": ["$identifier"]})).gave(200);
    assert_eq!(identifiers(&keys_alone), ["a", "b", "c"]);
}

#[test]
fn the_search_over_everything_has_the_spelling_of_the_gets() {
    let bench = Bench::open();
    let service = stocked(&bench);
    let rules = json!([{"property": "$blueprint", "operator": "=", "value": service}]);
    let call = repeated(bench.post(&["entities", "search"]), "include", &["identifier", "blueprint"]);
    let found = call.send(json!({"combinator": "and", "rules": rules})).gave(200);
    assert_eq!(identifiers(&found), ["a", "b", "c"]);
    assert!(
        found["entities"].as_array().expect("a list").iter().all(|it| keys(it) == ["blueprint", "identifier"]),
        "{found}"
    );
}
