//! Routes for exporters: their integration, the organisation, and whether a resync is requested.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::embedded::server::answer::{Answer, Outcome};
use crate::embedded::server::request::ApiRequest;
use crate::embedded::store::Store;

pub(super) fn all(_: &ApiRequest, store: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "integrations": store.integrations()?}))
}

pub(super) fn one(call: &ApiRequest, store: &Store) -> Outcome {
    answered(StatusCode::OK, store.integration(call.segment(0))?)
}

pub(super) fn create(call: &ApiRequest, store: &Store) -> Outcome {
    answered(StatusCode::CREATED, store.create_integration(call.json()?, &call.writer())?)
}

pub(super) fn update(call: &ApiRequest, store: &Store) -> Outcome {
    answered(StatusCode::OK, store.patch_integration(call.segment(0), call.json()?, &call.writer())?)
}

pub(super) fn update_config(call: &ApiRequest, store: &Store) -> Outcome {
    answered(StatusCode::OK, store.patch_integration_config(call.segment(0), call.json()?, &call.writer())?)
}

pub(super) fn delete(call: &ApiRequest, store: &Store) -> Outcome {
    store.delete_integration(call.segment(0))?;
    Answer::ok(&json!({"ok": true}))
}

pub(super) fn resync_request(call: &ApiRequest, store: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "resyncRequest": store.resync_request(call.segment(0))?}))
}

pub(super) fn kinds(call: &ApiRequest, store: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "kinds": store.integration_kinds(call.segment(0))?}))
}

pub(super) fn examples(call: &ApiRequest, store: &Store) -> Outcome {
    store.put_kind_examples(call.segment(0), call.segment(1), call.json()?)?;
    Answer::ok(&json!({"ok": true}))
}

pub(super) fn organization(_: &ApiRequest, store: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "organization": store.organization()?}))
}

pub(super) fn change_organization(call: &ApiRequest, store: &Store) -> Outcome {
    store.change_organization(call.json()?)?;
    Answer::ok(&json!({"ok": true}))
}

fn answered(status: StatusCode, integration: Value) -> Outcome {
    Answer::json(status, &json!({"ok": true, "integration": integration}))
}
