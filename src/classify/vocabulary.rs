//! Which features count and how much: names, inverse document frequencies and the vector of a text.

use super::features::{Block, Features, Names, key_of};
use super::params::Settings;
use std::collections::{BTreeMap, HashMap};
use std::hash::{BuildHasherDefault, Hasher};

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
    blocks: Vec<Block>,
    idf: Vec<f32>,
    scales: [f64; Block::COUNT],
    index: Index,
}

/// A text as numbers.
#[derive(Clone, Debug, Default, PartialEq)]
pub(super) struct Vector {
    /// Feature and value, features rising.
    pub(super) entries: Vec<(u32, f64)>,
}

impl Vocabulary {
    /// From the listings at `rows`: every feature in at least `min_documents` of them.
    pub(super) fn learn<'a>(rows: impl Iterator<Item = &'a Features>, names: &Names, params: &Settings) -> Self {
        let mut documents: HashMap<u64, u32, BuildHasherDefault<AsIs>> = HashMap::default();
        let mut count = 0_u32;
        let mut keys = Vec::new();
        for features in rows {
            count += 1;
            keys.clear();
            keys.extend(features.occurrences.iter().map(|occurrence| occurrence.key));
            keys.sort_unstable();
            keys.dedup();
            for key in &keys {
                *documents.entry(*key).or_default() += 1;
            }
        }
        let kept: BTreeMap<&str, u32> = documents
            .iter()
            .filter(|(_, found)| **found as usize >= params.min_documents)
            .filter_map(|(key, found)| names.get(key).map(|name| (name.as_str(), *found)))
            .collect();
        let idf = |found: u32| (libm::log((1.0 + f64::from(count)) / (1.0 + f64::from(found))) + 1.0) as f32;
        let entries = kept.into_iter().map(|(name, found)| (name.to_owned(), idf(found))).collect();
        Self::from_entries(entries, scales_of(params))
    }

    /// From stored names; a name of no known family is left out of every vector.
    pub(super) fn from_entries(entries: Vec<(String, f32)>, scales: [f64; Block::COUNT]) -> Self {
        let (names, idf): (Vec<String>, Vec<f32>) = entries.into_iter().unzip();
        let blocks = names.iter().map(|name| Block::of_name(name).unwrap_or(Block::Cue)).collect();
        let index = names.iter().zip(0..).map(|(name, id)| (key_of([name.as_str()]), id)).collect();
        Self { names, blocks, idf, scales, index }
    }

    pub(super) fn len(&self) -> usize {
        self.names.len()
    }

    pub(super) fn names(&self) -> &[String] {
        &self.names
    }

    pub(super) fn idf(&self) -> &[f32] {
        &self.idf
    }

    pub(super) fn id(&self, key: u64) -> Option<u32> {
        self.index.get(&key).copied()
    }

    pub(super) fn block(&self, id: u32) -> Block {
        self.blocks[id as usize]
    }

    pub(super) fn scale(&self, block: Block) -> f64 {
        self.scales[block as usize]
    }

    /// How much `times` occurrences of a feature weigh before its block is scaled.
    pub(super) fn raw(&self, id: u32, times: u32) -> f64 {
        let idf = f64::from(self.idf[id as usize]);
        match (self.block(id), times) {
            (_, 0) => 0.0,
            (Block::Cue, _) | (_, 1) => idf,
            (_, times) => idf * (1.0 + libm::log(f64::from(times))),
        }
    }

    /// How often each known feature occurs, features rising.
    pub(super) fn counts(&self, features: &Features) -> Vec<(u32, u32)> {
        let mut ids: Vec<u32> = features.occurrences.iter().filter_map(|occurrence| self.id(occurrence.key)).collect();
        ids.sort_unstable();
        let mut counts: Vec<(u32, u32)> = Vec::with_capacity(ids.len());
        for id in ids {
            match counts.last_mut() {
                Some((last, times)) if *last == id => *times += 1,
                _ => counts.push((id, 1)),
            }
        }
        counts
    }

    /// The vector of a text: damped counts times rarity, each block brought to its length.
    pub(super) fn vector(&self, features: &Features) -> Vector {
        let mut entries: Vec<(u32, f64)> =
            self.counts(features).into_iter().map(|(id, times)| (id, self.raw(id, times))).collect();
        let mut squares = [0.0; Block::COUNT];
        for (id, value) in &entries {
            squares[self.block(*id) as usize] += value * value;
        }
        let factors = squares.map(|square: f64| if square > 0.0 { 1.0 / square.sqrt() } else { 0.0 });
        for (id, value) in &mut entries {
            let block = self.block(*id) as usize;
            *value *= factors[block] * self.scales[block];
        }
        Vector { entries }
    }
}

/// The lengths of the blocks, in the order of [`Block`].
pub(super) fn scales_of(params: &Settings) -> [f64; Block::COUNT] {
    [params.word_scale, params.char_scale, params.head_scale, params.cue_scale]
}
