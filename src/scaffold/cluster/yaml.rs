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
