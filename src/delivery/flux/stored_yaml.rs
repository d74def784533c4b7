//! An object as the YAML text that Flux substitutes variables in. Texts with a `$` are written in the style of Go's
//! writer, because a substitution works on what is written; all others in double quotes, because it leaves them alone.

use std::fmt::Write as _;

use serde_json::{Map, Value as Json};

/// Whether any text of the value has a `$`.
pub(super) fn has_dollar(value: &Json) -> bool {
    match value {
        Json::String(text) => text.contains('$'),
        Json::Array(items) => items.iter().any(has_dollar),
        Json::Object(members) => members.iter().any(|(key, member)| key.contains('$') || has_dollar(member)),
        Json::Null | Json::Bool(_) | Json::Number(_) => false,
    }
}

/// The text of an object, with sorted keys.
pub(super) fn yaml(object: &Json) -> String {
    let mut out = String::new();
    match object {
        Json::Object(members) if !members.is_empty() => map(&mut out, members, 0),
        value => {
            scalar(&mut out, value, 0);
            out.push('\n');
        }
    }
    out
}

fn map(out: &mut String, members: &Map<String, Json>, indent: usize) {
    let mut sorted: Vec<_> = members.iter().collect();
    sorted.sort_by_key(|(key, _)| *key);
    for (at, (key, member)) in sorted.into_iter().enumerate() {
        if at > 0 {
            pad(out, indent);
        }
        text(out, key, indent, true);
        out.push(':');
        member_of_map(out, member, indent);
    }
}

fn member_of_map(out: &mut String, member: &Json, indent: usize) {
    match member {
        Json::Object(members) if !members.is_empty() => {
            out.push('\n');
            pad(out, indent + 2);
            map(out, members, indent + 2);
        }
        Json::Array(items) if !items.is_empty() => {
            out.push('\n');
            list(out, items, indent, true);
        }
        value => {
            out.push(' ');
            scalar(out, value, indent);
            out.push('\n');
        }
    }
}

fn list(out: &mut String, items: &[Json], indent: usize, pads_first: bool) {
    for (at, item) in items.iter().enumerate() {
        if at > 0 || pads_first {
            pad(out, indent);
        }
        out.push_str("- ");
        match item {
            Json::Object(members) if !members.is_empty() => map(out, members, indent + 2),
            Json::Array(items) if !items.is_empty() => list(out, items, indent + 2, false),
            value => {
                scalar(out, value, indent);
                out.push('\n');
            }
        }
    }
}

fn pad(out: &mut String, indent: usize) {
    out.extend(std::iter::repeat_n(' ', indent));
}

fn scalar(out: &mut String, value: &Json, indent: usize) {
    match value {
        Json::String(content) => text(out, content, indent, false),
        Json::Array(_) => out.push_str("[]"),
        Json::Object(_) => out.push_str("{}"),
        Json::Null | Json::Bool(_) | Json::Number(_) => {
            // Writing to a string cannot fail.
            let _ = write!(out, "{value}");
        }
    }
}

fn text(out: &mut String, content: &str, indent: usize, is_key: bool) {
    let look = Look::at(content);
    if !content.contains('$') || look.is_special || look.has_break && (is_key || look.ends_with_space) {
        double_quoted(out, content);
    } else if look.has_break {
        literal(out, content, indent);
    } else if look.is_plain {
        out.push_str(content);
    } else {
        out.push('\'');
        out.push_str(&content.replace('\'', "''"));
        out.push('\'');
    }
}

/// What decides about the style of a text.
#[derive(Debug)]
struct Look {
    is_plain: bool,
    has_break: bool,
    ends_with_space: bool,
    /// Only double quotes can hold it.
    is_special: bool,
}

impl Look {
    fn at(content: &str) -> Self {
        let mut is_indicated = content.starts_with("---") || content.starts_with("...");
        let (mut has_break, mut is_special) = (false, false);
        let mut before = ' ';
        let mut rest = content.chars().peekable();
        let mut is_first = true;
        while let Some(c) = rest.next() {
            let is_before_blank = rest.peek().is_none_or(|next| is_blank(*next));
            is_indicated |= match c {
                '#' if is_first => true,
                ',' | '[' | ']' | '{' | '}' | '&' | '*' | '!' | '|' | '>' | '\'' | '"' | '%' | '@' | '`' => is_first,
                '?' | '-' => is_first && is_before_blank,
                ':' => is_before_blank,
                '#' => is_blank(before),
                _ => false,
            };
            let breaks = is_break(c);
            has_break |= breaks;
            // Readers do not agree on breaks other than line feeds.
            is_special |= !is_printable(c) || breaks && (c != '\n' || before == ' ' && !is_first);
            before = c;
            is_first = false;
        }
        let edge = |c: Option<char>| c.is_some_and(is_blank);
        let has_blank_edge = edge(content.chars().next()) || edge(content.chars().last());
        Self {
            is_plain: !is_indicated && !has_break && !has_blank_edge,
            has_break,
            ends_with_space: content.ends_with(' '),
            is_special,
        }
    }
}

fn is_break(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

fn is_blank(c: char) -> bool {
    matches!(c, ' ' | '\t') || is_break(c)
}

/// Go's writer escapes everything beyond the basic plane.
fn is_printable(c: char) -> bool {
    matches!(c, '\n' | ' '..='~' | '\u{a0}'..='\u{d7ff}' | '\u{e000}'..='\u{fffd}') && c != '\u{feff}'
}

fn literal(out: &mut String, content: &str, indent: usize) {
    out.push('|');
    if content.starts_with([' ', '\n']) {
        out.push('2');
    }
    let body = content.trim_end_matches('\n');
    match content.len() - body.len() {
        0 => out.push('-'),
        1 => {}
        _ => out.push('+'),
    }
    for line in content.strip_suffix('\n').unwrap_or(content).split('\n') {
        out.push('\n');
        if !line.is_empty() {
            pad(out, indent + 2);
            out.push_str(line);
        }
    }
}

fn double_quoted(out: &mut String, content: &str) {
    out.push('"');
    for c in content.chars() {
        match c {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            '\t' => out.push_str("\\t"),
            '\r' => out.push_str("\\r"),
            c if !is_printable(c) || is_break(c) => {
                // Writing to a string cannot fail.
                let _ = write!(out, "\\U{:08X}", u32::from(c));
            }
            c => out.push(c),
        }
    }
    out.push('"');
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;
    use crate::delivery::doubles::Texts;
    use crate::delivery::reading::Dialect;
    use crate::delivery::source::Source as _;

    #[test]
    fn texts_are_written_as_go_writes_them() {
        let text = yaml(&json!({
            "b": {"x": "${A}", "y": ["p ${B}", {"k": "a: ${C}", "l": []}], "z": {}},
            "a": "yes",
            "c": "x ${A}\ny\n",
            "d": " ${A}",
            "e": "${A}\t",
            "f${K}": 1.5,
            "g": "'$",
            "h": "a #$",
        }));
        let expected = r#""a": "yes"
"b":
  "x": ${A}
  "y":
  - p ${B}
  - "k": 'a: ${C}'
    "l": []
  "z": {}
"c": |
  x ${A}
  y
"d": ' ${A}'
"e": "${A}\t"
f${K}: 1.5
"g": '''$'
"h": 'a #$'
"#;
        assert_eq!(text, expected);
    }

    fn texts() -> impl Strategy<Value = String> {
        proptest::collection::vec(
            prop_oneof![
                "[a-z]{0,3}",
                Just("$".to_owned()),
                Just("${A}".to_owned()),
                "[ \\t\\n\\r:#'\"|>@`%&*!?{}\\[\\],=-]",
                "[\u{85}\u{2028}é👩\u{1}\u{feff}]",
                Just("---".to_owned()),
            ],
            0..6,
        )
        .prop_map(|parts| parts.concat())
    }

    proptest! {
        #![proptest_config(crate::generated_cases::config(1000))]

        #[test]
        fn what_is_written_is_read_back(value in texts(), key in texts(), items in proptest::collection::vec(texts(), 0..3)) {
            let object = json!({"a": {key: value}, "b": items});
            let text = yaml(&object);
            let mut read = None;
            Texts::default().documents(&text, &mut |document| {
                read = document.value.map(|root| crate::delivery::reading::json(root, Dialect::Kubectl));
            });
            prop_assert_eq!(read, Some(object), "{}", text);
        }
    }
}
