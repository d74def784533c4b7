//! The order of values: null, false, true, numbers, strings, arrays, objects.

use std::cmp::Ordering;

use num_bigint::BigInt;

use super::number::{Number, big_to_float};
use super::value::Value;

impl PartialEq for Value {
    fn eq(&self, other: &Self) -> bool {
        compare(self, other).is_eq()
    }
}

/// Compares two values as gojq does. NaN is less than every number, itself among them.
pub(super) fn compare(left: &Value, right: &Value) -> Ordering {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => compare_numbers(left, right),
        (Value::String(left), Value::String(right)) => left.as_bytes().cmp(right.as_bytes()),
        (Value::Array(left), Value::Array(right)) => compare_lists(left, right),
        (Value::Object(left), Value::Object(right)) => {
            let keys = left.keys().map(|key| key.as_bytes()).cmp(right.keys().map(|key| key.as_bytes()));
            let values = left.values().zip(right.values());
            keys.then_with(|| {
                values.map(|(left, right)| compare(left, right)).find(|order| order.is_ne()).unwrap_or(Ordering::Equal)
            })
        }
        _ => rank(left).cmp(&rank(right)),
    }
}

pub(super) fn compare_lists(left: &[Value], right: &[Value]) -> Ordering {
    let items = left.iter().zip(right).map(|(left, right)| compare(left, right)).find(|order| order.is_ne());
    items.unwrap_or_else(|| left.len().cmp(&right.len()))
}

fn compare_numbers(left: &Number, right: &Number) -> Ordering {
    match (left, right) {
        (Number::Int(left), Number::Int(right)) => left.cmp(right),
        (Number::Big(left), Number::Big(right)) => left.cmp(right),
        (Number::Int(left), Number::Big(right)) => BigInt::from(*left).cmp(right),
        (Number::Big(left), Number::Int(right)) => (**left).cmp(&BigInt::from(*right)),
        (Number::Float(left), Number::Big(right)) => compare_floats(*left, big_to_float(right)),
        (Number::Big(left), Number::Float(right)) => compare_floats(big_to_float(left), *right),
        (Number::Float(_), Number::Int(_) | Number::Float(_)) | (Number::Int(_), Number::Float(_)) => {
            compare_floats(left.to_float(), right.to_float())
        }
    }
}

fn compare_floats(left: f64, right: f64) -> Ordering {
    if left < right || left.is_nan() {
        Ordering::Less
    } else if left == right {
        Ordering::Equal
    } else {
        Ordering::Greater
    }
}

fn rank(value: &Value) -> u8 {
    match value {
        Value::Null => 0,
        Value::Bool(false) => 1,
        Value::Bool(true) => 2,
        Value::Number(_) => 3,
        Value::String(_) => 4,
        Value::Array(_) => 5,
        Value::Object(_) => 6,
    }
}
