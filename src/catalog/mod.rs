//! A catalog as commands see it: the blocking trait [`Catalog`], which hides where the catalog is. `apply` sends a plan,
//! `http` is the client of the platform, `wire` the format of its API. Only `http` is async.

pub(crate) mod apply_options;
mod cancel;
pub mod http;
pub mod wire;

pub mod apply;
pub(crate) mod decode;
mod error;
pub(crate) mod issued;
pub(crate) mod signals;
mod write_state;

use std::collections::{HashMap, HashSet};
use std::sync::Arc;
use std::time::Duration;

use crate::domain::blueprint::Blueprint;
use crate::domain::entity::foreign_owner::ForeignOwner;
use crate::domain::entity::{Entity, EntityKey, Owner};
use crate::domain::plan::request::WriteRequest;
use crate::domain::progress::Progress;
use crate::domain::snapshot::{Shelf, Snapshot};

pub use crate::catalog::apply_options::Errand;
pub use crate::catalog::cancel::{Stop, Told};
pub use error::CatalogError;
use wire::{EntityDraft, Refusal, WriteOptions, Written};

/// A catalog, embedded or remote. Calls block. A rejected entity is a result; an error is a call that failed.
pub trait Catalog {
    /// Its name in messages: "the embedded catalog `.portolan/local.db`", "https://api.port.io".
    fn name(&self) -> &str;

    /// The organisation that the catalog belongs to: its `id` and its `name`.
    fn organization(&self) -> Result<serde_json::Value, CatalogError>;

    /// All blueprints, including system blueprints, as the API returns them, sorted by identifier.
    fn blueprints(&self) -> Result<Vec<serde_json::Value>, CatalogError>;

    /// The entities of `blueprints`, without computed properties. A blueprint that cannot be read completely is in the
    /// snapshot, marked as incomplete.
    fn read(&self, blueprints: &[Blueprint], part: Part, progress: &dyn Progress) -> Result<Snapshot, CatalogError>;

    /// The entities of one blueprint with these identifiers. One that is missing in a complete shelf does not
    /// exist.
    fn read_some(
        &self,
        blueprint: &Blueprint,
        identifiers: &[Box<str>],
        progress: &dyn Progress,
    ) -> Result<Shelf, CatalogError>;

    /// The keys of all entities owned by `owner` (by datasource), sorted.
    fn owned(&self, owner: &Owner) -> Result<Vec<EntityKey>, CatalogError>;

    /// The entities of `identifiers` that exist now.
    fn find(
        &self,
        blueprint: &Blueprint,
        identifiers: &[Box<str>],
        look: Look<'_>,
    ) -> Result<Vec<Entity>, CatalogError>;

    /// The identifiers of entities that `owner` owns now.
    fn owned_among(
        &self,
        owner: &Owner,
        blueprint: &str,
        identifiers: &[Box<str>],
        look: Look<'_>,
    ) -> Result<HashSet<Box<str>>, CatalogError>;

    /// The owners of those of `identifiers` whose owner the catalog reveals, for messages. `scopes` lists possible
    /// names of other scopes.
    fn owners_of(
        &self,
        _blueprint: &str,
        _identifiers: &[Box<str>],
        _scopes: &[String],
        _look: Look<'_>,
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

    /// Changes the fields of one entity that the draft sets; the only way to clear title, icon and team.
    fn patch(
        &self,
        blueprint: &str,
        identifier: &str,
        draft: &EntityDraft,
        options: &WriteOptions,
    ) -> Result<Result<(), Refusal>, CatalogError>;

    /// Deletes any number of entities of one blueprint, in order. One that does not exist counts as deleted.
    fn delete(
        &self,
        blueprint: &str,
        identifiers: &[String],
        progress: &dyn Progress,
    ) -> Result<Vec<Result<(), Undone>>, CatalogError>;

    /// The catalog's secret key for tags of masked values, if the catalog stores one.
    fn mask_key(&self) -> Option<Vec<u8>> {
        None
    }

    /// Sends writes that may run concurrently; the results are in the order of `acts`.
    fn perform(&self, acts: &[&WriteRequest], errand: Errand<'_>) -> Vec<Result<(), Undone>>;
}

/// The reason why one entity of a call was not written or deleted. A call that fails half-way keeps the writes done
/// before, so each entity has its own result; if none was done, the whole call is an error.
#[derive(Debug, Clone)]
pub enum Undone {
    /// The catalog rejected it; nothing was done.
    Refused(Box<Refusal>),
    /// The call failed; nothing was done.
    Broken(Arc<CatalogError>),
    /// It was sent and the answer was lost, so the result is unknown until a read.
    InDoubt {
        /// The last answer.
        last: Box<Undone>,
        /// The effect may come even after a read that does not show it: a request was abandoned.
        is_late: bool,
    },
    /// The catalog created an entity from an update, because another writer had deleted it. It has only
    /// the fields of the update.
    Recreated,
    /// It was not sent, because changes that it requires failed.
    Unsent(Arc<CatalogError>),
    /// It was not sent, because the catalog rejected every earlier write with 401 or 403.
    Denied,
    /// It was not sent, because of a signal or of `--on-error stop`.
    Stopped,
}

impl Undone {
    /// The failed call, if any.
    pub fn error(&self) -> Option<&Arc<CatalogError>> {
        match self {
            Self::Broken(error) | Self::Unsent(error) => Some(error),
            Self::InDoubt { last, .. } => last.error(),
            Self::Refused(_) | Self::Recreated | Self::Denied | Self::Stopped => None,
        }
    }

    /// The catalog's rejection, if it was the last answer.
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(refusal) => Some(refusal),
            Self::InDoubt { last, .. } => last.refusal(),
            Self::Broken(_) | Self::Recreated | Self::Unsent(_) | Self::Denied | Self::Stopped => None,
        }
    }
}

/// The time limit of a small read: one that checks the results of a push, or finds names for messages.
#[derive(Clone, Copy)]
pub struct Look<'l> {
    /// The read ends at the second signal.
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
    /// Identifiers only.
    Keys,
}
