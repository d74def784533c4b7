//! The entities of the requested blueprints, as read from a catalog. An incomplete read is marked as such; an absent
//! entity then means nothing.

use std::collections::BTreeMap;

use crate::domain::entity::Entity;

#[derive(Debug, Clone, Default, PartialEq)]
pub struct Snapshot {
    pub blueprints: BTreeMap<String, Shelf>,
}

/// All entities of one blueprint.
#[derive(Debug, Clone, PartialEq)]
pub struct Shelf {
    /// Sorted by identifier, without duplicates.
    pub entities: Vec<Entity>,
    pub completeness: Completeness,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Completeness {
    Complete,
    /// The reason, as a clause: "the catalog counts 1,204 entities but returned 1,200".
    Incomplete(String),
}

impl Snapshot {
    pub fn len(&self) -> usize {
        self.blueprints.values().map(|shelf| shelf.entities.len()).sum()
    }

    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    pub fn is_complete(&self) -> bool {
        self.blueprints.values().all(|shelf| shelf.completeness == Completeness::Complete)
    }

    pub fn get(&self, blueprint: &str, identifier: &str) -> Option<&Entity> {
        let shelf = self.blueprints.get(blueprint)?;
        let at = shelf.entities.binary_search_by(|entity| entity.key.identifier.as_ref().cmp(identifier)).ok()?;
        shelf.entities.get(at)
    }
}
