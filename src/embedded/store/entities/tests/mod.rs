//! Tests of entities against real stores: in memory, or in a file if the test depends on one.

mod aggregated;
mod checks;
mod computed;
mod figures;
mod file;
mod model;
mod others;
mod queries;
mod shown;
mod ways;

use std::sync::Arc;

use serde_json::{Value, json};

use crate::catalog::wire::{EntityDraft, IdentifierRef, Refusal, RelationRef, TeamRef, WriteOptions, Writer};
use crate::domain::entity::fields::Texts;
use crate::domain::entity::patch::Patch;
use crate::domain::value::timestamp::Moment;
use crate::embedded::api::{ComputedParts, Shape};
use crate::embedded::store::{Failure, Store};

const NOW: Moment = Moment(1_790_000_000_000);

fn writer() -> Writer {
    Writer { id: "tester".to_owned(), user_agent: "portolan/0.1.0 (statekey/acme/catalog)".to_owned(), now: NOW }
}

/// A store in memory with the blueprints of a small catalog.
fn store() -> Store {
    let store = Store::in_memory(Arc::new(|| NOW)).expect("memory is there");
    furnish(&store);
    store
}

fn furnish(store: &Store) {
    for blueprint in blueprints() {
        put_blueprint(store, &blueprint);
    }
}

fn blueprints() -> Vec<Value> {
    vec![
        json!({"identifier": "_team", "title": "Team", "schema": {"properties": {"size": {"type": "number"}}}}),
        json!({"identifier": "_rule_result", "title": "Rule result", "schema": {"properties": {}}}),
        json!({"identifier": "domain", "title": "Domain", "schema": {"properties": {"tier": {"type": "number"}}}}),
        json!({
            "identifier": "service", "title": "Service",
            "schema": {
                "properties": {
                    "language": {"type": "string", "enum": ["go", "rust"]},
                    "url": {"type": "string", "format": "url"},
                    "replicas": {"type": "number", "minimum": 0, "default": 1},
                    "tags": {"type": "array", "items": {"type": "string"}},
                    "meta": {"type": "object"},
                    "live": {"type": "boolean"},
                },
                "required": ["language"],
            },
            "relations": {
                "domain": {"target": "domain", "required": false, "many": false},
                "dependsOn": {"target": "service", "required": false, "many": true},
            },
            "mirrorProperties": {
                "domainTitle": {"path": "domain.$title"},
                "tiers": {"path": "dependsOn.domain.tier"},
            },
            "calculationProperties": {"score": {"calculation": "1", "type": "number"}},
        }),
        json!({
            "identifier": "deployment", "title": "Deployment", "schema": {"properties": {}},
            "relations": {"service": {"target": "service", "required": true, "many": false}},
            "mirrorProperties": {"where": {"path": "service.domainTitle"}},
            "ownership": {"type": "Inherited", "path": "service"},
        }),
    ]
}

/// All properties of a service without relations.
fn service_properties(set: Value) -> Value {
    let mut properties = json!({
        "language": null, "replicas": null, "url": null, "tags": null, "meta": null, "live": null, "domainTitle": null,
        "tiers": [],
    });
    for (name, value) in set.as_object().expect("an object") {
        properties[name] = value.clone();
    }
    properties
}

/// Inserts a blueprint directly; a change increments its version.
fn put_blueprint(store: &Store, blueprint: &Value) {
    let identifier = blueprint["identifier"].as_str().expect("it has a name");
    store
        .write(|transaction| {
            transaction.execute(
                "INSERT INTO blueprints (identifier, body, system, created_at, created_by, updated_at, updated_by) \
                 VALUES (?1, ?2, ?3, 0, '', 0, '') \
                 ON CONFLICT (identifier) DO UPDATE SET body = excluded.body, version = version + 1",
                rusqlite::params![identifier, blueprint.to_string(), identifier.starts_with('_')],
            )?;
            Ok(())
        })
        .expect("a blueprint can be written");
}

/// Parses a draft from a body; a value that is not a string becomes a search.
fn draft(body: Value) -> EntityDraft {
    let text = |key: &str| match body.get(key) {
        None => Patch::Absent,
        Some(Value::Null) => Patch::Null,
        Some(text) => Patch::Set(text.as_str().expect("a text").to_owned()),
    };
    let list = |value: &Value| {
        value.as_array().map(|list| list.iter().map(|item| item.as_str().expect("a name").to_owned()).collect())
    };
    EntityDraft {
        identifier: body.get("identifier").map(|value| match value.as_str() {
            Some(text) => IdentifierRef::Literal(text.to_owned()),
            None => IdentifierRef::Query(value.clone()),
        }),
        texts: Texts::from_fn(|field| text(field.key())),
        team: match body.get("team") {
            None => Patch::Absent,
            Some(Value::Null) => Patch::Null,
            Some(value) => Patch::Set(list(value).map_or_else(|| TeamRef::Query(value.clone()), TeamRef::List)),
        },
        properties: body.get("properties").map(|map| map.as_object().expect("an object").clone()),
        relations: body.get("relations").map(|map| {
            let relation = |value: &Value| match value {
                Value::Null => RelationRef::Null,
                Value::String(target) => RelationRef::One(target.clone()),
                other => list(other).map_or_else(|| RelationRef::Query(other.clone()), RelationRef::Many),
            };
            let entries = map.as_object().expect("an object").iter();
            entries.map(|(name, value)| (name.clone(), relation(value))).collect()
        }),
    }
}

fn upsert() -> WriteOptions {
    WriteOptions { upsert: true, ..WriteOptions::default() }
}

fn merge() -> WriteOptions {
    WriteOptions { merge: true, ..upsert() }
}

fn creating_missing() -> WriteOptions {
    WriteOptions { create_missing_related_entities: true, ..merge() }
}

fn json(text: &serde_json::value::RawValue) -> Value {
    serde_json::from_str(text.get()).expect("it is JSON")
}

fn post(store: &Store, blueprint: &str, body: Value, options: &WriteOptions) -> Result<Value, Refusal> {
    refusal(store.create_entity(blueprint, &draft(body), options, &writer())).map(|(entity, _)| json(&entity))
}

/// Writes an entity that must be accepted.
fn put(store: &Store, blueprint: &str, body: Value) -> Value {
    post(store, blueprint, body, &merge()).expect("it is taken")
}

fn get(store: &Store, blueprint: &str, identifier: &str) -> Result<Value, Refusal> {
    refusal(store.entity(blueprint, identifier, &Shape::default())).map(|entity| json(&entity))
}

fn refusal<T>(result: Result<T, Failure>) -> Result<T, Refusal> {
    result.map_err(|failure| match failure {
        Failure::Refused(refusal) => *refusal,
        Failure::Store(error) => panic!("the disk failed: {error}"),
    })
}

/// `404 not_found`.
fn code<T: std::fmt::Debug>(result: Result<T, Refusal>) -> String {
    let refusal = result.expect_err("it is refused");
    format!("{} {}", refusal.status, refusal.error)
}
