//! The order in which officers see leads, with its arithmetic shown.
//!
//! The value is confidence × severity × urgency × corroboration ([`rank`]); the level is decided by rule and goes first;
//! [`explain`] says in words what moved a lead since it was last ranked.

mod change;
mod level;
mod parts;
mod weights;

pub use change::{RankChange, explain};
pub use level::Level;
pub use weights::{RankWeights, WeightError};

use super::Lead;
use crate::calendar::Calendar;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::cmp::Ordering;

/// One factor of a rank.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Part {
    /// Its Chinese name: 把握, 严重, 时效 or 印证.
    pub name_zh: String,
    /// What the rank is multiplied by.
    pub value: f64,
    /// Where the number comes from, in Chinese.
    pub words: String,
}

/// A lead's place in the queue; [`Rank::worst_first`] is the order.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Rank {
    /// The product of the parts.
    pub value: f64,
    /// The risk level, decided by rule and not by the value.
    pub level: Level,
    /// Why that level, in Chinese.
    pub level_words: String,
    /// The factors.
    pub parts: Vec<Part>,
    /// The vacation or holiday that was counted.
    pub window: Option<RankWindow>,
}

/// A vacation or holiday that makes leads urgent.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RankWindow {
    /// For example 寒假.
    pub name_zh: String,
    /// Whether it has begun.
    pub running: bool,
    /// Days until it begins; 0 when it has.
    pub days: i64,
    /// Whether its dates are settled; otherwise people read 待核.
    pub verified: bool,
}

impl Rank {
    /// The order of the queue: the worst level first, then the larger value.
    #[must_use]
    pub fn worst_first(&self, other: &Self) -> Ordering {
        other.level.cmp(&self.level).then_with(|| other.value.total_cmp(&self.value))
    }
}

/// Ranks a lead whose other fields are complete; `today` is the day in Asia/Shanghai.
///
/// The value is the product of the parts as shown, each rounded to three places, so that anyone can check it.
#[must_use]
pub fn rank(lead: &Lead, weights: &RankWeights, calendar: &Calendar, today: Date) -> Rank {
    let (urgency, window) = parts::urgency(lead, weights, calendar, today);
    let parts = vec![
        parts::confidence(lead, weights),
        parts::severity(lead, weights, today),
        urgency,
        parts::corroboration(lead, weights),
    ];
    let value = rounded(parts.iter().map(|part| part.value).product());
    let (level, level_words) = level::level(lead, weights, today);
    Rank { value, level, level_words, parts, window }
}

fn rounded(value: f64) -> f64 {
    // A broken weight must not put NaN into the order.
    if value.is_finite() { libm::round(value.max(0.0) * 1000.0) / 1000.0 } else { 0.0 }
}

#[cfg(test)]
mod tests;
