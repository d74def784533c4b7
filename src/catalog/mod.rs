//! The catalog: what is sent (`wire`), the embedded one (`store`), its HTTP face (`server`), and the way to the
//! platform's (`client`). It alone speaks HTTP and is async; outside of it a catalog is a [`Catalog`], and nobody can
//! tell which.

pub mod wire;

pub mod apply;
pub mod client;
mod decode;
mod errand;
mod error;
mod issued;
mod local;
pub mod server;
mod signals;
mod stop;
pub mod store;
mod write_state;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::domain::act::Act;
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::{Entity, EntityKey, Owner};
use crate::domain::foreign_owner::ForeignOwner;
use crate::domain::progress::Progress;
use crate::domain::snapshot::{Shelf, Snapshot};

pub use errand::Errand;
pub use error::CatalogError;
pub use local::LocalCatalog;
pub use stop::{Stop, Told};
use wire::{EntityDraft, Refusal, WriteOptions, Written};

/// A catalog, wherever it is. Calls block; what waits, waits inside. A refusal of one entity is a result, an error is a
/// call that did not come about.
pub trait Catalog {
    /// What it is called in messages: "the embedded catalog `.portolan/local.db`", "https://api.port.io".
    fn name(&self) -> &str;

    /// Every blueprint, system ones too, as the API gives them, sorted by identifier.
    fn blueprints(&self) -> Result<Vec<serde_json::Value>, CatalogError>;

    /// The entities of `blueprints`, computed values taken out. A blueprint that cannot be read to its end is in the
    /// snapshot and incomplete.
    fn read(&self, blueprints: &[Blueprint], part: Part, progress: &dyn Progress) -> Result<Snapshot, CatalogError>;

    /// Those entities of one blueprint that have one of these identifiers. One that is missing in a complete shelf is not
    /// there.
    fn read_some(
        &self,
        blueprint: &Blueprint,
        identifiers: &[Box<str>],
        progress: &dyn Progress,
    ) -> Result<Shelf, CatalogError>;

    /// The keys of all entities whose datasource is `owner`'s, sorted.
    fn owned(&self, owner: &Owner) -> Result<Vec<EntityKey>, CatalogError>;

    /// Those of `identifiers` that exist now.
    fn find(
        &self,
        blueprint: &Blueprint,
        identifiers: &[Box<str>],
        look: Look<'_>,
    ) -> Result<Vec<Entity>, CatalogError>;

    /// Those of `identifiers` that `owner` owns now.
    fn owned_among(
        &self,
        owner: &Owner,
        blueprint: &str,
        identifiers: &[Box<str>],
        look: Look<'_>,
    ) -> Result<HashSet<Box<str>>, CatalogError>;

    /// Who wrote an entity last, for a message: "an Ocean integration". `None`: the catalog does not say.
    fn writer_of(&self, blueprint: &str, identifier: &str, look: Look<'_>) -> Result<Option<String>, CatalogError>;

    /// The owners of those of `identifiers` whose owner the catalog reveals, for messages. `scopes`: names that another
    /// scope may have.
    fn owners_of(
        &self,
        _blueprint: &str,
        _identifiers: &[Box<str>],
        _scopes: &[String],
    ) -> Result<HashMap<Box<str>, ForeignOwner>, CatalogError> {
        Ok(HashMap::new())
    }

    /// Writes any number of entities of one blueprint; the results are in the order of `drafts`.
    fn upsert(
        &self,
        blueprint: &str,
        drafts: &[EntityDraft],
        options: &WriteOptions,
        progress: &dyn Progress,
    ) -> Result<Vec<Result<Written, Undone>>, CatalogError>;

    /// Changes what the draft names of one entity; the only way to clear title, icon and team.
    fn patch(
        &self,
        blueprint: &str,
        identifier: &str,
        draft: &EntityDraft,
        options: &WriteOptions,
    ) -> Result<Result<(), Refusal>, CatalogError>;

    /// Deletes any number of entities of one blueprint, in order. One that is not there is deleted.
    fn delete(
        &self,
        blueprint: &str,
        identifiers: &[String],
        progress: &dyn Progress,
    ) -> Result<Vec<Result<(), Undone>>, CatalogError>;

    /// Carries out what may be done at once, in any order; the results are in the order of `acts`.
    fn perform(&self, acts: &[&Act], errand: Errand<'_>) -> Vec<Result<(), Undone>>;
}

/// Why one of many was not written or deleted. A call that breaks off half-way leaves what came before it done, so each
/// tells for itself; where nothing at all came about, the whole is an error.
#[derive(Debug, Clone)]
pub enum Undone {
    /// The catalog refused it, and nothing was done.
    Refused(Box<Refusal>),
    /// The call failed, and nothing was done.
    Broken(Arc<CatalogError>),
    /// It was sent, and nobody knows whether it was done: an answer was lost. Only a read can say.
    InDoubt {
        /// What was heard last.
        last: Box<Undone>,
        /// The effect may come even after a read that does not show it: a request was left to itself.
        is_late: bool,
    },
    /// It was an update, and the catalog created an entity from it: somebody else deleted the one that was to be updated. Only
    /// what the update names exists now.
    Recreated,
    /// It was not sent, since others did not come about.
    Unsent(Arc<CatalogError>),
    /// It was not sent, since the catalog refused all writes before it with 401 or 403.
    Denied,
    /// It was not sent, since somebody wanted to end, or another failed and was to be the last.
    Stopped,
}

impl Undone {
    /// The call that failed, where one did.
    pub fn error(&self) -> Option<&Arc<CatalogError>> {
        match self {
            Self::Broken(error) | Self::Unsent(error) => Some(error),
            Self::InDoubt { last, .. } => last.error(),
            Self::Refused(_) | Self::Recreated | Self::Denied | Self::Stopped => None,
        }
    }

    /// The catalog's refusal, where it was the last that was heard.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::InDoubt { last, .. } => last.refusal(),
            Self::Broken(_) | Self::Recreated | Self::Unsent(_) | Self::Denied | Self::Stopped => None,
        }
    }
}

/// How long a read may take that only looks at what a push did.
#[derive(Clone, Copy)]
pub struct Look<'l> {
    /// Two signals end it.
    pub stop: &'l Stop,
    pub within: Duration,
}

impl From<Refusal> for Undone {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(Box::new(refusal))
    }
}

/// How much of each entity is read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    Whole,
    /// Identifiers alone.
    Keys,
}
