//! Which group goes on under which lead number when groups grow, merge and fall apart.
//!
//! A number is a lead's name in people's files, so it outlives its listings' comings and goings: a merged lead goes on under the
//! number that is further along in its life, the other number leads there, and when the two come apart again each listing
//! remembers the number it came from.

use crate::domain::{LeadId, ListingId};
use std::collections::{BTreeMap, BTreeSet};

/// What a listing knows of numbers.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seat {
    /// The lead it is in now.
    pub now: Option<LeadId>,
    /// The lead it first came to, or the one that was split off with it.
    pub home: Option<LeadId>,
}

/// What became of the numbers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Numbered {
    /// For each group, its number; `None` asks for a new one.
    pub groups: Vec<Option<LeadId>>,
    /// Numbers that were alive and are no longer, with the position of the group that most of their listings went to; `None`
    /// when none of them is a suspect any more.
    pub ended: BTreeMap<LeadId, Option<usize>>,
}

/// Gives every group its number.
///
/// `groups` are the listings of every group of a pool that holds whole leads before and whole groups after; `left` are listings
/// of those leads that are in no group any more; `further` orders numbers by how far their leads have come in life, more is
/// further.
#[must_use]
pub fn assign(
    groups: &[Vec<ListingId>],
    left: &[ListingId],
    seat: impl Fn(ListingId) -> Seat,
    further: impl Fn(LeadId) -> u8,
) -> Numbered {
    // How many listings of a group claim a number: those at home there count before those that are merely in it.
    let mut claims: BTreeMap<LeadId, BTreeMap<usize, (usize, usize)>> = BTreeMap::new();
    let mut alive: BTreeSet<LeadId> = left.iter().filter_map(|id| seat(*id).now).collect();
    for (at, group) in groups.iter().enumerate() {
        for id in group {
            let Seat { now, home } = seat(*id);
            alive.extend(now);
            if let Some(home) = home {
                claims.entry(home).or_default().entry(at).or_default().0 += 1;
            }
            if let Some(now) = now {
                claims.entry(now).or_default().entry(at).or_default().1 += 1;
            }
        }
    }
    let mut order: Vec<LeadId> = claims.keys().copied().collect();
    order.sort_by_key(|number| (std::cmp::Reverse(further(*number)), !alive.contains(number), *number));
    let mut numbered = Numbered { groups: vec![None; groups.len()], ended: BTreeMap::new() };
    for number in &order {
        let claimants = claims.get(number).into_iter().flatten();
        let free = claimants.filter(|(at, _)| numbered.groups.get(**at).is_some_and(Option::is_none));
        let best = free.max_by_key(|(at, (home, now))| (*home, *now, std::cmp::Reverse(**at))).map(|(at, _)| *at);
        if let Some(group) = best.and_then(|at| numbered.groups.get_mut(at)) {
            *group = Some(*number);
        }
    }
    let used: BTreeSet<LeadId> = numbered.groups.iter().flatten().copied().collect();
    for number in alive.into_iter().filter(|number| !used.contains(number)) {
        let went = claims.get(&number).into_iter().flatten().filter(|(_, (_, now))| *now > 0);
        let into = went.max_by_key(|(at, (_, now))| (*now, std::cmp::Reverse(**at))).map(|(at, _)| *at);
        numbered.ended.insert(number, into);
    }
    numbered
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn lead(number: i64) -> LeadId {
        LeadId(number)
    }

    fn group(ids: &[i64]) -> Vec<ListingId> {
        ids.iter().copied().map(ListingId).collect()
    }

    /// Listings 1 and 2 came to lead 1, listings 3 and 4 to lead 2.
    fn at_home(now: impl Fn(i64) -> Option<i64>) -> impl Fn(ListingId) -> Seat {
        move |id| Seat { now: now(id.0).map(LeadId), home: Some(LeadId(if id.0 < 3 { 1 } else { 2 })) }
    }

    #[test]
    fn a_merged_lead_keeps_the_number_that_is_further_along() {
        let apart = at_home(|id| Some(if id < 3 { 1 } else { 2 }));
        let all = [group(&[1, 2, 3, 4])];
        let plain = assign(&all, &[], &apart, |_| 0);
        assert_eq!((plain.groups, plain.ended), (vec![Some(lead(1))], [(lead(2), Some(0))].into()));
        let told = assign(&all, &[], &apart, |number| u8::from(number == LeadId(2)));
        assert_eq!((told.groups, told.ended), (vec![Some(lead(2))], [(lead(1), Some(0))].into()));
    }

    #[test]
    fn what_comes_apart_again_has_its_old_numbers() {
        let merged = at_home(|_| Some(1));
        let halves = [group(&[1, 2]), group(&[3, 4])];
        let numbered = assign(&halves, &[], &merged, |_| 0);
        assert_eq!((numbered.groups, numbered.ended.len()), (vec![Some(lead(1)), Some(lead(2))], 0));
        // Also when the second number was the one that lived on.
        let numbered = assign(&halves, &[], at_home(|_| Some(2)), |_| 0);
        assert_eq!(numbered.groups, [Some(lead(1)), Some(lead(2))]);
    }

    #[test]
    fn a_part_without_a_number_of_its_own_gets_a_new_one() {
        let all_at_one = |_| Seat { now: Some(lead(1)), home: Some(lead(1)) };
        let numbered = assign(&[group(&[1]), group(&[2, 3])], &[], all_at_one, |_| 0);
        assert_eq!(numbered.groups, [None, Some(lead(1))], "the larger part keeps it");
        let gone = assign(&[], &[ListingId(1)], all_at_one, |_| 0);
        assert_eq!(gone.ended, [(lead(1), None)].into());
    }

    proptest! {
        #[test]
        fn no_number_is_given_twice_and_none_is_forgotten(
            seats in prop::collection::vec((prop::option::of(1..6_i64), prop::option::of(1..6_i64), 0..5_usize), 1..20)
        ) {
            let mut groups = vec![Vec::new(); 5];
            let mut left = Vec::new();
            for (id, (_, _, at)) in (0..).zip(&seats) {
                if *at == 4 { left.push(ListingId(id)) } else { groups[*at].push(ListingId(id)) }
            }
            groups.retain(|group| !group.is_empty());
            let seat = |id: ListingId| {
                let (now, home, _) = seats[usize::try_from(id.0).expect("small")];
                Seat { now: now.map(LeadId), home: home.map(LeadId) }
            };
            let numbered = assign(&groups, &left, seat, |number| u8::try_from(number.0 % 2).expect("small"));
            let given: Vec<LeadId> = numbered.groups.iter().flatten().copied().collect();
            let set: BTreeSet<LeadId> = given.iter().copied().collect();
            prop_assert_eq!(given.len(), set.len());
            let alive: BTreeSet<LeadId> = seats.iter().filter_map(|(now, ..)| now.map(LeadId)).collect();
            for number in alive {
                prop_assert!(set.contains(&number) != numbered.ended.contains_key(&number));
            }
            for into in numbered.ended.values().flatten() {
                prop_assert!(*into < groups.len());
            }
        }
    }
}
