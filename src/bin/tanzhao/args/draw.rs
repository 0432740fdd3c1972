//! What can be typed about random draws.

use clap::Subcommand;
use std::path::PathBuf;
use tanzhao::leads::Level;

#[derive(Debug, clap::Args)]
#[command(args_conflicts_with_subcommands = true, subcommand_negates_reqs = true)]
pub struct Draw {
    #[command(subcommand)]
    pub what: Option<DrawCommand>,
    #[command(flatten)]
    pub new: NewDraw,
}

#[derive(Debug, clap::Args)]
pub struct NewDraw {
    /// A CSV file (id, weight, exclude, name), or `leads` for those of the store
    #[arg(long, value_name = "FILE|leads", required = true)]
    pub subjects: Option<PathBuf>,
    /// A CSV file (name, avoid)
    #[arg(long, value_name = "FILE", required = true)]
    pub inspectors: Option<PathBuf>,
    /// How many subjects
    #[arg(long, value_name = "K", required = true)]
    pub count: Option<usize>,
    /// What decides the draw; nobody should have known it when the lists were closed
    #[arg(long, value_name = "TEXT", required = true)]
    pub seed: Option<String>,
    /// How often leads of a level are drawn against those of weight 1 (may be repeated)
    #[arg(long, value_name = "LEVEL=N", value_parser = weight)]
    pub weight: Vec<(Level, u32)>,
    /// Who draws (default: the user of this computer)
    #[arg(long, value_name = "NAME")]
    pub by: Option<String>,
}

#[derive(Debug, Subcommand)]
pub enum DrawCommand {
    /// A draw with its inputs
    Show {
        /// Its number
        number: i64,
        /// As JSON, with everything that is needed to draw again
        #[arg(long)]
        json: bool,
    },
    /// Draw again from the stored inputs and compare; exit 5 says that something differs
    Verify {
        /// Its number
        number: i64,
    },
}

fn weight(text: &str) -> Result<(Level, u32), String> {
    let expected = || "expected for example red=4; levels are red, orange, yellow, blue".to_owned();
    let (level, weight) = text.split_once('=').ok_or_else(expected)?;
    let level = Level::ALL.into_iter().find(|one| one.code() == level).ok_or_else(expected)?;
    Ok((level, weight.parse().map_err(|_| expected())?))
}
