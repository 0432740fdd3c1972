//! Forms that no single word shows, and words that show a form only together with others.

use super::{CueKind, Signals};
use crate::domain::Form;

/// Adds what follows from several cues.
pub(super) fn infer(signals: &mut Signals) {
    // Agency orders send tutors into homes unless the lesson is on line.
    if !signals.forms.contains(&Form::OnlineLive) && signals.of(CueKind::AgencyOrder).take(3).count() >= 2 {
        push(signals, Form::HomePremises);
    }
    // A studio of the arts that also teaches a school subject hides it under its own name.
    let taught = !signals.subjects.is_empty() && signals.has(CueKind::Teach);
    let title = signals.title_chars;
    if taught
        && signals.of(CueKind::NonSubject).any(|cue| cue.span.start < title)
        && !signals.of(CueKind::Subject).any(|cue| cue.span.start < title)
    {
        push(signals, Form::Competence);
    }
}

fn push(signals: &mut Signals, form: Form) {
    if !signals.forms.contains(&form) {
        signals.forms.push(form);
    }
}
