//! Near-duplicates: min-hashes over what a text says, whatever its numbers and ornaments.

use super::clear::ClearText;

/// How many hashes; the standard error of the similarity is below 0.09.
const HASHES: usize = 64;
/// Hashes that must agree for two texts to be compared at all: three of them miss fewer than 1 in 100 pairs at 0.6.
const ROWS: usize = 3;
/// Characters in a shingle.
const SHINGLE: usize = 4;

/// The min-hashes of a text; empty for a text without letters.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Fingerprint(Vec<u32>);

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
        // The upper half decides which is lowest, and half the bytes are read for every comparison.
        Self(lowest.into_iter().map(|hash| (hash >> 32) as u32).collect())
    }

    /// Four bytes a hash, the lowest first; empty for a text without letters.
    #[must_use]
    pub fn to_bytes(&self) -> Vec<u8> {
        self.0.iter().flat_map(|hash| hash.to_le_bytes()).collect()
    }

    /// From [`Fingerprint::to_bytes`]; a rest of fewer than four bytes is left out.
    ///
    /// ```
    /// use tanzhao::text::Fingerprint;
    /// assert_eq!(Fingerprint::from_bytes(&[1, 0, 0, 0, 9]).to_bytes(), [1, 0, 0, 0]);
    /// ```
    #[must_use]
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Self(bytes.as_chunks().0.iter().map(|four| u32::from_le_bytes(*four)).collect())
    }

    /// One key for each band of hashes: two texts are compared when any of their keys agree.
    pub fn bands(&self) -> impl Iterator<Item = u64> {
        (1_u64..).zip(self.0.as_chunks::<ROWS>().0).map(|(band, rows)| {
            rows.iter().fold(band, |key, hash| mix(key.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(*hash)))
        })
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
