//! Tests the table of scalars: how editors and Kubernetes read each, as observed.

use super::*;
use crate::domain::document::fault::{FaultKind, Reading, ScalarReader};
use crate::domain::document::span::Span;
use crate::domain::document::tree::Number;
use crate::domain::git_host::GitHost;
use crate::manifest::plain_scalar::resolve_plain;

const TABLE: &str = include_str!("../../../testdata/manifests/scalars.tsv");

const PYTHON: &str = include_str!("../../../testdata/manifests/python-scalars.tsv");

fn rows() -> impl Iterator<Item = [&'static str; 3]> {
    rows_of(TABLE)
}

fn rows_of(table: &'static str) -> impl Iterator<Item = [&'static str; 3]> {
    table.lines().filter(|line| !line.starts_with("# ")).map(|line| {
        let mut columns = line.split('\t');
        std::array::from_fn(|_| columns.next().expect("three columns"))
    })
}

/// Compares with the notation of the table; numbers by value, because `1e3` equals `1000`.
fn same(found: Plain, expected: &str) -> bool {
    match found {
        Plain::Null => expected == "null",
        Plain::Bool(value) => expected == format!("bool {value}"),
        Plain::String => expected == "string",
        Plain::Refused => expected == "refused",
        Plain::Number(number) => {
            let Some(expected) = expected.strip_prefix("number ") else { return false };
            let value: f64 = expected.parse().expect("a number");
            let exact = expected.parse::<i64>().ok();
            match (number, exact) {
                (Number::Signed(found), Some(exact)) => found == exact,
                (number, _) => number.as_f64() == value || number.as_f64().is_nan() && value.is_nan(),
            }
        }
    }
}

#[test]
fn both_readers_read_as_they_were_seen_to() {
    let mut count = 0;
    for [text, editors, clusters] in rows() {
        assert!(same(editor(text), editors), "editor: {text} is {editors}, not {:?}", editor(text));
        assert!(same(cluster(text), clusters), "cluster: {text} is {clusters}, not {:?}", cluster(text));
        count += 1;
    }
    assert!(count > 150);
}

#[test]
fn the_git_apps_read_as_they_were_seen_to() {
    let mut count = 0;
    for [text, by_ruamel, by_pyyaml] in rows_of(PYTHON) {
        let github = read(ScalarReader::GitApp(GitHost::GitHub), text);
        assert!(same(github, by_ruamel), "ruamel: {text} is {by_ruamel}, not {github:?}");
        for host in [GitHost::GitLab, GitHost::Bitbucket, GitHost::Azure, GitHost::Unknown] {
            let other = read(ScalarReader::GitApp(host), text);
            assert!(same(other, by_pyyaml), "PyYAML: {text} is {by_pyyaml}, not {other:?}");
        }
        let is_string = github == Plain::String && by_pyyaml == "string";
        assert!(is_string || may_be_special(text.as_bytes()), "{text}");
        assert!(is_string || must_quote(text), "{text}");
        count += 1;
    }
    assert!(count > 200);
}

#[test]
fn the_quick_look_never_calls_something_special_a_string() {
    for [text, _, _] in rows() {
        let string = editor(text) == Plain::String && cluster(text) == Plain::String;
        assert!(string || may_be_special(text.as_bytes()), "{text}");
    }
}

#[test]
fn what_differs_is_said_with_both_readings() {
    let judged = |text: &str| {
        let mut faults = Vec::new();
        resolve_plain(text, Span::new(0, text.len()), false, ScalarReader::Kubernetes, &mut faults);
        faults.into_iter().map(|fault| fault.kind).next()
    };
    let reader = ScalarReader::Kubernetes;
    let ambiguous = |editor, read_as| Some(FaultKind::AmbiguousScalar { editor, reader, read_as, is_key: false });
    assert_eq!(judged("no"), ambiguous(Reading::String("no".to_owned()), Reading::Bool(false)));
    assert_eq!(judged("012"), ambiguous(Reading::Number("12".to_owned()), Reading::Number("10".to_owned())));
    assert!(matches!(judged("-.inf"), Some(FaultKind::NotJson { .. })));
    assert_eq!(judged("1e400"), ambiguous(Reading::Number(".inf".to_owned()), Reading::String("1e400".to_owned())));
    for same in ["true", "1.0", "0x1F", "0o17", "007", "1e3", "~", "2020-01-01", "12:30", "", "18446744073709551615"] {
        assert_eq!(judged(same), None, "{same}");
    }
}

#[test]
fn whatever_any_reader_could_mistake_is_quoted() {
    for [text, editors, clusters] in rows() {
        if editors != "string" || clusters != "string" {
            assert!(must_quote(text), "{text}");
        }
    }
    for [text, ruamel, pyyaml] in rows_of(PYTHON) {
        if ruamel != "string" || pyyaml != "string" {
            assert!(must_quote(text), "{text}");
        }
    }
    for text in [
        "",
        " a",
        "a ",
        "a: b",
        "a #b",
        "2020-01-01",
        "12:30:45",
        "<<",
        "=",
        "- a",
        "@a",
        "`a",
        "%a",
        "[a",
        "a, b",
        "{{ x }}",
        "a:",
        "#a",
        "---",
        "y",
        "\u{85}",
        "a\nb",
    ] {
        assert!(must_quote(text), "{text:?}");
    }
    for text in ["a", "service", "my-service", "a b", "café", "http://example.com/a", "a#b", "a:b", "v1.2.3"] {
        assert!(!must_quote(text), "{text:?}");
    }
}

#[test]
fn quotes_are_read_back_as_they_went_in() {
    assert_eq!(quoted("yes"), "\"yes\"");
    assert_eq!(quoted("C:\\dir"), "'C:\\dir'");
    assert_eq!(quoted("it's \"x\""), "'it''s \"x\"'");
    assert_eq!(quoted("a\n\"b\""), "\"a\\n\\\"b\\\"\"");
    assert_eq!(quoted("\u{1}\u{feff}\u{2028}"), "\"\\u0001\\uFEFF\\u2028\"");
}
