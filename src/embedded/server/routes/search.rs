//! Search routes: in one blueprint by pages, across all blueprints, and by datasource.

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::entities::Many;
use crate::catalog::wire::Refusal;
use crate::embedded::api::body::{moment, object, only, text, texts};
use crate::embedded::api::{Combinator, SearchQuery, Shape};
use crate::embedded::server::answer::{Answer, Outcome};
use crate::embedded::server::request::ApiRequest;
use crate::embedded::store::{OwnedEntities, Store};

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

pub(super) fn of_datasource(call: &ApiRequest, store: &Store) -> Outcome {
    let body = object(call.json()?)?;
    let part = |key| text(&body, key).map(Option::unwrap_or_default);
    let (prefix, suffix) = (part("datasource_prefix")?, part("datasource_suffix")?);
    let owned = OwnedEntities { prefix, suffix, before: moment(&body, "before")? };
    let page = store.datasource_entities(&owned, &call.query.shape()?, limit(&body)?, text(&body, "from")?)?;
    Answer::ok(&Many { ok: true, entities: page.entities, next: page.next })
}

/// The requested page size; the store checks the maximum.
fn limit(body: &Map<String, Value>) -> Result<Option<usize>, Refusal> {
    let Some(value) = body.get("limit") else { return Ok(None) };
    if !value.is_number() {
        return Err(Refusal::invalid("\"limit\" must be number"));
    }
    match value.as_f64().unwrap_or_default() {
        limit if limit < 1.0 => Err(Refusal::invalid("\"limit\" must be >= 1")),
        limit => Ok(Some(limit as usize)),
    }
}
