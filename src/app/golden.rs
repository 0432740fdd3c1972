//! Golden pages from the disk: `source check` tries every definition on the pages saved beside it.

use crate::{
    domain::SourceId,
    extract::golden::{Difference, differences},
    sources::SourceManifest,
};
use std::path::Path;

/// What became of one golden page.
#[derive(Clone, Debug)]
pub struct Tried {
    /// Whose.
    pub source: SourceId,
    /// The file as the definition names it.
    pub file: String,
    /// What differs, or why the page could not be read.
    pub result: Result<Vec<Difference>, String>,
}

impl Tried {
    /// Whether the page yields all it should.
    #[must_use]
    pub fn is_right(&self) -> bool {
        self.result.as_ref().is_ok_and(Vec::is_empty)
    }
}

/// A saved page is a page, not an archive.
const LARGEST_BYTES: u64 = 8 << 20;

/// Tries definitions that were loaded from `path` (a file or a folder) on their golden pages.
#[must_use]
pub fn try_golden(path: &Path, sources: &[SourceManifest]) -> Vec<Tried> {
    let folder = if path.is_dir() { path } else { path.parent().unwrap_or(Path::new(".")) };
    let pages = sources.iter().flat_map(|source| source.golden.iter().map(move |golden| (source, golden)));
    pages
        .map(|(source, golden)| Tried {
            source: source.id.clone(),
            file: golden.file.clone(),
            result: load(&folder.join(&golden.file)).map(|body| differences(source, golden, &body)),
        })
        .collect()
}

fn load(file: &Path) -> Result<Vec<u8>, String> {
    let shown = file.display();
    let size = std::fs::metadata(file).map_err(|error| format!("{shown}: cannot be read: {error}"))?.len();
    if size > LARGEST_BYTES {
        return Err(format!("{shown}: found {size} bytes, expected at most {LARGEST_BYTES}"));
    }
    std::fs::read(file).map_err(|error| format!("{shown}: cannot be read: {error}"))
}
