//! HTTP client of the platform's API. It is async inside, on its own runtime, and blocks outside. Every call goes
//! through `caller`, and every secret leaves through `transport`.

pub(crate) mod batches;
mod bulk;
mod delete;
pub(crate) mod error_source;
mod failure;
pub(crate) mod limiter;
mod owned;
mod owners;
mod pace;
mod rate;
mod read;
pub(crate) mod read_by_id;
pub(crate) mod redact;
mod retry;
mod route;
pub(crate) mod session;
mod token;
mod transport;
mod trust;
mod write;

#[cfg(test)]
mod tests;

use std::collections::{HashMap, HashSet};
use std::fmt;
use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::wire::{EntityDraft, Refusal, WriteOptions, Written};
use super::{Catalog, CatalogError, Errand, Look, Part, Stop, Undone};
use crate::catalog::apply::batches;
use crate::catalog::apply_options::Halt;
use crate::catalog::http::session::{Call, Caller};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::foreign_owner::ForeignOwner;
use crate::domain::entity::{Entity, EntityKey, Owner};
use crate::domain::plan::request::WriteRequest;
use crate::domain::platform::Platform;
use crate::domain::progress::{Progress, Silent};
use crate::domain::secret::Secret;
use crate::domain::snapshot::{Shelf, Snapshot};
use retry::Patience;
use transport::{Limits, Transport};

pub use failure::{Asked, ClientError};
pub use trust::{NamedBy, TrustError, Trusted};

/// The id and secret of an API client.
#[derive(Debug, Clone)]
pub struct Credentials {
    pub id: Secret,
    pub secret: Secret,
}

/// Reports waits to the user: once, however many calls wait.
pub trait Notices: Send + Sync {
    fn waiting(&self, waiting: &Waiting);
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waiting {
    /// What happened, as a clause: `GET https://api.port.io/v1/blueprints failed (500)`.
    pub why: String,
    /// What happens after the wait: `retrying`.
    pub then: &'static str,
    pub wait: Duration,
    /// Which attempt failed, of how many.
    pub count: Option<(u32, u32)>,
    /// How long all retries of the run together may take.
    pub within: Duration,
}

impl fmt::Display for Waiting {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let seconds = self.wait.as_millis().div_ceil(1000);
        write!(f, "{}; {} in {seconds} s", self.why, self.then)?;
        self.count.map_or(Ok(()), |(count, most)| write!(f, " ({count}/{most})"))
    }
}

/// The settings of a client.
#[derive(Debug, Clone)]
pub struct ClientConfig {
    pub platform: &'static Platform,
    pub address: Trusted,
    pub credentials: Credentials,
    /// Stored by the catalog as the datasource of every write: [`Owner::user_agent`].
    pub user_agent: String,
    /// Certificates trusted in addition to the system's, as PEM; empty: none.
    pub certificates: Vec<u8>,
    /// The proxy that the environment sets for this address, without its credentials, for messages.
    pub proxy: Option<String>,
}

/// A catalog behind the platform's API.
pub struct Client {
    runtime: Runtime,
    caller: Arc<Caller>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("address", &self.caller.transport.trusted().text()).finish_non_exhaustive()
    }
}

impl Client {
    /// Creates a client; it sends nothing before the first call.
    pub fn connect(config: ClientConfig, notices: Arc<dyn Notices>) -> Result<Self, ClientError> {
        Self::with(config, notices, Patience::PLATFORM, Limits::PLATFORM)
    }

    /// Like [`Client::connect`], but each call fails after `budget`.
    pub fn connect_within(
        config: ClientConfig,
        notices: Arc<dyn Notices>,
        budget: Duration,
    ) -> Result<Self, ClientError> {
        Self::with(config, notices, Patience { total: budget, ..Patience::PLATFORM }, Limits::PLATFORM)
    }

    fn with(
        config: ClientConfig,
        notices: Arc<dyn Notices>,
        patience: Patience,
        limits: Limits,
    ) -> Result<Self, ClientError> {
        let ClientConfig { platform, address, credentials, user_agent, certificates, proxy } = config;
        address.check_credentials(&credentials).map_err(ClientError::from)?;
        let transport = Transport::new(address, &user_agent, &certificates, limits, proxy)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
            ClientError::Setup { reason: error.to_string(), help: "check the limits of this process (`ulimit -n`)" }
        })?;
        let caller = Caller {
            transport,
            tokens: token::Tokens::default(),
            gate: crate::catalog::http::limiter::Gate::new(),
            patience,
            credentials,
            platform,
            notices,
            is_heard: AtomicBool::new(false),
            budget: Mutex::new(retry::Budget::default()),
            told_until: Mutex::new(Duration::ZERO),
        };
        Ok(Self { runtime, caller: Arc::new(caller) })
    }
}

impl Client {
    /// Runs a read within the limits of `look`.
    fn look<T>(
        &self,
        blueprint: &str,
        look: Look<'_>,
        read: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, CatalogError> {
        let read = async { tokio::time::timeout(look.within, look.stop.unless_twice(read)).await };
        let asked =
            || self.caller.transport.asked("POST", &route::route(&["blueprints", blueprint, "entities", "search"]));
        match self.runtime.block_on(read) {
            Ok(Some(done)) => Ok(done?),
            Ok(None) => Err(ClientError::Abandoned { asked: asked() }.into()),
            Err(_) => Err(ClientError::Timeout { asked: asked(), what: "no answer", limit: look.within }.into()),
        }
    }
}

impl Catalog for Client {
    fn name(&self) -> &str {
        self.caller.transport.trusted().text()
    }

    fn organization(&self) -> Result<Value, CatalogError> {
        #[derive(Deserialize)]
        struct Body {
            organization: Value,
        }
        let call = Call::get("/v1/organization".to_owned());
        let read = self.caller.call(&call, |answer| serde_json::from_slice::<Body>(&answer.body));
        Ok(self.runtime.block_on(read)?.organization)
    }

    fn blueprints(&self) -> Result<Vec<Value>, CatalogError> {
        #[derive(Deserialize)]
        struct Blueprints {
            blueprints: Vec<Value>,
        }
        let call = Call::get("/v1/blueprints".to_owned());
        let read = self.caller.call(&call, |answer| serde_json::from_slice::<Blueprints>(&answer.body));
        let Blueprints { mut blueprints } = self.runtime.block_on(read)?;
        let identifier = |blueprint: &Value| blueprint["identifier"].as_str().unwrap_or_default().to_owned();
        blueprints.sort_by_cached_key(identifier);
        Ok(blueprints)
    }

    fn read(&self, blueprints: &[Blueprint], part: Part, progress: &dyn Progress) -> Result<Snapshot, CatalogError> {
        Ok(self.runtime.block_on(read::read(&self.caller, blueprints, part, progress))?)
    }

    fn read_some(
        &self,
        blueprint: &Blueprint,
        identifiers: &[Box<str>],
        progress: &dyn Progress,
    ) -> Result<Shelf, CatalogError> {
        Ok(self.runtime.block_on(crate::catalog::http::read_by_id::some(
            &self.caller,
            blueprint,
            identifiers,
            progress,
        ))?)
    }

    fn find(
        &self,
        blueprint: &Blueprint,
        identifiers: &[Box<str>],
        look: Look<'_>,
    ) -> Result<Vec<Entity>, CatalogError> {
        let find = async {
            Ok(crate::catalog::http::read_by_id::some(&self.caller, blueprint, identifiers, &Silent).await?.entities)
        };
        self.look(&blueprint.identifier, look, find)
    }

    fn owned_among(
        &self,
        owner: &Owner,
        blueprint: &str,
        identifiers: &[Box<str>],
        look: Look<'_>,
    ) -> Result<HashSet<Box<str>>, CatalogError> {
        self.look(blueprint, look, owned::among(&self.caller, owner, blueprint, identifiers))
    }

    fn owners_of(
        &self,
        blueprint: &str,
        identifiers: &[Box<str>],
        scopes: &[String],
        look: Look<'_>,
    ) -> Result<HashMap<Box<str>, ForeignOwner>, CatalogError> {
        self.look(blueprint, look, owners::owners_of(&self.caller, blueprint, identifiers, scopes))
    }

    fn owned(&self, owner: &Owner) -> Result<Vec<EntityKey>, CatalogError> {
        Ok(self.runtime.block_on(owned::owned(&self.caller, owner))?)
    }

    fn upsert(
        &self,
        blueprint: &str,
        drafts: &[EntityDraft],
        options: &WriteOptions,
        progress: &dyn Progress,
    ) -> Result<Vec<Result<Written, Undone>>, CatalogError> {
        Ok(self.runtime.block_on(write::upsert(&self.caller, blueprint, drafts, options, progress))?)
    }

    fn patch(
        &self,
        blueprint: &str,
        identifier: &str,
        draft: &EntityDraft,
        options: &WriteOptions,
    ) -> Result<Result<(), Refusal>, CatalogError> {
        let patch = write::patch(&self.caller, blueprint, identifier, draft, options, Stop::default(), Halt::default());
        Ok(write::or_refusal(self.runtime.block_on(patch).result)?)
    }

    fn delete(
        &self,
        blueprint: &str,
        identifiers: &[String],
        progress: &dyn Progress,
    ) -> Result<Vec<Result<(), Undone>>, CatalogError> {
        Ok(self.runtime.block_on(delete::delete(&self.caller, blueprint, identifiers, progress))?)
    }

    fn perform(&self, acts: &[&WriteRequest], errand: Errand<'_>) -> Vec<Result<(), Undone>> {
        self.runtime.block_on(crate::catalog::http::batches::perform(&self.caller, acts, &batches(acts), errand))
    }
}
