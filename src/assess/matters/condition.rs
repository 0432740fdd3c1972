//! What must hold for a matter to be suggested, and where it shows.

use crate::assess::facts::{FactKind, Facts};
use crate::domain::{Form, Span, Stage};
use crate::signals::{CueKind, Signals};
use crate::text::ClearText;

/// What must hold for a suggestion.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Condition {
    /// A signal of this kind stands in the text.
    Cue(CueKind),
    /// A cover was recognised.
    Form(Form),
    /// A stage was recognised.
    Stage(Stage),
    /// A fact of this kind stands in the text.
    Fact(FactKind),
    /// These words stand in the cleaned text.
    Text(String),
}

/// One text as the table reads it.
#[derive(Clone, Copy)]
pub(super) struct Shown<'a> {
    pub(super) signals: &'a Signals,
    pub(super) facts: &'a Facts,
    pub(super) text: &'a ClearText,
}

impl Condition {
    pub(super) fn parse(text: &str) -> Result<Self, String> {
        const EXPECTED: &str = "expected `cue:`, `fact:`, `form:`, `stage:` or `text:` and a value";
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
            "fact" => {
                FactKind::ALL.iter().find(|known| known.code() == value).map(|known| Self::Fact(*known)).ok_or_else(
                    || {
                        let known: Vec<&str> = FactKind::ALL.iter().map(|known| known.code()).collect();
                        format!("unknown fact `{value}`, expected one of {}", known.join("|"))
                    },
                )
            }
            "form" => value.parse().map(Self::Form).map_err(|error| error.to_string()),
            "stage" => value.parse().map(Self::Stage).map_err(|error| error.to_string()),
            "text" if !value.trim().is_empty() => Ok(Self::Text(value.to_owned())),
            _ => Err(format!("found `{text}`, {EXPECTED}")),
        }
    }

    pub(super) fn holds(&self, shown: Shown) -> bool {
        let Shown { signals, facts, text } = shown;
        match self {
            Self::Fact(kind) => facts.first(*kind).is_some(),
            Self::Cue(kind) => signals.cues.iter().any(|cue| cue.kind == *kind),
            Self::Form(form) => signals.forms.contains(form),
            Self::Stage(stage) => signals.stages.contains(stage),
            Self::Text(words) => text.as_str().contains(words),
        }
    }

    /// Where the condition shows in the text, when it shows in one place.
    pub(super) fn place(&self, shown: Shown) -> Option<Span> {
        let Shown { signals, facts, text } = shown;
        match self {
            Self::Fact(kind) => facts.first(*kind).map(|fact| fact.span),
            Self::Cue(kind) => first_cue(signals, &[*kind]),
            Self::Form(form) => {
                let words = signals.form_words.iter().find(|(shown, _)| shown == form).map(|(_, span)| *span);
                words.or_else(|| first_cue(signals, anchors(*form)))
            }
            Self::Stage(stage) => {
                let kinds: &[CueKind] = if *stage == Stage::Preschool { &[CueKind::Preschool] } else { &[] };
                let words = signals.stage_words.iter().find(|(shown, _)| shown == stage).map(|(_, span)| *span);
                words.or_else(|| first_cue(signals, kinds))
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

/// A matter is never stated without a quote: what is taught or offered, or else the first line.
pub(super) fn fallback(signals: &Signals, text: &ClearText) -> Span {
    const KINDS: [CueKind; 5] = [CueKind::Subject, CueKind::Teach, CueKind::Homework, CueKind::Offer, CueKind::Hint];
    first_cue(signals, &KINDS).unwrap_or_else(|| {
        let skipped = text.original().chars().take_while(|c| c.is_whitespace()).count();
        let line = text.original().trim_start().lines().next().unwrap_or_default();
        Span::new(skipped, skipped + line.chars().count())
    })
}
