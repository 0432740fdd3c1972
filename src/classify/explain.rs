//! Reasons: the words whose removal would lower the suspicion most, quoted from the original text.
//!
//! Removing a word removes every feature that touches it; the blocks are brought to their length again, so the weight of
//! a reason is exactly how far the log-odds of a lead would fall.

use super::features::Block;
use super::model::{CLASSES, Model, Weighed};
use super::vocabulary::damped;
use crate::domain::Evidence;
use crate::text::{ClearText, Token};
use std::ops::Range;

/// Most reasons for, and most reasons against.
const SUPPORTING: usize = 6;
const OPPOSING: usize = 2;
/// A word that moves the log-odds less than this is no reason.
const LEAST: f64 = 0.05;

type Sums = [([f64; CLASSES], f64); Block::COUNT];

/// A known feature of the text, copied from the model so that weighing many tokens stays in a near cache.
struct Held {
    times: u32,
    rarity: f64,
    block: Block,
    weights: [f64; CLASSES],
}

impl Held {
    /// Changes the sums of its block from `before` occurrences to `left`.
    fn change(&self, sums: &mut Sums, before: u32, left: u32) {
        let (old, new) = (damped(self.rarity, self.block, before), damped(self.rarity, self.block, left));
        let (weighted, squares) = &mut sums[self.block as usize];
        for (sum, weight) in weighted.iter_mut().zip(self.weights) {
            *sum += (new - old) * weight;
        }
        *squares += new * new - old * old;
    }
}

struct Deletion<'a> {
    model: &'a Model,
    /// In the order of the counts.
    held: Vec<Held>,
    sums: Sums,
    /// For each token the known occurrences that touch it: place of the feature among the counts, number of the occurrence.
    touching: Vec<Vec<(u32, u32)>>,
    whole: f64,
}

impl<'a> Deletion<'a> {
    fn new(weighed: &Weighed<'a>, tokens: &[Token]) -> Self {
        let model = weighed.model;
        let mut sums: Sums = [([0.0; CLASSES], 0.0); Block::COUNT];
        let copied = |(id, times): &(u32, u32)| Held {
            times: *times,
            rarity: model.vocabulary.rarity(*id),
            block: model.vocabulary.block(*id),
            weights: model.weights[*id as usize].map(f64::from),
        };
        let held: Vec<Held> = weighed.known.counts.iter().map(copied).collect();
        for one in &held {
            one.change(&mut sums, 0, one.times);
        }
        let mut touching = vec![Vec::new(); tokens.len()];
        for (number, slot) in &weighed.known.slots {
            let [first, second] = &weighed.features.occurrences[*number as usize].places;
            let places = if first == second { &[first][..] } else { &[first, second] };
            for place in places {
                let first = tokens.partition_point(|token| token.range.end <= place.start);
                let touched = tokens[first..].iter().take_while(|token| token.range.start < place.end).count();
                for list in &mut touching[first..first + touched] {
                    // Both places of a pair may touch the same token.
                    if list.last() != Some(&(*slot, *number)) {
                        list.push((*slot, *number));
                    }
                }
            }
        }
        let whole = model.lead_log_odds(&sums);
        Self { model, held, sums, touching, whole }
    }

    /// How far the log-odds of a lead fall when these tokens are gone.
    fn weight(&self, tokens: Range<usize>) -> f64 {
        if tokens.len() == 1 {
            return self.without(&self.touching[tokens.start]);
        }
        let mut gone: Vec<(u32, u32)> = self.touching[tokens].iter().flatten().copied().collect();
        gone.sort_unstable();
        gone.dedup();
        self.without(&gone)
    }

    /// The same for occurrences, those of one feature next to one another.
    fn without(&self, gone: &[(u32, u32)]) -> f64 {
        let mut sums = self.sums;
        for of_feature in gone.chunk_by(|a, b| a.0 == b.0) {
            let held = &self.held[of_feature[0].0 as usize];
            held.change(&mut sums, held.times, held.times.saturating_sub(of_feature.len() as u32));
        }
        self.whole - self.model.lead_log_odds(&sums)
    }
}

/// The reasons, strongest first; positive weights support the suspicion, negative ones speak against it.
#[must_use]
pub fn explain(weighed: &Weighed, text: &ClearText, tokens: &[Token]) -> Vec<Evidence> {
    let deletion = Deletion::new(weighed, tokens);
    let mut heavy: Vec<(usize, f64)> = tokens
        .iter()
        .enumerate()
        .filter(|(_, token)| token.text.chars().any(char::is_alphanumeric))
        .map(|(index, _)| (index, deletion.weight(index..index + 1)))
        .collect();
    heavy.sort_by(|a, b| b.1.total_cmp(&a.1).then(a.0.cmp(&b.0)));
    let supporting = heavy.iter().take(2 * SUPPORTING).filter(|(_, weight)| *weight >= LEAST).map(|(at, _)| *at);
    let opposing = heavy.iter().rev().take(OPPOSING).filter(|(_, weight)| *weight <= -LEAST).map(|(at, _)| *at);
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
