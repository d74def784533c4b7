//! Tests `--changed` and `--since`: findings of a work tree or a branch.

use super::bench::{WRONG, assert_says, commit, committed_shop, findings, findings_in, lint, lint_in, service, shop};
use crate::testkit::Repo;

fn wrong(path: &str) -> String {
    format!("catalog/{path}.yaml:9:11 wrong-property-type")
}

#[test]
fn changed_is_staged_unstaged_and_new_files_alike() {
    let repo = committed_shop();
    assert_eq!(findings(&repo, &["--changed"]), [""; 0]);
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    repo.write("catalog/wishes.yaml", service("wishes", WRONG));
    repo.write("catalog/system.yaml", service("odd", WRONG));
    repo.git(&["add", "catalog/system.yaml"]);
    let expected = ["cart", "system", "wishes"].map(wrong);
    let found = findings(&repo, &["--changed"]);
    assert_eq!(found, [&expected[..2], &expected[2..]].concat());
    commit(&repo, "all of it");
    assert_eq!(findings(&repo, &["--changed"]), [""; 0], "old faults are not this change's");
    assert_eq!(findings(&repo, &[]).len(), 3);
}

#[test]
fn changed_reports_relations_to_what_is_gone() {
    let repo = committed_shop();
    repo.remove("catalog/cart.yaml");
    assert_eq!(findings(&repo, &["--changed"]), ["catalog/checkout.yaml:9:17 dangling-relation"]);
}

/// `main` has newer commits than the branch: their changes are not the branch's.
#[test]
fn since_counts_from_where_the_branches_parted() {
    let repo = committed_shop();
    repo.git(&["checkout", "--quiet", "-b", "feature"]);
    repo.write("catalog/wishes.yaml", service("wishes", WRONG));
    commit(&repo, "wishes");
    repo.git(&["checkout", "--quiet", "main"]);
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    commit(&repo, "a fault on main");
    repo.git(&["checkout", "--quiet", "feature"]);
    assert_eq!(findings(&repo, &["--since", "main"]), [wrong("wishes")]);
    assert_eq!(findings(&repo, &["--changed"]), [""; 0]);
    repo.write("catalog/checkout.yaml", service("checkout", WRONG));
    assert_eq!(findings(&repo, &["--since", "main"]), [wrong("checkout"), wrong("wishes")], "the work tree counts");
    assert_eq!(findings(&repo, &["--since", "main", "catalog/wishes.yaml"]), [wrong("wishes")]);
    assert_eq!(findings(&repo, &["--changed", "--since", "main"]).len(), 2);
    repo.git(&["merge", "--quiet", "main"]);
    assert_eq!(findings(&repo, &["--since", "main"]), [wrong("checkout"), wrong("wishes")], "main's fault is main's");
}

#[test]
fn any_name_of_a_commit_will_do() {
    let repo = committed_shop();
    repo.git(&["tag", "v1"]);
    repo.write("catalog/wishes.yaml", service("wishes", WRONG));
    commit(&repo, "wishes");
    let id = repo.git(&["rev-parse", "v1"]).trim().to_owned();
    for name in ["v1", "HEAD~1", "HEAD^", id.as_str(), &id[..10], "refs/tags/v1", "main~1"] {
        assert_eq!(findings(&repo, &["--since", name]), [wrong("wishes")], "{name}");
    }
}

#[test]
fn a_revision_that_is_not_there_gets_a_suggestion() {
    let repo = committed_shop();
    let told = lint(&repo, &["--since", "mian"]);
    assert_eq!((told.code, told.out.as_str()), (64, ""), "{told:?}");
    assert_says(&told, "unknown Git revision `mian`");
    assert_says(&told, "did you mean `main`?");
    let told = lint(&repo, &["--since", "zzz"]);
    assert_says(&told, "name a branch, a tag or a commit");
    let told = lint(&repo, &["--since", ""]);
    assert_eq!(told.code, 64, "{told:?}");
}

#[test]
fn branches_without_a_common_commit_are_told() {
    let repo = committed_shop();
    repo.git(&["checkout", "--quiet", "--orphan", "other"]);
    commit(&repo, "another beginning");
    let told = lint(&repo, &["--since", "main"]);
    assert_eq!(told.code, 64, "{told:?}");
    assert_says(&told, "no merge base of `main` and `HEAD`: they have no commit in common");
}

/// Most pipelines check out a shallow clone.
#[test]
fn a_shallow_clone_is_explained() {
    let repo = committed_shop();
    repo.git(&["checkout", "--quiet", "-b", "feature"]);
    repo.write("catalog/wishes.yaml", service("wishes", WRONG));
    commit(&repo, "wishes");
    let elsewhere = Repo::new();
    let clone = elsewhere.path().join("clone");
    let (from, to) = (format!("file://{}", repo.path().display()), clone.display().to_string());
    repo.git(&["clone", "--quiet", "--depth", "1", "--no-single-branch", &from, &to]);
    let told = lint_in(&clone, &["--since", "origin/main"]);
    assert_eq!(told.code, 64, "{told:?}");
    assert_says(&told, "no merge base of `origin/main` and `HEAD`: this clone is shallow");
    assert_says(&told, "git fetch --unshallow");
    // Everything else works.
    assert_eq!(findings_in(&clone, &[]), [wrong("wishes")]);
    assert_eq!(findings_in(&clone, &["--staged"]), [""; 0]);
    assert_eq!(findings_in(&clone, &["--changed"]), [""; 0]);
    let told = lint_in(&clone, &["--since", "main"]);
    assert_eq!(told.code, 64, "{told:?}");
    assert_says(&told, "unknown Git revision `main` in this shallow clone");
    repo.git(&["-C", &to, "fetch", "--quiet", "--unshallow"]);
    assert_eq!(findings_in(&clone, &["--since", "origin/main"]), [wrong("wishes")]);
}

#[test]
fn before_the_first_commit_everything_is_changed() {
    let repo = shop();
    repo.git(&["init", "--quiet"]);
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    assert_eq!(findings(&repo, &["--changed"]), [wrong("cart")]);
}

#[test]
fn what_git_ignores_is_not_linted() {
    let repo = committed_shop();
    repo.write(".gitignore", "build/\n");
    repo.write("build/cart.yaml", service("cart", WRONG));
    for arguments in [&[][..], &["--changed"]] {
        assert_eq!(findings(&repo, arguments), [""; 0], "{arguments:?}");
    }
    assert_eq!(findings(&repo, &["build/cart.yaml"]).len(), 2, "unless it is named");
}
