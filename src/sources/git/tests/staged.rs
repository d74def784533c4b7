//! Tests the content of the next commit, in every state of the index.

use std::time::{Duration, SystemTime};

use super::*;

#[test]
fn a_half_staged_file_is_what_was_staged() {
    let tree = Tree::with_commit();
    tree.write("a.yaml", "a: 2\n");
    tree.git(["add", "a.yaml"]);
    tree.write("a.yaml", "a: 3\n").write("b.yaml", "b: not staged\n").write("c.yaml", "c: untracked\n");
    let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
    assert_texts(&staged.files, [("a.yaml", "a: 2\n"), ("b.yaml", "b: 1\n")]);
    assert_eq!(names(&staged.changed), ["a.yaml"]);
    assert_texts(&staged.before, [("a.yaml", "a: 1\n")]);
    assert!(staged.removed.is_empty());
}

#[test]
fn a_file_with_the_same_size_and_times_as_its_blob_is_not_taken_for_it_in_the_same_moment() {
    let tree = Tree::with_commit();
    tree.write("a.yaml", "a: 2\n");
    tree.git(["add", "a.yaml"]);
    tree.write("a.yaml", "a: 3\n");
    // The racy case of Git: same size, same second, and restored times.
    let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
    assert_eq!(texts(&staged.files)["a.yaml"], "a: 2\n");
    // On a slow machine, the other files may be old enough to count as unchanged.
    let own = staged.files.iter().filter(|file| file.path == "a.yaml");
    assert!(!own.into_iter().any(on_disk), "the index is as young as the file");
}

/// A tree whose index is certainly younger than its files.
fn settled() -> Tree {
    let tree = Tree::with_commit();
    settle(&tree);
    tree
}

fn settle(tree: &Tree) {
    date_index(tree, SystemTime::now() + Duration::from_secs(60));
}

fn date_index(tree: &Tree, time: SystemTime) {
    let index = fs::File::options().write(true).open(tree.path.join(".git/index")).expect("it is there");
    index.set_modified(time).expect("the time is set");
}

#[cfg(unix)] // as below
#[test]
fn no_file_counts_as_older_because_the_index_was_written_again_after_it_was_read() {
    let tree = Tree::with_commit();
    date_index(&tree, SystemTime::UNIX_EPOCH + Duration::from_secs(60));
    let repository = tree.open();
    repository.index_file().expect("it is read");
    settle(&tree);
    let staged = repository.staged(&tree.path, &everything()).expect("it is read");
    assert!(staged.files.len() > 1 && !staged.files.iter().any(on_disk));
}

#[cfg(unix)] // only here the index knows enough of a file to trust it
#[test]
fn unchanged_files_are_read_from_the_work_tree() {
    let tree = settled();
    let of = |name: &str| {
        let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
        let file = staged.files.iter().find(|file| file.path == name).expect("it is listed").clone();
        (on_disk(&file), texts(&[file])[name].clone())
    };
    assert_eq!(of("a.yaml"), (true, "a: 1\n".to_owned()));
    tree.write("a.yaml", "a: changed\n");
    assert_eq!(of("a.yaml"), (false, "a: 1\n".to_owned()));
    assert!(of("b.yaml").0);
    // Same size and modification time: only the change time differs.
    let modified = fs::metadata(tree.path.join("b.yaml")).and_then(|file| file.modified()).expect("a time");
    tree.write("b.yaml", "b: 2\n");
    let file = fs::File::options().write(true).open(tree.path.join("b.yaml")).expect("it is there");
    file.set_modified(modified).expect("the time is set");
    assert_eq!(of("b.yaml"), (false, "b: 1\n".to_owned()));
}

#[cfg(unix)] // as above
#[test]
fn files_that_git_converts_are_read_as_blobs() {
    for by_attributes in [false, true] {
        let tree = settled();
        if by_attributes {
            tree.write(".gitattributes", "*.yaml text eol=crlf\n");
        } else {
            tree.git(["config", "core.autocrlf", "true"]);
        }
        tree.write("crlf.yaml", "a: 1\r\nb: 2\r\n").commit("two");
        settle(&tree);
        let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
        assert!(!staged.files.iter().any(on_disk));
        assert_eq!(texts(&staged.files)["crlf.yaml"], "a: 1\nb: 2\n");
        assert!(staged.changed.is_empty());
    }
}

#[cfg(unix)] // as above
#[test]
fn files_that_git_converted_when_they_were_added_are_read_as_blobs() {
    for by_attributes in [false, true] {
        let tree = Tree::new();
        if by_attributes {
            // In a folder, and not in the index.
            tree.write("in/.gitattributes", "*.yaml text\n");
        } else {
            tree.git(["config", "core.autocrlf", "input"]);
        }
        tree.write("in/a.yaml", "a: 1\r\nb: 2\r\n");
        tree.git(["add", "in/a.yaml"]);
        tree.git(["config", "core.autocrlf", "false"]);
        settle(&tree);
        let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
        assert_texts(&staged.files, [("in/a.yaml", "a: 1\nb: 2\n")]);
    }
}

#[cfg(unix)] // as above
#[test]
fn what_replaced_a_folder_since_does_not_hide_its_staged_files() {
    let tree = Tree::new();
    tree.write("in/a.yaml", "a: 1\n").commit("one");
    settle(&tree);
    let outside = tree.path.with_file_name("outside");
    // The files are the same, but no link may lead out of the repository.
    fs::rename(tree.path.join("in"), &outside).expect("it is moved");
    std::os::unix::fs::symlink(&outside, tree.path.join("in")).expect("a link");
    let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
    assert_texts(&staged.files, [("in/a.yaml", "a: 1\n")]);
}

#[cfg(unix)] // as above
#[test]
fn the_index_says_nothing_about_the_content_of_an_announced_file() {
    use crate::sources::file_stat::FileStat;

    let tree = settled();
    tree.git(["update-index", "--skip-worktree", "a.yaml"]);
    let (index, file) = (tree.path.join(".git/index"), tree.path.join("a.yaml"));
    let knows_blob = || {
        settle(&tree);
        let work_tree = tree.open().work_tree().expect("it is read");
        work_tree.blob_of(&file, &FileStat::of(&file).expect("it is there")).is_some()
    };
    assert!(knows_blob());
    // Git leaves the times out of such an entry; other programs may not.
    let mut bytes = fs::read(&index).expect("it can be read");
    let path = bytes.windows(7).position(|part| part == b"a.yaml\0").expect("it has an entry");
    assert_eq!(bytes[path - 2], 0x40);
    bytes[path - 2] = 0x20;
    fs::write(&index, bytes).expect("it can be written");
    assert!(!knows_blob());
}

#[cfg(unix)] // as above
#[test]
fn a_file_that_changed_when_the_index_was_written_is_not_taken_for_its_blob() {
    use crate::sources::file_stat::FileStat;

    let tree = Tree::with_commit();
    let path = tree.path.join("a.yaml");
    let file = FileStat::of(&path).expect("it is there");
    let changed = SystemTime::UNIX_EPOCH + Duration::from_secs(file.mtime.0.max(file.ctime.0).cast_unsigned());
    let knows_blob = |later| {
        date_index(&tree, changed + Duration::from_secs(later));
        tree.open().work_tree().expect("it is read").blob_of(&path, &file).is_some()
    };
    assert_eq!([0, 1, 2, 3].map(knows_blob), [false, false, false, true]);
}

#[test]
fn a_damaged_index_is_read_or_refused() {
    let tree = Tree::with_commit();
    tree.write("deep/er/c.yaml", "c: 1\n").commit("two");
    tree.write("new.yaml", "").git(["add", "--intent-to-add", "new.yaml"]);
    let index = tree.path.join(".git/index");
    for version in ["3", "4"] {
        tree.git(["update-index", "--index-version", version]);
        let whole = fs::read(&index).expect("it can be read");
        let mut refused = 0;
        let mut read = |bytes: &[u8]| {
            fs::write(&index, bytes).expect("it can be written");
            refused += usize::from(tree.open().staged(&tree.path, &everything()).is_err());
        };
        for at in 0..whole.len() {
            let mut bytes = whole.clone();
            bytes[at] ^= 1 << (at % 8);
            read(if at % 5 == 0 { &whole[..at] } else { &bytes });
        }
        assert!(refused > 0);
        fs::write(&index, whole).expect("it can be written");
    }
}

#[cfg(unix)] // as above
#[test]
fn attributes_that_convert_nothing_cost_nothing() {
    let tree = settled();
    tree.write(".gitattributes", ".portolan/known-entities.txt merge=union\n").commit("two");
    settle(&tree);
    let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
    assert!(staged.files.iter().any(on_disk));
}

#[test]
fn a_personal_attributes_file_counts_too() {
    let tree = settled();
    let attributes = tree.path.join("my-attributes");
    let environment = Environment { attributes: Some(attributes.clone()), ..Environment::default() };
    let disk = || {
        let staged = open(&tree.path, &environment).staged(&tree.path, &everything()).expect("it is read");
        staged.files.iter().any(on_disk)
    };
    // Elsewhere the index records too little about a file to trust it.
    assert_eq!(disk(), cfg!(unix));
    fs::write(&attributes, "* text\n").expect("a file");
    assert!(!disk());
}

#[test]
fn deleted_and_renamed_files_are_removed_ones() {
    let tree = Tree::with_commit();
    tree.git(["mv", "a.yaml", "z.yaml"]);
    tree.git(["rm", "--quiet", "b.yaml"]);
    let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
    assert_texts(&staged.files, [("z.yaml", "a: 1\n")]);
    assert_eq!(names(&staged.changed), ["z.yaml"]);
    assert_texts(&staged.removed, [("a.yaml", "a: 1\n"), ("b.yaml", "b: 1\n")]);
    assert!(staged.before.is_empty());
}

#[test]
fn a_file_deleted_only_in_the_work_tree_is_still_committed() {
    let tree = settled();
    fs::remove_file(tree.path.join("a.yaml")).expect("it is removed");
    let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
    assert_texts(&staged.files, [("a.yaml", "a: 1\n"), ("b.yaml", "b: 1\n")]);
    assert!(staged.removed.is_empty());
}

#[test]
fn before_the_first_commit_everything_is_new() {
    let tree = Tree::new();
    tree.write("a.yaml", "a: 1\n").write("later.yaml", "x: 1\n");
    tree.git(["add", "a.yaml"]);
    let repository = tree.open();
    assert_eq!(repository.head_commit().expect("it is asked"), None);
    let staged = repository.staged(&tree.path, &everything()).expect("it is read");
    assert_texts(&staged.files, [("a.yaml", "a: 1\n")]);
    assert_eq!(names(&staged.changed), ["a.yaml"]);
}

#[test]
fn an_empty_repository_has_nothing() {
    let tree = Tree::new();
    let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
    assert!(staged.files.is_empty() && staged.changed.is_empty());
}

#[test]
fn an_announced_file_is_not_committed_and_a_mode_is_no_content() {
    let tree = Tree::with_commit();
    tree.write("new.yaml", "n: 1\n");
    tree.git(["add", "--intent-to-add", "new.yaml"]);
    tree.git(["update-index", "--chmod=+x", "a.yaml"]);
    let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
    assert_texts(&staged.files, [("a.yaml", "a: 1\n"), ("b.yaml", "b: 1\n")]);
    assert!(staged.changed.is_empty(), "{:?}", staged.changed);
}

#[test]
fn conflicts_are_named_when_they_matter() {
    let tree = Tree::with_commit();
    tree.git(["switch", "--quiet", "--create", "other"]);
    tree.write("a.yaml", "a: theirs\n").write("README.md", "theirs\n").commit("theirs");
    tree.git(["switch", "--quiet", "main"]);
    tree.write("a.yaml", "a: ours\n").write("README.md", "ours\n").commit("ours");
    let merge = Command::new("git").args(["merge", "--quiet", "other"]).current_dir(&tree.path).output();
    assert!(!merge.expect("git runs").status.success());
    let error = tree.open().staged(&tree.path, &everything()).expect_err("it is in conflict");
    assert_eq!(error.to_string(), "unresolved merge conflicts in `a.yaml`");
    // Comparing the work tree with `HEAD` requires no resolved index.
    let changed = tree.open().changed(&tree.path, &everything(), None).expect("it is read");
    assert_eq!(names(&changed.changed), ["a.yaml"]);
    tree.write("a.yaml", "a: both\n");
    tree.git(["add", "a.yaml"]);
    let staged = tree.open().staged(&tree.path, &everything()).expect("the README is not ours to judge");
    assert_eq!(texts(&staged.files)["a.yaml"], "a: both\n");
}

#[test]
fn only_what_is_under_the_root_and_matches_counts() {
    let tree = Tree::with_commit();
    tree.write("sub/x.yaml", "x: 1\n").write("sub/.portolan/y.yaml", "y: 1\n").write("sub2/z.yaml", "z: 1\n");
    tree.write("sub/old/o.yaml", "o: 1\n");
    tree.git(["add", "--all"]);
    tree.git(["rm", "--quiet", "a.yaml"]);
    let pattern = Pattern::new(&[] as &[&str], &["old"]).expect("it is a glob");
    let staged = tree.open().staged(&tree.path.join("sub"), &pattern).expect("it is read");
    assert_texts(&staged.files, [("x.yaml", "x: 1\n")]);
    assert_eq!(names(&staged.changed), ["x.yaml"]);
    assert!(staged.removed.is_empty());
}

#[cfg(unix)] // names that are not UTF-8
#[test]
fn names_of_every_kind_are_right() {
    use std::os::unix::ffi::OsStrExt;
    let tree = Tree::new();
    let odd = OsStr::from_bytes(b"caf\xE9.yaml");
    let others = [
        "a b.yaml",
        "q\"uo'te.yaml",
        "new\nline.yaml",
        "tab\t.yaml",
        "ünï/cödé.yaml",
        "[x].yaml",
        "-n.yaml",
        "a\\b.yaml",
    ];
    for name in others.iter().map(OsStr::new).chain([odd]) {
        tree.write(Path::new(name), name.as_bytes().escape_ascii().to_string());
    }
    tree.git(["add", "--all"]);
    let check = |files: &[SourceFile]| {
        let texts = texts(files);
        for name in others {
            assert_eq!(texts[name], name.as_bytes().escape_ascii().to_string());
        }
        assert_eq!(texts["caf\\xE9.yaml"], "caf\\xe9.yaml");
        assert_eq!(texts.len(), others.len() + 1);
    };
    let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
    check(&staged.files);
    assert_eq!(staged.changed.len(), others.len() + 1);
    assert!(staged.changed.contains("caf\\xE9.yaml"));
    tree.git(["commit", "--quiet", "--message", "one"]);
    check(&tree.open().staged(&tree.path, &everything()).expect("it is read").files);
    // A root with such a name.
    let root = tree.path.join(OsStr::from_bytes(b"r\xFF[*]"));
    tree.write(root.join("x.yaml"), "x: 1\n").commit("two");
    let staged = tree.open().staged(&root, &everything()).expect("it is read");
    assert_texts(&staged.files, [("x.yaml", "x: 1\n")]);
}

#[cfg(unix)] // makes symbolic links
#[test]
fn a_link_is_the_file_it_ends_at_unless_that_is_listed_itself() {
    use std::os::unix::fs::symlink;
    let tree = Tree::with_commit();
    tree.write("shared/service.txt", "s: 1\n");
    let link = |target: &str, name: &str| symlink(target, tree.path.join(name)).expect("a link");
    link("a.yaml", "same.yaml");
    link("shared/./service.txt", "linked.yaml");
    link("../../outside.yaml", "outside.yaml");
    link("/etc/hostname", "absolute.yaml");
    link("nowhere.yaml", "broken.yaml");
    tree.git(["add", "--all"]);
    let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
    assert_texts(&staged.files, [("a.yaml", "a: 1\n"), ("b.yaml", "b: 1\n"), ("linked.yaml", "s: 1\n")]);
}

#[test]
fn a_submodule_is_not_looked_into() {
    let other = Tree::with_commit();
    let tree = Tree::with_commit();
    let other = other.path.to_str().expect("it is UTF-8");
    tree.git(["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", other, "vendor.yaml"]);
    let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
    assert_texts(&staged.files, [("a.yaml", "a: 1\n"), ("b.yaml", "b: 1\n")]);
    assert!(staged.changed.is_empty());
}

#[test]
fn the_index_that_git_gives_its_hook_is_the_one() {
    let tree = Tree::with_commit();
    let seen = tree.path.join(".git/seen");
    let hook = "#!/bin/sh\nprintf %s \"$GIT_INDEX_FILE\" > .git/seen; cp \"$GIT_INDEX_FILE\" .git/kept\n";
    tree.write(".git/hooks/pre-commit", hook);
    #[cfg(unix)] // a hook needs the executable bit
    make_executable(&tree.path.join(".git/hooks/pre-commit"));
    tree.write("a.yaml", "a: staged\n").write("b.yaml", "b: named\n");
    tree.git(["add", "a.yaml"]);
    // A partial commit contains only `b.yaml`, whatever is staged.
    tree.git(["commit", "--quiet", "--message", "two", "b.yaml"]);
    let given = fs::read_to_string(seen).expect("the hook ran");
    assert!(given.contains("next-index"), "{given}");
    // What the hook would have seen, compared with the previous commit.
    tree.git(["update-ref", "HEAD", "HEAD~1"]);
    let environment = Environment { index_file: Some(PathBuf::from(".git/kept")), ..Environment::default() };
    let repository = open(&tree.path, &environment);
    let staged = repository.staged(&tree.path, &everything()).expect("it is read");
    assert_eq!(names(&staged.changed), ["b.yaml"]);
    assert_texts(&staged.files, [("a.yaml", "a: 1\n"), ("b.yaml", "b: named\n")]);
    assert_eq!(
        names(&repository.changed(&tree.path, &everything(), None).expect("it is read").changed),
        ["a.yaml", "b.yaml"]
    );
}

#[test]
fn files_outside_a_sparse_checkout_are_there_all_the_same() {
    let tree = Tree::with_commit();
    tree.write("in/x.yaml", "x: 1\n").write("out/y.yaml", "y: 1\n").commit("two");
    tree.git(["sparse-checkout", "set", "--no-sparse-index", "in"]);
    assert!(!tree.path.join("out/y.yaml").exists());
    let repository = tree.open();
    let staged = repository.staged(&tree.path, &everything()).expect("it is read");
    assert_eq!(texts(&staged.files)["out/y.yaml"], "y: 1\n");
    assert!(staged.changed.is_empty() && staged.removed.is_empty());
    let changed = repository.changed(&tree.path, &everything(), None).expect("it is read");
    assert!(changed.changed.is_empty() && changed.removed.is_empty(), "{changed:?}");
    tree.git(["switch", "--quiet", "--create", "other"]);
    tree.git(["sparse-checkout", "disable"]);
    tree.write("out/y.yaml", "y: 2\n").commit("three");
    tree.git(["sparse-checkout", "set", "--no-sparse-index", "in"]);
    let changed = tree.open().changed(&tree.path, &everything(), Some("main")).expect("it is read");
    assert_eq!(names(&changed.changed), ["out/y.yaml"]);
    assert_texts(&changed.before, [("out/y.yaml", "y: 1\n")]);
    assert!(changed.removed.is_empty());
}

#[test]
fn an_index_that_cannot_be_read_is_explained() {
    let tree = Tree::with_commit();
    tree.git(["update-index", "--split-index"]);
    let error = tree.open().staged(&tree.path, &everything()).expect_err("it is split");
    assert!(help(&error).contains("--no-split-index"), "{error} {}", help(&error));
    let tree = Tree::with_commit();
    tree.write("in/x.yaml", "x: 1\n").write("out/y.yaml", "y: 1\n").commit("two");
    tree.git(["sparse-checkout", "set", "--sparse-index", "in"]);
    let error = tree.open().staged(&tree.path, &everything()).expect_err("it is sparse");
    assert!(help(&error).contains("--no-sparse-index"), "{error} {}", help(&error));
    let tree = Tree::with_commit();
    tree.write(".git/index", "no index");
    let error = tree.open().staged(&tree.path, &everything()).expect_err("it is broken");
    assert!(help(&error).contains("git reset"), "{error} {}", help(&error));
}

#[test]
fn many_blobs_are_read_by_several_threads() {
    let tree = Tree::new();
    let name = |number: usize| format!("{number:04}.yaml");
    (0..500).for_each(|number| {
        tree.write(name(number), format!("n: {number}\n"));
    });
    tree.commit("one");
    // Half of them are packed.
    tree.git(["gc", "--quiet"]);
    (0..250).for_each(|number| {
        tree.write(name(number), format!("m: {number}\n"));
    });
    tree.git(["add", "--all"]);
    // No file may count as unchanged, however long writing took.
    date_index(&tree, SystemTime::UNIX_EPOCH + Duration::from_secs(60));
    let staged = tree.open().staged(&tree.path, &everything()).expect("it is read");
    assert!(!staged.files.iter().any(on_disk));
    let texts =
        crate::sources::for_each_text(&staged.files, || (), |(), _, text| text.expect("it is text").text.to_owned());
    let expected = |number| if number < 250 { format!("m: {number}\n") } else { format!("n: {number}\n") };
    assert_eq!(texts, (0..500).map(expected).collect::<Vec<_>>());
}

#[test]
fn a_hook_names_the_index_from_the_top() {
    let tree = Tree::with_commit();
    tree.write("a.yaml", "a: 2\n");
    tree.git(["add", "a.yaml"]);
    // The folder of the process is another one, which may have a `.git/index` too.
    for file in [Path::new(".git/index").to_owned(), tree.path.join(".git/index")] {
        let environment = Environment { index_file: Some(file), ..Environment::default() };
        let staged = open(&tree.path, &environment).staged(&tree.path, &everything()).expect("it is read");
        assert_eq!(names(&staged.changed), ["a.yaml"]);
    }
}
