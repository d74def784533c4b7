//! Lists of what this catalog does not have, which clients read before they do anything else: they are empty, as in an
//! organisation that has none. Writing to these routes is refused like any unknown route.

use serde_json::json;

use crate::catalog::wire::Refusal;
use crate::embedded::server::answer::{Answer, Outcome};
use crate::embedded::server::request::ApiRequest;
use crate::embedded::store::Store;

pub(super) fn actions(_: &ApiRequest, _: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "actions": []}))
}

pub(super) fn pages(_: &ApiRequest, _: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "pages": []}))
}

pub(super) fn sidebar(_: &ApiRequest, _: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "sidebar": {"items": []}}))
}

pub(super) fn scorecards_of_blueprint(call: &ApiRequest, store: &Store) -> Outcome {
    store.blueprint(call.segment(0))?;
    Answer::ok(&json!({"ok": true, "scorecards": []}))
}

pub(super) fn actions_of_blueprint(call: &ApiRequest, store: &Store) -> Outcome {
    store.blueprint(call.segment(0))?;
    Answer::ok(&json!({"ok": true, "actions": []}))
}

pub(super) fn permissions(call: &ApiRequest, store: &Store) -> Outcome {
    store.blueprint(call.segment(0))?;
    Answer::ok(&json!({"ok": true, "permissions": {}}))
}

/// Clients send back the permissions that they read: none.
pub(super) fn change_permissions(call: &ApiRequest, store: &Store) -> Outcome {
    if call.json()? != json!({}) {
        let path = format!("/v1/blueprints/{}/permissions", call.segment(0));
        return Err(Refusal::new(404, "not_found", format!("Route PATCH:{path} not found")).into());
    }
    permissions(call, store)
}
