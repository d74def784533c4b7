//! Decides whether a text must be quoted, and quotes it. It is strict on purpose: texts that any YAML reader of any
//! version could read as something else are quoted, because other tools read these files too.

use std::fmt::Write as _;

use crate::domain::document::tree::Style;
use crate::text::escape;

use super::cluster::cluster;
use super::editor::editor;
use super::plain::{Plain, is_float};

/// Whether any reader could read the unquoted text as something other than this string.
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
        || text.chars().any(|c| "[]{},".contains(c) || c == '\u{a0}' || needs_escape(c))
}

/// Characters that some reader treats as a line break or rejects, and those that make a line look different (text
/// direction).
pub fn needs_escape(c: char) -> bool {
    escape::is_unsafe(c) || matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}')
}

/// The text as a quoted scalar: in double quotes, or in single quotes if these avoid escapes. Workflow commands of CI
/// runners are escaped too, because `new --stdout` prints a manifest into the job log.
pub fn quoted(text: &str) -> String {
    let brackets = escape::command_brackets(text);
    let printable = brackets.is_empty() && !text.chars().any(needs_escape);
    if printable && text.contains(['\\', '"']) {
        return format!("'{}'", text.replace('\'', "''"));
    }
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for (at, c) in text.char_indices() {
        match c {
            '[' if brackets.contains(&at) => out.push_str("\\x5B"),
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\r' => out.push_str("\\r"),
            '\t' => out.push_str("\\t"),
            c if needs_escape(c) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\u{:04X}", c as u32);
            }
            c => out.push(c),
        }
    }
    out.push('"');
    out
}

/// A text in the style of the scalar that it replaces, if that style can hold it.
pub fn in_style(text: &str, style: Style) -> String {
    match style {
        // Only double quotes can hold line breaks and characters that must be escaped.
        Style::SingleQuoted if !text.chars().any(needs_escape) && !text.contains(['\n', '\r', '\t']) => {
            format!("'{}'", text.replace('\'', "''"))
        }
        Style::SingleQuoted | Style::DoubleQuoted => quoted(text),
        Style::Plain | Style::Literal | Style::Folded | Style::Flow | Style::Block if must_quote(text) => quoted(text),
        Style::Plain | Style::Literal | Style::Folded | Style::Flow | Style::Block => text.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::hostile_texts::{hostile_text, runner_faults, terminal_faults};

    proptest::proptest! {
        #![proptest_config(crate::generated_cases::config(256))]

        #[test]
        fn a_quoted_text_is_obeyed_by_nobody_and_is_the_same_text(text in hostile_text()) {
            let quoted = quoted(&text);
            let faults = [terminal_faults(&quoted, false), runner_faults(&quoted, false)].concat();
            proptest::prop_assert!(faults.is_empty(), "{faults:?}");
            proptest::prop_assert_eq!(serde_yaml::from_str::<String>(&quoted).ok(), Some(text));
        }
    }
}
