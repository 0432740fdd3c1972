//! The table of suspected matters: law as data, read strictly, applied to signals and facts.
//!
//! What comes out is a suspicion with its quote and is worded as such (涉嫌); whether it holds, people find out.

mod condition;
mod reading;

pub use super::facts::Limits;
pub use condition::Condition;

use super::facts::Facts;
use crate::domain::{Finding, Verdict};
use crate::signals::Signals;
use crate::text::ClearText;
use condition::{Shown, fallback};
use std::fmt;

/// One thing wrong with the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Line, from 1.
    pub line: usize,
    /// Field and matter.
    pub field: String,
    /// What was found and what was expected.
    pub what: String,
}

/// Everything wrong with the table.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct MatterError {
    /// Name of the file.
    pub file: String,
    /// At least one.
    pub problems: Vec<Problem>,
}

impl fmt::Display for MatterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.problems.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}:{}: {}: {}", self.file, problem.line, problem.field, problem.what)?;
        }
        Ok(())
    }
}

/// Conditions that suggest a matter when all of them hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// At least one.
    pub when: Vec<Condition>,
    /// What people read.
    pub says: String,
}

impl Suggestion {
    /// What people read, with the numbers of the first fact that measured something.
    fn worded(&self, facts: &Facts) -> String {
        let measured = self.when.iter().find_map(|when| match when {
            Condition::Fact(kind) => {
                facts.first(*kind).filter(|fact| fact.words.contains(|ch: char| ch.is_ascii_digit()))
            }
            _ => None,
        });
        measured.map_or_else(|| self.says.clone(), |fact| format!("{}（{}）", self.says, fact.words))
    }
}

/// One matter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Matter {
    /// For example `M08`.
    pub code: String,
    /// What is suspected.
    pub title_zh: String,
    /// Laws and articles.
    pub legal_basis: String,
    /// Whether the articles were checked against the official text; otherwise people read 待核.
    pub verified: bool,
    /// Who leads.
    pub lead_authority: String,
    /// Who helps.
    pub co_authorities: Vec<String>,
    /// Verdicts it can be suspected under.
    pub verdicts: Vec<Verdict>,
    /// Codes of earlier matters that make it needless.
    pub unless: Vec<String>,
    /// Any one is enough.
    pub suggested_by: Vec<Suggestion>,
}

impl Matter {
    /// The basis as people read it, with 待核 where it is not verified.
    #[must_use]
    pub fn basis_zh(&self) -> String {
        if self.verified { self.legal_basis.clone() } else { format!("{}(待核)", self.legal_basis) }
    }
}

/// All matters, in the order of the file, with the limits that some of them measure by.
#[derive(Clone, Debug, PartialEq)]
pub struct MatterTable {
    limits: Limits,
    matters: Vec<Matter>,
}

impl MatterTable {
    /// Reads the table.
    ///
    /// # Errors
    /// With every problem found, each with file, line and field.
    pub fn parse(name: &str, text: &str) -> Result<Self, MatterError> {
        reading::parse(name, text)
    }

    /// The limits that facts are measured by.
    #[must_use]
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// In the order of the file.
    #[must_use]
    pub fn all(&self) -> &[Matter] {
        &self.matters
    }

    /// By its code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Matter> {
        self.matters.iter().find(|matter| matter.code == code)
    }

    /// The matters that the text suggests, one finding each, in the order of the table.
    #[must_use]
    pub fn findings(&self, signals: &Signals, facts: &Facts, text: &ClearText, verdict: Verdict) -> Vec<Finding> {
        let shown = Shown { signals, facts, text };
        let mut findings: Vec<Finding> = Vec::new();
        for matter in self.matters.iter().filter(|matter| matter.verdicts.contains(&verdict)) {
            if findings.iter().any(|found| matter.unless.contains(&found.matter)) {
                continue;
            }
            let held = matter.suggested_by.iter().find(|one| one.when.iter().all(|when| when.holds(shown)));
            let Some(suggestion) = held else { continue };
            let place = suggestion.when.iter().find_map(|when| when.place(shown));
            let span = place.unwrap_or_else(|| fallback(signals, text));
            findings.push(Finding {
                matter: matter.code.clone(),
                rule: suggestion.worded(facts),
                basis_zh: matter.basis_zh(),
                quote: text.quote(span).to_owned(),
                span,
            });
        }
        findings
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &str = include_str!("../../../seeds/matters.toml");

    #[test]
    fn the_seed_is_in_order() {
        let table = MatterTable::parse("matters.toml", SEED).expect("the committed table");
        assert_eq!(table.all().len(), 22);
        assert!(table.get("M08").is_some_and(|matter| !matter.verified && matter.basis_zh().ends_with("(待核)")));
        assert!(table.all().iter().all(|matter| matter.title_zh.starts_with("涉嫌")), "only ever suspected");
    }

    #[test]
    fn every_problem_is_named_with_its_line() {
        let wrong = SEED
            .replacen("code = \"M22\"", "code = \"M21\"", 1)
            .replacen("fact:prepay_amount", "fact:prepaid", 1)
            .replacen("prepay_months = 3", "prepay_months = -3", 1)
            .replacen("\"20:30\"", "\"25:30\"", 1)
            .replacen("form:travel_camp", "form:camp", 1);
        let error = MatterTable::parse("m.toml", &wrong).expect_err("five mistakes");
        assert_eq!(error.problems.len(), 5, "{error}");
        let line = |needle: &str| wrong[..wrong.find(needle).unwrap_or(0)].matches('\n').count() + 1;
        let text = error.to_string();
        for (needle, says) in [
            ("fact:prepaid", "suggested_by.when: unknown fact `prepaid`"),
            ("= -3", "limits.prepay_months: found -3, expected a number above 0"),
            ("25:30", "limits.evening_end: found `25:30`, expected a time such as 20:30"),
            ("form:camp", "suggested_by.when: unknown Form `camp`"),
        ] {
            assert!(text.contains(&format!("m.toml:{}: {says}", line(needle))), "{text}");
        }
        let unknown =
            MatterTable::parse("m.toml", &SEED.replacen("verified = true", "verfied = true", 1)).expect_err("a typo");
        assert!(unknown.to_string().contains("verfied"), "{unknown}");
    }
}
