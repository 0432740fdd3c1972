//! Score and verdict: a sparse multinomial model over words, characters and signals.
//!
//! `features` names what a text shows, `vocabulary` turns names into a sparse vector, `trainer` fits, `calibrate` makes
//! the scores honest, `model` is the artefact, `decision` the verdict, `explain` the reasons and `quality` the report.

pub mod calibrate;
pub mod decision;
pub mod explain;
pub mod features;
pub mod labelled;
pub mod model;
pub mod params;
pub mod quality;
mod solver;
pub mod trainer;
mod vocabulary;

pub use decision::decide;
pub use explain::explain;
pub use features::Features;
pub use labelled::{Labelled, read_jsonl};
pub use model::{Card, Model, ModelError};
pub use params::{CheckedParams, ParamsError, TrainParams};
pub use quality::Report;
pub use trainer::{Sample, TrainError};
