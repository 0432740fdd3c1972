//! Reasons: the words whose removal would lower the suspicion most, quoted from the original text.
//!
//! Removing a word removes every feature that touches it; the blocks are brought to their length again, so the weight of
//! a reason is exactly how far the log-odds of a lead would fall.

use super::features::{Block, Place};
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
    /// What all its occurrences weigh.
    full: f64,
    rarity: f64,
    block: Block,
    weights: [f64; CLASSES],
}

impl Held {
    /// Changes the sums of its block from one value to another.
    fn change(&self, sums: &mut Sums, old: f64, new: f64) {
        let (weighted, squares) = &mut sums[self.block as usize];
        for (sum, weight) in weighted.iter_mut().zip(self.weights) {
            *sum += (new - old) * weight;
        }
        *squares += new * new - old * old;
    }

    /// What is left without some of its occurrences.
    fn without(&self, gone: usize) -> f64 {
        damped(self.rarity, self.block, self.times.saturating_sub(gone as u32))
    }
}

/// For each token the known occurrences that touch it: place of the feature among the counts, number of the occurrence.
struct Touching {
    /// Those of all tokens, one token after the other.
    all: Vec<(u32, u32)>,
    /// Where those of each token begin, and where the last end.
    starts: Vec<u32>,
}

impl Touching {
    fn new(weighed: &Weighed, tokens: &[Token]) -> Self {
        let tokens_of = tokens_by_place(tokens);
        let covers: Vec<[Range<usize>; 2]> = (weighed.known.slots.iter())
            .map(|(number, _)| {
                let [first, second] = weighed.features.occurrences[*number as usize].places;
                if first == second { [tokens_of(first), 0..0] } else { apart(tokens_of(first), tokens_of(second)) }
            })
            .collect();
        let mut starts = vec![0_u32; tokens.len() + 1];
        for cover in covers.iter().flatten() {
            for token in cover.clone() {
                starts[token + 1] += 1;
            }
        }
        for token in 0..tokens.len() {
            starts[token + 1] += starts[token];
        }
        let mut all = vec![(0, 0); starts.last().map_or(0, |end| *end as usize)];
        let mut free = starts.clone();
        for ((number, slot), covers) in weighed.known.slots.iter().zip(&covers) {
            for token in covers.iter().flat_map(Range::clone) {
                all[free[token] as usize] = (*slot, *number);
                free[token] += 1;
            }
        }
        Self { all, starts }
    }

    fn of(&self, tokens: &Range<usize>) -> &[(u32, u32)] {
        &self.all[self.starts[tokens.start] as usize..self.starts[tokens.end] as usize]
    }
}

/// Two ranges without what they share.
fn apart(first: Range<usize>, second: Range<usize>) -> [Range<usize>; 2] {
    if first.start < second.end && second.start < first.end {
        [first.start.min(second.start)..first.end.max(second.end), 0..0]
    } else {
        [first, second]
    }
}

/// Finds the tokens that share a byte with a place.
fn tokens_by_place(tokens: &[Token]) -> impl Fn(Place) -> Range<usize> {
    // For each byte the first token that ends behind it.
    let mut at_byte: Vec<u32> = Vec::with_capacity(tokens.last().map_or(0, |token| token.range.end));
    for (index, token) in (0..).zip(tokens) {
        at_byte.resize(token.range.end, index);
    }
    move |place| {
        let first = at_byte.get(place.start as usize).map_or(tokens.len(), |token| *token as usize);
        let touched = tokens[first..].iter().take_while(|token| token.range.start < place.end as usize).count();
        first..first + touched
    }
}

struct Deletion<'a> {
    model: &'a Model,
    /// In the order of the counts.
    held: Vec<Held>,
    sums: Sums,
    touching: Touching,
    whole: f64,
}

impl<'a> Deletion<'a> {
    fn new(weighed: &Weighed<'a>, tokens: &[Token]) -> Self {
        let model = weighed.model;
        let mut sums: Sums = [([0.0; CLASSES], 0.0); Block::COUNT];
        let copied = |(id, times): &(u32, u32)| {
            let (rarity, block) = (model.vocabulary.rarity(*id), model.vocabulary.block(*id));
            let weights = model.weights[*id as usize].map(f64::from);
            Held { times: *times, full: damped(rarity, block, *times), rarity, block, weights }
        };
        let held: Vec<Held> = weighed.known.counts.iter().map(copied).collect();
        for one in &held {
            one.change(&mut sums, 0.0, one.full);
        }
        let whole = model.lead_log_odds(&sums);
        Self { model, held, sums, touching: Touching::new(weighed, tokens), whole }
    }

    /// How far the log-odds of a lead fall when these tokens are gone.
    fn weight(&self, tokens: &Range<usize>) -> f64 {
        let touching = self.touching.of(tokens);
        if tokens.len() == 1 {
            return self.without(touching);
        }
        let mut gone = touching.to_vec();
        gone.sort_unstable();
        gone.dedup();
        self.without(&gone)
    }

    /// The same for occurrences, those of one feature next to one another.
    fn without(&self, gone: &[(u32, u32)]) -> f64 {
        if gone.is_empty() {
            return 0.0;
        }
        let mut sums = self.sums;
        for of_feature in gone.chunk_by(|a, b| a.0 == b.0) {
            let held = &self.held[of_feature[0].0 as usize];
            held.change(&mut sums, held.full, held.without(of_feature.len()));
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
        .filter(|(_, token)| token.word(text).chars().any(char::is_alphanumeric))
        .map(|(index, _)| (index, deletion.weight(&(index..index + 1))))
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
            let weight = (deletion.weight(&run) * 1e4).round() / 1e4;
            Evidence { quote: text.quote(span).to_owned(), span, weight }
        })
        .collect()
}
