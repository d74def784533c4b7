//! Tests that the command which a plan recommends applies that plan: it repeats the flags. Also tests what a plan says
//! about renames, deletes and how to proceed.

use serde_json::json;

use super::world::{World, changes, commit, entity};
use crate::cli::{Run, run_with};

/// The command in the last line of a text.
#[track_caller]
fn recommended(text: &str) -> String {
    let last = text.lines().last().expect("there is a last line");
    last.split('`').rev().nth(1).and_then(|it| it.strip_prefix("portolan ")).expect(last).to_owned()
}

/// Runs the recommended command.
#[track_caller]
fn follow(world: &World, flags: &str) -> (String, Run) {
    let run = world.run(flags);
    let line = recommended(&run.results);
    (line.clone(), run_with(&world.repo, &line, &world.catalog.variables()))
}

#[test]
fn what_was_not_to_be_deleted_is_not_deleted_by_what_is_recommended() {
    let world = World::new();
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    world.repo.remove("catalog/log.yaml");
    let (line, run) = follow(&world, "--no-prune");
    assert_eq!((line.as_str(), run.code), ("push --no-prune", 0), "{}", run.talk);
    assert!(run.results.contains("1 updated, 0 deleted"), "{}", run.results);
    assert_eq!(world.changes(""), ["delete service/log"]);
    world.repo.write("portolan.yaml", format!("{}prune: {{enabled: false}}\n", super::world::CONFIG));
    assert_eq!(follow(&world, "--prune").0, "push --prune");
    assert_eq!(world.changes("--prune"), Vec::<String>::new());
}

#[test]
fn a_base_that_was_named_is_named_again() {
    let world = World::new();
    world.repo.git(&["checkout", "--quiet", "-b", "feature"]);
    world.cart(|cart| drop(cart["properties"].as_object_mut().expect("an object").remove("language")));
    // A foreign entity has a relation to the deleted one.
    world.elsewhere("service", &json!({"identifier": "stranger", "relations": {"uses": ["log"]}}));
    world.repo.remove("catalog/log.yaml");
    let summary = world.run("--base main --output summary").results;
    let (line, run) = follow(&world, "--base main");
    assert!(line.starts_with("push --base main --approve "), "{line}");
    assert!(summary.ends_with(&format!("; needs approval: portolan {line}\n")), "{summary}");
    assert_eq!(run.code, 0, "{}{}", run.results, run.talk);
    assert_eq!(world.changes("--base main"), Vec::<String>::new());
    // A base from the pipeline is not repeated, because the pipeline names it again.
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    let ci = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_BASE_REF", "main")];
    let text = world.run_in("", &ci).results;
    assert!(text.contains("Base: main") && recommended(&text) == "push", "{text}");
}

#[test]
fn a_catalog_and_a_part_that_were_named_are_named_again() {
    let world = World::new();
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    world.write("catalog/log.yaml", &json!({"blueprint": "service", "identifier": "log", "properties": {"tier": 7}}));
    let [(_, url), rest @ ..] = world.catalog.variables();
    let flags = format!("diff --catalog {url} --only catalog/log.yaml");
    let text = run_with(&world.repo, &flags, &rest).results;
    let line = recommended(&text);
    assert_eq!(line, format!("push --catalog {url} --only catalog/log.yaml"));
    assert!(run_with(&world.repo, &line, &rest).results.contains("1 updated"), "{line}");
    assert_eq!(world.changes(""), ["update service/cart"]);
    let here = world.repo.path().display().to_string();
    let run = world.run(&format!("-C {here}/catalog --config {here}/portolan.yaml"));
    assert_eq!(recommended(&run.results), "push -C [ROOT]/catalog --config [ROOT]/portolan.yaml");
}

#[test]
fn a_plan_in_a_file_is_pushed_from_there() {
    let world = World::new();
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    let run = world.run("--no-prune --out p.json --output text --output markdown=c.md");
    assert_eq!(recommended(&run.results), "push --plan p.json");
    assert!(
        !run.results.contains("push --no-prune") && run.talk.contains("`portolan push --plan p.json`"),
        "{}",
        run.talk
    );
    // The reader of a comment does not have the plan file, and merges instead.
    assert!(!world.repo.read("c.md").contains("portolan push"));
}

#[test]
fn what_a_yes_takes_over_is_told_and_taken() {
    let world = World::new();
    for (name, tier) in [("one", 3), ("two", 3)] {
        world.elsewhere("service", &json!({"identifier": name, "properties": {"tier": tier}}));
        let spec = json!({"blueprint": "service", "identifier": name, "properties": {"tier": 3}});
        world.write(&format!("catalog/{name}.yaml"), &spec);
    }
    world.write("catalog/one.yaml", &json!({"blueprint": "service", "identifier": "one", "properties": {"tier": 4}}));
    let text = world.run("").results;
    let flat = text.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("`--adopt` writes it, and takes over 1 more that is as declared"), "{text}");
    assert!(flat.contains("from then on both belong to `acme/shop`, which may delete them"), "{text}");
    let (line, run) = follow(&world, "");
    assert_eq!(line, "push --adopt");
    assert!(run.results.contains("1 updated, 0 deleted, 0 renamed, 1 adopted"), "{}", run.results);
    // A given flag is repeated.
    world.elsewhere("service", &json!({"identifier": "one", "properties": {"tier": 3}}));
    assert_eq!(recommended(&world.run("--adopt").results), "push --adopt");
}

#[test]
fn what_the_catalog_would_refuse_is_not_recommended() {
    let world = World::new();
    world.catalog.change("service", |blueprint| {
        blueprint["schema"]["properties"]["tier"]["maximum"] = json!(9);
    });
    world.cart(|cart| cart["properties"]["tier"] = json!(40));
    let run = world.run("--verify");
    assert_eq!(run.code, 1, "{}", run.talk);
    assert!(run.results.ends_with("The catalog would reject 1 change (listed above).\n"), "{}", run.results);
}

#[test]
fn a_rename_in_its_file_is_one_though_something_else_changed() {
    let world = World::new();
    world.repo.git(&["checkout", "--quiet", "-b", "feature"]);
    let logs = |tier: u32| json!({"blueprint": "service", "identifier": "logs", "properties": {"tier": tier}});
    world.write("catalog/log.yaml", &logs(3));
    let plan = world.json("--base main");
    assert_eq!(
        (changes(&plan), &plan["changes"][0]["renamedBy"]),
        (vec!["rename service/logs".to_owned()], &json!("place"))
    );
    // Without a base, the old position is unknown. Equal content still identifies the rename.
    assert_eq!(world.changes(""), ["delete service/log", "create service/logs"]);
    world.write("catalog/log.yaml", &json!({"blueprint": "service", "identifier": "log", "title": "Log"}));
    assert_eq!(run_with(&world.repo, "push", &world.catalog.variables()).code, 0);
    let mut titled = logs(3);
    titled["title"] = json!("Log");
    world.write("catalog/log.yaml", &titled);
    let run = world.run("");
    let flat = run.results.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(flat.contains("`service/logs` is created and looks like `service/log`"), "{}", run.results);
    assert!(flat.contains("portolan.dev/renamed-from"), "{}", run.results);
    titled["properties"]["tier"] = json!(2);
    world.write("catalog/log.yaml", &titled);
    assert_eq!(world.changes(""), ["rename service/logs"]);
}

#[test]
fn a_delete_tells_where_it_was_declared_and_how_to_let_go_of_it() {
    let world = World::new();
    world.repo.git(&["checkout", "--quiet", "-b", "feature"]);
    world.repo.remove("catalog/pay.yaml");
    world.cart(|cart| drop(cart["relations"].as_object_mut().expect("an object").remove("uses")));
    let plan = world.json("");
    let message = plan["hazards"][0]["message"].as_str().expect("there is a hazard").to_owned();
    assert!(message.contains("`uses: null` clears it") && message.contains("`--base`"), "{message}");
    assert_eq!(plan["hazards"][0]["dependents"][0]["after"], "unnamed");
    let known = world.json("--base main");
    assert_eq!((&known["hazards"], known["changes"].as_array().map(Vec::len)), (&json!([]), Some(2)));
    assert!(
        world.run("--base main").results.contains("  was in catalog/pay.yaml:1"),
        "{}",
        world.run("--base main").results
    );
    world.cart(|cart| cart["relations"]["uses"] = json!(null));
    assert_eq!(world.json("")["hazards"], json!([]));
}

#[test]
fn a_circle_that_nobody_can_enter_names_its_lines_and_its_way_out() {
    let world = World::new();
    let twin = json!({"identifier": "twin", "title": "Twin", "schema": {"properties": {}, "required": []},
        "relations": {"other": {"target": "twin", "required": true, "many": false}}});
    world.catalog.plain.must(
        "POST",
        "blueprints",
        Some(&json!({"identifier": "twin", "title": "Twin",
        "schema": {"properties": {}, "required": []}, "relations": {}})),
    );
    let relations = json!({"relations": twin["relations"]});
    world.catalog.plain.must("PATCH", "blueprints/twin", Some(&relations));
    world.repo.write(".portolan/blueprints/twin.json", twin.to_string());
    let one = |name: &str, other: &str| json!({"blueprint": "twin", "identifier": name, "relations": {"other": other}});
    let both = format!("---\n{}---\n{}", entity(&one("a", "b")), entity(&one("b", "a")));
    world.repo.write("catalog/twins.yaml", both);
    commit(&world.repo, "twins");
    let run = world.run("");
    let flat = run.results.split_whitespace().collect::<Vec<_>>().join(" ");
    assert_eq!(run.code, 1, "{}{}", run.results, run.talk);
    assert!(
        flat.contains("`twin/a` (`catalog/twins.yaml:2`) -> `twin/b` (`catalog/twins.yaml:4`) -> `twin/a`"),
        "{flat}"
    );
    assert!(
        flat.contains("make one of these relations optional in its blueprint, or let one of them point to"),
        "{flat}"
    );
    let push = run_with(&world.repo, "push", &world.catalog.variables());
    assert!(push.talk.contains("fix each obstacle that the plan lists"), "{}", push.talk);
}
