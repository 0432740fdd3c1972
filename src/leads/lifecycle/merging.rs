//! What becomes of two lives when two leads turn out to be one operator.

use super::{Life, rules::RESTING};
use crate::domain::LeadState;

/// How far a state is along, more is further; the order of [`further`].
///
/// Leads at rest come after new ones, because they have a history, and before those somebody works on, so that no work is
/// lost to a case that was over. Of the rest the later counts, and what a county still owes counts most.
#[must_use]
pub const fn along(state: LeadState) -> u8 {
    match state {
        LeadState::New => 0,
        LeadState::Dismissed => 1,
        LeadState::Watching => 2,
        LeadState::Closed => 3,
        LeadState::Triaging => 4,
        LeadState::Proposed => 5,
        LeadState::Confirmed => 6,
        LeadState::Returned => 7,
        LeadState::Answered => 8,
        LeadState::HandedOver => 9,
    }
}

/// The state that survives when two leads become one: the one further along, from `new` over `dismissed`, `watching`,
/// `closed`, `triaging`, `proposed`, `confirmed`, `returned` and `answered` to `handed_over`. The lead that has it keeps its
/// number; of two in one state the smaller number.
///
/// ```
/// use tanzhao::{domain::LeadState, leads::lifecycle::further};
/// assert_eq!(further(LeadState::Triaging, LeadState::Dismissed), LeadState::Triaging);
/// assert_eq!(further(LeadState::Confirmed, LeadState::HandedOver), LeadState::HandedOver);
/// ```
#[must_use]
pub const fn further(a: LeadState, b: LeadState) -> LeadState {
    if along(b) > along(a) { b } else { a }
}

/// The state of a lead after new advertisements of it appeared; `None` when that changes nothing, because somebody still
/// has it in hand.
#[must_use]
pub fn reopened_by(state: LeadState) -> Option<LeadState> {
    RESTING.contains(&state).then_some(LeadState::New)
}

impl Life {
    /// Takes over what a lead that goes into this one leaves behind: the earlier deadline of the same state, and that it was
    /// complex.
    pub(super) fn absorb(&mut self, gone: &Self) {
        self.complex |= gone.complex;
        if gone.state == self.state {
            self.due = match (self.due, gone.due) {
                (Some(own), Some(other)) => Some(own.min(other)),
                (own, other) => own.or(other),
            };
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_total() {
        for a in LeadState::ALL {
            for b in LeadState::ALL {
                assert_eq!(further(*a, *b), further(*b, *a), "{a} {b}");
                assert!([*a, *b].contains(&further(*a, *b)));
                for c in LeadState::ALL {
                    assert_eq!(further(further(*a, *b), *c), further(*a, further(*b, *c)));
                }
            }
        }
    }
}
