//! Reading a capture back, ours or another tool's, with every length and digest checked.

use super::decode::{DecodeError, decode_body};
use super::seal::sha256_hex;
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
}

impl Capture {
    /// The first note of that name, for example `robots-rule`.
    #[must_use]
    pub fn note(&self, name: &str) -> Option<&str> {
        find(&self.notes, name)
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
    /// There is no response in the file.
    #[error("the capture holds no response record")]
    NoResponse,
    /// The archived body cannot be decoded.
    #[error("the archived body cannot be decoded")]
    Body(#[from] DecodeError),
}

struct Record<'a> {
    headers: Vec<(String, String)>,
    block: &'a [u8],
}

/// Reads a capture, gzipped or not, and gives back its first response.
///
/// # Errors
/// When the file is damaged, a digest does not match, it is too large, or there is no response in it.
pub fn read_capture(file: &[u8]) -> Result<Capture, CaptureError> {
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
        .position(|record| find(&record.headers, "warc-type") == Some("response"))
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
    let body = decode_body(find(&headers, "content-encoding").unwrap_or_default(), raw_body, LIMIT_BYTES)?;
    let date = find(&response.headers, "warc-date").unwrap_or_default();

    Ok(Capture {
        // Some tools put the address in angle brackets, as WARC/1.0 once showed it.
        target_uri: find(&response.headers, "warc-target-uri").unwrap_or_default().trim_matches(['<', '>']).to_owned(),
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
        fetched_at: date.parse().map_err(|_| malformed(&format!("WARC-Date `{date}` is no time")))?,
        ip: find(&response.headers, "warc-ip-address").and_then(|ip| ip.parse().ok()),
        request: blocks(&records, "request").next().map(|block| String::from_utf8_lossy(block).into_owned()),
        notes: blocks(&records, "warcinfo")
            .chain(blocks(&records, "metadata"))
            .flat_map(|block| String::from_utf8_lossy(block).lines().filter_map(header_line).collect::<Vec<_>>())
            .collect(),
        records: records.len(),
    })
}

fn gunzip(file: &[u8]) -> Result<Vec<u8>, CaptureError> {
    let mut out = Vec::new();
    MultiGzDecoder::new(file).take(LIMIT_BYTES as u64 + 1).read_to_end(&mut out).map_err(CaptureError::Gzip)?;
    if out.len() > LIMIT_BYTES {
        return Err(CaptureError::TooLarge { limit: LIMIT_BYTES });
    }
    Ok(out)
}

fn split_records(mut rest: &[u8]) -> Result<Vec<Record<'_>>, CaptureError> {
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
        // Other tools use SHA-1 in base32; only our own kind is checked here.
        if let Some(stated) = find(&headers, "warc-block-digest").and_then(|digest| digest.strip_prefix("sha256:"))
            && stated.len() == 64
            && !stated.eq_ignore_ascii_case(&sha256_hex(block))
        {
            return Err(CaptureError::Digest { record: number });
        }
        records.push(Record { headers, block });
    }
    Ok(records)
}

/// Cuts at the first empty line: the head as text and the bytes behind it.
fn split_head(bytes: &[u8]) -> Option<(std::borrow::Cow<'_, str>, &[u8])> {
    let end = bytes.windows(4).position(|window| window == b"\r\n\r\n")?;
    Some((String::from_utf8_lossy(&bytes[..end]), &bytes[end + 4..]))
}

fn header_line(line: &str) -> Option<(String, String)> {
    let (name, value) = line.split_once(':')?;
    Some((name.trim().to_ascii_lowercase(), value.trim().to_owned()))
}

fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

fn blocks<'a>(records: &'a [Record<'a>], kind: &'a str) -> impl Iterator<Item = &'a [u8]> {
    records.iter().filter(move |record| find(&record.headers, "warc-type") == Some(kind)).map(|record| record.block)
}
