//! The formats `@html`, `@uri`, `@csv` and so on.

use super::strings::{tojson, tostring};
use crate::jq::budget::Budget;
use crate::jq::encode::encode;
use crate::jq::fault::{Fault, Outcome, failed, failed_on, inapplicable, unfit};
use crate::jq::value::Value;

const DIGITS: &[u8; 64] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// `format("name")`, and formats that do not exist.
pub(super) fn format(budget: &mut Budget, input: &Value, arguments: &[Value]) -> Outcome {
    let Some(name) = arguments[0].as_str() else { return Err(inapplicable("format", &arguments[0])) };
    match name {
        "text" => tostring(budget, input, &[]),
        "json" => tojson(budget, input, &[]),
        "html" => html(budget, input, &[]),
        "uri" => uri(budget, input, &[]),
        "urid" => urid(budget, input, &[]),
        "csv" => csv(budget, input, &[]),
        "tsv" => tsv(budget, input, &[]),
        "sh" => sh(budget, input, &[]),
        "base64" => base64(budget, input, &[]),
        "base64d" => base64d(budget, input, &[]),
        _ => Err(failed(format!("format not defined: @{name}"))),
    }
}

/// The text of the input, paid for as often as the format may make it longer.
fn text(budget: &mut Budget, input: &Value) -> Result<String, Fault> {
    let text = match input {
        Value::String(text) => text.to_string(),
        _ => {
            budget.spend_bytes(usize::try_from(input.measure().weight).unwrap_or(usize::MAX))?;
            encode(input)
        }
    };
    budget.spend_bytes(text.len().saturating_mul(6))?;
    Ok(text)
}

/// Replaces some characters.
fn escape(text: &str, replacement: impl Fn(char) -> Option<&'static str>) -> String {
    let mut escaped = String::with_capacity(text.len());
    for character in text.chars() {
        match replacement(character) {
            Some(replacement) => escaped.push_str(replacement),
            None => escaped.push(character),
        }
    }
    escaped
}

pub(super) fn html(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let text = text(budget, input)?;
    Ok(Value::from(escape(&text, |character| match character {
        '<' => Some("&lt;"),
        '>' => Some("&gt;"),
        '&' => Some("&amp;"),
        '\'' => Some("&apos;"),
        '"' => Some("&quot;"),
        _ => None,
    })))
}

pub(super) fn uri(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let text = text(budget, input)?;
    let mut escaped = String::with_capacity(text.len());
    for byte in text.bytes() {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            escaped.push(char::from(byte));
        } else {
            escaped.push_str(&format!("%{byte:02X}"));
        }
    }
    Ok(Value::from(escaped))
}

pub(super) fn urid(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let text = text(budget, input)?;
    let bytes = text.as_bytes();
    let digit = |at: usize| bytes.get(at).and_then(|byte| char::from(*byte).to_digit(16));
    let mut decoded = Vec::with_capacity(bytes.len());
    let mut at = 0;
    while let Some(byte) = bytes.get(at) {
        if *byte != b'%' {
            decoded.push(*byte);
            at += 1;
            continue;
        }
        let (Some(high), Some(low)) = (digit(at + 1), digit(at + 2)) else {
            let wrong = String::from_utf8_lossy(&bytes[at..bytes.len().min(at + 3)]).into_owned();
            return Err(failed_on("@urid", &[], input, &format!("invalid URL escape {wrong:?}")));
        };
        decoded.push(u8::try_from(high * 16 + low).unwrap_or(0));
        at += 3;
    }
    Ok(Value::from(decode_lossy(&decoded)))
}

/// Each byte that belongs to no character becomes one replacement character, as where Go writes JSON.
fn decode_lossy(bytes: &[u8]) -> String {
    let mut text = String::with_capacity(bytes.len());
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        text.extend(chunk.invalid().iter().map(|_| char::REPLACEMENT_CHARACTER));
    }
    text
}

/// Joins the items of a row.
fn row(budget: &mut Budget, name: &str, items: &[Value], separator: &str, escape: impl Fn(&str) -> String) -> Outcome {
    let mut fields = Vec::with_capacity(items.len());
    for item in items {
        let field = match item {
            Value::Array(_) | Value::Object(_) => {
                return Err(unfit(&format!("@{name} cannot format an array including"), item));
            }
            Value::String(text) => escape(text),
            Value::Null | Value::Bool(_) | Value::Number(_) => {
                let text = encode(item);
                if text == "null" && name != "sh" { String::new() } else { text }
            }
        };
        budget.spend_bytes(field.len() + separator.len())?;
        fields.push(field);
    }
    Ok(Value::from(fields.join(separator)))
}

pub(super) fn csv(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let Some(items) = input.as_array() else { return Err(inapplicable("@csv", input)) };
    row(budget, "csv", items, ",", |text| {
        let escaped = escape(text, |character| match character {
            '"' => Some("\"\""),
            '\0' => Some("\\0"),
            _ => None,
        });
        format!("\"{escaped}\"")
    })
}

pub(super) fn tsv(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let Some(items) = input.as_array() else { return Err(inapplicable("@tsv", input)) };
    row(budget, "tsv", items, "\t", |text| {
        escape(text, |character| match character {
            '\t' => Some("\\t"),
            '\r' => Some("\\r"),
            '\n' => Some("\\n"),
            '\\' => Some("\\\\"),
            '\0' => Some("\\0"),
            _ => None,
        })
    })
}

pub(super) fn sh(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let items = input.as_array().map_or_else(|| vec![input.clone()], |items| items.to_vec());
    row(budget, "sh", &items, " ", |text| {
        let escaped = escape(text, |character| match character {
            '\'' => Some("'\\''"),
            '\0' => Some("\\0"),
            _ => None,
        });
        format!("'{escaped}'")
    })
}

pub(super) fn base64(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let text = text(budget, input)?;
    let mut encoded = String::with_capacity(text.len() * 4 / 3 + 4);
    for chunk in text.as_bytes().chunks(3) {
        let bits = (0..3).fold(0, |bits, at| bits << 8 | usize::from(chunk.get(at).copied().unwrap_or(0)));
        for position in 0..4 {
            if position <= chunk.len() {
                encoded.push(char::from(DIGITS[bits >> (18 - 6 * position) & 63]));
            } else {
                encoded.push('=');
            }
        }
    }
    Ok(Value::from(encoded))
}

/// Padding, and what follows it, is not looked at; line breaks do not count.
pub(super) fn base64d(budget: &mut Budget, input: &Value, _: &[Value]) -> Outcome {
    let text = text(budget, input)?;
    let end = text.find('=').unwrap_or(text.len());
    let mut decoded = Vec::with_capacity(end);
    let mut bits = 0_usize;
    let mut count = 0;
    let mut group_start = 0;
    for (at, byte) in text[..end].bytes().enumerate().filter(|(_, byte)| !matches!(byte, b'\r' | b'\n')) {
        let Some(digit) = DIGITS.iter().position(|digit| *digit == byte) else {
            return Err(failed_on("@base64d", &[], input, &format!("illegal base64 data at input byte {at}")));
        };
        if count == 0 {
            group_start = at;
        }
        bits = bits << 6 | digit;
        count += 1;
        if count == 4 {
            decoded.extend([bits >> 16, bits >> 8, bits].map(|byte| u8::try_from(byte & 255).unwrap_or(0)));
            (bits, count) = (0, 0);
        }
    }
    match count {
        0 => {}
        1 => {
            let cause = format!("illegal base64 data at input byte {group_start}");
            return Err(failed_on("@base64d", &[], input, &cause));
        }
        2 => decoded.push(u8::try_from(bits >> 4 & 255).unwrap_or(0)),
        _ => decoded.extend([bits >> 10, bits >> 2].map(|byte| u8::try_from(byte & 255).unwrap_or(0))),
    }
    Ok(Value::from(decode_lossy(&decoded)))
}
