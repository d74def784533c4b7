//! Splits a text into documents by its lines alone, so that a broken document does not hide others. By the rules of
//! YAML, a `---` at the start of a line ends everything that is open there, even a block scalar.

use std::ops::Range;
use std::sync::LazyLock;

use memchr::memmem::Finder;

use super::json_values;
use super::yaml::{Parser, first_forbidden, is_odd_separator};

static START: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("---"));
static END: LazyLock<Finder<'static>> = LazyLock::new(|| Finder::new("..."));

/// A document of a text, and how kubectl reads it differently.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Piece {
    /// Comments and directives belong to the document that follows them.
    pub(super) range: Range<usize>,
    /// A JSON value of a file that starts with one.
    pub(super) is_json: bool,
    pub(super) trouble: Option<Trouble>,
}

/// The reason why kubectl finds other documents than YAML readers. The value is a byte offset in the text.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Trouble {
    /// Text on the line of `---`: kubectl rejects the file.
    Separator(usize),
    /// `...` before any document: kubectl rejects the file.
    EndOfNothing(usize),
    /// `%YAML` or `%TAG`: kubectl splits after it, and rejects the part before.
    Directive(usize),
    /// An invalid directive after `---`: kubectl rejects the file.
    BadDirective(usize),
    /// A control character in an otherwise empty document: kubectl rejects the file.
    ControlCharacter(usize),
    /// A tab before a comment in an otherwise empty document: kubectl rejects the file.
    Tab(usize),
    /// A document after `...` without `---`: kubectl ignores it.
    AfterEnd(usize),
    /// A `---` after a carriage return without a line feed: kubectl does not recognise it.
    CarriageReturn(usize),
    /// Lines after `---` that end with only a carriage return: kubectl reads them as the rest of that line.
    IgnoredLine(usize),
    /// The file starts with `{` but is not JSON.
    NotJson(usize),
    /// Something else follows JSON values.
    AfterJson(usize),
}

impl Trouble {
    /// Whether kubectl rejects the whole file.
    pub(super) fn concerns_file(self) -> bool {
        match self {
            Self::AfterEnd(_) | Self::CarriageReturn(_) | Self::IgnoredLine(_) => false,
            Self::Separator(_)
            | Self::EndOfNothing(_)
            | Self::Directive(_)
            | Self::BadDirective(_)
            | Self::ControlCharacter(_)
            | Self::Tab(_)
            | Self::NotJson(_)
            | Self::AfterJson(_) => true,
        }
    }
}

/// The documents of a text in order. A `---` after a lone carriage return, and a document after `...`, are split as any
/// YAML reader does; `trouble` records that kubectl does not.
pub(super) struct Documents<'t> {
    text: &'t str,
    /// The start of the text, after a byte order mark.
    at: usize,
    start: usize,
    next_start: Option<usize>,
    next_end: Option<usize>,
    /// The end of the next JSON value.
    json: Option<usize>,
    /// The start of the text that kubectl reads next. kubectl skips the line of a separator, unless it has read nothing
    /// else so far.
    chunk: usize,
    /// The last separator that kubectl did not skip.
    kept_separator: Option<usize>,
    /// The previous document ended with `...`.
    after_end: bool,
    trouble: Option<Trouble>,
}

impl<'t> Documents<'t> {
    pub(super) fn new(text: &'t str) -> Self {
        let at = if text.starts_with('\u{feff}') { '\u{feff}'.len_utf8() } else { 0 };
        let mut documents = Self {
            text,
            at,
            start: at,
            next_start: None,
            next_end: None,
            json: None,
            chunk: at,
            kept_separator: None,
            after_end: false,
            trouble: None,
        };
        if text.get(at..).unwrap_or_default().trim_start().starts_with('{') {
            match json_values::value_end(text, at) {
                Ok(end) => documents.json = Some(end),
                Err(at) => documents.trouble = Some(Trouble::NotJson(at)),
            }
        }
        if documents.json.is_none() {
            documents.find_markers(at);
        }
        documents
    }

    fn find_markers(&mut self, from: usize) {
        self.next_start = self.marker(&START, from);
        self.next_end = self.marker(&END, from);
    }

    /// The next marker at the start of a line, at or after `from`.
    fn marker(&mut self, finder: &Finder<'_>, from: usize) -> Option<usize> {
        let bytes = self.text.as_bytes();
        let mut from = from;
        while let Some(found) = finder.find(bytes.get(from..)?) {
            let at = from + found;
            let opens = at == self.at || at == 0 || matches!(bytes.get(at - 1), Some(b'\n' | b'\r'));
            let is_marker = match bytes.get(at + 3) {
                None | Some(b'\n' | b'\r' | b' ' | b'\t') => true,
                Some(b'#') => bytes.get(at) == Some(&b'-'),
                Some(byte) => !byte.is_ascii() && is_odd_separator(self.text.get(at..).unwrap_or_default()),
            };
            if opens && is_marker {
                return Some(at);
            }
            if opens && bytes.get(at) == Some(&b'-') && bytes.get(at.wrapping_sub(1)) != Some(&b'\r') {
                self.trouble.get_or_insert(Trouble::Separator(at));
            }
            from = at + 1;
        }
        None
    }

    fn line_end(&self, from: usize) -> usize {
        let rest = self.text.as_bytes().get(from..).unwrap_or_default();
        memchr::memchr2(b'\n', b'\r', rest).map_or(self.text.len(), |found| from + found + 1)
    }

    fn piece(&mut self, range: Range<usize>) -> Piece {
        let text = self.text.get(range.clone()).unwrap_or_default();
        if let Some(at) = is_empty(text).then(|| first_forbidden(text)).flatten() {
            self.trouble.get_or_insert(Trouble::ControlCharacter(range.start + at));
        }
        if self.trouble.is_none() && !self.after_end && text.contains(['%', '\t']) && is_empty(text) {
            let directive = directive(text).map(|at| range.start + at);
            let tab = tab(text).map(|at| range.start + at);
            self.trouble = if self.kept_separator == Some(range.start) {
                self.first_token_trouble(&range, directive, tab)
            } else {
                directive.map(Trouble::Directive).or(tab.map(Trouble::Tab))
            };
        }
        // The lines that kubectl ignores are in a later piece.
        let is_early = matches!(self.trouble, Some(Trouble::IgnoredLine(_))) && is_empty(text);
        let trouble = if is_early { None } else { self.trouble.take() };
        Piece { range, is_json: false, trouble }
    }

    /// A separator that kubectl does not skip creates an empty document, of which it reads only the first token.
    fn first_token_trouble(
        &self,
        range: &Range<usize>,
        directive: Option<usize>,
        tab: Option<usize>,
    ) -> Option<Trouble> {
        let is_refused = Parser::new(self.text, range.start, range.end, None).next().is_err();
        let is_tab = tab.is_some_and(|tab| directive.is_none_or(|directive| tab < directive));
        let trouble = if is_tab { tab.map(Trouble::Tab) } else { directive.map(Trouble::BadDirective) };
        trouble.filter(|_| is_refused)
    }

    /// Records what is unusual about the separator at the start of a document.
    fn judge_separator(&mut self, at: usize) {
        self.after_end = false;
        if self.text.as_bytes().get(at.wrapping_sub(1)) == Some(&b'\r') {
            // On the line of a separator that kubectl skips, it makes no difference.
            if at >= self.chunk {
                self.trouble.get_or_insert(Trouble::CarriageReturn(at));
            }
            return;
        }
        let is_kept = self.chunk == at;
        let rest = self.text.as_bytes().get(at..).unwrap_or_default();
        let end = at + memchr::memchr(b'\n', rest).map_or(rest.len(), |found| found + 1);
        if is_kept {
            self.kept_separator = Some(at);
        } else {
            self.chunk = end;
        }
        // kubectl ends lines only at line feeds.
        let line = self.text.get(at + 3..end).unwrap_or_default().trim();
        if !line.is_empty() && !line.starts_with('#') || self.is_kept_text(at) {
            self.trouble.get_or_insert(Trouble::Separator(at));
        } else if !is_kept && line.contains('\r') && !is_empty(line) {
            self.trouble.get_or_insert(Trouble::IgnoredLine(at));
        }
    }

    /// `---#` where kubectl does not split and YAML reads a text.
    fn is_kept_text(&self, at: usize) -> bool {
        self.kept_separator == Some(at)
            && self.text.as_bytes().get(at + 3).is_some_and(|byte| *byte == b'#' || !byte.is_ascii())
    }

    /// Records what is unusual about a document without `---`.
    fn judge_start(&mut self, at: usize, end: usize) {
        let text = self.text.get(at..end).unwrap_or_default();
        if self.after_end && !is_empty(text) {
            let blank = text.len() - text.trim_start().len();
            self.trouble.get_or_insert(Trouble::AfterEnd(at + blank));
        }
    }

    fn next_json(&mut self, end: usize) -> Piece {
        let start = self.start;
        let blank = self.text.get(start..end).map_or(0, |value| value.len() - value.trim_start().len());
        let rest = self.text.get(end..).unwrap_or_default();
        let next = end + rest.len() - rest.trim_start_matches([' ', '\t', '\n', '\r']).len();
        self.start = end;
        self.json = None;
        if next >= self.text.len() {
            self.start = self.text.len();
        } else if let Ok(end) = json_values::value_end(self.text, next) {
            self.json = Some(end);
        } else {
            self.trouble = Some(Trouble::AfterJson(next));
            self.find_markers(end);
        }
        Piece { range: start + blank..end, is_json: true, trouble: self.trouble.take() }
    }
}

impl Iterator for Documents<'_> {
    type Item = Piece;

    fn next(&mut self) -> Option<Piece> {
        if let Some(end) = self.json {
            return Some(self.next_json(end));
        }
        let mut has_separator = false;
        let mut is_kept = false;
        loop {
            let begin = self.start;
            if begin >= self.text.len() {
                return None;
            }
            let marker = match (self.next_start, self.next_end) {
                (Some(start), Some(end)) => start.min(end),
                (Some(at), None) | (None, Some(at)) => at,
                (None, None) => self.text.len(),
            };
            if !has_separator {
                self.judge_start(begin, marker);
            }
            if marker >= self.text.len() {
                self.start = self.text.len();
                return Some(self.piece(begin..marker));
            }
            if self.next_start == Some(marker) {
                let before = self.text.get(begin..marker).unwrap_or_default();
                // A marker opens the document only if nothing but its comments and directives precede it.
                if !is_prelude(before) {
                    self.start = marker;
                    return Some(self.piece(begin..marker));
                }
                if !self.after_end {
                    if let Some(at) = directive(before) {
                        self.trouble.get_or_insert(Trouble::Directive(begin + at));
                    }
                } else if directive(before).is_some() || tab(before).is_some() {
                    // kubectl reads nothing between `...` and `---`, so directives and tabs have no effect there.
                    self.start = marker;
                }
                has_separator = true;
                self.judge_separator(marker);
                is_kept = self.kept_separator == Some(marker);
                self.next_start = self.marker(&START, marker + 3);
            } else {
                self.next_end = self.marker(&END, marker + 3);
                let end = self.line_end(marker);
                self.start = end;
                let before = self.text.get(begin..marker).unwrap_or_default();
                let is_read = marker >= self.chunk;
                if !self.after_end && !is_kept && is_read && is_empty(before) {
                    self.trouble.get_or_insert(Trouble::EndOfNothing(marker));
                }
                let piece = self.piece(begin..end);
                self.after_end = is_read;
                return Some(piece);
            }
        }
    }
}

/// The position of the first tab in the indentation of a line.
fn tab(text: &str) -> Option<usize> {
    let indentation = |line: &str| line.len() - line.trim_start_matches([' ', '\t']).len();
    let mut lines = lines(text).map(|line| (line.as_ptr() as usize - text.as_ptr() as usize, line));
    lines.find_map(|(start, line)| line.get(..indentation(line))?.find('\t').map(|at| start + at))
}

/// The position of the first directive.
fn directive(text: &str) -> Option<usize> {
    let line = lines(text).find(|line| line.starts_with('%'))?;
    Some(line.as_ptr() as usize - text.as_ptr() as usize)
}

/// Only blank lines, comments and directives.
fn is_prelude(text: &str) -> bool {
    lines(text).all(|line| {
        let content = line.trim_start_matches([' ', '\t']);
        content.is_empty() || content.starts_with('#') || line.starts_with('%')
    })
}

/// Whether the text has no content, so that it does not count as a document.
pub(super) fn is_empty(text: &str) -> bool {
    lines(text).all(|line| {
        let content = line.trim_start_matches([' ', '\t']);
        let after_marker = line.get(3..).unwrap_or_default();
        let content = match line.get(..3) {
            Some("...") if after_marker.starts_with('#') => content,
            Some("---" | "...") => after_marker.trim_start_matches([' ', '\t']),
            Some(_) | None => content,
        };
        content.is_empty() || content.starts_with('#') || line.starts_with('%')
    })
}

/// Splits at any line break of YAML.
pub(super) fn lines(text: &str) -> impl Iterator<Item = &str> {
    text.split(['\n', '\r', '\u{85}', '\u{2028}', '\u{2029}'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cut(text: &str) -> Vec<&str> {
        Documents::new(text).map(|piece| &text[piece.range]).filter(|part| !is_empty(part)).collect()
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
        assert_eq!(cut("%YAML 1.2\n---\na: 1\n"), ["%YAML 1.2\n---\na: 1\n"]);
        // kubectl reads no directive there.
        assert_eq!(cut("a: 1\n...\n%YAML 1.2\n---\nb: 2\n"), ["a: 1\n...\n", "---\nb: 2\n"]);
    }

    #[test]
    fn documents_without_content_are_none() {
        assert!(cut("").is_empty());
        assert!(cut("# only\n# comments\n").is_empty());
        assert_eq!(cut("---\n---\n# c\n---\na: 1\n---\n...\n"), ["---\na: 1\n"]);
    }
}
