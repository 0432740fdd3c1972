//! WARC 1.0 and 1.1: responses and resources as pages, requests for what was asked, revisits resolved.

use super::{
    FileError, Found, Limits, PageError, Place, RecordedPage, Sink, Skip, digest,
    http::{self, Head as HttpHead},
    metered::{Allowance, Metered},
    payloads::{Payload, Payloads},
    records::{Head, Records},
};
use flate2::bufread::MultiGzDecoder;
use std::{
    collections::HashSet,
    io::{BufRead, BufReader, Read},
    ops::ControlFlow,
};

/// A POST body beyond this is not kept.
const POST_BYTES: usize = 64 << 10;

/// What a file around the WARC says of it.
#[derive(Default)]
pub(super) struct Part<'a> {
    /// Name of the member of a zip, empty for a file of its own.
    pub member: &'a str,
    /// Addresses that the person looked at.
    pub pages: Option<&'a HashSet<String>>,
}

/// Reads a WARC, plain or compressed.
pub(super) fn read(
    mut input: impl BufRead,
    part: &Part<'_>,
    limits: &Limits,
    sink: &mut Sink<'_>,
) -> Result<ControlFlow<()>, FileError> {
    let compressed = input.fill_buf().map_err(FileError::Read)?.starts_with(&[0x1f, 0x8b]);
    let allowance = Allowance::new(limits.total_bytes);
    let plain: Box<dyn Read + '_> = if compressed { Box::new(MultiGzDecoder::new(input)) } else { Box::new(input) };
    let metered = BufReader::with_capacity(1 << 16, Metered::new(plain, &allowance));
    let records = Records::new(metered, limits.total_bytes);
    Reader { records, part, limits, sink, payloads: Payloads::default(), asked: None, waiting: None }.run()
}

/// What a request record says.
struct Asked {
    of: Option<String>,
    url: String,
    method: String,
    body: String,
}

/// A page that waits for its request, which may stand behind it, and for proof that its record ends where it says.
struct Waiting {
    id: Option<String>,
    page: RecordedPage,
}

struct Reader<'a, 'b, R> {
    records: Records<R>,
    part: &'a Part<'a>,
    limits: &'a Limits,
    sink: &'a mut Sink<'b>,
    payloads: Payloads,
    asked: Option<Asked>,
    waiting: Option<Waiting>,
}

impl<R: BufRead> Reader<'_, '_, R> {
    fn run(mut self) -> Result<ControlFlow<()>, FileError> {
        loop {
            let head = match self.records.next() {
                Ok(Some(head)) => head,
                Ok(None) => return Ok(self.flush()),
                Err(error) => {
                    self.spoil(&error);
                    return Err(error);
                }
            };
            if self.records.number > self.limits.records {
                let _ = self.flush();
                return Err(FileError::TooMany { limit: self.limits.records });
            }
            match self.record(head) {
                Ok(ControlFlow::Continue(())) => {}
                Ok(end) => return Ok(end),
                Err(error) => {
                    self.spoil(&error);
                    return Err(error);
                }
            }
        }
    }

    /// One record, from its header to its end.
    fn record(&mut self, mut head: Head) -> Result<ControlFlow<()>, FileError> {
        let kind = head.get("warc-type").unwrap_or_default().to_ascii_lowercase();
        // Some tools put the address in angle brackets, as WARC/1.0 once showed it.
        let url = head.get("warc-target-uri").unwrap_or_default().trim_matches(['<', '>']).to_owned();
        if kind == "request" {
            self.request(&mut head, url)?;
            return Ok(ControlFlow::Continue(()));
        }
        if self.flush().is_break() {
            return Ok(ControlFlow::Break(()));
        }
        let web = url.starts_with("http://") || url.starts_with("https://");
        if !web || !matches!(kind.as_str(), "response" | "resource" | "revisit" | "continuation") {
            self.records.skip(&mut head)?;
            return Ok(ControlFlow::Continue(()));
        }
        let found = if kind == "continuation" || head.get("warc-segment-number").is_some() {
            self.records.skip(&mut head)?;
            Err(PageError::Segmented)
        } else if kind == "resource" {
            self.resource(&mut head, &url)?
        } else {
            self.response(&mut head, &url, kind == "revisit")?
        };
        Ok(match found {
            Ok(None) => ControlFlow::Continue(()),
            Ok(Some(why)) => (self.sink)(Found::Skipped { url, why }),
            Err(error) => {
                let where_in_file = self.place();
                (self.sink)(Found::Damaged { where_in_file, url, error })
            }
        })
    }

    fn place(&self) -> String {
        Place { member: self.part.member, record: self.records.number }.to_string()
    }

    fn request(&mut self, head: &mut Head, url: String) -> Result<(), FileError> {
        let of = head.get("warc-concurrent-to").map(str::to_owned);
        let mut block = Vec::new();
        self.records.read(head, http::HEAD_BYTES + POST_BYTES, &mut block)?;
        let whole = head.left() == 0;
        self.records.skip(head)?;
        let method = block.split(|byte| *byte == b' ').next().unwrap_or_default();
        let method = String::from_utf8_lossy(&method[..method.len().min(16)]).to_ascii_uppercase();
        let at = block.windows(4).position(|four| four == b"\r\n\r\n").map_or(block.len(), |at| at + 4);
        let body = std::str::from_utf8(&block[at..]).ok().filter(|body| whole && body.len() <= POST_BYTES);
        let asked = Asked { of, url, method, body: body.unwrap_or_default().to_owned() };
        match &mut self.waiting {
            Some(waiting) if belongs(&asked, waiting.id.as_deref(), &waiting.page.url) => {
                attach(asked, &mut waiting.page);
            }
            _ => self.asked = Some(asked),
        }
        Ok(())
    }

    fn resource(&mut self, head: &mut Head, url: &str) -> Result<Result<Option<Skip>, PageError>, FileError> {
        let kind = head.get("content-type").map(str::to_owned);
        if let Some(why) = http::kind(200, kind.as_deref()) {
            self.records.skip(head)?;
            return Ok(Ok(Some(why)));
        }
        let mut block = Vec::new();
        if let Err(error) = self.records.rest(head, self.limits.record_bytes, &mut block)? {
            return Ok(Err(error));
        }
        let headers = kind.map(|kind| ("content-type".to_owned(), kind)).into_iter().collect();
        Ok(checked(head, &block).and_then(|()| self.page(head, url, Payload { status: 200, headers, raw: block })))
    }

    fn response(
        &mut self,
        head: &mut Head,
        url: &str,
        revisit: bool,
    ) -> Result<Result<Option<Skip>, PageError>, FileError> {
        let mut block = Vec::new();
        self.records.read(head, http::HEAD_BYTES, &mut block)?;
        let answer = HttpHead::parse(&block);
        if !revisit {
            let Some(answer) = &answer else {
                self.records.skip(head)?;
                return Ok(Err(PageError::Head));
            };
            if let Some(why) = http::kind(answer.status, answer.get("content-type")) {
                self.records.skip(head)?;
                return Ok(Ok(Some(why)));
            }
        }
        if let Err(error) = self.records.rest(head, self.limits.record_bytes, &mut block)? {
            return Ok(Err(error));
        }
        if let Err(error) = checked(head, &block) {
            return Ok(Err(error));
        }
        if revisit {
            let Some(first) = self.payloads.find(meant(head)) else { return Ok(Ok(Some(Skip::Revisit))) };
            let mut payload = first.clone();
            // "Not modified" is the server's answer to the recorder; the page that it stands for is the earlier one.
            if let Some(answer) = answer.filter(|answer| answer.status != 304) {
                (payload.status, payload.headers) = (answer.status, answer.headers);
            }
            return Ok(self.page(head, url, payload));
        }
        let Some(answer) = answer else { return Ok(Err(PageError::Head)) };
        let raw = block.split_off(answer.length.min(block.len()));
        let payload = Payload { status: answer.status, headers: answer.headers, raw };
        self.payloads.keep(names(head, url), &payload);
        Ok(self.page(head, url, payload))
    }

    /// Makes a page wait for its request.
    fn page(&mut self, head: &Head, url: &str, mut payload: Payload) -> Result<Option<Skip>, PageError> {
        let body = http::body(&mut payload.headers, &payload.raw, self.limits.body_bytes)?;
        if !http::looks_like_page(http::find(&payload.headers, "content-type"), &body.decoded) {
            return Ok(Some(Skip::Resource));
        }
        payload.headers.retain(|(name, _)| name != "set-cookie");
        let mut page = RecordedPage {
            url: url.to_owned(),
            method: "GET".to_owned(),
            post_body: None,
            status: payload.status,
            headers: payload.headers,
            body: body.decoded,
            encoded: body.encoded,
            ip: head.get("warc-ip-address").and_then(|ip| ip.parse().ok()),
            recorded_at: head.get("warc-date").and_then(|date| date.parse().ok()),
            where_in_file: self.place(),
            looked_at: self.part.pages.map(|pages| pages.contains(url)),
        };
        let id = head.get("warc-record-id").map(str::to_owned);
        if let Some(asked) = self.asked.take().filter(|asked| belongs(asked, id.as_deref(), url)) {
            attach(asked, &mut page);
        }
        self.waiting = Some(Waiting { id, page });
        Ok(None)
    }

    /// Hands on the page that waited.
    fn flush(&mut self) -> ControlFlow<()> {
        let Some(Waiting { page, .. }) = self.waiting.take() else { return ControlFlow::Continue(()) };
        if matches!(page.method.as_str(), "GET" | "POST") {
            (self.sink)(Found::Page(Box::new(page)))
        } else {
            (self.sink)(Found::Skipped { url: page.url, why: Skip::Method })
        }
    }

    /// Something that is no record stands where the waiting page's record should have ended: its length was not true.
    fn spoil(&mut self, error: &FileError) {
        match self.waiting.take() {
            Some(Waiting { page, .. }) if matches!(error, FileError::NoRecord { .. }) => {
                let _ = (self.sink)(Found::Damaged {
                    where_in_file: page.where_in_file,
                    url: page.url,
                    error: PageError::Length,
                });
            }
            other => {
                self.waiting = other;
                let _ = self.flush();
            }
        }
    }
}

/// Whether a request led to this answer.
fn belongs(asked: &Asked, id: Option<&str>, url: &str) -> bool {
    match (&asked.of, id) {
        (Some(of), Some(id)) if of == id => true,
        _ => asked.url == url,
    }
}

fn attach(asked: Asked, page: &mut RecordedPage) {
    page.post_body = (asked.method == "POST").then_some(asked.body);
    page.method = asked.method;
}

/// The block against its digest, where one of a known kind is stated.
fn checked(head: &Head, block: &[u8]) -> Result<(), PageError> {
    match head.get("warc-block-digest") {
        Some(stated) if digest::fits(stated, block) == Some(false) => {
            Err(PageError::Digest { stated: stated.chars().take(100).collect() })
        }
        _ => Ok(()),
    }
}

/// What a revisit may call this record.
fn names(head: &Head, url: &str) -> impl Iterator<Item = String> {
    let id = head.get("warc-record-id").map(|id| format!("id {id}"));
    let digest = head.get("warc-payload-digest").map(|digest| format!("digest {}", digest.to_ascii_lowercase()));
    [id, digest, Some(format!("url {url}"))].into_iter().flatten()
}

/// What a revisit record calls the record it repeats, the surest first.
fn meant(head: &Head) -> impl Iterator<Item = String> {
    let unchanged = head.get("warc-profile").is_some_and(|profile| profile.contains("server-not-modified"));
    let id = head.get("warc-refers-to").map(|id| format!("id {id}"));
    let digest = head.get("warc-payload-digest").map(|digest| format!("digest {}", digest.to_ascii_lowercase()));
    // The address alone does not say that the content is the same, unless the server said so.
    let url = head.get("warc-refers-to-target-uri").or_else(|| head.get("warc-target-uri"));
    let url = url.filter(|_| unchanged).map(|url| format!("url {}", url.trim_matches(['<', '>'])));
    [id, digest, url].into_iter().flatten()
}
