//! The entities that are not in this repository and that its relations may point to: the lines of
//! `.portolan/known-entities.txt`.

use std::collections::{BTreeMap, BTreeSet};

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct KnownEntities {
    by_blueprint: BTreeMap<String, BTreeSet<String>>,
}

/// A line that is not `blueprint<TAB>identifier`, with its number from 1.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BadLine {
    pub number: usize,
    pub text: String,
}

impl KnownEntities {
    /// Empty lines and lines that start with `#` are skipped; lines that make no sense are returned, not lost.
    pub fn parse(text: &str) -> (Self, Vec<BadLine>) {
        let mut known = Self::default();
        let mut bad = Vec::new();
        for (index, line) in text.lines().enumerate() {
            if line.is_empty() || line.starts_with('#') {
                continue;
            }
            match line.split_once('\t') {
                Some((blueprint, identifier)) if !blueprint.is_empty() && !identifier.is_empty() => {
                    known.insert(blueprint, identifier);
                }
                Some(_) | None => bad.push(BadLine { number: index + 1, text: line.to_owned() }),
            }
        }
        (known, bad)
    }

    pub fn insert(&mut self, blueprint: &str, identifier: &str) {
        if let Some(set) = self.by_blueprint.get_mut(blueprint) {
            set.insert(identifier.to_owned());
        } else {
            self.by_blueprint.insert(blueprint.to_owned(), BTreeSet::from([identifier.to_owned()]));
        }
    }

    pub fn contains(&self, blueprint: &str, identifier: &str) -> bool {
        self.by_blueprint.get(blueprint).is_some_and(|set| set.contains(identifier))
    }

    pub fn identifiers(&self, blueprint: &str) -> impl Iterator<Item = &str> {
        self.by_blueprint.get(blueprint).into_iter().flatten().map(String::as_str)
    }

    pub fn len(&self) -> usize {
        self.by_blueprint.values().map(BTreeSet::len).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.by_blueprint.is_empty()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_read_and_bad_ones_named() {
        let (known, bad) = KnownEntities::parse("# pulled\nservice\tcart\nservice\tbilling\n\nno tab here\n\t\n");
        assert!(known.contains("service", "cart") && known.contains("service", "billing"));
        assert_eq!(known.len(), 2);
        assert_eq!(bad.iter().map(|line| line.number).collect::<Vec<_>>(), [5, 6]);
    }
}
