//! A page saved as one file: MIME `multipart/related`, as Chromium, Opera and others write it.

use super::{FileError, Found, Limits, PageError, RecordedPage, Sink, Skip};
use mailparse::{MailHeaderMap, ParsedMail};
use std::{io::Read, ops::ControlFlow};

/// Reads a saved page.
pub(super) fn read(input: impl Read, limits: &Limits, sink: &mut Sink<'_>) -> Result<ControlFlow<()>, FileError> {
    let limit = limits.record_bytes;
    let mut bytes = Vec::new();
    input.take(limit as u64 + 1).read_to_end(&mut bytes).map_err(FileError::Read)?;
    if bytes.len() > limit {
        return Err(FileError::TooLarge { what: "文件".to_owned(), limit });
    }
    let mail = mailparse::parse_mail(&bytes).map_err(FileError::Mime)?;
    let recorded_at = mail
        .headers
        .get_first_value("Date")
        .and_then(|date| jiff::fmt::rfc2822::parse(date.trim()).ok())
        .map(|date| date.timestamp());
    let snapshot = mail.headers.get_first_value("Snapshot-Content-Location");
    let mut first = snapshot.is_none();
    for (at, part) in mail.parts().filter(|part| part.subparts.is_empty()).take(limits.records).enumerate() {
        let location = part.headers.get_first_value("Content-Location").unwrap_or_default();
        let html = matches!(part.ctype.mimetype.as_str(), "text/html" | "application/xhtml+xml");
        let url = if location.is_empty() && html { snapshot.clone().unwrap_or_default() } else { location };
        let url = url.trim().to_owned();
        let found = if html {
            // The page itself comes first; what follows are its frames.
            let looked_at = snapshot.as_ref().map_or(first, |snapshot| snapshot.trim() == url);
            first = false;
            let place = format!("第 {} 个部分", at + 1);
            page(part, &url, place, limits.body_bytes).map(|mut page| {
                page.looked_at = Some(looked_at);
                page.recorded_at = recorded_at;
                page
            })
        } else {
            Err(None)
        };
        let found = match found {
            Ok(page) => Found::Page(Box::new(page)),
            Err(None) => Found::Skipped { url, why: Skip::Resource },
            Err(Some(error)) => Found::Damaged { where_in_file: format!("第 {} 个部分", at + 1), url, error },
        };
        if sink(found).is_break() {
            return Ok(ControlFlow::Break(()));
        }
    }
    Ok(ControlFlow::Continue(()))
}

/// An HTML part; `Err(None)` for one that has no address of the web, such as an advertisement's frame.
fn page(
    part: &ParsedMail<'_>,
    url: &str,
    where_in_file: String,
    limit: usize,
) -> Result<RecordedPage, Option<PageError>> {
    if url.is_empty() {
        return Err(Some(PageError::NoAddress));
    }
    if !url.starts_with("http://") && !url.starts_with("https://") {
        return Err(None);
    }
    let body = part.get_body_raw().map_err(|_| Some(PageError::Base64))?;
    if body.len() > limit {
        return Err(Some(PageError::TooLarge { limit }));
    }
    let kind = part.headers.get_first_value("Content-Type").unwrap_or_else(|| "text/html".to_owned());
    Ok(RecordedPage {
        url: url.to_owned(),
        method: "GET".to_owned(),
        post_body: None,
        status: 200,
        headers: vec![("content-type".to_owned(), kind)],
        body,
        encoded: None,
        ip: None,
        recorded_at: None,
        where_in_file,
        looked_at: None,
    })
}
