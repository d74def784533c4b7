//! The facts that lint keeps of a file after its tree was freed: its entities and what they point to. They are compact,
//! because a repository may have a hundred thousand entities. Names are compared by 64-bit hashes, and by text before
//! anything is reported.

mod listing;
mod removal;
pub(crate) mod saved;

use std::ops::Range;

use foldhash::{HashMap, HashMapExt, HashSet};
use rayon::prelude::*;

use crate::domain::document::manifest::{Form, Manifest, ResourceKind};
use crate::domain::document::span::Span;
use crate::domain::document::tree::View;
use crate::domain::finding::{EntityName, FileId, Place};

/// The facts of the files that one thread checked, in order. They are in three vectors regardless of the number of
/// files: separate allocations for each file would cost more than their content to create, search and free.
#[derive(Debug, Default)]
pub(crate) struct Facts {
    texts: String,
    entities: Vec<EntityFact>,
    targets: Vec<TargetFact>,
}

#[derive(Debug, Clone)]
pub(crate) struct EntityFact {
    file: FileId,
    key: u64,
    folded: u64,
    blueprint: Span,
    identifier: Span,
    /// The position of the blueprint's name.
    blueprint_span: Span,
    /// The position of the identifier.
    pub span: Span,
    /// The end of the entity's targets in the list of all targets.
    targets_end: u32,
    resource: Option<ResourceFact>,
    /// Its document is broken or only resembles a manifest: it counts as a target, but is not reported.
    pub is_doubtful: bool,
    /// The snapshot has no such blueprint.
    pub has_unknown_blueprint: bool,
}

#[derive(Debug, Clone)]
pub(crate) struct ResourceFact {
    key: u64,
    kind: ResourceKind,
    namespace: Span,
    name: Span,
    pub span: Span,
}

#[derive(Debug, Clone)]
pub(crate) struct TargetFact {
    key: u64,
    text: Span,
    pub span: Span,
    pub field: TargetField,
}

/// The field that names another entity. Numbers are indexes into the snapshot's blueprints and their parts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum TargetField {
    Relation {
        indexed: u32,
        relation: u32,
    },
    /// The field `team`.
    Team,
    /// A property whose format is `team`.
    TeamProperty {
        indexed: u32,
        property: u32,
    },
    /// A property whose format is `user`.
    UserProperty {
        indexed: u32,
        property: u32,
    },
}

impl TargetField {
    pub fn relation(indexed: usize, relation: usize) -> Self {
        Self::Relation { indexed: Span::empty(indexed).start, relation: Span::empty(relation).start }
    }

    pub fn is_relation(self) -> bool {
        matches!(self, Self::Relation { .. })
    }
}

impl TargetFact {
    /// `blueprint` is the blueprint of the entity that `text` names.
    pub fn new(field: TargetField, blueprint: &str, text: &str, span: Span) -> Self {
        Self { key: key(blueprint, text), text: Span::default(), span, field }
    }
}

/// The hash of a name. It is stable across the threads and files of one build of the program.
pub(crate) fn key(blueprint: &str, identifier: &str) -> u64 {
    finish(absorb(absorb(SEED, blueprint.as_bytes()), identifier.as_bytes()))
}

/// A hash that is equal for names that differ only in case.
fn folded_key(blueprint: &str, identifier: &str) -> u64 {
    let state = absorb(SEED, blueprint.as_bytes());
    if !identifier.is_ascii() {
        return finish(absorb(state, identifier.to_lowercase().as_bytes()));
    }
    let mut short = [0; 64];
    match short.get_mut(..identifier.len()) {
        Some(short) => {
            short.copy_from_slice(identifier.as_bytes());
            short.make_ascii_lowercase();
            finish(absorb(state, short))
        }
        None => finish(absorb(state, identifier.to_ascii_lowercase().as_bytes())),
    }
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

/// Adds one part of a name, eight bytes at a time, and its length, so that `ab` + `c` differs from `a` + `bc`.
fn absorb(mut state: u64, part: &[u8]) -> u64 {
    let mix = |state: u64, word: u64| (state ^ word).wrapping_mul(0x9e37_79b9_7f4a_7c15).rotate_left(29);
    let (words, rest) = part.as_chunks::<8>();
    for word in words {
        state = mix(state, u64::from_le_bytes(*word));
    }
    let mut last = [0; 8];
    last[..rest.len()].copy_from_slice(rest);
    mix(mix(state, u64::from_le_bytes(last)), part.len() as u64)
}

/// Spreads every bit over the whole hash, because the map does not hash its keys again.
fn finish(state: u64) -> u64 {
    let state = (state ^ state >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    state ^ state >> 32
}

/// What is uncertain about an entity.
struct EntityFlags {
    is_doubtful: bool,
    has_unknown_blueprint: bool,
}

impl Facts {
    /// Reserves the capacity that one thread needs for a run over this many files, because growing vectors are copied
    /// repeatedly. If files contain more than usual, the vectors still grow.
    pub fn with_capacity(files: usize) -> Self {
        // A small run uses one thread, and asking rayon for their number would start the pool.
        if files < MIN_PARALLEL_ENTITIES {
            return Self::default();
        }
        let files = files / rayon::current_num_threads();
        let files = files + files / 8;
        Self {
            texts: String::with_capacity(files * 128),
            entities: Vec::with_capacity(files),
            targets: Vec::with_capacity(files * 4),
        }
    }

    pub fn target(&mut self, mut target: TargetFact, text: &str) {
        target.text = self.keep(text);
        self.targets.push(target);
    }

    /// Records the entity whose targets were just added. Without a blueprint or identifier, there is nothing to record.
    pub fn entity(&mut self, file: FileId, view: View<'_>, manifest: &Manifest, has_shape: bool) {
        let blueprint = manifest.blueprint_text(view);
        let identifier = manifest.identifier_text(view);
        let span = manifest.identifier.map_or(Span::default(), |id| view.value(id).span());
        let resource = match manifest.form {
            Form::Bare | Form::Mapped => None,
            Form::Resource(kind) => self.resource(view, manifest, kind),
        };
        let (Some(blueprint), Some(identifier)) = (blueprint, identifier) else {
            // `identifier: 123` is an error, but other entities may point to it.
            let written =
                manifest.identifier.map(|id| view.value(id)).filter(|value| !value.is_empty() || value.raw() != "");
            if let (Some(blueprint), Some(written)) = (blueprint, written) {
                let flags = EntityFlags { is_doubtful: true, has_unknown_blueprint: false };
                self.push(file, (blueprint, Span::default()), (&written.key_text(), span), resource, flags);
                return;
            }
            let first = self.entities.last().map_or(0, |last| last.targets_end as usize);
            if resource.is_some() || self.targets.len() > first {
                let flags = EntityFlags { is_doubtful: true, has_unknown_blueprint: false };
                self.push(file, ("", Span::default()), ("", span), resource, flags);
            }
            return;
        };
        let blueprint_span = manifest.blueprint.map_or(Span::default(), |id| view.value(id).span());
        let flags = EntityFlags { is_doubtful: manifest.near_miss.is_some(), has_unknown_blueprint: !has_shape };
        self.push(file, (blueprint, blueprint_span), (identifier, span), resource, flags);
    }

    /// Records only the resource of a manifest.
    pub fn resource_only(&mut self, file: FileId, view: View<'_>, manifest: &Manifest) {
        let Form::Resource(kind) = manifest.form else { return };
        if let Some(resource) = self.resource(view, manifest, kind) {
            let span = resource.span;
            let flags = EntityFlags { is_doubtful: true, has_unknown_blueprint: false };
            self.push(file, ("", Span::default()), ("", span), Some(resource), flags);
        }
    }

    /// Records the name of an entity in an unreadable document.
    pub fn record_salvaged(&mut self, file: FileId, name: &EntityName, span: Span) {
        let flags = EntityFlags { is_doubtful: true, has_unknown_blueprint: false };
        self.push(file, (&name.blueprint, span), (&name.identifier, span), None, flags);
    }

    fn push(
        &mut self,
        file: FileId,
        (blueprint, blueprint_span): (&str, Span),
        (identifier, span): (&str, Span),
        resource: Option<ResourceFact>,
        EntityFlags { is_doubtful, has_unknown_blueprint }: EntityFlags,
    ) {
        let fact = EntityFact {
            file,
            key: key(blueprint, identifier),
            folded: folded_key(blueprint, identifier),
            blueprint: self.keep(blueprint),
            identifier: self.keep(identifier),
            blueprint_span,
            span,
            targets_end: Span::empty(self.targets.len()).start,
            resource,
            is_doubtful,
            has_unknown_blueprint,
        };
        self.entities.push(fact);
    }

    fn resource(&mut self, view: View<'_>, manifest: &Manifest, kind: ResourceKind) -> Option<ResourceFact> {
        let name = view.value(manifest.name?);
        let text = name.as_str()?;
        let namespace = match kind {
            ResourceKind::ClusterEntity => "",
            ResourceKind::Entity => manifest.namespace.and_then(|id| view.value(id).as_str()).unwrap_or(""),
        };
        Some(ResourceFact {
            key: finish(absorb(absorb(absorb(SEED, kind.name().as_bytes()), namespace.as_bytes()), text.as_bytes())),
            kind,
            namespace: self.keep(namespace),
            name: self.keep(text),
            span: name.span(),
        })
    }

    fn keep(&mut self, text: &str) -> Span {
        let start = self.texts.len();
        self.texts.push_str(text);
        Span::new(start, self.texts.len())
    }
}

/// One entity of the repository with its facts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EntityRef<'a> {
    facts: &'a Facts,
    fact: &'a EntityFact,
}

impl<'a> EntityRef<'a> {
    pub fn file(self) -> FileId {
        self.fact.file
    }

    pub fn blueprint(self) -> &'a str {
        self.fact.blueprint.slice(&self.facts.texts)
    }

    pub fn identifier(self) -> &'a str {
        self.fact.identifier.slice(&self.facts.texts)
    }

    /// `None` if it has no readable name.
    pub fn name(self) -> Option<EntityName> {
        let (blueprint, identifier) = (self.blueprint().to_owned(), self.identifier().to_owned());
        (!identifier.is_empty()).then_some(EntityName { blueprint, identifier })
    }

    pub fn place(self) -> Place {
        Place { file: self.fact.file, span: self.fact.span }
    }

    pub fn blueprint_place(self) -> Place {
        Place { file: self.fact.file, span: self.fact.blueprint_span }
    }

    pub fn has_unknown_blueprint(self) -> bool {
        self.fact.has_unknown_blueprint
    }

    pub fn is_doubtful(self) -> bool {
        self.fact.is_doubtful
    }

    /// Kind, namespace, name, and the place of the name.
    pub fn resource(self) -> Option<(ResourceKind, &'a str, &'a str, Place)> {
        let resource = self.fact.resource.as_ref()?;
        let texts = &self.facts.texts;
        let place = Place { file: self.fact.file, span: resource.span };
        Some((resource.kind, resource.namespace.slice(texts), resource.name.slice(texts), place))
    }
}

/// The target of a relation, as written.
#[derive(Debug, Clone, Copy)]
pub(crate) struct TargetRef<'a> {
    pub entity: EntityRef<'a>,
    pub fact: &'a TargetFact,
}

impl<'a> TargetRef<'a> {
    pub fn text(self) -> &'a str {
        self.fact.text.slice(&self.entity.facts.texts)
    }

    pub fn place(self) -> Place {
        Place { file: self.entity.file(), span: self.fact.span }
    }
}

/// With fewer entities, a second thread costs more than it saves.
const MIN_PARALLEL_ENTITIES: usize = 4096;

/// The position of an entity: the index of its part, and its index within it.
type At = (u32, u32);
type ByKey = HashMap<u64, At>;
/// Pairs of the first entity and a later one.
type EntityPairs<'a> = Vec<(EntityRef<'a>, EntityRef<'a>)>;

/// Consecutive entities of one part whose files are also consecutive in the run.
#[derive(Debug)]
struct EntityRange {
    first: FileId,
    part: usize,
    entities: Range<usize>,
}

/// Splits the parts into ranges. A thread takes files in order, but other threads take files in between, so a
/// range ends at each gap.
fn entity_ranges(parts: &[&Facts]) -> Vec<EntityRange> {
    let mut entity_ranges = Vec::new();
    for (part, facts) in parts.iter().enumerate() {
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
struct Entities<'a> {
    parts: &'a [&'a Facts],
    entity_ranges: Vec<EntityRange>,
}

impl<'a> Entities<'a> {
    fn count(&self) -> usize {
        self.parts.iter().map(|facts| facts.entities.len()).sum()
    }

    fn all(&self) -> impl Iterator<Item = (At, EntityRef<'a>)> {
        self.entity_ranges.iter().flat_map(|EntityRange { part, entities, .. }| {
            let facts = self.parts[*part];
            let numbered = (entities.start..).zip(facts.entities.get(entities.clone()).unwrap_or_default());
            numbered.map(|(index, fact)| {
                let at = (Span::empty(*part).start, Span::empty(index).start);
                (at, EntityRef { facts, fact })
            })
        })
    }

    fn at(&self, (part, index): At) -> EntityRef<'a> {
        let facts = self.parts[part as usize];
        EntityRef { facts, fact: &facts.entities[index as usize] }
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
        let targets_of = |(part, index): &At| {
            let facts = self.all.parts[*part as usize];
            let index = *index as usize;
            let start = index.checked_sub(1).map_or(0, |before| facts.entities[before].targets_end);
            let targets = &facts.targets[start as usize..facts.entities[index].targets_end as usize];
            let relations = targets.iter().filter(|target| target.field.is_relation());
            relations.filter_map(|target| indexes.get(self.by_key.get(&target.key)?).copied()).collect()
        };
        let targets = positions.iter().map(targets_of).collect();
        (entities, targets)
    }

    /// The targets that match no entity of the repository, in file order.
    pub fn absent_targets(&self) -> Vec<TargetRef<'a>> {
        let of_stretch = |range: &EntityRange| {
            let facts = self.all.parts[range.part];
            let before = range.entities.start.checked_sub(1).and_then(|last| facts.entities.get(last));
            let mut from = before.map_or(0, |last| last.targets_end as usize);
            let mut absent = Vec::new();
            for fact in facts.entities.get(range.entities.clone()).unwrap_or_default() {
                let to = fact.targets_end as usize;
                let entity = EntityRef { facts, fact };
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
    use super::*;

    fn part(names: &[(u32, &str)]) -> Facts {
        let mut facts = Facts::default();
        for (file, name) in names {
            let name = EntityName { blueprint: "service".to_owned(), identifier: (*name).to_owned() };
            let target = TargetFact::new(TargetField::relation(0, 0), "system", &name.identifier, Span::empty(0));
            facts.target(target, &name.identifier);
            facts.push(
                FileId(*file),
                (&name.blueprint, Span::default()),
                (&name.identifier, Span::default()),
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
