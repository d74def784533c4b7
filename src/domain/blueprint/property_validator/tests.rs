//! Tests that the fast path accepts nothing that `jsonschema` rejects, and that a value has the same problems as a tree
//! (lint) and as JSON (the embedded catalog, `new`).

use proptest::prelude::*;
use serde_json::{Map, json};

use super::*;
use crate::domain::blueprint::Blueprint;
use crate::domain::document::span::Span;
use crate::domain::document::tree::{Kind, Number, Scalar, Style, Tree, View};
use crate::domain::value::formats;
use crate::generated_cases::config;

fn property(schema: &Json) -> Property {
    let body = json!({"identifier": "b", "schema": {"properties": {"p": schema}}});
    let (blueprint, _) = Blueprint::from_json(body).expect("a blueprint");
    blueprint.properties.into_iter().next().expect("one property")
}

/// The tree that the reader would make of `value`.
fn push(tree: &mut Tree, value: &Json) {
    let at = Span::empty(0);
    let scalar = match value {
        Json::Array(items) => {
            let list = tree.open(Kind::List, at, Style::Flow);
            items.iter().for_each(|item| push(tree, item));
            return tree.close(list, 0, items.len());
        }
        Json::Object(entries) => {
            let map = tree.open(Kind::Map, at, Style::Flow);
            for (key, value) in entries {
                tree.push_scalar(Scalar::Decoded(key), at, Style::Plain);
                push(tree, value);
            }
            return tree.close(map, 0, entries.len());
        }
        Json::Null => Scalar::Null,
        Json::Bool(value) => Scalar::Bool(*value),
        Json::Number(number) => Scalar::Number(match (number.as_i64(), number.as_u64()) {
            (Some(signed), _) => Number::Signed(signed),
            (None, Some(unsigned)) => Number::Unsigned(unsigned),
            (None, None) => Number::Float(number.as_f64().unwrap_or_default()),
        }),
        Json::String(text) => Scalar::Decoded(text),
    };
    tree.push_scalar(scalar, at, Style::Plain);
}

fn tree(value: &Json) -> Tree {
    let mut tree = Tree::default();
    push(&mut tree, value);
    tree
}

/// The places and violations of a value.
type Problems = Vec<(String, Violation)>;

fn problems_of_tree(property: &Property, value: &Json) -> Problems {
    let tree = tree(value);
    let root = View { source: "", tree: &tree }.root().expect("one value");
    let validator = TreeValidator::new(property);
    validator.problems(root).map(|problem| (problem.path.pointer(), without_message(problem.violation))).collect()
}

fn problems_of_json(property: &Property, value: &Json) -> Problems {
    let validator = JsonValidator::new(property);
    validator.problems(value).map(|problem| (problem.path.pointer(), without_message(problem.violation))).collect()
}

/// The message of `jsonschema` may quote the value, and a tree writes `1.0` as Kubernetes does: `1`.
fn without_message(violation: Violation) -> Violation {
    match violation {
        Violation::Other { .. } => Violation::Other { message: String::new() },
        other => other,
    }
}

fn pick(choices: &[Json]) -> BoxedStrategy<Json> {
    proptest::sample::select(choices.to_vec()).boxed()
}

/// Any combination of a type and keywords; some are meaningless for the type, and some schemas do not compile.
fn schemas() -> BoxedStrategy<Json> {
    let number = || {
        prop_oneof![(-3..6_i64).prop_map(Json::from), pick(&[json!(2.5), json!(1.0), json!(9_007_199_254_740_993_u64)])]
    };
    let keyword = prop_oneof![
        proptest::sample::select(&formats::FORMATS[..]).prop_map(|format| ("format", json!(format))),
        pick(&[json!("markdown"), json!("user"), json!("team"), json!("labeled-url"), json!("date")])
            .prop_map(|it| ("format", it)),
        pick(&[
            json!(["a", "bé", ""]),
            json!([1, 2.5, "a"]),
            json!([1.0]),
            json!([9_007_199_254_740_992_u64]),
            json!([true, null]),
            json!([["a"], {"a": 1}]),
            json!([])
        ])
        .prop_map(|it| ("enum", it)),
        pick(&[json!("a"), json!(1), json!(2.0)]).prop_map(|it| ("const", it)),
        (0..5_u64).prop_map(|it| ("minLength", it.into())),
        (0..5_u64).prop_map(|it| ("maxLength", it.into())),
        number().prop_map(|it| ("minimum", it)),
        number().prop_map(|it| ("maximum", it)),
        number().prop_map(|it| ("exclusiveMinimum", it)),
        number().prop_map(|it| ("exclusiveMaximum", it)),
        pick(&[json!(2), json!(0.5), json!(0.1)]).prop_map(|it| ("multipleOf", it)),
        (0..3_u64).prop_map(|it| ("minItems", it.into())),
        (0..4_u64).prop_map(|it| ("maxItems", it.into())),
        any::<bool>().prop_map(|it| ("uniqueItems", it.into())),
        pick(&[json!("^a+$"), json!("^(?!a)"), json!("("), json!("(a|aa)+$")]).prop_map(|it| ("pattern", it)),
        pick(&[
            json!({"type": "string", "maxLength": 2}),
            json!({"type": "number", "minimum": 1}),
            json!({"type": ["string", "null"]}),
            json!({"type": "array", "uniqueItems": true}),
            json!({"format": "url"}),
            json!({})
        ])
        .prop_map(|it| ("items", it)),
        pick(&[
            json!({"a": {"type": "string"}, "b": {"enum": [1]}}),
            json!({"url": {"type": "string", "format": "url"}})
        ])
        .prop_map(|it| ("properties", it)),
        pick(&[json!(["a"]), json!(["a", "b"])]).prop_map(|it| ("required", it)),
        any::<bool>().prop_map(|it| ("additionalProperties", it.into())),
        pick(&[json!({"^a": {"type": "number"}}), json!({"a~/b": {"type": "number"}})])
            .prop_map(|it| ("patternProperties", it)),
        pick(&[json!({"maxLength": 1}), json!({"pattern": "^u"})]).prop_map(|it| ("propertyNames", it)),
        (0..3_u64).prop_map(|it| ("minProperties", it.into())),
        (0..3_u64).prop_map(|it| ("maxProperties", it.into())),
        pick(&[json!("T"), json!(null)]).prop_map(|it| ("title", it)),
        pick(&[json!("a"), json!(7)]).prop_map(|it| ("default", it)),
    ];
    let kind = pick(&[json!("string"), json!("number"), json!("boolean"), json!("object"), json!("array")]);
    let unknown = pick(&[json!("enum"), json!("integer"), json!(null)]);
    (prop_oneof![20 => kind, 1 => unknown], proptest::collection::vec(keyword, 0..4))
        .prop_map(|(kind, keywords)| {
            let mut schema = Map::from_iter([("type".to_owned(), kind)]);
            schema.extend(keywords.into_iter().map(|(key, value)| (key.to_owned(), value)));
            Json::Object(schema)
        })
        .boxed()
}

fn values() -> BoxedStrategy<Json> {
    let texts = [
        "",
        "a",
        "aa",
        "bé",
        "aaaaaa",
        "http://a",
        "a@b.c",
        "2024-01-01T00:00:00Z",
        "::1",
        "10.0.0.1",
        "\u{1f600}\u{1f600}",
    ];
    let leaf = prop_oneof![
        Just(Json::Null),
        any::<bool>().prop_map(Json::Bool),
        (-5..8_i64).prop_map(Json::from),
        (-5.0..8.0_f64).prop_map(Json::from),
        pick(&[
            json!(1.0),
            json!(-0.0),
            json!(2.5),
            json!(1e300),
            json!(0.3),
            json!(9_007_199_254_740_992_u64),
            json!(9_007_199_254_740_993_u64),
            json!(u64::MAX),
            json!(1.8e19)
        ]),
        proptest::sample::select(texts.to_vec()).prop_map(Json::from),
    ];
    leaf.prop_recursive(3, 12, 4, |inner| {
        prop_oneof![
            proptest::collection::vec(inner.clone(), 0..5).prop_map(Json::from),
            proptest::collection::btree_map("a|b|url|a~/b", inner, 0..3)
                .prop_map(|entries| Json::Object(entries.into_iter().collect())),
        ]
    })
    .boxed()
}

proptest! {
    #![proptest_config(config(4_000))]

    /// The fast path never accepts a value that `jsonschema` rejects.
    #[test]
    fn the_fast_path_accepts_only_valid_values(schema in schemas(), value in values()) {
        let (fast_path, tree) = (FastPath::new(&schema), tree(&value));
        let root = View { source: "", tree: &tree }.root().expect("one value");
        prop_assert_eq!(fast_path.accepts(root), fast_path.accepts(&value), "{} {}", schema, value);
        if fast_path.accepts(root)
            && let Ok(compiled) = schema::compile::<TreeJson>(&schema)
        {
            prop_assert!(compiled.is_valid(root.node()), "{schema} took {value}");
        }
    }

    /// What lint refuses, the embedded catalog refuses, at the same place and for the same reason.
    #[test]
    fn a_tree_and_json_have_the_same_problems(schema in schemas(), value in values()) {
        let property = property(&schema);
        prop_assert_eq!(problems_of_tree(&property, &value), problems_of_json(&property, &value), "{} {}", schema, value);
    }
}

#[test]
fn the_fast_path_is_taken_where_it_counts() {
    let accepts = |schema: Json, value: Json| FastPath::new(&schema).accepts(&value);
    assert!(accepts(json!({"type": "string", "format": "url", "icon": "Link"}), json!("https://a.b")));
    assert!(accepts(json!({"type": "number", "minimum": 0}), json!(0)));
    assert!(accepts(json!({"type": "array", "items": {"type": "number"}}), json!([1, 2])));
    assert!(!accepts(json!({"type": "string", "pattern": "."}), json!("a")));
}

#[test]
fn a_problem_names_the_place_and_what_is_wrong_there() {
    let schema =
        json!({"type": "array", "items": {"type": "object", "properties": {"a/b": {"type": "number", "maximum": 3}}}});
    let (property, value) = (property(&schema), json!([{"a/b": 1}, {"a/b": 4}]));
    let validator = JsonValidator::new(&property);
    let problems: Vec<_> = validator.problems(&value).collect();
    let [problem] = problems.as_slice() else { panic!("{problems:?}") };
    assert_eq!((problem.path.dotted(), problem.path.pointer()), ("[1].a/b".to_owned(), "/1/a~1b".to_owned()));
    assert_eq!(problem.violation, Violation::Number { limit: NumberLimit::AtMost, bound: "3".to_owned() });
    assert_eq!(problem.found, &json!(4));
}

#[test]
fn an_unknown_type_and_a_broken_schema_accept_every_value() {
    for schema in [json!({"type": "enum", "enum": ["a"]}), json!({"type": "string", "pattern": "("})] {
        assert_eq!(problems_of_json(&property(&schema), &json!("b")), [], "{schema}");
    }
}
