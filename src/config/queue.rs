//! `[queue]`: how long leads may wait, and how long an analyst has one.

use crate::leads::lifecycle::{Days, Deadlines};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// The longest lease that can be set, in hours.
const LONGEST_LEASE: i64 = 240;

/// The checked section.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub struct QueueConfig {
    /// By when leads have to move on.
    pub deadlines: Deadlines,
    /// How long an analyst has a lead before it goes back to all.
    pub lease: Duration,
}

impl Default for QueueConfig {
    fn default() -> Self {
        Self { deadlines: Deadlines::default(), lease: Duration::from_hours(24) }
    }
}

/// The section as written.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(super) struct RawQueue {
    triage: Option<toml::Spanned<String>>,
    review: Option<toml::Spanned<String>>,
    handover: Option<toml::Spanned<String>>,
    county: Option<toml::Spanned<String>>,
    county_complex: Option<toml::Spanned<String>>,
    closing: Option<toml::Spanned<String>>,
    lease_hours: Option<toml::Spanned<i64>>,
}

impl RawQueue {
    /// Checks the section; problems are pushed with the byte where they stand.
    pub fn check(self, problems: &mut Vec<(usize, String)>) -> QueueConfig {
        let base = QueueConfig::default();
        let mut lease = base.lease;
        if let Some(hours) = self.lease_hours {
            match u64::try_from(*hours.get_ref()) {
                Ok(found @ 1..) if *hours.get_ref() <= LONGEST_LEASE => lease = Duration::from_hours(found),
                _ => problems.push((
                    hours.span().start,
                    format!("queue.lease_hours: found {}, expected 1 to {LONGEST_LEASE}", hours.get_ref()),
                )),
            }
        }
        let mut days = |field: &str, written: Option<toml::Spanned<String>>, default: Days| {
            let Some(written) = written else { return default };
            written.get_ref().parse().unwrap_or_else(|error| {
                problems.push((written.span().start, format!("queue.{field}: {error}")));
                default
            })
        };
        let base = base.deadlines;
        let deadlines = Deadlines {
            triage: days("triage", self.triage, base.triage),
            review: days("review", self.review, base.review),
            handover: days("handover", self.handover, base.handover),
            county: days("county", self.county, base.county),
            county_complex: days("county_complex", self.county_complex, base.county_complex),
            closing: days("closing", self.closing, base.closing),
        };
        QueueConfig { deadlines, lease }
    }
}

#[cfg(test)]
mod tests {
    use crate::{config::Config, leads::lifecycle::Days};

    #[test]
    fn the_section_is_strict() {
        let read = |text: &str| Config::parse("t.toml", &format!("[queue]\n{text}\n")).map(|config| config.queue);
        let queue = read("county = \"20 days\"\nlease_hours = 8").expect("good");
        assert_eq!((queue.deadlines.county, queue.lease.as_secs()), (Days::Calendar(20), 8 * 3600));
        for (text, problem) in [
            (
                "triage = \"soon\"",
                "t.toml:2: queue.triage: found `soon`, expected a number from 1 to 366 and `working days` or `days`, for example `10 working days`",
            ),
            ("lease_hours = 0", "t.toml:2: queue.lease_hours: found 0, expected 1 to 240"),
        ] {
            assert_eq!(read(text).expect_err(text).to_string(), problem);
        }
    }
}
