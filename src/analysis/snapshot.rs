//! What `.portolan/` says, made ready for asking: each blueprint with its names in a map and its property
//! checks compiled, each property once and only when a value is not plainly right.

use std::sync::OnceLock;

use foldhash::HashMap;

use crate::analysis::facts::TargetField;
use crate::analysis::judge::Judge;
use crate::analysis::plain::Plain;
use crate::domain::blueprint::{Blueprint, ComputedKind, EntityFormat, Property, Relation, TEAM, USER};
use crate::domain::day::Day;
use crate::domain::finding::FileId;
use crate::domain::known::KnownEntities;
use crate::domain::span::Span;

/// The whole snapshot. An empty one is legal: then lint checks what needs none.
#[derive(Debug, Default)]
pub struct Snapshot {
    shapes: Vec<Shape>,
    by_identifier: HashMap<String, usize>,
    /// `None`: there is no `known-entities.txt`.
    pub known: Option<KnownEntities>,
    /// What is wrong with the files of the snapshot.
    pub problems: Vec<SnapshotProblem>,
    pub pulled: Option<Pulled>,
    /// Blueprint identifiers whose file is there but cannot be read: named by the file.
    pub unreadable: Vec<String>,
}

/// When the snapshot was taken, and where that is written.
#[derive(Debug, Clone)]
pub struct Pulled {
    pub file: FileId,
    pub span: Span,
    pub day: Day,
}

#[derive(Debug, Clone)]
pub struct SnapshotProblem {
    pub file: FileId,
    pub span: Span,
    pub message: String,
    pub kind: ProblemKind,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ProblemKind {
    /// The blueprint cannot be used at all.
    Broken,
    /// The catalog would refuse the blueprint.
    Invalid,
    /// It is unusual, and the rest of the blueprint is used.
    Odd,
}

/// A blueprint ready for asking.
#[derive(Debug)]
pub struct Shape {
    pub blueprint: Blueprint,
    slots: HashMap<String, Slot>,
    relations: HashMap<String, usize>,
    checks: Vec<PropertyCheck>,
}

/// Whether the snapshot knows the account's teams and users. Where it does not, nothing is said of their names.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(crate) struct KnownAccounts {
    pub teams: bool,
    pub users: bool,
}

impl KnownAccounts {
    pub fn has(self, format: EntityFormat) -> bool {
        match format {
            EntityFormat::Team => self.teams,
            EntityFormat::User => self.users,
        }
    }

    pub fn has_any(self) -> bool {
        self.teams || self.users
    }
}

/// What a property key of an entity stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// An index into the blueprint's properties.
    Stored(usize),
    Computed(ComputedKind),
}

#[derive(Debug)]
pub(crate) struct PropertyCheck {
    /// What its values name.
    pub entity_format: Option<EntityFormat>,
    plain: Plain,
    judge: OnceLock<Option<Judge>>,
}

impl Snapshot {
    pub fn new(blueprints: Vec<Blueprint>) -> Self {
        let shapes = blueprints.into_iter().map(Shape::new).collect::<Vec<_>>();
        let by_identifier =
            shapes.iter().enumerate().map(|(index, shape)| (shape.blueprint.identifier.clone(), index)).collect();
        Self { shapes, by_identifier, ..Self::default() }
    }

    /// No blueprint at all: nothing was pulled yet.
    pub fn has_blueprints(&self) -> bool {
        !self.shapes.is_empty() || !self.unreadable.is_empty()
    }

    /// Which of the entities that every account has are known, and so can be missing.
    pub(crate) fn known_accounts(&self) -> KnownAccounts {
        let covers = |blueprint| self.known.as_ref().is_some_and(|known| known.covers(blueprint));
        KnownAccounts { teams: covers(TEAM), users: covers(USER) }
    }

    /// The relation of a fact, and whether the snapshot lists all entities that it may point to.
    pub(crate) fn relation(&self, field: TargetField) -> Option<(&Relation, bool)> {
        let TargetField::Relation { shape, relation } = field else { return None };
        let relation = self.shape(shape as usize)?.blueprint.relations.get(relation as usize)?;
        Some((relation, self.known.as_ref().is_some_and(|known| known.covers(&relation.target))))
    }

    pub(crate) fn covers_target(&self, field: TargetField) -> bool {
        self.relation(field).is_none_or(|(_, is_covered)| is_covered)
    }

    pub(crate) fn index(&self, blueprint: &str) -> Option<usize> {
        self.by_identifier.get(blueprint).copied()
    }

    pub(crate) fn shape(&self, index: usize) -> Option<&Shape> {
        self.shapes.get(index)
    }

    pub(crate) fn find(&self, blueprint: &str) -> Option<&Shape> {
        self.index(blueprint).and_then(|index| self.shape(index))
    }

    pub(crate) fn identifiers(&self) -> impl Iterator<Item = &str> {
        self.shapes.iter().map(|shape| shape.blueprint.identifier.as_str())
    }
}

impl Shape {
    fn new(blueprint: Blueprint) -> Self {
        let computed = blueprint.computed.iter().map(|it| (it.name.clone(), Slot::Computed(it.kind)));
        let stored = blueprint.properties.iter().enumerate().map(|(at, it)| (it.name.clone(), Slot::Stored(at)));
        let slots = computed.chain(stored).collect();
        let relations = blueprint.relations.iter().enumerate().map(|(at, it)| (it.name.clone(), at)).collect();
        let check = |property: &Property| PropertyCheck {
            entity_format: property.entity_format(),
            plain: Plain::of(&property.schema),
            judge: OnceLock::new(),
        };
        let checks = blueprint.properties.iter().map(check).collect();
        Self { slots, relations, checks, blueprint }
    }

    /// Entities mostly follow the order of their blueprint: the next few properties are looked at first.
    pub(crate) fn slot_near(&self, name: &str, next: usize) -> Option<Slot> {
        let near = self.blueprint.properties.get(next..).unwrap_or_default().iter().take(4);
        let found = near.enumerate().find(|(_, property)| property.name == name);
        match found {
            Some((step, _)) => Some(Slot::Stored(next + step)),
            None => self.slots.get(name).copied(),
        }
    }

    pub(crate) fn relation_index(&self, name: &str) -> Option<usize> {
        self.relations.get(name).copied()
    }

    pub(crate) fn check(&self, property: usize) -> Option<&PropertyCheck> {
        self.checks.get(property)
    }

    /// The patterns and schemas that do not compile, by property: they are flaws of the blueprint.
    pub fn uncompilable(&self) -> Vec<(&str, String)> {
        let with_pattern = self.blueprint.properties.iter().filter(|property| property.kind.is_some());
        with_pattern
            .filter(|property| Plain::of(&property.schema) == Plain::Ask)
            .filter_map(|property| Some((property.name.as_str(), Judge::new(&property.schema).err()?)))
            .collect()
    }
}

impl PropertyCheck {
    pub fn is_plainly_right(&self, value: crate::domain::tree::Value<'_>) -> bool {
        self.plain.accepts(value)
    }

    /// `None`: the schema does not compile, which is the blueprint's fault and said there.
    pub fn judge(&self, schema: &serde_json::Value) -> Option<&Judge> {
        self.judge.get_or_init(|| Judge::new(schema).ok()).as_ref()
    }
}
