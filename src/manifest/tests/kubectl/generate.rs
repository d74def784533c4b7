//! Generates texts for the comparison with kubectl: scalars, structures, mutations of both, files with several
//! documents, JSON.

use std::fmt::Write as _;

use super::scalars::{TAGS, plain_scalar, scalar, scalars};

/// A small deterministic random number generator.
pub(super) struct Random(u64);

impl Random {
    pub(super) fn new(seed: u64, stream: u64) -> Self {
        let mut random =
            Self((seed.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ stream.wrapping_mul(0xD1B5_4A32_D192_ED03)) | 1);
        for _ in 0..8 {
            random.next();
        }
        random
    }

    pub(super) fn next(&mut self) -> u64 {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        self.0
    }

    pub(super) fn below(&mut self, limit: usize) -> usize {
        ((self.next() >> 11) % limit.max(1) as u64) as usize
    }

    pub(super) fn one_in(&mut self, count: usize) -> bool {
        self.below(count) == 0
    }

    pub(super) fn pick<'t>(&mut self, from: &[&'t str]) -> &'t str {
        from[self.below(from.len())]
    }
}

/// A document of nested collections in every style.
pub(super) fn structure(random: &mut Random) -> String {
    let mut text = String::new();
    if random.one_in(12) {
        text.push_str("# a comment\n");
    }
    mapping(random, 0, 0, &mut text);
    if random.one_in(6) {
        text = text.replace('\n', "\r\n");
    }
    if random.one_in(20) {
        text = text.replace('\n', "\r");
    }
    if random.one_in(40) {
        text = text.replace('\n', "\r\r\n");
    }
    match random.below(16) {
        0 | 1 => text.truncate(text.trim_end().len()),
        2 => text.truncate(text.trim_end_matches(['\n', '\r']).len()),
        _ => {}
    }
    if random.one_in(20) {
        text.insert(0, '\u{feff}');
    }
    text
}

fn line_end(random: &mut Random, text: &mut String) {
    if random.one_in(12) {
        text.push_str(random.pick(&[" # c", " #", "  ", "\t", " \t# c", "#c", "\t#c"]));
    }
    text.push('\n');
    if random.one_in(16) {
        text.push_str(random.pick(&["\n", "  \n", "# c\n", "    # c\n", "\t\n", "  \t\n", "\t# c\n", "\n\n"]));
    }
}

fn key(random: &mut Random, number: usize) -> String {
    match random.below(24) {
        0 => format!("\"k{number}\""),
        1 => format!("'k{number}'"),
        2 => plain_scalar(random),
        3 => format!("? k{number}\n"),
        4 => format!("&k{number} k{number}"),
        _ => format!("k{number}"),
    }
}

fn mapping(random: &mut Random, indent: usize, depth: usize, text: &mut String) {
    let blanks = " ".repeat(indent);
    for number in 0..=random.below(3) {
        text.push_str(&blanks);
        let number = if random.one_in(24) { 0 } else { number };
        let key = key(random, number);
        text.push_str(&key);
        if key.ends_with('\n') {
            text.push_str(&blanks);
        }
        text.push_str(random.pick(&[":", ":", ":", ":", ":", ":", " :"]));
        value(random, indent, depth, text);
    }
    if random.one_in(16) {
        let _ = write!(text, "{blanks}<<: ");
        text.push_str(random.pick(&["*a", "{m: 1}", "[{m: 1}, {n: 2, m: 3}]", "[*a, {m: 1}]", "1", "[1]", "{}", "\n"]));
        text.push('\n');
    }
}

fn items(random: &mut Random, indent: usize, depth: usize, text: &mut String) {
    for _ in 0..=random.below(3) {
        text.push_str(&" ".repeat(indent));
        text.push('-');
        match random.below(8) {
            0 if depth < 4 => {
                let blanks = 1 + random.below(3);
                text.push_str(&" ".repeat(blanks));
                let mut inner = String::new();
                mapping(random, indent + 1 + blanks, depth + 1, &mut inner);
                text.push_str(inner.trim_start_matches(' '));
            }
            1 if depth < 4 => {
                text.push(' ');
                let mut inner = String::new();
                items(random, indent + 2, depth + 1, &mut inner);
                text.push_str(inner.trim_start_matches(' '));
            }
            _ => value(random, indent, depth, text),
        }
    }
}

/// Writes the value after a colon or dash.
fn value(random: &mut Random, indent: usize, depth: usize, text: &mut String) {
    if random.one_in(10) {
        let name = random.pick(&["a", "b", "a-b", "a.b", "a:b", "1"]);
        let _ = write!(text, " {}{name}", random.pick(&["&", "&", "*"]));
    }
    if random.one_in(24) {
        let _ = write!(text, " {}", random.pick(&TAGS));
    }
    match random.below(14) {
        0 if depth < 4 => {
            line_end(random, text);
            let width = 1 + random.below(4);
            mapping(random, indent + width, depth + 1, text);
        }
        1 if depth < 4 => {
            line_end(random, text);
            let width = random.below(4);
            items(random, indent + width, depth + 1, text);
        }
        2 => block_scalar(random, indent, text),
        3 => folded(random, indent, text),
        4 | 5 => {
            text.push_str(random.pick(&[" ", " ", " ", "  ", "\t"]));
            flow(random, indent, 0, text);
            line_end(random, text);
        }
        6 => line_end(random, text),
        _ => {
            text.push_str(random.pick(&[" ", " ", " ", "  ", "\t"]));
            text.push_str(&scalar(random));
            line_end(random, text);
        }
    }
}

fn block_scalar(random: &mut Random, indent: usize, text: &mut String) {
    text.push(' ');
    text.push_str(
        random.pick(&["|", ">", "|-", "|+", ">-", ">+", "|2", ">1-", "|+3", "|0", "|10", "|--", "| x", "|\t", ">"]),
    );
    text.push_str(random.pick(&["\n", "\n", "\n", " # c\n", "#c\n", "  \n", "\n\n"]));
    let width = indent + 1 + random.below(3);
    for _ in 0..random.below(5) {
        let more = random.pick(&["", "", "", " ", "  ", "\t"]);
        let line =
            random.pick(&["text", "a: b", "- c", "# d", "", " ", "\t", "...", "e\t", "\u{a0}f", "x\u{85}y", "'"]);
        let _ = writeln!(text, "{}{more}{line}", " ".repeat(width));
    }
    text.push_str(random.pick(&["", "", "\n", "\n\n", " \n", "   \n", "# c\n", " # c\n"]));
}

/// A multi-line plain or quoted scalar.
fn folded(random: &mut Random, indent: usize, text: &mut String) {
    let quote = random.pick(&["", "", "\"", "'"]);
    let _ = write!(text, " {quote}one");
    for _ in 0..=random.below(3) {
        let blanks = random.pick(&["", " ", "  ", "\t", " \t"]);
        let column = (indent + random.below(4)).saturating_sub(usize::from(random.one_in(4)));
        let breaks = random.pick(&["\n", "\n", "\n", "\n\n", "\n  \n", "\n\t\n", " \n", "\\\n", " # c\n"]);
        let word = random.pick(&["two", "three four", "k: v", "- x", "#c", "---", "...", "\\", "''", "&a", "é"]);
        let _ = write!(text, "{breaks}{}{blanks}{word}", " ".repeat(column));
    }
    text.push_str(quote);
    line_end(random, text);
}

fn flow(random: &mut Random, indent: usize, depth: usize, text: &mut String) {
    let is_list = random.one_in(2);
    text.push(if is_list { '[' } else { '{' });
    for number in 0..random.below(4) {
        if number > 0 {
            text.push(',');
        }
        flow_blank(random, indent, text);
        if !is_list || random.one_in(8) {
            text.push_str(random.pick(&["", "", "", "", "? ", "?", ""]));
            match random.below(10) {
                0 => text.push_str(&plain_scalar(random)),
                1 => text.push_str("\"k\""),
                2 => {}
                _ => {
                    let _ = write!(text, "k{number}");
                }
            }
            text.push_str(random.pick(&[": ", ": ", ": ", ": ", ":", "", " : ", ":\n  "]));
        }
        match random.below(8) {
            0 if depth < 3 => flow(random, indent, depth + 1, text),
            1 => {}
            2 => text
                .push_str(random.pick(&["-", "- a", "*a", "&a b", "&a", "?", "?a", ":8080", "a?b", "a:", "a#b", "#"])),
            _ => text.push_str(&scalar(random)),
        }
        flow_blank(random, indent, text);
    }
    text.push_str(random.pick(&["", "", "", "", "", ",", ", "]));
    text.push(if is_list { ']' } else { '}' });
}

fn flow_blank(random: &mut Random, indent: usize, text: &mut String) {
    if random.one_in(12) {
        text.push_str(random.pick(&["\n", "\n\t", "\n\n", " # c\n", "\t", "#c\n"]));
        text.push_str(&" ".repeat((indent + random.below(3)).saturating_sub(1)));
    } else {
        text.push_str(random.pick(&["", "", " "]));
    }
}

const PIECES: [&str; 81] = [
    " ",
    "  ",
    "\n",
    "\n\n",
    "- ",
    "-",
    ": ",
    ":",
    "#",
    " # c",
    "\"",
    "'",
    "[",
    "]",
    "{",
    "}",
    ",",
    ", ",
    "|\n",
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
    "\r\r\n",
    "\n   ",
    "...\n---\n",
    "---\n",
    "...\n",
    "--- ",
    "~",
    "null",
    "yes",
    "012",
    "1_0",
    ".5",
    "+",
    "0x1F",
    "1e3",
    "<<: *a\n",
    "\\",
    "\\n",
    "\\u00e9",
    "''",
    "é",
    "\u{a0}",
    "\u{85}",
    "\u{2028}",
    "\u{2029}",
    "\u{feff}",
    "\u{7f}",
    "\u{1}",
    "a: b\n",
    "- c\n",
    "  d: |\n    e\n",
    "key:\n",
    "=",
    "{a: b}",
    "[x, 'y', \"z\"]",
    "%YAML 1.1\n",
    "%TAG ! tag:x\n",
    "%TAG !e! tag:yaml.org,2002:\n",
    "!e!int ",
    ".inf",
    "\r# c\r",
    "\u{fffe}",
    "😀",
    "---#c\n",
];

/// A text of another kind with a few mutations.
pub(super) fn mutated(random: &mut Random) -> String {
    let text = match random.below(8) {
        0 => scalars(random),
        1 => stream(random),
        2 => json(random),
        _ => structure(random),
    };
    let mut chars: Vec<char> = text.chars().collect();
    for _ in 0..=random.below(3) {
        let at = random.below(chars.len() + 1);
        match random.below(5) {
            0 if at < chars.len() => {
                chars.remove(at);
            }
            1 => {
                let end = (at + random.below(8)).min(chars.len());
                chars.drain(at..end);
            }
            2 => {
                let end = (at + random.below(20)).min(chars.len());
                let copy = chars[at..end].to_vec();
                let to = random.below(chars.len() + 1);
                chars.splice(to..to, copy);
            }
            _ => {
                let piece = random.pick(&PIECES);
                chars.splice(at..at, piece.chars());
            }
        }
    }
    chars.into_iter().collect()
}

/// Several documents, with every kind of separator.
pub(super) fn stream(random: &mut Random) -> String {
    let separators = [
        "---\n",
        "---\n",
        "---\n",
        "--- # c\n",
        "---  \n",
        "---\t\n",
        "---\r\n",
        "---#c\n",
        "--- {x: 1}\n",
        "--- a\n",
        "---a\n",
        "---\n---\n",
        "...\n",
        "...\n---\n",
        "... # c\n---\n",
        "---\n\u{feff}",
        "\u{feff}---\n",
        "# c\n---\n",
        "%YAML 1.1\n---\n",
        "---\n%TAG ! x\n---\n",
        "\n---\n\n",
        " ---\n",
        "----\n",
        "\r---\r",
        "---\n# c\n\n",
        "--- |\n  t\n",
        "---\u{a0}\n",
        "---\r",
        "---\r# c\r",
        "---\r\r\n",
        "---\n%TAG !x\n---\n",
        "---\n%FOO\n---\n",
        "...\n%YAML 1.1\n---\n",
        "...\n%TAG !e! tag:yaml.org,2002:\n---\nt: !e!int 3\n---\n",
        "---\n\t\n---\n",
        "---\n...\n\t# c\n---\n",
        "{\"j\": 1}\n",
        "# c\u{2028}m: 1\n---\n",
    ];
    let mut text = String::new();
    if random.one_in(2) {
        text.push_str(random.pick(&separators));
    }
    for number in 0..=random.below(3) {
        if number > 0 {
            text.push_str(random.pick(&separators));
        }
        match random.below(10) {
            0 => {}
            1 => text.push_str(random.pick(&[
                "~\n",
                "# c\n",
                "\n",
                "null\n",
                "- a\n",
                "x\n",
                "\"x\n---\n\"\n",
                "a: |\n  x\n\n\n",
            ])),
            2 => {
                let _ = writeln!(text, "{{\"n\": {number}}}");
            }
            3 => text.push_str("a: {b: [1,\n  2]}\n"),
            _ => {
                let _ = write!(text, "n: {number}{}", random.pick(&["\n", "\n", "\n", "\r\n", " # c\n", ""]));
            }
        }
    }
    text
}

/// JSON values in sequence, and texts that look like them.
pub(super) fn json(random: &mut Random) -> String {
    let mut text = random.pick(&["", "", "", "\n", " \n ", "\u{feff}", "# c\n", "---\n", "\t"]).to_owned();
    for number in 0..=random.below(2) {
        if number > 0 {
            text.push_str(random.pick(&["", "\n", " ", "\n---\n", ",", "\n\n", "\n# c\n"]));
        }
        json_object(random, 0, &mut text);
    }
    text.push_str(random.pick(&[
        "\n",
        "\n",
        "\n",
        "",
        "\n\n",
        " x",
        "\n---\n",
        "\n# c\n",
        "\u{2029}\n",
        "\u{a0}",
        "\r\r\n",
        "\u{c}",
    ]));
    text
}

fn json_object(random: &mut Random, depth: usize, text: &mut String) {
    text.push('{');
    for number in 0..random.below(4) {
        if number > 0 {
            text.push(',');
        }
        text.push_str(random.pick(&["", "", " ", "\n  ", "\n\t"]));
        match random.below(30) {
            0 => text.push('k'),
            1 => text.push_str("'k'"),
            2 => text.push_str("\"k\\u00e9\\/\""),
            _ => {
                let _ = write!(text, "\"k{number}\"");
            }
        }
        text.push_str(random.pick(&[":", ": ", ": ", " : ", ":\t"]));
        json_value(random, depth, text);
    }
    text.push_str(random.pick(&["", "", "", "\n", ""]));
    text.push('}');
}

fn json_value(random: &mut Random, depth: usize, text: &mut String) {
    let leaves = [
        "1",
        "-1",
        "0",
        "-0",
        "1.5",
        "1.0",
        "1e3",
        "1E+2",
        "1e-7",
        "12345678901234567890",
        "9223372036854775807",
        "1e400",
        "true",
        "false",
        "null",
        "\"x\"",
        "\"\"",
        "\"\\/\"",
        "\"\\ud83d\\ude00\"",
        "\"\\ud83d\"",
        "\"a\\nb\"",
        "\"é\"",
        "\"\u{2028}\"",
        "\"\u{7f}\"",
        "\"<&>\"",
        "[]",
        "{}",
        "\"yes\"",
        "01",
        "+1",
        ".5",
        "yes",
        "'x'",
        "\"\\x41\"",
        "\"\t\"",
        "[1,]",
        "1_000",
    ];
    match random.below(8) {
        0 if depth < 3 => json_object(random, depth + 1, text),
        1 if depth < 3 => {
            text.push('[');
            for number in 0..random.below(3) {
                if number > 0 {
                    text.push_str(random.pick(&[",", ", ", ",\n"]));
                }
                json_value(random, depth + 1, text);
            }
            text.push(']');
        }
        2 => text.push_str(random.pick(&leaves)),
        _ => text.push_str(random.pick(&leaves[..28])),
    }
}
