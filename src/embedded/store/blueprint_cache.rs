//! Caches compiled blueprints. Another process may change a blueprint, so every transaction checks its version.

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use rusqlite::{OptionalExtension, Transaction, params};

use super::compiled_blueprint::CompiledBlueprint;
use super::error::{Failure, StoreError};

/// The compiled blueprints, by identifier.
#[derive(Debug, Default)]
pub(super) struct BlueprintCache(Mutex<CacheState>);

#[derive(Debug, Default)]
struct CacheState {
    known: HashMap<String, (u64, Arc<CompiledBlueprint>)>,
    /// The number of blueprints cached so far.
    puts: u64,
}

impl BlueprintCache {
    fn lock(&self) -> MutexGuard<'_, CacheState> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn get(&self, identifier: &str) -> Option<Arc<CompiledBlueprint>> {
        self.lock().known.get(identifier).map(|(_, compiled)| Arc::clone(compiled))
    }

    fn put(&self, compiled: &Arc<CompiledBlueprint>) {
        let mut state = self.lock();
        state.puts += 1;
        let entry = (state.puts, Arc::clone(compiled));
        state.known.insert(compiled.identifier().to_owned(), entry);
    }

    /// Drops a blueprint that was deleted or renamed. A transaction that still sees it compiles it again.
    pub(super) fn forget(&self, identifier: &str) {
        self.lock().known.remove(identifier);
    }

    /// The position of a new transaction, for `forget_since`.
    pub(super) fn mark(&self) -> u64 {
        self.lock().puts
    }

    /// Drops what a rolled-back transaction cached: the next one may use the same version number for another body.
    pub(super) fn forget_since(&self, mark: u64) {
        self.lock().known.retain(|_, (put, _)| *put <= mark);
    }

    /// The blueprint as this transaction sees it.
    pub(super) fn find(
        &self,
        transaction: &Transaction<'_>,
        identifier: &str,
    ) -> Result<Option<Arc<CompiledBlueprint>>, Failure> {
        let mut select = transaction.prepare_cached("SELECT id, version FROM blueprints WHERE identifier = ?1")?;
        let row = select.query_row(params![identifier], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, i64>(1)?)));
        let Some((id, version)) = row.optional()? else {
            self.forget(identifier);
            return Ok(None);
        };
        if let Some(known) = self.get(identifier).filter(|known| known.id == id && known.version == version) {
            return Ok(Some(known));
        }
        let mut select = transaction.prepare_cached("SELECT body, system FROM blueprints WHERE id = ?1")?;
        let (body, system) =
            select.query_row(params![id], |row| Ok((row.get::<_, String>(0)?, row.get::<_, bool>(1)?)))?;
        let body = serde_json::from_str(&body).map_err(|error| StoreError::Damaged {
            what: format!("the blueprint `{identifier}` cannot be read: {error}"),
        })?;
        let compiled = Arc::new(CompiledBlueprint::new(id, version, system, body)?);
        self.put(&compiled);
        Ok(Some(compiled))
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use crate::catalog::wire::Writer;
    use crate::embedded::store::{Store, system_clock};

    #[test]
    fn what_is_gone_is_not_kept() {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("catalog.db");
        let open = || Store::open(&path, system_clock()).expect("it opens");
        let (one, other) = (open(), open());
        let writer = Writer { id: "tester".to_owned(), user_agent: "tests".to_owned(), now: one.now() };
        let is_known = |store: &Store| store.cache().get("service").is_some();
        for remover in [&one, &other] {
            let body = json!({"identifier": "service", "title": "Service", "schema": {"properties": {}}});
            one.create_blueprint(body, &writer).expect("it is taken");
            assert_eq!(one.count("service").expect("it is there"), 0);
            assert!(is_known(&one));
            remover.delete_blueprint("service", &writer).expect("it is empty");
            assert!(one.count("service").is_err());
            assert!(!is_known(&one));
        }
    }
}
