//! How much recall disguise costs: listings a model has not seen, disguised in seven ways at three strengths.

#[path = "../support/corpus.rs"]
mod corpus;
mod disguise;

use corpus::corpus;
use disguise::{Kind, disguise};
use linfa::ParamGuard;
use tanzhao::app::builtin;
use tanzhao::assess::{Toolkit, train};
use tanzhao::classify::{Labelled, TrainParams, params::Settings};
use tanzhao::domain::{ListingText, Verdict};

/// Share of the hidden words that are disguised, in per cent.
const STRENGTHS: [usize; 3] = [33, 66, 100];
/// Every which group of listings is held back.
const HELD_BACK: u64 = 5;

fn held_back(row: &Labelled) -> bool {
    let mixed = row
        .group
        .bytes()
        .fold(0xcbf2_9ce4_8422_2325_u64, |sum, byte| (sum ^ u64::from(byte)).wrapping_mul(0x0100_0000_01b3));
    (mixed >> 40) % HELD_BACK == 0
}

fn recall(toolkit: &Toolkit, texts: &[ListingText]) -> f64 {
    let found = texts.iter().filter(|text| toolkit.score(text).score() >= 0.5).count();
    found as f64 / texts.len() as f64
}

#[test]
fn disguise_costs_little_recall() {
    let (test, rest): (Vec<Labelled>, Vec<Labelled>) = corpus().into_iter().partition(held_back);
    let params = TrainParams::new(Settings { folds: 2, ..Settings::default() }).check().expect("allowed");
    let model = train(&rest, &builtin::reading().expect("word lists"), &params).expect("a corpus to learn from");
    let toolkit = builtin::toolkit(Some(&model.to_bytes())).expect("a toolkit");
    let leads: Vec<&Labelled> = test
        .iter()
        .filter(|row| matches!(row.verdict, Verdict::Overt | Verdict::Disguised) && row.obfuscation == Some(0))
        .collect();
    let clean: Vec<ListingText> = leads.iter().map(|row| row.text()).collect();
    let before = recall(&toolkit, &clean);
    println!("{} clean leads held back, recall {before:.3}", clean.len());
    println!("loss of recall (words changed)");
    println!("{:<11}{:>16}{:>16}{:>16}", "kind", "33 %", "66 %", "100 %");
    let mut worst: f64 = 0.0;
    for kind in Kind::ALL {
        print!("{:<11}", format!("{kind:?}"));
        for strength in STRENGTHS {
            let mut words = 0;
            let texts: Vec<ListingText> = leads
                .iter()
                .map(|row| {
                    let (title, a) = disguise(&row.title, kind, strength, &row.id);
                    let (body, b) = disguise(&row.body, kind, strength, &row.id);
                    words += a + b;
                    ListingText { title, body, site_city: row.site_city.clone() }
                })
                .collect();
            assert!(words > leads.len() / 10, "{kind:?} at {strength} % changed only {words} words");
            let loss = before - recall(&toolkit, &texts);
            worst = worst.max(loss);
            print!("{:>16}", format!("{loss:+.3} ({words})"));
        }
        println!();
    }
    assert!(before > 0.85, "recall on clean leads is {before:.3}");
    assert!(worst < 0.1, "the worst disguise costs {worst:.3} of recall");
}
