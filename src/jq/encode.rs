//! JSON text of values, and the short previews of values in error messages.

use std::fmt::Write;

use super::value::Value;

/// How much of a value an error shows, and how much of it is written to know that it is longer.
const PREVIEW: usize = 30;
const PREVIEW_READ: usize = 32;

impl Value {
    /// The JSON text with sorted keys and every digit, as Go writes it. NaN is `null`, and infinity the largest number.
    #[must_use]
    pub fn to_json_text(&self) -> String {
        encode(self)
    }
}

/// The JSON text, keys sorted.
pub(super) fn encode(value: &Value) -> String {
    let mut out = String::new();
    write_value(&mut out, value, usize::MAX);
    out
}

/// A string as JSON.
pub(super) fn encode_string(text: &str) -> String {
    let mut out = String::new();
    write_string(&mut out, text, usize::MAX);
    out
}

/// The first bytes of the JSON text, as errors show them.
pub(super) fn preview(value: &Value) -> String {
    let mut text = String::new();
    write_value(&mut text, value, PREVIEW_READ);
    if text.len() <= PREVIEW {
        return text;
    }
    let trailing = match value {
        Value::String(_) => " ...\"",
        Value::Array(_) => " ...]",
        Value::Object(_) => " ...}",
        Value::Null | Value::Bool(_) | Value::Number(_) => " ...",
    };
    let mut end = PREVIEW - trailing.len();
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    text.truncate(end);
    text + trailing
}

/// The type and the preview, as most errors show a value.
pub(super) fn describe(value: &Value) -> String {
    match value {
        Value::Null => "null".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Array(_) | Value::Object(_) => {
            format!("{} ({})", value.type_name(), preview(value))
        }
    }
}

/// Writes a value until `out` has at least `most` bytes.
fn write_value(out: &mut String, value: &Value, most: usize) {
    match value {
        Value::Null => out.push_str("null"),
        Value::Bool(true) => out.push_str("true"),
        Value::Bool(false) => out.push_str("false"),
        Value::Number(number) => write!(out, "{number}").expect("a string takes any text"),
        Value::String(text) => write_string(out, text, most),
        Value::Array(items) => {
            out.push('[');
            for (position, item) in items.iter().enumerate() {
                if out.len() >= most {
                    return;
                }
                if position > 0 {
                    out.push(',');
                }
                write_value(out, item, most);
            }
            out.push(']');
        }
        Value::Object(entries) => {
            out.push('{');
            for (position, (key, value)) in entries.iter().enumerate() {
                if out.len() >= most {
                    return;
                }
                if position > 0 {
                    out.push(',');
                }
                write_string(out, key, most);
                out.push(':');
                write_value(out, value, most);
            }
            out.push('}');
        }
    }
}

fn write_string(out: &mut String, text: &str, most: usize) {
    out.push('"');
    for character in text.chars() {
        if out.len() >= most {
            return;
        }
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\0'..='\u{1f}' | '\u{7f}' => {
                write!(out, "\\u{:04x}", u32::from(character)).expect("a string takes any text");
            }
            _ => out.push(character),
        }
    }
    out.push('"');
}

/// A text in quotes, as Go quotes it in errors.
pub(super) fn quote(text: &str) -> String {
    let mut out = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\u{7}' => out.push_str("\\a"),
            '\u{8}' => out.push_str("\\b"),
            '\u{c}' => out.push_str("\\f"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            '\u{b}' => out.push_str("\\v"),
            '\0'..='\u{1f}' | '\u{7f}' => {
                write!(out, "\\x{:02x}", u32::from(character)).expect("a string takes any text");
            }
            _ if is_invisible(character) => {
                write!(out, "\\u{:04x}", u32::from(character)).expect("a string takes any text");
            }
            _ => out.push(character),
        }
    }
    out.push('"');
    out
}

/// Whether Go shows the character by its number: spaces, control and format characters.
fn is_invisible(character: char) -> bool {
    let is_format = matches!(character, '\u{ad}' | '\u{200b}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}');
    is_format || character.is_control() || character != ' ' && character.is_whitespace()
}

/// A byte in quotes, as Go shows one in errors: as the character of that number, so `é` begins with `Ã`.
pub(super) fn quote_byte(byte: u8) -> String {
    match byte {
        b'\'' => r"'\''".to_owned(),
        b'"' => "'\"'".to_owned(),
        _ => format!("'{}'", quote(&char::from(byte).to_string()).trim_matches('"')),
    }
}
