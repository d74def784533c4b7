//! Tests drift: what somebody changed in the catalog differs from what was not pushed, and the report has both ways out.

use serde_json::{Value, json};

use super::world::{World, commit};
use crate::testkit::counts::planned;

/// Somebody changes the tier of `mail` and the title of `cart` in the catalog; Git has a new title of `pay`.
fn drifted() -> World {
    let world = World::new();
    world.elsewhere("service", &json!({"identifier": "mail", "properties": {"tier": 5}}));
    world.elsewhere("service", &json!({"identifier": "cart", "title": "Somebody's"}));
    let pay = json!({"blueprint": "service", "identifier": "pay", "title": "Pay", "properties": {"tier": 2}});
    world.write("catalog/pay.yaml", &pay);
    world
}

#[test]
fn drift_and_pending_work_are_verdicts_of_their_own() {
    let world = drifted();
    let codes = ["changed", "drift", "missing", "extra"].map(|kind| world.run(&format!("--fail-on {kind}")).code);
    assert_eq!(codes, [2, 2, 0, 0]);
    let talk = world.run("--fail-on missing,extra,changed,drift").talk;
    assert!(talk.contains("`--fail-on changed`: 3 entities (2 drifted, 1 pending)."), "{talk}");
    assert!(talk.contains("`--fail-on drift`: 2 entities"), "{talk}");
    // Nobody changed the catalog: all of it is pending work.
    let world = World::new();
    world.cart(|cart| cart["title"] = "Another".into());
    world.write("catalog/new.yaml", &json!({"blueprint": "service", "identifier": "new"}));
    world.repo.remove("catalog/log.yaml");
    let run = world.run("--fail-on drift");
    assert_eq!((run.code, planned(&run.results)), (0, [1, 1, 1, 0, 0, 3]), "{}", run.talk);
    let run = world.run("--fail-on missing,extra,changed");
    assert_eq!(run.code, 2);
    for verdict in ["missing`: 1 entity (", "extra`: 1 entity (pending", "changed`: 1 entity (0 drifted, 1 pending)"] {
        assert!(run.talk.contains(verdict), "{verdict}: {}", run.talk);
    }
    assert!(!run.results.contains("--drifted"), "{}", run.results);
    assert_eq!(world.run("--fail-on drift --blueprints live").code, 64);
}

#[test]
fn every_report_names_the_last_writer_and_the_two_ways_out() {
    let world = drifted();
    let flags = format!("--catalog {}", world.catalog.serving.url);
    let run = world
        .run(&format!("{flags} --fail-on changed --output text --output markdown=out.md --output summary=line.txt"));
    let pull = format!("portolan pull {flags} --entities --only service/cart --only service/mail");
    let push = format!("portolan push {flags} --only catalog/cart.yaml --only catalog/mail.yaml --adopt");
    let page = world.repo.read("out.md");
    for report in [&run.results, &page] {
        assert!(report.contains(&pull) && report.contains(&push), "{report}");
        assert!(report.contains("2 declared entities have drifted"), "{report}");
    }
    let block = run.results.split("drift:").nth(1).expect("a part about drift");
    assert!(block.contains("service/mail: ") && block.contains("last written by"), "{block}");
    assert!(world.repo.read("line.txt").contains("; 2 drifted"));
    let plan: Value = serde_json::from_str(&world.run("--fail-on drift --output json").results).expect("JSON");
    let marked = |change: &Value| (change["identifier"].clone(), change["drifted"].clone());
    let marks: Vec<_> = plan["changes"].as_array().expect("a list").iter().map(marked).collect();
    assert_eq!(json!(marks), json!([["cart", true], ["mail", true], ["pay", false]]));
    assert_eq!(plan["drift"]["entities"], 2);
    // A run that does not ask for differences is about the push.
    let plain = world.run("");
    assert!(plain.results.contains("last written by") && !plain.results.contains("drift:"), "{}", plain.results);
    // The job summary of a scheduled run.
    let summary = world.repo.path().join("summary.md");
    let summary = summary.to_str().expect("UTF-8");
    world.run_in("--fail-on changed", &[("GITHUB_ACTIONS", "true"), ("CI", "true"), ("GITHUB_STEP_SUMMARY", summary)]);
    assert!(world.repo.read("summary.md").contains("#### Drift"), "{}", world.repo.read("summary.md"));
}

/// A pull request is about what merging does: what it changes itself has not drifted, and no command is for a laptop.
#[test]
fn a_branch_has_not_drifted_where_it_changes_the_entity() {
    let world = World::new();
    world.repo.git(&["checkout", "--quiet", "-b", "topic"]);
    world.cart(|cart| cart["title"] = "Another".into());
    commit(&world.repo, "a title");
    world.elsewhere("service", &json!({"identifier": "cart", "title": "Somebody's"}));
    let base = world.repo.git(&["rev-parse", "HEAD~1"]);
    let flags = format!("--base {}", base.trim());
    assert_eq!(world.run(&format!("{flags} --fail-on drift")).code, 0);
    world.elsewhere("service", &json!({"identifier": "mail", "properties": {"tier": 5}}));
    assert_eq!(world.run(&format!("{flags} --fail-on drift")).code, 2);
    let plan = world.json(&flags);
    assert_eq!((&plan["drift"], &plan["changes"][1]["drifted"]), (&Value::Null, &Value::Bool(true)), "{plan:#}");
}

#[test]
fn both_ways_out_end_the_drift() {
    let world = drifted();
    let pulled = world.catalog.run(&world.repo, "pull --entities --only service/cart");
    assert_eq!(pulled.code, 0, "{}{}", pulled.results, pulled.talk);
    assert!(world.repo.read("catalog/cart.yaml").contains("Somebody's"));
    assert_eq!(world.changes("")[..], ["update service/mail", "update service/pay"]);
    let pushed = world.catalog.run(&world.repo, "push --only catalog/mail.yaml --adopt");
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    assert_eq!(world.changes("")[..], ["update service/pay"]);
    assert_eq!(world.run("--fail-on drift").code, 0);
}
