//! Listings into leads, inside the store: every step reads, links and writes in one transaction of the writer.

mod events;
mod facts;
mod hands;
mod index;
mod rebuild;
mod retire;
mod settle;
mod step;

pub(super) use events::{append, list as list_events};
pub(super) use facts::{judged, keep, presence, short_fingerprint};
pub(super) use hands::{merge, split, undo};
pub(super) use index::generic;
pub(super) use rebuild::rebuild;
pub(super) use retire::{retire, without_contacts};
pub(super) use settle::level_number;
pub(super) use step::{refresh, step};

use super::Result;
use crate::leads::{Day, LeadParams};
use rusqlite::Connection;
use std::{cell::RefCell, collections::HashMap};

/// What every step works with.
pub(super) struct Desk<'a> {
    pub db: &'a Connection,
    pub params: &'a LeadParams,
    pub day: &'a Day,
    pub now_ms: i64,
    /// Who is named in the events.
    pub who: &'a str,
    /// Who sits at the machine, for the audit log.
    pub os_user: &'a str,
    /// Whether a key is generic, as far as this step has asked.
    generic: RefCell<HashMap<i64, bool>>,
}

impl<'a> Desk<'a> {
    pub(super) fn new(db: &'a Connection, (params, day): (&'a LeadParams, &'a Day), now_ms: i64, who: &'a str) -> Self {
        Self { db, params, day, now_ms, who, os_user: who, generic: RefCell::default() }
    }

    /// The same, with who sits at the machine where a person acts.
    pub(super) fn at(self, os_user: &'a str) -> Self {
        Self { os_user, ..self }
    }

    fn is_generic(&self, key: i64) -> Result<bool> {
        if let Some(known) = self.generic.borrow().get(&key) {
            return Ok(*known);
        }
        let known = index::is_generic(self.db, key)?;
        self.generic.borrow_mut().insert(key, known);
        Ok(known)
    }

    fn set_generic(&self, key: i64, generic: bool) {
        self.generic.borrow_mut().insert(key, generic);
    }

    /// The generic ones among the keys.
    fn generic_among(&self, keys: impl Iterator<Item = i64>) -> Result<std::collections::HashSet<i64>> {
        let mut found = std::collections::HashSet::new();
        for key in keys {
            if self.is_generic(key)? {
                found.insert(key);
            }
        }
        Ok(found)
    }
}
