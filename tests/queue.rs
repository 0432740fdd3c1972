//! How clean the top of the officers' queue is when suspicions are as rare as they are in a sweep.
//!
//! Every listing of the corpus is judged by a model that has not seen it; 3 % offers are mixed among others, and the whole way to the ranked queue is taken. A lead is right when its surest listing is labelled an offer.

#[path = "support/corpus.rs"]
mod corpus;
#[path = "support/ordinary.rs"]
mod ordinary;

use corpus::corpus;
use jiff::{Timestamp, ToSpan, civil::Date, civil::date};
use linfa::ParamGuard;
use ordinary::is_ordinary;
use std::sync::Arc;
use tanzhao::app::builtin;
use tanzhao::assess::train;
use tanzhao::classify::{Labelled, TrainParams, params::Settings};
use tanzhao::domain::{Assessment, Listing, ListingId, ListingText, SourceId, SourceKind, UrlKey, Verdict};
use tanzhao::leads::{Day, LeadParams, Member, find_leads};
use tanzhao::text::Fingerprint;

/// Models trained, each on the listings that the others hold back.
const FOLDS: u64 = 3;
/// Share of offers among the listings.
const PREVALENCE: f64 = 0.03;
/// How often offers are drawn anew.
const DRAWS: u64 = 20;
const TODAY: Date = date(2026, 11, 30);

/// A number that looks drawn, the same for the same text (FNV-1a, then mixed).
fn drawn(text: &str, salt: u64) -> u64 {
    let sum = text
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325 ^ salt, |sum: u64, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    let sum = (sum ^ (sum >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let sum = (sum ^ (sum >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    sum ^ (sum >> 31)
}

/// Every listing with the judgement of the model that was trained without its group.
fn judged(rows: &[Labelled]) -> Vec<(Assessment, Fingerprint)> {
    let params = TrainParams::new(Settings { folds: 2, ..Settings::default() }).check().expect("allowed");
    let mut judged: Vec<Option<(Assessment, Fingerprint)>> = vec![None; rows.len()];
    for fold in 0..FOLDS {
        let held_back = |row: &Labelled| drawn(&row.group, 7) % FOLDS == fold;
        let rest: Vec<Labelled> = rows.iter().filter(|row| !held_back(row)).cloned().collect();
        let model = train(&rest, &builtin::reading().expect("word lists"), &params).expect("a corpus to learn from");
        let toolkit = builtin::toolkit(Some(&model.to_bytes())).expect("a toolkit");
        for (row, slot) in rows.iter().zip(&mut judged).filter(|(row, _)| held_back(row)) {
            let text = row.text();
            let fingerprint = Fingerprint::of(&toolkit.reading.cleaner.clean(&text.full()));
            *slot = Some((toolkit.assess(&text), fingerprint));
        }
    }
    judged.into_iter().map(|one| one.expect("every listing is held back once")).collect()
}

fn member(id: i64, row: &Labelled, (assessment, fingerprint): (Assessment, Fingerprint)) -> Member {
    let ListingText { title, body, site_city } = row.text();
    let address = format!("http://queue.example/{id}");
    let listing = Listing {
        canonical_url: UrlKey::from_stored(address.clone()),
        url: address,
        source: SourceId(format!("site-{}", drawn(&row.id, 5) % 3)),
        source_kind: SourceKind::Classified,
        title,
        body,
        author: None,
        price: None,
        location: None,
        site_city: Some(site_city),
        posted_at: TODAY.checked_sub((drawn(&row.id, 3) % 60).cast_signed().days()).ok(),
        fetched_at: Timestamp::UNIX_EPOCH,
        origins: Vec::new(),
    };
    Member::of(ListingId(id), &listing, &assessment, fingerprint, false)
}

fn is_offer(row: &Labelled) -> bool {
    matches!(row.verdict, Verdict::Overt | Verdict::Disguised)
}

/// What the offers are mixed among, and how much of the queue is looked at.
struct Mix {
    name: &'static str,
    holds: fn(&Labelled) -> bool,
    top: usize,
    floor: f64,
}

/// A sweep is mostly goods, jobs and notices; what is written to be mistaken for an offer is rare in it and half of the corpus.
const MIXES: [Mix; 3] = [
    Mix { name: "all others of the corpus", holds: |_| true, top: 50, floor: 0.58 },
    Mix { name: "near misses", holds: |row| !is_ordinary(&row.id), top: 50, floor: 0.5 },
    Mix { name: "everyday listings", holds: |row| is_ordinary(&row.id), top: 50, floor: 0.8 },
];

/// Share of right leads at the top of one queue.
fn precision(rows: &[Labelled], members: &[Member], mix: &Mix, draw: u64) -> f64 {
    let others: Vec<usize> = (0..rows.len()).filter(|at| !is_offer(&rows[*at]) && (mix.holds)(&rows[*at])).collect();
    let wanted = (others.len() as f64 * PREVALENCE / (1.0 - PREVALENCE)).round() as usize;
    assert!(wanted >= mix.top, "{}: {wanted} offers are too few for the top {}", mix.name, mix.top);
    let mut offers: Vec<usize> = (0..rows.len()).filter(|at| is_offer(&rows[*at])).collect();
    offers.sort_by_key(|at| drawn(&rows[*at].id, draw.wrapping_mul(0x9e37_79b9_7f4a_7c15)));
    offers.truncate(wanted);
    let mixed: Vec<Member> = others.iter().chain(&offers).map(|at| members[*at].clone()).collect();
    let calendar = Arc::new(builtin::calendar().expect("the committed calendar"));
    let day = Day { date: TODAY, calendar, registers: None };
    let found = find_leads(&mixed, &LeadParams::default(), &day);
    let score = |id: &ListingId| members[id.0 as usize].assessment.score;
    let right = found.leads.iter().take(mix.top).filter(|lead| {
        let surest = lead.members.iter().max_by(|a, b| score(a).total_cmp(&score(b))).expect("never empty");
        is_offer(&rows[surest.0 as usize])
    });
    right.count() as f64 / mix.top as f64
}

#[test]
fn the_top_of_the_queue_is_clean() {
    let rows = corpus();
    let members: Vec<Member> =
        (0..).zip(rows.iter().zip(judged(&rows))).map(|(id, (row, judged))| member(id, row, judged)).collect();
    for mix in &MIXES {
        let each: Vec<f64> = (1..=DRAWS).map(|draw| precision(&rows, &members, mix, draw)).collect();
        let mean = each.iter().sum::<f64>() / each.len() as f64;
        let worst = each.iter().copied().fold(1.0, f64::min);
        println!(
            "3 % offers among {}: precision at {} {mean:.3}, worst of {DRAWS} draws {worst:.3}",
            mix.name, mix.top
        );
        assert!(mean >= mix.floor, "{}: precision at {} is {mean:.3}", mix.name, mix.top);
    }
}
