//! Benchmarks lint as a whole process, against a minimal program that walks, reads and parses the same files with the
//! same parser on the same threads. Both run alternately; medians and ratios are printed, and nothing fails because of
//! them.
//!
//! `cargo bench --bench lint` creates its own corpus; `cargo bench --bench lint -- DIR` measures an existing one.

#![expect(clippy::print_stdout, clippy::disallowed_methods, reason = "a bench prints what it measured")]

#[path = "claims.rs"]
mod claims;
#[path = "corpus.rs"]
mod corpus;
#[path = "deliverers.rs"]
mod deliverers;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

use portolan::manifest::{Limits, Reader};
use portolan::sources::{Pattern, discover, for_each_text};

const RUNS: usize = 30;

fn main() {
    let arguments = std::env::args().skip(1).filter(|it| it != "--bench").collect::<Vec<_>>();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["bare", folder] => bare(Path::new(folder)),
        [folder] => measure("the corpus", Path::new(folder)),
        _ => {
            let home = tempfile::tempdir().expect("a temporary folder");
            for (name, count, single) in [
                ("20,000 files", 20_000, false),
                ("100,000 files", 100_000, false),
                ("20,000 documents in one file", 20_000, true),
            ] {
                let folder = home.path().join(name.replace([' ', ','], "-"));
                corpus::write(&folder, count, single);
                measure(name, &folder);
                if !single && count <= 20_000 {
                    remember(name, &folder);
                    judge(name, &folder);
                }
            }
            deliver(home.path());
            claim(home.path());
            let small = home.path().join("ten");
            corpus::write(&small, 18, false);
            start_up(&small);
        }
    }
}

/// The lower bound: what any linter with this parser costs.
fn bare(folder: &Path) {
    let pattern = Pattern::new(&["catalog/**/*.yaml"], &[]).expect("a legal pattern");
    let files = discover(folder, &pattern).expect("the corpus can be walked").files;
    let nodes = for_each_text(
        &files,
        || Reader::new(Limits::default()),
        |reader, _, text| {
            let mut nodes = 0;
            if let Ok(text) = text {
                reader.read(text.text, &mut |document| nodes += document.view.tree.len());
            }
            nodes
        },
    );
    println!("{}", nodes.iter().sum::<usize>());
}

fn measure(name: &str, folder: &Path) {
    let lint =
        || command(binary(), &["-C", &folder.display().to_string(), "lint", "--no-cache", "--output", "concise"]);
    let bare = || {
        let myself = std::env::current_exe().expect("this program has a path");
        command(myself, &["bare", &folder.display().to_string()])
    };
    let (lint, bare) = in_turn(lint, bare);
    println!("{name}: lint {:.1} ms, bare {:.1} ms, ratio {:.2} (medians of {RUNS})", lint.0, bare.0, lint.1);
}

/// A second lint of a repository, and one of a single staged file, against `git status`.
fn remember(name: &str, folder: &Path) {
    let git = |arguments: &[&str]| {
        let mut git = command(PathBuf::from("git"), &["-C", &folder.display().to_string()]);
        git.args(["-c", "user.name=a", "-c", "user.email=a@example.com"]).args(arguments);
        git
    };
    let run = |arguments: &[&str]| assert!(git(arguments).status().expect("git runs").success(), "{arguments:?}");
    run(&["init", "--quiet"]);
    run(&["add", "--all"]);
    run(&["commit", "--quiet", "--message", "x"]);
    let files = discover(folder, &Pattern::default()).expect("the corpus can be walked").files;
    let file = folder.join(&files[files.len() / 2].path);
    let text = std::fs::read_to_string(&file).expect("it can be read");
    std::fs::write(&file, format!("# changed\n{text}")).expect("it can be written");
    run(&["add", "--all"]);
    // Files that have just changed are not remembered.
    std::thread::sleep(std::time::Duration::from_secs(4));
    run(&["status"]);
    let status = || git(&["status"]);
    for flags in [&[][..], &["--staged"]] {
        let folder = folder.display().to_string();
        let lint = || {
            let mut lint = command(binary(), &[&["-C", &folder, "lint"], flags].concat());
            lint.env("PORTOLAN_CACHE", Path::new(&folder).join(".git/cache"));
            lint
        };
        let (lint, status) = in_turn(lint, status);
        let line = ["lint"].iter().chain(flags).copied().collect::<Vec<_>>().join(" ");
        println!("{name}, again: {line} {:.1} ms, git status {:.1} ms, ratio {:.2}", lint.0, status.0, lint.1);
    }
}

/// The impact of changed blueprints on every entity, against a lint: it may cost one more.
fn judge(name: &str, folder: &Path) {
    let blueprints = folder.join(".portolan/blueprints");
    let proposed = folder.join("proposed");
    std::fs::create_dir_all(&proposed).expect("folders can be made");
    for file in std::fs::read_dir(&blueprints).expect("the corpus has blueprints").flatten() {
        let text = std::fs::read_to_string(file.path()).expect("it can be read");
        let mut blueprint: serde_json::Value = serde_json::from_str(&text).expect("JSON");
        blueprint["schema"]["properties"]["added"] = serde_json::json!({"type": "string"});
        std::fs::write(proposed.join(file.file_name()), blueprint.to_string()).expect("it can be written");
    }
    let folder = folder.display().to_string();
    let lint = || command(binary(), &["-C", &folder, "lint", "--no-cache", "--output", "concise"]);
    let impact = || {
        let flags = ["--scope", "bench", "--blueprints", "proposed", "--output", "summary"];
        command(binary(), &[&["-C", &folder, "diff"][..], &flags].concat())
    };
    let (impact, lint) = in_turn(impact, lint);
    println!("{name}: impact {:.1} ms, lint {:.1} ms, ratio {:.2}", impact.0, lint.0, impact.1);
}

/// What the definitions of Crossplane add to lint: the same claims with and without them.
fn claim(home: &Path) {
    let folders = ["with-definitions", "without-definitions"].map(|name| home.join(name));
    for (folder, has_definitions) in folders.iter().zip([true, false]) {
        claims::write(folder, has_definitions);
    }
    let [with, without] = folders.map(|folder| {
        move || command(binary(), &["-C", &folder.display().to_string(), "lint", "--no-cache", "--output", "concise"])
    });
    let (with, without) = in_turn(with, without);
    let (claims, definitions) = (claims::CLAIMS, claims::DEFINITIONS);
    println!(
        "{claims} claims of {definitions} definitions: {:.1} ms, without the definitions {:.1} ms, ratio {:.2} (medians of {RUNS})",
        with.0, without.0, with.1
    );
}

/// What deliverers add to lint: the same manifests with fifty Applications and some hundred kustomizations, and without.
fn deliver(home: &Path) {
    let folders = ["with-deliverers", "without-deliverers"].map(|name| home.join(name));
    for folder in &folders {
        corpus::write(folder, 20_000, false);
        deliverers::add(folder);
    }
    std::fs::remove_dir_all(folders[1].join("argocd")).expect("it is there");
    let lint = |folder: &Path| command(binary(), &["-C", &folder.display().to_string(), "lint", "--no-cache"]);
    let (with, without) = in_turn(|| lint(&folders[0]), || lint(&folders[1]));
    println!(
        "20,000 files with deliverers: {:.1} ms, without {:.1} ms, ratio {:.2} (medians of {RUNS})",
        with.0, without.0, with.1
    );
}

fn start_up(folder: &Path) {
    let nothing = || command(PathBuf::from("/bin/true"), &[]);
    let version = || command(binary(), &["--version"]);
    let lint = || command(binary(), &["-C", &folder.display().to_string(), "lint"]);
    let (version, empty) = in_turn(version, nothing);
    println!("--version: {:.2} ms above an empty process of {:.2} ms", version.0 - empty.0, empty.0);
    let (lint, empty) = in_turn(lint, nothing);
    println!("lint of ten files: {:.2} ms above an empty process of {:.2} ms", lint.0 - empty.0, empty.0);
}

fn binary() -> PathBuf {
    PathBuf::from(env!("CARGO_BIN_EXE_portolan"))
}

fn command(program: PathBuf, arguments: &[&str]) -> Command {
    let mut command = Command::new(program);
    // A folder that cannot be made: nothing is remembered.
    command.args(arguments).env("PORTOLAN_CACHE", "/dev/null/none");
    command.stdout(Stdio::null()).stderr(Stdio::null());
    command
}

/// The medians of both programs, and the median of the pairwise ratios.
fn in_turn(a: impl Fn() -> Command, b: impl Fn() -> Command) -> ((f64, f64), (f64, f64)) {
    let time = |mut command: Command| {
        let start = Instant::now();
        command.status().expect("the program runs");
        start.elapsed().as_secs_f64() * 1000.0
    };
    let _warm = (time(a()), time(b()));
    let pairs = (0..RUNS).map(|_| (time(a()), time(b()))).collect::<Vec<_>>();
    let median = |mut values: Vec<f64>| {
        values.sort_by(f64::total_cmp);
        values[values.len() / 2]
    };
    let ratio = median(pairs.iter().map(|(a, b)| a / b).collect());
    let (a, b) = pairs.into_iter().unzip();
    ((median(a), ratio), (median(b), 1.0 / ratio))
}
