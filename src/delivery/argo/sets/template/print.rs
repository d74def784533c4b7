//! Values as Go prints them.

use std::fmt::Write as _;

use super::stop::Stop;
use super::value::GoValue;

/// Floats have an exponent from this one on, as `1.234567e+06`.
const LARGE_EXPONENT: i32 = 6;

/// As `%v` of a value that is inside of another one, or of an argument.
pub fn print_value(value: &GoValue) -> String {
    let mut text = String::new();
    write_value(&mut text, value);
    text
}

/// As an action of a template writes it.
pub fn print_result(value: &GoValue) -> String {
    if value.is_nothing() { "<no value>".to_owned() } else { print_value(value) }
}

fn write_value(text: &mut String, value: &GoValue) {
    match value {
        GoValue::Missing | GoValue::Nil => text.push_str("<nil>"),
        // Writing to a string cannot fail.
        GoValue::Bool(value) => {
            let _ = write!(text, "{value}");
        }
        GoValue::Int(value) => {
            let _ = write!(text, "{value}");
        }
        GoValue::Float(value) => text.push_str(&print_float(*value)),
        GoValue::Text(value) => text.push_str(value),
        GoValue::List(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(' ');
                }
                write_value(text, item);
            }
            text.push(']');
        }
        GoValue::Map(map) => {
            text.push_str("map[");
            for (at, (key, value)) in map.entries.iter().enumerate() {
                if at > 0 {
                    text.push(' ');
                }
                let _ = write!(text, "{key}:");
                write_value(text, value);
            }
            text.push(']');
        }
    }
}

/// The shortest digits, with an exponent for small values and from `LARGE_EXPONENT` on.
pub fn print_float(value: f64) -> String {
    if value.is_nan() {
        return "NaN".to_owned();
    }
    if value.is_infinite() {
        return if value > 0.0 { "+Inf" } else { "-Inf" }.to_owned();
    }
    let shortest = format!("{value:e}");
    let Some((mantissa, exponent)) = shortest.split_once('e') else { return shortest };
    let exponent: i32 = exponent.parse().unwrap_or_default();
    if value != 0.0 && !(-4..LARGE_EXPONENT).contains(&exponent) {
        let sign = if exponent < 0 { '-' } else { '+' };
        return format!("{mantissa}e{sign}{:02}", exponent.abs());
    }
    value.to_string()
}

/// `printf`: the verbs that sets use.
pub fn printf(format: &str, arguments: &[GoValue]) -> Result<String, Stop> {
    let not_known = || Stop::NotKnown(format!("`printf {format:?}`"));
    let mut text = String::new();
    let mut arguments = arguments.iter();
    let mut rest = format.chars();
    while let Some(character) = rest.next() {
        if character != '%' {
            text.push(character);
            continue;
        }
        let mut digits = String::new();
        let verb = loop {
            match rest.next() {
                Some(digit) if digit.is_ascii_digit() && digits.len() < 3 => digits.push(digit),
                Some(verb) => break verb,
                None => return Err(not_known()),
            }
        };
        if verb == '%' && digits.is_empty() {
            text.push('%');
            continue;
        }
        let argument = arguments.next().ok_or_else(not_known)?;
        match (verb, argument) {
            ('s' | 'v', GoValue::Text(value)) if digits.is_empty() => text.push_str(value),
            ('v', value) if digits.is_empty() => text.push_str(&print_value(value)),
            ('t', GoValue::Bool(value)) if digits.is_empty() => text.push_str(&value.to_string()),
            ('q', GoValue::Text(value)) if digits.is_empty() => text.push_str(&quote(value)?),
            ('d', GoValue::Int(value)) => {
                let width: usize = digits.parse().unwrap_or_default();
                // Writing to a string cannot fail.
                let _ = match digits.strip_prefix('0') {
                    Some(_) => write!(text, "{value:0width$}"),
                    None => write!(text, "{value:width$}"),
                };
            }
            _ => return Err(not_known()),
        }
    }
    if arguments.next().is_some() { Err(not_known()) } else { Ok(text) }
}

/// `%q`, for texts of ordinary characters.
pub fn quote(text: &str) -> Result<String, Stop> {
    let mut quoted = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => quoted.push_str("\\\""),
            '\\' => quoted.push_str("\\\\"),
            '\n' => quoted.push_str("\\n"),
            '\t' => quoted.push_str("\\t"),
            '\r' => quoted.push_str("\\r"),
            ' '..='~' => quoted.push(character),
            character if character.is_alphanumeric() => quoted.push(character),
            _ => return Err(Stop::NotKnown("quotes around special characters".to_owned())),
        }
    }
    quoted.push('"');
    Ok(quoted)
}
