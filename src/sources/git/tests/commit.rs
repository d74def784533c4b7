//! Tests that the files of a commit are those that the walk finds in a checkout of it.

use super::*;
use crate::sources::discover;

/// Every way for a file to be left out, and some to be found, including ignored files that are tracked.
fn varied() -> Tree {
    let tree = Tree::new();
    tree.write("catalog/a.yaml", "a: 1\n").write("catalog/deep/b.yml", "b: 1\n").write("catalog/note.md", "x\n");
    tree.write(".github/w.yaml", "w: 1\n").write(".portolan/blueprints/x.json", "{}").write(".portolan/p.yaml", "p: 1");
    tree.write("catalog/old/c.yaml", "c: 1\n").write("gen/x.yaml", "x: 1\n").write("gen/keep.yaml", "k: 1\n");
    tree.write("catalog/deep/local.yaml", "l: 1\n").write("top.yaml", "t: 1\n").write("portolan.yaml", "version: 1\n");
    tree.git(["add", "--all"]);
    tree.write(".gitignore", "gen/*\n!gen/keep.yaml\n").write("catalog/.gitignore", "local.yaml\n");
    tree.git(["add", "--all"]);
    tree.git(["commit", "--quiet", "--message", "one"]);
    tree
}

fn paths(files: &[SourceFile]) -> Vec<&str> {
    files.iter().map(|file| file.path.as_str()).collect()
}

fn head(tree: &Tree) -> git2::Oid {
    tree.open().head_commit().expect("it is asked").expect("there is a commit")
}

#[track_caller]
fn assert_like_the_walk(root: &Path, repository: &Repository, pattern: &Pattern, commit: git2::Oid) -> Vec<String> {
    let walked = discover(root, pattern).expect("it is walked").files;
    let found = repository.at(root, pattern, commit).expect("it is read").files;
    assert_eq!(paths(&found), paths(&walked));
    assert_eq!(texts(&found), texts(&walked));
    found.into_iter().map(|file| file.path).collect()
}

#[test]
fn a_commit_has_what_the_walk_finds_in_its_checkout() {
    let tree = varied();
    let (repository, commit) = (tree.open(), head(&tree));
    let all = assert_like_the_walk(&tree.path, &repository, &everything(), commit);
    assert_eq!(
        all,
        [
            ".github/w.yaml",
            "catalog/a.yaml",
            "catalog/deep/b.yml",
            "catalog/deep/local.yaml",
            "catalog/old/c.yaml",
            "gen/keep.yaml",
            "gen/x.yaml",
            "portolan.yaml",
            "top.yaml"
        ]
    );
    let chosen = Pattern::new(&["catalog/**"], &["catalog/old"]).expect("globs");
    assert_eq!(
        assert_like_the_walk(&tree.path, &repository, &chosen, commit),
        ["catalog/a.yaml", "catalog/deep/b.yml", "catalog/deep/local.yaml"]
    );
    // A folder as the root.
    for folder in ["catalog", "catalog/deep", "gen"] {
        assert_like_the_walk(&tree.path.join(folder), &repository, &everything(), commit);
    }
    tree.write(".git/info/exclude", "top.yaml\n");
    assert_eq!(assert_like_the_walk(&tree.path, &tree.open(), &everything(), commit), all);
}

#[test]
fn what_happened_since_the_commit_does_not_show() {
    let tree = varied();
    let (old, before) =
        (head(&tree), texts(&tree.open().at(&tree.path, &everything(), head(&tree)).expect("read").files).len());
    tree.write("catalog/a.yaml", "a: 2\n").write("new.yaml", "n: 1\n");
    fs::remove_file(tree.path.join("top.yaml")).expect("it is there");
    tree.commit("two");
    tree.write("catalog/a.yaml", "a: 3\n");
    let repository = tree.open();
    let was = repository.at(&tree.path, &everything(), old).expect("it is read").files;
    assert_eq!(was.len(), before);
    assert_eq!(texts(&was)["catalog/a.yaml"], "a: 1\n");
    let is = repository.at(&tree.path, &everything(), head(&tree)).expect("it is read").files;
    assert_eq!(texts(&is)["catalog/a.yaml"], "a: 2\n");
    assert!(paths(&is).contains(&"new.yaml") && !paths(&is).contains(&"top.yaml"));
    // A folder that was added later, and one that was a file: the commit has nothing in them.
    tree.write("later/x.yaml", "x: 1\n");
    fs::create_dir(tree.path.join("top.yaml")).expect("a folder");
    for folder in ["later", "top.yaml"] {
        assert_eq!(
            paths(&repository.at(&tree.path.join(folder), &everything(), old).expect("read").files),
            [] as [&str; 0]
        );
    }
}

#[cfg(unix)] // makes symbolic links
#[test]
fn links_and_submodules_are_as_the_walk_takes_them() {
    use std::os::unix::fs::symlink;
    let module = Tree::with_commit();
    let tree = Tree::new();
    tree.write("repo/a.yaml", "a: 1\n")
        .write("repo/shared/text.txt", "t: 1\n")
        .write("repo/.portolan/p.yaml", "p: 1\n");
    tree.write("outside.yaml", "o: 1\n").write("folder/x.yaml", "x: 1\n");
    let link = |target: &str, name: &str| symlink(target, tree.path.join("repo").join(name)).expect("a link");
    link("a.yaml", "same.yaml");
    link("shared/text.txt", "one.yaml");
    link("shared/text.txt", "two.yaml");
    link("two.yaml", "zwei.yaml");
    link("../outside.yaml", "outside.yaml");
    link("../folder", "folder");
    link("loop.yaml", "loop.yaml");
    link("nowhere", "broken.yaml");
    link("/etc/hostname", "absolute.yaml");
    link(".portolan/p.yaml", "p.yaml");
    let address = module.path.to_str().expect("it is UTF-8");
    tree.git(["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", address, "repo/module"]);
    tree.commit("one");
    let found = assert_like_the_walk(&tree.path.join("repo"), &tree.open(), &everything(), head(&tree));
    assert_eq!(found, ["a.yaml", "one.yaml"]);
}

#[cfg(unix)] // names that are not UTF-8
#[test]
fn odd_names_and_odd_contents_are_listed_and_told_apart_when_read() {
    use std::os::unix::ffi::OsStrExt;
    let tree = Tree::new();
    tree.write("a b.yaml", "x: 1\n").write("q\"uo'te\n.yaml", "x: 1\n").write("binary.yaml", b"a: \xFF\xFE\x00\n");
    tree.write(OsStr::from_bytes(b"caf\xE9.yaml"), "x: 1\n").write("empty.yaml", "").commit("odd");
    let files = tree.open().at(&tree.path, &everything(), head(&tree)).expect("it is read").files;
    assert_eq!(paths(&files), ["a b.yaml", "binary.yaml", "caf\\xE9.yaml", "empty.yaml", "q\"uo'te\n.yaml"]);
    let mut buffer = ReadBuffer::default();
    let read = |file: &SourceFile, buffer: &mut ReadBuffer| read(file, buffer).map(|text| text.text.to_owned()).ok();
    let found: Vec<_> = files.iter().map(|file| read(file, &mut buffer)).collect();
    assert_eq!(found[0].as_deref(), Some("x: 1\n"));
    assert_eq!((found[1].as_deref(), found[3].as_deref()), (None, Some("")));
}

#[test]
fn a_linked_work_tree_has_the_commits_of_its_repository() {
    let tree = varied();
    let linked = Tree::plain();
    let folder = linked.path.join("linked");
    tree.git(["worktree", "add", "--quiet", "-b", "other", folder.to_str().expect("it is UTF-8")]);
    let repository = open(&folder, &Environment::default());
    let catalog = folder.join("catalog");
    assert_eq!(
        assert_like_the_walk(&catalog, &repository, &everything(), head(&tree)),
        ["a.yaml", "deep/b.yml", "deep/local.yaml", "old/c.yaml"]
    );
}

#[test]
fn the_config_and_the_snapshot_of_a_commit_can_be_had() {
    let tree = varied();
    let (repository, commit) = (tree.open(), head(&tree));
    tree.write("portolan.yaml", "version: 2\n");
    let config = repository.file_at(&tree.path, "portolan.yaml", commit).expect("it is read").expect("it is there");
    assert_texts(&[config], [("portolan.yaml", "version: 1\n")]);
    for absent in ["portolan.yml", "catalog", "catalog/deep", "top.yaml/x", "nowhere/x.yaml"] {
        assert!(repository.file_at(&tree.path, absent, commit).expect("it is read").is_none(), "{absent}");
    }
    let snapshot = repository.folder_at(&tree.path, ".portolan", commit).expect("it is read");
    assert_texts(&snapshot, [(".portolan/blueprints/x.json", "{}"), (".portolan/p.yaml", "p: 1")]);
    let catalog = tree.path.join("catalog");
    assert_eq!(repository.folder_at(&catalog, ".portolan", commit).expect("it is read").len(), 0);
    let deep = repository.folder_at(&catalog, "deep", commit).expect("it is read");
    assert_eq!(paths(&deep), ["deep/b.yml", "deep/local.yaml"]);
}

#[test]
fn a_commit_that_is_not_whole_is_explained() {
    let tree = varied();
    let commit = head(&tree);
    let id = tree.git(["rev-parse", "HEAD:catalog"]);
    let (folder, name) = id.split_at(2);
    fs::remove_file(tree.path.join(".git/objects").join(folder).join(name)).expect("it is loose");
    let error = tree.open().at(&tree.path, &everything(), commit).expect_err("a tree is missing");
    assert!(error.to_string().starts_with(&format!("comparison with commit `{commit}`")), "{error}");
    assert!(help(&error).contains("git fsck"), "{}", help(&error));
    // Files that are not requested may be missing.
    let other = Pattern::new(&["gen/**"], &[]).expect("globs");
    assert_eq!(
        paths(&tree.open().at(&tree.path, &other, commit).expect("it is read").files),
        ["gen/keep.yaml", "gen/x.yaml"]
    );
}
