//! The entities that are not in this repository and that its relations may point to: the lines of
//! `.portolan/known-entities.txt`. The text is kept as it is and searched; a catalog may know a million.

use std::cmp::Ordering;

use crate::domain::span::Span;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownEntities {
    text: String,
    /// Sorted by blueprint, then identifier.
    lines: Vec<Line>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Line {
    blueprint: Span,
    identifier: Span,
}

/// A line that is not `blueprint<TAB>identifier`, with its number from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    pub number: usize,
    pub span: Span,
}

impl KnownEntities {
    /// Empty lines and lines that start with `#` are skipped; lines that make no sense are returned, not lost.
    pub fn parse(text: String) -> (Self, Vec<BadLine>) {
        let mut lines = Vec::new();
        let mut bad = Vec::new();
        let mut start = 0;
        for (index, whole) in text.split_inclusive('\n').enumerate() {
            let line = whole.trim_end_matches(['\n', '\r']);
            let end = start + line.len();
            match line.find('\t') {
                _ if line.is_empty() || line.starts_with('#') => {}
                Some(tab) if tab > 0 && tab + 1 < line.len() => lines.push(Line {
                    blueprint: Span::new(start, start + tab),
                    identifier: Span::new(start + tab + 1, end),
                }),
                Some(_) | None => bad.push(BadLine { number: index + 1, span: Span::new(start, end) }),
            }
            start += whole.len();
        }
        let mut known = Self { text, lines: Vec::new() };
        if !lines.is_sorted_by(|a, b| known.order(a, b) != Ordering::Greater) {
            lines.sort_by(|a, b| known.order(a, b));
        }
        lines.dedup_by(|a, b| known.order(a, b) == Ordering::Equal);
        known.lines = lines;
        (known, bad)
    }

    fn pair(&self, line: &Line) -> (&str, &str) {
        (line.blueprint.slice(&self.text), line.identifier.slice(&self.text))
    }

    fn order(&self, a: &Line, b: &Line) -> Ordering {
        self.pair(a).cmp(&self.pair(b))
    }

    pub fn contains(&self, blueprint: &str, identifier: &str) -> bool {
        self.lines.binary_search_by(|line| self.pair(line).cmp(&(blueprint, identifier))).is_ok()
    }

    pub fn identifiers<'k>(&'k self, blueprint: &str) -> impl Iterator<Item = &'k str> + use<'k> {
        let from = self.lines.partition_point(|line| self.pair(line).0 < blueprint);
        let to = self.lines.partition_point(|line| self.pair(line).0 <= blueprint);
        self.lines[from..to].iter().map(|line| line.identifier.slice(&self.text))
    }

    /// All of them: blueprint and identifier, sorted.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines.iter().map(|line| self.pair(line))
    }

    /// The file's text, of pairs that are sorted and there once.
    pub fn text<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> String {
        let mut text = String::new();
        for (blueprint, identifier) in pairs {
            text.extend([blueprint, "\t", identifier, "\n"]);
        }
        text
    }

    pub fn len(&self) -> usize {
        self.lines.len()
    }

    pub fn is_empty(&self) -> bool {
        self.lines.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_in_any_order_and_bad_ones_named() {
        let text = "# pulled\nservice\tcart\r\nservice\tbilling\nteam\ta\tb\nservice\tcart\n\nno tab here\n\t\n";
        let (known, bad) = KnownEntities::parse(text.to_owned());
        assert!(known.contains("service", "cart") && known.contains("service", "billing"));
        assert!(known.contains("team", "a\tb") && !known.contains("service", "car"));
        assert_eq!(known.identifiers("service").collect::<Vec<_>>(), ["billing", "cart"]);
        assert_eq!(known.identifiers("nobody").count(), 0);
        assert_eq!(known.len(), 3);
        assert_eq!(bad.iter().map(|line| line.number).collect::<Vec<_>>(), [7, 8]);
        let text = KnownEntities::text(known.pairs());
        assert_eq!(text, "service\tbilling\nservice\tcart\nteam\ta\tb\n");
    }
}
