//! Numbered migrations, one transaction each, never edited after a release.

use super::{
    frontier::{key_hash, page_hash},
    operators,
};
use crate::store::{Result, StoreError};
use rusqlite::{Connection, functions::FunctionFlags};

const MIGRATIONS: &[&str] = &[
    include_str!("migrations/0001_first_path.sql"),
    include_str!("migrations/0002_crawl.sql"),
    include_str!("migrations/0003_captures.sql"),
    include_str!("migrations/0004_evidence.sql"),
    include_str!("migrations/0005_operators.sql"),
    include_str!("migrations/0006_queue.sql"),
    include_str!("migrations/0007_records.sql"),
    include_str!("migrations/0008_search.sql"),
    include_str!("migrations/0009_page_hash.sql"),
    include_str!("migrations/0010_robots.sql"),
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
    migrate_by(connection, MIGRATIONS)
}

fn migrate_by(connection: &mut Connection, migrations: &[&str]) -> Result<()> {
    let found = check_version(connection)?;
    let flags = FunctionFlags::SQLITE_UTF8 | FunctionFlags::SQLITE_DETERMINISTIC;
    connection
        .create_scalar_function("key_hash", 1, flags, |context| Ok(key_hash(context.get_raw(0).as_str()?, None)))?;
    connection.create_scalar_function("page_hash", 2, flags, |context| {
        Ok(page_hash(context.get_raw(0).as_str()?, context.get_raw(1).as_str_or_null()?))
    })?;
    connection.create_scalar_function("link_facts", 4, flags, |context| {
        let text = |at| context.get_raw(at).as_str();
        let gone = context.get::<Option<i64>>(3)?.is_some();
        operators::judged(context.get(0)?, text(1)?, text(2)?, gone).map_err(|error| user(&error))
    })?;
    connection.create_scalar_function("short_fingerprint", 1, flags, |context| {
        operators::short_fingerprint(context.get_raw(0).as_str()?).map_err(|error| user(&error))
    })?;
    for (number, sql) in (1..).zip(migrations) {
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn recordings_of_an_older_schema_keep_their_captures() {
        let lists = MIGRATIONS.iter().position(|sql| sql.contains("CREATE TABLE institutions")).expect("the lists");
        let mut db = Connection::open_in_memory().expect("a database");
        db.execute_batch("PRAGMA foreign_keys = ON").expect("a setting");
        migrate_by(&mut db, &MIGRATIONS[..lists]).expect("the older schema");
        db.execute_batch(
            "INSERT INTO sweeps VALUES (7, 1, 1, '[]');
             INSERT INTO imports(id, kind, file, sha256, bytes, imported_by, imported_ms, sweep)
               VALUES (3, 'capture', 'a.har', 'aa', 5, '张三', 1, 7), (4, 'capture', 'b.har', 'bb', 5, '张三', 1, 7);
             INSERT INTO captures(id, import, sweep, warc, offset, sha256, status, source, role, stored_ms)
               VALUES (9, 4, 7, 'w', 0, 'cc', 200, 's', 'detail', 1);",
        )
        .expect("its rows");
        migrate(&mut db).expect("this schema");
        let broken = db.prepare("PRAGMA foreign_key_check").expect("a check").exists([]).expect("an answer");
        assert!(!broken);
        let kept: (i64, String, i64) = db
            .query_row(
                "SELECT i.id, i.file, i.sweep FROM captures c JOIN imports i ON i.id = c.import WHERE c.id = 9",
                [],
                |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?)),
            )
            .expect("the recording");
        assert_eq!(kept, (4, "b.har".to_owned(), 7));
        assert!(db.execute("DELETE FROM imports WHERE id = 4", []).is_err(), "its captures still hold it");
        assert_eq!(db.execute("DELETE FROM imports WHERE id = 3", []).ok(), Some(1));
    }
}
