//! What can be typed about sweeping and its sources.

use super::pair;
use clap::Subcommand;
use std::path::PathBuf;

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
