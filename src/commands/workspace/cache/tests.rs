//! Random histories of a repository, made with real Git: what lint says with the cache is what it says without one.
#![cfg(unix)]
#![expect(clippy::disallowed_methods, reason = "lays out repositories with Git itself")]

mod folder;

use std::fs::{self, File};
use std::os::unix::fs::{MetadataExt, PermissionsExt, symlink};
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::{Duration, SystemTime};

use proptest::prelude::*;
use proptest::test_runner::TestRunner;

use super::*;
use crate::analysis::PathLevels;
use crate::commands::lint::request::{LintScope, Request};
use crate::commands::lint::run::lint;
use crate::commands::mapping::repository::Clusters;
use crate::domain::finding::Severity;
use crate::domain::git_host::GitHost;
use crate::domain::progress::{Progress, Silent};
use crate::domain::value::day::Day;
use crate::generated_cases;
use crate::report::lint::{Lint, LintFormat, render};
use crate::report::style::Style;
use crate::sources::Pattern;
use crate::text::mask::Mask;

const PATHS: [&str; 8] = [
    "a.yaml",
    "catalog/a.yaml",
    "catalog/b.yaml",
    "catalog/deep/c.yaml",
    "catalog/deep/d d.yml",
    "catalog/é.yaml",
    "catalog/port.yml",
    "other/f.yaml",
];

/// Every text is one of these, with one of a few names in it.
const TEXTS: [&str; 14] = [
    "blueprint: service\nidentifier: NAME\nproperties:\n  tier: 1\n",
    "blueprint: service\nidentifier: NAME\nproperties:\n  tier: x\n",
    "blueprint: service\nidentifier: NAME\nrelations:\n  uses: OTHER\n",
    "blueprint: service\nidentifier: NAME\nteam: OTHER\nproperties:\n  owner: OTHER\n",
    "apiVersion: port.io/v1alpha1\nkind: Entity\nmetadata:\n  name: NAME\nspec:\n  blueprint: service\n  identifier: NAME\n",
    "blueprint: gone\nidentifier: NAME\n",
    "# portolan: ignore[dangling-relation] it comes\nblueprint: service\nidentifier: NAME\nrelations:\n  uses: OTHER\n",
    "blueprint: service\nidentifier: NAME\nproperties:\n  # portolan: ignore[wrong-type]\n  tier: x\n",
    "blueprint: service\nidentifier: [NAME\n",
    "blueprint: service\nidentifer: NAME\n",
    "<<<<<<< ours\nblueprint: service\nidentifier: NAME\n=======\nblueprint: service\nidentifier: OTHER\n>>>>>>> theirs\n",
    "key: NAME\n---\nblueprint: service\nidentifier: NAME\n---\nblueprint: service\nidentifier: OTHER\n",
    "blueprint: service\nidentifier: NAME\nproperties:\n  token: ghp_0123456789abcdefghijABCDEFGHIJ012345\n",
    "",
];
/// The rules whose level depends on the path, for the steps `Level(2)` and `Level(3)`.
const RULES_BY_PATH: [&str; 2] = ["wrong-property-type", "foreign-field"];
const NAMES: [&str; 5] = ["one", "two", "One", "six", "ten"];

#[derive(Debug, Clone)]
enum Step {
    Write {
        path: usize,
        text: usize,
        names: (usize, usize),
    },
    /// Like `Write`, but neither the size nor the time of modification changes.
    WriteUnseen {
        path: usize,
        to: usize,
    },
    Touch(usize),
    Delete(usize),
    Rename(usize, usize),
    Exchange(usize, usize),
    Link(usize, usize),
    Garbage(usize),
    Unreadable(usize),
    AddAll,
    Add(usize),
    Commit,
    Unstage,
    Level(usize),
    Cluster,
    Blueprint(usize),
    Known(usize),
    Exclude(bool),
    /// Whether Git's index is certainly younger than the files.
    SettleIndex,
}

fn step() -> impl Strategy<Value = Step> {
    let path = || 0..PATHS.len();
    let names = || (0..NAMES.len(), 0..NAMES.len());
    prop_oneof![
        6 => (path(), 0..TEXTS.len(), names()).prop_map(|(path, text, names)| Step::Write { path, text, names }),
        6 => (path(), 0..6_usize, names()).prop_map(|(path, text, names)| Step::Write { path, text, names }),
        8 => (path(), 0..NAMES.len()).prop_map(|(path, to)| Step::WriteUnseen { path, to }),
        1 => path().prop_map(Step::Touch),
        2 => path().prop_map(Step::Delete),
        2 => (path(), path()).prop_map(|(from, to)| Step::Rename(from, to)),
        1 => (path(), path()).prop_map(|(one, other)| Step::Exchange(one, other)),
        1 => (path(), path()).prop_map(|(from, to)| Step::Link(from, to)),
        1 => path().prop_map(Step::Garbage),
        1 => path().prop_map(Step::Unreadable),
        4 => Just(Step::AddAll),
        2 => path().prop_map(Step::Add),
        2 => Just(Step::Commit),
        1 => Just(Step::Unstage),
        3 => (0..4_usize).prop_map(Step::Level),
        1 => Just(Step::Cluster),
        2 => (0..4_usize).prop_map(Step::Blueprint),
        2 => (0..4_usize).prop_map(Step::Known),
        1 => any::<bool>().prop_map(Step::Exclude),
        3 => Just(Step::SettleIndex),
    ]
}

struct World {
    folder: tempfile::TempDir,
    root: PathBuf,
    level: usize,
    is_cluster: bool,
    excludes: bool,
}

impl World {
    fn new() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let root = folder.path().canonicalize().expect("it is there").join("tree");
        fs::create_dir(&root).expect("a folder in it");
        let world = Self { folder, root, level: 0, is_cluster: false, excludes: false };
        world.git(&["init", "--quiet"]);
        world
    }

    fn git(&self, arguments: &[&str]) {
        let mut command = Command::new("git");
        command.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments).current_dir(&self.root);
        command.envs([
            ("GIT_CONFIG_GLOBAL", "/dev/null"),
            ("GIT_CONFIG_SYSTEM", "/dev/null"),
            ("GIT_TEMPLATE_DIR", ""),
        ]);
        // Some steps have nothing to do, such as the commit of no change.
        let _ = command.output().expect("git runs");
    }

    fn path(&self, path: usize) -> PathBuf {
        self.root.join(PATHS[path])
    }

    fn write(&self, path: &Path, text: &str) {
        fs::create_dir_all(path.parent().expect("it has a folder")).expect("a folder");
        // Not through a link.
        let _ = fs::remove_file(path);
        fs::write(path, text).expect("a file");
    }

    fn apply(&mut self, step: &Step) {
        match step {
            Step::Write { path, text, names } => self.write(&self.path(*path), &text_of(*text, *names)),
            Step::WriteUnseen { path, to } => {
                let path = self.path(*path);
                let Ok(text) = fs::read_to_string(&path) else { return };
                let time = fs::metadata(&path).and_then(|file| file.modified()).expect("a time");
                let Some(from) = NAMES.iter().find(|name| text.contains(**name)) else { return };
                fs::write(&path, text.replace(from, NAMES[*to])).expect("a file");
                File::options()
                    .write(true)
                    .open(&path)
                    .and_then(|file| file.set_modified(time))
                    .expect("the time is set");
            }
            Step::Touch(path) => {
                if let Ok(file) = File::options().write(true).open(self.path(*path)) {
                    file.set_modified(SystemTime::now()).expect("the time is set");
                }
            }
            Step::Delete(path) => drop(fs::remove_file(self.path(*path))),
            Step::Rename(from, to) => drop(fs::rename(self.path(*from), self.path(*to))),
            Step::Exchange(one, other) => {
                let aside = self.root.join("aside");
                if fs::rename(self.path(*one), &aside).is_ok() {
                    let _ = fs::rename(self.path(*other), self.path(*one));
                    let _ = fs::rename(&aside, self.path(*other));
                    let _ = fs::remove_file(&aside);
                }
            }
            Step::Link(from, to) => {
                if from != to && fs::remove_file(self.path(*from)).is_ok() {
                    symlink(self.path(*to), self.path(*from)).expect("a link");
                }
            }
            Step::Garbage(path) => {
                let path = self.path(*path);
                if path.is_file() {
                    fs::write(path, b"blueprint: service\nidentifier: \xff\xfe\n").expect("a file");
                }
            }
            Step::Unreadable(path) => {
                let _ = fs::set_permissions(self.path(*path), fs::Permissions::from_mode(0o000));
            }
            Step::AddAll => self.git(&["add", "--all"]),
            Step::Add(path) => self.git(&["add", "--all", "--", PATHS[*path]]),
            Step::Commit => self.git(&["commit", "--quiet", "--allow-empty", "--message", "x"]),
            Step::Unstage => self.git(&["reset", "--quiet"]),
            Step::Level(level) => self.level = *level,
            Step::Cluster => self.is_cluster = !self.is_cluster,
            Step::Blueprint(version) => {
                let tier = ["number", "string", "boolean"].get(*version);
                let path = self.root.join(".portolan/blueprints/service.json");
                let Some(tier) = tier else { return drop(fs::remove_file(path)) };
                let text = format!(
                    r#"{{"identifier": "service", "schema": {{"properties": {{"tier": {{"type": "{tier}"}},
                    "owner": {{"type": "string", "format": "team"}}}}}},
                    "relations": {{"uses": {{"target": "service", "many": false, "required": false}}}}}}"#
                );
                self.write(&path, &text);
            }
            Step::Known(version) => {
                let path = self.root.join(".portolan/known-entities.txt");
                let texts = ["service\tsix\n_team\tten\n", "service\tten\nservice\tsix\n_team\tone\n", "# service\n"];
                match texts.get(*version) {
                    Some(text) => self.write(&path, text),
                    None => drop(fs::remove_file(path)),
                }
            }
            Step::Exclude(excludes) => self.excludes = *excludes,
            Step::SettleIndex => {
                let index = File::options().write(true).open(self.root.join(".git/index"));
                let later = SystemTime::now() + Duration::from_secs(3600);
                let _ = index.map(|file| file.set_modified(later).expect("the time is set"));
            }
        }
    }

    /// Every scope, as JSON and with what JSON leaves out. `started` may be later than now, so that files count as old.
    fn report(&self, cache: Option<&CacheFolder>, lint_scope: LintScope, path: Option<usize>) -> String {
        self.report_during(&Silent, cache, lint_scope, path)
    }

    fn report_during(
        &self,
        progress: &dyn Progress,
        cache: Option<&CacheFolder>,
        lint_scope: LintScope,
        path: Option<usize>,
    ) -> String {
        let excluded: &[&str] = if self.excludes { &["catalog/deep/**"] } else { &[] };
        let pattern = Pattern::new(&[] as &[&str], excluded).expect("a legal pattern");
        let levels = [vec![], vec![("wrong-type", None)], vec![("dangling-relation", Some(Severity::Info))]];
        let levels = levels.get(self.level).cloned().unwrap_or_default();
        let levels = levels.into_iter().map(|(name, level): (&str, Option<Severity>)| (name.to_owned(), level));
        let mut selection = Selection::new(levels, self.is_cluster);
        let by_path = [("catalog", None), ("catalog/deep", Some(Severity::Error)), ("other", Some(Severity::Info))];
        if let Some(rule) = RULES_BY_PATH.get(self.level.wrapping_sub(2)) {
            let is_below = move |path: &str| by_path.iter().rposition(|(folder, _)| path.starts_with(folder));
            let levels = by_path.iter().map(|(glob, level)| ((*glob).to_owned(), *level)).collect();
            selection = selection.with_paths((*rule).to_owned(), PathLevels::new(levels, is_below));
        }
        let options = Options {
            today: Day(20_000),
            snapshot_max_age_days: 0,
            git_host: GitHost::Unknown,
            assumed_mappings: Vec::new(),
        };
        let git = Git::at(&self.root, &Environment::new([], self.root.clone(), 0));
        let paths = path.map(|path| self.path(path)).into_iter().collect();
        let clusters = Clusters::default();
        let whole = Request::whole(&self.root, &pattern, &git, &selection, &options, &clusters);
        let request = Request { lint_scope, paths, cache, ..whole };
        let linted = match lint(&request, progress) {
            Ok(linted) => linted,
            Err(error) => return error.to_string(),
        };
        let mask = Mask::derived(b"key", Vec::new());
        let lint = Lint {
            findings: &linted.findings,
            fingerprints: Some(&linted.fingerprints),
            files: &linted.texts,
            counts: linted.counts,
            notes: &linted.notes,
            has_summary: false,
            mask: &mask,
        };
        let [json, text] = [LintFormat::Json, LintFormat::Text].map(|format| render(&lint, format, &Style::PLAIN));
        format!("{json}{text}{:?}{}", linted.worst, linted.baseline.to_json())
    }

    fn cache(&self) -> CacheFolder {
        CacheFolder { folder: self.folder.path().join("cache"), started: now() + 60 }
    }
}

fn text_of(text: usize, names: (usize, usize)) -> String {
    TEXTS[text].replace("NAME", NAMES[names.0]).replace("OTHER", NAMES[names.1])
}

fn now() -> i64 {
    let since = SystemTime::now().duration_since(SystemTime::UNIX_EPOCH).expect("it is after 1970");
    since.as_secs().cast_signed()
}

/// File systems record times in steps of a few milliseconds, and these caches are believed at once.
fn wait_for_another_time() {
    std::thread::sleep(Duration::from_millis(12));
}

#[test]
fn the_cache_changes_nothing() {
    let scopes = [
        (LintScope::Everything, None),
        (LintScope::Staged, None),
        (LintScope::Changed { since: None }, None),
        (LintScope::Everything, Some(2)),
        (LintScope::Hook, Some(1)),
    ];
    let history = proptest::collection::vec(proptest::collection::vec(step(), 1..6), 4..9);
    let run = TestRunner::new(generated_cases::config(64)).run(&history, |history| {
        let mut world = World::new();
        world.apply(&Step::Blueprint(0));
        world.apply(&Step::Known(0));
        (0..PATHS.len()).for_each(|path| world.apply(&Step::Write { path, text: 0, names: (path % NAMES.len(), 1) }));
        world.apply(&Step::AddAll);
        for steps in &history {
            wait_for_another_time();
            for step in steps {
                world.apply(step);
            }
            for (lint_scope, path) in scopes.clone() {
                let with = world.report(Some(&world.cache()), lint_scope.clone(), path);
                let without = world.report(None, lint_scope.clone(), path);
                prop_assert_eq!(with, without, "{:?} {:?} after {:?}", lint_scope, path, steps);
            }
        }
        Ok(())
    });
    run.expect("the cache changes nothing");
}

/// A repository that the cache knows as a whole, and the file of the cache.
fn remembered() -> (World, PathBuf) {
    let mut world = World::new();
    world.apply(&Step::Blueprint(0));
    for path in 0..5 {
        world.apply(&Step::Write { path, text: 2, names: (path, (path + 1) % 5) });
    }
    world.report(Some(&world.cache()), LintScope::Everything, None);
    let mut files = fs::read_dir(world.folder.path().join("cache")).expect("it is there");
    let file = files.next().expect("there is one").expect("it can be listed").path();
    assert!(files.next().is_none());
    (world, file)
}

/// The number of files that the cache has now.
fn known(world: &World) -> usize {
    recognised(world).0
}

/// The same, and whether the repository, whose index is large, was opened to find that out.
fn recognised(world: &World) -> (usize, bool) {
    let pattern = Pattern::default();
    let mut files = sources::discover(&world.root, &pattern).expect("it can be walked").files;
    let manifests = files.len();
    let loaded = crate::commands::workspace::snapshot::load(&world.root, &Default::default(), &mut files);
    let options = Options {
        today: Day(20_000),
        snapshot_max_age_days: 0,
        git_host: GitHost::Unknown,
        assumed_mappings: Vec::new(),
    };
    let (folder, git) = (world.cache(), Git::at(&world.root, &Environment::new([], world.root.clone(), 0)));
    let selection = Selection::new([], false);
    let cache = LintCache::new(&folder, &world.root, &git, (&selection, &options), &loaded);
    let known = cache.expect("the program has a file").recognise(&files[..manifests]);
    (known.has.iter().filter(|known| **known).count(), git.is_opened())
}

#[test]
fn a_second_run_knows_every_file() {
    let (world, _) = remembered();
    assert_eq!(known(&world), 5);
}

#[test]
fn the_index_is_only_read_if_it_may_prove_something() {
    let (mut world, _) = remembered();
    // A file with a finding, one that has another size, and a new one.
    world.apply(&Step::Write { path: 5, text: 1, names: (0, 0) });
    world.apply(&Step::Write { path: 1, text: 0, names: (1, 2) });
    world.apply(&Step::Write { path: 6, text: 0, names: (3, 0) });
    world.apply(&Step::AddAll);
    world.apply(&Step::SettleIndex);
    assert_eq!(recognised(&world), (4, false));
    world.report(Some(&world.cache()), LintScope::Everything, None);
    assert_eq!(recognised(&world), (6, false));
    let staged = world.report(Some(&world.cache()), LintScope::Staged, None);
    assert_eq!(staged, world.report(None, LintScope::Staged, None));
}

#[test]
fn files_that_the_index_proved_are_stored_as_they_are_now() {
    let (mut world, _) = remembered();
    wait_for_another_time();
    (0..5).for_each(|path| world.apply(&Step::Touch(path)));
    assert_eq!(recognised(&world), (0, true));
    world.apply(&Step::AddAll);
    world.apply(&Step::SettleIndex);
    assert_eq!(recognised(&world), (5, true));
    world.report(Some(&world.cache()), LintScope::Everything, None);
    assert_eq!(recognised(&world), (5, false));
}

#[test]
fn a_damaged_cache_is_not_believed() {
    let (world, file) = remembered();
    let whole = fs::read(&file).expect("it can be read");
    let put = |bytes: &[u8]| {
        fs::write(&file, bytes).expect("it can be written");
        known(&world)
    };
    assert_eq!(put(&whole), 5);
    for at in 0..whole.len() {
        let mut bytes = whole.clone();
        bytes[at] ^= 1 << (at % 8);
        assert_eq!(put(&bytes), 0, "byte {at} of {}", whole.len());
    }
    for length in 0..whole.len() {
        assert_eq!(put(&whole[..length]), 0, "the first {length} bytes");
    }
    assert_eq!(put(&[whole.as_slice(), b"x"].concat()), 0);
    // The next run writes a whole one.
    world.report(Some(&world.cache()), LintScope::Everything, None);
    assert_eq!((known(&world), fs::read(&file).expect("it can be read")), (5, whole));
}

#[test]
fn only_a_cache_that_is_closed_to_all_others_is_believed() {
    let (world, file) = remembered();
    assert_eq!(fs::metadata(&file).expect("it is there").mode() & 0o777, 0o600);
    assert_eq!(fs::metadata(file.parent().expect("a folder")).expect("it is there").mode() & 0o777, 0o700);
    let set = |mode| fs::set_permissions(&file, fs::Permissions::from_mode(mode)).expect("it is ours");
    for mode in [0o620, 0o640, 0o602, 0o604] {
        set(mode);
        assert_eq!(known(&world), 0, "{mode:o}");
    }
    set(0o600);
    assert_eq!(known(&world), 5);
    let aside = file.with_extension("aside");
    fs::rename(&file, &aside).expect("it is renamed");
    symlink(&aside, &file).expect("a link");
    assert_eq!(known(&world), 0);
    fs::remove_file(&file).expect("it is there");
    fs::rename(&aside, &file).expect("it is renamed");
    // Only the superuser can give a file away.
    if std::os::unix::fs::chown(&file, Some(1234), None).is_ok() {
        assert_eq!(known(&world), 0);
    }
}

#[test]
fn a_file_that_has_just_changed_is_read_again() {
    let (mut world, file) = remembered();
    fs::remove_file(&file).expect("it is there");
    let cache = CacheFolder { started: now(), ..world.cache() };
    world.report(Some(&cache), LintScope::Everything, None);
    assert_eq!(known(&world), 0);
    let stat = FileStat { ctime: (100, 5), mtime: (90, 0), ..FileStat::default() };
    let at = |started| storable(&Identity { stat: Some(stat), ..Identity::default() }, started).is_some();
    assert_eq!([100, 101, 102, 103].map(at), [false, false, false, true]);
    // Only the index can prove that it did not change again.
    world.apply(&Step::AddAll);
    world.apply(&Step::SettleIndex);
    assert_eq!(known(&world), 5);
}

/// Saves a file between the moment at which lint looks at it and the one at which it is read.
struct Saving<'w> {
    world: &'w World,
    text: &'static str,
}

impl Progress for Saving<'_> {
    fn start(&self, _: &str, _: u64) {
        self.world.write(&self.world.path(1), self.text);
    }

    fn advance(&self, _: u64) {}

    fn finish(&self) {}
}

#[test]
fn a_file_that_changes_while_it_is_read_is_read_again() {
    let (mut world, file) = remembered();
    world.apply(&Step::AddAll);
    world.apply(&Step::SettleIndex);
    for lint_scope in [LintScope::Everything, LintScope::Staged] {
        let _ = fs::remove_file(&file);
        let before = fs::read_to_string(world.path(1)).expect("it can be read");
        let saving = Saving { world: &world, text: TEXTS[0] };
        wait_for_another_time();
        assert_eq!(known(&world), 0);
        world.report_during(&saving, Some(&world.cache()), lint_scope.clone(), None);
        wait_for_another_time();
        world.write(&world.path(1), &before);
        world.git(&["update-index", "--refresh"]);
        world.apply(&Step::SettleIndex);
        let with = world.report(Some(&world.cache()), lint_scope.clone(), None);
        assert_eq!(with, world.report(None, lint_scope, None));
    }
}

#[test]
fn a_change_that_keeps_size_and_time_is_seen() {
    let (mut world, _) = remembered();
    for to in [3, 4] {
        wait_for_another_time();
        world.apply(&Step::WriteUnseen { path: 1, to });
        assert_eq!(known(&world), 4);
        let with = world.report(Some(&world.cache()), LintScope::Everything, None);
        assert_eq!(with, world.report(None, LintScope::Everything, None));
    }
}

#[test]
fn files_that_git_converted_are_not_taken_for_their_blobs() {
    let scopes = [LintScope::Everything, LintScope::Staged];
    for first in scopes.clone() {
        let (mut world, file) = remembered();
        fs::remove_file(&file).expect("it is there");
        world.git(&["config", "core.autocrlf", "input"]);
        let text = text_of(2, (1, 2));
        world.write(&world.path(1), &text.replace('\n', "\r\n"));
        world.apply(&Step::AddAll);
        world.git(&["config", "core.autocrlf", "false"]);
        world.apply(&Step::SettleIndex);
        world.report(Some(&world.cache()), first, None);
        // A second entity of that name, whose finding points to where the first one is.
        world.write(&world.path(6), &text);
        world.apply(&Step::AddAll);
        world.apply(&Step::SettleIndex);
        for extent in scopes.clone() {
            let with = world.report(Some(&world.cache()), extent.clone(), None);
            assert_eq!(with, world.report(None, extent, None));
        }
        // Git finds the blob of the file as it was.
        world.write(&world.path(1), &text);
        world.apply(&Step::AddAll);
        world.apply(&Step::SettleIndex);
        for extent in scopes.clone() {
            let with = world.report(Some(&world.cache()), extent.clone(), None);
            assert_eq!(with, world.report(None, extent, None));
        }
    }
}

#[test]
fn the_hash_of_a_content_is_that_of_its_blob() {
    let (mut world, _) = remembered();
    world.apply(&Step::AddAll);
    let root = &world.root;
    let file = &sources::discover(root, &Pattern::default()).expect("it can be walked").files[0];
    let output = Command::new("git").args(["hash-object", "a.yaml"]).current_dir(root).output().expect("git runs");
    let blob = sources::content_identity(file).blob.expect("it can be read");
    let hex: String = blob.iter().map(|byte| format!("{byte:02x}")).collect();
    assert_eq!(hex, String::from_utf8_lossy(&output.stdout).trim());
}
