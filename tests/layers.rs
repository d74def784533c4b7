//! Tests the layout of the code: imports go down only, no files import each other in a circle, every file says what it
//! is, and all that is printed passes one escape. It reads the tokens of every file in `src`; constructs that could hide
//! an import (globs of the crate root, other names for the crate, included code) are errors themselves.

#![expect(
    clippy::disallowed_methods,
    clippy::panic,
    reason = "a test that reads the sources of the project, and may fail"
)]

#[path = "layers/circles.rs"]
mod circles;
#[path = "layers/imports.rs"]
mod imports;
#[path = "layers/itself.rs"]
mod itself;
#[path = "layers/source.rs"]
mod source;
#[path = "layers/tables.rs"]
mod tables;
#[path = "layers/tree.rs"]
mod tree;
mod wording;

use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use circles::{circles, imports_within};
use imports::{import_faults, upward_inside};
use tree::Tree;

/// Names that say nothing about the content.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "helpers", "helper", "common", "misc"];
const MAX_FILE_LINES: usize = 600;

#[test]
fn imports_go_down_only() {
    let faults = import_faults(&SOURCES);
    assert!(faults.is_empty(), "\n{}\n", Vec::from_iter(faults).join("\n"));
}

#[test]
fn imports_go_down_inside_of_modules() {
    let found = upward_inside(&SOURCES.edges());
    let faults: Vec<String> = found
        .iter()
        .map(|(fault, example)| format!("{fault}, which goes up, or across, or is in no layer: {example}"))
        .collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn no_files_import_each_other_in_a_circle() {
    let edges = SOURCES.edges();
    let found = circles(&edges);
    let faults: Vec<String> = found
        .iter()
        .map(|circle| format!("a circle: {}\n{}", circle.join(", "), imports_within(circle, &edges).join("\n")))
        .collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// All of `src`.
static SOURCES: LazyLock<Tree> = LazyLock::new(|| {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files: Vec<(String, String)> = rust_files(&root)
        .iter()
        .map(|file| (slashes(file.strip_prefix(&root).expect("the file was found there")), read(file)))
        .collect();
    assert!(files.len() > 20, "only {} files found in `src`: the test looks in the wrong place", files.len());
    Tree::new(&files)
});

#[test]
fn every_file_says_what_it_is_and_stays_short() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files: Vec<PathBuf> = ["src", "tests", "benches", "fuzz/fuzz_targets"]
        .iter()
        .flat_map(|folder| rust_files(&root.join(folder)))
        .collect();
    let faults: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let path = slashes(file.strip_prefix(root).expect("the file was found there"));
            form_faults(&path, &read(file))
        })
        .collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// The files that print. All text passes the last escape there, so that no renderer can bypass it.
const EXITS: [&str; 4] = ["ui/progress.rs", "ui/prompt.rs", "ui/notices.rs", "ui/streams.rs"];
/// Functions that let commands or colours through, and the files that may use them.
const OPEN_WAYS: [(&str, &[&str]); 3] = [
    // The messages of `lsp`, which no terminal shows.
    ("send_message(", &["ui/streams.rs", "commands/lsp.rs"]),
    ("show_workflow_commands(", &["ui/streams.rs", "commands/context.rs"]),
    ("say_painted(", &["ui/streams.rs", "cli.rs", "commands/all.rs", "commands/init.rs"]),
];

#[test]
fn all_that_is_printed_passes_the_last_escape() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut faults = Vec::new();
    for file in rust_files(&root) {
        let path = slashes(file.strip_prefix(&root).expect("the file was found there"));
        if path.contains("/tests/") || path.ends_with("/tests.rs") {
            continue;
        }
        let text = read(&file);
        let prints = text.lines().any(|line| {
            (line.contains("io::stdout()") || line.contains("io::stderr()")) && !line.contains(".is_terminal()")
        });
        match (prints, EXITS.contains(&path.as_str())) {
            (true, false) => faults.push(format!("{path}: prints, and only `ui` may")),
            (false, true) => faults.push(format!("{path}: does not print any more: take it from the list")),
            (true, true) if !text.contains("escape::") => faults.push(format!("{path}: prints without an escape")),
            (_, _) => {}
        }
        for (way, users) in OPEN_WAYS {
            if text.contains(way) && !users.contains(&path.as_str()) {
                faults.push(format!("{path}: uses `{way}`, which lets commands or colours through"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// Ways to generate cases that ignore `PORTOLAN_CASES` and `PORTOLAN_SEED`.
const RANDOM_SEEDS: [&str; 4] =
    ["ProptestConfig::with_cases", "ProptestConfig::default", "TestRunner::default", "TestRunner::deterministic"];

#[test]
fn generated_cases_have_a_seed_and_a_number() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let recipes = read(&root.join("justfile"));
    let mut faults = Vec::new();
    for folder in ["src", "tests"] {
        for file in rust_files(&root.join(folder)) {
            let path = slashes(file.strip_prefix(root).expect("the file was found there"));
            let text = read(&file);
            if path.starts_with("tests/layers") || path == "src/generated_cases.rs" {
                continue;
            }
            faults.extend(
                RANDOM_SEEDS
                    .iter()
                    .filter(|way| text.contains(*way))
                    .map(|way| format!("{path}: `{way}` starts from a random seed: use `generated_cases::config`")),
            );
            let count = |part: &str| text.matches(part).count();
            if count("proptest! {") > count("#![proptest_config(") {
                faults.push(format!("{path}: `proptest!` without a configuration: use `generated_cases::config`"));
            }
            let module = path.trim_start_matches("tests/").trim_end_matches(".rs").replace('/', "::");
            let is_long = recipes.contains(&format!(" {module}::"))
                || module.split_once("::").is_some_and(|(top, _)| recipes.contains(&format!(" {top}::")));
            if folder == "tests"
                && path != "tests/main.rs"
                && !path.contains("testkit")
                && (text.contains("generated_cases::") || text.contains("seeds::seeds"))
                && !is_long
            {
                faults.push(format!("{path}: `just long` does not run `{module}::`"));
            }
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

fn rust_files(folder: &Path) -> Vec<PathBuf> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut files = Vec::new();
    for entry in entries {
        let path = entry.expect("the folder can be listed").path();
        if path.is_dir() {
            files.extend(rust_files(&path));
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

fn read(file: &Path) -> String {
    std::fs::read_to_string(file).expect("a source file is UTF-8")
}

fn slashes(path: &Path) -> String {
    path.to_str().expect("our names are UTF-8").replace('\\', "/")
}

fn form_faults(path: &str, text: &str) -> Vec<String> {
    let mut faults = Vec::new();
    if !text.starts_with("//!") {
        faults.push(format!("{path}: it does not open with `//!`: what it is, and what a newcomer would get wrong"));
    }
    let lines = text.lines().count();
    if lines > MAX_FILE_LINES {
        faults.push(format!("{path}: {lines} lines; over {MAX_FILE_LINES} it is two files"));
    }
    for part in path.trim_end_matches(".rs").split('/') {
        if EMPTY_NAMES.contains(&part) || part.starts_with("new_") || part.starts_with("old_") || part == "v2" {
            faults.push(format!("{path}: `{part}` says nothing: find the noun that it speaks about"));
        }
    }
    faults
}
