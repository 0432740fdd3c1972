//! The folder of captures: one small WARC file per page, so that retention can delete one.

use crate::{
    domain::beijing,
    evidence::{
        Archived, Capture, CaptureError, CaptureRecord, RevisitProfile, Revisits, read_archived, read_capture,
        sha256_hex, write_capture,
    },
    store::{CaptureRow, PreviousCapture, SavedCapture},
};
use std::{
    io,
    path::{Component, Path, PathBuf},
};

#[derive(Clone, Copy)]
enum Kind {
    Folder,
    File,
}

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
        let sealed = write_capture(&mut bytes, record)?;
        let sha256 = sealed.sha256;
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
        Ok(SavedCapture {
            warc: name,
            offset: sealed.offset,
            sha256,
            status: record.status,
            url: record.final_url.to_owned(),
            fetched_at: record.fetched_at,
            payload_sha256: sealed.payload_sha256,
            refers_to: None,
            robots: record.circumstances.robots.as_ref().and_then(|robots| Some(robots.archived.as_ref()?.id)),
        })
    }

    /// Writes a capture as [`CaptureFolder::save`] does, but as a revisit when the page is what `previous` holds: the server
    /// said 304, or the body has the same digest. A previous capture that is no longer there, or is one of another address,
    /// is not referred to.
    ///
    /// # Errors
    /// What the disk says; [`io::ErrorKind::NotFound`] when a 304 has no previous capture to stand on.
    pub fn save_or_refer(
        &self,
        record: &CaptureRecord<'_>,
        previous: Option<&PreviousCapture>,
    ) -> io::Result<SavedCapture> {
        let not_modified = record.status == 304;
        let usable = previous.filter(|previous| {
            previous.url == record.final_url
                && (not_modified || previous.payload_sha256 == sha256_hex(record.raw_body))
                && self.load(&previous.warc, &previous.sha256).is_ok()
        });
        let Some(previous) = usable else {
            if not_modified {
                return Err(io::Error::new(io::ErrorKind::NotFound, "the capture that did not change is not there"));
            }
            return self.save(record);
        };
        let revisit = Revisits {
            profile: if not_modified { RevisitProfile::NotModified } else { RevisitProfile::IdenticalPayload },
            url: &previous.url,
            fetched_at: previous.fetched_at,
            payload_sha256: &previous.payload_sha256,
        };
        let saved = self.save(&CaptureRecord { revisit: Some(revisit), ..record.clone() })?;
        Ok(SavedCapture { refers_to: Some(previous.id), ..saved })
    }

    /// Reads a stored page back, a revisit with the body of the capture it refers to.
    ///
    /// # Errors
    /// In words: what is missing or no longer what was written.
    pub fn read(&self, row: &CaptureRow) -> Result<Capture, String> {
        let file = |warc: &str, sha256: &str| self.load(warc, sha256).map_err(|error| format!("{warc}: {error}"));
        let words = |error: CaptureError| error.to_string();
        match (read_archived(&file(&row.warc, &row.sha256)?).map_err(words)?, &row.refers_to) {
            (Archived::Page(capture), _) => Ok(capture),
            (Archived::Unchanged(revisit), Some(original)) => {
                let original = read_capture(&file(&original.warc, &original.sha256)?).map_err(words)?;
                revisit.resolve(&original).map_err(words)
            }
            (Archived::Unchanged(revisit), None) => Err(format!(
                "the capture of {} at {} that holds its body is not stored",
                revisit.refers_to_uri, revisit.refers_to_date
            )),
        }
    }

    /// Whether a capture's file is there; a look at the folder, not at its bytes.
    #[must_use]
    pub fn holds(&self, warc: &str) -> bool {
        self.root.join(warc).is_file()
    }

    /// Removes a capture's file; says whether it was there. Only ever something inside `captures/`.
    ///
    /// # Errors
    /// What the disk says; [`io::ErrorKind::InvalidInput`] for a name that is no capture's.
    pub fn remove(&self, warc: &str) -> io::Result<bool> {
        let inside = Path::new(warc).components().all(|part| matches!(part, Component::Normal(_)));
        if !inside || !warc.starts_with("captures/") {
            return Err(io::Error::new(io::ErrorKind::InvalidInput, format!("{warc} is no capture")));
        }
        match std::fs::remove_file(self.root.join(warc)) {
            Ok(()) => Ok(true),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(false),
            Err(error) => Err(error),
        }
    }

    /// The folders that hold captures, below the data directory, oldest day first.
    ///
    /// # Errors
    /// What the disk says.
    pub fn days(&self) -> io::Result<Vec<String>> {
        let mut folders = vec!["captures".to_owned()];
        for _ in 0..3 {
            let mut below = Vec::new();
            for folder in &folders {
                below.extend(self.names(folder, Kind::Folder)?);
            }
            folders = below;
        }
        Ok(folders)
    }

    /// The files in one of [`CaptureFolder::days`], begun ones too.
    ///
    /// # Errors
    /// What the disk says.
    pub fn files(&self, day: &str) -> io::Result<Vec<String>> {
        self.names(day, Kind::File)
    }

    fn names(&self, folder: &str, wanted: Kind) -> io::Result<Vec<String>> {
        let entries = match std::fs::read_dir(self.root.join(folder)) {
            Ok(entries) => entries,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(Vec::new()),
            Err(error) => return Err(error),
        };
        let mut names = Vec::new();
        for entry in entries {
            let entry = entry?;
            let kind = entry.file_type()?;
            let fits = match wanted {
                Kind::Folder => kind.is_dir(),
                Kind::File => kind.is_file(),
            };
            // A name that is not ours cannot be one of our captures.
            if let Some(name) = entry.file_name().to_str().filter(|_| fits) {
                names.push(format!("{folder}/{name}"));
            }
        }
        names.sort();
        Ok(names)
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
