//! An assessment: what we think of a listing, every part pointing at the original text.

use super::{ContactKind, Element, Flag, Form, Jurisdiction, PlaceHow, Span, Stage, Subject, Verdict};
use serde::{Deserialize, Serialize};

/// Calibrated class probabilities; they sum to 1.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Probabilities {
    /// Of `overt`.
    pub overt: f64,
    /// Of `disguised`.
    pub disguised: f64,
    /// Of `non_subject`.
    pub non_subject: f64,
    /// Of `irrelevant`.
    pub irrelevant: f64,
}

impl Probabilities {
    /// From an array in the order of [`Verdict::ALL`].
    #[must_use]
    pub fn from_array([overt, disguised, non_subject, irrelevant]: [f64; 4]) -> Self {
        Self { overt, disguised, non_subject, irrelevant }
    }

    /// In the order of [`Verdict::ALL`].
    #[must_use]
    pub fn to_array(self) -> [f64; 4] {
        [self.overt, self.disguised, self.non_subject, self.irrelevant]
    }

    /// The probability that this is an offer of subject tutoring.
    #[must_use]
    pub fn score(self) -> f64 {
        (self.overt + self.disguised).clamp(0.0, 1.0)
    }
}

/// A way to reach the poster.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Contact {
    /// Phone, WeChat or QQ.
    pub kind: ContactKind,
    /// ASCII digits, or a WeChat id in lower case.
    pub value: String,
    /// Where it is written.
    pub span: Span,
    /// Whether it was written so as not to be found.
    pub disguised: bool,
}

/// A suspected matter with the words that suggest it; never an established fact.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finding {
    /// Code of the matter table, for example `M08`.
    pub matter: String,
    /// What in the text suggests it, in words.
    pub rule: String,
    /// The legal basis as people read it, with 待核 where it is not verified; empty in judgements of older versions.
    #[serde(default)]
    pub basis_zh: String,
    /// The original characters.
    pub quote: String,
    /// Where they stand.
    pub span: Span,
}

/// Words that show one of the eight elements of a lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ElementQuote {
    /// Which one.
    pub element: Element,
    /// What the words say about it, in Chinese.
    pub says: String,
    /// The original characters.
    pub quote: String,
    /// Where they stand.
    pub span: Span,
}

/// What places a listing.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PlaceEvidence {
    /// What kind of words they are.
    pub how: PlaceHow,
    /// The original characters, or what the site's own field says.
    pub quote: String,
    /// Where they stand; `None` for the site's own field, which is no part of the text.
    pub span: Option<Span>,
}

/// A further county that a listing names.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OtherPlace {
    /// The county.
    pub county: Jurisdiction,
    /// What names it.
    pub evidence: PlaceEvidence,
}

/// Words whose presence moved the score.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Evidence {
    /// The original characters.
    pub quote: String,
    /// Where they stand.
    pub span: Span,
    /// How far removing them would lower the log-odds of a lead; positive supports the suspicion.
    pub weight: f64,
}

/// The whole judgement of one listing.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Assessment {
    /// The class.
    pub verdict: Verdict,
    /// Calibrated probability of an offer of subject tutoring.
    pub score: f64,
    /// By class.
    pub probabilities: Probabilities,
    /// Covers shown; empty for the two negative verdicts.
    pub forms: Vec<Form>,
    /// Subjects named; empty for the two negative verdicts.
    pub subjects: Vec<Subject>,
    /// Stages named.
    pub stages: Vec<Stage>,
    /// Contacts found.
    pub contacts: Vec<Contact>,
    /// Whose matter it is.
    pub county: Jurisdiction,
    /// What says so; `None` when nothing does. An area code alone is evidence for the city while `county` stays unknown.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub place: Option<PlaceEvidence>,
    /// Other counties the text names.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub other_places: Vec<OtherPlace>,
    /// Suspected matters.
    pub findings: Vec<Finding>,
    /// The elements of a lead that the text shows, in their order and that of the text; none where the score is below 0.05.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub elements: Vec<ElementQuote>,
    /// Reasons for the score; none where it is below 0.05, since nobody asks there.
    pub evidence: Vec<Evidence>,
    /// Side marks.
    pub flags: Vec<Flag>,
}

impl Assessment {
    /// Whether the listing goes to the linker.
    #[must_use]
    pub fn is_suspect(&self) -> bool {
        matches!(self.verdict, Verdict::Overt | Verdict::Disguised)
    }
}
