//! Arithmetic and comparisons. Integers stay integers as long as they can, as in gojq.

use std::collections::BTreeMap;
use std::sync::Arc;

use num_bigint::BigInt;

use super::Limit;
use super::budget::Budget;
use super::compare::compare;
use super::encode::describe;
use super::fault::{Fault, Outcome, failed, unfit, unfit_pair};
use super::number::{Number, big_to_float, truncate};
use super::value::{Object, Value};

/// The largest integer that is calculated with.
const MAX_BITS: u64 = 1 << 17;

/// The longest string that `*` makes; a longer one is null.
const MAX_REPEATED: usize = 0x1000_0000;

/// Two numbers, brought to the same kind.
enum Pair {
    Ints(i64, i64),
    Bigs(BigInt, BigInt),
    Floats(f64, f64),
}

impl Pair {
    fn of(left: &Number, right: &Number) -> Self {
        match (left, right) {
            (Number::Int(left), Number::Int(right)) => Self::Ints(*left, *right),
            (Number::Float(_), _) | (_, Number::Float(_)) => Self::Floats(left.to_float(), right.to_float()),
            (left, right) => Self::Bigs(to_big(left), to_big(right)),
        }
    }
}

fn to_big(number: &Number) -> BigInt {
    match number {
        Number::Int(integer) => BigInt::from(*integer),
        Number::Big(big) => (**big).clone(),
        Number::Float(float) => BigInt::from(truncate(*float)),
    }
}

/// An integer that did not fit, within bounds.
fn big(budget: &mut Budget, big: BigInt) -> Outcome {
    budget.spend_steps(usize::try_from(big.bits() / 64).unwrap_or(usize::MAX))?;
    if big.bits() > MAX_BITS {
        return Err(Fault::Limit(Limit::Memory));
    }
    Ok(Value::Number(Number::big(big)))
}

pub(super) fn plus(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    match input {
        Value::Number(_) => Ok(input.clone()),
        _ => Err(unfit("cannot plus", input)),
    }
}

pub(super) fn negate(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    match input {
        Value::Number(number) => Ok(Value::Number(number.negate())),
        _ => Err(unfit("cannot negate", input)),
    }
}

pub(super) fn add(budget: &mut Budget, left: &Value, right: &Value) -> Outcome {
    match (left, right) {
        (Value::Null, other) | (other, Value::Null) => Ok(other.clone()),
        (Value::Number(left), Value::Number(right)) => match Pair::of(left, right) {
            Pair::Ints(left, right) => match left.checked_add(right) {
                Some(sum) => Ok(Value::int(sum)),
                None => big(budget, BigInt::from(left) + right),
            },
            Pair::Floats(left, right) => Ok(Value::float(left + right)),
            Pair::Bigs(left, right) => big(budget, left + right),
        },
        (Value::String(left), Value::String(right)) => {
            budget.spend_bytes(left.len() + right.len())?;
            Ok(Value::from([&**left, &**right].concat()))
        }
        (Value::Array(one), Value::Array(other)) => {
            if one.is_empty() {
                return Ok(right.clone());
            }
            if other.is_empty() {
                return Ok(left.clone());
            }
            budget.spend_items(one.len() + other.len())?;
            Ok(Value::array([&**one, &**other].concat()))
        }
        (Value::Object(one), Value::Object(other)) => {
            if one.is_empty() {
                return Ok(right.clone());
            }
            if other.is_empty() {
                return Ok(left.clone());
            }
            budget.spend_items(one.len() + other.len())?;
            let mut sum = (**one).clone();
            sum.extend(other.iter().map(|(key, value)| (key.clone(), value.clone())));
            Ok(Value::Object(sum.into()))
        }
        _ => Err(unfit_pair("add", left, right)),
    }
}

pub(super) fn subtract(budget: &mut Budget, left: &Value, right: &Value) -> Outcome {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => match Pair::of(left, right) {
            Pair::Ints(left, right) => match left.checked_sub(right) {
                Some(difference) => Ok(Value::int(difference)),
                None => big(budget, BigInt::from(left) - right),
            },
            Pair::Floats(left, right) => Ok(Value::float(left - right)),
            Pair::Bigs(left, right) => big(budget, left - right),
        },
        (Value::Array(left), Value::Array(right)) => {
            budget.spend_steps(left.len().saturating_mul(right.len()))?;
            let kept = left.iter().filter(|item| !right.iter().any(|other| compare(item, other).is_eq()));
            Ok(Value::array(kept.cloned().collect()))
        }
        _ => Err(unfit_pair("subtract", left, right)),
    }
}

pub(super) fn multiply(budget: &mut Budget, left: &Value, right: &Value) -> Outcome {
    match (left, right) {
        (Value::Number(left), Value::Number(right)) => match Pair::of(left, right) {
            Pair::Ints(left, right) => multiply_integers(budget, left, right),
            Pair::Floats(left, right) => Ok(Value::float(left * right)),
            Pair::Bigs(left, right) => {
                if left.bits() + right.bits() > MAX_BITS {
                    return Err(Fault::Limit(Limit::Memory));
                }
                big(budget, left * right)
            }
        },
        (Value::Object(left), Value::Object(right)) => merge(budget, left, right),
        (Value::String(text), Value::Number(count)) | (Value::Number(count), Value::String(text)) => {
            repeat(budget, text, count.to_float())
        }
        _ => Err(unfit_pair("multiply", left, right)),
    }
}

/// As gojq notices an overflow, which it does not in one case.
fn multiply_integers(budget: &mut Budget, left: i64, right: i64) -> Outcome {
    let product = left.wrapping_mul(right);
    if right == 0 || product.wrapping_div(right) == left {
        return Ok(Value::int(product));
    }
    big(budget, BigInt::from(left) * right)
}

fn merge(budget: &mut Budget, left: &Object, right: &Object) -> Outcome {
    budget.spend_items(left.len() + right.len())?;
    let mut merged: BTreeMap<Arc<str>, Value> = (**left).clone();
    for (key, value) in right.iter() {
        let value = match (merged.get(key), value) {
            (Some(Value::Object(inner)), Value::Object(other)) => merge(budget, inner, other)?,
            _ => value.clone(),
        };
        merged.insert(key.clone(), value);
    }
    Ok(Value::Object(merged.into()))
}

#[expect(clippy::cast_precision_loss, reason = "the limit is far below where floats lose integers")]
fn repeat(budget: &mut Budget, text: &str, count: f64) -> Outcome {
    if count < 0.0 || count.is_nan() {
        return Ok(Value::Null);
    }
    if text.is_empty() {
        return Ok(Value::from(""));
    }
    if count > (MAX_REPEATED / text.len()) as f64 {
        return Ok(Value::Null);
    }
    let count = usize::try_from(truncate(count)).unwrap_or(0);
    budget.spend_bytes(text.len().saturating_mul(count))?;
    Ok(Value::from(text.repeat(count)))
}

pub(super) fn divide(budget: &mut Budget, left: &Value, right: &Value) -> Outcome {
    match (left, right) {
        (Value::Number(dividend), Value::Number(divisor)) => {
            let by_zero = || failed(format!("cannot divide {} by: {}", describe(left), describe(right)));
            match Pair::of(dividend, divisor) {
                Pair::Ints(_, 0) => Err(by_zero()),
                Pair::Ints(left, right) if left.wrapping_rem(right) == 0 => Ok(Value::int(left.wrapping_div(right))),
                Pair::Ints(..) => Ok(Value::float(dividend.to_float() / divisor.to_float())),
                Pair::Floats(_, 0.0) => Err(failed(format!(
                    "cannot divide {} by: {}",
                    describe(&Value::float(dividend.to_float())),
                    describe(&Value::float(divisor.to_float()))
                ))),
                Pair::Floats(left, right) => Ok(Value::float(left / right)),
                Pair::Bigs(_, right) if right == BigInt::ZERO => Err(by_zero()),
                Pair::Bigs(left, right) if &left % &right == BigInt::ZERO => big(budget, left / right),
                Pair::Bigs(left, right) => Ok(Value::float(big_to_float(&left) / big_to_float(&right))),
            }
        }
        (Value::String(text), Value::String(separator)) => {
            super::functions::strings::split_text(budget, text, separator)
        }
        _ => Err(unfit_pair("divide", left, right)),
    }
}

pub(super) fn modulo(budget: &mut Budget, left: &Value, right: &Value) -> Outcome {
    let (Value::Number(dividend), Value::Number(divisor)) = (left, right) else {
        return Err(unfit_pair("modulo", left, right));
    };
    let by_zero =
        |left: &Value, right: &Value| failed(format!("cannot modulo {} by: {}", describe(left), describe(right)));
    match Pair::of(dividend, divisor) {
        Pair::Ints(_, 0) => Err(by_zero(left, right)),
        Pair::Ints(left, right) => Ok(Value::int(left.wrapping_rem(right))),
        Pair::Floats(left, right) => {
            let divisor = truncate(right);
            if divisor == 0 {
                return Err(by_zero(&Value::float(left), &Value::float(right)));
            }
            if left.is_nan() || right.is_nan() {
                return Ok(Value::float(f64::NAN));
            }
            Ok(Value::int(truncate(left).wrapping_rem(divisor)))
        }
        Pair::Bigs(_, divisor) if divisor == BigInt::ZERO => Err(by_zero(left, right)),
        Pair::Bigs(left, right) => big(budget, left % right),
    }
}

/// The operators as functions of two arguments.
macro_rules! operator {
    ($name:ident, |$budget:ident, $left:ident, $right:ident| $result:expr) => {
        pub(super) fn $name($budget: &mut Budget, _: &Value, arguments: &[Value]) -> Outcome {
            let ($left, $right) = (&arguments[0], &arguments[1]);
            $result
        }
    };
}

operator!(add_arguments, |budget, left, right| add(budget, left, right));
operator!(subtract_arguments, |budget, left, right| subtract(budget, left, right));
operator!(multiply_arguments, |budget, left, right| multiply(budget, left, right));
operator!(divide_arguments, |budget, left, right| divide(budget, left, right));
operator!(modulo_arguments, |budget, left, right| modulo(budget, left, right));
operator!(alternative, |_budget, left, right| Ok(if left.is_truthy() { left.clone() } else { right.clone() }));
operator!(equal, |_budget, left, right| Ok(Value::Bool(compare(left, right).is_eq())));
operator!(not_equal, |_budget, left, right| Ok(Value::Bool(compare(left, right).is_ne())));
operator!(greater, |_budget, left, right| Ok(Value::Bool(compare(left, right).is_gt())));
operator!(less, |_budget, left, right| Ok(Value::Bool(compare(left, right).is_lt())));
operator!(greater_or_equal, |_budget, left, right| Ok(Value::Bool(compare(left, right).is_ge())));
operator!(less_or_equal, |_budget, left, right| Ok(Value::Bool(compare(left, right).is_le())));
