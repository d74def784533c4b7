//! A catalog as commands see it: the blocking trait [`Catalog`], which hides where the catalog is. `apply` sends a plan,
//! `http` is the client of the platform, `wire` the format of its API. Only `http` is async.

pub mod apply;
mod apply_options;
mod cancel;
pub(crate) mod decode;
mod error;
pub mod http;
pub(crate) mod issued;
mod rate_limit;
pub(crate) mod signals;
pub mod wire;
mod write_failure;
mod write_state;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::Duration;

use crate::domain::blueprint::Blueprint;
use crate::domain::entity::foreign_owner::ForeignOwner;
use crate::domain::entity::{Datasource, Entity, EntityKey, Owner};
use crate::domain::plan::relevant::RelevantEntities;
use crate::domain::plan::request::WriteRequest;
use crate::domain::progress::Progress;
use crate::domain::snapshot::{Shelf, Snapshot};
use crate::domain::value::timestamp::Moment;

pub use apply_options::ApplyOptions;
pub use cancel::{Cancellation, Signal};
pub use error::CatalogError;
pub(crate) use error::ErrorFacts;
pub use rate_limit::RateLimit;
use wire::{EntityDraft, Refusal, WriteOptions, Written};
pub use write_failure::WriteFailure;

/// A catalog, embedded or remote. Calls block. A rejected entity is a result; an error is a call that failed.
pub trait Catalog {
    /// Its name in messages: "the embedded catalog `.portolan/local.db`", "https://api.port.io".
    fn name(&self) -> &str;

    /// The organisation that the catalog belongs to: its `id` and its `name`.
    fn organization(&self) -> Result<serde_json::Value, CatalogError>;

    /// The id of that organisation; `None`: these credentials may not read it.
    fn organization_id(&self) -> Result<Option<String>, CatalogError> {
        id_of(self.organization())
    }

    /// All blueprints, including system blueprints, as the API returns them, sorted by identifier.
    fn blueprints(&self) -> Result<Vec<serde_json::Value>, CatalogError>;

    /// The entities of `blueprints`, without computed properties. A blueprint that cannot be read completely is in the
    /// snapshot, marked as incomplete.
    fn read(&self, blueprints: &[Blueprint], part: &Part, progress: &dyn Progress) -> Result<Snapshot, CatalogError>;

    /// The entities of one blueprint with these identifiers. One that is missing in a complete shelf does not
    /// exist.
    fn read_some(
        &self,
        blueprint: &Blueprint,
        identifiers: &[Box<str>],
        progress: &dyn Progress,
    ) -> Result<Shelf, CatalogError>;

    /// The keys of all entities that were last written with this datasource, sorted.
    fn written_by(&self, datasource: &Datasource) -> Result<Vec<EntityKey>, CatalogError>;

    /// The keys of all entities owned by `owner`, sorted.
    fn owned(&self, owner: &Owner) -> Result<Vec<EntityKey>, CatalogError> {
        self.written_by(&owner.datasource())
    }

    /// The entities of `identifiers` that exist now.
    fn find(
        &self,
        blueprint: &Blueprint,
        identifiers: &[Box<str>],
        limit: ReadLimit<'_>,
    ) -> Result<Vec<Entity>, CatalogError>;

    /// Those of the identifiers that `owner` owns now.
    fn owned_among(
        &self,
        owner: &Owner,
        blueprint: &str,
        identifiers: &[Box<str>],
        limit: ReadLimit<'_>,
    ) -> Result<LastWrites, CatalogError>;

    /// The owners of those of `identifiers` whose owner the catalog reveals, for messages. `scopes` lists possible
    /// names of other scopes, and state keys of exporters.
    fn owners_of(
        &self,
        _blueprint: &str,
        _identifiers: &[Box<str>],
        _scopes: &[String],
        _limit: ReadLimit<'_>,
    ) -> Result<HashMap<Box<str>, ForeignOwner>, CatalogError> {
        Ok(HashMap::new())
    }

    /// Every datasource that wrote an entity which still exists; `None`: the catalog does not list them.
    fn datasources(&self, _limit: ReadLimit<'_>) -> Result<Option<Vec<String>>, CatalogError> {
        Ok(None)
    }

    /// The datasources of those of `identifiers` whose datasource the catalog reveals, letter by letter.
    fn datasources_of(
        &self,
        _blueprint: &str,
        _identifiers: &[Box<str>],
        _limit: ReadLimit<'_>,
    ) -> Result<HashMap<Box<str>, String>, CatalogError> {
        Ok(HashMap::new())
    }

    /// Writes any number of entities of one blueprint; the results are in the order of `drafts`.
    fn upsert(
        &self,
        blueprint: &str,
        drafts: &[EntityDraft],
        options: &WriteOptions,
        progress: &dyn Progress,
    ) -> Result<Vec<Result<Written, WriteFailure>>, CatalogError>;

    /// Makes the writer with this datasource the owner of entities without writing their content, as far as the catalog
    /// does that. A read shows of which ones it is the owner then.
    fn relabel(
        &self,
        blueprint: &str,
        identifiers: &[Box<str>],
        datasource: &str,
        options: ApplyOptions<'_>,
    ) -> Relabelling;

    /// Changes the fields of one entity that the draft sets; the only way to clear a text field or the team.
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
    ) -> Result<Vec<Result<(), WriteFailure>>, CatalogError>;

    /// The catalog's rate limit, if it has one and has said it.
    fn rate_limit(&self) -> Option<RateLimit> {
        None
    }

    /// The catalog's secret key for tags of masked values, if the catalog stores one.
    fn mask_key(&self) -> Option<Vec<u8>> {
        None
    }

    /// Sends writes that may run concurrently; the results are in the order of `requests`.
    fn perform(&self, requests: &[&WriteRequest], options: ApplyOptions<'_>) -> Vec<Result<(), WriteFailure>>;
}

/// The id in an answer about the organisation.
fn id_of(organization: Result<serde_json::Value, CatalogError>) -> Result<Option<String>, CatalogError> {
    match organization {
        Ok(organization) => Ok(organization["id"].as_str().map(str::to_owned)),
        Err(error) if error.is_no_route() || matches!(error.status(), Some(403 | 404)) => Ok(None),
        Err(error) => Err(error),
    }
}

/// The time of the last write of each entity, if the catalog names it.
pub type LastWrites = HashMap<Box<str>, Option<Moment>>;

/// The time limit of a small read: one that checks the results of a push, or finds names for messages.
#[derive(Clone, Copy)]
pub struct ReadLimit<'l> {
    /// The read ends at the second signal.
    pub cancellation: &'l Cancellation,
    pub timeout: Duration,
}

/// What became of a request to change the owner of entities.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Relabelling {
    /// The number of calls that were sent.
    pub calls: usize,
    /// At least one of them may have had an effect.
    pub may_be_applied: bool,
    /// The effect of at least one may still come: it was abandoned.
    pub is_pending: bool,
}

/// How much of each blueprint is read.
#[derive(Debug, Clone)]
pub enum Part {
    Whole,
    /// Identifiers only.
    Keys,
    /// The entities that a plan looks at, whole; the others are dropped while they are read. One that is missing among them in a complete shelf does not exist.
    Relevant(Arc<RelevantEntities>),
}

impl Part {
    /// Whether an entity of this blueprint is kept.
    pub(crate) fn keeps(&self, blueprint: &Blueprint, entity: &Entity) -> bool {
        match self {
            Self::Whole | Self::Keys => true,
            Self::Relevant(relevant) => relevant.has(blueprint, entity),
        }
    }
}
