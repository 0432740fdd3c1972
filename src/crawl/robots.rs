//! robots.txt: always asked, always obeyed, closed when it cannot be read.
//!
//! RFC 9309 with a stricter reading where it leaves room: 401, 403 and 429 close the host like a server error. There is no
//! switch that turns this off.

use super::{CaptureFolder, Fetch, FetchError, Guard, RawResponse, worker::CrawlError};
use crate::{
    domain::{HostKey, Request},
    evidence::{
        ArchivedRobots, CaptureRecord, Circumstances, RobotsInForce, circumstances::clock_offset_seconds, sha256_hex,
    },
    store::{Frontier, Lease, NewRobots, RobotsCopy, RobotsState, SavedCapture},
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
    let archived = copy.archived.as_ref().map(|capture| ArchivedRobots {
        id: capture.id,
        warc: capture.warc.clone(),
        sha256: capture.sha256.clone(),
    });
    RobotsInForce { sha256, fetched_at: copy.fetched, archived }
}

/// Everything that asking for a robots.txt needs.
pub struct Asking<'a> {
    /// Who asks.
    pub fetch: &'a dyn Fetch,
    /// Which addresses may be asked.
    pub guard: Guard,
    /// Where it is kept.
    pub frontier: &'a dyn Frontier,
    /// The archive.
    pub captures: &'a CaptureFolder,
    /// Product token looked for.
    pub agent: &'a str,
    /// Name and version for the archive.
    pub software: &'a str,
    /// Between redirects.
    pub pause: Duration,
    /// The present.
    pub now: Timestamp,
}

impl Asking<'_> {
    /// Asks the host of a page for its robots.txt and keeps it. An answer that opens the host is archived, once for each
    /// address and body, so that what is fetched under it can name it.
    ///
    /// # Errors
    /// The store's, and a disk that refuses the archive.
    pub async fn renew(&self, lease: &Lease, page: &Url, host: &HostKey) -> Result<RobotsCopy, CrawlError> {
        let (mut copy, answer) = ask(self.fetch, self.guard, page, self.agent, self.pause, self.now).await;
        let mut new = None;
        if let Some(answer) = answer {
            let known = self.frontier.archived_robots(answer.url.as_str(), &sha256_hex(&answer.response.body)).await?;
            copy.archived = known.filter(|known| self.captures.holds(&known.warc));
            if copy.archived.is_none() {
                let (folder, software, now) = (self.captures.clone(), self.software.to_owned(), self.now);
                let saved = tokio::task::spawn_blocking(move || answer.archive(&folder, software, now)).await;
                let capture = saved.map_err(|error| CrawlError::Died(error.to_string()))?;
                let capture = capture.map_err(CrawlError::Archive)?;
                new = Some(NewRobots { sweep: lease.sweep, source: lease.what.source.clone(), capture });
            }
        }
        self.frontier.keep_robots(host, copy.clone(), new).await?;
        Ok(copy)
    }
}

/// An answer that opens a host.
struct Answer {
    asked: Url,
    url: Url,
    response: RawResponse,
    cut: bool,
}

impl Answer {
    fn archive(&self, folder: &CaptureFolder, software: String, now: Timestamp) -> std::io::Result<SavedCapture> {
        let response = &self.response;
        let cut = [("robots-txt-cut".to_owned(), format!("only the first {LIMIT} bytes count and are kept"))];
        folder.save(&CaptureRecord {
            request: &Request::get(self.asked.as_str()),
            request_headers: &response.request_headers,
            final_url: self.url.as_str(),
            status: response.status,
            raw_headers: &response.headers,
            raw_body: &response.body,
            ip: response.remote.map(|address| address.ip()),
            fetched_at: now,
            robots_rule: "the robots.txt itself, which is always asked for".into(),
            software,
            notes: if self.cut { &cut } else { &[] },
            circumstances: Circumstances {
                remote: response.remote,
                tls: response.tls.clone(),
                robots: None,
                clock_offset_seconds: response.header("date").and_then(|date| clock_offset_seconds(date, now)),
                took: response.took,
            },
            revisit: None,
            rendition: None,
        })
    }
}

/// Asks a host for its robots.txt, following up to five redirects with `pause` between them; with the answer, if it opens the host.
async fn ask(
    fetch: &dyn Fetch,
    guard: Guard,
    page: &Url,
    agent: &str,
    pause: Duration,
    now: Timestamp,
) -> (RobotsCopy, Option<Answer>) {
    let mut url = page.clone();
    url.set_path("/robots.txt");
    url.set_query(None);
    url.set_fragment(None);
    let asked = url.clone();
    let closed = |why: String| (closed(why, now), None);
    for _ in 0..=REDIRECTS {
        if let Err(error) = guard.check_url(&url) {
            return closed(format!("robots.txt leads to an address that may not be asked: {error}"));
        }
        let (response, cut) = match fetch.get_plain(&url, LIMIT).await {
            Ok(answer) => (answer, false),
            // The first 500 KiB count, however long the file is.
            Err(FetchError::TooLarge { partial: Some(partial), .. }) => (*partial, true),
            Err(error) => return closed(format!("robots.txt cannot be read: {error}")),
        };
        let copy = match response.status {
            200..=299 => read(response.body.clone(), agent, now),
            300..=399 => {
                let target = response.header("location").and_then(|to| url.join(to).ok());
                match target {
                    Some(target) => url = target,
                    None => return closed("robots.txt redirects nowhere".into()),
                }
                tokio::time::sleep(pause).await;
                continue;
            }
            401 | 403 | 429 => return closed(format!("robots.txt is refused (status {})", response.status)),
            400..=499 => kept(RobotsState::Absent(response.status), FRESH, None, now),
            status => return closed(format!("robots.txt cannot be read (status {status})")),
        };
        let opens = !matches!(copy.state, RobotsState::Closed(_));
        return (copy, opens.then_some(Answer { asked, url, response, cut }));
    }
    closed("robots.txt redirects more than five times".into())
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
    RobotsCopy {
        state,
        fetched: Some(now),
        expires: now.checked_add(good_for).unwrap_or(now),
        crawl_delay,
        archived: None,
    }
}

#[cfg(test)]
#[path = "robots_tests.rs"]
mod tests;
