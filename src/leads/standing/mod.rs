//! What the bureau already knows about the operator of a lead: a licence, past violations, complaints.
//!
//! A match is a sum of points for name, address, telephone and county, each with its words. Only one that reaches the
//! threshold counts, and one that two institutions reach alike clears nobody: a person decides.
//! What a licence changes (domain guide 1.1, article 20; 1.6, M06):
//! * a subject licence in force takes the lead out of the unlicensed queue, and findings of time, price and advertising stay;
//! * a non-subject licence makes subject offers a matter of exceeding the licence, M06.

mod addresses;
mod index;
mod known;
mod names;
mod scoring;
mod wording;

#[cfg(test)]
mod tests;

pub use index::{HeldComplaint, HeldInstitution, HeldViolation, Registers};
pub use known::Known;
pub use scoring::{MatchPart, MatchScore};
pub use wording::{Wording, WordingError};

use crate::domain::{Stage, TrainingKind};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// How sure a match must be and how far back one looks.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct StandingParams {
    /// Points from which a match counts.
    pub match_points: i32,
    /// Points from which a match is shown to people as possible.
    pub suggest_points: i32,
    /// Two institutions closer than this are ambiguous.
    pub ambiguous_within: i32,
    /// Months after a decision in which doing it again weighs more (administrative penalty rules, article 16).
    pub look_back_months: u16,
    /// So many complaints are many.
    pub many_complaints: usize,
    /// Days for an answer where the complaint itself gives none (15 by the rules on petitions, article 23).
    pub answer_days: u16,
}

impl Default for StandingParams {
    fn default() -> Self {
        Self {
            match_points: 80,
            suggest_points: 50,
            ambiguous_within: 15,
            look_back_months: 24,
            many_complaints: 3,
            answer_days: 15,
        }
    }
}

/// A parameter outside its range.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("standing.{field}: found {found}, expected {expected}")]
pub struct StandingError {
    /// Which.
    pub field: &'static str,
    /// Its value.
    pub found: i64,
    /// The range.
    pub expected: &'static str,
}

impl StandingParams {
    /// Refuses values that would make matching meaningless.
    ///
    /// # Errors
    /// The first value out of its range.
    pub fn check(&self) -> Result<(), StandingError> {
        let checks = [
            ("match_points", i64::from(self.match_points), 60, 200, "60 to 200"),
            ("suggest_points", i64::from(self.suggest_points), 30, i64::from(self.match_points), "30 to match_points"),
            ("ambiguous_within", i64::from(self.ambiguous_within), 0, 100, "0 to 100"),
            ("look_back_months", i64::from(self.look_back_months), 1, 120, "1 to 120"),
            ("many_complaints", i64::try_from(self.many_complaints).unwrap_or(i64::MAX), 1, 1000, "1 to 1000"),
            ("answer_days", i64::from(self.answer_days), 1, 365, "1 to 365"),
        ];
        match checks.into_iter().find(|(_, found, least, most, _)| found < least || found > most) {
            Some((field, found, _, _, expected)) => Err(StandingError { field, found, expected }),
            None => Ok(()),
        }
    }
}

/// What is known about an operator from elsewhere.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(default)]
pub struct Standing {
    /// The licensed institution it seems to be.
    pub licensed: Option<LicensedMatch>,
    /// Violations that were dealt with, newest first.
    pub violations: Vec<PastViolation>,
    /// Complaints about it.
    pub complaints: Complaints,
    /// Whether complaints are many, by the parameter of the day.
    pub many_complaints: bool,
}

/// The licensed institution an operator seems to be.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct LicensedMatch {
    /// Number of the institution's row in the store.
    pub institution: i64,
    /// Its name.
    pub name: String,
    /// What it may teach.
    pub kind: Option<TrainingKind>,
    /// Stages it may teach; empty when the list does not say.
    pub stages: Vec<Stage>,
    /// Whether the licence holds on the day of the match.
    pub in_force: bool,
    /// Last day of the licence, where known.
    pub valid_until: Option<Date>,
    /// How sure that is.
    pub certainty: Certainty,
    /// Why.
    pub score: MatchScore,
    /// Whether it was seen to offer school subjects.
    pub offers_subjects: bool,
    /// Stages offered that the licence does not name.
    pub beyond_stages: Vec<Stage>,
}

/// How sure a match is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Certainty {
    /// Enough points, and nobody else comes near.
    Matched,
    /// Enough points, but another institution has nearly as many.
    Ambiguous,
    /// Too few points; worth a look.
    Possible,
}

impl Certainty {
    /// The word people read.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Matched => "匹配",
            Self::Ambiguous => "有多家相近，需人工确认",
            Self::Possible => "可能，需人工确认",
        }
    }
}

/// A violation of the past that seems to be the same operator's.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct PastViolation {
    /// Number of its row in the store.
    pub violation: i64,
    /// The day of the decision.
    pub decided_on: Date,
    /// What was found.
    pub matter: Option<String>,
    /// What was decided.
    pub result: Option<String>,
    /// Number of the decision.
    pub document: Option<String>,
    /// Whether the operator was seen again within the look-back window (article 16: 从重).
    pub repeat: bool,
    /// How sure that it is the same operator: [`Certainty::Matched`] or [`Certainty::Possible`].
    pub certainty: Certainty,
    /// Why.
    pub score: MatchScore,
}

/// Complaints about an operator.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Complaints {
    /// Not answered yet.
    pub open: usize,
    /// All of them.
    pub total: usize,
    /// Not answered and past their day.
    pub overdue: usize,
    /// The day of the latest.
    pub latest: Option<Date>,
}

/// Matters that only somebody without a licence commits.
const WITHOUT_LICENCE: &[&str] = &["M01", "M02", "M03", "M04", "M05", "M07", "M19"];
/// Matters of somebody without a licence that a non-subject licence turns into exceeding it.
const EXCEEDED: &[&str] = &["M01", "M02", "M03", "M04", "M05", "M07"];
/// Exceeding a licence.
pub const OVER_SCOPE: &str = "M06";

/// Whether a licence takes the lead out of the unlicensed queue: surely matched, in force, for subjects, for all stages
/// offered.
#[must_use]
pub fn clears_unlicensed(standing: &Standing) -> bool {
    standing.licensed.as_ref().is_some_and(|licensed| {
        licensed.certainty == Certainty::Matched
            && licensed.in_force
            && licensed.kind == Some(TrainingKind::Subject)
            && licensed.beyond_stages.is_empty()
    })
}

/// Whether somebody with a licence offers what it does not cover: subjects with a non-subject licence, or other stages.
#[must_use]
pub fn exceeds_licence(standing: &Standing) -> bool {
    standing.licensed.as_ref().is_some_and(|licensed| {
        licensed.certainty == Certainty::Matched
            && licensed.in_force
            && licensed.offers_subjects
            && licensed.kind.is_some()
            && (licensed.kind != Some(TrainingKind::Subject) || !licensed.beyond_stages.is_empty())
    })
}

/// The suspected matters of a lead once its licence is known, sorted; findings of time, price and advertising always stay.
///
/// A licence that has ended, or that nobody is sure of, changes nothing. The lead itself keeps what was found, so that undoing
/// an import needs no second judgement: ask this wherever matters are shown.
#[must_use]
pub fn matters_with_licence(matters: &[String], standing: &Standing) -> Vec<String> {
    let gone: &[&str] = if clears_unlicensed(standing) {
        WITHOUT_LICENCE
    } else if exceeds_licence(standing) {
        EXCEEDED
    } else {
        &[]
    };
    let mut left: Vec<String> = matters.iter().filter(|code| !gone.contains(&code.as_str())).cloned().collect();
    if exceeds_licence(standing) {
        left.push(OVER_SCOPE.to_owned());
    }
    left.sort();
    left.dedup();
    left
}

impl Standing {
    /// Whether a violation was surely this operator's and it was seen again within the look-back window.
    #[must_use]
    pub fn repeats(&self) -> bool {
        self.violations.iter().any(|past| past.repeat && past.certainty == Certainty::Matched)
    }

    /// What people read, one line for each thing known; empty when nothing is.
    #[must_use]
    pub fn words(&self) -> Vec<String> {
        let mut lines = Vec::new();
        if let Some(licensed) = &self.licensed {
            let kind = licensed.kind.map_or("类别未注明", TrainingKind::zh);
            let state = if licensed.in_force { "许可有效" } else { "许可已失效" };
            let effect = if clears_unlicensed(self) {
                "；不作为无证线索，时间、收费、广告问题保留"
            } else if exceeds_licence(self) {
                "；涉嫌超许可范围（M06）"
            } else {
                ""
            };
            lines.push(format!(
                "持证名册：{}（{kind}，{state}）——{}{effect}；{}",
                licensed.name,
                licensed.certainty.zh(),
                licensed.score.zh()
            ));
        }
        for past in &self.violations {
            let matter = past.matter.as_deref().unwrap_or("事项未注明");
            let repeat = if past.repeat && past.certainty == Certainty::Matched {
                "；两年内再次出现，可能从重（办法第16条）"
            } else {
                ""
            };
            lines.push(format!(
                "违法记录：{} {matter}——{}{repeat}；{}",
                past.decided_on,
                past.certainty.zh(),
                past.score.zh()
            ));
        }
        if self.complaints.total > 0 {
            let Complaints { open, total, overdue, latest } = &self.complaints;
            let latest = latest.map(|day| format!("，最近 {day}")).unwrap_or_default();
            lines.push(format!("投诉：共 {total} 件，未答复 {open} 件，超期 {overdue} 件{latest}"));
        }
        lines
    }
}
