//! The facts of all files together: the entities of the repository by their names, those that conflict, and the targets
//! that no entity has.

use std::borrow::Borrow;
use std::ops::Range;

use foldhash::{HashMap, HashMapExt, HashSet};
use rayon::prelude::*;

use super::{EntityRef, Facts, MIN_PARALLEL_ENTITIES, TargetRef, folded_key};
use crate::domain::document::span::Span;
use crate::domain::finding::FileId;

/// The position of an entity: the index of its part, and its index within it.
pub(super) type At = (u32, u32);
type ByKey = HashMap<u64, At>;
/// Pairs of the first entity and a later one.
type EntityPairs<'a> = Vec<(EntityRef<'a>, EntityRef<'a>)>;

/// Consecutive entities of one part whose files are also consecutive in the run.
#[derive(Debug)]
pub(super) struct EntityRange {
    first: FileId,
    part: usize,
    entities: Range<usize>,
}

/// Splits the parts into ranges. A thread takes files in order, but other threads take files in between, so a
/// range ends at each gap.
pub(super) fn entity_ranges<F: Borrow<Facts>>(parts: &[F]) -> Vec<EntityRange> {
    let mut entity_ranges = Vec::new();
    for (part, facts) in parts.iter().map(Borrow::borrow).enumerate() {
        let mut start = 0;
        for entities in facts.entities.chunk_by(|one, next| next.file.0.wrapping_sub(one.file.0) <= 1) {
            let end = start + entities.len();
            entity_ranges.extend(entities.first().map(|it| EntityRange { first: it.file, part, entities: start..end }));
            start = end;
        }
    }
    entity_ranges.sort_unstable_by_key(|range| range.first);
    entity_ranges
}

/// All entities of the repository in file order, regardless of the thread that read them.
#[derive(Debug)]
pub(super) struct Entities<'a> {
    parts: &'a [&'a Facts],
    entity_ranges: Vec<EntityRange>,
}

impl<'a> Entities<'a> {
    fn count(&self) -> usize {
        self.parts.iter().map(|facts| facts.entities.len()).sum()
    }

    fn all(&self) -> impl Iterator<Item = (At, EntityRef<'a>)> {
        Self::all_of(self.parts, &self.entity_ranges)
    }

    pub(super) fn all_of<F: Borrow<Facts>>(
        parts: &'a [F],
        entity_ranges: &[EntityRange],
    ) -> impl Iterator<Item = (At, EntityRef<'a>)> {
        entity_ranges.iter().flat_map(|EntityRange { part, entities, .. }| {
            let facts = parts[*part].borrow();
            entities.clone().map(|index| {
                let at = (Span::empty(*part).start, Span::empty(index).start);
                (at, EntityRef::of(facts, index))
            })
        })
    }

    fn at(&self, (part, index): At) -> EntityRef<'a> {
        EntityRef::of(self.parts[part as usize], index as usize)
    }

    fn by_key(&self) -> (ByKey, EntityPairs<'a>) {
        let (mut by_key, mut duplicates) = (ByKey::with_capacity(self.count()), EntityPairs::new());
        for (at, entity) in self.all() {
            let fact = entity.fact;
            if entity.identifier().is_empty() {
                continue;
            }
            match by_key.get(&fact.key) {
                Some(first) => {
                    let first = self.at(*first);
                    match (first.is_doubtful(), fact.is_doubtful) {
                        // Equal keys are equal names except for a chance of 1 in 2^64; a finding must be certain.
                        (false, false) if first.name() != entity.name() => {}
                        (false, false) => duplicates.push((first, entity)),
                        // The first certain entity counts as the original.
                        (true, false) => _ = by_key.insert(fact.key, at),
                        (_, true) => {}
                    }
                }
                None => {
                    by_key.insert(fact.key, at);
                }
            }
        }
        (by_key, duplicates)
    }

    fn by_folded(&self) -> (ByKey, EntityPairs<'a>) {
        let (mut by_folded, mut case_twins) = (ByKey::with_capacity(self.count()), EntityPairs::new());
        for (at, entity) in self.all() {
            let fact = entity.fact;
            if entity.identifier().is_empty() {
                continue;
            }
            match by_folded.get(&fact.folded) {
                Some(first) => {
                    let first = self.at(*first);
                    match (first.is_doubtful(), fact.is_doubtful) {
                        (false, false) if first.identifier() != entity.identifier() => {
                            case_twins.push((first, entity));
                        }
                        (true, false) => _ = by_folded.insert(fact.folded, at),
                        (false, false) | (_, true) => {}
                    }
                }
                None => {
                    by_folded.insert(fact.folded, at);
                }
            }
        }
        (by_folded, case_twins)
    }

    fn resource_twins(&self) -> EntityPairs<'a> {
        let (mut seen, mut twins) = (ByKey::with_capacity(self.count()), EntityPairs::new());
        for (at, entity) in self.all() {
            let Some(resource) = &entity.fact.resource else { continue };
            match seen.get(&resource.key) {
                Some(first) => twins.push((self.at(*first), entity)),
                None => {
                    seen.insert(resource.key, at);
                }
            }
        }
        twins
    }
}

/// All entities of the repository, and the conflicting pairs.
#[derive(Debug)]
pub(crate) struct Repository<'a> {
    all: Entities<'a>,
    by_key: ByKey,
    by_folded: ByKey,
    /// Pairs with the same blueprint and identifier.
    pub duplicates: EntityPairs<'a>,
    /// Pairs that differ only in case.
    pub case_twins: EntityPairs<'a>,
    /// Pairs with the same kind, namespace and name.
    pub resource_twins: EntityPairs<'a>,
}

impl<'a> Repository<'a> {
    /// Of a pair, the entity in the earlier file counts as the original, whichever part it is in.
    pub fn new(parts: &'a [&'a Facts]) -> Self {
        let all = Entities { parts, entity_ranges: entity_ranges(parts) };
        let others = || (all.by_folded(), all.resource_twins());
        let ((by_key, duplicates), ((by_folded, mut case_twins), resource_twins)) =
            if all.count() < MIN_PARALLEL_ENTITIES {
                (all.by_key(), others())
            } else {
                rayon::join(|| all.by_key(), others)
            };
        // A duplicate declaration is reported once, and not again for its spelling.
        let again = duplicates.iter().map(|(_, again)| again.place()).collect::<HashSet<_>>();
        case_twins.retain(|(_, twin)| !again.contains(&twin.place()));
        Self { all, by_key, by_folded, duplicates, case_twins, resource_twins }
    }

    pub fn entities(&self) -> impl Iterator<Item = EntityRef<'a>> {
        self.all.all().map(|(_, entity)| entity)
    }

    /// The entity whose name differs from this one only in case.
    pub fn case_variant(&self, blueprint: &str, identifier: &str) -> Option<EntityRef<'a>> {
        self.by_folded.get(&folded_key(blueprint, identifier)).map(|at| self.all.at(*at))
    }

    /// The entities that are Kubernetes resources of known blueprints, in file order, and for each of them the others that
    /// its relations point to, by their indexes.
    pub fn resource_relations(&self) -> (Vec<EntityRef<'a>>, Vec<Vec<usize>>) {
        let is_sent = |entity: &EntityRef<'_>| {
            let fact = entity.fact;
            fact.resource.is_some() && !fact.is_doubtful && !fact.has_unknown_blueprint
        };
        let (positions, entities): (Vec<At>, Vec<EntityRef<'a>>) =
            self.all.all().filter(|(_, entity)| is_sent(entity)).unzip();
        let indexes: HashMap<At, usize> = positions.iter().copied().zip(0..).collect();
        let targets_of = |entity: &EntityRef<'a>| {
            let relations = entity.targets().filter(|target| target.fact.field.is_relation());
            relations.filter_map(|target| indexes.get(self.by_key.get(&target.fact.key)?).copied()).collect()
        };
        let targets = entities.iter().map(targets_of).collect();
        (entities, targets)
    }

    /// The targets that match no entity of the repository, in file order.
    pub fn absent_targets(&self) -> Vec<TargetRef<'a>> {
        let of_stretch = |range: &EntityRange| {
            let facts = &self.all.parts[range.part];
            let before = range.entities.start.checked_sub(1).and_then(|last| facts.entities.get(last));
            let mut from = before.map_or(0, |last| last.targets_end as usize);
            let mut absent = Vec::new();
            for index in range.entities.clone() {
                let entity = EntityRef::of(facts, index);
                let to = entity.fact.targets_end as usize;
                let targets = facts.targets.get(from..to).unwrap_or_default().iter();
                let targets = targets.filter(|target| !self.by_key.contains_key(&target.key));
                absent.extend(targets.map(|fact| TargetRef { entity, fact }));
                from = to;
            }
            absent
        };
        let entity_ranges = &self.all.entity_ranges;
        if self.by_key.len() < MIN_PARALLEL_ENTITIES {
            entity_ranges.iter().flat_map(of_stretch).collect()
        } else {
            entity_ranges.par_iter().flat_map_iter(of_stretch).collect()
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{EntityFlags, EntityTexts, TargetFact, TargetField};
    use super::*;
    use crate::domain::finding::EntityName;

    fn part(names: &[(u32, &str)]) -> Facts {
        let mut facts = Facts::default();
        for (file, name) in names {
            let name = EntityName { blueprint: "service".to_owned(), identifier: (*name).to_owned() };
            let target = TargetFact::new(TargetField::relation(0, 0), "system", &name.identifier, Span::empty(0));
            facts.target(target, &name.identifier);
            facts.push(
                FileId(*file),
                EntityTexts::new((&name.blueprint, Span::default()), (&name.identifier, Span::default())),
                None,
                EntityFlags { is_doubtful: false, has_unknown_blueprint: false },
            );
        }
        facts
    }

    #[test]
    fn the_order_is_that_of_the_files_whoever_read_them() {
        let parts = [part(&[(0, "a"), (1, "b"), (1, "x"), (6, "f")]), part(&[(2, "c"), (3, "x"), (4, "d"), (9, "B")])];
        let parts = parts.each_ref();
        let repository = Repository::new(&parts);
        let names = repository.entities().map(EntityRef::identifier).collect::<Vec<_>>();
        assert_eq!(names, ["a", "b", "x", "c", "x", "d", "f", "B"]);
        let absent = repository.absent_targets();
        assert_eq!(absent.iter().map(|target| target.text()).collect::<Vec<_>>(), names);
        assert!(absent.iter().all(|target| target.text() == target.entity.identifier()));
        let files = |twins: &EntityPairs<'_>| twins.iter().map(|(a, b)| (a.file().0, b.file().0)).collect::<Vec<_>>();
        assert_eq!((files(&repository.duplicates), files(&repository.case_twins)), (vec![(1, 3)], vec![(1, 9)]));
    }
}
