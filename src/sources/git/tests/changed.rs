//! Tests the differences from `HEAD`, or from the merge base of a branch.

use super::*;

#[test]
fn staged_unstaged_and_untracked_changes_count_and_ignored_files_do_not() {
    let tree = Tree::with_commit();
    tree.write("gone.yaml", "g: 1\n").write("moved.yaml", "m: 1\n").write(".gitignore", "ignored/\n").commit("two");
    tree.write("a.yaml", "a: 2\n").write("new.yaml", "n: 1\n").write("deep/er/new.yaml", "n: 2\n");
    tree.write("ignored/x.yaml", "x: 1\n").write("README.md", "y\n").write("b.yaml", "b: staged\n");
    tree.git(["add", "b.yaml"]);
    fs::remove_file(tree.path.join("gone.yaml")).expect("it is removed");
    tree.git(["mv", "moved.yaml", "there.yaml"]);
    let changed = tree.open().changed(&tree.path, &everything(), None).expect("it is read");
    assert_eq!(names(&changed.changed), ["a.yaml", "b.yaml", "deep/er/new.yaml", "new.yaml", "there.yaml"]);
    assert_texts(&changed.removed, [("gone.yaml", "g: 1\n"), ("moved.yaml", "m: 1\n")]);
    assert_texts(&changed.before, [("a.yaml", "a: 1\n"), ("b.yaml", "b: 1\n")]);
    assert_eq!(names(&changed.others), ["README.md"]);
}

#[test]
fn a_touched_file_is_not_a_changed_one() {
    let tree = Tree::with_commit();
    tree.write("a.yaml", "a: 1\n");
    tree.git(["config", "core.filemode", "true"]);
    #[cfg(unix)] // sets the executable bit
    {
        use std::os::unix::fs::PermissionsExt;
        fs::set_permissions(tree.path.join("b.yaml"), fs::Permissions::from_mode(0o755)).expect("it is ours");
    }
    let changed = tree.open().changed(&tree.path, &everything(), None).expect("it is read");
    assert!(changed.changed.is_empty() && changed.before.is_empty(), "{changed:?}");
}

#[test]
fn before_the_first_commit_everything_is_changed() {
    let tree = Tree::new();
    tree.write("a.yaml", "a: 1\n").write("b.yaml", "b: 1\n");
    tree.git(["add", "a.yaml"]);
    let changed = tree.open().changed(&tree.path, &everything(), None).expect("it is read");
    assert_eq!(names(&changed.changed), ["a.yaml", "b.yaml"]);
}

/// `feature` left `main`, and both have new commits.
fn parted() -> Tree {
    let tree = Tree::with_commit();
    tree.git(["switch", "--quiet", "--create", "feature"]);
    tree.write("a.yaml", "a: feature\n").commit("on feature");
    tree.git(["switch", "--quiet", "main"]);
    tree.write("b.yaml", "b: main\n").write("main.yaml", "m: 1\n").commit("on main");
    tree.git(["switch", "--quiet", "feature"]);
    tree.write("c.yaml", "c: untracked\n");
    tree
}

#[test]
fn since_counts_from_where_the_branch_began() {
    let tree = parted();
    for detached in [false, true] {
        if detached {
            tree.git(["checkout", "--quiet", "--detach"]);
        }
        let repository = tree.open();
        let changed = repository.changed(&tree.path, &everything(), Some("main")).expect("it is read");
        assert_eq!(names(&changed.changed), ["a.yaml", "c.yaml"]);
        assert_texts(&changed.before, [("a.yaml", "a: 1\n")]);
        assert!(changed.removed.is_empty());
        assert_eq!(
            names(&repository.changed(&tree.path, &everything(), None).expect("it is read").changed),
            ["c.yaml"]
        );
        let head = tree.git(["rev-parse", "HEAD"]);
        assert_eq!(repository.head_commit().expect("it is asked").map(|id| id.to_string()), Some(head));
    }
    // Tags and abbreviated ids are revisions too.
    tree.git(["tag", "--annotate", "--message", "x", "v1", "main"]);
    let id = tree.git(["rev-parse", "--short", "main"]);
    for revision in ["v1", id.as_str(), "HEAD~1", "main^{commit}"] {
        let changed = tree.open().changed(&tree.path, &everything(), Some(revision)).expect(revision);
        assert_eq!(names(&changed.changed), ["a.yaml", "c.yaml"]);
    }
}

#[test]
fn a_revision_that_is_not_there_gets_a_suggestion() {
    let tree = parted();
    let ask = |tree: &Tree, revision: &str| {
        let error = tree.open().changed(&tree.path, &everything(), Some(revision)).expect_err(revision);
        assert_eq!(code(&error), "git-unknown-revision", "{revision}");
        (error.to_string(), help(&error))
    };
    assert_eq!(ask(&tree, "mian"), ("unknown Git revision `mian`".to_owned(), "did you mean `main`?".to_owned()));
    tree.git(["update-ref", "refs/remotes/origin/develop", "main"]);
    assert_eq!(ask(&tree, "develop").1, "did you mean `origin/develop`?");
    assert!(ask(&tree, "no-such-thing").1.contains("git branch --all"));
    let blob = tree.git(["rev-parse", "HEAD:a.yaml"]);
    for odd in ["", "..", "a..b", "@{", "--all", blob.as_str()] {
        assert!(ask(&tree, odd).0.contains(&format!("`{odd}`")), "{odd}");
    }
}

fn clone(tree: &Tree, arguments: &[&str]) -> Tree {
    let clone = Tree::plain();
    let address = format!("file://{}", tree.path.to_str().expect("it is UTF-8"));
    let path = clone.path.to_str().expect("it is UTF-8");
    git(&tree.path, ["clone", "--quiet"].iter().chain(arguments).chain(&[address.as_str(), path]));
    clone
}

#[test]
fn a_shallow_clone_works_and_says_what_it_lacks() {
    let tree = parted();
    let shallow = clone(&tree, &["--depth=1", "--no-single-branch", "--branch=feature"]);
    shallow.write("b.yaml", "b: here\n");
    let repository = shallow.open();
    let changed = repository.changed(&shallow.path, &everything(), None).expect("HEAD is there");
    assert_eq!(names(&changed.changed), ["b.yaml"]);
    assert_eq!(repository.staged(&shallow.path, &everything()).expect("it is read").files.len(), 2);
    let error = repository.changed(&shallow.path, &everything(), Some("origin/main")).expect_err("it cannot be known");
    assert_eq!(error.to_string(), "no merge base of `origin/main` and `HEAD`: this clone is shallow");
    assert!(help(&error).contains("git fetch --unshallow"));
    let single = clone(&tree, &["--depth=1", "--branch=feature"]);
    let error = single.open().changed(&single.path, &everything(), Some("main")).expect_err("it is not fetched");
    assert_eq!(code(&error), "git-unknown-revision");
    assert!(error.to_string().contains("`main` in this shallow clone"), "{error}");
    let fetch = "git fetch --unshallow origin main:refs/remotes/origin/main` and name `origin/main`";
    assert!(help(&error).contains(fetch), "{}", help(&error));
    let error = single.open().changed(&single.path, &everything(), Some("origin/main")).expect_err("it is not fetched");
    assert!(help(&error).contains(fetch), "{}", help(&error));
    single.git(["fetch", "--quiet", "--unshallow", "origin", "main:refs/remotes/origin/main"]);
    single.open().changed(&single.path, &everything(), Some("origin/main")).expect("the advice is good");
}

#[test]
fn a_clone_of_one_branch_is_told_how_to_get_another() {
    let tree = parted();
    let one = clone(&tree, &["--single-branch", "--branch=feature"]);
    let error = one.open().changed(&one.path, &everything(), Some("origin/main")).expect_err("it is not fetched");
    assert_eq!(code(&error), "git-unknown-revision");
    assert!(error.to_string().ends_with("`origin/main`"), "{error}");
    let fetch = "git fetch origin main:refs/remotes/origin/main`";
    assert!(help(&error).contains(fetch), "{}", help(&error));
    one.git(["fetch", "--quiet", "origin", "main:refs/remotes/origin/main"]);
    one.open().changed(&one.path, &everything(), Some("origin/main")).expect("the advice is good");
}

#[test]
fn a_partial_clone_works_and_says_which_content_it_lacks() {
    let tree = parted();
    tree.git(["config", "uploadpack.allowFilter", "true"]);
    let partial = clone(&tree, &["--filter=blob:none", "--branch=feature"]);
    let repository = partial.open();
    let changed = repository.changed(&partial.path, &everything(), Some("origin/main")).expect("trees are there");
    assert_eq!(names(&changed.changed), ["a.yaml"]);
    let mut buffer = ReadBuffer::default();
    let problem = read(&changed.before[0], &mut buffer).expect_err("it was not fetched");
    assert!(problem.to_string().contains("is not in this clone"), "{problem}");
    let staged = repository.staged(&partial.path, &everything()).expect("it is read");
    assert_texts(&staged.files, [("a.yaml", "a: feature\n"), ("b.yaml", "b: 1\n")]);
}

#[test]
fn branches_without_a_common_commit_are_told() {
    let tree = Tree::with_commit();
    tree.git(["switch", "--quiet", "--orphan", "other"]);
    tree.write("x.yaml", "x: 1\n").commit("apart");
    let error = tree.open().changed(&tree.path, &everything(), Some("main")).expect_err("nothing is shared");
    assert_eq!(error.to_string(), "no merge base of `main` and `HEAD`: they have no commit in common");
    tree.git(["switch", "--quiet", "--orphan", "third"]);
    tree.write("y.yaml", "y: 1\n");
    let changed = tree.open().changed(&tree.path, &everything(), Some("main")).expect("all is new");
    assert_eq!(names(&changed.changed), ["y.yaml"]);
}

#[test]
fn a_missing_object_is_explained() {
    let tree = Tree::with_commit();
    let id = tree.git(["rev-parse", "HEAD^{tree}"]);
    let (folder, name) = id.split_at(2);
    fs::remove_file(tree.path.join(".git/objects").join(folder).join(name)).expect("it is loose");
    let error = tree.open().staged(&tree.path, &everything()).expect_err("a tree is missing");
    assert_eq!(code(&error), "git-compare");
    assert!(error.to_string().contains("`HEAD`"), "{error}");
    assert!(help(&error).contains("git fsck"), "{}", help(&error));
}

#[test]
fn only_what_is_under_the_root_counts() {
    let tree = Tree::with_commit();
    tree.write("sub/x.yaml", "x: 1\n").write("sub2/z.yaml", "z: 1\n").commit("two");
    tree.write("sub/x.yaml", "x: 2\n").write("sub2/z.yaml", "z: 2\n").write("sub/new.yaml", "n: 1\n");
    let changed = tree.open().changed(&tree.path.join("sub"), &everything(), Some("HEAD")).expect("it is read");
    assert_eq!(names(&changed.changed), ["new.yaml", "x.yaml"]);
    assert_texts(&changed.before, [("x.yaml", "x: 1\n")]);
}

#[test]
fn a_commit_is_compared_with_where_it_was_left_or_with_what_it_lies_behind() {
    let tree = Tree::with_commit();
    let (first, branch) = (tree.git(["rev-parse", "HEAD"]).trim().to_owned(), "side");
    tree.git(["branch", branch]);
    tree.write("later.yaml", "b: 1\n").commit("later");
    let repository = tree.open();
    let id = |name: &str| repository.find_commit(name).expect("it is there");
    // An ancestor: the commit that it is compared with. A descendant or a diverged commit: the merge base.
    assert_eq!(repository.left_at("HEAD", id(&first)).expect("they are related"), id("HEAD"));
    assert_eq!(repository.left_at(branch, id("HEAD")).expect("they are related"), id(&first));
    tree.git(["switch", "--quiet", "--orphan", "alone"]);
    tree.write("alone.yaml", "c: 1\n").commit("alone");
    let error = tree.open().left_at("HEAD", id(&first)).expect_err("they have nothing in common");
    assert_eq!(code(&error), "git-no-merge-base", "{error}");
}

#[cfg(unix)] // makes links
#[test]
fn a_file_that_became_a_link_or_a_link_that_became_a_file_is_changed() {
    let tree = Tree::with_commit();
    std::os::unix::fs::symlink("a.yaml", tree.path.join("c.yaml")).expect("a link");
    tree.commit("two");
    for name in ["b.yaml", "c.yaml"] {
        fs::remove_file(tree.path.join(name)).expect("it is there");
    }
    std::os::unix::fs::symlink("a.yaml", tree.path.join("b.yaml")).expect("a link");
    tree.write("c.yaml", "c: 1\n");
    let changed = tree.open().changed(&tree.path, &everything(), None).expect("it is read");
    assert_eq!(names(&changed.changed), ["b.yaml", "c.yaml"]);
    assert_texts(&changed.before, [("b.yaml", "b: 1\n")]);
    assert!(changed.removed.is_empty());
}
