//! What a lead carries besides its verdict: forms, subjects and stages, several of each at a time.
//!
//! The word lists already name most of them; what they say goes in as hints, and a linear model over words, signals and
//! families of words corrects them (英语作文 is no Chinese; 晚托 with 讲题 is care even where no list knows the shop).

use super::features::Features;
use super::vocabulary::Vocabulary;
use crate::domain::{Form, Stage, Subject};
use crate::signals::Signals;

const FORMS: usize = Form::ALL.len();
const SUBJECTS: usize = Subject::ALL.len();
const STAGES: usize = Stage::ALL.len();
/// How many tags there are: forms, then subjects, then stages, each in the order of the contract.
pub(super) const TAGS: usize = FORMS + SUBJECTS + STAGES;
/// One hint per tag, and how many subjects were named.
pub(super) const HINTS: usize = TAGS + 1;
/// A text that names three subjects or more names "many".
const MANY: f64 = 3.0;

/// The three kinds of tags as ranges of their common order.
pub(super) const KINDS: [std::ops::Range<usize>; 3] =
    [0..FORMS, FORMS..FORMS + SUBJECTS, FORMS + SUBJECTS..FORMS + SUBJECTS + STAGES];

/// Forms, subjects and stages of one listing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tags {
    /// In the order of the contract.
    pub forms: Vec<Form>,
    /// In the order of the contract.
    pub subjects: Vec<Subject>,
    /// In the order of the contract.
    pub stages: Vec<Stage>,
}

impl Tags {
    /// One switch per tag.
    pub(super) fn switches(&self) -> [bool; TAGS] {
        let forms = Form::ALL.iter().map(|tag| self.forms.contains(tag));
        let subjects = Subject::ALL.iter().map(|tag| self.subjects.contains(tag));
        let stages = Stage::ALL.iter().map(|tag| self.stages.contains(tag));
        let mut out = [false; TAGS];
        for (switch, on) in out.iter_mut().zip(forms.chain(subjects).chain(stages)) {
            *switch = on;
        }
        out
    }

    fn of(on: impl Fn(usize) -> bool) -> Self {
        let some = |range: &std::ops::Range<usize>| {
            let start = range.start;
            range.clone().filter(|tag| on(*tag)).map(move |tag| tag - start)
        };
        Self {
            forms: some(&KINDS[0]).map(|tag| Form::ALL[tag]).collect(),
            subjects: some(&KINDS[1]).map(|tag| Subject::ALL[tag]).collect(),
            stages: some(&KINDS[2]).map(|tag| Stage::ALL[tag]).collect(),
        }
    }
}

/// What the word lists say, as numbers between 0 and 1.
pub(super) fn hints(signals: &Signals) -> [f64; HINTS] {
    let listed =
        Tags { forms: signals.forms.clone(), subjects: signals.subjects.clone(), stages: signals.stages.clone() };
    let mut out = [0.0; HINTS];
    for (hint, on) in out.iter_mut().zip(listed.switches()) {
        *hint = f64::from(u8::from(on));
    }
    out[TAGS] = (listed.subjects.len() as f64).min(MANY) / MANY;
    out
}

/// Whether a feature counts for tags: single words, headline words, signals and single families; no runs of characters.
pub(super) fn is_tag_feature(name: &str) -> bool {
    match name.as_bytes().first() {
        Some(b'w') => !name.contains(' '),
        Some(b'h') => true,
        Some(b'k') => !name.starts_with("k:both"),
        Some(b's') => !name.contains('>'),
        _ => false,
    }
}

/// The trained tags.
#[derive(Clone, Debug)]
pub struct TagModel {
    pub(super) vocabulary: Vocabulary,
    pub(super) weights: Vec<[f32; TAGS]>,
    pub(super) hints: Vec<[f32; TAGS]>,
    /// What must be passed, the intercept already taken off.
    pub(super) thresholds: [f64; TAGS],
}

impl TagModel {
    /// How far each tag stands above its threshold.
    pub(super) fn margins(&self, features: &Features, signals: &Signals) -> [f64; TAGS] {
        let mut margins = self.thresholds.map(|threshold| -threshold);
        let mut add = |value: f64, weights: &[f32; TAGS]| {
            for (margin, weight) in margins.iter_mut().zip(weights) {
                *margin += value * f64::from(*weight);
            }
        };
        for (id, value) in self.vocabulary.vector(features) {
            add(value, &self.weights[id as usize]);
        }
        for (value, weights) in hints(signals).iter().zip(&self.hints).filter(|(value, _)| **value != 0.0) {
            add(*value, weights);
        }
        margins
    }

    /// The tags of a lead; a lead always shows at least one form.
    #[must_use]
    pub fn tags(&self, features: &Features, signals: &Signals) -> Tags {
        let margins = self.margins(features, signals);
        let likeliest = KINDS[0].clone().max_by(|a, b| margins[*a].total_cmp(&margins[*b]));
        let any = KINDS[0].clone().any(|tag| margins[tag] > 0.0);
        Tags::of(|tag| margins[tag] > 0.0 || (!any && likeliest == Some(tag)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn switches_and_back() {
        let tags = Tags {
            forms: vec![Form::Plain, Form::Care],
            subjects: vec![Subject::Math, Subject::All],
            stages: vec![Stage::Senior],
        };
        let on = tags.switches();
        assert_eq!(Tags::of(|tag| on[tag]), tags);
        assert_eq!(on.iter().filter(|on| **on).count(), 5);
    }

    #[test]
    fn hints_repeat_the_lists() {
        let signals = Signals { subjects: vec![Subject::Math], stages: vec![Stage::Junior], ..Signals::default() };
        let hints = hints(&signals);
        assert_eq!(hints[..TAGS].iter().filter(|hint| **hint > 0.0).count(), 2);
        assert!((hints[TAGS] - 1.0 / 3.0).abs() < 1e-12);
    }
}
