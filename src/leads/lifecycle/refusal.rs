//! Why a move is refused, in the words of the people who meet it.

use super::rules::{Rule, rule_of};
use crate::domain::{Epoch, LeadId, LeadMove, LeadState, Role, life::zh_list};
use jiff::Timestamp;

/// A move that was not made; nothing has changed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum Refusal {
    /// There is no such lead now.
    #[error("没有编号为 {} 的线索（可能已并入其他线索，用 tanzhao leads list 查看）", lead.label())]
    Unknown {
        /// The number asked for.
        lead: LeadId,
    },
    /// Not from this state.
    #[error("线索处于“{}”，不能“{}”。{}", found.zh(), action.zh(), who_and_where(*action))]
    State {
        /// What was tried.
        action: LeadMove,
        /// Where the lead stands.
        found: LeadState,
    },
    /// Not in this role.
    #[error("{}（{name}）不能“{}”。{}", role.zh(), action.zh(), who_and_where(*action))]
    Role {
        /// What was tried.
        action: LeadMove,
        /// Who tried.
        name: String,
        /// As what.
        role: Role,
    },
    /// The second pair of eyes is the first one.
    #[error("{name} 是提出确认的人，不能自己复核。{}，且须与提出人不是同一人", who_and_where(LeadMove::Approve))]
    SamePerson {
        /// Who proposed.
        name: String,
    },
    /// Somebody else works on it.
    #[error("线索由 {holder} 领取至 {}，{name} 不能“{}”。{}；须由领取人本人进行，或由复核员、管理员改派",
        super::deadlines::minute(*until), action.zh(), who_and_where(*action))]
    Held {
        /// What was tried.
        action: LeadMove,
        /// Who tried.
        name: String,
        /// Who holds it.
        holder: String,
        /// Until when.
        until: Timestamp,
    },
    /// The lease is not the one it was.
    #[error("领取批次已变（所持 {given}，现为 {current}）：线索已被放回、到期或改派，“{}”没有执行。请重新查看后再办", action.zh())]
    Stale {
        /// What was tried.
        action: LeadMove,
        /// The epoch the caller knows.
        given: Epoch,
        /// The epoch now.
        current: Epoch,
    },
    /// The lead is not where the caller thinks.
    #[error("线索已由“{}”变为“{}”，“{}”没有执行。请重新查看后再办", expected.zh(), found.zh(), action.zh())]
    Changed {
        /// What was tried.
        action: LeadMove,
        /// What the caller saw.
        expected: LeadState,
        /// What it is.
        found: LeadState,
    },
    /// It has to be said why.
    #[error("“{}”必须写明理由。{}", action.zh(), who_and_where(*action))]
    NoReason {
        /// What was tried.
        action: LeadMove,
    },
    /// Another county's lead.
    #[error("{name} 是{own}的承办人，不能办理属地为{county}的线索。{}（县区承办限本县区）", who_and_where(*action))]
    OtherCounty {
        /// What was tried.
        action: LeadMove,
        /// Who tried.
        name: String,
        /// Their county.
        own: String,
        /// The lead's.
        county: String,
    },
    /// Work cannot be given to them.
    #[error("不能分派给{}（{name}）：线索只能由研判员或复核员办理", role.zh())]
    Assignee {
        /// To whom.
        name: String,
        /// What they are.
        role: Role,
    },
    /// A lease that would be over at once.
    #[error("领取时间必须在以后：给出 {}", super::deadlines::minute(*until))]
    LeaseOver {
        /// The end that was given.
        until: Timestamp,
    },
}

/// Who may make a move, and from which states.
fn who_and_where(action: LeadMove) -> String {
    rule_of(action).map_or_else(
        || "只能由系统进行".to_owned(),
        |Rule { from, roles, .. }| {
            format!("可由{}进行，且线索须处于：{}", zh_list(roles, Role::zh), zh_list(from, LeadState::zh))
        },
    )
}
