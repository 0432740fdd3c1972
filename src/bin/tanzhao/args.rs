//! What can be typed.

mod audit;
mod crawl;
mod draw;
mod import;
mod joins;
mod judge;
mod leads;
mod queue;
mod search;

pub use audit::{Audit, AuditCommand, AuditFormat};
pub use crawl::{Demo, Reprocess, Source, SourceCommand, StatusArgs, Sweep};
pub use draw::{Draw, DrawCommand, NewDraw};
pub use import::{Import, ImportCommand};
pub use joins::JoinAct;
pub use judge::{Classify, Evaluate, Train};
pub use leads::{Export, ExportCommand, Format, Handover, Leads, LeadsCommand};
pub use queue::{LeadAct, On, QueueFilter};
pub use search::{Purge, Search, SearchFormat};

use crate::list_args::Complaints;
use clap::{Parser, Subcommand, ValueEnum};
use std::path::PathBuf;

/// Tanzhao (探照): finds covert and disguised tutoring ads, politely, for people to decide on.
#[derive(Debug, Parser)]
#[command(version, propagate_version = true)]
pub struct Args {
    #[command(flatten)]
    pub global: Global,
    #[command(subcommand)]
    pub command: Command,
}

#[derive(Debug, clap::Args)]
pub struct Global {
    /// Where everything is stored
    #[arg(long, global = true, env = "TANZHAO_DATA", default_value = "./data", value_name = "DIR")]
    pub data_dir: PathBuf,
    /// Configuration file (default: ./tanzhao.toml if it is there)
    #[arg(long, global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
    /// How log lines look
    #[arg(long, global = true, value_enum, default_value_t = LogFormat::Text)]
    pub log_format: LogFormat,
    /// Only errors
    #[arg(short, long, global = true)]
    pub quiet: bool,
    /// More log lines (-v, -vv)
    #[arg(short, long, global = true, action = clap::ArgAction::Count)]
    pub verbose: u8,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    Text,
    Json,
}

#[derive(Debug, Subcommand)]
pub enum Command {
    /// Sweep the bundled sample web on loopback, print ranked leads, write drafts of county packages
    Demo(Demo),
    /// Sweep sources; the same command after a crash goes on
    Sweep(Sweep),
    /// Check source definitions, or try one on a page
    Source(Source),
    /// Bring in files that people made
    Import(Import),
    /// Complaints, from receipt to answer
    Complaints(Complaints),
    /// Extract and judge again from the archived pages, without any request
    Reprocess(Reprocess),
    /// What is running, what is blocked and why
    Status(StatusArgs),
    /// Score listings (JSON Lines in and out)
    Classify(Classify),
    /// Train a model; the same corpus and seed give the same bytes
    Train(Train),
    /// Quality report on labelled listings
    Evaluate(Evaluate),
    /// The queue of leads: look, take, confirm, set aside, answer
    Leads(Leads),
    /// Write county packages of confirmed leads
    Handover(Handover),
    /// Check a county package offline
    Verify {
        /// The zip file
        package: PathBuf,
    },
    /// Draw subjects to inspect, and two inspectors for each, so that anyone can check the draw
    Draw(Draw),
    /// Everything stored, as JSON Lines
    Export(Export),
    /// Find judged listings, or their leads, by words
    Search(Search),
    /// Delete what may not be kept any longer, by the days of `[retention]`
    Purge(Purge),
    /// The hash-chained log of who did what
    Audit(Audit),
}

fn pair(text: &str) -> Result<(String, String), String> {
    text.split_once('=')
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
        .ok_or_else(|| "expected NAME=VALUE".into())
}

#[cfg(test)]
mod tests {
    use clap::CommandFactory;

    #[test]
    fn the_command_line_is_consistent() {
        super::Args::command().debug_assert();
    }
}
