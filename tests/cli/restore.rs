//! Tests `push --backup` and `restore`: what a push changed comes back, what others changed since needs approval, and a
//! backup serves one catalog only.

mod owners;

use std::fs;

use serde_json::{Value, json};

use super::{Run, run, run_exactly, run_with};
use crate::testkit::Repo;
use crate::testkit::counts::{planned, pushed};
use crate::testkit::errors::assert_error;
use crate::testkit::plain::Plain;
use crate::testkit::says::{CONFLICTING_FLAGS, ONE_HAZARD};
use crate::testkit::serving::{CLIENT_ID, CLIENT_SECRET, Serving};

const CREDENTIALS: [(&str, &str); 2] = [("PORT_CLIENT_ID", CLIENT_ID), ("PORT_CLIENT_SECRET", CLIENT_SECRET)];

/// A repository, and a catalog that another writer uses too.
struct Scene {
    repo: Repo,
    serving: Serving,
    plain: Plain,
}

fn service(name: &str, rest: &str) -> String {
    format!(
        "---\napiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\n\
         spec: {{blueprint: service, identifier: {name}{rest}}}\n"
    )
}

/// Runs the line, and again with the approval that it asks for.
fn approved(run: impl Fn(&str) -> Run, line: &str) -> Run {
    let refused = run(line);
    if refused.code != 4 {
        return refused;
    }
    let digest = refused.talk.split("--approve ").nth(1).and_then(|rest| rest.get(..48)).expect("a digest");
    run(&format!("{line} --approve {digest}"))
}

impl Scene {
    /// `a` to `d` are pushed, then the manifests change: `a` is updated, `b` is renamed to `e`, `c` is deleted, `d` points
    /// to `e`, and `f` is new.
    fn set() -> Self {
        let serving = Serving::start(&["--store", "memory"]);
        let plain = Plain::connect(&serving.url);
        let bare = json!({"identifier": "service", "title": "Service", "schema": {"properties": {
            "size": {"type": "number"}, "secret": {"type": "string"}, "tier": {"type": "string", "default": "low"}}}});
        plain.must("POST", "blueprints", Some(&bare));
        let relations = json!({"relations": {"next": {"target": "service", "required": false, "many": false}}});
        plain.must("PATCH", "blueprints/service", Some(&relations));
        let repo = Repo::new();
        repo.write("portolan.yaml", "scope: acme/catalog\nwrite: replace\n");
        let before = [
            service("a", ", title: A, icon: Box, properties: {size: 1, secret: was-here}"),
            service("b", ", properties: {size: 2}, relations: {next: a}"),
            service("c", ", title: C, properties: {size: 3, tier: high}, relations: {next: b}"),
            service("d", ", relations: {next: b}"),
        ];
        repo.write("catalog/all.yaml", before.concat());
        let scene = Self { repo, serving, plain };
        let first = scene.run("push");
        assert_eq!(first.code, 0, "{}{}", first.results, first.talk);
        // A person gives an entity a value that no manifest has, and points to one that will be deleted.
        let theirs = json!({"identifier": "theirs", "properties": {}, "relations": {"next": "c"}});
        scene.plain.must("POST", "blueprints/service/entities", Some(&theirs));
        let after = [
            service("a", ", title: B, properties: {size: 10}"),
            service("d", ", relations: {next: e}"),
            service("e", ", properties: {size: 2}, relations: {next: a}")
                .replace("metadata: {name: e}", "metadata: {name: e, annotations: {portolan.dev/renamed-from: b}}"),
            service("f", ", properties: {size: 6}, relations: {next: d}"),
        ];
        scene.repo.write("catalog/all.yaml", after.concat());
        scene
    }

    fn run(&self, line: &str) -> Run {
        run_with(&self.repo, &format!("{line} --catalog {}", self.serving.url), &CREDENTIALS)
    }

    /// Approves whatever the run asks for.
    fn run_approved(&self, line: &str) -> Run {
        approved(|line| self.run(line), line)
    }

    /// Everything but times, writers and owners.
    fn contents(&self) -> Vec<Value> {
        let fields = ["identifier", "title", "icon", "team", "properties", "relations"];
        let content = |entity: Value| fields.map(|field| entity[field].clone()).into_iter().collect::<Value>();
        self.plain.all("service").into_iter().map(content).collect()
    }
}

#[test]
fn a_restore_right_after_a_push_gives_the_catalog_back() {
    let scene = Scene::set();
    let before = scene.contents();
    let push = scene.run_approved("push --backup before.json");
    assert_eq!(push.code, 0, "{}{}", push.results, push.talk);
    assert!(push.talk.contains("restore --catalog") && push.talk.contains("do not commit it"), "{}", push.talk);
    assert_ne!(scene.contents(), before);
    #[cfg(unix)] // files have modes
    {
        use std::os::unix::fs::PermissionsExt;
        let mode = fs::metadata(scene.repo.path().join("before.json")).expect("it is there").permissions().mode();
        assert_eq!(mode & 0o777, 0o600);
    }
    // The relation of a foreign entity was cleared with its target, so a restore writes that entity.
    let refused = scene.run("restore before.json");
    assert_eq!(refused.code, 4, "{}", refused.talk);
    assert_error(&refused.talk, "push-unapproved");
    assert!(refused.talk.contains("restore refused") && refused.talk.contains("--adopt"), "{}", refused.talk);
    let shown = scene.run("restore before.json --adopt --dry-run");
    assert_eq!(planned(&shown.results), [1, 3, 1, 1, 0, 0], "{}", shown.results);
    assert!(shown.results.contains("renamed from `e`: the push renamed it"), "{}", shown.results);
    assert!(shown.results.contains("before.json:"), "each entity has its line: {}", shown.results);
    assert_ne!(scene.contents(), before, "a dry run changes nothing");
    let restored = scene.run("restore before.json --adopt");
    assert_eq!(restored.code, 0, "{}{}", restored.results, restored.talk);
    assert_eq!(pushed(&restored.results), [1, 3, 1, 1, 0, 0], "{}", restored.results);
    assert!(restored.results.contains("Restore: 1 created"), "{}", restored.results);
    assert_eq!(scene.contents(), before);
    let again = scene.run("restore before.json --adopt");
    assert_eq!((again.code, pushed(&again.results)), (0, [0, 0, 0, 0, 0, 6]), "{}", again.results);
}

#[test]
fn what_others_wrote_since_the_push_needs_approval() {
    let scene = Scene::set();
    assert_eq!(scene.run_approved("push --backup before.json").code, 0);
    let size = json!({"properties": {"size": 99}});
    scene.plain.must("PATCH", "blueprints/service/entities/a", Some(&size));
    let refused = scene.run("restore before.json --adopt");
    assert_eq!(refused.code, 4, "{}", refused.talk);
    assert!(refused.talk.contains(ONE_HAZARD) && refused.results.contains("`service/a`"), "{}", refused.results);
    let json = scene.run("restore before.json --adopt --dry-run --output json");
    let plan: Value = serde_json::from_str(&json.results).expect("JSON");
    assert_eq!(plan["hazards"][0]["kind"], "changed-since-push", "{plan:#}");
    assert_eq!(plan["hazards"][0]["entities"][0]["identifier"], "a");
    let restored = scene.run_approved("restore before.json --adopt");
    assert_eq!(restored.code, 0, "{}{}", restored.results, restored.talk);
    assert_eq!(scene.plain.all("service")[0]["properties"]["size"], 1);
}

#[test]
fn a_backup_is_of_one_catalog_scope_and_organisation() {
    let scene = Scene::set();
    assert_eq!(scene.run_approved("push --backup before.json").code, 0);
    let refused = |run: Run, words: &str| {
        assert_eq!(run.code, 4, "{}{}", run.results, run.talk);
        assert_error(&run.talk, "restore-elsewhere");
        assert!(run.talk.contains(words), "{}", run.talk);
    };
    refused(run(&scene.repo, "restore before.json --catalog local"), "of the catalog");
    refused(scene.run("restore before.json --scope acme/other"), "of the scope");
    let text = scene.repo.read("before.json");
    let other = text.replacen("\"organization\":\"org_", "\"organization\":\"org_x", 1);
    assert_ne!(text, other);
    scene.repo.write("other.json", &other);
    refused(scene.run("restore other.json"), "of the organisation");
    scene.repo.write("bad.json", &text[..text.len() / 2]);
    let bad = scene.run("restore bad.json");
    assert_eq!(bad.code, 64, "{}", bad.talk);
    assert_error(&bad.talk, "backup::syntax");
    assert_error(&scene.run("restore portolan.yaml").talk, "backup::no_backup");
    assert_eq!(scene.run("restore nosuch.json").code, 64);
}

#[test]
fn without_its_backup_nothing_is_pushed() {
    let scene = Scene::set();
    let before = scene.contents();
    scene.repo.write("there.json", "{}");
    for (file, code) in [("there.json", 64), ("no/such/folder.json", 64)] {
        let push = scene.run(&format!("push --backup {file}"));
        assert_eq!(push.code, code, "{}", push.talk);
        assert_error(&push.talk, "push-no-backup");
    }
    assert_eq!(scene.repo.read("there.json"), "{}");
    assert_eq!(scene.contents(), before);
    // A refused push leaves no backup of what was not done.
    assert_eq!(scene.run("push --backup refused.json").code, 4);
    assert!(!scene.repo.path().join("refused.json").exists());
    assert_eq!(scene.run_approved("push").code, 0);
    let nothing = scene.run("push --backup nothing.json");
    assert_eq!(nothing.code, 0, "{}", nothing.talk);
    assert!(!nothing.talk.contains("restore") && nothing.talk.contains("`nothing.json`"), "{}", nothing.talk);
    assert!(!scene.repo.path().join("nothing.json").exists());
    let both = run(&scene.repo, "push --dry-run --backup x.json");
    assert!(both.was_refused().contains(CONFLICTING_FLAGS));
    let all = run_exactly(&scene.repo, "push --all --backup x.json --catalog local", &[]);
    assert_eq!(all.code, 64, "{}", all.talk);
}

#[test]
fn a_pipeline_is_told_that_the_backup_is_unmasked() {
    let repo = Repo::new();
    repo.copy_example("acme");
    let push = run_with(&repo, "push --catalog local --backup before.json", &[("CI", "true")]);
    assert_eq!(push.code, 0, "{}", push.talk);
    assert!(push.talk.contains("unmasked") && push.talk.contains("artifacts"), "{}", push.talk);
    let restored = run_with(&repo, "restore --catalog local before.json", &[("CI", "true")]);
    assert_eq!(restored.code, 4, "more deletes than the limit: {}", restored.talk);
    assert_eq!(planned(&restored.results)[2], 109, "{}", restored.results);
}
