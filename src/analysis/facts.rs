//! What lint remembers of a file after its tree is gone: who its entities are and what they point to. Compact,
//! because a repository may hold a hundred thousand of them. Names are compared by 64-bit hashes, and by text
//! wherever a finding hangs on it.

use foldhash::{HashMap, HashMapExt, HashSet};
use rayon::prelude::*;

use crate::domain::finding::{EntityName, FileId, Place};
use crate::domain::manifest::{Form, Manifest, ResourceKind};
use crate::domain::span::Span;
use crate::domain::tree::View;

/// The facts of one file, in memory of exactly their size.
#[derive(Debug, Default)]
pub struct FileFacts {
    texts: Box<str>,
    pub(crate) entities: Box<[EntityFact]>,
    pub(crate) targets: Box<[TargetFact]>,
}

#[derive(Debug, Clone)]
pub(crate) struct EntityFact {
    key: u64,
    folded: u64,
    blueprint: Span,
    identifier: Span,
    /// Where the blueprint's name stands.
    blueprint_span: Span,
    /// Where the identifier stands.
    pub span: Span,
    /// The entity's targets end here in the file's list.
    targets_end: u32,
    resource: Option<ResourceFact>,
    /// Its document is broken or not quite ours: it counts as a target, and nothing is said of it.
    pub is_doubtful: bool,
    /// The snapshot has no such blueprint.
    pub is_shapeless: bool,
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
    pub shape: u32,
    pub relation: u32,
}

impl TargetFact {
    pub fn new(shape: usize, relation: usize, blueprint: &str, text: &str, span: Span) -> Self {
        let (shape, relation) = (Span::empty(shape).start, Span::empty(relation).start);
        Self { key: key(blueprint, text), text: Span::default(), span, shape, relation }
    }
}

/// Gives the memory of many facts back behind the back of whoever waits for the answer.
pub(crate) fn forget(facts: Vec<(FileId, FileFacts)>) {
    if facts.len() >= FEW {
        rayon::spawn(move || drop(facts));
    }
}

/// Stable across threads and files of one run; never stored.
pub(crate) fn key(blueprint: &str, identifier: &str) -> u64 {
    finish(absorb(absorb(SEED, blueprint.as_bytes()), identifier.as_bytes()))
}

/// The same for names that differ in case only.
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

/// One part of a name, eight bytes at a time, and its length, so that `ab` + `c` is not `a` + `bc`.
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

/// Spreads every bit over all: the map takes the value as it is.
fn finish(state: u64) -> u64 {
    let state = (state ^ state >> 32).wrapping_mul(0xd6e8_feb8_6659_fd93);
    state ^ state >> 32
}

/// What is not sure about an entity.
struct Doubts {
    is_doubtful: bool,
    is_shapeless: bool,
}

/// Collects the facts of one file while its documents pass by; its memory stays from file to file.
#[derive(Debug, Default)]
pub(crate) struct FactsBuilder {
    texts: String,
    entities: Vec<EntityFact>,
    targets: Vec<TargetFact>,
}

impl FactsBuilder {
    pub fn target(&mut self, mut target: TargetFact, text: &str) {
        target.text = self.keep(text);
        self.targets.push(target);
    }

    /// The entity whose targets were just handed over. Without a blueprint or identifier there is nothing to
    /// remember.
    pub fn entity(&mut self, view: View<'_>, manifest: &Manifest, has_shape: bool) {
        let blueprint = manifest.blueprint_text(view);
        let identifier = manifest.identifier_text(view);
        let span = manifest.identifier.map_or(Span::default(), |id| view.value(id).span());
        let resource = match manifest.form {
            Form::Bare => None,
            Form::Resource(kind) => self.resource(view, manifest, kind),
        };
        let (Some(blueprint), Some(identifier)) = (blueprint, identifier) else {
            // `identifier: 123` is wrong, and yet it is what others point to.
            let written =
                manifest.identifier.map(|id| view.value(id)).filter(|value| !value.is_empty() || value.raw() != "");
            if let (Some(blueprint), Some(written)) = (blueprint, written) {
                let doubts = Doubts { is_doubtful: true, is_shapeless: false };
                self.push((blueprint, Span::default()), (&written.key_text(), span), resource, doubts);
                return;
            }
            let first = self.entities.last().map_or(0, |last| last.targets_end as usize);
            if resource.is_some() || self.targets.len() > first {
                self.push(
                    ("", Span::default()),
                    ("", span),
                    resource,
                    Doubts { is_doubtful: true, is_shapeless: false },
                );
            }
            return;
        };
        let blueprint_span = manifest.blueprint.map_or(Span::default(), |id| view.value(id).span());
        let doubts = Doubts { is_doubtful: manifest.near_miss.is_some(), is_shapeless: !has_shape };
        self.push((blueprint, blueprint_span), (identifier, span), resource, doubts);
    }

    /// The name of an entity in a document that could not be read.
    pub fn salvaged(&mut self, name: &EntityName, span: Span) {
        let doubts = Doubts { is_doubtful: true, is_shapeless: false };
        self.push((&name.blueprint, span), (&name.identifier, span), None, doubts);
    }

    fn push(
        &mut self,
        (blueprint, blueprint_span): (&str, Span),
        (identifier, span): (&str, Span),
        resource: Option<ResourceFact>,
        Doubts { is_doubtful, is_shapeless }: Doubts,
    ) {
        let fact = EntityFact {
            key: key(blueprint, identifier),
            folded: folded_key(blueprint, identifier),
            blueprint: self.keep(blueprint),
            identifier: self.keep(identifier),
            blueprint_span,
            span,
            targets_end: Span::empty(self.targets.len()).start,
            resource,
            is_doubtful,
            is_shapeless,
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

    /// The facts of the file that ends here; the next one begins with nothing.
    pub fn finish(&mut self) -> FileFacts {
        let facts = FileFacts {
            texts: self.texts.as_str().into(),
            entities: self.entities.as_slice().into(),
            targets: self.targets.as_slice().into(),
        };
        self.texts.clear();
        self.entities.clear();
        self.targets.clear();
        facts
    }
}

/// One entity of the repository, with what is known of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EntityRef<'a> {
    pub file: FileId,
    facts: &'a FileFacts,
    index: usize,
}

impl<'a> EntityRef<'a> {
    fn fact(self) -> &'a EntityFact {
        &self.facts.entities[self.index]
    }

    pub fn blueprint(self) -> &'a str {
        self.fact().blueprint.slice(&self.facts.texts)
    }

    pub fn identifier(self) -> &'a str {
        self.fact().identifier.slice(&self.facts.texts)
    }

    /// `None` where it has none that can be read.
    pub fn name(self) -> Option<EntityName> {
        let (blueprint, identifier) = (self.blueprint().to_owned(), self.identifier().to_owned());
        (!identifier.is_empty()).then_some(EntityName { blueprint, identifier })
    }

    pub fn place(self) -> Place {
        Place { file: self.file, span: self.fact().span }
    }

    pub fn blueprint_place(self) -> Place {
        Place { file: self.file, span: self.fact().blueprint_span }
    }

    pub fn is_shapeless(self) -> bool {
        self.fact().is_shapeless
    }

    pub fn is_doubtful(self) -> bool {
        self.fact().is_doubtful
    }

    /// Kind, namespace, name, and where the name stands.
    pub fn resource(self) -> Option<(ResourceKind, &'a str, &'a str, Place)> {
        let resource = self.fact().resource.as_ref()?;
        let texts = &self.facts.texts;
        let place = Place { file: self.file, span: resource.span };
        Some((resource.kind, resource.namespace.slice(texts), resource.name.slice(texts), place))
    }
}

/// A relation's target as written.
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
        Place { file: self.entity.file, span: self.fact.span }
    }
}

/// Below this many entities a second thread costs more than it brings.
const FEW: usize = 4096;

type ByKey = HashMap<u64, (u32, u32)>;

/// All entities of the repository, and the pairs that clash.
#[derive(Debug)]
pub struct Repository<'a> {
    files: &'a [(FileId, FileFacts)],
    by_key: ByKey,
    by_folded: ByKey,
    /// (the first, the later one) with the same blueprint and identifier.
    pub(crate) duplicates: Vec<(EntityRef<'a>, EntityRef<'a>)>,
    /// The same but for the case of letters.
    pub(crate) case_twins: Vec<(EntityRef<'a>, EntityRef<'a>)>,
    /// The same kind, namespace and name.
    pub(crate) resource_twins: Vec<(EntityRef<'a>, EntityRef<'a>)>,
}

impl<'a> Repository<'a> {
    /// `files` in the order of the run: the first of two twins is the one that counts as the original.
    pub fn new(files: &'a [(FileId, FileFacts)]) -> Self {
        let count = files.iter().map(|(_, facts)| facts.entities.len()).sum();
        let empty = || Self {
            files,
            by_key: ByKey::new(),
            by_folded: ByKey::new(),
            duplicates: Vec::new(),
            case_twins: Vec::new(),
            resource_twins: Vec::new(),
        };
        let (mut entities, mut others) = (empty(), empty());
        let index_others = |others: &mut Self| {
            others.index_folded(count);
            others.index_resources(count);
        };
        if count < FEW {
            entities.index_entities(count);
            index_others(&mut others);
        } else {
            rayon::join(|| entities.index_entities(count), || index_others(&mut others));
        }
        // A second declaration is said once, not again for its spelling.
        let again = entities.duplicates.iter().map(|(_, again)| again.place()).collect::<HashSet<_>>();
        others.case_twins.retain(|(_, twin)| !again.contains(&twin.place()));
        Self { by_key: entities.by_key, duplicates: entities.duplicates, ..others }
    }

    fn index_entities(&mut self, count: usize) {
        self.by_key = ByKey::with_capacity(count);
        for (at, entity) in self.all() {
            let fact = entity.fact();
            if entity.identifier().is_empty() {
                continue;
            }
            match self.by_key.get(&fact.key) {
                Some(first) => {
                    let first = self.entity(*first);
                    match (first.is_doubtful(), fact.is_doubtful) {
                        // Equal keys are equal names but for a chance in 2^64; a finding is not left to chance.
                        (false, false) if first.name() != entity.name() => {}
                        (false, false) => self.duplicates.push((first, entity)),
                        // The first one that is sure counts as the original.
                        (true, false) => _ = self.by_key.insert(fact.key, at),
                        (_, true) => {}
                    }
                }
                None => {
                    self.by_key.insert(fact.key, at);
                }
            }
        }
    }

    fn index_folded(&mut self, count: usize) {
        self.by_folded = ByKey::with_capacity(count);
        for (at, entity) in self.all() {
            let fact = entity.fact();
            if entity.identifier().is_empty() {
                continue;
            }
            match self.by_folded.get(&fact.folded) {
                Some(first) => {
                    let first = self.entity(*first);
                    match (first.is_doubtful(), fact.is_doubtful) {
                        (false, false) if first.identifier() != entity.identifier() => {
                            self.case_twins.push((first, entity));
                        }
                        (true, false) => _ = self.by_folded.insert(fact.folded, at),
                        (false, false) | (_, true) => {}
                    }
                }
                None => {
                    self.by_folded.insert(fact.folded, at);
                }
            }
        }
    }

    fn index_resources(&mut self, count: usize) {
        let mut seen = ByKey::with_capacity(count);
        for (at, entity) in self.all() {
            let Some(resource) = &entity.fact().resource else { continue };
            match seen.get(&resource.key) {
                Some(first) => {
                    let first = self.entity(*first);
                    self.resource_twins.push((first, entity));
                }
                None => {
                    seen.insert(resource.key, at);
                }
            }
        }
    }

    fn all(&self) -> impl Iterator<Item = ((u32, u32), EntityRef<'a>)> + use<'a> {
        self.files.iter().enumerate().flat_map(|(file_index, (file, facts))| {
            (0..facts.entities.len()).map(move |index| {
                let at = (Span::empty(file_index).start, Span::empty(index).start);
                (at, EntityRef { file: *file, facts, index })
            })
        })
    }

    fn entity(&self, (file, index): (u32, u32)) -> EntityRef<'a> {
        let (id, facts) = &self.files[file as usize];
        EntityRef { file: *id, facts, index: index as usize }
    }

    pub(crate) fn entities(&self) -> impl Iterator<Item = EntityRef<'a>> + use<'a> {
        self.all().map(|(_, entity)| entity)
    }

    pub fn contains(&self, blueprint: &str, identifier: &str) -> bool {
        self.by_key.contains_key(&key(blueprint, identifier))
    }

    /// The entity that differs from this name in the case of letters only.
    pub(crate) fn case_variant(&self, blueprint: &str, identifier: &str) -> Option<EntityRef<'a>> {
        self.by_folded.get(&folded_key(blueprint, identifier)).map(|at| self.entity(*at))
    }

    /// The targets that no entity of the repository answers to, in the order of the files.
    pub(crate) fn absent_targets(&self) -> Vec<TargetRef<'a>> {
        let of_file = |(file, facts): &'a (FileId, FileFacts)| {
            let mut from = 0;
            let mut absent = Vec::new();
            for (index, entity) in facts.entities.iter().enumerate() {
                let to = entity.targets_end as usize;
                for fact in facts.targets.get(from..to).unwrap_or_default() {
                    if !self.by_key.contains_key(&fact.key) {
                        absent.push(TargetRef { entity: EntityRef { file: *file, facts, index }, fact });
                    }
                }
                from = to;
            }
            absent
        };
        if self.by_key.len() < FEW {
            self.files.iter().flat_map(of_file).collect()
        } else {
            let parts = self.files.par_chunks(1024).map(|files| files.iter().flat_map(of_file).collect::<Vec<_>>());
            parts.collect::<Vec<_>>().concat()
        }
    }
}
