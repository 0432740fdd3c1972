//! What can be typed about random draws.

use clap::Subcommand;
use std::path::PathBuf;
use tanzhao::app::draw_lists::Heavier;

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
    /// A CSV file (id, weight, exclude, name), `leads` for those of the store, or `registry` for the licensed institutions that were
    /// imported; of those, one whose licence does not hold today is left out
    #[arg(long, value_name = "FILE|leads|registry", required = true)]
    pub subjects: Option<PathBuf>,
    /// A CSV file (name, avoid); institutions may be called by name, credit code or licence
    #[arg(long, value_name = "FILE", required = true)]
    pub inspectors: Option<PathBuf>,
    /// How many subjects
    #[arg(long, value_name = "K", required = true)]
    pub count: Option<usize>,
    /// What decides the draw; nobody should have known it when the lists were closed
    #[arg(long, value_name = "TEXT", required = true)]
    pub seed: Option<String>,
    /// How often some are drawn against those of weight 1 (may be repeated): leads of a level (red, orange, yellow, blue);
    /// institutions with `violations` within the look-back window or with many `complaints`
    #[arg(long, value_name = "WHAT=N", value_parser = weight)]
    pub weight: Vec<(Heavier, u32)>,
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

fn weight(text: &str) -> Result<(Heavier, u32), String> {
    let expected = || {
        let known: Vec<&str> = Heavier::all().map(Heavier::code).collect();
        format!("expected for example red=4; known are {}", known.join(", "))
    };
    let (what, weight) = text.split_once('=').ok_or_else(expected)?;
    let what = Heavier::all().find(|one| one.code() == what).ok_or_else(expected)?;
    Ok((what, weight.parse().map_err(|_| expected())?))
}
