//! What can be typed about the log.

use clap::{Subcommand, ValueEnum};

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
