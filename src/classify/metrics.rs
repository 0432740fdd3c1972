//! The quality report on labelled listings (`evaluate`): every headline figure with a 95 % bootstrap interval.

use super::decision::is_lead;
use super::labelled::Labelled;
use super::ranking::Ranking;
use super::trainer::class_of;
use crate::domain::{Assessment, ContactKind, Form, Verdict};
use serde::Serialize;
use std::collections::BTreeMap;

/// A figure with its 95 % interval.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Measured {
    /// On the rows as given.
    pub value: f64,
    /// 2.5 % quantile of the resamples.
    pub low: f64,
    /// 97.5 % quantile.
    pub high: f64,
}

/// Precision, recall and F1 of one kind of thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Scores {
    /// Right among those claimed.
    pub precision: f64,
    /// Found among those there are.
    pub recall: f64,
    /// Their harmonic mean.
    pub f1: f64,
    /// How many there are.
    pub n: usize,
}

/// How many of a part were found.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Found {
    /// Listings of the part.
    pub n: usize,
    /// Judged a lead, overt or disguised.
    pub lead_recall: f64,
    /// Judged disguised.
    pub exact_recall: f64,
}

/// How well the score orders listings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct LeadReport {
    /// Listings that are leads.
    pub n: usize,
    /// Area under precision over recall.
    pub average_precision: Measured,
    /// Recall where precision is at least 0.95.
    pub recall_at_precision_95: Measured,
    /// Share of leads among the 50 highest scores; absent with fewer rows.
    pub precision_at_50: Option<f64>,
    /// The same of 100.
    pub precision_at_100: Option<f64>,
    /// Of the verdicts at the program's own threshold.
    pub at_threshold: Scores,
}

/// How well contacts are found, compared by value.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ContactReport {
    /// All of them.
    pub all: Scores,
    /// F1 of all.
    pub f1: Measured,
    /// By `phone`, `wechat`, `qq`.
    pub by_kind: BTreeMap<String, Scores>,
    /// Values that stand in the text as they are.
    pub plain: Scores,
    /// Values that do not: written so as not to be found.
    pub disguised: Scores,
}

/// The report of `evaluate`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Report {
    /// Rows.
    pub n: usize,
    /// By class code.
    pub classes: BTreeMap<String, Scores>,
    /// Mean F1 of the classes that occur.
    pub macro_f1: Measured,
    /// Overt or disguised against the rest.
    pub lead: LeadReport,
    /// Recall of disguised listings by form.
    pub disguised_by_form: BTreeMap<String, Found>,
    /// Recall of disguised listings by obfuscation 0-3.
    pub disguised_by_obfuscation: BTreeMap<String, Found>,
    /// Mean distance of score and truth over ten bins.
    pub expected_calibration_error: Measured,
    /// Absent when no row labels contacts.
    pub contacts: Option<ContactReport>,
    /// Share of right counties; absent when no row labels one.
    pub county_accuracy: Option<Measured>,
}

#[derive(Clone, Copy, Debug, Default)]
struct Count {
    right: u32,
    claimed: u32,
    there: u32,
}

impl Count {
    fn add(&mut self, other: Self, times: u32) {
        self.right += times * other.right;
        self.claimed += times * other.claimed;
        self.there += times * other.there;
    }

    fn scores(self) -> Scores {
        let share = |part: u32, of: u32| if of == 0 { 0.0 } else { f64::from(part) / f64::from(of) };
        Scores {
            precision: share(self.right, self.claimed),
            recall: share(self.right, self.there),
            f1: share(2 * self.right, self.claimed + self.there),
            n: self.there as usize,
        }
    }
}

/// Counts of the four classes, in the order of [`Verdict::ALL`].
pub(super) struct ClassCounts([Count; 4]);

impl ClassCounts {
    pub(super) fn macro_f1(&self) -> f64 {
        let present: Vec<f64> = self.0.iter().filter(|count| count.there > 0).map(|count| count.scores().f1).collect();
        present.iter().sum::<f64>() / present.len().max(1) as f64
    }
}

/// Counts pairs of truth and verdict.
pub(super) fn class_counts(pairs: impl Iterator<Item = (Verdict, Verdict)>) -> ClassCounts {
    weighted_counts(pairs.map(|pair| (pair, 1)))
}

fn weighted_counts(pairs: impl Iterator<Item = ((Verdict, Verdict), u32)>) -> ClassCounts {
    let mut counts = [Count::default(); 4];
    for ((truth, verdict), times) in pairs {
        counts[class_of(truth)].there += times;
        counts[class_of(verdict)].claimed += times;
        if truth == verdict {
            counts[class_of(truth)].right += times;
        }
    }
    ClassCounts(counts)
}

/// A small generator with a fixed seed (xorshift64*): the same report every time.
struct Dice(u64);

impl Dice {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 >> 12;
        self.0 ^= self.0 << 25;
        self.0 ^= self.0 >> 27;
        ((self.0.wrapping_mul(0x2545_f491_4f6c_dd1d) >> 32) as usize) % limit.max(1)
    }
}

const RESAMPLES: usize = 1000;

/// How often each row occurs, for each resample.
fn resamples(rows: usize) -> Vec<Vec<u32>> {
    let mut dice = Dice(0x9e37_79b9_7f4a_7c15);
    (0..RESAMPLES)
        .map(|_| {
            let mut times = vec![0; rows];
            for _ in 0..rows {
                times[dice.below(rows)] += 1;
            }
            times
        })
        .collect()
}

fn measured(resamples: &[Vec<u32>], rows: usize, figure: impl Fn(&[u32]) -> f64) -> Measured {
    let mut values: Vec<f64> = resamples.iter().map(|times| figure(times)).collect();
    values.sort_by(f64::total_cmp);
    let quantile = |share: f64| values.get((share * (values.len() as f64 - 1.0)).round() as usize).copied();
    let value = figure(&vec![1; rows]);
    Measured { value, low: quantile(0.025).unwrap_or(value), high: quantile(0.975).unwrap_or(value) }
}

/// Compares what was judged with what was labelled, row by row; rows without a partner are left out.
#[must_use]
pub fn report(rows: &[Labelled], judged: &[Assessment]) -> Report {
    let pairs: Vec<(&Labelled, &Assessment)> = rows.iter().zip(judged).collect();
    let n = pairs.len();
    let samples = resamples(n);
    let verdicts: Vec<(Verdict, Verdict)> = pairs.iter().map(|(row, found)| (row.verdict, found.verdict)).collect();
    let weigh = |times: &[u32]| weighted_counts(verdicts.iter().copied().zip(times.iter().copied()));
    let counts = class_counts(verdicts.iter().copied());
    let classes = Verdict::ALL.iter().map(|class| (class.code().to_owned(), counts.0[class_of(*class)].scores()));
    Report {
        n,
        classes: classes.collect(),
        macro_f1: measured(&samples, n, |times| weigh(times).macro_f1()),
        lead: lead_report(&pairs, &samples),
        disguised_by_form: by_form(&pairs),
        disguised_by_obfuscation: by_obfuscation(&pairs),
        expected_calibration_error: measured(&samples, n, |times| calibration_error(&pairs, times)),
        contacts: contact_report(&pairs, &samples),
        county_accuracy: county_accuracy(&pairs, &samples),
    }
}

fn lead_report(pairs: &[(&Labelled, &Assessment)], samples: &[Vec<u32>]) -> LeadReport {
    let n = pairs.len();
    let ranking = Ranking::new(pairs.iter().map(|(row, found)| (found.score, is_lead(row.verdict))));
    let mut count = Count::default();
    for (row, found) in pairs {
        let (truth, claim) = (is_lead(row.verdict), found.is_suspect());
        let one = Count { right: u32::from(truth && claim), claimed: u32::from(claim), there: u32::from(truth) };
        count.add(one, 1);
    }
    LeadReport {
        n: count.there as usize,
        average_precision: measured(samples, n, |times| ranking.average_precision_of(|row| times[row])),
        recall_at_precision_95: measured(samples, n, |times| ranking.recall_at_precision(0.95, |row| times[row])),
        precision_at_50: ranking.precision_at(50),
        precision_at_100: ranking.precision_at(100),
        at_threshold: count.scores(),
    }
}

fn found(part: &[&(&Labelled, &Assessment)]) -> Found {
    let share = |test: &dyn Fn(&Assessment) -> bool| {
        part.iter().filter(|(_, found)| test(found)).count() as f64 / part.len().max(1) as f64
    };
    Found {
        n: part.len(),
        lead_recall: share(&Assessment::is_suspect),
        exact_recall: share(&|found| found.verdict == Verdict::Disguised),
    }
}

fn disguised_where<'a>(pairs: &'a [(&'a Labelled, &'a Assessment)], test: impl Fn(&Labelled) -> bool) -> Option<Found> {
    let part: Vec<_> = pairs.iter().filter(|(row, _)| row.verdict == Verdict::Disguised && test(row)).collect();
    (!part.is_empty()).then(|| found(&part))
}

fn by_form(pairs: &[(&Labelled, &Assessment)]) -> BTreeMap<String, Found> {
    let part = |form: Form| disguised_where(pairs, |row| row.forms.as_ref().is_some_and(|forms| forms.contains(&form)));
    Form::ALL.iter().filter_map(|form| part(*form).map(|found| (form.code().to_owned(), found))).collect()
}

fn by_obfuscation(pairs: &[(&Labelled, &Assessment)]) -> BTreeMap<String, Found> {
    let part = |level: u8| disguised_where(pairs, |row| row.obfuscation == Some(level));
    (0..=3).filter_map(|level| part(level).map(|found| (level.to_string(), found))).collect()
}

fn calibration_error(pairs: &[(&Labelled, &Assessment)], times: &[u32]) -> f64 {
    let mut bins = [(0.0, 0.0); 10];
    for ((row, found), times) in pairs.iter().zip(times) {
        let bin = ((found.score * 10.0) as usize).min(9);
        bins[bin].0 += f64::from(*times) * found.score;
        bins[bin].1 += f64::from(*times) * f64::from(u8::from(is_lead(row.verdict)));
    }
    let total: f64 = times.iter().map(|times| f64::from(*times)).sum();
    bins.iter().map(|(scores, truths)| (scores - truths).abs()).sum::<f64>() / total.max(1.0)
}

fn contact_report(pairs: &[(&Labelled, &Assessment)], samples: &[Vec<u32>]) -> Option<ContactReport> {
    if pairs.iter().all(|(row, _)| row.contacts.is_none()) {
        return None;
    }
    let count = |keep: &dyn Fn(ContactKind, bool) -> bool| -> Vec<Count> {
        pairs.iter().map(|(row, found)| contact_count(row, found, keep)).collect()
    };
    let sum = |counts: &[Count], times: &dyn Fn(usize) -> u32| {
        let mut total = Count::default();
        for (index, one) in counts.iter().enumerate() {
            total.add(*one, times(index));
        }
        total.scores()
    };
    let all = count(&|_, _| true);
    let one_kind = |kind: ContactKind| sum(&count(&|of, _| of == kind), &|_| 1);
    Some(ContactReport {
        all: sum(&all, &|_| 1),
        f1: measured(samples, pairs.len(), |times| sum(&all, &|row| times[row]).f1),
        by_kind: ContactKind::ALL.iter().map(|kind| (kind.code().to_owned(), one_kind(*kind))).collect(),
        plain: sum(&count(&|_, disguised| !disguised), &|_| 1),
        disguised: sum(&count(&|_, disguised| disguised), &|_| 1),
    })
}

fn contact_count(row: &Labelled, found: &Assessment, keep: &dyn Fn(ContactKind, bool) -> bool) -> Count {
    let Some(labels) = &row.contacts else { return Count::default() };
    let text = format!("{}\n{}", row.title, row.body).to_lowercase();
    let kept = |kind: ContactKind, value: &str| keep(kind, !text.contains(value));
    let mut there: Vec<(ContactKind, &str)> =
        labels.iter().map(|one| (one.kind, one.value.as_str())).filter(|(kind, value)| kept(*kind, value)).collect();
    let mut claimed: Vec<(ContactKind, &str)> = found
        .contacts
        .iter()
        .map(|one| (one.kind, one.value.as_str()))
        .filter(|(kind, value)| kept(*kind, value))
        .collect();
    for list in [&mut there, &mut claimed] {
        list.sort_unstable();
        list.dedup();
    }
    let right = claimed.iter().filter(|one| there.contains(one)).count();
    Count { right: right as u32, claimed: claimed.len() as u32, there: there.len() as u32 }
}

fn county_accuracy(pairs: &[(&Labelled, &Assessment)], samples: &[Vec<u32>]) -> Option<Measured> {
    let right: Vec<Option<bool>> =
        pairs.iter().map(|(row, found)| row.county.as_ref().map(|county| *county == found.county)).collect();
    right.iter().any(Option::is_some).then(|| {
        measured(samples, pairs.len(), |times| {
            let known = right.iter().zip(times).filter_map(|(right, times)| right.map(|right| (right, *times)));
            let (hits, all) =
                known.fold((0, 0), |(hits, all), (right, times)| (hits + u32::from(right) * times, all + times));
            f64::from(hits) / f64::from(all.max(1))
        })
    })
}
