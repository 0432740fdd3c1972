//! What the bureau's own records say about the operator of a lead.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Licence, past violations and complaints of one operator.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// The licensed institution it seems to be.
    pub licensed: Option<LicensedMatch>,
    /// What it was punished for before.
    pub violations: Vec<PastViolation>,
    /// What people complained about.
    pub complaints: Complaints,
}

/// A licensed institution that matches.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct LicensedMatch {
    /// Its number in the register.
    pub institution: i64,
    /// Its name there.
    pub name: String,
    /// Whether it is licensed for school subjects.
    pub subject: bool,
    /// How well it matches, 0..1.
    pub score: f64,
    /// Why it matches, in Chinese.
    pub words: String,
}

/// A past violation on record.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct PastViolation {
    /// Its number among the records.
    pub record: i64,
    /// When it was decided.
    pub on: Option<Date>,
    /// What it was, in Chinese.
    pub what: String,
}

/// Complaints and tips about one operator.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Complaints {
    /// Not answered yet.
    pub open: u32,
    /// All.
    pub total: u32,
    /// The day of the latest.
    pub latest: Option<Date>,
}
