//! Tests what prevents a plan: lint errors, and blueprints that the catalog lacks. They are reported in the requested
//! format, so that they replace the plan.

use serde_json::{Value, json};

use super::world::{World, at, commit};
use crate::cli::run_with;

const BROKEN: &str = "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: x}\nspec: {blueprint: service, \
                      identifier: x, properties: {tier: high}}\n";

#[test]
fn wrong_manifests_are_shown_and_nothing_is_asked_of_the_catalog() {
    let world = World::new();
    world.repo.write("catalog/x.yaml", BROKEN);
    // Nothing listens at this address.
    let nowhere = at("http://127.0.0.1:9");
    let run = |flags: &str| run_with(&world.repo, &format!("diff {flags}"), &nowhere);
    let text = run("--exit-code");
    assert_eq!(text.code, 1, "{}", text.talk);
    assert!(text.results.contains("error[wrong-property-type]"), "{}", text.results);
    assert!(text.results.contains("catalog/x.yaml:4:"), "{}", text.results);
    assert!(text.talk.contains("nothing was compared with the catalog"), "{}", text.talk);
    let json: Value = serde_json::from_str(&run("--output json").results).expect("JSON");
    assert_eq!((&json["format"], &json["summary"]["errors"]), (&json!("portolan.lint/1"), &json!(1)));
    let markdown = run("--output markdown").results;
    assert!(markdown.starts_with("<!-- portolan:diff acme/shop -->\n### ❌ portolan lint\n"), "{markdown}");
    assert_eq!(run("--output summary").results, "No plan: 1 error in the manifests\n");
    // The marker is that of a plan's comment.
    world.repo.remove("catalog/x.yaml");
    let plan = world.run("--output markdown").results;
    assert_eq!(plan.lines().next(), markdown.lines().next());
}

#[test]
fn warnings_are_counted_and_stop_nothing() {
    let world = World::new();
    world.repo.write("portolan.yaml", format!("{}rules: {{wrong-property-type: warn}}\n", super::world::CONFIG));
    world.repo.write("catalog/x.yaml", BROKEN);
    let run = world.run("");
    assert_eq!(run.code, 0, "{}{}", run.results, run.talk);
    assert!(run.results.contains("1 warning"), "{}", run.results);
    assert!(!run.results.contains("wrong-property-type"), "{}", run.results);
    assert!(!world.run("-q").results.contains("1 warning"));
}

#[test]
fn the_whole_repository_counts_not_the_branch() {
    let world = World::new();
    world.repo.write("catalog/x.yaml", BROKEN);
    commit(&world.repo, "broken on main");
    world.repo.git(&["checkout", "--quiet", "-b", "feature"]);
    assert_eq!(world.run("--base main").code, 1);
}

#[test]
fn a_blueprint_that_the_catalog_lacks_is_shown_where_it_is_named() {
    let world = World::new();
    let board = json!({"identifier": "board", "title": "Board", "schema": {"properties": {}}, "relations": {}});
    world.repo.write(".portolan/blueprints/board.json", board.to_string());
    for name in ["one", "two"] {
        world.repo.write(
            &format!("catalog/{name}.yaml"),
            format!("apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\nspec:\n  blueprint: board\n  identifier: {name}\n"),
        );
    }
    let run = world.run("--exit-code");
    assert_eq!(run.code, 1, "{}", run.talk);
    assert!(run.results.contains("The blueprint `board` of 2 entities is not in"), "{}", run.results);
    assert!(run.results.contains(&world.catalog.serving.url), "{}", run.results);
    for place in ["catalog/one.yaml:5:14", "catalog/two.yaml:5:14"] {
        assert!(run.results.contains(place), "{place}: {}", run.results);
    }
    let json: Value = serde_json::from_str(&world.run("--output json").results).expect("JSON");
    assert_eq!(json["findings"][0]["rule"], "unknown-blueprint");
}

#[test]
fn a_snapshot_that_is_behind_is_said_once() {
    let world = World::new();
    assert_eq!(world.json("")["notes"], json!([]));
    world.catalog.change("service", |blueprint| {
        blueprint["schema"]["properties"]["port"] = json!({"type": "number"});
    });
    let notes = world.json("")["notes"].to_string();
    assert!(notes.contains("`service`") && notes.contains("portolan pull"), "{notes}");
}

#[test]
fn globs_that_match_nothing_do_not_empty_the_catalog() {
    let world = World::new();
    world.repo.write("portolan.yaml", "scope: acme/shop\nmanifests: {include: [\"catlog/**/*.yaml\"]}\n");
    let talk = world.run("").was_refused();
    assert!(talk.contains("manifests.include"), "{talk}");
}
