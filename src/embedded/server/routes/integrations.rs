//! Routes for exporters: their integration, the organisation, and whether a resync is requested.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::embedded::server::answer::{Answer, Outcome, RouteError};
use crate::embedded::server::request::ApiRequest;
use crate::embedded::store::{INGEST_ATTRIBUTES, Store};

pub(super) fn all(call: &ApiRequest, store: &Store) -> Outcome {
    let mut integrations = store.integrations()?;
    for integration in &mut integrations {
        add_addresses(call, integration)?;
    }
    Answer::ok(&json!({"ok": true, "integrations": integrations}))
}

/// The kinds of integrations whose resources the platform creates by itself.
pub(super) fn provision_enabled(_: &ApiRequest, _: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "integrations": []}))
}

pub(super) fn one(call: &ApiRequest, store: &Store) -> Outcome {
    answered(call, StatusCode::OK, store.integration(call.segment(0))?)
}

pub(super) fn create(call: &ApiRequest, store: &Store) -> Outcome {
    answered(call, StatusCode::CREATED, store.create_integration(call.json()?, &call.writer())?)
}

pub(super) fn update(call: &ApiRequest, store: &Store) -> Outcome {
    answered(call, StatusCode::OK, store.patch_integration(call.segment(0), call.json()?, &call.writer())?)
}

pub(super) fn update_config(call: &ApiRequest, store: &Store) -> Outcome {
    answered(call, StatusCode::OK, store.patch_integration_config(call.segment(0), call.json()?, &call.writer())?)
}

pub(super) fn delete(call: &ApiRequest, store: &Store) -> Outcome {
    store.delete_integration(call.segment(0))?;
    Answer::ok(&json!({"ok": true}))
}

pub(super) fn resync_request(call: &ApiRequest, store: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "request": store.resync_request(call.segment(0))?}))
}

pub(super) fn request_resync(call: &ApiRequest, store: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "request": store.request_resync(call.segment(0), &call.writer())?}))
}

pub(super) fn update_resync_state(call: &ApiRequest, store: &Store) -> Outcome {
    answered(call, StatusCode::OK, store.patch_resync_state(call.segment(0), call.json()?, &call.writer())?)
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

fn answered(call: &ApiRequest, status: StatusCode, mut integration: Value) -> Outcome {
    add_addresses(call, &mut integration)?;
    Answer::json(status, &json!({"ok": true, "integration": integration}))
}

/// Adds the addresses for logs and metrics, without which clients do not start.
fn add_addresses(call: &ApiRequest, integration: &mut Value) -> Result<(), RouteError> {
    let attributes = json!({"ingestUrl": call.ingest_url()?, "ingestId": integration["installationId"]});
    for key in INGEST_ATTRIBUTES {
        integration[key] = attributes.clone();
    }
    Ok(())
}
