//! Reading a capture back, ours or another tool's, with every length and digest checked.

use super::decode::{DecodeError, decode_body};
use super::seal::sha256_hex;
use crate::domain::Request;
use flate2::bufread::MultiGzDecoder;
use jiff::Timestamp;
use std::{
    io::{self, Read},
    net::IpAddr,
};

/// The largest capture, and the largest decoded body, that is taken into memory.
const LIMIT_BYTES: usize = 64 << 20;

/// A capture read back.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Capture {
    /// The address that was archived.
    pub target_uri: String,
    /// HTTP status.
    pub status: u16,
    /// Response headers in the order received, names in lower case.
    pub headers: Vec<(String, String)>,
    /// The body with its content encoding undone.
    pub body: Vec<u8>,
    /// The document after its scripts, where they were run.
    pub rendered: Option<Vec<u8>>,
    /// When it was fetched.
    pub fetched_at: Timestamp,
    /// The address that answered.
    pub ip: Option<IpAddr>,
    /// The request as sent, head and body, where the file holds it.
    pub request: Option<String>,
    /// Fields of the warcinfo and metadata records.
    pub notes: Vec<(String, String)>,
    /// Number of records in the file.
    pub records: usize,
    /// SHA-256 of the body as received, hexadecimal.
    pub payload_sha256: String,
}

/// A capture without a body of its own: the page had not changed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Revisit {
    /// The capture as far as it goes; its body is empty, and the payload digest is that of the earlier body.
    pub capture: Capture,
    /// Address of the capture that holds the body.
    pub refers_to_uri: String,
    /// When that one was fetched.
    pub refers_to_date: Timestamp,
}

impl Revisit {
    /// Puts the body of the earlier capture into this one. Its headers are those of now; what a 304 does not repeat is taken
    /// from the earlier answer, as RFC 9111 (4.3.4) has a cache do.
    ///
    /// # Errors
    /// When the capture given is not the one referred to.
    pub fn resolve(self, original: &Capture) -> Result<Capture, CaptureError> {
        let differs = |what, found: &str, expected: &str| {
            Err(CaptureError::OtherOriginal { what, found: found.to_owned(), expected: expected.to_owned() })
        };
        let mut capture = self.capture;
        if original.payload_sha256 != capture.payload_sha256 {
            return differs("payload digest", &original.payload_sha256, &capture.payload_sha256);
        }
        if original.target_uri != self.refers_to_uri {
            return differs("address", &original.target_uri, &self.refers_to_uri);
        }
        if original.fetched_at != self.refers_to_date {
            return differs("date", &original.fetched_at.to_string(), &self.refers_to_date.to_string());
        }
        for (name, value) in &original.headers {
            if find(&capture.headers, name).is_none() {
                capture.headers.push((name.clone(), value.clone()));
            }
        }
        if capture.status == 304 {
            capture.status = original.status;
        }
        capture.body.clone_from(&original.body);
        Ok(capture)
    }
}

/// What a file holds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Archived {
    /// A page with its body.
    Page(Capture),
    /// A page that had not changed.
    Unchanged(Revisit),
}

impl Capture {
    /// The first note of that name, for example `robots-rule`.
    #[must_use]
    pub fn note(&self, name: &str) -> Option<&str> {
        find(&self.notes, name)
    }

    /// What was asked for to get the archived answer: with its body where the file holds a POST.
    #[must_use]
    pub fn asked(&self) -> Request {
        let sent = self.request.as_deref().and_then(|sent| sent.strip_prefix("POST ")?.split_once("\r\n\r\n"));
        Request { url: self.target_uri.clone(), post_body: sent.map(|(_, body)| body.to_owned()) }
    }
}

/// Why a file is no readable capture.
#[derive(Debug, thiserror::Error)]
pub enum CaptureError {
    /// The gzip layer is damaged.
    #[error("the capture is not readable gzip")]
    Gzip(#[source] io::Error),
    /// Too much data.
    #[error("the capture holds more than {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// A record is not formed as the standard asks.
    #[error("record {record}: {problem}")]
    Malformed {
        /// Which record, from 1.
        record: usize,
        /// What is wrong.
        problem: String,
    },
    /// A block is not what its digest says.
    #[error("record {record}: the block does not match its SHA-256 digest")]
    Digest {
        /// Which record, from 1.
        record: usize,
    },
    /// A body is not what its digest says.
    #[error("record {record}: the payload does not match its SHA-256 digest")]
    Payload {
        /// Which record, from 1.
        record: usize,
    },
    /// There is no response in the file.
    #[error("the capture holds no response record")]
    NoResponse,
    /// The file refers to an earlier capture for its body.
    #[error("the capture is a revisit without a body of its own; the body is in the capture of {uri} at {date}")]
    Unresolved {
        /// Address of that capture.
        uri: String,
        /// Its date.
        date: Timestamp,
    },
    /// A revisit was given another capture than the one it refers to.
    #[error("the revisit refers to another capture: {what} is `{found}`, expected `{expected}`")]
    OtherOriginal {
        /// What differs.
        what: &'static str,
        /// Of the capture given.
        found: String,
        /// Of the capture referred to.
        expected: String,
    },
    /// The archived body cannot be decoded.
    #[error("the archived body cannot be decoded")]
    Body(#[from] DecodeError),
}

pub(super) struct Record<'a> {
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    pub block: &'a [u8],
}

/// Reads a capture, gzipped or not, and gives back its first response.
///
/// # Errors
/// When the file is damaged, a digest does not match, it is too large, or there is no response in it.
pub fn read_capture(file: &[u8]) -> Result<Capture, CaptureError> {
    match read_archived(file)? {
        Archived::Page(capture) => Ok(capture),
        Archived::Unchanged(revisit) => {
            Err(CaptureError::Unresolved { uri: revisit.refers_to_uri, date: revisit.refers_to_date })
        }
    }
}

/// Reads a capture, gzipped or not: its first response or revisit.
///
/// # Errors
/// When the file is damaged, a digest does not match, it is too large, or there is neither in it.
pub fn read_archived(file: &[u8]) -> Result<Archived, CaptureError> {
    let plain;
    let bytes = if file.starts_with(&[0x1f, 0x8b]) {
        plain = gunzip(file)?;
        plain.as_slice()
    } else {
        file
    };
    let records = split_records(bytes)?;
    let response_at = records
        .iter()
        .position(|record| matches!(find(&record.headers, "warc-type"), Some("response" | "revisit")))
        .ok_or(CaptureError::NoResponse)?;
    let response = &records[response_at];
    let malformed = |problem: &str| CaptureError::Malformed { record: response_at + 1, problem: problem.to_owned() };

    let (head, raw_body) = split_head(response.block).ok_or_else(|| malformed("the HTTP head does not end"))?;
    let mut lines = head.split('\n').map(|line| line.trim_end_matches('\r'));
    let status = lines
        .next()
        .and_then(|line| line.split(' ').nth(1))
        .and_then(|code| code.parse().ok())
        .ok_or_else(|| malformed("no HTTP status line"))?;
    let headers: Vec<_> = lines.filter_map(header_line).collect();
    let is_revisit = find(&response.headers, "warc-type") == Some("revisit");
    let stated = find(&response.headers, "warc-payload-digest").and_then(sha256_digest);
    let (body, payload_sha256) = if is_revisit {
        // Without a digest of ours nothing could show that the earlier body is the right one.
        (Vec::new(), stated.ok_or_else(|| malformed("a revisit without a SHA-256 payload digest"))?)
    } else {
        let body = decode_body(find(&headers, "content-encoding").unwrap_or_default(), raw_body, LIMIT_BYTES)?;
        (body, sha256_hex(raw_body))
    };
    let time = |name: &str| {
        let text = find(&response.headers, name).unwrap_or_default();
        text.parse().map_err(|_| malformed(&format!("{name} `{text}` is no time")))
    };

    let capture = Capture {
        target_uri: address(&response.headers, "warc-target-uri"),
        status,
        headers,
        body,
        rendered: records
            .iter()
            .find(|record| {
                find(&record.headers, "warc-type") == Some("conversion")
                    && find(&record.headers, "content-type").is_some_and(|kind| kind.starts_with("text/html"))
            })
            .map(|record| record.block.to_vec()),
        fetched_at: time("warc-date")?,
        ip: find(&response.headers, "warc-ip-address").and_then(|ip| ip.parse().ok()),
        request: blocks(&records, "request").next().map(|block| String::from_utf8_lossy(block).into_owned()),
        notes: blocks(&records, "warcinfo")
            .chain(blocks(&records, "metadata"))
            .flat_map(|block| String::from_utf8_lossy(block).lines().filter_map(header_line).collect::<Vec<_>>())
            .collect(),
        records: records.len(),
        payload_sha256,
    };
    if is_revisit {
        let refers_to_date = time("warc-refers-to-date")?;
        let refers_to_uri = address(&response.headers, "warc-refers-to-target-uri");
        return Ok(Archived::Unchanged(Revisit { capture, refers_to_uri, refers_to_date }));
    }
    Ok(Archived::Page(capture))
}

/// An address in a header; some tools put it in angle brackets, as WARC/1.0 once showed it.
fn address(headers: &[(String, String)], name: &str) -> String {
    find(headers, name).unwrap_or_default().trim_matches(['<', '>']).to_owned()
}

/// The hexadecimal value of `sha256:…`; other tools use SHA-1 in base32, which is not ours to check.
fn sha256_digest(text: &str) -> Option<String> {
    text.strip_prefix("sha256:").filter(|digest| digest.len() == 64).map(str::to_ascii_lowercase)
}

fn gunzip(file: &[u8]) -> Result<Vec<u8>, CaptureError> {
    let mut out = Vec::new();
    MultiGzDecoder::new(file).take(LIMIT_BYTES as u64 + 1).read_to_end(&mut out).map_err(CaptureError::Gzip)?;
    if out.len() > LIMIT_BYTES {
        return Err(CaptureError::TooLarge { limit: LIMIT_BYTES });
    }
    Ok(out)
}

/// Cuts plain bytes into records and compares every block, and every archived body, with its SHA-256 digest.
pub(super) fn split_records(mut rest: &[u8]) -> Result<Vec<Record<'_>>, CaptureError> {
    let mut records = Vec::new();
    while !rest.is_empty() {
        let number = records.len() + 1;
        let malformed = |problem: String| CaptureError::Malformed { record: number, problem };
        let (head, after) = split_head(rest).ok_or_else(|| malformed("the header does not end".to_owned()))?;
        let mut lines = head.split('\n').map(|line| line.trim_end_matches('\r'));
        let version = lines.next().unwrap_or_default();
        if !matches!(version, "WARC/1.0" | "WARC/1.1") {
            return Err(malformed(format!("`{}` is no WARC version", version.chars().take(20).collect::<String>())));
        }
        let headers: Vec<_> = lines.filter_map(header_line).collect();
        let length: usize = find(&headers, "content-length")
            .and_then(|length| length.parse().ok())
            .ok_or_else(|| malformed("Content-Length is missing or no number".to_owned()))?;
        let block = after.get(..length).ok_or_else(|| malformed("the block is cut short".to_owned()))?;
        rest = after[length..]
            .strip_prefix(b"\r\n\r\n")
            .ok_or_else(|| malformed("the block does not end with two line breaks".to_owned()))?;
        if let Some(stated) = find(&headers, "warc-block-digest").and_then(sha256_digest)
            && stated != sha256_hex(block)
        {
            return Err(CaptureError::Digest { record: number });
        }
        if find(&headers, "warc-type") == Some("response")
            && let Some(stated) = find(&headers, "warc-payload-digest").and_then(sha256_digest)
            && split_head(block).is_none_or(|(_, body)| sha256_hex(body) != stated)
        {
            return Err(CaptureError::Payload { record: number });
        }
        records.push(Record { headers, block });
    }
    Ok(records)
}

/// Cuts at the first empty line: the head as text and the bytes behind it.
pub(super) fn split_head(bytes: &[u8]) -> Option<(std::borrow::Cow<'_, str>, &[u8])> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some((String::from_utf8_lossy(&bytes[..end]), &bytes[end + 4..]))
}

pub(super) fn header_line(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn blocks<'a>(records: &'a [Record<'a>], kind: &'a str) -> impl Iterator<Item = &'a [u8]> {
    records.iter().filter(move |record| find(&record.headers, "warc-type") == Some(kind)).map(|record| record.block)
}
