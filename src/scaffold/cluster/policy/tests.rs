//! Tests of policies: what they say, that they keep to the limits of Kubernetes, and that no name breaks the file. That they
//! decide as the catalog does was tried with a real API server.

use proptest::prelude::*;
use serde_json::{Map, Value as Json, json};

use super::*;
use crate::domain::platform::PORT;
use crate::generated_cases::config;
use crate::text::hostile_texts::hostile_text;

fn blueprint(body: Json) -> Blueprint {
    Blueprint::from_json(body).expect("it is a blueprint").0
}

fn of_properties(properties: Json) -> Blueprint {
    blueprint(json!({"identifier": "service", "schema": {"properties": properties}}))
}

fn text_of(blueprint: &Blueprint) -> String {
    policy(blueprint, "service.getport.io", &PORT)
}

/// The documents of a text.
fn documents(text: &str) -> Vec<Json> {
    let read = |document| serde::Deserialize::deserialize(document).unwrap_or_else(|error| panic!("{error}\n{text}"));
    serde_yaml::Deserializer::from_str(text).map(read).collect()
}

#[test]
fn a_policy_says_what_the_catalog_refuses() {
    let blueprint = blueprint(json!({
        "identifier": "service", "title": "Service",
        "schema": {
            "properties": {
                "tier": {"type": "string", "enum": ["gold", "silver"]},
                "replicas": {"type": "number", "minimum": 1, "maximum": 100, "default": 2},
                "url": {"type": "string", "format": "url"},
                "code": {"type": "string", "pattern": "^[A-Z]{2}\\d$", "minLength": 3},
                "word": {"type": "string", "pattern": "^(?!no)"},
                "tags": {"type": "array", "uniqueItems": true, "items": {"type": "string", "maxLength": 20}},
                "link": {"type": "object", "required": ["url"], "additionalProperties": false,
                    "properties": {"url": {"type": "string"}, "size": {"type": "integer"}}},
                "choice": {"oneOf": [{"type": "string"}, {"const": ["a", 1]}], "type": ["string", "array"]},
                "broken": {"type": "string", "minLength": "three"},
            },
            "required": ["tier", "replicas"],
        },
        "relations": {"system": {"target": "system", "required": true}, "uses": {"target": "service", "many": true}},
        "mirrorProperties": {"domain": {"path": "system.domain"}},
    }));
    insta::assert_snapshot!(text_of(&blueprint));
}

#[test]
fn an_inherited_team_cannot_be_set() {
    let body =
        json!({"identifier": "a", "schema": {"properties": {}}, "ownership": {"type": "Inherited", "path": "r.s"}});
    let text = text_of(&blueprint(body));
    assert!(text.contains("inherits its team through the relation `r.s`"), "{text}");
    assert!(!text.contains("must be a team or a list of teams"), "{text}");
}

#[test]
fn blueprints_that_are_alike_have_policies_of_their_own() {
    let identifiers = ["Service", "service", "SERVICE", "a/b", "注文", "x".repeat(200).as_str()].map(str::to_owned);
    let blueprints = identifiers.map(|identifier| blueprint(json!({"identifier": identifier})));
    let names = policy_names(&blueprints, &PORT);
    let name = |identifier: &str| names[identifier].as_str();
    assert_eq!(name("service"), "service.getport.io");
    assert_eq!([name("SERVICE"), name("Service")], ["service-2.getport.io", "service-3.getport.io"]);
    assert_eq!([name("a/b"), name("注文")], ["a-b.getport.io", "entity.getport.io"]);
    assert_eq!(name(&"x".repeat(200)), format!("{}.getport.io", "x".repeat(100)));
}

/// Kubernetes ends an expression at 1,000,000 and a policy at 10,000,000.
#[test]
fn expressions_keep_to_the_limits_of_kubernetes() {
    let of = |count: usize, schema: Json| {
        let properties: Map<String, Json> = (0..count).map(|at| (format!("p{at}"), schema.clone())).collect();
        of_properties(Json::Object(properties))
    };
    let list =
        json!({"type": "array", "uniqueItems": true, "items": {"type": "string", "format": "url", "pattern": "^a"}});
    let nested = json!({"type": "array", "items": {"type": "array", "items": {"type": "array", "items": list}}});
    for blueprint in [
        of(1, list.clone()),
        of(60, list.clone()),
        of(300, json!({"type": "string", "format": "date-time"})),
        of(20, nested),
        of(40, json!({"type": "object", "additionalProperties": list, "propertyNames": {"pattern": "^[a-z]+$"}})),
        of(1500, json!({"type": "number", "minimum": 1})),
    ] {
        let fits = |budget: &&u64| Policy::new(&blueprint, **budget).cost() <= POLICY_BUDGET;
        let budget = BUDGETS.iter().find(fits).expect("one of them fits");
        let policy = Policy::new(&blueprint, *budget);
        for Validation { condition, message, .. } in &policy.validations {
            assert!(condition.cost < 900_000, "{message} costs {}", condition.cost);
        }
    }
}

#[test]
fn what_cel_does_not_express_is_named() {
    let text = text_of(&of_properties(json!({
        "a": {"type": "string", "pattern": "(a)\\1"},
        "b": {"type": "array", "items": {"type": "string", "format": "hostname"}},
        "c": {"type": "object", "properties": {"d": {"$ref": "#/e"}}},
        "f": {"type": "string", "format": "markdown"},
        "g": {"type": "string", "not": {"pattern": "^x"}},
    })));
    let notes: Vec<&str> = text.lines().filter_map(|line| line.strip_prefix("# - ")).collect();
    assert_eq!(
        notes,
        [
            "property `a`: the pattern `(a)\\1`, which refers back to a group",
            "every item of property `b`: the format `hostname`",
            "property `g`: the form that is excluded (`not`)",
        ]
    );
}

/// Of what is excluded, nothing may be left out: the rest would exclude too much.
#[test]
fn an_exclusion_that_is_not_expressed_excludes_nothing() {
    let look = json!({"pattern": "^(?!x)"});
    let text = text_of(&of_properties(json!({
        "a": {"type": "string", "allOf": [look], "not": look},
        "b": {"type": "string", "oneOf": [look, look, {"minLength": 1}]},
        "c": {"type": "string", "if": look, "then": {"minLength": 9}, "else": {"minLength": 8}},
    })));
    assert!(!text.contains("(true)") && !text.contains("is_met") && !text.contains("!(false"), "{text}");
    assert!(!text.contains(">= 9") && !text.contains(">= 8"), "{text}");
}

fn schema() -> BoxedStrategy<Json> {
    let leaf = prop_oneof![
        hostile_text().prop_map(|text| json!({"type": "string", "enum": [text, "a"]})),
        hostile_text().prop_map(|text| json!({"type": "string", "pattern": text})),
        hostile_text().prop_map(|text| json!({"const": {text: 1}})),
        Just(json!({"type": "string", "format": "url", "maxLength": 3})),
        Just(json!({"type": ["number", "null"], "multipleOf": 2, "exclusiveMinimum": 0.5})),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            inner.clone().prop_map(|items| json!({"type": "array", "items": items, "uniqueItems": true})),
            (hostile_text(), inner.clone(), inner.clone()).prop_map(|(key, member, other)| {
                json!({"type": "object", "properties": {key: member}, "additionalProperties": other})
            }),
            proptest::collection::vec(inner.clone(), 1..3).prop_map(|forms| json!({"type": "string", "oneOf": forms})),
            inner.prop_map(|form| json!({"type": "string", "not": form})),
        ]
    })
    .boxed()
}

proptest! {
    #![proptest_config(config(400))]

    /// Whatever a blueprint's texts are, the file has the two documents, and each expression is one line of text.
    #[test]
    fn no_text_breaks_the_file(
        identifier in hostile_text(),
        properties in proptest::collection::btree_map(hostile_text(), schema(), 0..4),
        relation in hostile_text(),
        default in any::<bool>(),
    ) {
        let required: Vec<String> = properties.keys().cloned().collect();
        let mut properties: Map<String, Json> = properties.into_iter().collect();
        for property in properties.values_mut().filter(|_| default) {
            property["default"] = json!("x");
        }
        let body = json!({
            "identifier": format!("b{identifier}"), "schema": {"properties": properties, "required": required},
            "relations": {relation.clone(): {"target": relation, "many": default}},
        });
        let text = policy(&blueprint(body), "b.getport.io", &PORT);
        let documents = documents(&text);
        prop_assert_eq!(documents.len(), 2);
        let of = |key: &str| documents[0]["spec"][key].as_array().cloned().unwrap_or_default();
        for part in [of("matchConditions"), of("variables"), of("validations")].concat() {
            let expression = part["expression"].as_str().expect("it is text");
            prop_assert!(!expression.contains(char::is_control), "{expression}");
            let message = part.get("message").and_then(Json::as_str).unwrap_or_default();
            prop_assert!(!message.contains(char::is_control), "{message}");
            let count = |c: char| expression.matches(c).count();
            if !expression.contains(['"', '\\']) {
                prop_assert_eq!(count('('), count(')'), "{}", expression);
            }
        }
    }
}
