//! By when a lead has to move on.
//!
//! Periods are the bureau's own (domain guide 4.2): the law sets none for leads that a program found. A period begins the day
//! after, and ends at midnight in Asia/Shanghai.

use crate::calendar::Calendar;
use crate::domain::{LeadState, beijing};
use jiff::{
    Timestamp, ToSpan,
    civil::{Date, Weekday},
    tz,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{collections::BTreeSet, fmt, str::FromStr};

/// The longest period that can be set, in days.
const LONGEST: u16 = 366;

/// A period in whole days.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Days {
    /// Days on which offices work.
    Working(u16),
    /// All days.
    Calendar(u16),
}

/// A period that cannot be read.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "found `{found}`, expected a number from 1 to {LONGEST} and `working days` or `days`, for example `10 working days`"
)]
pub struct DaysError {
    /// What was written.
    pub found: String,
}

impl FromStr for Days {
    type Err = DaysError;

    /// ```
    /// use tanzhao::leads::lifecycle::Days;
    /// assert_eq!("10 working days".parse(), Ok(Days::Working(10)));
    /// assert_eq!("30 days".parse(), Ok(Days::Calendar(30)));
    /// assert!("soon".parse::<Days>().is_err());
    /// ```
    fn from_str(text: &str) -> Result<Self, DaysError> {
        let wrong = || DaysError { found: text.to_owned() };
        let (number, unit) = text.split_once(' ').ok_or_else(wrong)?;
        let number = number.parse().ok().filter(|number| (1..=LONGEST).contains(number)).ok_or_else(wrong)?;
        match unit {
            "working days" | "working day" => Ok(Self::Working(number)),
            "days" | "day" => Ok(Self::Calendar(number)),
            _ => Err(wrong()),
        }
    }
}

impl fmt::Display for Days {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Working(days) => write!(f, "{days} working days"),
            Self::Calendar(days) => write!(f, "{days} days"),
        }
    }
}

impl Serialize for Days {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for Days {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let text = std::borrow::Cow::<'de, str>::deserialize(deserializer)?;
        text.parse().map_err(serde::de::Error::custom)
    }
}

/// Days on which offices are closed: weekends, and what the State Council moves every year.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct DaysOff {
    /// Days off beside weekends.
    pub holidays: BTreeSet<Date>,
    /// Saturdays and Sundays on which offices work.
    pub make_up: BTreeSet<Date>,
}

impl DaysOff {
    /// Those of a calendar; in years it does not know, weekends alone count.
    #[must_use]
    pub fn of(calendar: &Calendar) -> Self {
        let (holidays, make_up) = calendar.moved();
        Self { holidays: holidays.collect(), make_up: make_up.collect() }
    }

    /// Whether offices are closed.
    #[must_use]
    pub fn contains(&self, day: Date) -> bool {
        let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
        self.holidays.contains(&day) || (weekend && !self.make_up.contains(&day))
    }
}

/// How long a lead may stay in the states in which somebody has to act.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Deadlines {
    /// To be looked at, from its first sight to a proposal.
    pub triage: Days,
    /// For the second pair of eyes.
    pub review: Days,
    /// From the second pair of eyes to a package.
    pub handover: Days,
    /// For the county.
    pub county: Days,
    /// For the county, when whoever proposed the lead called it complex.
    pub county_complex: Days,
    /// From the county's answer to the end.
    pub closing: Days,
}

impl Default for Deadlines {
    /// Two working days for triage, ten and fifteen for a county as domain guide 4.2 proposes; the rest likewise short.
    fn default() -> Self {
        Self {
            triage: Days::Working(2),
            review: Days::Working(2),
            handover: Days::Working(2),
            county: Days::Working(10),
            county_complex: Days::Working(15),
            closing: Days::Working(5),
        }
    }
}

impl Deadlines {
    /// The moment from which a lead that came into `state` at `since` is late; `None` where nobody has to act.
    #[must_use]
    pub fn due(&self, state: LeadState, complex: bool, since: Timestamp, off: &DaysOff) -> Option<Timestamp> {
        let days = match state {
            LeadState::New | LeadState::Triaging => self.triage,
            LeadState::Proposed => self.review,
            LeadState::Confirmed => self.handover,
            LeadState::HandedOver if complex => self.county_complex,
            LeadState::HandedOver => self.county,
            LeadState::Answered | LeadState::Returned => self.closing,
            LeadState::Closed | LeadState::Dismissed | LeadState::Watching => return None,
        };
        end_of(days, since, off)
    }
}

/// Midnight after the last day of a period that begins the day after `since`; `None` beyond the calendar.
///
/// A calendar in which offices never open again cannot make it run for ever: after ten times the longest period it counts
/// every day.
#[must_use]
pub fn end_of(days: Days, since: Timestamp, off: &DaysOff) -> Option<Timestamp> {
    let (mut left, working) = match days {
        Days::Working(days) => (days, true),
        Days::Calendar(days) => (days, false),
    };
    let mut day = beijing(since).date();
    let mut walked = 0_u16;
    while left > 0 {
        day = day.checked_add(1.day()).ok()?;
        walked = walked.saturating_add(1);
        if !working || walked > LONGEST.saturating_mul(10) || !off.contains(day) {
            left -= 1;
        }
    }
    tz::offset(8).to_timestamp(day.checked_add(1.day()).ok()?.at(0, 0, 0, 0)).ok()
}

/// The last day of a period that ends at this moment.
#[must_use]
pub fn last_day(due: Timestamp) -> Date {
    beijing(due.checked_sub(jiff::SignedDuration::from_millis(1)).unwrap_or(due)).date()
}

/// A time as people read it, to the minute.
pub(super) fn minute(at: Timestamp) -> String {
    beijing(at).strftime("%Y-%m-%d %H:%M").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    #[test]
    fn working_days_skip_days_off_and_end_at_midnight_here() {
        let off = DaysOff::default();
        // A Friday evening in Asia/Shanghai: Monday and Tuesday are the two days.
        let since = "2026-11-27T12:00:00Z".parse().expect("a time");
        let due = Deadlines::default().due(LeadState::New, false, since, &off).expect("a deadline");
        assert_eq!(due.to_string(), "2026-12-01T16:00:00Z");
        // Already Saturday there: the same.
        let since = "2026-11-27T16:00:00Z".parse().expect("a time");
        assert_eq!(end_of(Days::Working(2), since, &off), Some(due));
        let moved = DaysOff {
            holidays: BTreeSet::from([date(2026, 11, 30), date(2026, 12, 1)]),
            make_up: BTreeSet::from([date(2026, 11, 29)]),
        };
        assert_eq!(end_of(Days::Working(2), since, &moved).expect("one").to_string(), "2026-12-02T16:00:00Z");
        assert_eq!(end_of(Days::Calendar(2), since, &moved).expect("one").to_string(), "2026-11-30T16:00:00Z");
    }

    #[test]
    fn complex_leads_have_longer_and_leads_at_rest_have_none() {
        let (deadlines, since) = (Deadlines::default(), "2026-11-30T02:00:00Z".parse().expect("a time"));
        let due = |state, complex| deadlines.due(state, complex, since, &DaysOff::default());
        assert!(due(LeadState::HandedOver, true) > due(LeadState::HandedOver, false));
        assert_eq!(due(LeadState::Watching, false), None);
        assert_eq!(end_of(Days::Working(1), Timestamp::MAX, &DaysOff::default()), None);
    }

    proptest! {
        #[test]
        fn a_period_holds_exactly_its_working_days(
            days in 1_u16..60, start in 0_i64..2_000_000_000,
            holidays in prop::collection::btree_set(0_i64..120, 0..40), make_up in prop::collection::btree_set(0_i64..120, 0..40),
        ) {
            let since = Timestamp::from_second(start).expect("in range");
            let first = beijing(since).date();
            let dates = |set: BTreeSet<i64>| set.into_iter().map(|n| first.saturating_add(n.days())).collect();
            let off = DaysOff { holidays: dates(holidays), make_up: dates(make_up) };
            let due = end_of(Days::Working(days), since, &off).expect("inside the calendar");
            let last = beijing(due).date().yesterday().expect("a day");
            prop_assert!(!off.contains(last) && last > first);
            let mut open = 0;
            let mut day = first;
            while day < last {
                day = day.tomorrow().expect("a day");
                open += u16::from(!off.contains(day));
            }
            prop_assert_eq!(open, days);
        }

        #[test]
        fn no_text_panics(text in ".{0,20}") {
            if let Ok(days) = text.parse::<Days>() {
                prop_assert_eq!(days.to_string().parse::<Days>(), Ok(days));
            }
        }
    }
}
