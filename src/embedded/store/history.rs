//! The history of an entity: what each of its last updates changed. The creation is in the entity itself.

use rusqlite::params;
use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::connection::Store;
use super::error::{Failure, StoreError};
use crate::domain::value::timestamp::Moment;

/// Values whose JSON is longer are not kept.
const MAX_VALUE_BYTES: usize = 300;

/// One update that changed something.
#[derive(Debug, Clone, PartialEq)]
pub struct Update {
    pub at: Moment,
    pub by: String,
    /// The User-Agent of the writer.
    pub datasource: String,
    pub changes: Vec<FieldUpdate>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct FieldUpdate {
    /// `title`, `properties.tier`, `relations.domain`, or `datasource`.
    pub field: String,
    pub before: StoredValue,
    pub after: StoredValue,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum StoredValue {
    Whole(Value),
    /// The length of a value that was too long to keep.
    Bytes(usize),
}

impl StoredValue {
    pub(super) fn of(value: Value) -> Self {
        let length = match &value {
            Value::String(text) => text.len(),
            other => other.to_string().len(),
        };
        if length > MAX_VALUE_BYTES { Self::Bytes(length) } else { Self::Whole(value) }
    }
}

impl FieldUpdate {
    pub(super) fn text(field: &str, before: Option<&str>, after: Option<&str>) -> Self {
        let value = |text: Option<&str>| StoredValue::of(text.map_or(Value::Null, Value::from));
        Self { field: field.to_owned(), before: value(before), after: value(after) }
    }
}

impl Store {
    /// The last updates of an entity, the newest first. An entity that does not exist has none.
    pub fn updates(&self, blueprint: &str, identifier: &str) -> Result<Vec<Update>, Failure> {
        self.read(|transaction| {
            let mut select = transaction.prepare_cached(
                "SELECT h.at, h.by, d.text, h.changes FROM history h
                 JOIN entities e ON e.id = h.entity JOIN blueprints b ON b.id = e.blueprint
                 JOIN datasources d ON d.id = h.datasource
                 WHERE b.identifier = ?1 AND e.identifier = ?2 ORDER BY h.id DESC",
            )?;
            let mut rows = select.query(params![blueprint, identifier])?;
            let mut updates = Vec::new();
            while let Some(row) = rows.next()? {
                let changes = serde_json::from_str(row.get_ref(3)?.as_str().map_err(rusqlite::Error::from)?)
                    .map_err(|error| StoreError::Damaged { what: format!("a history cannot be read: {error}") })?;
                let (at, by, datasource) = (Moment(row.get(0)?), row.get(1)?, row.get(2)?);
                updates.push(Update { at, by, datasource, changes });
            }
            Ok(updates)
        })
    }
}
