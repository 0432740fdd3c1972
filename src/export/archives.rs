//! The WARC files of a package, opened: every record against its digests, and every revisit against its original.

use super::verify::{Fault, Problem};
use crate::evidence::{Archived, Capture, CaptureError, read_archived};
use jiff::Timestamp;
use std::{collections::BTreeSet, path::Path};

/// By what a revisit finds its original: the lead's folder, address, date and digest of the body.
type Key = (String, String, Timestamp, String);

/// What the archives of a package hold, as far as they refer to each other.
#[derive(Debug, Default)]
pub(super) struct Archives {
    pages: BTreeSet<Key>,
    revisits: Vec<(String, Key)>,
    /// Folders with an archive too large to open: it may hold what a revisit there refers to.
    closed: BTreeSet<String>,
}

/// Whether a file of a package is to be opened.
pub(super) fn is_archive(path: &str) -> bool {
    let path = path.to_ascii_lowercase();
    let path = Path::new(path.strip_suffix(".gz").unwrap_or(&path));
    path.extension().is_some_and(|end| end == "warc")
}

/// Everything of a lead lies below its own folder.
fn folder(path: &str) -> String {
    path.split('/').next().unwrap_or_default().to_owned()
}

impl Archives {
    /// Reads one file; what is wrong inside, if anything.
    pub fn open(&mut self, path: &str, bytes: &[u8]) -> Option<Fault> {
        let folder = folder(path);
        let key = |capture: Capture, uri, date| (folder.clone(), uri, date, capture.payload_sha256);
        match read_archived(bytes) {
            Ok(Archived::Page(capture)) => {
                let (uri, date) = (capture.target_uri.clone(), capture.fetched_at);
                self.pages.insert(key(capture, uri, date));
                None
            }
            Ok(Archived::Unchanged(revisit)) => {
                let key = key(revisit.capture, revisit.refers_to_uri, revisit.refers_to_date);
                self.revisits.push((path.to_owned(), key));
                None
            }
            // Too large to unpack into memory; its digest in the manifest was still compared.
            Err(CaptureError::TooLarge { .. }) => {
                self.closed.insert(folder);
                None
            }
            Err(error) => Some(Fault::Archive(error.to_string())),
        }
    }

    /// Notes a file that is too large to be opened.
    pub fn leave_closed(&mut self, path: &str) {
        self.closed.insert(folder(path));
    }

    /// Revisits whose original is not in the same folder.
    pub fn orphans(self) -> impl Iterator<Item = Problem> {
        let (pages, closed) = (self.pages, self.closed);
        let orphans =
            self.revisits.into_iter().filter(move |(_, key)| !pages.contains(key) && !closed.contains(&key.0));
        orphans.map(|(file, _)| Problem { file, what: Fault::NoOriginal })
    }
}
