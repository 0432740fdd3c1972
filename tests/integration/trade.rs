//! Operators of a made-up trade come back from what they post, read as a sweep would read it.

#[path = "../../benches/support/trade.rs"]
mod made;

use jiff::civil::date;
use made::{Ad, GROUP, HOTLINE, Trade};
use rayon::prelude::*;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use tanzhao::{
    app::builtin,
    domain::{Assessment, Contact, ListingId, ListingText},
    leads::{Day, LeadParams, LinkReason, Member, find_leads},
    text::Fingerprint,
};

/// The figure of 100,000 listings is in docs/benchmarks.md; this many are enough to see a rule go wrong.
const LISTINGS: usize = 4000;

#[test]
fn operators_come_back_and_nobody_is_merged_through_what_everybody_shows() {
    let toolkit = builtin::toolkit(None).expect("the committed model");
    let ads: Vec<Ad> = Trade::new(&toolkit, &made::corpus(), 7).take(LISTINGS).collect();
    let numbered: Vec<(i64, &Ad)> = (1..).zip(&ads).collect();
    let members: Vec<Member> = numbered
        .par_iter()
        .map(|(id, ad)| {
            let text = ListingText::from(&ad.listing);
            // The label's verdict, so that only reading and linking are on trial.
            let assessment = Assessment { verdict: ad.verdict, ..toolkit.assess(&text) };
            let fingerprint = Fingerprint::of(&toolkit.reading.cleaner.clean(&text.full()));
            Member::of(ListingId(*id), &ad.listing, &assessment, fingerprint, false)
        })
        .collect();
    let as_written = numbered.iter().zip(&members).filter(|((_, ad), member)| {
        let values = |contacts: &[Contact]| contacts.iter().map(|one| one.value.clone()).collect::<BTreeSet<_>>();
        values(&ad.contacts) == values(&member.assessment.contacts) && member.assessment.county.as_str() == ad.county
    });
    let as_written = as_written.count() as f64 / LISTINGS as f64;
    println!("contacts and county read as written in {as_written:.4}");
    assert!(as_written > 0.9, "{as_written:.4}");
    let found = find_leads(&members, &LeadParams::default(), &Day { date: date(2026, 12, 1), ..Day::default() });
    let operator: HashMap<ListingId, u32> =
        numbered.iter().filter_map(|(id, ad)| Some((ListingId(*id), ad.operator?))).collect();
    let groups: Vec<Vec<u32>> = found
        .leads
        .iter()
        .map(|lead| lead.members.iter().filter_map(|id| operator.get(id).copied()).collect())
        .collect();
    let (precision, recall, f1) = made::pairwise(&groups);
    println!("{} leads: precision {precision:.4}, recall {recall:.4}, F1 {f1:.4}", found.leads.len());
    let mut wrong: BTreeMap<String, usize> = BTreeMap::new();
    for link in found.leads.iter().flat_map(|lead| &lead.links) {
        if operator.get(&link.a) != operator.get(&link.b) {
            *wrong.entry(link.reason.zh()).or_default() += 1;
        }
    }
    println!("links across operators: {wrong:?}");
    assert!(f1 >= 0.97, "pairwise F1 {f1:.4} (precision {precision:.4}, recall {recall:.4})");

    let generic: BTreeSet<&str> = found.generic.iter().map(|one| one.identifier.value.as_str()).collect();
    assert!(generic.contains(HOTLINE) && generic.contains(GROUP), "{generic:?}");
    for link in found.leads.iter().flat_map(|lead| &lead.links) {
        if let LinkReason::SharedContact { value, .. } = &link.reason {
            assert!(!generic.contains(value.as_str()), "{} and {} were merged through {value}", link.a, link.b);
        }
    }
}
