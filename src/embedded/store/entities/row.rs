//! Entity rows, and the columns that every query of entities selects.

use rusqlite::{OptionalExtension, Transaction, params};

use crate::domain::entity::fields::Texts;
use crate::embedded::store::error::Failure;

#[derive(Debug, Clone, PartialEq, Eq)]
pub(in crate::embedded::store) struct Row {
    pub id: i64,
    /// The row id of the blueprint.
    pub blueprint: i64,
    pub identifier: String,
    pub texts: Texts<Option<String>>,
    /// JSON: a list.
    pub team: String,
    /// JSON: an object with the stored values only.
    pub properties: String,
    /// JSON: an object; relations that were never set are not in it.
    pub relations: String,
    pub protected: bool,
    /// The row id of the writer's User-Agent.
    pub datasource: i64,
    /// Milliseconds since 1970.
    pub created_at: i64,
    pub created_by: String,
    pub updated_at: i64,
    pub updated_by: String,
}

/// The columns that `Row::read` expects, from a table with the alias `e`.
macro_rules! columns {
    () => {
        "e.id, e.blueprint, e.identifier, e.title, e.icon, e.team, e.properties, e.relations, e.protected, \
         e.datasource, e.created_at, e.created_by, e.updated_at, e.updated_by"
    };
}
pub(in crate::embedded::store) use columns;

impl Row {
    pub fn read(row: &rusqlite::Row<'_>) -> rusqlite::Result<Self> {
        Ok(Self {
            id: row.get(0)?,
            blueprint: row.get(1)?,
            identifier: row.get(2)?,
            texts: Texts { title: row.get(3)?, icon: row.get(4)? },
            team: row.get(5)?,
            properties: row.get(6)?,
            relations: row.get(7)?,
            protected: row.get(8)?,
            datasource: row.get(9)?,
            created_at: row.get(10)?,
            created_by: row.get(11)?,
            updated_at: row.get(12)?,
            updated_by: row.get(13)?,
        })
    }

    pub fn find(transaction: &Transaction<'_>, blueprint: i64, identifier: &str) -> Result<Option<Self>, Failure> {
        let mut statement = transaction.prepare_cached(concat!(
            "SELECT ",
            columns!(),
            " FROM entities e WHERE e.blueprint = ?1 AND e.identifier = ?2"
        ))?;
        Ok(statement.query_row(params![blueprint, identifier], Self::read).optional()?)
    }
}

/// The row id of an entity, without reading the row.
pub(in crate::embedded::store) fn find_id(
    transaction: &Transaction<'_>,
    blueprint: i64,
    identifier: &str,
) -> Result<Option<i64>, Failure> {
    let mut statement =
        transaction.prepare_cached("SELECT id FROM entities WHERE blueprint = ?1 AND identifier = ?2")?;
    Ok(statement.query_row(params![blueprint, identifier], |row| row.get(0)).optional()?)
}
