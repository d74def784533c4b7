//! Tests generated requests to every described route: each error response is in the description, or is one of the
//! listed exceptions. The server never fails with 5xx.

use proptest::prelude::*;
use proptest::sample::select;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

use crate::api::bench::Bench;
use crate::api::description::{DESCRIPTION, Exchange};
use crate::generated_cases;

const NAMES: &[&str] =
    &["b", "a", "z", "no-such", "_user", "_team", "bulk", "search", "", " ", "a/b", "ü", "%", ".", "..", "\u{1}"];
const KEYS: &[&str] = &[
    "identifier",
    "title",
    "icon",
    "team",
    "properties",
    "relations",
    "blueprint",
    "entities",
    "combinator",
    "rules",
    "property",
    "operator",
    "value",
    "schema",
    "required",
    "target",
    "many",
    "text",
    "number",
    "to",
    "query",
    "limit",
    "from",
    "include",
    "exclude",
    "mirrorProperties",
    "calculationProperties",
    "aggregationProperties",
    "ownership",
    "type",
    "path",
    "installationId",
    "config",
    "version",
    "name",
    "settings",
];
const FLAGS: &[&str] = &[
    "upsert",
    "merge",
    "validation_only",
    "create_missing_related_entities",
    "delete_dependents",
    "run_id",
    "include",
    "exclude",
    "exclude_calculated_properties",
    "attach_title_to_relation",
    "delete_blueprint",
    "nonsense",
];

#[derive(Debug, Clone)]
struct Request {
    route: usize,
    names: Vec<&'static str>,
    query: Vec<(&'static str, &'static str)>,
    body: Option<String>,
    has_token: bool,
}

fn value() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-3..2000_i64).prop_map(Value::from),
        select(NAMES).prop_map(Value::from),
        select(&["and", "or", "=", "!=", "contains", "in", "between", "relatedTo", "string", "number", "array"][..])
            .prop_map(Value::from),
        any::<String>().prop_map(|text| Value::from(text.replace('\0', ""))),
    ];
    leaf.prop_recursive(4, 24, 5, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::vec((select(KEYS), inner), 0..5).prop_map(object),
        ]
    })
}

fn object(members: Vec<(&'static str, Value)>) -> Value {
    members.into_iter().map(|(key, value)| (key.to_owned(), value)).collect::<Map<_, _>>().into()
}

/// Most bodies are nearly valid, so that not all are rejected by the first check.
fn body() -> impl Strategy<Value = Option<String>> {
    let near = prop_oneof![
        Just(json!({"identifier": "a", "properties": {"text": "t"}})),
        Just(json!({"entities": [{"identifier": "a"}, {"identifier": "c", "relations": {"to": "a"}}]})),
        Just(json!({"entities": ["a", "z"]})),
        Just(json!({"combinator": "and", "rules": [{"property": "$identifier", "operator": "=", "value": "a"}]})),
        Just(json!({"identifier": "n", "title": "N", "schema": {"properties": {}}, "relations": {}})),
        Just(json!({"query": {"combinator": "and", "rules": []}, "limit": 2})),
    ];
    prop_oneof![
        1 => Just(None),
        1 => select(&["", "{", "null", "[]", "\"a\"", "1e999", "{\"a\":1,}", "\u{feff}{}"][..]).prop_map(|it| Some(it.to_owned())),
        4 => value().prop_map(|value| Some(value.to_string())),
        6 => (near, prop::collection::vec((select(KEYS), value()), 0..3)).prop_map(|(mut near, more)| {
            more.into_iter().for_each(|(key, value)| near[key] = value);
            Some(near.to_string())
        }),
    ]
}

fn request(routes: usize) -> impl Strategy<Value = Request> {
    let flag = (select(FLAGS), select(&["true", "false", "", "1", "a", "properties"][..]));
    let names = prop::collection::vec(select(NAMES), 2);
    (0..routes, names, prop::collection::vec(flag, 0..3), body(), prop::bool::weighted(0.95))
        .prop_map(|(route, names, query, body, has_token)| Request { route, names, query, body, has_token })
}

#[test]
fn whatever_is_asked_the_answer_is_a_described_one() {
    let Some(bench) = Bench::embedded("it would write anything anywhere") else { return };
    let relations = json!({"to": {"target": "b", "many": false, "required": false}});
    let blueprint = json!({"identifier": "b", "title": "B", "relations": relations,
        "schema": {"properties": {"text": {"type": "string"}, "number": {"type": "number"}}}});
    bench.post(&["blueprints"]).send(blueprint.clone()).gave(201);
    let methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
    let paths = DESCRIPTION.document["paths"].as_object().expect("paths are an object");
    let routes: Vec<(&'static str, &str)> = paths
        .iter()
        .flat_map(|(path, operations)| {
            let has = |method: &&str| operations.get(method.to_lowercase()).is_some();
            methods.into_iter().filter(has).map(move |method| (method, path.as_str()))
        })
        .collect();
    assert!(routes.len() > 25, "{routes:?}");
    let mut runner = TestRunner::new(generated_cases::config(150));
    let strategy = request(routes.len());
    for case in 0..generated_cases::cases(150) {
        let asked = strategy.new_tree(&mut runner).expect("it is generated").current();
        let (method, template) = routes[asked.route];
        let mut names = asked.names.iter();
        let segments = template.trim_start_matches("/v1/").split('/');
        let path: Vec<String> = segments
            .map(|segment| match segment.starts_with('{') {
                true => (*names.next().unwrap_or(&"a")).to_owned(),
                false => segment.to_owned(),
            })
            .collect();
        let segments: Vec<&str> = path.iter().map(String::as_str).collect();
        let mut call = bench.call(method, &segments).unheld().flags(&asked.query);
        if !asked.has_token {
            call = call.token(None);
        }
        let body = asked.body.as_ref().filter(|_| method != "GET");
        let answer = match body {
            Some(body) => call.send_text(body),
            None => call.now(),
        };
        assert!(answer.status < 500, "case {case}: {answer}\n{asked:?}");
        // The client resolves dots, and an empty segment is no identifier, so these are other routes.
        if path.iter().any(|name| matches!(name.as_str(), "" | "." | "..")) {
            continue;
        }
        let query: Vec<(String, String)> = Vec::new();
        let exchange =
            Exchange { method, path: &path, query: &query, sent: None, status: answer.status, answered: &answer.json };
        let faults = DESCRIPTION.faults(&exchange);
        assert!(faults.is_empty(), "case {case}: {answer}\n  {}\n{asked:?}", faults.join("\n  "));
        if bench.get(&["blueprints", "b"]).unheld().now().status == 404 {
            bench.post(&["blueprints"]).unheld().send(blueprint.clone()).gave(201);
        }
    }
}
