//! Search routes: in one blueprint by pages, across all blueprints, and by datasource.

use serde::Serialize;
use serde_json::value::RawValue;
use serde_json::{Map, Value};

use super::bulk::only;
use super::entities::Many;
use crate::catalog::wire::Refusal;
use crate::domain::value::timestamp::Moment;
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
    only(&body, &["query", "include", "exclude", "limit", "from"])?;
    let query = match body.get("query") {
        Some(query) => SearchQuery::parse(query)?,
        None => SearchQuery { combinator: Combinator::And, rules: Vec::new() },
    };
    let shape = Shape { include: names(&body, "include")?, exclude: names(&body, "exclude")?, ..call.query.shape()? };
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

pub(super) fn object(body: Value) -> Result<Map<String, Value>, Refusal> {
    match body {
        Value::Object(body) => Ok(body),
        _ => Err(Refusal::invalid("must be object")),
    }
}

pub(super) fn text<'a>(body: &'a Map<String, Value>, key: &str) -> Result<Option<&'a str>, Refusal> {
    match body.get(key) {
        None | Some(Value::Null) => Ok(None),
        Some(Value::String(text)) => Ok(Some(text)),
        Some(_) => Err(Refusal::invalid(format!("\"{key}\" must be string"))),
    }
}

fn moment(body: &Map<String, Value>, key: &str) -> Result<Option<Moment>, Refusal> {
    let moment = |text| {
        Moment::parse(text).ok_or_else(|| Refusal::invalid(format!("\"{key}\" must match format \"date-time\"")))
    };
    text(body, key)?.map(moment).transpose()
}

pub(super) fn names(body: &Map<String, Value>, key: &str) -> Result<Vec<String>, Refusal> {
    let Some(value) = body.get(key) else { return Ok(Vec::new()) };
    let Value::Array(items) = value else { return Err(Refusal::invalid(format!("\"{key}\" must be array"))) };
    let name = |(at, item): (usize, &Value)| match item {
        Value::String(name) => Ok(name.clone()),
        _ => Err(Refusal::invalid(format!("\"{key}/{at}\" must be string"))),
    };
    items.iter().enumerate().map(name).collect()
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
