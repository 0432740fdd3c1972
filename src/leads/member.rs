//! A judged listing as the linker sees it: what names its operator and what a lead says, without the text.

use super::identity::{Identifier, IdentifierKind, identifiers};
use crate::domain::{Assessment, Flag, Listing, ListingId, SourceId, Verdict};
use crate::text::Fingerprint;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// One judged listing.
///
/// Listings that are no suspects count too: they show which numbers are hotlines, who is hiring, and what is only hinted at.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Member {
    /// Its number.
    pub id: ListingId,
    /// Where it was published.
    pub source: SourceId,
    /// The poster's name as shown.
    pub author: Option<String>,
    /// The day of posting in Asia/Shanghai.
    pub posted_at: Option<Date>,
    /// Whether it was taken down since.
    #[serde(default)]
    pub gone: bool,
    /// How many letters its text has.
    pub letters: usize,
    /// What names its operator, sorted.
    pub identifiers: Vec<Identifier>,
    /// What we think of it, without the reasons for the score.
    pub assessment: Assessment,
    /// Of its cleaned text; kept apart from the rest in the store.
    #[serde(skip)]
    pub fingerprint: Fingerprint,
}

/// Why a listing that is no suspect speaks for a lead.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Support {
    /// It looks for teachers.
    Hiring,
    /// It says too little to be a suspect by itself.
    Hint,
}

impl Support {
    /// The word people read.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Hiring => "招聘",
            Self::Hint => "疑似暗示",
        }
    }
}

impl Member {
    /// What linking needs of a judged listing.
    #[must_use]
    pub fn of(id: ListingId, listing: &Listing, assessment: &Assessment, fingerprint: Fingerprint, gone: bool) -> Self {
        Self {
            id,
            source: listing.source.clone(),
            author: listing.author.clone(),
            posted_at: listing.posted_at,
            gone,
            letters: listing.title.chars().chain(listing.body.chars()).filter(|c| c.is_alphabetic()).count(),
            identifiers: identifiers(listing, &assessment.contacts, &assessment.county),
            assessment: Assessment { evidence: Vec::new(), ..assessment.clone() },
            fingerprint,
        }
    }

    /// Whether it is a member of a lead rather than a witness.
    #[must_use]
    pub fn is_suspect(&self) -> bool {
        self.assessment.is_suspect()
    }

    /// Whether it says nothing of training at all; hiring speaks for the operator and does not count here.
    #[must_use]
    pub fn is_unrelated(&self) -> bool {
        self.assessment.verdict == Verdict::Irrelevant && self.support(f64::INFINITY).is_none()
    }

    /// Why it would speak for a lead it shares a contact with; `hint` is the score from which it is a hint.
    #[must_use]
    pub fn support(&self, hint: f64) -> Option<Support> {
        if self.is_suspect() {
            None
        } else if self.assessment.flags.contains(&Flag::IntelRecruiting) {
            Some(Support::Hiring)
        } else {
            (self.assessment.score >= hint).then_some(Support::Hint)
        }
    }

    /// A number for its poster; all listings of a source that shows no author have one.
    #[must_use]
    pub fn poster(&self) -> i64 {
        let value = format!("{}|{}", self.source.0, self.author.as_deref().unwrap_or_default());
        Identifier { kind: IdentifierKind::Account, value }.key()
    }
}
