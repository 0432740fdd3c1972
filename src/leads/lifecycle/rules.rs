//! The moves as data: from where, to where, by whom, whether a reason has to be given.

use crate::domain::{LeadMove, LeadState, Role};
use LeadState::{Answered, Closed, Confirmed, Dismissed, HandedOver, New, Proposed, Returned, Triaging, Watching};
use Role::{Admin, Analyst, County, Program, Reviewer};

/// One line of the table.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rule {
    /// What happens.
    pub action: LeadMove,
    /// In which states it may.
    pub from: &'static [LeadState],
    /// The state after it.
    pub to: LeadState,
    /// Who may.
    pub roles: &'static [Role],
    /// Whether it has to be said why.
    pub reason: Reason,
    /// Whether a lead held under a lease may be moved by its holder only.
    pub holder: bool,
}

/// Whether a move needs words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reason {
    /// They may be given.
    Optional,
    /// They must be given.
    Required,
}

/// People who judge leads.
const JUDGES: &[Role] = &[Analyst, Reviewer];
/// People who see to it that work goes on.
const STEWARDS: &[Role] = &[Reviewer, Admin];
/// A county itself, or somebody who files what it wrote.
const FILERS: &[Role] = &[County, Analyst, Reviewer];
/// States in which a lead rests until something new appears.
pub(super) const RESTING: &[LeadState] = &[Dismissed, Watching, Closed];

/// Shorthand, so that the table reads as one.
const fn rule(
    action: LeadMove,
    from: &'static [LeadState],
    to: LeadState,
    roles: &'static [Role],
    reason: Reason,
) -> Rule {
    let holder =
        matches!(action, LeadMove::Renew | LeadMove::Release | LeadMove::Propose | LeadMove::Dismiss | LeadMove::Watch);
    Rule { action, from, to, roles, reason, holder }
}

/// Every move there is.
pub const RULES: &[Rule] = {
    use LeadMove as M;
    use Reason::{Optional, Required};
    &[
        rule(M::Take, &[New], Triaging, JUDGES, Optional),
        rule(M::Assign, &[New, Triaging], Triaging, STEWARDS, Optional),
        rule(M::Renew, &[Triaging], Triaging, JUDGES, Optional),
        rule(M::Release, &[Triaging], New, &[Analyst, Reviewer, Admin], Optional),
        rule(M::Expire, &[Triaging], New, &[Program], Optional),
        rule(M::Propose, &[New, Triaging], Proposed, JUDGES, Optional),
        rule(M::Approve, &[Proposed], Confirmed, &[Reviewer], Optional),
        rule(M::Reject, &[Proposed, Confirmed], New, &[Reviewer], Required),
        rule(M::Dismiss, &[New, Triaging, Returned, Watching], Dismissed, JUDGES, Optional),
        rule(M::Watch, &[New, Triaging, Returned], Watching, JUDGES, Optional),
        rule(M::Reopen, &[Dismissed, Watching, Closed, Returned], New, JUDGES, Required),
        rule(M::Evidence, RESTING, New, &[Program], Optional),
        // A lead goes into every package until it is answered; only the first changes its state.
        rule(M::HandOver, &[Confirmed, HandedOver], HandedOver, JUDGES, Optional),
        // A county may add to what it said: a case is opened first and decided later.
        rule(M::Answer, &[HandedOver, Answered], Answered, FILERS, Optional),
        rule(M::Return, &[HandedOver], Returned, FILERS, Required),
        rule(M::Close, &[Answered, Returned], Closed, &[Reviewer], Optional),
    ]
};

/// The line of a move; every move has one.
#[must_use]
pub fn rule_of(action: LeadMove) -> Option<&'static Rule> {
    RULES.iter().find(|rule| rule.action == action)
}

/// Whether a move starts from a state, whoever makes it.
#[must_use]
pub fn allows(action: LeadMove, from: LeadState) -> bool {
    rule_of(action).is_some_and(|rule| rule.from.contains(&from))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_table_is_whole_and_lets_nobody_get_stuck() {
        for action in LeadMove::ALL {
            assert_eq!(RULES.iter().filter(|rule| rule.action == *action).count(), 1, "{action}");
        }
        for state in LeadState::ALL {
            let by_people = |rule: &&Rule| rule.from.contains(state) && rule.roles != [Program];
            assert!(RULES.iter().any(|rule| by_people(&rule)), "people can move a lead on from {state}");
            assert!(*state == New || RULES.iter().any(|rule| rule.to == *state), "{state} can be reached");
        }
    }

    #[test]
    fn the_program_decides_nothing() {
        let by_program: Vec<LeadMove> =
            RULES.iter().filter(|rule| rule.roles.contains(&Program)).map(|rule| rule.action).collect();
        assert_eq!(by_program, [LeadMove::Expire, LeadMove::Evidence]);
    }
}
