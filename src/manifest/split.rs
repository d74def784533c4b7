//! Cuts a text into documents by its lines alone, so that one broken document cannot hide its neighbours. A `---` at
//! the start of a line ends whatever was open there, by YAML's own rule: even inside a block scalar.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

static START: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("---"));
static END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("..."));

/// The documents of a text in order, as byte ranges; comments and directives go with the document they precede.
pub(super) struct Documents<'t> {
    text: &'t str,
    at: usize,
    start: usize,
    next_start: Option<usize>,
    next_end: Option<usize>,
}

impl<'t> Documents<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut documents = Self { text, at, start: at, next_start: None, next_end: None };
        documents.next_start = documents.marker(&START, at);
        documents.next_end = documents.marker(&END, at);
        documents
    }

    /// The next marker at the start of a line, at or after `from`.
    fn marker(&self, finder: &Finder<'_>, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut from = from;
        while let Some(found) = finder.find(bytes.get(from..)?) {
            let at = from + found;
            let opens = at == self.at || at == 0 || matches!(bytes.get(at - 1), Some(b'\n' | b'\r'));
            if opens && matches!(bytes.get(at + 3), None | Some(b'\n' | b'\r' | b' ' | b'\t')) {
                return Some(at);
            }
            from = at + 1;
        }
        None
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        memchr::memchr2(b'\n', b'\r', rest).map_or(self.text.len(), |found| from + found + 1)
    }
}

impl Iterator for Documents<'_> {
    type Item = Range<usize>;

    fn next(&mut self) -> Option<Range<usize>> {
        loop {
            let begin = self.start;
            if begin >= self.text.len() {
                return None;
            }
            let marker = match (self.next_start, self.next_end) {
                (Some(start), Some(end)) => start.min(end),
                (Some(at), None) | (None, Some(at)) => at,
                (None, None) => {
                    self.start = self.text.len();
                    return Some(begin..self.text.len());
                }
            };
            if self.next_start == Some(marker) {
                self.next_start = self.marker(&START, marker + 3);
                let before = self.text.get(begin..marker).unwrap_or_default();
                // A marker only opens the document when nothing but its comments and directives stand before it.
                if !is_prelude(before) {
                    self.start = marker;
                    return Some(begin..marker);
                }
            } else {
                self.next_end = self.marker(&END, marker + 3);
                let end = self.line_end(marker);
                self.start = end;
                return Some(begin..end);
            }
        }
    }
}

/// Only blank lines, comments and directives, so far.
fn is_prelude(text: &str) -> bool {
    lines(text).all(|line| {
        let content = line.trim_start_matches([' ', '\t']);
        content.is_empty() || content.starts_with('#') || line.starts_with('%')
    })
}

/// Nothing in it that could be a value: not worth calling a document.
pub(super) fn is_empty(text: &str) -> bool {
    lines(text).all(|line| {
        let content = line.trim_start_matches([' ', '\t']);
        let content = match line.get(..3) {
            Some("---" | "...") => line.get(3..).unwrap_or_default().trim_start_matches([' ', '\t']),
            Some(_) | None => content,
        };
        content.is_empty() || content.starts_with('#') || line.starts_with('%')
    })
}

/// Lines by any of YAML's breaks, without them.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        Documents::new(text).map(|range| &text[range]).filter(|part| !is_empty(part)).collect()
    }

    #[test]
    fn markers_at_the_start_of_a_line_cut() {
        assert_eq!(cut("a: 1\n---\nb: 2\n"), ["a: 1\n", "---\nb: 2\n"]);
        assert_eq!(cut("---\na: 1\n--- \nb: 2"), ["---\na: 1\n", "--- \nb: 2"]);
        assert_eq!(cut("a: 1\r---\rb: 2\r"), ["a: 1\r", "---\rb: 2\r"]);
        assert_eq!(cut("a: 1\r\n---\r\nb: 2\r\n"), ["a: 1\r\n", "---\r\nb: 2\r\n"]);
        assert_eq!(cut("a: |\n  ---\n  x---\n---x: 1\n"), ["a: |\n  ---\n  x---\n---x: 1\n"]);
        assert_eq!(cut("a: 1\n...\n# c\nb: 2\n"), ["a: 1\n...\n", "# c\nb: 2\n"]);
        assert_eq!(cut("\u{feff}---\na: 1\n"), ["---\na: 1\n"]);
    }

    #[test]
    fn comments_and_directives_go_with_what_follows() {
        assert_eq!(cut("# c\n---\na: 1\n"), ["# c\n---\na: 1\n"]);
        assert_eq!(cut("a: 1\n...\n%YAML 1.2\n---\nb: 2\n"), ["a: 1\n...\n", "%YAML 1.2\n---\nb: 2\n"]);
    }

    #[test]
    fn documents_without_content_are_none() {
        assert!(cut("").is_empty());
        assert!(cut("# only\n# comments\n").is_empty());
        assert_eq!(cut("---\n---\n# c\n---\na: 1\n---\n...\n"), ["---\na: 1\n"]);
    }
}
