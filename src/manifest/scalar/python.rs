//! Reads plain scalars as the Git apps of the platform do, which are written in Python: with ruamel.yaml (YAML 1.2) on
//! GitHub, and with PyYAML (YAML 1.1) elsewhere, as observed (`testdata/manifests/python-scalars.tsv`). Both differ from
//! the standards: ruamel reads `1_000` as a number, PyYAML reads `1e3` as text. Dates are text here, as in JSON.

use super::plain::Plain;
use crate::domain::document::tree::Number;

/// As ruamel.yaml reads YAML 1.2.
pub fn ruamel(text: &str) -> Plain {
    match text {
        "true" | "True" | "TRUE" => Plain::Bool(true),
        "false" | "False" | "FALSE" => Plain::Bool(false),
        _ => common(text, ruamel_number),
    }
}

/// As PyYAML reads YAML 1.1.
pub fn pyyaml(text: &str) -> Plain {
    match text {
        "yes" | "Yes" | "YES" | "true" | "True" | "TRUE" | "on" | "On" | "ON" => Plain::Bool(true),
        "no" | "No" | "NO" | "false" | "False" | "FALSE" | "off" | "Off" | "OFF" => Plain::Bool(false),
        _ => common(text, pyyaml_number),
    }
}

fn common(text: &str, number: fn(&Signed<'_>) -> Option<Plain>) -> Plain {
    match text {
        "" | "~" | "null" | "Null" | "NULL" => return Plain::Null,
        ".nan" | ".NaN" | ".NAN" => return Plain::Refused,
        _ => {}
    }
    let Some(first) = text.bytes().next() else { return Plain::Null };
    if !matches!(first, b'0'..=b'9' | b'+' | b'-' | b'.') {
        return Plain::String;
    }
    let signed = Signed::of(text);
    if matches!(signed.digits, ".inf" | ".Inf" | ".INF") {
        return Plain::Refused;
    }
    number(&signed).unwrap_or(Plain::String)
}

/// A text that may be a number, with its sign apart.
struct Signed<'t> {
    digits: &'t str,
    has_sign: bool,
    is_negative: bool,
}

impl<'t> Signed<'t> {
    fn of(text: &'t str) -> Self {
        let digits = text.strip_prefix(['+', '-']);
        Self { digits: digits.unwrap_or(text), has_sign: digits.is_some(), is_negative: text.starts_with('-') }
    }

    /// An integer of these digits, which may have underscores. Python has no limits; beyond 64 bits it is only
    /// approximate here.
    fn integer(&self, digits: &str, radix: u32) -> Option<Plain> {
        let digits = digits.replace('_', "");
        if digits.is_empty() || !digits.chars().all(|c| c.is_digit(radix)) {
            return None;
        }
        Some(self.number(u64::from_str_radix(&digits, radix).ok(), || {
            if radix == 10 {
                return digits.parse().unwrap_or(f64::INFINITY);
            }
            let values = digits.chars().filter_map(|c| c.to_digit(radix));
            values.fold(0.0, |sum, digit| sum * f64::from(radix) + f64::from(digit))
        }))
    }

    fn number(&self, value: Option<u64>, approximate: impl FnOnce() -> f64) -> Plain {
        let exact = value.and_then(|value| match self.is_negative {
            true => 0i64.checked_sub_unsigned(value).map(Number::Signed),
            false => Some(i64::try_from(value).map_or(Number::Unsigned(value), Number::Signed)),
        });
        exact.map_or_else(|| self.finite(approximate()), Plain::Number)
    }

    fn float(&self, text: &str) -> Option<Plain> {
        text.replace('_', "").parse::<f64>().ok().map(|value| self.finite(value))
    }

    /// JSON has no infinite numbers.
    fn finite(&self, value: f64) -> Plain {
        let value = if self.is_negative { -value } else { value };
        if value.is_finite() { Plain::Number(Number::Float(value)) } else { Plain::Refused }
    }
}

fn ruamel_number(text: &Signed<'_>) -> Option<Plain> {
    let digits = text.digits;
    for (prefix, radix) in [("0b", 2), ("0o", 8), ("0x", 16)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            return text.integer(digits, radix);
        }
    }
    // After a sign, even an underscore may come first.
    if is_digits(digits) || text.has_sign && is_fraction(digits) {
        return text.integer(digits, 10);
    }
    let (mantissa, exponent) = split_exponent(digits)?;
    let has_form = match mantissa.split_once('.') {
        // Before a point, an exponent needs no sign.
        Some(("", fraction)) => is_fraction(fraction) && exponent.is_none_or(|it| it.starts_with(['+', '-'])),
        Some((whole, fraction)) => is_digits(whole) && is_fraction_or_empty(fraction),
        None => is_digits(mantissa) && exponent.is_some(),
    };
    has_form.then(|| text.float(digits))?
}

fn pyyaml_number(text: &Signed<'_>) -> Option<Plain> {
    let digits = text.digits;
    for (prefix, radix) in [("0b", 2), ("0x", 16)] {
        if let Some(digits) = digits.strip_prefix(prefix) {
            return text.integer(digits, radix);
        }
    }
    if digits.contains(':') {
        return sexagesimal(text);
    }
    if is_digits(digits) {
        return match digits.strip_prefix('0') {
            Some(octal) if is_fraction(octal) => text.integer(octal, 8),
            Some(_) | None => text.integer(digits, 10),
        };
    }
    let (mantissa, exponent) = split_exponent(digits)?;
    let has_form = exponent.is_none_or(|it| it.starts_with(['+', '-']))
        && match mantissa.split_once('.') {
            Some(("", fraction)) => !text.has_sign && is_digits(fraction),
            Some((whole, fraction)) => is_digits(whole) && is_fraction_or_empty(fraction),
            None => false,
        };
    has_form.then(|| text.float(digits))?
}

/// `12:30:45` counts in sixties; only its last part may have a fraction.
fn sexagesimal(text: &Signed<'_>) -> Option<Plain> {
    let (whole, fraction) = match text.digits.split_once('.') {
        Some((whole, fraction)) if is_fraction_or_empty(fraction) => (whole, Some(fraction)),
        Some(_) => return None,
        None => (text.digits, None),
    };
    let mut parts = whole.split(':');
    let first = parts.next().filter(|first| is_digits(first))?;
    // An integer has no leading zero.
    if fraction.is_none() && first.starts_with('0') {
        return None;
    }
    let mut value = first.replace('_', "").parse::<f64>().ok()?;
    for part in parts {
        let is_part = part.len() <= 2 && !part.is_empty() && part.bytes().all(|byte| byte.is_ascii_digit());
        let part = part.parse::<u64>().ok().filter(|value| is_part && *value < 60)?;
        value = value * 60.0 + part as f64;
    }
    let Some(fraction) = fraction else {
        let exact = (value < 9e15).then_some(value as u64);
        return Some(text.number(exact, || value));
    };
    let fraction = format!("0.{}", fraction.replace('_', ""));
    Some(text.finite(value + fraction.parse::<f64>().unwrap_or_default()))
}

/// Splits before `e`; the exponent keeps its sign.
fn split_exponent(text: &str) -> Option<(&str, Option<&str>)> {
    let Some((mantissa, exponent)) = text.split_once(['e', 'E']) else { return Some((text, None)) };
    let digits = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
    let is_number = !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit());
    is_number.then_some((mantissa, Some(exponent)))
}

/// A digit, then digits and underscores.
fn is_digits(text: &str) -> bool {
    text.starts_with(|c: char| c.is_ascii_digit()) && is_fraction(text)
}

/// Digits and underscores, of which one is a digit.
fn is_fraction(text: &str) -> bool {
    is_fraction_or_empty(text) && text.bytes().any(|byte| byte.is_ascii_digit())
}

fn is_fraction_or_empty(text: &str) -> bool {
    text.bytes().all(|byte| byte.is_ascii_digit() || byte == b'_')
}
