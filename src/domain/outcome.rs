//! What became of one request: data, not an error, because the store keeps it and people read it.

use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How one attempt at a page ended.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "outcome", rename_all = "snake_case")]
pub enum FetchOutcome {
    /// The page came and was read.
    Fetched {
        /// HTTP status.
        status: u16,
    },
    /// The host says that the page is as it was (304): nothing new to read.
    Unchanged,
    /// The answer points elsewhere; the target takes its own turn at the gate.
    Redirected {
        /// HTTP status.
        status: u16,
        /// Absolute target.
        to: String,
    },
    /// robots.txt, or a meta tag, does not want it.
    Disallowed {
        /// The rule or the reason.
        rule: String,
    },
    /// Not now: the host asked for patience, or its robots.txt cannot be read.
    Deferred {
        /// Not before.
        until: Timestamp,
        /// Why.
        reason: String,
    },
    /// A wall: captcha, login, block page. Never retried into; a person looks at it.
    Blocked {
        /// What was seen.
        reason: String,
    },
    /// The page is not there.
    Gone {
        /// HTTP status; 200 for a page that only says so.
        status: u16,
    },
    /// Something broke.
    Failed {
        /// What.
        reason: String,
        /// Whether another try may help.
        retry: bool,
    },
}

/// What to do with the page next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NextStep {
    /// It is finished in this sweep.
    Done,
    /// Set aside with its reason.
    SetAside,
    /// Again, not before this time.
    Again(Timestamp),
    /// Set aside, and a strike against going on with this host; [`MAX_STRIKES`] in a row make it rest for [`WALL_REST`].
    Strike,
}

/// Attempts before a page is set aside.
pub const MAX_ATTEMPTS: u32 = 4;
/// Walls in a row after which a host is left alone.
pub const MAX_STRIKES: u32 = 3;
/// How long a host that kept showing walls is left alone.
pub const WALL_REST: SignedDuration = SignedDuration::from_hours(24);

impl FetchOutcome {
    /// Decides, from the outcome and the number of attempts made, what follows. Every variant is named, so that a new one
    /// does not compile until somebody has decided.
    #[must_use]
    pub fn next_step(&self, attempts: u32, now: Timestamp) -> NextStep {
        match self {
            Self::Fetched { .. } | Self::Unchanged | Self::Redirected { .. } | Self::Gone { .. } => NextStep::Done,
            Self::Disallowed { .. } => NextStep::SetAside,
            Self::Deferred { until, .. } => NextStep::Again(*until),
            Self::Blocked { .. } => NextStep::Strike,
            Self::Failed { retry, .. } => {
                if *retry && attempts < MAX_ATTEMPTS {
                    let wait = SignedDuration::from_secs(30 << attempts.min(10));
                    NextStep::Again(now.checked_add(wait).unwrap_or(Timestamp::MAX))
                } else {
                    NextStep::SetAside
                }
            }
        }
    }

    /// A short code for counting.
    #[must_use]
    pub const fn code(&self) -> &'static str {
        match self {
            Self::Fetched { .. } => "fetched",
            Self::Unchanged => "unchanged",
            Self::Redirected { .. } => "redirected",
            Self::Disallowed { .. } => "disallowed",
            Self::Deferred { .. } => "deferred",
            Self::Blocked { .. } => "blocked",
            Self::Gone { .. } => "gone",
            Self::Failed { .. } => "failed",
        }
    }

    /// The reason in words, empty when all went well.
    #[must_use]
    pub fn reason(&self) -> String {
        match self {
            Self::Fetched { .. } | Self::Unchanged => String::new(),
            Self::Redirected { to, .. } => format!("redirected to {to}"),
            Self::Disallowed { rule } => format!("not allowed: {rule}"),
            Self::Deferred { until, reason } => format!("{reason}; not before {until}"),
            Self::Blocked { reason } | Self::Failed { reason, .. } => reason.clone(),
            Self::Gone { status } => format!("gone (status {status})"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_is_never_retried_into_and_failures_are_capped() {
        let now = Timestamp::UNIX_EPOCH;
        assert_eq!(FetchOutcome::Blocked { reason: "captcha".into() }.next_step(1, now), NextStep::Strike);
        let broken = FetchOutcome::Failed { reason: "reset".into(), retry: true };
        assert!(matches!(broken.next_step(1, now), NextStep::Again(_)));
        assert_eq!(broken.next_step(MAX_ATTEMPTS, now), NextStep::SetAside);
    }
}
