//! Tests `diff`: what it compares, reports and refuses. Over HTTP and with the embedded catalog, in real branches.

mod absent;
mod again;
mod catalogs;
mod circumstances;
mod drift;
mod fields;
mod gate;
mod impact;
mod input;
mod offline;
mod policies;
mod sides;
mod targets;
mod told;
mod verify;
pub mod world;

use crate::cli::{run, run_with};
use crate::testkit::Repo;
use crate::testkit::counts::planned;
use crate::testkit::errors::assert_error;
use crate::testkit::says::{CONFLICTING_FLAGS, did_you_mean};
use world::{World, shop};

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_read() {
    let repo = shop();
    for (line, words) in [
        ("diff --output yaml", "`text`, `json`, `markdown`, `summary`"),
        ("diff --output mardown", did_you_mean!("markdown")),
        ("diff --output json=", "a file is missing after `=`"),
        ("diff --output json=-", "drop `=-` for standard output"),
        ("diff --out -", "not a file"),
        ("diff --base main --no-base", CONFLICTING_FLAGS),
        ("diff --only-branch --no-base", CONFLICTING_FLAGS),
        ("diff --only-branch", "--base"),
        ("diff catalog/cart.yaml", "unexpected argument"),
        ("diff --force", "--force"),
    ] {
        let talk = run(&repo, line).was_refused();
        assert!(talk.contains(words), "{line}: {talk}");
    }
    for (line, code, words) in [
        ("diff --out portolan.yaml", "no-place-for-a-plan", "it exists and is not a plan file"),
        ("diff --output json --output text", "shared-output", "standard output"),
        ("diff --output json=a --output text=./a", "shared-output", "`./a`"),
        ("diff --base no-such-branch", "git-unknown-revision", "no-such-branch"),
        ("diff --catalog asia", "invalid-setting", "region `asia`"),
        ("diff --target nowhere", "unknown-target", "nowhere"),
    ] {
        let talk = run(&repo, line).was_refused();
        assert_error(&talk, code);
        assert!(talk.contains(words), "{line}: {talk}");
    }
}

#[test]
fn a_catalog_elsewhere_wants_to_know_whose_entities_are_meant() {
    let repo = Repo::new();
    repo.write("catalog/a.yaml", world::entity(&world::cart()));
    let talk = run_with(&repo, "diff", &world::at("http://127.0.0.1:9")).was_refused();
    assert_error(&talk, "no-scope");
    assert!(talk.contains("PORTOLAN_SCOPE"), "{talk}");
    let named = [&world::at("http://127.0.0.1:9")[..], &[("PORTOLAN_SCOPE", "acme/shop")]].concat();
    assert_eq!(run_with(&repo, "diff", &named).code, 5);
}

#[test]
fn credentials_that_are_half_there_are_told_by_name() {
    let repo = shop();
    let half = [("PORTOLAN_CATALOG", "eu"), ("PORT_CLIENT_ID", "somebody")];
    let talk = run_with(&repo, "diff", &half).was_refused();
    assert_error(&talk, "no-credentials");
    assert!(talk.contains("`PORT_CLIENT_SECRET`"), "{talk}");
}

#[test]
fn changes_are_told_by_the_exit_code_on_request() {
    let world = World::new();
    assert_eq!(world.run("--exit-code").code, 0);
    world.cart(|cart| cart["title"] = "Another".into());
    assert_eq!(world.run("").code, 0);
    let run = world.run("--exit-code --output summary");
    assert_eq!(run.code, 2, "{}", run.talk);
    assert_eq!((planned(&run.results), run.results.lines().count()), ([0, 1, 0, 0, 0, 4], 1), "{}", run.results);
}

#[test]
fn several_reports_of_one_run_agree_and_go_where_they_are_sent() {
    let world = World::new();
    world.cart(|cart| cart["title"] = "Another".into());
    let run = world.run("--output text --output json=plan.json --output markdown=out.md --output summary=line.txt");
    assert_eq!((run.code, run.talk.as_str()), (0, ""), "{}", run.results);
    let line = world.repo.read("line.txt");
    assert!(run.results.contains(line.trim()), "{line}{}", run.results);
    assert!(world.repo.read("out.md").contains("updates 1 entity"));
    let plan: serde_json::Value = serde_json::from_str(&world.repo.read("plan.json")).expect("JSON");
    assert_eq!(plan["counts"]["total"]["update"], 1);
}

#[test]
fn each_kind_of_difference_fails_the_run_on_request() {
    let repo = Repo::new();
    let service = r#"{"identifier": "service", "title": "Service", "schema": {"properties": {}}, "relations": {}}"#;
    let manifest = |names: &[&str], title: &str| -> String {
        let one = |name: &&str| {
            format!(
                "---\napiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\n\
                 spec: {{blueprint: service, identifier: {name}, title: {title}}}\n"
            )
        };
        names.iter().map(one).collect()
    };
    repo.write("portolan.yaml", "scope: acme/catalog\n").write(".portolan/blueprints/service.json", service);
    let code = |flags: &str| super::run(&repo, &format!("diff {flags}")).code;
    repo.write("catalog/all.yaml", manifest(&["a", "b", "c"], "One"));
    assert_eq!(super::run(&repo, "push").code, 0);
    assert_eq!(code("--fail-on hazard,missing,extra,changed"), 0, "there is no difference");
    repo.write("catalog/all.yaml", manifest(&["a", "b", "c", "d"], "One"));
    assert_eq!(["missing", "extra", "changed", "hazard"].map(|it| code(&format!("--fail-on {it}"))), [2, 0, 0, 0]);
    repo.write("catalog/all.yaml", manifest(&["a", "b", "c"], "Two"));
    assert_eq!(["missing", "extra", "changed", "hazard"].map(|it| code(&format!("--fail-on {it}"))), [0, 0, 2, 0]);
    // An entity that is no longer declared counts as extra, whether or not it is deleted.
    repo.write("catalog/all.yaml", manifest(&["a", "b"], "One"));
    for prune in ["", "--no-prune"] {
        let codes = ["missing", "extra", "changed"].map(|it| code(&format!("{prune} --fail-on {it}")));
        assert_eq!(codes, [0, 2, 0], "{prune}");
    }
    repo.write("portolan.yaml", "scope: acme/catalog\nprune: {max: 0}\n");
    assert_eq!((code("--fail-on hazard"), code("--fail-on extra,hazard"), code("--exit-code"), code("")), (4, 4, 2, 0));
    let plan = super::run(&repo, "diff --output json").results;
    let plan: serde_json::Value = serde_json::from_str(&plan).expect("JSON");
    let digest = plan["approval"].as_str().expect("a digest");
    assert_eq!(code(&format!("--fail-on hazard --approve {digest}")), 0);
    assert_eq!(code(&format!("--fail-on hazard --fail-on extra --approve {digest}")), 2);
    let talk = super::run(&repo, "diff --fail-on hazzard").was_refused();
    assert!(talk.contains("hazard"), "{talk}");
    assert_eq!(super::run(&repo, &format!("diff --approve {digest}")).code, 64, "it approves nothing by itself");
}
