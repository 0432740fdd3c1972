//! The hash chain of the audit log, computed from the columns exactly as they are stored.
//!
//! # The canonical form
//! The hash of an entry is the SHA-256 of the UTF-8 bytes of one JSON array without blanks:
//! `["tanzhao-audit/1",sequence,time in milliseconds,who,kind,object,details,previous]`, where details is the stored text as
//! a JSON string. So anybody can check a log with a few lines of another language, and nothing is ever formatted again
//! before it is checked.
//!
//! # What a chain cannot show
//! Whoever may write the database may also write a whole new chain. The head of the log is therefore printed in every county
//! package: a rewritten log no longer holds the heads that were handed over.

use super::seal::sha256_hex;
use serde_json::Value;
use std::fmt;

/// The hash before the first entry.
pub const NO_ENTRY: &str = "0000000000000000000000000000000000000000000000000000000000000000";

/// An entry as its columns are stored.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRow {
    /// Its number.
    pub sequence: i64,
    /// When, in milliseconds since 1970.
    pub at_ms: i64,
    /// Who did it.
    pub who: String,
    /// Code of what was done.
    pub kind: String,
    /// What it was done to.
    pub object: String,
    /// JSON, as text.
    pub details: String,
    /// Hash of the entry before.
    pub previous: String,
    /// Hash of this entry.
    pub hash: String,
}

impl AuditRow {
    /// What the entry's hash has to be.
    ///
    /// ```
    /// use tanzhao::evidence::audit::{AuditRow, NO_ENTRY};
    /// let row = AuditRow {
    ///     sequence: 1, at_ms: 0, who: "王".into(), kind: "sweep_opened".into(), object: "sweep 1".into(),
    ///     details: "{}".into(), previous: NO_ENTRY.into(), hash: String::new(),
    /// };
    /// assert_eq!(row.computed_hash(), AuditRow { hash: "x".into(), ..row.clone() }.computed_hash());
    /// assert_ne!(row.computed_hash(), AuditRow { at_ms: 1, ..row.clone() }.computed_hash());
    /// ```
    #[must_use]
    pub fn computed_hash(&self) -> String {
        let form = Value::from(vec![
            Value::from("tanzhao-audit/1"),
            Value::from(self.sequence),
            Value::from(self.at_ms),
            Value::from(self.who.as_str()),
            Value::from(self.kind.as_str()),
            Value::from(self.object.as_str()),
            Value::from(self.details.as_str()),
            Value::from(self.previous.as_str()),
        ]);
        sha256_hex(form.to_string().as_bytes())
    }
}

/// Where a log stops being whole.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditBreak {
    /// Number of the first entry that is wrong or missing.
    pub sequence: i64,
    /// What is wrong with it.
    pub what: AuditFault,
}

/// What can be wrong with an entry.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AuditFault {
    /// The numbers have a gap here.
    Missing,
    /// It does not name the hash of the entry before it.
    Unlinked,
    /// Its columns are not what was hashed.
    Altered,
    /// The log goes on beyond, or ends before, what the store last wrote.
    Head,
}

impl fmt::Display for AuditBreak {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let what = match self.what {
            AuditFault::Missing => "缺失（编号不连续）",
            AuditFault::Unlinked => "与上一条不衔接（被替换、删除或调换）",
            AuditFault::Altered => "内容已被改动",
            AuditFault::Head => "与记录的链头不符（末尾被删除或添加）",
        };
        write!(f, "第 {} 条{what}", self.sequence)
    }
}

/// Walks a log from its first entry, keeping one hash only, so that its length does not matter.
#[derive(Clone, Debug)]
pub struct AuditWalk {
    entries: i64,
    head: String,
}

impl Default for AuditWalk {
    fn default() -> Self {
        Self { entries: 0, head: NO_ENTRY.to_owned() }
    }
}

impl AuditWalk {
    /// Takes the next entry in the order of their numbers.
    ///
    /// # Errors
    /// The first thing that is wrong with it.
    pub fn step(&mut self, row: &AuditRow) -> Result<(), AuditBreak> {
        let expected = self.entries + 1;
        let broken = |what| Err(AuditBreak { sequence: expected, what });
        if row.sequence != expected {
            return broken(AuditFault::Missing);
        }
        if row.previous != self.head {
            return broken(AuditFault::Unlinked);
        }
        if row.hash != row.computed_hash() {
            return broken(AuditFault::Altered);
        }
        self.entries = expected;
        self.head.clone_from(&row.hash);
        Ok(())
    }

    /// Compares with the head that the store keeps apart: number and hash of the last entry it wrote.
    ///
    /// # Errors
    /// When the log ends elsewhere.
    pub fn finish(self, entries: i64, head: &str) -> Result<AuditHead, AuditBreak> {
        if self.entries == entries && self.head == head {
            Ok(AuditHead { entries: self.entries, hash: self.head })
        } else {
            Err(AuditBreak { sequence: self.entries.min(entries) + 1, what: AuditFault::Head })
        }
    }
}

/// How far a log goes; printed in packages so that it can be held against the log later.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
pub struct AuditHead {
    /// Number of entries.
    pub entries: i64,
    /// Hash of the last one.
    pub hash: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    type Told = (i64, String, String, String, String);

    fn log(told: &[Told]) -> Vec<AuditRow> {
        let mut previous = NO_ENTRY.to_owned();
        let rows = (1..).zip(told).map(|(sequence, (at_ms, who, kind, object, details))| {
            let mut row = AuditRow {
                sequence,
                at_ms: *at_ms,
                who: who.clone(),
                kind: kind.clone(),
                object: object.clone(),
                details: details.clone(),
                previous: previous.clone(),
                hash: String::new(),
            };
            row.hash = row.computed_hash();
            previous.clone_from(&row.hash);
            row
        });
        rows.collect()
    }

    fn walk(rows: &[AuditRow], entries: usize, head: &str) -> Result<AuditHead, AuditBreak> {
        let mut walk = AuditWalk::default();
        rows.iter().try_for_each(|row| walk.step(row))?;
        walk.finish(i64::try_from(entries).expect("small"), head)
    }

    fn head(rows: &[AuditRow]) -> String {
        rows.last().map_or_else(|| NO_ENTRY.to_owned(), |row| row.hash.clone())
    }

    fn tamper(row: &mut AuditRow, column: usize) {
        match column {
            0 => row.sequence += 1,
            1 => row.at_ms ^= 1,
            2 => row.who.push('x'),
            3 => row.kind.push('x'),
            4 => row.object.push('x'),
            5 => row.details.push('x'),
            6 => row.previous.replace_range(0..1, if row.previous.starts_with('f') { "e" } else { "f" }),
            _ => row.hash.replace_range(0..1, if row.hash.starts_with('f') { "e" } else { "f" }),
        }
    }

    /// Moving text from one column to its neighbour must not give the same hash.
    #[test]
    fn the_form_keeps_columns_apart() {
        let one = log(&[(0, "a\",\"b".into(), "c".into(), String::new(), String::new())]);
        let other = log(&[(0, "a".into(), "b\",\"c".into(), String::new(), String::new())]);
        assert_ne!(one[0].hash, other[0].hash);
    }

    /// Computed with Python: `sha256(json.dumps([...], ensure_ascii=False, separators=(",", ":")).encode())`.
    #[test]
    fn another_language_computes_the_same() {
        let rows =
            log(&[(1_795_000_000_000, "王\n".into(), "sweep_opened".into(), "sweep 1".into(), "{\"a\":1}".into())]);
        assert_eq!(rows[0].hash, "47541976f17b7f84fd09fbb518cf0a3bb449b7abbb8ca16454a514bf8ac296fa");
    }

    proptest! {
        #[test]
        fn a_whole_log_holds_and_any_change_is_found_where_it_is(
            told in prop::collection::vec((any::<i64>(), ".*", "[a-z_]{1,12}", ".*", ".*"), 1..12),
            at: prop::sample::Index,
            other: prop::sample::Index,
            column in 0_usize..8,
        ) {
            let rows = log(&told);
            let (count, last) = (rows.len(), head(&rows));
            prop_assert!(walk(&rows, count, &last).is_ok());

            let at = at.index(count);
            let mut changed = rows.clone();
            tamper(&mut changed[at], column);
            let found = walk(&changed, count, &last).expect_err("a changed column");
            prop_assert_eq!(found.sequence, i64::try_from(at).expect("small") + 1);

            let mut shorter = rows.clone();
            shorter.remove(at);
            let found = walk(&shorter, count, &last).expect_err("a deleted entry");
            prop_assert_eq!(found.sequence, i64::try_from(at).expect("small") + 1);

            let other = other.index(count);
            if other != at {
                let mut swapped = rows.clone();
                swapped.swap(at, other);
                // Renumbered, as somebody would who wants it to look whole.
                for (number, row) in (1..).zip(&mut swapped) {
                    row.sequence = number;
                }
                let found = walk(&swapped, count, &last).expect_err("two entries changed places");
                prop_assert_eq!(found.sequence, i64::try_from(at.min(other)).expect("small") + 1);
            }
        }
    }
}
