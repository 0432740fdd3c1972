//! A first look at a key: one bit tells most unknown ones without searching for them.

/// Bits for a set of keys.
#[derive(Clone, Debug)]
pub struct Sieve {
    bits: Vec<u64>,
    /// What is left of a mixed key when it is shifted by this counts the bits.
    shift: u32,
}

impl Sieve {
    /// A sieve that lets about one unknown key in twenty through.
    #[must_use]
    pub fn new(keys: impl ExactSizeIterator<Item = u64>) -> Self {
        let size = (16 * keys.len()).max(64).next_power_of_two();
        let mut sieve = Self { bits: vec![0; size / 64], shift: u64::BITS - size.trailing_zeros() };
        for key in keys {
            let (word, bit) = sieve.place(key);
            sieve.bits[word] |= bit;
        }
        sieve
    }

    /// False for a key that is surely not in the set.
    #[must_use]
    pub fn passes(&self, key: u64) -> bool {
        let (word, bit) = self.place(key);
        self.bits[word] & bit != 0
    }

    fn place(&self, key: u64) -> (usize, u64) {
        // The multiplier is 2^64 over the golden ratio: it spreads neighbouring keys.
        let at = key.wrapping_mul(0x9e37_79b9_7f4a_7c15) >> self.shift;
        ((at / 64) as usize, 1 << (at % 64))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_keys_pass_and_most_others_do_not() {
        let sieve = Sieve::new((0..1000_u32).map(|key| u64::from(key) * 7));
        assert!((0..1000).all(|key| sieve.passes(key * 7)));
        let through = (0..7000).filter(|key| key % 7 != 0 && sieve.passes(*key)).count();
        assert!(through < 600, "{through} of 6000");
        assert!(!Sieve::new(std::iter::empty()).passes(1));
    }
}
