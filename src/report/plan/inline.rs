//! Renders a value in one line: JSON, cut where it is long.

use crate::domain::value::Value;
use crate::report::escape::revealed;

/// A value in one line, as JSON.
pub(in crate::report) fn inline(value: &Value, characters: usize) -> String {
    // The end of a long text is not shown, so it is not encoded.
    let head = value.as_str().and_then(|text| text.char_indices().nth(characters).and_then(|(at, _)| text.get(..at)));
    let text = match head {
        Some(head) => json(head),
        None => json(value),
    };
    cut(revealed(text, false), characters)
}

/// Any value as JSON.
pub(in crate::report) fn json<T: serde::Serialize + ?Sized>(value: &T) -> String {
    serde_json::to_string(value).expect("a value has string keys and nothing that could fail")
}

/// The first characters of a text.
pub(in crate::report) fn cut(mut text: String, characters: usize) -> String {
    if let Some((at, _)) = text.char_indices().nth(characters) {
        text.truncate(at);
        text.push('…');
    }
    text
}
