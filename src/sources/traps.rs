//! Addresses that lead nowhere new: calendars without end, paths that grow with every step, sessions in the address.
//!
//! A crawler that follows them asks a site thousands of times for nothing, which is impolite before it is wasteful. A
//! trap is recognised from the address alone; how many pages of one pattern a source may have is the frontier's matter.

use jiff::civil::Date;
use regex::{Captures, Regex};
use std::{collections::HashMap, fmt, sync::LazyLock};
use url::Url;

/// No advertisement has a longer address; some servers refuse longer ones.
pub const MAX_ADDRESS_BYTES: usize = 2_000;
/// More parameters are a search form talking to itself.
pub const MAX_PARAMETERS: usize = 16;
/// More folders than any site of this kind has.
pub const MAX_SEGMENTS: usize = 20;
/// A segment, or a pair of segments, that comes so often is a relative link that builds on itself.
pub const MAX_REPEATS: usize = 3;
/// Archives of listings go back about this far; before it a calendar only shows empty days.
const PAST_YEARS: i16 = 15;
/// Events and appointments are announced about this far ahead.
const FUTURE_MONTHS: i32 = 13;

/// Why an address is a trap.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum TrapReason {
    /// A date far in the future or the past.
    Calendar,
    /// A segment or a pair of segments repeated.
    GrowingPath,
    /// Too many folders.
    DeepPath,
    /// Longer than [`MAX_ADDRESS_BYTES`].
    LongAddress,
    /// More than [`MAX_PARAMETERS`], or one parameter again and again.
    ManyParameters,
}

impl TrapReason {
    /// In words, for notes.
    #[must_use]
    pub const fn words(self) -> &'static str {
        match self {
            Self::Calendar => "a calendar without end",
            Self::GrowingPath => "a path that repeats itself",
            Self::DeepPath => "too many folders",
            Self::LongAddress => "an over-long address",
            Self::ManyParameters => "too many parameters",
        }
    }
}

impl fmt::Display for TrapReason {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.words())
    }
}

/// `/2031/07/`, `/2031-07-19`, `/20310719/` as whole path segments.
static DATE_PATH: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"/(\d{4})(?:[-/](\d{1,2})(?:[-/](\d{1,2}))?|(0[1-9]|1[0-2])([0-3]\d)?)(?:/|$)").ok());
/// The same as a parameter's value.
static DATE_VALUE: LazyLock<Option<Regex>> =
    LazyLock::new(|| Regex::new(r"^(\d{4})(?:[-/.](\d{1,2})(?:[-/.](\d{1,2}))?|(0[1-9]|1[0-2])([0-3]\d)?)$").ok());

/// Parameters that carry a day or a part of one.
const DATE_PARAMETERS: [&str; 16] = [
    "date",
    "day",
    "d",
    "month",
    "m",
    "year",
    "y",
    "ym",
    "ymd",
    "week",
    "from",
    "to",
    "start",
    "end",
    "start_date",
    "end_date",
];
/// Parameters that carry a year alone.
const YEAR_PARAMETERS: [&str; 4] = ["year", "y", "nian", "yyyy"];
/// Words of a path below which a bare year is a calendar's.
const CALENDARS: [&str; 8] = ["calendar", "cal", "events", "event", "schedule", "rili", "kebiao", "archive"];

/// Whether an address is a trap, seen from a day. Total; nothing but the address counts.
///
/// ```
/// use tanzhao::sources::traps::{TrapReason, trap};
/// let on = |url: &str| trap(&url.parse().unwrap(), "2026-11-25".parse().unwrap());
/// assert_eq!(on("http://a.cn/calendar/2061/07/"), Some(TrapReason::Calendar));
/// assert_eq!(on("http://a.cn/list/x/list/x/list/x/"), Some(TrapReason::GrowingPath));
/// assert_eq!(on("http://a.cn/2026/11/ad-77.html"), None);
/// ```
#[must_use]
pub fn trap(url: &Url, today: Date) -> Option<TrapReason> {
    if url.as_str().len() > MAX_ADDRESS_BYTES {
        return Some(TrapReason::LongAddress);
    }
    let segments: Vec<&str> = url.path().split('/').filter(|segment| !segment.is_empty()).collect();
    if repeats(&segments) {
        return Some(TrapReason::GrowingPath);
    }
    if segments.len() > MAX_SEGMENTS {
        return Some(TrapReason::DeepPath);
    }
    let pairs: Vec<(String, String)> =
        url.query_pairs().map(|(name, value)| (name.to_ascii_lowercase(), value.into_owned())).collect();
    if too_many(&pairs) {
        return Some(TrapReason::ManyParameters);
    }
    is_calendar(url.path(), &segments, &pairs, today).then_some(TrapReason::Calendar)
}

/// Whether a segment or a pair of neighbours comes [`MAX_REPEATS`] times. Numbers may: `/1/1/1.html` is a sharded store.
fn repeats(segments: &[&str]) -> bool {
    let mut count: HashMap<&[&str], usize> = HashMap::new();
    for length in [1, 2] {
        // Pairs that overlap themselves (`a/a/a`) are caught as single segments already.
        for part in segments.windows(length) {
            if part.iter().all(|segment| segment.chars().all(|c| c.is_ascii_digit())) {
                continue;
            }
            let seen = count.entry(part).or_default();
            *seen += 1;
            if *seen >= MAX_REPEATS {
                return true;
            }
        }
    }
    false
}

/// Whether there are more parameters than any page needs, or one of them piles up. `a[]=1&a[]=2` may come a few times.
fn too_many(pairs: &[(String, String)]) -> bool {
    let mut count: HashMap<&str, usize> = HashMap::new();
    let piled = pairs.iter().any(|(name, _)| {
        let seen = count.entry(name).or_default();
        *seen += 1;
        *seen > MAX_PARAMETERS / 2
    });
    piled || pairs.len() > MAX_PARAMETERS
}

fn is_calendar(path: &str, segments: &[&str], pairs: &[(String, String)], today: Date) -> bool {
    let far = |year: i16, month: Option<i8>| !is_near(year, month, today);
    if let Some(found) = DATE_PATH.as_ref().and_then(|pattern| pattern.captures(path))
        && read(&found).is_some_and(|(year, month)| far(year, month))
    {
        return true;
    }
    let below_calendar = segments.iter().any(|segment| CALENDARS.contains(&segment.to_ascii_lowercase().as_str()));
    let bare_year = |segment: &&&str| segment.len() == 4 && segment.parse::<i16>().is_ok_and(is_year);
    if below_calendar
        && segments.iter().find(bare_year).and_then(|year| year.parse().ok()).is_some_and(|year| far(year, None))
    {
        return true;
    }
    pairs.iter().any(|(name, value)| {
        let dated = DATE_PARAMETERS.contains(&name.as_str())
            && DATE_VALUE
                .as_ref()
                .and_then(|pattern| pattern.captures(value))
                .and_then(|found| read(&found))
                .is_some_and(|(year, month)| far(year, month));
        let year = YEAR_PARAMETERS.contains(&name.as_str())
            && value.len() == 4
            && value.parse().is_ok_and(|year| is_year(year) && far(year, None));
        dated || year
    })
}

/// Numbers outside are no years (1234 in `/1234/5/` is a category).
fn is_year(year: i16) -> bool {
    (1900..=2999).contains(&year)
}

/// Year and month of a match, if they are such.
fn read(found: &Captures) -> Option<(i16, Option<i8>)> {
    let year = found.get(1)?.as_str().parse().ok().filter(|year| is_year(*year))?;
    let month =
        found.get(2).or_else(|| found.get(4))?.as_str().parse().ok().filter(|month| (1..=12).contains(month))?;
    Some((year, Some(month)))
}

fn is_near(year: i16, month: Option<i8>, today: Date) -> bool {
    let months = |year: i16, month: i8| i32::from(year) * 12 + i32::from(month);
    let now = months(today.year(), today.month());
    let earliest = month.map_or_else(|| months(year, 12), |month| months(year, month));
    let latest = month.map_or_else(|| months(year, 1), |month| months(year, month));
    earliest >= now - i32::from(PAST_YEARS) * 12 && latest <= now + FUTURE_MONTHS
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn on(path: &str) -> Option<TrapReason> {
        let url = Url::parse("http://a.example.cn").and_then(|base| base.join(path)).expect("an address");
        trap(&url, "2026-11-25".parse().expect("a day"))
    }

    #[test]
    fn traps_and_ordinary_addresses() {
        use TrapReason::{Calendar, DeepPath, GrowingPath, LongAddress, ManyParameters};
        let long = format!("/search?q={}", "数".repeat(300));
        let parameters = format!("/s?{}", (0..17).map(|n| format!("p{n}=1")).collect::<Vec<_>>().join("&"));
        let piled = format!("/s?{}", "sort=time&".repeat(9));
        let deep: String = (0..21).map(|n| format!("/x{n}")).collect::<Vec<_>>().concat();
        for (path, reason) in [
            ("/calendar/2061/07/", Some(Calendar)),
            ("/events/2031-07-19", Some(Calendar)),
            ("/kebiao?month=2029-01", Some(Calendar)),
            ("/kebiao?date=19700101", Some(Calendar)),
            ("/calendar/1970", Some(Calendar)),
            ("/cal?year=2055", Some(Calendar)),
            ("/rili/20400101/", Some(Calendar)),
            ("/calendar/2027/03/", None),
            ("/2026/11/ad-77.html", None),
            ("/news/20261125/1.html", None),
            ("/1234/5/x.html", None),
            ("/ad/2061.html", None),
            ("/ad/20610719123.html", None),
            ("/user/2061", None),
            ("/list?price=2050", None),
            ("/archive/2015/", None),
            ("/a/b/a/b/a/b/", Some(GrowingPath)),
            ("/jiaoyu/jiaoyu/jiaoyu/", Some(GrowingPath)),
            ("/x/list/y/list/z/list/", Some(GrowingPath)),
            ("/1/1/1.html", None),
            ("/thread/1/1/1/1", None),
            ("/shuangta/jiaoyu/shuangta/", None),
            (long.as_str(), Some(LongAddress)),
            (parameters.as_str(), Some(ManyParameters)),
            (piled.as_str(), Some(ManyParameters)),
            ("/s?area=1&area=2&price=3&sort=time&page=2", None),
            (deep.as_str(), Some(DeepPath)),
            ("/", None),
        ] {
            assert_eq!((path, on(path)), (path, reason));
        }
    }

    proptest! {
        #[test]
        fn total_and_blind_to_the_host(path in "[a-z0-9/._;=&?%一-龥-]{0,80}", days in -200_000_i32..200_000) {
            let today = Date::constant(2026, 11, 25).checked_add(jiff::Span::new().days(days)).expect("in range");
            let on = |host: &str| Url::parse(&format!("http://{host}/{path}")).ok().map(|url| trap(&url, today));
            prop_assert_eq!(on("a.cn"), on("b.cn"));
        }

        #[test]
        fn a_path_that_grows_is_caught(part in "[a-z]{1,8}", other in "[a-z]{1,8}", times in 3_usize..9) {
            prop_assert_eq!(on(&format!("/{}", format!("{part}/{other}/").repeat(times))), Some(TrapReason::GrowingPath));
        }

        #[test]
        fn calendars_end_on_both_sides(months in 14_i32..5_000) {
            let day = |span: jiff::Span| Date::constant(2026, 11, 25).checked_add(span).expect("in range");
            let on_day = |date: Date| on(&format!("/calendar/{:04}/{:02}/", date.year(), date.month()));
            prop_assert_eq!(on_day(day(jiff::Span::new().months(months))), Some(TrapReason::Calendar));
            if (190..1_400).contains(&months) {
                prop_assert_eq!(on_day(day(jiff::Span::new().months(-months))), Some(TrapReason::Calendar));
            }
        }
    }
}
