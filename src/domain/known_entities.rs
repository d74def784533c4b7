//! The list of entities that manifests may refer to but this repository does not declare:
//! `.portolan/known-entities.txt`. The text is searched without copying, because a catalog may have a million entities.
//!
//! Git merges the file line by line (`merge=union`), so lines are independent of each other, in any order, and may be
//! duplicated.

use std::cmp::Ordering;
use std::collections::BTreeSet;

use crate::domain::blueprint::{TEAM, USER};
use crate::domain::document::span::Span;

/// Identical in every file: a line that changes with every pull would conflict in every merge.
const HEADER: &str = "\
# Entities of the catalog that manifests here may point to and do not declare. `portolan pull` writes this file.
# One `blueprint<TAB>identifier` per line. `complete`: all entities of the blueprint are listed or declared here.
";
/// Starts a line with a blueprint whose entities are all listed, or declared in the repository.
const COMPLETE: &str = "# complete: ";

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownEntities {
    text: String,
    /// Sorted by blueprint, then identifier.
    lines: Vec<Line>,
    /// The blueprints whose entities are all listed. `None`: the file has no `complete` line; it then counts as
    /// complete, except for teams and users.
    complete: Option<BTreeSet<String>>,
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
    /// Skips empty lines and lines that start with `#`; returns malformed lines.
    pub fn parse(text: String) -> (Self, Vec<BadLine>) {
        let mut lines = Vec::new();
        let mut bad = Vec::new();
        let mut complete: Option<BTreeSet<String>> = None;
        let mut start = 0;
        for (index, whole) in text.split_inclusive('\n').enumerate() {
            let line = whole.trim_end_matches(['\n', '\r']);
            let end = start + line.len();
            if let Some(blueprint) = line.strip_prefix(COMPLETE) {
                complete.get_or_insert_default().insert(blueprint.trim_end().to_owned());
            }
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
        let mut known = Self { text, lines: Vec::new(), complete };
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

    /// Whether an entity of the blueprint that is neither listed nor declared does not exist. Users are listed only if
    /// manifests refer to them; a list without users, or without teams, says nothing about them.
    pub fn covers(&self, blueprint: &str) -> bool {
        let is_named = |complete: &BTreeSet<String>| complete.contains(blueprint);
        match blueprint {
            TEAM | USER => self.complete.as_ref().is_some_and(is_named) || self.identifiers(blueprint).next().is_some(),
            _ => self.complete.as_ref().is_none_or(is_named),
        }
    }

    /// All entities as blueprint and identifier, sorted.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.lines.iter().map(|line| self.pair(line))
    }

    /// The file's text. `complete`: the blueprints whose entities are all among `pairs` or declared; `pairs` are sorted
    /// and unique.
    pub fn text<'p>(
        complete: impl IntoIterator<Item = &'p str>,
        pairs: impl IntoIterator<Item = (&'p str, &'p str)>,
    ) -> String {
        let mut text = HEADER.to_owned();
        for blueprint in complete {
            text.extend([COMPLETE, blueprint, "\n"]);
        }
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
        let text = KnownEntities::text(["service", "team"], known.pairs());
        let rest = text.strip_prefix(HEADER).expect("the header comes first");
        assert_eq!(rest, "# complete: service\n# complete: team\nservice\tbilling\nservice\tcart\nteam\ta\tb\n");
        assert_eq!(KnownEntities::parse(text).0.pairs().count(), 3);
    }

    #[test]
    fn a_list_says_of_which_blueprints_it_is_complete() {
        let covered = |text: &str| {
            let (known, bad) = KnownEntities::parse(text.to_owned());
            assert!(bad.is_empty(), "{text}");
            ["squad", "system", "_team", "_user"].map(|blueprint| known.covers(blueprint))
        };
        assert_eq!(covered(""), [true, true, false, false], "a file that does not say is complete");
        assert_eq!(covered("squad\ta\n_team\tx\n_user\tada@acme.io\n"), [true, true, true, true]);
        assert_eq!(covered("# complete: squad\n_user\tada@acme.io\n"), [true, false, false, true]);
        assert_eq!(covered("# complete: _team\r\n"), [false, false, true, false], "all teams are declared");
        assert_eq!(covered("# complete: a b\n"), [false; 4]);
    }

    /// `merge=union` combines two pulls: the lines of both, in mixed order.
    #[test]
    fn a_union_of_two_lists_reads_as_both() {
        let list = |complete: &[&'static str], pairs: &[(&'static str, &'static str)]| {
            KnownEntities::text(complete.iter().copied(), pairs.iter().copied())
        };
        let (one, other) =
            (list(&["squad"], &[("squad", "b")]), list(&["squad", "system"], &[("squad", "a"), ("squad", "b")]));
        let (union, bad) = KnownEntities::parse(format!("{one}{other}"));
        assert!(bad.is_empty());
        assert_eq!(union.pairs().collect::<Vec<_>>(), [("squad", "a"), ("squad", "b")]);
        assert!(union.covers("squad") && union.covers("system") && !union.covers("_team"));
    }
}
