//! From probabilities and legal elements to a verdict with its side marks.

use crate::domain::{Flag, Probabilities, Verdict};
use crate::signals::{CueKind, Signals};

/// Whether a verdict means an offer of subject tutoring.
pub(crate) fn is_lead(verdict: Verdict) -> bool {
    matches!(verdict, Verdict::Overt | Verdict::Disguised)
}

/// The likelier side first, then the likelier class on it: `score` of one half and the verdict never contradict.
pub(super) fn likeliest(chances: &Probabilities) -> Verdict {
    if chances.score() >= 0.5 {
        if chances.overt >= chances.disguised { Verdict::Overt } else { Verdict::Disguised }
    } else if chances.non_subject >= chances.irrelevant {
        Verdict::NonSubject
    } else {
        Verdict::Irrelevant
    }
}

/// The verdict and the flags of a listing.
#[must_use]
pub fn decide(chances: &Probabilities, signals: &Signals) -> (Verdict, Vec<Flag>) {
    let verdict = likeliest(chances);
    let shows = |kind: CueKind| signals.cues.iter().any(|cue| cue.kind == kind);
    let lead = is_lead(verdict);
    let holds = |flag: &Flag| match flag {
        Flag::NeedExpert => {
            shows(CueKind::Expert)
                && (verdict == Verdict::NonSubject || (verdict == Verdict::Disguised && signals.subjects.is_empty()))
        }
        Flag::TeacherClaim => lead && shows(CueKind::TeacherClaim),
        Flag::AdControl => verdict == Verdict::NonSubject && (shows(CueKind::Offer) || shows(CueKind::Price)),
        Flag::AgencyOrder => lead && shows(CueKind::AgencyOrder),
        Flag::IntelRecruiting => verdict == Verdict::Irrelevant && shows(CueKind::Recruit),
    };
    (verdict, Flag::ALL.iter().copied().filter(holds).collect())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn verdict_and_score_agree(raw in proptest::array::uniform4(0.0_f64..1.0)) {
            let sum: f64 = raw.iter().sum::<f64>().max(1e-9);
            let chances = Probabilities::from_array(raw.map(|part| part / sum));
            prop_assert_eq!(is_lead(likeliest(&chances)), chances.score() >= 0.5);
        }
    }
}
