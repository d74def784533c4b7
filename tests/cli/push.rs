//! Tests `push`: declared changes are applied once, hazards need approval, and after any interruption the next push
//! completes them.

mod adopted;
mod approved;
mod confirmed;
mod hostile_trees;
mod plan_file;
mod provenance;
mod renamed;

use std::process::{Command, Stdio};

use serde_json::{Value, json};

use super::{Run, run, run_with};
use crate::testkit::Repo;
use crate::testkit::counts::{planned, pushed};
use crate::testkit::errors::assert_error;
use crate::testkit::plain::Plain;
use crate::testkit::says::{CONFLICTING_FLAGS, EMBEDDED_CATALOG, ONE_HAZARD};
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET, Serving};

const BLUEPRINT: &str = r#"{"identifier": "service", "title": "Service",
  "schema": {"properties": {"size": {"type": "number"}}},
  "relations": {"next": {"target": "service", "required": false, "many": false}}}"#;

fn manifests(range: std::ops::Range<u32>) -> String {
    let one = |at: u32| {
        format!(
            "---\napiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: s{at}}}\n\
             spec: {{blueprint: service, identifier: s{at}, properties: {{size: {at}}}}}\n"
        )
    };
    range.map(one).collect()
}

/// A repository with `count` services.
fn services(count: u32) -> Repo {
    let repo = Repo::new();
    repo.write("portolan.yaml", "scope: acme/catalog\nprune: {max: 5}\n");
    repo.write(".portolan/blueprints/service.json", BLUEPRINT).write("catalog/all.yaml", manifests(0..count));
    repo
}

/// A server with the blueprint.
fn server(flags: &[&str]) -> (Serving, Plain) {
    let serving = Serving::start(&[&["--store", "memory"], flags].concat());
    let plain = Plain::connect(&serving.url);
    let bare =
        json!({"identifier": "service", "title": "Service", "schema": {"properties": {"size": {"type": "number"}}}});
    plain.must("POST", "blueprints", Some(&bare));
    let relations = json!({"relations": {"next": {"target": "service", "required": false, "many": false}}});
    plain.must("PATCH", "blueprints/service", Some(&relations));
    (serving, plain)
}

fn push(repo: &Repo, serving: &Serving, flags: &str) -> Run {
    let variables = [("PORT_CLIENT_ID", CLIENT_ID), ("PORT_CLIENT_SECRET", CLIENT_SECRET)];
    run_with(repo, &format!("push --catalog {} {flags}", serving.url), &variables)
}

fn acme() -> Repo {
    let repo = Repo::new();
    repo.copy_example("acme");
    repo
}

#[test]
fn an_example_is_pushed_and_then_there_is_nothing_to_do() {
    let repo = acme();
    let first = run(&repo, "push");
    assert_eq!(first.code, 0, "{}{}", first.results, first.talk);
    let head = format!("Catalog: {EMBEDDED_CATALOG}. Scope: acme/catalog.");
    assert!(first.results.starts_with(&head), "{}", first.results);
    assert_eq!(planned(&first.results), [109, 0, 0, 0, 0, 0], "{}", first.results);
    assert_eq!(pushed(&first.results), [109, 0, 0, 0, 0, 0], "{}", first.results);
    let hint = "Change a manifest";
    assert!(first.talk.contains(hint), "{}", first.talk);
    let second = run(&repo, "push");
    assert_eq!(second.code, 0, "{}", second.talk);
    assert!(!second.talk.contains(hint), "{}", second.talk);
    assert_eq!(planned(&second.results), [0, 0, 0, 0, 0, 109], "{}", second.results);
    assert_eq!(run(&repo, "diff --exit-code").code, 0);
}

#[test]
fn where_a_cluster_writes_that_is_said() {
    let repo = services(2);
    repo.write("portolan.yaml", "scope: acme/catalog\ndelivery: cluster\n");
    let run = run(&repo, "push");
    assert_eq!(run.code, 0, "{}", run.talk);
    let told = run.results.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(told.contains("With `delivery: cluster`, the exporter in the cluster writes these entities too"), "{told}");
}

#[test]
fn over_http_it_is_the_same() {
    let (repo, (serving, plain)) = (services(120), server(&[]));
    let first = push(&repo, &serving, "");
    assert_eq!(first.code, 0, "{}{}", first.results, first.talk);
    assert!(first.results.starts_with(&format!("Catalog: {}. Scope: acme/catalog.", serving.url)), "{}", first.results);
    assert_eq!(plain.count("service"), 120);
    let second = push(&repo, &serving, "");
    assert_eq!(second.code, 0, "{}", second.talk);
    assert_eq!(planned(&second.results), [0, 0, 0, 0, 0, 120], "{}", second.results);
}

#[test]
fn a_pipeline_says_which_catalog_it_means() {
    let repo = services(1);
    let talk = run_with(&repo, "push", &[("CI", "true")]).was_refused();
    assert_error(&talk, "push-not-named");
    assert!(talk.contains("PORT_CLIENT_ID") && talk.contains("--catalog"), "{talk}");
    assert_eq!(run_with(&repo, "push --catalog local", &[("CI", "true")]).code, 0);
}

#[test]
fn one_credential_without_the_other_is_an_error_and_never_the_embedded_catalog() {
    for (set, missing) in [("PORT_CLIENT_ID", "PORT_CLIENT_SECRET"), ("PORT_CLIENT_SECRET", "PORT_CLIENT_ID")] {
        for verb in ["push", "diff", "pull"] {
            let repo = services(1);
            let run = run_with(&repo, verb, &[(set, "x")]);
            assert_eq!(run.code, 64, "{verb}: {}", run.talk);
            assert_error(&run.talk, "no-credentials");
            assert!(run.talk.contains(&format!("`{missing}` is not")), "{verb}: {}", run.talk);
            assert!(!repo.path().join(".portolan/local.db").exists(), "{verb} made an embedded catalog");
        }
        assert_eq!(run_with(&services(1), "lint", &[(set, "x")]).code, 0, "lint needs no credentials");
    }
}

#[test]
fn a_variable_that_says_this_is_not_ci_is_believed_everywhere() {
    for variables in [&[("CI", "false")][..], &[("CI", "0")], &[("CI", "false"), ("GITHUB_ACTIONS", "true")]] {
        assert_eq!(run_with(&services(1), "push", variables).code, 0, "{variables:?}");
    }
    assert_eq!(run_with(&services(1), "push", &[("TF_BUILD", "True")]).code, 64, "Azure Pipelines sets no CI");
}

#[test]
fn what_makes_no_sense_is_refused_before_anything_is_read() {
    let repo = Repo::new();
    for (line, words) in [
        ("push --approve yes", "an approval digest is 48 hexadecimal digits"),
        ("push --approve 00070e151c2x", "an approval digest is 48 hexadecimal digits"),
        ("push --approve 00070e15", "copy all of it"),
        ("push --approve 00070e151c232a31383f464d545b626970777e858c939aa", "has 48 digits and this has 47"),
        ("push --approve 00070E151C232A31383F464D545B626970777E858C939AA1", "lower case"),
        ("push --approve 00070e151c23", "of an earlier version or an incomplete one; run `portolan diff`"),
        (
            "push --approve 00070e151c232a31383f464d545b626970777e858c939aa1a8afb6bdc4cbd2d9",
            "this is the id of a plan or of a hazard (`digest` in the JSON report), which approves nothing",
        ),
        ("push --dry-run --approve 00070e151c232a31383f464d545b626970777e858c939aa1", CONFLICTING_FLAGS),
        ("push --on-error never", "possible values: continue, stop"),
        ("push --output sarif", "the formats are"),
    ] {
        let talk = run(&repo, line).was_refused();
        assert!(talk.contains(words), "{line}: {talk}");
    }
}

#[test]
fn a_report_that_has_no_place_is_told_before_anything_is_written() {
    let repo = services(2);
    let refused = run(&repo, "push --output markdown=ok.md --output json=nowhere/o.json");
    assert_eq!(refused.code, 64, "{}", refused.talk);
    assert!(
        refused.talk.contains("nowhere/o.json") && refused.results.is_empty(),
        "{}{}",
        refused.results,
        refused.talk
    );
    assert_eq!(run(&repo, "diff --exit-code").code, 2, "nothing was pushed");
}

#[cfg(target_os = "linux")] // writes to /dev/full
#[test]
fn a_report_that_is_lost_hides_neither_the_push_nor_the_others() {
    let repo = services(2);
    let lost = run(&repo, "push --output json=/dev/full --output markdown=ok.md");
    assert_eq!(lost.code, 70, "{}", lost.talk);
    assert_eq!(pushed(&lost.talk)[0], 2, "{}", lost.talk);
    assert!(lost.talk.contains("/dev/full"), "{}", lost.talk);
    assert_eq!(pushed(&repo.read("ok.md"))[0], 2);
    assert_eq!(run(&repo, "diff --exit-code").code, 0, "it was pushed");
}

#[test]
fn a_dry_run_is_the_diff_and_does_nothing() {
    let repo = services(3);
    for flags in ["", " --output json", " --no-prune --output markdown"] {
        let (dry, diff) = (run(&repo, &format!("push --dry-run{flags}")), run(&repo, &format!("diff{flags}")));
        assert_eq!((dry.code, &dry.results, &dry.talk), (diff.code, &diff.results, &diff.talk));
        assert!(!dry.results.is_empty());
    }
    assert_eq!(run(&repo, "diff --exit-code").code, 2);
}

#[test]
fn what_is_dangerous_wants_a_yes_to_this_very_plan() {
    let repo = services(40);
    assert_eq!(run(&repo, "push").code, 0);
    repo.write("catalog/all.yaml", manifests(0..10));
    let refused = run(&repo, "push");
    assert_eq!(refused.code, 4, "{}", refused.results);
    assert!(refused.talk.contains(ONE_HAZARD) && !refused.results.contains("--approve"), "{}", refused.results);
    assert_error(&refused.talk, "push-unapproved");
    assert_eq!(planned(&refused.results), [0, 0, 30, 0, 0, 10], "the plan is shown: {}", refused.results);
    let digest = refused.talk.split("--approve ").nth(1).and_then(|rest| rest.get(..48)).expect("a digest").to_owned();
    assert!(run(&repo, "diff --output summary").results.contains(&digest));
    repo.write("catalog/all.yaml", manifests(0..9));
    let other = run(&repo, &format!("push --approve {digest}"));
    assert_eq!(other.code, 4, "{}", other.results);
    assert_error(&other.talk, "push-other-approval");
    assert!(!other.talk.contains(&digest), "only the digest to give is there to copy: {}", other.talk);
    assert_eq!(planned(&run(&repo, "diff").results), [0, 0, 31, 0, 0, 9], "nothing was done");
    repo.write("catalog/all.yaml", manifests(0..10));
    let approved = run(&repo, &format!("push --approve {digest}"));
    assert_eq!(approved.code, 0, "{}{}", approved.results, approved.talk);
    assert_eq!(run(&repo, "diff --exit-code").code, 0);
}

#[test]
fn what_fails_is_told_and_the_next_push_finishes() {
    let (repo, (serving, plain)) = (services(3), server(&[]));
    // The catalog's blueprint is stricter than the snapshot's.
    let strict = json!({"schema": {"properties": {"size": {"type": "number", "maximum": 1}}}});
    plain.must("PATCH", "blueprints/service", Some(&strict));
    let partly = push(&repo, &serving, "--output json");
    assert_eq!(partly.code, 3, "{}{}", partly.results, partly.talk);
    let outcome: Value = serde_json::from_str(&partly.results).expect("nothing else is there");
    assert_eq!((&outcome["complete"], &outcome["ends"]["created"]), (&json!(false), &json!(2)), "{outcome}");
    assert_eq!(plain.count("service"), 2);
    let lax = json!({"schema": {"properties": {"size": {"type": "number"}}}});
    plain.must("PATCH", "blueprints/service", Some(&lax));
    assert_eq!(push(&repo, &serving, "").code, 0);
    assert_eq!(plain.count("service"), 3);
}

/// Starts a push and waits until it has written something.
fn begin(repo: &Repo, serving: &Serving, plain: &Plain) -> std::process::Child {
    let before = plain.count("service");
    let mut command = Command::new(env!("CARGO_BIN_EXE_portolan"));
    command
        .args(["push", "--yes", "--catalog", &serving.url, "--output", "json=outcome.json"])
        .current_dir(repo.path());
    command.env("PORT_CLIENT_ID", CLIENT_ID).env("PORT_CLIENT_SECRET", CLIENT_SECRET);
    let child = command.stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
    while plain.count("service") == before {
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    child
}

#[test]
fn who_is_interrupted_tells_what_was_done_and_the_next_one_finishes() {
    let (repo, (serving, plain)) = (services(2000), server(&["--latency", "100"]));
    let mut child = begin(&repo, &serving, &plain);
    let told = Command::new("kill").args(["-INT", &child.id().to_string()]).status();
    assert!(told.is_ok_and(|status| status.success()));
    assert_eq!(child.wait().expect("it ends").code(), Some(130));
    let outcome: Value = serde_json::from_str(&repo.read("outcome.json")).expect("it is whole");
    assert_eq!(outcome["interrupted"], true);
    assert_eq!(outcome["ends"]["created"].as_u64(), Some(plain.count("service") as u64));
    let mut child = begin(&repo, &serving, &plain);
    child.kill().expect("it runs");
    child.wait().expect("it ends");
    assert!(plain.count("service") < 2000, "it was over too soon");
    assert_eq!(push(&repo, &serving, "").code, 0);
    assert_eq!(plain.count("service"), 2000);
}
