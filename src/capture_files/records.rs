//! The records of a WARC stream, one at a time, every length bounded.
//!
//! # Why not the `warc` crate
//! Its readers take a header line, and the iterating ones a whole block, of any length into memory, and end at the first
//! oddity. Here a record may come from anybody, so each piece has a limit and says where it breaks.

use super::{FileError, PageError, http};
use std::io::{BufRead, Read};

/// A record's header is never longer.
const HEAD_BYTES: u64 = 64 << 10;

/// A record's header.
#[derive(Debug)]
pub(super) struct Head {
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// What of the block has not been read yet, in bytes.
    left: u64,
}

impl Head {
    /// The first field of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        http::find(&self.headers, name)
    }

    /// Bytes of the block that were not read yet.
    pub fn left(&self) -> u64 {
        self.left
    }
}

/// Reads records.
pub(super) struct Records<R> {
    input: R,
    /// Records begun.
    pub number: usize,
    total_bytes: u64,
}

impl<R: BufRead> Records<R> {
    /// `total_bytes` is the limit that the input keeps, for its error.
    pub fn new(input: R, total_bytes: u64) -> Self {
        Self { input, number: 0, total_bytes }
    }

    /// The next record's header; `None` at a clean end.
    pub fn next(&mut self) -> Result<Option<Head>, FileError> {
        let mut breaks = 0;
        loop {
            let (number, limit) = (self.number, self.total_bytes);
            let buffer = self.input.fill_buf().map_err(|error| FileError::stream(number, limit, error))?;
            let Some(byte) = buffer.first() else { return Ok(None) };
            if !matches!(byte, b'\r' | b'\n') {
                break;
            }
            breaks += 1;
            self.input.consume(1);
        }
        self.number += 1;
        let text = self.head_text()?;
        let (version, headers) = http::lines(&text);
        if !version.starts_with("WARC/1.") || (self.number > 1 && breaks == 0) {
            return Err(FileError::NoRecord { record: self.number, found: shown(version) });
        }
        let length = http::find(&headers, "content-length").unwrap_or_default();
        let left = length.parse().map_err(|_| FileError::Header {
            record: self.number,
            problem: format!("Content-Length 为 `{}`，应为字节数", shown(length)),
        })?;
        Ok(Some(Head { headers, left }))
    }

    fn head_text(&mut self) -> Result<String, FileError> {
        let mut bytes = Vec::new();
        loop {
            let before = bytes.len();
            let mut window = self.input.by_ref().take(HEAD_BYTES - before as u64);
            let read = window.read_until(b'\n', &mut bytes);
            read.map_err(|error| self.broken(error))?;
            let line = &bytes[before..];
            if before == 0 && !line.starts_with(b"WARC/1.") {
                return Ok(String::from_utf8_lossy(line).into_owned());
            }
            if matches!(line, b"\r\n" | b"\n") {
                return Ok(String::from_utf8_lossy(&bytes).into_owned());
            }
            if !line.ends_with(b"\n") {
                return Err(if bytes.len() as u64 >= HEAD_BYTES {
                    FileError::Header { record: self.number, problem: format!("超过 {HEAD_BYTES} 字节的上限") }
                } else {
                    FileError::CutShort { record: self.number }
                });
            }
        }
    }

    /// Reads up to `most` further bytes of the block.
    pub fn read(&mut self, head: &mut Head, most: usize, into: &mut Vec<u8>) -> Result<(), FileError> {
        let wanted = head.left.min(most as u64);
        let read = self.input.by_ref().take(wanted).read_to_end(into).map_err(|error| self.broken(error))?;
        head.left -= wanted;
        if read as u64 == wanted { Ok(()) } else { Err(FileError::CutShort { record: self.number }) }
    }

    /// The rest of a block, or the reason why it is not taken into memory; either way the record is over.
    pub fn rest(
        &mut self,
        head: &mut Head,
        limit: usize,
        into: &mut Vec<u8>,
    ) -> Result<Result<(), PageError>, FileError> {
        if head.left > limit.saturating_sub(into.len()) as u64 {
            self.skip(head)?;
            return Ok(Err(PageError::TooLarge { limit }));
        }
        self.read(head, limit, into).map(Ok)
    }

    /// Passes over the rest of a block.
    pub fn skip(&mut self, head: &mut Head) -> Result<(), FileError> {
        let left = std::mem::take(&mut head.left);
        let passed = std::io::copy(&mut self.input.by_ref().take(left), &mut std::io::sink());
        let passed = passed.map_err(|error| self.broken(error))?;
        if passed == left { Ok(()) } else { Err(FileError::CutShort { record: self.number }) }
    }

    fn broken(&self, error: std::io::Error) -> FileError {
        FileError::stream(self.number, self.total_bytes, error)
    }
}

/// A piece of a damaged file, fit for a message.
fn shown(text: &str) -> String {
    text.chars().take(40).map(|c| if c.is_control() { '·' } else { c }).collect()
}
