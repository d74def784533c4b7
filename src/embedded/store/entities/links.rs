//! The table of links between entities, kept in step with their relations.

use rusqlite::{Transaction, params};

use crate::embedded::store::error::Failure;

/// The target of a relation.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Target {
    Known(i64),
    /// The entity that is being written.
    Itself,
    /// To be created with only its identifier.
    Placeholder {
        blueprint: i64,
        identifier: String,
    },
}

/// A relation whose targets change.
#[derive(Debug)]
pub(super) struct Relink {
    pub relation: String,
    /// The relation had targets before.
    pub had: bool,
    pub targets: Vec<Target>,
}

/// Replaces the targets of a relation of `source`.
pub(super) fn relink(
    transaction: &Transaction<'_>,
    source: i64,
    relink: &Relink,
    mut bare: impl FnMut(i64, &str) -> Result<i64, Failure>,
) -> Result<(), Failure> {
    if relink.had {
        let mut delete = transaction.prepare_cached("DELETE FROM links WHERE source = ?1 AND relation = ?2")?;
        delete.execute(params![source, relink.relation])?;
    }
    let mut insert =
        transaction.prepare_cached("INSERT INTO links (source, relation, position, target) VALUES (?1, ?2, ?3, ?4)")?;
    for (position, target) in relink.targets.iter().enumerate() {
        let target = match target {
            Target::Known(id) => *id,
            Target::Itself => source,
            Target::Placeholder { blueprint, identifier } => bare(*blueprint, identifier)?,
        };
        insert.execute(params![source, relink.relation, i64::try_from(position).unwrap_or(i64::MAX), target])?;
    }
    Ok(())
}
