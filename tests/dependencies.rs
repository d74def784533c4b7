//! Tests that every dependency is used, and none is banned. It searches the code for a crate's name, so it needs no
//! tool; a crate that is there only for its effect is listed with the reason.

use std::collections::BTreeSet;
use std::path::Path;

/// Dependencies that are used without being named.
const UNNAMED: [(&str, &str); 1] = [("libz-sys", "its feature `static` keeps libgit2 from needing libz.so.1")];

/// Unmaintained, unsound, or a duplicate of another dependency (`deny.toml` has the same list for cargo-deny).
const BANNED: [&str; 8] =
    ["serde_yml", "libyml", "yaml-rust", "openssl-sys", "aws-lc-sys", "native-tls", "backoff", "atty"];

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

#[test]
fn every_dependency_is_used() {
    let manifest = read("Cargo.toml");
    let shipped = words_below(&["src"]);
    let tests = words_below(&["src", "tests", "benches"]);
    let unused = unused(&manifest, "dependencies", &shipped).chain(unused(&manifest, "dev-dependencies", &tests));
    let unused: Vec<String> = unused.collect();
    assert!(unused.is_empty(), "in Cargo.toml and not in the code: {unused:?}");
}

#[test]
fn nothing_banned_comes_along() {
    let lock = read("Cargo.lock");
    let names: Vec<&str> = lock.lines().filter_map(|line| line.strip_prefix("name = ")).collect();
    assert!(names.len() > 50, "Cargo.lock was not understood");
    let found: Vec<&str> =
        BANNED.into_iter().filter(|banned| names.contains(&format!("\"{banned}\"").as_str())).collect();
    assert!(found.is_empty(), "{found:?}");
    let tls = names.iter().filter(|name| **name == "\"rustls\"").count();
    assert!(tls <= 1, "{tls} versions of rustls");
}

#[test]
fn the_bans_are_told_to_cargo_deny_too() {
    let deny = read("deny.toml");
    for banned in BANNED {
        assert!(deny.contains(&format!("\"{banned}\"")), "`{banned}` is not in deny.toml");
    }
}

#[test]
fn an_unused_dependency_would_be_seen() {
    let manifest = "[package]\nname = \"x\"\n\n[dependencies]\nused = \"1\"\nalso-used = { version = \"1\" }\nidle = \"1\"\n\
        libz-sys = \"1\"\n\n[dev-dependencies]\nother = \"1\"\n";
    let words = BTreeSet::from(["used".to_owned(), "also_used".to_owned()]);
    assert_eq!(unused(manifest, "dependencies", &words).collect::<Vec<_>>(), ["idle"]);
    assert_eq!(unused(manifest, "dev-dependencies", &words).collect::<Vec<_>>(), ["other"]);
    let found = path_starts("use divan; // idle::x\nfn same_file() { serde::de::x(<memchr::X>::y) }");
    assert_eq!(found, ["divan", "serde", "de", "memchr", ""]);
}

/// The dependencies in one table of the manifest that are not among the words.
fn unused<'a>(manifest: &'a str, table: &str, words: &'a BTreeSet<String>) -> impl Iterator<Item = String> + use<'a> {
    let heading = format!("[{table}]");
    let lines = manifest.lines().skip_while(move |line| *line != heading).skip(1);
    let names = lines.take_while(|line| !line.starts_with('[')).filter_map(|line| line.split_once(" = "));
    let names = names.map(|(name, _)| name).filter(|name| !UNNAMED.iter().any(|(unnamed, _)| unnamed == name));
    names.filter(|name| !words.contains(&name.replace('-', "_"))).map(str::to_owned)
}

/// Every name in the code that starts a path, without comments.
fn words_below(folders: &[&str]) -> BTreeSet<String> {
    let mut words = BTreeSet::new();
    let mut left: Vec<_> = folders.iter().map(|folder| root().join(folder)).collect();
    while let Some(at) = left.pop() {
        for entry in std::fs::read_dir(&at).expect("the folder can be listed") {
            let path = entry.expect("the folder can be listed").path();
            if path.is_dir() {
                left.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                words.extend(path_starts(&std::fs::read_to_string(&path).expect("a source file is UTF-8")));
            }
        }
    }
    words
}

/// `serde` from `serde::Serialize`, `divan` from `use divan;`: a name alone may be anything, but a path starts with a
/// crate or one of our modules.
fn path_starts(text: &str) -> Vec<String> {
    let is_name = |c: char| c == '_' || c.is_alphanumeric();
    let mut starts = Vec::new();
    for line in text.lines().map(|line| line.split("//").next().unwrap_or_default()) {
        for (at, _) in line.match_indices("::") {
            let name = line[..at].rsplit(|c| !is_name(c)).next().unwrap_or_default();
            starts.push(name.to_owned());
        }
        if let Some(used) = line.trim_start().strip_prefix("use ") {
            starts.push(used.chars().take_while(|c| is_name(*c)).collect());
        }
    }
    starts
}

fn read(path: &str) -> String {
    std::fs::read_to_string(root().join(path)).expect("the file is there")
}
