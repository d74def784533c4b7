//! Tests the origin of changes, the ownership of entities, and the hazards of deletions, with real branches and other
//! writers to the catalog.

use serde_json::{Value, json};

use super::world::{World, changes, commit, fields};

fn on_a_branch() -> World {
    let world = World::new();
    // Another writer changed the catalog.
    world.elsewhere("service", &json!({"identifier": "pay", "properties": {"tier": 9}}));
    world.repo.git(&["checkout", "--quiet", "-b", "feature"]);
    world
}

fn origins(plan: &Value) -> Vec<String> {
    let all = plan["changes"].as_array().expect("a list").iter();
    all.map(|change| format!("{} {}", change["identifier"].as_str().unwrap_or_default(), change["origin"])).collect()
}

#[test]
fn each_change_says_whether_this_branch_makes_it() {
    let world = on_a_branch();
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    commit(&world.repo, "tier");
    // Another writer owns it now, so it is foreign, and the change is still pending.
    let plan = world.json("--base main");
    assert_eq!(origins(&plan), ["cart \"this-branch\"", "pay \"already-pending\""]);
    assert_eq!(plan["base"]["name"], "main");
    assert_eq!(plan["counts"]["total"]["pending"], 1);
    let text = world.run("--base main").results;
    assert!(text.contains("Base: main ("), "{text}");
    // Without a base, the origin is unknown.
    assert_eq!(origins(&world.json("")), ["cart \"unknown\"", "pay \"unknown\""]);
    let only = world.json("--base main --only-branch");
    assert_eq!(changes(&only), ["update service/cart"]);
    assert_eq!(only["counts"]["total"]["leftOut"], 1);
    assert_eq!(only["onlyBranch"], true);
}

#[test]
fn main_that_went_on_meanwhile_is_not_this_branchs_doing() {
    let world = on_a_branch();
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    commit(&world.repo, "tier");
    world.repo.git(&["checkout", "--quiet", "main"]);
    world.write("catalog/log.yaml", &json!({"blueprint": "service", "identifier": "log", "properties": {"tier": 7}}));
    commit(&world.repo, "main goes on");
    world.repo.git(&["checkout", "--quiet", "feature"]);
    let plan = world.json("--base main");
    assert_eq!(origins(&plan), ["cart \"this-branch\"", "pay \"already-pending\""]);
}

#[test]
fn what_the_branch_drops_is_cleared_where_the_base_is_known() {
    let world = World::new();
    world.repo.git(&["checkout", "--quiet", "-b", "feature"]);
    world.cart(|cart| drop(cart["properties"].as_object_mut().expect("an object").remove("language")));
    assert_eq!(world.changes(""), Vec::<String>::new());
    // Uncommitted changes count, because the work tree is planned.
    let plan = world.json("--base main");
    assert_eq!(fields(&plan["changes"][0]), ["language: \"go\" -> null"]);
    assert_eq!(plan["changes"][0]["fields"][0]["cause"], "dropped");
    assert_eq!(plan["revision"]["dirty"], true);
}

#[test]
fn a_base_that_does_not_parse_is_no_obstacle() {
    let world = World::new();
    world.repo.write("catalog/broken.yaml", "apiVersion: getport.io/v1\nkind: Entity\nspec: {blueprint: [\n");
    commit(&world.repo, "broken");
    world.repo.git(&["checkout", "--quiet", "-b", "mended"]);
    world.repo.remove("catalog/broken.yaml");
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    commit(&world.repo, "mended");
    let plan = world.json("--base main");
    assert_eq!(origins(&plan), ["cart \"this-branch\""]);
    assert!(plan["notes"].to_string().contains("catalog/broken.yaml"), "{}", plan["notes"]);
}

#[test]
fn a_pipeline_names_the_base_and_one_that_is_missing_stops_nothing() {
    let world = on_a_branch();
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    commit(&world.repo, "tier");
    let ci = [("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request")];
    let with = |base: &'static str| [&ci[..], &[("GITHUB_BASE_REF", base)]].concat();
    let run = world.run_in("--output json", &with("main"));
    let plan: Value = serde_json::from_str(&run.results).expect("JSON");
    assert_eq!(origins(&plan), ["cart \"this-branch\"", "pay \"already-pending\""], "{}", run.talk);
    let run = world.run_in("--output json", &with("nowhere"));
    let plan: Value = serde_json::from_str(&run.results).expect("JSON");
    assert_eq!((run.code, &plan["base"]), (0, &Value::Null), "{}", run.talk);
    assert!(plan["notes"].to_string().contains("nowhere"), "{}", plan["notes"]);
    // A base that the user names must exist.
    let talk = world.run("--base nowhere").was_refused();
    assert!(talk.contains("nowhere"), "{talk}");
}

#[test]
fn somebody_elses_entity_is_shown_as_that_and_taken_over_only_on_request() {
    let world = World::new();
    world.elsewhere("service", &json!({"identifier": "stranger", "properties": {"tier": 3}}));
    world
        .write("catalog/x.yaml", &json!({"blueprint": "service", "identifier": "stranger", "properties": {"tier": 4}}));
    let plan = world.json("");
    assert_eq!(changes(&plan), ["update service/stranger"]);
    assert_eq!(plan["changes"][0]["standing"], "foreign");
    assert_eq!(plan["hazards"][0]["consent"], "adoption", "{:#}", plan["hazards"]);
    assert!(world.run("").results.contains("--adopt"));
    assert_eq!(world.json("--adopt")["hazards"], json!([]));
    // The entity already is as declared, so there is nothing to change or take over.
    world
        .write("catalog/x.yaml", &json!({"blueprint": "service", "identifier": "stranger", "properties": {"tier": 3}}));
    assert_eq!(world.changes(""), Vec::<String>::new());
    assert_eq!(world.changes("--adopt"), ["adopt service/stranger"]);
}

#[test]
fn what_is_no_longer_declared_goes_only_where_it_is_ours() {
    let world = World::new();
    world.elsewhere("service", &json!({"identifier": "stranger", "properties": {"tier": 3}}));
    world.repo.remove("catalog/log.yaml");
    assert_eq!(world.changes(""), ["delete service/log"]);
    let kept = world.json("--no-prune");
    assert_eq!((changes(&kept).len(), &kept["counts"]["total"]["kept"]), (0, &json!(1)));
    world.repo.write("portolan.yaml", format!("{}prune: {{enabled: false}}\n", super::world::CONFIG));
    assert_eq!(world.changes(""), Vec::<String>::new());
    assert_eq!(world.changes("--prune"), ["delete service/log"]);
    // The last flag counts.
    assert_eq!(world.changes("--prune --no-prune"), Vec::<String>::new());
}

#[test]
fn the_digest_to_approve_covers_the_danger_and_nothing_else() {
    let world = World::new();
    // A foreign entity has a relation to the deleted one.
    world.elsewhere("service", &json!({"identifier": "stranger", "relations": {"uses": ["log"]}}));
    world.repo.remove("catalog/log.yaml");
    let plan = world.json("");
    let approval = plan["approval"].as_str().expect("something asks for a yes");
    assert!(plan["hazards"].to_string().contains("stranger"), "{:#}", plan["hazards"]);
    let text = world.run("").results;
    assert!(text.contains(&format!("--approve {}", approval)), "{text}");
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    let more = world.json("");
    assert_eq!((changes(&more).len(), more["approval"].as_str()), (2, Some(approval)));
    assert_ne!(more["digest"], plan["digest"]);
    // Another hazard needs another approval.
    world.elsewhere("service", &json!({"identifier": "other", "relations": {"uses": ["log"]}}));
    assert_ne!(world.json("")["approval"].as_str(), Some(approval));
}

#[test]
fn who_relates_to_what_goes_away_is_seen_in_blueprints_that_nobody_named() {
    let world = World::new();
    let board = json!({"identifier": "board", "title": "Board", "schema": {"properties": {}, "required": []},
        "relations": {"shows": {"target": "system", "required": false, "many": false}}});
    world.catalog.plain.must("POST", "blueprints", Some(&board));
    world.elsewhere("board", &json!({"identifier": "wall", "relations": {"shows": "shop"}}));
    world.repo.remove("catalog/shop.yaml");
    world.cart(|cart| cart["relations"]["system"] = json!(null));
    let plan = world.json("");
    assert_eq!(changes(&plan), ["update service/cart", "delete system/shop"]);
    assert!(plan["hazards"].to_string().contains("wall"), "{:#}", plan["hazards"]);
}

#[test]
fn a_rename_is_told_as_one() {
    let world = World::new();
    world.repo.git(&["checkout", "--quiet", "-b", "feature"]);
    world.repo.git(&["mv", "catalog/log.yaml", "catalog/logs.yaml"]);
    world.write("catalog/logs.yaml", &json!({"blueprint": "service", "identifier": "logs", "properties": {"tier": 2}}));
    commit(&world.repo, "rename");
    let plan = world.json("--base main");
    assert_eq!(changes(&plan), ["rename service/logs"]);
    assert!(plan["changes"][0].to_string().contains("\"log\""), "{:#}", plan["changes"][0]);
}
