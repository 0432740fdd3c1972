//! Answers that bring no page: redirects, refusals and server trouble.

use super::RawResponse;
use crate::{
    domain::{FetchOutcome, HostKey, UrlKey},
    sources::SourceManifest,
    store::{Lease, NewPage},
};
use jiff::{SignedDuration, Timestamp};
use url::Url;

/// Redirects taken before a page is set aside.
const MAX_HOPS: u32 = 5;
/// First wait after 429 or 503 without Retry-After; doubles with every attempt.
const PATIENCE: SignedDuration = SignedDuration::from_mins(5);

/// What an answer outside 2xx means, and the page it leads to, if any.
pub(super) fn without_content(
    lease: &Lease,
    source: &SourceManifest,
    answer: &RawResponse,
    now: Timestamp,
) -> (FetchOutcome, Vec<NewPage>) {
    let status = answer.status;
    let outcome = match status {
        301 | 302 | 303 | 307 | 308 => return redirect(lease, source, answer),
        401 | 407 => FetchOutcome::Blocked { reason: format!("login wanted (status {status})") },
        403 | 451 => FetchOutcome::Blocked { reason: format!("refused (status {status})") },
        429 | 503 => {
            let own = PATIENCE.checked_mul(1 << lease.attempts.min(8)).unwrap_or(PATIENCE);
            let until = retry_after(answer, now).or_else(|| now.checked_add(own).ok()).unwrap_or(Timestamp::MAX);
            FetchOutcome::Deferred { until, reason: format!("host asks for patience (status {status})") }
        }
        500..=599 => FetchOutcome::Failed { reason: format!("server error (status {status})"), retry: true },
        _ => FetchOutcome::Gone { status },
    };
    (outcome, Vec::new())
}

/// Retry-After in seconds or as a date; never capped.
fn retry_after(answer: &RawResponse, now: Timestamp) -> Option<Timestamp> {
    let value = answer.header("retry-after")?.trim();
    match value.parse::<i64>() {
        Ok(seconds) => now.checked_add(SignedDuration::from_secs(seconds.max(0))).ok(),
        Err(_) => jiff::fmt::rfc2822::parse(value).ok().map(|date| date.timestamp()),
    }
}

fn redirect(lease: &Lease, source: &SourceManifest, answer: &RawResponse) -> (FetchOutcome, Vec<NewPage>) {
    let page = &lease.what;
    let failed = |reason: &str| (FetchOutcome::Failed { reason: reason.into(), retry: false }, Vec::new());
    let target = answer.header("location").and_then(|to| Url::parse(&page.request.url).ok()?.join(to).ok());
    let Some(target) = target else { return failed("redirects nowhere") };
    if page.hops >= MAX_HOPS {
        return failed("redirects more than five times");
    }
    let (Some(key), Some(host)) = (UrlKey::of(&target, &source.url_rule), HostKey::of(&target)) else {
        return failed("redirects to something that is no web address");
    };
    let outcome = FetchOutcome::Redirected { status: answer.status, to: target.to_string() };
    if !source.in_scope(&target) {
        return (
            FetchOutcome::Failed { reason: format!("redirects out of scope, to {target}"), retry: false },
            Vec::new(),
        );
    }
    if key == page.key && page.request.post_body.is_none() {
        // The frontier knows this page already and would never queue the hop: say so instead of calling it done.
        return failed("redirects to its own canonical address");
    }
    let mut next = page.clone();
    next.request = crate::domain::Request::get(target.to_string());
    next.key = key;
    next.host = host;
    next.hops += 1;
    (outcome, vec![next])
}
