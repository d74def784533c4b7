//! Property tests: no text causes a panic, positions are valid, and what is written reads back.

use proptest::prelude::*;

use super::{Pair, check_spans};
use crate::domain::document::fault::{FaultKind, Oversize};
use crate::domain::document::span::Span;
use crate::domain::finding::Edit;
use crate::manifest::{Limits, Producer, Reader, decode, edit, salvage, scalar};

/// Runs all functions of this module on a text.
fn exercise(text: &str) {
    let mut reader = Reader::new(Limits::default());
    let mut counts = Vec::new();
    for producer in [Producer::FastThenFull, Producer::FullOnly] {
        let mut seen = Vec::new();
        reader.read_with(text, producer, &mut |document| {
            assert!(text.get(document.span.range()).is_some());
            let mut manifests = Vec::new();
            decode(document.view, "port.yml", &mut manifests);
            check_spans(document.view, &document.span.range());
            for fault in document.faults {
                assert!(text.get(fault.span.range()).is_some(), "{fault:?} in {text:?}");
            }
            for note in document.notes {
                assert!(note.slice(text).starts_with('#'), "{note:?} in {text:?}");
            }
            seen.push((document.faults.to_vec(), document.notes.to_vec(), manifests, document.broken));
        });
        counts.push(seen);
    }
    assert_eq!(counts[0], counts[1], "{text:?}");
    salvage(text);
    scalar::must_quote(text);
}

proptest! {
    #![proptest_config(crate::generated_cases::config(256))]

    #[test]
    fn no_bytes_make_it_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        let text = String::from_utf8_lossy(&bytes);
        exercise(&text);
        exercise(&format!("blueprint: a\nidentifier: b\n{text}"));
        Pair::default().check(&text);
    }

    #[test]
    fn no_yaml_like_text_makes_it_panic(text in "(blueprint: |identifier: |[a-c]|[ \n]|[:#\"'{}\\[\\],&*!|>%@`?-]|\t|\r|é|\\\\| |---\n|\\.\\.\\.\n){0,80}") {
        exercise(&text);
        Pair::default().check(&text);
    }

    #[test]
    fn a_quoted_text_is_read_back(text in "\\PC{0,30}|[\\x00-\\x7F]{0,20}|[ \\\\\"'a\n\u{85}\u{2028}\u{feff}]{0,10}") {
        let yaml = format!("blueprint: {}\n", scalar::quoted(&text));
        let mut read = None;
        Reader::new(Limits::default()).read(&yaml, &mut |document| {
            read = document.view.root().and_then(|root| root.get("blueprint")?.as_str().map(str::to_owned));
        });
        prop_assert_eq!(read.as_deref(), Some(&*text), "{}", yaml);
    }

    #[test]
    fn a_bare_text_that_need_not_be_quoted_is_read_back(text in "[a-zA-Z0-9 :#.,_~+=<>é-]{1,12}") {
        prop_assume!(!scalar::must_quote(&text));
        let yaml = format!("blueprint: {text}\nidentifier: [{text}]\n");
        let mut read = None;
        Reader::new(Limits::default()).read(&yaml, &mut |document| {
            read = document.view.root().and_then(|root| root.get("blueprint")?.as_str().map(str::to_owned));
        });
        prop_assert_eq!(read.as_deref(), Some(&*text));
    }

    #[test]
    fn an_edit_changes_only_its_span(text in "\\PC{0,40}", places in proptest::collection::vec((0usize..50, 0usize..50), 0..5)) {
        let edits: Vec<Edit> = places.iter().map(|(a, b)| Edit { span: Span::new(*a.min(b), *a.max(b)), replacement: "<x>".to_owned() }).collect();
        let (new, applied) = edit::apply(&text, &edits);
        let mut backwards = edits.clone();
        backwards.reverse();
        prop_assert_eq!(&edit::apply(&text, &backwards).0, &new);
        prop_assert_eq!(new.matches("<x>").count(), applied + text.matches("<x>").count());
        if applied == 0 {
            prop_assert_eq!(new, text);
        }
    }

    #[test]
    fn common_yaml_is_what_another_reader_makes_of_it(value in json()) {
        let yaml = serde_yaml::to_string(&value).expect("JSON can be written");
        let other: serde_json::Value = serde_yaml::from_str(&yaml).expect("it is its own");
        let text = format!("blueprint: x\nvalue:\n{}", yaml.lines().map(|line| format!("  {line}\n")).collect::<String>());
        let mut read = None;
        Reader::new(Limits::default()).read(&text, &mut |document| {
            assert!(!document.broken, "{text}\n{:?}", document.faults);
            read = document.view.root().and_then(|root| root.get("value").map(|value| value.to_json()));
        });
        prop_assert_eq!(read, Some(other), "{}", text);
        Pair::default().check(&text);
    }
}

/// Values without the spellings that Kubernetes reads differently (`yes`, `1_0`), which the other reader does not know.
fn json() -> impl Strategy<Value = serde_json::Value> {
    let text = "[a-z]{6,9}( [a-z:#'\"\n]{1,6}){0,3}|[@{\\[!&*>|%-][a-z]{3}|";
    let leaf = prop_oneof![
        Just(serde_json::Value::Null),
        any::<bool>().prop_map(Into::into),
        (-1_000_000i64..1_000_000).prop_map(Into::into),
        text.prop_map(Into::into),
    ];
    let tree = leaf.prop_recursive(4, 40, 6, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Into::into),
            proptest::collection::btree_map("[a-z]{6,9}( [a-z]{2})?", inner, 0..5)
                .prop_map(|map| serde_json::Value::Object(map.into_iter().collect())),
        ]
    });
    tree.prop_filter("not a bare scalar", |value| value.is_object() || value.is_array())
}

/// The single fault of a text that exceeds a limit, with its position.
fn refusal(text: &str, limits: Limits) -> (FaultKind, Span) {
    let mut found = Vec::new();
    Reader::new(limits).read(text, &mut |document| {
        assert!(document.broken && document.view.tree.is_empty());
        found.extend(document.faults.iter().map(|fault| (fault.kind.clone(), fault.span)));
    });
    assert_eq!(found.len(), 1, "{found:?}");
    found.remove(0)
}

#[test]
fn limits_end_in_a_fault_at_their_place() {
    let small = Limits { file_bytes: 1000, document_bytes: 200, nodes: 40, copied_nodes: 50, ..Limits::default() };
    let head = "blueprint: b\nidentifier: i\n";
    let (kind, _) = refusal(&format!("{head}{}", "# x\n".repeat(300)), small);
    assert_eq!(kind, FaultKind::TooLarge { what: Oversize::File, limit: 1000 });
    let (kind, span) = refusal(&format!("a: 1\n---\n{head}{}", "# x\n".repeat(60)), small);
    assert_eq!((kind, span.start), (FaultKind::TooLarge { what: Oversize::Document, limit: 200 }, 5));
    let (kind, _) = refusal(&format!("{head}x: [{}]", "1, ".repeat(50)), small);
    assert_eq!(kind, FaultKind::TooLarge { what: Oversize::Nodes, limit: 40 });
    let deep = |count: usize| format!("{head}x: {}{}", "[".repeat(count), "]".repeat(count));
    let (kind, span) = refusal(&deep(128), Limits::default());
    assert_eq!(
        (kind, span),
        (FaultKind::TooDeep { limit: 128 }, Span::new(head.len() + 3 + 127, head.len() + 4 + 127))
    );
    let (kind, _) = refusal(&format!("{head}x: {}", "[".repeat(200_000)), Limits::default());
    assert_eq!(kind, FaultKind::TooDeep { limit: 128 });
    let block: String = (0..300).map(|depth| format!("{}k:\n", " ".repeat(depth))).collect();
    assert_eq!(
        refusal(&format!("{head}x:\n{}", block.replace('k', " k")), Limits::default()).0,
        FaultKind::TooDeep { limit: 128 }
    );
    Reader::new(Limits::default()).read(&deep(127), &mut |document| assert!(!document.broken));
}

#[test]
fn bombs_are_defused_at_the_alias() {
    let mut bomb = String::from("blueprint: b\nidentifier: i\na0: &a0 [x, x, x, x, x, x, x, x, x]\n");
    let mut merge = String::from("blueprint: b\nidentifier: i\nm0: &m0 {a: 1, b: 2}\n");
    let mut chain = merge.clone();
    for level in 1..10 {
        let below = format!("*a{}, ", level - 1).repeat(9);
        bomb += &format!("a{level}: &a{level} [{}]\n", below.trim_end_matches(", "));
        let below = format!("*m{}, ", level - 1).repeat(9);
        merge += &format!("m{level}: &m{level} {{<<: [{}]}}\n", below.trim_end_matches(", "));
    }
    for level in 1..5000 {
        chain += &format!("m{level}: &m{level} {{<<: *m{}, k{level}: 1}}\n", level - 1);
    }
    let limit = Limits::default().copied_nodes;
    let (kind, span) = refusal(&bomb, Limits::default());
    assert_eq!((kind, span.slice(&bomb)), (FaultKind::AliasBomb { limit }, "*a4"));
    assert_eq!(refusal(&merge, Limits::default()).0, FaultKind::AliasBomb { limit });
    assert!(matches!(refusal(&chain, Limits::default()).0, FaultKind::AliasBomb { .. } | FaultKind::TooDeep { .. }));
}

#[test]
fn many_keys_are_no_trouble() {
    let mut text = String::from("blueprint: b\n");
    for key in 0..100_000 {
        text += &format!("key{key}: {key}\n");
    }
    text += "key7: again\n";
    let mut faults = Vec::new();
    Reader::new(Limits::default()).read(&text, &mut |document| faults.extend_from_slice(document.faults));
    assert!(
        matches!(&faults[..], [fault] if matches!(&fault.kind, FaultKind::DuplicateKey { key, .. } if key == "key7"))
    );
}
