//! Near-duplicates: min-hashes over what a text says, whatever its numbers and ornaments.

use super::clear::ClearText;
use serde::{Deserialize, Serialize};

/// How many hashes; the standard error of the similarity is below 0.09.
const HASHES: usize = 64;
/// Characters in a shingle.
const SHINGLE: usize = 4;

/// The min-hashes of a text; empty for a text without letters.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Fingerprint(Vec<u64>);

impl Fingerprint {
    /// Of the letters of the clear text; digits, punctuation, blanks and pictures do not count.
    #[must_use]
    pub fn of(clear: &ClearText) -> Self {
        let letters: Vec<char> = clear.as_str().chars().filter(|ch| ch.is_alphabetic()).collect();
        if letters.is_empty() {
            return Self::default();
        }
        let mut lowest = vec![u64::MAX; HASHES];
        for shingle in letters.windows(SHINGLE.min(letters.len())) {
            let base = shingle.iter().fold(0xcbf2_9ce4_8422_2325, |hash: u64, &ch| {
                (hash ^ u64::from(ch)).wrapping_mul(0x0000_0100_0000_01b3)
            });
            let mut seed = 0_u64;
            for slot in &mut lowest {
                seed = seed.wrapping_add(0x9e37_79b9_7f4a_7c15);
                *slot = (*slot).min(mix(base ^ seed));
            }
        }
        Self(lowest)
    }

    /// The hashes in fixed order, for banding.
    #[must_use]
    pub fn hashes(&self) -> &[u64] {
        &self.0
    }

    /// The estimated share of shingles two texts have in common, 0 to 1; 0 when either has none.
    #[must_use]
    pub fn similarity(&self, other: &Self) -> f64 {
        if self.0.is_empty() || self.0.len() != other.0.len() {
            return 0.0;
        }
        let equal = self.0.iter().zip(&other.0).filter(|(one, two)| one == two).count();
        equal as f64 / self.0.len() as f64
    }
}

/// The finaliser of splitmix64.
fn mix(mut value: u64) -> u64 {
    value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}
