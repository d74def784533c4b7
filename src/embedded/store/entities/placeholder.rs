//! Placeholder entities: those that a snapshot mentions only as targets of relations. They have only an identifier,
//! even if their blueprint requires more, like targets created by `create_missing_related_entities`.

use rusqlite::params;

use super::row::find_id;
use super::write::datasource_id;
use crate::catalog::wire::Writer;
use crate::domain::entity::identifier::check_entity_identifier;
use crate::embedded::store::connection::Store;
use crate::embedded::store::error::Failure;

impl Store {
    /// Whether at least one of them does not exist.
    pub fn lacks_any<'i>(&self, blueprint: &str, identifiers: impl Iterator<Item = &'i str>) -> Result<bool, Failure> {
        self.read(|transaction| {
            let compiled = self.compiled(transaction, blueprint)?;
            for identifier in identifiers {
                let is_new = find_id(transaction, compiled.id, identifier)?.is_none();
                if is_new && check_entity_identifier(identifier).is_ok() {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// Creates the missing ones; returns their number.
    pub fn create_placeholders<'i>(
        &self,
        blueprint: &str,
        identifiers: impl Iterator<Item = &'i str>,
        writer: &Writer,
    ) -> Result<usize, Failure> {
        self.write(|transaction| {
            let compiled = self.compiled(transaction, blueprint)?;
            let datasource = datasource_id(transaction, &writer.user_agent)?;
            let mut insert = transaction.prepare_cached(
                "INSERT INTO entities (blueprint, identifier, team, properties, relations, datasource, \
                 created_at, created_by, updated_at, updated_by) VALUES (?1, ?2, '[]', '{}', '{}', ?3, ?4, ?5, ?4, ?5)",
            )?;
            let mut made = 0;
            for identifier in identifiers {
                let is_new = find_id(transaction, compiled.id, identifier)?.is_none();
                if is_new && check_entity_identifier(identifier).is_ok() {
                    made += insert.execute(params![compiled.id, identifier, datasource, writer.now.0, writer.id])?;
                }
            }
            Ok(made)
        })
    }
}
