//! What a text shows before any judgement: contacts, place, subjects, stages, forms and cues, each with its place.

pub mod contacts;
mod cues;
mod forms;
mod gazetteer;
mod place;
mod stages;

pub use cues::{Cue, CueKind};
pub use gazetteer::{Gazetteer, GazetteerError};

use crate::{
    domain::{Contact, Form, Jurisdiction, OtherPlace, PlaceEvidence, Span, Stage, Subject},
    text::{ClearText, Lexicon, Words},
};
use cues::{Meaning, Terms};
use std::ops::Range;

/// The word lists could not be made searchable.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the word lists cannot be searched: {0}")]
pub struct ReaderError(String);

/// What a text shows.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Signals {
    /// Ways to reach the poster, in reading order.
    pub contacts: Vec<Contact>,
    /// Whose matter it is.
    pub county: Jurisdiction,
    /// What says so; `None` when nothing does.
    pub place: Option<PlaceEvidence>,
    /// Other counties the text names.
    pub other_places: Vec<OtherPlace>,
    /// Subjects named, in the order of the contract.
    pub subjects: Vec<Subject>,
    /// Stages named, in the order of the contract.
    pub stages: Vec<Stage>,
    /// The words that name each stage, by place. The model's features are not read off these.
    pub stage_words: Vec<(Stage, Span)>,
    /// Covers shown; `plain` is left to the verdict.
    pub forms: Vec<Form>,
    /// The words that show each cover, by place; covers that only several signals together show have none.
    pub form_words: Vec<(Form, Span)>,
    /// All cues by place.
    pub cues: Vec<Cue>,
    /// Characters of the title.
    pub title_chars: usize,
}

impl Signals {
    /// Whether any cue of the kind is there.
    #[must_use]
    pub fn has(&self, kind: CueKind) -> bool {
        self.cues.iter().any(|cue| cue.kind == kind)
    }

    /// The cues of a kind.
    pub fn of(&self, kind: CueKind) -> impl Iterator<Item = &Cue> {
        self.cues.iter().filter(move |cue| cue.kind == kind)
    }
}

/// Reads signals; built once, shared by threads.
#[derive(Clone, Debug)]
pub struct Reader {
    terms: Terms,
    not_taught: Words,
    gazetteer: Gazetteer,
}

/// Words in front of a subject that say it is not taught.
const NOT_TAUGHT: [&str; 12] =
    ["不教", "不讲", "不接", "不补", "不上", "不带", "不碰", "不学", "不涉及", "没有", "不开", "不做"];

impl Reader {
    /// A reader for these words and places.
    ///
    /// # Errors
    /// When the word lists are too large to be searched.
    pub fn new(lexicon: &Lexicon, gazetteer: Gazetteer) -> Result<Self, ReaderError> {
        let not_taught = Words::new(&NOT_TAUGHT).map_err(|error| ReaderError(error.to_string()))?;
        Ok(Self { terms: Terms::new(lexicon)?, not_taught, gazetteer })
    }

    /// Whether the seven characters before a place, up to a sentence mark, say "not taught".
    fn denied(&self, clear: &str, at: usize) -> bool {
        let near = clear[..at].char_indices().rev().take(7);
        let start = near.take_while(|(_, ch)| !matches!(ch, ',' | '。' | '!' | '\n' | ';' | '?')).last();
        start.is_some_and(|(start, _)| self.not_taught.find_iter(&clear[start..at]).next().is_some())
    }

    /// Reads one text; `site_city` is the site's own city field and may be empty.
    #[must_use]
    pub fn read(&self, text: &ClearText, site_city: &str) -> Signals {
        let clear = text.as_str();
        let contacts = contacts::contacts(text.original());
        let located = place::locate(&self.gazetteer, clear, site_city);
        let evidence = |how, range: Option<Range<usize>>| {
            let span = range.map(|range| text.span(range));
            PlaceEvidence { how, quote: span.map_or(site_city.trim(), |span| text.quote(span)).to_owned(), span }
        };
        let others = located.others.into_iter().map(|(county, how, range)| OtherPlace {
            county: Jurisdiction::Place(county),
            evidence: evidence(how, Some(range)),
        });
        let mut signals = Signals {
            county: located.county,
            place: located.how.map(|how| evidence(how, located.range)),
            other_places: others.collect(),
            title_chars: text.original().split('\n').next().map_or(0, |title| title.chars().count()),
            ..Signals::default()
        };
        for (range, meanings) in self.terms.hits(clear) {
            let denied = meanings.iter().any(|(meaning, _)| matches!(meaning, Meaning::Subject(_)))
                && self.denied(clear, range.start);
            let span = text.span(range.clone());
            for (meaning, detail) in meanings {
                let cue = |kind| Cue { kind, range: range.clone(), span, detail: detail.clone() };
                match *meaning {
                    Meaning::Subject(subject) if !denied => {
                        add(&mut signals.subjects, subject);
                        signals.cues.push(cue(CueKind::Subject));
                    }
                    Meaning::Subject(_) => {}
                    Meaning::Stage(stage) => {
                        add(&mut signals.stages, stage);
                        signals.stage_words.push((stage, span));
                    }
                    Meaning::Form(form) => {
                        add(&mut signals.forms, form);
                        signals.form_words.push((form, span));
                    }
                    Meaning::Cue(kind) => signals.cues.push(cue(kind)),
                }
            }
        }
        for (stage, range) in stages::from_numbers(clear) {
            add(&mut signals.stages, stage);
            signals.stage_words.push((stage, text.span(range)));
        }
        signals.stage_words.sort_by_key(|(stage, span)| (*span, *stage));
        signals.subjects.sort_unstable();
        signals.stages.sort_unstable();
        for contact in &contacts {
            if let Some(range) = text.clear_range(contact.span) {
                let detail = contact.kind.code().into();
                signals.cues.push(Cue { kind: CueKind::Contact, range, span: contact.span, detail });
            }
        }
        signals.cues.sort_by_key(|cue| (cue.range.start, cue.range.end, cue.kind));
        signals.contacts = contacts;
        signals.form_words.sort_by_key(|(_, span)| *span);
        forms::infer(&mut signals);
        signals.forms.sort_unstable();
        signals
    }
}

fn add<T: PartialEq>(list: &mut Vec<T>, item: T) {
    if !list.contains(&item) {
        list.push(item);
    }
}

#[cfg(test)]
mod corpus_tests;
