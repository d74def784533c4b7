//! Finds conditions of `--where` whose value no blueprint allows. Such a condition would look like an empty list, or like one
//! of everything if it is negated.

use serde_json::Value as Json;

use crate::commands::query::condition::Condition;
use crate::domain::blueprint::{Blueprint, PropertyKind};
use crate::domain::entity::fields::TextField;
use crate::domain::value::Value;
use crate::text::plural::list;
use crate::text::suggest::closest;

/// The number of choices that a message names.
const MAX_CHOICES: usize = 12;

/// Why no entity can have the value.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct ImpossibleValue {
    pub name: String,
    pub value: String,
    /// A clause: "it is a number".
    pub reason: String,
    pub help: String,
    pub is_negated: bool,
}

/// What a property accepts, as far as a text can be judged by it.
enum Expected<'a> {
    Choices(&'a [Json]),
    Number,
    Boolean,
}

/// `None` if an entity of one of these blueprints may have the value.
pub(crate) fn impossible_value(condition: &Condition, blueprints: &[&Blueprint]) -> Option<ImpossibleValue> {
    let (name, value) = (condition.name.as_str(), condition.value());
    let is_field = name.starts_with('$') || ["identifier", "team"].contains(&name) || TextField::of_key(name).is_some();
    let is_relation = || blueprints.iter().any(|blueprint| blueprint.relation(name).is_some());
    // These three texts are also those of an absent value and of an empty list.
    if ["", "null", "[]"].contains(&value) || is_field || is_relation() {
        return None;
    }
    let properties = blueprints.iter().filter_map(|blueprint| blueprint.property(name));
    let expected: Vec<Expected<'_>> =
        properties.map(|property| expected_of(&property.schema)).collect::<Option<_>>()?;
    if expected.is_empty() || expected.iter().any(|expected| expected.allows(condition)) {
        return None;
    }
    let mut choices: Vec<String> = Vec::new();
    for choice in expected.iter().flat_map(Expected::choices) {
        if !choices.contains(&choice) {
            choices.push(choice);
        }
    }
    let all = || list(&choices.iter().map(|choice| format!("`{choice}`")).collect::<Vec<_>>());
    let reason = match expected.first() {
        Some(Expected::Number) => "it is a number".to_owned(),
        Some(Expected::Boolean) => "it is `true` or `false`".to_owned(),
        Some(Expected::Choices(_)) | None if choices.len() > MAX_CHOICES => {
            format!("it is one of {} choices", choices.len())
        }
        Some(Expected::Choices(_)) | None => format!("the choices are {}", all()),
    };
    let help = match closest(value, choices.iter().map(String::as_str)) {
        Some(meant) => format!("did you mean `{meant}`?"),
        None => format!("`portolan explain BLUEPRINT.{name}` shows what it may be"),
    };
    let (name, value) = (name.to_owned(), value.to_owned());
    Some(ImpossibleValue { name, value, reason, help, is_negated: condition.is_negated() })
}

/// What a schema expects, of a list what it expects of its items. `None`: a text cannot be judged by it.
fn expected_of(schema: &Json) -> Option<Expected<'_>> {
    if let Some(choices) = schema.get("enum").and_then(Json::as_array) {
        return Some(Expected::Choices(choices));
    }
    match schema.get("type").and_then(Json::as_str).and_then(PropertyKind::parse)? {
        PropertyKind::Number => Some(Expected::Number),
        PropertyKind::Boolean => Some(Expected::Boolean),
        PropertyKind::Array => schema.get("items").and_then(expected_of),
        PropertyKind::String | PropertyKind::Object => None,
    }
}

impl Expected<'_> {
    fn allows(&self, condition: &Condition) -> bool {
        match self {
            Self::Choices(choices) => choices.iter().any(|choice| condition.equals(&Value::from_json(choice))),
            Self::Number => condition.value().parse::<f64>().is_ok(),
            Self::Boolean => [true, false].into_iter().any(|value| condition.equals(&Value::Bool(value))),
        }
    }

    fn choices(&self) -> Vec<String> {
        match self {
            Self::Choices(choices) => choices.iter().map(text_of).collect(),
            Self::Number => Vec::new(),
            Self::Boolean => vec!["true".to_owned(), "false".to_owned()],
        }
    }
}

fn text_of(choice: &Json) -> String {
    choice.as_str().map_or_else(|| choice.to_string(), str::to_owned)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn reason(condition: &str) -> Option<String> {
        let properties = |stage: Json| {
            json!({
                "stage": stage,
                "tier": {"type": "number"},
                "public": {"type": "boolean"},
                "zones": {"type": "array", "items": {"type": "string", "enum": ["eu", "us"]}},
                "sizes": {"type": "array", "items": {"type": "number"}},
                "note": {"type": "string"},
                "any": {},
            })
        };
        let blueprint = |name: &str, stage: Json| {
            let relations = json!({"owner": {"target": "_team", "many": false}});
            let schema = json!({"properties": properties(stage)});
            let raw = json!({"identifier": name, "schema": schema, "relations": relations});
            Blueprint::from_json(raw).expect("a blueprint").0
        };
        let one = blueprint("one", json!({"type": "string", "enum": ["live", "beta"]}));
        let other = blueprint("other", json!({"type": "string", "enum": ["beta", "old"]}));
        let condition = Condition::parse(condition).expect("a condition");
        impossible_value(&condition, &[&one, &other])
            .map(|it| format!("{} {}: {}; {}", it.name, it.value, it.reason, it.help))
    }

    #[test]
    fn a_value_that_some_blueprint_allows_is_possible() {
        for condition in [
            "stage=live",
            "stage!=old",
            "stage=",
            "stage=null",
            "tier=2.0",
            "tier=-1e3",
            "public=true",
            "zones=eu",
            "zones=[]",
            "sizes=4",
            "note=x",
            "any=x",
            "owner=nobody",
            "title=x",
            "team=x",
            "$icon=x",
            "teir=x",
        ] {
            assert_eq!(reason(condition), None, "{condition}");
        }
    }

    #[test]
    fn a_value_that_no_blueprint_allows_is_explained() {
        for (condition, parts) in [
            ("stage=lvie", ["the choices are `live`, `beta` and `old`", "did you mean `live`?"]),
            ("stage!=gone", ["stage gone: ", "explain BLUEPRINT.stage"]),
            ("tier=high", ["it is a number", "explain"]),
            ("public=ture", ["it is `true` or `false`", "did you mean `true`?"]),
            ("public=1", ["it is `true` or `false`", "explain"]),
            ("zones=eus", ["`eu` and `us`", "did you mean `eu`?"]),
            ("sizes=big", ["it is a number", "explain"]),
        ] {
            let reason = reason(condition).unwrap_or_default();
            assert!(parts.iter().all(|part| reason.contains(part)), "{condition}: {reason}");
        }
    }
}
