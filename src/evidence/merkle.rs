//! A Merkle tree over the digests of captures: one root stands for a day, and a short proof shows that a capture is in it.
//!
//! Hashing is that of RFC 6962, section 2.1: a leaf is `SHA-256(0x00 || digest)`, a node is `SHA-256(0x01 || left || right)`,
//! so that no node can pass for a leaf; a node without a neighbour moves up unchanged. The digest under a leaf is the 32
//! bytes of the capture file's SHA-256.

use super::seal::{Chain, from_hex, to_hex};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// A SHA-256 value.
type Digest = [u8; 32];

/// A digest that is not 64 hexadecimal characters.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("digest {position}: found `{found}`, expected 64 hexadecimal characters")]
pub struct NoDigest {
    /// Its position, from 0.
    pub position: usize,
    /// What stands there, cut.
    pub found: String,
}

/// The way from one capture up to the root.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct InclusionProof {
    /// Position of the capture among the leaves, from 0.
    pub index: u64,
    /// Number of leaves.
    pub leaves: u64,
    /// Neighbours from the leaf upward, hexadecimal.
    pub path: Vec<String>,
}

/// The root over a day's captures, tied to the day before.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SealedRoot {
    /// Number of the seal, from 1 without gaps.
    pub number: i64,
    /// The day in Asia/Shanghai.
    pub day: jiff::civil::Date,
    /// Number of captures under it.
    pub leaves: u64,
    /// The Merkle root, hexadecimal.
    pub root: String,
    /// Head of the seal before; 64 zeros before the first.
    pub previous: String,
    /// [`Chain`] head after this root.
    pub head: String,
}

impl SealedRoot {
    /// Whether the head follows from the root and the seal before.
    #[must_use]
    pub fn is_linked(&self) -> bool {
        Chain::from_head(self.previous.as_str()).push(&self.root) == self.head
    }
}

/// A tree in memory, all levels kept so that many proofs cost little.
#[derive(Clone, Debug)]
pub struct MerkleTree {
    /// Leaves first, root last; never empty.
    levels: Vec<Vec<Digest>>,
}

impl MerkleTree {
    /// Builds the tree over hexadecimal digests; `None` over nothing, which has no root worth sealing.
    ///
    /// ```
    /// use tanzhao::evidence::{MerkleTree, sha256_hex};
    /// let digests = [sha256_hex(b"a"), sha256_hex(b"b"), sha256_hex(b"c")];
    /// let tree = MerkleTree::over(&digests).unwrap().unwrap();
    /// let proof = tree.prove(2).unwrap();
    /// assert_eq!(proof.root_over(&digests[2]), Some(tree.root()));
    /// assert_ne!(proof.root_over(&digests[1]), Some(tree.root()));
    /// ```
    ///
    /// # Errors
    /// The first digest that is none.
    pub fn over<S: AsRef<str>>(digests: &[S]) -> Result<Option<Self>, NoDigest> {
        let mut leaves = Vec::with_capacity(digests.len());
        for (position, text) in digests.iter().enumerate() {
            let text = text.as_ref();
            let digest = from_hex(text).ok_or_else(|| NoDigest { position, found: text.chars().take(70).collect() })?;
            leaves.push(leaf(&digest));
        }
        if leaves.is_empty() {
            return Ok(None);
        }
        let mut levels = vec![leaves];
        while let Some(below) = levels.last().filter(|level| level.len() > 1) {
            let above = below
                .chunks(2)
                .map(|pair| match pair {
                    [left, right] => node(left, right),
                    // The one without a neighbour moves up unchanged.
                    _ => pair[0],
                })
                .collect();
            levels.push(above);
        }
        Ok(Some(Self { levels }))
    }

    /// The root, hexadecimal.
    #[must_use]
    pub fn root(&self) -> String {
        self.levels.last().and_then(|level| level.first()).map(|root| to_hex(root)).unwrap_or_default()
    }

    /// The proof for the leaf at `index`; `None` beyond the last.
    #[must_use]
    pub fn prove(&self, index: usize) -> Option<InclusionProof> {
        let leaves = self.levels.first()?.len();
        if index >= leaves {
            return None;
        }
        let path = self.levels.iter().enumerate().filter_map(|(height, level)| level.get((index >> height) ^ 1));
        Some(InclusionProof {
            index: index as u64,
            leaves: leaves as u64,
            path: path.map(|digest| to_hex(digest)).collect(),
        })
    }
}

impl InclusionProof {
    /// The root that follows when a capture with this hexadecimal digest stands at the proof's place; `None` when the proof
    /// is not formed as one. Compare it with the root that was sealed.
    #[must_use]
    pub fn root_over(&self, digest: &str) -> Option<String> {
        if self.index >= self.leaves {
            return None;
        }
        let mut hash = leaf(&from_hex(digest)?);
        let (mut index, mut last) = (self.index, self.leaves - 1);
        let mut path = self.path.iter();
        while last > 0 {
            // The last one of an even position has no neighbour and moves up unchanged.
            if index % 2 == 1 || index < last {
                let neighbour = from_hex(path.next()?)?;
                hash = if index % 2 == 1 { node(&neighbour, &hash) } else { node(&hash, &neighbour) };
            }
            (index, last) = (index / 2, last / 2);
        }
        path.next().is_none().then(|| to_hex(&hash))
    }
}

fn leaf(digest: &Digest) -> Digest {
    Sha256::new().chain_update([0]).chain_update(digest).finalize().into()
}

fn node(left: &Digest, right: &Digest) -> Digest {
    Sha256::new().chain_update([1]).chain_update(left).chain_update(right).finalize().into()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evidence::sha256_hex;
    use proptest::prelude::*;

    fn digests(count: usize) -> Vec<String> {
        (0..count).map(|number| sha256_hex(&number.to_be_bytes())).collect()
    }

    /// RFC 6962, section 2.1, word for word: split at the largest power of two below the number of leaves.
    fn by_the_book(leaves: &[Digest]) -> Digest {
        if leaves.len() == 1 {
            return leaf(&leaves[0]);
        }
        let mut split = 1;
        while split * 2 < leaves.len() {
            split *= 2;
        }
        node(&by_the_book(&leaves[..split]), &by_the_book(&leaves[split..]))
    }

    #[test]
    fn nothing_has_no_root_and_rubbish_is_named() {
        assert!(MerkleTree::over::<&str>(&[]).expect("no digest at all").is_none());
        let error = MerkleTree::over(&[sha256_hex(b"a"), "xyz".into()]).expect_err("no digest");
        assert_eq!((error.position, error.found.as_str()), (1, "xyz"));
        let proof = InclusionProof { index: 0, leaves: 0, path: Vec::new() };
        assert_eq!(proof.root_over(&sha256_hex(b"a")), None);
    }

    #[test]
    fn a_node_never_passes_for_a_leaf() {
        let pair = digests(2);
        let root = MerkleTree::over(&pair).expect("digests").expect("two").root();
        let alone = MerkleTree::over(std::slice::from_ref(&root)).expect("a digest").expect("one").root();
        assert_ne!(root, alone);
    }

    proptest! {
        #[test]
        fn the_root_is_that_of_the_rfc_and_every_leaf_proves_itself(count in 1_usize..200) {
            let digests = digests(count);
            let tree = MerkleTree::over(&digests).expect("digests").expect("not empty");
            let raw: Vec<Digest> = digests.iter().map(|text| from_hex(text).expect("hex")).collect();
            prop_assert_eq!(tree.root(), to_hex(&by_the_book(&raw)));
            for (index, digest) in digests.iter().enumerate() {
                let proof = tree.prove(index).expect("a leaf");
                prop_assert!(proof.path.len() <= 8);
                prop_assert_eq!(proof.root_over(digest), Some(tree.root()));
            }
            prop_assert!(tree.prove(count).is_none());
        }

        #[test]
        fn no_other_digest_place_or_path_leads_to_the_root(
            count in 2_usize..60, at: prop::sample::Index, other: prop::sample::Index, cut: prop::sample::Index,
        ) {
            let digests = digests(count);
            let tree = MerkleTree::over(&digests).expect("digests").expect("not empty");
            let (at, other) = (at.index(count), other.index(count));
            let proof = tree.prove(at).expect("a leaf");
            if other != at {
                prop_assert_ne!(proof.root_over(&digests[other]), Some(tree.root()));
                let moved = InclusionProof { index: other as u64, ..proof.clone() };
                prop_assert_ne!(moved.root_over(&digests[at]), Some(tree.root()));
            }
            let mut shorter = proof.clone();
            shorter.path.remove(cut.index(shorter.path.len()));
            prop_assert_ne!(shorter.root_over(&digests[at]), Some(tree.root()));
            let mut longer = proof.clone();
            longer.path.push(digests[0].clone());
            prop_assert_ne!(longer.root_over(&digests[at]), Some(tree.root()));
        }

        #[test]
        fn any_proof_is_answered(index: u64, leaves: u64, path in prop::collection::vec(".{0,70}", 0..70), digest in ".{0,70}") {
            let _ = InclusionProof { index, leaves, path }.root_over(&digest);
        }
    }
}
