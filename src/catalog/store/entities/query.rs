//! Searches inside writes: an entity that is named by what it is like.

use rusqlite::Transaction;
use serde_json::Value;

use crate::catalog::store::compiled::Compiled;
use crate::catalog::store::connection::Store;
use crate::catalog::store::error::Failure;
use crate::catalog::wire::Refusal;

/// The most entities that a relation's search gives.
pub(super) const MOST: usize = 100;

#[derive(Debug)]
pub(super) struct Hit {
    pub identifier: String,
}

/// The first `limit` entities of the blueprint that the search finds, sorted by identifier.
pub(super) fn hits(
    _store: &Store,
    _transaction: &Transaction<'_>,
    _blueprint: &Compiled,
    _query: &Value,
    _limit: usize,
) -> Result<Vec<Hit>, Failure> {
    Err(Refusal::invalid("search queries inside writes are not supported").into())
}
