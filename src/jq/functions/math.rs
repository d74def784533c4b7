//! Mathematical functions. Where Go calculates in its own way and that decides digits, so does this file; the others may differ
//! from Go in the last digit.

use std::f64::consts::{LOG2_E, LOG10_2};

use crate::jq::budget::Budget;
use crate::jq::fault::{Fault, Outcome, inapplicable};
use crate::jq::number::truncate;
use crate::jq::value::Value;

fn float(name: &str, value: &Value) -> Result<f64, Fault> {
    value.as_number().map(crate::jq::number::Number::to_float).ok_or_else(|| inapplicable(name, value))
}

/// A function of the input.
pub(super) fn unary(name: &str, function: fn(f64) -> f64, input: &Value) -> Outcome {
    Ok(Value::float(function(float(name, input)?)))
}

/// A function of two arguments.
pub(super) fn binary(name: &str, function: fn(f64, f64) -> f64, arguments: &[Value]) -> Outcome {
    Ok(Value::float(function(float(name, &arguments[0])?, float(name, &arguments[1])?)))
}

pub(super) fn fma(_: &mut Budget, _: &Value, arguments: &[Value]) -> Outcome {
    let [x, y, z] = [float("fma", &arguments[0])?, float("fma", &arguments[1])?, float("fma", &arguments[2])?];
    Ok(Value::float(x.mul_add(y, z)))
}

pub(super) fn frexp(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let (fraction, exponent) = split_exponent(float("frexp", input)?);
    Ok(Value::array(vec![Value::float(fraction), Value::int(i64::from(exponent))]))
}

pub(super) fn modf(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let number = float("modf", input)?;
    let whole = number.trunc();
    Ok(Value::array(vec![Value::float((number - whole).copysign(number)), Value::float(whole)]))
}

fn split_exponent(number: f64) -> (f64, i32) {
    if number == 0.0 || !number.is_finite() { (number, 0) } else { libm::frexp(number) }
}

pub(super) fn significand(number: f64) -> f64 {
    if number == 0.0 || !number.is_finite() {
        return number;
    }
    f64::from_bits(number.to_bits() & 0x800f_ffff_ffff_ffff | 0x3ff0_0000_0000_0000)
}

pub(super) fn logb(number: f64) -> f64 {
    if number == 0.0 {
        f64::NEG_INFINITY
    } else if number.is_infinite() {
        f64::INFINITY
    } else if number.is_nan() {
        number
    } else {
        f64::from(split_exponent(number).1 - 1)
    }
}

/// Exact for powers of two.
pub(super) fn log2(number: f64) -> f64 {
    let (fraction, exponent) = split_exponent(number);
    if fraction == 0.5 { f64::from(exponent - 1) } else { fraction.ln() * LOG2_E + f64::from(exponent) }
}

pub(super) fn log10(number: f64) -> f64 {
    log2(number) * LOG10_2
}

pub(super) fn exp10(number: f64) -> f64 {
    pow(10.0, number)
}

/// A whole exponent is reached by squaring, as in Go, which decides the last digits.
pub(super) fn pow(base: f64, exponent: f64) -> f64 {
    let is_special = base.is_nan() || base.is_infinite() || base == 0.0 || !exponent.is_finite();
    if exponent == 0.5 && !is_special {
        return base.sqrt();
    }
    if exponent == -0.5 && !is_special {
        return 1.0 / base.sqrt();
    }
    if is_special || exponent.fract() != 0.0 || exponent.abs() >= 9e15 {
        return libm::pow(base, exponent);
    }
    let mut left = truncate(exponent.abs());
    let (mut result, mut result_exponent) = (1.0, 0_i64);
    let (mut fraction, base_exponent) = split_exponent(base);
    let mut fraction_exponent = i64::from(base_exponent);
    while left != 0 {
        if !(-(1 << 12)..=1 << 12).contains(&fraction_exponent) {
            // Far out of range either way.
            result_exponent += fraction_exponent;
            break;
        }
        if left & 1 == 1 {
            result *= fraction;
            result_exponent += fraction_exponent;
        }
        fraction *= fraction;
        fraction_exponent *= 2;
        if fraction < 0.5 {
            fraction += fraction;
            fraction_exponent -= 1;
        }
        left >>= 1;
    }
    if exponent < 0.0 {
        result = 1.0 / result;
        result_exponent = -result_exponent;
    }
    libm::ldexp(result, i32::try_from(result_exponent.clamp(-100_000, 100_000)).unwrap_or(0))
}

pub(super) fn gamma(number: f64) -> f64 {
    if number < 0.0 && number.fract() == 0.0 { f64::NAN } else { libm::tgamma(number) }
}

pub(super) fn drem(left: f64, right: f64) -> f64 {
    let rest = libm::remainder(left, right);
    if rest == 0.0 { rest.copysign(left) } else { rest }
}

pub(super) fn fdim(left: f64, right: f64) -> f64 {
    let difference = left - right;
    if difference <= 0.0 { 0.0 } else { difference }
}

pub(super) fn fmax(left: f64, right: f64) -> f64 {
    if left == f64::INFINITY || right == f64::INFINITY {
        f64::INFINITY
    } else if left.is_nan() || right.is_nan() {
        f64::NAN
    } else if left == 0.0 && right == 0.0 {
        if left.is_sign_negative() { right } else { left }
    } else {
        left.max(right)
    }
}

pub(super) fn fmin(left: f64, right: f64) -> f64 {
    -fmax(-left, -right)
}

pub(super) fn fmod(left: f64, right: f64) -> f64 {
    left % right
}

pub(super) fn ldexp(number: f64, exponent: f64) -> f64 {
    libm::ldexp(number, i32::try_from(truncate(exponent).clamp(-100_000, 100_000)).unwrap_or(0))
}

fn order(order: f64) -> i32 {
    i32::try_from(truncate(order).clamp(-1_000, 1_000)).unwrap_or(0)
}

/// Bessel functions take time with their order, which is bounded.
pub(super) fn jn(n: f64, number: f64) -> f64 {
    libm::jn(order(n), number)
}

pub(super) fn yn(n: f64, number: f64) -> f64 {
    libm::yn(order(n), number)
}

pub(super) fn isfinite(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    Ok(Value::Bool(input.as_number().is_some_and(|number| !number.to_float().is_infinite())))
}

pub(super) fn isinfinite(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    Ok(Value::Bool(input.as_number().is_some_and(|number| number.to_float().is_infinite())))
}

pub(super) fn isnormal(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    Ok(Value::Bool(input.as_number().is_some_and(|number| number.to_float().is_normal())))
}

pub(super) fn isnan(_: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    match input {
        Value::Null => Ok(Value::Bool(false)),
        _ => Ok(Value::Bool(float("isnan", input)?.is_nan())),
    }
}
