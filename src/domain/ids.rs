//! Identifiers as distinct types, so that a lead number can never be passed where a listing number is meant.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! row_id {
    ($($(#[$doc:meta])* $name:ident;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }
    )*};
}

row_id! {
    /// One URL of the frontier.
    PageId;
    /// One stored advertisement.
    ListingId;
    /// One operator with its listings; shown to people as `L000042`.
    LeadId;
    /// One archived response.
    CaptureId;
    /// One campaign over sources.
    SweepId;
    /// The generation of a lease; a completion that carries an older one is refused.
    Epoch;
}

/// The name of a source definition, for example `sample-classified`.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct SourceId(pub String);

impl fmt::Display for SourceId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl LeadId {
    /// The number as people write it.
    ///
    /// ```
    /// use tanzhao::domain::LeadId;
    /// assert_eq!(LeadId(42).label(), "L000042");
    /// assert_eq!(LeadId::parse("l000042"), Some(LeadId(42)));
    /// ```
    #[must_use]
    pub fn label(self) -> String {
        format!("L{:06}", self.0)
    }

    /// Reads `L000042` or `42`.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        text.trim().trim_start_matches(['L', 'l']).parse().ok().map(Self)
    }
}
