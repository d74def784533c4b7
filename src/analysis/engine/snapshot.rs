//! The snapshot of `.portolan/`, prepared for lookups: each blueprint with a map of its names and its compiled property
//! checks. A property is compiled once, and only for a value that is not obviously valid.

use foldhash::HashMap;

use crate::analysis::engine::facts::TargetField;
use crate::domain::blueprint::property_validator::TreeValidator;
use crate::domain::blueprint::{Blueprint, ComputedKind, EntityFormat, Property, Relation, TEAM, USER};
use crate::domain::document::span::Span;
use crate::domain::finding::FileId;
use crate::domain::known_entities::KnownEntities;
use crate::domain::value::day::Day;

/// The whole snapshot. It may be empty: then lint runs only the checks that do not need it.
#[derive(Debug, Default)]
pub struct Snapshot {
    shapes: Vec<IndexedBlueprint>,
    by_identifier: HashMap<String, usize>,
    /// `None` if there is no `known-entities.txt`.
    pub known: Option<KnownEntities>,
    /// The problems of the snapshot's files.
    pub problems: Vec<SnapshotProblem>,
    pub pulled: Option<Pulled>,
    /// Blueprints whose file exists but cannot be read, named by the file.
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
    /// The blueprint cannot be used.
    Broken,
    /// The catalog would reject the blueprint.
    Invalid,
    /// A part is unusual, and the rest of the blueprint is used.
    Odd,
}

/// A blueprint prepared for lookups.
#[derive(Debug)]
pub struct IndexedBlueprint {
    pub blueprint: Blueprint,
    slots: HashMap<String, Slot>,
    relations: HashMap<String, usize>,
    checks: Vec<PropertyCheck>,
}

/// Whether the snapshot knows the account's teams and users. Unknown ones are reported only if it does.
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
}

/// The meaning of a property key of an entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Slot {
    /// An index into the blueprint's properties.
    Stored(usize),
    Computed(ComputedKind),
}

#[derive(Debug)]
pub(crate) struct PropertyCheck {
    /// The kind of entity that its values name.
    pub entity_format: Option<EntityFormat>,
    pub validator: TreeValidator,
}

impl Snapshot {
    pub fn new(blueprints: Vec<Blueprint>) -> Self {
        let shapes = blueprints.into_iter().map(IndexedBlueprint::new).collect::<Vec<_>>();
        let by_identifier =
            shapes.iter().enumerate().map(|(index, indexed)| (indexed.blueprint.identifier.clone(), index)).collect();
        Self { shapes, by_identifier, ..Self::default() }
    }

    /// Whether there are blueprints; if not, nothing was pulled yet.
    pub fn has_blueprints(&self) -> bool {
        !self.shapes.is_empty() || !self.unreadable.is_empty()
    }

    /// Whether the account's teams and users are known, so that others can be reported.
    pub(crate) fn known_accounts(&self) -> KnownAccounts {
        let covers = |blueprint| self.known.as_ref().is_some_and(|known| known.covers(blueprint));
        KnownAccounts { teams: covers(TEAM), users: covers(USER) }
    }

    /// The relation of a fact, and whether the snapshot lists all of its possible targets.
    pub(crate) fn relation(&self, field: TargetField) -> Option<(&Relation, bool)> {
        let TargetField::Relation { indexed, relation } = field else { return None };
        let relation = self.indexed(indexed as usize)?.blueprint.relations.get(relation as usize)?;
        Some((relation, self.known.as_ref().is_some_and(|known| known.covers(&relation.target))))
    }

    /// The name of the field that holds a target.
    pub(crate) fn field_name(&self, field: TargetField) -> &str {
        let blueprint = |indexed: u32| self.indexed(indexed as usize).map(|indexed| &indexed.blueprint);
        match field {
            TargetField::Team => "team",
            TargetField::Relation { .. } => self.relation(field).map_or("", |(relation, _)| relation.name.as_str()),
            TargetField::TeamProperty { indexed, property } | TargetField::UserProperty { indexed, property } => {
                let property = blueprint(indexed).and_then(|blueprint| blueprint.properties.get(property as usize));
                property.map_or("", |property| property.name.as_str())
            }
        }
    }

    /// The blueprint of the entity that a target names.
    pub(crate) fn target_blueprint(&self, field: TargetField) -> &str {
        match field {
            TargetField::Relation { .. } => self.relation(field).map_or("", |(relation, _)| relation.target.as_str()),
            TargetField::Team | TargetField::TeamProperty { .. } => TEAM,
            TargetField::UserProperty { .. } => USER,
        }
    }

    pub(crate) fn covers_target(&self, field: TargetField) -> bool {
        self.relation(field).is_none_or(|(_, is_covered)| is_covered)
    }

    pub(crate) fn index(&self, blueprint: &str) -> Option<usize> {
        self.by_identifier.get(blueprint).copied()
    }

    pub(crate) fn indexed(&self, index: usize) -> Option<&IndexedBlueprint> {
        self.shapes.get(index)
    }

    pub(crate) fn find(&self, blueprint: &str) -> Option<&IndexedBlueprint> {
        self.index(blueprint).and_then(|index| self.indexed(index))
    }

    pub(crate) fn identifiers(&self) -> impl Iterator<Item = &str> {
        self.shapes.iter().map(|indexed| indexed.blueprint.identifier.as_str())
    }
}

impl IndexedBlueprint {
    fn new(blueprint: Blueprint) -> Self {
        let computed = blueprint.computed.iter().map(|it| (it.name.clone(), Slot::Computed(it.kind)));
        let stored = blueprint.properties.iter().enumerate().map(|(at, it)| (it.name.clone(), Slot::Stored(at)));
        let slots = computed.chain(stored).collect();
        let relations = blueprint.relations.iter().enumerate().map(|(at, it)| (it.name.clone(), at)).collect();
        let check = |property: &Property| PropertyCheck {
            entity_format: property.entity_format(),
            validator: TreeValidator::new(property),
        };
        let checks: Vec<PropertyCheck> = blueprint.properties.iter().map(check).collect();
        Self { slots, relations, checks, blueprint }
    }

    /// Searches the next few properties first, because entities mostly follow the order of their blueprint.
    pub(crate) fn slot_near(&self, name: &str, next: usize) -> Option<Slot> {
        let near = self.blueprint.properties.get(next..).unwrap_or_default().iter().take(4);
        let found = near.enumerate().find(|(_, property)| property.name == name);
        match found {
            Some((step, _)) => Some(Slot::Stored(next + step)),
            None => self.slots.get(name).copied(),
        }
    }

    /// Whether the values of some property name teams or users.
    pub(crate) fn names_accounts(&self) -> bool {
        self.checks.iter().any(|check| check.entity_format.is_some())
    }

    pub(crate) fn relation_index(&self, name: &str) -> Option<usize> {
        self.relations.get(name).copied()
    }

    pub(crate) fn check(&self, property: usize) -> Option<&PropertyCheck> {
        self.checks.get(property)
    }
}
