//! Tests what lint reports about a missing, incomplete or old snapshot: once, and never once per entity.

use super::bench::{WRONG, commit, findings, flat, lint, service, shop};
use crate::testkit::Repo;

const NO_SNAPSHOT: &str = "No snapshot of the catalog (`.portolan/blueprints`)";

fn without(files: &[&str]) -> Repo {
    let repo = shop();
    files.iter().for_each(|file| repo.remove(&format!(".portolan/{file}")));
    repo.write(
        "catalog/wishes.yaml",
        service("wishes", "  properties:\n    tier: high\n  relations:\n    system: nowhere\n    dependsOn: [kart]\n"),
    );
    repo
}

#[test]
fn no_snapshot_is_said_once_and_what_needs_none_is_checked() {
    let repo = without(&["blueprints/service.json", "blueprints/system.json", "known-entities.txt", "source.json"]);
    let told = lint(&repo, &[]);
    assert_eq!(told.code, 0, "{told:?}");
    assert_eq!(flat(&told.out).matches(NO_SNAPSHOT).count(), 1, "{told:?}");
    assert!(flat(&told.out).contains("Run `portolan pull`"), "{told:?}");
    repo.write("catalog/twin.yaml", service("cart", ""));
    assert_eq!(findings(&repo, &[]), ["catalog/twin.yaml:7:15 duplicate-entity"]);
    assert!(!lint(&repo, &["--quiet"]).out.contains("\nnote:"));
}

#[test]
fn no_list_of_known_entities_is_said_once_instead_of_crying_wolf() {
    let repo = without(&["known-entities.txt"]);
    repo.write("catalog/more.yaml", service("more", "  relations:\n    system: elsewhere\n"));
    let told = lint(&repo, &[]);
    assert!(!told.out.contains("dangling-relation"), "{told:?}");
    assert_eq!(flat(&told.out).matches("known-entities.txt").count(), 1, "{told:?}");
    assert!(flat(&told.out).contains("3 relations point to entities that are"), "{told:?}");
    assert_eq!(findings(&repo, &[]), ["catalog/wishes.yaml:9:11 wrong-property-type"]);
}

#[test]
fn a_missing_blueprint_is_one_finding_however_many_use_it() {
    let repo = shop();
    repo.remove(".portolan/blueprints/service.json");
    repo.write("catalog/wishes.yaml", service("wishes", WRONG));
    let found = findings(&repo, &[]);
    assert_eq!(found, ["catalog/cart.yaml:6:14 unknown-blueprint"]);
    assert!(
        flat(&lint(&repo, &[]).out).contains("3 entities") || flat(&lint(&repo, &[]).out).contains("more"),
        "{}",
        lint(&repo, &[]).out
    );
}

#[test]
fn a_broken_blueprint_is_one_finding_in_its_own_file() {
    let repo = shop();
    repo.write(".portolan/blueprints/service.json", "{\"identifier\": \"service\",\n  \"schema\": {");
    repo.write("catalog/wishes.yaml", service("wishes", WRONG));
    assert_eq!(findings(&repo, &[]), [".portolan/blueprints/service.json:2:13 broken-blueprint"]);
    assert_eq!(lint(&repo, &[]).code, 1);
}

/// A user who lints one file must not take the missing check for "no findings".
#[test]
fn a_broken_blueprint_is_noted_where_its_file_is_not_reported() {
    let repo = shop();
    repo.write(".portolan/blueprints/service.json", "{\"identifier\": ");
    repo.git(&["init", "--quiet"]);
    commit(&repo, "broken");
    repo.write("catalog/wishes.yaml", service("wishes", WRONG));
    repo.git(&["add", "--all"]);
    for arguments in [&["catalog"][..], &["--staged"], &["--changed"], &["--since", "main"]] {
        let told = lint(&repo, arguments);
        assert_eq!(told.code, 0, "{arguments:?} {told:?}");
        let words = "`.portolan/blueprints/service.json` cannot be used, so entities of its blueprint were not checked";
        assert!(flat(&told.out).contains(words), "{arguments:?} {told:?}");
    }
    assert!(!lint(&repo, &[]).out.contains("note:"), "the finding says it");
}

#[test]
fn a_commit_that_breaks_the_snapshot_is_told() {
    let repo = shop();
    repo.git(&["init", "--quiet"]);
    commit(&repo, "whole");
    repo.write(".portolan/blueprints/service.json", "{\"identifier\": ");
    let expected = [".portolan/blueprints/service.json:1:15 broken-blueprint"];
    assert_eq!(findings(&repo, &["--changed"]), expected);
    assert_eq!(findings(&repo, &["--since", "main"]), expected);
    assert_eq!(findings(&repo, &["--staged"]), [""; 0], "it is not staged");
    repo.git(&["add", "--all"]);
    assert_eq!(findings(&repo, &["--staged"]), expected);
}

/// A blueprint that was pulled but not staged is not in the commit, so the commit is checked without it.
#[test]
fn the_staged_snapshot_judges_what_is_staged() {
    let repo = shop();
    repo.git(&["init", "--quiet"]);
    commit(&repo, "all");
    let old = repo.read(".portolan/blueprints/service.json");
    repo.write(".portolan/blueprints/service.json", old.replace("\"number\"", "\"string\""));
    repo.write(".portolan/known-entities.txt", "system\tlegacy\nsystem\tnew\n");
    repo.write("catalog/wishes.yaml", service("wishes", &format!("{WRONG}  relations:\n    system: new\n")));
    repo.git(&["add", "catalog"]);
    let expected = ["catalog/wishes.yaml:9:11 wrong-property-type", "catalog/wishes.yaml:11:13 dangling-relation"];
    assert_eq!(findings(&repo, &["--staged"]), expected);
    assert_eq!(findings(&repo, &["--changed"]), [""; 0]);
    repo.git(&["add", "--all"]);
    assert_eq!(findings(&repo, &["--staged"]), [""; 0]);
}

/// Some teams ignore the snapshot and pull it in every run.
#[test]
fn a_snapshot_that_git_does_not_have_is_used_as_it_lies_there() {
    let repo = shop();
    repo.write(".gitignore", ".portolan/\n");
    repo.git(&["init", "--quiet"]);
    repo.write("catalog/wishes.yaml", service("wishes", WRONG));
    repo.git(&["add", "--all"]);
    assert_eq!(findings(&repo, &["--staged"]), ["catalog/wishes.yaml:9:11 wrong-property-type"]);
}

#[test]
fn an_old_snapshot_is_told_where_everything_is() {
    let repo = shop();
    repo.write(
        ".portolan/source.json",
        "{\"format\": \"portolan.source/1\", \"pulledAt\": \"2026-01-10T08:00:00Z\"}\n",
    );
    assert_eq!(findings(&repo, &[]), [".portolan/source.json:1:33 stale-snapshot"]);
    assert_eq!(findings(&repo, &["catalog"]), [""; 0]);
    assert_eq!(lint(&repo, &[]).code, 0);
}

#[test]
fn bad_lines_in_the_list_of_known_entities_are_noted() {
    let repo = shop();
    repo.write(".portolan/known-entities.txt", "system\tlegacy\nnonsense\n");
    let told = lint(&repo, &[]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(flat(&told.out).contains("(first: line 2)"), "{told:?}");
}

/// A stranger's branch may contain such a link, and a report shows lines of what it reads.
#[cfg(unix)]
#[test]
fn links_of_the_snapshot_that_leave_the_repository_are_not_followed() {
    use std::os::unix::fs::symlink;
    let elsewhere = Repo::new();
    elsewhere.write("secret.txt", "hunter2: {\n");
    let repo = shop();
    let secret = elsewhere.path().join("secret.txt");
    for name in ["blueprints/stranger.json", "known-entities.txt", "source.json"] {
        let link = repo.path().join(".portolan").join(name);
        let _ = std::fs::remove_file(&link);
        symlink(&secret, link).expect("links can be made");
    }
    let told = lint(&repo, &[]);
    assert!(!told.out.contains("hunter2") && !told.err.contains("hunter2"), "{told:?}");
    assert!(!told.out.contains("first: line 1"), "{told:?}");
    // A link that stays inside the repository is followed.
    let repo = shop();
    let inside = repo.path().join(".portolan/blueprints/service.json");
    std::fs::rename(&inside, repo.path().join("service.json")).expect("it can be moved");
    symlink("../../service.json", inside).expect("links can be made");
    repo.write("catalog/wishes.yaml", service("wishes", WRONG));
    assert_eq!(findings(&repo, &[]), ["catalog/wishes.yaml:9:11 wrong-property-type"]);
}
