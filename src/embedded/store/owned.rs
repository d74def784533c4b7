//! Lists the entities that a program wrote last by the index on datasources, so that the cost depends on the number owned,
//! not on the number stored; and changes who that is.

use std::sync::Arc;

use rusqlite::{OptionalExtension, params};

use super::connection::Store;
use super::entities::{datasource_id, existing};
use super::error::Failure;
use crate::domain::entity::{Datasource, EntityKey};

impl Store {
    /// The User-Agent of the last writer of an entity.
    pub fn datasource_of(&self, blueprint: &str, identifier: &str) -> Result<Option<String>, Failure> {
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT d.text FROM entities e JOIN blueprints b ON b.id = e.blueprint \
                 JOIN datasources d ON d.id = e.datasource WHERE b.identifier = ?1 AND e.identifier = ?2",
            )?;
            Ok(statement.query_row(params![blueprint, identifier], |row| row.get(0)).optional()?)
        })
    }

    /// The keys of all entities that were last written with this datasource, sorted.
    pub fn written_by(&self, datasource: &Datasource) -> Result<Vec<EntityKey>, Failure> {
        self.read(|transaction| {
            let mut sources = transaction.prepare_cached("SELECT id, text FROM datasources")?;
            let sources = sources.query_map([], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))?;
            let sources = sources.collect::<Result<Vec<_>, _>>()?;
            let mut keys = Vec::new();
            for (source, _) in sources.iter().filter(|(_, text)| datasource.is_in(text)) {
                let mut statement = transaction.prepare_cached(
                    "SELECT b.identifier, e.identifier FROM entities e JOIN blueprints b ON b.id = e.blueprint \
                     WHERE e.datasource = ?1 ORDER BY e.blueprint",
                )?;
                let mut rows = statement.query(params![source])?;
                let mut last: Option<Arc<str>> = None;
                while let Some(row) = rows.next()? {
                    let name = row.get_ref(0)?.as_str().map_err(rusqlite::Error::from)?;
                    let blueprint = last.take().filter(|last| last.as_ref() == name).unwrap_or_else(|| name.into());
                    keys.push(EntityKey {
                        blueprint: Arc::clone(&blueprint),
                        identifier: row.get::<_, String>(1)?.into(),
                    });
                    last = Some(blueprint);
                }
            }
            keys.sort();
            Ok(keys)
        })
    }

    /// Changes the datasource of all these entities or of none; content and times stay as they are.
    pub fn relabel_entities(&self, blueprint: &str, identifiers: &[&str], datasource: &str) -> Result<(), Failure> {
        self.write(|transaction| {
            let compiled = self.compiled(transaction, blueprint)?;
            let mut ids = Vec::with_capacity(identifiers.len());
            for identifier in identifiers {
                ids.push(existing(transaction, &compiled, identifier)?.id);
            }
            let datasource = datasource_id(transaction, datasource)?;
            let mut update = transaction.prepare_cached("UPDATE entities SET datasource = ?2 WHERE id = ?1")?;
            for id in ids {
                update.execute(params![id, datasource])?;
            }
            Ok(())
        })
    }

    /// Every datasource that wrote an entity which still exists, with the blueprints of these entities, sorted.
    pub fn datasources(&self) -> Result<Vec<(String, Vec<String>)>, Failure> {
        self.read(|transaction| {
            let mut statement = transaction.prepare_cached(
                "SELECT DISTINCT d.text, b.identifier FROM entities e JOIN datasources d ON d.id = e.datasource \
                 JOIN blueprints b ON b.id = e.blueprint ORDER BY d.text, b.identifier",
            )?;
            let mut rows = statement.query([])?;
            let mut all: Vec<(String, Vec<String>)> = Vec::new();
            while let Some(row) = rows.next()? {
                let (text, blueprint): (String, String) = (row.get(0)?, row.get(1)?);
                match all.last_mut() {
                    Some((last, blueprints)) if *last == text => blueprints.push(blueprint),
                    Some(_) | None => all.push((text, vec![blueprint])),
                }
            }
            Ok(all)
        })
    }
}
