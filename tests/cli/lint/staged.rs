//! Tests `--staged`: it checks the content of the next commit instead of the work tree. With real Git, because Git's
//! behaviour counts: hooks, indexes, linked work trees.

use super::bench::{
    Told, WRONG, assert_says, commit, committed_shop, findings, findings_in, flat, lint, lint_in, service, shop,
};
use crate::testkit::Repo;
use crate::testkit::errors::assert_error;
#[cfg(unix)] // as below
use crate::testkit::make_executable;
use crate::testkit::says::NOTHING_TO_REPORT;

const CART: &str = "catalog/cart.yaml:9:11 wrong-property-type";

#[test]
fn the_index_is_judged_and_not_the_work_tree() {
    let repo = committed_shop();
    assert_eq!(findings(&repo, &["--staged"]), [""; 0]);
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    assert_eq!(findings(&repo, &["--staged"]), [""; 0], "a fault that is not staged is not committed");
    repo.git(&["add", "catalog/cart.yaml"]);
    assert_eq!(findings(&repo, &["--staged"]), [CART]);
    repo.write("catalog/cart.yaml", service("cart", ""));
    assert_eq!(findings(&repo, &["--staged"]), [CART], "a repair that is not staged is none");
    assert_eq!(findings(&repo, &[]), [""; 0]);
    repo.git(&["add", "catalog/cart.yaml"]);
    assert_eq!(findings(&repo, &["--staged"]), [""; 0]);
}

/// The frame also shows the text of the index, not that of the work tree.
#[test]
fn the_frame_shows_the_staged_text() {
    let repo = committed_shop();
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    repo.git(&["add", "catalog/cart.yaml"]);
    repo.write("catalog/cart.yaml", "# nothing is left\n");
    let told = lint(&repo, &["--staged"]);
    assert_eq!(told.code, 1);
    assert!(told.out.contains("9 │     tier: high\n"), "{}", told.out);
}

#[test]
fn only_what_the_commit_changes_is_reported() {
    let repo = shop();
    repo.git(&["init", "--quiet"]);
    repo.write("catalog/old.yaml", service("old", WRONG));
    commit(&repo, "with a fault");
    repo.write("catalog/new.yaml", service("new", WRONG));
    repo.git(&["add", "--all"]);
    assert_eq!(findings(&repo, &["--staged"]), ["catalog/new.yaml:9:11 wrong-property-type"]);
    let told = lint(&repo, &["--staged", "catalog/old.yaml"]);
    assert_eq!(told.code, 0, "paths narrow the choice: {told:?}");
}

#[test]
fn a_target_that_the_commit_takes_away_is_told_where_nobody_touched_a_thing() {
    let repo = committed_shop();
    repo.git(&["rm", "--quiet", "catalog/cart.yaml"]);
    let dangling = ["catalog/checkout.yaml:9:17 dangling-relation"];
    assert_eq!(findings(&repo, &["--staged"]), dangling);
    // A renamed file or another declaration keeps the entity.
    repo.write("catalog/basket.yaml", service("basket", ""));
    repo.git(&["add", "catalog/basket.yaml"]);
    assert_eq!(findings(&repo, &["--staged"]), dangling);
    repo.write("catalog/moved.yaml", service("cart", ""));
    repo.git(&["add", "catalog/moved.yaml"]);
    assert_eq!(findings(&repo, &["--staged"]), [""; 0]);
}

#[test]
fn a_target_that_is_not_staged_does_not_count() {
    let repo = committed_shop();
    repo.write("catalog/wishes.yaml", service("wishes", "  relations:\n    dependsOn: [voucher]\n"));
    repo.write("catalog/voucher.yaml", service("voucher", ""));
    repo.git(&["add", "catalog/wishes.yaml"]);
    assert_eq!(findings(&repo, &["--staged"]), ["catalog/wishes.yaml:9:17 dangling-relation"]);
    assert_eq!(findings(&repo, &[]), [""; 0]);
    repo.git(&["add", "--intent-to-add", "catalog/voucher.yaml"]);
    assert_eq!(findings(&repo, &["--staged"]), ["catalog/wishes.yaml:9:17 dangling-relation"], "announced only");
    repo.git(&["add", "catalog/voucher.yaml"]);
    assert_eq!(findings(&repo, &["--staged"]), [""; 0]);
}

#[test]
fn it_works_before_the_first_commit() {
    let repo = shop();
    repo.git(&["init", "--quiet"]);
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    assert_eq!(findings(&repo, &["--staged"]), [""; 0], "nothing is staged");
    repo.git(&["add", "--all"]);
    assert_eq!(findings(&repo, &["--staged"]), [CART]);
}

#[test]
fn it_works_with_a_detached_head_and_in_a_linked_work_tree() {
    let repo = committed_shop();
    repo.git(&["checkout", "--quiet", "--detach"]);
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    repo.git(&["add", "--all"]);
    assert_eq!(findings(&repo, &["--staged"]), [CART]);

    let elsewhere = Repo::new();
    let linked = elsewhere.path().join("linked");
    repo.git(&["worktree", "add", "--quiet", "-b", "other", &linked.display().to_string(), "main"]);
    assert_eq!(findings_in(&linked, &["--staged"]), [""; 0], "each work tree has its own index");
    std::fs::write(linked.join("catalog/checkout.yaml"), service("checkout", WRONG)).expect("it can be written");
    repo.git(&["-C", &linked.display().to_string(), "add", "--all"]);
    assert_eq!(findings_in(&linked, &["--staged"]), ["catalog/checkout.yaml:9:11 wrong-property-type"]);
}

#[test]
fn it_works_from_a_subfolder_and_with_a_config_in_one() {
    let repo = committed_shop();
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    repo.git(&["add", "--all"]);
    assert_eq!(findings(&repo, &["-C", "catalog", "--staged"]), [CART]);
    assert_eq!(findings_in(&repo.path().join("catalog"), &["--staged", "cart.yaml"]), [CART]);

    let monorepo = Repo::new();
    monorepo.copy_from(shop().path());
    let inner = Repo::new();
    for (path, bytes) in crate::testkit::contents(monorepo.path()) {
        inner.write(&format!("deep/shop/{}", path.display()), bytes);
    }
    inner.write("other/cart.yaml", service("cart", WRONG));
    inner.git(&["init", "--quiet"]);
    inner.write("deep/shop/catalog/cart.yaml", service("cart", WRONG));
    inner.git(&["add", "--all"]);
    assert_eq!(findings_in(&inner.path().join("deep/shop"), &["--staged"]), [CART], "paths are the root's");
}

#[test]
fn conflicts_are_told_and_not_judged() {
    let repo = committed_shop();
    repo.git(&["checkout", "--quiet", "-b", "one"]);
    repo.write("catalog/cart.yaml", service("cart", "  properties:\n    tier: 1\n"));
    commit(&repo, "one");
    repo.git(&["checkout", "--quiet", "-b", "two", "main"]);
    repo.write("catalog/cart.yaml", service("cart", "  properties:\n    tier: 2\n"));
    commit(&repo, "two");
    let merged = std::process::Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "merge", "one"])
        .current_dir(repo.path())
        .output()
        .expect("git is installed");
    assert!(!merged.status.success());
    let told = lint(&repo, &["--staged"]);
    assert_eq!(told.code, 64, "{told:?}");
    assert_error(&told.err, "git-conflict");
    assert_says(&told, "`catalog/cart.yaml`");
    assert_says(&told, "`git add`");
}

#[test]
fn outside_git_it_says_so() {
    let repo = shop();
    repo.leave_git();
    for (arguments, flag) in
        [(&["--staged"][..], "--staged"), (&["--changed"], "--changed"), (&["--since", "main"], "--since")]
    {
        let told = lint(&repo, arguments);
        assert_eq!((told.code, told.out.as_str()), (64, ""), "{told:?}");
        assert_error(&told.err, "no-git");
        assert_says(&told, &format!("drop `{flag}`"));
    }
}

/// Runs `git commit` with a hook that runs the binary; returns whether Git made the commit.
fn commits(repo: &Repo, arguments: &[&str]) -> (bool, Told) {
    let output = std::process::Command::new("git")
        .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--message", "a change"])
        .args(arguments)
        .current_dir(repo.path())
        .env("GIT_CONFIG_GLOBAL", "/dev/null")
        .env("NO_COLOR", "1")
        .env("SOURCE_DATE_EPOCH", "1794700800")
        .output()
        .expect("git is installed");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let told =
        Told { code: output.status.code().expect("no signal"), out: text(&output.stdout), err: text(&output.stderr) };
    (output.status.success(), told)
}

#[cfg(unix)] // a hook needs the executable bit
fn hook(repo: &Repo) {
    let binary = assert_cmd::cargo::cargo_bin("portolan");
    repo.write(".git/hooks/pre-commit", format!("#!/bin/sh\nexec '{}' lint --staged\n", binary.display()));
    make_executable(&repo.path().join(".git/hooks/pre-commit"));
}

#[cfg(unix)] // as above
#[test]
fn a_hook_refuses_a_commit_with_errors_and_takes_one_without() {
    let repo = committed_shop();
    hook(&repo);
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    repo.git(&["add", "--all"]);
    let (made, told) = commits(&repo, &[]);
    assert!(!made, "{told:?}");
    assert!((told.out.clone() + &told.err).contains("error[wrong-property-type]"), "{told:?}");
    repo.write("catalog/cart.yaml", service("cart", "  properties:\n    tier: 1\n"));
    repo.git(&["add", "--all"]);
    let (made, told) = commits(&repo, &[]);
    assert!(made, "{told:?}");
    assert_eq!(repo.git(&["status", "--porcelain"]), "");
}

/// `git commit -a` and `git commit FILE` pass the hook an index of their own, in `GIT_INDEX_FILE`.
#[cfg(unix)]
#[test]
fn a_hook_sees_what_commit_all_and_commit_file_would_commit() {
    let repo = committed_shop();
    hook(&repo);
    repo.write("catalog/cart.yaml", service("cart", WRONG));
    assert!(!commits(&repo, &["--all"]).0, "not staged before, but it would be committed");
    assert!(!commits(&repo, &["catalog/cart.yaml"]).0);
    repo.write("catalog/checkout.yaml", service("checkout", ""));
    let (made, told) = commits(&repo, &["catalog/checkout.yaml"]);
    assert!(made, "the faulty file is not part of it: {told:?}");
    repo.write("catalog/cart.yaml", service("cart", "  properties:\n    tier: 1\n"));
    assert!(commits(&repo, &["--all"]).0);
}

/// Git runs a hook of a linked work tree with `GIT_DIR` set.
#[cfg(unix)]
#[test]
fn a_hook_works_in_a_linked_work_tree_and_from_a_subfolder() {
    let repo = committed_shop();
    hook(&repo);
    let elsewhere = Repo::new();
    let linked = elsewhere.path().join("linked");
    repo.git(&["worktree", "add", "--quiet", "-b", "other", &linked.display().to_string()]);
    std::fs::write(linked.join("catalog/cart.yaml"), service("cart", WRONG)).expect("it can be written");
    for folder in [&linked, &linked.join("catalog")] {
        let output = std::process::Command::new("git")
            .args(["-c", "user.name=Ada", "-c", "user.email=ada@example.com", "commit", "--all", "--message", "a"])
            .current_dir(folder)
            .env("NO_COLOR", "1")
            .output()
            .expect("git is installed");
        let words = String::from_utf8_lossy(&output.stdout).into_owned() + &String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success(), "{words}");
        assert!(words.contains("catalog/cart.yaml:9:11"), "{words}");
    }
}

/// The commit changes no manifest, so the hook is quick and prints nothing.
#[test]
fn a_commit_without_manifests_is_clean() {
    let repo = committed_shop();
    repo.write("README.md", "# The shop\n");
    repo.git(&["add", "--all"]);
    let told = lint_in(repo.path(), &["--staged", "--quiet"]);
    assert_eq!((told.code, told.out.as_str(), told.err.as_str()), (0, "", ""));
    let told = lint(&repo, &["--staged", "README.md"]);
    assert_eq!(told.code, 0, "{told:?}");
    assert!(flat(&told.out).contains(NOTHING_TO_REPORT), "{told:?}");
}

/// pre-commit also passes the names of deleted files.
#[test]
fn a_file_that_the_commit_takes_away_may_be_named() {
    let repo = committed_shop();
    repo.git(&["rm", "--quiet", "catalog/checkout.yaml"]);
    let told = lint(&repo, &["--staged", "catalog/checkout.yaml", "catalog/cart.yaml"]);
    assert_eq!(told.code, 0, "{told:?}");
}

/// The error of Git is explained, and what works without Git still works. Only root can create such a repository.
#[cfg(unix)]
#[test]
fn a_repository_of_somebody_else_is_explained() {
    let repo = committed_shop();
    let give = |owner: u32| std::os::unix::fs::chown(repo.path().join(".git"), Some(owner), None);
    let give_all = |owner: u32| std::os::unix::fs::chown(repo.path(), Some(owner), None).and_then(|()| give(owner));
    if give_all(12_345).is_err() {
        return;
    }
    let told = lint(&repo, &["--staged"]);
    let plain = lint(&repo, &["--output", "github"]);
    give_all(0).expect("it was given away before");
    assert_eq!(told.code, 64, "{told:?}");
    assert_error(&told.err, "git-foreign-owner");
    assert_says(&told, "git config --global --add safe.directory");
    assert_eq!(plain.code, 0, "{plain:?}");
}

/// A sparse checkout omits files from the work tree that the commit contains.
#[test]
fn a_target_that_a_sparse_checkout_keeps_away_is_there() {
    let repo = committed_shop();
    repo.write("teams/wishes.yaml", service("wishes", "  relations:\n    dependsOn: [cart]\n"));
    commit(&repo, "wishes");
    repo.git(&["sparse-checkout", "set", "--no-cone", "/teams/", "/.portolan/", "/portolan.yaml"]);
    assert!(!repo.path().join("catalog/cart.yaml").exists(), "Git keeps it away");
    repo.write("teams/wishes.yaml", service("wishes", "  relations:\n    dependsOn: [cart, checkout]\n"));
    repo.git(&["add", "--all"]);
    assert_eq!(findings(&repo, &["--staged"]), [""; 0]);
}

#[test]
fn a_bare_repository_is_explained() {
    let repo = Repo::outside_git();
    repo.git(&["init", "--quiet", "--bare"]);
    let told = lint(&repo, &["--staged"]);
    assert_eq!(told.code, 64, "{told:?}");
    assert_error(&told.err, "git-bare");
}
