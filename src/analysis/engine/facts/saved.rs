//! The facts of files without findings as bytes, which the next run reads back: records of a fixed size and one text, so
//! that reading tens of thousands of files takes a few milliseconds.

use std::ops::Range;

use super::{EntityFact, Facts, ResourceFact, TargetFact, TargetField};
use crate::domain::document::manifest::ResourceKind;
use crate::domain::document::span::Span;
use crate::domain::finding::FileId;

const EXTENT: usize = 16;
const ENTITY: usize = 96;
const TARGET: usize = 36;

/// The part of the facts that belongs to one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FileFacts {
    pub file: FileId,
    /// The number of its manifests, also of those without a name.
    pub(in crate::analysis) manifests: usize,
    pub(in crate::analysis) entities: Range<usize>,
    targets: Range<usize>,
    texts: Range<usize>,
}

/// The facts of many files as bytes.
#[derive(Debug, Default)]
pub struct SavedFacts {
    extents: Vec<u8>,
    entities: Vec<u8>,
    targets: Vec<u8>,
    texts: Vec<u8>,
}

/// The same, read back.
#[derive(Debug, Clone, Copy)]
pub struct LoadedFacts<'b> {
    extents: &'b [[u8; EXTENT]],
    entities: &'b [[u8; ENTITY]],
    targets: &'b [[u8; TARGET]],
    texts: &'b str,
}

impl Facts {
    /// Where the facts of the next file begin.
    pub fn mark(&self, file: FileId, manifests: usize) -> FileFacts {
        let empty = |at: usize| at..at;
        let (entities, targets) = (empty(self.entities.len()), empty(self.targets.len()));
        FileFacts { file, manifests, entities, targets, texts: empty(self.texts.len()) }
    }

    /// The facts since the mark.
    pub fn since(&self, mark: FileFacts, manifests: usize) -> FileFacts {
        FileFacts {
            file: mark.file,
            manifests: manifests - mark.manifests,
            entities: mark.entities.start..self.entities.len(),
            targets: mark.targets.start..self.targets.len(),
            texts: mark.texts.start..self.texts.len(),
        }
    }
}

impl SavedFacts {
    pub(in crate::analysis) fn add(&mut self, facts: &Facts, file: &FileFacts) {
        let texts = facts.texts.get(file.texts.clone()).unwrap_or_default();
        let shift = Shift { from: file.texts.start, to: self.texts.len() };
        let targets = self.targets.len() / TARGET;
        for fact in facts.entities.get(file.entities.clone()).unwrap_or_default() {
            let end = fact.targets_end as usize - file.targets.start + targets;
            write_entity(&mut self.entities, fact, shift, Span::empty(end).start);
        }
        for fact in facts.targets.get(file.targets.clone()).unwrap_or_default() {
            write_target(&mut self.targets, fact, shift);
        }
        self.texts.extend_from_slice(texts.as_bytes());
        let ends = [file.manifests, self.entities.len() / ENTITY, self.targets.len() / TARGET, self.texts.len()];
        self.extents.extend(ends.into_iter().flat_map(|end| Span::empty(end).start.to_le_bytes()));
    }

    pub fn sections(&self) -> [&[u8]; 4] {
        [&self.extents, &self.entities, &self.targets, &self.texts]
    }
}

impl<'b> LoadedFacts<'b> {
    /// `None` if a section is damaged.
    pub fn of([extents, entities, targets, texts]: [&'b [u8]; 4]) -> Option<Self> {
        let loaded = Self {
            extents: whole(extents)?,
            entities: whole(entities)?,
            targets: whole(targets)?,
            texts: std::str::from_utf8(texts).ok()?,
        };
        let most = [u32::MAX as usize, loaded.entities.len(), loaded.targets.len(), loaded.texts.len()];
        let mut last = [0; 4];
        for bytes in loaded.extents {
            let end = numbers::<4>(bytes);
            let fits = (1..4).all(|at| last[at] <= end[at] && end[at] as usize <= most[at]);
            if !fits {
                return None;
            }
            last = end;
        }
        Some(loaded)
    }

    pub fn files(&self) -> usize {
        self.extents.len()
    }

    fn file(&self, number: usize, file: FileId) -> Option<FileFacts> {
        let before = match number.checked_sub(1) {
            Some(before) => numbers::<4>(self.extents.get(before)?),
            None => [0; 4],
        };
        let end = numbers::<4>(self.extents.get(number)?);
        let range = |at: usize| before[at] as usize..end[at] as usize;
        Some(FileFacts { file, manifests: end[0] as usize, entities: range(1), targets: range(2), texts: range(3) })
    }

    /// The facts of the chosen files, by their number among the saved ones and in this run.
    pub(in crate::analysis) fn read(&self, chosen: &[(usize, FileId)]) -> Option<(Facts, Vec<FileFacts>)> {
        let mut facts = Facts {
            texts: self.texts.to_owned(),
            entities: Vec::with_capacity(self.entities.len()),
            targets: Vec::with_capacity(self.targets.len()),
        };
        let mut files = Vec::with_capacity(chosen.len());
        for (number, id) in chosen {
            let saved = self.file(*number, *id)?;
            let (entities, targets) = (facts.entities.len(), facts.targets.len());
            for bytes in self.entities.get(saved.entities.clone())? {
                let mut fact = read_entity(bytes, *id)?;
                let end = (fact.targets_end as usize).checked_sub(saved.targets.start)?;
                fact.targets_end = Span::empty(end.min(saved.targets.len()) + targets).start;
                facts.entities.push(fact);
            }
            for bytes in self.targets.get(saved.targets.clone())? {
                facts.targets.push(read_target(bytes)?);
            }
            let entities = entities..facts.entities.len();
            files.push(FileFacts { entities, targets: targets..facts.targets.len(), ..saved });
        }
        Some((facts, files))
    }
}

/// Moves spans of the text of a part into the saved text.
#[derive(Clone, Copy)]
struct Shift {
    from: usize,
    to: usize,
}

impl Shift {
    fn span(self, span: Span) -> Span {
        let at = |byte: u32| (byte as usize).saturating_sub(self.from) + self.to;
        if span.is_empty() { Span::default() } else { Span::new(at(span.start), at(span.end)) }
    }
}

fn write_entity(out: &mut Vec<u8>, fact: &EntityFact, shift: Shift, targets_end: u32) {
    out.extend_from_slice(&fact.key.to_le_bytes());
    out.extend_from_slice(&fact.folded.to_le_bytes());
    let none = ResourceFact {
        key: 0,
        kind: ResourceKind::Entity,
        namespace: Span::default(),
        name: Span::default(),
        span: Span::default(),
    };
    let resource = fact.resource.as_ref().unwrap_or(&none);
    out.extend_from_slice(&resource.key.to_le_bytes());
    let kind = match &fact.resource {
        None => 0,
        Some(ResourceFact { kind: ResourceKind::Entity, .. }) => 1,
        Some(ResourceFact { kind: ResourceKind::ClusterEntity, .. }) => 2,
    };
    let flags = kind | u32::from(fact.is_doubtful) << 2 | u32::from(fact.has_unknown_blueprint) << 3;
    write_span(out, Span { start: flags, end: targets_end });
    for span in [fact.blueprint, fact.identifier, fact.title, resource.namespace, resource.name] {
        write_span(out, shift.span(span));
    }
    for span in [fact.blueprint_span, fact.span, resource.span] {
        write_span(out, span);
    }
}

fn read_entity(bytes: &[u8; ENTITY], file: FileId) -> Option<EntityFact> {
    let [key, folded, resource_key] = long_numbers::<3>(bytes);
    let [flags, targets_end, spans @ ..] = numbers::<18>(bytes.get(24..)?.first_chunk::<72>()?);
    let span = |at: usize| Span { start: spans[2 * at], end: spans[2 * at + 1] };
    let kind = match flags & 3 {
        0 => None,
        1 => Some(ResourceKind::Entity),
        2 => Some(ResourceKind::ClusterEntity),
        _ => return None,
    };
    let resource = |kind| ResourceFact { key: resource_key, kind, namespace: span(3), name: span(4), span: span(7) };
    Some(EntityFact {
        file,
        key,
        folded,
        blueprint: span(0),
        identifier: span(1),
        title: span(2),
        blueprint_span: span(5),
        span: span(6),
        targets_end,
        resource: kind.map(resource),
        is_doubtful: flags & 4 != 0,
        has_unknown_blueprint: flags & 8 != 0,
    })
}

fn write_target(out: &mut Vec<u8>, fact: &TargetFact, shift: Shift) {
    let (field, indexed, part) = match fact.field {
        TargetField::Relation { indexed, relation } => (0, indexed, relation),
        TargetField::Team => (1, 0, 0),
        TargetField::TeamProperty { indexed, property } => (2, indexed, property),
        TargetField::UserProperty { indexed, property } => (3, indexed, property),
    };
    out.extend_from_slice(&fact.key.to_le_bytes());
    write_span(out, shift.span(fact.text));
    write_span(out, fact.span);
    out.extend([field, indexed, part].into_iter().flat_map(u32::to_le_bytes));
}

fn read_target(bytes: &[u8; TARGET]) -> Option<TargetFact> {
    let [key] = long_numbers::<1>(bytes);
    let [start, end, from, to, field, indexed, part] = numbers::<7>(bytes.get(8..)?.first_chunk::<28>()?);
    let field = match field {
        0 => TargetField::Relation { indexed, relation: part },
        1 => TargetField::Team,
        2 => TargetField::TeamProperty { indexed, property: part },
        3 => TargetField::UserProperty { indexed, property: part },
        _ => return None,
    };
    Some(TargetFact { key, text: Span { start, end }, span: Span { start: from, end: to }, field })
}

fn write_span(out: &mut Vec<u8>, span: Span) {
    out.extend_from_slice(&span.start.to_le_bytes());
    out.extend_from_slice(&span.end.to_le_bytes());
}

/// The bytes as records; `None` if there is a rest.
fn whole<const N: usize>(bytes: &[u8]) -> Option<&[[u8; N]]> {
    let (records, rest) = bytes.as_chunks();
    rest.is_empty().then_some(records)
}

fn numbers<const N: usize>(bytes: &[u8]) -> [u32; N] {
    let (words, _) = bytes.as_chunks();
    std::array::from_fn(|at| words.get(at).map_or(0, |word| u32::from_le_bytes(*word)))
}

fn long_numbers<const N: usize>(bytes: &[u8]) -> [u64; N] {
    let (words, _) = bytes.as_chunks();
    std::array::from_fn(|at| words.get(at).map_or(0, |word| u64::from_le_bytes(*word)))
}
