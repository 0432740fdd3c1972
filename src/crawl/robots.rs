//! robots.txt: always asked, always obeyed, closed when it cannot be read.
//!
//! RFC 9309 with a stricter reading where it leaves room: 401, 403 and 429 close the host like a server error. There is no
//! switch that turns this off.

use super::{Fetch, FetchError, Guard};
use crate::{
    evidence::{RobotsInForce, sha256_hex},
    store::{RobotsCopy, RobotsState},
};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;
use texting_robots::Robot;
use url::Url;

/// A copy is good for a day (RFC 9309, 2.4).
const FRESH: SignedDuration = SignedDuration::from_hours(24);
/// How long a host stays closed before robots.txt is asked again.
const CLOSED: SignedDuration = SignedDuration::from_mins(30);
/// The part that counts (RFC 9309, 2.5).
const LIMIT: usize = 500 * 1024;
/// Redirects followed (RFC 9309, 2.3.1.2).
const REDIRECTS: u32 = 5;

/// What a kept copy says about one address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// Ask; the words go into the evidence.
    Allowed(String),
    /// Do not ask.
    Disallowed(String),
    /// Do not ask anything of this host before the copy expires.
    Closed(String),
}

/// Applies a kept copy.
#[must_use]
pub fn ruling(copy: &RobotsCopy, agent: &str, url: &str) -> Ruling {
    match &copy.state {
        RobotsState::Closed(why) => Ruling::Closed(why.clone()),
        RobotsState::Absent(status) => Ruling::Allowed(format!("no robots.txt (status {status})")),
        RobotsState::Text(text) => match Robot::new(agent, text) {
            Ok(robot) if robot.allowed(url) => Ruling::Allowed("robots.txt allows it".into()),
            Ok(_) => Ruling::Disallowed("robots.txt".into()),
            Err(error) => Ruling::Closed(format!("robots.txt cannot be understood: {error}")),
        },
    }
}

/// The copy as the evidence names it.
#[must_use]
pub fn in_force(copy: &RobotsCopy) -> RobotsInForce {
    let sha256 = match &copy.state {
        RobotsState::Text(text) => Some(sha256_hex(text)),
        RobotsState::Absent(_) | RobotsState::Closed(_) => None,
    };
    RobotsInForce { sha256, fetched_at: copy.fetched }
}

/// Asks a host for its robots.txt, following up to five redirects with `pause` between them.
pub async fn ask(
    fetch: &dyn Fetch,
    guard: Guard,
    page: &Url,
    agent: &str,
    pause: Duration,
    now: Timestamp,
) -> RobotsCopy {
    let mut url = page.clone();
    url.set_path("/robots.txt");
    url.set_query(None);
    url.set_fragment(None);
    for _ in 0..=REDIRECTS {
        if let Err(error) = guard.check_url(&url) {
            return closed(format!("robots.txt leads to an address that may not be asked: {error}"), now);
        }
        let answer = match fetch.get_plain(&url, LIMIT).await {
            Ok(answer) => answer,
            // The first 500 KiB count, however long the file is.
            Err(FetchError::TooLarge { partial: Some(partial), .. }) => *partial,
            Err(error) => return closed(format!("robots.txt cannot be read: {error}"), now),
        };
        match answer.status {
            200..=299 => return read(answer.body, agent, now),
            300..=399 => {
                let target = answer.header("location").and_then(|to| url.join(to).ok());
                match target {
                    Some(target) => url = target,
                    None => return closed("robots.txt redirects nowhere".into(), now),
                }
                tokio::time::sleep(pause).await;
            }
            401 | 403 | 429 => return closed(format!("robots.txt is refused (status {})", answer.status), now),
            400..=499 => return kept(RobotsState::Absent(answer.status), FRESH, None, now),
            status => return closed(format!("robots.txt cannot be read (status {status})"), now),
        }
    }
    closed("robots.txt redirects more than five times".into(), now)
}

fn read(mut body: Vec<u8>, agent: &str, now: Timestamp) -> RobotsCopy {
    body.truncate(LIMIT);
    match Robot::new(agent, &body) {
        Ok(robot) => {
            let delay = robot.delay.filter(|seconds| seconds.is_finite() && *seconds > 0.0);
            let delay = delay.and_then(|seconds| Duration::try_from_secs_f32(seconds).ok());
            kept(RobotsState::Text(body), FRESH, delay, now)
        }
        Err(error) => closed(format!("robots.txt cannot be understood: {error}"), now),
    }
}

fn closed(why: String, now: Timestamp) -> RobotsCopy {
    kept(RobotsState::Closed(why), CLOSED, None, now)
}

fn kept(state: RobotsState, good_for: SignedDuration, crawl_delay: Option<Duration>, now: Timestamp) -> RobotsCopy {
    RobotsCopy { state, fetched: Some(now), expires: now.checked_add(good_for).unwrap_or(now), crawl_delay }
}

#[cfg(test)]
#[path = "robots_tests.rs"]
mod tests;
