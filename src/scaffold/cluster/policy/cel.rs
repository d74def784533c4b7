//! Literals of CEL, the expression language of Kubernetes, and conditions with what their evaluation may cost.

use std::fmt::Write as _;

use serde_json::Value as Json;

/// What a loop costs for each of its elements, besides its body.
pub(super) const LOOP_COST: u64 = 6;
/// With fewer elements or characters than this, a demand would judge too little to be useful.
pub(super) const MIN_JUDGED: u64 = 16;

/// A boolean CEL expression about one value.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Condition {
    pub text: String,
    /// The most that an evaluation costs, in the units of Kubernetes.
    pub cost: u64,
    /// It is false for everything that the schema refuses. Others pass what is too large to judge, so they must not be
    /// negated.
    pub is_exact: bool,
}

impl Condition {
    pub fn exact(text: String, cost: u64) -> Self {
        Self { text, cost, is_exact: true }
    }

    /// The conditions joined by an operator; `None` if there are none.
    pub fn joined(conditions: Vec<Self>, operator: &str) -> Option<Self> {
        if conditions.len() < 2 {
            return conditions.into_iter().next();
        }
        let texts: Vec<String> = conditions.iter().map(|condition| format!("({})", condition.text)).collect();
        Some(Self {
            text: texts.join(operator),
            cost: conditions.iter().map(|condition| condition.cost).sum(),
            is_exact: conditions.iter().all(|condition| condition.is_exact),
        })
    }
}

/// What Kubernetes charges for a match. A text has at most as many bytes as it counts, four for each character.
pub(super) fn match_cost(characters: u64, regex_length: usize) -> u64 {
    (characters / 10 + 2) * ((regex_length as u64).div_ceil(4) + 1)
}

/// A string literal. Everything that is not plain text is escaped, so that it also fits on a line of YAML.
pub(super) fn text(value: &str) -> String {
    let mut literal = String::with_capacity(value.len() + 2);
    literal.push('"');
    for c in value.chars() {
        match c {
            '"' | '\\' => literal.extend(['\\', c]),
            ' '..='~' => literal.push(c),
            c if c.is_alphanumeric() => literal.push(c),
            c if (c as u32) < 0x10000 => _ = write!(literal, "\\u{:04x}", c as u32),
            c => _ = write!(literal, "\\U{:08x}", c as u32),
        }
    }
    literal.push('"');
    literal
}

/// A raw string literal of a regular expression; it must have no double quote.
pub(super) fn raw(regex: &str) -> String {
    format!("r\"{regex}\"")
}

/// A list of string literals.
pub(super) fn texts<'t>(values: impl IntoIterator<Item = &'t str>) -> String {
    let literals: Vec<String> = values.into_iter().map(text).collect();
    format!("[{}]", literals.join(", "))
}

/// A literal of any JSON value.
pub(super) fn literal(value: &Json) -> String {
    match value {
        Json::Null => "null".to_owned(),
        Json::Bool(value) => value.to_string(),
        Json::Number(number) => match number.as_i64().filter(|number| *number != i64::MIN) {
            Some(number) => number.to_string(),
            // Written with a point or an exponent, so that it is not read as an integer.
            None => format!("{:?}", number.as_f64().unwrap_or_default()),
        },
        Json::String(value) => text(value),
        Json::Array(items) => list(items),
        Json::Object(entries) => {
            let values: Vec<&Json> = entries.values().collect();
            let members = entries.keys().zip(elements(&values));
            let members: Vec<String> = members.map(|(key, value)| format!("{}: {value}", text(key))).collect();
            format!("{{{}}}", members.join(", "))
        }
    }
}

pub(super) fn list(items: &[Json]) -> String {
    format!("[{}]", elements(&items.iter().collect::<Vec<_>>()).join(", "))
}

/// The elements of a list or a map must have one static type, which `dyn` gives to all of them.
fn elements(values: &[&Json]) -> Vec<String> {
    let is_uniform =
        values.iter().all(|value| scalar_type(value).is_some_and(|found| Some(found) == scalar_type(values[0])));
    values.iter().map(|value| if is_uniform { literal(value) } else { format!("dyn({})", literal(value)) }).collect()
}

fn scalar_type(value: &Json) -> Option<&'static str> {
    match value {
        Json::Bool(_) => Some("bool"),
        Json::Number(number) => Some(if number.is_i64() { "int" } else { "double" }),
        Json::String(_) => Some("string"),
        Json::Null | Json::Array(_) | Json::Object(_) => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn literals_have_one_type_in_a_list() {
        for (value, expected) in [
            (json!(["a", "b\"\\\n\u{2028}😀é"]), "[\"a\", \"b\\\"\\\\\\u000a\\u2028\\U0001f600é\"]"),
            (json!([1, -2]), "[1, -2]"),
            (json!([1, 2.5, 1e300]), "[dyn(1), dyn(2.5), dyn(1e300)]"),
            (json!([u64::MAX]), "[1.8446744073709552e19]"),
            (json!([true, null]), "[dyn(true), dyn(null)]"),
            (json!([["a"], {"k": 1}]), "[dyn([\"a\"]), dyn({\"k\": 1})]"),
            (json!([]), "[]"),
        ] {
            assert_eq!(literal(&value), expected);
        }
    }
}
