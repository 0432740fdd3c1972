//! Writing one capture as WARC/1.1 (ISO 28500): warcinfo, request, response or revisit, and metadata, one gzip member per
//! record.
//!
//! One small file per capture, so that retention can delete a single page.
//!
//! # Why not the `warc` crate for writing
//! It keeps headers in a `HashMap`, so the same capture would give other bytes each time, and its record ids are random.
//! Sealing the same page twice must give the same digest. The crate serves the tests as an independent reader.

use super::{
    circumstances::Circumstances,
    seal::{HashingWriter, sha256_hex},
};
use crate::domain::Request;
use flate2::{Compression, GzBuilder};
use jiff::Timestamp;
use std::{
    fmt::Write as _,
    io::{self, Write},
    net::IpAddr,
};
use url::Url;

/// One exchange as it happened on the wire, after chunking was undone and before anything else was.
#[derive(Clone, Debug)]
pub struct CaptureRecord<'a> {
    /// What was asked for first; after redirects `final_url` differs.
    pub request: &'a Request,
    /// The headers that were sent.
    pub request_headers: &'a [(String, String)],
    /// Where the answer came from.
    pub final_url: &'a str,
    /// HTTP status.
    pub status: u16,
    /// The response headers as received.
    pub raw_headers: &'a [(String, String)],
    /// The body as received, still in its content encoding.
    pub raw_body: &'a [u8],
    /// The address that answered.
    pub ip: Option<IpAddr>,
    /// When the answer was complete.
    pub fetched_at: Timestamp,
    /// The robots.txt rule that allowed the request, in words.
    pub robots_rule: String,
    /// Name and version of the software.
    pub software: String,
    /// Further fields of the metadata record, for example where a recording came from.
    pub notes: &'a [(String, String)],
    /// How it was fetched.
    pub circumstances: Circumstances,
    /// The earlier capture of the same address that holds the body; a revisit record is written then.
    pub revisit: Option<Revisits<'a>>,
    /// What the page's scripts made of the response, where they were run.
    pub rendition: Option<Rendition<'a>>,
}

/// A page after its scripts have run: no longer what the server sent, so it stands beside the response as `conversion` records.
#[derive(Clone, Debug)]
pub struct Rendition<'a> {
    /// The finished document.
    pub html: &'a str,
    /// The text a reader sees.
    pub text: &'a str,
    /// How rendering ended.
    pub end: &'a str,
    /// What the scripts asked for and what became of it, one line each.
    pub requests: Vec<String>,
}

/// Why a capture holds no body of its own, and where the body is.
#[derive(Clone, Debug)]
pub struct Revisits<'a> {
    /// How we know that nothing changed.
    pub profile: RevisitProfile,
    /// Address of the earlier capture.
    pub url: &'a str,
    /// When it was fetched.
    pub fetched_at: Timestamp,
    /// SHA-256 of its body as received, hexadecimal.
    pub payload_sha256: &'a str,
}

/// How we know that a page did not change.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RevisitProfile {
    /// The whole body came and has the same digest.
    IdenticalPayload,
    /// The server said 304 Not Modified.
    NotModified,
}

impl RevisitProfile {
    /// The address that names the profile in WARC/1.1, section 6.7.
    #[must_use]
    pub const fn uri(self) -> &'static str {
        match self {
            Self::IdenticalPayload => "http://netpreserve.org/warc/1.1/revisit/identical-payload-digest",
            Self::NotModified => "http://netpreserve.org/warc/1.1/revisit/server-not-modified",
        }
    }
}

/// What was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Sealed {
    /// Number of WARC records.
    pub records: usize,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// Where the response or revisit record begins in the file, in bytes.
    pub offset: u64,
    /// SHA-256 of the body as received, hexadecimal; of the earlier body for a revisit.
    pub payload_sha256: String,
    /// Hexadecimal SHA-256 of the whole file.
    pub sha256: String,
}

/// Writes one capture; the same capture always gives the same bytes.
///
/// # Errors
/// When the writer fails.
pub fn write_capture(out: &mut impl Write, capture: &CaptureRecord<'_>) -> io::Result<Sealed> {
    let mut file = HashingWriter::new(out);
    let date = capture.fetched_at.to_string();
    let request = request_block(capture);
    let response = response_block(capture);
    let payload_sha256 = match &capture.revisit {
        Some(revisit) => revisit.payload_sha256.to_owned(),
        None => sha256_hex(capture.raw_body),
    };
    // The ids depend on the content only, and on every part of it.
    let seed = sha256_hex(
        format!("{date}\n{}\n{}\n{}", capture.final_url, sha256_hex(&request), sha256_hex(&response)).as_bytes(),
    );
    let id = |part: &str| record_id(&sha256_hex(format!("{seed}{part}").as_bytes()));
    let (info_id, request_id, response_id) = (id("warcinfo"), id("request"), id("response"));

    let info = format!(
        "software: {}\r\nformat: WARC File Format 1.1\r\n\
         conformsTo: http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/\r\n\
         robots: obey\r\n",
        one_line(&capture.software)
    );
    let mut headers = Headers::new("warcinfo", &info_id, &date);
    headers.add("Content-Type", "application/warc-fields");
    headers.write(&mut file, info.as_bytes())?;

    let mut headers = Headers::new("request", &request_id, &date);
    headers.about(capture, &info_id);
    headers.add("WARC-Concurrent-To", &response_id);
    headers.add("Content-Type", "application/http;msgtype=request");
    headers.write(&mut file, &request)?;

    let offset = file.written();
    let mut headers = Headers::new(if capture.revisit.is_some() { "revisit" } else { "response" }, &response_id, &date);
    headers.about(capture, &info_id);
    if let Some(revisit) = &capture.revisit {
        headers.add("WARC-Profile", revisit.profile.uri());
        headers.add("WARC-Refers-To-Target-URI", revisit.url);
        headers.add("WARC-Refers-To-Date", &revisit.fetched_at.to_string());
    }
    headers.add("WARC-Payload-Digest", &format!("sha256:{payload_sha256}"));
    headers.add("Content-Type", "application/http;msgtype=response");
    headers.write(&mut file, &response)?;

    let mut headers = Headers::new("metadata", &id("metadata"), &date);
    headers.about(capture, &info_id);
    headers.add("WARC-Concurrent-To", &response_id);
    headers.add("Content-Type", "application/warc-fields");
    headers.write(&mut file, metadata_block(capture).as_bytes())?;

    let mut records = 4;
    if let Some(rendition) = &capture.rendition {
        for (part, kind, block) in [
            ("rendered", "text/html; charset=utf-8", rendition.html),
            ("rendered-text", "text/plain; charset=utf-8", rendition.text),
        ] {
            let mut headers =
                Headers::new("conversion", &id(&format!("{part}\n{}", sha256_hex(block.as_bytes()))), &date);
            headers.add("WARC-Target-URI", capture.final_url);
            headers.add("WARC-Warcinfo-ID", &info_id);
            headers.add("WARC-Refers-To", &response_id);
            headers.add("Content-Type", kind);
            headers.write(&mut file, block.as_bytes())?;
            records += 1;
        }
    }

    let (_, sha256, bytes) = file.finish();
    Ok(Sealed { records, bytes, offset, payload_sha256, sha256 })
}

/// The header block of a record, in the order it was built.
struct Headers(String);

impl Headers {
    fn new(kind: &str, id: &str, date: &str) -> Self {
        let mut headers = Self("WARC/1.1\r\n".to_owned());
        headers.add("WARC-Type", kind);
        headers.add("WARC-Record-ID", id);
        headers.add("WARC-Date", date);
        headers
    }

    fn add(&mut self, name: &str, value: &str) {
        self.0.push_str(name);
        self.0.push_str(": ");
        self.0.push_str(&one_line(value));
        self.0.push_str("\r\n");
    }

    fn about(&mut self, capture: &CaptureRecord<'_>, info_id: &str) {
        self.add("WARC-Target-URI", capture.final_url);
        if let Some(ip) = capture.ip {
            self.add("WARC-IP-Address", &ip.to_string());
        }
        self.add("WARC-Warcinfo-ID", info_id);
    }

    fn write(mut self, out: &mut impl Write, block: &[u8]) -> io::Result<()> {
        self.add("WARC-Block-Digest", &format!("sha256:{}", sha256_hex(block)));
        self.add("Content-Length", &block.len().to_string());
        self.0.push_str("\r\n");
        // No file name and time 0 in the member header: nothing but the content decides the bytes.
        let mut member = GzBuilder::new().mtime(0).write(out, Compression::fast());
        member.write_all(self.0.as_bytes())?;
        member.write_all(block)?;
        member.write_all(b"\r\n\r\n")?;
        member.finish()?;
        Ok(())
    }
}

fn request_block(capture: &CaptureRecord<'_>) -> Vec<u8> {
    let method = if capture.request.post_body.is_some() { "POST" } else { "GET" };
    let url = Url::parse(capture.final_url).ok();
    let target = url.as_ref().map_or_else(
        || capture.final_url.to_owned(),
        |url| url.query().map_or_else(|| url.path().to_owned(), |query| format!("{}?{query}", url.path())),
    );
    let mut head = format!("{method} {} HTTP/1.1\r\n", one_line(&target));
    if !capture.request_headers.iter().any(|(name, _)| name.eq_ignore_ascii_case("host"))
        && let Some(host) = url.as_ref().and_then(Url::host_str)
    {
        let port = url.as_ref().and_then(Url::port).map(|port| format!(":{port}")).unwrap_or_default();
        push_header(&mut head, "Host", &format!("{host}{port}"));
    }
    for (name, value) in capture.request_headers {
        push_header(&mut head, name, value);
    }
    head.push_str("\r\n");
    let mut block = head.into_bytes();
    block.extend_from_slice(capture.request.post_body.as_deref().unwrap_or_default().as_bytes());
    block
}

fn response_block(capture: &CaptureRecord<'_>) -> Vec<u8> {
    let mut head = format!("HTTP/1.1 {:03} {}\r\n", capture.status, reason(capture.status));
    for (name, value) in capture.raw_headers {
        // The client hands the body over without its chunk framing; a reader that found the original header would look
        // for chunks in it.
        if name.eq_ignore_ascii_case("transfer-encoding") {
            push_header(&mut head, "X-Orig-Transfer-Encoding", value);
        } else {
            push_header(&mut head, name, value);
        }
    }
    head.push_str("\r\n");
    let mut block = head.into_bytes();
    // A revisit keeps what the server said this time; the body stands in the earlier capture.
    if capture.revisit.is_none() {
        block.extend_from_slice(capture.raw_body);
    }
    block
}

fn metadata_block(capture: &CaptureRecord<'_>) -> String {
    let mut text = String::new();
    push_header(&mut text, "robots-rule", &capture.robots_rule);
    push_header(&mut text, "fetched-at", &capture.fetched_at.to_string());
    push_header(&mut text, "software", &capture.software);
    for (name, value) in capture.circumstances.fields() {
        push_header(&mut text, name, &value);
    }
    if capture.request.url != capture.final_url {
        push_header(&mut text, "via", &capture.request.url);
    }
    for (name, value) in capture.notes {
        push_header(&mut text, name, value);
    }
    if let Some(rendition) = &capture.rendition {
        push_header(&mut text, "rendered", rendition.end);
        for request in &rendition.requests {
            push_header(&mut text, "rendered-request", request);
        }
    }
    if capture.revisit.is_none() {
        let _ = write!(text, "body-sha256: {}\r\n", sha256_hex(capture.raw_body));
    }
    text
}

fn push_header(text: &mut String, name: &str, value: &str) {
    text.push_str(&one_line(name));
    text.push_str(": ");
    text.push_str(&one_line(value));
    text.push_str("\r\n");
}

/// A header value can never open a new header or end the block.
fn one_line(value: &str) -> String {
    value.trim().chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

fn record_id(hex: &str) -> String {
    let part = |range| hex.get(range).unwrap_or_default();
    // Version 8 of RFC 9562: a UUID made by the application's own rule.
    format!("<urn:uuid:{}-{}-8{}-8{}-{}>", part(0..8), part(8..12), part(13..16), part(17..20), part(20..32))
}

fn reason(status: u16) -> &'static str {
    match status {
        200 => "OK",
        204 => "No Content",
        301 => "Moved Permanently",
        302 => "Found",
        304 => "Not Modified",
        400 => "Bad Request",
        403 => "Forbidden",
        404 => "Not Found",
        410 => "Gone",
        429 => "Too Many Requests",
        500 => "Internal Server Error",
        503 => "Service Unavailable",
        _ => "Status",
    }
}

#[cfg(test)]
#[path = "warc_tests.rs"]
mod tests;
