//! Counts how often each manifest is opened, with inotify of the real system: what is planned and pushed must be the text
//! that was linted, so that a file saved in between is not pushed without having been linted.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::mem::MaybeUninit;
use std::os::fd::OwnedFd;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use rustix::fs::inotify::{self, CreateFlags, ReadFlags, WatchFlags};
use rustix::io::Errno;

use crate::cli::run;
use crate::testkit::{Repo, files_below, portolan};

/// Runs a command, and returns how often it opened each file of a folder.
fn opens(repo: &Repo, folder: &str, line: &str) -> BTreeMap<PathBuf, usize> {
    let watched = Watched::new(repo, folder);
    let run = run(repo, line);
    assert!(matches!(run.code, 0 | 2), "{line}: {}", run.talk);
    watched.opens()
}

/// A folder whose files are being watched.
struct Watched {
    descriptor: OwnedFd,
    folders: BTreeMap<i32, PathBuf>,
}

impl Watched {
    fn new(repo: &Repo, folder: &str) -> Self {
        let descriptor = inotify::init(CreateFlags::NONBLOCK | CreateFlags::CLOEXEC).expect("inotify is there");
        let root = repo.path().join(folder);
        let inner: BTreeSet<PathBuf> =
            files_below(&root).iter().map(|file| file.parent().unwrap_or(Path::new("")).to_owned()).collect();
        let watch = |inner: PathBuf| {
            let watch = inotify::add_watch(&descriptor, root.join(&inner), WatchFlags::OPEN).expect("it is watched");
            (watch, inner)
        };
        let folders = inner.into_iter().map(watch).collect();
        Self { descriptor, folders }
    }

    /// How often each file was opened so far.
    fn opens(self) -> BTreeMap<PathBuf, usize> {
        let mut found = BTreeMap::new();
        let mut buffer = [MaybeUninit::uninit(); 4096];
        let mut reader = inotify::Reader::new(&self.descriptor, &mut buffer);
        loop {
            let event = match reader.next() {
                Ok(event) => event,
                Err(Errno::AGAIN) => return found,
                Err(error) => panic!("{error}"),
            };
            assert!(!event.events().contains(ReadFlags::QUEUE_OVERFLOW));
            if event.events().contains(ReadFlags::ISDIR) {
                continue;
            }
            let Some(name) = event.file_name() else { continue };
            let path = self.folders[&event.wd()].join(name.to_str().expect("the names are UTF-8"));
            *found.entry(path).or_default() += 1;
        }
    }
}

/// Entities that nothing changes in.
fn repo_with_unchanged_entities() -> Repo {
    let repo = Repo::new();
    repo.copy_example("acme");
    assert_eq!(run(&repo, "push --catalog local --yes").code, 0);
    repo
}

/// Runs a command, and checks that it opened each manifest that was there before exactly once.
#[track_caller]
fn assert_opened_once(repo: &Repo, line: &str) {
    let manifests = files_below(&repo.path().join("catalog"));
    let opens = opens(repo, "catalog", line);
    let opens: BTreeMap<_, _> = opens.into_iter().filter(|(path, _)| manifests.contains(path)).collect();
    let expected: BTreeMap<PathBuf, usize> = manifests.into_iter().map(|path| (path, 1)).collect();
    assert_eq!(opens, expected, "{line}");
}

#[test]
fn every_manifest_is_opened_once_by_every_verb_that_reads_them() {
    let repo = repo_with_unchanged_entities();
    assert!(files_below(&repo.path().join("catalog")).len() > 3);
    for line in [
        "lint",
        "diff --catalog local",
        "diff --catalog local --blueprints .portolan",
        "lint --blueprints .portolan",
        "push --catalog local --yes",
        "pull --catalog local --check",
        "pull --catalog local",
        "pull --catalog local --entities --any-owner --overwrite --dry-run",
        "schema manifest --write",
        // Now it updates the schema too.
        "pull --catalog local --entities --any-owner",
        "new service fresh --no-input --stdout",
        "new service fresh --no-input",
        "init --yes --from-catalog --catalog local",
    ] {
        assert_opened_once(&repo, line);
    }
}

#[test]
fn init_pulls_and_writes_the_schema_of_what_it_read_to_find_the_manifests() {
    let repo = repo_with_unchanged_entities();
    repo.remove("portolan.yaml");
    // The embedded catalog stays.
    std::fs::remove_dir_all(repo.path().join(".portolan/blueprints")).expect("the snapshot goes");
    repo.remove(".portolan/known-entities.txt");
    repo.remove(".portolan/source.json");
    repo.write(".vscode/settings.json", "{}\n");
    assert_opened_once(&repo, "init --yes --from-catalog --catalog local");
    for file in ["portolan.yaml", ".portolan/source.json", ".portolan/manifest.schema.json"] {
        assert!(repo.path().join(file).exists(), "{file}");
    }
}

/// Findings in one file, between files and in the snapshot.
fn repo_with_findings() -> Repo {
    let repo = repo_with_unchanged_entities();
    let login = repo.read("catalog/platform/identity/login.yaml");
    let relation = "  relations:\n    system: nowhere\n";
    repo.write("catalog/twin.yaml", login.replacen("  properties:\n", "  properties:\n    strange: 1\n", 1));
    repo.write("catalog/tab.yaml", login.replacen("spec:", "spec:\n\tx: y", 1));
    repo.write("catalog/dangling.yaml", format!("{}{relation}", entity("dangling")));
    repo.write("catalog/blank.yaml", format!("{}  team: 7\n", entity("blank")));
    repo
}

fn entity(identifier: &str) -> String {
    format!(
        "apiVersion: getport.io/v1\nkind: Entity\nmetadata: {{name: {identifier}}}\nspec:\n  blueprint: service\n  \
         identifier: {identifier}\n"
    )
}

#[test]
fn reports_show_the_text_that_was_read() {
    let repo = repo_with_findings();
    for line in [
        "lint --fail-on never",
        "lint --fail-on never --output json --output sarif=x.sarif",
        "lint --fail-on never --no-cache",
        "lint --fix --dry-run --fail-on never",
        "pull --catalog local --check",
    ] {
        assert_opened_once(&repo, line);
    }
    for line in ["lint", "diff --catalog local", "push --catalog local --yes"] {
        let manifests = files_below(&repo.path().join("catalog"));
        let watched = Watched::new(&repo, "catalog");
        assert_eq!(run(&repo, line).code, 1, "{line}");
        let expected: BTreeMap<PathBuf, usize> = manifests.into_iter().map(|path| (path, 1)).collect();
        assert_eq!(watched.opens(), expected, "{line}");
    }
}

/// Makes Git's index certainly younger than the files, so that no run has to wait until they are old enough.
fn settle_index(repo: &Repo) {
    let index = File::options().write(true).open(repo.path().join(".git/index")).expect("it is there");
    index.set_modified(SystemTime::now() + Duration::from_secs(3600)).expect("the time is set");
}

/// It may contain a credential at first sight, so nothing of it is kept.
const READ_AGAIN: &str = "platform/edge/services.yaml";

#[test]
fn a_second_lint_opens_no_unchanged_manifest() {
    let repo = Repo::new();
    repo.copy_example("acme");
    // Files that Git converts are known by their times only.
    repo.remove(".gitattributes");
    repo.git(&["add", "--all"]);
    settle_index(&repo);
    let all = files_below(&repo.path().join("catalog"));
    let lint = |line: &str| opens(&repo, "catalog", line).into_keys().collect::<Vec<_>>();
    assert_eq!(lint("lint"), all);
    for line in ["lint", "lint --staged", "lint --output json", "lint catalog/platform"] {
        assert_eq!(lint(line), [Path::new(READ_AGAIN)], "{line}");
    }
    assert_eq!(lint("lint --no-cache"), all);
    assert_eq!(lint("--no-cache lint"), all);
    let changed = "platform/identity/login.yaml";
    let text = repo.read(&format!("catalog/{changed}"));
    repo.write(&format!("catalog/{changed}"), format!("# new\n{text}"));
    for _ in 0..2 {
        assert_eq!(lint("lint"), [READ_AGAIN, changed].map(PathBuf::from));
    }
    // The index still has what the cache knows.
    assert_eq!(lint("lint --staged"), [Path::new(READ_AGAIN)]);
    // Everything else that a finding depends on makes the cache another one.
    for line in ["lint --rule dangling-relation=info", "lint"] {
        assert_eq!(lint(line), all, "{line}");
    }
    repo.write(".portolan/known-entities.txt", "service\tnew\n");
    assert_eq!(lint("lint --fail-on never"), all);
}

#[test]
fn another_build_of_the_program_believes_no_cache() {
    let repo = Repo::new();
    repo.copy_example("acme");
    repo.remove(".gitattributes");
    repo.git(&["add", "--all"]);
    settle_index(&repo);
    let (all, folder) = (files_below(&repo.path().join("catalog")), tempfile::tempdir().expect("a folder"));
    let (program, copy) = (assert_cmd::cargo::cargo_bin("portolan"), folder.path().join("portolan"));
    // Not by this process: a thread that starts another program at the same time would hold the copy open for writing.
    assert!(Command::new("cp").args([&program, &copy]).status().expect("cp runs").success());
    let lint = |program: &Path| {
        let watched = Watched::new(&repo, "catalog");
        let mut command = Command::new(program);
        command.arg("lint").current_dir(repo.path()).env_clear().env("PORTOLAN_CACHE", folder.path().join("cache"));
        command.output().expect("it runs");
        watched.opens().into_keys().collect::<Vec<_>>()
    };
    assert_eq!(lint(&program), all);
    assert_eq!(lint(&program), [Path::new(READ_AGAIN)]);
    assert_eq!(lint(&copy), all);
}

#[test]
fn files_without_git_are_known_as_soon_as_they_are_old_enough() {
    let repo = Repo::outside_git();
    repo.copy_example("acme");
    let (all, cache) = (files_below(&repo.path().join("catalog")), tempfile::tempdir().expect("a folder"));
    let lint = || {
        let watched = Watched::new(&repo, "catalog");
        let mut command = portolan(&repo);
        command.arg("lint").env("PORTOLAN_CACHE", cache.path()).assert().code(0);
        watched.opens().into_keys().collect::<Vec<_>>()
    };
    std::thread::sleep(Duration::from_secs(4));
    assert_eq!((lint(), lint()), (all, vec![PathBuf::from(READ_AGAIN)]));
    // Neither size nor time of modification tells of this change.
    let path = repo.path().join("catalog/platform/identity/login.yaml");
    let time = std::fs::metadata(&path).and_then(|file| file.modified()).expect("a time");
    let text = repo.read("catalog/platform/identity/login.yaml");
    repo.write("catalog/platform/identity/login.yaml", text.replacen("identifier: l", "identifier: \"", 1));
    File::options().write(true).open(&path).and_then(|file| file.set_modified(time)).expect("the time is set");
    let told = portolan(&repo).arg("lint").env("PORTOLAN_CACHE", cache.path()).output().expect("it runs");
    let without = portolan(&repo).args(["lint", "--no-cache"]).output().expect("it runs");
    assert_eq!((told.status.code(), &told.stdout), (Some(1), &without.stdout));
}

#[test]
fn plans_show_the_text_that_was_read() {
    let repo = repo_with_unchanged_entities();
    let text = repo.read("catalog/platform/identity/login.yaml");
    repo.write(
        "catalog/platform/identity/login.yaml",
        text.replacen("  properties:\n", "  title: New\n  properties:\n", 1),
    );
    let fresh = text.split("---\n").next().expect("a document").replace(": login\n", ": fresh\n");
    repo.write("catalog/fresh.yaml", fresh);
    for line in [
        "diff --catalog local --exit-code",
        "diff --catalog local --output json --output markdown=x.md",
        "push --catalog local --yes",
    ] {
        assert_opened_once(&repo, line);
    }
}
