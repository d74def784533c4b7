//! Routes of single entities and of the list: read, write, count, delete.

use axum::http::StatusCode;
use serde::Serialize;
use serde_json::json;
use serde_json::value::RawValue;

use crate::catalog::wire::{EntityDraft, IdentifierRef, Refusal};
use crate::embedded::api::Strictness;
use crate::embedded::server::answer::{Answer, Outcome};
use crate::embedded::server::request::ApiRequest;
use crate::embedded::store::Store;

#[derive(Serialize)]
struct One {
    ok: bool,
    entity: Box<RawValue>,
}

/// Entities as rendered text, and the cursor of the next page.
#[derive(Serialize)]
pub(super) struct Many {
    pub ok: bool,
    pub entities: Vec<Box<RawValue>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub next: Option<String>,
}

pub(super) fn create(call: &ApiRequest, store: &Store) -> Outcome {
    let options = call.query.write_options()?;
    let draft = EntityDraft::parse(&call.json()?, Strictness::Open)?;
    let (entity, created) = store.create_entity(call.segment(0), &draft, &options, &call.writer())?;
    // A validation-only write creates nothing.
    let is_new = created && !options.validation_only;
    Answer::json(if is_new { StatusCode::CREATED } else { StatusCode::OK }, &One { ok: true, entity })
}

pub(super) fn replace(call: &ApiRequest, store: &Store) -> Outcome {
    let options = call.query.write_options()?;
    let draft = EntityDraft::parse(&call.json()?, Strictness::Open)?;
    if matches!(draft.identifier, Some(IdentifierRef::Query(_))) {
        return Err(Refusal::invalid("\"identifier\" must be string").into());
    }
    let entity = store.replace_entity(call.segment(0), call.segment(1), &draft, &options, &call.writer())?;
    Answer::ok(&One { ok: true, entity })
}

pub(super) fn update(call: &ApiRequest, store: &Store) -> Outcome {
    let options = call.query.write_options()?;
    let draft = EntityDraft::parse(&call.json()?, Strictness::Closed)?;
    let entity = store.patch_entity(call.segment(0), call.segment(1), &draft, &options, &call.writer())?;
    Answer::ok(&One { ok: true, entity })
}

pub(super) fn one(call: &ApiRequest, store: &Store) -> Outcome {
    let entity = store.entity(call.segment(0), call.segment(1), &call.query.shape()?)?;
    Answer::ok(&One { ok: true, entity })
}

/// All entities: this route has no pages.
pub(super) fn all(call: &ApiRequest, store: &Store) -> Outcome {
    let page = store.entities(call.segment(0), &call.query.shape()?, None, usize::MAX)?;
    Answer::ok(&Many { ok: true, entities: page.entities, next: None })
}

pub(super) fn count(call: &ApiRequest, store: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "count": store.count(call.segment(0))?}))
}
pub(super) fn delete(call: &ApiRequest, store: &Store) -> Outcome {
    let dependents = call.query.flag("delete_dependents")?;
    store.delete_entity(call.segment(0), call.segment(1), dependents, &call.writer())?;
    Answer::ok(&json!({"ok": true}))
}

pub(super) fn delete_all(call: &ApiRequest, store: &Store) -> Outcome {
    let with_blueprint = call.query.flag("delete_blueprint")?;
    let migration = store.delete_all(call.segment(0), with_blueprint, &call.writer())?;
    Answer::ok(&json!({"ok": true, "migrationId": migration}))
}

pub(super) fn migration(call: &ApiRequest, store: &Store) -> Outcome {
    Answer::ok(&json!({"ok": true, "migration": store.migration(call.segment(0))?}))
}
