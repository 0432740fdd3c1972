//! Files in which a person recorded pages: HAR, WARC, WACZ, saved HTML, MHTML.
//!
//! Some platforms do not allow crawling. There an analyst opens the page as anybody may, records it with the browser, and
//! these readers turn the file into [`RecordedPage`]s. No request follows from a recorded page.
//!
//! # Why a sink and not an iterator
//! A WARC of a gigabyte, a HAR of hundreds of megabytes and the members of a zip are read as a stream, one record in
//! memory at a time. The JSON parser and the zip borrow their input while they run, so they hand each finding to a
//! [`Sink`] and go on; an iterator would need a second thread or the whole file.
//!
//! # Limits
//! Every reader keeps to [`Limits`]: how much may come out of compressed data, how large one record may be, how many
//! there may be. Whoever reaches a limit is told which.

mod digest;
mod error;
mod format;
mod har;
mod har_entry;
mod html;
mod http;
mod metered;
mod mhtml;
mod payloads;
mod records;
#[cfg(test)]
mod tests;
mod wacz;
mod warc;

pub use error::{FileError, PageError};
pub use format::Format;

use crate::domain::Request;
use jiff::Timestamp;
use std::{
    fmt,
    io::{BufReader, Read, Seek, SeekFrom},
    net::IpAddr,
    ops::ControlFlow,
};

/// A page as somebody's browser or recorder kept it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RecordedPage {
    /// Absolute http(s) address.
    pub url: String,
    /// `GET` or `POST`.
    pub method: String,
    /// What a POST sent, as far as the file says; empty when it is not text or too long.
    pub post_body: Option<String>,
    /// HTTP status; 200 for a saved page, which has none.
    pub status: u16,
    /// Header names in lower case with their values. Cookies are left out: they belong to the person who recorded.
    pub headers: Vec<(String, String)>,
    /// The body with every coding undone.
    pub body: Vec<u8>,
    /// The body as recorded, where it stands in the content coding that the headers name.
    pub encoded: Option<Vec<u8>>,
    /// The address that answered, where the file says.
    pub ip: Option<IpAddr>,
    /// When it was recorded, as the file claims.
    pub recorded_at: Option<Timestamp>,
    /// Which record of the file it is, in words.
    pub where_in_file: String,
    /// Whether the person looked at this page itself (`true`) or it was only a part of another one, such as a frame or a
    /// background answer. `None` when the file does not tell.
    pub looked_at: Option<bool>,
}

impl RecordedPage {
    /// The request in the words of the crawl.
    #[must_use]
    pub fn request(&self) -> Request {
        Request { url: self.url.clone(), post_body: self.post_body.clone() }
    }
}

/// Why a record is no page, and no fault either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Skip {
    /// A picture, script, style sheet or the like.
    Resource,
    /// The recorder did not keep the content.
    NoContent,
    /// The answer only leads elsewhere.
    Redirect,
    /// Neither GET nor POST.
    Method,
    /// A repetition of a page whose content is in no earlier record of this file.
    Revisit,
}

impl Skip {
    /// A stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Resource => "resource",
            Self::NoContent => "no_content",
            Self::Redirect => "redirect",
            Self::Method => "method",
            Self::Revisit => "revisit",
        }
    }

    /// For people.
    #[must_use]
    pub const fn zh(self) -> &'static str {
        match self {
            Self::Resource => "图片、脚本、样式等附属内容",
            Self::NoContent => "录制文件未保存内容",
            Self::Redirect => "跳转",
            Self::Method => "不是 GET 或 POST 请求",
            Self::Revisit => "重复记录，其原始内容不在本文件中",
        }
    }
}

/// One finding.
#[derive(Debug)]
pub enum Found {
    /// A page.
    Page(Box<RecordedPage>),
    /// A record that is no page.
    Skipped {
        /// Its address.
        url: String,
        /// Why.
        why: Skip,
    },
    /// A record that cannot be read; the reader goes on with the next.
    Damaged {
        /// Which record of the file.
        where_in_file: String,
        /// Its address where it is known.
        url: String,
        /// Why.
        error: PageError,
    },
}

/// Takes the findings in the order of the file; `Break` ends the reading.
pub type Sink<'a> = dyn FnMut(Found) -> ControlFlow<()> + 'a;

/// What one file may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Largest body after decoding, in bytes.
    pub body_bytes: usize,
    /// Largest record as it stands in the file, in bytes.
    pub record_bytes: usize,
    /// Most that may come out of all compressed data of the file, in bytes.
    pub total_bytes: u64,
    /// Most records.
    pub records: usize,
}

impl Limits {
    /// For a file of that size. Pages shrink to a tenth or a thirtieth when compressed; what grows beyond a hundredfold
    /// and 256 MiB is no recording of pages.
    #[must_use]
    pub const fn for_file(file_bytes: u64, body_bytes: usize) -> Self {
        Self {
            body_bytes,
            record_bytes: 64 << 20,
            total_bytes: (256_u64 << 20).saturating_add(file_bytes.saturating_mul(100)),
            records: 500_000,
        }
    }
}

/// Where a finding stands: the member of a zip, if any, and the number of the record from 1.
struct Place<'a> {
    member: &'a str,
    record: usize,
}

impl fmt::Display for Place<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.member.is_empty() {
            write!(f, "{} ", self.member)?;
        }
        write!(f, "第 {} 条记录", self.record)
    }
}

/// Reads a file of any known format, whatever its name.
///
/// # Errors
/// When the file is of no known format, is refused as a whole, or breaks off; what was found before stays found.
pub fn read(mut input: impl Read + Seek, limits: &Limits, sink: &mut Sink<'_>) -> Result<Format, FileError> {
    let mut head = Vec::with_capacity(format::HEAD_BYTES as usize);
    input.by_ref().take(format::HEAD_BYTES).read_to_end(&mut head).map_err(FileError::Read)?;
    if head.is_empty() {
        return Err(FileError::Empty);
    }
    let format = Format::of(&head).ok_or_else(|| FileError::unknown(&head))?;
    input.seek(SeekFrom::Start(0)).map_err(FileError::Read)?;
    // Whether the sink wanted an end does not matter here: it knows.
    let _ = match format {
        Format::Har => har::read(input, limits, sink)?,
        Format::Warc => warc::read(BufReader::with_capacity(1 << 16, input), &warc::Part::default(), limits, sink)?,
        Format::Wacz => wacz::read(input, limits, sink)?,
        Format::Html => html::read(input, limits, sink)?,
        Format::Mhtml => mhtml::read(input, limits, sink)?,
    };
    Ok(format)
}
