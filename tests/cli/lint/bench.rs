//! A small test repository without findings, and one fault of each severity to add to it. The tests rely on the line
//! numbers of these texts.

use std::path::Path;

use crate::testkit::{Repo, portolan_in};

const SERVICE: &str = r#"{
  "identifier": "service",
  "title": "Service",
  "schema": {
    "properties": {
      "tier": {"type": "number", "title": "Tier"},
      "runtime": {"type": "object", "title": "Runtime"},
      "owner": {"type": "string", "title": "Owner"}
    },
    "required": []
  },
  "relations": {
    "system": {"title": "System", "target": "system", "required": false, "many": false},
    "dependsOn": {"title": "Depends on", "target": "service", "required": false, "many": true}
  }
}
"#;

const SYSTEM: &str = r#"{"identifier": "system", "title": "System", "schema": {"properties": {}, "required": []}}
"#;

const SOURCE: &str = r#"{"format": "portolan.source/1", "pulledAt": "2026-11-10T08:00:00.000Z"}
"#;

/// Blueprints, a known entity, a system and two related services, without findings.
pub fn shop() -> Repo {
    let repo = Repo::new();
    repo.write(".portolan/blueprints/service.json", SERVICE).write(".portolan/blueprints/system.json", SYSTEM);
    repo.write(".portolan/source.json", SOURCE).write(".portolan/known-entities.txt", "system\tlegacy\n");
    repo.write("portolan.yaml", "platform: port\n");
    repo.write("catalog/system.yaml", system("shop"));
    repo.write("catalog/cart.yaml", service("cart", "  relations:\n    system: shop\n"));
    repo.write("catalog/checkout.yaml", service("checkout", "  relations:\n    dependsOn: [cart]\n"));
    repo
}

/// The same, committed on `main`.
pub fn committed_shop() -> Repo {
    let repo = shop();
    repo.git(&["init", "--quiet"]);
    commit(&repo, "the shop");
    repo
}

pub fn commit(repo: &Repo, message: &str) {
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", message]);
}

/// A service: `more` is added under `spec` from line 8 on.
pub fn service(identifier: &str, more: &str) -> String {
    entity("service", identifier, more)
}

pub fn system(identifier: &str) -> String {
    entity("system", identifier, "")
}

fn entity(blueprint: &str, identifier: &str, more: &str) -> String {
    format!(
        "apiVersion: getport.io/v1\nkind: ClusterEntity\nmetadata:\n  name: {identifier}\nspec:\n  \
         blueprint: {blueprint}\n  identifier: {identifier}\n{more}"
    )
}

/// An error at 9:11: `wrong-property-type`.
pub const WRONG: &str = "  properties:\n    tier: high\n";
/// A warning at 10:14, `ambiguous-scalar`, which `--fix` fixes.
pub const AMBIGUOUS: &str = "  properties:\n    runtime:\n      debug: 1e400\n";
/// The same after `--fix`.
pub const QUOTED: &str = "  properties:\n    runtime:\n      debug: \"1e400\"\n";

/// The result of a run.
#[derive(Debug)]
pub struct Told {
    pub code: i32,
    pub out: String,
    pub err: String,
}

pub fn lint(repo: &Repo, arguments: &[&str]) -> Told {
    lint_in(repo.path(), arguments)
}

pub fn lint_in(folder: &Path, arguments: &[&str]) -> Told {
    told(portolan_in(folder).arg("lint").args(arguments))
}

pub fn told(command: &mut assert_cmd::Command) -> Told {
    let output = command.output().expect("portolan runs");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let told = Told {
        code: output.status.code().expect("no signal ended it"),
        out: text(&output.stdout),
        err: text(&output.stderr),
    };
    assert!(!told.err.contains("panicked") && !told.err.contains("internal error"), "{told:?}");
    told
}

/// Every finding as `path:line:column rule`, in the order of the report.
pub fn findings(repo: &Repo, arguments: &[&str]) -> Vec<String> {
    findings_in(repo.path(), arguments)
}

pub fn findings_in(folder: &Path, arguments: &[&str]) -> Vec<String> {
    let told = lint_in(folder, &[&["--output", "json"], arguments].concat());
    listed(&told)
}

/// The findings of a report in JSON.
pub fn listed(told: &Told) -> Vec<String> {
    let findings = report(told)["findings"].as_array().cloned().expect("findings are a list");
    findings
        .iter()
        .map(|it| {
            let (path, rule) = (it["path"].as_str().expect("a path"), it["rule"].as_str().expect("a rule"));
            format!("{path}:{}:{} {rule}", it["start"]["line"], it["start"]["column"])
        })
        .collect()
}

pub fn report(told: &Told) -> serde_json::Value {
    serde_json::from_str(&told.out).unwrap_or_else(|error| panic!("{error}: {told:?}"))
}

/// Checks that standard error contains the words, regardless of line breaks.
#[track_caller]
pub fn assert_says(told: &Told, words: &str) {
    let flat = flat(&told.err);
    assert!(flat.contains(words), "not said: {words}\n{}", told.err);
}

/// A report with its lines joined: frames wrap sentences at the width of the terminal.
pub fn flat(text: &str) -> String {
    let words = text.split_whitespace().filter(|word| !matches!(*word, "│" | "·"));
    words.collect::<Vec<_>>().join(" ")
}
