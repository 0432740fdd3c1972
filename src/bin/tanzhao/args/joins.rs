//! leads: what belongs together.

use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub enum JoinAct {
    /// Two leads are one operator: put the second to the first
    Merge {
        /// L000042 or 42
        lead: String,
        /// The one that goes to it
        other: String,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Who says so (default: the user of this computer)
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// Some listings of a lead are another operator: give them a lead of their own
    Split {
        /// L000042 or 42
        lead: String,
        /// Numbers of the listings, as `leads show` prints them
        #[arg(required = true, value_name = "LISTING")]
        listings: Vec<i64>,
        /// Why
        #[arg(long, value_name = "TEXT")]
        reason: String,
        /// Who says so (default: the user of this computer)
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// Take a merge or split back
    Undo {
        /// Its number, as it was printed and as the lead's history shows it
        #[arg(value_name = "CHANGE")]
        change: i64,
        /// Who says so (default: the user of this computer)
        #[arg(long, value_name = "NAME")]
        by: Option<String>,
    },
    /// Link everything again, for example after other `[link]` or `[rank]` values; what people said stays
    Rebuild,
    /// Contacts, accounts, names and addresses that belong to everybody and link nobody
    Generic,
}
