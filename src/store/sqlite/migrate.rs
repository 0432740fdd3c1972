//! Numbered migrations, one transaction each, never edited after a release.

use super::{frontier::key_hash, operators};
use crate::store::{Result, StoreError};
use rusqlite::{Connection, functions::FunctionFlags};

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first_path.sql"),
    include_str!("migrations/0002_crawl.sql"),
    include_str!("migrations/0003_captures.sql"),
    include_str!("migrations/0004_evidence.sql"),
    include_str!("migrations/0005_operators.sql"),
    include_str!("migrations/0008_search.sql"),
];

/// The schema this program works with.
fn known() -> i64 {
    i64::try_from(MIGRATIONS.len()).unwrap_or(i64::MAX)
}

/// Whether an older program wrote this database; one of a newer program is refused.
pub(super) fn is_older(connection: &Connection) -> Result<bool> {
    Ok(check_version(connection)? < known())
}

/// Refuses a database of a newer program.
fn check_version(connection: &Connection) -> Result<i64> {
    let found = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    if found > known() {
        return Err(StoreError::TooNew { found, known: known() });
    }
    Ok(found)
}

/// Brings the database up to this program's schema.
pub(super) fn migrate(connection: &mut Connection) -> Result<()> {
    let found = check_version(connection)?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection
        .create_scalar_function("key_hash", 1, flags, |context| Ok(key_hash(context.get_raw(0).as_str()?, None)))?;
    connection.create_scalar_function("link_facts", 4, flags, |context| {
        let text = |at| context.get_raw(at).as_str();
        let gone = context.get::<Option<i64>>(3)?.is_some();
        operators::judged(context.get(0)?, text(1)?, text(2)?, gone).map_err(|error| user(&error))
    })?;
    connection.create_scalar_function("short_fingerprint", 1, flags, |context| {
        operators::short_fingerprint(context.get_raw(0).as_str()?).map_err(|error| user(&error))
    })?;
    for (number, sql) in (1..).zip(MIGRATIONS) {
        if number > found {
            let transaction = connection.transaction()?;
            transaction.execute_batch(sql)?;
            transaction.pragma_update(None, "user_version", number)?;
            transaction.commit()?;
        }
    }
    Ok(())
}

/// An error of ours inside a function of SQL.
fn user(error: &StoreError) -> rusqlite::Error {
    rusqlite::Error::UserFunctionError(error.to_string().into())
}
