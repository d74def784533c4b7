//! Tests that a sketch reads back as its written values, and without comment markers as all its offers.

use proptest::prelude::*;

use super::*;
use crate::domain::document::manifest::ResourceKind;
use crate::domain::platform::PORT;
use crate::domain::value::Value;
use crate::manifest::{Limits, Reader};

const WRAPPER: Wrapper<'static> =
    Wrapper { platform: &PORT, kind: ResourceKind::Entity, name: "cart", namespace: None };

fn json(text: &str) -> serde_json::Value {
    let mut found = None;
    Reader::new(Limits::default()).read(text, &mut |document| {
        assert!(document.faults.is_empty() && !document.broken, "{:?} in\n{text}", document.faults);
        assert!(document.notes.is_empty(), "{:?} in\n{text}", document.notes);
        assert!(found.is_none(), "two documents in\n{text}");
        found = document.view.root().map(|root| root.to_json());
    });
    found.expect("there is a document")
}

/// Removes one comment marker from every line; notes disappear or are still comments.
fn unmarked(text: &str) -> String {
    let line = |line: &str| {
        let body = line.trim_start();
        let indent = &line[..line.len() - body.len()];
        body.strip_prefix("# ").map_or_else(|| line.to_owned(), |rest| format!("{indent}{rest}"))
    };
    text.lines().map(|it| line(it) + "\n").collect()
}

fn entry(name: &str, note: &str, filling: Filling) -> Entry {
    Entry { name: name.to_owned(), note: note.to_owned(), filling }
}

fn sketch(properties: Vec<Entry>, relations: Vec<Entry>) -> Sketch {
    Sketch { blueprint: "service".into(), identifier: "012".into(), fields: Vec::new(), properties, relations }
}

#[test]
fn it_is_laid_out_for_a_person() {
    let long = "Words that explain a thing at such a length that nobody would want to read them beside a value, since a \
                line of that width is one that wraps around in every window.";
    let list = Value::List([Value::Text("a".into()), Value::Text("no".into())].into());
    let sketch = Sketch {
        fields: vec![entry("title", "the name that people see", Filling::Offered(Some(Value::Text("Cart".into()))))],
        ..sketch(
            vec![
                entry("optional", "text", Filling::Offered(None)),
                entry("wanted", "text; required", Filling::Blank),
                entry("long", long, Filling::Given(Value::Integer(3))),
                entry("list", "a list", Filling::Given(list)),
                entry("lines", "text", Filling::Given(Value::Text("a\nb\n".into()))),
                entry("on", "a list", Filling::Offered(Some(Value::List(Box::default())))),
            ],
            vec![entry("runsIn", "environments", Filling::Offered(None)), entry("x", long, Filling::Offered(None))],
        )
    };
    insta::assert_snapshot!(encode_sketch(&sketch, &Around::Resource(WRAPPER)));
    insta::assert_snapshot!(encode_sketch(&sketch, &Around::Bare));
}

#[test]
fn a_note_gives_no_orders() {
    let note = "a\n---\nportolan: ignore[*]\r\n# Portolan:ignore\u{2028}yaml-language-server: $schema=x \u{1b}[31m";
    let text = encode_sketch(&sketch(vec![entry("a", note, Filling::Blank)], Vec::new()), &Around::Bare);
    assert_eq!(json(&text)["properties"], serde_json::json!({"a": null}));
    assert!(!text.to_lowercase().contains("portolan:") && !text.contains("yaml-language-server:"), "{text}");
    assert!(!text.contains('\u{1b}') && !text.contains('\u{2028}'));
}

fn fillings() -> impl Strategy<Value = Filling> {
    let value = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::Bool),
        any::<i64>().prop_map(Value::Integer),
        "[ -~\n]{0,12}".prop_map(|text| Value::Text(text.into())),
        proptest::collection::vec("[ -~]{0,4}".prop_map(|text| Value::Text(text.into())), 0..3)
            .prop_map(|items| Value::List(items.into())),
        ("[a-z #:]{1,4}", any::<bool>()).prop_map(|(key, value)| Value::Map([(key.into(), Value::Bool(value))].into())),
    ];
    prop_oneof![
        value.clone().prop_map(Filling::Given),
        Just(Filling::Blank),
        value.prop_map(|value| Filling::Offered(Some(value))),
        Just(Filling::Offered(None)),
    ]
}

fn entries() -> impl Strategy<Value = Vec<Entry>> {
    let note = prop_oneof!["\\PC{0,10}", "[ -~\n]{0,30}", "(word: # ){20,40}"];
    let entry = ("[ -~]{1,6}", note, fillings());
    proptest::collection::btree_map(entry.0, (entry.1, entry.2), 0..6).prop_map(|entries| {
        let entry = |(name, (note, filling))| Entry { name, note, filling };
        entries.into_iter().map(entry).collect()
    })
}

fn written(entries: &[Entry], offered_too: bool) -> serde_json::Value {
    let value = |filling: &Filling| match filling {
        Filling::Given(value) => Some(value.to_json()),
        Filling::Blank => Some(serde_json::Value::Null),
        Filling::Offered(value) => offered_too.then(|| value.as_ref().map_or(serde_json::Value::Null, Value::to_json)),
    };
    let pairs: serde_json::Map<_, _> =
        entries.iter().filter_map(|entry| Some((entry.name.clone(), value(&entry.filling)?))).collect();
    if pairs.is_empty() { serde_json::Value::Null } else { pairs.into() }
}

/// Found by a generated case.
#[test]
fn an_offer_that_ends_with_a_bar_reads_back() {
    let offered = Filling::Offered(Some(Value::Text("a|".into())));
    let entries = vec![entry("a", "a note", Filling::Given(Value::Null)), entry("b", "a note", offered)];
    let text = unmarked(&encode_sketch(&sketch(entries, Vec::new()), &Around::Bare));
    assert_eq!(json(&text)["properties"], serde_json::json!({"a": null, "b": "a|"}), "{text}");
}

proptest! {
    #![proptest_config(crate::generated_cases::config(1_000))]

    #[test]
    fn it_reads_back_as_what_is_written_in_it(
        properties in entries(), relations in entries(), is_bare in any::<bool>(),
    ) {
        let around = if is_bare { Around::Bare } else { Around::Resource(WRAPPER) };
        let sketch = sketch(properties, relations);
        let text = encode_sketch(&sketch, &around);
        let document = json(&text);
        let entity = if is_bare { &document } else { &document["spec"] };
        prop_assert_eq!(&entity["identifier"], "012");
        for (name, entries) in [("properties", &sketch.properties), ("relations", &sketch.relations)] {
            prop_assert_eq!(&entity[name], &written(entries, false), "{}", text);
        }
    }

    #[test]
    fn without_its_marks_it_is_all_that_it_offers(mut properties in entries()) {
        // A note above an entry would be uncommented too.
        properties.iter_mut().for_each(|entry| entry.note = "a note".to_owned());
        let sketch = sketch(properties, Vec::new());
        let text = unmarked(&encode_sketch(&sketch, &Around::Bare));
        // In a commented block scalar, lines of text may look like comment markers.
        let has_block = |entry: &Entry| matches!(&entry.filling, Filling::Given(Value::Text(text)) | Filling::Offered(Some(Value::Text(text))) if text.contains('\n'));
        prop_assume!(!sketch.properties.iter().any(has_block));
        prop_assert_eq!(&json(&text)["properties"], &written(&sketch.properties, true), "{}", text);
    }
}
