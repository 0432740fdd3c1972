//! `manifest.json`: what a package holds and what it was made with.

use super::package::County;
use crate::evidence::{AuditHead, InclusionProof, SealedRoot, sha256_hex};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// The name of the manifest in a package.
pub const MANIFEST_NAME: &str = "manifest.json";

/// The format that this program writes and reads.
pub const FORMAT: &str = "tanzhao-county-package/1";

/// One file of a package.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedFile {
    /// Path inside the zip, `/` between folders.
    pub path: String,
    /// Size in bytes.
    pub bytes: u64,
    /// Hexadecimal SHA-256.
    pub sha256: String,
}

impl PackedFile {
    /// Describes some bytes.
    #[must_use]
    pub fn of(path: impl Into<String>, bytes: &[u8]) -> Self {
        Self { path: path.into(), bytes: bytes.len() as u64, sha256: sha256_hex(bytes) }
    }
}

/// How much is in a package.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Leads.
    pub leads: usize,
    /// Listings of all leads.
    pub listings: usize,
    /// Archived pages.
    pub captures: usize,
}

/// Proof that an archived page is under one of the package's seals.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedProof {
    /// Path of the capture inside the zip.
    pub path: String,
    /// Number of the seal.
    pub seal: i64,
    /// The way from the file's SHA-256 to the seal's root.
    pub proof: InclusionProof,
}

/// The manifest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Manifest {
    /// Always [`FORMAT`].
    pub format: String,
    /// The receiver.
    pub county: County,
    /// When the package was made.
    pub generated_at: Timestamp,
    /// How much is in it.
    pub counts: Counts,
    /// Software, model and other versions by name.
    pub versions: BTreeMap<String, String>,
    /// Whether it is a look beforehand with leads that nobody has confirmed, and no hand-over.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub draft: bool,
    /// SHA-256 of the county's package before this one.
    pub previous_package_sha256: Option<String>,
    /// Every other file, sorted by path.
    pub files: Vec<PackedFile>,
    /// Head of the sender's audit log when the package was made; a log that was rewritten later no longer holds it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub audit: Option<AuditHead>,
    /// Merkle roots of the days whose captures are in the package, by number.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub seals: Vec<SealedRoot>,
    /// Proof for each archived page that is sealed, sorted by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub proofs: Vec<PackedProof>,
}
