//! Records what an update changes, for the history on an entity's page. Only the last updates are kept, and of a long
//! value only its length.

use rusqlite::{Transaction, params};
use serde_json::{Map, Value};

use super::row::Row;
use super::upsert::{EntityState, stored_map};
use crate::catalog::wire::Writer;
use crate::domain::entity::fields::TextField;
use crate::embedded::store::error::Failure;
use crate::embedded::store::history::{FieldUpdate, StoredValue};

/// The number of updates that are kept per entity.
const MAX_UPDATES: u32 = 50;
/// The number of fields that are recorded per update.
const MAX_FIELDS: usize = 50;

/// Records the update of `row` to `state`, unless it changes nothing.
pub(super) fn record_changes(
    transaction: &Transaction<'_>,
    row: &Row,
    state: &EntityState,
    datasource: i64,
    writer: &Writer,
) -> Result<(), Failure> {
    let changes = changes(transaction, row, state, datasource)?;
    if changes.is_empty() {
        return Ok(());
    }
    let text = serde_json::to_string(&changes).expect("texts and values always have a JSON form");
    let mut insert = transaction
        .prepare_cached("INSERT INTO history (entity, at, by, datasource, changes) VALUES (?1, ?2, ?3, ?4, ?5)")?;
    insert.execute(params![row.id, writer.now.0, writer.id, datasource, text])?;
    let mut forget = transaction.prepare_cached(
        "DELETE FROM history WHERE entity = ?1 AND id <= \
         (SELECT id FROM history WHERE entity = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)",
    )?;
    forget.execute(params![row.id, MAX_UPDATES])?;
    Ok(())
}

fn changes(
    transaction: &Transaction<'_>,
    row: &Row,
    state: &EntityState,
    datasource: i64,
) -> Result<Vec<FieldUpdate>, Failure> {
    let mut changes = Vec::new();
    if row.identifier != state.identifier {
        changes.push(FieldUpdate::text("identifier", Some(&row.identifier), Some(&state.identifier)));
    }
    for field in TextField::ALL {
        let (before, after) = (row.texts[field].as_deref(), state.texts[field].as_deref());
        if before != after {
            changes.push(FieldUpdate::text(field.key(), before, after));
        }
    }
    if row.team != state.team {
        let team = |text: &str| StoredValue::of(serde_json::from_str(text).unwrap_or(Value::Null));
        changes.push(FieldUpdate { field: "team".to_owned(), before: team(&row.team), after: team(&state.team) });
    }
    for (prefix, before, after) in
        [("properties", &row.properties, &state.properties), ("relations", &row.relations, &state.relations)]
    {
        if before != after {
            add_differences(prefix, &stored_map(before)?, &stored_map(after)?, &mut changes);
        }
    }
    if row.datasource != datasource {
        let mut select = transaction.prepare_cached("SELECT text FROM datasources WHERE id = ?1")?;
        let mut text = |id: i64| select.query_row(params![id], |row| row.get::<_, String>(0));
        let (before, after) = (text(row.datasource)?, text(datasource)?);
        changes.push(FieldUpdate::text("datasource", Some(&before), Some(&after)));
    }
    changes.truncate(MAX_FIELDS);
    Ok(changes)
}

/// Adds the keys whose values differ; an absent value is null.
fn add_differences(
    prefix: &str,
    before: &Map<String, Value>,
    after: &Map<String, Value>,
    changes: &mut Vec<FieldUpdate>,
) {
    let added = after.keys().filter(|name| !before.contains_key(*name));
    for name in before.keys().chain(added) {
        let (old, new) = (before.get(name).unwrap_or(&Value::Null), after.get(name).unwrap_or(&Value::Null));
        if old != new {
            let (before, after) = (StoredValue::of(old.clone()), StoredValue::of(new.clone()));
            changes.push(FieldUpdate { field: format!("{prefix}.{name}"), before, after });
        }
    }
}
