//! The route table. Segments are decoded after routing, so that an identifier may contain `%2F`; `search` and `bulk`
//! may be identifiers too, so methods that those routes do not have go to the entity.

mod auth;
mod blueprints;
mod bulk;
mod datasources;
mod empty_lists;
mod entities;
mod ingest;
mod integrations;
mod search;
mod teams;

use std::pin::Pin;
use std::sync::Arc;

use axum::Router;
use axum::routing::{MethodRouter, delete, get, patch, post};

use super::answer::Outcome;
use super::pages;
use super::shared::{Access, Shared};
use crate::embedded::server::middleware::no_route;
use crate::embedded::server::request::ApiRequest;
use crate::embedded::store::Store;

type Work = fn(&ApiRequest, &Store) -> Outcome;

pub(super) fn router(shared: Arc<Shared>) -> Router {
    let routes = Router::new()
        .route("/v1/auth/access_token", post(auth::access_token))
        .merge(of_blueprints())
        .merge(of_entities())
        .merge(of_searches())
        .merge(of_datasources())
        .merge(of_integrations())
        .merge(ingest::router())
        .merge(of_teams())
        .merge(of_empty_lists())
        .merge(pages::router());
    routes.fallback(pages::unknown_address).method_not_allowed_fallback(no_route).with_state(shared)
}

fn of_blueprints() -> Router<Arc<Shared>> {
    let all = get(reads(blueprints::all)).post(writes(blueprints::create));
    let one = get(reads(blueprints::one))
        .put(writes(blueprints::replace))
        .patch(writes(blueprints::update))
        .delete(writes(blueprints::delete));
    Router::new()
        .route("/v1/blueprints", all)
        .route("/v1/blueprints/{blueprint}", one)
        .route("/v1/blueprints/{blueprint}/properties/{name}/rename", patch(writes(blueprints::rename_property)))
        .route("/v1/blueprints/{blueprint}/relations/{name}/rename", patch(writes(blueprints::rename_relation)))
        .route("/v1/blueprints/{blueprint}/mirror/{name}/rename", patch(writes(blueprints::rename_mirror)))
        .route("/v1/blueprints/system/{blueprint}/structure", get(reads(blueprints::structure)))
}

fn of_entities() -> Router<Arc<Shared>> {
    let all = get(reads(entities::all)).post(writes(entities::create));
    Router::new()
        .route("/v1/blueprints/{blueprint}/entities", all)
        .route("/v1/blueprints/{blueprint}/entities-count", get(reads(entities::count)))
        .route("/v1/blueprints/{blueprint}/entities/bulk", entity(Some("bulk")).post(writes(bulk::upsert)))
        .route("/v1/blueprints/{blueprint}/entities/{entity}", entity(None))
        .route("/v1/blueprints/{blueprint}/bulk/entities/delete", post(writes(bulk::delete)))
        .route("/v1/blueprints/{blueprint}/all-entities", delete(writes(entities::delete_all)))
        .route("/v1/migrations/{migration}", get(reads(entities::migration)))
}

fn of_searches() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/entities/search", post(reads(search::everywhere)))
        .route("/v1/blueprints/{blueprint}/entities/search", entity(Some("search")).post(reads(search::within)))
        .route("/v1/blueprints/{blueprint}/entities/group", entity(Some("group")).post(reads(search::group)))
}

fn of_datasources() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/data-sources", get(reads(datasources::all)))
        .route("/v1/blueprints/entities/datasource-entities", post(reads(datasources::entities)))
        .route("/v1/blueprints/{blueprint}/datasource/bulk", patch(writes(datasources::relabel)))
}

fn of_integrations() -> Router<Arc<Shared>> {
    let one = get(reads(integrations::one)).patch(writes(integrations::update)).delete(writes(integrations::delete));
    let (update, remove) = (writes(integrations::update), writes(integrations::delete));
    // An integration may have this name too.
    let provision_enabled = get(reads(integrations::provision_enabled))
        .patch(move |call: ApiRequest| update(call.of("provision-enabled")))
        .delete(move |call: ApiRequest| remove(call.of("provision-enabled")));
    let resync_request = get(reads(integrations::resync_request)).post(writes(integrations::request_resync));
    let organization = get(reads(integrations::organization))
        .put(writes(integrations::change_organization))
        .patch(writes(integrations::change_organization));
    Router::new()
        .route("/v1/integration", get(reads(integrations::all)).post(writes(integrations::create)))
        .route("/v1/integration/{integration}", one)
        .route("/v1/integration/provision-enabled", provision_enabled)
        .route("/v1/integration/{integration}/config", patch(writes(integrations::update_config)))
        .route("/v1/integration/{integration}/resync-request", resync_request)
        .route("/v1/integration/{integration}/resync-state", patch(writes(integrations::update_resync_state)))
        .route("/v1/integration/{integration}/kinds", get(reads(integrations::kinds)))
        .route("/v1/integration/{integration}/kinds/{kind}/examples", post(writes(integrations::examples)))
        .route("/v1/organization", organization)
}

fn of_teams() -> Router<Arc<Shared>> {
    let one =
        get(reads(teams::one)).put(writes(teams::replace)).patch(writes(teams::update)).delete(writes(teams::delete));
    Router::new()
        .route("/v1/teams", get(reads(teams::all)).post(writes(teams::create)))
        .route("/v1/teams/{team}", one)
        .route("/v1/users", get(reads(teams::users)))
        .route("/v1/users/{user}", get(reads(teams::user)))
}

fn of_empty_lists() -> Router<Arc<Shared>> {
    let permissions = get(reads(empty_lists::permissions)).patch(reads(empty_lists::change_permissions));
    Router::new()
        .route("/v1/actions", get(reads(empty_lists::actions)))
        .route("/v1/pages", get(reads(empty_lists::pages)))
        .route("/v1/sidebars/catalog", get(reads(empty_lists::sidebar)))
        .route("/v1/blueprints/{blueprint}/scorecards", get(reads(empty_lists::scorecards_of_blueprint)))
        .route("/v1/blueprints/{blueprint}/actions", get(reads(empty_lists::actions_of_blueprint)))
        .route("/v1/blueprints/{blueprint}/permissions", permissions)
}

/// The routes of one entity; `name` is its identifier if the route contains it literally.
fn entity(name: Option<&'static str>) -> MethodRouter<Arc<Shared>> {
    let named = move |call: ApiRequest| match name {
        Some(name) => call.of(name),
        None => call,
    };
    let (read, replace, update) = (reads(entities::one), writes(entities::replace), writes(entities::update));
    let remove = writes(entities::delete);
    get(move |call| read(named(call)))
        .put(move |call| replace(named(call)))
        .patch(move |call| update(named(call)))
        .delete(move |call| remove(named(call)))
}

type Answering = Pin<Box<dyn Future<Output = Outcome> + Send>>;

/// A handler that only reads.
fn reads(work: Work) -> impl Fn(ApiRequest) -> Answering + Clone + Send + Sync + 'static {
    move |call| Box::pin(call.run(Access::Read, work))
}

/// A handler that writes; writes run one at a time.
fn writes(work: Work) -> impl Fn(ApiRequest) -> Answering + Clone + Send + Sync + 'static {
    move |call| Box::pin(call.run(Access::Write, work))
}
