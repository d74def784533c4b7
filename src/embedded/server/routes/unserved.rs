//! Lists of what this catalog does not have, which clients read before they do anything else: they are empty, as in an
//! organisation that has none. Writing to these routes is refused like any unknown route.

use std::sync::Arc;

use axum::Router;
use axum::routing::get;
use serde_json::json;

use super::reads;
use crate::catalog::wire::Refusal;
use crate::embedded::server::answer::{Answer, Outcome};
use crate::embedded::server::request::ApiRequest;
use crate::embedded::server::shared::Shared;
use crate::embedded::store::Store;

pub(super) fn router() -> Router<Arc<Shared>> {
    Router::new()
        .route("/v1/actions", get(reads(|_, _| Answer::ok(&json!({"ok": true, "actions": []})))))
        .route("/v1/pages", get(reads(|_, _| Answer::ok(&json!({"ok": true, "pages": []})))))
        .route("/v1/sidebars/catalog", get(reads(|_, _| Answer::ok(&json!({"ok": true, "sidebar": {"items": []}})))))
        .route("/v1/blueprints/{blueprint}/scorecards", get(reads(scorecards)))
        .route("/v1/blueprints/{blueprint}/actions", get(reads(actions)))
        .route("/v1/blueprints/{blueprint}/permissions", get(reads(permissions)).patch(reads(change_permissions)))
}

fn scorecards(call: &ApiRequest, store: &Store) -> Outcome {
    store.blueprint(call.segment(0))?;
    Answer::ok(&json!({"ok": true, "scorecards": []}))
}

fn actions(call: &ApiRequest, store: &Store) -> Outcome {
    store.blueprint(call.segment(0))?;
    Answer::ok(&json!({"ok": true, "actions": []}))
}

fn permissions(call: &ApiRequest, store: &Store) -> Outcome {
    store.blueprint(call.segment(0))?;
    Answer::ok(&json!({"ok": true, "permissions": {}}))
}

/// Clients send back the permissions that they read: none.
fn change_permissions(call: &ApiRequest, store: &Store) -> Outcome {
    if call.json()? != json!({}) {
        let path = format!("/v1/blueprints/{}/permissions", call.segment(0));
        return Err(Refusal::new(404, "not_found", format!("Route PATCH:{path} not found")).into());
    }
    permissions(call, store)
}
