//! Blueprint rows: the body and its metadata (id, version, timestamps). Every change increments the version; a
//! blueprint that was deleted and created again starts at a random version, so that a cached compilation of the old one
//! is never used.

use rusqlite::types::Type;
use rusqlite::{OptionalExtension, Row, Transaction, params};
use serde_json::{Map, Value};

use super::shape::COMPUTED;
use crate::catalog::wire::{Refusal, Writer};
use crate::domain::value::timestamp::Moment;
use crate::embedded::store::error::Failure;

const COLUMNS: &str = "id, identifier, body, system, entity_count, created_at, created_by, updated_at, updated_by";
/// The metadata keys: set by the catalog and ignored in a request body.
const RECORD: [&str; 4] = ["createdAt", "createdBy", "updatedAt", "updatedBy"];
/// The keys that every blueprint has, in the order of the API's answer.
const ORDER: [&str; 9] = [
    "identifier",
    "description",
    "title",
    "icon",
    "schema",
    "mirrorProperties",
    "calculationProperties",
    "aggregationProperties",
    "relations",
];

#[derive(Debug, Clone)]
pub(in crate::embedded::store) struct Stored {
    pub id: i64,
    pub identifier: String,
    pub body: Map<String, Value>,
    pub system: bool,
    pub entities: u64,
    created: (i64, String),
    updated: (i64, String),
}

impl Stored {
    fn of(row: &Row<'_>) -> rusqlite::Result<Self> {
        let body = match serde_json::from_str(row.get_ref(2)?.as_str()?) {
            Ok(Value::Object(body)) => body,
            Ok(_) => return Err(rusqlite::Error::InvalidColumnType(2, "body".to_owned(), Type::Text)),
            Err(error) => return Err(rusqlite::Error::FromSqlConversionFailure(2, Type::Text, Box::new(error))),
        };
        Ok(Self {
            id: row.get(0)?,
            identifier: row.get(1)?,
            body,
            system: row.get(3)?,
            entities: row.get::<_, i64>(4)?.try_into().unwrap_or(0),
            created: (row.get(5)?, row.get(6)?),
            updated: (row.get(7)?, row.get(8)?),
        })
    }

    /// The blueprint as the API returns it.
    pub(in crate::embedded::store) fn to_json(&self) -> Value {
        let mut body = self.body.clone();
        let at = |moment: i64| Value::from(Moment(moment).to_string());
        body.insert("createdAt".to_owned(), at(self.created.0));
        body.insert("createdBy".to_owned(), self.created.1.as_str().into());
        body.insert("updatedAt".to_owned(), at(self.updated.0));
        body.insert("updatedBy".to_owned(), self.updated.1.as_str().into());
        Value::Object(body)
    }
}

pub(in crate::embedded::store) fn find(
    transaction: &Transaction<'_>,
    identifier: &str,
) -> Result<Option<Stored>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM blueprints WHERE identifier = ?1");
    Ok(transaction.prepare_cached(&sql)?.query_row([identifier], Stored::of).optional()?)
}

pub(in crate::embedded::store) fn get(transaction: &Transaction<'_>, identifier: &str) -> Result<Stored, Failure> {
    find(transaction, identifier)?.ok_or_else(|| Refusal::not_found("Blueprint", "identifier", identifier).into())
}

/// All blueprints, sorted by identifier.
pub(in crate::embedded::store) fn all(transaction: &Transaction<'_>) -> Result<Vec<Stored>, Failure> {
    let sql = format!("SELECT {COLUMNS} FROM blueprints ORDER BY identifier");
    let mut statement = transaction.prepare_cached(&sql)?;
    let rows = statement.query_map([], Stored::of)?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// `body` is validated and complete.
pub(super) fn insert(
    transaction: &Transaction<'_>,
    body: &Map<String, Value>,
    system: bool,
    writer: &Writer,
) -> Result<Stored, Failure> {
    let identifier = identifier_of(body);
    transaction.execute(
        "INSERT INTO blueprints (identifier, body, system, version, created_at, created_by, updated_at, updated_by)
         VALUES (?1, ?2, ?3, random() & 1152921504606846975, ?4, ?5, ?4, ?5)",
        params![identifier, serde_text(body), system, writer.now.0, writer.id],
    )?;
    get(transaction, identifier)
}

pub(super) fn update(
    transaction: &Transaction<'_>,
    id: i64,
    body: &Map<String, Value>,
    writer: &Writer,
) -> Result<Stored, Failure> {
    let identifier = identifier_of(body);
    transaction.execute(
        "UPDATE blueprints SET identifier = ?2, body = ?3, version = version + 1, updated_at = ?4, updated_by = ?5
         WHERE id = ?1",
        params![id, identifier, serde_text(body), writer.now.0, writer.id],
    )?;
    get(transaction, identifier)
}

pub(super) fn delete(transaction: &Transaction<'_>, id: i64) -> Result<(), Failure> {
    transaction.execute("DELETE FROM blueprints WHERE id = ?1", [id])?;
    Ok(())
}

pub(super) fn identifier_of(body: &Map<String, Value>) -> &str {
    body.get("identifier").and_then(Value::as_str).unwrap_or_default()
}

fn serde_text(body: &Map<String, Value>) -> String {
    serde_json::to_string(body).expect("keys are texts and numbers are finite")
}

/// The body with every key that a blueprint has, in a fixed order, and without metadata.
pub(super) fn whole(mut body: Map<String, Value>) -> Map<String, Value> {
    for key in RECORD {
        body.remove(key);
    }
    let mut whole = Map::new();
    for key in ORDER {
        let value = body.remove(key);
        let needed = key == "relations" || key == "schema" || COMPUTED.contains(&key);
        match value {
            Some(value) => whole.insert(key.to_owned(), value),
            None if needed => whole.insert(key.to_owned(), Value::Object(Map::new())),
            None => None,
        };
    }
    whole.extend(body);
    if let Some(Value::Object(schema)) = whole.get_mut("schema") {
        schema.entry("properties").or_insert_with(|| Value::Object(Map::new()));
        schema.entry("required").or_insert_with(|| Value::Array(Vec::new()));
    }
    for relation in whole.get_mut("relations").and_then(Value::as_object_mut).into_iter().flat_map(Map::values_mut) {
        if let Value::Object(relation) = relation {
            relation.entry("required").or_insert(Value::Bool(false));
            relation.entry("many").or_insert(Value::Bool(false));
        }
    }
    whole
}
