//! Brings the file of a store to the current format, with the system blueprints and the organisation that every store has.

use std::path::Path;

use rusqlite::{Connection, Transaction, TransactionBehavior, params};

use super::error::StoreError;
use crate::domain::blueprint::system::{SYSTEM_BLUEPRINTS, structure};

/// The migrations of the file format, in order. The number of applied migrations is the version of the file.
const MIGRATIONS: [&str; 3] = [include_str!("schema.sql"), include_str!("mask_key.sql"), include_str!("pages.sql")];
/// The creation date of the system blueprints: when the platform introduced them.
const SYSTEM_CREATED_AT: i64 = 1_736_812_800_000;
const SYSTEM_WRITER: &str = "system";

pub(super) fn migrate(connection: &mut Connection, path: &Path) -> Result<(), StoreError> {
    let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
    let found: u32 = transaction.pragma_query_value(None, "user_version", |row| row.get(0))?;
    let known = u32::try_from(MIGRATIONS.len()).expect("there are few");
    if found > known {
        return Err(StoreError::Newer { path: path.to_owned(), found, known });
    }
    for step in MIGRATIONS.iter().skip(found as usize) {
        transaction.execute_batch(step)?;
    }
    insert_system_blueprints(&transaction)?;
    insert_organization(&transaction)?;
    transaction.pragma_update(None, "user_version", known)?;
    transaction.commit()?;
    Ok(())
}

/// Inserts missing system blueprints; a file may be older than this list.
fn insert_system_blueprints(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO blueprints (identifier, body, system, created_at, created_by, updated_at, updated_by)
         VALUES (?1, ?2, 1, ?3, ?4, ?3, ?4) ON CONFLICT (identifier) DO NOTHING",
    )?;
    for body in SYSTEM_BLUEPRINTS.into_iter().filter_map(structure) {
        insert.execute(params![body["identifier"].as_str(), body.to_string(), SYSTEM_CREATED_AT, SYSTEM_WRITER])?;
    }
    Ok(())
}

/// Creates the organisation of a new store.
fn insert_organization(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    transaction.execute(
        "INSERT INTO organization (id, body) VALUES (1, json_object(
            'id', 'org_' || lower(hex(randomblob(8))), 'name', 'portolan', 'isOnboarded', json('true'),
            'settings', json('{}'), 'featureFlags', json('[]')
         )) ON CONFLICT DO NOTHING",
        [],
    )?;
    Ok(())
}
