//! The life of a lead: a state machine that people move.
//!
//! [`RULES`] says which moves there are, [`Life::after`] applies one and is the only way a person changes a state. The program
//! moves a lead in two cases and decides nothing in either: a lease that is over ([`Life::expired`]) and new advertisements of
//! a lead at rest ([`Life::woken`]). No penalty is decided here; an outcome is what a county reports.
//!
//! ```text
//!  new <-> triaging -> proposed -> confirmed -> handed_over -> answered -> closed
//!   |         |           |           |            |                        |
//!   |         |           +--reject---+--> new     +--> returned ---------->+
//!   +----+----+--> dismissed, watching                     |
//!        ^---------- reopen, new evidence -----------------+--- closed
//! ```

mod deadlines;
mod history;
mod merging;
mod people;
mod refusal;
mod rules;

pub use deadlines::{Days, DaysError, DaysOff, Deadlines, end_of, last_day};
pub use history::{BrokenHistory, Happening, replay};
pub use merging::{along, further, reopened_by};
pub use people::{Actor, NameError};
pub use refusal::Refusal;
pub use rules::{RULES, Reason, Rule, allows, rule_of};

use crate::domain::{DismissReason, Epoch, LeadId, LeadMove, LeadState, Measure, Outcome, Role};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where a lead stands, and since when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Life {
    /// The state.
    pub state: LeadState,
    /// When it came into it.
    pub since: Timestamp,
    /// When it is late; `None` when nobody has to act, or when the deadline was not yet fixed (see [`Terms::due`]).
    pub due: Option<Timestamp>,
    /// Who works on it; only while it is triaged.
    pub lease: Option<Holding>,
    /// Its generation: every move makes a new one, so that who saw an older one is refused.
    pub epoch: Epoch,
    /// Who proposed to confirm it.
    pub proposed_by: Option<String>,
    /// Who agreed.
    pub approved_by: Option<String>,
    /// Whether a county has the longer time for it.
    pub complex: bool,
    /// Why it was set aside.
    pub dismissed: Option<DismissReason>,
    /// What the county found.
    pub outcome: Option<Outcome>,
    /// What the county did.
    pub measures: Vec<Measure>,
}

/// The right of one analyst to work on a lead.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Holding {
    /// Who.
    pub holder: String,
    /// Until when, exclusive.
    pub until: Timestamp,
}

/// The bureau's rules of time.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Terms {
    /// How long each state may last.
    pub deadlines: Deadlines,
    /// Days on which offices are closed.
    pub off: DaysOff,
}

impl Terms {
    /// When a lead is late: as fixed when it was moved, or as it follows from these terms.
    #[must_use]
    pub fn due(&self, life: &Life) -> Option<Timestamp> {
        life.due.or_else(|| self.deadlines.due(life.state, life.complex, life.since, &self.off))
    }

    /// When a county is late with a lead that goes into a package now; packing it once more gives nobody more time.
    #[must_use]
    pub fn due_at_county(&self, life: &Life, now: Timestamp) -> Option<Timestamp> {
        match life.state {
            LeadState::HandedOver => self.due(life),
            _ => self.deadlines.due(LeadState::HandedOver, life.complex, now, &self.off),
        }
    }
}

/// What somebody wants to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Step {
    /// Work on it.
    Take {
        /// Until when.
        until: Timestamp,
    },
    /// Give it to somebody.
    Assign {
        /// To whom.
        to: Actor,
        /// Until when.
        until: Timestamp,
    },
    /// Keep it for longer.
    Renew {
        /// Until when.
        until: Timestamp,
    },
    /// Give it back.
    Release,
    /// Confirm as the first person.
    Propose {
        /// Whether the county needs the longer time.
        complex: bool,
    },
    /// Agree as the second.
    Approve,
    /// Disagree.
    Reject,
    /// Set it aside.
    Dismiss {
        /// Why.
        reason: DismissReason,
    },
    /// Keep it on file.
    Watch,
    /// Look at it again.
    Reopen,
    /// It is in a package.
    HandOver,
    /// The county answers.
    Answer {
        /// What it found.
        outcome: Outcome,
        /// What it did.
        measures: Vec<Measure>,
    },
    /// The county sends it back.
    Return,
    /// Nothing is left to do.
    Close,
}

impl Step {
    /// The code of the move.
    #[must_use]
    pub const fn action(&self) -> LeadMove {
        match self {
            Self::Take { .. } => LeadMove::Take,
            Self::Assign { .. } => LeadMove::Assign,
            Self::Renew { .. } => LeadMove::Renew,
            Self::Release => LeadMove::Release,
            Self::Propose { .. } => LeadMove::Propose,
            Self::Approve => LeadMove::Approve,
            Self::Reject => LeadMove::Reject,
            Self::Dismiss { .. } => LeadMove::Dismiss,
            Self::Watch => LeadMove::Watch,
            Self::Reopen => LeadMove::Reopen,
            Self::HandOver => LeadMove::HandOver,
            Self::Answer { .. } => LeadMove::Answer,
            Self::Return => LeadMove::Return,
            Self::Close => LeadMove::Close,
        }
    }
}

/// A step with what goes with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Order {
    /// What to do.
    pub step: Step,
    /// Why, in words; kept in the history and shown to people.
    pub note: String,
    /// Only if the lead is still in this state.
    pub expected: Option<LeadState>,
    /// Only if it is still of this generation.
    pub epoch: Option<Epoch>,
}

impl Order {
    /// A step without words or conditions.
    #[must_use]
    pub fn of(step: Step) -> Self {
        Self { step, note: String::new(), expected: None, epoch: None }
    }

    /// The same with words.
    #[must_use]
    pub fn because(self, note: impl Into<String>) -> Self {
        Self { note: note.into(), ..self }
    }
}

/// Which lead it is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Subject {
    /// Its number.
    pub lead: LeadId,
    /// The county that handles it, as it is stored.
    pub county: String,
}

impl Life {
    /// A lead that nobody has touched, since it was first seen.
    #[must_use]
    pub fn fresh(since: Timestamp) -> Self {
        Self {
            state: LeadState::New,
            since,
            due: None,
            lease: None,
            epoch: Epoch(0),
            proposed_by: None,
            approved_by: None,
            complex: false,
            dismissed: None,
            outcome: None,
            measures: Vec::new(),
        }
    }

    /// The life after a step of `actor`. The caller has dealt with a lease that is over ([`Life::expired`]).
    ///
    /// # Errors
    /// Why the step is refused; the first reason found.
    pub fn after(
        &self,
        order: &Order,
        actor: &Actor,
        about: &Subject,
        terms: &Terms,
        now: Timestamp,
    ) -> Result<Self, Refusal> {
        let action = order.step.action();
        let rule = self.permit(order, actor, about)?;
        let mut next = self.moved(rule.to, now);
        match &order.step {
            Step::Take { until } => next.lease = Some(hold(actor.name(), *until, now)?),
            Step::Assign { to, until } => {
                if !matches!(to.role(), Role::Analyst | Role::Reviewer) {
                    return Err(Refusal::Assignee { name: to.name().to_owned(), role: to.role() });
                }
                next.lease = Some(hold(to.name(), *until, now)?);
            }
            Step::Renew { until } => {
                next.lease = Some(hold(actor.name(), *until, now)?);
                next.epoch = self.epoch;
            }
            Step::Propose { complex } => {
                next.proposed_by = Some(actor.name().to_owned());
                next.complex = *complex;
            }
            Step::Approve => next.approved_by = Some(actor.name().to_owned()),
            Step::Dismiss { reason } => next.dismissed = Some(*reason),
            Step::Answer { outcome, measures } => {
                next.outcome = Some(*outcome);
                next.measures.clone_from(measures);
                next.measures.sort_unstable();
                next.measures.dedup();
            }
            Step::Release | Step::Reject | Step::Watch | Step::Reopen | Step::HandOver | Step::Return | Step::Close => {
            }
        }
        // Passing a lead from hand to hand, or packing it once more, gives nobody more time.
        let same_clock = matches!(action, LeadMove::Take | LeadMove::Assign | LeadMove::Renew | LeadMove::Release)
            || (action == LeadMove::HandOver && self.state == LeadState::HandedOver);
        if same_clock {
            next.due = terms.due(self);
            next.since = if next.state == self.state || next.state == LeadState::New { self.since } else { now };
        } else {
            next.due = terms.due(&next);
        }
        Ok(next)
    }

    /// Checks a step against the table.
    fn permit(&self, order: &Order, actor: &Actor, about: &Subject) -> Result<&'static Rule, Refusal> {
        let (step, name) = (&order.step, || actor.name().to_owned());
        let action = step.action();
        if let Some(given) = order.epoch.filter(|given| *given != self.epoch) {
            return Err(Refusal::Stale { action, given, current: self.epoch });
        }
        if let Some(expected) = order.expected.filter(|expected| *expected != self.state) {
            return Err(Refusal::Changed { action, expected, found: self.state });
        }
        let refused = || Refusal::State { action, found: self.state };
        let rule = rule_of(action).ok_or_else(refused)?;
        if !rule.roles.contains(&actor.role()) {
            return Err(Refusal::Role { action, name: name(), role: actor.role() });
        }
        let held = self.lease.as_ref().filter(|lease| !actor.is_same_person(&lease.holder));
        let may_release = action == LeadMove::Release && actor.role() != Role::Analyst;
        if let Some(lease) = held.filter(|_| (rule.holder || action == LeadMove::Take) && !may_release) {
            let (holder, until) = (lease.holder.clone(), lease.until);
            return Err(Refusal::Held { action, name: name(), holder, until });
        }
        if !rule.from.contains(&self.state) {
            return Err(refused());
        }
        if actor.role() == Role::County && actor.county() != Some(about.county.as_str()) {
            let own = actor.county().unwrap_or("未注明县区").to_owned();
            return Err(Refusal::OtherCounty { action, name: name(), own, county: about.county.clone() });
        }
        if action == LeadMove::Approve
            && let Some(proposer) = self.proposed_by.as_ref().filter(|proposer| actor.is_same_person(proposer))
        {
            return Err(Refusal::SamePerson { name: proposer.clone() });
        }
        let needs_words =
            rule.reason == Reason::Required || matches!(step, Step::Dismiss { reason: DismissReason::Other });
        if needs_words && order.note.trim().is_empty() {
            return Err(Refusal::NoReason { action });
        }
        Ok(rule)
    }

    /// The life after a lease that is over; `None` when there is none or it still runs.
    #[must_use]
    pub fn expired(&self, now: Timestamp) -> Option<Self> {
        let lease = self.lease.as_ref().filter(|lease| lease.until <= now)?;
        let back = self.moved(LeadState::New, lease.until);
        Some(Self { due: self.due, since: self.since, ..back })
    }

    /// The life after new advertisements appeared; `None` when somebody has the lead in hand anyway.
    #[must_use]
    pub fn woken(&self, now: Timestamp) -> Option<Self> {
        reopened_by(self.state).map(|state| self.moved(state, now))
    }

    /// The life of this lead after another went into it that is at most as far along.
    #[must_use]
    pub fn with(&self, gone: &Self) -> Self {
        let mut next = Self { epoch: Epoch(self.epoch.0.saturating_add(1)), ..self.clone() };
        next.absorb(gone);
        next
    }

    /// A new generation in a state; what belongs to a round of work ends when a new one begins.
    fn moved(&self, state: LeadState, now: Timestamp) -> Self {
        let epoch = Epoch(self.epoch.0.saturating_add(1));
        let next = Self { state, since: now, due: None, lease: None, epoch, ..self.clone() };
        if state != LeadState::New {
            return next;
        }
        Self { proposed_by: None, approved_by: None, dismissed: None, outcome: None, measures: Vec::new(), ..next }
    }
}

fn hold(holder: &str, until: Timestamp, now: Timestamp) -> Result<Holding, Refusal> {
    if until <= now {
        return Err(Refusal::LeaseOver { until });
    }
    Ok(Holding { holder: holder.to_owned(), until })
}

#[cfg(test)]
mod tests;
