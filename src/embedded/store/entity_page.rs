//! What an entity's page shows in addition to the entity: its last writer and the entities that point to it. The API
//! returns neither.

use rusqlite::{OptionalExtension, params};

use super::connection::Store;
use super::error::Failure;
use crate::catalog::wire::Refusal;

/// As many as a person looks at.
const MAX_SOURCES: u32 = 200;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityDetails {
    /// The User-Agent of the last writer.
    pub datasource: String,
    pub sources: Vec<IncomingRelation>,
    /// More entities point to it than are listed.
    pub has_more: bool,
}

/// An entity that points to this one.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingRelation {
    pub blueprint: String,
    pub identifier: String,
    pub title: Option<String>,
    pub relation: String,
}

impl Store {
    pub fn entity_details(&self, blueprint: &str, identifier: &str) -> Result<EntityDetails, Failure> {
        self.read(|transaction| {
            let mut found = transaction.prepare_cached(
                "SELECT entities.id, datasources.text FROM entities
                 JOIN blueprints ON blueprints.id = entities.blueprint
                 JOIN datasources ON datasources.id = entities.datasource
                 WHERE blueprints.identifier = ?1 AND entities.identifier = ?2",
            )?;
            let found = found
                .query_row(params![blueprint, identifier], |row| Ok((row.get::<_, i64>(0)?, row.get(1)?)))
                .optional()?;
            let Some((id, datasource)) = found else {
                return Err(Refusal::not_found("Entity", "identifier", identifier).into());
            };
            // Rows come in index order, so nothing is sorted, however many there are.
            let mut sources = transaction.prepare_cached(
                "SELECT blueprints.identifier, entities.identifier, entities.title, links.relation FROM links
                 JOIN entities ON entities.id = links.source
                 JOIN blueprints ON blueprints.id = entities.blueprint
                 WHERE links.target = ?1 ORDER BY links.relation, links.source LIMIT ?2",
            )?;
            let sources = sources.query_map(params![id, MAX_SOURCES + 1], |row| {
                Ok(IncomingRelation {
                    blueprint: row.get(0)?,
                    identifier: row.get(1)?,
                    title: row.get(2)?,
                    relation: row.get(3)?,
                })
            })?;
            let mut sources = sources.collect::<Result<Vec<_>, _>>()?;
            let has_more = sources.len() > MAX_SOURCES as usize;
            sources.truncate(MAX_SOURCES as usize);
            Ok(EntityDetails { datasource, sources, has_more })
        })
    }
}
