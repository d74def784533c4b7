//! JSON as Go's `encoding/json` writes it, and what it says about a text that is none.

use std::fmt::Write as _;

use serde_json::Value as Json;

use crate::domain::document::tree::{Kind, Value};

/// The word of Go's decoder for the kind of a value.
pub fn kind_word(value: Value<'_>) -> &'static str {
    match value.kind() {
        Kind::Null => "null",
        Kind::Bool => "bool",
        Kind::Number => "number",
        Kind::String => "string",
        Kind::List => "array",
        Kind::Map => "object",
    }
}

/// The value with sorted keys, and with `<`, `>` and `&` escaped.
pub fn go_json(value: &Json) -> String {
    let mut text = String::new();
    write(&mut text, value);
    text
}

fn write(text: &mut String, value: &Json) {
    match value {
        Json::Null | Json::Bool(_) | Json::Number(_) => {
            // Writing to a string cannot fail.
            let _ = write!(text, "{value}");
        }
        Json::String(string) => write_string(text, string),
        Json::Array(items) => {
            text.push('[');
            for (at, item) in items.iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write(text, item);
            }
            text.push(']');
        }
        Json::Object(members) => {
            let mut sorted: Vec<_> = members.iter().collect();
            sorted.sort_by_key(|(key, _)| *key);
            text.push('{');
            for (at, (key, member)) in sorted.into_iter().enumerate() {
                if at > 0 {
                    text.push(',');
                }
                write_string(text, key);
                text.push(':');
                write(text, member);
            }
            text.push('}');
        }
    }
}

fn write_string(text: &mut String, string: &str) {
    let quoted = Json::String(string.to_owned()).to_string();
    for character in quoted.chars() {
        match character {
            '<' | '>' | '&' | '\u{2028}' | '\u{2029}' => {
                let _ = write!(text, "\\u{:04x}", u32::from(character));
            }
            character => text.push(character),
        }
    }
}

/// What is wrong with a text as JSON.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct JsonFault {
    /// The error of Go.
    pub text: String,
    /// The number of bytes that Go has read.
    pub offset: usize,
    pub is_end: bool,
}

/// The fault of a text of which `serde_json` says that it is no JSON.
pub fn json_fault(text: &str, start: usize, error: &serde_json::Error) -> JsonFault {
    let rest = text.get(start..).unwrap_or_default();
    if error.is_eof() {
        let is_nothing = rest.trim().is_empty();
        let text = if is_nothing { "EOF" } else { "unexpected EOF" };
        return JsonFault { text: text.to_owned(), offset: start + rest.len(), is_end: true };
    }
    let before: usize = rest.split_inclusive('\n').take(error.line().saturating_sub(1)).map(str::len).sum();
    let mut at = (before + error.column().saturating_sub(1)).min(rest.len());
    while !rest.is_char_boundary(at) {
        at -= 1;
    }
    let message = error.to_string();
    // After a missing value, the position is that of the character before.
    let found = rest.get(at..).and_then(|rest| rest.chars().next()).unwrap_or_default();
    let context = match message.split(" at line").next().unwrap_or_default() {
        "key must be a string" => "looking for beginning of object key string",
        "trailing comma" if found == '}' => "looking for beginning of object key string",
        "expected `:`" => "after object key",
        "expected `,` or `}`" => "after object key:value pair",
        "expected `,` or `]`" => "after array element",
        "invalid escape" => "in string escape code",
        "control character (\\u0000-\\u001F) found while parsing a string" => "in string literal",
        "invalid number" => "in numeric literal",
        _ => "looking for beginning of value",
    };
    JsonFault { text: format!("invalid character {} {context}", quoted(found)), offset: start + at + 1, is_end: false }
}

fn quoted(character: char) -> String {
    match character {
        '\'' => r"'\''".to_owned(),
        '"' => "'\"'".to_owned(),
        character if character.is_control() => format!("'{}'", character.escape_default()),
        character => format!("'{character}'"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_are_sorted_and_markup_is_escaped() {
        let value = serde_json::json!({"b": [1, null, "<a&b>"], "a": {"d": true, "c": 1.5}});
        assert_eq!(go_json(&value), r#"{"a":{"c":1.5,"d":true},"b":[1,null,"\u003ca\u0026b\u003e"]}"#);
    }

    #[test]
    fn faults_have_the_words_of_go() {
        let fault = |text: &str| {
            let error = serde_json::from_str::<Json>(text).expect_err("no JSON");
            let fault = json_fault(text, 0, &error);
            (fault.text, fault.offset)
        };
        assert_eq!(
            fault("{{- if }}"),
            ("invalid character '{' looking for beginning of object key string".to_owned(), 2)
        );
        assert_eq!(fault("{\"a\":"), ("unexpected EOF".to_owned(), 5));
        assert_eq!(fault(""), ("EOF".to_owned(), 0));
        assert_eq!(fault("{\"a\" 1}"), ("invalid character '1' after object key".to_owned(), 6));
    }
}
