//! `manifest.json`: what a package holds and what it was made with.

use super::package::{County, PaintedFrom};
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
    /// Pictures of archived pages.
    #[serde(default)]
    pub pictures: usize,
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

/// What an archived page looks like, or why the package does not show it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct PackedPicture {
    /// Path of the capture inside the zip.
    pub capture: String,
    /// The picture.
    #[serde(flatten)]
    pub state: PictureState,
}

/// Whether there is a picture.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum PictureState {
    /// Painted from the archive, without scripts and without any request.
    Painted {
        /// Path of the PNG inside the zip.
        png: String,
        /// Path of the text a reader sees, masked.
        text: String,
        /// When it was painted.
        painted_at: Timestamp,
        /// Name and version of the browser.
        browser: String,
        /// What of the capture was painted.
        painted_from: PaintedFrom,
        /// Whether the machine had a font for Chinese, so that it can be read in the picture.
        chinese_font: bool,
    },
    /// None.
    Missing {
        /// Why, in Chinese.
        missing: String,
    },
}

impl PackedPicture {
    /// Why there is no picture, where there is none.
    #[must_use]
    pub fn missing(&self) -> Option<&str> {
        match &self.state {
            PictureState::Painted { .. } => None,
            PictureState::Missing { missing } => Some(missing),
        }
    }

    /// The files it speaks of.
    pub fn paths(&self) -> impl Iterator<Item = &str> {
        let painted = match &self.state {
            PictureState::Painted { png, text, .. } => [Some(png), Some(text)],
            PictureState::Missing { .. } => [None, None],
        };
        std::iter::once(self.capture.as_str()).chain(painted.into_iter().flatten().map(String::as_str))
    }
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
    /// What each archived page looks like, sorted by path.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pictures: Vec<PackedPicture>,
}
