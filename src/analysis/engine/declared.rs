//! Answers who declares an entity and who points to it, from the facts that lint keeps. A search reads all facts, because
//! they change with every keystroke in an editor: that takes a millisecond for tens of thousands of entities.

use crate::analysis::engine::analyzer::FileResults;
use crate::analysis::engine::facts::{TargetField, TargetRef};
use crate::analysis::engine::snapshot::Snapshot;
use crate::domain::blueprint::{TEAM, USER};
use crate::domain::finding::Place;

/// The entities that the checked files declare, and what these point to.
#[derive(Debug, Clone, Copy)]
pub struct DeclaredEntities<'a> {
    parts: &'a [FileResults],
    snapshot: &'a Snapshot,
}

/// One declaration.
#[derive(Debug, Clone, Copy)]
pub struct DeclaredEntity<'a> {
    pub blueprint: &'a str,
    pub identifier: &'a str,
    /// Where the identifier is written.
    pub place: Place,
}

impl<'a> DeclaredEntities<'a> {
    pub fn new(parts: &'a [FileResults], snapshot: &'a Snapshot) -> Self {
        Self { parts, snapshot }
    }

    /// All declarations, in no particular order. Those in documents that cannot be read are among them.
    pub fn all(self) -> impl Iterator<Item = DeclaredEntity<'a>> {
        let entities = self.parts.iter().flat_map(|part| part.facts().entities_with_targets());
        let named = entities.map(|(entity, _)| entity).filter(|entity| !entity.identifier().is_empty());
        named.map(|entity| DeclaredEntity {
            blueprint: entity.blueprint(),
            identifier: entity.identifier(),
            place: entity.place(),
        })
    }

    /// Where an entity is declared, in the order of the files.
    pub fn declarations(self, blueprint: &str, identifier: &str) -> Vec<Place> {
        let is_it = |entity: &DeclaredEntity<'_>| entity.blueprint == blueprint && entity.identifier == identifier;
        let mut places: Vec<Place> = self.all().filter(is_it).map(|entity| entity.place).collect();
        places.sort();
        places
    }

    /// Where relations, teams and properties name an entity, in the order of the files.
    pub fn references(self, blueprint: &str, identifier: &str) -> Vec<Place> {
        let entities = self.parts.iter().flat_map(|part| part.facts().entities_with_targets());
        let targets = entities.flat_map(|(entity, facts)| facts.iter().map(move |fact| TargetRef { entity, fact }));
        let is_it = |target: &TargetRef<'_>| {
            target.text() == identifier && self.blueprint_of(target.fact.field) == Some(blueprint)
        };
        let mut places: Vec<Place> = targets.filter(is_it).map(TargetRef::place).collect();
        places.sort();
        places.dedup();
        places
    }

    fn blueprint_of(self, field: TargetField) -> Option<&'a str> {
        match field {
            TargetField::Relation { .. } => self.snapshot.relation(field).map(|(relation, _)| relation.target.as_str()),
            TargetField::Team | TargetField::TeamProperty { .. } => Some(TEAM),
            TargetField::UserProperty { .. } => Some(USER),
        }
    }
}
