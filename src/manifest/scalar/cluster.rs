//! Reads plain scalars as Kubernetes does, as observed with kubectl (`testdata/manifests/scalars.tsv`). It is neither
//! YAML 1.1 nor 1.2: `012` is ten, `08` is eight, `12:30` is a string.

use std::borrow::Cow;

use super::plain::{Plain, is_float};
use crate::domain::document::tree::Number;

pub fn cluster(text: &str) -> Plain {
    match text.as_bytes().first() {
        None => Plain::Null,
        Some(b'y' | b'Y' | b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'o' | b'O' | b'~') => word(text),
        Some(b'.') => dotted(text),
        Some(b'0'..=b'9' | b'+' | b'-') => signed_or_digit(text),
        Some(_) => Plain::String,
    }
}

fn word(text: &str) -> Plain {
    match text {
        "y" | "Y" | "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Plain::Bool(true),
        "n" | "N" | "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Plain::Bool(false),
        "~" | "null" | "Null" | "NULL" => Plain::Null,
        _ => Plain::String,
    }
}

fn dotted(text: &str) -> Plain {
    if matches!(text, ".nan" | ".NaN" | ".NAN" | ".inf" | ".Inf" | ".INF") {
        return Plain::Refused;
    }
    if !text.contains('_') {
        return float(text);
    }
    // Only here, underscores must be between two digits.
    let bytes = text.as_bytes();
    let between = |at: usize| {
        let digit = |at: Option<usize>| at.and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_digit);
        digit(at.checked_sub(1)) && digit(at.checked_add(1))
    };
    if bytes.iter().enumerate().all(|(at, byte)| *byte != b'_' || between(at)) {
        float(&text.replace('_', ""))
    } else {
        Plain::String
    }
}

fn signed_or_digit(text: &str) -> Plain {
    if matches!(text, "+.inf" | "+.Inf" | "+.INF" | "-.inf" | "-.Inf" | "-.INF") {
        return Plain::Refused;
    }
    let plain = if text.contains('_') { Cow::Owned(text.replace('_', "")) } else { Cow::Borrowed(text) };
    let (negative, digits) = match plain.as_bytes().first() {
        Some(b'-') => (true, plain.get(1..).unwrap_or_default()),
        Some(b'+') => (false, plain.get(1..).unwrap_or_default()),
        Some(_) | None => (false, &*plain),
    };
    if let Some(number) = integer(digits, negative, digits.len() != plain.len()) {
        return Plain::Number(number);
    }
    match float(&plain) {
        Plain::String => signed_binary(&plain).map_or(Plain::String, |value| Plain::Number(Number::Signed(value))),
        found => found,
    }
}

/// Parses digits after an optional sign, in the base of their prefix.
fn integer(digits: &str, negative: bool, signed: bool) -> Option<Number> {
    let bytes = digits.as_bytes();
    let (radix, digits) = match (bytes.first()?, bytes.get(1)) {
        (b'0', Some(b'x' | b'X')) => (16, digits.get(2..)?),
        (b'0', Some(b'o' | b'O')) => (8, digits.get(2..)?),
        (b'0', Some(b'b' | b'B')) => (2, digits.get(2..)?),
        (b'0', Some(_)) => (8, digits.get(1..)?),
        _ => (10, digits),
    };
    if !digits.bytes().all(|byte| byte.is_ascii_alphanumeric()) {
        return None;
    }
    let value = u64::from_str_radix(digits, radix).ok()?;
    if negative {
        return 0i64.checked_sub_unsigned(value).map(Number::Signed);
    }
    match i64::try_from(value) {
        Ok(value) => Some(Number::Signed(value)),
        // Beyond 63 bits, only a text without a sign is an integer.
        Err(_) => (!signed).then_some(Number::Unsigned(value)),
    }
}

fn float(text: &str) -> Plain {
    if !is_float(text) {
        return Plain::String;
    }
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Plain::Number(Number::Float(value)),
        Ok(_) | Err(_) => Plain::String,
    }
}

/// A quirk of Go's parser: after `0b` it accepts another sign.
fn signed_binary(text: &str) -> Option<i64> {
    let (digits, negative) = match text.strip_prefix("-0b") {
        Some(digits) => (digits, true),
        None => (text.strip_prefix("0b")?, false),
    };
    if negative {
        return i64::from_str_radix(&format!("-{digits}"), 2).ok();
    }
    i64::from_str_radix(digits, 2).ok()
}
