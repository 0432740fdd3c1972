//! How long what is known of an advertisement may be kept, and why.
//!
//! [`rule`] is the whole of it: what a listing is, where its lead stands and two dates give one [`Ruling`]. Times in a ruling
//! are counted in whole days of 24 hours from the moment named in its reason.

use super::{Lead, LinkReason};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};

/// How long each class is kept, in days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RetentionDays {
    /// Listings that are no suspects and pages that no kept listing rests on, from the day they were read.
    pub not_suspect: u16,
    /// Suspects that were not handed over, from the last sight of them or the last decision of a person.
    pub suspect: u16,
    /// Contacts of leads that people dismissed, from the dismissal.
    pub dismissed: u16,
    /// Everything that was handed over, from the day its lead was closed.
    pub handed_over: u16,
}

impl Default for RetentionDays {
    fn default() -> Self {
        Self { not_suspect: 7, suspect: 90, dismissed: 30, handed_over: Self::LIMITATION }
    }
}

impl RetentionDays {
    /// Two years: the time within which a punishment can be contested or followed up.
    pub const LIMITATION: u16 = 730;
    /// Ten years, beyond which nothing is configured by intention.
    pub const LONGEST: u16 = 3650;
}

/// What a listing is, for how long it may be kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum RetentionClass {
    /// Nobody has judged it yet.
    Unjudged,
    /// It is no suspect and was never handed over.
    NotSuspect,
    /// It is a suspect that was not handed over.
    Suspect,
    /// People dismissed its lead.
    Dismissed,
    /// It left the house in a package.
    HandedOver,
}

impl RetentionClass {
    /// The words people read.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Unjudged => "尚未研判",
            Self::NotSuspect => "不涉嫌",
            Self::Suspect => "涉嫌未移交",
            Self::Dismissed => "已排除",
            Self::HandedOver => "已移交",
        }
    }
}

/// What has to happen to a listing.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Fate {
    /// Nothing yet.
    Keep,
    /// Its contacts go, its text stays.
    DropContacts,
    /// All of it goes.
    Delete,
}

/// A fate with its class and its reason.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ruling {
    /// What it is.
    pub class: RetentionClass,
    /// What happens.
    pub fate: Fate,
    /// Why, for people.
    pub reason: String,
}

/// Where a listing's lead stands, now or when it still had the listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LeadStanding {
    /// Code of its state.
    pub state: String,
    /// The last decision of a person about it, or the last that happened to it when there was none.
    pub since: Timestamp,
    /// Whether it was in a package.
    pub packaged: bool,
}

impl LeadStanding {
    /// Whether it left the house.
    #[must_use]
    pub fn handed_over(&self) -> bool {
        self.packaged || matches!(self.state.as_str(), "handed_over" | "answered" | "returned" | "closed")
    }

    fn dismissed(&self) -> bool {
        self.state == "dismissed"
    }

    /// Whether nothing more is expected of it.
    fn ended(&self) -> bool {
        self.dismissed() || self.state == "closed"
    }
}

/// What is known of a listing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Standing {
    /// Whether it is a suspect; `None` while it waits for judgement.
    pub suspect: Option<bool>,
    /// When its present text was read for the first time.
    pub read: Timestamp,
    /// When it was last seen online.
    pub last_seen: Timestamp,
    /// Whether its contacts are gone already.
    pub without_contacts: bool,
    /// Its lead.
    pub lead: Option<LeadStanding>,
}

/// What has to happen to a listing at `now`. A clock that was set back deletes nothing.
#[must_use]
pub fn rule(listing: &Standing, days: &RetentionDays, now: Timestamp) -> Ruling {
    let lead = listing.lead.as_ref();
    let ruling = |class, fate, reason: String| Ruling { class, fate, reason };
    let handed = lead.filter(|lead| lead.handed_over());
    if let Some(lead) = handed {
        let class = RetentionClass::HandedOver;
        if !lead.ended() {
            return ruling(class, Fate::Keep, "已移交，办结前保存".to_owned());
        }
        let over = is_over(lead.since, days.handed_over, now);
        let fate = if over { Fate::Delete } else { Fate::Keep };
        return ruling(class, fate, format!("已移交，办结后保存 {} 天", days.handed_over));
    }
    let Some(suspect) = listing.suspect else {
        return ruling(RetentionClass::Unjudged, Fate::Keep, "尚未研判，研判后按类别处理".to_owned());
    };
    if !suspect {
        let over = is_over(listing.read, days.not_suspect, now);
        let fate = if over { Fate::Delete } else { Fate::Keep };
        return ruling(RetentionClass::NotSuspect, fate, format!("不涉嫌，采集后保存 {} 天", days.not_suspect));
    }
    let decided = lead.filter(|lead| lead.state != "new").map(|lead| lead.since);
    let last = decided.map_or(listing.last_seen, |decided| decided.max(listing.last_seen));
    let over = is_over(last, days.suspect, now);
    if let Some(lead) = lead.filter(|lead| lead.dismissed()) {
        let class = RetentionClass::Dismissed;
        if over {
            let reason = format!("已排除，最后见到或排除后保存 {} 天", days.suspect);
            return ruling(class, Fate::Delete, reason);
        }
        let drop = !listing.without_contacts && is_over(lead.since, days.dismissed, now);
        let fate = if drop { Fate::DropContacts } else { Fate::Keep };
        return ruling(class, fate, format!("已排除，{} 天后去除联系方式", days.dismissed));
    }
    let fate = if over { Fate::Delete } else { Fate::Keep };
    ruling(RetentionClass::Suspect, fate, format!("涉嫌未移交，最后见到或处理后保存 {} 天", days.suspect))
}

/// Whether a lead that has no listings any more still shows how to reach its operator although it may not.
#[must_use]
pub fn lead_forgets(lead: &LeadStanding, days: &RetentionDays, now: Timestamp) -> bool {
    match (lead.handed_over(), lead.dismissed()) {
        (true, _) => lead.ended() && is_over(lead.since, days.handed_over, now),
        (false, true) => is_over(lead.since, days.dismissed, now),
        (false, false) => is_over(lead.since, days.suspect, now),
    }
}

/// Takes everything out of a lead that names its operator; what it was suspected of, and where, stays. Says whether
/// anything was there.
pub fn forget_operator(lead: &mut Lead) -> bool {
    let mut changed = !lead.contacts.is_empty() || !lead.known_as.is_empty();
    lead.contacts.clear();
    lead.known_as.clear();
    // Quotes may name the operator, its rooms or its people.
    for element in &mut lead.elements {
        changed |= !element.quotes.is_empty();
        element.quotes.clear();
    }
    lead.route_words.clear();
    // Names of lists are the operator's too.
    changed |= std::mem::take(&mut lead.standing) != super::Standing::default();
    for link in &mut lead.links {
        if let LinkReason::SharedContact { value, .. }
        | LinkReason::SharedAccount { value }
        | LinkReason::SharedName { value }
        | LinkReason::SharedAddress { value } = &mut link.reason
        {
            changed |= !value.is_empty();
            value.clear();
        }
    }
    changed
}

fn is_over(from: Timestamp, days: u16, now: Timestamp) -> bool {
    let kept = SignedDuration::from_hours(24 * i64::from(days));
    from.checked_add(kept).is_ok_and(|end| end < now)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn day(day: i64) -> Timestamp {
        Timestamp::from_second(1_800_000_000 + day * 86_400).expect("a time")
    }

    fn lead(state: &str, since: i64, packaged: bool) -> LeadStanding {
        LeadStanding { state: state.to_owned(), since: day(since), packaged }
    }

    fn standing(suspect: Option<bool>, lead: Option<LeadStanding>) -> Standing {
        Standing { suspect, read: day(0), last_seen: day(0), without_contacts: false, lead }
    }

    fn fate(listing: &Standing, at: i64) -> (RetentionClass, Fate) {
        let ruling = rule(listing, &RetentionDays::default(), day(at));
        (ruling.class, ruling.fate)
    }

    #[test]
    fn each_class_has_its_time() {
        use {Fate::*, RetentionClass::*};
        let plain = standing(Some(false), None);
        assert_eq!((fate(&plain, 7), fate(&plain, 8)), ((NotSuspect, Keep), (NotSuspect, Delete)));
        let suspect = standing(Some(true), Some(lead("new", 0, false)));
        assert_eq!((fate(&suspect, 90), fate(&suspect, 91)), ((Suspect, Keep), (Suspect, Delete)));
        let worked_on = standing(Some(true), Some(lead("confirmed", 50, false)));
        assert_eq!((fate(&worked_on, 140), fate(&worked_on, 141)), ((Suspect, Keep), (Suspect, Delete)));
        let dismissed = standing(Some(true), Some(lead("dismissed", 10, false)));
        assert_eq!((fate(&dismissed, 40), fate(&dismissed, 41)), ((Dismissed, Keep), (Dismissed, DropContacts)));
        assert_eq!(fate(&dismissed, 101), (Dismissed, Delete));
        let done = Standing { without_contacts: true, ..dismissed };
        assert_eq!(fate(&done, 41), (Dismissed, Keep));
        assert_eq!(fate(&standing(None, None), 9999), (Unjudged, Keep));
    }

    #[test]
    fn what_was_handed_over_stays_until_two_years_after_its_end() {
        use {Fate::*, RetentionClass::*};
        for state in ["handed_over", "answered", "returned"] {
            assert_eq!(fate(&standing(Some(true), Some(lead(state, 0, false))), 5000), (HandedOver, Keep), "{state}");
        }
        let closed = standing(Some(true), Some(lead("closed", 100, true)));
        assert_eq!((fate(&closed, 830), fate(&closed, 831)), ((HandedOver, Keep), (HandedOver, Delete)));
        // A package without a decision, and a listing that is no suspect any more.
        assert_eq!(fate(&standing(Some(false), Some(lead("new", 0, true))), 5000), (HandedOver, Keep));
        assert_eq!(fate(&standing(None, Some(lead("closed", 0, true))), 800), (HandedOver, Delete));
    }

    proptest! {
        #[test]
        fn waiting_never_brings_anything_back(
            suspect in proptest::option::of(any::<bool>()),
            state in proptest::option::of("new|triaging|confirmed|handed_over|closed|dismissed|watching|unheard_of"),
            (since, seen, packaged) in (0_i64..1000, 0_i64..1000, any::<bool>()), at in 0_i64..4000, later in 0_i64..4000,
        ) {
            let standing = Standing {
                last_seen: day(seen), ..standing(suspect, state.map(|state| lead(&state, since, packaged)))
            };
            let (early, late) = (fate(&standing, at), fate(&standing, at + later));
            prop_assert_eq!(early.0, late.0);
            prop_assert!(early.1 <= late.1);
        }
    }
}
