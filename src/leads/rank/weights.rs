//! What makes a lead go first: every number of the ranking, checked.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

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
    /// Added when rooms, a staff and a division of work are shown.
    pub organised: f64,
    /// Matters that also say so.
    pub organised_matters: Vec<String>,
    /// Added when the operator was punished within `repeat_years`.
    pub repeat: f64,
    /// How long a past violation counts, in years.
    pub repeat_years: u8,
    /// What confidence is multiplied by, 0..1, when the operator seems to be licensed for school subjects.
    pub licensed_share: f64,
    /// Matters that make a lead orange by themselves: fees above the limit.
    pub orange_matters: Vec<String>,
    /// Largest severity.
    pub severity_cap: f64,
    /// Days after which the part of urgency that fades is halved.
    pub half_life_days: f64,
    /// Urgency of a lead posted long ago, 0..1; a lead of today has 1.
    pub urgency_floor: f64,
    /// Urgency when no day of posting is known.
    pub urgency_undated: f64,
    /// What urgency is multiplied by, 0..1, when every listing is gone.
    pub gone_factor: f64,
    /// Added to the factor of urgency while a vacation or holiday runs.
    pub window_running: f64,
    /// The most that is added while one is coming; it grows as the first day comes nearer.
    pub window_coming: f64,
    /// Share of both, 0..1, for leads whose listings speak of no days off.
    pub window_other_share: f64,
    /// Days before a vacation from which it is coming.
    pub vacation_ahead_days: u16,
    /// Days before a public holiday from which it is coming.
    pub holiday_ahead_days: u16,
    /// Added to corroboration each time the number of listings doubles.
    pub per_doubling: f64,
    /// What a listing that is gone counts, 0..1, beside one that is on line.
    pub gone_share: f64,
    /// Added for each further source.
    pub per_source: f64,
    /// Added for each further county.
    pub per_county: f64,
    /// Added when the number of complaints and tips, counted from one, doubles.
    pub per_complaint: f64,
    /// Added when the same contact is hiring.
    pub hiring: f64,
    /// Added when a listing is an agency's numbered order, which hints at an organised trade.
    pub agency_order: f64,
    /// Largest corroboration.
    pub corroboration_cap: f64,
    /// Share of offers among the listings of a sweep, above 0 and below 1.
    pub expected_share: f64,
    /// Share of offers among the listings the model learnt from, above 0 and below 1: a score is a probability there, and
    /// has to be brought down to the sweep's.
    pub corpus_share: f64,
    /// A lead whose probability in the sweep, with what corroborates it, is lower stays blue.
    pub blue_below: f64,
    /// Listings over several sources from which a lead is orange.
    pub orange_listings: usize,
    /// Listings from which a grave lead is red.
    pub red_listings: usize,
}

impl Default for RankWeights {
    fn default() -> Self {
        let codes = |list: &[&str]| list.iter().map(ToString::to_string).collect();
        let matters = [
            ("M02", 0.1),
            ("M03", 0.2),
            ("M04", 0.2),
            ("M06", 0.2),
            ("M07", 0.3),
            ("M08", 0.3),
            ("M12", 0.4),
            ("M13", 0.1),
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
            organised: 0.4,
            organised_matters: codes(&["M01"]),
            repeat: 0.8,
            repeat_years: 2,
            licensed_share: 0.6,
            orange_matters: codes(&["M12"]),
            severity_cap: 3.5,
            half_life_days: 21.0,
            urgency_floor: 0.3,
            urgency_undated: 0.6,
            gone_factor: 0.4,
            window_running: 0.3,
            window_coming: 0.2,
            window_other_share: 0.5,
            vacation_ahead_days: 35,
            holiday_ahead_days: 14,
            per_doubling: 0.25,
            gone_share: 0.5,
            per_source: 0.2,
            per_county: 0.2,
            per_complaint: 0.3,
            hiring: 0.2,
            agency_order: 0.1,
            corroboration_cap: 3.0,
            expected_share: 0.03,
            corpus_share: 0.42,
            blue_below: 0.4,
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
            ("blue_below", self.blue_below),
            ("gone_factor", self.gone_factor),
            ("gone_share", self.gone_share),
            ("licensed_share", self.licensed_share),
            ("window_other_share", self.window_other_share),
        ];
        let caps = [("severity_cap", self.severity_cap), ("corroboration_cap", self.corroboration_cap)];
        let added = [
            ("teacher", self.teacher),
            ("preschool", self.preschool),
            ("boarding", self.boarding),
            ("organised", self.organised),
            ("repeat", self.repeat),
            ("window_running", self.window_running),
            ("window_coming", self.window_coming),
            ("per_complaint", self.per_complaint),
            ("agency_order", self.agency_order),
            ("per_doubling", self.per_doubling),
            ("per_source", self.per_source),
            ("per_county", self.per_county),
            ("hiring", self.hiring),
        ];
        let matters = self.matters.iter().map(|(code, weight)| (format!("matters.{code}"), *weight));
        let named = |(field, found): (&str, f64)| (field.to_owned(), found);
        refuse(unit.map(named), "a number from 0 to 1", |found| (0.0..=1.0).contains(&found))?;
        let shares = [("expected_share", self.expected_share), ("corpus_share", self.corpus_share)];
        refuse(shares.map(named), "a number above 0 and below 1", |found| found > 0.0 && found < 1.0)?;
        refuse(caps.map(named), "at least 1", |found| found >= 1.0 && found.is_finite())?;
        refuse([("half_life_days".to_owned(), self.half_life_days)], "more than 0", |found| {
            found > 0.0 && found.is_finite()
        })?;
        if self.window_coming > self.window_running {
            let (field, found) = ("window_coming".to_owned(), self.window_coming);
            return Err(WeightError { field, found, expected: "at most window_running" });
        }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_misspelt_weight_is_refused() {
        assert!(serde_json::from_str::<RankWeights>(r#"{"teacher":1.0}"#).is_ok());
        assert!(serde_json::from_str::<RankWeights>(r#"{"teachers":1.0}"#).is_err());
        let mut weights = RankWeights::default();
        assert_eq!(weights.check(), Ok(()));
        weights.matters.insert("M08".into(), -0.1);
        let error = weights.check().expect_err("a negative weight");
        assert_eq!(error.to_string(), "rank weight `matters.M08` is -0.1, expected at least 0");
        let eager = RankWeights { window_coming: 0.9, ..RankWeights::default() };
        let error = eager.check().expect_err("a window must not count less when it begins");
        assert_eq!(error.to_string(), "rank weight `window_coming` is 0.9, expected at most window_running");
    }
}
