//! Selectors of labels, over the parameters of a row or the labels of a cluster.

use std::collections::BTreeMap;

use super::set::Selector;
use super::template::value::GoMap;
use super::template::{GoValue, Stop};

/// The longest name of a label.
const MAX_NAME: usize = 63;

impl Selector {
    /// Whether the selector is one that Kubernetes reads.
    pub(super) fn check(&self) -> Result<(), Stop> {
        let fail = |text: String| Err(Stop::Fault(format!("error parsing label selector: {text}")));
        for (key, _) in &self.labels {
            if !is_label_key(key) {
                return fail(format!("key: Invalid value: {key:?}"));
            }
        }
        for expression in &self.expressions {
            let has_values = !expression.values.is_empty();
            match expression.operator.as_str() {
                "In" | "NotIn" if !has_values => {
                    return fail(
                        "values: Invalid value: []: for 'in', 'notin' operators, values set can't be empty".to_owned(),
                    );
                }
                "Exists" | "DoesNotExist" if has_values => {
                    return fail(
                        "values: Invalid value: values set must be empty for exists and does not exist".to_owned(),
                    );
                }
                "In" | "NotIn" | "Exists" | "DoesNotExist" => {}
                other => return fail(format!("{other:?} is not a valid label selector operator")),
            }
            if !is_label_key(&expression.key) {
                return fail(format!("key: Invalid value: {:?}", expression.key));
            }
        }
        Ok(())
    }

    pub(super) fn matches(&self, labels: &BTreeMap<String, String>) -> bool {
        let has_labels = self.labels.iter().all(|(key, value)| labels.get(key) == Some(value));
        has_labels
            && self.expressions.iter().all(|expression| {
                let value = labels.get(&expression.key);
                let is_in = value.is_some_and(|value| expression.values.contains(value));
                match expression.operator.as_str() {
                    "In" => is_in,
                    "NotIn" => !is_in,
                    "Exists" => value.is_some(),
                    "DoesNotExist" => value.is_none(),
                    _ => false,
                }
            })
    }
}

/// `PREFIX/NAME` or `NAME`.
fn is_label_key(key: &str) -> bool {
    let (prefix, name) = match key.split_once('/') {
        Some((prefix, name)) => (Some(prefix), name),
        None => (None, key),
    };
    let is_edge = |character: char| character.is_ascii_alphanumeric();
    let is_inner = |character: char| is_edge(character) || matches!(character, '-' | '_' | '.');
    let is_name = !name.is_empty()
        && name.len() <= MAX_NAME
        && name.starts_with(is_edge)
        && name.ends_with(is_edge)
        && name.chars().all(is_inner);
    let is_part = |part: &str| {
        let is_lower = |character: char| character.is_ascii_lowercase() || character.is_ascii_digit();
        !part.is_empty()
            && part.starts_with(is_lower)
            && part.ends_with(is_lower)
            && part.chars().all(|character| is_lower(character) || character == '-')
    };
    is_name && prefix.is_none_or(|prefix| prefix.len() <= 253 && prefix.split('.').all(is_part))
}

/// The parameters of a row with the paths to them as keys: `a.b`, `list.0`.
pub(super) fn flatten(parameters: &GoMap) -> BTreeMap<String, GoValue> {
    let mut flat = BTreeMap::new();
    for (key, value) in &parameters.entries {
        add_flat(key.clone(), value, &mut flat);
    }
    flat
}

fn add_flat(path: String, value: &GoValue, flat: &mut BTreeMap<String, GoValue>) {
    match value {
        GoValue::Map(map) => {
            for (key, member) in &map.entries {
                add_flat(format!("{path}.{key}"), member, flat);
            }
        }
        GoValue::List(items) => {
            for (at, item) in items.iter().enumerate() {
                add_flat(format!("{path}.{at}"), item, flat);
            }
        }
        value => {
            flat.insert(path, value.clone());
        }
    }
}
