//! What can be typed for lists that people bring.

use clap::{Subcommand, ValueEnum};
use jiff::civil::Date;
use std::path::PathBuf;

/// Files of one kind.
#[derive(Debug, clap::Args)]
pub struct Lists {
    /// .xlsx or .csv files
    #[arg(required = true, value_name = "FILE")]
    pub files: Vec<PathBuf>,
    /// Who imports
    #[arg(long, env = "USER", hide_env_values = true, default_value = "未注明", value_name = "NAME")]
    pub by: String,
    /// Write the report, with every row, as JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ListFormat {
    /// For reading
    Table,
    /// JSON Lines
    Json,
}

#[derive(Debug, clap::Args)]
pub struct Complaints {
    #[command(subcommand)]
    pub what: ComplaintsCommand,
}

#[derive(Debug, Subcommand)]
pub enum ComplaintsCommand {
    /// Complaints, the next to be answered first
    List {
        /// Only those not answered
        #[arg(long)]
        open: bool,
        /// Only those not answered whose day has passed
        #[arg(long, conflicts_with = "open")]
        overdue: bool,
        /// How to print
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// Which leads the complaints that nobody has linked may be about, with reasons
    Suggest {
        /// How to print
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// Say that a complaint is about a lead
    Link {
        /// The complaint's number, as received or as listed
        complaint: String,
        /// L000042 or 42
        lead: String,
        /// Say that it is not
        #[arg(long)]
        not: bool,
        /// Who says so
        #[arg(long, env = "USER", hide_env_values = true, default_value = "未注明", value_name = "NAME")]
        by: String,
    },
    /// Keep the answer that was given to a complaint
    Answer {
        /// The complaint's number, as received or as listed
        complaint: String,
        /// What was answered
        #[arg(long)]
        text: String,
        /// The day of the answer (default: today)
        #[arg(long, value_name = "DATE")]
        on: Option<Date>,
        /// Who answered
        #[arg(long, env = "USER", hide_env_values = true, default_value = "未注明", value_name = "NAME")]
        by: String,
    },
}
