//! Scalars of the YAML files for a cluster.

/// A single-quoted YAML scalar: nothing in it has a meaning but the quote.
pub(super) fn quoted(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
