//! Texts in the YAML files for a cluster.

use crate::text::escape::clean;

/// A single-quoted YAML scalar: nothing in it has a meaning but the quote.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}

/// One line that YAML readers accept: they refuse a few characters even in comments.
pub(super) fn one_line(text: &str) -> String {
    let is_refused = |c: char| matches!(c, '\u{feff}' | '\u{fffe}' | '\u{ffff}');
    clean(text).chars().map(|c| if is_refused(c) { '\u{fffd}' } else { c }).collect()
}

/// A scalar that every YAML reader reads as this text, without quotes where that is certain.
pub(super) fn scalar(text: &str) -> String {
    let is_inner = |c: char| c.is_ascii_alphanumeric() || "._/:@-".contains(c);
    let begins_well = text.starts_with(|c: char| c.is_ascii_alphabetic()) || text.starts_with("./");
    let words = ["y", "n", "yes", "no", "on", "off", "true", "false", "null"];
    let is_boolean = words.iter().any(|word| text.eq_ignore_ascii_case(word));
    if begins_well && text.chars().all(is_inner) && !text.ends_with(':') && !is_boolean {
        return text.to_owned();
    }
    quoted(text)
}

#[cfg(test)]
mod tests {
    use super::scalar;

    #[test]
    fn a_scalar_is_quoted_unless_it_is_certainly_a_text() {
        for text in ["main", "./catalog", "https://host:8443/a.git", "ssh://git@host/a", "feature/a-b"] {
            assert_eq!(scalar(text), text);
        }
        for (text, expected) in [
            ("No", "'No'"),
            ("1.2", "'1.2'"),
            ("", "''"),
            ("a: b", "'a: b'"),
            ("it's", "'it''s'"),
            ("a:", "'a:'"),
            ("a #b", "'a #b'"),
        ] {
            assert_eq!(scalar(text), expected);
        }
    }
}
