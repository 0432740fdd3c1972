//! CDXJ: one sorted line for each archived page, by which replay tools find a page in many WARC files.
//!
//! The fields, and numbers written as strings, are those of pywb and cdxj-indexer; `tests/outside` compares with the latter.

use super::warc_read::{CaptureError, header_line, split_head, split_records};
use flate2::bufread::GzDecoder;
use serde_json::json;
use std::io::Read;
use url::Url;

/// The largest record that is unpacked, in bytes.
const LIMIT_BYTES: u64 = 64 << 20;

/// The lines of one WARC file: its responses and revisits. `filename` is the name under which a reader finds the file.
///
/// # Errors
/// When the file is damaged or a digest does not match.
pub fn cdxj_lines(file: &[u8], filename: &str) -> Result<Vec<String>, CaptureError> {
    let mut lines = Vec::new();
    for (number, (offset, length, member)) in (1..).zip(members(file)?) {
        for record in split_records(&member)? {
            let find =
                |name: &str| record.headers.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value.as_str());
            let kind = find("warc-type");
            if !matches!(kind, "response" | "revisit") {
                continue;
            }
            let url = find("warc-target-uri").trim_matches(['<', '>']);
            let date = find("warc-date");
            let at: jiff::Timestamp = date.parse().map_err(|_| CaptureError::Malformed {
                record: number,
                problem: format!("WARC-Date `{date}` is no time"),
            })?;
            let (status, mime) = http_head(record.block);
            let mime = if kind == "revisit" { "warc/revisit".to_owned() } else { mime };
            let fields = json!({
                "url": url,
                "mime": mime,
                "status": status,
                "digest": find("warc-payload-digest"),
                "length": length.to_string(),
                "offset": offset.to_string(),
                "filename": filename,
            });
            let stamp = at.strftime("%Y%m%d%H%M%S");
            lines.push(format!("{} {stamp} {fields}", surt(url)));
        }
    }
    Ok(lines)
}

/// The sort-friendly form of an address: host reversed, then port, path and sorted query, all in lower case.
///
/// ```
/// use tanzhao::evidence::cdxj::surt;
/// assert_eq!(surt("https://www.Example.cn/Ad/1.html?b=2&a=1#top"), "cn,example)/ad/1.html?a=1&b=2");
/// assert_eq!(surt("http://127.0.0.1:8001/list/"), "1,0,0,127:8001)/list");
/// ```
#[must_use]
pub fn surt(address: &str) -> String {
    let Ok(url) = Url::parse(address) else { return address.to_lowercase() };
    let Some(host) = url.host_str() else { return address.to_lowercase() };
    let host = host.to_lowercase();
    let mut labels: Vec<&str> = host.split('.').collect();
    // `www` and `www2` name the same site to a reader.
    if labels.len() > 1
        && labels[0].strip_prefix("www").is_some_and(|rest| rest.bytes().all(|byte| byte.is_ascii_digit()))
    {
        labels.remove(0);
    }
    labels.reverse();
    let port = url.port().map(|port| format!(":{port}")).unwrap_or_default();
    let path = url.path().trim_end_matches('/');
    let path = if path.is_empty() { "/" } else { path };
    let mut parts: Vec<&str> = url.query().unwrap_or_default().split('&').collect();
    parts.sort_unstable();
    let query = if parts == [""] { String::new() } else { format!("?{}", parts.join("&")) };
    format!("{}{port}){}", labels.join(","), format!("{path}{query}").to_lowercase())
}

/// Offset, packed length and unpacked bytes of each gzip member; a file that is not gzipped is one member.
fn members(file: &[u8]) -> Result<Vec<(usize, usize, Vec<u8>)>, CaptureError> {
    if !file.starts_with(&[0x1f, 0x8b]) {
        return Ok(vec![(0, file.len(), file.to_vec())]);
    }
    let mut found = Vec::new();
    let mut rest = file;
    while !rest.is_empty() {
        let offset = file.len() - rest.len();
        let mut plain = Vec::new();
        let mut decoder = GzDecoder::new(rest);
        decoder.by_ref().take(LIMIT_BYTES + 1).read_to_end(&mut plain).map_err(CaptureError::Gzip)?;
        if plain.len() as u64 > LIMIT_BYTES {
            return Err(CaptureError::TooLarge { limit: usize::try_from(LIMIT_BYTES).unwrap_or(usize::MAX) });
        }
        rest = decoder.into_inner();
        found.push((offset, file.len() - rest.len() - offset, plain));
    }
    Ok(found)
}

/// Status and media type of an archived answer.
fn http_head(block: &[u8]) -> (String, String) {
    let Some((head, _)) = split_head(block) else { return (String::new(), String::new()) };
    let mut lines = head.split('\n').map(|line| line.trim_end_matches('\r'));
    let status = lines.next().and_then(|line| line.split(' ').nth(1)).unwrap_or_default().to_owned();
    let mime = lines
        .filter_map(header_line)
        .find(|(name, _)| name == "content-type")
        .map(|(_, value)| value.split(';').next().unwrap_or_default().trim().to_owned());
    (status, mime.unwrap_or_default())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// As the Python package `surt` 0.3.1 gives them.
    #[test]
    fn keys_of_addresses() {
        for (address, key) in [
            ("http://a.b.cn/", "cn,b,a)/"),
            ("http://a.cn", "cn,a)/"),
            ("http://www2.a.cn/x/?", "cn,a)/x"),
            ("http://www.cn/x", "cn)/x"),
            ("https://a.cn:443/X?Q=1&", "cn,a)/x?&q=1"),
            ("http://a.cn/数学", "cn,a)/%e6%95%b0%e5%ad%a6"),
            ("mailto:x", "mailto:x"),
        ] {
            assert_eq!(surt(address), key);
        }
    }

    proptest! {
        #[test]
        fn any_address_has_a_key_in_one_word_and_any_bytes_are_read_or_refused(address in ".*", file: Vec<u8>) {
            let key = surt(&format!("http://a.cn/{address}"));
            prop_assert!(!key.contains(char::is_whitespace), "{}", key);
            let _ = surt(&address);
            let _ = cdxj_lines(&file, "x");
        }
    }
}
