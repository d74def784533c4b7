//! Tests the content of a plan: renames of each kind, pending changes and their writers, the diagram, abbreviations,
//! and the effect of an unreadable manifest.

use serde_json::{Value, json};

use super::world::{CONFIG, World, changes, commit, entity};

/// A service with enough content to be recognised.
fn log(identifier: &str) -> Value {
    json!({"blueprint": "service", "identifier": identifier, "title": "The log", "icon": "Log",
        "properties": {"tier": 2, "language": "go", "tags": ["x", "y"]}})
}

#[test]
fn a_rename_is_known_by_the_annotation_and_by_what_is_alike() {
    let world = World::new();
    world.write("catalog/log.yaml", &log("log"));
    let pushed = crate::cli::run_with(&world.repo, "push", &world.catalog.variables());
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    let renamed = |plan: &Value| {
        assert_eq!(changes(plan), ["rename service/journal"], "{plan:#}");
        plan["changes"][0]["rename"].to_string() + &plan["changes"][0].to_string()
    };
    // Similar content in a new file that Git does not know as a rename.
    world.repo.remove("catalog/log.yaml");
    world.write("catalog/journal.yaml", &log("journal"));
    let told = renamed(&world.json("--no-base"));
    assert!(told.contains("\"log\"") && told.contains("content"), "{told}");
    // The content differs, but the manifest has the rename annotation.
    let other = json!({"blueprint": "service", "identifier": "journal", "properties": {"tier": 9}});
    let text = entity(&other).replace(
        "\"metadata\":{\"name\":\"journal\"",
        "\"metadata\":{\"name\":\"journal\",\"annotations\":{\"portolan.dev/renamed-from\":\"log\"}",
    );
    assert!(text.contains("renamed-from"), "{text}");
    world.repo.write("catalog/journal.yaml", text);
    let told = renamed(&world.json("--no-base"));
    assert!(told.contains("\"log\"") && told.contains("annotation"), "{told}");
    let text = world.run("--no-base").results;
    assert!(text.contains("annotation in its manifest") && text.contains("0 to delete, 1 to rename"), "{text}");
    // Without either, one entity is created and one deleted.
    world.write("catalog/journal.yaml", &other);
    assert_eq!(changes(&world.json("--no-base")), ["create service/journal", "delete service/log"]);
}

#[test]
fn what_was_pending_is_told_with_who_wrote_it_last_and_when() {
    let world = World::new();
    world.elsewhere("service", &json!({"identifier": "pay", "properties": {"tier": 9}}));
    world.repo.git(&["checkout", "--quiet", "-b", "feature"]);
    let plan = world.json("--base main");
    let change = &plan["changes"][0];
    assert_eq!((&change["identifier"], &change["origin"]), (&json!("pay"), &json!("already-pending")));
    let record = change.as_object().expect("an object").values().find(|value| value.get("updatedBy").is_some());
    let record = record.unwrap_or_else(|| panic!("{change:#}"));
    assert_eq!(record["updatedBy"], crate::testkit::serving::CLIENT_ID);
    assert!(record["updatedAt"].as_str().is_some_and(|at| at.ends_with('Z')), "{record}");
    for format in ["text", "markdown"] {
        let told = world.run(&format!("--base main --output {format}")).results;
        assert!(told.contains(&format!("last written by `{}`, 20", crate::testkit::serving::CLIENT_ID)), "{told}");
        assert!(told.to_lowercase().contains("already pending"), "{told}");
    }
}

#[test]
fn every_pipeline_that_names_a_base_is_understood() {
    let world = World::new();
    world.repo.git(&["checkout", "--quiet", "-b", "feature"]);
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    commit(&world.repo, "tier");
    let main = world.repo.git(&["rev-parse", "main"]).trim().to_owned();
    for (name, variables) in [
        (
            "GitHub",
            vec![("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_BASE_REF", "main")],
        ),
        (
            "GitLab",
            vec![
                ("GITLAB_CI", "true"),
                ("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"),
                ("CI_MERGE_REQUEST_DIFF_BASE_SHA", main.as_str()),
            ],
        ),
        ("Bitbucket", vec![("BITBUCKET_BUILD_NUMBER", "1"), ("BITBUCKET_PR_DESTINATION_BRANCH", "main")]),
        ("Azure", vec![("TF_BUILD", "True"), ("SYSTEM_PULLREQUEST_TARGETBRANCH", "refs/heads/main")]),
    ] {
        let variables = [&[("CI", "true")][..], &variables].concat();
        let run = world.run_in("--output json", &variables);
        let plan: Value = serde_json::from_str(&run.results).unwrap_or_else(|_| panic!("{name}: {}", run.talk));
        assert_eq!(plan["base"]["commit"], json!(main), "{name}: {:#}", plan["base"]);
        assert_eq!(plan["changes"][0]["origin"], "this-branch", "{name}");
    }
}

#[test]
fn a_comment_has_a_picture_where_relations_change_and_no_more_than_it_can_show() {
    let world = World::new();
    world.cart(|cart| cart["relations"]["uses"] = json!(["pay", "log"]));
    let picture = |markdown: &str| -> Vec<String> {
        let lines = markdown.lines().skip_while(|line| *line != "```mermaid").take_while(|line| *line != "```");
        lines.map(|line| line.trim().to_owned()).collect()
    };
    let lines = picture(&world.run("--output markdown").results);
    let node = |name: &str, class: &str| {
        let line = lines.iter().find(|line| line.contains(&format!("[\"service/{name}\"]:::{class}")));
        line.unwrap_or_else(|| panic!("{name}: {lines:#?}")).split('[').next().expect("an id").to_owned()
    };
    let (cart, log, mail) = (node("cart", "update"), node("log", "other"), node("mail", "other"));
    assert!(lines.contains(&format!("{cart} ==>|\"uses\"| {log}")), "{lines:#?}");
    assert!(lines.contains(&format!("{cart} -.->|\"uses\"| {mail}")), "{lines:#?}");
    // There is no diagram for a changed value, nor for too many nodes.
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    assert_eq!(picture(&world.run("--output markdown").results), [""; 0]);
    let names = |count: usize| (0..count).map(|at| format!("s{at:02}")).collect::<Vec<_>>();
    for (count, is_drawn) in [(39, true), (40, false)] {
        let known: String = names(count).iter().map(|name| format!("service\t{name}\n")).collect();
        world.repo.write(".portolan/known-entities.txt", known);
        for name in names(count) {
            world.elsewhere("service", &json!({"identifier": name}));
        }
        world.cart(|cart| {
            cart["relations"]["uses"] = json!([&["pay".to_owned(), "mail".to_owned()], &names(count)[..]].concat())
        });
        let lines = picture(&world.run("--output markdown").results);
        let nodes = lines.iter().filter(|line| line.contains("]:::")).count();
        assert_eq!(nodes, if is_drawn { count + 1 } else { 0 }, "{lines:#?}");
    }
}

#[test]
fn what_is_much_is_folded_and_shown_on_request() {
    let world = World::new();
    let all: String = (0..300)
        .map(|at| json!({"blueprint": "service", "identifier": format!("n{at:03}"), "properties": {"tier": at}}))
        .map(|spec| format!("---\n{}", entity(&spec)))
        .collect();
    world.repo.write("catalog/many.yaml", all);
    let folded = world.run("").results;
    let full = world.run("--full").results;
    assert!(folded.contains("`portolan diff --full` shows them") && !full.contains("abbreviated"), "{folded}");
    assert!(folded.lines().count() * 2 < full.lines().count(), "{}", folded.lines().count());
    assert!(full.contains("tier: 299"), "{full}");
    for text in [&folded, &full] {
        assert!(
            text.contains("\nPlan: 300 to create, 0 to update, 0 to delete, 0 to rename; 5 unchanged.\n"),
            "{text}"
        );
    }
}

/// If the config makes lint ignore syntax errors, a plan is made, but it deletes nothing.
#[test]
fn beside_a_manifest_that_did_not_parse_nothing_is_deleted() {
    let world = World::new();
    world.repo.write("portolan.yaml", format!("{CONFIG}rules: {{yaml-syntax: warn}}\n"));
    world.repo.remove("catalog/log.yaml");
    world.repo.write("catalog/x.yaml", "apiVersion: getport.io/v1\nkind: Entity\nspec: {blueprint: [\n");
    world.cart(|cart| cart["properties"]["tier"] = json!(5));
    let plan = world.json("");
    assert_eq!((changes(&plan), &plan["counts"]["total"]["kept"]), (vec!["update service/cart".to_owned()], &json!(1)));
    assert!(plan["hazards"].to_string().contains("catalog/x.yaml"), "{:#}", plan["hazards"]);
}
