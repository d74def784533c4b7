//! Tests files with unresolved merge conflicts: each conflict is reported once, and never as broken YAML or JSON.

use super::bench::{lint, service, shop};
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;

const CONFLICT: &str = "<<<<<<< HEAD\n{ours}\n=======\n{theirs}\n>>>>>>> feature\n";

fn conflict(ours: &str, theirs: &str) -> String {
    CONFLICT.replace("{ours}", ours).replace("{theirs}", theirs)
}

/// The rule, path and line of every finding.
fn found(repo: &Repo) -> Vec<(String, String, u64)> {
    let told = lint(repo, &["--output", "json"]);
    let json: serde_json::Value = serde_json::from_str(&told.out).unwrap_or_else(|_| panic!("{told:?}"));
    let text = |value: &serde_json::Value| value.as_str().unwrap_or_default().to_owned();
    let findings = json["findings"].as_array().into_iter().flatten();
    findings
        .map(|it| (text(&it["rule"]), text(&it["path"]), it["start"]["line"].as_u64().unwrap_or_default()))
        .collect()
}

fn at(path: &str, line: u64) -> (String, String, u64) {
    ("merge-conflict".to_owned(), path.to_owned(), line)
}

#[test]
fn a_conflict_in_a_manifest_is_one_finding_and_breaks_no_relation() {
    let repo = shop();
    let text = service("cart", "  relations:\n    system: shop\n");
    let twice = text.replace("    system: shop\n", &conflict("    system: shop", "    system: legacy"));
    repo.write("catalog/cart.yaml", format!("{twice}{}", conflict("  title: A", "  title: B")));
    let lines: Vec<u64> = found(&repo).iter().map(|it| it.2).collect();
    assert_eq!(lines.len(), 2, "{:?}", found(&repo));
    assert_eq!(found(&repo), [at("catalog/cart.yaml", lines[0]), at("catalog/cart.yaml", lines[1])]);
    let told = lint(&repo, &[]);
    assert!(told.code == 1 && told.out.contains("`HEAD` and `feature`") && told.out.contains("help: "), "{told:?}");
}

#[test]
fn a_conflict_in_the_snapshot_is_reported_where_it_is() {
    let repo = shop();
    let blueprint = repo.read(".portolan/blueprints/system.json");
    repo.write(".portolan/blueprints/system.json", conflict(blueprint.trim(), blueprint.trim()));
    repo.write(
        ".portolan/known-entities.txt",
        format!("service\told\n{}", conflict("system\tlegacy", "system\tnewer")),
    );
    let source = repo.read(".portolan/source.json");
    repo.write(".portolan/source.json", conflict(source.trim(), source.trim()));
    // The entities of both sides of the conflict count as known.
    repo.write("catalog/cart.yaml", service("cart", "  relations:\n    system: legacy\n"));
    repo.write("catalog/checkout.yaml", service("checkout", "  relations:\n    system: newer\n"));
    let expected = [
        at(".portolan/blueprints/system.json", 1),
        at(".portolan/known-entities.txt", 2),
        at(".portolan/source.json", 1),
    ];
    let found = found(&repo);
    let conflicts: Vec<_> = found.iter().filter(|it| it.0 == "merge-conflict").cloned().collect();
    assert_eq!(conflicts, expected, "{found:?}");
    assert!(!found.iter().any(|it| it.0 == "broken-blueprint" || it.0 == "dangling-relation"), "{found:?}");
    let told = lint(&repo, &[]);
    assert!(told.out.contains("portolan pull"), "{told:?}");
}

#[test]
fn a_conflict_in_the_config_or_the_baseline_is_named_with_its_lines() {
    let repo = shop();
    repo.write("b.json", conflict("{", "{}"));
    let told = lint(&repo, &["--baseline", "b.json"]);
    assert_error(&told.err, "baseline::conflict");
    assert!(told.code == 64 && told.err.contains("line 1"), "{told:?}");
    repo.write(
        "portolan.yaml",
        format!("platform: port\n{}{}", conflict("catalog: eu", "catalog: us"), conflict("scope: a", "scope: b")),
    );
    let told = lint(&repo, &[]);
    assert_eq!(
        (told.code, told.err.matches("merge conflict between `HEAD` and `feature`").count()),
        (64, 2),
        "{told:?}"
    );
    assert!(told.err.contains("lines 2 to 6") && told.err.contains("lines 7 to 11"), "{told:?}");
    assert!(told.err.contains("`<<<<<<<`") && !told.err.contains("schema config"), "{told:?}");
}

/// Every file that portolan reads as its own: what is typed, and how the run ends.
#[test]
fn a_conflict_in_any_file_that_portolan_reads_is_reported_as_one() {
    for (path, line, code) in [
        ("catalog/cart.yaml", "lint", 1),
        ("catalog/cart.yaml", "diff --catalog local", 1),
        ("catalog/cart.yaml", "push --catalog local", 1),
        ("apps/cart/port.yml", "lint", 1),
        (".portolan/blueprints/service.json", "lint", 1),
        (".portolan/known-entities.txt", "lint", 1),
        (".portolan/source.json", "lint", 1),
        ("portolan.yaml", "lint", 64),
        ("portolan.yaml", "diff", 64),
        ("portolan.yaml", "push", 64),
        ("portolan.yaml", "config", 64),
        ("portolan.yaml", "pull", 64),
        ("portolan.yaml", "init --dry-run", 64),
        ("ci/portolan.yaml", "--config ci/portolan.yaml lint", 64),
        ("baseline.json", "lint --baseline baseline.json", 64),
        ("plan.json", "push --catalog local --plan plan.json", 64),
        ("last.json", "push --catalog local --since-outcome last.json", 64),
        ("last.json", "push --catalog local --since-outcome last.json --rollback", 64),
        ("comment.md", "comment comment.md", 64),
        (".pre-commit-config.yaml", "init --dry-run", 64),
        (".gitignore", "init --dry-run", 64),
        (".gitattributes", "init --dry-run", 64),
        (".github/workflows/portolan.yml", "init --dry-run --ci github", 64),
        (".gitlab-ci.yml", "init --dry-run --ci gitlab", 64),
        (".vscode/settings.json", "init --dry-run", 64),
    ] {
        let repo = shop();
        repo.git(&["init", "--quiet"]);
        repo.git(&["add", "--all"]);
        repo.git(&["commit", "--quiet", "--message", "all"]);
        let before = match path {
            "catalog/cart.yaml" => service("cart", ""),
            "apps/cart/port.yml" => "identifier: cart\nblueprint: service\n".to_owned(),
            path if repo.path().join(path).exists() => repo.read(path),
            path if path.ends_with(".json") => "{}\n".to_owned(),
            _ => "a: 1\n".to_owned(),
        };
        repo.write(path, format!("{before}{}", conflict("a", "b")));
        let told = crate::cli::run(&repo, line);
        let said = format!("{}{}", told.results, told.talk);
        assert_eq!(told.code, code, "{path}: {line}: {said}");
        assert!(said.to_lowercase().contains("merge conflict") && said.contains("help: "), "{path}: {line}: {said}");
        let name = path.rsplit('/').next().unwrap_or(path);
        assert!(said.contains(name), "{path}: {line}: {said}");
    }
}

#[test]
fn other_yaml_with_a_conflict_is_none_of_ours() {
    let repo = shop();
    repo.write("ci.yaml", format!("on: push\n{}", conflict("a: 1", "a: 2")));
    assert_eq!(found(&repo), []);
}
