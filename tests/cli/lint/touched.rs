//! Tests that findings with two equally responsible places are reported in the file that the change touches; the other
//! place is related.

use super::bench::{commit, committed_shop, findings, listed, report, service, told};
use crate::testkit::{Repo, portolan};

/// `catalog/zebra.yaml` is on `main`; the branch adds `more` under a name that sorts earlier.
fn branch(path: &str, more: String) -> Repo {
    let repo = committed_shop();
    repo.write("catalog/zebra.yaml", service("zebra", ""));
    commit(&repo, "zebra");
    repo.git(&["checkout", "--quiet", "-b", "topic"]);
    repo.write(path, more);
    repo
}

#[test]
fn a_duplicate_is_reported_where_the_change_is_and_not_where_it_always_was() {
    let repo = branch("catalog/again.yaml", service("zebra", ""));
    // By file order, the finding is at the later file.
    assert_eq!(findings(&repo, &[]), ["catalog/zebra.yaml:7:15 duplicate-entity"]);
    let expected = ["catalog/again.yaml:7:15 duplicate-entity"];
    assert_eq!(findings(&repo, &["--changed"]), expected);
    repo.git(&["add", "--all"]);
    assert_eq!(findings(&repo, &["--staged"]), expected);
    commit(&repo, "again");
    assert_eq!(findings(&repo, &["--since", "main"]), expected);
    assert_eq!(findings(&repo, &["catalog/again.yaml"]), expected);
    let told = told(portolan(&repo).args(["lint", "--since", "main", "--output", "json"]));
    assert_eq!(told.code, 1);
    assert_eq!(report(&told)["findings"][0]["related"][0]["path"], "catalog/zebra.yaml");
}

#[test]
fn in_ci_the_change_is_that_of_the_pull_request() {
    let repo = branch("catalog/again.yaml", service("zebra", ""));
    commit(&repo, "again");
    let ci = [("CI", "true"), ("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "main")];
    let lint = |variables: &[(&str, &str)]| {
        listed(&told(portolan(&repo).envs(variables.iter().copied()).args(["lint", "--output", "json"])))
    };
    assert_eq!(lint(&ci), ["catalog/again.yaml:7:15 duplicate-entity"]);
    // Without a base, the change is not known.
    assert_eq!(lint(&ci[..2]), ["catalog/zebra.yaml:7:15 duplicate-entity"]);
    assert_eq!(lint(&[]), ["catalog/zebra.yaml:7:15 duplicate-entity"]);
}

#[test]
fn spellings_and_names_of_resources_too() {
    let repo = branch("catalog/again.yaml", service("Zebra", "").replace("name: Zebra", "name: zebra"));
    let expected = ["catalog/again.yaml:4:9 duplicate-resource", "catalog/again.yaml:7:15 case-collision"];
    assert_eq!(findings(&repo, &["--changed"]), expected);
    let told = told(portolan(&repo).args(["lint", "--changed", "--output", "json"]));
    for finding in report(&told)["findings"].as_array().expect("a list") {
        assert_eq!(finding["entity"]["identifier"], "Zebra", "{finding}");
    }
}

#[test]
fn comments_and_baselines_know_it_by_its_first_place() {
    let repo = branch("catalog/again.yaml", service("zebra", ""));
    told(portolan(&repo).args(["lint", "--write-baseline", "old.json"]));
    assert_eq!(findings(&repo, &["--changed", "--baseline", "old.json"]), [""; 0]);
    let ignored =
        service("zebra", "").replace("identifier: zebra", "identifier: zebra # portolan: ignore[P401] moved soon");
    repo.write("catalog/zebra.yaml", ignored);
    assert_eq!(findings(&repo, &["--changed"]), [""; 0]);
}

#[test]
fn a_file_that_cannot_be_read_is_reported_with_what_that_means_for_a_push() {
    let repo = committed_shop();
    repo.write("catalog/broken.yaml", service("broken", "  title: \"never closed\n"));
    let told = told(portolan(&repo).args(["lint", "--output", "json"]));
    assert_eq!(told.code, 1);
    let finding = &report(&told)["findings"][0];
    assert_eq!(finding["rule"], "yaml-syntax");
    assert!(
        finding["message"].as_str().is_some_and(|text| text.contains("`portolan push` deletes nothing")),
        "{finding}"
    );
}

/// `push` skips such an entity, so lint must report it.
#[test]
fn search_queries_are_reported_with_what_that_means_for_a_push() {
    let repo = committed_shop();
    let query = "{combinator: and, rules: []}";
    let more = format!("  team: {query}\n  relations:\n    system: {query}\n    dependsOn: [cart]\n");
    repo.write("catalog/asking.yaml", service("asking", &more));
    let found = findings(&repo, &[]);
    assert_eq!(found, ["catalog/asking.yaml:8:9 search-query", "catalog/asking.yaml:10:13 search-query"]);
}

#[test]
fn a_snapshot_can_be_required() {
    let repo = committed_shop();
    assert_eq!(told(portolan(&repo).args(["lint", "--require-snapshot"])).code, 0);
    repo.remove(".portolan/blueprints/service.json");
    repo.remove(".portolan/blueprints/system.json");
    assert_eq!(told(portolan(&repo).arg("lint")).code, 0);
    for arguments in [&["lint", "--require-snapshot"][..], &["lint", "--require-snapshot", "--fail-on", "never"]] {
        let told = told(portolan(&repo).args(arguments));
        assert_eq!((told.code, told.out.as_str()), (64, ""), "{told:?}");
        assert!(told.err.contains("portolan pull"), "{told:?}");
    }
}
