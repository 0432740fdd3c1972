//! Which days are days off, and when the next vacation begins: data with a source, and no clock.
//!
//! Holidays and make-up workdays are facts of the State Council's notices; vacations are the bureau's to set. A year whose
//! notice is not known yet holds the days that the law names, and says so.

mod reading;

pub use reading::{CalendarError, Problem};

use jiff::civil::{Date, Weekday};
use std::collections::{BTreeMap, BTreeSet};

/// Whether pupils are free for weeks or for days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum WindowKind {
    /// A public holiday.
    Holiday,
    /// A school vacation.
    Vacation,
}

/// A stretch of days on which pupils are free and covert classes are held.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Window {
    /// For example 寒假.
    pub name_zh: String,
    /// Vacation or holiday.
    pub kind: WindowKind,
    /// Its first day.
    pub starts: Date,
    /// Its last day.
    pub ends: Date,
    /// Whether the dates come from a notice or the bureau's calendar; otherwise people read 待核.
    pub verified: bool,
}

impl Window {
    /// Whether a day is in it.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.starts <= day && day <= self.ends
    }

    /// How many days it has.
    #[must_use]
    pub fn days(&self) -> i64 {
        days_between(self.starts, self.ends) + 1
    }
}

/// What kind of day it is at work.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum DayKind {
    /// Offices work.
    Workday,
    /// A Saturday or Sunday on which nobody makes up for anything.
    RestDay,
    /// Off by the State Council's arrangement.
    Holiday,
}

/// Days off of all years known.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Calendar {
    /// By first day.
    windows: Vec<Window>,
    off: BTreeSet<Date>,
    made_up: BTreeSet<Date>,
    /// Years known, and whether their arrangement was announced.
    years: BTreeMap<i16, bool>,
}

impl Calendar {
    /// Reads files of `seeds/calendar`: `holidays-*.toml` hold a year's days off, `vacations*.toml` the school's.
    ///
    /// ```
    /// let calendar = tanzhao::calendar::Calendar::parse(&[(
    ///     "holidays-2026.toml",
    ///     "year = 2026\nannounced = true\nsource = \"国办通知\"\n[[holiday]]\nname = \"元旦\"\nstarts = \"2026-01-01\"\n\
    ///      ends = \"2026-01-03\"\nworkdays = [\"2026-01-04\"]\n",
    /// )])?;
    /// let day = |day| jiff::civil::date(2026, 1, day);
    /// assert!(!calendar.is_workday(day(2)) && calendar.is_workday(day(4)));
    /// # Ok::<(), tanzhao::calendar::CalendarError>(())
    /// ```
    ///
    /// # Errors
    /// Every problem of every file, each with file, line, field, what was found and what was expected.
    pub fn parse(files: &[(&str, &str)]) -> Result<Self, CalendarError> {
        reading::parse(files)
    }

    /// What kind of day it is; in years not known, weekends alone decide.
    #[must_use]
    pub fn day(&self, day: Date) -> DayKind {
        if self.off.contains(&day) {
            DayKind::Holiday
        } else if matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday) && !self.made_up.contains(&day) {
            DayKind::RestDay
        } else {
            DayKind::Workday
        }
    }

    /// Whether offices work on a day.
    #[must_use]
    pub fn is_workday(&self, day: Date) -> bool {
        self.day(day) == DayKind::Workday
    }

    /// Days off that the notices name, and the Saturdays and Sundays that make up for them; both in their order.
    pub fn moved(&self) -> (impl Iterator<Item = Date> + '_, impl Iterator<Item = Date> + '_) {
        (self.off.iter().copied(), self.made_up.iter().copied())
    }

    /// Whether the State Council's arrangement of a year is in the data; without it working days may be wrong.
    #[must_use]
    pub fn is_announced(&self, year: i16) -> bool {
        self.years.get(&year).copied().unwrap_or(false)
    }

    /// The day on which a period of working days ends; the first counted is the day after `from`. Saturated at the end of
    /// time.
    #[must_use]
    pub fn add_workdays(&self, from: Date, workdays: u16) -> Date {
        let mut day = from;
        let mut left = workdays;
        while left > 0 {
            let Ok(next) = day.tomorrow() else { return day };
            day = next;
            left -= u16::from(self.is_workday(day));
        }
        day
    }

    /// Working days after `from` up to `to`; 0 when `to` is not later.
    #[must_use]
    pub fn workdays_between(&self, from: Date, to: Date) -> u32 {
        let later = std::iter::successors(from.tomorrow().ok(), |day| day.tomorrow().ok());
        let count = later.take_while(|day| *day <= to).filter(|day| self.is_workday(*day)).count();
        u32::try_from(count).unwrap_or(u32::MAX)
    }

    /// Every window, by first day.
    #[must_use]
    pub fn windows(&self) -> &[Window] {
        &self.windows
    }

    /// The window that a day falls into; of several the longest, so that 春节 is part of the vacation around it.
    #[must_use]
    pub fn window(&self, day: Date) -> Option<&Window> {
        self.windows.iter().filter(|window| window.holds(day)).max_by_key(|window| window.days())
    }

    /// The next window of a kind that begins after a day, and how many days that is.
    #[must_use]
    pub fn next_window(&self, day: Date, kind: WindowKind) -> Option<(&Window, i64)> {
        let next = self.windows.iter().find(|window| window.kind == kind && window.starts > day)?;
        Some((next, days_between(day, next.starts)))
    }
}

fn days_between(from: Date, to: Date) -> i64 {
    to.duration_since(from).as_hours() / 24
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::date;
    use proptest::prelude::*;

    fn seeds() -> Calendar {
        Calendar::parse(&[
            ("holidays-2025.toml", include_str!("../../seeds/calendar/holidays-2025.toml")),
            ("holidays-2026.toml", include_str!("../../seeds/calendar/holidays-2026.toml")),
            ("holidays-2027.toml", include_str!("../../seeds/calendar/holidays-2027.toml")),
            ("vacations.toml", include_str!("../../seeds/calendar/vacations.toml")),
        ])
        .expect("the committed calendar")
    }

    #[test]
    fn days_off_and_days_made_up() {
        let calendar = seeds();
        for (day, expected) in [
            (date(2026, 10, 1), DayKind::Holiday),
            (date(2026, 10, 10), DayKind::Workday),
            (date(2026, 10, 11), DayKind::RestDay),
            (date(2026, 10, 12), DayKind::Workday),
            (date(2026, 2, 28), DayKind::Workday),
            (date(2027, 2, 5), DayKind::Holiday),
        ] {
            assert_eq!(calendar.day(day), expected, "{day}");
        }
        assert!(calendar.is_announced(2026) && !calendar.is_announced(2027) && !calendar.is_announced(2030));
    }

    #[test]
    fn deadlines_skip_the_golden_week() {
        let calendar = seeds();
        assert_eq!(calendar.add_workdays(date(2026, 9, 30), 3), date(2026, 10, 10));
        assert_eq!(calendar.add_workdays(date(2026, 9, 30), 0), date(2026, 9, 30));
        assert_eq!(calendar.workdays_between(date(2026, 9, 30), date(2026, 10, 10)), 3);
        assert_eq!(calendar.workdays_between(date(2026, 10, 10), date(2026, 9, 30)), 0);
        assert_eq!(calendar.add_workdays(Date::MAX, 5), Date::MAX);
    }

    #[test]
    fn windows_running_and_coming() {
        let calendar = seeds();
        let name = |day| calendar.window(day).map(|window| window.name_zh.as_str());
        assert_eq!(name(date(2026, 2, 17)), Some("寒假"), "春节 lies inside the vacation");
        assert_eq!(name(date(2026, 10, 3)), Some("国庆节"));
        assert_eq!(name(date(2026, 11, 30)), None);
        let (next, days) = calendar.next_window(date(2026, 11, 30), WindowKind::Vacation).expect("a vacation");
        assert_eq!((next.name_zh.as_str(), days, next.verified), ("寒假", 40, false));
        let (next, days) = calendar.next_window(date(2026, 11, 30), WindowKind::Holiday).expect("a holiday");
        assert_eq!((next.name_zh.as_str(), days, next.verified), ("元旦", 32, false));
    }

    #[test]
    fn every_problem_is_named_with_its_line() {
        let error = Calendar::parse(&[
            (
                "holidays-2026.toml",
                "year = 2026\nannounced = true\nsource = \" \"\n[[holiday]]\nname = \"元旦\"\nstarts = \"2026-01-03\"\n\
                 ends = \"2026-01-01\"\nworkdays = [\"2026-13-04\"]\n",
            ),
            ("vacations.toml", "[[vacation]]\nname = \"寒假\"\nstart = \"2026-01-01\"\n"),
            ("terms.toml", ""),
        ])
        .expect_err("mistakes");
        insta::assert_snapshot!(error, @r#"
        holidays-2026.toml:3: source: found nothing, expected words
        holidays-2026.toml:8: holiday.workdays: found `2026-13-04`, expected a date such as 2026-10-01
        holidays-2026.toml:7: ends: found 2026-01-01, expected 2026-01-03 or later
        vacations.toml:3: table: unknown field `start`, expected one of `name`, `starts`, `ends`, `verified`
        terms.toml:1: name of the file: found `terms.toml`, expected holidays-YEAR.toml or vacations.toml
        "#);
    }

    proptest! {
        #[test]
        fn adding_and_counting_workdays_agree(start in 0i64..800, count in 1u16..60) {
            let calendar = seeds();
            let from = date(2025, 1, 1).saturating_add(jiff::Span::new().days(start));
            let to = calendar.add_workdays(from, count);
            prop_assert!(calendar.is_workday(to));
            prop_assert_eq!(calendar.workdays_between(from, to), u32::from(count));
        }
    }
}
