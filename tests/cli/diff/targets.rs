//! Tests that a plan can be applied: relations have existing targets, and values are those that the entity will have.

use serde_json::{Value, json};

use super::world::{World, changes, commit, fields};
use crate::cli::run_with;

/// A service with relations to these.
fn using(name: &str, uses: &[&str]) -> Value {
    json!({"blueprint": "service", "identifier": name, "relations": {"uses": uses}})
}

#[test]
fn a_relation_to_what_neither_the_manifests_nor_the_catalog_have_is_an_obstacle() {
    let world = World::new();
    // A foreign entity exists in the catalog but not in the snapshot.
    world.elsewhere("service", &json!({"identifier": "theirs"}));
    world.elsewhere("system", &json!({"identifier": "another"}));
    world.write("catalog/one.yaml", &using("one", &["theirs", "cart"]));
    world.write(
        "catalog/two.yaml",
        &json!({"blueprint": "service", "identifier": "two", "relations": {"system": "another"}}),
    );
    assert_eq!(world.changes(""), ["create service/one", "create service/two"]);
    world.write("catalog/two.yaml", &using("two", &["theirs", "nobody"]));
    world.write(
        "catalog/three.yaml",
        &json!({"blueprint": "service", "identifier": "three", "relations": {"system": "nowhere"}}),
    );
    let run = world.run("--output json");
    assert_eq!(run.code, 1, "{}{}", run.results, run.talk);
    let plan: Value = serde_json::from_str(&run.results).expect("JSON");
    let told: Vec<String> = plan["obstacles"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|it| format!("{} {} {}", it["kind"], it["entities"][0]["identifier"], it["entities"][1]["identifier"]))
        .collect();
    assert_eq!(told, ["\"missing-target\" \"three\" \"nowhere\"", "\"missing-target\" \"two\" \"nobody\""]);
    assert_eq!(plan["obstacles"][0]["places"][0]["path"], "catalog/three.yaml");
    let text = world.run("").results.split_whitespace().collect::<Vec<_>>().join(" ");
    let sentence = "`service/two` (`catalog/two.yaml:1`) cannot be written: its relation `uses` points to \
                    `service/nobody`, which no manifest declares and the catalog does not have";
    assert!(text.contains(sentence), "{text}");
    assert!(world.run("--output markdown").results.contains("service/nobody"));
    // A push writes nothing of such a plan.
    let push = run_with(&world.repo, "push", &world.catalog.variables());
    assert_eq!(push.code, 1, "{}{}", push.results, push.talk);
    assert_eq!(world.catalog.plain.count("service"), 5);
    // A target that is declared too will exist by then.
    world.write("catalog/nobody.yaml", &using("nobody", &[]));
    world.write("catalog/three.yaml", &using("three", &["nobody"]));
    assert_eq!(changes(&world.json("")).len(), 4);
    let push = run_with(&world.repo, "push", &world.catalog.variables());
    assert_eq!(push.code, 0, "{}{}", push.results, push.talk);
}

#[test]
fn a_relation_that_leads_nowhere_is_an_obstacle_in_the_embedded_catalog_too() {
    let world = World::new();
    world.write("catalog/two.yaml", &using("two", &["nobody"]));
    let run = crate::cli::run(&world.repo, "diff --catalog local");
    assert_eq!(run.code, 1, "{}{}", run.results, run.talk);
    assert!(run.results.contains("service/nobody"), "{}", run.results);
    let push = crate::cli::run(&world.repo, "push --catalog local");
    assert_eq!(push.code, 1, "{}{}", push.results, push.talk);
}

#[test]
fn a_property_that_is_dropped_gets_its_default_and_the_plan_says_so() {
    let world = World::new();
    world.cart(|cart| cart["properties"]["plan"] = json!("gold"));
    commit(&world.repo, "gold");
    let variables = world.catalog.variables();
    assert_eq!(run_with(&world.repo, "push", &variables).code, 0);
    world.repo.git(&["checkout", "--quiet", "-b", "feature"]);
    world.cart(|_| {});
    commit(&world.repo, "no plan");
    assert_eq!(world.changes(""), Vec::<String>::new(), "without a base nobody knows that it was dropped");
    for (flags, config) in [("--base main", ""), ("", "write: replace\n")] {
        world.repo.write("portolan.yaml", format!("{}{config}", super::world::CONFIG));
        let plan = world.json(flags);
        assert_eq!(fields(&plan["changes"][0]), ["plan: \"gold\" -> \"free\""], "{flags}");
        for format in ["text", "markdown"] {
            let told = world.run(&format!("{flags} --output {format}")).results;
            assert!(told.contains("free") && told.contains("the blueprint's default"), "{told}");
        }
    }
    world.repo.write("portolan.yaml", super::world::CONFIG);
    let push = run_with(&world.repo, "push --base main", &variables);
    assert_eq!(push.code, 0, "{}{}", push.results, push.talk);
    let stored = world.catalog.plain.must("GET", "blueprints/service/entities/cart", None);
    assert_eq!(stored["entity"]["properties"]["plan"], "free");
    assert_eq!(world.changes("--base main"), Vec::<String>::new());
}

#[test]
fn an_approval_holds_for_one_catalog_one_target_and_one_scope() {
    let world = World::new();
    world.repo.write(
        "portolan.yaml",
        format!(
            "{}prune: {{max: 0}}\ntargets:\n  staging: {{}}\n  other: {{scope: acme/other}}\n",
            super::world::CONFIG
        ),
    );
    world.repo.remove("catalog/log.yaml");
    let approval = |flags: &str| world.json(flags)["approval"].as_str().map(str::to_owned);
    let one = approval("").expect("a delete needs approval");
    assert_eq!(one.len(), 48);
    assert_eq!(approval("").as_ref(), Some(&one));
    let staging = approval("--target staging").expect("a delete needs approval");
    assert_ne!(staging, one);
    // Another catalog with the same entities.
    let local = |flags: &str| crate::cli::run(&world.repo, &format!("--catalog local {flags}"));
    world.repo.git(&["checkout", "--quiet", "catalog/log.yaml"]);
    assert_eq!(local("push").code, 0);
    world.repo.remove("catalog/log.yaml");
    let refused = local(&format!("push --approve {one}"));
    assert_eq!(refused.code, 4, "{}{}", refused.results, refused.talk);
    let variables = world.catalog.variables();
    let refused = run_with(&world.repo, &format!("push --target staging --approve {one}"), &variables);
    assert_eq!(refused.code, 4, "{}{}", refused.results, refused.talk);
    // Another commit, file and layout with the same content.
    commit(&world.repo, "log is gone");
    let cart = world.repo.read("catalog/cart.yaml");
    world.repo.remove("catalog/cart.yaml");
    world.repo.write("catalog/moved.yaml", format!("# moved\n\n{cart}"));
    commit(&world.repo, "moved");
    assert_eq!(approval("").as_ref(), Some(&one));
    let pushed = run_with(&world.repo, &format!("push --approve {one}"), &variables);
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
}
