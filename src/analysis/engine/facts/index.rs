//! The index of a repository: its entities, and what points to each of them. It is made of the facts that lint keeps of
//! every file, and of their cache, so that a question about 20,000 manifests needs none of their texts.

use std::sync::OnceLock;

use crate::analysis::engine::analyzer::FileResults;
use crate::analysis::engine::facts::repository::{At, Entities, EntityRange, entity_ranges};
use crate::analysis::engine::facts::{EntityRef, Facts, TargetRef, key};

/// The entities and references of a repository.
#[derive(Debug)]
pub struct Index {
    parts: Vec<Facts>,
    entity_ranges: Vec<EntityRange>,
    declarations: OnceLock<ByHash>,
    references: OnceLock<ByHash>,
}

/// Positions of entities by a hash, sorted: of their own name, or of a name that they point to.
type ByHash = Vec<(u64, At)>;

impl Index {
    pub fn new(parts: Vec<FileResults>) -> Self {
        let parts: Vec<Facts> = parts.into_iter().map(FileResults::into_facts).collect();
        let entity_ranges = entity_ranges(&parts);
        Self { parts, entity_ranges, declarations: OnceLock::new(), references: OnceLock::new() }
    }

    /// The entities with a readable name, in the order of the files.
    pub(crate) fn entities(&self) -> impl Iterator<Item = EntityRef<'_>> {
        self.all().map(|(_, entity)| entity).filter(|entity| !entity.identifier().is_empty())
    }

    /// The entities of this name; more than one if it is declared twice. Names in documents that cannot be read count too.
    pub(crate) fn declarations(&self, blueprint: &str, identifier: &str) -> Vec<EntityRef<'_>> {
        let by_hash = self.declarations.get_or_init(|| {
            let named = self.all().filter(|(_, entity)| !entity.identifier().is_empty());
            sorted(named.map(|(at, entity)| (entity.fact.key, at)))
        });
        let entities = self.found(by_hash, key(blueprint, identifier));
        entities.filter(|it| it.blueprint() == blueprint && it.identifier() == identifier).collect()
    }

    /// The values that point to the entity of this name, in the order of the files.
    pub(crate) fn references_to<'a>(&'a self, blueprint: &str, identifier: &str) -> Vec<TargetRef<'a>> {
        let by_hash = self.references.get_or_init(|| {
            let targets = |(at, entity): (At, EntityRef<'a>)| entity.targets().map(move |target| (target.fact.key, at));
            sorted(self.all().flat_map(targets))
        });
        let key = key(blueprint, identifier);
        let mut entities: Vec<EntityRef<'_>> = self.found(by_hash, key).collect();
        entities.dedup_by(|one, other| one.is_same(other));
        let targets = entities.into_iter().flat_map(EntityRef::targets);
        let mut targets: Vec<TargetRef<'_>> =
            targets.filter(|target| target.fact.key == key && target.text() == identifier).collect();
        targets.sort_by_key(|target| target.place());
        targets
    }

    fn all(&self) -> impl Iterator<Item = (At, EntityRef<'_>)> {
        Entities::all_of(&self.parts, &self.entity_ranges)
    }

    fn found<'a>(&'a self, by_hash: &'a ByHash, hash: u64) -> impl Iterator<Item = EntityRef<'a>> {
        let start = by_hash.partition_point(|(other, _)| *other < hash);
        let found = by_hash.get(start..).unwrap_or_default().iter().take_while(move |(other, _)| *other == hash);
        found.map(|(_, (part, index))| EntityRef::of(&self.parts[*part as usize], *index as usize))
    }
}

fn sorted(pairs: impl Iterator<Item = (u64, At)>) -> ByHash {
    let mut pairs: ByHash = pairs.collect();
    pairs.sort_unstable();
    pairs
}
