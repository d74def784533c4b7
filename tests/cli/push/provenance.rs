//! Tests which commit is pushed: one that is not checked out, one that descends from the last push, one that is signed.
//! In real repositories, with real signatures.

use std::process::Command;

use serde_json::Value;

use super::{manifests, services};
use crate::cli::{run, run_with};
use crate::testkit::{Repo, contents};

fn commit(repo: &Repo, words: &str) -> String {
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", words]);
    id(repo, "HEAD")
}

fn id(repo: &Repo, revision: &str) -> String {
    repo.git(&["rev-parse", revision]).trim().to_owned()
}

/// Three services in the first commit; the second changes two of them and adds a fourth.
fn history() -> Repo {
    let repo = services(3);
    repo.write(".gitignore", ".portolan/local.db*\n*.json\n!.portolan/blueprints/*.json\n*.xml\n*.md\n");
    repo.git(&["init", "--quiet"]);
    commit(&repo, "one");
    repo.write("catalog/all.yaml", manifests(0..4).replace("size: 1}", "size: 10}"));
    commit(&repo, "two");
    repo
}

#[test]
fn a_commit_is_pushed_without_a_checkout() {
    let repo = history();
    assert_eq!(run(&repo, "push").code, 0);
    // The work tree is not read, not even to report its errors.
    repo.write("catalog/all.yaml", "apiVersion: getport.io/v1\nkind: Entity\nspec: {blueprint: [\n");
    repo.write("catalog/new.yaml", manifests(8..9));
    let before = contents(&repo.path().join("catalog"));
    let diff = run(&repo, "diff --ref HEAD~1 --output json");
    assert_eq!(diff.code, 0, "{}{}", diff.results, diff.talk);
    let plan: Value = serde_json::from_str(&diff.results).expect("JSON");
    assert_eq!(plan["revision"]["commit"], id(&repo, "HEAD~1"));
    assert_eq!((&plan["revision"]["dirty"], &plan["base"]["name"]), (&false.into(), &"HEAD".into()), "{plan:#}");
    let text = run(&repo, "diff --ref HEAD~1").results;
    assert!(text.contains(&format!("Commit: HEAD~1 ({}).", &id(&repo, "HEAD~1")[..10])), "{text}");
    assert!(text.contains("portolan push --ref HEAD~1"), "{text}");
    let dry = run(&repo, "push --ref HEAD~1 --dry-run");
    assert_eq!(dry.results, text);
    let pushed = run(&repo, "push --ref HEAD~1");
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    assert!(pushed.results.contains("Push: 0 created, 1 updated, 1 deleted"), "{}", pushed.results);
    assert_eq!(run(&repo, "diff --ref HEAD~1 --exit-code").code, 0);
    assert_eq!(contents(&repo.path().join("catalog")), before);
    assert_eq!(run(&repo, "push --ref main").code, 0);
    assert_eq!(run(&repo, "diff --ref main --exit-code").code, 0);
}

#[test]
fn going_back_clears_what_came_later() {
    let repo = history();
    repo.write("catalog/all.yaml", manifests(0..4).replace("size: 1}", "size: 1}, title: Later"));
    commit(&repo, "a title");
    assert_eq!(run(&repo, "push").code, 0);
    let plan: Value = serde_json::from_str(&run(&repo, "diff --ref HEAD~1 --output json").results).expect("JSON");
    let cleared = plan["changes"][0]["fields"].to_string();
    assert!(cleared.contains("title") && cleared.contains("dropped"), "{plan:#}");
    assert_eq!(run(&repo, "push --ref HEAD~1").code, 0);
    // Without a base, it is unknown that the manifests set the title.
    assert_eq!(run(&repo, "push --ref HEAD").code, 0);
    let plan = run(&repo, "diff --ref HEAD~1 --no-base --output json").results;
    assert!(!plan.contains("\"dropped\""), "{plan}");
}

#[test]
fn the_files_are_those_that_the_config_of_then_names_and_the_rest_is_as_of_now() {
    let repo = services(2);
    repo.write("portolan.yaml", "scope: acme/catalog\nmanifests: {include: [\"old/**/*.yaml\"]}\n");
    repo.git(&["init", "--quiet"]);
    repo.git(&["mv", "-k", "catalog", "old"]);
    repo.write("old/all.yaml", manifests(0..2));
    repo.remove("catalog/all.yaml");
    commit(&repo, "one");
    repo.write("portolan.yaml", "scope: acme/other\nmanifests: {include: [\"new/**/*.yaml\"]}\n");
    repo.write("new/all.yaml", manifests(0..2));
    repo.remove("old/all.yaml");
    commit(&repo, "two");
    let diff = run(&repo, "diff --ref HEAD~1");
    assert!(diff.results.contains("Scope: acme/other"), "{}{}", diff.results, diff.talk);
    assert!(diff.results.contains("Plan: 2 to create"), "{}", diff.results);
    // The same applies if there is no longer a config.
    repo.remove("portolan.yaml");
    let diff = run_with(&repo, "diff --ref HEAD~1", &[("PORTOLAN_SCOPE", "acme/third")]);
    assert!(diff.results.contains("Scope: acme/third"), "{}{}", diff.results, diff.talk);
    assert!(diff.results.contains("Plan: 2 to create"), "{}", diff.results);
    repo.write("portolan.yaml", "scope: [\n");
    commit(&repo, "broken");
    repo.write("portolan.yaml", "scope: acme/other\nmanifests: {include: [\"new/**/*.yaml\"]}\n");
    let talk = run(&repo, "diff --ref HEAD").was_refused();
    assert!(talk.contains("portolan.yaml of HEAD"), "{talk}");
}

#[test]
fn a_commit_that_cannot_be_pushed_is_told_with_the_way_out() {
    let repo = history();
    repo.write("catalog/all.yaml", manifests(0..4).replace("service, identifier: s1", "servise, identifier: s1"));
    commit(&repo, "a slip");
    repo.write("catalog/all.yaml", manifests(0..4));
    let gate = run(&repo, "push --ref HEAD");
    assert_eq!(gate.code, 1, "{}{}", gate.results, gate.talk);
    assert!(gate.results.contains("servise"), "{}", gate.results);
    repo.git(&["rm", "--quiet", "--cached", "catalog/all.yaml"]);
    repo.git(&["commit", "--quiet", "--message", "none"]);
    for (line, words) in [
        ("push --ref nowhere", "unknown Git revision `nowhere`"),
        ("push --ref mian", "did you mean `main`?"),
        ("push --ref HEAD", "no manifests"),
        ("push --ref", "a value is required"),
        ("push --rollback", "--since-outcome"),
        ("push --dry-run --require-signed", "cannot be used with"),
    ] {
        let talk = run(&repo, line).was_refused();
        assert!(talk.contains(words), "{line}: {talk}");
    }
    let clone = Repo::outside_git();
    let address = format!("file://{}", repo.path().display());
    clone.git(&["clone", "--quiet", "--depth", "1", &address, "."]);
    let old = id(&repo, "HEAD~2");
    let talk = run(&clone, &format!("push --ref {old}")).was_refused();
    assert!(talk.contains("git fetch --unshallow"), "{talk}");
    let outside = services(1);
    outside.leave_git();
    let talk = run(&outside, "push --ref HEAD").was_refused();
    assert!(talk.contains("--ref") && talk.contains("Git"), "{talk}");
}

#[test]
fn a_plan_of_a_commit_is_carried_out_as_of_that_commit() {
    let repo = history();
    assert_eq!(run(&repo, "push").code, 0);
    let diff = run(&repo, "diff --ref HEAD~1 --out plan.json");
    assert!(diff.talk.contains("portolan push --plan plan.json --ref HEAD~1"), "{}", diff.talk);
    let other = run(&repo, "push --plan plan.json");
    assert_eq!(other.code, 4, "{}{}", other.results, other.talk);
    assert_eq!(run(&repo, "push --plan plan.json --ref HEAD~1").code, 0);
    assert_eq!(run(&repo, "diff --ref HEAD~1 --exit-code").code, 0);
}

const SINCE: &str = "push --since-outcome last.json --output json=last.json";

#[test]
fn a_push_goes_on_from_the_last_and_goes_back_only_on_request() {
    let repo = history();
    let first = run(&repo, SINCE);
    assert_eq!(first.code, 0, "{}{}", first.results, first.talk);
    assert!(first.results.contains("No `last.json`"), "{}", first.results);
    let record = repo.read("last.json");
    assert_eq!(run(&repo, SINCE).code, 0, "the same commit again");
    let record_again = repo.read("last.json");
    assert_ne!(record, record_again, "it is written anew");
    let old = run(&repo, &format!("{SINCE} --ref HEAD~1 --output junit=push.xml"));
    assert_eq!(old.code, 4, "{}{}", old.results, old.talk);
    let (now, last) = (&id(&repo, "HEAD~1")[..10], &id(&repo, "HEAD")[..10]);
    assert!(old.talk.contains(&format!("commit `{now}` is older than `{last}`")), "{}", old.talk);
    assert!(old.talk.contains("--rollback"), "{}", old.talk);
    assert_eq!(repo.read("last.json"), record_again, "the record stays");
    assert!(repo.read("push.xml").contains("type=\"push-goes-back\""), "{}", repo.read("push.xml"));
    let back = run(&repo, &format!("{SINCE} --ref HEAD~1 --rollback"));
    assert_eq!(back.code, 0, "{}{}", back.results, back.talk);
    assert_eq!(run(&repo, SINCE).code, 0, "and forward again");
    // A commit on another branch is not a descendant.
    repo.git(&["checkout", "--quiet", "-b", "side", "HEAD~1"]);
    repo.write("catalog/all.yaml", manifests(0..2));
    commit(&repo, "aside");
    let aside = run(&repo, SINCE);
    assert_eq!(aside.code, 4, "{}{}", aside.results, aside.talk);
    assert!(aside.talk.contains("is not a descendant of"), "{}", aside.talk);
}

#[test]
fn a_record_that_says_nothing_of_this_push_is_refused_by_name() {
    let repo = history();
    assert_eq!(run(&repo, SINCE).code, 0);
    let good = repo.read("last.json");
    let head = id(&repo, "HEAD");
    let gone = "0123456789abcdef0123456789abcdef01234567";
    for (text, code, words) in [
        (good.replace("acme/catalog", "acme/other"), 4, "for the scope `acme/other`, and this one is `acme/catalog`"),
        (good.replace("\"port\"", "\"glint\""), 4, "for the platform `glint`"),
        (good.replace("the embedded catalog", "another catalog"), 4, "for the catalog `another catalog"),
        (good.replace(&head, gone), 4, "does not show whether"),
        (good.replace(&format!("\"{head}\""), "null"), 4, "does not record which commit"),
        ("{".to_owned(), 64, "line 1"),
        (String::new(), 64, "line 1"),
        ("{}".to_owned(), 64, "is not the outcome of a push"),
        (run(&repo, "diff --output json").results, 64, "is not the outcome of a push"),
    ] {
        repo.write("last.json", &text);
        let refused = run(&repo, SINCE);
        assert_eq!(refused.code, code, "{}{}", refused.results, refused.talk);
        assert!(refused.talk.contains(words), "{words}: {}", refused.talk);
        assert_eq!(repo.read("last.json"), text);
    }
    let clone = Repo::outside_git();
    let address = format!("file://{}", repo.path().display());
    commit_nothing(&repo);
    clone.git(&["clone", "--quiet", "--depth", "1", &address, "."]);
    clone.write("last.json", &good);
    let shallow = run(&clone, SINCE);
    assert_eq!(shallow.code, 4, "{}{}", shallow.results, shallow.talk);
    assert!(shallow.talk.contains("git fetch --unshallow"), "{}", shallow.talk);
    let none = services(1);
    none.leave_git();
    let talk = run(&none, SINCE).was_refused();
    assert!(talk.contains("--since-outcome"), "{talk}");
}

fn commit_nothing(repo: &Repo) {
    repo.git(&["commit", "--quiet", "--allow-empty", "--message", "nothing"]);
}

/// The repository, with the keys of Ada, who may sign, and of a stranger, who may not.
fn signing() -> Option<(Repo, Repo)> {
    if Command::new("ssh-keygen").arg("-?").output().is_err() {
        assert!(std::env::var_os("TESTS_NEED_ALL").is_none(), "there is no `ssh-keygen`");
        _ = std::io::Write::write_all(&mut std::io::stderr(), b"\nNOT TESTED: there is no `ssh-keygen`\n");
        return None;
    }
    let (repo, keys) = (history(), Repo::new());
    for name in ["ada", "stranger"] {
        let made = Command::new("ssh-keygen")
            .args(["-q", "-t", "ed25519", "-N", "", "-C", name, "-f", name])
            .current_dir(keys.path())
            .status();
        assert!(made.is_ok_and(|status| status.success()));
    }
    let public = keys.read("ada.pub");
    keys.write("signers", format!("ada@example.com {public}"));
    repo.git(&["config", "gpg.format", "ssh"]);
    repo.git(&["config", "gpg.ssh.allowedSignersFile", &keys.path().join("signers").display().to_string()]);
    Some((repo, keys))
}

fn signed_by(repo: &Repo, keys: &Repo, name: &str) {
    let key = format!("user.signingkey={}", keys.path().join(name).display());
    repo.git(&["-c", &key, "commit", "--quiet", "--allow-empty", "--gpg-sign", "--message", "signed"]);
}

#[test]
fn only_what_somebody_trusted_signed_is_pushed() {
    let Some((repo, keys)) = signing() else { return };
    let refused = |line: &str, words: &str| {
        let run = run(&repo, line);
        assert_eq!(run.code, 4, "{}{}", run.results, run.talk);
        let talk = run.talk.replace(&id(&repo, "HEAD")[..10], "[HEAD]");
        assert!(talk.contains(words), "{line}: {talk}");
    };
    refused(
        "push --require-signed",
        "commit `[HEAD]` by `Ada <ada@example.com>` must be signed, and it has no signature",
    );
    signed_by(&repo, &keys, "stranger");
    refused("push --require-signed", "is not among the allowed signers");
    signed_by(&repo, &keys, "ada");
    let plan = run(&repo, "diff --out plan.json");
    assert_eq!(plan.code, 0, "{}", plan.talk);
    // Uncommitted changes are not signed, whatever the index contains.
    let text = repo.read("catalog/all.yaml");
    repo.write("catalog/all.yaml", manifests(0..9));
    refused("push --require-signed", "differ from commit `[HEAD]`");
    refused("push --require-signed --plan plan.json", "differ from commit `[HEAD]`");
    let pushed = run(&repo, "push --require-signed --ref HEAD");
    assert_eq!(pushed.code, 0, "{}{}", pushed.results, pushed.talk);
    assert!(pushed.results.contains("Push: 4 created"), "{}", pushed.results);
    assert!(pushed.results.contains("is signed by `ada@example.com`"), "{}", pushed.results);
    repo.git(&["update-index", "--assume-unchanged", "catalog/all.yaml"]);
    let pushed = run(&repo, "push --require-signed");
    assert!(
        pushed.results.contains("nothing to do; 4 unchanged"),
        "the commit counts: {}{}",
        pushed.results,
        pushed.talk
    );
    repo.git(&["update-index", "--no-assume-unchanged", "catalog/all.yaml"]);
    repo.write("catalog/all.yaml", text);
    repo.git(&["config", "--unset", "gpg.ssh.allowedSignersFile"]);
    refused("push --require-signed", "cannot be checked");
    refused("push --require-signed", "git config gpg.ssh.allowedSignersFile FILE");
}

#[test]
fn the_config_and_the_environment_ask_for_signatures_too() {
    let Some((repo, keys)) = signing() else { return };
    let config = "scope: acme/catalog\nprune: {max: 5}\n";
    repo.write("portolan.yaml", format!("{config}push: {{require-signed: true}}\n"));
    commit(&repo, "from now on");
    let refused = run(&repo, "push --output json --output markdown=push.md");
    assert_eq!(refused.code, 4, "{}", refused.talk);
    let json: Value = serde_json::from_str(&refused.results).expect("nothing else is there");
    assert_eq!((&json["format"], &json["code"]), (&"portolan.refusal/1".into(), &"push-unsigned".into()));
    assert!(repo.read("push.md").contains("has no signature"), "{}", repo.read("push.md"));
    assert_eq!(run(&repo, "push --dry-run").code, 0, "a look needs no signature");
    signed_by(&repo, &keys, "ada");
    assert_eq!(run(&repo, "push").code, 0);
    // A commit can remove the config key, but not the pipeline's variable.
    repo.write("portolan.yaml", config);
    commit(&repo, "no longer");
    assert_eq!(run(&repo, "push").code, 0);
    let required = [("PORTOLAN_REQUIRE_SIGNED", "true")];
    assert_eq!(run_with(&repo, "push", &required).code, 4);
    let talk = run_with(&repo, "push", &[("PORTOLAN_REQUIRE_SIGNED", "yes")]).was_refused();
    assert!(talk.contains("PORTOLAN_REQUIRE_SIGNED") && talk.contains("true, false"), "{talk}");
}

#[test]
fn every_report_of_a_push_that_was_refused_says_so() {
    let repo = history();
    assert_eq!(run(&repo, "push").code, 0);
    // The push is a hazard: it would delete all entities but one.
    repo.write("catalog/all.yaml", manifests(0..1)).write("portolan.yaml", "scope: acme/catalog\nprune: {max: 1}\n");
    let refused = run(&repo, "push --output junit=push.xml --output json=push.json");
    assert_eq!(refused.code, 4, "{}{}", refused.results, refused.talk);
    let xml = repo.read("push.xml");
    assert!(xml.contains("failures=\"1\"") && xml.contains("type=\"push-unapproved\""), "{xml}");
    assert!(xml.contains("--approve "), "{xml}");
    assert!(repo.read("push.json").contains("portolan.plan/1"), "the plan is what there is");
    // The manifests have errors.
    repo.write("catalog/all.yaml", manifests(0..1).replace("size: 0", "size: many"));
    let shut = run(&repo, "push --output junit=push.xml");
    assert_eq!(shut.code, 1, "{}{}", shut.results, shut.talk);
    assert!(repo.read("push.xml").contains("wrong-property-type"), "{}", repo.read("push.xml"));
    assert!(run(&repo, "push --output junit").results.starts_with("<?xml"));
}
