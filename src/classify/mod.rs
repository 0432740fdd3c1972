//! Score and verdict: a sparse multinomial model over words, characters and signals.
//!
//! `features` names what a text shows, `vocabulary` turns names into a sparse vector, `samples` number a corpus, `trainer`
//! fits it (`linear` the verdict, `tagging` the rest), `calibrate` makes the scores honest, `tags` names forms, subjects and
//! stages, `model` is the artefact (`codec` its file), `decision` the verdict, `explain` the reasons and `quality` the report.

pub mod calibrate;
mod codec;
pub mod decision;
pub mod explain;
pub mod features;
pub mod labelled;
mod linear;
pub mod model;
pub mod params;
pub mod quality;
pub mod samples;
mod solver;
mod tagging;
pub mod tags;
pub mod trainer;
mod vocabulary;

pub use decision::decide;
pub use explain::explain;
pub use features::Features;
pub use labelled::{Labelled, read_jsonl};
pub use model::{Card, Model, ModelError, Weighed};
pub use params::{CheckedParams, ParamsError, TrainParams};
pub use quality::Report;
pub use samples::{Sample, Samples};
pub use tags::{TagModel, Tags};
pub use trainer::TrainError;
