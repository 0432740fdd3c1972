//! What can be typed about the life of leads.

use super::AuditFormat;
use clap::Subcommand;
use tanzhao::domain::{DismissReason, LeadState, Measure, Outcome};

/// On which leads, who acts, on what condition.
#[derive(Debug, clap::Args)]
pub struct On {
    /// L000042 or 42; several for the same act on each
    #[arg(required = true, value_name = "ID")]
    pub ids: Vec<String>,
    /// Who acts (default: the user of this computer); both are written down
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
    /// Only if the lead is still of this generation, as `leads show` tells it
    #[arg(long, value_name = "N")]
    pub epoch: Option<i64>,
    /// Only if the lead is still in this state
    #[arg(long, value_name = "STATE")]
    pub if_state: Option<LeadState>,
}

/// Words that go into the history.
#[derive(Debug, clap::Args)]
pub struct Note {
    /// Anything to remember
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub note: String,
}

/// Words without which the act is refused.
#[derive(Debug, clap::Args)]
pub struct Because {
    /// Why
    #[arg(long, value_name = "TEXT")]
    pub reason: String,
}

/// What people do with leads.
#[derive(Debug, Subcommand)]
pub enum LeadAct {
    /// Work on leads; nobody else can meanwhile. Again by the same person: keep them for longer
    Take {
        #[command(flatten)]
        on: On,
    },
    /// Give leads to somebody
    Assign {
        #[command(flatten)]
        on: On,
        /// To whom
        #[arg(long, value_name = "NAME")]
        to: String,
        #[command(flatten)]
        note: Note,
    },
    /// Give leads back to all
    Release {
        #[command(flatten)]
        on: On,
        #[command(flatten)]
        note: Note,
    },
    /// Confirm as the first person; a second has to approve
    Confirm {
        #[command(flatten)]
        on: On,
        /// The county gets the longer time
        #[arg(long)]
        complex: bool,
        #[command(flatten)]
        note: Note,
    },
    /// Agree as the second person, who must be another one
    Approve {
        #[command(flatten)]
        on: On,
        #[command(flatten)]
        note: Note,
    },
    /// Do not agree, or withdraw an approval: back to new
    Reject {
        #[command(flatten)]
        on: On,
        #[command(flatten)]
        because: Because,
    },
    /// Set leads aside
    Dismiss {
        #[command(flatten)]
        on: On,
        /// `no_offer`, `not_subject`, `licensed`, `duplicate`, `not_minor`, `outside`, `gone`, or `other` with --note
        #[arg(long, value_name = "CODE")]
        reason: DismissReason,
        #[command(flatten)]
        note: Note,
    },
    /// Keep leads on file until something new appears
    Watch {
        #[command(flatten)]
        on: On,
        #[command(flatten)]
        note: Note,
    },
    /// Look at dismissed, watched, returned or closed leads again
    Reopen {
        #[command(flatten)]
        on: On,
        #[command(flatten)]
        because: Because,
    },
    /// File what a county found and did
    Answer {
        #[command(flatten)]
        on: On,
        /// `true`, `partly`, `untrue` or `not_found`
        #[arg(long, value_name = "CODE")]
        outcome: Outcome,
        /// `education`, `correction`, `case_opened`, `passed_on` or `deregistered` (may be repeated)
        #[arg(long, value_name = "CODE")]
        measure: Vec<Measure>,
        #[command(flatten)]
        note: Note,
    },
    /// File that a county sent leads back
    Return {
        #[command(flatten)]
        on: On,
        #[command(flatten)]
        because: Because,
    },
    /// Nothing is left to do
    Close {
        #[command(flatten)]
        on: On,
        #[command(flatten)]
        note: Note,
    },
    /// What happened to a lead
    History {
        /// L000042 or 42
        id: String,
        /// How to show it
        #[arg(long, value_enum, default_value_t = AuditFormat::Table)]
        format: AuditFormat,
    },
}

/// Which leads to list.
#[derive(Debug, Default, clap::Args)]
pub struct QueueFilter {
    /// Only in this state
    #[arg(long, value_name = "STATE")]
    pub state: Option<LeadState>,
    /// Only those this person works on
    #[arg(long, value_name = "NAME")]
    pub assignee: Option<String>,
    /// Only those that are late
    #[arg(long)]
    pub overdue: bool,
}
