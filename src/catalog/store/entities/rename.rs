//! A new identifier: those who point to the entity say its new name. The links themselves point to rows and stay.

use rusqlite::{Transaction, params};
use serde_json::Value;

use super::settle::stored_map;
use crate::catalog::store::error::Failure;

pub(super) fn rename_in_sources(
    transaction: &Transaction<'_>,
    target: i64,
    old: &str,
    new: &str,
) -> Result<(), Failure> {
    rewrite_sources(transaction, target, |value| {
        let names: &mut [Value] = match value {
            Value::Array(names) => names,
            other => std::slice::from_mut(other),
        };
        for name in names.iter_mut().filter(|name| name.as_str() == Some(old)) {
            *name = new.into();
        }
    })
}

/// Changes what the sources of `target` say of the relations by which they point to it.
pub(super) fn rewrite_sources(
    transaction: &Transaction<'_>,
    target: i64,
    change: impl Fn(&mut Value),
) -> Result<(), Failure> {
    let mut asked = transaction.prepare_cached(
        "SELECT DISTINCT l.source, l.relation, e.relations FROM links l JOIN entities e ON e.id = l.source \
         WHERE l.target = ?1 ORDER BY l.source",
    )?;
    let mut write = transaction.prepare_cached("UPDATE entities SET relations = ?2 WHERE id = ?1")?;
    let rows = asked.query_map(params![target], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let pointing = rows.collect::<Result<Vec<(i64, String, String)>, _>>()?;
    for of_source in pointing.chunk_by(|one, other| one.0 == other.0) {
        let Some((source, _, relations)) = of_source.first() else { continue };
        let mut relations = stored_map(relations)?;
        for (_, relation, _) in of_source {
            relations.get_mut(relation).into_iter().for_each(&change);
        }
        write.execute(params![source, Value::Object(relations).to_string()])?;
    }
    Ok(())
}
