//! Tests of searches in real stores: every operator, pages, relation paths, the number of entities read, and that an
//! index finds what a full scan finds.

mod agreement;
mod operators;
mod pages;
mod paths;
mod touched;

use std::sync::Arc;

use serde_json::value::RawValue;
use serde_json::{Value, json};

use crate::catalog::wire::{EntityDraft, IdentifierRef, Refusal, RelationRef, TeamRef, WriteOptions, Writer};
use crate::domain::entity::fields::Texts;
use crate::domain::entity::patch::Patch;
use crate::domain::value::timestamp::Moment;
use crate::embedded::api::{SearchQuery, Shape};
use crate::embedded::store::{Failure, Store};

/// 2023-11-14T22:13:20Z.
const NOW: Moment = Moment(1_700_000_000_000);
const HOUR: i64 = 3_600_000;

fn store() -> Store {
    Store::in_memory(Arc::new(|| NOW)).expect("a store in memory needs nothing")
}

fn writer(user_agent: &str) -> Writer {
    Writer { id: "client".to_owned(), user_agent: user_agent.to_owned(), now: Moment(NOW.0 - HOUR) }
}

fn follow(store: &Store, blueprints: Vec<Value>) {
    store.apply_snapshot(blueprints, &writer("test/1")).expect("they can be followed");
}

/// Writes an entity given as in an API request.
fn put(store: &Store, user_agent: &str, blueprint: &str, entity: Value) {
    let options = WriteOptions { upsert: true, create_missing_related_entities: true, ..WriteOptions::default() };
    let written = store.create_entity(blueprint, &draft(&entity), &options, &writer(user_agent));
    written.unwrap_or_else(|failure| panic!("{entity}: {failure:?}"));
}

fn draft(entity: &Value) -> EntityDraft {
    let text = |key: &str| entity.get(key).and_then(Value::as_str).map(str::to_owned);
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().into_iter().flatten().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    let relation = |value: &Value| match value {
        Value::String(one) => RelationRef::One(one.clone()),
        Value::Array(_) => RelationRef::Many(texts(value)),
        _ => RelationRef::Null,
    };
    let relations = entity.get("relations").and_then(Value::as_object);
    EntityDraft {
        identifier: text("identifier").map(IdentifierRef::Literal),
        texts: Texts::from_fn(|field| text(field.key()).map_or(Patch::Absent, Patch::Set)),
        team: entity.get("team").map_or(Patch::Absent, |team| Patch::Set(TeamRef::List(texts(team)))),
        properties: entity.get("properties").and_then(Value::as_object).cloned(),
        relations: relations.map(|map| map.iter().map(|(name, value)| (name.clone(), relation(value))).collect()),
    }
}

fn query(rules: Value) -> SearchQuery {
    let query = json!({"combinator": "and", "rules": rules});
    SearchQuery::parse(&query).unwrap_or_else(|refusal| panic!("{query}: {refusal:?}"))
}

fn identifiers(entities: &[Box<RawValue>]) -> Vec<String> {
    let identifier = |entity: &RawValue| {
        let entity: Value = serde_json::from_str(entity.get()).expect("an entity is JSON");
        entity["identifier"].as_str().expect("it has one").to_owned()
    };
    entities.iter().map(|entity| identifier(entity)).collect()
}

/// The identifiers that a search in one blueprint finds.
fn found(store: &Store, blueprint: &str, rules: Value) -> Vec<String> {
    let page = store.search(blueprint, &query(rules.clone()), &Shape::default(), 1000, None);
    let page = page.unwrap_or_else(|failure| panic!("{rules}: {failure:?}"));
    assert_eq!(page.next, None);
    identifiers(&page.entities)
}

fn refusal<T>(result: Result<T, Failure>) -> Refusal {
    match result {
        Err(Failure::Refused(refusal)) => *refusal,
        Err(Failure::Store(error)) => panic!("{error}"),
        Ok(_) => panic!("it was not refused"),
    }
}
