//! What happens to one entity, and why. A change carries facts, never words; before and after are in the form in which
//! they were compared, so what looks alike here is alike.

use std::sync::Arc;

use crate::domain::entity::{EntityKey, Record};
use crate::domain::finding::Place;
use crate::domain::span::Span;
use crate::domain::value::Value;
use crate::domain::write::WriteMode;

#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    pub key: EntityKey,
    pub action: Action,
    pub standing: Standing,
    pub mode: WriteMode,
    pub origin: Origin,
    /// The entity in its manifest; a deletion has none.
    pub place: Option<Place>,
    /// Title, icon, team, then properties and relations by name. A deletion has none; a rename tells what the new
    /// entity has otherwise than the old one had.
    pub fields: Vec<FieldChange>,
    /// Who wrote what is in the catalog last, and when.
    pub record: Option<Record>,
    /// Who relates to what goes away, by key and relation.
    pub dependents: Vec<Dependent>,
}

#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Action {
    Create,
    Update,
    /// Created under the new identifier, and the old one deleted.
    Rename {
        from: Box<str>,
        by: RenamedBy,
    },
    /// Written as it is, to become ours.
    Adopt,
    Delete,
}

/// What tells that it is a rename.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum RenamedBy {
    /// The manifest says so.
    Annotation,
    /// Git moved its file.
    Move,
    /// It stands in its file where the other one stood at the base.
    Place,
    /// One entity went, one came, and they are as good as alike.
    Content,
}

/// Whose the entity is, before the change.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Not in the catalog.
    New,
    Ours,
    /// In the catalog, and owned by another scope, integration or person.
    Foreign,
}

/// Whose doing it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    ThisBranch,
    /// The base and the catalog differ in it, and this branch did not touch it.
    AlreadyPending,
    /// There is no base to tell it by.
    Unknown,
}

#[derive(Debug, Clone, PartialEq)]
pub struct FieldChange {
    pub field: Field,
    /// Null: unset. A title or an icon is a text, a team is a list, a relation is a text or a list.
    pub before: Value,
    pub after: Value,
    /// Where two objects differ; empty for everything else.
    pub paths: Vec<PathChange>,
    pub cause: Cause,
    pub origin: Origin,
    /// Its value in the manifest.
    pub span: Option<Span>,
}

/// In the order in which they are shown.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Field {
    Title,
    Icon,
    Team,
    Property(Arc<str>),
    Relation(Arc<str>),
}

/// Why a field gets its value.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Cause {
    /// The manifest names it.
    Named,
    /// The base's manifest set it, and this one no longer names it.
    Dropped,
    /// The manifest is the whole entity, and does not name it.
    LeftOut,
}

/// A difference inside an object. A key that is not there is `None`: inside an object a null is a value.
#[derive(Debug, Clone, PartialEq)]
pub struct PathChange {
    /// Keys, from the outside in; never empty.
    pub path: Box<[Box<str>]>,
    pub before: Option<Value>,
    pub after: Option<Value>,
}

/// An entity that relates to one that goes away.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Dependent {
    pub key: EntityKey,
    pub relation: Arc<str>,
    /// The relation cannot be empty.
    pub required: bool,
    pub after: Afterwards,
}

/// What becomes of a dependent's relation by the same plan.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Afterwards {
    /// It still points to what is gone.
    Left,
    /// So it does, and is declared: its manifest does not name the relation, and so leaves it as it is.
    Unnamed,
    /// A change of this plan takes it away first.
    Relinked,
    /// Its manifest points there, so that to which it points does not go.
    Asked,
}

impl Change {
    /// Whether anything of it is this branch's; all of it counts where there is no base to tell.
    pub fn is_only_pending(&self) -> bool {
        let is_pending = |origin: Origin| origin == Origin::AlreadyPending;
        is_pending(self.origin) && self.fields.iter().all(|field| is_pending(field.origin))
    }

    /// The entity that goes away by it.
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

    /// Whether its key comes into being by it.
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
