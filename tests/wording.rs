//! Tests the form of every error, help and note in the sources: the thing first, what is wrong, and what to do. It
//! reads the literals in `src`, so a new text is checked without registration.

use crate::{read, rust_files, slashes};

use std::path::Path;

/// An error names the thing first. These verbs would begin an instruction or an excuse instead.
const OPENING_VERBS: [&str; 38] = [
    "adopt", "ask", "begin", "call", "cannot", "check", "choose", "comment", "compare", "connect", "could", "do",
    "edit", "failed", "find", "follow", "hold", "know", "lint", "listen", "look", "make", "name", "open", "plan",
    "publish", "pull", "push", "read", "seed", "send", "serve", "set", "speak", "start", "tell", "use", "write",
];
/// Nouns of the same spelling: `plan file`, `push refused`, `seed folder`.
const NOUNS: [&str; 5] = ["plan cannot", "plan file", "push refused", "seed `", "comment of"];
/// Words of an older style that user-visible texts must not contain.
const RETIRED_WORDS: [&str; 17] = [
    "failed to",
    "nobody",
    "whoever",
    "somebody else",
    " mend ",
    " mended",
    "heed",
    "all the same",
    "where it stays so",
    "in its place",
    "in the place of",
    "goes by",
    " as ever ",
    " errand",
    "is none (",
    "it wants",
    "without a word",
];
/// Texts that quote another program.
const QUOTED: [&str; 3] = [
    "failed to lookup address information: ",
    "failed to parse {} with {}: {cause}",
    "failed to create typed patch object ({subject}; {api_version}, Kind={kind}): .{field}: field not declared in schema",
];
/// The folder whose texts are those of kustomize and Flux.
const QUOTING: &str = "delivery/";

#[test]
fn errors_name_the_thing_and_helps_say_what_to_do() {
    let mut faults = Vec::new();
    let mut count = 0;
    for (path, text) in sources() {
        for (line, error) in literals_after(&text, "#[error(") {
            count += 1;
            let at = format!("{path}:{line}: error `{error}`");
            // These are findings instead of errors, so they are sentences.
            let is_sentence = path == "sources/read_problem.rs";
            faults.extend(error_faults(&error, is_sentence).map(|fault| format!("{at} {fault}")));
        }
        for (line, help) in literals_after(&text, "help(") {
            count += 1;
            faults.extend(clause_faults(&help).map(|fault| format!("{path}:{line}: help `{help}` {fault}")));
        }
    }
    assert!(count > 300, "only {count} texts found: the test looks in the wrong place");
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

#[test]
fn no_text_uses_a_retired_word() {
    let mut faults = Vec::new();
    for (path, text) in sources() {
        for (line, literal) in literals(&text) {
            let is_quoted = QUOTED.contains(&literal.as_str()) || path.starts_with(QUOTING);
            let is_text = literal.contains(' ') && !is_quoted;
            let found = RETIRED_WORDS.iter().find(|word| is_text && format!(" {literal} ").contains(**word));
            faults.extend(found.map(|word| format!("{path}:{line}: `{word}` in `{literal}`")));
        }
    }
    assert!(faults.is_empty(), "\n{}\n", faults.join("\n"));
}

/// The production code without its tests, which may quote anything.
fn sources() -> Vec<(String, String)> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let files = rust_files(&root).into_iter().map(|file| {
        let path = slashes(file.strip_prefix(&root).expect("the file was found there"));
        let text = read(&file);
        let end = text.find("#[cfg(test)]\nmod ").unwrap_or(text.len());
        (path, text[..end].to_owned())
    });
    let is_test = |path: &str| path.contains("tests") || path.contains("fixtures") || path.starts_with("text/hostile");
    files.filter(|(path, _)| !is_test(path)).collect()
}

/// The first literal after each `start`, with its line.
fn literals_after(text: &str, start: &str) -> Vec<(usize, String)> {
    let starts = text.match_indices(start).filter_map(|(at, _)| {
        let rest = text[at + start.len()..].trim_start();
        let (literal, _) = literal(rest.strip_prefix('"')?);
        Some((text[..at].lines().count() + 1, literal))
    });
    starts.collect()
}

/// Every string literal outside comments and calls to `expect`, with its line.
fn literals(text: &str) -> Vec<(usize, String)> {
    let mut found = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find(['"', '/', '\'']) {
        let (before, from) = rest.split_at(at);
        let raw = before.ends_with('r') || before.ends_with("r#");
        rest = if from.starts_with("//") {
            from.find('\n').map_or("", |end| &from[end..])
        } else if let Some(quoted) = from.strip_prefix('"') {
            let (literal, after) = if raw { raw_literal(quoted) } else { literal(quoted) };
            if !before.ends_with("expect(") {
                found.push((text[..text.len() - from.len()].lines().count(), literal));
            }
            after
        } else {
            // A character literal with a quote or a slash; anything else is a lifetime or a division.
            let character = ["'\"'", "'/'", "'\\''"].into_iter().find(|character| from.starts_with(character));
            &from[character.map_or(1, str::len)..]
        };
    }
    found
}

fn literal(text: &str) -> (String, &str) {
    let mut literal = String::new();
    let mut rest = text;
    while let Some(c) = rest.chars().next() {
        rest = &rest[c.len_utf8()..];
        match c {
            '"' => break,
            '\\' if rest.starts_with('\n') => rest = rest.trim_start(),
            '\\' => {
                let escaped = rest.chars().next().unwrap_or_default();
                literal.extend([c, escaped]);
                rest = &rest[escaped.len_utf8()..];
            }
            c => literal.push(c),
        }
    }
    (literal, rest)
}

fn raw_literal(text: &str) -> (String, &str) {
    let end = text.find("\"#").or_else(|| text.find('"')).unwrap_or(text.len());
    (text[..end].to_owned(), &text[end..][1.min(text.len() - end)..])
}

fn error_faults(error: &str, is_sentence: bool) -> impl Iterator<Item = &'static str> {
    let first = error.split(|c: char| !c.is_ascii_lowercase()).next().unwrap_or_default();
    let is_noun = NOUNS.iter().any(|noun| error.starts_with(noun));
    let opens_with_verb = OPENING_VERBS.contains(&first) && !is_noun;
    let verb = opens_with_verb.then_some("begins with a verb: name the thing first");
    verb.into_iter().chain(clause_faults(error).filter(move |_| !is_sentence))
}

fn clause_faults(text: &str) -> impl Iterator<Item = &'static str> {
    let is_name = ["CA ", "Git ", "GitHub", "HTTP ", "PORTOLAN_", "Port "].iter().any(|name| text.starts_with(name));
    let capital = text.starts_with(|c: char| c.is_uppercase()) && !is_name;
    let period = text.ends_with('.') && !text.ends_with("...");
    let quote = text.contains("\\\"");
    let faults = [
        (capital, "begins with a capital letter: it is a clause"),
        (period, "ends with a period: it is a clause"),
        (quote, "quotes with double quotes: names are in backticks"),
    ];
    faults.into_iter().filter_map(|(is_wrong, fault)| is_wrong.then_some(fault))
}
