//! Routes of blueprints: read, create, change, rename properties and relations, delete.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::catalog::wire::Refusal;
use crate::embedded::server::answer::{Answer, Outcome};
use crate::embedded::server::request::ApiRequest;
use crate::embedded::store::Store;

pub(super) fn all(_: &ApiRequest, store: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "blueprints": store.blueprints()?}))
}

pub(super) fn one(call: &ApiRequest, store: &Store) -> Outcome {
    answered(StatusCode::OK, store.blueprint(call.segment(0))?)
}

pub(super) fn create(call: &ApiRequest, store: &Store) -> Outcome {
    // The embedded catalog has no catalog pages; the flag is only validated.
    call.query.flag("create_catalog_page")?;
    answered(StatusCode::CREATED, store.create_blueprint(call.json()?, &call.writer())?)
}

pub(super) fn replace(call: &ApiRequest, store: &Store) -> Outcome {
    answered(StatusCode::OK, store.replace_blueprint(call.segment(0), call.json()?, &call.writer())?)
}

pub(super) fn update(call: &ApiRequest, store: &Store) -> Outcome {
    answered(StatusCode::OK, store.patch_blueprint(call.segment(0), call.json()?, &call.writer())?)
}

pub(super) fn delete(call: &ApiRequest, store: &Store) -> Outcome {
    call.query.flag("delete_actions")?;
    store.delete_blueprint(call.segment(0), &call.writer())?;
    Answer::ok(&json!({"ok": true}))
}

pub(super) fn rename_property(call: &ApiRequest, store: &Store) -> Outcome {
    let new = named(call, "newPropertyName")?;
    answered(StatusCode::OK, store.rename_property(call.segment(0), call.segment(1), &new, &call.writer())?)
}

pub(super) fn rename_relation(call: &ApiRequest, store: &Store) -> Outcome {
    let new = named(call, "newRelationIdentifier")?;
    answered(StatusCode::OK, store.rename_relation(call.segment(0), call.segment(1), &new, &call.writer())?)
}

pub(super) fn rename_mirror(call: &ApiRequest, store: &Store) -> Outcome {
    let new = named(call, "newMirrorName")?;
    answered(StatusCode::OK, store.rename_mirror(call.segment(0), call.segment(1), &new, &call.writer())?)
}

pub(super) fn structure(call: &ApiRequest, store: &Store) -> Outcome {
    answered(StatusCode::OK, store.system_structure(call.segment(0))?)
}

fn answered(status: StatusCode, blueprint: Value) -> Outcome {
    Answer::json(status, &json!({"ok": true, "blueprint": blueprint}))
}

/// The new name, the only key of the body.
fn named(call: &ApiRequest, key: &str) -> Result<String, Refusal> {
    match call.json()?.get(key) {
        Some(Value::String(name)) => Ok(name.clone()),
        Some(_) => Err(Refusal::invalid(format!("\"{key}\" must be string"))),
        None => Err(Refusal::invalid(format!("must have required property '{key}'"))),
    }
}
