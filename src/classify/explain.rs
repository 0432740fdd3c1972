//! Reasons: the words whose removal would lower the suspicion most, quoted from the original text.
//!
//! Removing a word removes every feature that touches it; the blocks are brought to their length again, so the weight of
//! a reason is exactly how far the log-odds of a lead would fall.

use super::features::{Block, Features};
use super::model::{CLASSES, Model};
use crate::domain::Evidence;
use crate::text::{ClearText, Token};
use std::collections::BTreeMap;
use std::ops::Range;

/// Most reasons for, and most reasons against.
const SUPPORTING: usize = 6;
const OPPOSING: usize = 2;
/// A word that moves the log-odds less than this is no reason.
const LEAST: f64 = 0.05;

type Sums = [([f64; CLASSES], f64); Block::COUNT];

struct Deletion<'a> {
    model: &'a Model,
    /// Feature and number of its occurrences in the whole text.
    counts: Vec<(u32, u32)>,
    sums: Sums,
    /// For each token the occurrences (by number) that touch it.
    touching: Vec<Vec<u32>>,
    /// Feature of each known occurrence.
    features: Vec<u32>,
    whole: f64,
}

impl<'a> Deletion<'a> {
    fn new(model: &'a Model, tokens: &[Token], features: &Features) -> Self {
        let counts = model.vocabulary.counts(features);
        let mut sums: Sums = [([0.0; CLASSES], 0.0); Block::COUNT];
        for (id, times) in &counts {
            change(model, &mut sums, *id, model.vocabulary.raw(*id, *times), 0.0);
        }
        let mut touching = vec![Vec::new(); tokens.len()];
        let mut known = Vec::new();
        for occurrence in &features.occurrences {
            let Some(id) = model.vocabulary.id(occurrence.key) else { continue };
            let number = known.len() as u32;
            known.push(id);
            for place in &occurrence.places {
                let first = tokens.partition_point(|token| token.range.end <= place.start);
                let touched = tokens[first..].iter().take_while(|token| token.range.start < place.end).count();
                for list in &mut touching[first..first + touched] {
                    if list.last() != Some(&number) {
                        list.push(number);
                    }
                }
            }
        }
        let whole = model.lead_log_odds(&sums);
        Self { model, counts, sums, touching, features: known, whole }
    }

    /// How far the log-odds of a lead fall when these tokens are gone.
    fn weight(&self, tokens: Range<usize>) -> f64 {
        let mut gone: Vec<u32> = self.touching[tokens].iter().flatten().copied().collect();
        gone.sort_unstable();
        gone.dedup();
        let mut removed: BTreeMap<u32, u32> = BTreeMap::new();
        for number in gone {
            *removed.entry(self.features[number as usize]).or_default() += 1;
        }
        let mut sums = self.sums;
        for (id, times) in removed {
            let at = self.counts.partition_point(|(known, _)| *known < id);
            let before = self.counts.get(at).map_or(0, |(_, count)| *count);
            let left = before.saturating_sub(times);
            let (old, new) = (self.model.vocabulary.raw(id, before), self.model.vocabulary.raw(id, left));
            change(self.model, &mut sums, id, new, old);
        }
        self.whole - self.model.lead_log_odds(&sums)
    }
}

/// Replaces the value `old` of a feature by `new` in the sums of its block.
fn change(model: &Model, sums: &mut Sums, id: u32, new: f64, old: f64) {
    let (weighted, squares) = &mut sums[model.vocabulary.block(id) as usize];
    for (sum, weight) in weighted.iter_mut().zip(model.weights[id as usize]) {
        *sum += (new - old) * f64::from(weight);
    }
    *squares += new * new - old * old;
}

/// The reasons, strongest first; positive weights support the suspicion, negative ones speak against it.
#[must_use]
pub fn explain(model: &Model, text: &ClearText, tokens: &[Token], features: &Features) -> Vec<Evidence> {
    let deletion = Deletion::new(model, tokens, features);
    let mut weighed: Vec<(usize, f64)> = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.text.chars().any(char::is_alphanumeric))
        .map(|(index, _)| (index, deletion.weight(index..index + 1)))
        .collect();
    weighed.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let supporting = weighed.iter().take(2 * SUPPORTING).filter(|(_, weight)| *weight >= LEAST).map(|(at, _)| *at);
    let opposing = weighed.iter().rev().take(OPPOSING).filter(|(_, weight)| *weight <= -LEAST).map(|(at, _)| *at);
    let mut reasons = reasons(&deletion, text, tokens, supporting.collect());
    reasons.retain(|reason| reason.weight >= LEAST);
    reasons.sort_by(|a, b| b.weight.total_cmp(&a.weight).then(a.span.cmp(&b.span)));
    reasons.truncate(SUPPORTING);
    let mut against = self::reasons(&deletion, text, tokens, opposing.collect());
    against.retain(|reason| reason.weight <= -LEAST);
    against.sort_by(|a, b| a.weight.total_cmp(&b.weight).then(a.span.cmp(&b.span)));
    reasons.extend(against);
    reasons
}

/// Neighbouring chosen tokens become one quote that is weighed as a whole.
fn reasons(deletion: &Deletion, text: &ClearText, tokens: &[Token], mut chosen: Vec<usize>) -> Vec<Evidence> {
    chosen.sort_unstable();
    let mut runs: Vec<Range<usize>> = Vec::new();
    for index in chosen {
        match runs.last_mut() {
            Some(run) if run.end == index && tokens[index - 1].range.end == tokens[index].range.start => {
                run.end = index + 1;
            }
            _ => runs.push(index..index + 1),
        }
    }
    runs.into_iter()
        .map(|run| {
            let span = text.span(tokens[run.start].range.start..tokens[run.end - 1].range.end);
            let weight = (deletion.weight(run) * 1e4).round() / 1e4;
            Evidence { quote: text.quote(span).to_owned(), span, weight }
        })
        .collect()
}
