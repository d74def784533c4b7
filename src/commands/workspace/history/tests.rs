//! Tests random repositories, created with real Git. Whatever happens to a manifest, its entity is missing from the
//! result only if the manifest was removed; otherwise the place that hides it is reported. Programs that a commit
//! configures are never run.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "lays out repositories with Git itself")]

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::PastManifests;
use crate::commands::delivery::repository_view::RepositoryView;
use crate::commands::mapping::repository::Clusters;
use crate::commands::workspace::entities::ManifestSet;
use crate::domain::progress::Silent;
use crate::generated_cases;
use crate::sources::Pattern;
use crate::sources::git::{Environment, Repository};

/// Each path is in a folder of its own, so that a test can replace the folder.
const PATHS: [&str; 6] = [
    "catalog/a/a.yaml",
    "catalog/b/deep/b.yml",
    "catalog/c/c.yaml",
    "catalog/d d/d.yaml",
    "catalog/e/e.yaml",
    "catalog/f/port.yml",
];

/// What happens to one manifest.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Fate {
    Kept,
    Touched,
    Deleted,
    GitRemoved,
    CommentedOut,
    Pointer,
    Zeros,
    Emptied,
    GitCrypt,
    Truncated,
    SkipWorktree,
    AssumeUnchanged,
    HiddenEdit,
    DanglingLink,
    LinkOutside,
    Folder,
    Pipe,
    NestedRepository,
    EmptyDotGit,
    DotGitFile,
    Submodule,
    FolderIsFile,
    FolderIsLink,
}

use Fate::*;

const FATES: [Fate; 23] = [
    Kept,
    Touched,
    Deleted,
    GitRemoved,
    CommentedOut,
    Pointer,
    Zeros,
    Emptied,
    GitCrypt,
    Truncated,
    SkipWorktree,
    AssumeUnchanged,
    HiddenEdit,
    DanglingLink,
    LinkOutside,
    Folder,
    Pipe,
    NestedRepository,
    EmptyDotGit,
    DotGitFile,
    Submodule,
    FolderIsFile,
    FolderIsLink,
];

impl Fate {
    fn is_removed(self) -> bool {
        matches!(self, Deleted | GitRemoved | CommentedOut)
    }

    fn is_kept(self) -> bool {
        matches!(self, Kept | Touched)
    }

    /// Whether a commit of everything would record a removal, because Git sees one.
    fn is_removal_once_committed(self) -> bool {
        matches!(self, FolderIsFile)
    }
}

#[derive(Debug, Clone)]
struct Case {
    fates: Vec<Fate>,
    /// Folders that look like repositories, as indexes into `EVIL`.
    evil: Vec<usize>,
    is_named: bool,
    is_committed: bool,
    is_signed: bool,
}

const EVIL: [&str; 4] = ["evil", "catalog/evil.git", "catalog/a/evil", "x/y/evil"];

fn case() -> impl Strategy<Value = Case> {
    let fates = prop::collection::vec(prop::sample::select(FATES.to_vec()), PATHS.len());
    let evil = prop::collection::vec(0..EVIL.len(), 0..3);
    (fates, evil, any::<bool>(), any::<bool>(), prop::bool::weighted(0.1)).prop_map(
        |(fates, evil, is_named, is_committed, is_signed)| Case { fates, evil, is_named, is_committed, is_signed },
    )
}

struct Scene {
    _folder: tempfile::TempDir,
    root: PathBuf,
    outside: PathBuf,
}

fn identifier(path: &str) -> &str {
    path.rsplit('/').next().and_then(|name| name.split('.').next()).unwrap_or_default()
}

fn manifest(path: &str) -> String {
    // The identifier is the name of the file's folder, which is unique.
    let name = path.split('/').nth(1).and_then(|folder| folder.split(' ').next()).unwrap_or_default();
    match identifier(path) {
        "port" => format!("blueprint: service\nidentifier: {name}\n"),
        _ => format!(
            "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {name}}}\nspec: {{blueprint: service, identifier: {name}}}\n"
        ),
    }
}

impl Scene {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let top = folder.path().canonicalize().expect("it is there");
        let scene = Self { root: top.join("repo"), outside: top.join("outside"), _folder: folder };
        fs::create_dir_all(&scene.outside).expect("a folder");
        fs::write(scene.outside.join("x.yaml"), manifest(PATHS[0])).expect("a file");
        fs::create_dir_all(&scene.root).expect("a folder");
        scene.git(&["init", "--quiet", "--initial-branch=main"]);
        for path in PATHS {
            scene.write(path, manifest(path).as_bytes());
        }
        scene.commit();
        scene
    }

    fn git(&self, arguments: &[&str]) -> String {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.com", "-c", "advice.addEmbeddedRepo=false"]);
        command.args(["-c", "gc.auto=0", "-c", "maintenance.auto=false"]).args(arguments).current_dir(&self.root);
        command.envs([("GIT_CONFIG_GLOBAL", "/dev/null"), ("GIT_CONFIG_NOSYSTEM", "1"), ("GIT_TEMPLATE_DIR", "")]);
        let output = command.output().expect("git runs");
        assert!(output.status.success(), "{arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).trim().to_owned()
    }

    fn write(&self, path: &str, bytes: &[u8]) {
        let path = self.root.join(path);
        fs::create_dir_all(path.parent().expect("it is in a folder")).expect("a folder");
        fs::write(path, bytes).expect("a file");
    }

    fn commit(&self) {
        self.git(&["add", "--all"]);
        self.git(&["commit", "--quiet", "--allow-empty", "--message", "x"]);
    }

    fn mark(&self) -> PathBuf {
        self.outside.join("mark")
    }

    /// A repository as plain files, whose config names a program to run.
    fn write_evil(&self, folder: &str) {
        let program = self.root.join(folder).join("program");
        let text = format!(
            "#!/bin/sh\ntouch '{}'\necho 'Good \"git\" signature for a with ED25519 key x'\n",
            self.mark().display()
        );
        self.write(&format!("{folder}/program"), text.as_bytes());
        fs::set_permissions(&program, fs::Permissions::from_mode(0o755)).expect("it is ours");
        self.write(&format!("{folder}/HEAD"), b"ref: refs/heads/main\n");
        self.write(&format!("{folder}/objects/keep"), b"");
        self.write(&format!("{folder}/refs/keep"), b"");
        let program = program.display();
        let config = format!(
            "[core]\n\tbare = false\n\tworktree = ..\n\tfsmonitor = {program}\n[gpg \"ssh\"]\n\tprogram = {program}\n\
             [gpg]\n\tprogram = {program}\n"
        );
        self.write(&format!("{folder}/config"), config.as_bytes());
    }

    fn befall(&self, path: &str, fate: Fate) {
        let file = self.root.join(path);
        let folder = file.parent().expect("it is in a folder").to_owned();
        // The folder below `catalog`.
        let top: PathBuf = self.root.join(path.split('/').take(2).collect::<PathBuf>());
        let top_path = path.split('/').take(2).collect::<Vec<_>>().join("/");
        let remove = || fs::remove_file(&file).expect("it is there");
        match fate {
            Kept => {}
            Touched => self.write(path, format!("{}# touched\n", manifest(path)).as_bytes()),
            Deleted => remove(),
            GitRemoved => drop(self.git(&["rm", "--quiet", path])),
            CommentedOut => self.write(path, b"# nothing\n"),
            Pointer => self.write(path, b"version https://git-lfs.github.com/spec/v1\noid sha256:00\nsize 1\n"),
            Zeros => self.write(path, &[0; 100]),
            Emptied => self.write(path, b""),
            GitCrypt => self.write(path, b"\0GITCRYPT\0\xFF\xFE\x80"),
            Truncated => self.write(path, b"apiVersion: getport.io/v1\nkind: Entity\nspec: {blueprint: ser"),
            SkipWorktree | AssumeUnchanged => {
                let flag = if fate == SkipWorktree { "--skip-worktree" } else { "--assume-unchanged" };
                self.git(&["update-index", flag, path]);
                remove();
            }
            HiddenEdit => {
                self.git(&["update-index", "--assume-unchanged", path]);
                self.write(path, b"# nothing\n");
            }
            DanglingLink => {
                remove();
                symlink("nowhere", &file).expect("a link");
            }
            LinkOutside => {
                remove();
                symlink(self.outside.join("x.yaml"), &file).expect("a link");
            }
            Folder => {
                remove();
                fs::create_dir(&file).expect("a folder");
                fs::write(file.join("note.md"), "x").expect("a file");
            }
            Pipe => {
                remove();
                // A socket is no regular file either, and creating one needs no external program.
                drop(std::os::unix::net::UnixDatagram::unbound().expect("a socket"));
                assert!(Command::new("mkfifo").arg(&file).status().expect("it runs").success());
            }
            NestedRepository => drop(self.git(&["init", "--quiet", &top_path])),
            EmptyDotGit => fs::create_dir_all(folder.join(".git")).expect("a folder"),
            DotGitFile => fs::write(folder.join(".git"), "gitdir: ../evil\n").expect("a file"),
            Submodule => {
                let id = self.git(&["rev-parse", "HEAD"]);
                self.git(&["rm", "--quiet", "-r", "--force", &top_path]);
                let _absent = fs::remove_dir_all(&top);
                self.git(&["update-index", "--add", "--cacheinfo", &format!("160000,{id},{top_path}")]);
                fs::create_dir(&top).expect("a folder");
            }
            FolderIsFile | FolderIsLink => {
                fs::remove_dir_all(&top).expect("it is there");
                if fate == FolderIsFile {
                    fs::write(&top, "x").expect("a file");
                } else {
                    symlink(&self.outside, &top).expect("a link");
                }
            }
        }
    }
}

/// The identifiers that were read, and whether anything is in doubt.
fn read(asked: &mut ManifestSet, past: &PastManifests) -> (Vec<String>, bool) {
    asked.resolve_hidden(past);
    let names = asked.entities.iter().map(|entity| entity.key.identifier.to_string()).collect();
    (names, !asked.unusable.is_empty() || !asked.unreadable.is_empty())
}

fn check(scene: &Scene, case: &Case, names: &[String], is_in_doubt: bool, view: &str) {
    let mut hides = false;
    for (path, fate) in PATHS.iter().zip(&case.fates) {
        let name = path.split('/').nth(1).and_then(|folder| folder.split(' ').next()).expect("a folder");
        let is_declared = names.iter().any(|declared| declared == name);
        let is_removal = fate.is_removed() || fate.is_removal_once_committed() && case.is_committed;
        if fate.is_kept() {
            assert!(is_declared, "{view}: {path} is there and was not read");
        } else if is_removal && view == "work tree" {
            assert!(!is_declared, "{view}: {path} is gone and was read");
        }
        hides |= !is_removal && !fate.is_kept() && !is_declared;
    }
    if hides {
        assert!(is_in_doubt, "{view}: a manifest is absent, and nothing says so");
    }
    let all_settled = case.fates.iter().all(|fate| fate.is_removed() || fate.is_kept());
    if all_settled {
        assert!(!is_in_doubt, "{view}: nothing is hidden, and something is in doubt");
    }
    assert!(!scene.mark().exists(), "a program of the tree was started");
}

fn run(case: &Case) {
    let scene = Scene::new();
    // `git add` refuses broken nested repositories, so they are created after the commit.
    let is_late = |fate: Fate| matches!(fate, EmptyDotGit | DotGitFile | NestedRepository | Pipe);
    for at in &case.evil {
        if EVIL[*at] != "catalog/a/evil" || case.fates[0].is_kept() {
            scene.write_evil(EVIL[*at]);
        }
    }
    for (path, fate) in PATHS.iter().zip(&case.fates) {
        if !is_late(*fate) {
            scene.befall(path, *fate);
        }
    }
    if case.is_committed {
        scene.commit();
    }
    for (path, fate) in PATHS.iter().zip(&case.fates) {
        if is_late(*fate) {
            scene.befall(path, *fate);
        }
    }
    let include: &[&str] = if case.is_named { &["catalog/**/*.{yaml,yml}", "**/port.yml"] } else { &[] };
    let pattern = Pattern::new(include, &[]).expect("globs");
    let environment = Environment::default();
    let past = PastManifests::new(&scene.root, &pattern, &environment, None);
    let mut asked =
        ManifestSet::of(&RepositoryView::of_work_tree(&scene.root, None), &pattern, &Clusters::default(), &Silent)
            .expect("it is read");
    let (names, is_in_doubt) = read(&mut asked, &past);
    check(&scene, case, &names, is_in_doubt, "work tree");

    let repository = Repository::open(&scene.root, &environment).expect("it opens").expect("it is there");
    let commit = repository.head_commit().expect("it is read").expect("there is one");
    let past = PastManifests::new(&scene.root, &pattern, &environment, Some(commit));
    let discovery = repository.at(&scene.root, &pattern, commit).expect("it is read");
    let (names, is_in_doubt) = read(&mut ManifestSet::of_discovery(discovery, &Silent), &past);
    if case.is_committed {
        check(&scene, case, &names, is_in_doubt, "commit");
    } else {
        assert_eq!(names.len(), PATHS.len());
    }
    for at in &case.evil {
        let folder = scene.root.join(EVIL[*at]);
        if folder.is_dir() && !is_below_dot_git(&scene.root, &folder) {
            let found = Repository::open(&folder, &environment).expect("it opens").expect("it is there");
            assert_eq!(found.top(), scene.root);
        }
    }
    if case.is_signed {
        check_signature(&scene, case);
    }
    assert!(!scene.mark().exists(), "a program of the tree was started");
}

fn is_below_dot_git(root: &Path, folder: &Path) -> bool {
    folder.ancestors().take_while(|folder| *folder != root).any(|folder| folder.join(".git").symlink_metadata().is_ok())
}

/// Checks a commit with an invalid signature from each folder that looks like a repository.
fn check_signature(scene: &Scene, case: &Case) {
    let raw = scene.git(&["cat-file", "commit", "HEAD"]);
    let signature = "gpgsig -----BEGIN SSH SIGNATURE-----\n U1NIU0lH\n -----END SSH SIGNATURE-----\n\n";
    let file = scene.outside.join("commit");
    fs::write(&file, raw.replacen("\n\n", &format!("\n{signature}"), 1) + "\n").expect("a file");
    let id = scene.git(&["hash-object", "-t", "commit", "-w", file.to_str().expect("UTF-8")]);
    scene.git(&["config", "gpg.ssh.allowedSignersFile", scene.outside.join("x.yaml").to_str().expect("UTF-8")]);
    let evil = case.evil.iter().map(|at| scene.root.join(EVIL[*at]));
    for folder in evil.chain([scene.root.clone()]).filter(|folder| folder.is_dir()) {
        if is_below_dot_git(&scene.root, &folder) {
            continue;
        }
        let repository = Repository::open(&folder, &Environment::default()).expect("it opens").expect("it is there");
        let commit = repository.find_commit(&id).expect("it is there");
        let verdict = repository.signature(commit, None);
        assert!(!matches!(verdict, Ok(crate::sources::git::Signed::Good { .. })), "{verdict:?}");
    }
}

#[test]
fn random_repositories_lose_nothing_and_start_nothing() {
    let mut runner = TestRunner::new(generated_cases::config(20));
    runner
        .run(&case(), |case| {
            run(&case);
            Ok(())
        })
        .expect("no case fails");
}
