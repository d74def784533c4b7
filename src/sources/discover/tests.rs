//! Tests which files the walk of a work tree finds, leaves out and reports.

use std::fs;

use super::*;

struct Tree(tempfile::TempDir);

impl Tree {
    fn new(files: &[&str]) -> Self {
        let tree = Self(tempfile::tempdir().expect("a folder"));
        files.iter().for_each(|file| tree.write(file, ""));
        tree
    }

    fn write(&self, file: &str, text: &str) {
        let path = self.path().join(file);
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
        fs::write(path, text).expect("a file");
    }

    fn path(&self) -> &Path {
        self.0.path()
    }

    fn found(&self, pattern: &Pattern) -> Vec<String> {
        names(discover(self.path(), pattern))
    }
}

fn names(discovery: Result<Discovery, DiscoverError>) -> Vec<String> {
    discovery.expect("it is walked").files.into_iter().map(|file| file.path).collect()
}

fn all() -> Pattern {
    Pattern::default()
}

#[test]
fn hidden_folders_are_walked_and_ours_and_gits_are_not() {
    let tree = Tree::new(&["b.yaml", "a/x.yml", ".github/w.yaml", ".portolan/p.yaml", "a/.portolan/p.yaml", "x.json"]);
    tree.write(".git/config.yaml", "");
    assert_eq!(tree.found(&all()), [".github/w.yaml", "a/x.yml", "b.yaml"]);
}

#[test]
fn the_nearest_gitignore_decides_also_outside_git() {
    let tree = Tree::new(&[
        "out/a.yaml",
        "keep/out/a.yaml",
        "keep/gen-1.yaml",
        "keep/gen-2.yaml",
        "sub/gen-3.yaml",
        "sub/out.yaml",
        "logs/deep/x.yaml",
        "only/here/x.yaml",
        "elsewhere/only/here/x.yaml",
    ]);
    tree.write(".gitignore", "out/\ngen-*.yaml\n/only/here\nlogs/\n# note\n");
    tree.write("keep/.gitignore", "!gen-2.yaml\n!out/\n");
    tree.write("logs/.gitignore", "!deep\n");
    assert_eq!(
        tree.found(&all()),
        ["elsewhere/only/here/x.yaml", "keep/gen-2.yaml", "keep/out/a.yaml", "sub/out.yaml"]
    );
}

#[test]
fn what_lies_over_the_root_counts_inside_git_only() {
    let tree = Tree::new(&["repo/sub/a.yaml", "repo/sub/local.yaml", "repo/sub/secret.yaml", "repo/build/b.yaml"]);
    tree.write(".gitignore", "*.yaml\n");
    tree.write("repo/.gitignore", "local.yaml\nbuild/\n");
    let of = |folder: &str| names(discover(&tree.path().join(folder), &all()));
    assert_eq!(of("repo/sub"), ["a.yaml", "local.yaml", "secret.yaml"]);
    tree.write("repo/.git/info/exclude", "secret.yaml\n");
    assert_eq!(of("repo/sub"), ["a.yaml"]);
    // An ignored folder is walked if it is the root.
    assert_eq!(of("repo/build"), ["b.yaml"]);
    // A linked work tree shares the excludes.
    tree.write("linked/local.yaml", "");
    tree.write("linked/secret.yaml", "");
    tree.write("linked/.git", "gitdir: ../repo/.git/worktrees/linked\n");
    tree.write("repo/.git/worktrees/linked/commondir", "../..\n");
    assert_eq!(of("linked"), ["local.yaml"]);
}

#[test]
fn what_git_tracks_is_not_ignored() {
    let tree = Tree::new(&[
        "repo/sub/a.yaml",
        "repo/sub/gen-1.yaml",
        "repo/sub/gen-2.yaml",
        "repo/sub/gen/b.yaml",
        "repo/sub/gen/c.yaml",
        "repo/sub/gen/.portolan/d.yaml",
        "repo/sub/gen/note.md",
        "repo/sub/gen-more/e.yaml",
        "repo/gen/elsewhere.yaml",
    ]);
    tree.write("repo/.gitignore", "gen*\n");
    let repository = git2::Repository::init(tree.path().join("repo")).expect("a repository");
    let mut index = repository.index().expect("an index");
    for path in
        ["sub/gen-2.yaml", "sub/gen/c.yaml", "sub/gen/.portolan/d.yaml", "sub/gen/note.md", "gen/elsewhere.yaml"]
    {
        index.add_path(Path::new(path)).expect("it is there");
    }
    index.write().expect("it is written");
    let of = |folder: &str| names(discover(&tree.path().join(folder), &all()));
    assert_eq!(of("repo/sub"), ["a.yaml", "gen-2.yaml", "gen/c.yaml"]);
    assert_eq!(of("repo"), ["gen/elsewhere.yaml", "sub/a.yaml", "sub/gen-2.yaml", "sub/gen/c.yaml"]);
    let pattern = Pattern::new(&[] as &[&str], &["sub/gen"]).expect("globs");
    assert_eq!(
        names(discover(&tree.path().join("repo"), &pattern)),
        ["gen/elsewhere.yaml", "sub/a.yaml", "sub/gen-2.yaml"]
    );
    // A tracked file that was deleted is like any other deleted file.
    fs::remove_file(tree.path().join("repo/sub/gen-2.yaml")).expect("it is there");
    assert_eq!(of("repo/sub"), ["a.yaml", "gen/c.yaml"]);
    // An invalid index is ignored.
    tree.write("repo/.git/index", "none");
    assert_eq!(of("repo/sub"), ["a.yaml"]);
}

#[test]
fn a_folder_in_the_place_of_a_manifest_is_told() {
    let tree = Tree::new(&["a.yaml/note.md", "b.yaml/c.yaml", "d.yaml.d/note.md", "gen.yaml/note.md"]);
    tree.write(".gitignore", "gen.yaml\n");
    fs::create_dir(tree.path().join("e.yml")).expect("a folder");
    let messages = |pattern: &Pattern| {
        let found = discover(tree.path(), pattern).expect("it is walked");
        found.unreadable.iter().map(ToString::to_string).collect::<Vec<_>>()
    };
    let why = "it is a folder without manifests";
    assert_eq!(messages(&all()), [format!("`a.yaml` cannot be read: {why}"), format!("`e.yml` cannot be read: {why}")]);
    let pattern = Pattern::new(&["catalog/*.yaml", "e.yml"], &["a.yaml"]).expect("globs");
    assert_eq!(messages(&pattern), [format!("`e.yml` cannot be read: {why}")]);
}

#[test]
fn other_repositories_inside_are_not_entered() {
    let tree = Tree::new(&["a.yaml", "nested/x.yaml", "nested/deep/x.yaml", "module/x.yaml"]);
    for file in [".git/HEAD", "nested/.git/HEAD", "module/.git"] {
        tree.write(file, "");
    }
    assert_eq!(tree.found(&all()), ["a.yaml"]);
}

#[test]
fn includes_and_excludes_choose() {
    let tree = Tree::new(&["catalog/a.yaml", "catalog/old/b.yaml", "x/port.yml", "x/other.yml", "catalog/n.json"]);
    let pattern = Pattern::new(&["catalog/**/*.{yaml,yml}", "**/port.yml"], &["catalog/old"]).expect("globs");
    assert_eq!(tree.found(&pattern), ["catalog/a.yaml", "x/port.yml"]);
    let pattern = Pattern::new(&["catalog/*.json"], &[] as &[&str]).expect("globs");
    assert_eq!(tree.found(&pattern), ["catalog/n.json"]);
}

#[test]
fn many_folders_give_the_same_list_as_few() {
    let files: Vec<String> = (0..300).map(|number| format!("f{number:03}/g/x.yaml")).collect();
    let tree = Tree::new(&files.iter().map(String::as_str).collect::<Vec<_>>());
    tree.write(".gitignore", "f007/\n");
    let expected: Vec<&String> = files.iter().filter(|file| !file.starts_with("f007")).collect();
    assert_eq!(tree.found(&all()).iter().collect::<Vec<_>>(), expected);
}

#[test]
fn a_root_that_cannot_be_listed_is_an_error() {
    let tree = Tree::new(&["a.yaml"]);
    for root in ["nowhere", "a.yaml"] {
        let error = discover(&tree.path().join(root), &all()).expect_err(root);
        assert!(error.to_string().contains("cannot be listed"), "{error}");
    }
}

#[cfg(unix)] // makes symbolic links
#[test]
fn links_to_files_inside_are_followed_once_and_no_others() {
    use std::os::unix::fs::symlink;
    let tree =
        Tree::new(&["repo/a.yaml", "repo/shared/text.txt", "repo/.portolan/p.yaml", "outside.yaml", "folder/x.yaml"]);
    let link = |target: &str, name: &str| symlink(target, tree.path().join("repo").join(name)).expect("a link");
    link("a.yaml", "same.yaml");
    link("shared/text.txt", "one.yaml");
    link("shared/text.txt", "two.yaml");
    link("../outside.yaml", "outside.yaml");
    link("../folder", "folder");
    link("shared", "folder.yaml");
    link("loop.yaml", "loop.yaml");
    link("nowhere", "broken.yaml");
    link(".portolan/p.yaml", "p.yaml");
    link("nobody@nowhere.1", ".#a.yaml");
    let root = tree.path().join("repo");
    let found = discover(&root, &all()).expect("it is walked");
    let messages: Vec<String> = found.unreadable.iter().map(ToString::to_string).collect();
    assert_eq!(
        messages,
        [
            "`broken.yaml` cannot be followed: the link points to nothing",
            "`folder.yaml` cannot be followed: the link points to no file",
            "`loop.yaml` cannot be followed: the link points to nothing",
            "`outside.yaml` cannot be followed: the link points out of the repository",
            "`p.yaml` cannot be followed: the link points into Git's own folder",
        ]
    );
    assert_eq!(names(Ok(found)), ["a.yaml", "one.yaml"]);
    symlink(&root, tree.path().join("to-repo")).expect("a link");
    assert_eq!(names(discover(&tree.path().join("to-repo"), &all())), ["a.yaml", "one.yaml"]);
}

#[cfg(unix)] // names that are not UTF-8, and pipes
#[test]
fn odd_names_and_odd_files_do_no_harm() {
    use std::os::unix::ffi::OsStrExt;
    let tree = Tree::new(&["a b.yaml", "q\"uo'te.yaml", "new\nline.yaml"]);
    let name = std::ffi::OsStr::from_bytes(b"caf\xE9.yaml");
    fs::write(tree.path().join(name), "x").expect("a file");
    // A socket with a matching name cannot be read.
    let _socket = std::os::unix::net::UnixListener::bind(tree.path().join("socket.yaml")).expect("a socket");
    assert_eq!(tree.found(&all()), ["a b.yaml", "caf\\xE9.yaml", "new\nline.yaml", "q\"uo'te.yaml"]);
    let found = discover(tree.path(), &all()).expect("it is walked");
    let mut buffer = crate::sources::ReadBuffer::default();
    let read = crate::sources::read(&found.files[1], &mut buffer).expect("it is text");
    assert_eq!(read.text, "x");
}

/// The superuser can read everything, so there the list is complete and nothing is reported.
#[cfg(unix)]
#[test]
fn a_folder_that_cannot_be_listed_is_told_and_stops_nothing() {
    use std::os::unix::fs::PermissionsExt;
    let tree = Tree::new(&["a.yaml", "closed/b.yaml", "z.yaml"]);
    let closed = tree.path().join("closed");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o000)).expect("it is ours");
    let superuser = fs::read_dir(&closed).is_ok();
    let found = discover(tree.path(), &all()).expect("it is walked");
    fs::set_permissions(&closed, fs::Permissions::from_mode(0o755)).expect("it is ours");
    let files: Vec<&str> = found.files.iter().map(|file| file.path.as_str()).collect();
    let unreadable: Vec<&str> = found.unreadable.iter().map(|folder| folder.path.as_str()).collect();
    if superuser {
        assert_eq!((files, unreadable), (vec!["a.yaml", "closed/b.yaml", "z.yaml"], vec![]));
    } else {
        assert_eq!((files, unreadable), (vec!["a.yaml", "z.yaml"], vec!["closed"]));
    }
}
