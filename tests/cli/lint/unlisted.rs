//! Tests manifests outside `manifests.include`, and PATHS that `manifests.exclude` matches: neither is ignored
//! silently.

use super::bench::{commit, committed_shop, findings, lint, service, shop};
use crate::testkit::Repo;

const RULE: &str = "unlisted-manifest";

fn narrow(repo: &Repo) {
    repo.write(
        "portolan.yaml",
        "manifests:\n  include: [\"catalog/**\"]\n  exclude:\n    - \"old/**\"\n    - samples\n",
    );
}

fn unlisted(repo: &Repo, arguments: &[&str]) -> Vec<String> {
    let found = findings(repo, arguments);
    found.iter().filter(|it| it.ends_with(RULE)).map(|it| it.split(':').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn a_manifest_that_nothing_reads_is_a_warning() {
    let repo = shop();
    narrow(&repo);
    let text = service("wishes", "");
    for path in [
        "teams/wishes.yaml",
        "old/a.yaml",
        "samples/a.yaml",
        "vendor/x/a.yaml",
        "sub/portolan.yaml",
        "sub/a.yaml",
        "out/a.yaml",
    ] {
        repo.write(path, if path.ends_with("portolan.yaml") { "" } else { &text });
    }
    repo.write(".gitignore", "out/\n").write("shop/port.yml", "identifier: x\nblueprint: service\n");
    repo.write("deploy/chart.yaml", "kind: Deployment\n").write("broken/x.yaml", "getport.io/v1: [\n");
    assert_eq!(unlisted(&repo, &[]), ["shop/port.yml", "teams/wishes.yaml"]);
    assert_eq!(lint(&repo, &[]).code, 0);
    assert_eq!(lint(&repo, &["--fail-on", "warning"]).code, 1);
    // PATHS, the rule's level and an ignore comment apply to it.
    assert_eq!(unlisted(&repo, &["teams"]), ["teams/wishes.yaml"]);
    assert_eq!(unlisted(&repo, &["catalog"]), [""; 0]);
    assert_eq!(unlisted(&repo, &["--rule", "unlisted-manifest=off"]), [""; 0]);
    repo.write(
        "teams/wishes.yaml",
        text.replace("  identifier", "  # portolan: ignore[unlisted-manifest] a draft\n  identifier"),
    );
    assert_eq!(unlisted(&repo, &[]), ["shop/port.yml"]);
    // Without includes, every YAML file is read.
    repo.write("portolan.yaml", "");
    assert_eq!(unlisted(&repo, &[]), [""; 0]);
}

#[test]
fn what_git_selects_is_reported_and_nothing_else() {
    let repo = committed_shop();
    narrow(&repo);
    repo.write("teams/old.yaml", service("old", ""));
    commit(&repo, "narrow");
    repo.write("teams/new.yaml", service("new", ""));
    assert_eq!(unlisted(&repo, &["--staged"]), [""; 0]);
    assert_eq!(unlisted(&repo, &["--changed"]), ["teams/new.yaml"]);
    repo.git(&["add", "--all"]);
    assert_eq!(unlisted(&repo, &["--staged"]), ["teams/new.yaml"]);
    assert_eq!(unlisted(&repo, &["--pre-commit", "teams/new.yaml"]), ["teams/new.yaml"]);
    assert_eq!(unlisted(&repo, &["--since", "HEAD"]), ["teams/new.yaml"]);
}

#[test]
fn an_excluded_path_is_reported_with_the_glob_and_its_line() {
    let repo = shop();
    narrow(&repo);
    repo.write("old/a.yaml", service("a", "")).write("samples/b.yaml", service("b", ""));
    for (arguments, words) in [
        (&["old"][..], "`old` is excluded by `old/**` in `manifests.exclude` (portolan.yaml:4): it was not checked."),
        (
            &["samples/b.yaml", "--force-exclude"],
            "`samples` in `manifests.exclude` (portolan.yaml:5): it was not checked.",
        ),
        (&["samples/b.yaml"], "diff and push ignore it"),
    ] {
        let arguments = [arguments, &["--output", "json"]].concat();
        let told = lint(&repo, &arguments);
        let json: serde_json::Value = serde_json::from_str(&told.out).unwrap_or_else(|_| panic!("{told:?}"));
        assert!(
            json["notes"]
                .as_array()
                .into_iter()
                .flatten()
                .any(|note| note.as_str().is_some_and(|it| it.contains(words))),
            "{words}: {json}"
        );
    }
    // A hook passes every file of a commit.
    let told = lint(&repo, &["catalog/cart.yaml"]);
    assert!(!told.out.contains("excluded"), "{told:?}");
}
