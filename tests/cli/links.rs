//! Tests links, pipes and devices in a repository: what lies outside is never printed and never changed, and
//! nothing blocks.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use crate::generated_cases::{cases, seed};
use crate::testkit::errors::assert_error;
use crate::testkit::says::{LINK, LINK_TO_NOTHING, LINK_TO_OUTSIDE};
use crate::testkit::{Repo, contents, portolan_in};

const SECRET: &str = "hunter2-of-the-outside";
const PATIENCE: Duration = Duration::from_secs(60);

const ENTITY: &str = "\
apiVersion: getport.io/v1
kind: Entity
metadata: {name: web}
spec:
  blueprint: service
  identifier: web
";
const BLUEPRINT: &str = r#"{"identifier": "service", "title": "Service", "schema": {"properties": {}}}"#;

/// Commands that read the config, each in a form that would otherwise start to work.
const VERBS: [&str; 10] = [
    "lint",
    "lint --output json",
    "diff",
    "diff --ref HEAD",
    "push",
    "pull",
    "new service x",
    "config",
    "schema manifest",
    "init --yes",
];

/// A folder with a repository and, next to it, files that must stay private.
struct World {
    top: Repo,
}

impl World {
    fn new() -> Self {
        let top = Repo::new();
        top.write("outside/secret.yaml", format!("{SECRET}: {{\n  broken"));
        top.write("outside/secret.json", format!("{{\"{SECRET}\": "));
        top.write("outside/service.json", format!("{{\"{SECRET}\": "));
        top.write("outside/folder/portolan.yaml", format!("{SECRET}: {{\n  broken"));
        top.write("outside/folder/x.yaml", format!("{ENTITY}  {SECRET}: [\n"));
        top.write("repo/catalog/web.yaml", ENTITY).write("repo/.portolan/blueprints/service.json", BLUEPRINT);
        let world = Self { top };
        world.git(&["init", "-q"]);
        world.git(&["config", "http.extraheader", SECRET]);
        world
    }

    fn git(&self, arguments: &[&str]) {
        let status = Command::new("git").current_dir(self.repo()).args(arguments).status().expect("git is installed");
        assert!(status.success());
    }

    fn repo(&self) -> PathBuf {
        self.top.path().join("repo")
    }

    fn outside(&self) -> PathBuf {
        self.top.path().join("outside")
    }

    fn write(&self, path: &str, text: &str) {
        self.top.write(&format!("repo/{path}"), text);
    }

    /// Replaces a path by a link.
    fn link(&self, target: impl AsRef<Path>, path: &str) {
        self.remove(path);
        symlink(target, self.repo().join(path)).expect("a link");
    }

    fn pipe(&self, path: &str) {
        self.remove(path);
        let made = Command::new("mkfifo").arg(self.repo().join(path)).status().expect("mkfifo can be started");
        assert!(made.success());
    }

    fn remove(&self, path: &str) {
        let place = self.repo().join(path);
        fs::create_dir_all(place.parent().expect("it has a folder")).expect("a folder");
        match place.symlink_metadata() {
            Ok(metadata) if metadata.is_dir() => fs::remove_dir_all(place).expect("it is ours"),
            Ok(_) => fs::remove_file(place).expect("it is ours"),
            Err(_) => {}
        }
    }

    /// Runs portolan; returns the exit code and all output. Checks that files outside are not printed and do not
    /// change.
    fn run(&self, line: &str) -> (i32, String) {
        let before = contents(&self.outside());
        let mut command = portolan_in(&self.repo());
        command.args(line.split_whitespace()).timeout(PATIENCE);
        let output = command.env("OUTSIDE_SECRET", SECRET).write_stdin("").output().expect("the binary runs");
        let told = [output.stdout, output.stderr].map(|bytes| String::from_utf8_lossy(&bytes).into_owned()).concat();
        let code = output.status.code().unwrap_or_else(|| panic!("`portolan {line}` was killed or waits: {told}"));
        assert!(!told.contains(SECRET), "`portolan {line}` shows what lies outside:\n{told}");
        assert!(!told.contains("panicked"), "`portolan {line}`:\n{told}");
        assert!(code != 70 || !told.contains("please report"), "`portolan {line}`:\n{told}");
        assert_eq!(contents(&self.outside()), before, "`portolan {line}` changed what lies outside");
        (code, told)
    }
}

#[test]
fn a_config_that_is_a_link_out_of_the_repository_is_refused_by_every_verb() {
    let targets =
        ["/proc/self/environ", "../outside/secret.yaml", "ABSOLUTE", "chain", ".git/config", "through/secret.yaml"];
    for target in targets {
        let world = World::new();
        world.link("../outside/secret.yaml", "chain");
        world.link("../outside", "through");
        let end = if target == "ABSOLUTE" { world.outside().join("secret.yaml") } else { target.into() };
        world.link(end, "portolan.yaml");
        for verb in VERBS {
            let (code, told) = world.run(verb);
            assert_eq!(code, 64, "`{verb}` with a link to {target}:\n{told}");
            assert!(told.contains("portolan.yaml") && told.contains(LINK), "`{verb}`:\n{told}");
        }
    }
}

#[test]
fn a_config_that_is_a_link_inside_the_repository_is_read_and_one_that_is_named_too() {
    let world = World::new();
    world.write("ci/shared.yaml", "scope: acme/shared\n");
    world.link("ci/shared.yaml", "portolan.yaml");
    assert!(world.run("config").1.contains("acme/shared"));
    world.write("teams/a/x.yaml", "");
    world.link("../../ci/shared.yaml", "teams/a/portolan.yaml");
    assert!(world.run("-C teams/a config").1.contains("acme/shared"));
    // The command line may name a config outside.
    world.top.write("elsewhere/portolan.yaml", "scope: acme/elsewhere\n");
    assert!(world.run("--config ../elsewhere/portolan.yaml config").1.contains("acme/elsewhere"));
    // The named config is inside, but the repository's link leads outside.
    world.link("../../outside/secret.yaml", "ci/linked.yaml");
    assert_eq!(world.run("--config ci/linked.yaml config").0, 64);
    // A repository that is reached through a link is the same repository.
    symlink(world.repo(), world.top.path().join("through")).expect("a link");
    assert!(world.run("-C ../through config").1.contains("acme/shared"));
}

#[test]
fn a_config_that_is_no_file_or_too_large_is_refused_at_once() {
    let world = World::new();
    world.pipe("portolan.yaml");
    let (code, told) = world.run("lint");
    assert_eq!(code, 64);
    assert!(told.contains("it is a named pipe, not a regular file"), "{told}");
    world.link("/dev/zero", "portolan.yaml");
    assert_eq!(world.run("lint").0, 64);
    world.link("nowhere.yaml", "portolan.yaml");
    let (code, told) = world.run("lint");
    assert!(code == 64 && told.contains(LINK_TO_NOTHING), "{told}");
    world.remove("portolan.yaml");
    let file = fs::File::create(world.repo().join("portolan.yaml")).expect("a file");
    file.set_len(2 << 30).expect("it grows");
    let (code, told) = world.run("lint");
    assert!(code == 64 && told.contains("the limit is 10485760"), "{told}");
}

#[test]
fn a_folder_that_is_a_link_out_of_the_repository_is_not_worked_in() {
    let world = World::new();
    world.link("../outside/folder", "team");
    for verb in ["lint", "config", "new service x"] {
        let (code, told) = world.run(&format!("-C team {verb}"));
        assert!(code == 64 && told.contains(LINK_TO_OUTSIDE), "{told}");
    }
}

#[test]
fn a_snapshot_that_leads_out_is_reported_and_not_shown() {
    for (target, path) in [
        ("../../../outside/service.json", ".portolan/blueprints/service.json"),
        ("../../outside", ".portolan/blueprints"),
        ("../../outside/secret.json", ".portolan/source.json"),
        ("../../outside/secret.yaml", ".portolan/known-entities.txt"),
        ("../../.git/config", ".portolan/known-entities.txt"),
        ("../outside", ".portolan"),
        ("/", ".portolan"),
    ] {
        let world = World::new();
        world.link(target, path);
        for verb in ["lint", "diff", "schema manifest", "new service y"] {
            world.run(verb);
        }
        let (code, told) = world.run("lint");
        assert!(code == 1 || told.contains("note"), "{path} -> {target}:\n{told}");
    }
}

#[test]
fn pipes_and_devices_are_not_waited_for() {
    for path in [
        ".portolan/blueprints/service.json",
        ".portolan/source.json",
        ".portolan/known-entities.txt",
        ".portolan/local.db",
        ".gitignore",
        "catalog/.gitignore",
        ".git/info/exclude",
        "catalog/more.yaml",
        "CODEOWNERS",
    ] {
        for kind in ["pipe", "/dev/zero"] {
            let world = World::new();
            if kind == "pipe" {
                world.pipe(path)
            } else {
                world.link(kind, path)
            }
            for verb in ["lint", "diff", "pull", "init --yes", "new service z"] {
                world.run(verb);
            }
        }
    }
}

#[test]
fn files_that_the_command_line_names_are_regular_files_and_stay_inside() {
    let world = World::new();
    world.write("b.json", "{}");
    for (path, target) in [("linked", "../outside/secret.json"), ("zero", "/dev/zero"), ("git", ".git/config")] {
        world.link(target, path);
    }
    world.pipe("pipe");
    world.link("../outside", "folder");
    world.write("portolan.yaml", "scope: acme/x\n");
    world.git(&["add", "catalog"]);
    world.git(&[
        "-c",
        "user.name=Ada",
        "-c",
        "user.email=ada@example.com",
        "-c",
        "commit.gpgsign=false",
        "commit",
        "-qm",
        "x",
    ]);
    for file in ["linked", "zero", "git", "pipe", "folder/secret.json", "/dev/zero"] {
        for line in ["lint --baseline", "push --plan", "push --since-outcome"] {
            let (code, told) = world.run(&format!("{line} {file}"));
            assert_eq!(code, 64, "{line} {file}:\n{told}");
            assert!(told.contains(file), "{line} {file}:\n{told}");
        }
    }
}

#[test]
fn outputs_do_not_follow_links_out_of_the_repository() {
    let world = World::new();
    world.link("../outside/secret.json", "file.json");
    world.link("../outside/new.json", "new.json");
    world.link("../outside", "out");
    world.link("out", "chain");
    world.link(".git/config", "config.json");
    world.link(".git", "hooks");
    world.pipe("pipe.json");
    let before = contents(&world.repo().join(".git"));
    for file in
        ["file.json", "new.json", "out/new.json", "out/secret.json", "chain/new.json", "config.json", "hooks/new.json"]
    {
        for line in
            ["lint --output json=FILE", "lint --write-baseline FILE", "diff --out FILE", "diff --output json=FILE"]
        {
            let (code, told) = world.run(&line.replace("FILE", file));
            assert!(code == 64 && told.contains(LINK), "{line} {file}: {code}\n{told}");
        }
    }
    assert_eq!(contents(&world.repo().join(".git")), before);
    let (code, told) = world.run("lint --output json=pipe.json");
    assert_error(&told, "unwritable-output");
    assert!(code == 70 && told.contains("pipe.json`"), "{code}\n{told}");
    let (code, told) = world.run("man --out out");
    assert!(code == 64, "{code}\n{told}");
    let (code, told) = world.run("new service y --file out/y.yaml");
    assert!(code != 0, "{code}\n{told}");
    // The command line may name any path outside.
    fs::create_dir(world.top.path().join("reports")).expect("a folder");
    assert_eq!(world.run("lint --output json=../reports/r.json").0, 0);
    assert!(world.top.path().join("reports/r.json").exists());
    // A link inside the repository that stays inside is allowed.
    world.write("reports/x", "");
    world.link("reports", "r");
    assert_eq!(world.run("lint --output json=r/r.json").0, 0);
    assert!(world.repo().join("reports/r.json").exists());
}

#[test]
fn the_embedded_catalog_stays_inside() {
    for (target, path) in [
        ("../outside", ".portolan"),
        ("../../outside/local.db", ".portolan/local.db"),
        ("../../outside/local.db-wal", ".portolan/local.db-wal"),
        ("../../outside/local.db-shm", ".portolan/local.db-shm"),
        ("../../outside/x", ".portolan/local.db-journal"),
    ] {
        for verb in ["push --catalog local --scope acme/x", "pull --catalog local", "serve --port 0"] {
            let world = World::new();
            world.link(target, path);
            let before = contents(&world.outside());
            let (code, told) = world.run(verb);
            // Without an embedded catalog, `pull` reads an empty one in memory, and opens none of these files.
            let opens_none = verb.starts_with("pull") && path.starts_with(".portolan/local.db-");
            assert!(code != 0 || opens_none, "{verb} with {path}:\n{told}");
            assert!(contents(&world.outside()) == before, "{verb} with {path} wrote outside");
        }
    }
}

#[test]
fn a_manifest_over_the_limit_is_a_finding_and_is_not_read() {
    let world = World::new();
    let file = fs::File::create(world.repo().join("catalog/large.yaml")).expect("a file");
    // The file is sparse: it takes no space, and reading it would take a while.
    file.set_len(20 << 30).expect("it grows");
    let (code, told) = world.run("lint");
    assert_eq!(code, 1, "{told}");
    assert!(told.contains("catalog/large.yaml") && told.contains("larger than 10 MiB"), "{told}");
}

/// Generated: any place, any target, any command. `sources::tests` does the same in the library, where it is faster.
#[test]
fn generated_links_show_and_change_nothing_outside() {
    let places = [
        "portolan.yaml",
        ".portolan",
        ".portolan/blueprints",
        ".portolan/blueprints/service.json",
        ".portolan/source.json",
        ".portolan/known-entities.txt",
        ".portolan/local.db",
        ".portolan/local.db-wal",
        ".portolan/.pull-ready",
        ".gitignore",
        "catalog",
        "catalog/web.yaml",
        "catalog/.gitignore",
        ".pre-commit-config.yaml",
        ".github/workflows/portolan.yml",
        ".vscode",
        "report.json",
    ];
    let verbs = VERBS.into_iter().chain([
        "lint --fix",
        "lint --baseline report.json",
        "lint --write-baseline report.json",
        "lint --output json=report.json",
        "diff --out report.json",
        "push --plan report.json",
        "schema manifest --write",
        "pull --entities --all",
        "new service deep --file catalog/deep.yaml",
    ]);
    let verbs: Vec<&str> = verbs.collect();
    // The generator is splitmix64.
    let mut state = seed();
    let mut below = |limit: usize| {
        state = state.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mixed = (state ^ (state >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        ((mixed ^ (mixed >> 31)) % limit as u64) as usize
    };
    for _ in 0..cases(12) {
        let world = World::new();
        let mut laid = Vec::new();
        for _ in 0..=below(3) {
            let place = places[below(places.len())];
            let is_plain = Path::new(place).ancestors().skip(1).all(|above| !world.repo().join(above).is_symlink());
            if !is_plain {
                continue;
            }
            let up = "../".repeat(place.matches('/').count());
            let target = match below(10) {
                0 => format!("{up}../outside/secret.yaml"),
                1 => format!("{up}../outside/folder"),
                2 => world.outside().join("secret.json").display().to_string(),
                3 => "/proc/self/environ".to_owned(),
                4 => "/dev/zero".to_owned(),
                5 => format!("{up}.git/config"),
                6 => format!("{up}../outside/new"),
                7 => format!("{up}{}", places[below(places.len())]),
                8 => "/proc/self/cwd/../outside/secret.yaml".to_owned(),
                _ => String::new(),
            };
            if target.is_empty() {
                world.pipe(place)
            } else {
                world.link(&target, place)
            }
            laid.push(format!("{place} -> {target}"));
        }
        let git = contents(&world.repo().join(".git"));
        for _ in 0..2 {
            let verb = verbs[below(verbs.len())];
            // The test harness prints this only for a failed case.
            println!("{laid:?}: portolan {verb}");
            world.run(verb);
        }
        assert_eq!(contents(&world.repo().join(".git")), git, "{laid:?}");
    }
}
