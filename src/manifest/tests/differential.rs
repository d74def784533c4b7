//! Tests that the fast reader equals the full one, on the committed examples and on random mutations of them.

use super::Pair;
use crate::generated_cases::{cases, seed};

fn examples() -> Vec<(String, String)> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/manifests");
    let mut paths: Vec<_> = std::fs::read_dir(folder)
        .expect("the examples are committed")
        .map(|entry| entry.expect("a readable entry").path())
        .filter(|path| path.extension().is_some_and(|extension| extension == "yaml"))
        .collect();
    paths.sort();
    paths
        .into_iter()
        .map(|path| (path.display().to_string(), std::fs::read_to_string(&path).expect("UTF-8 examples")))
        .collect()
}

#[test]
fn on_the_examples() {
    let mut pair = Pair::default();
    for (_, text) in examples() {
        pair.check(&text);
        pair.check(&text.replace('\n', "\r\n"));
        pair.check(&text.replace('\n', "\r"));
        pair.check(text.trim_end());
        pair.check(&format!("\u{feff}{text}"));
    }
    assert!(pair.taken > 12, "only {} documents were taken", pair.taken);
}

/// A small deterministic random number generator.
struct Random(u64);

impl Random {
    fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    fn below(&mut self, limit: usize) -> usize {
        (self.next() % limit.max(1) as u64) as usize
    }
}

const PIECES: [&str; 72] = [
    " ",
    "  ",
    "\n",
    "\n\n",
    "- ",
    "-",
    ": ",
    ":",
    "#",
    " # portolan: x",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    ",",
    ", ",
    "|",
    "|-",
    "|+",
    ">",
    ">-",
    ">+",
    "&a ",
    "*a",
    "!",
    "!!str ",
    "!!int ",
    "%",
    "@",
    "`",
    "?",
    "? ",
    "\t",
    "\r",
    "\r\n",
    "---\n",
    "...\n",
    "~",
    "null",
    "yes",
    "012",
    "1_0",
    ".5",
    "-",
    "+",
    "0x1F",
    "1e3",
    "true",
    "<<",
    "<<: *a",
    "\\",
    "\\n",
    "\\u00e9",
    "\\x41",
    "\\",
    "''",
    "é",
    "\u{a0}",
    "\u{85}",
    "\u{2028}",
    "\u{feff}",
    "\u{7f}",
    "a: b\n",
    "- c\n",
    "  d: |\n    e\n",
    "key:\n",
    "=",
    "\u{1}",
    "{a: b}",
    "[x, 'y', \"z\"]",
];

fn mutate(random: &mut Random, text: &str, other: &str) -> String {
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(4) {
        let at = random.below(chars.len() + 1);
        match random.below(6) {
            0 if at < chars.len() => {
                chars.remove(at);
            }
            1 => {
                let end = (at + random.below(12)).min(chars.len());
                chars.drain(at..end);
            }
            2 => {
                let end = (at + random.below(30)).min(chars.len());
                let copy = chars[at..end].to_vec();
                let to = random.below(chars.len() + 1);
                chars.splice(to..to, copy);
            }
            3 => {
                let other: Vec<char> = other.chars().collect();
                let from = random.below(other.len() + 1);
                let end = (from + random.below(60)).min(other.len());
                chars.splice(at..at, other[from..end].iter().copied());
            }
            _ => {
                let piece = PIECES[random.below(PIECES.len())];
                chars.splice(at..at, piece.chars());
            }
        }
    }
    chars.into_iter().collect()
}

/// A window of a few lines, because small texts find more faults per second.
fn window(random: &mut Random, text: &str) -> String {
    let lines: Vec<&str> = text.split_inclusive('\n').collect();
    let from = random.below(lines.len());
    let to = (from + 1 + random.below(8)).min(lines.len());
    lines[from..to].concat()
}

#[test]
fn on_mutated_examples() {
    let rounds = cases(20_000) as usize;
    let examples = examples();
    let mut random = Random(seed().wrapping_mul(0x9E37_79B9_7F4A_7C15) | 1);
    let mut pair = Pair::default();
    for _ in 0..rounds {
        let (_, text) = &examples[random.below(examples.len())];
        let (_, other) = &examples[random.below(examples.len())];
        let small = window(&mut random, text);
        let mutated = mutate(&mut random, &small, other);
        pair.check(&mutated);
    }
    assert!(pair.taken > rounds / 10, "only {} of {rounds} were taken", pair.taken);
}
