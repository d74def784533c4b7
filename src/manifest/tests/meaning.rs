//! Tests the values and positions of documents, checked by hand, with both readers.

use crate::domain::document::fault::{Fault, FaultKind, Reading, ScalarReader};
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Style, Value};
use crate::manifest::{Document, Limits, Producer, Reader};

/// Reads a text with both readers, which must agree, and passes on the documents.
fn read(text: &str, each: &mut dyn FnMut(&Document<'_>)) {
    let mut reader = Reader::new(Limits::default());
    let mut quick = Vec::new();
    reader.read(text, &mut |document| quick.push((document.view.tree.clone(), document.faults.to_vec())));
    let mut index = 0;
    reader.read_with(text, Producer::FullOnly, &mut |document| {
        assert_eq!((document.view.tree, document.faults), (&quick[index].0, &quick[index].1[..]));
        index += 1;
        each(document);
    });
    assert_eq!(index, quick.len());
}

/// Each node as `span kind text`, one per line, indented by depth; `*` marks copies, `!` tags.
fn outline(text: &str) -> Vec<String> {
    fn walk(value: Value<'_>, depth: usize, out: &mut Vec<String>) {
        let marks = format!("{}{}", if value.is_copied() { "*" } else { "" }, if value.is_tagged() { "!" } else { "" });
        let word = match value.kind() {
            Kind::Map => "map".to_owned(),
            Kind::List => "list".to_owned(),
            Kind::Null | Kind::Bool | Kind::Number | Kind::String => value.to_json().to_string(),
        };
        out.push(format!("{}{marks}{word} {:?}", "  ".repeat(depth), value.raw()));
        for item in value.items() {
            walk(item, depth + 1, out);
        }
        for (key, value) in value.entries() {
            walk(key, depth + 1, out);
            walk(value, depth + 1, out);
        }
    }
    let mut out = Vec::new();
    read(text, &mut |document| {
        assert!(!document.broken, "{:?}", document.faults);
        if let Some(root) = document.view.root() {
            walk(root, 0, &mut out);
        }
    });
    out
}

fn json(text: &str) -> Vec<serde_json::Value> {
    let mut out = Vec::new();
    read(text, &mut |document| {
        assert!(!document.broken, "{:?}", document.faults);
        out.extend(document.view.root().map(Value::to_json));
    });
    out
}

fn faults(text: &str) -> Vec<Fault> {
    let mut out = Vec::new();
    read(text, &mut |document| out.extend_from_slice(document.faults));
    out
}

#[test]
fn every_node_knows_its_bytes() {
    let text =
        "blueprint: 'a'\nempty:\nlist: # c\n- x\n-\n- k: |\n    text\n\n- [ 1, {a: \"é\"} ]\nend: two words  # c\n";
    assert_eq!(
        outline(text),
        [
            format!("map {:?}", text.trim_end().trim_end_matches("  # c")),
            "  \"blueprint\" \"blueprint\"".to_owned(),
            "  \"a\" \"'a'\"".to_owned(),
            "  \"empty\" \"empty\"".to_owned(),
            "  null \"\"".to_owned(),
            "  \"list\" \"list\"".to_owned(),
            "  list \"x\\n-\\n- k: |\\n    text\\n\\n- [ 1, {a: \\\"é\\\"} ]\"".to_owned(),
            "    \"x\" \"x\"".to_owned(),
            "    null \"\"".to_owned(),
            "    map \"k: |\\n    text\"".to_owned(),
            "      \"k\" \"k\"".to_owned(),
            "      \"text\\n\" \"|\\n    text\"".to_owned(),
            "    list \"[ 1, {a: \\\"é\\\"} ]\"".to_owned(),
            "      1 \"1\"".to_owned(),
            "      map \"{a: \\\"é\\\"}\"".to_owned(),
            "        \"a\" \"a\"".to_owned(),
            "        \"é\" \"\\\"é\\\"\"".to_owned(),
            "  \"end\" \"end\"".to_owned(),
            "  \"two words\" \"two words\"".to_owned(),
        ]
    );
    read(text, &mut |document| {
        let root = document.view.root().expect("a root");
        let at = |key: &str| root.get(key).map(|value| (value.span(), value.style()));
        assert_eq!(at("empty"), Some((Span::empty(21), Style::Plain)));
        assert_eq!(at("list").map(|(_, style)| style), Some(Style::Block));
    });
}

#[test]
fn line_breaks_marks_and_missing_ends_change_nothing() {
    let text = "# c\nblueprint: a\nx:\n  - b\n  - |\n    c\n    d\nw: {z: 1}\n";
    let expected = json(text);
    assert_eq!(expected, [serde_json::json!({"blueprint": "a", "x": ["b", "c\nd\n"], "w": {"z": 1}})]);
    for other in
        [text.replace('\n', "\r\n"), text.replace('\n', "\r"), format!("\u{feff}{text}"), text.trim_end().to_owned()]
    {
        assert_eq!(json(&other), expected, "{other:?}");
    }
    assert!(json("# only\n# blueprint: x\n").is_empty());
    assert!(json("\u{feff}").is_empty());
}

#[test]
fn many_documents_each_with_its_place() {
    let text = "---\nblueprint: a\n...\n%YAML 1.2\n---\nblueprint: b\n---\n---\nother: c\n--- # d\nblueprint: e";
    let mut found = Vec::new();
    read(text, &mut |document| found.push((document.index, document.span.slice(text).to_owned())));
    let part = |text: &str| text.to_owned();
    assert_eq!(
        found,
        [(0, part("---\nblueprint: a\n...\n")), (1, part("---\nblueprint: b\n")), (2, part("--- # d\nblueprint: e"))]
    );
}

#[test]
fn aliases_are_copies_of_what_they_stand_for() {
    let text = "blueprint: &b x\nlist: &l [1, *b]\ncopy: *l\n*b : key\n";
    assert_eq!(
        outline(text)[7..],
        [
            "  \"copy\" \"copy\"",
            "  *list \"[1, *b]\"",
            "    *1 \"1\"",
            "    *\"x\" \"x\"",
            "  *\"x\" \"x\"",
            "  \"key\" \"key\""
        ]
    );
    let again = "blueprint: [&a 1, &a 2, *a]\n";
    assert_eq!(json(again), [serde_json::json!({"blueprint": [1, 2, 2]})]);
}

#[test]
fn merge_keys_merge_as_in_the_cluster() {
    let cases = [
        ("{<<: {a: 2, b: 3}, a: 1}", serde_json::json!({"a": 1, "b": 3}), 0),
        ("{<<: [{a: 2, b: 3}, {a: 4, c: 5}], d: 1}", serde_json::json!({"a": 2, "b": 3, "c": 5, "d": 1}), 0),
        ("{<<: {b: 3}, <<: {b: 4}}", serde_json::json!({"b": 4}), 0),
        ("{<<: {<<: {q: 1}, r: 2}, r: 3}", serde_json::json!({"q": 1, "r": 3}), 0),
        ("{<<: []}", serde_json::json!({}), 0),
        ("{!!merge <<: {a: 1}}", serde_json::json!({"a": 1}), 0),
        ("{\"<<\": {a: 1}}", serde_json::json!({"<<": {"a": 1}}), 0),
        // A merge key overrides preceding keys, as observed in Kubernetes and contrary to the YAML specification.
        ("{a: 1, <<: {a: 2, b: 3}}", serde_json::json!({"a": 2, "b": 3}), 1),
    ];
    for (text, expected, doubles) in cases {
        let text = format!("blueprint: {text}\n");
        assert_eq!(json(&text), [serde_json::json!({"blueprint": expected})], "{text}");
        assert_eq!(faults(&text).len(), doubles, "{text}");
    }
    assert_eq!(
        outline("blueprint: {own: 1, <<: {a: 2}}\n")[2..],
        ["  map \"{own: 1, <<: {a: 2}}\"", "    \"own\" \"own\"", "    1 \"1\"", "    *\"a\" \"a\"", "    *2 \"2\""]
    );
    for bad in ["{<<: 3}", "{<<: null}", "{<<: [3]}", "{<<: [[{a: 1}]]}"] {
        let found = faults(&format!("blueprint: {bad}\nidentifier: x\n"));
        assert!(matches!(&found[..], [Fault { kind: FaultKind::Syntax { .. }, .. }]), "{bad} {found:?}");
    }
}

#[test]
fn an_alias_cannot_stand_in_itself() {
    let text = "blueprint: &a {b: *a}\nidentifier: x\n";
    let found = faults(text);
    assert!(
        matches!(&found[..], [Fault { kind: FaultKind::Syntax { message, .. }, span }] if span.slice(text) == "*a" && message.contains("inside the value"))
    );
}

#[test]
fn tags_are_read_as_in_the_cluster() {
    let text = "blueprint: [!!str 12, !!int \"3\", !!float 3, !!bool \"yes\", !!null \"\", !!binary aGk=, !mine 12, ! 12, !!timestamp 2020-01-01]\n";
    assert_eq!(
        json(text),
        [serde_json::json!({"blueprint": ["12", 3, 3, true, null, "hi", "12", "12", "2020-01-01"]})]
    );
    assert!(faults(text).is_empty());
    assert_eq!(outline("blueprint: !!str 12\n")[2], "  !\"12\" \"12\"");
    for bad in ["!!int abc", "!!bool 1", "!!null x", "!!binary $$", "!!float yes", "!!int 1.0"] {
        let found = faults(&format!("blueprint: {bad}\n"));
        assert!(matches!(&found[..], [Fault { kind: FaultKind::Syntax { .. }, .. }]), "{bad} {found:?}");
    }
}

fn refused(message: &str) -> FaultKind {
    FaultKind::Syntax { message: message.to_owned(), help: None, related: None }
}

/// The fault without its help.
fn short(kind: FaultKind) -> FaultKind {
    match kind {
        FaultKind::Syntax { message, .. } | FaultKind::NotJson { message, .. } => refused(&message),
        other => other,
    }
}

/// Kubernetes converts the remaining values to JSON after reading the whole document.
#[test]
fn what_json_lacks_is_an_error_only_where_it_becomes_json() {
    let replaced = [
        "blueprint: .inf\nblueprint: 1\n",
        "blueprint: {a: [{b: -.inf}]}\nblueprint: 1\n",
        "blueprint: {a: {~: 1}, a: 2}\n",
        "blueprint: {a: {18446744073709551615: 1}}\nblueprint: 2\n",
        "blueprint: {a: !!float .nan, a: 2}\n",
        "blueprint: {<<: {x: .nan}, x: 1}\n",
        "blueprint: {x: .nan, <<: {x: 1}}\n",
        "blueprint: &x .inf\nblueprint: 1\n",
        "blueprint: {yes: .inf, \"true\": 1}\n",
    ];
    for text in replaced {
        let kinds = faults(text).into_iter().map(|fault| fault.kind).collect::<Vec<_>>();
        assert!(!kinds.iter().any(|kind| matches!(kind, FaultKind::NotJson { .. })), "{text}\n{kinds:?}");
        let is_merge = text.contains("{<<: {x: .nan}");
        assert!(
            is_merge || kinds.iter().any(|kind| matches!(kind, FaultKind::DuplicateKey { .. })),
            "{text}\n{kinds:?}"
        );
    }
    let kept = [
        "blueprint: .inf\n",
        "blueprint: 1\nblueprint: .inf\n",
        "blueprint: {~: 1, ~: 2}\n",
        "blueprint: {x: 1, <<: {x: .nan}}\n",
        "blueprint: &x .inf\nblueprint: 1\nidentifier: *x\n",
        "blueprint: {\"true\": 1, yes: .inf}\n",
        "blueprint: &x ~\nidentifier: {*x : 1}\n",
    ];
    for text in kept {
        let found = faults(text);
        assert!(found.iter().any(|fault| matches!(fault.kind, FaultKind::NotJson { .. })), "{text}\n{found:?}");
    }
}

#[test]
fn carriage_returns_before_a_line_end_are_reported_once() {
    let text = "blueprint: |\r\r\n  a\r\r\n  b\r\r\nidentifier: x\r\r\n";
    assert_eq!(json(text), [serde_json::json!({"blueprint": "a\nb\n", "identifier": "x"})]);
    let kinds = faults(text).into_iter().map(|fault| fault.kind).collect::<Vec<_>>();
    assert_eq!(kinds, [FaultKind::AmbiguousBreak { code: u32::from('\r') }]);
}

#[test]
fn lines_that_kubernetes_ignores_are_reported() {
    let text = "apiVersion: a/v1\nblueprint: a\n---\r# c\rapiVersion: a/v1\rblueprint: b\n";
    let found = faults(text);
    assert!(
        matches!(&found[..], [Fault { kind: FaultKind::Syntax { message, .. }, .. }] if message.contains("ignores what follows `---`")),
        "{found:?}"
    );
    // Kubernetes ignores a directive after `...`, so we do too.
    let text = "apiVersion: a/v1\n...\n%TAG !e! tag:yaml.org,2002:\n---\napiVersion: getport.io/v1\nkind: Entity\nspec: {blueprint: a, identifier: !e!int 3}\n";
    let found = faults(text);
    assert!(matches!(&found[..], [Fault { kind: FaultKind::Syntax { .. }, .. }]), "{found:?}");
}

#[test]
fn keys_that_are_no_strings_and_keys_given_twice() {
    let text = "blueprint: {1: a, true: b, null: c, on: d, \"1\": e, x: f, x: g, 'x': h}\n[a]: i\n";
    let found = faults(text).into_iter().map(|fault| (fault.span.slice(text), short(fault.kind))).collect::<Vec<_>>();
    let not_string = |found, text: &str| FaultKind::NonStringKey { found, text: text.to_owned() };
    let double = |key: &str, first: Span| FaultKind::DuplicateKey { key: key.to_owned(), first };
    let on = FaultKind::AmbiguousScalar {
        editor: Reading::String("on".to_owned()),
        reader: ScalarReader::Kubernetes,
        read_as: Reading::Bool(true),
        is_key: true,
    };
    let place = |needle: &str| {
        let at = text.find(needle).expect("it is there");
        Span::new(at, at + 1)
    };
    let whole = |needle: &str| {
        let at = text.find(needle).expect("it is there");
        Span::new(at, at + needle.len())
    };
    assert_eq!(
        found,
        [
            ("1", not_string(Reading::Number("1".to_owned()), "1")),
            ("true", not_string(Reading::Bool(true), "true")),
            ("null", refused("The key `null` is null, and Kubernetes refuses the file.")),
            ("on", on),
            ("on", double("true", whole("true"))),
            ("\"1\"", double("1", place("1: a"))),
            ("x", double("x", place("x: f"))),
            ("'x'", double("x", place("x: f"))),
            ("[", refused("This key is a list or a mapping, and Kubernetes refuses the file.")),
        ]
    );
}

#[test]
fn only_true_comments_are_notes() {
    let text = "# portolan: one\nblueprint: a # portolan: two\nx: \"# portolan: no\"\ny: |\n  # portolan: no\nz: a#portolan:no\n  # portolan: three\n# other\n";
    for producer in [Producer::FastThenFull, Producer::FullOnly] {
        let mut found = Vec::new();
        Reader::new(Limits::default()).read_with(text, producer, &mut |document| {
            found.extend(document.notes.iter().map(|note| note.slice(text).to_owned()));
        });
        assert_eq!(found, ["# portolan: one", "# portolan: two", "# portolan: three"]);
    }
}
