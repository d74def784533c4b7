//! Tests that written entities read back, by our reader and by an independent one. Numbers are compared by value.

use std::sync::Arc;

use proptest::collection::vec;
use proptest::prelude::*;

use super::*;
use crate::domain::document::tree;
use crate::domain::entity::fields::Texts;
use crate::domain::entity::{EntityKey, Record};
use crate::domain::platform::{GLINT, PORT};
use crate::manifest::{Limits, Reader, decode};

const WRAPPER: Wrapper<'static> =
    Wrapper { platform: &PORT, kind: ResourceKind::Entity, name: "cart", namespace: None };

/// Texts that some YAML reader reads as another type or as nothing.
const NASTY: [&str; 64] = [
    "",
    " ",
    "~",
    "null",
    "Null",
    "true",
    "False",
    "yes",
    "NO",
    "on",
    "Off",
    "y",
    "N",
    "012",
    "0o17",
    "0x1F",
    "0b11",
    "1_000",
    "08",
    "+12",
    "12:30:45",
    "2020-01-01",
    "1.0",
    "1e3",
    ".5",
    "-.inf",
    ".nan",
    "<<",
    "=",
    "-",
    "?",
    ":",
    "- a",
    "? a",
    "a: b",
    "a:",
    "a #b",
    "#a",
    "&a",
    "*a",
    "!!str a",
    "!t",
    "|",
    ">",
    "|-\n  x",
    "'",
    "\"",
    "%YAML",
    "@a",
    "`a",
    "[a",
    "{a",
    "a, b",
    "---",
    "...",
    "--- a",
    "a\n---\nb",
    "{{ x }}",
    "a\\b",
    "C:\\\"x'",
    "\u{feff}",
    "a\u{85}b",
    "\u{2028}",
    "\u{fffe}",
];

fn entity(properties: Vec<(String, Value)>) -> Entity {
    Entity {
        key: EntityKey { blueprint: "service".into(), identifier: "cart".into() },
        texts: Texts::default(),
        team: Box::default(),
        properties: properties.into_iter().map(|(name, value)| (Arc::from(name), value)).collect(),
        relations: Box::default(),
        record: Record::default(),
    }
}

/// The entity that our reader finds in a text with exactly one; any fault fails the test.
fn decoded(text: &str) -> Entity {
    let mut found = None;
    Reader::new(Limits::default()).read(text, &mut |document| {
        assert!(document.faults.is_empty() && !document.broken, "{:?} in\n{text}", document.faults);
        let mut manifests = Vec::new();
        decode(document.view, "cart.yaml", &mut manifests);
        assert_eq!(manifests.len(), 1, "{text}");
        assert!(found.is_none(), "two documents in\n{text}");
        let (manifest, view) = (manifests[0], document.view);
        assert_eq!(manifest.near_miss, None);
        let at = |id: Option<_>| id.map(|id| view.value(id));
        let text_of = |value: tree::Value<'_>| Box::<str>::from(value.as_str().expect("a string"));
        let list = |value: tree::Value<'_>| value.items().map(text_of).collect::<Box<[_]>>();
        let name = |value: tree::Value<'_>| Arc::<str>::from(value.as_str().expect("a string"));
        let targets = |value: tree::Value<'_>| match value.kind() {
            tree::Kind::Null => Targets::None,
            tree::Kind::List => Targets::Many(list(value)),
            _ => Targets::One(text_of(value)),
        };
        let entries = |id| tree::entries_of(at(id));
        found = Some(Entity {
            key: EntityKey {
                blueprint: manifest.blueprint_text(view).expect("it is there").into(),
                identifier: manifest.identifier_text(view).expect("it is there").into(),
            },
            texts: manifest.texts.map(|id| at(id).map(text_of)),
            team: at(manifest.team).map(list).unwrap_or_default(),
            properties: entries(manifest.properties)
                .map(|(key, value)| (name(key), Value::from_json(&value.to_json())))
                .collect(),
            relations: entries(manifest.relations).map(|(key, value)| (name(key), targets(value))).collect(),
            record: Record::default(),
        });
    });
    found.expect("the entity is there")
}

/// Checks with our reader and with an independent one.
fn check(entity: &Entity) {
    let text = encode(entity, &WRAPPER);
    let back = decoded(&text);
    assert_eq!(numbers_alike(&back), numbers_alike(entity), "{text}");
    let theirs: serde_json::Value = serde_yaml::from_str(&text).unwrap_or_else(|error| panic!("{error} in\n{text}"));
    let wanted: serde_json::Value =
        entity.properties.iter().map(|(name, value)| (name.to_string(), value.to_json())).collect();
    let found = theirs["spec"].get("properties").cloned().unwrap_or_else(|| serde_json::json!({}));
    let alike = |json| Value::from_json(&json);
    assert_eq!(whole(&alike(found)), whole(&alike(wanted)), "{text}");
    assert!(!text.lines().any(|line| line.ends_with([' ', '\t'])), "{text}");
}

/// `1.0` and `1` are the same value in JSON.
fn whole(value: &Value) -> Value {
    match value {
        #[expect(clippy::cast_possible_truncation, reason = "only those that are whole and fit")]
        Value::Float(float) if float.fract() == 0.0 && float.abs() < 9.2e18 => Value::Integer(*float as i64),
        Value::List(items) => Value::List(items.iter().map(whole).collect()),
        Value::Map(entries) => Value::Map(entries.iter().map(|(key, value)| (key.clone(), whole(value))).collect()),
        other => other.clone(),
    }
}

fn numbers_alike(entity: &Entity) -> Entity {
    let properties = entity.properties.iter().map(|(name, value)| (name.clone(), whole(value))).collect();
    Entity { properties, ..entity.clone() }
}

#[test]
fn a_manifest_reads_as_if_a_person_had_written_it() {
    let json = serde_json::json!({
        "description": "Carts, and what is in them.\n\nKept for a day:\n  - then gone",
        "version": "1.10", "tier": 1, "ratio": 0.25, "tiny": 1e-9, "live": true, "nothing": null,
        "links": [{"url": "https://acme.example/a?b=c", "text": "no"}, {}, [], ["x", ["y"]]],
        "labels": {"on": "yes", "app.kubernetes.io/name": "cart", "empty": {}},
    });
    let Value::Map(entries) = Value::from_json(&json) else { panic!("it is an object") };
    let properties = entries.into_iter().map(|(name, value)| (name.into_string(), value)).collect();
    let entity = Entity {
        texts: Texts { title: Some("Cart: the service".into()), ..Texts::from_fn(|_| Some("Microservice".into())) },
        team: ["checkout".into()].into(),
        relations: [
            ("system".into(), Targets::One("shop".into())),
            ("dependsOn".into(), Targets::Many(["billing".into(), "007".into()].into())),
            ("unset".into(), Targets::None),
            ("none".into(), Targets::Many(Box::default())),
        ]
        .into(),
        ..entity(properties)
    };
    check(&entity);
    insta::assert_snapshot!(encode(&entity, &WRAPPER));
    let glint = Wrapper { platform: &GLINT, kind: ResourceKind::ClusterEntity, name: "1", namespace: Some("no") };
    let text = encode(&entity, &glint);
    assert!(
        text.starts_with(
            "apiVersion: useglint.io/v1\nkind: ClusterEntity\nmetadata:\n  name: \"1\"\n  namespace: \"no\"\n"
        ),
        "{text}"
    );
}

#[test]
fn every_nasty_text_comes_back_as_value_as_key_and_as_item() {
    for text in NASTY {
        let value = Value::Text(text.into());
        let map = Value::Map([(text.into(), value.clone())].into());
        let list = Value::List([value.clone(), map.clone(), Value::List([value.clone()].into())].into());
        check(&entity(vec![("it".into(), value), ("map".into(), map), ("list".into(), list)]));
        let mut named = entity(Vec::new());
        named.texts = Texts::from_fn(|_| Some(text.into()));
        named.team = [text.into(), "b".into()].into();
        named.relations =
            [("r".into(), Targets::One(text.into())), ("s".into(), Targets::Many([text.into()].into()))].into();
        check(&named);
    }
}

#[test]
fn a_key_too_long_for_a_colon_behind_it_is_written_with_a_question_mark() {
    let long = "k".repeat(2000);
    let map = Value::Map([(long.as_str().into(), Value::Integer(1)), ("b".into(), Value::Null)].into());
    let deep = Value::List([map.clone(), Value::Map([(long.as_str().into(), map.clone())].into())].into());
    check(&entity(vec![(long, map), ("deep".to_owned(), deep)]));
}

#[test]
fn lines_stay_lines_where_nothing_is_lost() {
    for (text, header) in [
        ("a\nb", Some("|-")),
        ("a\nb\n", Some("|")),
        ("a\n\n  b\n", Some("|")),
        ("a", None),
        ("a\n", None),
        ("a\nb\n\n", None),
        (" a\nb", None),
        ("\na\nb", None),
        ("a \nb", None),
        ("a\n\tb", None),
        ("a\r\nb", None),
        ("a\n\u{feff}b", None),
        ("a\u{2028}\nb", None),
    ] {
        assert_eq!(block_header(text), header, "{text:?}");
        check(&entity(vec![("it".to_owned(), Value::Text(text.into()))]));
    }
}

#[test]
fn numbers_are_numbers_for_everybody() {
    for (float, text) in [
        (1.0, "1.0"),
        (-0.5, "-0.5"),
        (1e300, "1.0e+300"),
        (2.5e-7, "2.5e-7"),
        (1e16, "1.0e+16"),
        (f64::MAX, "1.7976931348623157e+308"),
    ] {
        assert_eq!(float_text(float), text);
    }
}

fn nasty_text() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        3 => prop::sample::select(NASTY.to_vec()).prop_map(str::to_owned),
        3 => "[a-z0-9:#\\-\\n\\t '\"\\\\{}\\[\\],&*!|>%@`?=~<.]{0,12}",
        1 => ".{0,8}",
        1 => any::<String>(),
    ];
    prop_oneof![3 => piece.clone(), 1 => vec(piece, 0..4).prop_map(|pieces| pieces.join("\n"))]
}

fn nasty_value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        4 => nasty_text().prop_map(|text| Value::Text(text.into())),
        1 => Just(Value::Null),
        1 => any::<bool>().prop_map(Value::Bool),
        1 => any::<i64>().prop_map(Value::Integer),
        1 => (i64::MAX as u64 + 1..=u64::MAX).prop_map(Value::Large),
        1 => any::<f64>().prop_filter("JSON has no others", |float| float.is_finite()).prop_map(Value::Float),
    ];
    leaf.prop_recursive(4, 24, 4, |inner| {
        let map = vec((nasty_text(), inner.clone()), 0..4).prop_map(|entries| Value::Map(unique(entries).into()));
        prop_oneof![vec(inner, 0..4).prop_map(|items| Value::List(items.into())), map]
    })
}

/// Removes duplicate keys.
fn unique(entries: Vec<(String, Value)>) -> Vec<(Box<str>, Value)> {
    let mut seen = std::collections::HashSet::new();
    entries.into_iter().filter(|(key, _)| seen.insert(key.clone())).map(|(key, value)| (key.into(), value)).collect()
}

proptest! {
    #![proptest_config(crate::generated_cases::config(2000))]

    #[test]
    fn what_is_written_is_read_back(
        values in vec((nasty_text(), nasty_value()), 0..5),
        text in proptest::option::of(nasty_text()),
        team in vec(nasty_text(), 0..3),
        identifier in nasty_text(),
        targets in vec(nasty_text(), 0..3),
    ) {
        let properties = unique(values).into_iter().map(|(name, value)| (name.into_string(), value)).collect();
        let mut entity = entity(properties);
        entity.key.identifier = identifier.as_str().into();
        entity.texts = Texts::from_fn(|_| text.as_deref().map(Into::into));
        entity.team = team.into_iter().map(Into::into).collect();
        entity.relations = [
            (Arc::from(identifier), Targets::None),
            (Arc::from("many\n"), Targets::Many(targets.into_iter().map(Into::into).collect())),
        ].into();
        check(&entity);
    }
}
