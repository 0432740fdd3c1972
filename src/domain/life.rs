//! Codes of a lead's life: states, moves, who may act, why a lead is set aside, what a county answers.

use super::codes::{UnknownCode, codes};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::{fmt, str::FromStr};

codes! {
    /// Where a lead stands in its life.
    LeadState {
        /// Nobody has looked at it, or it has to be looked at again.
        New = "new", "待研判";
        /// One analyst holds it under a lease.
        Triaging = "triaging", "研判中";
        /// One analyst says it is a lead; a second pair of eyes has to agree.
        Proposed = "proposed", "待复核";
        /// Two people agree; it waits for its package.
        Confirmed = "confirmed", "已确认（待移交）";
        /// It left in a package.
        HandedOver = "handed_over", "已移交";
        /// The county said what it found.
        Answered = "answered", "已反馈";
        /// The county sent it back: not its own, or not enough.
        Returned = "returned", "已退回";
        /// Nothing is left to do.
        Closed = "closed", "已办结";
        /// People say it is no lead.
        Dismissed = "dismissed", "已排除";
        /// Kept on file until something new appears.
        Watching = "watching", "建档观察";
    }
    /// What can happen to a lead.
    LeadMove {
        /// An analyst takes it.
        Take = "take", "领取";
        /// A reviewer gives it to an analyst.
        Assign = "assign", "分派";
        /// The holder keeps it for longer.
        Renew = "renew", "续期";
        /// It goes back to all.
        Release = "release", "放回";
        /// The lease is over.
        Expire = "expire", "领取到期";
        /// One person confirms.
        Propose = "propose", "提出确认";
        /// A second person agrees.
        Approve = "approve", "复核通过";
        /// A second person does not agree, or the agreement is withdrawn.
        Reject = "reject", "复核退回";
        /// It is no lead.
        Dismiss = "dismiss", "排除";
        /// It is kept on file.
        Watch = "watch", "建档观察";
        /// A person wants it looked at again.
        Reopen = "reopen", "重新研判";
        /// New advertisements of a lead at rest.
        Evidence = "evidence", "发现新信息";
        /// A package with it was made.
        HandOver = "hand_over", "移交";
        /// The county answers.
        Answer = "answer", "反馈";
        /// The county sends it back.
        Return = "return", "退回";
        /// Nothing is left to do.
        Close = "close", "办结";
    }
    /// What somebody may do with leads.
    Role {
        /// Looks at leads, confirms, dismisses.
        Analyst = "analyst", "研判员";
        /// All of that, and the second pair of eyes.
        Reviewer = "reviewer", "复核员";
        /// Answers for the leads of one county.
        County = "county", "县区承办";
        /// Gives out work and draws at random; judges nothing.
        Admin = "admin", "管理员";
        /// The program itself; decides nothing.
        Program = "program", "系统";
    }
    /// Why a lead is set aside.
    DismissReason {
        /// Nothing is offered.
        NoOffer = "no_offer", "不是招生信息";
        /// No school subject.
        NotSubject = "not_subject", "非学科";
        /// An institution with a licence for it.
        Licensed = "licensed", "持证机构";
        /// Already known as another lead.
        Duplicate = "duplicate", "重复";
        /// Not for pupils.
        NotMinor = "not_minor", "非中小学";
        /// In another city.
        Outside = "outside", "不属本市";
        /// It has stopped by itself.
        Gone = "gone", "已自行停止";
        /// Anything else; has to be said in words.
        Other = "other", "其他（必须写明）";
    }
    /// What a county found; the program never decides it.
    Outcome {
        /// All of it.
        True = "true", "属实";
        /// Some of it.
        Partly = "partly", "部分属实";
        /// It is not so.
        Untrue = "untrue", "不属实";
        /// Nothing could be found.
        NotFound = "not_found", "查否";
    }
    /// What a county did.
    Measure {
        /// Talked to them.
        Education = "education", "教育提醒";
        /// Ordered them to put it right.
        Correction = "correction", "责令改正";
        /// Opened a case.
        CaseOpened = "case_opened", "立案";
        /// Passed it on to another authority.
        PassedOn = "passed_on", "移送";
        /// Took a licence away.
        Deregistered = "deregistered", "注销";
    }
}

/// Their Chinese names, joined for a sentence.
///
/// ```
/// use tanzhao::domain::{LeadState, life::zh_list};
/// assert_eq!(zh_list(&[LeadState::New, LeadState::Triaging], LeadState::zh), "待研判、研判中");
/// ```
#[must_use]
pub fn zh_list<T: Copy>(items: &[T], zh: impl Fn(T) -> &'static str) -> String {
    items.iter().map(|item| zh(*item)).collect::<Vec<_>>().join("、")
}
