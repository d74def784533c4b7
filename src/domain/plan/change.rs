//! A change of a plan: the action on one entity, its fields and its cause. It contains data only, no texts for users.
//! Values are normalised, so equal values here are equal in the catalog.

use std::sync::Arc;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::domain::document::span::Span;
use crate::domain::entity::fields::TextField;
use crate::domain::entity::{EntityKey, Record};
use crate::domain::finding::Place;
use crate::domain::plan::write_mode::WriteMode;
use crate::domain::value::{Value, exact};

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Change {
    pub key: EntityKey,
    pub action: Action,
    pub ownership: OwnerStatus,
    pub mode: WriteMode,
    pub origin: Origin,
    /// The entity in its manifest; null for a deletion.
    pub place: Option<Place>,
    /// Text fields, team, then properties and relations by name. Empty for a deletion; for a rename, the fields that
    /// change together with the identifier.
    pub fields: Vec<FieldChange>,
    /// Who last wrote the entity in the catalog, and when.
    pub record: Option<Record>,
    /// The entities that point to a deleted or renamed one, by key and relation.
    pub dependents: Vec<Dependent>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case", rename_all_fields = "camelCase", deny_unknown_fields)]
// `ActionKind` has the plain name: one schema cannot define both by it.
#[schemars(rename = "ActionWithDetails")]
pub enum Action {
    Create,
    Update,
    /// The entity gets a new identifier, and keeps what the manifest does not decide.
    Rename {
        from: Box<str>,
        by: RenamedBy,
    },
    /// Written unchanged, to become owned by this scope.
    Adopt,
    Delete,
}

/// An action without its details.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
#[schemars(rename = "Action")]
pub enum ActionKind {
    Create,
    Update,
    /// The entity gets a new identifier, and keeps what the manifest does not decide.
    Rename,
    /// Written unchanged, to become owned by this scope.
    Adopt,
    Delete,
}

/// Why it counts as a rename.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RenamedBy {
    /// The manifest has the annotation.
    Annotation,
    /// Git moved its file.
    Move,
    /// It is in the same file at the same position as the old entity at the merge base.
    Place,
    /// One entity was removed and one added, with nearly the same content.
    Content,
    /// A restore undoes the rename of a push.
    Restore,
}

/// The ownership of the entity before the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum OwnerStatus {
    /// Not in the catalog.
    New,
    Ours,
    /// In the catalog, with another owner.
    Foreign,
}

/// The cause of the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Origin {
    ThisBranch,
    /// The manifest at the merge base and the catalog differ, and this branch did not change it.
    AlreadyPending,
    /// There is no merge base to compare with.
    Unknown,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FieldChange {
    pub field: Field,
    /// Null if unset. A text field is a string, a team is a list, a relation is a string or a list.
    #[serde(with = "exact")]
    #[schemars(with = "Value")]
    pub before: Value,
    #[serde(with = "exact")]
    #[schemars(with = "Value")]
    pub after: Value,
    /// The differences of two objects; empty for other values. They follow from the values, so they are not encoded.
    #[serde(skip)]
    pub paths: Vec<PathChange>,
    pub cause: Cause,
    pub origin: Origin,
    /// The position of the value in the manifest.
    pub span: Option<Span>,
}

#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Field {
    Team,
    Property(Arc<str>),
    Relation(Arc<str>),
    #[serde(untagged)]
    Text(TextField),
}

/// Why a field changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The manifest sets it.
    Named,
    /// The manifest at the merge base set it, and this one no longer does.
    Dropped,
    /// The manifest is the whole entity and does not set it.
    LeftOut,
}

/// A difference inside an object. A missing side does not have the key, because null is a value inside an object.
#[derive(Debug, Clone, PartialEq, Serialize, JsonSchema)]
pub struct PathChange {
    /// The path of keys; never empty.
    pub path: Box<[Box<str>]>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// An entity with a relation to a deleted or renamed one.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Dependent {
    pub key: EntityKey,
    pub relation: Arc<str>,
    /// Whether the relation is required.
    pub required: bool,
    pub after: RelationEffect,
}

/// What the plan does to the relation of the dependent entity.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum RelationEffect {
    /// It still points to the deleted entity.
    Left,
    /// It still points there: its manifest does not set the relation, so the catalog keeps it.
    Unnamed,
    /// The plan updates it first.
    Relinked,
    /// Its manifest points there, so the target is kept.
    #[serde(rename = "asked")]
    Declared,
}

impl Action {
    pub fn kind(&self) -> ActionKind {
        match self {
            Self::Create => ActionKind::Create,
            Self::Update => ActionKind::Update,
            Self::Rename { .. } => ActionKind::Rename,
            Self::Adopt => ActionKind::Adopt,
            Self::Delete => ActionKind::Delete,
        }
    }
}

impl ActionKind {
    pub const WORDS: [&'static str; 5] = ["create", "update", "rename", "adopt", "delete"];

    pub fn parse(text: &str) -> Option<Self> {
        let all = [Self::Create, Self::Update, Self::Rename, Self::Adopt, Self::Delete];
        all.into_iter().find(|action| action.word() == text)
    }

    pub fn word(self) -> &'static str {
        match self {
            Self::Create => "create",
            Self::Update => "update",
            Self::Rename => "rename",
            Self::Adopt => "adopt",
            Self::Delete => "delete",
        }
    }
}

impl Field {
    /// The keys to its value in a manifest: `properties`, `tier`.
    pub fn keys(&self) -> Vec<&str> {
        match self {
            Self::Text(field) => vec![field.key()],
            Self::Team => vec!["team"],
            Self::Property(name) => vec!["properties", name],
            Self::Relation(name) => vec!["relations", name],
        }
    }

    /// `properties.tier`
    pub fn path(&self) -> String {
        self.keys().join(".")
    }

    /// The name of the property, for a property.
    pub fn property_name(&self) -> Option<&str> {
        match self {
            Self::Property(name) => Some(name),
            Self::Text(_) | Self::Team | Self::Relation(_) => None,
        }
    }
}

impl Change {
    /// Whether this branch caused no part of it; without a merge base, every change counts as caused.
    pub fn is_only_pending(&self) -> bool {
        let is_pending = |origin: Origin| origin == Origin::AlreadyPending;
        is_pending(self.origin) && self.fields.iter().all(|field| is_pending(field.origin))
    }

    /// The key that the catalog no longer has after the change: of a deleted entity, or the former one of a renamed entity.
    pub fn removed(&self) -> Option<EntityKey> {
        self.removed_identifier()
            .map(|identifier| EntityKey { blueprint: self.key.blueprint.clone(), identifier: identifier.into() })
    }

    pub fn removed_identifier(&self) -> Option<&str> {
        match &self.action {
            Action::Rename { from, .. } => Some(from),
            Action::Delete => Some(&self.key.identifier),
            Action::Create | Action::Update | Action::Adopt => None,
        }
    }

    /// Whether the catalog has the identifier only after the change.
    pub fn is_new(&self) -> bool {
        match self.action {
            Action::Create | Action::Rename { .. } => true,
            Action::Update | Action::Adopt | Action::Delete => false,
        }
    }

    pub fn is_write(&self) -> bool {
        self.action != Action::Delete
    }
}
