//! The pieces of Markdown that every part of a comment uses.

use crate::report::escape::{markdown, markdown_code};
use crate::report::plan::inline::cut;

/// The limit in bytes, of which there are at least as many as characters, however the forge counts these.
pub(in crate::report) const MAX_LENGTH: usize = 65_000;
/// The maximum length of a name in the head, which itself is never cut.
pub(super) const MAX_NAME: usize = 120;
const MAX_SENTENCE: usize = 500;
/// A table is added for more changes than this.
pub(super) const MANY: usize = 25;

pub(in crate::report) fn code(text: &str) -> String {
    markdown_code(&cut(text.to_owned(), MAX_NAME))
}

/// The catalog's name: a URL, or words that end with a path.
pub(in crate::report) fn catalog(name: &str) -> String {
    match name.strip_suffix('`').and_then(|name| name.split_once('`')) {
        Some((words, path)) => format!("{}{}", prose(words), code(path)),
        None => code(name),
    }
}

pub(in crate::report) fn prose(text: &str) -> String {
    markdown(&cut(text.to_owned(), MAX_SENTENCE))
}
