//! Tests our hooks with the real pre-commit in real repositories, because only pre-commit determines what it stashes,
//! how it splits a long list of files, and which files it does not name (deleted ones). If pre-commit is not installed,
//! these tests print that and pass; `TESTS_NEED_ALL` makes that a failure.

#![expect(clippy::print_stderr, reason = "says what it skips")]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use crate::cli::lint::bench::{WRONG, service, shop};
use crate::testkit::Repo;
#[cfg(unix)] // as the test that uses it
use crate::testkit::released::released;

const HOOKS: &str = include_str!("../.pre-commit-hooks.yaml");

/// A repository with the hook installed, and what pre-commit needs.
struct Hooked {
    repo: Repo,
    /// The repository that the hooks come from.
    _hooks: Repo,
    home: tempfile::TempDir,
}

#[derive(Debug)]
struct Told {
    is_success: bool,
    words: String,
}

/// `None` if pre-commit is not installed.
fn hooked(id: &str, args: &str) -> Option<Hooked> {
    if !is_installed("pre-commit") {
        return None;
    }
    let hooks = Repo::new();
    hooks.write(".pre-commit-hooks.yaml", HOOKS);
    hooks.git(&["init", "--quiet"]);
    hooks.git(&["add", "--all"]);
    hooks.git(&["commit", "--quiet", "--message", "hooks"]);
    let revision = hooks.git(&["rev-parse", "HEAD"]);
    let repo = shop();
    repo.write(
        ".pre-commit-config.yaml",
        format!(
            "repos:\n  - repo: {}\n    rev: {}\n    hooks:\n      - id: {id}\n{args}",
            hooks.path().display(),
            revision.trim()
        ),
    );
    repo.git(&["init", "--quiet"]);
    repo.git(&["add", "--all"]);
    repo.git(&["commit", "--quiet", "--message", "the shop"]);
    let hooked = Hooked { repo, _hooks: hooks, home: tempfile::tempdir().expect("a temporary folder") };
    let installed = hooked.run("pre-commit", &["install", "--hook-type", "pre-commit"]);
    assert!(installed.is_success, "{}", installed.words);
    Some(hooked)
}

fn is_installed(program: &str) -> bool {
    let is_there = Command::new(program).arg("--version").output().is_ok_and(|output| output.status.success());
    if !is_there {
        assert!(std::env::var_os("TESTS_NEED_ALL").is_none(), "`{program}` is not installed");
        eprintln!("SKIPPED: `{program}` is not installed, so nothing was tested");
    }
    is_there
}

impl Hooked {
    fn run(&self, program: &str, arguments: &[&str]) -> Told {
        told(&self.command(program, arguments).output().expect("the program is there"))
    }

    fn command(&self, program: &str, arguments: &[&str]) -> Command {
        let mut command = Command::new(program);
        command.current_dir(self.repo.path()).args(arguments).env("PRE_COMMIT_HOME", self.home.path());
        command
            .env("PATH", path())
            .env("PORTOLAN_CACHE", self.home.path().join("cache"))
            .env("SOURCE_DATE_EPOCH", "1794700800")
            .env("NO_COLOR", "1")
            .env("PRE_COMMIT_COLOR", "never");
        command.env("GIT_CONFIG_GLOBAL", "/dev/null").env("GIT_CONFIG_NOSYSTEM", "1").env_remove("GITHUB_ACTIONS");
        for who in ["AUTHOR", "COMMITTER"] {
            command.env(format!("GIT_{who}_NAME"), "Ada").env(format!("GIT_{who}_EMAIL"), "ada@example.com");
        }
        command
    }

    fn commit(&self) -> Told {
        self.run("git", &["commit", "--quiet", "--message", "a change"])
    }

    fn add(&self, path: &str) {
        self.repo.git(&["add", "--all", path]);
    }
}

fn told(output: &Output) -> Told {
    let words = [output.stdout.as_slice(), output.stderr.as_slice()].concat();
    Told { is_success: output.status.success(), words: String::from_utf8_lossy(&words).into_owned() }
}

/// The PATH with the binary under test first.
fn path() -> std::ffi::OsString {
    let ours = Path::new(env!("CARGO_BIN_EXE_portolan")).parent().expect("a binary is in a folder").to_owned();
    let others = std::env::var_os("PATH").unwrap_or_default();
    let all: Vec<PathBuf> = std::iter::once(ours).chain(std::env::split_paths(&others)).collect();
    std::env::join_paths(all).expect("these were paths before")
}

#[test]
fn a_commit_is_judged_by_what_it_holds() {
    let Some(hooked) = hooked("portolan-lint-system", "") else { return };
    hooked.repo.write("catalog/cart.yaml", service("cart", WRONG));
    hooked.add("catalog/cart.yaml");
    let told = hooked.commit();
    assert!(!told.is_success && told.words.contains("wrong-property-type"), "{}", told.words);
    // The fault is fixed in the index, but not in the work tree.
    hooked.repo.write("catalog/cart.yaml", service("cart", "  title: Cart\n"));
    hooked.add("catalog/cart.yaml");
    hooked.repo.write("catalog/cart.yaml", service("cart", WRONG));
    let told = hooked.commit();
    assert!(told.is_success, "{}", told.words);
    assert_eq!(hooked.repo.read("catalog/cart.yaml"), service("cart", WRONG), "what was not staged is there still");
}

#[test]
fn a_commit_that_takes_a_target_away_is_stopped() {
    let Some(hooked) = hooked("portolan-lint-system", "") else { return };
    hooked.repo.remove("catalog/cart.yaml");
    hooked.add("catalog");
    let told = hooked.commit();
    assert!(!told.is_success && told.words.contains("catalog/checkout.yaml"), "{}", told.words);
    assert!(told.words.contains("dangling-relation"), "{}", told.words);
}

#[test]
fn a_commit_that_breaks_a_relation_of_another_file_is_stopped() {
    let Some(hooked) = hooked("portolan-lint-system", "") else { return };
    hooked.repo.write("catalog/cart.yaml", service("basket", ""));
    hooked.add("catalog");
    let told = hooked.commit();
    assert!(!told.is_success && told.words.contains("catalog/checkout.yaml"), "{}", told.words);
}

/// A wheel of the binary under test, and the packages that pip builds with: pre-commit installs from this folder and
/// contacts no package index.
#[cfg(unix)]
const WHEELS: &str = r#"
import glob, os, shutil, sys, zipfile
import virtualenv
folder, binary, version = sys.argv[1:]
embedded = os.path.join(os.path.dirname(virtualenv.__file__), "seed", "wheels", "embed", "*.whl")
for wheel in glob.glob(embedded):
    shutil.copy(wheel, folder)
info = f"portolan_gitops-{version}.dist-info"
with zipfile.ZipFile(f"{folder}/portolan_gitops-{version}-py3-none-any.whl", "w") as wheel:
    wheel.write(binary, f"portolan_gitops-{version}.data/scripts/portolan")
    wheel.writestr(f"{info}/METADATA", f"Metadata-Version: 2.1\nName: portolan-gitops\nVersion: {version}\n")
    wheel.writestr(f"{info}/WHEEL", "Wheel-Version: 1.0\nGenerator: test\nRoot-Is-Purelib: true\nTag: py3-none-any\n")
    wheel.writestr(f"{info}/RECORD", f"portolan_gitops-{version}.data/scripts/portolan,,\n{info}/METADATA,,\n{info}/WHEEL,,\n{info}/RECORD,,\n")
"#;

/// The config that a published release writes for the top and for a folder.
#[cfg(unix)] // as the test
fn hooks_of_a_release(folder: &str) -> String {
    let mut texts = std::collections::BTreeMap::new();
    for folder in [folder, ""] {
        let draft = released(&texts, |facts| {
            facts.folder = folder;
            facts.wants_hook = true;
        });
        let hooks = draft.files.into_iter().find(|file| file.path == CONFIG).expect("the hook is added");
        texts.insert(CONFIG.to_owned(), hooks.after);
    }
    texts.remove(CONFIG).expect("it was written")
}

#[cfg(unix)] // as the test
const CONFIG: &str = ".pre-commit-config.yaml";

/// The hook that `init` writes runs, at the top and in a folder: from the PATH, for a build from source, and from the
/// wheel that a published release names.
#[cfg(unix)] // the wheel is made for Unix
#[test]
fn the_hook_that_init_writes_runs() {
    if !is_installed("pre-commit") {
        return;
    }
    let wheels = tempfile::tempdir().expect("a temporary folder");
    let made = Command::new("python3")
        .args(["-c", WHEELS])
        .arg(wheels.path())
        .args([env!("CARGO_BIN_EXE_portolan"), env!("CARGO_PKG_VERSION")])
        .output()
        .expect("python is there");
    assert!(made.status.success(), "{:?}", told(&made));
    for is_release in [false, true] {
        let repo = shop();
        repo.remove("portolan.yaml");
        repo.write("teams/pay/port.yml", "identifier: pay\nblueprint: team\n");
        repo.git(&["init", "--quiet"]);
        repo.git(&["add", "--all"]);
        repo.git(&["commit", "--quiet", "--message", "the shop"]);
        let hooked = Hooked { repo, _hooks: Repo::new(), home: tempfile::tempdir().expect("a temporary folder") };
        let run = |program: &str, arguments: &[&str]| {
            let mut command = hooked.command(program, arguments);
            command.env("PIP_NO_INDEX", "1").env("PIP_FIND_LINKS", wheels.path()).env("PIP_CONFIG_FILE", "/dev/null");
            told(&command.output().expect("the program is there"))
        };
        for arguments in [["-C", "teams/pay", "init", "--yes"].as_slice(), &["init", "--yes"]] {
            let told = run("portolan", arguments);
            assert!(told.is_success, "{}", told.words);
        }
        let language = if is_release { "language: python" } else { "language: system" };
        if is_release {
            hooked.repo.write(CONFIG, hooks_of_a_release("teams/pay"));
        }
        assert_eq!(hooked.repo.read(CONFIG).matches(language).count(), 2, "{}", hooked.repo.read(CONFIG));
        // The config determines the types of hooks.
        let told = run("pre-commit", &["install"]);
        assert!(told.is_success, "{}", told.words);
        for hook in ["pre-commit", "pre-merge-commit"] {
            assert!(hooked.repo.path().join(".git/hooks").join(hook).is_file(), "{hook}");
        }
        hooked.repo.git(&["add", "--all"]);
        let told = run("git", &["commit", "--message", "set up"]);
        assert!(told.is_success, "{}", told.words);
        let ran = |name: &str| {
            told.words.lines().any(|line| line.starts_with(&format!("{name}...")) && line.ends_with("Passed"))
        };
        assert!(ran("portolan lint") && ran("portolan lint (teams/pay)"), "{}", told.words);
        hooked.repo.write("catalog/cart.yaml", service("cart", WRONG));
        hooked.repo.write("teams/pay/port.yml", "identifier: [pay]\nblueprint: team\n");
        hooked.repo.git(&["add", "--all"]);
        let told = run("git", &["commit", "--message", "wrong"]);
        assert!(!told.is_success && told.words.contains("wrong-property-type"), "{}", told.words);
        assert!(told.words.contains("port.yml:1"), "{}", told.words);
    }
}

#[test]
fn what_is_none_of_the_commits_doing_does_not_stop_it() {
    let Some(hooked) = hooked("portolan-lint-system", "") else { return };
    hooked.repo.write("catalog/old.yaml", service("old", WRONG));
    hooked.add("catalog");
    let told = hooked.run("git", &["commit", "--quiet", "--no-verify", "--message", "a fault"]);
    assert!(told.is_success, "{}", told.words);
    hooked.repo.write("notes.md", "# Notes\n");
    hooked.add("notes.md");
    let told = hooked.commit();
    assert!(told.is_success, "{}", told.words);
    let told = hooked.run("pre-commit", &["run", "--all-files"]);
    assert!(!told.is_success && told.words.contains("catalog/old.yaml"), "all files are all files: {}", told.words);
}

/// There are so many files that pre-commit runs the hook several times: each fault is reported once, and there are no
/// false reports.
#[test]
fn a_list_that_is_cut_into_pieces_is_judged_as_one() {
    const FILES: usize = 1500;
    let Some(hooked) = hooked("portolan-lint-system", "") else { return };
    let long = "x".repeat(90);
    for number in 0..FILES {
        let next = (number + 1) % FILES;
        let more = if number == 7 { WRONG.to_owned() } else { format!("  relations:\n    dependsOn: [s{next}]\n") };
        hooked.repo.write(&format!("catalog/{long}/s{number}.yaml"), service(&format!("s{number}"), &more));
    }
    hooked.add("catalog");
    let told = hooked.run("git", &["commit", "--quiet", "--no-verify", "--message", "many"]);
    assert!(told.is_success, "{}", told.words);
    let told = hooked.run("pre-commit", &["run", "--all-files"]);
    assert!(!told.is_success, "{}", told.words);
    assert_eq!(told.words.matches("[wrong-property-type]").count(), 1, "{}", told.words);
    assert!(!told.words.contains("dangling-relation"), "{}", told.words);
}

#[test]
fn arguments_of_the_user_leave_the_hook_a_hook() {
    let Some(hooked) = hooked("portolan-lint-system", "        args: [--fail-on, never, --output, concise]\n") else {
        return;
    };
    hooked.repo.write("catalog/cart.yaml", service("cart", WRONG));
    hooked.add("catalog/cart.yaml");
    let told = hooked.commit();
    assert!(told.is_success, "{}", told.words);
}

/// pre-commit accepts every offered hook.
#[test]
fn pre_commit_takes_the_list_of_hooks() {
    if !is_installed("pre-commit") {
        return;
    }
    let list = Path::new(env!("CARGO_MANIFEST_DIR")).join(".pre-commit-hooks.yaml");
    let output = Command::new("pre-commit").arg("validate-manifest").arg(list).output().expect("it is installed");
    assert!(output.status.success(), "{:?}", told(&output));
}

/// The hook installs the wheel of its own version.
#[test]
fn the_hook_brings_the_wheel_of_its_version() {
    let project = std::fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join("pyproject.toml"));
    let wanted = format!("\"portolan-gitops=={}\"", env!("CARGO_PKG_VERSION"));
    assert!(project.expect("it is there").contains(&wanted), "pyproject.toml should want {wanted}");
}
