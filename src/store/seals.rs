//! Seals: the new captures of a day under one Merkle root, each root tied to the one before.

use super::Result;
use crate::{
    domain::CaptureId,
    evidence::{InclusionProof, SealedRoot},
};
use async_trait::async_trait;

/// How far to seal.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SealThrough {
    /// Days that are over in Asia/Shanghai: what happens by itself.
    FinishedDays,
    /// Everything stored by now; today gets another seal later if more comes. Before a hand-over, so that what leaves is sealed.
    Now,
}

/// Proof that a capture is under a seal.
#[derive(Clone, Debug, PartialEq, Eq, serde::Serialize)]
pub struct SealedCapture {
    /// Number of the capture.
    pub capture: CaptureId,
    /// SHA-256 of its file, hexadecimal: the leaf.
    pub sha256: String,
    /// The way from it to the root.
    pub proof: InclusionProof,
    /// The root.
    pub seal: SealedRoot,
}

/// The contract of the seals.
#[async_trait]
pub trait Seals: Send + Sync {
    /// Seals captures that are under no seal yet, one seal for each day in the order of their numbers; each seal and its
    /// entry in the audit log are one transaction. Repeating it seals nothing twice.
    async fn seal(&self, through: SealThrough) -> Result<Vec<SealedRoot>>;

    /// Proofs for those captures that are sealed, in the order given; also for captures that were purged since.
    async fn prove(&self, captures: &[CaptureId]) -> Result<Vec<SealedCapture>>;

    /// The captures with this number, file name or SHA-256.
    async fn find(&self, what: &str) -> Result<Vec<CaptureId>>;

    /// Recomputes every seal from its leaves and compares the leaves with the stored captures: the number of the first seal
    /// that does not hold.
    async fn first_broken_seal(&self) -> Result<Option<i64>>;
}
