//! The embedded store: one SQLite file in WAL mode, one writer thread, a small pool of readers.
//!
//! # Durability
//! `synchronous = NORMAL` in WAL mode: kill -9 loses nothing that was committed; a power cut may lose the last moments but
//! never damages the file. Captures follow the same rule.

mod audit;
mod captures;
mod complaints;
mod draws;
mod forms;
mod frontier;
mod imports;
mod leads;
mod listings;
mod lives;
mod migrate;
mod operators;
mod queue;
mod records;
mod retention;
mod seals;
mod search;
mod writer;

use super::{Result, StoreError};
use crate::clock::Clock;
use rusqlite::{Connection, OpenFlags, TransactionBehavior, config::DbConfig};
use std::{
    fs::File,
    path::{Path, PathBuf},
    sync::{Arc, Mutex, PoisonError},
};
use writer::Writer;

/// Name of the database inside the data directory.
const DATABASE: &str = "tanzhao.db";
/// Who acts when nobody was named.
const PROGRAM: &str = "program";

/// The store in a data directory.
pub struct SqliteStore {
    writer: Option<Writer>,
    readers: Arc<Readers>,
    clock: Arc<dyn Clock>,
    /// Who is named in the audit log for what the store does on somebody's behalf.
    who: String,
    _lock: Option<File>,
}

struct Readers {
    path: PathBuf,
    idle: Mutex<Vec<Connection>>,
}

impl SqliteStore {
    /// Opens for reading and writing, creating and migrating as needed, and takes the directory's lock. Leases of an earlier
    /// process are void: whoever holds the lock is the only worker.
    ///
    /// # Errors
    /// [`StoreError::Locked`] when another process works there, or what the directory or the database say.
    pub fn open(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self> {
        let unusable = |source| StoreError::Directory { path: dir.to_owned(), source };
        std::fs::create_dir_all(dir).map_err(unusable)?;
        let lock = File::options()
            .create(true)
            .truncate(false)
            .write(true)
            .open(dir.join("tanzhao.lock"))
            .map_err(unusable)?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(std::fs::TryLockError::WouldBlock) => return Err(StoreError::Locked { path: dir.to_owned() }),
            Err(std::fs::TryLockError::Error(source)) => return Err(unusable(source)),
        }
        let path = dir.join(DATABASE);
        let mut connection = Connection::open(&path)?;
        prepare(&connection)?;
        migrate::migrate(&mut connection)?;
        connection.execute_batch(
            "UPDATE pages SET state = 'pending', epoch = epoch + 1 WHERE state = 'leased'; UPDATE hosts SET leased_until_ms = 0;
             UPDATE turns SET ready_ms = 0;",
        )?;
        Ok(Self {
            writer: Some(Writer::start(connection)),
            readers: Arc::new(Readers { path, idle: Mutex::new(Vec::new()) }),
            clock,
            who: PROGRAM.to_owned(),
            _lock: Some(lock),
        })
    }

    /// Opens for reading only, beside a running sweep. A store of an earlier version is brought up to date first.
    ///
    /// # Errors
    /// [`StoreError::Missing`] when nothing was ever stored there.
    pub fn open_read_only(dir: &Path, clock: Arc<dyn Clock>) -> Result<Self> {
        let path = dir.join(DATABASE);
        if !path.is_file() {
            return Err(StoreError::Missing { path: dir.to_owned() });
        }
        let readers = Readers { path, idle: Mutex::new(Vec::new()) };
        let first = readers.connect()?;
        if migrate::is_older(&first)? {
            // Reading an old schema would fail at its first new column; whoever holds the lock there is an old program.
            drop((first, Self::open(dir, Arc::clone(&clock))?));
        } else {
            readers.give(first);
        }
        Ok(Self { writer: None, readers: Arc::new(readers), clock, who: PROGRAM.to_owned(), _lock: None })
    }

    /// Names who acts through this store; without it the audit log says `program`.
    #[must_use]
    pub fn acting_for(mut self, who: impl Into<String>) -> Self {
        self.who = who.into();
        self
    }

    fn now_ms(&self) -> i64 {
        self.clock.now().as_millisecond()
    }

    async fn write<T: Send + 'static>(&self, job: impl FnOnce(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        match &self.writer {
            Some(writer) => writer.run(job).await,
            None => Err(StoreError::Closed),
        }
    }

    /// Writes also where this store was opened for reading only: a short transaction of its own beside the process that holds
    /// the lock. Only for the audit log and for what people decide about leads, which must not wait for
    /// the end of a sweep; everything else belongs to the holder of the lock.
    async fn write_beside<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Connection) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        if self.writer.is_some() {
            return self.write(job).await;
        }
        let path = self.readers.path.clone();
        let answer = tokio::task::spawn_blocking(move || {
            let mut connection = Connection::open_with_flags(&path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
            prepare(&connection)?;
            let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            let value = job(&transaction)?;
            transaction.commit()?;
            Ok(value)
        });
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    async fn read<T: Send + 'static>(&self, job: impl FnOnce(&Connection) -> Result<T> + Send + 'static) -> Result<T> {
        let readers = Arc::clone(&self.readers);
        let answer = tokio::task::spawn_blocking(move || {
            let connection = readers.take()?;
            let result = job(&connection);
            readers.give(connection);
            result
        });
        answer.await.unwrap_or(Err(StoreError::Closed))
    }
}

impl Readers {
    fn connect(&self) -> Result<Connection> {
        let connection = Connection::open_with_flags(&self.path, OpenFlags::SQLITE_OPEN_READ_WRITE)?;
        prepare(&connection)?;
        connection.execute_batch("PRAGMA query_only = ON")?;
        Ok(connection)
    }

    fn take(&self) -> Result<Connection> {
        let kept = self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop();
        kept.map_or_else(|| self.connect(), Ok)
    }

    fn give(&self, connection: Connection) {
        let mut idle = self.idle.lock().unwrap_or_else(PoisonError::into_inner);
        if idle.len() < 4 {
            idle.push(connection);
        }
    }
}

fn prepare(connection: &Connection) -> Result<()> {
    connection.busy_timeout(std::time::Duration::from_secs(10))?;
    connection.execute_batch(
        "PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON; PRAGMA cache_size = -32000; PRAGMA wal_autocheckpoint = 8000; PRAGMA temp_store = MEMORY; PRAGMA secure_delete = FAST;",
    )?;
    // Otherwise a statement is planned again whenever a bound value that might matter to the planner changes.
    connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
    connection.set_prepared_statement_cache_capacity(128);
    Ok(())
}

/// Reads a JSON column.
fn from_json<T: serde::de::DeserializeOwned>(column: &'static str, text: &str) -> Result<T> {
    serde_json::from_str(text).map_err(|source| StoreError::Damaged { column, source })
}

/// Writes a JSON column.
fn to_json<T: serde::Serialize>(column: &'static str, value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|source| StoreError::Damaged { column, source })
}

/// A stored time; one outside the calendar becomes its edge.
fn timestamp(ms: i64) -> jiff::Timestamp {
    jiff::Timestamp::from_millisecond(ms).unwrap_or(if ms < 0 { jiff::Timestamp::MIN } else { jiff::Timestamp::MAX })
}
