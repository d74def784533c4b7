//! Tests `--verify`: the catalog's own validation of each write, reported at the manifest's line.

use serde_json::json;

use super::world::{World, entity};

/// Lint uses an older snapshot, so only the catalog rejects the value.
fn stricter() -> World {
    let world = World::new();
    world.catalog.change("service", |blueprint| {
        blueprint["schema"]["properties"]["tier"]["maximum"] = json!(9);
    });
    world
}

#[test]
fn a_refusal_stands_on_its_line() {
    let world = stricter();
    let text = entity(&super::world::cart()).replace("\"tier\":1", "\n\"tier\": 10");
    world.repo.write("catalog/cart.yaml", text);
    assert_eq!(world.run("").code, 0);
    let run = world.run("--verify --exit-code");
    assert_eq!(run.code, 1, "{}{}", run.results, run.talk);
    assert!(run.results.contains("catalog/cart.yaml:2"), "{}", run.results);
    assert!(run.results.contains("\"properties/tier\" must be <= 9"), "{}", run.results);
    let run = world.run("--verify --output json");
    let plan: serde_json::Value = serde_json::from_str(&run.results).expect("JSON");
    let complaint = &plan["complaints"][0];
    assert_eq!((&complaint["status"], plan["complaints"].as_array().map(Vec::len)), (&json!(422), Some(1)));
    assert_eq!(complaint["place"]["line"], 2, "{complaint:#}");
}

#[test]
fn what_the_same_plan_brings_is_not_missed() {
    let world = World::new();
    world.write("catalog/new.yaml", &json!({"blueprint": "system", "identifier": "new"}));
    let pair = |one: &str, other: &str| {
        json!({"blueprint": "service", "identifier": one, "properties": {"tier": 1},
            "relations": {"system": "new", "uses": [other, "pay"]}})
    };
    world.write("catalog/a.yaml", &pair("a", "b")).write("catalog/b.yaml", &pair("b", "a"));
    let run = world.run("--verify");
    assert_eq!(run.code, 0, "{}{}", run.results, run.talk);
    assert!(run.results.contains("Verified: the catalog accepts every change"), "{}", run.results);
}

#[test]
fn another_fault_is_seen_behind_what_the_plan_brings() {
    let world = stricter();
    world.write("catalog/new.yaml", &json!({"blueprint": "system", "identifier": "new"}));
    world.write(
        "catalog/a.yaml",
        &json!({"blueprint": "service", "identifier": "a", "properties": {"tier": 10}, "relations": {"system": "new"}}),
    );
    let run = world.run("--verify");
    assert_eq!(run.code, 1, "{}", run.results);
    assert!(run.results.contains("must be <= 9"), "{}", run.results);
}

#[test]
fn a_target_that_is_gone_is_told_at_its_relation() {
    let world = World::new();
    // The snapshot lists it as a known entity.
    world.repo.write(".portolan/known-entities.txt", "system\tgone\n");
    world.cart(|cart| cart["relations"]["system"] = json!("gone"));
    let run = world.run("--verify --output json");
    assert_eq!(run.code, 1, "{}", run.talk);
    let plan: serde_json::Value = serde_json::from_str(&run.results).expect("JSON");
    let complaint = &plan["complaints"][0];
    assert_eq!(complaint["status"], 404, "{complaint:#}");
    let text = world.repo.read("catalog/cart.yaml");
    let column = text.find("\"gone\"").expect("it is there") + 1;
    assert_eq!(complaint["place"]["column"], column, "{complaint:#}");
}
