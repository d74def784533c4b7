//! Tests hostile commits that contain a Git directory, or files that the user's settings refer to: they are ignored,
//! and no program that they name is run.
#![cfg(unix)]

use std::os::unix::fs::{PermissionsExt, symlink};

use super::*;
use crate::sources::git::Signed;

/// A program that records that it was run, outside of every repository under test.
struct Trap {
    folder: tempfile::TempDir,
}

impl Trap {
    fn new() -> Self {
        Self { folder: tempfile::tempdir().expect("a folder") }
    }

    /// A program that reports every signature as good.
    fn program(&self) -> String {
        let mark = self.folder.path().join("mark");
        format!(
            "#!/bin/sh\ntouch '{}'\necho 'Good \"git\" signature for ada@example.com with ED25519 key SHA256:x'\n\
             echo '[GNUPG:] GOODSIG 0123456789ABCDEF Ada'\nexit 0\n",
            mark.display()
        )
    }

    fn write_program(&self, path: &Path) {
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        fs::write(path, self.program()).expect("a file");
        fs::set_permissions(path, fs::Permissions::from_mode(0o755)).expect("it is ours");
    }

    #[track_caller]
    fn was_not_sprung(&self) {
        assert!(!self.folder.path().join("mark").exists(), "a program of the tree was started");
    }
}

fn key(folder: &Path, name: &str) {
    let made =
        Command::new("ssh-keygen").args(["-q", "-t", "ed25519", "-N", "", "-f", name]).current_dir(folder).status();
    assert!(made.expect("ssh-keygen runs").success());
}

/// A repository whose last commit is signed by a stranger, with the stranger's key outside of it.
fn signed_by_a_stranger() -> (Tree, Tree) {
    let (tree, keys) = (Tree::with_commit(), Tree::plain());
    key(&keys.path, "stranger");
    tree.git(["config", "gpg.format", "ssh"]);
    sign(&tree, &keys);
    (tree, keys)
}

fn sign(tree: &Tree, keys: &Tree) {
    let key = format!("user.signingkey={}", keys.path.join("stranger").display());
    tree.git(["-c", &key, "commit", "--quiet", "--allow-empty", "--gpg-sign", "--message", "signed"]);
}

fn verdict(tree: &Tree) -> Result<Signed, GitError> {
    let repository = tree.open();
    repository.signature(repository.find_commit("HEAD").expect("it is there"), None)
}

/// A bare repository as files of the work tree, with every setting that runs a program.
fn write_evil(tree: &Tree, folder: &str, trap: &Trap, work_tree: &str) {
    let made = Tree::with_commit();
    for path in ["HEAD", "index"] {
        let bytes = fs::read(made.path.join(".git").join(path)).expect("it is there");
        tree.write(format!("{folder}/{path}"), bytes);
    }
    copy(&made.path.join(".git/objects"), &tree.path.join(folder).join("objects"));
    copy(&made.path.join(".git/refs"), &tree.path.join(folder).join("refs"));
    trap.write_program(&tree.path.join(folder).join("hooks/post-checkout"));
    let program = tree.path.join(folder).join("program");
    trap.write_program(&program);
    let program = program.display();
    let config = format!(
        "[core]\n\trepositoryformatversion = 0\n\tbare = false\n\tworktree = {work_tree}\n\tfsmonitor = \"{program}\"\n\
         \tsshCommand = \"{program}\"\n\tpager = \"{program}\"\n[gpg]\n\tprogram = \"{program}\"\n\
         [gpg \"ssh\"]\n\tprogram = \"{program}\"\n\tallowedSignersFile = evil\n"
    );
    tree.write(format!("{folder}/config"), config);
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for entry in fs::read_dir(from).expect("it is there") {
        let entry = entry.expect("it is there");
        let target = to.join(entry.file_name());
        if entry.path().is_dir() { copy(&entry.path(), &target) } else { drop(fs::copy(entry.path(), target)) }
    }
}

#[test]
fn a_committed_bare_repository_is_a_folder_like_others() {
    let trap = Trap::new();
    let tree = Tree::with_commit();
    for (folder, work_tree) in [("evil", "."), ("evil/deep/er", ".."), ("sub/evil.git", "../..")] {
        write_evil(&tree, folder, &trap, work_tree);
        tree.commit("evil");
        let root = tree.path.join(folder);
        let repository = open(&root, &Environment::default());
        assert_eq!(repository.top(), tree.path, "{folder}");
        assert_eq!(repository.head_commit().expect("it is read"), tree.open().head_commit().expect("it is read"));
        let found = repository.signature(repository.find_commit("HEAD").expect("it is there"), None);
        assert_eq!(found.expect("it is looked at"), Signed::None);
    }
    trap.was_not_sprung();
}

#[test]
fn a_bare_repository_outside_of_git_is_not_opened() {
    let trap = Trap::new();
    let tree = Tree::plain();
    write_evil(&tree, "evil", &trap, ".");
    let error = Repository::open(&tree.path.join("evil"), &Environment::default()).expect_err("it has no work tree");
    assert!(error.to_string().contains("is bare"), "{error}");
    trap.was_not_sprung();
}

#[test]
fn a_git_file_that_leads_into_the_work_tree_is_refused() {
    let trap = Trap::new();
    let tree = Tree::with_commit();
    write_evil(&tree, "evil", &trap, "../sub");
    tree.write("sub/a.yaml", "a: 1\n").commit("evil");
    symlink(tree.path.join("evil"), tree.path.join("linked")).expect("a link");
    for target in ["../evil", "../sub/../evil", "../linked", &tree.path.join("evil").display().to_string()] {
        fs::write(tree.path.join("sub/.git"), format!("gitdir: {target}\n")).expect("a file");
        let error = Repository::open(&tree.path.join("sub"), &Environment::default()).expect_err(target);
        assert!(error.to_string().contains("in the work tree"), "{target}: {error}");
    }
    for (text, words) in [
        ("gitdir: ../nowhere\n", "does not exist"),
        ("gitdir: .\n", "is not a repository"),
        ("gitdir:../evil\n", "does not say"),
        ("gitdir: \n", "does not say"),
        ("", "does not say"),
    ] {
        fs::write(tree.path.join("sub/.git"), text).expect("a file");
        let error = Repository::open(&tree.path.join("sub"), &Environment::default()).expect_err(text);
        assert!(error.to_string().contains(words), "{text}: {error}");
    }
    trap.was_not_sprung();
}

/// The search skips what Git skips.
#[test]
fn a_git_folder_that_is_no_repository_leads_to_the_one_above() {
    let tree = Tree::with_commit();
    tree.write("sub/.git/config", "[core]\n\tworktree = /\n").write("sub/.git/HEAD", "not one\n");
    fs::create_dir_all(tree.path.join("sub/.git/objects")).expect("a folder");
    fs::create_dir_all(tree.path.join("sub/.git/refs")).expect("a folder");
    assert_eq!(open(&tree.path.join("sub"), &Environment::default()).top(), tree.path);
    assert_eq!(git(&tree.path.join("sub"), ["rev-parse", "--show-toplevel"]), tree.path.to_str().expect("UTF-8"));
}

#[test]
fn submodules_linked_work_trees_and_repositories_kept_aside_are_genuine() {
    let tree = Tree::with_commit();
    let library = Tree::with_commit();
    let address = library.path.to_str().expect("it is UTF-8");
    tree.git(["-c", "protocol.file.allow=always", "submodule", "--quiet", "add", address, "library"]);
    let folder = tree.path.join("library");
    assert_eq!(open(&folder, &Environment::default()).top(), folder);
    // `.bare` next to the work trees created from it.
    let project = Tree::plain();
    git(&project.path, ["clone", "--quiet", "--bare", address, ".bare"]);
    project.write(".git", "gitdir: ./.bare\n");
    git(&project.path, ["worktree", "add", "--quiet", "main"]);
    let folder = project.path.join("main");
    assert_eq!(open(&folder, &Environment::default()).top(), folder);
    // `git init --separate-git-dir`, and a link instead of `.git`.
    let apart = Tree::plain();
    git(&apart.path, ["init", "--quiet", "--separate-git-dir", "kept", "work"]);
    let folder = apart.path.join("work");
    assert_eq!(open(&folder, &Environment::default()).top(), folder);
    fs::remove_file(folder.join(".git")).expect("it is there");
    symlink(apart.path.join("kept"), folder.join(".git")).expect("a link");
    assert!(Repository::open(&folder, &Environment::default()).is_ok());
}

#[test]
fn ceilings_hold_and_the_folder_itself_is_looked_into() {
    let tree = Tree::with_commit();
    tree.write("sub/deep/a.yaml", "a: 1\n");
    let under = |ceiling: &Path, root: &Path| {
        let environment = Environment { ceilings: vec![ceiling.to_owned()], ..Environment::default() };
        Repository::open(root, &environment).expect("it is no fault").is_some()
    };
    let (sub, deep) = (tree.path.join("sub"), tree.path.join("sub/deep"));
    assert!(!under(&tree.path, &deep) && !under(&sub, &deep));
    assert!(under(&tree.path, &tree.path) && under(&deep, &deep));
}

#[test]
fn settings_that_a_commit_can_change_are_refused_with_their_place() {
    let trap = Trap::new();
    let (tree, keys) = signed_by_a_stranger();
    let public = fs::read_to_string(keys.path.join("stranger.pub")).expect("it is made");
    tree.write("signers", format!("ada@example.com {public}"));
    trap.write_program(&tree.path.join("program"));
    let program = tree.path.join("program").display().to_string();
    tree.write(".gitconfig", format!("[gpg \"ssh\"]\n\tprogram = {program}\n"));
    tree.write("deep/included", "[gpg \"ssh\"]\n\tallowedSignersFile = /dev/null\n");
    tree.write("deep/first", "[include]\n\tpath = included\n");
    symlink("../signers", tree.path.join("deep/signers")).expect("a link");
    let outside = keys.path.join("signers");
    symlink(tree.path.join("signers"), &outside).expect("a link");
    tree.commit("evil");
    sign(&tree, &keys);
    let signers = tree.path.join("signers").display().to_string();
    for (name, value, words) in [
        ("include.path", "../.gitconfig", "`gpg.ssh.program` is set in `.gitconfig`"),
        ("include.path", "../deep/first", "`gpg.ssh.allowedsignersfile` is set in `deep/included`"),
        ("includeIf.gitdir:/.path", "../.gitconfig", "`gpg.ssh.program` is set in `.gitconfig`"),
        ("gpg.ssh.program", &program, "`gpg.ssh.program` names `program`"),
        ("gpg.ssh.program", "./program", "`gpg.ssh.program` names `program`"),
        ("gpg.program", "./program", "`gpg.program` names `program`"),
        ("gpg.ssh.allowedSignersFile", &signers, "`gpg.ssh.allowedsignersfile` names `signers`"),
        ("gpg.ssh.allowedSignersFile", "signers", "`gpg.ssh.allowedsignersfile` names `signers`"),
        ("gpg.ssh.allowedSignersFile", "deep/signers", "`gpg.ssh.allowedsignersfile` names"),
        (
            "gpg.ssh.allowedSignersFile",
            outside.to_str().expect("UTF-8"),
            "`gpg.ssh.allowedsignersfile` names `signers`",
        ),
        ("gpg.ssh.revocationFile", "signers", "`gpg.ssh.revocationfile` names `signers`"),
        ("gpg.ssh.allowedSignersFile", "not/yet/there", "names `not/yet/there`"),
    ] {
        tree.git(["config", name, value]);
        let error = verdict(&tree).expect_err(value);
        assert!(error.to_string().contains(words), "{name}={value}: {error}");
        assert!(help(&error).contains("out of the work tree"), "{}", help(&error));
        tree.git(["config", "--unset", name]);
    }
    // Git's own folder is not content of a commit.
    fs::copy(tree.path.join("signers"), tree.path.join(".git/signers")).expect("a copy");
    tree.git(["config", "gpg.ssh.allowedSignersFile", tree.path.join(".git/signers").to_str().expect("UTF-8")]);
    assert_eq!(verdict(&tree).expect("it is looked at"), Signed::Good { by: "ada@example.com".to_owned() });
    trap.was_not_sprung();
}

/// The `include.path` of a genuine config has many effects, but runs nothing.
#[test]
fn nothing_that_an_included_file_names_is_started() {
    let trap = Trap::new();
    let (tree, keys) = signed_by_a_stranger();
    trap.write_program(&tree.path.join("program"));
    let program = tree.path.join("program").display().to_string();
    tree.write(
        ".gitconfig",
        format!(
            "[core]\n\tfsmonitor = \"{program}\"\n\thooksPath = {0}\n\tpager = \"{program}\"\n\tsshCommand = \"{program}\"\n\
             \tattributesFile = {0}/attributes\n[filter \"x\"]\n\tclean = \"{program}\"\n\tsmudge = \"{program}\"\n\
             \tprocess = \"{program}\"\n\trequired = true\n[diff \"x\"]\n\ttextconv = \"{program}\"\n\
             \tcommand = \"{program}\"\n[merge \"x\"]\n\tdriver = \"{program}\"\n[alias]\n\tverify-commit = \"!{program}\"\n\
             [credential]\n\thelper = \"{program}\"\n[pager]\n\tverify-commit = \"{program}\"\n\tconfig = \"{program}\"\n",
            tree.path.display()
        ),
    );
    tree.write("attributes", "* filter=x diff=x merge=x\n").write(".gitattributes", "* filter=x diff=x merge=x\n");
    tree.write(".mailmap", "Ada <ada@example.com> <a@example.com>\n");
    tree.commit("evil");
    sign(&tree, &keys);
    tree.write("a.yaml", "a: changed\n");
    tree.git(["config", "include.path", "../.gitconfig"]);
    let repository = tree.open();
    let (root, all) = (tree.path.as_path(), everything());
    assert_eq!(names(&repository.changed(root, &all, None).expect("it is read").changed), ["a.yaml"]);
    repository.staged(root, &all).expect("it is read");
    assert!(repository.revision(root, &all, &[]).expect("it is read").is_dirty);
    repository.at(root, &all, repository.find_commit("HEAD").expect("it is there")).expect("it is read");
    verdict(&tree).expect_err("nobody said who may sign");
    trap.was_not_sprung();
}
