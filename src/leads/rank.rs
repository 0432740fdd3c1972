//! The order in which officers see leads, with its arithmetic shown.

use super::Lead;
use crate::domain::{Flag, Form, Stage};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use std::{cmp::Ordering, collections::BTreeMap};

/// Risk levels of the domain guide, 4.7; the worst is the greatest.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Low confidence or mere hints: kept on file, watched.
    #[default]
    Blue,
    /// One advertisement that shows subject, offer and contact.
    Yellow,
    /// Many advertisements over sites, several counties, an organisation, or fees above the limit.
    Orange,
    /// A claimed in-service teacher, pre-school children or boarding, seen at least twice.
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
pub struct Rank {
    /// The product of the parts.
    pub value: f64,
    /// The risk level, decided by rule and not by the value.
    pub level: Level,
    /// Why that level, in Chinese.
    pub level_words: String,
    /// The factors.
    pub parts: Vec<Part>,
}

impl Rank {
    /// The order of the queue: the worst level first, then the larger value.
    #[must_use]
    pub fn worst_first(&self, other: &Self) -> Ordering {
        other.level.cmp(&self.level).then_with(|| other.value.total_cmp(&self.value))
    }
}

/// What makes a lead go first. Every number is a choice of the bureau, not of the law.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RankWeights {
    /// Added to severity for each suspected matter, by code; others add nothing.
    pub matters: BTreeMap<String, f64>,
    /// Added when an in-service teacher is claimed.
    pub teacher: f64,
    /// Matters that also say so.
    pub teacher_matters: Vec<String>,
    /// Added when pre-school children are taught.
    pub preschool: f64,
    /// Matters that also say so.
    pub preschool_matters: Vec<String>,
    /// Added when children are boarded or closed in.
    pub boarding: f64,
    /// Matters that say so.
    pub boarding_matters: Vec<String>,
    /// Matters that make a lead orange by themselves: an organisation, fees above the limit.
    pub orange_matters: Vec<String>,
    /// Largest severity.
    pub severity_cap: f64,
    /// Days after which the part of urgency that fades is halved.
    pub half_life_days: f64,
    /// Urgency of a lead posted long ago, 0..1; a lead of today has 1.
    pub urgency_floor: f64,
    /// Urgency when no day of posting is known.
    pub urgency_undated: f64,
    /// Added to corroboration each time the number of listings doubles.
    pub per_doubling: f64,
    /// Added for each further source.
    pub per_source: f64,
    /// Added for each further county.
    pub per_county: f64,
    /// Added when the same contact is hiring.
    pub hiring: f64,
    /// Largest corroboration.
    pub corroboration_cap: f64,
    /// A lead whose best score is lower stays blue.
    pub blue_below_score: f64,
    /// Listings over several sources from which a lead is orange.
    pub orange_listings: usize,
    /// Listings from which a grave lead is red.
    pub red_listings: usize,
}

impl Default for RankWeights {
    fn default() -> Self {
        let codes = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        let matters = [
            ("M01", 0.4),
            ("M02", 0.1),
            ("M03", 0.2),
            ("M04", 0.2),
            ("M06", 0.2),
            ("M07", 0.3),
            ("M08", 0.3),
            ("M12", 0.4),
            ("M14", 0.2),
            ("M15", 0.2),
            ("M17", 0.2),
            ("M20", 0.2),
            ("M22", 0.8),
        ];
        Self {
            matters: matters.into_iter().map(|(code, weight)| (code.to_owned(), weight)).collect(),
            teacher: 0.6,
            teacher_matters: codes(&["M10", "M11"]),
            preschool: 0.6,
            preschool_matters: codes(&["M09"]),
            boarding: 0.8,
            boarding_matters: codes(&["M21"]),
            orange_matters: codes(&["M01", "M12"]),
            severity_cap: 3.0,
            half_life_days: 21.0,
            urgency_floor: 0.3,
            urgency_undated: 0.6,
            per_doubling: 0.25,
            per_source: 0.2,
            per_county: 0.2,
            hiring: 0.2,
            corroboration_cap: 2.5,
            blue_below_score: 0.6,
            orange_listings: 3,
            red_listings: 2,
        }
    }
}

/// A weight that would turn the order upside down.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[error("rank weight `{field}` is {found}, expected {expected}")]
pub struct WeightError {
    /// The field, with the matter's code where it has one.
    pub field: String,
    /// Its value.
    pub found: f64,
    /// What would do.
    pub expected: &'static str,
}

impl RankWeights {
    /// Refuses numbers that would make a graver, newer or better supported lead rank lower.
    ///
    /// # Errors
    /// The first such weight.
    pub fn check(&self) -> Result<(), WeightError> {
        let unit = [
            ("urgency_floor", self.urgency_floor),
            ("urgency_undated", self.urgency_undated),
            ("blue_below_score", self.blue_below_score),
        ];
        let caps = [("severity_cap", self.severity_cap), ("corroboration_cap", self.corroboration_cap)];
        let added = [
            ("teacher", self.teacher),
            ("preschool", self.preschool),
            ("boarding", self.boarding),
            ("per_doubling", self.per_doubling),
            ("per_source", self.per_source),
            ("per_county", self.per_county),
            ("hiring", self.hiring),
        ];
        let matters = self.matters.iter().map(|(code, weight)| (format!("matters.{code}"), *weight));
        let named = |(field, found): (&str, f64)| (field.to_owned(), found);
        refuse(unit.map(named), "a number from 0 to 1", |found| (0.0..=1.0).contains(&found))?;
        refuse(caps.map(named), "at least 1", |found| found >= 1.0 && found.is_finite())?;
        refuse([("half_life_days".to_owned(), self.half_life_days)], "more than 0", |found| {
            found > 0.0 && found.is_finite()
        })?;
        refuse(added.map(named).into_iter().chain(matters), "at least 0", |found| found >= 0.0 && found.is_finite())
    }
}

fn refuse(
    weights: impl IntoIterator<Item = (String, f64)>,
    expected: &'static str,
    good: impl Fn(f64) -> bool,
) -> Result<(), WeightError> {
    match weights.into_iter().find(|(_, found)| !good(*found)) {
        Some((field, found)) => Err(WeightError { field, found, expected }),
        None => Ok(()),
    }
}

/// Ranks a lead whose other fields are complete; `today` is the day in Asia/Shanghai.
///
/// The value is the product of the parts as shown, each rounded to three places, so that anyone can check it.
#[must_use]
pub fn rank(lead: &Lead, weights: &RankWeights, today: Date) -> Rank {
    let parts =
        vec![confidence(lead), severity(lead, weights), urgency(lead, weights, today), corroboration(lead, weights)];
    let value = rounded(parts.iter().map(|part| part.value).product());
    let (level, level_words) = level(lead, weights);
    Rank { value, level, level_words, parts }
}

fn rounded(value: f64) -> f64 {
    // A broken weight must not put NaN into the order.
    if value.is_finite() { libm::round(value.max(0.0) * 1000.0) / 1000.0 } else { 0.0 }
}

fn part(name: &str, value: f64, words: String) -> Part {
    Part { name_zh: name.to_owned(), value: rounded(value), words }
}

fn confidence(lead: &Lead) -> Part {
    let words = format!("{} 条广告中，学科培训招揽概率最高的一条", lead.members.len());
    part("把握", lead.top_score, words)
}

/// The three circumstances that make a lead grave, each with its words and weight.
fn grave(lead: &Lead, weights: &RankWeights) -> Vec<(&'static str, f64)> {
    let shows = |codes: &[String]| lead.matters.iter().any(|matter| codes.contains(matter));
    let teacher = lead.forms.contains(&Form::InServiceTeacher)
        || lead.flags.contains(&Flag::TeacherClaim)
        || shows(&weights.teacher_matters);
    let preschool = lead.stages.contains(&Stage::Preschool) || shows(&weights.preschool_matters);
    let boarding = shows(&weights.boarding_matters);
    [
        (teacher, "自称在职教师", weights.teacher),
        (preschool, "面向学龄前", weights.preschool),
        (boarding, "住宿或封闭", weights.boarding),
    ]
    .into_iter()
    .filter_map(|(there, words, weight)| there.then_some((words, weight)))
    .collect()
}

fn severity(lead: &Lead, weights: &RankWeights) -> Part {
    let listed =
        lead.matters.iter().filter_map(|code| weights.matters.get(code).map(|weight| (code.as_str(), *weight)));
    let reasons: Vec<(&str, f64)> =
        grave(lead, weights).into_iter().chain(listed).filter(|(_, add)| *add != 0.0).collect();
    let value = (1.0 + reasons.iter().map(|(_, weight)| weight).sum::<f64>()).min(weights.severity_cap);
    part("严重", value, sum_words(&reasons, value >= weights.severity_cap))
}

fn urgency(lead: &Lead, weights: &RankWeights, today: Date) -> Part {
    let Some(last) = lead.last_posted else {
        return part("时效", weights.urgency_undated, "发布日期不明".to_owned());
    };
    // A site's clock may run ahead of ours; a day in the future is today.
    let days = (today.duration_since(last).as_hours() / 24).max(0);
    let faded = libm::exp2(-(days as f64) / weights.half_life_days.max(f64::MIN_POSITIVE));
    let value = weights.urgency_floor + (1.0 - weights.urgency_floor) * faded;
    part("时效", value, if days == 0 { "今天仍在发布".to_owned() } else { format!("最近一次发布在 {days} 天前") })
}

fn corroboration(lead: &Lead, weights: &RankWeights) -> Part {
    let listings = lead.members.len().max(1);
    let further_sources = lead.sources.len().saturating_sub(1) as f64;
    let counties = format!("涉及 {} 个县区", lead.copies.len() + 1);
    let on_sites = format!("见于 {} 个来源", lead.sources.len());
    let written = format!("{listings} 条广告");
    let reasons: Vec<(&str, f64)> = [
        (written.as_str(), weights.per_doubling * libm::log2(listings as f64)),
        (on_sites.as_str(), weights.per_source * further_sources),
        (counties.as_str(), weights.per_county * lead.copies.len() as f64),
        ("同一联系方式在招老师", if lead.corroborating.is_empty() { 0.0 } else { weights.hiring }),
    ]
    .into_iter()
    .filter(|(_, weight)| *weight != 0.0)
    .collect();
    let value = (1.0 + reasons.iter().map(|(_, weight)| weight).sum::<f64>()).min(weights.corroboration_cap);
    part("印证", value, sum_words(&reasons, value >= weights.corroboration_cap))
}

/// `基数 1;自称在职教师 +0.60；M08 +0.30`
fn sum_words(reasons: &[(&str, f64)], capped: bool) -> String {
    let mut words = String::from("基数 1");
    for (reason, weight) in reasons {
        words.extend(["；", reason, &format!(" {weight:+.2}")]);
    }
    if capped {
        words.push_str("；已到上限");
    }
    words
}

/// The level by rule (domain guide 4.7). Being paid is part of what the two suspect verdicts mean.
fn level(lead: &Lead, weights: &RankWeights) -> (Level, String) {
    let listings = lead.members.len();
    if lead.top_score < weights.blue_below_score {
        return (Level::Blue, format!("最高概率低于 {:.2}，建档观察", weights.blue_below_score));
    }
    let grave: Vec<&str> = grave(lead, weights).into_iter().map(|(words, _)| words).collect();
    if !lead.subjects.is_empty() && !grave.is_empty() && listings >= weights.red_listings {
        return (Level::Red, format!("{}，{listings} 条广告", grave.join("、")));
    }
    let mut orange = Vec::new();
    if listings >= weights.orange_listings && lead.sources.len() > 1 {
        orange.push(format!("{listings} 条广告见于 {} 个来源", lead.sources.len()));
    }
    if lead.is_multi_county() {
        orange.push(format!("涉及 {} 个县区", lead.copies.len() + 1));
    }
    let heavy: Vec<&str> =
        lead.matters.iter().filter(|code| weights.orange_matters.contains(code)).map(String::as_str).collect();
    if !heavy.is_empty() {
        orange.push(format!("涉嫌事项 {}", heavy.join("、")));
    }
    if !orange.is_empty() {
        return (Level::Orange, orange.join("；"));
    }
    match (lead.subjects.is_empty(), lead.contacts.is_empty()) {
        (false, false) => (Level::Yellow, "科目、招揽和联系方式齐全".to_owned()),
        (true, _) => (Level::Blue, "没有写明科目，仅为暗示，建档观察".to_owned()),
        (false, true) => (Level::Blue, "没有联系方式，建档观察".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Contact, ContactKind, Jurisdiction, ListingId, SourceId, Span, Subject};
    use crate::leads::SeenContact;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn lead(listings: u64) -> Lead {
        let contact =
            Contact { kind: ContactKind::Phone, value: "13900000001".into(), span: Span::new(0, 11), disguised: false };
        Lead {
            members: (1..=listings).map(|n| ListingId(n.try_into().expect("small"))).collect(),
            contacts: vec![SeenContact { contact, seen_in: vec![ListingId(1)] }],
            subjects: vec![Subject::Math],
            sources: vec![SourceId("one".into())],
            top_score: 0.9,
            last_posted: Some(date(2026, 7, 1)),
            ..Lead::default()
        }
    }

    fn level_of(change: impl FnOnce(&mut Lead), listings: u64) -> Level {
        let mut lead = lead(listings);
        change(&mut lead);
        rank(&lead, &RankWeights::default(), date(2026, 7, 1)).level
    }

    #[test]
    fn levels_follow_the_domain_guide() {
        assert_eq!(level_of(|_| (), 1), Level::Yellow);
        assert_eq!(level_of(|lead| lead.top_score = 0.4, 5), Level::Blue);
        assert_eq!(level_of(|lead| lead.subjects.clear(), 1), Level::Blue);
        assert_eq!(level_of(|lead| lead.contacts.clear(), 1), Level::Blue);
        assert_eq!(level_of(|lead| lead.flags.push(Flag::TeacherClaim), 1), Level::Yellow);
        assert_eq!(level_of(|lead| lead.flags.push(Flag::TeacherClaim), 2), Level::Red);
        assert_eq!(level_of(|lead| lead.stages.push(Stage::Preschool), 2), Level::Red);
        assert_eq!(level_of(|lead| lead.matters.push("M21".into()), 2), Level::Red);
        assert_eq!(level_of(|lead| lead.matters.push("M12".into()), 1), Level::Orange);
        assert_eq!(level_of(|lead| lead.copies.push(Jurisdiction::parse("北票市")), 1), Level::Orange);
        assert_eq!(level_of(|_| (), 3), Level::Yellow);
        assert_eq!(level_of(|lead| lead.sources.push(SourceId("two".into())), 3), Level::Orange);
    }

    #[test]
    fn the_arithmetic_is_shown_and_adds_up() {
        let mut lead = lead(2);
        lead.matters = vec!["M08".into(), "M10".into()];
        let rank = rank(&lead, &RankWeights::default(), date(2026, 7, 22));
        let shown: Vec<(&str, f64)> = rank.parts.iter().map(|part| (part.name_zh.as_str(), part.value)).collect();
        assert_eq!(shown, [("把握", 0.9), ("严重", 1.9), ("时效", 0.65), ("印证", 1.25)]);
        assert_eq!(format!("{:.3}", rank.value), "1.389");
        assert_eq!(rank.parts[1].words, "基数 1；自称在职教师 +0.60；M08 +0.30");
        assert_eq!(rank.parts[2].words, "最近一次发布在 21 天前");
    }

    #[test]
    fn a_misspelt_weight_is_refused() {
        assert!(serde_json::from_str::<RankWeights>(r#"{"teacher":1.0}"#).is_ok());
        assert!(serde_json::from_str::<RankWeights>(r#"{"teachers":1.0}"#).is_err());
        let mut weights = RankWeights::default();
        assert_eq!(weights.check(), Ok(()));
        weights.matters.insert("M08".into(), -0.1);
        let error = weights.check().expect_err("a negative weight");
        assert_eq!(error.to_string(), "rank weight `matters.M08` is -0.1, expected at least 0");
    }

    proptest! {
        #[test]
        fn newer_surer_and_more_never_rank_lower(days in 0i64..400, score in 0.0f64..1.0, listings in 1u64..50) {
            let today = date(2026, 12, 31);
            let weights = RankWeights::default();
            let mut base = lead(listings);
            base.top_score = score;
            base.last_posted = today.checked_sub(jiff::Span::new().days(days)).ok();
            let value = rank(&base, &weights, today).value;
            let mut newer = base.clone();
            newer.last_posted = Some(today);
            let mut more = base.clone();
            more.members.push(ListingId(99));
            let mut surer = base;
            surer.top_score = 1.0;
            for better in [newer, more, surer] {
                prop_assert!(rank(&better, &weights, today).value >= value);
            }
        }
    }
}
