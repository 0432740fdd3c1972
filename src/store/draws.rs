//! Random draws, kept so that anyone can draw again and compare.

use super::Result;
use crate::leads::draw::{Drawn, Inputs};
use async_trait::async_trait;
use jiff::Timestamp;
use serde::Serialize;

/// A draw that was made.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct StoredDraw {
    /// Its number.
    pub id: i64,
    /// When.
    pub made_at: Timestamp,
    /// Who drew.
    pub made_by: String,
    /// All that it depends on.
    pub inputs: Inputs,
    /// SHA-256 of [`Inputs::digest_text`] as it was when the draw was made, hex.
    pub inputs_sha256: String,
    /// What was drawn, in the order it was.
    pub result: Vec<Drawn>,
    /// SHA-256 of the result's stored bytes, hex: what the audit log says.
    pub result_sha256: String,
}

/// The contract of the draws. None is ever changed or deleted.
#[async_trait]
pub trait Draws: Send + Sync {
    /// Draws, and writes the draw and its entry in the audit log in one transaction; also beside another process that works
    /// in the same directory.
    async fn make(&self, inputs: Inputs, by: &str) -> Result<StoredDraw>;

    /// A draw by its number.
    async fn draw(&self, id: i64) -> Result<Option<StoredDraw>>;
}
