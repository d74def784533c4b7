//! Tests the layers: imports go down only. It reads every path of every file in `src` (without comments and strings),
//! resolves the module that it leads to, and fails if it leads up or across. It works on text, so constructs that could
//! hide a path (globs of the crate root, other names for the crate, included code) are errors themselves.

#![expect(clippy::disallowed_methods, reason = "reads the sources of the project")]

#[path = "layers/itself.rs"]
mod itself;
mod wording;

use std::path::{Path, PathBuf};

/// The layers from the bottom up. Every top-level module must be in one of them.
const FLOORS: [&[&str]; 11] = [
    // Only for tests.
    &["generated_cases"],
    &["text"],
    &["domain"],
    &["manifest", "mapping", "sources", "catalog", "forge", "analysis", "plan", "report", "scaffold", "ui"],
    &["embedded"],
    &["settings"],
    // Both are one layer, but an error knows its exit code.
    &["exit"],
    &["error"],
    &["commands"],
    &["cli"],
    &["main"],
];

/// Paths that only some modules may use, apart from their tests. The first matching prefix counts.
const OWNED: [(&str, &[&str]); 23] = [
    ("std::fs", &["sources", "catalog", "embedded"]),
    ("std::net::TcpListener", &["catalog", "embedded"]),
    ("std::net::TcpStream", &["catalog", "embedded"]),
    ("std::net::UdpSocket", &["catalog", "embedded"]),
    ("std::process::ExitCode", &["exit", "main"]),
    ("std::process::exit", &["main", "catalog"]),
    ("std::process::id", &["sources"]),
    ("std::process::Command", &["sources", "ui"]),
    ("std::process", &["sources"]),
    ("std::thread", &["sources", "catalog", "embedded", "ui"]),
    ("std::time::Instant", &["ui", "catalog", "embedded"]),
    ("std::env", &["settings", "sources", "main", "generated_cases"]),
    ("clap", &["commands", "cli"]),
    ("clap_complete", &["commands"]),
    ("clap_mangen", &["commands"]),
    ("git2", &["sources"]),
    ("indicatif", &["ui"]),
    ("jsonschema", &["domain"]),
    ("jsonschema_regex", &["domain"]),
    ("rayon", &["sources", "analysis"]),
    ("reqwest", &["catalog", "embedded", "forge"]),
    ("rusqlite", &["catalog", "embedded"]),
    ("tokio", &["catalog", "embedded", "forge"]),
];

/// Names that say nothing about the content.
const EMPTY_NAMES: [&str; 6] = ["utils", "util", "helpers", "helper", "common", "misc"];
const LONGEST_FILE: usize = 600;

#[test]
fn imports_go_down_only() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let files = rust_files(&root.join("src"));
    assert!(files.len() > 20, "only {} files found in `src`: the test looks in the wrong place", files.len());
    let faults: Vec<String> = files
        .iter()
        .flat_map(|file| {
            let path = file.strip_prefix(root.join("src")).expect("the file was found there");
            faults_of(&slashes(path), &read(file))
        })
        .collect();
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

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
const OPEN_WAYS: [(&str, &[&str]); 2] = [
    ("show_workflow_commands(", &["ui/streams.rs", "commands/output/reports.rs"]),
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
            if path == "tests/layers.rs" || path == "src/generated_cases.rs" {
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
    if lines > LONGEST_FILE {
        faults.push(format!("{path}: {lines} lines; over {LONGEST_FILE} it is two files"));
    }
    for part in path.trim_end_matches(".rs").split('/') {
        if EMPTY_NAMES.contains(&part) || part.starts_with("new_") || part.starts_with("old_") || part == "v2" {
            faults.push(format!("{path}: `{part}` says nothing: find the noun that it speaks about"));
        }
    }
    faults
}

/// The faults of one file's paths; `path` is relative to `src`.
fn faults_of(path: &str, text: &str) -> Vec<String> {
    let home = module_of(path);
    let room = home.first().map_or_else(|| path.trim_end_matches(".rs"), String::as_str).to_owned();
    let tokens = tokens_of(text);
    let mut faults = hiding_places(&tokens);
    let own_floor = floor_of(&room);
    if room != "lib" && own_floor.is_none() {
        faults.push(format!("`{room}` is on no floor: give it one in `tests/layers.rs`"));
    }
    for found in paths_of(&tokens, &home) {
        match found.leads {
            Found::Ours(segments) => match segments.first() {
                None => faults.push("names the crate's root: name the room instead".to_owned()),
                Some(target) if *target == room || room == "lib" => {}
                Some(target) => match (own_floor, floor_of(target)) {
                    (Some(own), Some(other)) if other < own => {}
                    (_, None) => faults.push(format!("`{target}` is no room of the house")),
                    (_, Some(other)) if Some(other) == own_floor => {
                        faults.push(format!("joins `{target}`, a room of the same floor: `commands` joins rooms"));
                    }
                    (_, Some(_)) => faults.push(format!("looks up at `{target}`")),
                },
            },
            Found::Other(..) if found.in_tests => {}
            Found::Other(whole) => {
                let owned = OWNED.iter().find(|(name, _)| whole == *name || whole.starts_with(&format!("{name}::")));
                if let Some((name, owners)) = owned
                    && !owners.contains(&room.as_str())
                {
                    faults.push(format!("uses `{name}`, which belongs to {owners:?}"));
                }
            }
        }
    }
    faults.dedup();
    faults.into_iter().map(|fault| format!("src/{path}: {fault}")).collect()
}

fn floor_of(room: &str) -> Option<usize> {
    FLOORS.iter().position(|rooms| rooms.contains(&room))
}

/// `domain/tree.rs` is `domain::tree`, `domain/mod.rs` is `domain`, and `lib.rs` is the root.
fn module_of(path: &str) -> Vec<String> {
    let mut parts: Vec<String> = path.trim_end_matches(".rs").split('/').map(str::to_owned).collect();
    if parts.last().is_some_and(|last| last == "mod") || matches!(path, "lib.rs" | "main.rs") {
        parts.pop();
    }
    parts
}

/// Constructs that could hide an import from this test.
fn hiding_places(tokens: &[String]) -> Vec<String> {
    let ways: [(&[&str], &str); 4] = [
        (&["crate", "as"], "names the crate's root, by another name"),
        (&["#", "[", "path"], "`#[path]` puts a module where it is not"),
        (&["include", "!"], "`include!` brings in code from elsewhere"),
        (&["extern", "crate"], "`extern crate` gives a crate another name"),
    ];
    ways.into_iter()
        .filter(|(way, _)| tokens.windows(way.len()).any(|window| window == *way))
        .map(|(_, fault)| fault.to_owned())
        .collect()
}

struct FoundPath {
    leads: Found,
    in_tests: bool,
}

#[derive(Debug, PartialEq)]
enum Found {
    /// A path from the crate's root.
    Ours(Vec<String>),
    /// A path into another crate, as written.
    Other(String),
}

/// Every path in the tokens, with groups expanded, and `super` and `self` resolved from `home` and the modules inside
/// the file.
fn paths_of(tokens: &[String], home: &[String]) -> Vec<FoundPath> {
    let mut found = Vec::new();
    // The enclosing modules, each with the brace depth at which it ends.
    let mut inner: Vec<(String, usize)> = Vec::new();
    let mut depth = 0;
    let mut at = 0;
    while at < tokens.len() {
        match tokens[at].as_str() {
            "{" => depth += 1,
            "}" => {
                depth = usize::saturating_sub(depth, 1);
                inner.retain(|(_, closes)| *closes <= depth);
            }
            "mod" if token(tokens, at + 2) == "{" => {
                depth += 1;
                inner.push((tokens[at + 1].clone(), depth));
                at += 2;
            }
            "pub" if token(tokens, at + 1) == "(" && token(tokens, at + 3) == ")" => at += 3,
            word if is_name(word) => {
                let before = if at > 1 { tokens[at - 2].as_str() } else { "" };
                let follows_path = at > 0 && tokens[at - 1] == "::" && is_name(before) && !is_keyword(before);
                let in_use = at > 0 && matches!(tokens[at - 1].as_str(), "use" | "::") && !follows_path;
                let leads_on = token(tokens, at + 1) == "::" && !is_keyword(word);
                if !follows_path && (leads_on || in_use) && token(tokens, at.wrapping_sub(1)) != "." {
                    let here: Vec<String> =
                        home.iter().cloned().chain(inner.iter().map(|(name, _)| name.clone())).collect();
                    let mut spread = Vec::new();
                    at = spread_path(tokens, at, &[], &mut spread);
                    let in_tests = here.iter().any(|name| name == "tests");
                    found.extend(spread.iter().map(|path| FoundPath { leads: resolve(path, &here), in_tests }));
                    continue;
                }
            }
            _ => {}
        }
        at += 1;
    }
    found
}

/// Reads the path at `at` with its groups, and returns the position after it.
fn spread_path(tokens: &[String], mut at: usize, before: &[String], into: &mut Vec<Vec<String>>) -> usize {
    let mut path = before.to_vec();
    loop {
        match token(tokens, at) {
            "{" => {
                at += 1;
                while at < tokens.len() && tokens[at] != "}" {
                    if tokens[at] == "," {
                        at += 1;
                    } else if is_name(&tokens[at]) || matches!(tokens[at].as_str(), "*" | "{" | "::") {
                        at = spread_path(tokens, at, &path, into);
                    } else {
                        at += 1;
                    }
                }
                return at + 1;
            }
            "*" => {
                path.push("*".to_owned());
                at += 1;
                break;
            }
            "::" => at += 1,
            name if is_name(name) => {
                path.push(name.to_owned());
                at += 1;
                if token(tokens, at) != "::" {
                    break;
                }
                // `Vec::<T>::new`: the types inside are read as paths of their own.
                if token(tokens, at + 1) == "<" {
                    break;
                }
            }
            _ => break,
        }
    }
    if token(tokens, at) == "as" && !before.is_empty() {
        at += 2;
    }
    into.push(path);
    at
}

fn resolve(path: &[String], here: &[String]) -> Found {
    let mut base = match path.first().map(String::as_str) {
        Some("crate" | "portolan") => Vec::new(),
        Some("self" | "super") => here.to_vec(),
        Some(_) | None => return Found::Other(path.join("::")),
    };
    for segment in path.iter().filter(|segment| *segment != "crate" && *segment != "portolan" && *segment != "self") {
        match segment.as_str() {
            "super" => {
                base.pop();
            }
            // A glob imports everything in the module; in the root, all modules.
            "*" => {}
            name => base.push(name.to_owned()),
        }
    }
    Found::Ours(base)
}

fn token(tokens: &[String], at: usize) -> &str {
    tokens.get(at).map_or("", String::as_str)
}

fn is_name(token: &str) -> bool {
    token.starts_with(|c: char| c == '_' || c.is_alphabetic())
}

/// Keywords that may directly precede a path that begins with `::`.
fn is_keyword(token: &str) -> bool {
    ["use", "as", "dyn", "else", "for", "if", "impl", "in", "match", "mut", "return", "where", "while"].contains(&token)
}

/// Names, `::` and single characters; without comments, strings and lifetimes.
fn tokens_of(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let (c, next) = (chars[at], chars.get(at + 1).copied());
        if c == '/' && next == Some('/') {
            at = after_line(&chars, at);
        } else if c == '/' && next == Some('*') {
            at = after_block_comment(&chars, at);
        } else if c == '"' {
            at = after_string(&chars, at + 1);
        } else if c == '\'' {
            at = after_quote(&chars, at);
        } else if c == '_' || c.is_alphanumeric() {
            let end =
                (at..chars.len()).find(|i| chars[*i] != '_' && !chars[*i].is_alphanumeric()).unwrap_or(chars.len());
            let word: String = chars[at..end].iter().collect();
            match raw_string(&chars, end, &word) {
                Some(after) => at = after,
                None if word == "r" && chars.get(end) == Some(&'#') => at = end + 1,
                None => {
                    tokens.push(word);
                    at = end;
                }
            }
        } else if c == ':' && next == Some(':') {
            tokens.push("::".to_owned());
            at += 2;
        } else {
            if !c.is_whitespace() {
                tokens.push(c.to_string());
            }
            at += 1;
        }
    }
    tokens
}

fn after_line(chars: &[char], at: usize) -> usize {
    (at..chars.len()).find(|i| chars[*i] == '\n').unwrap_or(chars.len())
}

fn after_block_comment(chars: &[char], mut at: usize) -> usize {
    let mut depth = 0;
    while at < chars.len() {
        match (chars[at], chars.get(at + 1)) {
            ('/', Some('*')) => depth += 1,
            ('*', Some('/')) => depth -= 1,
            _ => {
                at += 1;
                continue;
            }
        }
        at += 2;
        if depth == 0 {
            break;
        }
    }
    at
}

fn after_string(chars: &[char], mut at: usize) -> usize {
    while at < chars.len() && chars[at] != '"' {
        at += if chars[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// A character literal (`'x'`, `'\''`) ends at its second quote; a lifetime (`'a`) has none.
fn after_quote(chars: &[char], at: usize) -> usize {
    if chars.get(at + 1) == Some(&'\\') {
        return (at + 3..chars.len()).find(|i| chars[*i] == '\'').unwrap_or(chars.len()) + 1;
    }
    if chars.get(at + 2) == Some(&'\'') {
        return at + 3;
    }
    (at + 1..chars.len()).find(|i| chars[*i] != '_' && !chars[*i].is_alphanumeric()).unwrap_or(chars.len())
}

/// The end of `r"…"`, `br#"…"#` and similar literals, if `word` starts one.
fn raw_string(chars: &[char], end: usize, word: &str) -> Option<usize> {
    let hashes = (end..chars.len()).take_while(|i| chars[*i] == '#').count();
    if !matches!(word, "r" | "b" | "c" | "br" | "cr") || chars.get(end + hashes) != Some(&'"') {
        return None;
    }
    if !word.ends_with('r') {
        return (hashes == 0).then(|| after_string(chars, end + 1));
    }
    let mut at = end + hashes + 1;
    while at < chars.len() {
        if chars[at] == '"' && (1..=hashes).all(|i| chars.get(at + i) == Some(&'#')) {
            return Some(at + hashes + 1);
        }
        at += 1;
    }
    Some(at)
}
