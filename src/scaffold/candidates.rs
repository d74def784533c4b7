//! The entities that relations may point to, as far as they are known: those of the repository, and known ones of the
//! catalog. Others may exist.

use std::collections::{BTreeMap, BTreeSet};

use crate::text::suggest::closest;

#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Candidates {
    by_blueprint: BTreeMap<String, BTreeSet<String>>,
}

impl Candidates {
    pub fn add(&mut self, blueprint: &str, identifier: &str) {
        match self.by_blueprint.get_mut(blueprint) {
            Some(known) => drop(known.insert(identifier.to_owned())),
            None => drop(self.by_blueprint.insert(blueprint.to_owned(), BTreeSet::from([identifier.to_owned()]))),
        }
    }

    /// The identifiers, sorted.
    pub fn of(&self, blueprint: &str) -> impl ExactSizeIterator<Item = &str> + Clone {
        const NONE: &BTreeSet<String> = &BTreeSet::new();
        self.by_blueprint.get(blueprint).unwrap_or(NONE).iter().map(String::as_str)
    }

    pub fn holds(&self, blueprint: &str, identifier: &str) -> bool {
        self.by_blueprint.get(blueprint).is_some_and(|known| known.contains(identifier))
    }

    /// The most similar identifier.
    pub fn closest(&self, blueprint: &str, identifier: &str) -> Option<&str> {
        closest(identifier, self.of(blueprint))
    }
}
