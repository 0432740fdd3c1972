//! Rows of 反馈表.xlsx, which counties fill in and send back.

use super::{Fields, FileKind, TableRecord};
use crate::{
    domain::{LeadId, Measure, Outcome, life::zh_list},
    evidence::minors,
};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// What a county found out about a lead. Children are masked in everything it wrote in its own words.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Feedback {
    /// The lead, as the form names it.
    pub lead: LeadId,
    /// What was found; `None` when the lead was sent back.
    pub outcome: Option<Outcome>,
    /// What was done, in the order of [`Measure::ALL`].
    pub measures: Vec<Measure>,
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

/// The conclusion that sends a lead back (domain guide 4.4).
const RETURNED: &str = "退回";

impl Feedback {
    /// Everything the county wrote, in one line.
    #[must_use]
    pub fn words(&self) -> String {
        let mut parts = vec![self.outcome.map_or(RETURNED, Outcome::zh).to_owned()];
        let mut say = |name: &str, text: Option<&str>| parts.extend(text.map(|text| format!("{name}{text}")));
        say("处理方式：", Some(zh_list(&self.measures, Measure::zh).as_str()).filter(|text| !text.is_empty()));
        say("核查情况：", self.checked.as_deref());
        say("退回理由：", self.returned_because.as_deref());
        say("退费（元）：", self.refund_yuan.map(|yuan| yuan.to_string()).as_deref());
        say("处罚：", self.penalty.as_deref());
        say("公示：", self.published_at.as_deref());
        say("备注：", self.remark.as_deref());
        say("经办人：", Some(&self.handler));
        say("反馈日期：", Some(&self.on.to_string()));
        parts.join("；")
    }
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
            let text = text.trim();
            let found = Outcome::ALL.iter().copied().find(|known| known.zh() == text);
            if found.is_none() && text != RETURNED {
                fields.refuse("outcome", format!("{}、{RETURNED}", zh_list(Outcome::ALL, Outcome::zh)));
                return None;
            }
            Some(found)
        });
        let (handler, on) = (fields.needed("handler"), fields.needed_day("on"));
        let written = fields.text("measures").unwrap_or_default();
        let measures: Vec<Measure> =
            Measure::ALL.iter().copied().filter(|measure| written.contains(measure.zh())).collect();
        if measures.is_empty() && !written.is_empty() && !matches!(written.as_str(), "无" | "-" | "/") {
            fields.leave_out("measures", zh_list(Measure::ALL, Measure::zh));
        }
        let own_words =
            |fields: &mut Fields<'_>, column| fields.text(column).map(|text| minors::mask(&text).into_owned());
        let returned_because = own_words(fields, "returned_because");
        if outcome == Some(None) && returned_because.is_none() {
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
            checked: own_words(fields, "checked"),
            refund_yuan,
            penalty: own_words(fields, "penalty"),
            published_at: fields.text("published_at"),
            returned_because,
            handler: handler?,
            on: on?,
            remark: own_words(fields, "remark"),
        })
    }
}
