//! The risk level by rule (domain guide 4.7).

use super::RankWeights;
use super::parts::{grave, is_repeat, organised, surety};
use crate::domain::Element;
use crate::leads::{Lead, elements};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Risk levels of the domain guide, 4.7; the worst is the greatest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Low confidence or mere hints: kept on file, watched.
    #[default]
    Blue,
    /// One advertisement that shows subject, offer and contact.
    Yellow,
    /// Many advertisements over sites, several counties, a whole organisation, fees above the limit, or a grave
    /// circumstance that lacks something for red.
    Orange,
    /// A claimed in-service teacher, pre-school children or boarding with a subject and a price, seen at least twice; or
    /// an operator that was punished within two years.
    Red,
}

impl Level {
    /// Every level, worst first.
    pub const ALL: [Self; 4] = [Self::Red, Self::Orange, Self::Yellow, Self::Blue];

    /// The name used in files.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Red => "red",
            Self::Orange => "orange",
            Self::Yellow => "yellow",
            Self::Blue => "blue",
        }
    }

    /// The word people read.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Red => "红",
            Self::Orange => "橙",
            Self::Yellow => "黄",
            Self::Blue => "蓝",
        }
    }
}

/// The level of a lead, and why, in Chinese.
pub(super) fn level(lead: &Lead, weights: &RankWeights, today: Date) -> (Level, String) {
    let listings = lead.members.len();
    let surety = surety(lead, weights);
    if surety < weights.blue_below {
        return (Level::Blue, format!("折算并计印证后的把握 {surety:.2} 低于 {:.2}，建档观察", weights.blue_below));
    }
    if is_repeat(lead, weights, today) {
        return (Level::Red, format!("{} 年内曾被查处，再次涉嫌", weights.repeat_years));
    }
    let grave: Vec<&str> = grave(lead, weights).into_iter().map(|(words, _)| words).collect();
    let paid = elements::is_shown(&lead.elements, Element::Paid);
    let mut orange = Vec::new();
    if !lead.subjects.is_empty() && !grave.is_empty() && listings >= weights.red_listings {
        let words = format!("{}，{listings} 条广告", grave.join("、"));
        if paid {
            return (Level::Red, words);
        }
        orange.push(format!("{words}，未写明收费"));
    }
    if listings >= weights.orange_listings && lead.sources.len() > 1 {
        orange.push(format!("{listings} 条广告见于 {} 个来源", lead.sources.len()));
    }
    if lead.is_multi_county() {
        orange.push(format!("涉及 {} 个县区", lead.copies.len() + 1));
    }
    if organised(lead, weights) {
        orange.push("场所、人员、分工齐备".to_owned());
    }
    let suspected = lead.suspected();
    let heavy: Vec<&str> =
        suspected.iter().filter(|code| weights.orange_matters.contains(code)).map(String::as_str).collect();
    if !heavy.is_empty() {
        orange.push(format!("涉嫌事项 {}", heavy.join("、")));
    }
    if !orange.is_empty() {
        return (Level::Orange, orange.join("；"));
    }
    match (lead.subjects.is_empty(), lead.contacts.is_empty()) {
        (false, false) if paid => (Level::Yellow, "科目、收费和联系方式齐全".to_owned()),
        (false, false) => (Level::Yellow, "科目和联系方式齐全，未写明收费".to_owned()),
        (true, _) => (Level::Blue, "没有写明科目，仅为暗示，建档观察".to_owned()),
        (false, true) => (Level::Blue, "没有联系方式，建档观察".to_owned()),
    }
}
