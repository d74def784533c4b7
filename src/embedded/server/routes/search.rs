//! Search routes: in one blueprint by pages, across all blueprints, and the counts of a blueprint by a property.

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value, json};

use super::entities::Many;
use crate::catalog::wire::Refusal;
use crate::embedded::api::body::{must_be, needs, object, only, text, texts};
use crate::embedded::api::{Combinator, SearchQuery, Shape};
use crate::embedded::server::answer::{Answer, Outcome};
use crate::embedded::server::request::ApiRequest;
use crate::embedded::store::Store;

/// The default page size of a search in one blueprint.
const PAGE: usize = 200;

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Everywhere {
    ok: bool,
    matching_blueprints: Vec<String>,
    entities: Vec<Box<RawValue>>,
}

pub(super) fn within(call: &ApiRequest, store: &Store) -> Outcome {
    let body = object(call.json()?)?;
    only(&body, "", &["query", "include", "exclude", "limit", "from"])?;
    let query = match body.get("query") {
        Some(query) => SearchQuery::parse(query)?,
        None => SearchQuery { combinator: Combinator::And, rules: Vec::new() },
    };
    let shape = Shape { include: texts(&body, "include")?, exclude: texts(&body, "exclude")?, ..call.query.shape()? };
    let page = store.search(call.segment(0), &query, &shape, limit(&body)?.unwrap_or(PAGE), text(&body, "from")?)?;
    Answer::ok(&Many { ok: true, entities: page.entities, next: page.next })
}

pub(super) fn everywhere(call: &ApiRequest, store: &Store) -> Outcome {
    let query = SearchQuery::parse_everywhere(&call.json()?)?;
    let (entities, matching_blueprints) = store.search_everywhere(&query, &call.query.shape()?)?;
    Answer::ok(&Everywhere { ok: true, matching_blueprints, entities })
}

/// Counts the entities that match by the values of one property.
pub(super) fn group(call: &ApiRequest, store: &Store) -> Outcome {
    let body = object(call.json()?)?;
    only(&body, "", &["query", "groupBy"])?;
    needs(&body, "", &["groupBy"])?;
    let query = match body.get("query") {
        Some(query) => SearchQuery::parse(query)?,
        None => SearchQuery { combinator: Combinator::And, rules: Vec::new() },
    };
    let Some(Value::Object(by)) = body.get("groupBy") else { return Err(must_be("object", "groupBy").into()) };
    only(by, "groupBy", &["property"])?;
    let property = match by.get("property") {
        Some(Value::String(property)) => property,
        Some(_) => return Err(must_be("string", "groupBy/property").into()),
        None => return Err(Refusal::invalid("\"groupBy\" must have required property 'property'").into()),
    };
    let mut groups = Vec::new();
    for (value, count) in store.group(call.segment(0), &query, property)? {
        groups.push(json!({"value": value, "count": count}));
    }
    Answer::ok(&json!({"ok": true, "groups": groups, "hasMoreGroups": false}))
}

/// The requested page size; the store checks the maximum.
pub(super) fn limit(body: &Map<String, Value>) -> Result<Option<usize>, Refusal> {
    let Some(value) = body.get("limit") else { return Ok(None) };
    if !value.is_number() {
        return Err(Refusal::invalid("\"limit\" must be number"));
    }
    match value.as_f64().unwrap_or_default() {
        limit if limit < 1.0 => Err(Refusal::invalid("\"limit\" must be >= 1")),
        limit => Ok(Some(limit as usize)),
    }
}
