//! The facts that lint keeps of a file after its tree was freed: its entities and what they point to. They are compact,
//! because a repository may have a hundred thousand entities. Names are compared by 64-bit hashes, and by text before
//! anything is reported.

pub(crate) mod index;
mod listing;
mod removal;
pub(crate) mod repository;
pub(crate) mod saved;

use crate::domain::document::manifest::{Form, Manifest, ResourceKind};
use crate::domain::document::span::Span;
use crate::domain::document::tree::View;
use crate::domain::entity::fields::TextField;
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
    /// Empty if the manifest has no title, or an empty one.
    title: Span,
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
    pub(in crate::analysis) key: u64,
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

/// The names of an entity with the positions of blueprint and identifier.
struct EntityTexts<'t> {
    blueprint: (&'t str, Span),
    identifier: (&'t str, Span),
    title: &'t str,
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
                let text = written.key_text();
                let texts = EntityTexts::new((blueprint, Span::default()), (&text, span));
                self.push(file, texts, resource, flags);
                return;
            }
            let first = self.entities.last().map_or(0, |last| last.targets_end as usize);
            if resource.is_some() || self.targets.len() > first {
                let flags = EntityFlags { is_doubtful: true, has_unknown_blueprint: false };
                self.push(file, EntityTexts::nameless(span), resource, flags);
            }
            return;
        };
        let blueprint_span = manifest.blueprint.map_or(Span::default(), |id| view.value(id).span());
        let flags = EntityFlags { is_doubtful: manifest.near_miss.is_some(), has_unknown_blueprint: !has_shape };
        let title = manifest.texts[TextField::Title].and_then(|id| view.value(id).as_str()).unwrap_or_default();
        let texts = EntityTexts { title, ..EntityTexts::new((blueprint, blueprint_span), (identifier, span)) };
        self.push(file, texts, resource, flags);
    }

    /// Records only the resource of a manifest.
    pub fn resource_only(&mut self, file: FileId, view: View<'_>, manifest: &Manifest) {
        let Form::Resource(kind) = manifest.form else { return };
        if let Some(resource) = self.resource(view, manifest, kind) {
            let span = resource.span;
            let flags = EntityFlags { is_doubtful: true, has_unknown_blueprint: false };
            self.push(file, EntityTexts::nameless(span), Some(resource), flags);
        }
    }

    /// Records the name of an entity in an unreadable document.
    pub fn record_salvaged(&mut self, file: FileId, name: &EntityName, span: Span) {
        let flags = EntityFlags { is_doubtful: true, has_unknown_blueprint: false };
        self.push(file, EntityTexts::new((&name.blueprint, span), (&name.identifier, span)), None, flags);
    }

    fn push(
        &mut self,
        file: FileId,
        texts: EntityTexts<'_>,
        resource: Option<ResourceFact>,
        EntityFlags { is_doubtful, has_unknown_blueprint }: EntityFlags,
    ) {
        let EntityTexts { blueprint: (blueprint, blueprint_span), identifier: (identifier, span), title } = texts;
        let fact = EntityFact {
            file,
            key: key(blueprint, identifier),
            folded: folded_key(blueprint, identifier),
            blueprint: self.keep(blueprint),
            identifier: self.keep(identifier),
            title: self.keep(title),
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

impl<'t> EntityTexts<'t> {
    fn new(blueprint: (&'t str, Span), identifier: (&'t str, Span)) -> Self {
        Self { blueprint, identifier, title: "" }
    }

    fn nameless(span: Span) -> Self {
        Self::new(("", Span::default()), ("", span))
    }
}

/// One entity of the repository with its facts.
#[derive(Debug, Clone, Copy)]
pub(crate) struct EntityRef<'a> {
    facts: &'a Facts,
    fact: &'a EntityFact,
    /// Its index in the facts.
    index: usize,
}

impl<'a> EntityRef<'a> {
    fn of(facts: &'a Facts, index: usize) -> Self {
        Self { facts, fact: &facts.entities[index], index }
    }

    pub fn file(self) -> FileId {
        self.fact.file
    }

    /// Empty if the manifest has none.
    pub fn title(self) -> &'a str {
        self.fact.title.slice(&self.facts.texts)
    }

    pub fn is_same(&self, other: &Self) -> bool {
        std::ptr::eq(self.fact, other.fact)
    }

    /// What the entity points to, in the order of the manifest.
    pub fn targets(self) -> impl Iterator<Item = TargetRef<'a>> {
        let start = self.index.checked_sub(1).map_or(0, |before| self.facts.entities[before].targets_end as usize);
        let targets = self.facts.targets.get(start..self.fact.targets_end as usize).unwrap_or_default();
        targets.iter().map(move |fact| TargetRef { entity: self, fact })
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
