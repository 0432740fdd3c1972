//! What can be typed about files that people bring.

use super::pair;
use crate::list_args::{ListFormat, Lists};
use clap::Subcommand;
use std::path::PathBuf;

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
