//! The whole judgement as one pure function: the text of a listing in, an [`Assessment`] out.

mod elements;
pub mod evaluation;
pub mod facts;
pub mod learning;
pub mod matters;

pub use evaluation::{Evaluation, evaluate};
pub use facts::{Fact, FactKind, Facts, Limits};
pub use learning::{corpus_digest, train};
pub use matters::{MatterError, MatterTable};

use crate::classify::{Features, Model, ModelError, Tags, decide, explain};
use crate::domain::{Assessment, Form, ListingText, Probabilities, Verdict};
use crate::signals::{Gazetteer, GazetteerError, Reader, ReaderError, Signals};
use crate::text::{Cleaner, ClearText, Lexicon, LexiconError, Token, Tokenizer};

/// Why a toolkit could not be put together.
#[derive(Debug, thiserror::Error)]
pub enum ToolkitError {
    /// A word list is wrong.
    #[error(transparent)]
    Lexicon(#[from] LexiconError),
    /// The word lists cannot be searched.
    #[error(transparent)]
    Reader(#[from] ReaderError),
    /// A list of places is wrong.
    #[error(transparent)]
    Places(#[from] GazetteerError),
    /// The table of matters is wrong.
    #[error(transparent)]
    Matters(#[from] MatterError),
    /// The model is unusable.
    #[error(transparent)]
    Model(#[from] ModelError),
}

/// What data a reading is made of: file names with their contents.
#[derive(Clone, Copy, Debug)]
pub struct Knowledge<'a> {
    /// Of `models/lexicon`.
    pub lexicon: &'a [(&'a str, &'a str)],
    /// Of `seeds/places`.
    pub places: &'a [(&'a str, &'a str)],
    /// `seeds/matters.toml`.
    pub matters: (&'a str, &'a str),
}

/// Everything that reads a text, without an opinion on it.
#[derive(Debug)]
pub struct Reading {
    /// Word lists.
    pub lexicon: Lexicon,
    /// Undoes disguise.
    pub cleaner: Cleaner,
    /// Cuts words.
    pub tokenizer: Tokenizer,
    /// Finds signals.
    pub reader: Reader,
    /// Knows the matters.
    pub matters: MatterTable,
}

/// A text as read.
#[derive(Clone, Debug)]
pub struct Read {
    /// Disguise undone.
    pub text: ClearText,
    /// Words.
    pub tokens: Vec<Token>,
    /// Facts with their places.
    pub signals: Signals,
}

impl Reading {
    /// Puts it together.
    ///
    /// # Errors
    /// When one of the files is wrong; the message names file and line.
    pub fn new(knowledge: &Knowledge) -> Result<Self, ToolkitError> {
        let lexicon = Lexicon::parse(knowledge.lexicon)?;
        let places = Gazetteer::parse(knowledge.places)?;
        let (name, content) = knowledge.matters;
        Ok(Self {
            cleaner: Cleaner::new(&lexicon),
            tokenizer: Tokenizer::new(&lexicon),
            reader: Reader::new(&lexicon, places)?,
            matters: MatterTable::parse(name, content)?,
            lexicon,
        })
    }

    /// Reads one text.
    #[must_use]
    pub fn read(&self, listing: &ListingText) -> Read {
        let text = self.cleaner.clean(&listing.full());
        let tokens = self.tokenizer.tokens(&text);
        let signals = self.reader.read(&text, &listing.site_city);
        Read { text, tokens, signals }
    }
}

/// Below this score nobody asks for reasons; in a sweep that is most listings.
const NO_QUESTION: f64 = 0.05;

/// Everything a judgement needs.
#[derive(Debug)]
pub struct Toolkit {
    /// Reads.
    pub reading: Reading,
    /// Scores.
    pub model: Model,
}

impl Toolkit {
    /// Puts it together.
    ///
    /// # Errors
    /// When a file is wrong or the model unusable.
    pub fn build(knowledge: &Knowledge, model: &[u8]) -> Result<Self, ToolkitError> {
        Ok(Self { reading: Self::reading(knowledge)?, model: Model::from_bytes(model)? })
    }

    /// The part that needs no model: for training one.
    ///
    /// # Errors
    /// When a file is wrong.
    pub fn reading(knowledge: &Knowledge) -> Result<Reading, ToolkitError> {
        Reading::new(knowledge)
    }

    /// A warning when the model was trained with other word lists than those in use: it still judges, but less well.
    #[must_use]
    pub fn staleness(&self) -> Option<String> {
        let (trained, used) = (&self.model.card().provenance.lexicon_digest, self.reading.lexicon.digest());
        (trained != used).then(|| {
            format!("the model was trained with lexicon {trained:.12}, in use is {used:.12}; `tanzhao train` renews it")
        })
    }

    /// Judges one listing.
    #[must_use]
    pub fn assess(&self, listing: &ListingText) -> Assessment {
        self.judge(listing).0
    }

    /// Judges one listing and hands on the words it was judged by.
    #[must_use]
    pub fn judge(&self, listing: &ListingText) -> (Assessment, ClearText, Vec<Token>) {
        let Read { text, tokens, signals } = self.reading.read(listing);
        let features = Features::of(&text, &tokens, &signals);
        let weighed = self.model.weigh(&features);
        let probabilities = weighed.probabilities();
        let (verdict, flags) = decide(&probabilities, &signals);
        let Tags { forms, subjects, stages } = tags(&self.model, &features, &signals, verdict);
        // Most listings of a sweep are nobody's suspicion and are asked no further questions.
        let asked = probabilities.score() >= NO_QUESTION;
        let matters = &self.reading.matters;
        let facts = if asked || verdict != Verdict::Irrelevant {
            Facts::read(&text, &signals, matters.limits())
        } else {
            Facts::default()
        };
        let mut assessment = Assessment {
            verdict,
            score: probabilities.score(),
            probabilities,
            forms,
            subjects,
            stages,
            contacts: Vec::new(),
            county: signals.county.clone(),
            place: None,
            other_places: Vec::new(),
            findings: matters.findings(&signals, &facts, &text, verdict),
            elements: if asked { elements::read(&text, &signals, &facts) } else { Vec::new() },
            evidence: if asked { explain(&weighed, &text, &tokens) } else { Vec::new() },
            flags,
        };
        assessment.contacts = signals.contacts;
        assessment.place = signals.place;
        assessment.other_places = signals.other_places;
        (assessment, text, tokens)
    }

    /// Only the probabilities: for measuring how fast and how well the model scores.
    #[must_use]
    pub fn score(&self, listing: &ListingText) -> Probabilities {
        let Read { text, tokens, signals } = self.reading.read(listing);
        self.model.score(&Features::of(&text, &tokens, &signals))
    }
}

/// Forms, subjects and stages as the verdict allows: an open offer always carries `plain`, a disguised one only when it
/// shows no cover or the model sees one beside it; what is no lead carries stages at most.
fn tags(model: &Model, features: &Features, signals: &Signals, verdict: Verdict) -> Tags {
    match verdict {
        Verdict::Irrelevant => Tags::default(),
        Verdict::NonSubject => Tags { stages: signals.stages.clone(), ..Tags::default() },
        Verdict::Overt | Verdict::Disguised => {
            let listed = || Tags {
                forms: signals.forms.iter().copied().filter(|form| *form != Form::Plain).collect(),
                subjects: signals.subjects.clone(),
                stages: signals.stages.clone(),
            };
            let mut tags = model.tags(features, signals).unwrap_or_else(listed);
            if (verdict == Verdict::Overt || tags.forms.is_empty()) && !tags.forms.contains(&Form::Plain) {
                tags.forms.insert(0, Form::Plain);
            }
            tags
        }
    }
}
