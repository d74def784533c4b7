//! When a text has to be quoted, and how. Strict on purpose: what any reader of any age could take for something
//! else is quoted, since what portolan writes is read by more than portolan.

use std::fmt::Write as _;

use super::{Plain, cluster, editor, is_float};

/// Whether the text, written bare, could be anything but this string to anybody.
pub fn must_quote(text: &str) -> bool {
    let Some(first) = text.chars().next() else { return true };
    let numeric = matches!(first, '0'..='9' | '+' | '-' | '.') && text.chars().any(|c| c.is_ascii_digit());
    numeric
        || cluster(text) != Plain::String
        || editor(text) != Plain::String
        || is_float(text)
        || matches!(text, "=" | "<<" | "-" | "?" | ":" | "." | "---" | "...")
        || "-?:,[]{}#&*!|>'\"%@`~=<".contains(first)
        || text.starts_with("...")
        || text.trim() != text
        || text.contains(": ")
        || text.contains(" #")
        || text.ends_with(':')
        || text.contains("{{")
        || text.chars().any(|c| "[]{},".contains(c) || c == '\u{feff}' || c == '\u{a0}' || breaks_a_line(c))
}

fn breaks_a_line(c: char) -> bool {
    c.is_control() || matches!(c, '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// The text as a quoted scalar: double quotes, or single ones where these would need escapes.
pub fn quoted(text: &str) -> String {
    let printable = !text.chars().any(|c| breaks_a_line(c) || c == '\u{feff}');
    if printable && text.contains(['\\', '"']) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for c in text.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if breaks_a_line(c) || c == '\u{feff}' => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}
