//! Writes a value for a place in a text: behind a key, as an item of a list, or in one line.

use crate::domain::document::tree::Style;
use crate::domain::value::Value;
use crate::manifest::encode::{encode_item, encode_key, encode_one_line, encode_value};
use crate::manifest::scalar::in_style;

/// Where a value is written.
#[derive(Debug, Clone, Copy)]
pub(super) struct Site<'t> {
    /// The column of its key, or of its dash.
    pub column: usize,
    pub is_item: bool,
    /// Within brackets, or everything is to be in one line.
    pub is_flow: bool,
    /// The byte behind the colon, or behind the dash.
    pub after: usize,
    pub line_end: &'t str,
}

impl Site<'_> {
    /// The text behind the colon or the dash, without a line break at its end.
    pub fn render(&self, value: &Value) -> String {
        if self.is_flow {
            return format!(" {}", encode_one_line(value));
        }
        let text = match self.is_item {
            true => encode_item(value).split_off(1),
            false => encode_value(value),
        };
        indented(text.strip_suffix('\n').unwrap_or(&text), self.column, self.line_end)
    }
}

/// An item with its dash, as whole lines.
pub(super) fn item_lines(value: &Value, column: usize, line_end: &str) -> String {
    let text = encode_item(value);
    let indentation = " ".repeat(column);
    format!("{indentation}{}{line_end}", indented(text.trim_end_matches('\n'), column, line_end))
}

/// An entry of a mapping, as whole lines.
pub(super) fn entry_lines(key: &str, value: &Value, column: usize, line_end: &str) -> String {
    let text = encode_value(value);
    let text = indented(text.strip_suffix('\n').unwrap_or(&text), column, line_end);
    format!("{}{}:{text}{line_end}", " ".repeat(column), encode_key(key))
}

pub(super) fn entry_in_flow(key: &str, value: &Value) -> String {
    format!("{}: {}", encode_key(key), encode_one_line(value))
}

/// A scalar in the style of the one that it replaces.
pub(super) fn scalar_like(value: &Value, style: Style) -> String {
    match value {
        Value::Text(text) => in_style(text, style),
        other => encode_one_line(other),
    }
}

/// All lines but the first move to the right.
fn indented(text: &str, column: usize, line_end: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for (number, line) in text.split('\n').enumerate() {
        if number > 0 {
            out.push_str(line_end);
            if !line.is_empty() {
                out.push_str(&" ".repeat(column));
            }
        }
        out.push_str(line);
    }
    out
}
