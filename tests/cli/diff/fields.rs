//! Tests which differences are changes, end to end from the file to the catalog: every rule of the comparison once.

use serde_json::{Value, json};

use super::world::World;
use crate::testkit::Repo;

#[test]
fn what_says_the_same_in_other_words_is_no_change() {
    let world = World::new();
    assert_eq!(world.changes(""), Vec::<String>::new());
    // The order of teams and targets, numbers by value, times by instant, and null or `[]` for unset values make no
    // difference.
    world.cart(|cart| {
        cart["team"] = json!(["red", "blue", "red"]);
        cart["relations"]["uses"] = json!(["mail", "pay"]);
        cart["properties"]["since"] = json!("2026-01-01T02:00:00.000+02:00");
    });
    let text = world.repo.read("catalog/cart.yaml").replace("\"tier\":1", "\"tier\": 1.0");
    world.repo.write("catalog/cart.yaml", text);
    world.write(
        "catalog/pay.yaml",
        &json!({"blueprint": "service", "identifier": "pay", "properties": {"tier": 2, "language": null},
            "relations": {"uses": [], "system": null}}),
    );
    assert_eq!(world.changes(""), Vec::<String>::new());
    assert_eq!(world.run("--exit-code").code, 0);
}

#[test]
fn every_kind_of_field_is_compared() {
    let world = World::new();
    let one = |deed: fn(&mut Value), wanted: &[&str]| {
        world.cart(deed);
        assert_eq!(world.fields(""), wanted);
    };
    one(|cart| cart["title"] = json!("The cart"), &["title: \"Cart\" -> \"The cart\""]);
    one(|cart| cart["icon"] = json!("Cart"), &["icon: \"Box\" -> \"Cart\""]);
    one(|cart| cart["team"] = json!(["blue"]), &["team: [\"blue\",\"red\"] -> [\"blue\"]"]);
    one(|cart| cart["properties"]["tier"] = json!(3), &["tier: 1 -> 3"]);
    // Order matters in a list property.
    one(|cart| cart["properties"]["tags"] = json!(["a", "b"]), &["tags: [\"b\",\"a\"] -> [\"a\",\"b\"]"]);
    one(
        |cart| cart["properties"]["since"] = json!("2026-01-01T00:00:01Z"),
        &["since: \"2026-01-01T00:00:00Z\" -> \"2026-01-01T00:00:01Z\""],
    );
    one(|cart| cart["relations"]["system"] = json!(null), &["system: \"shop\" -> null"]);
    one(|cart| cart["relations"]["uses"] = json!(["pay"]), &["uses: [\"mail\",\"pay\"] -> [\"pay\"]"]);
    // Two encodings of one letter are two values, because bytes are compared.
    one(|cart| cart["properties"]["language"] = json!("caf\u{e9}"), &["language: \"go\" -> \"café\""]);
}

#[test]
fn objects_are_shown_by_the_path_that_differs() {
    let world = World::new();
    world.cart(|cart| cart["properties"]["config"] = json!({"a": {"b": 2}, "c": [1]}));
    let plan = world.json("");
    let field = &plan["changes"][0]["fields"][0];
    assert_eq!(field["paths"], json!([{"path": ["a", "b"], "before": 1, "after": 2}]), "{field:#}");
    let text = world.run("").results;
    assert!(text.contains("config.a.b"), "{text}");
    // The position is that of the manifest.
    assert!(text.contains("catalog/cart.yaml:1"), "{text}");
}

#[test]
fn merge_leaves_what_is_not_named_and_null_clears() {
    let world = World::new();
    world.cart(|cart| {
        for key in ["title", "icon", "team"] {
            cart.as_object_mut().expect("an object").remove(key);
        }
        cart["properties"] = json!({"tier": 1});
        cart["relations"] = json!({"system": "shop"});
    });
    assert_eq!(world.changes("--no-base"), Vec::<String>::new());
    world.cart(|cart| {
        cart["title"] = json!(null);
        cart["properties"] = json!({"tier": null});
    });
    assert_eq!(world.fields("--no-base"), ["title: \"Cart\" -> null", "tier: 1 -> null"]);
}

#[test]
fn replace_takes_the_manifest_for_the_whole() {
    let world = World::new();
    world.cart(|cart| {
        cart["properties"].as_object_mut().expect("an object").remove("language");
        cart["relations"].as_object_mut().expect("an object").remove("uses");
    });
    assert_eq!(world.changes(""), Vec::<String>::new());
    let replace = |text: &str| world.repo.write("portolan.yaml", format!("{}{text}", super::world::CONFIG));
    replace("write: replace\n");
    assert_eq!(world.fields(""), ["language: \"go\" -> null", "uses: [\"mail\",\"pay\"] -> null"]);
    replace("write: {default: replace, service: merge}\n");
    assert_eq!(world.changes(""), Vec::<String>::new());
    replace("write: {default: merge, service: replace}\n");
    assert_eq!(world.fields("").len(), 2);
}

#[test]
fn what_is_computed_defaulted_or_the_catalogs_own_is_no_change() {
    let world = World::new();
    let stored = world.catalog.plain.must("GET", "blueprints/service/entities/cart", None);
    let properties = &stored["entity"]["properties"];
    assert_eq!((&properties["boss"], &properties["plan"]), (&json!("ada"), &json!("free")), "the world shows nothing");
    assert_eq!(world.changes(""), Vec::<String>::new());
    world.repo.write("portolan.yaml", format!("{}write: replace\n", super::world::CONFIG));
    let plan = world.json("");
    assert!(!plan.to_string().contains("boss"), "{plan:#}");
}

#[test]
fn a_fresh_clone_works_against_the_embedded_catalog_with_nothing_else() {
    let repo = Repo::new();
    repo.write("portolan.yaml", "manifests: {include: [\"catalog/**/*.yaml\"]}\n");
    repo.write(".portolan/blueprints/service.json", super::world::service().to_string());
    repo.write(".portolan/blueprints/system.json", super::world::system().to_string());
    repo.write(".portolan/known-entities.txt", "system\telsewhere\n");
    let spec = json!({"blueprint": "service", "identifier": "cart", "properties": {"tier": 1},
        "relations": {"system": "elsewhere"}});
    repo.write("catalog/cart.yaml", super::world::entity(&spec));
    let run = crate::cli::run(&repo, "diff --verify");
    assert_eq!((run.code, run.talk.as_str()), (0, ""), "{}", run.results);
    let head = "Catalog: the embedded catalog `.portolan/local.db`. Scope: local.\n";
    assert!(run.results.starts_with(head), "{}", run.results);
    assert!(run.results.contains("Verified: the catalog accepts every change"), "{}", run.results);
    assert!(run.results.contains("Plan: 1 to create"), "{}", run.results);
    assert_eq!(crate::cli::run(&repo, "diff --exit-code").code, 2);
    // A known foreign entity is not owned, declared or not.
    assert!(!run.results.contains("elsewhere  "), "{}", run.results);
}
