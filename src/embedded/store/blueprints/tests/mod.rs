//! Tests of blueprints against real stores. Entities are inserted into the tables directly, because the subject is how
//! a changed blueprint affects them.

mod bodies;
mod entities;
mod following;

use std::sync::Arc;

use rusqlite::params;
use serde_json::{Value, json};

use crate::catalog::wire::{Refusal, Writer};
use crate::domain::value::timestamp::Moment;
use crate::embedded::store::{Failure, Store};

fn store() -> Store {
    Store::in_memory(Arc::new(|| Moment(1_700_000_000_000))).expect("a store in memory needs nothing")
}

fn writer() -> Writer {
    Writer { id: "client".to_owned(), user_agent: "test/1".to_owned(), now: Moment(1_700_000_000_000) }
}

fn create(store: &Store, body: Value) -> Value {
    store.create_blueprint(body, &writer()).expect("the body is legal")
}

fn refusal<T: std::fmt::Debug>(result: Result<T, Failure>) -> Refusal {
    match result.expect_err("it is refused") {
        Failure::Refused(refusal) => *refusal,
        Failure::Store(error) => panic!("{error}"),
    }
}

/// A blueprint without properties.
fn bare(identifier: &str) -> Value {
    json!({"identifier": identifier, "title": identifier, "schema": {"properties": {}}})
}

/// Inserts an entity and its links directly into the tables.
fn put(store: &Store, blueprint: &str, identifier: &str, properties: Value, relations: Value) {
    let done = store.write(|transaction| {
        transaction.execute("INSERT INTO datasources (text) VALUES ('test/1') ON CONFLICT DO NOTHING", [])?;
        transaction.execute(
            "INSERT INTO entities (blueprint, identifier, team, properties, relations, datasource, created_at,
                created_by, updated_at, updated_by)
             SELECT blueprints.id, ?2, '[]', ?3, ?4, datasources.id, 0, 'x', 0, 'x' FROM blueprints, datasources
             WHERE blueprints.identifier = ?1",
            params![blueprint, identifier, properties.to_string(), relations.to_string()],
        )?;
        let source = transaction.last_insert_rowid();
        for (relation, targets) in relations.as_object().expect("relations are an object") {
            let targets = match targets {
                Value::Array(targets) => targets.clone(),
                one => vec![one.clone()],
            };
            for (position, target) in targets.iter().filter_map(Value::as_str).enumerate() {
                transaction.execute(
                    "INSERT INTO links (source, relation, position, target)
                     SELECT ?1, ?2, ?3, id FROM entities WHERE identifier = ?4",
                    params![source, relation, i64::try_from(position).expect("there are few"), target],
                )?;
            }
        }
        Ok(())
    });
    done.expect("it can be stored");
}

/// The stored properties and relations.
fn stored(store: &Store, identifier: &str) -> (Value, Value) {
    let read = store.read(|transaction| {
        let texts = transaction.query_row(
            "SELECT properties, relations FROM entities WHERE identifier = ?1",
            [identifier],
            |row| Ok((row.get::<_, String>(0)?, row.get::<_, String>(1)?)),
        )?;
        Ok(texts)
    });
    let (properties, relations) = read.expect("the entity is there");
    let value = |text: &str| serde_json::from_str(text).expect("JSON is stored");
    (value(&properties), value(&relations))
}

/// `source relation target` of every link.
fn links(store: &Store) -> Vec<String> {
    let read = store.read(|transaction| {
        let mut statement = transaction.prepare(
            "SELECT s.identifier || ' ' || relation || ' ' || t.identifier FROM links
             JOIN entities s ON s.id = source JOIN entities t ON t.id = target ORDER BY 1",
        )?;
        let rows = statement.query_map([], |row| row.get(0))?;
        Ok(rows.collect::<Result<_, _>>()?)
    });
    read.expect("links can be read")
}
