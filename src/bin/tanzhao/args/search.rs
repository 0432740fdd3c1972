//! search, purge.

use clap::ValueEnum;
use std::path::PathBuf;

#[derive(Debug, clap::Args)]
pub struct Search {
    /// Words (all of them), "phrases", -without, county:北票市 level:red state:new source:ID, or a lead's number
    #[arg(value_name = "QUERY", allow_hyphen_values = true, required_unless_present = "contact")]
    pub query: Vec<String>,
    /// Leads, each with its best listing
    #[arg(long, conflicts_with = "listings")]
    pub leads: bool,
    /// Listings (the default)
    #[arg(long)]
    pub listings: bool,
    /// At most so many
    #[arg(long, value_name = "N", default_value_t = 20, value_parser = clap::value_parser!(u32).range(1..=1000))]
    pub limit: u32,
    /// How to print
    #[arg(long, value_enum, default_value_t = SearchFormat::Table)]
    pub format: SearchFormat,
    /// Who shows exactly this phone, WeChat or QQ; needs a purpose, and the log says so
    #[arg(long, value_name = "VALUE", requires = "purpose", conflicts_with = "query")]
    pub contact: Option<String>,
    /// What for: verify, handover, complaint, quality, or in words
    #[arg(long, value_name = "TEXT", requires = "contact")]
    pub purpose: Option<String>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum SearchFormat {
    /// For reading
    Table,
    /// One JSON object
    Json,
}

#[derive(Debug, clap::Args)]
pub struct Purge {
    /// Only count what would go
    #[arg(long)]
    pub dry_run: bool,
    /// Write the report as JSON, - for standard output
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
}
