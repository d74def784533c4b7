//! Tests a pull request without credentials (from a fork, or of a bot): the plan is against the merge base, and says
//! so.

use serde_json::{Value, json};

use super::world::{cart, changes, commit, entity, shop};
use crate::cli::run_with;
use crate::testkit::Repo;

const FORK: [(&str, &str); 3] = [("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")];

/// A branch that changes the cart, adds a service and removes one.
fn fork() -> Repo {
    let repo = shop();
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    let mut cart = cart();
    cart["properties"]["tier"] = json!(3);
    cart["relations"]["uses"] = json!(["pay", "new"]);
    repo.write("catalog/cart.yaml", entity(&cart));
    repo.write("catalog/new.yaml", entity(&json!({"blueprint": "service", "identifier": "new"})));
    repo.remove("catalog/log.yaml");
    commit(&repo, "topic");
    repo
}

fn plan(repo: &Repo, line: &str, more: &[(&str, &str)]) -> (i32, Value) {
    let run = run_with(repo, line, &[&FORK[..], more].concat());
    let plan =
        serde_json::from_str(&run.results).unwrap_or_else(|error| panic!("{error}: {}{}", run.results, run.talk));
    (run.code, plan)
}

#[test]
fn a_fork_sees_what_its_branch_changes() {
    let repo = fork();
    for config in ["", "catalog: eu\n"] {
        repo.write("portolan.yaml", format!("{}{config}", super::world::CONFIG));
        repo.git(&["add", "--all"]);
        repo.git(&["commit", "--quiet", "--allow-empty", "--message", "config"]);
        let (code, plan) = plan(&repo, "diff --output json --exit-code", &[]);
        assert_eq!(code, 0, "what the catalog has is unknown, so lint decides: {plan}");
        assert_eq!(changes(&plan), ["update service/cart", "delete service/log", "create service/new"]);
        assert!(plan["catalog"].as_str().is_some_and(|name| name.contains("merge base")), "{}", plan["catalog"]);
        assert_eq!(plan["approval"], Value::Null);
        let note = plan["notes"][0].as_str().unwrap_or_default();
        assert!(note.starts_with("The catalog was not read") && note.contains("PORT_CLIENT_ID"), "{}", plan["notes"]);
        for change in plan["changes"].as_array().unwrap() {
            assert_eq!(change["origin"], "this-branch", "{change}");
        }
    }
    assert!(!repo.path().join(".portolan/local.db").exists());
}

#[test]
fn every_report_says_that_the_catalog_was_not_read() {
    let repo = fork();
    for format in ["text", "markdown"] {
        let run = run_with(&repo, &format!("diff --output {format}"), &FORK);
        assert_eq!(run.code, 0, "{}", run.talk);
        assert!(run.results.contains("The catalog was not read"), "{format}: {}", run.results);
        assert!(!run.results.contains("portolan push"), "{format}: {}", run.results);
    }
}

#[test]
fn lint_decides_how_it_ends() {
    let repo = fork();
    repo.write(
        "catalog/wrong.yaml",
        entity(&json!({"blueprint": "service", "identifier": "w", "properties": {"tier": "x"}})),
    );
    let (code, report) = plan(&repo, "diff --output json", &[]);
    assert_eq!((code, &report["format"]), (1, &json!("portolan.lint/1")));
}

#[test]
fn relations_that_only_the_catalog_can_judge_are_no_obstacle() {
    let repo = shop();
    let mut cart = cart();
    cart["relations"]["system"] = json!("elsewhere");
    repo.write("catalog/cart.yaml", entity(&cart));
    commit(&repo, "points elsewhere");
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    cart["relations"]["uses"] = json!(["far-away"]);
    repo.write("catalog/cart.yaml", entity(&cart));
    commit(&repo, "topic");
    let (code, plan) = plan(&repo, "diff --output json", &[]);
    assert_eq!((code, &plan["obstacles"]), (0, &json!([])));
    assert_eq!(changes(&plan), ["update service/cart"]);
}

#[test]
fn what_needs_the_catalog_is_refused() {
    let repo = fork();
    for (line, words) in [
        ("diff --verify", "--verify"),
        ("diff --out plan.json", "--out"),
        ("diff --no-base", "nothing to compare with"),
    ] {
        let run = run_with(&repo, line, &FORK);
        assert_eq!(run.code, 64, "{line}: {}{}", run.results, run.talk);
        assert!(run.talk.contains(words), "{line}: {}", run.talk);
    }
    let run = run_with(&repo, "push", &FORK);
    assert_eq!(run.code, 64, "a push asks for the catalog: {}", run.talk);
    for name in ["service", "system"] {
        repo.remove(&format!(".portolan/blueprints/{name}.json"));
    }
    let run = run_with(&repo, "diff", &FORK);
    assert_eq!(run.code, 64, "{}", run.talk);
    assert!(run.talk.contains("portolan pull"), "{}", run.talk);
}

#[test]
fn half_of_the_credentials_a_named_catalog_and_other_runs_are_as_ever() {
    let repo = fork();
    let half = run_with(&repo, "diff", &[&FORK[..], &[("PORT_CLIENT_ID", "id")]].concat());
    assert_eq!(half.code, 64, "{}", half.talk);
    let (code, local) = plan(&repo, "diff --catalog local --output json", &[]);
    assert_eq!(code, 0);
    assert_eq!(local["counts"]["total"]["create"], 5, "the embedded catalog is empty");
    let pushed = run_with(&repo, "diff --output json", &FORK[..2]);
    let pushed: Value = serde_json::from_str(&pushed.results).expect("JSON");
    assert_eq!(pushed["counts"]["total"]["create"], 5, "this is no pull request");
    for (variable, value) in
        [("CI_MERGE_REQUEST_TARGET_BRANCH_NAME", "main"), ("BITBUCKET_PR_DESTINATION_BRANCH", "main")]
    {
        let run = run_with(&repo, "diff --output json", &[("CI", "true"), (variable, value)]);
        let plan: Value = serde_json::from_str(&run.results).expect("JSON");
        assert!(
            plan["catalog"].as_str().is_some_and(|name| name.contains("merge base")),
            "{variable}: {}",
            plan["catalog"]
        );
    }
}
