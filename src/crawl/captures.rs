//! The folder of captures: one small WARC file per page, so that retention can delete one.

use crate::{
    domain::beijing,
    evidence::{
        seal::sha256_hex,
        warc::{CaptureRecord, write_capture},
    },
    store::SavedCapture,
};
use std::{
    io,
    path::{Path, PathBuf},
};

/// `captures/` below a data directory.
#[derive(Clone, Debug)]
pub struct CaptureFolder {
    root: PathBuf,
}

impl CaptureFolder {
    /// Below this data directory.
    #[must_use]
    pub fn new(data_dir: &Path) -> Self {
        Self { root: data_dir.to_owned() }
    }

    /// Writes a capture under a name made of its day and its own digest; the file appears whole or not at all.
    ///
    /// # Errors
    /// What the disk says.
    pub fn save(&self, record: &CaptureRecord<'_>) -> io::Result<SavedCapture> {
        let mut bytes = Vec::with_capacity(record.raw_body.len() + 2048);
        write_capture(&mut bytes, record)?;
        let sha256 = sha256_hex(&bytes);
        let day = beijing(record.fetched_at).strftime("%Y/%m/%d").to_string();
        let name = format!("captures/{day}/{}.warc.gz", &sha256[..24]);
        let path = self.root.join(&name);
        if let Some(folder) = path.parent() {
            std::fs::create_dir_all(folder)?;
        }
        let partial = path.with_extension("partial");
        std::fs::write(&partial, &bytes).and_then(|()| std::fs::rename(&partial, &path)).inspect_err(|_| {
            let _ = std::fs::remove_file(&partial);
        })?;
        Ok(SavedCapture { warc: name, offset: 0, sha256, status: record.status })
    }

    /// Reads a capture back and checks its digest.
    ///
    /// # Errors
    /// When it is missing, or no longer what was written.
    pub fn load(&self, warc: &str, sha256: &str) -> io::Result<Vec<u8>> {
        let bytes = std::fs::read(self.root.join(warc))?;
        if sha256_hex(&bytes) != sha256 {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("{warc} no longer has its recorded SHA-256"),
            ));
        }
        Ok(bytes)
    }
}
