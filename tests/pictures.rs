//! Tests that the pictures of the documentation are up to date: drawings of the real binary's output. `just accept`
//! draws them again. Text that depends on the day or the machine (times, commits, digests) is replaced by constants.

mod comment;
mod svg;
mod terminal;

use std::path::{Path, PathBuf};

use crate::testkit::{Repo, portolan, update_is_asked_for};

fn project(path: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(path)
}

fn check(name: &str, picture: &str) {
    roxmltree::Document::parse(picture).expect("a picture is XML");
    assert!(picture.len() < 32 * 1024, "{name} has {} bytes", picture.len());
    let path = project("docs/pictures").join(name);
    if update_is_asked_for() {
        std::fs::write(&path, picture).expect("files can be written");
    }
    let found = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(found == picture, "{name} is stale: `just accept`, look at it, and commit it");
}

/// The output on a terminal of 100 columns.
fn shown(repo: &Repo, arguments: &[&str]) -> String {
    let mut command = portolan(repo);
    let output = command.env_remove("NO_COLOR").args(["--color", "always"]).args(arguments).output().expect("it runs");
    assert!(output.stderr.is_empty() || !output.stdout.is_empty(), "{}", String::from_utf8_lossy(&output.stderr));
    settled(&String::from_utf8(output.stdout).expect("UTF-8"))
}

/// The text with everything that differs from run to run replaced: `commit 0a1b…`, `(0a1b…)`, digests of twelve digits,
/// times.
fn settled(text: &str) -> String {
    let mut out = String::new();
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c.is_ascii_alphanumeric()) {
        let (before, word) = rest.split_at(at);
        out.push_str(before);
        let end = word.find(|c: char| !c.is_ascii_alphanumeric()).unwrap_or(word.len());
        let (word, after) = word.split_at(end);
        let is_hash = word.chars().all(|c| c.is_ascii_hexdigit() && !c.is_ascii_uppercase());
        match word.len() {
            10 if is_hash && before.contains('(') => out.push_str("9b3d7a6e10"),
            10 if is_hash => out.push_str("5c1e0f8a42"),
            48 if is_hash => out.push_str("1d8c1b066ba59f42c07e6a318d5b24f90e73c6a1825fd0b4"),
            _ => out.push_str(word),
        }
        rest = after;
    }
    out.push_str(rest);
    let mut lines: Vec<String> = Vec::new();
    for line in out.split('\n') {
        let time = line.find(" UTC").and_then(|end| line.get(end.checked_sub(16)?..end));
        lines.push(time.map_or_else(|| line.to_owned(), |time| line.replace(time, "2026-11-13 16:05")));
    }
    lines.join("\n")
}

#[test]
fn lint_is_as_in_the_picture() {
    let repo = Repo::new();
    repo.copy_example("acme-broken");
    let paths =
        ["catalog/logistics/tracking/tracking-webhooks.yaml", "catalog/payments/checkout", "catalog/platform/edge"];
    let text = shown(&repo, &[&["lint"], &paths[..]].concat());
    let command = format!("portolan lint {}", paths.join(" "));
    check("lint.svg", &terminal::draw(&command, &text));
}

/// A branch that creates and updates entities, and deletes a relation target of a foreign entity.
fn branch() -> Repo {
    let repo = Repo::new();
    repo.copy_example("acme");
    repo.git(&["init", "--quiet"]);
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "The catalog"]);
    let push = |scope: &str, more: &[&str]| {
        portolan(&repo).args(["push", "--quiet"]).args(more).env("PORTOLAN_SCOPE", scope).assert().code(0);
    };
    push("acme/catalog", &[]);
    let elsewhere = "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {name: invoice-mailer}\nspec:\n  \
        blueprint: service\n  identifier: invoice-mailer\n  properties: {lifecycle: production, tier: 3, language: go, \
        description: Mails invoices., repository: 'https://git.acme.example/finance/invoice-mailer'}\n  \
        relations: {consumes: [quotes/v1], system: quoting}\n";
    repo.write("catalog/elsewhere.yaml", elsewhere);
    push("acme/finance", &["--only", "catalog/elsewhere.yaml", "--no-prune"]);
    repo.remove("catalog/elsewhere.yaml");
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    let apis = repo.read("catalog/logistics/quoting/apis.yaml");
    let kept: Vec<&str> = apis.split("\n---\n").filter(|it| !it.contains("identifier: quotes/v1")).collect();
    repo.write("catalog/logistics/quoting/apis.yaml", kept.join("\n---\n"));
    let tracking = repo.read("catalog/logistics/tracking/tracking.yaml");
    assert!(tracking.contains("replicas: 18"));
    repo.write("catalog/logistics/tracking/tracking.yaml", tracking.replacen("replicas: 18", "replicas: 24", 1));
    let sets = [
        "tier=2",
        "lifecycle=experimental",
        "language=go",
        "system=booking",
        "description=Lockers at stations and in shops.",
        "repository=https://git.acme.example/logistics/parcel-lockers",
    ];
    let mut new = portolan(&repo);
    new.args(["new", "service", "parcel-lockers", "--no-input", "--file", "catalog/logistics/parcel-lockers.yaml"]);
    new.args(sets.iter().flat_map(|set| ["--set", set])).assert().code(0);
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "Parcel lockers"]);
    repo
}

#[test]
fn diff_and_the_comment_are_as_in_the_pictures() {
    let repo = branch();
    let text = shown(&repo, &["diff", "--base", "main", "--output", "text", "--output", "markdown=comment.md"]);
    check("diff.svg", &terminal::draw("portolan diff --base main", &text));
    check("comment.svg", &comment::draw(&settled(&repo.read("comment.md"))));
}

#[test]
fn what_changes_from_run_to_run_is_settled() {
    let text = "commit 081c48c46d (43f8cc1dd5) `--approve a26f01b2c3d4a26f01b2c3d4a26f01b2c3d4a26f01b2c3d4` replicas 24\n2026-11-21 19:26 UTC";
    let wanted = "commit 5c1e0f8a42 (9b3d7a6e10) `--approve 1d8c1b066ba59f42c07e6a318d5b24f90e73c6a1825fd0b4` replicas 24\n2026-11-13 16:05 UTC";
    assert_eq!(settled(text), wanted);
}
