//! Policies for tests: written as JSON, and a choice of them for generated worlds.

use serde_json::{Value as Json, json};

use crate::domain::entity::fields::TextField;
use crate::domain::plan::change::{ActionKind, Field};
use crate::domain::plan::policy::{Conditions, CountLimit, FieldCondition, FieldName, Policy, PolicyVerdict, When};
use crate::domain::value::Value;

fn each(json: &Json) -> Vec<&Json> {
    match json {
        Json::Array(items) => items.iter().collect(),
        one => vec![one],
    }
}

fn texts(json: &Json) -> Vec<Box<str>> {
    each(json).into_iter().map(|text| text.as_str().expect("a text").into()).collect()
}

fn field_name(name: &str) -> FieldName {
    match (name, name.split_once('.')) {
        ("team", _) => FieldName::Known(Field::Team),
        ("title", _) => FieldName::Known(Field::Text(TextField::Title)),
        (_, Some(("properties", name))) => FieldName::Known(Field::Property(name.into())),
        (_, Some(("relations", name))) => FieldName::Known(Field::Relation(name.into())),
        _ => FieldName::PropertyOrRelation(name.into()),
    }
}

pub fn conditions(json: &Json) -> Conditions {
    let mut found = Conditions::default();
    let values = |name: &str| json.get(name).map(|json| each(json).into_iter().map(Value::from_json).collect());
    for (name, value) in json.as_object().into_iter().flatten() {
        match name.as_str() {
            "blueprint" => found.blueprints = texts(value),
            "identifier" => found.identifiers = texts(value),
            "action" => {
                found.actions = texts(value).iter().map(|word| ActionKind::parse(word).expect("an action")).collect();
            }
            "field" => {
                found.field = Some(FieldCondition {
                    field: field_name(value.as_str().expect("a name")),
                    is_changed: json.get("changed").and_then(Json::as_bool),
                    before: values("before").unwrap_or_default(),
                    after: values("after").unwrap_or_default(),
                });
            }
            "owner" => {
                found.owners =
                    serde_json::from_value(Json::from_iter(each(value).into_iter().cloned())).expect("owners")
            }
            "origin" => {
                found.origins =
                    serde_json::from_value(Json::from_iter(each(value).into_iter().cloned())).expect("origins")
            }
            "changed" | "before" | "after" | "not" | "count" => {}
            other => panic!("{other}"),
        }
    }
    found
}

/// A policy as the config has it, in JSON; owners are those of `OwnerStatus`.
pub fn policy(name: &str, verdict: PolicyVerdict, when: &Json) -> Policy {
    let number = |name: &str| when["count"][name].as_u64().map(|number| u32::try_from(number).expect("it is small"));
    let count = CountLimit {
        more_than: number("more-than"),
        at_least: number("at-least"),
        more_than_percent: number("more-than-percent"),
    };
    let when = When { all: conditions(when), not: when.get("not").map(conditions), count };
    Policy { name: name.into(), message: None, verdict, when, is_of_base: false }
}

/// A choice of policies, for worlds of any content.
pub fn some_policies(choice: u8) -> Vec<Policy> {
    let all = [
        policy("deletes", PolicyVerdict::Refuse, &json!({"action": "delete", "blueprint": ["service", "te*"]})),
        policy(
            "tiers",
            PolicyVerdict::Hazard,
            &json!({"field": "tier", "before": [1, null], "not": {"identifier": "a"}}),
        ),
        policy(
            "owners",
            PolicyVerdict::Hazard,
            &json!({"field": "team", "after": null, "action": ["create", "update"]}),
        ),
        policy(
            "links",
            PolicyVerdict::Refuse,
            &json!({"field": "dependsOn", "changed": true, "count": {"more-than": 1}}),
        ),
        policy("pending", PolicyVerdict::Hazard, &json!({"origin": "already-pending", "owner": ["ours", "new"]})),
        policy("many", PolicyVerdict::Hazard, &json!({"count": {"more-than-percent": 40, "at-least": 2}})),
        policy("objects", PolicyVerdict::Hazard, &json!({"field": "meta"})),
    ];
    all.into_iter().enumerate().filter(|(at, _)| choice >> at & 1 == 1).map(|(_, policy)| policy).collect()
}
