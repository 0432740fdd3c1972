//! The bureau's clock: China has had one time zone without summer time since 1992.

use jiff::{Timestamp, ZonedDateTime, tz};

/// A moment as Asia/Shanghai shows it.
///
/// ```
/// let at: jiff::Timestamp = "2026-11-25T16:30:00Z".parse().unwrap();
/// assert_eq!(tanzhao::domain::beijing(at).date().to_string(), "2026-11-26");
/// ```
#[must_use]
pub fn beijing(at: Timestamp) -> ZonedDateTime {
    at.to_zoned_datetime(tz::TimeZone::fixed(tz::offset(8)))
}
