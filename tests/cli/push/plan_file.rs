//! Tests saved plans and partial plans: exactly the reviewed plan is applied, or nothing.

use serde_json::json;

use super::{manifests, push, server, services};
use crate::cli::{run, run_with};
use crate::testkit::Repo;
use crate::testkit::counts::planned;
use crate::testkit::errors::assert_error;
use crate::testkit::says::{CONFLICTING_FLAGS, ONE_HAZARD, did_you_mean};

/// A manifest of one service, as `manifests` writes it, with more keys in its spec.
fn one(name: &str, more: &str) -> String {
    format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\n\
         spec: {{blueprint: service, identifier: {name}{more}}}\n"
    )
}

#[test]
fn what_was_written_down_is_carried_out_and_only_once() {
    let repo = services(3);
    assert_eq!(run(&repo, "push").code, 0);
    repo.write("catalog/all.yaml", manifests(1..3) + "---\n" + &one("new", ", title: New, relations: {next: s1}"));
    let diff = run(&repo, "diff --out plan.json");
    assert_eq!(diff.code, 0, "{}", diff.talk);
    assert!(diff.talk.contains("portolan push --plan plan.json"), "{}", diff.talk);
    // Another layout, another file and a comment do not change the declared entities.
    repo.write("catalog/all.yaml", String::from("# moved\n\n") + &manifests(1..3));
    repo.write("catalog/new.yaml", one("new", ", relations: {next: s1}, title: \"New\"") + "# as ever\n");
    let pushed = run(&repo, "push --plan plan.json");
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    assert_eq!(planned(&pushed.results)[..4], [1, 0, 1, 0], "{}", pushed.results);
    assert!(pushed.results.contains("catalog/new.yaml:1"), "{}", pushed.results);
    assert_eq!(run(&repo, "diff --exit-code").code, 0);
    let again = run(&repo, "push --plan plan.json");
    assert_eq!(again.code, 4, "{}{}", again.results, again.talk);
    assert_error(&again.talk, "push-stale");
    assert!(again.talk.contains("`service/new` was created in the catalog"), "{}", again.talk);
    assert!(again.talk.contains("`service/s0` is no longer in the catalog"), "{}", again.talk);
}

#[test]
fn what_has_moved_since_is_refused_by_name_and_nothing_is_written() {
    let (repo, (serving, plain)) = (services(3), server(&[]));
    assert_eq!(push(&repo, &serving, "").code, 0);
    repo.write("catalog/all.yaml", manifests(0..2) + "---\n" + &one("s2", ", properties: {size: 20}"));
    let variables = [
        ("PORT_CLIENT_ID", crate::testkit::serving::CLIENT_ID),
        ("PORT_CLIENT_SECRET", crate::testkit::serving::CLIENT_SECRET),
    ];
    let flags = format!("diff --catalog {} --out plan.json", serving.url);
    assert_eq!(run_with(&repo, &flags, &variables).code, 0);
    // Changes that do not affect the plan are allowed.
    let path = "blueprints/service/entities?upsert=true&merge=true";
    plain.must("POST", path, Some(&json!({"identifier": "s0", "title": "moved"})));
    plain.must("POST", path, Some(&json!({"identifier": "s2", "title": "moved"})));
    let refused = push(&repo, &serving, "--plan plan.json");
    assert_eq!(refused.code, 4, "{}{}", refused.results, refused.talk);
    assert_error(&refused.talk, "push-stale");
    assert!(refused.talk.contains("`service/s2` was changed in the catalog"), "{}", refused.talk);
    assert!(!refused.talk.contains("`service/s0`"), "{}", refused.talk);
    // The plan is refused for another catalog, and for other manifests.
    let elsewhere = run(&repo, "push --plan plan.json");
    assert_eq!(elsewhere.code, 4, "{}", elsewhere.talk);
    assert_error(&elsewhere.talk, "push-stale");
    assert!(elsewhere.talk.contains("The plan was made for the catalog"), "{}", elsewhere.talk);
    repo.write("catalog/more.yaml", one("more", ""));
    let other = push(&repo, &serving, "--plan plan.json");
    assert_eq!(other.code, 4, "{}", other.talk);
    assert_error(&other.talk, "push-stale");
    assert!(other.talk.contains("Manifests of the blueprint `service` changed"), "{}", other.talk);
}

#[test]
fn a_plan_that_was_written_down_wants_its_yes_all_the_same() {
    let repo = services(10);
    assert_eq!(run(&repo, "push").code, 0);
    repo.write("catalog/all.yaml", manifests(0..3));
    let diff = run(&repo, "diff --out plan.json");
    let digest =
        diff.talk.split("--approve ").nth(1).and_then(|rest| rest.get(..48)).expect("the way is told").to_owned();
    let refused = run(&repo, "push --plan plan.json");
    assert_eq!(refused.code, 4, "{}{}", refused.results, refused.talk);
    assert_error(&refused.talk, "push-unapproved");
    assert_eq!(run(&repo, &format!("push --plan plan.json --approve {digest}")).code, 0);
    assert_eq!(run(&repo, "diff --exit-code").code, 0);
}

#[test]
fn a_plan_is_made_again_with_the_options_and_the_base_that_it_was_made_with() {
    let repo = services(3);
    repo.write(".gitignore", "plan.json\n.portolan/local.db*\n");
    repo.git(&["init", "--quiet"]);
    repo.write("catalog/all.yaml", manifests(0..3).replace("size: 1}", "size: 1}, title: Set"));
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "one"]);
    assert_eq!(run(&repo, "push").code, 0);
    repo.git(&["checkout", "--quiet", "-b", "feature"]);
    // The title is dropped, which only the base shows; `s2` is removed, which `--no-prune` keeps.
    repo.write("catalog/all.yaml", manifests(0..2)).write("catalog/more.yaml", one("more", ""));
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "two"]);
    assert_eq!(run(&repo, "diff --base main --no-prune --only catalog/all.yaml --out plan.json").code, 0);
    // A squash creates another commit with the same content.
    repo.git(&["commit", "--quiet", "--amend", "--message", "squashed"]);
    let clone = Repo::outside_git();
    let address = format!("file://{}", repo.path().display());
    clone.git(&["clone", "--quiet", "--depth", "1", &address, "."]);
    for path in ["plan.json", ".portolan/local.db", ".portolan/local.db-wal", ".portolan/local.db-shm"] {
        let from = repo.path().join(path);
        if from.exists() {
            std::fs::copy(from, clone.path().join(path)).expect("it is copied");
        }
    }
    let refused = run(&clone, "push --plan plan.json");
    assert_eq!(refused.code, 4, "{}{}", refused.results, refused.talk);
    assert_error(&refused.talk, "push-stale");
    assert!(refused.talk.contains("is not in this clone"), "{}", refused.talk);
    let pushed = run(&repo, "push --plan plan.json");
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    assert_eq!(planned(&pushed.results)[..4], [0, 1, 0, 0], "{}", pushed.results);
    let rest = run(&repo, "diff --output summary").results;
    assert_eq!(planned(&rest)[..4], [1, 0, 1, 0], "{rest}");
}

#[test]
fn a_plan_that_takes_over_needs_the_flag_at_the_push_too() {
    let (repo, (serving, plain)) = (services(1), server(&[]));
    plain.must("POST", "blueprints/service/entities", Some(&json!({"identifier": "s0", "title": "theirs"})));
    let variables = [
        ("PORT_CLIENT_ID", crate::testkit::serving::CLIENT_ID),
        ("PORT_CLIENT_SECRET", crate::testkit::serving::CLIENT_SECRET),
    ];
    let diff = run_with(&repo, &format!("diff --catalog {} --adopt --out plan.json", serving.url), &variables);
    assert_eq!(diff.code, 0, "{}", diff.talk);
    let refused = push(&repo, &serving, "--plan plan.json");
    assert_eq!(refused.code, 4, "{}{}", refused.results, refused.talk);
    assert!(refused.talk.contains(ONE_HAZARD) && refused.talk.contains("--adopt"), "{}", refused.talk);
    assert_eq!(push(&repo, &serving, "--plan plan.json --adopt").code, 0);
}

#[test]
fn what_is_no_plan_is_no_crash() {
    let repo = services(1);
    repo.write("a.json", "{}").write("b.json", "{");
    for (line, code, words) in [
        ("push --plan a.json", "plan::no_plan", "a.json"),
        ("push --plan b.json", "plan::syntax", "line 1"),
        ("push --plan c.json", "unreadable-file", "c.json"),
    ] {
        let talk = run(&repo, line).was_refused();
        assert_error(&talk, code);
        assert!(talk.contains(words), "{line}: {talk}");
    }
    let talk = run(&repo, "push --plan a.json --only service").was_refused();
    assert!(talk.contains(CONFLICTING_FLAGS), "{talk}");
    assert_eq!(run(&repo, "diff --out plan.json").code, 0);
    let text = repo.read("plan.json");
    repo.write("plan.json", text.replace("\"s0\"", "\"s1\""));
    let talk = run(&repo, "push --plan plan.json").was_refused();
    assert_error(&talk, "plan::altered");
    repo.write("plan.json", text.replace("plan-file/5", "plan-file/2"));
    let talk = run(&repo, "push --plan plan.json").was_refused();
    assert_error(&talk, "plan::format");
    assert!(talk.contains("`portolan.plan-file/5`") && talk.contains("`portolan diff --out`"), "{talk}");
}

#[test]
fn a_part_comes_with_what_it_needs() {
    let repo = services(1);
    repo.write("catalog/a.yaml", one("a", ", relations: {next: b}")).write("catalog/b.yaml", one("b", ""));
    let part = run(&repo, "push --only catalog/a.yaml");
    assert_eq!(part.code, 0, "{}{}", part.results, part.talk);
    assert_eq!(planned(&part.results)[0], 2, "{}", part.results);
    let words = part.results.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words.contains("`service/b` (`service/a` points to it)"), "{words}");
    let rest = run(&repo, "push --only service");
    assert_eq!(planned(&rest.results)[0], 1, "{}{}", rest.results, rest.talk);
    let talk = run(&repo, "diff --only servise").was_refused();
    assert_error(&talk, "nothing-chosen");
    assert!(talk.contains(did_you_mean!("service")), "{talk}");
}
