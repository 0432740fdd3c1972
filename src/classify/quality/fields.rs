//! How well the facts are read: contacts, county, forms, subjects, stages.

use super::bootstrap::{Measured, Resamples};
use super::counts::{Count, Scores};
use crate::classify::Labelled;
use crate::domain::{Assessment, ContactKind};
use serde::Serialize;
use std::collections::BTreeMap;

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

/// How well a set of codes is read, over all codes together.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct CodeReport {
    /// Over all codes together (micro average).
    pub all: Scores,
    /// F1 of that.
    pub f1: Measured,
    /// By code; codes that neither label nor judgement carries are left out.
    pub by_code: BTreeMap<String, Scores>,
}

/// Compares codes; rows without the label are left out, and `None` means that no row has it.
pub(super) fn code_report<T: Copy + Ord>(
    pairs: &[(&Labelled, &Assessment)],
    samples: &Resamples,
    codes: &[T],
    name: impl Fn(T) -> &'static str,
    labelled: impl Fn(&Labelled) -> Option<&[T]>,
    judged: impl Fn(&Assessment) -> &[T],
) -> Option<CodeReport> {
    if pairs.iter().all(|(row, _)| labelled(row).is_none()) {
        return None;
    }
    let count = |keep: &dyn Fn(T) -> bool| -> Vec<Count> {
        let one = |(row, found): &(&Labelled, &Assessment)| {
            let Some(there) = labelled(row) else { return Count::default() };
            let claimed: Vec<T> = judged(found).iter().copied().filter(|code| keep(*code)).collect();
            Count {
                right: claimed.iter().filter(|code| there.contains(code)).count() as u32,
                claimed: claimed.len() as u32,
                there: there.iter().filter(|code| keep(**code)).count() as u32,
            }
        };
        pairs.iter().map(one).collect()
    };
    let all = count(&|_| true);
    let by_code = codes.iter().map(|code| (name(*code).to_owned(), sum(&count(&|other| other == *code), &|_| 1)));
    Some(CodeReport {
        all: sum(&all, &|_| 1),
        f1: samples.measure(|times| sum(&all, &|row| times[row]).f1),
        by_code: by_code.filter(|(_, scores)| scores.n > 0 || scores.precision > 0.0).collect(),
    })
}

fn sum(counts: &[Count], times: &dyn Fn(usize) -> u32) -> Scores {
    let mut total = Count::default();
    for (index, one) in counts.iter().enumerate() {
        total.add(*one, times(index));
    }
    total.scores()
}

pub(super) fn contact_report(pairs: &[(&Labelled, &Assessment)], samples: &Resamples) -> Option<ContactReport> {
    if pairs.iter().all(|(row, _)| row.contacts.is_none()) {
        return None;
    }
    let count = |keep: &dyn Fn(ContactKind, bool) -> bool| -> Vec<Count> {
        pairs.iter().map(|(row, found)| contact_count(row, found, keep)).collect()
    };
    let all = count(&|_, _| true);
    let one_kind = |kind: ContactKind| sum(&count(&|of, _| of == kind), &|_| 1);
    Some(ContactReport {
        all: sum(&all, &|_| 1),
        f1: samples.measure(|times| sum(&all, &|row| times[row]).f1),
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

pub(super) fn county_accuracy(pairs: &[(&Labelled, &Assessment)], samples: &Resamples) -> Option<Measured> {
    let right: Vec<Option<bool>> =
        pairs.iter().map(|(row, found)| row.county.as_ref().map(|county| *county == found.county)).collect();
    right.iter().any(Option::is_some).then(|| {
        samples.measure(|times| {
            let known = right.iter().zip(times).filter_map(|(right, times)| right.map(|right| (right, *times)));
            let (hits, all) =
                known.fold((0, 0), |(hits, all), (right, times)| (hits + u32::from(right) * times, all + times));
            f64::from(hits) / f64::from(all.max(1))
        })
    })
}
