//! Where a lead belongs: which county handles it, which others get a copy.

use super::Member;
use crate::domain::{Jurisdiction, ListingId};
use jiff::civil::Date;
use std::collections::BTreeMap;

/// Who handles a lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Route {
    /// The county that handles it; the city when no listing names a county.
    pub main: Jurisdiction,
    /// Other counties named, sorted.
    pub copies: Vec<Jurisdiction>,
}

impl Route {
    /// How many counties the operator shows itself in; 0 when none is known.
    #[must_use]
    pub fn counties(&self, city: &str) -> usize {
        self.copies.len() + usize::from(is_county(&self.main, city))
    }
}

/// Finds the county of a group (domain guide 4.3).
///
/// The county named by most listings handles it; among equals the one named first, by day of posting and number.
/// A county goes before the whole `city`, the city before a place elsewhere, and that before nothing known.
#[must_use]
pub fn route(members: &[&Member], city: &str) -> Route {
    let mut votes: BTreeMap<&Jurisdiction, (usize, (Date, ListingId))> = BTreeMap::new();
    for member in members {
        // An undated listing says nothing about who was first.
        let first = (member.posted_at.unwrap_or(Date::MAX), member.id);
        let vote = votes.entry(&member.assessment.county).or_insert((0, first));
        *vote = (vote.0 + 1, vote.1.min(first));
    }
    let main = votes
        .iter()
        .min_by_key(|(place, (count, first))| (farness(place, city), std::cmp::Reverse(*count), *first))
        .map(|(place, _)| (*place).clone())
        .unwrap_or_default();
    let copies = votes.into_keys().filter(|place| is_county(place, city) && **place != main).cloned().collect();
    Route { main, copies }
}

fn is_county(place: &Jurisdiction, city: &str) -> bool {
    matches!(place, Jurisdiction::Place(name) if name != city)
}

fn farness(place: &Jurisdiction, city: &str) -> u8 {
    match place {
        Jurisdiction::Place(name) if name != city => 0,
        Jurisdiction::Place(_) => 1,
        Jurisdiction::Outside => 2,
        Jurisdiction::Unknown => 3,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::leads::samples;
    use jiff::civil::date;

    fn routed(places: &[(&str, Option<Date>)]) -> (String, Vec<String>) {
        let members: Vec<Member> = (1..)
            .zip(places)
            .map(|(id, (place, day))| {
                let mut member = samples::member(id, "初三数学小班");
                member.assessment.county = Jurisdiction::parse(place);
                member.posted_at = *day;
                member
            })
            .collect();
        let route = route(&members.iter().collect::<Vec<_>>(), "朝阳市");
        (route.main.to_string(), route.copies.iter().map(ToString::to_string).collect())
    }

    #[test]
    fn the_county_named_most_wins_and_the_smallest_unit_goes_first() {
        let early = Some(date(2026, 7, 1));
        let late = Some(date(2026, 7, 9));
        let check = |places: &[(&str, Option<Date>)], main: &str, copies: &[&str]| {
            let copies = copies.iter().map(ToString::to_string).collect();
            assert_eq!(routed(places), (main.to_owned(), copies), "{places:?}");
        };
        check(&[("朝阳市", early), ("北票市", late)], "北票市", &[]);
        check(&[("北票市", early), ("凌源市", late), ("凌源市", None)], "凌源市", &["北票市"]);
        check(&[("凌源市", late), ("北票市", early)], "北票市", &["凌源市"]);
        check(&[("outside", early), ("朝阳市", late)], "朝阳市", &[]);
        check(&[("unknown", early), ("outside", late), ("outside", late)], "outside", &[]);
        check(&[], "unknown", &[]);
    }
}
