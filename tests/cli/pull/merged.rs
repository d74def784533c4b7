//! Tests snapshots in Git: `pull` writes only what the repository can point to, and two pulls can be merged.

use serde_json::{Value, json};

use super::bench::{Catalog, known};
use crate::cli::run;
use crate::testkit::{Repo, contents};

/// A catalog of squads, systems, clusters, teams and users.
fn catalog() -> Catalog {
    let seed = Repo::new();
    let blueprint = |name: &str, properties: Value, relations: Value| {
        let body = json!({"identifier": name, "title": name, "schema": {"properties": properties, "required": []},
            "relations": relations});
        seed.write(&format!(".portolan/blueprints/{name}.json"), body.to_string());
    };
    let relation = |target: &str| json!({"target": target, "many": false, "required": false});
    blueprint("service", json!({"onCall": {"type": "string", "format": "user"}}), json!({"squad": relation("squad")}));
    blueprint("pod", json!({}), json!({"cluster": relation("cluster")}));
    blueprint("squad", json!({}), json!({}));
    blueprint("cluster", json!({}), json!({}));
    let mut entities = String::new();
    for (blueprint, identifiers) in [("squad", &["blue", "red"][..]), ("cluster", &["eu"])] {
        for identifier in identifiers {
            entities.push_str(&format!("- identifier: {identifier}\n  blueprint: {blueprint}\n"));
        }
    }
    seed.write("port.yml", entities);
    let known = "_team\tpayments\n_team\tplatform\n_user\tada@acme.io\n_user\tbob@acme.io\n_user\teve@acme.io\n";
    seed.write(".portolan/known-entities.txt", known);
    Catalog::of(&seed)
}

fn repository(manifests: &str) -> Repo {
    let repo = Repo::new();
    repo.write("catalog/port.yml", manifests).write("portolan.yaml", "scope: acme/shop\n");
    repo.git(&["init", "--quiet"]);
    repo
}

const CART: &str = "- identifier: cart\n  blueprint: service\n";

#[test]
fn the_list_holds_what_manifests_here_can_point_to_and_no_more() {
    let catalog = catalog();
    for (manifests, expected) in [
        (CART.to_owned(), &["squad/blue", "squad/red"][..]),
        (format!("{CART}  team: payments\n"), &["_team/payments", "_team/platform", "squad/blue", "squad/red"]),
        (format!("{CART}  properties: {{onCall: bob@acme.io}}\n"), &["_user/bob@acme.io", "squad/blue", "squad/red"]),
        (format!("{CART}- identifier: blue\n  blueprint: squad\n"), &["squad/red"]),
        ("- identifier: web\n  blueprint: pod\n".to_owned(), &["cluster/eu"]),
        // A repository without manifests may use any blueprint.
        (String::new(), &["cluster/eu", "squad/blue", "squad/red"]),
    ] {
        let repo = repository(&manifests);
        catalog.pull(&repo, "");
        assert_eq!(known(&repo, ""), expected, "{manifests}");
        let lint = run(&repo, "lint");
        assert_eq!(lint.code, 0, "{}", lint.results);
        let before = contents(repo.path());
        catalog.pull(&repo, "");
        assert!(contents(repo.path()) == before, "{manifests}: a second pull changes something");
    }
}

#[test]
fn after_a_pull_lint_knows_teams_and_users() {
    let catalog = catalog();
    let repo = repository(&format!("{CART}  team: payments\n  properties: {{onCall: bob@acme.io}}\n"));
    catalog.pull(&repo, "");
    repo.write("catalog/port.yml", format!("{CART}  team: paymnets\n  properties: {{onCall: bobb@acme.io}}\n"));
    let lint = run(&repo, "lint --output json");
    let report: Value = serde_json::from_str(&lint.results).expect("JSON");
    let rules: Vec<_> = report["findings"].as_array().unwrap().iter().map(|it| it["rule"].clone()).collect();
    assert_eq!(rules, ["unknown-team", "unknown-team"], "{}", lint.results);
    // The list does not cover a blueprint that was not in use when it was pulled.
    repo.write(
        "catalog/port.yml",
        format!("{CART}- identifier: web\n  blueprint: pod\n  relations: {{cluster: eu}}\n"),
    );
    let lint = run(&repo, "lint");
    assert_eq!(lint.code, 0, "{}", lint.results);
    let check = catalog.run(&repo, "pull --check");
    assert_eq!(check.code, 2, "the list lacks clusters: {}", check.results);
}

#[test]
fn pulls_on_two_branches_merge_without_conflict() {
    let catalog = catalog();
    for has_ancestor in [true, false] {
        let repo = repository(&format!("{CART}  properties: {{onCall: bob@acme.io}}\n"));
        repo.write(".gitattributes", "* text=auto\n");
        if has_ancestor {
            catalog.pull(&repo, "");
        }
        let commit = |message: &str| {
            repo.git(&["add", "--all"]);
            repo.git(&["commit", "--quiet", "--message", message]);
        };
        commit("first");
        let pull_at = |day: &str| {
            let run = crate::cli::run_with(
                &repo,
                "pull",
                &[&catalog.variables()[..], &[("SOURCE_DATE_EPOCH", day)]].concat(),
            );
            assert_eq!(run.code, 0, "{}{}", run.results, run.talk);
        };
        repo.git(&["checkout", "--quiet", "-b", "topic"]);
        repo.write("apps/port.yml", "- identifier: a\n  blueprint: service\n  properties: {onCall: eve@acme.io}\n");
        pull_at("1794787200");
        commit("topic");
        repo.git(&["checkout", "--quiet", "main"]);
        repo.write("libs/port.yml", "- identifier: b\n  blueprint: service\n  properties: {onCall: ada@acme.io}\n");
        pull_at("1794873600");
        commit("main");
        repo.git(&["merge", "--quiet", "--no-edit", "topic"]);
        let text = repo.read(".portolan/known-entities.txt");
        assert!(text.contains("ada@acme.io") && text.contains("eve@acme.io") && !text.contains("<<<<"), "{text}");
        assert!(repo.read(".gitattributes").starts_with("* text=auto\n"));
        let source: Value = serde_json::from_str(&repo.read(".portolan/source.json")).expect("the merge is JSON");
        assert!(source["pulledAt"].as_str().is_some_and(|at| at.starts_with("2026-11-1")), "{source}");
        let lint = run(&repo, "lint");
        assert_eq!(lint.code, 0, "{}", lint.results);
        // A merged list is unsorted and has duplicate lines, but it is up to date.
        repo.write(".portolan/known-entities.txt", format!("{text}squad\tred\nsquad\tblue\n"));
        let check = catalog.run(&repo, "pull --check");
        assert_eq!(check.code, 0, "{}", check.results);
        catalog.pull(&repo, "");
        assert_eq!(
            known(&repo, ""),
            ["_user/ada@acme.io", "_user/bob@acme.io", "_user/eve@acme.io", "squad/blue", "squad/red"]
        );
    }
}

#[test]
fn attributes_are_added_once_and_only_where_git_has_the_snapshot() {
    let catalog = catalog();
    let repo = repository(CART);
    catalog.pull(&repo, "--dry-run");
    assert!(!repo.path().join(".gitattributes").exists());
    catalog.pull(&repo, "");
    let first = repo.read(".gitattributes");
    assert_eq!(
        repo.git(&["check-attr", "merge", ".portolan/known-entities.txt"]),
        ".portolan/known-entities.txt: merge: union\n"
    );
    catalog.pull(&repo, "");
    assert_eq!(repo.read(".gitattributes"), first);
    repo.write(".gitattributes", "*.png binary");
    catalog.pull(&repo, "");
    assert_eq!(repo.read(".gitattributes"), format!("*.png binary\n{first}"));

    let ignoring = repository(CART);
    ignoring.write(".gitignore", ".portolan/\n");
    catalog.pull(&ignoring, "");
    assert!(!ignoring.path().join(".gitattributes").exists());

    let folder = Repo::new();
    folder.git(&["init", "--quiet"]);
    folder.write("teams/a/portolan.yaml", "scope: acme/a\n").write("teams/a/port.yml", CART);
    let pulled = catalog.run(&folder, "-C teams/a pull");
    assert_eq!(pulled.code, 0, "{}", pulled.talk);
    let path = "teams/a/.portolan/known-entities.txt";
    assert_eq!(folder.git(&["check-attr", "merge", path]), format!("{path}: merge: union\n"));
    assert!(!folder.path().join(".gitattributes").exists());

    let without_git = Repo::outside_git();
    without_git.write("portolan.yaml", "scope: acme/a\n").write("port.yml", CART);
    catalog.pull(&without_git, "");
    assert!(!without_git.path().join(".gitattributes").exists());
}
