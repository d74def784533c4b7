//! Tests the checked-out revision, whether it is dirty, and how commits are related.

use super::*;

fn config_and_snapshot(tree: &Tree) -> Vec<PathBuf> {
    [".portolan/blueprints", ".portolan/source.json", "portolan.yaml"].map(|name| tree.path.join(name)).into()
}

fn revision(tree: &Tree, root: &Path) -> crate::domain::plan::revision::Revision {
    let besides = config_and_snapshot(tree);
    let besides: Vec<&Path> = besides.iter().map(PathBuf::as_path).collect();
    let pattern = Pattern::new(&["**/*.yaml"], &["portolan.yaml"]).expect("globs");
    tree.open().revision(root, &pattern, &besides).expect("it is read")
}

#[test]
fn the_commit_and_the_branch_are_told() {
    let tree = Tree::new();
    let unborn = revision(&tree, &tree.path);
    assert_eq!((unborn.commit, unborn.branch.as_deref(), unborn.is_dirty), (None, Some("main"), false));
    tree.write("a.yaml", "a: 1\n");
    assert!(revision(&tree, &tree.path).is_dirty, "no commit has it");
    tree.commit("one");
    tree.git(["switch", "--quiet", "--create", "team/cart-1"]);
    let here = revision(&tree, &tree.path);
    assert_eq!(here.commit, Some(tree.git(["rev-parse", "HEAD"])));
    assert_eq!((here.branch.as_deref(), here.is_dirty), (Some("team/cart-1"), false));
    tree.git(["checkout", "--quiet", "--detach"]);
    assert_eq!(revision(&tree, &tree.path).branch, None);
}

#[test]
fn what_a_plan_is_made_of_makes_it_dirty_and_nothing_else_does() {
    let make = || {
        let tree = Tree::with_commit();
        tree.write("portolan.yaml", "version: 1\n")
            .write(".portolan/blueprints/x.json", "{}")
            .write("sub/s.yaml", "s: 1\n");
        tree.write(".gitignore", "ignored.yaml\n").commit("two");
        tree
    };
    let dirty = |change: &dyn Fn(&Tree)| {
        let tree = make();
        assert!(!revision(&tree, &tree.path).is_dirty);
        change(&tree);
        revision(&tree, &tree.path).is_dirty
    };
    assert!(
        dirty(&|tree| {
            tree.write("a.yaml", "a: 2\n");
        }),
        "changed"
    );
    assert!(
        dirty(&|tree| {
            tree.git(["rm", "--quiet", "a.yaml"]);
        }),
        "removed"
    );
    assert!(dirty(&|tree| fs::remove_file(tree.path.join("a.yaml")).expect("it is there")), "gone");
    assert!(
        dirty(&|tree| {
            tree.write("new/n.yaml", "n: 1\n");
        }),
        "untracked"
    );
    assert!(
        dirty(&|tree| {
            tree.git(["mv", "a.yaml", "z.yaml"]);
        }),
        "moved"
    );
    assert!(
        dirty(&|tree| {
            tree.git(["mv", "a.yaml", "a.txt"]);
        }),
        "moved away"
    );
    assert!(
        dirty(&|tree| {
            tree.write("a.yaml", "a: 2\n").git(["add", "a.yaml"]);
        }),
        "staged"
    );
    assert!(
        dirty(&|tree| {
            tree.write("portolan.yaml", "version: 2\n");
        }),
        "the config"
    );
    assert!(
        dirty(&|tree| {
            tree.write(".portolan/blueprints/y.json", "{}");
        }),
        "the snapshot"
    );
    assert!(
        !dirty(&|tree| {
            tree.write("README.md", "y\n");
        }),
        "a file that nobody reads"
    );
    assert!(
        !dirty(&|tree| {
            tree.write("ignored.yaml", "i: 1\n");
        }),
        "an ignored file"
    );
    assert!(
        !dirty(&|tree| {
            tree.write(".portolan/catalog.db", "x");
        }),
        "the embedded catalog"
    );
    assert!(
        !dirty(&|tree| {
            tree.write("a.yaml", "a: 1\n");
        }),
        "written again"
    );
}

#[cfg(unix)] // sets the executable bit
#[test]
fn a_mode_is_no_change() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::with_commit();
    fs::set_permissions(tree.path.join("a.yaml"), fs::Permissions::from_mode(0o755)).expect("it is ours");
    assert!(!revision(&tree, &tree.path).is_dirty);
}

#[test]
fn what_is_beside_the_root_counts_where_it_is_the_config() {
    let tree = Tree::with_commit();
    tree.write("portolan.yaml", "version: 1\n").write("sub/s.yaml", "s: 1\n").commit("two");
    let sub = tree.path.join("sub");
    tree.write("a.yaml", "a: 2\n");
    assert!(!revision(&tree, &sub).is_dirty);
    tree.write("portolan.yaml", "version: 2\n");
    assert!(revision(&tree, &sub).is_dirty);
    tree.git(["checkout", "--quiet", "portolan.yaml"]);
    assert!(!revision(&tree, &sub).is_dirty);
    tree.write("sub/s.yaml", "s: 2\n");
    assert!(revision(&tree, &sub).is_dirty);
}

#[test]
fn commits_know_who_came_before() {
    let tree = Tree::with_commit();
    let first = tree.git(["rev-parse", "HEAD"]);
    tree.write("c.yaml", "c: 1\n").commit("two");
    let second = tree.git(["rev-parse", "HEAD"]);
    tree.git(["switch", "--quiet", "--orphan", "other"]);
    tree.write("o.yaml", "o: 1\n").commit("apart");
    let apart = tree.git(["rev-parse", "HEAD"]);
    let repository = tree.open();
    let asked = |old: &str, new: &str| {
        let new = repository.find_commit(new).expect("it is there");
        repository.is_ancestor(old, new).expect("it is asked")
    };
    assert_eq!(asked(&first, &second), Some(true));
    assert_eq!(asked(&second, &second), Some(true));
    assert_eq!(asked(&second, &first), Some(false));
    assert_eq!(asked(&first, &apart), Some(false));
    for unknown in ["0123456789012345678901234567890123456789", "", "main", &first[..10], "../x"] {
        assert_eq!(asked(unknown, &second), None, "{unknown}");
    }
    // A tree is not a commit.
    assert_eq!(asked(&tree.git(["rev-parse", "HEAD^{tree}"]), &second), None);
    let shallow = Tree::plain();
    let address = format!("file://{}", tree.path.to_str().expect("it is UTF-8"));
    git(&shallow.path, ["clone", "--quiet", "--depth=1", "--no-single-branch", &address, "clone"]);
    let clone = open(&shallow.path.join("clone"), &Environment::default());
    let new = clone.find_commit(&apart).expect("it is there");
    assert_eq!(clone.is_ancestor(&first, new).expect("it is asked"), None, "it was not fetched");
    assert_eq!(clone.is_ancestor(&second, new).expect("it is asked"), None, "what lies between is not known");
}

#[test]
fn branches_are_looked_for_where_they_were_fetched_first() {
    let tree = Tree::with_commit();
    let first = tree.git(["rev-parse", "HEAD"]);
    let clone = Tree::plain();
    git(&clone.path, ["clone", "--quiet", tree.path.to_str().expect("it is UTF-8"), "clone"]);
    let folder = clone.path.join("clone");
    fs::write(folder.join("c.yaml"), "c: 1\n").expect("a file");
    git(&folder, ["add", "--all"]);
    git(&folder, ["commit", "--quiet", "--message", "here"]);
    git(&folder, ["branch", "mine"]);
    let here = git(&folder, ["rev-parse", "HEAD"]);
    let repository = open(&folder, &Environment::default());
    let tip = |branch: &str| repository.branch_tip(branch).map(|(name, id)| (name, id.to_string()));
    assert_eq!(tip("main"), Some(("origin/main".to_owned(), first.clone())));
    assert_eq!(tip("mine"), Some(("mine".to_owned(), here.clone())));
    for odd in ["", "nowhere", "HEAD~1", "../x", "a b", "main@{1}"] {
        assert_eq!(tip(odd), None, "{odd}");
    }
    assert_eq!(repository.known_commit(&first[..12]).map(|id| id.to_string()), Some(first));
    for odd in ["", "main", "123", "zzzzzzzzzz", "0123456789"] {
        assert_eq!(repository.known_commit(odd), None, "{odd}");
    }
}
