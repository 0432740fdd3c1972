//! What can be typed about leads and what leaves the house.

use super::{JoinAct, LeadAct, QueueFilter};
use clap::{Subcommand, ValueEnum};
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Leads {
    #[command(subcommand)]
    pub what: LeadsCommand,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum Format {
    Table,
    Json,
    Csv,
}

#[derive(Debug, Subcommand)]
pub enum LeadsCommand {
    /// All leads, most urgent first
    List {
        /// How to print
        #[arg(long, value_enum, default_value_t = Format::Table)]
        format: Format,
        /// Only this county, by name or code
        #[arg(long, value_name = "CODE")]
        county: Option<String>,
        #[command(flatten)]
        filter: QueueFilter,
    },
    /// One lead with its reasons
    Show {
        /// L000042 or 42
        id: String,
        /// Contacts in full; the log says who read them and what for
        #[arg(long, requires = "purpose")]
        unmask: bool,
        /// What for: verify, handover, complaint, quality, or in words
        #[arg(long, value_name = "TEXT", requires = "unmask")]
        purpose: Option<String>,
    },
    #[command(flatten)]
    Join(JoinAct),
    #[command(flatten)]
    Act(LeadAct),
}

#[derive(Debug, clap::Args)]
pub struct Handover {
    /// A county by name or code, or all
    #[arg(long, value_name = "CODE|all")]
    pub county: String,
    /// Folder for the packages
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
    /// Only leads with a listing fetched since (RFC 3339)
    #[arg(long, value_name = "TIME")]
    pub since: Option<jiff::Timestamp>,
    /// Who hands over (default: the user of this computer)
    #[arg(long, value_name = "NAME", conflicts_with = "include_unconfirmed")]
    pub by: Option<String>,
    /// Write drafts of every lead, confirmed or not; they say so and hand nothing over
    #[arg(long)]
    pub include_unconfirmed: bool,
}

#[derive(Debug, clap::Args)]
pub struct Export {
    #[command(subcommand)]
    pub what: ExportCommand,
}

#[derive(Debug, Subcommand)]
pub enum ExportCommand {
    /// One object per listing
    Listings {
        /// - for standard output
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
    },
    /// A CDXJ index of the archived pages, for replay tools
    Cdxj {
        /// - for standard output
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
    },
    /// One object per lead
    Leads {
        /// - for standard output
        #[arg(long, value_name = "FILE")]
        output: PathBuf,
    },
}
