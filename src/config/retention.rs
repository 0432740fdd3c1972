//! `[retention]`: how many days what is known may be kept.

use crate::leads::retention::RetentionDays;
use serde::Deserialize;
use std::ops::RangeInclusive;

/// The section as written, in days.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawRetention {
    not_suspect: Option<toml::Spanned<i64>>,
    suspect: Option<toml::Spanned<i64>>,
    dismissed: Option<toml::Spanned<i64>>,
    handed_over: Option<toml::Spanned<i64>>,
}

/// A field that is out of its range: its name, where it stands in the file, what was found and what was expected.
pub(super) struct OutOfRange {
    pub field: &'static str,
    pub at: usize,
    pub found: i64,
    pub expected: RangeInclusive<u16>,
}

impl RawRetention {
    /// The days, and every field that cannot be.
    pub fn check(self) -> (RetentionDays, Vec<OutOfRange>) {
        let mut days = RetentionDays::default();
        let mut problems = Vec::new();
        let mut read = |field, written: Option<toml::Spanned<i64>>, into: &mut u16, least: u16| {
            let Some(written) = written else { return };
            let expected = least..=RetentionDays::LONGEST;
            match u16::try_from(*written.get_ref()).ok().filter(|days| expected.contains(days)) {
                Some(days) => *into = days,
                None => {
                    problems.push(OutOfRange { field, at: written.span().start, found: *written.get_ref(), expected });
                }
            }
        };
        read("not_suspect", self.not_suspect, &mut days.not_suspect, 1);
        read("suspect", self.suspect, &mut days.suspect, 1);
        read("dismissed", self.dismissed, &mut days.dismissed, 1);
        // Two years are the floor: a county may still need what it was given.
        read("handed_over", self.handed_over, &mut days.handed_over, RetentionDays::LIMITATION);
        (days, problems)
    }
}
