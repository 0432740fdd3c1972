//! Hours in which a source is left alone.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};

/// A daily stretch of time in Asia/Shanghai, in minutes after midnight; one that ends before it begins goes over midnight.
///
/// ```
/// use tanzhao::domain::QuietHours;
/// let night: QuietHours = "22:30-06:00".parse().unwrap();
/// assert_eq!(night.left(23 * 60), Some(7 * 60));
/// assert_eq!(night.left(12 * 60), None);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct QuietHours {
    from: u16,
    to: u16,
}

/// Not a stretch of the day.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("found `{0}`, expected two different times such as 07:00-09:30")]
pub struct QuietHoursError(String);

const DAY: u16 = 24 * 60;

impl QuietHours {
    /// Minutes until the stretch ends, when `minute` of the day lies in it.
    #[must_use]
    pub fn left(self, minute: u16) -> Option<u16> {
        let length = (self.to + DAY - self.from) % DAY;
        let since = (minute % DAY + DAY - self.from) % DAY;
        (since < length).then(|| length - since)
    }
}

impl FromStr for QuietHours {
    type Err = QuietHoursError;

    fn from_str(text: &str) -> Result<Self, QuietHoursError> {
        let minutes = |time: &str| {
            let (hour, minute) = time.trim().split_once(':')?;
            let (hour, minute): (u16, u16) = (hour.parse().ok()?, minute.parse().ok()?);
            (hour <= 24 && minute < 60 && hour * 60 + minute <= DAY).then(|| (hour * 60 + minute) % DAY)
        };
        let both = text.split_once('-').and_then(|(from, to)| Some((minutes(from)?, minutes(to)?)));
        match both {
            Some((from, to)) if from != to => Ok(Self { from, to }),
            _ => Err(QuietHoursError(text.to_owned())),
        }
    }
}

impl fmt::Display for QuietHours {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:02}:{:02}-{:02}:{:02}", self.from / 60, self.from % 60, self.to / 60, self.to % 60)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stretch_may_go_over_midnight_and_nonsense_is_refused() {
        let noon: QuietHours = "11:30-13:00".parse().expect("a stretch");
        assert_eq!((noon.left(11 * 60 + 29), noon.left(11 * 60 + 30), noon.left(13 * 60)), (None, Some(90), None));
        let night: QuietHours = "20:00-24:00".parse().expect("a stretch");
        assert_eq!((night.left(20 * 60), night.left(0)), (Some(240), None));
        assert_eq!(night.to_string(), "20:00-00:00");
        for wrong in ["", "7-9", "07:00", "07:00-07:00", "25:00-26:00", "07:60-08:00", "99999:00-01:00", "24:30-01:00"]
        {
            assert!(wrong.parse::<QuietHours>().is_err(), "{wrong}");
        }
    }
}
