//! What can be typed.

mod draw;
mod joins;
mod queue;
mod search;

pub use draw::{Draw, DrawCommand, NewDraw};
pub use joins::JoinAct;
pub use queue::{LeadAct, On, QueueFilter};
pub use search::{Purge, Search, SearchFormat};

use crate::list_args::{Complaints, ListFormat, Lists};
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

#[derive(Debug, clap::Args)]
pub struct Audit {
    #[command(subcommand)]
    pub what: AuditCommand,
}

#[derive(Debug, Subcommand)]
pub enum AuditCommand {
    /// Walk the whole chain; exit 5 names the first entry that is broken
    Verify,
    /// Proof, as JSON, that a capture is under the Merkle root of its day
    Prove {
        /// Its number, its file below the data directory, or its SHA-256
        #[arg(value_name = "CAPTURE")]
        capture: String,
    },
    /// Show entries
    List {
        /// Only at or after this time (RFC 3339)
        #[arg(long, value_name = "TIME")]
        since: Option<jiff::Timestamp>,
        /// Only of this kind
        #[arg(long, value_name = "KIND")]
        kind: Option<tanzhao::domain::AuditKind>,
        /// How to show them
        #[arg(long, value_enum, default_value_t = AuditFormat::Table)]
        format: AuditFormat,
    },
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AuditFormat {
    /// For reading
    Table,
    /// JSON Lines
    Json,
}

#[derive(Debug, clap::Args)]
pub struct Demo {
    /// Exit after the packages (this version has no page to serve and always does)
    #[arg(long)]
    pub once: bool,
    /// Where the packages go (default: DATA-DIR/packages)
    #[arg(long, value_name = "DIR")]
    pub output: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct Sweep {
    /// A definition or a folder of them
    #[arg(long, value_name = "PATH")]
    pub sources: PathBuf,
    /// Only this source (may be repeated)
    #[arg(long, value_name = "ID")]
    pub source: Vec<String>,
    /// Also definitions that nobody has verified against the site
    #[arg(long)]
    pub unverified: bool,
    /// Stop after so many requests
    #[arg(long, value_name = "N")]
    pub max_pages: Option<u64>,
    /// Stop after so many minutes
    #[arg(long, value_name = "N")]
    pub max_minutes: Option<u64>,
    /// Write the report as JSON
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Ask only loopback addresses (tests and rehearsals)
    #[arg(long)]
    pub loopback: bool,
    /// Fill ${NAME} in definitions (may be repeated)
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
}

#[derive(Debug, clap::Args)]
pub struct Source {
    #[command(subcommand)]
    pub what: SourceCommand,
}

#[derive(Debug, Subcommand)]
pub enum SourceCommand {
    /// Validate a definition or a folder of them
    Check {
        /// File or folder
        path: PathBuf,
        /// Fill ${NAME} in definitions (may be repeated)
        #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
        set: Vec<(String, String)>,
    },
    /// Let a quarantined source be asked again, once its definition was compared with the site
    Release {
        /// The source's id
        id: String,
    },
    /// Show what one page yields, field by field
    Try {
        /// The source's id
        id: String,
        /// An address (asked politely, robots.txt first) or a saved file
        page: String,
        /// Where the definitions are
        #[arg(long, default_value = "seeds/sources", value_name = "PATH")]
        sources: PathBuf,
        /// Which page it is: index, detail, share, api (default: what the address matches)
        #[arg(long)]
        role: Option<String>,
        /// The address a saved file stands for
        #[arg(long, value_name = "URL")]
        url: Option<String>,
        /// Ask only loopback addresses
        #[arg(long)]
        loopback: bool,
        /// Fill ${NAME} in definitions (may be repeated)
        #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
        set: Vec<(String, String)>,
    },
}

#[derive(Debug, clap::Args)]
pub struct Import {
    #[command(subcommand)]
    pub what: ImportCommand,
}

#[derive(Debug, Subcommand)]
pub enum ImportCommand {
    /// Pages recorded by hand: HAR, WARC, WACZ, saved HTML or MHTML; no request follows from them
    Capture {
        /// The files, known by their content whatever their names are
        #[arg(required = true, value_name = "FILE")]
        files: Vec<PathBuf>,
        /// Definitions that describe the pages (default: the built-in ones of seeds/sources)
        #[arg(long, value_name = "PATH")]
        sources: Option<PathBuf>,
        /// Who imports; kept with every page
        #[arg(long, env = "USER", hide_env_values = true, default_value = "未注明", value_name = "NAME")]
        by: String,
        /// Write the report as JSON
        #[arg(long, value_name = "FILE")]
        report: Option<PathBuf>,
        /// Fill ${NAME} in definitions (may be repeated)
        #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
        set: Vec<(String, String)>,
    },
    /// Licensed institutions
    Registry(Lists),
    /// Past violations
    Records(Lists),
    /// Complaints and tips, without who complained
    Reports(Lists),
    /// Forms that counties filled in: every row answers its lead, or sends it back; a second time changes nothing.
    /// Cannot be undone: a later row or `leads answer` says what is right
    Feedback(Lists),
    /// What was imported
    List {
        /// How to print
        #[arg(long, value_enum, default_value_t = ListFormat::Table)]
        format: ListFormat,
    },
    /// Take an imported list back, exactly its rows; not recordings, which are evidence, and not feedback, which moved leads
    Undo {
        /// Its number in `import list`
        #[arg(value_name = "ID")]
        import: i64,
        /// Who takes it back
        #[arg(long, env = "USER", hide_env_values = true, default_value = "未注明", value_name = "NAME")]
        by: String,
    },
}

#[derive(Debug, clap::Args)]
pub struct Reprocess {
    /// Only the pages of this sweep
    #[arg(long, value_name = "ID")]
    pub sweep: Option<i64>,
    /// Where the definitions are (default: the built-in ones of seeds/sources)
    #[arg(long, value_name = "PATH")]
    pub sources: Option<PathBuf>,
    /// Fill ${NAME} in definitions (may be repeated)
    #[arg(long, value_name = "NAME=VALUE", value_parser = pair)]
    pub set: Vec<(String, String)>,
}

#[derive(Debug, clap::Args)]
pub struct StatusArgs {
    /// As JSON
    #[arg(long)]
    pub json: bool,
    /// Every address that was not fetched, with its reason
    #[arg(long)]
    pub urls: bool,
    /// Only this source's addresses
    #[arg(long, value_name = "ID", requires = "urls")]
    pub source: Option<String>,
    /// At most so many addresses
    #[arg(long, value_name = "N", default_value_t = 200, requires = "urls")]
    pub limit: u32,
}

#[derive(Debug, clap::Args)]
pub struct Classify {
    /// JSON Lines, - for standard input
    #[arg(long, value_name = "FILE")]
    pub input: PathBuf,
    /// JSON Lines, - for standard output
    #[arg(long, value_name = "FILE")]
    pub output: PathBuf,
    /// Another model than the built-in one
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
pub struct Train {
    /// Labelled JSON Lines files or folders of them
    #[arg(long, required = true, num_args = 1.., value_name = "PATH")]
    pub corpus: Vec<PathBuf>,
    /// Folder for tanzhao.model
    #[arg(long, value_name = "DIR")]
    pub output: PathBuf,
    /// Decides how folds are drawn
    #[arg(long, value_name = "N")]
    pub seed: Option<u64>,
}

#[derive(Debug, clap::Args)]
pub struct Evaluate {
    /// Labelled JSON Lines
    #[arg(long, value_name = "FILE")]
    pub input: PathBuf,
    /// Where the report goes (default: standard output)
    #[arg(long, value_name = "FILE")]
    pub report: Option<PathBuf>,
    /// Draws precision-recall, reliability and recall by disguise as SVG into this folder
    #[arg(long, value_name = "DIR")]
    pub plots: Option<PathBuf>,
    /// Another model than the built-in one
    #[arg(long, value_name = "FILE")]
    pub model: Option<PathBuf>,
}

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
