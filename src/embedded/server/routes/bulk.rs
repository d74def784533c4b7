//! Bulk routes: many entities of one blueprint in one call. The failure of one entity is reported by its index and does
//! not affect the others.

use axum::http::StatusCode;
use serde_json::{Value, json};

use crate::catalog::wire::{EntityDraft, Refusal};
use crate::embedded::api::Strictness;
use crate::embedded::api::body::only;
use crate::embedded::server::answer::{Answer, Outcome};
use crate::embedded::server::request::ApiRequest;
use crate::embedded::store::Store;

const MAX_WRITTEN: usize = 20;
const MAX_DELETED: usize = 100;

pub(super) fn upsert(call: &ApiRequest, store: &Store) -> Outcome {
    let options = call.query.write_options()?;
    let body = call.json()?;
    let bodies = entities(&body, MAX_WRITTEN)?;
    let drafts = bodies.iter().map(|body| EntityDraft::parse(body, Strictness::Open)).collect();
    let results = store.bulk_upsert(call.segment(0), drafts, &options, &call.writer())?;
    let (mut written, mut refused) = (Vec::new(), Vec::new());
    for (index, (result, body)) in results.into_iter().zip(bodies).enumerate() {
        match result {
            Ok(one) => written.push(json!({
                "created": one.created, "identifier": one.identifier, "index": index, "additionalData": {},
            })),
            Err(refusal) => refused.push(told(index, body, &refusal)),
        }
    }
    let status = if refused.is_empty() { StatusCode::OK } else { StatusCode::MULTI_STATUS };
    Answer::json(status, &json!({"ok": true, "entities": written, "errors": refused}))
}

fn told(index: usize, body: &Value, refusal: &Refusal) -> Value {
    // An entity identified by a search has no identifier to report.
    let identifier = body.get("identifier").and_then(Value::as_str).unwrap_or("unknown");
    json!({
        "identifier": identifier,
        "index": index,
        "statusCode": refusal.status,
        "error": refusal.error,
        "message": refusal.message,
    })
}

pub(super) fn delete(call: &ApiRequest, store: &Store) -> Outcome {
    let dependents = call.query.flag("delete_dependents")?;
    let body = call.json()?;
    let identifier = |(at, value): (usize, &Value)| match value {
        Value::String(text) => Ok(text.clone()),
        _ => Err(Refusal::invalid(format!("\"entities/{at}\" must be string"))),
    };
    let identifiers = entities(&body, MAX_DELETED)?.iter().enumerate().map(identifier);
    let identifiers = identifiers.collect::<Result<Vec<_>, _>>()?;
    let deleted = store.delete_entities(call.segment(0), &identifiers, dependents, &call.writer())?;
    Answer::ok(&json!({"ok": true, "deletedEntities": deleted}))
}

/// `{"entities": [...]}`, with 1 to `most` entities and no other key.
fn entities(body: &Value, most: usize) -> Result<&Vec<Value>, Refusal> {
    let Value::Object(body) = body else { return Err(Refusal::invalid("must be object")) };
    only(body, "", &["entities"])?;
    match body.get("entities") {
        None => Err(Refusal::invalid("must have required property 'entities'")),
        Some(Value::Array(entities)) if entities.is_empty() => {
            Err(Refusal::invalid("\"entities\" must NOT have fewer than 1 items"))
        }
        Some(Value::Array(entities)) if entities.len() > most => {
            Err(Refusal::invalid(format!("\"entities\" must NOT have more than {most} items")))
        }
        Some(Value::Array(entities)) => Ok(entities),
        Some(_) => Err(Refusal::invalid("\"entities\" must be array")),
    }
}
