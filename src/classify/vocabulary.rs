//! Which features count and how much: names, inverse document frequencies and the vector of a text.

use super::features::{Block, Features, key_of};
use super::params::Settings;
use super::samples::{Row, SparseRecords};
use crate::text::Sieve;
use std::collections::HashMap;
use std::hash::{BuildHasherDefault, Hasher};
use std::ops::Range;
use std::sync::LazyLock;

/// Keys are hashes already.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct AsIs(u64);

impl Hasher for AsIs {
    fn finish(&self) -> u64 {
        self.0
    }

    fn write(&mut self, bytes: &[u8]) {
        for byte in bytes {
            self.0 = self.0.rotate_left(8) ^ u64::from(*byte);
        }
    }

    fn write_u64(&mut self, value: u64) {
        self.0 = value;
    }
}

type Index = HashMap<u64, u32, BuildHasherDefault<AsIs>>;

/// The features a model knows, in the order of their names.
#[derive(Clone, Debug)]
pub(super) struct Vocabulary {
    names: Vec<String>,
    /// Inverse document frequency and block of each feature, side by side as they are asked for.
    traits: Vec<(f32, Block)>,
    /// Whether any run of characters is known.
    runs: bool,
    scales: [f64; Block::COUNT],
    index: Index,
    sieve: Sieve,
}

/// A vocabulary beside the feature numbers of the corpus it was learnt from.
#[derive(Clone, Debug)]
pub(super) struct Numbered {
    pub(super) vocabulary: Vocabulary,
    /// Feature of the vocabulary by number in the corpus; `None` for those left out.
    ids: Vec<Option<u32>>,
}

impl Numbered {
    /// The vector of counts by corpus number.
    pub(super) fn vector(&self, counts: &[(u32, u32)]) -> Vec<(u32, f64)> {
        let id = |(number, times): &(u32, u32)| self.ids[*number as usize].map(|id| (id, *times));
        let mut counts: Vec<(u32, u32)> = counts.iter().filter_map(id).collect();
        counts.sort_unstable();
        self.vocabulary.scaled(&counts)
    }

    /// The vectors of rows as records.
    pub(super) fn records(&self, rows: &[&Row]) -> SparseRecords {
        SparseRecords::from_rows(rows.iter().map(|row| self.vector(&row.counts)), self.vocabulary.len())
    }
}

/// The features of a text that a vocabulary knows.
#[derive(Clone, Debug, Default)]
pub(super) struct Known {
    /// Feature and how often it occurs, features rising.
    pub(super) counts: Vec<(u32, u32)>,
    /// Number of each known occurrence and the place of its feature in `counts`.
    pub(super) slots: Vec<(u32, u32)>,
}

impl Vocabulary {
    /// From the counts of listings: every feature that `matters` and stands in at least `min_documents` of them.
    pub(super) fn learn<'a>(
        rows: impl Iterator<Item = &'a [(u32, u32)]>,
        names: &[String],
        params: &Settings,
        min_documents: usize,
        matters: impl Fn(&str) -> bool,
    ) -> Numbered {
        let mut documents = vec![0_u32; names.len()];
        let mut count = 0_u32;
        for counts in rows {
            count += 1;
            for (number, _) in counts {
                documents[*number as usize] += 1;
            }
        }
        let mut kept: Vec<(&str, u32)> = names
            .iter()
            .zip(0..)
            .filter(|(name, number)| documents[*number as usize] as usize >= min_documents && matters(name))
            .map(|(name, number)| (name.as_str(), number))
            .collect();
        kept.sort_unstable();
        let idf = |found: u32| (libm::log((1.0 + f64::from(count)) / (1.0 + f64::from(found))) + 1.0) as f32;
        let mut ids = vec![None; names.len()];
        for (id, (_, number)) in (0..).zip(&kept) {
            ids[*number as usize] = Some(id);
        }
        let entries = kept.iter().map(|(name, number)| ((*name).to_owned(), idf(documents[*number as usize])));
        Numbered { vocabulary: Self::from_entries(entries.collect(), scales_of(params)), ids }
    }

    /// From stored names; a name of no known family is left out of every vector.
    pub(super) fn from_entries(entries: Vec<(String, f32)>, scales: [f64; Block::COUNT]) -> Self {
        let traits_of = |(name, idf): &(String, f32)| (*idf, Block::of_name(name).unwrap_or(Block::Cue));
        let traits: Vec<(f32, Block)> = entries.iter().map(traits_of).collect();
        let runs = traits.iter().any(|(_, block)| *block == Block::Char);
        let names: Vec<String> = entries.into_iter().map(|(name, _)| name).collect();
        let index: Index = names.iter().zip(0..).map(|(name, id)| (key_of([name.as_str()]), id)).collect();
        let sieve = Sieve::new(index.keys().copied());
        Self { names, traits, runs, scales, index, sieve }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    /// Inverse document frequencies in the order of the names.
    pub(super) fn idf(&self) -> impl Iterator<Item = f32> {
        self.traits.iter().map(|(idf, _)| *idf)
    }

    pub(super) fn id(&self, key: u64) -> Option<u32> {
        // Most features of a text are unknown; the sieve stays in a near cache.
        if self.sieve.passes(key) { self.index.get(&key).copied() } else { None }
    }

    pub(super) fn block(&self, id: u32) -> Block {
        self.traits[id as usize].1
    }

    pub(super) fn scale(&self, block: Block) -> f64 {
        self.scales[block as usize]
    }

    /// How much `times` occurrences of a feature weigh before its block is scaled.
    pub(super) fn raw(&self, id: u32, times: u32) -> f64 {
        damped(self.rarity(id), self.block(id), times)
    }

    /// Inverse document frequency of a feature.
    pub(super) fn rarity(&self, id: u32) -> f64 {
        f64::from(self.traits[id as usize].0)
    }

    /// Looks every occurrence up, once for everything that is asked afterwards.
    pub(super) fn known(&self, features: &Features) -> Known {
        // Feature above, number of the occurrence below.
        let mut hits: Vec<u64> = Vec::with_capacity(features.len() / 2);
        // Tags are learnt without runs of characters and need not look for them.
        let runs = if self.runs { 0..0 } else { features.runs.clone() };
        let mut look = |numbers: Range<usize>| {
            for (number, occurrence) in (numbers.start as u64..).zip(&features.occurrences[numbers]) {
                if let Some(id) = self.id(occurrence.key) {
                    hits.push(u64::from(id) << 32 | number);
                }
            }
        };
        look(0..runs.start);
        look(runs.end..features.len());
        sort_by_feature(&mut hits, self.len());
        let mut counts: Vec<(u32, u32)> = Vec::with_capacity(hits.len());
        let mut slots = Vec::with_capacity(hits.len());
        for hit in hits {
            let (id, number) = ((hit >> 32) as u32, hit as u32);
            match counts.last_mut() {
                Some((last, times)) if *last == id => *times += 1,
                _ => counts.push((id, 1)),
            }
            slots.push((number, counts.len() as u32 - 1));
        }
        Known { counts, slots }
    }

    /// The vector of a text, features rising.
    pub(super) fn vector(&self, features: &Features) -> Vec<(u32, f64)> {
        self.scaled(&self.known(features).counts)
    }

    /// Damped counts times rarity, each block brought to its length.
    pub(super) fn scaled(&self, counts: &[(u32, u32)]) -> Vec<(u32, f64)> {
        let mut entries: Vec<(u32, f64)> = counts.iter().map(|(id, times)| (*id, self.raw(*id, *times))).collect();
        let mut squares = [0.0; Block::COUNT];
        for (id, value) in &entries {
            squares[self.block(*id) as usize] += value * value;
        }
        let factors = squares.map(|square: f64| if square > 0.0 { 1.0 / square.sqrt() } else { 0.0 });
        for (id, value) in &mut entries {
            let block = self.block(*id) as usize;
            *value *= factors[block] * self.scales[block];
        }
        entries
    }
}

/// Sorts hits by feature, those of one feature in the order of the text, which they come in: a counting sort by the lower
/// and then by the upper half of a feature's bits.
fn sort_by_feature(hits: &mut Vec<u64>, features: usize) {
    let half = (usize::BITS - features.leading_zeros()).div_ceil(2);
    let mask = (1_usize << half) - 1;
    let mut sorted = vec![0; hits.len()];
    for shift in [32, 32 + half] {
        let digit = |hit: u64| (hit >> shift) as usize & mask;
        let mut ends = vec![0_u32; mask + 1];
        for hit in &*hits {
            ends[digit(*hit)] += 1;
        }
        let mut sum = 0;
        for end in &mut ends {
            sum += *end;
            *end = sum;
        }
        for hit in hits.iter().rev() {
            let end = &mut ends[digit(*hit)];
            *end -= 1;
            sorted[*end as usize] = *hit;
        }
        std::mem::swap(hits, &mut sorted);
    }
}

/// How much `times` occurrences of a feature weigh before its block is scaled.
#[inline]
pub(super) fn damped(rarity: f64, block: Block, times: u32) -> f64 {
    match (block, times) {
        (_, 0) => 0.0,
        (Block::Cue, _) | (_, 1) => rarity,
        (_, times) => rarity * (1.0 + logarithm(times)),
    }
}

/// Natural logarithms of small numbers, which the reasons ask for again and again.
static LOGARITHMS: LazyLock<[f64; 32]> =
    LazyLock::new(|| std::array::from_fn(|number| libm::log(f64::from(number as u32))));

fn logarithm(number: u32) -> f64 {
    LOGARITHMS.get(number as usize).copied().unwrap_or_else(|| libm::log(f64::from(number)))
}

/// The lengths of the blocks, in the order of [`Block`].
pub(super) fn scales_of(params: &Settings) -> [f64; Block::COUNT] {
    [params.word_scale, params.char_scale, params.head_scale, params.cue_scale, params.sense_scale]
}
