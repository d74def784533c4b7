//! Property tests for every function that reads or writes files, on generated repositories full of links, pipes and
//! devices: files outside are never read or changed, files inside are, and nothing blocks.
#![expect(clippy::disallowed_methods, reason = "lays out folders, and watches a thread")]

use std::collections::BTreeMap;
use std::fs;
use std::os::unix::fs::{FileTypeExt, symlink};
use std::path::{Path, PathBuf};
use std::sync::LazyLock;
use std::sync::mpsc::{self, RecvTimeoutError};
use std::time::Duration;

use super::*;
use crate::generated_cases::{cases, seed};

const SECRET: &str = "marker-of-what-lies-outside";
/// The time limit of a case; a debug build on a busy machine takes milliseconds.
const TIME_LIMIT: Duration = Duration::from_secs(30);

/// All names that portolan reads or writes, which the tests replace with other kinds of entries. Parents come first.
const NAMES: [&str; 24] = [
    "portolan.yaml",
    "catalog",
    "catalog/a.yaml",
    "catalog/b.yaml",
    "catalog/.gitignore",
    "catalog/deep",
    "catalog/deep/c.yaml",
    "shared",
    "shared/text.yaml",
    ".gitignore",
    ".portolan",
    ".portolan/blueprints",
    ".portolan/blueprints/service.json",
    ".portolan/known-entities.txt",
    ".portolan/source.json",
    ".portolan/local.db",
    ".portolan/local.db-wal",
    ".portolan/local.db-shm",
    ".portolan/.pull-ready",
    ".portolan/.pull-new",
    "baseline.json",
    "out",
    "out/report.json",
    ".vscode",
];

/// Splitmix64: a small deterministic random number generator.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut mixed = self.0;
        mixed = (mixed ^ (mixed >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    }

    fn pick<'a, T: ?Sized>(&mut self, from: &[&'a T]) -> &'a T {
        from[self.below(from.len())]
    }
}

struct World {
    _folder: tempfile::TempDir,
    repo: PathBuf,
    outside: PathBuf,
}

impl World {
    fn new(chance: &mut Chance) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let top = folder.path().canonicalize().expect("it is there");
        let (repo, outside) = (top.join("repo"), top.join("outside"));
        for folder in [repo.join(".git/info"), outside.join("folder/blueprints")] {
            fs::create_dir_all(folder).expect("a folder");
        }
        for file in ["secret.yaml", "folder/source.json", "folder/blueprints/service.json", "folder/a.yaml"] {
            fs::write(outside.join(file), format!("{SECRET}: {{\n")).expect("a file");
        }
        fs::write(repo.join(".git/config"), SECRET).expect("a file");
        pipe(&outside.join("pipe"));
        symlink(repo.join("catalog/a.yaml"), outside.join("back")).expect("a link");
        let world = Self { _folder: folder, repo, outside };
        for name in NAMES {
            world.put(name, chance);
        }
        world
    }

    /// Puts a random entry at a path, as a hostile commit, a careless user or a broken tool could; half of the time it
    /// is the expected one.
    fn put(&self, name: &str, chance: &mut Chance) {
        let path = self.repo.join(name);
        // Nothing is created through a link.
        let mut above = Path::new(name).ancestors().skip(1);
        let is_plain = above.all(|it| self.repo.join(it).symlink_metadata().is_ok_and(|it| it.is_dir()));
        if !is_plain {
            return;
        }
        match chance.below(12) {
            0 => {}
            1 => pipe(&path),
            2 => fs::create_dir(&path).expect("a folder"),
            3..=6 => symlink(self.target(name, chance), &path).expect("a link"),
            _ if Path::new(name).extension().is_some() || name.ends_with(".gitignore") => {
                fs::write(&path, format!("text of {name}\n")).expect("a file");
            }
            _ => fs::create_dir(&path).expect("a folder"),
        }
    }

    fn target(&self, name: &str, chance: &mut Chance) -> PathBuf {
        let up = "../".repeat(name.matches('/').count());
        let (repo, outside) = (&self.repo, &self.outside);
        let inside = chance.pick(&NAMES);
        match chance.below(18) {
            0 => outside.join("secret.yaml"),
            1 => format!("{up}../outside/secret.yaml").into(),
            2 => outside.join("folder"),
            3 => format!("{up}../outside/folder").into(),
            4 => outside.join("nothing/there"),
            5 => "/proc/self/environ".into(),
            6 => chance.pick(&["/dev/zero", "/dev/stdin", "/dev/full", "/proc/self/fd/0", "/proc/kmsg"]).into(),
            7 => outside.join("pipe"),
            8 => format!("{up}.git/config").into(),
            9 => format!("{up}{}", chance.pick(&[".git", ".git/info", ".git/hooks"])).into(),
            10 => chance.pick(&["/", "/proc/self/cwd", ".", ".."]).into(),
            11 => outside.join("back"),
            12 => format!("{up}shared/../../repo/{inside}").into(),
            13 | 14 => repo.join(inside),
            _ => format!("{up}{inside}").into(),
        }
    }

    /// Everything that must not change: files outside, and the Git directory.
    fn untouchable(&self) -> BTreeMap<PathBuf, String> {
        let mut found = BTreeMap::new();
        let mut left = vec![self.outside.clone(), self.repo.join(".git")];
        while let Some(at) = left.pop() {
            for entry in fs::read_dir(&at).expect("it can be listed") {
                let entry = entry.expect("an entry");
                let kind = entry.file_type().expect("it has a kind");
                let text = if kind.is_dir() {
                    left.push(entry.path());
                    String::new()
                } else if kind.is_symlink() {
                    format!("{:?}", fs::read_link(entry.path()))
                } else if kind.is_fifo() {
                    "a pipe".to_owned()
                } else {
                    fs::read_to_string(entry.path()).expect("it is text")
                };
                found.insert(entry.path(), text);
            }
        }
        found
    }

    /// Whether a path is a file that may be read, determined independently by the system's own resolution.
    fn is_readable(&self, path: &Path) -> bool {
        let Ok(real) = self.repo.join(path).canonicalize() else { return false };
        let is_file = real.is_file();
        is_file && real.strip_prefix(&self.repo).is_ok_and(|inside| !inside.starts_with(".git"))
    }
}

/// One pipe is linked under many names, because creating each would start a program.
fn pipe(path: &Path) {
    static FIRST: LazyLock<(tempfile::TempDir, PathBuf)> = LazyLock::new(|| {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("pipe");
        let made = std::process::Command::new("mkfifo").arg(&path).status().expect("mkfifo can be started");
        assert!(made.success());
        (folder, path)
    });
    fs::hard_link(&FIRST.1, path).expect("a second name");
}

/// Calls every reading function; returns all text and errors.
fn read_everything(world: &World) -> String {
    let repo = &world.repo;
    let boundary = Boundary::new(repo);
    let mut all = String::new();
    let mut buffer = ReadBuffer::default();
    let mut files = Vec::new();
    match discover(repo, &Pattern::default()) {
        Ok(found) => {
            all.extend(found.unreadable.iter().map(|one| format!("{one}\n")));
            files.extend(found.files);
        }
        Err(error) => all += &error.to_string(),
    }
    for folder in [".portolan/blueprints", "catalog", ".portolan", "out"] {
        for extension in ["json", "yaml"] {
            files.extend(list_folder(repo, folder, extension));
        }
    }
    files.extend(NAMES.iter().filter_map(|name| find_file(repo, name)));
    for file in &files {
        match read(file, &mut buffer) {
            Ok(text) => all += text.text,
            Err(problem) => all += &problem.to_string(),
        }
        all += &read_lossy(file).unwrap_or_default();
    }
    for name in NAMES {
        let expected = world.is_readable(Path::new(name));
        for path in [PathBuf::from(name), repo.join(name)] {
            match read_input(&boundary, &path) {
                Ok(text) => {
                    assert!(expected, "{name} was read, and it is no file of the repository");
                    all += &text;
                }
                Err(error) => {
                    assert!(!expected, "{name} is a file of the repository: {error}");
                    all += &error.to_string();
                }
            }
        }
    }
    all
}

fn write_everywhere(world: &World, chance: &mut Chance) {
    let repo = &world.repo;
    let boundary = Boundary::new(repo);
    for _ in 0..6 {
        let name = chance.pick(&NAMES);
        let name = if chance.below(3) == 0 { format!("{name}/new.yaml") } else { name.to_owned() };
        let absolute = repo.join(&name);
        // Each call may be refused; what counts is the state afterwards.
        match chance.below(8) {
            0 => drop(write_output(&boundary, &absolute, "written")),
            1 => drop(append_output(&boundary, &absolute, "written")),
            2 => drop(check_output(&boundary, &absolute)),
            3 => drop(write_atomically(repo, Path::new(&name), b"written")),
            4 => drop(create_atomically(repo, Path::new(&name), b"written")),
            5 | 6 => {
                let parts = [
                    Part::Folder { name: "blueprints", files: vec![("service.json".to_owned(), b"{}".to_vec())] },
                    Part::File { name: "known-entities.txt", bytes: b"written".to_vec() },
                    Part::File { name: "source.json", bytes: b"written".to_vec() },
                ];
                drop(exchange(repo, ".portolan", &["blueprints", "known-entities.txt", "source.json"], &parts));
            }
            _ => {
                if let Ok(place) = database_place(&boundary, Path::new(".portolan/local.db"))
                    && let Some(folder) = place.parent()
                {
                    assert!(place.starts_with(repo));
                    fs::create_dir_all(folder).expect("a folder");
                    // A folder is left to the store, which refuses it.
                    drop(fs::write(place, "written"));
                }
            }
        }
    }
}

fn run(number: u64, seed: u64) {
    let mut chance = Chance(seed.wrapping_mul(1_000_003).wrapping_add(number));
    let world = World::new(&mut chance);
    let before = world.untouchable();
    for _ in 0..2 {
        let read = read_everything(&world);
        assert!(!read.contains(SECRET), "what lies outside was read: {read}");
        write_everywhere(&world, &mut chance);
        assert_eq!(world.untouchable(), before);
    }
}

#[test]
fn generated_links_never_lead_out_of_the_repository() {
    let (cases, seed) = (u64::from(cases(60)), seed());
    let (sender, done) = mpsc::channel();
    let runner = std::thread::spawn(move || {
        for number in 0..cases {
            run(number, seed);
            sender.send(number).expect("somebody listens");
        }
    });
    let mut last = None;
    loop {
        match done.recv_timeout(TIME_LIMIT) {
            Ok(number) => last = Some(number),
            Err(RecvTimeoutError::Timeout) => panic!("the case after {last:?} with seed {seed} waits for ever"),
            Err(RecvTimeoutError::Disconnected) => break,
        }
    }
    assert!(runner.join().is_ok(), "the case after {last:?} with seed {seed} failed");
}
