//! Rows of 反馈表.xlsx, which counties fill in and send back.

use super::{Fields, FileKind, TableRecord};
use crate::domain::LeadId;
use jiff::civil::Date;
use serde::Serialize;

/// What a county found out about a lead.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Feedback {
    /// The lead.
    pub lead: LeadId,
    /// The conclusion: one of [`Feedback::OUTCOMES`].
    pub outcome: String,
    /// What was done: of [`Feedback::MEASURES`], in their order.
    pub measures: Vec<&'static str>,
    /// What was found.
    pub checked: Option<String>,
    /// Money returned, in yuan.
    pub refund_yuan: Option<f64>,
    /// Kind and amount of a penalty.
    pub penalty: Option<String>,
    /// Where the decision is published.
    pub published_at: Option<String>,
    /// Why the lead was sent back.
    pub returned_because: Option<String>,
    /// Who dealt with it.
    pub handler: String,
    /// The day of the answer.
    pub on: Date,
    /// Anything else.
    pub remark: Option<String>,
}

impl Feedback {
    /// Conclusions a county may come to (domain guide 4.4).
    pub const OUTCOMES: &[&str] = &["属实", "部分属实", "不属实", "查否", "退回"];
    /// What a county may have done.
    pub const MEASURES: &[&str] = &["教育提醒", "责令改正", "立案", "移送", "注销"];
}

impl TableRecord for Feedback {
    const KIND: FileKind = FileKind::Feedback;

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let lead = fields.needed("lead").and_then(|text| {
            let lead = LeadId::parse(&text).filter(|lead| lead.0 > 0);
            if lead.is_none() {
                fields.refuse("lead", "线索编号，如 L000042");
            }
            lead
        });
        let outcome = fields.needed("outcome").and_then(|text| {
            let known = Self::OUTCOMES.iter().find(|known| **known == text.trim());
            if known.is_none() {
                fields.refuse("outcome", Self::OUTCOMES.join("、"));
            }
            known.map(|known| (*known).to_owned())
        });
        let (handler, on) = (fields.needed("handler"), fields.needed_day("on"));
        let written = fields.text("measures").unwrap_or_default();
        let measures: Vec<&'static str> =
            Self::MEASURES.iter().copied().filter(|measure| written.contains(*measure)).collect();
        if measures.is_empty() && !written.is_empty() && !matches!(written.as_str(), "无" | "-" | "/") {
            fields.leave_out("measures", Self::MEASURES.join("、"));
        }
        let returned_because = fields.text("returned_because");
        if outcome.as_deref() == Some("退回") && returned_because.is_none() {
            fields.refuse("returned_because", "退回的线索要写退回理由");
        }
        let refund_yuan = fields.text("refund_yuan").and_then(|text| {
            let number = text.replace([',', '，', '元', ' '], "").parse::<f64>().ok();
            let good = number.filter(|yuan| yuan.is_finite() && *yuan >= 0.0);
            if good.is_none() && !matches!(text.as_str(), "无" | "-" | "/") {
                fields.leave_out("refund_yuan", "以元为单位的数字");
            }
            good
        });
        Some(Self {
            lead: lead?,
            outcome: outcome?,
            measures,
            checked: fields.text("checked"),
            refund_yuan,
            penalty: fields.text("penalty"),
            published_at: fields.text("published_at"),
            returned_because,
            handler: handler?,
            on: on?,
            remark: fields.text("remark"),
        })
    }
}
