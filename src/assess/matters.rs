//! The table of suspected matters: law as data, read strictly, applied to signals.
//!
//! What comes out is a suspicion with its quote and is worded as such (涉嫌); whether it holds, people find out.

use crate::domain::{Finding, Form, Span, Stage, Verdict};
use crate::signals::{CueKind, Signals};
use crate::text::ClearText;
use serde::Deserialize;
use std::fmt;
use std::ops::Range;
use toml::Spanned;

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

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawTable {
    matter: Vec<Spanned<RawMatter>>,
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

/// What must hold for a suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A signal of this kind stands in the text.
    Cue(CueKind),
    /// A cover was recognised.
    Form(Form),
    /// A stage was recognised.
    Stage(Stage),
    /// These words stand in the cleaned text.
    Text(String),
}

/// Conditions that suggest a matter when all of them hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Suggestion {
    /// At least one.
    pub when: Vec<Condition>,
    /// What people read.
    pub says: String,
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

/// All matters, in the order of the file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MatterTable(Vec<Matter>);

impl MatterTable {
    /// Reads the table.
    ///
    /// # Errors
    /// With every problem found, each with file, line and field.
    pub fn parse(name: &str, text: &str) -> Result<Self, MatterError> {
        let mut checker = Checker { text, problems: Vec::new() };
        let matters = match toml::from_str::<RawTable>(text) {
            Ok(raw) => checker.table(raw),
            Err(error) => {
                let at = error.span().unwrap_or(0..0);
                checker.report(&at, "table", error.message().to_owned());
                Vec::new()
            }
        };
        if checker.problems.is_empty() {
            Ok(Self(matters))
        } else {
            Err(MatterError { file: name.to_owned(), problems: checker.problems })
        }
    }

    /// In the order of the file.
    #[must_use]
    pub fn all(&self) -> &[Matter] {
        &self.0
    }

    /// By its code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Matter> {
        self.0.iter().find(|matter| matter.code == code)
    }

    /// The matters that the text suggests, one finding each, in the order of the table.
    #[must_use]
    pub fn findings(&self, signals: &Signals, text: &ClearText, verdict: Verdict) -> Vec<Finding> {
        let mut findings: Vec<Finding> = Vec::new();
        for matter in self.0.iter().filter(|matter| matter.verdicts.contains(&verdict)) {
            if findings.iter().any(|found| matter.unless.contains(&found.matter)) {
                continue;
            }
            let held = matter.suggested_by.iter().find(|one| one.when.iter().all(|when| when.holds(signals, text)));
            let Some(suggestion) = held else { continue };
            let place = suggestion.when.iter().find_map(|when| when.place(signals, text));
            let span = place.unwrap_or_else(|| fallback(signals, text));
            findings.push(Finding {
                matter: matter.code.clone(),
                rule: suggestion.says.clone(),
                quote: text.quote(span).to_owned(),
                span,
            });
        }
        findings
    }
}

impl Condition {
    fn parse(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected `cue:`, `form:`, `stage:` or `text:` and a value";
        let Some((kind, value)) = text.split_once(':') else {
            return Err(format!("found `{text}`, {EXPECTED}"));
        };
        match kind {
            "cue" => CueKind::ALL.iter().find(|known| known.code() == value).map(|known| Self::Cue(*known)).ok_or_else(
                || {
                    let known: Vec<&str> = CueKind::ALL.iter().map(|known| known.code()).collect();
                    format!("unknown cue `{value}`, expected one of {}", known.join("|"))
                },
            ),
            "form" => value.parse().map(Self::Form).map_err(|error| error.to_string()),
            "stage" => value.parse().map(Self::Stage).map_err(|error| error.to_string()),
            "text" if !value.trim().is_empty() => Ok(Self::Text(value.to_owned())),
            _ => Err(format!("found `{text}`, {EXPECTED}")),
        }
    }

    fn holds(&self, signals: &Signals, text: &ClearText) -> bool {
        match self {
            Self::Cue(kind) => signals.cues.iter().any(|cue| cue.kind == *kind),
            Self::Form(form) => signals.forms.contains(form),
            Self::Stage(stage) => signals.stages.contains(stage),
            Self::Text(words) => text.as_str().contains(words),
        }
    }

    /// Where the condition shows in the text, when it shows in one place.
    fn place(&self, signals: &Signals, text: &ClearText) -> Option<Span> {
        match self {
            Self::Cue(kind) => first_cue(signals, &[*kind]),
            Self::Form(form) => {
                let shown = signals.form_words.iter().find(|(shown, _)| shown == form).map(|(_, span)| *span);
                shown.or_else(|| first_cue(signals, anchors(*form)))
            }
            Self::Stage(stage) => {
                let kinds: &[CueKind] = if *stage == Stage::Preschool { &[CueKind::Preschool] } else { &[] };
                detailed_cue(signals, stage.code()).or_else(|| first_cue(signals, kinds))
            }
            Self::Text(words) => text.as_str().find(words.as_str()).map(|start| text.span(start..start + words.len())),
        }
    }
}

/// Signals that usually make a cover visible.
fn anchors(form: Form) -> &'static [CueKind] {
    match form {
        Form::OnlineLive => &[CueKind::Online],
        Form::HomePremises => &[CueKind::Premises],
        Form::InServiceTeacher => &[CueKind::TeacherClaim],
        Form::Competence => &[CueKind::Expert, CueKind::Competition],
        Form::TravelCamp => &[CueKind::Boarding],
        Form::Care => &[CueKind::Homework],
        Form::PooledTutor => &[CueKind::Organised],
        Form::Plain | Form::Consulting | Form::DomesticService => &[],
    }
}

fn first_cue(signals: &Signals, kinds: &[CueKind]) -> Option<Span> {
    kinds.iter().find_map(|kind| signals.cues.iter().find(|cue| cue.kind == *kind)).map(|cue| cue.span)
}

fn detailed_cue(signals: &Signals, detail: &str) -> Option<Span> {
    signals.cues.iter().find(|cue| *cue.detail == *detail).map(|cue| cue.span)
}

/// A matter is never stated without a quote: what is taught or offered, or else the first line.
fn fallback(signals: &Signals, text: &ClearText) -> Span {
    const KINDS: [CueKind; 5] = [CueKind::Subject, CueKind::Teach, CueKind::Homework, CueKind::Offer, CueKind::Hint];
    first_cue(signals, &KINDS).unwrap_or_else(|| {
        let skipped = text.original().chars().take_while(|c| c.is_whitespace()).count();
        let line = text.original().trim_start().lines().next().unwrap_or_default();
        Span::new(skipped, skipped + line.chars().count())
    })
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

    fn table(&mut self, raw: RawTable) -> Vec<Matter> {
        let mut matters: Vec<Matter> = Vec::new();
        for matter in raw.matter {
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

#[cfg(test)]
mod tests {
    use super::*;

    const SEED: &str = include_str!("../../seeds/matters.toml");

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
            .replacen("cue:prepay", "cue:prepaid", 1)
            .replacen("form:travel_camp", "form:camp", 1);
        let error = MatterTable::parse("m.toml", &wrong).expect_err("three mistakes");
        assert_eq!(error.problems.len(), 3);
        let line = |needle: &str| wrong[..wrong.find(needle).unwrap_or(0)].matches('\n').count() + 1;
        let text = error.to_string();
        for (needle, says) in [
            ("cue:prepaid", "suggested_by.when: unknown cue `prepaid`"),
            ("form:camp", "suggested_by.when: unknown Form `camp`"),
        ] {
            assert!(text.contains(&format!("m.toml:{}: {says}", line(needle))), "{text}");
        }
        let unknown =
            MatterTable::parse("m.toml", &SEED.replacen("verified = true", "verfied = true", 1)).expect_err("a typo");
        assert!(unknown.to_string().contains("verfied"), "{unknown}");
    }
}
