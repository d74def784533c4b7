//! Answers who declares an entity and who points to it, from the facts that an editor's session keeps. They change with
//! every keystroke, so a search reads all of them: that takes a millisecond for tens of thousands of entities, and an
//! [`Index`](crate::analysis::Index) takes longer to make.

use crate::analysis::engine::analyzer::FileResults;
use crate::analysis::engine::facts::{EntityRef, TargetRef, key};
use crate::domain::finding::Place;

/// The entities that the checked files declare, and what these point to.
#[derive(Debug, Clone, Copy)]
pub struct DeclaredEntities<'a> {
    parts: &'a [FileResults],
}

/// One declaration.
#[derive(Debug, Clone, Copy)]
pub struct DeclaredEntity<'a> {
    pub blueprint: &'a str,
    pub identifier: &'a str,
    /// Empty if the manifest has none.
    pub title: &'a str,
    /// Where the identifier is written.
    pub place: Place,
}

impl<'a> DeclaredEntities<'a> {
    pub fn new(parts: &'a [FileResults]) -> Self {
        Self { parts }
    }

    fn entities(self) -> impl Iterator<Item = EntityRef<'a>> {
        self.parts.iter().flat_map(|part| part.facts().all())
    }

    /// All declarations, in no particular order. Those in documents that cannot be read are among them.
    pub fn all(self) -> impl Iterator<Item = DeclaredEntity<'a>> {
        self.entities().filter(|entity| !entity.identifier().is_empty()).map(|entity| DeclaredEntity {
            blueprint: entity.blueprint(),
            identifier: entity.identifier(),
            title: entity.title(),
            place: entity.place(),
        })
    }

    /// The declarations of one entity, in the order of the files.
    pub fn declarations(self, blueprint: &str, identifier: &str) -> Vec<DeclaredEntity<'a>> {
        let is_it = |entity: &DeclaredEntity<'_>| entity.blueprint == blueprint && entity.identifier == identifier;
        let mut found: Vec<DeclaredEntity<'a>> = self.all().filter(is_it).collect();
        found.sort_by_key(|entity| entity.place);
        found
    }

    /// Where relations, teams and properties name an entity, in the order of the files.
    pub fn references(self, blueprint: &str, identifier: &str) -> Vec<Place> {
        let key = key(blueprint, identifier);
        let targets = self.entities().flat_map(EntityRef::targets);
        let named = targets.filter(|target| target.fact.key == key && target.text() == identifier);
        let mut places: Vec<Place> = named.map(TargetRef::place).collect();
        places.sort();
        places.dedup();
        places
    }
}
