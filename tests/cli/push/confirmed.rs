//! Tests that `push` asks before it writes to a platform, and refuses accidental pushes: from a pull request, from
//! another branch in CI, or from a work tree with uncommitted changes.

use std::fs;

use serde_json::Value;

use super::{manifests, server, services};
use crate::cli::{Run, run_exactly};
use crate::testkit::Repo;
use crate::testkit::counts::{planned, pushed as counted};
use crate::testkit::errors::assert_error;
use crate::testkit::plain::Plain;
use crate::testkit::says::ONE_HAZARD;
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET, Serving};

const CREDENTIALS: [(&str, &str); 2] = [("PORT_CLIENT_ID", CLIENT_ID), ("PORT_CLIENT_SECRET", CLIENT_SECRET)];

fn push(repo: &Repo, serving: &Serving, flags: &str) -> Run {
    run_exactly(repo, &format!("push --catalog {} {flags}", serving.url), &CREDENTIALS)
}

// The test needs a pseudo terminal, which Windows provides differently.
#[cfg(unix)]
fn typed(repo: &Repo, line: &str, answers: &[(&str, &str)]) -> Option<(i32, String)> {
    crate::testkit::pty::run_on_terminal(repo.path(), line, &CREDENTIALS, answers)
}

// The test needs a pseudo terminal, which Windows provides differently.
#[cfg(unix)]
#[test]
fn on_a_terminal_a_push_to_a_platform_shows_the_plan_and_asks() {
    let (repo, (serving, plain)) = (services(3), server(&[]));
    let line = format!("push --catalog {}", serving.url);
    let question = "as `acme/catalog`? [y/N]";
    for answer in ["", "n", "no", " ", "ja"] {
        let Some((code, seen)) = typed(&repo, &line, &[(question, answer)]) else { return };
        assert_eq!(code, 4, "{answer:?}: {seen}");
        let asked = format!("Push 3 changes (3 create) to {} {question}", serving.url);
        let (plan, _) = seen.split_once(&asked).unwrap_or_else(|| panic!("it did not ask: {seen}"));
        assert_eq!(planned(plan)[0], 3, "the plan comes first: {seen}");
        assert_error(&seen, "push-declined");
        assert!(seen.contains("not confirmed"), "{seen}");
        assert_eq!(plain.count("service"), 0, "{answer:?}");
    }
    let (code, seen) = typed(&repo, &line, &[(question, "Yes")]).expect("there is a terminal");
    assert_eq!((code, plain.count("service")), (0, 3), "{seen}");
    let (code, seen) = typed(&repo, &line, &[(question, "n")]).expect("there is a terminal");
    assert_eq!(code, 0, "what changes nothing needs no answer: {seen}");
    assert!(!seen.contains(question), "{seen}");
    repo.write("catalog/all.yaml", manifests(0..5));
    let (code, seen) = typed(&repo, &format!("{line} --yes"), &[(question, "n")]).expect("there is a terminal");
    assert_eq!((code, plain.count("service")), (0, 5), "{seen}");
    assert!(!seen.contains(question), "{seen}");
}

// The test needs a pseudo terminal, which Windows provides differently.
#[cfg(unix)]
#[test]
fn on_a_terminal_the_scope_is_typed_to_approve_hazards() {
    let (repo, (serving, plain)) = (services(40), server(&[]));
    assert_eq!(push(&repo, &serving, "--yes").code, 0);
    repo.write("catalog/all.yaml", manifests(0..10));
    let line = format!("push --catalog {}", serving.url);
    let question = "Type the scope `acme/catalog` to approve and push: ";
    for (line, answer) in [(line.clone(), "y"), (line.clone(), ""), (format!("{line} --yes"), "acme")] {
        let Some((code, seen)) = typed(&repo, &line, &[(question, answer)]) else { return };
        assert_eq!((code, plain.count("service")), (4, 40), "{answer}: {seen}");
        assert_error(&seen, "push-declined");
        assert!(seen.contains("not approved"), "{seen}");
    }
    let (code, seen) = typed(&repo, &line, &[(question, "acme/catalog")]).expect("there is a terminal");
    assert_eq!((code, plain.count("service")), (0, 10), "{seen}");
    assert!(!seen.contains("[y/N]"), "one question is enough: {seen}");
}

// The test needs a pseudo terminal, which Windows provides differently.
#[cfg(unix)]
#[test]
fn a_push_to_the_embedded_catalog_asks_nothing() {
    let repo = services(3);
    let Some((code, seen)) = crate::testkit::pty::run_on_terminal(repo.path(), "push", &[], &[("[y/N]", "n")]) else {
        return;
    };
    assert_eq!(code, 0, "{seen}");
    assert!(!seen.contains("[y/N]") && counted(&seen)[0] == 3, "{seen}");
}

#[test]
fn without_a_terminal_a_push_to_a_platform_needs_the_flag_except_in_ci() {
    let (repo, (serving, plain)) = (services(3), server(&[]));
    let refused = push(&repo, &serving, "");
    assert_eq!((refused.code, plain.count("service")), (4, 0), "{}", refused.talk);
    assert_eq!(planned(&refused.results)[0], 3, "the plan is shown: {}", refused.results);
    assert_error(&refused.talk, "push-unconfirmed");
    assert!(refused.talk.contains("`--yes`"), "{}", refused.talk);
    assert_eq!(push(&repo, &serving, "--dry-run").code, 0);
    assert_eq!(push(&repo, &serving, "--yes").code, 0);
    assert_eq!(push(&repo, &serving, "").code, 0, "there is nothing left to confirm");
    let other = server(&[]);
    let pushed = in_ci(&repo, &other.0, "", &[]);
    assert_eq!((pushed.code, other.1.count("service")), (0, 3), "{}", pushed.talk);
}

fn in_ci(repo: &Repo, serving: &Serving, flags: &str, variables: &[(&str, &str)]) -> Run {
    let variables = [&CREDENTIALS[..], &[("CI", "true")], variables].concat();
    run_exactly(repo, &format!("push --catalog {} {flags}", serving.url), &variables)
}

/// A repository with a commit on `branch`.
fn on_branch(branch: &str, push: &str) -> Repo {
    let repo = services(2);
    repo.write("portolan.yaml", format!("scope: acme/catalog\n{push}"));
    repo.write(".gitignore", ".portolan/local.db*\n*.json\n!.portolan/blueprints/*.json\n*.md\n*.xml\n*.txt\n");
    repo.git(&["symbolic-ref", "HEAD", &format!("refs/heads/{branch}")]);
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "one"]);
    repo
}

#[track_caller]
fn is_refused(run: &Run, plain: &Plain, (error, rule): (&str, &str), flag: &str) {
    assert_eq!((run.code, plain.count("service")), (4, 0), "{}{}", run.results, run.talk);
    assert_error(&run.talk, error);
    assert!(run.talk.contains(rule) && run.talk.contains(flag), "{}", run.talk);
}

#[test]
fn a_pull_request_pushes_nothing_to_a_platform() {
    let (repo, (serving, plain)) = (on_branch("main", ""), server(&[]));
    for variables in [
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request"), ("GITHUB_REF", "refs/pull/7/merge")][..],
        &[("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "merge_group")],
        &[("GITLAB_CI", "true"), ("CI_PIPELINE_SOURCE", "merge_request_event")],
        &[("CHANGE_ID", "7")],
    ] {
        is_refused(
            &in_ci(&repo, &serving, "", variables),
            &plain,
            ("push-pull-request", "pull request"),
            "--allow-pull-request",
        );
        // The embedded catalog is a preview, which is useful for pull requests.
        let preview = [&[("CI", "true")], variables].concat();
        assert_eq!(run_exactly(&repo, "push --catalog local", &preview).code, 0, "{variables:?}");
    }
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "pull_request")];
    let allowed = in_ci(&repo, &serving, "--allow-pull-request", &github);
    assert_eq!((allowed.code, plain.count("service")), (0, 2), "{}", allowed.talk);
}

#[test]
fn in_ci_only_the_listed_branches_push() {
    let (repo, (serving, plain)) = (on_branch("feature", "push: {branches: [main, \"release/*\"]}\n"), server(&[]));
    is_refused(&in_ci(&repo, &serving, "", &[]), &plain, ("push-branch", "`main` and `release/*`"), "--allow-branch");
    // The checked-out branch takes precedence over the one that the CI system names.
    is_refused(
        &in_ci(&repo, &serving, "", &[("CI_COMMIT_BRANCH", "main")]),
        &plain,
        ("push-branch", "`feature`"),
        "--allow-branch",
    );
    repo.git(&["checkout", "--quiet", "--detach"]);
    is_refused(&in_ci(&repo, &serving, "", &[]), &plain, ("push-branch", "for no branch"), "--allow-branch");
    is_refused(
        &in_ci(&repo, &serving, "", &[("CI_COMMIT_BRANCH", "topic")]),
        &plain,
        ("push-branch", "`topic`"),
        "--allow-branch",
    );
    let tag = [("GITHUB_ACTIONS", "true"), ("GITHUB_REF", "refs/tags/v1")];
    is_refused(&in_ci(&repo, &serving, "", &tag), &plain, ("push-branch", "for no branch"), "--allow-branch");
    let pushed = in_ci(&repo, &serving, "", &[("CI_COMMIT_BRANCH", "release/1")]);
    assert_eq!((pushed.code, plain.count("service")), (0, 2), "{}", pushed.talk);
    // Outside CI, any branch may be pushed.
    assert_eq!(push(&repo, &serving, "--yes").code, 0);
    assert_eq!(in_ci(&repo, &serving, "--allow-branch", &[("CI_COMMIT_BRANCH", "topic")]).code, 0);
}

#[test]
fn without_a_list_it_is_the_default_branch() {
    let (repo, (serving, plain)) = (on_branch("trunk", ""), server(&[]));
    is_refused(
        &in_ci(&repo, &serving, "", &[]),
        &plain,
        ("push-branch", "`push.branches` is not set"),
        "--allow-branch",
    );
    let other = [("GITLAB_CI", "true"), ("CI_DEFAULT_BRANCH", "main")];
    is_refused(&in_ci(&repo, &serving, "", &other), &plain, ("push-branch", "the default branch"), "--allow-branch");
    repo.write("event.json", r#"{"repository": {"default_branch": "trunk"}}"#);
    let event = repo.path().join("event.json").display().to_string();
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_EVENT_NAME", "push"), ("GITHUB_EVENT_PATH", event.as_str())];
    let pushed = in_ci(&repo, &serving, "", &github);
    assert_eq!((pushed.code, plain.count("service")), (0, 2), "{}", pushed.talk);
}

#[test]
fn a_dirty_work_tree_pushes_nothing_where_a_clean_one_is_required() {
    let (repo, (serving, plain)) = (on_branch("main", "push: {require-clean: true}\n"), server(&[]));
    repo.write("catalog/new.yaml", manifests(7..8));
    is_refused(&push(&repo, &serving, "--yes"), &plain, ("push-dirty", "uncommitted changes"), "--allow-dirty");
    assert_eq!(run_exactly(&repo, "push", &[]).code, 0, "the embedded catalog is for trying out");
    let committed = push(&repo, &serving, "--yes --ref HEAD");
    assert_eq!((committed.code, plain.count("service")), (0, 2), "{}", committed.talk);
    let allowed = push(&repo, &serving, "--yes --allow-dirty");
    assert_eq!((allowed.code, plain.count("service")), (0, 3), "{}", allowed.talk);
    let outside = services(1);
    outside.leave_git();
    outside.write("portolan.yaml", "scope: acme/catalog\npush: {require-clean: true}\n");
    let other = server(&[]);
    is_refused(&push(&outside, &other.0, "--yes"), &other.1, ("push-dirty", "no Git work tree"), "--allow-dirty");
}

#[test]
fn a_config_that_restricts_nothing_is_an_error() {
    let repo = services(1);
    for (config, place) in
        [("push: {branches: []}", "2:18"), ("push: {branches: [1]}", "2:19"), ("push: {branches: {}}", "2:18")]
    {
        repo.write("portolan.yaml", format!("scope: acme/catalog\n{config}\n"));
        let talk = run_exactly(&repo, "config", &[]).was_refused();
        assert!(talk.contains(place), "{config}: {talk}");
    }
}

// The test needs a pseudo terminal, which Windows provides differently.
#[cfg(unix)]
#[test]
fn a_refusal_is_shown_once_below_the_plan() {
    let repo = services(3);
    repo.write("portolan.yaml", "scope: acme/catalog\npolicies: {frozen: {when: {action: create}, verdict: refuse}}\n");
    let piped = run_exactly(&repo, "push --output text --output text=r.txt", &[]);
    assert_error(&piped.talk, "push-policy");
    let both = format!("{}{}", piped.results, piped.talk).to_lowercase();
    assert_eq!(both.matches("push refused").count(), 1, "{both}");
    assert!(piped.talk.contains("push refused") && repo.read("r.txt").starts_with("Push refused"));
    let run = crate::testkit::pty::run_on_terminal(repo.path(), "push --output text --output text=r.txt", &[], &[]);
    let Some((code, seen)) = run else { return };
    assert_eq!((code, seen.to_lowercase().matches("push refused").count()), (4, 1), "{seen}");
    assert_error(&seen, "push-policy");
    assert_eq!(planned(&seen)[0], 3, "{seen}");
    assert!(repo.read("r.txt").starts_with("Push refused"), "{}", repo.read("r.txt"));
}

/// Every hexadecimal number of at least seven digits.
fn hex_numbers(text: &str) -> Vec<&str> {
    let words = text.split(|c: char| !c.is_ascii_alphanumeric());
    let is_hex = |word: &&str| word.len() >= 7 && word.bytes().all(|byte| byte.is_ascii_hexdigit());
    words.filter(is_hex).collect()
}

#[test]
fn every_report_of_a_refused_push_says_so_with_the_one_digest_that_approves_it() {
    let (repo, (serving, plain)) = (on_branch("main", ""), server(&[]));
    repo.write("catalog/all.yaml", manifests(0..40));
    assert_eq!(push(&repo, &serving, "--yes").code, 0);
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "forty"]);
    let before = repo.git(&["rev-parse", "HEAD"]).trim().to_owned();
    repo.write("catalog/all.yaml", manifests(0..10));
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "ten"]);
    repo.write("event.json", format!(r#"{{"before": "{before}"}}"#));
    let (event, summary) = (repo.path().join("event.json"), repo.path().join("summary.md"));
    let (event, summary) = (event.display().to_string(), summary.display().to_string());
    let variables = [
        ("GITHUB_ACTIONS", "true"),
        ("GITHUB_EVENT_NAME", "push"),
        ("GITHUB_EVENT_PATH", event.as_str()),
        ("GITHUB_STEP_SUMMARY", summary.as_str()),
    ];
    let outputs = "--output text=r.txt --output json=r.json --output junit=r.xml --output markdown=r.md";
    for flags in ["", outputs] {
        let _gone = fs::remove_file(&summary);
        let run = in_ci(&repo, &serving, flags, &variables);
        assert_eq!((run.code, plain.count("service")), (4, 40), "{}{}", run.results, run.talk);
        let digest = run.talk.split("--approve ").nth(1).and_then(|rest| rest.get(..48)).expect("a digest").to_owned();
        assert_error(&run.talk, "push-unapproved");
        assert!(run.talk.contains("refused") && run.talk.contains(ONE_HAZARD), "{}", run.talk);
        assert_eq!(hex_numbers(&run.results), [""; 0], "{}", run.results);
        assert_eq!(hex_numbers(&run.talk), [digest.as_str()], "{}", run.talk);
        let mut reports = vec![repo.read("summary.md")];
        if !flags.is_empty() {
            reports.extend(["r.txt", "r.md", "r.xml"].map(|path| repo.read(path)));
            let json: Value = serde_json::from_str(&repo.read("r.json")).expect("JSON");
            assert_eq!(json["approval"], digest.as_str());
            assert_eq!(json["refused"], repo.read("r.txt").lines().next().unwrap_or_default(), "{json}");
            assert!(json["help"].as_str().is_some_and(|help| help.contains(&digest)), "{json}");
        }
        for report in reports {
            assert!(report.contains("refused") && report.contains(ONE_HAZARD), "{report}");
            assert!(report.to_lowercase().contains("nothing was written"), "{report}");
            // In Markdown, the last line contains the commits.
            let near = report.split("\nMade from ").next().unwrap_or_default();
            assert!(hex_numbers(near).iter().all(|number| *number == digest), "{report}");
            assert!(near.contains(&digest), "{report}");
        }
        let other = in_ci(&repo, &serving, &format!("--approve {}", "0".repeat(48)), &variables);
        assert_eq!(hex_numbers(&other.talk).last(), Some(&digest.as_str()), "{}", other.talk);
    }
    let plan = run_exactly(&repo, &format!("diff --catalog {} --output json", serving.url), &CREDENTIALS);
    let plan: Value = serde_json::from_str(&plan.results).expect("JSON");
    let wrong = format!("push --approve {}", plan["digest"].as_str().expect("an id"));
    let talk = run_exactly(&repo, &wrong, &[]).was_refused();
    assert!(talk.contains("id of a plan") && talk.contains("`approval`"), "{talk}");
}
