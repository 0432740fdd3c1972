//! What bureaus know from elsewhere: **institutions** with a licence, past **violations**, **complaints**.
//!
//! None of them holds who complained, a legal representative or a child; such columns are never read.

use super::{Stage, TrainingKind};
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// Where a row stood in the file it came from.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct RowPlace {
    /// The worksheet; `None` in a CSV file.
    pub sheet: Option<String>,
    /// The row as a spreadsheet numbers it, from 1.
    pub row: u32,
}

impl RowPlace {
    /// The place in Chinese.
    ///
    /// ```
    /// use tanzhao::domain::RowPlace;
    /// assert_eq!(RowPlace { sheet: Some("双塔区".into()), row: 12 }.zh(), "工作表“双塔区”第 12 行");
    /// assert_eq!(RowPlace { sheet: None, row: 3 }.zh(), "第 3 行");
    /// ```
    #[must_use]
    pub fn zh(&self) -> String {
        match &self.sheet {
            Some(sheet) => format!("工作表“{sheet}”第 {} 行", self.row),
            None => format!("第 {} 行", self.row),
        }
    }
}

/// Something with the row it was read from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Numbered<T> {
    /// Where it stood.
    pub place: RowPlace,
    /// What it says.
    pub value: T,
}

/// An institution of the bureau's list of licensed training.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Institution {
    /// Its full name.
    pub name: String,
    /// Unified social credit code.
    pub credit_code: Option<String>,
    /// Number of the school licence.
    pub licence: Option<String>,
    /// Where it teaches.
    pub address: Option<String>,
    /// How to reach it: digits only.
    pub phones: Vec<String>,
    /// What it may teach; `None` when the list does not say, and then it clears nobody.
    pub kind: Option<TrainingKind>,
    /// Stages it may teach; empty when the list does not say.
    pub stages: Vec<Stage>,
    /// Last day of the licence; `None` when the list does not say or the licence has no end.
    pub valid_until: Option<Date>,
    /// County as written.
    pub county: Option<String>,
    /// Who licensed it.
    pub authority: Option<String>,
    /// State as written, for example 正常 or 注销.
    pub status: Option<String>,
}

impl Institution {
    /// Whether the licence holds on a day, as far as the list says.
    #[must_use]
    pub fn in_force(&self, on: Date) -> bool {
        const ENDED: &[&str] =
            &["注销", "吊销", "撤销", "停业", "停办", "终止", "暂停", "过期", "失效", "关闭", "已停"];
        let ended = self.status.as_deref().is_some_and(|status| ENDED.iter().any(|word| status.contains(word)));
        !ended && self.valid_until.is_none_or(|last| on <= last)
    }

    /// What makes two rows the same institution: credit code, else licence, else name.
    #[must_use]
    pub fn key(&self) -> String {
        let squeezed = |text: &str| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
        match (&self.credit_code, &self.licence) {
            (Some(code), _) => format!("u:{code}"),
            (None, Some(licence)) => format!("l:{}", squeezed(licence)),
            (None, None) => format!("n:{}", squeezed(&self.name)),
        }
    }
}

/// A violation that was dealt with.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Violation {
    /// The institution or person as published.
    pub party: String,
    /// What was found.
    pub matter: Option<String>,
    /// The day of the decision.
    pub decided_on: Date,
    /// Number of the decision.
    pub document: Option<String>,
    /// Where it was.
    pub address: Option<String>,
    /// The party's own telephone numbers.
    pub phones: Vec<String>,
    /// What was decided.
    pub result: Option<String>,
    /// County as written.
    pub county: Option<String>,
}

impl Violation {
    /// What makes two rows the same decision.
    #[must_use]
    pub fn key(&self) -> String {
        match &self.document {
            Some(document) => format!("{}|{}|{}", document, self.decided_on, self.party),
            None => format!("|{}|{}|{}", self.decided_on, self.party, self.matter.as_deref().unwrap_or("")),
        }
    }
}

/// A complaint about somebody; who complained is not part of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Complaint {
    /// The number under which it was received.
    pub number: String,
    /// The day it was received.
    pub received_on: Date,
    /// Whom it is about, as the complaint names them.
    pub target: Option<String>,
    /// Where that is.
    pub address: Option<String>,
    /// The telephone numbers of the one complained about.
    pub phones: Vec<String>,
    /// What it says, with numbers and names that the program recognised taken out.
    pub text: Option<String>,
    /// County as written.
    pub county: Option<String>,
    /// The last day for an answer.
    pub due_on: Option<Date>,
    /// The state the file gave, when that says it was answered already.
    pub closed_as: Option<String>,
}
