//! Searches inside writes: entities that are identified by their properties.

use rusqlite::Transaction;
use serde_json::Value;

use crate::embedded::api::SearchQuery;
use crate::embedded::store::compiled_blueprint::CompiledBlueprint;
use crate::embedded::store::connection::Store;
use crate::embedded::store::error::Failure;

/// The maximum number of targets that a relation's search returns.
pub(super) const MAX_TARGETS: usize = 100;

#[derive(Debug)]
pub(super) struct Hit {
    pub identifier: String,
}

/// The first `limit` entities of the blueprint that match, sorted by identifier.
pub(super) fn hits(
    store: &Store,
    transaction: &Transaction<'_>,
    blueprint: &CompiledBlueprint,
    query: &Value,
    limit: usize,
) -> Result<Vec<Hit>, Failure> {
    let query = SearchQuery::parse_in_write(query)?;
    let rows = store.matching(transaction, blueprint, &query, limit)?;
    Ok(rows.into_iter().map(|row| Hit { identifier: row.identifier }).collect())
}
