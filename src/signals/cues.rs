//! The kinds of cues and the classes of the lexicon that show them.

use aho_corasick::{AhoCorasick, Anchored, Input, Match, StartKind, automaton::OverlappingState};

use super::{ReaderError, Subject};
use crate::{
    domain::{Form, Span, Stage},
    text::{Beginnings, Lexicon},
};
use std::{fmt, ops::Range, sync::Arc};

macro_rules! cue_kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// What a cue in a text speaks of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum CueKind { $($(#[$doc])* $name,)* }

        impl CueKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The stable code, which is also its class in the lexicon behind `cue.`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

cue_kinds! {
    /// A service is offered.
    Offer = "offer";
    /// Somebody looks for a service.
    Seek = "seek";
    /// Staff is sought.
    Recruit = "recruit";
    /// News, notices, law.
    News = "news";
    /// Adults learn.
    Adult = "adult";
    /// Children under three.
    Infant = "infant";
    /// A claim that nothing is taught.
    Denial = "denial";
    /// A claim that nothing is charged.
    Free = "free";
    /// Money.
    Price = "price";
    /// A price by lesson or hour.
    PerLesson = "per_lesson";
    /// Payment in advance.
    Prepay = "prepay";
    /// Children are spoken of.
    Minor = "minor";
    /// A school subject.
    Subject = "subject";
    /// Words of teaching.
    Teach = "teach";
    /// Homework.
    Homework = "homework";
    /// Marks and ranks.
    Score = "score";
    /// Times of lessons.
    Schedule = "schedule";
    /// Saturdays and Sundays.
    Weekend = "weekend";
    /// School and public holidays.
    Holiday = "holiday";
    /// After half past eight in the evening.
    LateEvening = "late_evening";
    /// Before school age.
    Preschool = "preschool";
    /// A claim that the teacher is in service.
    TeacherClaim = "teacher_claim";
    /// A promise of results.
    Guarantee = "guarantee";
    /// A boast of examiners.
    Examiner = "examiner";
    /// Signs of an organisation.
    Organised = "organised";
    /// Rooms that are no schoolrooms.
    Premises = "premises";
    /// Teaching on line.
    Online = "online";
    /// Staying overnight.
    Boarding = "boarding";
    /// Competitions.
    Competition = "competition";
    /// Arts, sports, technology.
    NonSubject = "non_subject";
    /// Goods.
    Goods = "goods";
    /// Hints instead of words.
    Hint = "hint";
    /// A numbered order of an agency.
    AgencyOrder = "agency_order";
    /// A contact.
    Contact = "contact";
    /// Teaching that an expert must place.
    Expert = "expert";
}

impl fmt::Display for CueKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.code())
    }
}

/// One cue with its place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cue {
    /// What it speaks of.
    pub kind: CueKind,
    /// Bytes in the clear text.
    pub range: Range<usize>,
    /// Characters in the original.
    pub span: Span,
    /// The term, or for subjects and contacts the code.
    pub detail: Arc<str>,
}

/// What a term of the lexicon means.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Meaning {
    Subject(Subject),
    Stage(Stage),
    Form(Form),
    Cue(CueKind),
}

/// All terms in one automaton.
#[derive(Clone, Debug)]
pub(super) struct Terms {
    automaton: AhoCorasick,
    beginnings: Beginnings,
    meanings: Vec<Term>,
}

/// One term.
#[derive(Clone, Debug)]
struct Term {
    /// Whether it is latin: then it must not be the inside of a longer word.
    latin: bool,
    /// What it means, with the detail of the cue that shows it.
    meanings: Vec<(Meaning, Arc<str>)>,
}

impl Terms {
    /// Collects the classes this room knows; other classes of the lexicon belong to other rooms.
    pub(super) fn new(lexicon: &Lexicon) -> Result<Self, ReaderError> {
        let classes = (Subject::ALL.iter().map(|subject| (format!("subject.{subject}"), Meaning::Subject(*subject))))
            .chain(Stage::ALL.iter().map(|stage| (format!("stage.{stage}"), Meaning::Stage(*stage))))
            .chain(Form::ALL.iter().map(|form| (format!("form.{form}"), Meaning::Form(*form))))
            .chain(CueKind::ALL.iter().map(|kind| (format!("cue.{kind}"), Meaning::Cue(*kind))));
        let mut index = std::collections::HashMap::new();
        let mut texts: Vec<&str> = Vec::new();
        let mut meanings: Vec<Term> = Vec::new();
        for (class, meaning) in classes {
            for term in lexicon.terms(&class) {
                let slot = *index.entry(term.as_str()).or_insert_with(|| {
                    texts.push(term);
                    meanings.push(Term { latin: term.is_ascii(), meanings: Vec::new() });
                    meanings.len() - 1
                });
                let detail = if let Meaning::Subject(subject) = meaning { subject.code() } else { term };
                meanings[slot].meanings.push((meaning, detail.into()));
            }
        }
        let automaton = (AhoCorasick::builder().start_kind(StartKind::Anchored).build(&texts))
            .map_err(|error| ReaderError(error.to_string()))?;
        Ok(Self { automaton, beginnings: Beginnings::new(&texts), meanings })
    }

    /// The matches, those that end first in front, of those that end together the longest.
    fn found(&self, clear: &str) -> Vec<Match> {
        let mut found = Vec::new();
        for at in self.beginnings.places(clear) {
            let input = Input::new(clear).span(at..clear.len()).anchored(Anchored::Yes);
            let mut state = OverlappingState::start();
            // The automaton is of the kind that finds overlapping matches, so that it cannot refuse.
            while self.automaton.try_find_overlapping(input.clone(), &mut state).is_ok()
                && let Some(hit) = state.get_match()
            {
                // A match inside the term that begins here is met again where it begins.
                if hit.start() == at {
                    found.push(hit);
                }
            }
        }
        found.sort_unstable_by_key(|hit| (hit.end(), hit.start()));
        found
    }

    /// Every occurrence of every term, overlapping ones included.
    pub(super) fn hits<'a>(
        &'a self,
        clear: &'a str,
    ) -> impl Iterator<Item = (Range<usize>, &'a [(Meaning, Arc<str>)])> {
        self.found(clear).into_iter().filter_map(|hit| {
            let term = &self.meanings[hit.pattern().as_usize()];
            // Such as pet in carpet.
            (!term.latin || stands_free(clear, hit.range())).then_some((hit.range(), term.meanings.as_slice()))
        })
    }
}

fn stands_free(clear: &str, range: Range<usize>) -> bool {
    let letter = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphabetic);
    let bytes = clear.as_bytes();
    let starts = bytes.get(range.start).is_some_and(u8::is_ascii_alphabetic);
    let ends = range.end.checked_sub(1).and_then(|at| bytes.get(at)).is_some_and(u8::is_ascii_alphabetic);
    !(starts && letter(range.start.checked_sub(1).and_then(|at| bytes.get(at))) || ends && letter(bytes.get(range.end)))
}
