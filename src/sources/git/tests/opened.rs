//! Tests where a repository is found, and the errors if it cannot be used.

use git2::{ErrorClass, ErrorCode};

use super::*;

fn try_open(root: &Path, environment: &Environment) -> Result<Option<Repository>, GitError> {
    Repository::open(root, environment)
}

fn one_file_changed(repository: &Repository, root: &Path) {
    let changed = repository.changed(root, &everything(), None).expect("it is read");
    assert_eq!(names(&changed.changed), ["a.yaml"]);
    let staged = repository.staged(root, &everything()).expect("it is read");
    assert_texts(&staged.files, [("a.yaml", "a: 1\n"), ("b.yaml", "b: 1\n")]);
}

#[test]
fn outside_git_there_is_none() {
    let tree = Tree::plain();
    let up_to = Environment { ceilings: vec![tree.path.clone()], ..Environment::default() };
    assert!(try_open(&tree.path, &up_to).expect("it is no fault").is_none());
    let error = try_open(&tree.path.join("nowhere"), &up_to).expect_err("no such folder");
    assert!(error.to_string().starts_with("folder `"), "{error}");
}

#[test]
fn a_linked_work_tree_is_one_of_its_own() {
    let tree = Tree::with_commit();
    let linked = Tree::plain();
    let folder = linked.path.join("linked");
    tree.git(["worktree", "add", "--quiet", "-b", "other", folder.to_str().expect("it is UTF-8")]);
    fs::write(folder.join("a.yaml"), "a: linked\n").expect("a file");
    one_file_changed(&open(&folder, &Environment::default()), &folder);
    fs::write(folder.join("b.yaml"), "b: linked\n").expect("a file");
    git(&folder, ["add", "b.yaml"]);
    let staged = open(&folder, &Environment::default()).staged(&folder, &everything()).expect("it is read");
    assert_eq!(names(&staged.changed), ["b.yaml"]);
    assert_texts(&staged.files, [("a.yaml", "a: 1\n"), ("b.yaml", "b: linked\n")]);
    assert!(tree.open().staged(&tree.path, &everything()).expect("it is read").changed.is_empty());
    // As Git's hooks see it there.
    let git_dir = git(&folder, ["rev-parse", "--absolute-git-dir"]);
    let environment = Environment { git_dir: Some(PathBuf::from(git_dir)), ..Environment::default() };
    let staged = open(&folder, &environment).staged(&folder, &everything()).expect("it is read");
    assert_eq!(names(&staged.changed), ["b.yaml"]);
}

#[test]
fn a_work_tree_of_a_bare_repository_works_and_the_bare_one_is_explained() {
    let tree = Tree::with_commit();
    let bare = Tree::plain();
    git(&bare.path, ["clone", "--quiet", "--bare", tree.path.to_str().expect("it is UTF-8"), "bare.git"]);
    let folder = bare.path.join("bare.git");
    git(&folder, ["worktree", "add", "--quiet", "../linked", "main"]);
    fs::write(bare.path.join("linked/a.yaml"), "a: 2\n").expect("a file");
    let linked = bare.path.join("linked");
    one_file_changed(&open(&linked, &Environment::default()), &linked);
    let error = try_open(&folder, &Environment::default()).expect_err("it has no files");
    assert!(error.to_string().contains("is bare") && help(&error).contains("git worktree add"), "{error}");
    tree.git(["config", "core.bare", "true"]);
    let error = try_open(&tree.path, &Environment::default()).expect_err("it says that it has no files");
    assert!(help(&error).contains("core.bare false"), "{error}");
}

#[test]
fn git_dir_and_work_tree_apart_are_brought_together() {
    let tree = Tree::with_commit();
    tree.write("a.yaml", "a: 2\n");
    let apart = Tree::plain();
    let git_dir = apart.path.join("repository");
    fs::rename(tree.path.join(".git"), &git_dir).expect("it moves");
    let given = |work_tree: Option<PathBuf>| Environment {
        git_dir: Some(git_dir.clone()),
        work_tree,
        ..Environment::default()
    };
    one_file_changed(&open(&tree.path, &given(Some(tree.path.clone()))), &tree.path);
    fs::write(tree.path.join(".git"), format!("gitdir: {}\n", git_dir.display())).expect("a file");
    one_file_changed(&tree.open(), &tree.path);
}

#[test]
fn a_hook_of_one_repository_may_look_at_another() {
    let one = Tree::with_commit();
    let other = Tree::with_commit();
    other.write("a.yaml", "a: 2\n");
    let hook = Environment { git_dir: Some(one.path.join(".git")), ..Environment::default() };
    one_file_changed(&open(&other.path, &hook), &other.path);
}

#[test]
fn a_broken_repository_is_not_taken_for_none() {
    let tree = Tree::with_commit();
    tree.write(".git/config", "[core\nbroken");
    let error = try_open(&tree.path, &Environment::default()).expect_err("it is broken");
    assert!(error.to_string().starts_with("Git repository at"), "{error}");
    let tree = Tree::plain();
    tree.write(".git", "gitdir: /nowhere/at/all\n");
    try_open(&tree.path, &Environment::default()).expect_err("the link points to nothing");
}

#[test]
fn what_libgit2_cannot_open_is_explained() {
    let tree = Tree::with_commit();
    tree.git(["config", "core.repositoryformatversion", "1"]);
    tree.git(["config", "extensions.somethingNew", "true"]);
    let error = try_open(&tree.path, &Environment::default()).expect_err("it is unknown");
    assert!(error.to_string().contains("somethingnew"), "{error}");
    assert!(help(&error).contains("--staged"), "{}", help(&error));
}

#[test]
fn a_foreign_owner_is_explained_with_the_command_that_helps() {
    let owner = git2::Error::new(ErrorCode::Owner, ErrorClass::Config, "not owned by current user");
    let error = GitError::opening(Path::new("/srv/my repo"), owner);
    assert_eq!(error.to_string(), "Git repository at `/srv/my repo` belongs to another user");
    assert_eq!(help(&error), "run `git config --global --add safe.directory '/srv/my repo'` if you trust its content");
}

/// Only the superuser can change owners, so elsewhere this cannot be tested.
#[cfg(unix)]
#[test]
fn a_repository_of_another_user_is_refused() {
    use std::os::unix::fs::{MetadataExt, chown};
    let tree = Tree::with_commit();
    let safe = git2::Config::open_default().and_then(|config| config.get_entry("safe.directory").map(|_| ())).is_ok();
    let (folder, git_folder) = (tree.path.clone(), tree.path.join(".git"));
    let given = [&folder, &git_folder].iter().all(|path| chown(path, Some(4_242), Some(4_242)).is_ok());
    if !given || safe || folder.metadata().is_ok_and(|folder| folder.uid() != 4_242) {
        return;
    }
    let error = try_open(&tree.path, &Environment::default()).expect_err("it is somebody else's");
    assert!(error.to_string().contains("belongs to another user"), "{error}");
    assert!(help(&error).contains("safe.directory"));
}

#[test]
fn the_environment_is_read_once_and_empty_means_not_set() {
    let variables = [
        ("GIT_DIR", "/r/.git"),
        ("GIT_INDEX_FILE", ".git/next-index-1.lock"),
        ("GIT_WORK_TREE", ""),
        ("HOME", "/home/a"),
        ("GIT_CEILING_DIRECTORIES", "/x:/y"),
    ];
    let find = |name: &str| variables.iter().find(|(key, _)| *key == name).map(|(_, value)| value.into());
    let environment = Environment::from_variables(find);
    assert_eq!(environment.git_dir, Some(PathBuf::from("/r/.git")));
    assert_eq!(environment.index_file, Some(PathBuf::from(".git/next-index-1.lock")));
    assert_eq!(environment.work_tree, None);
    assert_eq!(environment.attributes, Some(PathBuf::from("/home/a/.config/git/attributes")));
    #[cfg(unix)] // the paths are split at `:`
    assert_eq!(environment.ceilings, [PathBuf::from("/x"), PathBuf::from("/y")]);
}

#[test]
fn the_remote_names_the_owner() {
    let tree = Tree::with_commit();
    assert_eq!(tree.open().origin(), None);
    tree.git(["remote", "add", "origin", "git@github.com:acme/catalog.git"]);
    assert_eq!(tree.open().origin().as_deref(), Some("acme/catalog"));
}
