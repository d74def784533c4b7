//! Tests bases in real repositories as pipelines clone them: whole, shallow, or with a merge commit of their own.

#![expect(clippy::disallowed_methods, reason = "lays out repositories with Git itself")]

mod pipelines;

use std::path::PathBuf;
use std::process::Command;

use super::*;
use crate::commands::workspace::snapshot;
use crate::domain::progress::Silent;
use crate::sources::git;

/// A work tree, and perhaps clones of it, in a temporary folder.
struct Tree {
    _folder: Option<tempfile::TempDir>,
    path: PathBuf,
}

impl Tree {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("origin");
        std::fs::create_dir(&path).expect("a folder in it");
        let tree = Self { _folder: Some(folder), path };
        tree.git(&["init", "--quiet", "--initial-branch=main"]);
        tree
    }

    /// A branch with changes, and `main` with later commits.
    fn parted() -> Self {
        let tree = Self::new();
        tree.write("catalog/cart.yaml", &entity("cart")).write("catalog/till.yaml", &entity("till")).commit("one");
        tree.git(&["switch", "--quiet", "--create", "feature"]);
        tree.write("catalog/new.yaml", &entity("new")).commit("two");
        tree.git(&["switch", "--quiet", "main"]);
        tree.write("catalog/later.yaml", &entity("later")).commit("three");
        tree.git(&["switch", "--quiet", "feature"]);
        tree
    }

    fn git(&self, arguments: &[&str]) -> String {
        let output = Command::new("git")
            .args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "protocol.file.allow=always"])
            .args(arguments)
            .current_dir(&self.path)
            .envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_TEMPLATE_DIR", "")])
            .output()
            .expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn write(&self, path: &str, text: &str) -> &Self {
        let path = self.path.join(path);
        std::fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
        std::fs::write(path, text).expect("a file");
        self
    }

    fn commit(&self, message: &str) -> String {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", message]);
        self.id("HEAD")
    }

    fn id(&self, revision: &str) -> String {
        self.git(&["rev-parse", revision])
    }

    /// Clones like a pipeline: `arguments` are those of `git clone`, and `fetched` is checked out with a detached head.
    fn cloned(&self, arguments: &[&str], fetched: &str) -> Self {
        let path = self.path.with_file_name("clone");
        let address = format!("file://{}", self.path.display());
        let path_text = path.to_str().expect("it is UTF-8");
        let whole: Vec<&str> = ["clone", "--quiet", "--no-checkout"]
            .iter()
            .chain(arguments)
            .copied()
            .chain([&*address, path_text])
            .collect();
        self.git(&whole);
        let clone = Self { _folder: None, path };
        let depth = arguments.iter().find(|argument| argument.starts_with("--depth")).copied();
        let fetch: Vec<&str> = ["fetch", "--quiet"].into_iter().chain(depth).chain(["origin", fetched]).collect();
        clone.git(&fetch);
        clone.git(&["checkout", "--quiet", "--detach", "FETCH_HEAD"]);
        clone
    }

    fn base(&self, wanted: Wanted<'_>, variables: &[(&str, &str)]) -> Result<Compared, GitError> {
        base_of(&self.path, wanted, variables)
    }
}

fn base_of(root: &Path, wanted: Wanted<'_>, variables: &[(&str, &str)]) -> Result<Compared, GitError> {
    let repository = Repository::open(root, &git::Environment::default())?;
    let pattern = Pattern::default();
    let now = ManifestSet::of(&RepositoryView::of_work_tree(root, None), &pattern, &Clusters::default(), &Silent)
        .expect("it is walked");
    let environment = environment(variables);
    let (now, pattern, environment) = (&now, &pattern, &environment);
    base(&Request {
        clusters: &Clusters::default(),
        wanted,
        repository: repository.as_ref(),
        root,
        pattern,
        commit: None,
        now,
        environment,
        progress: &Silent,
    })
}

fn environment(variables: &[(&str, &str)]) -> Environment {
    let variables = variables.iter().map(|(name, value)| ((*name).into(), (*value).into()));
    Environment::new(variables, PathBuf::from("/"), 0)
}

fn entity(name: &str) -> String {
    format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata:\n  name: {name}\nspec:\n  blueprint: service\n  identifier: \
         {name}\n  properties:\n    tier: 1\n    language: rust\n    lifecycle: production\n    owner: shop\n"
    )
}

fn identifiers(manifests: &ManifestSet) -> Vec<&str> {
    manifests.entities.iter().map(|desired| desired.key.identifier.as_ref()).collect()
}

#[track_caller]
fn found(compared: Result<Compared, GitError>) -> Base {
    let compared = compared.expect("it is no error");
    assert_eq!(compared.notes, [] as [&str; 0]);
    compared.base.expect("there is a base")
}

#[track_caller]
fn note(compared: Result<Compared, GitError>) -> String {
    let compared = compared.expect("it is no error");
    assert!(compared.base.is_none());
    let [note] = compared.notes.as_slice() else { panic!("there is one note: {:?}", compared.notes) };
    note.clone()
}

#[test]
fn the_base_that_is_named_is_where_the_branch_began() {
    let tree = Tree::parted();
    let began = tree.id("main~1");
    let base = found(tree.base(Wanted::Named("main"), &[]));
    assert_eq!(base.revision, BaseRevision { name: "main".to_owned(), commit: began, found_in: None });
    assert_eq!(identifiers(&base.manifests), ["cart", "till"]);
    assert_eq!(base.manifests.path(base.manifests.entities[0].place), "catalog/cart.yaml");
    assert!(base.is_complete() && base.moves.is_empty());
    assert_eq!(base.sides().desired.len(), 2);
    // `--base` takes precedence over the pipeline's variables.
    let github = [("GITHUB_ACTIONS", "true"), ("GITHUB_BASE_REF", "nowhere")];
    assert_eq!(found(tree.base(Wanted::Named("main"), &github)).revision.name, "main");
    let none = tree.base(Wanted::Nothing, &github).expect("it is no error");
    assert!(none.base.is_none() && none.notes.is_empty());
    let none = tree.base(Wanted::FromPipeline, &[]).expect("it is no error");
    assert!(none.base.is_none() && none.notes.is_empty());
}

/// Which error it is, however it is worded.
fn code(error: &impl miette::Diagnostic) -> String {
    error.code().map(|code| code.to_string()).unwrap_or_default()
}

#[test]
fn a_base_that_is_named_and_not_there_is_an_error() {
    let tree = Tree::parted();
    let error = tree.base(Wanted::Named("mian"), &[]).expect_err("there is none");
    assert_eq!(code(&error), "git-unknown-revision");
    assert!(error.to_string().contains("`mian`"), "{error}");
    let shallow = tree.cloned(&["--depth=1", "--no-single-branch"], "feature");
    let error = shallow.base(Wanted::Named("origin/main"), &[]).expect_err("it cannot be known");
    assert_eq!(code(&error), "git-no-merge-base");
    assert!(error.to_string().contains("`origin/main`"), "{error}");
    let help = miette::Diagnostic::help(&error).expect("it helps").to_string();
    for way in ["git fetch --unshallow", "fetch-depth: 0", "GIT_DEPTH: 0"] {
        assert!(help.contains(way), "{help}");
    }
    let plain = tempfile::tempdir().expect("a folder");
    let error = base_of(plain.path(), Wanted::Named("main"), &[]).expect_err("there is no Git");
    assert_eq!(code(&error), "no-git", "{error}");
    let none = base_of(plain.path(), Wanted::FromPipeline, &[("CHANGE_ID", "1"), ("CHANGE_TARGET", "main")]);
    assert!(none.expect("it is no error").base.is_none());
}

#[test]
fn before_the_first_commit_the_whole_revision_is_the_base() {
    let tree = Tree::parted();
    tree.git(&["switch", "--quiet", "--orphan", "empty"]);
    let base = found(tree.base(Wanted::Named("main"), &[]));
    assert_eq!(base.revision.commit, tree.id("main"));
    assert_eq!(identifiers(&base.manifests), ["cart", "later", "till"]);
}

#[test]
fn a_folder_and_a_linked_work_tree_have_bases_too() {
    let tree = Tree::parted();
    let base = found(base_of(&tree.path.join("catalog"), Wanted::Named("main"), &[]));
    assert_eq!(identifiers(&base.manifests), ["cart", "till"]);
    assert_eq!(base.manifests.path(base.manifests.entities[0].place), "cart.yaml");
    let linked = tree.path.with_file_name("linked");
    tree.git(&["worktree", "add", "--quiet", "--detach", linked.to_str().expect("it is UTF-8")]);
    let base = found(base_of(&linked.join("catalog"), Wanted::Named("main"), &[]));
    assert_eq!(identifiers(&base.manifests), ["cart", "till"]);
}

#[test]
fn what_the_base_has_and_nobody_can_use_is_told_and_is_no_obstacle() {
    let tree = Tree::new();
    tree.write("cart.yaml", &entity("cart")).write("broken.yaml", "apiVersion: getport.io/v1\nkind: Entity\nspec: [\n");
    std::fs::write(tree.path.join("bytes.yaml"), b"apiVersion: getport.io/v1\nkind: Entity\nspec: \xFF\n")
        .expect("a file");
    tree.commit("one");
    tree.git(&["rm", "--quiet", "broken.yaml", "bytes.yaml"]);
    let compared = tree.base(Wanted::Named("HEAD"), &[]).expect("it is no error");
    let base = compared.base.expect("there is a base");
    assert_eq!(identifiers(&base.manifests), ["cart"]);
    assert!(!base.is_complete() && !base.sides().is_complete);
    let [note] = compared.notes.as_slice() else { panic!("there is one note: {:?}", compared.notes) };
    assert!(note.starts_with("In 2 places of the base `HEAD` something could not be used, in `broken.yaml`"), "{note}");
}

#[test]
fn an_entity_that_was_renamed_with_its_file_is_a_move() {
    let tree = Tree::new();
    let two = format!("{}---\n{}", entity("one"), entity("two"));
    for (path, text) in [("cart.yaml", entity("cart")), ("kept.yaml", entity("kept")), ("two.yaml", two)] {
        tree.write(&format!("catalog/{path}"), &text);
    }
    tree.commit("one");
    tree.git(&["mv", "catalog/cart.yaml", "catalog/basket.yaml"]);
    tree.git(&["mv", "catalog/kept.yaml", "catalog/elsewhere.yaml"]);
    tree.git(&["mv", "catalog/two.yaml", "catalog/three.yaml"]);
    tree.write("catalog/basket.yaml", &entity("basket").replace("tier: 1", "tier: 2"));
    let key = |identifier: &str| crate::domain::entity::EntityKey {
        blueprint: "service".into(),
        identifier: identifier.into(),
    };
    let expected = [Move { from: key("cart"), to: key("basket"), is_in_place: false }];
    assert_eq!(found(tree.base(Wanted::Named("HEAD"), &[])).moves, expected);
    assert_eq!(found(base_of(&tree.path.join("catalog"), Wanted::Named("HEAD"), &[])).moves, expected);
    // The file is renamed by hand, and nothing is staged.
    tree.git(&["reset", "--quiet"]);
    assert_eq!(found(tree.base(Wanted::Named("HEAD"), &[])).moves, expected);
    // A second candidate makes the rename ambiguous.
    tree.write("catalog/bin.yaml", &entity("bin").replace("tier: 1", "tier: 2"));
    assert_eq!(found(tree.base(Wanted::Named("HEAD"), &[])).moves, []);
    std::fs::remove_file(tree.path.join("catalog/bin.yaml")).expect("it is there");
    // An entity of another blueprint is not a rename.
    tree.write("catalog/basket.yaml", &entity("basket").replace("blueprint: service", "blueprint: system"));
    assert_eq!(found(tree.base(Wanted::Named("HEAD"), &[])).moves, []);
}

#[test]
fn what_stands_where_another_stood_is_a_move_in_its_place() {
    let tree = Tree::new();
    let many = |names: &[&str]| names.iter().map(|name| entity(name)).collect::<Vec<_>>().join("---\n");
    tree.write("one.yaml", &entity("cart"))
        .write("list.yaml", &many(&["a", "b", "c"]))
        .write("free.yaml", &many(&["x"]));
    tree.commit("one");
    let moves = || {
        let found = found(tree.base(Wanted::Named("HEAD"), &[])).moves;
        let name = |key: &crate::domain::entity::EntityKey| key.identifier.to_string();
        found.iter().map(|it| (name(&it.from), name(&it.to), it.is_in_place)).collect::<Vec<_>>()
    };
    let pair = |from: &str, to: &str| (from.to_owned(), to.to_owned(), true);
    assert_eq!(moves(), []);
    tree.write("one.yaml", &entity("basket").replace("tier: 1", "tier: 2"));
    assert_eq!(moves(), [pair("cart", "basket")]);
    // A single pair counts wherever it is in the file; several pairs count only at the same positions.
    tree.write("list.yaml", &many(&["c", "d", "a"]));
    assert_eq!(moves(), [pair("b", "d"), pair("cart", "basket")]);
    tree.write("list.yaml", &many(&["d", "b", "e"]));
    assert_eq!(moves(), [pair("a", "d"), pair("c", "e"), pair("cart", "basket")]);
    tree.write("list.yaml", &many(&["d", "e"]));
    assert_eq!(moves(), [pair("cart", "basket")]);
    // An entity that only moved to another file is not renamed, and neither is one of another blueprint.
    tree.write("list.yaml", &many(&["a", "b", "c", "cart"]));
    assert_eq!(moves(), []);
    tree.write("list.yaml", &many(&["a", "b", "c"]));
    tree.write("one.yaml", &entity("basket").replace("blueprint: service", "blueprint: system"));
    assert_eq!(moves(), []);
    // The unreadable document may hold the removed entity.
    tree.write("one.yaml", &format!("{}---\napiVersion: getport.io/v1\nkind: Entity\nspec: [\n", entity("basket")));
    assert_eq!(moves(), []);
}

#[test]
fn any_commit_can_be_asked_for() {
    let tree = Tree::parted();
    tree.write(".portolan/blueprints/service.json", "{}").commit("four");
    let repository = Repository::open(&tree.path, &git::Environment::default()).expect("it opens").expect("it is one");
    let (old, new) =
        (repository.find_commit("main").expect("it is there"), repository.find_commit("HEAD").expect("too"));
    let manifests = at_commit(&repository, &tree.path, &Pattern::default(), old, &Clusters::default(), &Silent)
        .expect("it is read");
    assert_eq!(identifiers(&manifests), ["cart", "later", "till"]);
    let blueprints =
        |commit| snapshot::at_commit(&repository, &tree.path, commit).expect("it is read").blueprints(&tree.path);
    assert_eq!(blueprints(new).len(), 1);
    // That commit has no snapshot, so the one in the work tree is used.
    assert_eq!(blueprints(old).len(), 1);
}
