//! Routes for the logs and metrics of integrations: accepted and discarded. Clients learn the address, with its secret,
//! from their integration; the exporter sends no token to it.

use std::sync::Arc;

use axum::Router;
use axum::extract::{Request, State};
use axum::routing::{post, put};
use serde_json::json;

use crate::embedded::server::answer::{Answer, Outcome};
use crate::embedded::server::connection::Client;
use crate::embedded::server::middleware::no_route;
use crate::embedded::server::request::{BodyLimits, address, read_body};
use crate::embedded::server::shared::Shared;

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/ingest/{secret}", post(discard))
        .route("/v1/ingest/{secret}/logs", post(discard))
        .route("/v1/ingest/{secret}/syncMetrics", post(discard))
        .route("/v1/ingest/{secret}/heartbeat", post(discard))
        .route("/v1/ingest/{secret}/syncMetrics/resync/{event}/kind/{kind}", put(discard))
}

async fn discard(State(shared): State<Arc<Shared>>, request: Request) -> Outcome {
    let (mut parts, body) = request.into_parts();
    let (segments, _) = address(&mut parts).await?;
    let secret = segments.first().map_or("", String::as_str);
    if !shared.authenticator.accepts_ingest_secret(secret) {
        return Err(no_route(parts.method, parts.uri).await);
    }
    let client = parts.extensions.remove::<Client>();
    client.iter().for_each(Client::authenticate);
    read_body(&parts.headers, body, &BodyLimits::of_client(&shared.limits), client.as_ref()).await?;
    Answer::ok(&json!({"ok": true}))
}
