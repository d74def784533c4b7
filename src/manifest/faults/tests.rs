//! Tests the messages of all syntax faults by a table that people can read.

#![expect(clippy::disallowed_methods, reason = "reads and writes the table of messages")]

use crate::domain::document::fault::FaultKind;
use crate::domain::document::span::LineIndex;
use crate::manifest::{Limits, Reader};

/// The faults of a text as `line:column place: message help`, as a user sees them.
fn shown(text: &str) -> String {
    let index = LineIndex::new(text);
    let mut out = String::new();
    Reader::new(Limits::default()).read(text, &mut |document| {
        for fault in document.faults {
            let place = index.position(text, fault.span.start as usize);
            let FaultKind::Syntax { message, help, related } = &fault.kind else { continue };
            assert!(document.broken, "{text}");
            assert!(!fault.span.slice(text).contains('\n'), "too wide: {fault:?}");
            out += &format!("{}:{} [{}]\n{message}\n", place.line, place.column, fault.span.slice(text));
            out += &format!("help: {}\n", help.as_deref().unwrap_or("none"));
            if let Some((span, words)) = related {
                let place = index.position(text, span.start as usize);
                out += &format!("see {}:{} [{}] {words}\n", place.line, place.column, span.slice(text));
            }
        }
    });
    out
}

/// Characters that editors would change in a committed file.
const MARKS: [(&str, &str); 2] = [("<tab>", "\t"), ("<nbsp>", "\u{a0}")];

/// Each case of the file is a broken text, `----`, and its messages; `====` separates cases. `UPDATE=1` rewrites it.
#[test]
fn every_mistake_is_told_with_place_cause_and_cure() {
    let path = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/manifests/faults.txt");
    let table = std::fs::read_to_string(path).expect("the table is committed");
    let mut rendered = Vec::new();
    for case in table.split("====\n") {
        let (text, _) = case.split_once("----\n").expect("every case has a text and its words");
        let broken = MARKS.iter().fold(text.to_owned(), |text, (mark, real)| text.replace(mark, real));
        let found = MARKS.iter().fold(shown(&broken), |text, (mark, real)| text.replace(real, mark));
        assert!(!found.is_empty(), "no fault in {text}");
        rendered.push(format!("{text}----\n{found}"));
    }
    let rendered = rendered.join("====\n");
    if option_env!("UPDATE").is_some() {
        std::fs::write(path, &rendered).expect("the table can be written");
    }
    pretty_eq(&table, &rendered);
}

fn pretty_eq(expected: &str, found: &str) {
    for (number, (expected, found)) in expected.lines().zip(found.lines()).enumerate() {
        assert_eq!(expected, found, "line {}", number + 1);
    }
    assert_eq!(expected.len(), found.len());
}

#[test]
fn a_broken_document_hides_no_neighbour_and_no_stranger_is_blamed() {
    let text = "blueprint: a\nidentifier: one\n---\nblueprint: b\nidentifier: 'two\n---\non: push\nx: [\n---\nblueprint: c\nidentifier: three\n";
    let mut found = Vec::new();
    Reader::new(Limits::default()).read(text, &mut |document| {
        found.push((
            document.index,
            document.broken,
            document.span.slice(text).lines().last().unwrap_or("").to_owned(),
        ));
    });
    let line = |text: &str| text.to_owned();
    assert_eq!(
        found,
        [
            (0, false, line("identifier: one")),
            (1, true, line("identifier: 'two")),
            (2, false, line("identifier: three"))
        ]
    );
}

#[test]
fn a_tag_in_place_of_text_is_told_and_breaks_nothing() {
    let found = |text: &str| {
        let mut found = Vec::new();
        Reader::new(Limits::default()).read(text, &mut |document| {
            assert!(!document.broken);
            found.extend(document.faults.iter().map(|fault| fault.span.slice(text).to_owned()));
        });
        found
    };
    assert_eq!(found("identifier: !important\nblueprint: b\n"), ["!important"]);
    assert_eq!(found("identifier: x\nteam: [!a , !b c, !!str ]\ntitle: !last"), ["!a", "!last"]);
    assert!(found("identifier: !important x\ntitle: !a ''\nteam: !b [c]\n").is_empty());
}

#[test]
fn a_long_value_is_shown_in_part() {
    let long = "word ".repeat(500);
    for text in [
        format!("x: Note: {long}"),
        format!("x: {long}: y"),
        format!("x: 'a' {long}"),
        format!("x: [a] {long}"),
        format!("x: @{long}"),
        format!("x: *{}", long.replace(' ', "-")),
        format!("x:{long}"),
        format!("{long}\ntitle: x"),
        format!("x: - {long}"),
        format!("x: \"\\d{long}\""),
        format!("x: {{{{ {long} }}}}"),
        format!("x: !!int {long}"),
        format!("x: a\n  {long}: b"),
        format!("{long}: a\n  y: b"),
        format!("x: !{}", long.replace(' ', "-")),
        format!("- {long}\n-{long}"),
        format!("x: \"a\" {long}: {long}"),
        format!("{long}: 'a' b"),
        format!("{long}: a: b"),
        format!("{long}: @b"),
        format!("{long}: - b"),
    ] {
        let shown = shown_of(&format!("blueprint: a\nidentifier: b\n{text}\n"));
        assert!(!shown.is_empty(), "{text}");
        for words in shown {
            assert!(words.chars().count() < 300, "{words}");
        }
    }
}

/// The messages of all faults, without positions.
fn shown_of(text: &str) -> Vec<String> {
    let mut out = Vec::new();
    Reader::new(Limits::default()).read(text, &mut |document| {
        for fault in document.faults {
            let FaultKind::Syntax { message, help, related } = &fault.kind else { continue };
            out.push(message.clone());
            out.extend(help.clone().into_iter().chain(related.clone().map(|(_, words)| words)));
        }
    });
    out
}

#[test]
fn keys_given_twice_are_two_manifests_only_when_ours() {
    let faults = |text: &str| {
        let mut found = Vec::new();
        Reader::new(Limits::default()).read(text, &mut |document| found.push((document.broken, document.faults.len())));
        found
    };
    let other = "apiVersion: v1\nkind: Secret\nidentifier: x\n";
    assert_eq!(faults(&other.repeat(2)), [(false, 3)]);
    let ours = "apiVersion: getport.io/v1\nkind: Entity\nspec: {blueprint: b, identifier: i}\n";
    assert_eq!(faults(&ours.repeat(2)), [(true, 1)]);
    assert_eq!(faults(&format!("{ours}kind: Entity\n")), [(false, 1)]);
    assert_eq!(faults(&format!("{ours}x: {{apiVersion: a, apiVersion: b}}\nkind: Entity\n")), [(false, 2)]);
}
