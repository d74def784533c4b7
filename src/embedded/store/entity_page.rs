//! What an entity's page shows in addition to the entity: its last writer and the entities that point to it. The API
//! returns neither.

use rusqlite::{OptionalExtension, Transaction, params};

use super::connection::Store;
use super::error::Failure;
use crate::catalog::wire::Refusal;

/// The number of entities that are named per relation.
const MAX_SOURCES: u32 = 20;

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntityDetails {
    /// The User-Agent of the last writer.
    pub datasource: String,
    /// The entities that point to it, by the name of the relation.
    pub incoming: Vec<IncomingRelations>,
}

/// The entities that point to this one by relations of one name, which several blueprints may have.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct IncomingRelations {
    pub relation: String,
    pub count: usize,
    /// The first of them.
    pub sources: Vec<RelatedEntity>,
}

#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RelatedEntity {
    pub blueprint: String,
    pub identifier: String,
    pub title: Option<String>,
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
            let mut relations = transaction
                .prepare_cached("SELECT relation, count(*) FROM links WHERE target = ?1 GROUP BY relation")?;
            let relations = relations.query_map(params![id], |row| Ok((row.get(0)?, row.get::<_, i64>(1)?)))?;
            let relations = relations.collect::<Result<Vec<(String, i64)>, _>>()?;
            let incoming = relations.into_iter().map(|(relation, count)| {
                let sources = sources(transaction, id, &relation)?;
                Ok(IncomingRelations { relation, count: usize::try_from(count).unwrap_or_default(), sources })
            });
            Ok(EntityDetails { datasource, incoming: incoming.collect::<Result<_, Failure>>()? })
        })
    }

    /// The titles of these entities of one blueprint, as far as they exist and have one.
    pub fn titles(&self, blueprint: &str, identifiers: &[&str]) -> Result<Vec<(String, String)>, Failure> {
        self.read(|transaction| {
            let mut select = transaction.prepare_cached(
                "SELECT entities.title FROM entities JOIN blueprints ON blueprints.id = entities.blueprint
                 WHERE blueprints.identifier = ?1 AND entities.identifier = ?2 AND entities.title IS NOT NULL",
            )?;
            let mut titles = Vec::new();
            for identifier in identifiers {
                let title = select.query_row(params![blueprint, identifier], |row| row.get(0)).optional()?;
                titles.extend(title.map(|title| ((*identifier).to_owned(), title)));
            }
            Ok(titles)
        })
    }
}

/// Rows come in the order of the index, so nothing is sorted, however many there are.
fn sources(transaction: &Transaction<'_>, target: i64, relation: &str) -> Result<Vec<RelatedEntity>, Failure> {
    let mut sources = transaction.prepare_cached(
        "SELECT blueprints.identifier, entities.identifier, entities.title FROM links
         JOIN entities ON entities.id = links.source
         JOIN blueprints ON blueprints.id = entities.blueprint
         WHERE links.target = ?1 AND links.relation = ?2 ORDER BY links.source LIMIT ?3",
    )?;
    let sources = sources.query_map(params![target, relation, MAX_SOURCES], |row| {
        Ok(RelatedEntity { blueprint: row.get(0)?, identifier: row.get(1)?, title: row.get(2)? })
    })?;
    Ok(sources.collect::<Result<_, _>>()?)
}
