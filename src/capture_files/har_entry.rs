//! One entry of a HAR: a request with its response.

use super::{Found, Limits, PageError, Place, RecordedPage, Skip, http};
use crate::evidence::DecodeError;
use data_encoding::BASE64;
use serde_json::Value;

/// A POST body beyond this is not kept.
const POST_BYTES: usize = 64 << 10;

/// Reads an entry.
pub(super) fn read(entry: &Value, number: usize, limits: &Limits) -> Found {
    let place = Place { member: "", record: number }.to_string();
    let url = text(entry, "/request/url").unwrap_or_default().to_owned();
    match page(entry, &url, &place, limits) {
        Ok(Ok(page)) => Found::Page(Box::new(page)),
        Ok(Err(why)) => Found::Skipped { url, why },
        Err(error) => Found::Damaged { where_in_file: place, url, error },
    }
}

fn page(entry: &Value, url: &str, place: &str, limits: &Limits) -> Result<Result<RecordedPage, Skip>, PageError> {
    if entry.pointer("/request/url").and_then(Value::as_str).is_none() {
        return Err(wrong(entry, "/request/url", "网址"));
    }
    if !url.starts_with("http://") && !url.starts_with("https://") {
        // data:, blob:, chrome-extension: and the like are parts of a page.
        return Ok(Err(Skip::Resource));
    }
    let method = text(entry, "/request/method").unwrap_or("GET").to_ascii_uppercase();
    if !matches!(method.as_str(), "GET" | "POST") {
        return Ok(Err(Skip::Method));
    }
    let status = entry.pointer("/response/status").and_then(Value::as_i64);
    let status = status.ok_or_else(|| wrong(entry, "/response/status", "HTTP 状态码（数字）"))?;
    // 0 is how browsers write a request without an answer.
    let Some(status) = u16::try_from(status).ok().filter(|code| (100..1000).contains(code)) else {
        return Ok(Err(Skip::NoContent));
    };
    let mut headers = headers(entry, "/response/headers");
    let told = text(entry, "/response/content/mimeType").filter(|kind| !kind.is_empty() && *kind != "x-unknown");
    let kind = told.or_else(|| http::find(&headers, "content-type")).unwrap_or_default().to_owned();
    if let Some(why) = http::kind(status, Some(&kind)) {
        return Ok(Err(why));
    }
    let Some(content) = text(entry, "/response/content/text") else { return Ok(Err(Skip::NoContent)) };
    let body = body(entry, content, &kind, &mut headers, limits.body_bytes)?;
    if !http::looks_like_page(Some(&kind), &body) {
        return Ok(Err(Skip::Resource));
    }
    headers.retain(|(name, _)| name != "set-cookie");
    let asked = self::headers(entry, "/request/headers");
    let sent = text(entry, "/request/postData/text").filter(|text| text.len() <= POST_BYTES).unwrap_or_default();
    Ok(Ok(RecordedPage {
        url: url.to_owned(),
        post_body: (method == "POST").then(|| sent.to_owned()),
        method,
        status,
        headers,
        body,
        encoded: None,
        ip: text(entry, "/serverIPAddress").and_then(|ip| ip.trim_matches(['[', ']']).parse().ok()),
        recorded_at: text(entry, "/startedDateTime").and_then(|time| time.parse().ok()),
        where_in_file: place.to_owned(),
        // A browser says what it asks for: a page of its own, a frame, or data for a script.
        looked_at: http::find(&asked, "sec-fetch-dest").map(|dest| dest == "document"),
    }))
}

/// The body; the browser undid every coding, and where it gives text also the character encoding.
fn body(
    entry: &Value,
    content: &str,
    kind: &str,
    headers: &mut Vec<(String, String)>,
    limit: usize,
) -> Result<Vec<u8>, PageError> {
    http::set_aside(headers, "content-encoding");
    http::set_aside(headers, "transfer-encoding");
    let bytes = match text(entry, "/response/content/encoding").unwrap_or_default().to_ascii_lowercase().as_str() {
        "" => {
            http::set_aside(headers, "content-type");
            let essence = kind.split(';').next().unwrap_or_default().trim();
            if !essence.is_empty() {
                headers.push(("content-type".to_owned(), format!("{essence}; charset=utf-8")));
            }
            content.as_bytes().to_vec()
        }
        "base64" => {
            if http::find(headers, "content-type").is_none() && !kind.is_empty() {
                headers.push(("content-type".to_owned(), kind.to_owned()));
            }
            let digits: Vec<u8> = content.bytes().filter(|byte| !byte.is_ascii_whitespace()).collect();
            BASE64.decode(&digits).map_err(|_| PageError::Base64)?
        }
        _ => return Err(wrong(entry, "/response/content/encoding", "base64 或不写")),
    };
    if bytes.len() > limit { Err(DecodeError::TooLarge { limit }.into()) } else { Ok(bytes) }
}

fn text<'a>(entry: &'a Value, pointer: &str) -> Option<&'a str> {
    entry.pointer(pointer).and_then(Value::as_str)
}

fn headers(entry: &Value, pointer: &str) -> Vec<(String, String)> {
    let list = entry.pointer(pointer).and_then(Value::as_array);
    let pairs = list.into_iter().flatten().take(1000).filter_map(|header| {
        let name = header.get("name")?.as_str()?.trim().to_ascii_lowercase();
        Some((name, header.get("value")?.as_str()?.to_owned()))
    });
    // Names that begin with a colon are HTTP/2's own and no headers.
    pairs.filter(|(name, _)| !name.is_empty() && !name.starts_with(':')).collect()
}

fn wrong(entry: &Value, pointer: &'static str, expected: &'static str) -> PageError {
    let found = entry.pointer(pointer).map_or_else(|| "空缺".to_owned(), |value| shorten(&value.to_string()));
    PageError::Entry { field: pointer, found, expected }
}

fn shorten(text: &str) -> String {
    text.chars().take(60).collect()
}
