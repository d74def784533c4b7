//! Generates scalars of every kind and spelling, as values, items and keys.

use super::generate::Random;

const WORDS: [&str; 44] = [
    "y", "Y", "yes", "Yes", "YES", "yEs", "no", "No", "n", "N", "on", "On", "oN", "off", "OFF", "true", "True", "tRue",
    "false", "FALSE", "null", "Null", "NULL", "nUll", "~", "~x", ".inf", "-.inf", "+.INF", ".Inf", ".nan", ".NaN",
    "-.nan", "=", "<<", ".", "..", "-", "+", "_", "0", "x", "inf", "nan",
];
const DATES: [&str; 14] = [
    "2020-01-01",
    "2020-1-1",
    "2020-13-01",
    "2001-12-14t21:59:43.10-05:00",
    "2001-12-14 21:59:43.10 -5",
    "2001-12-15 2:59:43",
    "2001-12-14T21:59:43Z",
    "12:30",
    "12:30:45",
    "1:30.5",
    "190:20:30",
    "-12:30",
    "0x12:30",
    "2020-01",
];
const DIGITS: [&str; 30] = [
    "0",
    "1",
    "7",
    "8",
    "9",
    "12",
    "00",
    "08",
    "017",
    "_",
    "0x",
    "0X",
    "0o",
    "0O",
    "0b",
    "0B",
    "1F",
    "101",
    "+",
    "-",
    ".",
    "e",
    "E",
    "e+",
    "e-",
    "e400",
    "9223372036854775807",
    "9223372036854775808",
    "18446744073709551616",
    ":",
];
pub(super) const TAGS: [&str; 24] = [
    "!!int",
    "!!str",
    "!!float",
    "!!bool",
    "!!null",
    "!!timestamp",
    "!!binary",
    "!!map",
    "!!seq",
    "!!set",
    "!!omap",
    "!!merge",
    "!mine",
    "!",
    "!!foo",
    "!<tag:yaml.org,2002:int>",
    "!<x>",
    "!e!x",
    "!!in%74",
    "!a%zz",
    "!a!b!c",
    "!x,y",
    "!!",
    "!<>",
];

pub(super) fn plain_scalar(random: &mut Random) -> String {
    match random.below(8) {
        0 | 1 => random.pick(&WORDS).to_owned(),
        2 => random.pick(&DATES).to_owned(),
        3..=5 => (0..=random.below(5)).map(|_| random.pick(&DIGITS)).collect(),
        6 => format!("{}{}", random.next() % 100_000, random.pick(&["", ".5", ".", "e3", "e-3", "_0", ".0_1", "e30"])),
        _ => random
            .pick(&["a b", "é", "a:b", "a#b", "-a", "?a", ":a", "a-", "http://x.io/?q=1", "C:\\x", "a'b", "a\"b"])
            .to_owned(),
    }
}

pub(super) fn quoted_scalar(random: &mut Random) -> String {
    let parts = [
        "a",
        "b c",
        " ",
        "é",
        "😀",
        "''",
        "\\n",
        "\\t",
        "\\\"",
        "\\\\",
        "\\/",
        "\\'",
        "\\x41",
        "\\u00e9",
        "\\ud83d\\ude00",
        "\\U0001F600",
        "\\U00110000",
        "\\e",
        "\\N",
        "\\_",
        "\\L",
        "\\ ",
        "\\q",
        "\\x4",
        "#",
        ": ",
        ", ",
        "]",
        "-",
        "\u{a0}",
    ];
    let text: String = (0..random.below(5)).map(|_| random.pick(&parts)).collect();
    if random.one_in(2) { format!("\"{}\"", text.replace("''", "'")) } else { format!("'{text}'") }
}

pub(super) fn scalar(random: &mut Random) -> String {
    if random.one_in(40) {
        return binary(random);
    }
    let text = if random.one_in(4) { quoted_scalar(random) } else { plain_scalar(random) };
    if random.one_in(12) { format!("{} {text}", random.pick(&TAGS)) } else { text }
}

/// Random bytes, whole characters and parts of them, in base64.
fn binary(random: &mut Random) -> String {
    const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    const PARTS: [&[u8]; 9] = [
        b"a",
        b"\xc3\xa9",
        b"\xe2\x82",
        b"\xf0\x9f\x98",
        b"\xff",
        b"\x80",
        b"\xed\xa0\x80",
        b"\xc0\xaf",
        b"\xf4\x90\x80\x80",
    ];
    let mut bytes = (0..random.below(6)).flat_map(|_| PARTS[random.below(PARTS.len())]).copied().collect::<Vec<u8>>();
    bytes.resize(bytes.len().next_multiple_of(3), b'z');
    let digits = bytes.chunks(3).flat_map(|three| {
        let bits = three.iter().fold(0, |bits, byte| bits << 8 | usize::from(*byte));
        [18, 12, 6, 0].map(|shift| char::from(DIGITS[bits >> shift & 63]))
    });
    format!("!!binary \"{}\"", digits.collect::<String>())
}

/// Scalars as values, items and keys, in block and flow collections.
pub(super) fn scalars(random: &mut Random) -> String {
    let (one, two, three) = (scalar(random), scalar(random), plain_scalar(random));
    match random.below(9) {
        8 => format!("a: {{x: {one}, {three}: {two}, x: {three}}}\na: {{x: {two}}}\n"),
        0..=2 => format!("a: {one}\n"),
        3 => format!("a:\n- {one}\n- {two}\n"),
        4 => format!("a: [{one}, {two}]\n"),
        5 => format!("a: {{x: {one}, {three}: {two}}}\n"),
        6 => format!("{three}: {one}\nb: {two}\n"),
        _ => format!("a:\n  {one}: {three}\n"),
    }
}
