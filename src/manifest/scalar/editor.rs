//! Reads plain scalars as editors do: YAML 1.2, core schema. Only `true` and `false` are booleans, and leading zeros
//! are ignored.

use super::plain::{Plain, is_float};
use crate::domain::document::tree::Number;

pub fn editor(text: &str) -> Plain {
    match text.as_bytes().first() {
        None => Plain::Null,
        Some(b'n' | b'N' | b't' | b'T' | b'f' | b'F' | b'~') => word(text),
        Some(b'0'..=b'9' | b'+' | b'-' | b'.') => number(text),
        Some(_) => Plain::String,
    }
}

fn word(text: &str) -> Plain {
    match text {
        "true" | "True" | "TRUE" => Plain::Bool(true),
        "false" | "False" | "FALSE" => Plain::Bool(false),
        "~" | "null" | "Null" | "NULL" => Plain::Null,
        _ => Plain::String,
    }
}

fn number(text: &str) -> Plain {
    let infinity = |value| Plain::Number(Number::Float(value));
    match text {
        ".nan" | ".NaN" | ".NAN" => return infinity(f64::NAN),
        ".inf" | ".Inf" | ".INF" | "+.inf" | "+.Inf" | "+.INF" => return infinity(f64::INFINITY),
        "-.inf" | "-.Inf" | "-.INF" => return infinity(f64::NEG_INFINITY),
        _ => {}
    }
    for (prefix, radix) in [("0o", 8), ("0x", 16)] {
        if let Some(digits) = text.strip_prefix(prefix) {
            return based(digits, radix);
        }
    }
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) {
        if let Ok(value) = text.parse::<i64>() {
            return Plain::Number(Number::Signed(value));
        }
        if let Ok(value) = text.parse::<u64>() {
            return Plain::Number(Number::Unsigned(value));
        }
    }
    if is_float(text) { text.parse::<f64>().map_or(Plain::String, infinity) } else { Plain::String }
}

fn based(digits: &str, radix: u32) -> Plain {
    if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
        return Plain::String;
    }
    match u64::from_str_radix(digits, radix) {
        Ok(value) => Plain::Number(i64::try_from(value).map_or(Number::Unsigned(value), Number::Signed)),
        // Too long for 64 bits: editors still read a number, and only its magnitude matters here.
        Err(_) => {
            let value = digits.chars().filter_map(|c| c.to_digit(radix));
            Plain::Number(Number::Float(value.fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit))))
        }
    }
}
