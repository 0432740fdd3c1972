//! That a lead's history explains where the lead stands.

use super::rules::{allows, rule_of};
use crate::domain::{LeadMove, LeadState};

/// What of a lead's history concerns its life.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Happening {
    /// It was moved.
    Move(LeadMove),
    /// Its listings went into another lead, and its life with them.
    End,
}

/// A history that the rules do not allow.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("流转记录第 {event} 号（{}）与规则不符：此前应处于“{}”", action.zh(), found.zh())]
pub struct BrokenHistory {
    /// The number of the event.
    pub event: i64,
    /// What it says happened.
    pub action: LeadMove,
    /// Where the lead stood by then.
    pub found: LeadState,
}

/// The state that a history leads to, from `new`, by the table of moves alone; events have their numbers.
///
/// # Errors
/// The first event that the table does not allow where the lead stood by then.
pub fn replay(events: impl IntoIterator<Item = (i64, Happening)>) -> Result<LeadState, BrokenHistory> {
    let mut state = LeadState::New;
    for (event, happening) in events {
        state = match happening {
            Happening::End => LeadState::New,
            Happening::Move(action) => match rule_of(action).filter(|_| allows(action, state)) {
                Some(rule) => rule.to,
                None => return Err(BrokenHistory { event, action, found: state }),
            },
        };
    }
    Ok(state)
}
