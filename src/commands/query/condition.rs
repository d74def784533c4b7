//! A condition of `--where`: `tier=2`, `language!=go`, `team=payments`. A list holds a value if one of its items is equal.

use crate::commands::query::fields::EntityFields;
use crate::domain::value::Value;

/// A name, and the value that it must or must not have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Condition {
    pub name: String,
    value: String,
    is_negated: bool,
}

impl Condition {
    /// The value parser of the flag.
    pub fn parse(text: &str) -> Result<Self, String> {
        let (name, value) = text.split_once('=').ok_or("expected PROPERTY=VALUE or PROPERTY!=VALUE")?;
        let (name, is_negated) = name.strip_suffix('!').map_or((name, false), |name| (name, true));
        let (name, value) = (name.trim(), value.trim());
        if value.starts_with('=') {
            return Err("write one `=`: PROPERTY=VALUE".to_owned());
        }
        if name.is_empty() {
            return Err("a property is missing before `=`".to_owned());
        }
        Ok(Self { name: name.to_owned(), value: value.to_owned(), is_negated })
    }

    /// The field's name without the `$` that tells it from a property.
    pub(crate) fn plain_name(&self) -> &str {
        self.name.strip_prefix('$').unwrap_or(&self.name)
    }

    pub(crate) fn value(&self) -> &str {
        &self.value
    }

    pub(crate) fn is_negated(&self) -> bool {
        self.is_negated
    }

    /// Whether a value is equal to that of the condition.
    pub(crate) fn equals(&self, value: &Value) -> bool {
        equals(value, &self.value)
    }

    pub(crate) fn accepts(&self, identifier: &str, fields: &EntityFields) -> bool {
        let value = fields.meant(&self.name);
        let is_equal = match (value, self.name.as_str()) {
            (Some(value), _) => equals(value, &self.value),
            (None, "identifier" | "$identifier") => identifier == self.value,
            // `tier=` finds entities without a tier.
            (None, _) => self.value.is_empty(),
        };
        is_equal != self.is_negated
    }
}

fn equals(value: &Value, text: &str) -> bool {
    match value {
        Value::Null => text.is_empty() || text == "null",
        Value::Text(own) => own.as_ref() == text,
        Value::List(items) if items.is_empty() => text.is_empty() || text == "[]",
        Value::List(items) => items.iter().any(|item| equals(item, text)),
        Value::Integer(_) | Value::Large(_) | Value::Float(_) => {
            let number = value.to_json();
            let digits = number.to_string();
            digits == text || number.as_f64().is_some_and(|number| text.parse() == Ok(number))
        }
        Value::Bool(_) | Value::Map(_) => {
            serde_json::from_str::<serde_json::Value>(text).is_ok_and(|json| json == value.to_json())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn holds(condition: &str, json: serde_json::Value) -> bool {
        let condition = Condition::parse(condition).expect("it is a condition");
        let value = Value::from_json(&json);
        equals(&value, &condition.value) != condition.is_negated
    }

    #[test]
    fn a_value_is_compared_by_its_type() {
        use serde_json::json;
        for (condition, value) in [
            ("tier=2", json!(2)),
            ("tier=2.0", json!(2)),
            ("tier=2", json!("2")),
            ("tier!=3", json!(2)),
            ("on=true", json!(true)),
            ("name=a=b", json!("a=b")),
            ("tags=b", json!(["a", "b"])),
            ("tags=", json!([])),
            ("tier=", json!(null)),
            ("owner={\"a\":1}", json!({"a": 1})),
        ] {
            assert!(holds(condition, value.clone()), "{condition} {value}");
        }
        for (condition, value) in [("tier=2", json!(3)), ("on=yes", json!(true)), ("tags!=b", json!(["a", "b"]))] {
            assert!(!holds(condition, value.clone()), "{condition} {value}");
        }
        assert!(
            Condition::parse("tier==1").is_err()
                && Condition::parse("tier").is_err()
                && Condition::parse("=2").is_err()
        );
    }
}
