//! The strict reading of the matter table: every problem with its line.

use super::{Condition, Limits, Matter, MatterError, MatterTable, Problem, Suggestion};
use crate::domain::Verdict;
use serde::Deserialize;
use std::ops::Range;
use toml::Spanned;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    limits: Spanned<RawLimits>,
    matter: Vec<Spanned<RawMatter>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawLimits {
    prepay_months: Spanned<f64>,
    prepay_lessons: Spanned<f64>,
    prepay_yuan: Spanned<f64>,
    lesson_yuan: Spanned<f64>,
    evening_end: Spanned<String>,
    online_end: Spanned<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawMatter {
    code: Spanned<String>,
    title_zh: Spanned<String>,
    legal_basis: Spanned<String>,
    verified: bool,
    lead_authority: Spanned<String>,
    co_authorities: Vec<Spanned<String>>,
    verdicts: Vec<Spanned<String>>,
    #[serde(default)]
    unless: Vec<Spanned<String>>,
    suggested_by: Vec<Spanned<RawSuggestion>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawSuggestion {
    when: Vec<Spanned<String>>,
    says: Spanned<String>,
}

/// Reads the table.
pub(super) fn parse(name: &str, text: &str) -> Result<MatterTable, MatterError> {
    let mut checker = Checker { text, problems: Vec::new() };
    let table = match toml::from_str::<RawTable>(text) {
        Ok(raw) => {
            let limits = checker.limits(raw.limits.get_ref());
            Some(MatterTable { limits, matters: checker.table(raw.matter) })
        }
        Err(error) => {
            let at = error.span().unwrap_or(0..0);
            checker.report(&at, "table", error.message().to_owned());
            None
        }
    };
    match table {
        Some(table) if checker.problems.is_empty() => Ok(table),
        _ => Err(MatterError { file: name.to_owned(), problems: checker.problems }),
    }
}

struct Checker<'a> {
    text: &'a str,
    problems: Vec<Problem>,
}

impl Checker<'_> {
    fn report(&mut self, at: &Range<usize>, field: &str, what: String) {
        let line = self.text.get(..at.start).unwrap_or(self.text).matches('\n').count() + 1;
        self.problems.push(Problem { line, field: field.to_owned(), what });
    }

    fn filled(&mut self, value: Spanned<String>, field: &str) -> String {
        if value.get_ref().trim().is_empty() {
            self.report(&value.span(), field, "found nothing, expected words".to_owned());
        }
        value.into_inner()
    }

    fn limits(&mut self, raw: &RawLimits) -> Limits {
        Limits {
            prepay_months: self.positive(&raw.prepay_months, "limits.prepay_months"),
            prepay_lessons: self.positive(&raw.prepay_lessons, "limits.prepay_lessons"),
            prepay_yuan: self.positive(&raw.prepay_yuan, "limits.prepay_yuan"),
            lesson_yuan: self.positive(&raw.lesson_yuan, "limits.lesson_yuan"),
            evening_end: self.minute(&raw.evening_end, "limits.evening_end"),
            online_end: self.minute(&raw.online_end, "limits.online_end"),
        }
    }

    fn positive(&mut self, value: &Spanned<f64>, field: &str) -> f64 {
        let found = *value.get_ref();
        if !(found.is_finite() && found > 0.0) {
            self.report(&value.span(), field, format!("found {found}, expected a number above 0"));
        }
        found
    }

    /// A time of day such as `20:30`, in minutes.
    fn minute(&mut self, value: &Spanned<String>, field: &str) -> u32 {
        let text = value.get_ref();
        let parsed = text.split_once(':').and_then(|(hour, minute)| {
            let (hour, minute): (u32, u32) = (hour.parse().ok()?, minute.parse().ok()?);
            (hour < 24 && minute < 60).then_some(hour * 60 + minute)
        });
        parsed.unwrap_or_else(|| {
            self.report(&value.span(), field, format!("found `{text}`, expected a time such as 20:30"));
            0
        })
    }

    fn table(&mut self, raw: Vec<Spanned<RawMatter>>) -> Vec<Matter> {
        let mut matters: Vec<Matter> = Vec::new();
        for matter in raw {
            let matter = self.matter(matter, &matters);
            matters.push(matter);
        }
        matters
    }

    fn matter(&mut self, raw: Spanned<RawMatter>, earlier: &[Matter]) -> Matter {
        let whole = raw.span();
        let raw = raw.into_inner();
        let at = raw.code.span();
        let code = raw.code.into_inner();
        let digits = code.strip_prefix('M').unwrap_or_default();
        if digits.len() != 2 || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
            self.report(&at, "code", format!("found `{code}`, expected M and two digits"));
        }
        if earlier.iter().any(|known| known.code == code) {
            self.report(&at, "code", format!("`{code}` stands twice"));
        }
        if raw.suggested_by.is_empty() {
            self.report(&whole, "suggested_by", format!("`{code}` has no entry, expected at least one"));
        }
        if raw.verdicts.is_empty() {
            self.report(&whole, "verdicts", format!("`{code}` has no entry, expected at least one"));
        }
        Matter {
            title_zh: self.filled(raw.title_zh, "title_zh"),
            legal_basis: self.filled(raw.legal_basis, "legal_basis"),
            verified: raw.verified,
            lead_authority: self.filled(raw.lead_authority, "lead_authority"),
            co_authorities: raw.co_authorities.into_iter().map(|name| self.filled(name, "co_authorities")).collect(),
            verdicts: raw.verdicts.into_iter().filter_map(|verdict| self.verdict(&verdict)).collect(),
            unless: raw.unless.into_iter().map(|other| self.earlier(other, earlier)).collect(),
            suggested_by: raw.suggested_by.into_iter().map(|one| self.suggestion(one)).collect(),
            code,
        }
    }

    fn verdict(&mut self, raw: &Spanned<String>) -> Option<Verdict> {
        raw.get_ref().parse().map_err(|error| self.report(&raw.span(), "verdicts", format!("{error}"))).ok()
    }

    fn earlier(&mut self, raw: Spanned<String>, earlier: &[Matter]) -> String {
        if !earlier.iter().any(|known| known.code == *raw.get_ref()) {
            let what = format!("found `{}`, expected the code of an earlier matter", raw.get_ref());
            self.report(&raw.span(), "unless", what);
        }
        raw.into_inner()
    }

    fn suggestion(&mut self, raw: Spanned<RawSuggestion>) -> Suggestion {
        let whole = raw.span();
        let raw = raw.into_inner();
        if raw.when.is_empty() {
            self.report(&whole, "suggested_by.when", "found nothing, expected at least one condition".to_owned());
        }
        let mut when = Vec::new();
        for condition in raw.when {
            match Condition::parse(condition.get_ref()) {
                Ok(parsed) => when.push(parsed),
                Err(what) => self.report(&condition.span(), "suggested_by.when", what),
            }
        }
        Suggestion { when, says: self.filled(raw.says, "suggested_by.says") }
    }
}
