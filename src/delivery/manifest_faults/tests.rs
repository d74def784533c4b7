//! Tests which faults manifests have, and that the doubts let every such manifest through.

use serde_json::{Value as Json, json};

use super::*;
use crate::delivery::doubles::Texts;
use crate::delivery::reading::encoding_fault;
use crate::delivery::source::Source as _;

/// What a reading of the first document gives.
fn read<T>(text: &str, use_it: impl Fn(Value<'_>) -> T) -> T {
    let mut found = None;
    Texts::default().documents(text, &mut |document| {
        found = found.take().or_else(|| document.value.map(&use_it));
    });
    found.expect("there is a document")
}

fn doubts(root: Value<'_>) -> Doubts {
    let mut doubts = Doubts::default();
    doubts.add(root);
    doubts
}

/// The text after each fault's line is removed, and the fields.
fn null_maps_of(text: &str) -> (Vec<&'static str>, String) {
    let found = read(text, null_maps);
    let mut left = text.to_owned();
    let mut fields = Vec::new();
    for (_, kind) in found.iter().rev() {
        let ManifestFaultKind::NullMap { field, line } = kind else { panic!("{kind:?}") };
        fields.push(*field);
        if let Some(line) = line {
            left.replace_range(line.range(), "");
        }
    }
    fields.reverse();
    (fields, left)
}

#[test]
fn mappings_that_are_null_are_found_and_their_lines_removed() {
    let (fields, left) = null_maps_of("kind: Entity\nspec:\n  properties:\n  identifier: a\n  relations: ~\n");
    assert_eq!((fields, left.as_str()), (vec!["properties", "relations"], "kind: Entity\nspec:\n  identifier: a\n"));
    for text in [
        "spec:\n  properties: &a null\n  identifier: a\n",
        "spec:\n  properties: # none yet\n  identifier: a\n",
        "spec: {properties: null, identifier: a}\n",
        "spec: {identifier: a, properties: }\n",
        "spec:\n  identifier: a\n  properties: !!null\n",
        "x: &n\nspec:\n  identifier: a\n  properties: *n\n",
    ] {
        let (fields, left) = null_maps_of(text);
        assert_eq!((fields, left.as_str()), (vec!["properties"], text), "{text}");
    }
    for text in ["spec:\n  properties: {}\n", "spec:\n  properties:\n    a: b\n", "spec:\n  properties: {a: null}\n"] {
        assert_eq!(null_maps_of(text).0, [""; 0], "{text}");
    }
}

#[test]
fn the_doubts_let_every_null_through() {
    for text in [
        "spec:\n  properties:\n  identifier: a\n",
        "spec:\n  identifier: a\n  properties:",
        "spec:\n    identifier: a\n    relations:\n    # none\nother: x\n",
        "spec:\n  relations: # none\n\n  identifier: a\n",
        "spec: {properties: null, identifier: a}\n",
        "spec: {\"properties\" : ~}\n",
        "spec: {identifier: a, properties: }\n",
        "spec: {identifier: a, properties}\n",
        "a: &none\nspec:\n  properties: *none\n",
        "spec:\n  properties: !!null\n",
        "spec:\n        properties:\n        identifier: a\n",
        "items:\n- kind: Entity\n  spec:\n    properties:\n    identifier: a\n",
    ] {
        assert!(read(text, doubts).has_null_map, "{text}");
    }
    for text in [
        "spec:\n  properties:\n    a: b\n",
        "spec:\n  properties: {}\n  relations: {a: b}\n",
        "spec:\n  identifier: a\n",
    ] {
        assert!(!read(text, doubts).has_null_map, "{text}");
    }
}

#[test]
fn a_mapping_is_emptied_only_if_it_had_content() {
    let before = read("spec: {properties: {a: 1}, relations: {}}\n", maps_with_content);
    assert_eq!(before, [true, false]);
    let text = "spec:\n  properties: {}\n  relations: {}\n  identifier: a\n";
    let found = read(text, |manifest| emptied_maps(manifest, before));
    let line = Some(Span::new(6, 23));
    assert_eq!(found, [(Span::new(8, 18), ManifestFaultKind::EmptiedMap { field: "properties", line })]);
    assert!(
        read(text, doubts).has_empty_map
            && read("spec: {relations: { \n }}", doubts).has_empty_map
            && !read("a: {b: c}", doubts).has_empty_map
    );
    assert_eq!(read("spec: {identifier: a}\n", |manifest| emptied_maps(manifest, before)), []);
}

#[test]
fn kubectl_and_kustomize_differ_in_dates_tags_and_what_is_left_out() {
    let text =
        "a: 2024-01-02\nb: '2024-01-02'\nc: yes\nd: 012\ne: [2024-1-2]\nf: !!timestamp 2024-01-02\ng: {x, y: 1}\n";
    assert!(read(text, doubts).has_other_reading);
    let found = read(text, other_readings);
    let shown: Vec<String> = found
        .iter()
        .map(|(span, kind)| match kind {
            ManifestFaultKind::TwoReadings { kubectl, kustomize, quoted } => {
                format!("{} {kubectl} {kustomize} {quoted:?}", span.slice(text))
            }
            other => panic!("{other:?}"),
        })
        .collect();
    let expected = [
        "2024-01-02 the string `2024-01-02` the string `2024-01-02T00:00:00Z` Some(\"\\\"2024-01-02\\\"\")",
        "2024-1-2 the string `2024-1-2` the string `2024-01-02T00:00:00Z` Some(\"\\\"2024-1-2\\\"\")",
        "2024-01-02 the string `2024-01-02` the string `2024-01-02T00:00:00Z` None",
        "x null the string `` None",
    ];
    assert_eq!(shown, expected);
    for text in ["a: '2024-01-02'\n", "a: 2024\n", "a: x-2024-01-02\n", "a: {b: c}\n", "a: {b: [c, d]}\n", "a: ${b}\n"]
    {
        assert!(!read(text, doubts).has_other_reading, "{text}");
    }
    for text in ["g: {x}\n", "g: {y: 1, x}\n", "g: {x: , y: 1}\n", "g: {x: }\n"] {
        assert!(read(text, doubts).has_other_reading && read(text, other_readings).len() == 1, "{text}");
    }
}

/// Pieces of YAML that tools read differently, or cannot write as JSON, in every combination of three.
#[test]
fn whatever_has_a_fault_is_in_doubt() {
    let values = [
        "",
        "null",
        "~",
        "{}",
        "{ }",
        "[]",
        "{x}",
        "{x: }",
        "{a: 1, x}",
        "[x: ]",
        "[x, {y}]",
        "[? x]",
        "{? x}",
        "2024-01-02",
        "[2024-1-2]",
        "{d: 2024-01-02}",
        "!!timestamp 2024-01-02",
        "'2024-01-02'",
        "2024-01-02 03:04:05",
        "!!bool yes",
        "[!!bool off]",
        "!!str yes",
        "{yes: 1}",
        "{true: 1}",
        "{1: a}",
        "{~: a}",
        "{[a]: b}",
        "{2024-01-02: a}",
        ".inf",
        "[.nan]",
        "&anchor {x}",
        "!!set {x, y}",
        "{<<: {x: 1}}",
    ];
    let faults_of = |text: &str| {
        let mut seen = None;
        Texts::default().documents(text, &mut |document| {
            let Some(root) = document.value else { return };
            let doubts = doubts(root);
            let may_fail = doubts.has_no_json || !document.faults.is_empty();
            assert!(may_fail || encoding_fault(root, document.faults).is_none(), "encoding of {text}");
            assert!(doubts.has_null_map || null_maps(root).is_empty(), "null of {text}");
            assert!(doubts.has_empty_map || emptied_maps(root, [true, true]).is_empty(), "empty of {text}");
            assert!(doubts.has_other_reading || other_readings(root).is_empty(), "readings of {text}");
            seen = Some((may_fail, doubts));
        });
        seen
    };
    let mut in_doubt = [0; 4];
    for one in values {
        for two in values {
            for key in ["other", "1", "2024-01-02", "on", "~"] {
                let text = format!("spec:\n  properties: {one}\n  {key}: {two}\n  relations:\n    a: {one}\n");
                let Some((may_fail, doubts)) = faults_of(&text) else { continue };
                let all = [may_fail, doubts.has_null_map, doubts.has_empty_map, doubts.has_other_reading];
                in_doubt.iter_mut().zip(all).for_each(|(count, is)| *count += usize::from(is));
            }
        }
    }
    assert!(in_doubt.iter().all(|count| *count > 100), "{in_doubt:?}");
}

fn substituted(text: &str, after: Option<&Json>) -> Vec<SubstitutedValue> {
    let found = read(text, |manifest| {
        let mut found = Vec::new();
        let variables = ["N".to_owned()];
        Substituted { variables: &variables, found: &mut found }.value(manifest, after);
        found
    });
    let value = |(_, kind): Fault| match kind {
        ManifestFaultKind::Substituted(value) => value,
        other => panic!("{other:?}"),
    };
    found.into_iter().map(value).collect()
}

#[test]
fn variables_are_reported_where_they_change_more_than_a_text() {
    let value = |written: &str, becomes: Becomes| SubstitutedValue {
        written: written.to_owned(),
        becomes,
        undefined: None,
        halves: false,
        is_key: false,
    };
    let number = value("${N}", Becomes::Value(Reading::Number("12".to_owned())));
    assert_eq!(substituted("a: \"${N}\"\n", Some(&json!({"a": 12}))), [number]);
    assert_eq!(substituted("a: x-${N}\nb: $5\n", Some(&json!({"a": "x-12", "b": "$5"}))), []);
    let halved = value("a$$", Becomes::Value(Reading::String("a$".to_owned())));
    assert_eq!(substituted("a: a$$\n", Some(&json!({"a": "a$"}))), [SubstitutedValue { halves: true, ..halved }]);
    let empty = value("x${M}", Becomes::Value(Reading::String("x".to_owned())));
    let empty = SubstitutedValue { undefined: Some("M".to_owned()), ..empty };
    assert_eq!(substituted("a: [\"x${M}\"]\n", Some(&json!({"a": ["x"]}))), [empty]);
    assert_eq!(substituted("a: x${M:=1}\n", Some(&json!({"a": "x1"}))), []);
    let key = SubstitutedValue { is_key: true, ..value("k${N}", Becomes::NotKnown) };
    assert_eq!(substituted("k${N}: 1\n", Some(&json!({"k12": 1}))), [key]);
    assert_eq!(substituted("a: ${N}\nb: $N\n", None), [value("${N}", Becomes::NotKnown)]);
}
