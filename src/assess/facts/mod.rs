//! Facts that only a suspected listing is asked for: money, times, claims, each with its words.
//!
//! They are apart from the signals on purpose: the model's features are read off the signals, and what is read here must
//! not change them.

mod claims;
mod money;
mod near;
mod numbers;
mod times;

use crate::domain::Span;
use crate::signals::Signals;
use crate::text::ClearText;
use std::ops::Range;

macro_rules! fact_kinds {
    ($($(#[$doc:meta])* $name:ident = $code:literal;)*) => {
        /// What a fact speaks of.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
        pub enum FactKind { $($(#[$doc])* $name,)* }

        impl FactKind {
            /// Every kind.
            pub const ALL: &'static [Self] = &[$(Self::$name,)*];

            /// The code that the matter table uses behind `fact:`.
            #[must_use]
            pub const fn code(self) -> &'static str {
                match self { $(Self::$name => $code,)* }
            }
        }
    };
}

fact_kinds! {
    /// A sum of money that is asked for.
    Amount = "amount";
    /// Payment for more months than allowed.
    PrepayMonths = "prepay_months";
    /// Payment for more lessons than allowed.
    PrepayLessons = "prepay_lessons";
    /// A larger sum than may be taken at once.
    PrepayAmount = "prepay_amount";
    /// Instalments or credit.
    Loan = "loan";
    /// A lesson in a group that costs far more than guided prices.
    LessonPrice = "lesson_price";
    /// An old price beside the new one.
    StruckPrice = "struck_price";
    /// Lessons on days off.
    RestDay = "rest_day";
    /// Lessons on holidays or in vacations.
    Holiday = "holiday";
    /// Lessons later than allowed.
    LateEvening = "late_evening";
    /// A promise of results.
    Promise = "promise";
    /// A boast of examiners.
    Examiner = "examiner";
    /// People who gained are shown as proof.
    Beneficiary = "beneficiary";
    /// Staying overnight or closed in.
    Boarding = "boarding";
    /// Rooms kept for it.
    Site = "site";
    /// Two or more who teach.
    Staff = "staff";
    /// A division of work.
    Division = "division";
}

/// Limits that the law sets; they stand in the matter table.
#[derive(Clone, Debug, PartialEq)]
pub struct Limits {
    /// Months that may be paid for at once.
    pub prepay_months: f64,
    /// Lessons that may be paid for at once.
    pub prepay_lessons: f64,
    /// Yuan that may be taken at once.
    pub prepay_yuan: f64,
    /// Yuan a lesson in a group from which the price is pointed out.
    pub lesson_yuan: f64,
    /// Minute of the day at which lessons in rooms end.
    pub evening_end: u32,
    /// Minute of the day at which lessons on line end.
    pub online_end: u32,
}

/// One fact with its place.
#[derive(Clone, Debug, PartialEq)]
pub struct Fact {
    /// What it speaks of.
    pub kind: FactKind,
    /// Bytes in the clear text.
    pub range: Range<usize>,
    /// Characters in the original.
    pub span: Span,
    /// What it comes to, in Chinese, numbers included.
    pub words: String,
}

/// The facts of one text, by place.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Facts(Vec<Fact>);

impl Facts {
    /// Reads them.
    #[must_use]
    pub fn read(text: &ClearText, signals: &Signals, limits: &Limits) -> Self {
        let mut numbers = numbers::numbers(text.as_str());
        // Digits of a contact are neither money nor a time. Contacts do not overlap, so that both ends are in order.
        let mut contacts: Vec<Span> = signals.contacts.iter().map(|contact| contact.span).collect();
        contacts.sort_unstable();
        numbers.retain(|number| {
            let span = text.span(number.range.clone());
            let next = contacts.partition_point(|contact| contact.end <= span.start);
            contacts.get(next).is_none_or(|contact| contact.start >= span.end)
        });
        let mut facts = Vec::new();
        money::read(text, &numbers, limits, &mut facts);
        times::read(text, signals, &numbers, limits, &mut facts);
        claims::read(text, signals, &numbers, &mut facts);
        facts.sort_by_key(|fact| (fact.range.start, fact.range.end, fact.kind));
        Self(facts)
    }

    /// By place.
    #[must_use]
    pub fn all(&self) -> &[Fact] {
        &self.0
    }

    /// The first of a kind.
    #[must_use]
    pub fn first(&self, kind: FactKind) -> Option<&Fact> {
        self.0.iter().find(|fact| fact.kind == kind)
    }
}

#[cfg(test)]
mod tests;
