//! Evaluates search operators on a value, independent of where the value comes from.

use std::collections::HashSet;

use aho_corasick::AhoCorasick;
use serde_json::{Number, Value};

use crate::catalog::wire::Refusal;
use crate::domain::value::timestamp::Moment;
use crate::embedded::api::{Bound, Comparison, Test};
use crate::embedded::store::error::Failure;

/// The value at the location of a rule.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum FieldValue<'a> {
    Null,
    /// A name; it is never parsed as a time.
    Word(&'a str),
    Time(Moment),
    Json(Value),
}

/// One value, or one item of a list.
#[derive(Debug, Clone, Copy)]
enum Item<'a> {
    Word(&'a str),
    Text(&'a str),
    Number(&'a Number),
    Bool(bool),
    Time(Moment),
    /// Null, a nested list or an object: never equal to a search value.
    Other,
}

/// An operator compiled for many values: times are resolved and long lists are indexed.
#[derive(Debug, Clone)]
pub(super) enum Check {
    Empty,
    Null,
    Equal(Value),
    /// Sorted.
    SameList(Vec<String>),
    Compare(Comparison, Bound),
    /// Inclusive at both ends.
    Within(Moment, Moment),
    /// All of them.
    Contains(Vec<Value>),
    ContainsAny {
        items: HashSet<String>,
        parts: AhoCorasick,
    },
    BeginsWith(String),
    EndsWith(String),
    OneOf(HashSet<String>),
}

impl Check {
    pub(super) fn of(test: &Test, now: Moment) -> Result<Self, Failure> {
        Ok(match test {
            Test::Empty => Self::Empty,
            Test::Equal(Value::Null) => Self::Null,
            Test::Equal(Value::Array(wanted)) => {
                let mut wanted: Vec<String> = wanted.iter().filter_map(Value::as_str).map(str::to_owned).collect();
                wanted.sort();
                Self::SameList(wanted)
            }
            Test::Equal(wanted) => Self::Equal(wanted.clone()),
            Test::Compare(comparison, bound) => Self::Compare(*comparison, bound.clone()),
            Test::Within(range) => {
                let (first, last) = range.ends(now);
                Self::Within(first, last)
            }
            Test::Contains(wanted) => Self::Contains(wanted.clone()),
            Test::ContainsAny(wanted) => Self::ContainsAny {
                items: wanted.iter().cloned().collect(),
                parts: AhoCorasick::new(wanted).map_err(|error| {
                    Refusal::invalid(format!("the values of \"containsAny\" are too much to look for: {error}"))
                })?,
            },
            Test::BeginsWith(start) => Self::BeginsWith(start.clone()),
            Test::EndsWith(end) => Self::EndsWith(end.clone()),
            Test::In(wanted) => Self::OneOf(wanted.iter().cloned().collect()),
            Test::Expired => Self::Within(Moment(i64::MIN), now),
        })
    }

    pub(super) fn matches(&self, value: &FieldValue<'_>) -> bool {
        match self {
            Self::Empty => is_empty(value),
            Self::Null => matches!(value, FieldValue::Null | FieldValue::Json(Value::Null)),
            Self::SameList(wanted) => is_same_list(value, wanted),
            Self::Equal(wanted) => any(value, |item| equals(item, wanted)),
            Self::Compare(comparison, bound) => any(value, |item| compares(item, *comparison, bound)),
            Self::Within(first, last) => {
                any(value, |item| moment(item).is_some_and(|moment| *first <= moment && moment <= *last))
            }
            Self::Contains(wanted) => match (value, wanted.as_slice()) {
                // A single scan through the list is cheaper than indexing it.
                (FieldValue::Json(Value::Array(list)), [_, _, ..]) => {
                    let items = Items::of(list);
                    wanted.iter().all(|wanted| items.contain(wanted))
                }
                (FieldValue::Null | FieldValue::Word(_) | FieldValue::Time(_) | FieldValue::Json(_), wanted) => {
                    wanted.iter().all(|wanted| contains(value, wanted))
                }
            },
            Self::ContainsAny { items, parts } => match value {
                FieldValue::Json(Value::Array(list)) => {
                    list.iter().filter_map(Value::as_str).any(|item| items.contains(item))
                }
                FieldValue::Null | FieldValue::Word(_) | FieldValue::Time(_) | FieldValue::Json(_) => {
                    any(value, |item| text(item).is_some_and(|text| parts.is_match(text)))
                }
            },
            Self::BeginsWith(start) => any(value, |item| text(item).is_some_and(|text| text.starts_with(start))),
            Self::EndsWith(end) => any(value, |item| text(item).is_some_and(|text| text.ends_with(end))),
            Self::OneOf(wanted) => any(value, |item| text(item).is_some_and(|text| wanted.contains(text))),
        }
    }
}

fn any(value: &FieldValue<'_>, mut satisfies: impl FnMut(Item<'_>) -> bool) -> bool {
    match value {
        FieldValue::Null => false,
        FieldValue::Word(text) => satisfies(Item::Word(text)),
        FieldValue::Time(moment) => satisfies(Item::Time(*moment)),
        FieldValue::Json(Value::Array(items)) => items.iter().any(|value| satisfies(item(value))),
        FieldValue::Json(value) => satisfies(item(value)),
    }
}

fn item(value: &Value) -> Item<'_> {
    match value {
        Value::String(text) => Item::Text(text),
        Value::Number(number) => Item::Number(number),
        Value::Bool(bool) => Item::Bool(*bool),
        Value::Null | Value::Array(_) | Value::Object(_) => Item::Other,
    }
}

fn is_empty(value: &FieldValue<'_>) -> bool {
    match value {
        FieldValue::Null | FieldValue::Json(Value::Null) => true,
        FieldValue::Json(Value::Array(items)) => items.is_empty(),
        FieldValue::Word(_) | FieldValue::Time(_) | FieldValue::Json(_) => false,
    }
}

fn equals(item: Item<'_>, wanted: &Value) -> bool {
    match (item, wanted) {
        (Item::Word(text), Value::String(wanted)) => text == wanted,
        (Item::Text(text), Value::String(wanted)) => {
            let moments = || Some((Moment::parse(text)?, Moment::parse(wanted)?));
            text == wanted || moments().is_some_and(|(one, other)| one == other)
        }
        (Item::Time(moment), Value::String(wanted)) => Moment::parse(wanted) == Some(moment),
        (Item::Number(number), Value::Number(wanted)) => order(number, wanted).is_some_and(std::cmp::Ordering::is_eq),
        (Item::Bool(bool), Value::Bool(wanted)) => bool == *wanted,
        (Item::Word(_) | Item::Text(_) | Item::Time(_) | Item::Number(_) | Item::Bool(_) | Item::Other, _) => false,
    }
}

/// Whether the list has the same strings in any order; `wanted` is sorted.
fn is_same_list(value: &FieldValue<'_>, wanted: &[String]) -> bool {
    let FieldValue::Json(Value::Array(items)) = value else { return false };
    let texts: Option<Vec<&str>> = items.iter().map(Value::as_str).collect();
    texts.filter(|texts| texts.len() == wanted.len()).is_some_and(|mut texts| {
        texts.sort_unstable();
        texts == wanted
    })
}

fn compares(item: Item<'_>, comparison: Comparison, bound: &Bound) -> bool {
    let order = match bound {
        Bound::Number(bound) => match item {
            Item::Number(number) => order(number, bound),
            Item::Word(_) | Item::Text(_) | Item::Bool(_) | Item::Time(_) | Item::Other => None,
        },
        Bound::Moment(bound) => moment(item).map(|moment| moment.cmp(bound)),
    };
    order.is_some_and(|order| match comparison {
        Comparison::Above => order.is_gt(),
        Comparison::AtLeast => order.is_ge(),
        Comparison::Below => order.is_lt(),
        Comparison::AtMost => order.is_le(),
    })
}

/// Compares by value: 1 equals 1.0, and integers are not rounded.
fn order(one: &Number, other: &Number) -> Option<std::cmp::Ordering> {
    match (whole(one), whole(other)) {
        (Some(one), Some(other)) => Some(one.cmp(&other)),
        (Some(_) | None, _) => one.as_f64()?.partial_cmp(&other.as_f64()?),
    }
}

fn contains(value: &FieldValue<'_>, wanted: &Value) -> bool {
    match wanted {
        Value::String(wanted) => contains_text(value, wanted),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) | Value::Object(_) => {
            any(value, |item| equals(item, wanted))
        }
    }
}

/// Whether a text contains it as a part, or a list as an item.
fn contains_text(value: &FieldValue<'_>, wanted: &str) -> bool {
    match value {
        FieldValue::Json(Value::Array(items)) => items.iter().any(|item| item.as_str() == Some(wanted)),
        FieldValue::Json(Value::String(text)) => text.contains(wanted),
        FieldValue::Word(text) => text.contains(wanted),
        FieldValue::Null | FieldValue::Time(_) | FieldValue::Json(_) => false,
    }
}

/// Index over the items of a list; must agree with `equals` for an item and `contains_text` for a list.
#[derive(Default)]
struct Items<'a> {
    texts: HashSet<&'a str>,
    bools: HashSet<bool>,
    whole: HashSet<i128>,
    /// The bits of numbers that are not integers.
    broken: HashSet<u64>,
    /// The bits of all numbers, rounded to a float.
    rounded: HashSet<u64>,
}

impl<'a> Items<'a> {
    fn of(list: &'a [Value]) -> Self {
        let mut items = Self::default();
        for value in list {
            match value {
                Value::String(text) => {
                    items.texts.insert(text);
                }
                Value::Bool(bool) => {
                    items.bools.insert(*bool);
                }
                Value::Number(number) => {
                    let rounded = rounded(number);
                    items.rounded.extend(rounded);
                    match whole(number) {
                        Some(whole) => {
                            items.whole.insert(whole);
                        }
                        None => items.broken.extend(rounded),
                    }
                }
                Value::Null | Value::Array(_) | Value::Object(_) => {}
            }
        }
        items
    }

    fn contain(&self, wanted: &Value) -> bool {
        let among = |bits: &HashSet<u64>, number| rounded(number).is_some_and(|number| bits.contains(&number));
        match wanted {
            Value::String(wanted) => self.texts.contains(wanted.as_str()),
            Value::Bool(wanted) => self.bools.contains(wanted),
            // As in `order`: two integers are compared exactly, other numbers as floats.
            Value::Number(wanted) => match whole(wanted) {
                Some(number) => self.whole.contains(&number) || among(&self.broken, wanted),
                None => among(&self.rounded, wanted),
            },
            Value::Null | Value::Array(_) | Value::Object(_) => false,
        }
    }
}

fn whole(number: &Number) -> Option<i128> {
    number.as_i64().map(i128::from).or_else(|| number.as_u64().map(i128::from))
}

/// Equal floats have equal bits except zero; adding 0.0 turns -0.0 into 0.0.
fn rounded(number: &Number) -> Option<u64> {
    number.as_f64().map(|number| (number + 0.0).to_bits())
}

fn text(item: Item<'_>) -> Option<&str> {
    match item {
        Item::Word(text) | Item::Text(text) => Some(text),
        Item::Number(_) | Item::Bool(_) | Item::Time(_) | Item::Other => None,
    }
}

fn moment(item: Item<'_>) -> Option<Moment> {
    match item {
        Item::Time(moment) => Some(moment),
        Item::Text(text) => Moment::parse(text),
        Item::Word(_) | Item::Number(_) | Item::Bool(_) | Item::Other => None,
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    /// A scan through a list and a lookup in its index must agree.
    #[test]
    fn a_list_contains_the_same_whichever_way_it_is_looked_at() {
        let values = [
            json!("a"),
            json!("1"),
            json!("2026-01-01T00:00:00Z"),
            json!("2026-01-01T00:00:00.000Z"),
            json!(true),
            json!(false),
            json!(0),
            json!(-0.0),
            json!(1),
            json!(1.0),
            json!(1.5),
            json!(9_007_199_254_740_992_u64),
            json!(9_007_199_254_740_993_u64),
            json!(9_007_199_254_740_992.0),
            json!(u64::MAX),
            json!(1e300),
            json!(null),
            json!([]),
            json!({}),
        ];
        for item in &values {
            let list = [item.clone(), json!("other")];
            let items = Items::of(&list);
            let value = FieldValue::Json(Value::Array(list.to_vec()));
            for wanted in &values {
                assert_eq!(items.contain(wanted), contains(&value, wanted), "{wanted} in {value:?}");
            }
        }
    }

    #[test]
    fn all_that_is_wanted_is_in_the_list() {
        let matches = |list: Value, wanted: &[Value]| Check::Contains(wanted.to_vec()).matches(&FieldValue::Json(list));
        assert!(matches(json!(["a", 2, true]), &[json!("a"), json!(2.0), json!(true)]));
        assert!(!matches(json!(["a", 2]), &[json!("a"), json!(3)]));
        assert!(matches(json!("abc"), &[json!("a"), json!("c")]));
        let many: Vec<Value> = (0..100_000).map(|number| json!(format!("x{number}"))).collect();
        assert!(matches(Value::Array(many.iter().rev().cloned().collect()), &many));
    }
}
