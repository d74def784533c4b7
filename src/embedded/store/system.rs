//! The platform's system blueprints: they always exist, can be extended, and cannot be reshaped or deleted.

use rusqlite::{Transaction, params};

use crate::domain::blueprint::system::{SYSTEM_BLUEPRINTS, structure};

/// The creation date of the system blueprints: when the platform introduced them.
const SYSTEM_CREATED_AT: i64 = 1_736_812_800_000;
const SYSTEM_WRITER: &str = "system";

/// Inserts missing system blueprints; a file may be older than this list.
pub(super) fn seed(transaction: &Transaction<'_>) -> rusqlite::Result<()> {
    let mut insert = transaction.prepare(
        "INSERT INTO blueprints (identifier, body, system, created_at, created_by, updated_at, updated_by)
         VALUES (?1, ?2, 1, ?3, ?4, ?3, ?4) ON CONFLICT (identifier) DO NOTHING",
    )?;
    for body in SYSTEM_BLUEPRINTS.into_iter().filter_map(structure) {
        insert.execute(params![body["identifier"].as_str(), body.to_string(), SYSTEM_CREATED_AT, SYSTEM_WRITER])?;
    }
    Ok(())
}
