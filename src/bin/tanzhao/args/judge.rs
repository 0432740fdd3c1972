//! What can be typed about judging listings.

use std::path::PathBuf;

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
