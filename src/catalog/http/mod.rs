//! HTTP client of the platform's API. It is async inside, on its own runtime, and blocks outside. Every call goes
//! through `session`, and every secret leaves through `transport`.

mod answer;
mod bulk;
mod call;
mod claims;
mod client_error;
mod concurrency;
mod credentials;
mod datasources;
mod delete;
mod error_source;
mod identified;
mod limiter;
mod listed_datasource;
mod notices;
mod outcome;
mod owned;
mod owners;
mod pages;
mod rate;
mod read;
mod read_by_id;
mod redact;
mod relabel;
mod retry;
mod route;
mod session;
mod tasks;
mod timeouts;
mod token;
mod transport;
mod trust;
mod wave;
mod write;

#[cfg(test)]
mod tests;

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use serde::Deserialize;
use serde_json::Value;
use tokio::runtime::Runtime;

use super::ApplyOptions;
use super::apply::batches;
use super::wire::{EntityDraft, Refusal, WriteOptions, Written};
use super::{Catalog, CatalogError, LastWrites, Part, RateLimit, ReadLimit, Relabelling, WriteFailure, id_of};
use crate::domain::blueprint::Blueprint;
use crate::domain::entity::foreign_owner::ForeignOwner;
use crate::domain::entity::{Datasource, Entity, EntityKey, Owner};
use crate::domain::plan::request::WriteRequest;
use crate::domain::platform::Platform;
use crate::domain::progress::{Progress, Silent};
use crate::domain::snapshot::{Shelf, Snapshot};
use call::ApiCall;
use concurrency::CallKind;
use retry::RetryPolicy;
use session::Session;
use timeouts::Timeouts;
use transport::Transport;

pub use client_error::{ClientError, RequestLine};
pub use credentials::Credentials;
pub use notices::{Notices, Waiting};
pub use trust::{NamedBy, TrustError, Trusted};

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
    session: Arc<Session>,
}

impl fmt::Debug for Client {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Client").field("address", &self.session.address()).finish_non_exhaustive()
    }
}

impl Client {
    /// Creates a client; it sends nothing before the first call.
    pub fn connect(config: ClientConfig, notices: Arc<dyn Notices>) -> Result<Self, ClientError> {
        Self::with(config, notices, RetryPolicy::PLATFORM, Timeouts::PLATFORM)
    }

    /// Like [`Client::connect`], but each call fails after `budget`.
    pub fn connect_within(
        config: ClientConfig,
        notices: Arc<dyn Notices>,
        budget: Duration,
    ) -> Result<Self, ClientError> {
        Self::with(config, notices, RetryPolicy { max_total: budget, ..RetryPolicy::PLATFORM }, Timeouts::PLATFORM)
    }

    fn with(
        config: ClientConfig,
        notices: Arc<dyn Notices>,
        policy: RetryPolicy,
        timeouts: Timeouts,
    ) -> Result<Self, ClientError> {
        let ClientConfig { platform, address, credentials, user_agent, certificates, proxy } = config;
        address.check_credentials(&credentials).map_err(ClientError::from)?;
        let transport = Transport::new(address, &user_agent, &certificates, timeouts, proxy)?;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().map_err(|error| {
            ClientError::Setup { reason: error.to_string(), help: "check the limits of this process (`ulimit -n`)" }
        })?;
        let session = Session::new(transport, credentials, platform, policy, notices);
        Ok(Self { runtime, session: Arc::new(session) })
    }

    /// Runs a search of one blueprint within a time limit.
    fn search_within<T>(
        &self,
        limit: ReadLimit<'_>,
        blueprint: &str,
        search: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, CatalogError> {
        let route = route::route(&["blueprints", blueprint, "entities", "search"]);
        self.within(limit, ApiCall::query(route, Vec::new(), CallKind::Page), search)
    }

    /// `call`: names the read in errors.
    fn within<T>(
        &self,
        limit: ReadLimit<'_>,
        call: ApiCall,
        read: impl Future<Output = Result<T, ClientError>>,
    ) -> Result<T, CatalogError> {
        let ReadLimit { cancellation, timeout } = limit;
        let read = async { tokio::time::timeout(timeout, cancellation.until_forced(read)).await };
        let request = self.session.request_line(&call);
        match self.runtime.block_on(read) {
            Ok(Some(found)) => Ok(found?),
            Ok(None) => Err(ClientError::Abandoned { request }.into()),
            Err(_) => Err(ClientError::Timeout { request, what: "no answer", limit: timeout }.into()),
        }
    }
}

impl Catalog for Client {
    fn name(&self) -> &str {
        self.session.address()
    }

    fn organization(&self) -> Result<Value, CatalogError> {
        #[derive(Deserialize)]
        struct Body {
            organization: Value,
        }
        let call = ApiCall::get("/v1/organization".to_owned());
        let read = self.session.send(&call, |answer| serde_json::from_slice::<Body>(&answer.body));
        Ok(self.runtime.block_on(read)?.organization)
    }

    /// The token names it, so it costs no call of its own.
    fn organization_id(&self) -> Result<Option<String>, CatalogError> {
        if let Some(id) = self.runtime.block_on(self.session.organization_of_token())? {
            return Ok(Some(id));
        }
        id_of(self.organization())
    }

    fn blueprints(&self) -> Result<Vec<Value>, CatalogError> {
        #[derive(Deserialize)]
        struct Blueprints {
            blueprints: Vec<Value>,
        }
        let call = ApiCall::get("/v1/blueprints".to_owned());
        let read = self.session.send(&call, |answer| serde_json::from_slice::<Blueprints>(&answer.body));
        let Blueprints { mut blueprints } = self.runtime.block_on(read)?;
        blueprints.sort_by_cached_key(|blueprint| blueprint["identifier"].as_str().unwrap_or_default().to_owned());
        Ok(blueprints)
    }

    fn read(&self, blueprints: &[Blueprint], part: &Part, progress: &dyn Progress) -> Result<Snapshot, CatalogError> {
        Ok(self.runtime.block_on(read::read(&self.session, blueprints, part, progress))?)
    }

    fn read_some(
        &self,
        blueprint: &Blueprint,
        identifiers: &[Box<str>],
        progress: &dyn Progress,
    ) -> Result<Shelf, CatalogError> {
        Ok(self.runtime.block_on(read_by_id::read(&self.session, blueprint, identifiers, progress))?)
    }

    fn find(
        &self,
        blueprint: &Blueprint,
        identifiers: &[Box<str>],
        limit: ReadLimit<'_>,
    ) -> Result<Vec<Entity>, CatalogError> {
        let find = async {
            let shelf = read_by_id::read(&self.session, blueprint, identifiers, &Silent).await?;
            Ok(shelf.entities)
        };
        self.search_within(limit, &blueprint.identifier, find)
    }

    fn owned_among(
        &self,
        owner: &Owner,
        blueprint: &str,
        identifiers: &[Box<str>],
        limit: ReadLimit<'_>,
    ) -> Result<LastWrites, CatalogError> {
        self.search_within(limit, blueprint, owned::among(&self.session, owner, blueprint, identifiers))
    }

    fn owners_of(
        &self,
        blueprint: &str,
        identifiers: &[Box<str>],
        scopes: &[String],
        limit: ReadLimit<'_>,
    ) -> Result<HashMap<Box<str>, ForeignOwner>, CatalogError> {
        self.search_within(limit, blueprint, owners::owners_of(&self.session, blueprint, identifiers, scopes))
    }

    fn datasources(&self, limit: ReadLimit<'_>) -> Result<Option<Vec<String>>, CatalogError> {
        let listed =
            self.within(limit, ApiCall::get("/v1/data-sources".to_owned()), datasources::listed(&self.session));
        Ok(listed?.map(|listed| listed.iter().map(|listed| listed.text.clone()).collect()))
    }

    fn datasources_of(
        &self,
        blueprint: &str,
        identifiers: &[Box<str>],
        limit: ReadLimit<'_>,
    ) -> Result<HashMap<Box<str>, String>, CatalogError> {
        self.search_within(limit, blueprint, datasources::of_entities(&self.session, blueprint, identifiers))
    }

    fn written_by(&self, datasource: &Datasource) -> Result<Vec<EntityKey>, CatalogError> {
        Ok(self.runtime.block_on(owned::written_by(&self.session, datasource))?)
    }

    fn upsert(
        &self,
        blueprint: &str,
        drafts: &[EntityDraft],
        options: &WriteOptions,
        progress: &dyn Progress,
    ) -> Result<Vec<Result<Written, WriteFailure>>, CatalogError> {
        self.runtime.block_on(write::upsert(&self.session, blueprint, drafts, options, progress))
    }

    fn relabel(
        &self,
        blueprint: &str,
        identifiers: &[Box<str>],
        datasource: &str,
        options: ApplyOptions<'_>,
    ) -> Relabelling {
        self.runtime.block_on(relabel::relabel(&self.session, blueprint, (identifiers, datasource), options))
    }

    fn patch(
        &self,
        blueprint: &str,
        identifier: &str,
        draft: &EntityDraft,
        options: &WriteOptions,
    ) -> Result<Result<(), Refusal>, CatalogError> {
        let call = write::patch(blueprint, identifier, draft, options);
        let reply = self.runtime.block_on(self.session.send_unit(&call));
        Ok(outcome::refusal_or_error(reply.result)?)
    }

    fn delete(
        &self,
        blueprint: &str,
        identifiers: &[String],
        progress: &dyn Progress,
    ) -> Result<Vec<Result<(), WriteFailure>>, CatalogError> {
        self.runtime.block_on(delete::delete(&self.session, blueprint, identifiers, progress))
    }

    fn rate_limit(&self) -> Option<RateLimit> {
        self.session.limiter.rate_limit()
    }

    fn perform(&self, requests: &[&WriteRequest], options: ApplyOptions<'_>) -> Vec<Result<(), WriteFailure>> {
        self.runtime.block_on(wave::send(&self.session, requests, &batches(requests), options))
    }
}
