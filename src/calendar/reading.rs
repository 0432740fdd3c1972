//! The strict reading of the calendar files: every problem with its file, line and field.

use super::{Calendar, Window, WindowKind};
use jiff::civil::Date;
use serde::Deserialize;
use std::fmt;
use std::ops::Range;
use toml::Spanned;

/// No vacation is longer, in days: a wrong year is found that way.
const LONGEST: i64 = 100;

/// One thing wrong with a calendar file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The file.
    pub file: String,
    /// Line, from 1.
    pub line: usize,
    /// The field.
    pub field: &'static str,
    /// What was found and what was expected.
    pub what: String,
}

/// Everything wrong with the calendar files; at least one.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub struct CalendarError(pub Vec<Problem>);

impl fmt::Display for CalendarError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            let separator = if index == 0 { "" } else { "\n" };
            write!(f, "{separator}{}:{}: {}: {}", problem.file, problem.line, problem.field, problem.what)?;
        }
        Ok(())
    }
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawYear {
    year: i16,
    announced: bool,
    source: Spanned<String>,
    holiday: Vec<RawHoliday>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawHoliday {
    name: Spanned<String>,
    starts: Spanned<String>,
    ends: Spanned<String>,
    workdays: Vec<Spanned<String>>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVacations {
    vacation: Vec<RawVacation>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct RawVacation {
    name: Spanned<String>,
    starts: Spanned<String>,
    ends: Spanned<String>,
    verified: bool,
}

/// Reads the files.
pub(super) fn parse(files: &[(&str, &str)]) -> Result<Calendar, CalendarError> {
    let mut calendar = Calendar::default();
    let mut problems = Vec::new();
    for (file, text) in files {
        let mut reader = Reader { file, text, problems: &mut problems };
        if file.starts_with("holidays") {
            if let Some(raw) = reader.table::<RawYear>() {
                reader.year(raw, &mut calendar);
            }
        } else if file.starts_with("vacations") {
            if let Some(raw) = reader.table::<RawVacations>() {
                reader.vacations(raw, &mut calendar);
            }
        } else {
            let what = format!("found `{file}`, expected holidays-YEAR.toml or vacations.toml");
            reader.report(&(0..0), "name of the file", what);
        }
    }
    calendar.windows.sort_by_key(|window| (window.starts, window.ends));
    if problems.is_empty() { Ok(calendar) } else { Err(CalendarError(problems)) }
}

struct Reader<'a> {
    file: &'a str,
    text: &'a str,
    problems: &'a mut Vec<Problem>,
}

impl Reader<'_> {
    fn report(&mut self, at: &Range<usize>, field: &'static str, what: String) {
        let line = self.text.get(..at.start).unwrap_or(self.text).matches('\n').count() + 1;
        self.problems.push(Problem { file: self.file.to_owned(), line, field, what });
    }

    fn table<T: serde::de::DeserializeOwned>(&mut self) -> Option<T> {
        match toml::from_str(self.text) {
            Ok(raw) => Some(raw),
            Err(error) => {
                self.report(&error.span().unwrap_or(0..0), "table", error.message().to_owned());
                None
            }
        }
    }

    fn filled(&mut self, value: &Spanned<String>, field: &'static str) -> String {
        if value.get_ref().trim().is_empty() {
            self.report(&value.span(), field, "found nothing, expected words".to_owned());
        }
        value.get_ref().clone()
    }

    fn date(&mut self, value: &Spanned<String>, field: &'static str) -> Option<Date> {
        let parsed = value.get_ref().parse::<Date>().ok();
        if parsed.is_none() {
            self.report(
                &value.span(),
                field,
                format!("found `{}`, expected a date such as 2026-10-01", value.get_ref()),
            );
        }
        parsed
    }

    /// First and last day, in that order.
    fn range(&mut self, starts: &Spanned<String>, ends: &Spanned<String>) -> Option<(Date, Date)> {
        let (first, last) = (self.date(starts, "starts"), self.date(ends, "ends"));
        let (first, last) = (first?, last?);
        if last < first {
            self.report(&ends.span(), "ends", format!("found {last}, expected {first} or later"));
            return None;
        }
        if super::days_between(first, last) >= LONGEST {
            self.report(&ends.span(), "ends", format!("found {last}, expected less than {LONGEST} days after {first}"));
            return None;
        }
        Some((first, last))
    }

    fn year(&mut self, raw: RawYear, calendar: &mut Calendar) {
        self.filled(&raw.source, "source");
        if calendar.years.insert(raw.year, raw.announced).is_some() {
            self.report(&(0..0), "year", format!("{} stands in two files", raw.year));
        }
        for holiday in raw.holiday {
            let name_zh = self.filled(&holiday.name, "holiday.name");
            for day in &holiday.workdays {
                let made_up = self.date(day, "holiday.workdays");
                calendar.made_up.extend(made_up);
            }
            let Some((starts, ends)) = self.range(&holiday.starts, &holiday.ends) else { continue };
            let days = std::iter::successors(Some(starts), |day| day.tomorrow().ok()).take_while(|day| *day <= ends);
            calendar.off.extend(days);
            let kind = WindowKind::Holiday;
            calendar.windows.push(Window { name_zh, kind, starts, ends, verified: raw.announced });
        }
    }

    fn vacations(&mut self, raw: RawVacations, calendar: &mut Calendar) {
        for vacation in raw.vacation {
            let name_zh = self.filled(&vacation.name, "vacation.name");
            let Some((starts, ends)) = self.range(&vacation.starts, &vacation.ends) else { continue };
            let kind = WindowKind::Vacation;
            calendar.windows.push(Window { name_zh, kind, starts, ends, verified: vacation.verified });
        }
    }
}
