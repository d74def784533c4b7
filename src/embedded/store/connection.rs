//! The SQLite file and its connections: one writer, and as many readers as needed. SQLite allows one process to write
//! at a time; other writers wait, and readers see the state before or after a write.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use rusqlite::backup::Backup;
use rusqlite::{Connection, ErrorCode, OpenFlags, Transaction, TransactionBehavior};

use super::blueprint_cache::BlueprintCache;
use super::compiled_blueprint::CompiledBlueprint;
use super::error::{Failure, StoreError};
use super::list_query::Listings;
use super::migrations::migrate;
use super::time_limit;
use crate::catalog::wire::Refusal;
use crate::domain::value::timestamp::Moment;

/// The current time; tests freeze it.
pub type Clock = Arc<dyn Fn() -> Moment + Send + Sync>;

/// The system clock.
pub fn system_clock() -> Clock {
    Arc::new(|| {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Moment(i64::try_from(since.as_millis()).unwrap_or(i64::MAX))
    })
}

/// How long a writer waits for the others.
const BUSY_TIMEOUT: Duration = Duration::from_secs(30);
/// The pause between two attempts where SQLite itself does not wait.
const RETRY_PAUSE: Duration = Duration::from_millis(10);
/// The number of idle readers that are kept; more are opened under load and closed again.
const MAX_IDLE_READERS: usize = 4;
/// Page cache per connection, in KiB. The writer rereads what it has just written.
const WRITER_CACHE: i32 = 16_000;
const READER_CACHE: i32 = 2_000;

/// A handle to a store; clones share the store.
#[derive(Clone)]
pub struct Store {
    shared: Arc<Shared>,
}

struct Shared {
    path: Option<PathBuf>,
    writer: Mutex<Connection>,
    /// Idle readers. A store in memory has none: its only connection is the writer.
    readers: Mutex<Vec<Connection>>,
    clock: Clock,
    cache: BlueprintCache,
    listings: Listings,
}

impl fmt::Debug for Store {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Store").field("path", &self.shared.path).finish_non_exhaustive()
    }
}

impl Store {
    /// Opens or creates the file and its folder.
    pub fn open(path: &Path, clock: Clock) -> Result<Self, StoreError> {
        if let Some(folder) = path.parent().filter(|folder| !folder.as_os_str().is_empty()) {
            let failed = |source| StoreError::Folder { path: folder.to_owned(), source };
            std::fs::create_dir_all(folder).map_err(failed)?;
        }
        let failed = |source| StoreError::opening(path, source);
        let mut writer = Connection::open(path).map_err(failed)?;
        prepare(&mut writer, WRITER_CACHE).map_err(failed)?;
        enable_wal(&writer).map_err(failed)?;
        migrate(&mut writer, path)?;
        Ok(Self::of(writer, Some(path.to_owned()), clock))
    }

    /// A store that exists as long as its last handle.
    pub fn in_memory(clock: Clock) -> Result<Self, StoreError> {
        let mut writer = Connection::open_in_memory()?;
        prepare(&mut writer, WRITER_CACHE)?;
        migrate(&mut writer, Path::new(":memory:"))?;
        Ok(Self::of(writer, None, clock))
    }

    /// A copy of this store in memory. The two are independent from then on.
    pub fn copy(&self) -> Result<Self, StoreError> {
        let mut copy = Connection::open_in_memory()?;
        Backup::new(&lock(&self.shared.writer), &mut copy)?.run_to_completion(i32::MAX, RETRY_PAUSE, None)?;
        prepare(&mut copy, WRITER_CACHE)?;
        Ok(Self::of(copy, None, Arc::clone(&self.shared.clock)))
    }

    fn of(writer: Connection, path: Option<PathBuf>, clock: Clock) -> Self {
        let shared = Shared {
            path,
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            clock,
            cache: BlueprintCache::default(),
            listings: Listings::default(),
        };
        Self { shared: Arc::new(shared) }
    }

    /// `None`: the store is in memory.
    pub fn path(&self) -> Option<&Path> {
        self.shared.path.as_deref()
    }

    pub fn now(&self) -> Moment {
        (self.shared.clock)()
    }

    /// Runs `work` on one consistent state of the store, without writing.
    pub(super) fn read<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        time_limit::begin_transaction();
        let Some(path) = &self.shared.path else {
            let mut writer = lock(&self.shared.writer);
            return work(&writer.transaction()?);
        };
        let idle = lock(&self.shared.readers).pop();
        let mut reader = match idle {
            Some(reader) => reader,
            None => {
                let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
                let mut reader = Connection::open_with_flags(path, flags)?;
                prepare(&mut reader, READER_CACHE)?;
                reader
            }
        };
        let result = work(&reader.transaction()?);
        let mut idle = lock(&self.shared.readers);
        if idle.len() < MAX_IDLE_READERS {
            idle.push(reader);
        }
        result
    }

    /// Runs `work` in one transaction: if it fails, nothing is written.
    pub(super) fn write<T>(&self, work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>) -> Result<T, Failure> {
        self.transact(work, |transaction| {
            transaction.prepare_cached("UPDATE content SET revision = revision + 1")?.execute([])?;
            transaction.commit()
        })
    }

    /// Runs `work` like `write`, then rolls it back.
    pub(super) fn write_and_undo<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
    ) -> Result<T, Failure> {
        let mark = self.shared.cache.mark();
        let result = self.transact(work, |transaction| transaction.rollback());
        self.shared.cache.forget_since(mark);
        result
    }

    fn transact<T>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<T, Failure>,
        end: impl FnOnce(Transaction<'_>) -> rusqlite::Result<()>,
    ) -> Result<T, Failure> {
        let mut writer = lock(&self.shared.writer);
        time_limit::begin_transaction();
        let mark = self.shared.cache.mark();
        let transaction = writer.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let result = work(&transaction).and_then(|value| {
            end(transaction)?;
            Ok(value)
        });
        if result.is_err() {
            self.shared.cache.forget_since(mark);
        }
        result
    }

    pub(super) fn listings(&self) -> &Listings {
        &self.shared.listings
    }

    pub(super) fn cache(&self) -> &BlueprintCache {
        &self.shared.cache
    }

    /// The blueprint as this transaction sees it.
    pub(super) fn find_compiled(
        &self,
        transaction: &Transaction<'_>,
        identifier: &str,
    ) -> Result<Option<Arc<CompiledBlueprint>>, Failure> {
        self.shared.cache.find(transaction, identifier)
    }

    /// The blueprint as this transaction sees it; 404 if it does not exist.
    pub(super) fn compiled(
        &self,
        transaction: &Transaction<'_>,
        identifier: &str,
    ) -> Result<Arc<CompiledBlueprint>, Failure> {
        let found = self.find_compiled(transaction, identifier)?;
        found.ok_or_else(|| Refusal::not_found("Blueprint", "identifier", identifier).into())
    }

    /// The blueprint with this row id.
    pub(super) fn compiled_by_id(
        &self,
        transaction: &Transaction<'_>,
        id: i64,
    ) -> Result<Arc<CompiledBlueprint>, Failure> {
        let mut select = transaction.prepare_cached("SELECT identifier FROM blueprints WHERE id = ?1")?;
        let identifier = select.query_row([id], |row| row.get::<_, String>(0))?;
        self.compiled(transaction, &identifier)
    }
}

/// A panic elsewhere left no unfinished transaction, because transactions roll back when dropped.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

fn prepare(connection: &mut Connection, cache: i32) -> rusqlite::Result<()> {
    time_limit::install(connection)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.set_prepared_statement_cache_capacity(128);
    connection.pragma_update(None, "foreign_keys", true)?;
    // In WAL mode, a killed process loses nothing that was committed; a power cut may lose the last commits but does
    // not damage the file.
    connection.pragma_update(None, "synchronous", "normal")?;
    connection.pragma_update(None, "cache_size", -cache)
}

/// Switches to WAL mode, in which readers and the writer do not block each other. The switch requires exclusive access,
/// and SQLite fails at once instead of waiting if another process opens a new file too.
fn enable_wal(connection: &Connection) -> rusqlite::Result<()> {
    let until = Instant::now() + BUSY_TIMEOUT;
    loop {
        match connection.pragma_update(None, "journal_mode", "wal") {
            Err(error) if error.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && Instant::now() < until => {
                std::thread::sleep(RETRY_PAUSE);
            }
            result => return result,
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::Barrier;

    use super::*;

    #[test]
    fn a_rush_of_readers_leaves_a_few_and_small_ones() {
        const RUSH: usize = 12;
        let folder = tempfile::tempdir().expect("there is room");
        let store = Store::open(&folder.path().join("catalog.db"), system_clock()).expect("it opens");
        let together = Barrier::new(RUSH);
        let cache = || {
            store.read(|transaction| {
                together.wait();
                Ok(transaction.pragma_query_value(None, "cache_size", |row| row.get::<_, i32>(0))?)
            })
        };
        std::thread::scope(|scope| {
            let readers: Vec<_> = (0..RUSH).map(|_| scope.spawn(cache)).collect();
            for reader in readers {
                assert_eq!(reader.join().expect("it reads").expect("it reads"), -READER_CACHE);
            }
        });
        assert_eq!(lock(&store.shared.readers).len(), MAX_IDLE_READERS);
    }

    #[test]
    fn a_copy_goes_its_own_way() {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("catalog.db");
        let store = Store::open(&path, system_clock()).expect("it opens");
        let name = |store: &Store, name: &str| {
            let done = store.write(|transaction| {
                transaction.execute("CREATE TABLE IF NOT EXISTS names (name TEXT)", [])?;
                Ok(transaction.execute("INSERT INTO names VALUES (?1)", [name])?)
            });
            assert!(matches!(done, Ok(1)), "{done:?}");
        };
        let count = |store: &Store| {
            let read = |row: &rusqlite::Row<'_>| row.get::<_, i64>(0);
            store
                .read(|transaction| Ok(transaction.query_row("SELECT count(*) FROM names", [], read)?))
                .expect("it reads")
        };
        name(&store, "one");
        let copy = store.copy().expect("it is copied");
        name(&copy, "two");
        name(&copy, "three");
        assert_eq!((count(&store), count(&copy), copy.path()), (1, 3, None));
        name(&store, "four");
        assert_eq!((count(&store), count(&copy)), (2, 3));
    }

    #[test]
    fn a_new_file_that_another_writes_is_waited_for() {
        let folder = tempfile::tempdir().expect("there is room");
        let path = folder.path().join("catalog.db");
        let other = Connection::open(&path).expect("it opens");
        other.execute_batch("BEGIN IMMEDIATE").expect("nobody else is there");
        std::thread::scope(|scope| {
            let opened = scope.spawn(|| Store::open(&path, system_clock()).map(|_| ()));
            // The other thread should be rejected at least once in this time; if it starts later, the test still
            // passes.
            std::thread::sleep(Duration::from_millis(100));
            other.execute_batch("COMMIT").expect("it is done");
            opened.join().expect("it ends").expect("it opens");
        });
    }
}
