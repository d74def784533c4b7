//! Updates the relations of entities when their target is renamed or deleted. Links refer to row ids, so a rename
//! changes only the JSON.

use std::collections::{HashMap, HashSet};

use rusqlite::{Transaction, params};
use serde_json::Value;

use crate::embedded::store::entities::upsert::stored_map;
use crate::embedded::store::error::Failure;

/// Replaces the old identifier of a target in all entities that point to it.
pub(super) fn rename_in_sources(
    transaction: &Transaction<'_>,
    target: i64,
    old: &str,
    new: &str,
) -> Result<(), Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT l.source, l.relation, e.relations FROM links l JOIN entities e ON e.id = l.source \
         WHERE l.target = ?1 GROUP BY l.source, l.relation ORDER BY l.source",
    )?;
    let rows = statement.query_map(params![target], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)))?;
    let pointing = rows.collect::<Result<Vec<(i64, String, String)>, _>>()?;
    let mut write = transaction.prepare_cached("UPDATE entities SET relations = ?2 WHERE id = ?1")?;
    for of_source in pointing.chunk_by(|one, other| one.0 == other.0) {
        let Some((source, _, relations)) = of_source.first() else { continue };
        let mut relations = stored_map(relations)?;
        for (_, relation, _) in of_source {
            let Some(value) = relations.get_mut(relation) else { continue };
            let names: &mut [Value] = match value {
                Value::Array(names) => names,
                one => std::slice::from_mut(one),
            };
            for name in names.iter_mut().filter(|name| name.as_str() == Some(old)) {
                *name = new.into();
            }
        }
        write.execute(params![source, Value::Object(relations).to_string()])?;
    }
    Ok(())
}

/// Removes the targets `gone` from `sources`: a single relation becomes null, a list loses them.
pub(super) fn forget_target(
    transaction: &Transaction<'_>,
    sources: &HashSet<i64>,
    gone: &HashSet<i64>,
) -> Result<(), Failure> {
    let mut ids = sources.iter().copied().collect::<Vec<_>>();
    ids.sort_unstable();
    let mut statement = transaction.prepare_cached("SELECT relations FROM entities WHERE id = ?1")?;
    let mut write = transaction.prepare_cached("UPDATE entities SET relations = ?2 WHERE id = ?1")?;
    let mut clear = transaction.prepare_cached("DELETE FROM links WHERE source = ?1 AND relation = ?2")?;
    let mut link =
        transaction.prepare_cached("INSERT INTO links (source, relation, position, target) VALUES (?1, ?2, ?3, ?4)")?;
    for source in ids {
        let text: String = statement.query_row(params![source], |row| row.get(0))?;
        let mut relations = stored_map(&text)?;
        for (relation, targets) in links_of(transaction, source)? {
            if !targets.iter().any(|(_, id)| gone.contains(id)) {
                continue;
            }
            let stay = targets.into_iter().filter(|(_, id)| !gone.contains(id)).collect::<Vec<_>>();
            clear.execute(params![source, relation])?;
            for (position, (_, id)) in stay.iter().enumerate() {
                link.execute(params![source, relation, i64::try_from(position).unwrap_or(i64::MAX), id])?;
            }
            if let Some(value) = relations.get_mut(&relation) {
                *value = match value {
                    Value::Array(_) => stay.into_iter().map(|(name, _)| Value::from(name)).collect(),
                    Value::Null | Value::Bool(_) | Value::Number(_) | Value::String(_) | Value::Object(_) => {
                        Value::Null
                    }
                };
            }
        }
        write.execute(params![source, Value::Object(relations).to_string()])?;
    }
    Ok(())
}

/// The targets of each relation of one entity, as identifier and row id.
fn links_of(transaction: &Transaction<'_>, source: i64) -> Result<HashMap<String, Vec<(String, i64)>>, Failure> {
    let mut statement = transaction.prepare_cached(
        "SELECT l.relation, e.identifier, e.id FROM links l JOIN entities e ON e.id = l.target \
         WHERE l.source = ?1 ORDER BY l.relation, l.position",
    )?;
    let mut links: HashMap<String, Vec<(String, i64)>> = HashMap::new();
    let mut rows = statement.query(params![source])?;
    while let Some(row) = rows.next()? {
        links.entry(row.get(0)?).or_default().push((row.get(1)?, row.get(2)?));
    }
    Ok(links)
}
