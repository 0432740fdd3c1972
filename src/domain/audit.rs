//! **Act**: something done that people must be able to answer for; an **audit entry** is an act in the log.

use super::AuditKind;
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// Something done, before it is written down.
#[derive(Clone, Debug, PartialEq)]
pub struct Act {
    /// Who did it, as the program knows it: an account of the web pages, or the name the operating system gives.
    pub who: String,
    /// What was done.
    pub kind: AuditKind,
    /// What it was done to, for example `sweep 3` or a package's file name.
    pub object: String,
    /// Anything else, as JSON; never telephone numbers, names or page texts.
    pub details: Value,
}

/// One line of the audit log.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct AuditEntry {
    /// Its number, from 1 without gaps.
    pub sequence: i64,
    /// When, by the store's clock; a clock that was set back shows here and breaks nothing.
    pub at: Timestamp,
    /// Who did it.
    pub who: String,
    /// What was done.
    pub kind: AuditKind,
    /// What it was done to.
    pub object: String,
    /// Anything else.
    pub details: Value,
    /// Hash of the entry before it; 64 zeros before the first.
    pub previous: String,
    /// Hash of this entry.
    pub hash: String,
}
