//! An archived HTTP answer: head, chunks, content coding.

use super::{PageError, Skip};
use crate::evidence::{DecodeError, decode_body};

/// No server sends a longer head.
pub(super) const HEAD_BYTES: usize = 64 << 10;

/// An answer's head.
#[derive(Clone, Debug)]
pub(super) struct Head {
    pub status: u16,
    /// Names in lower case.
    pub headers: Vec<(String, String)>,
    /// Where the body begins.
    pub length: usize,
}

impl Head {
    /// The first header of that name.
    pub fn get(&self, name: &str) -> Option<&str> {
        find(&self.headers, name)
    }

    /// Reads the head of an answer.
    pub fn parse(block: &[u8]) -> Option<Self> {
        let (text, length) = cut(block)?;
        let (first, headers) = lines(&text);
        let rest = first.strip_prefix("HTTP/")?;
        let status = rest.split_ascii_whitespace().nth(1)?.parse().ok().filter(|code| (100..1000).contains(code))?;
        Some(Self { status, headers, length })
    }
}

/// Cuts a head off at the first empty line; gives its text and its length with that line.
fn cut(block: &[u8]) -> Option<(String, usize)> {
    let window = &block[..block.len().min(HEAD_BYTES)];
    let crlf = window.windows(4).position(|four| four == b"\r\n\r\n").map(|at| (at, at + 4));
    let lf = window.windows(2).position(|two| two == b"\n\n").map(|at| (at, at + 2));
    let (end, length) = match (crlf, lf) {
        (Some(crlf), Some(lf)) => crlf.min(lf),
        (one, other) => one.or(other)?,
    };
    Some((String::from_utf8_lossy(&block[..end]).into_owned(), length))
}

/// The first line and the headers after it; a folded header is one.
pub(super) fn lines(text: &str) -> (&str, Vec<(String, String)>) {
    let mut all = text.split('\n').map(|line| line.trim_end_matches('\r'));
    let first = all.next().unwrap_or_default();
    let mut headers: Vec<(String, String)> = Vec::new();
    for line in all {
        if line.starts_with([' ', '\t'])
            && let Some((_, value)) = headers.last_mut()
        {
            value.push(' ');
            value.push_str(line.trim());
        } else if let Some((name, value)) = line.split_once(':') {
            headers.push((name.trim().to_ascii_lowercase(), value.trim().to_owned()));
        }
    }
    (first, headers)
}

/// The first value of that name.
pub(super) fn find<'a>(headers: &'a [(String, String)], name: &str) -> Option<&'a str> {
    headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
}

/// What kind of thing an answer is by status and type, before its body is read. `None`: a page, or not known yet.
pub(super) fn kind(status: u16, content_type: Option<&str>) -> Option<Skip> {
    if (300..400).contains(&status) {
        return Some(Skip::Redirect);
    }
    if matches!(status, 100..200 | 204 | 205) {
        return Some(Skip::NoContent);
    }
    let kind = content_type.map(essence).filter(|kind| !kind.is_empty())?;
    let page = matches!(
        kind.as_str(),
        "text/html" | "application/xhtml+xml" | "application/json" | "text/json" | "text/plain"
    ) || kind.ends_with("+json");
    (!page).then_some(Skip::Resource)
}

/// Whether a body whose type says little is a page after all.
pub(super) fn looks_like_page(content_type: Option<&str>, body: &[u8]) -> bool {
    let told = content_type.map(essence).is_some_and(|kind| !kind.is_empty() && kind != "text/plain");
    told || begins_like_text(body)
}

fn begins_like_text(body: &[u8]) -> bool {
    let body = body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body);
    matches!(body.trim_ascii_start().first(), Some(b'<' | b'{' | b'['))
}

/// The type without its parameters, in lower case.
fn essence(content_type: &str) -> String {
    content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase()
}

/// A body with its codings undone.
#[derive(Debug)]
pub(super) struct Body {
    pub decoded: Vec<u8>,
    /// As recorded, where the headers name a content coding that is still on it.
    pub encoded: Option<Vec<u8>>,
}

/// Undoes chunks and content coding of an archived body. A header that names a coding which the recorder had already
/// taken off is put aside, so that nobody looks for it again.
pub(super) fn body(headers: &mut [(String, String)], raw: &[u8], limit: usize) -> Result<Body, PageError> {
    let chunked =
        find(headers, "transfer-encoding").is_some_and(|value| value.to_ascii_lowercase().contains("chunked"));
    let plain = if chunked { unchunk(raw)? } else { raw.to_vec() };
    set_aside(headers, "transfer-encoding");
    let coding = find(headers, "content-encoding").unwrap_or_default().to_owned();
    if matches!(coding.trim().to_ascii_lowercase().as_str(), "" | "identity") {
        if plain.len() > limit {
            return Err(DecodeError::TooLarge { limit }.into());
        }
        return Ok(Body { decoded: plain, encoded: None });
    }
    match decode_body(&coding, &plain, limit) {
        Ok(decoded) => Ok(Body { decoded, encoded: Some(plain) }),
        Err(DecodeError::Damaged { .. } | DecodeError::Unknown(_))
            if begins_like_text(&plain) && plain.len() <= limit =>
        {
            set_aside(headers, "content-encoding");
            Ok(Body { decoded: plain, encoded: None })
        }
        Err(error) => Err(error.into()),
    }
}

/// Renames a header, as other tools do, to one that changes nothing.
pub(super) fn set_aside(headers: &mut [(String, String)], name: &str) {
    for (key, _) in headers {
        if key == name {
            *key = format!("x-orig-{name}");
        }
    }
}

/// Undoes chunked transfer coding. A body that has no chunks at all, because the recorder undid them and kept the header,
/// is given back as it is.
fn unchunk(raw: &[u8]) -> Result<Vec<u8>, PageError> {
    let mut out = Vec::with_capacity(raw.len());
    let mut at = 0;
    loop {
        let Some((size, data)) = chunk_size(raw, at) else {
            return if at == 0 { Ok(raw.to_vec()) } else { Err(PageError::Chunks { at }) };
        };
        if size == 0 {
            return Ok(out);
        }
        let Some(chunk) = data.checked_add(size).and_then(|end| raw.get(data..end)) else {
            return Err(PageError::Chunks { at });
        };
        out.extend_from_slice(chunk);
        at = data + size;
        at += match &raw[at..] {
            [b'\r', b'\n', ..] => 2,
            [b'\n', ..] => 1,
            _ => return Err(PageError::Chunks { at }),
        };
    }
}

/// The size that stands at a place, and where its data begin.
fn chunk_size(raw: &[u8], at: usize) -> Option<(usize, usize)> {
    let rest = raw.get(at..)?;
    // Sixteen digits and an extension; nobody sends more.
    let end = rest.iter().take(256).position(|byte| *byte == b'\n')?;
    let line = std::str::from_utf8(&rest[..end]).ok()?;
    let size = line.split(';').next()?.trim();
    if size.is_empty() || !size.bytes().all(|byte| byte.is_ascii_hexdigit()) {
        return None;
    }
    Some((usize::from_str_radix(size, 16).ok()?, at + end + 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn pairs(list: &[(&str, &str)]) -> Vec<(String, String)> {
        list.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect()
    }

    #[test]
    fn heads() {
        let head =
            Head::parse(b"HTTP/1.1 200 OK\r\nContent-Type: text/html;\r\n charset=gbk\r\n\r\nbody").expect("a head");
        assert_eq!((head.status, head.get("content-type")), (200, Some("text/html; charset=gbk")));
        assert_eq!(&b"HTTP/1.1 200 OK\r\nContent-Type: text/html;\r\n charset=gbk\r\n\r\nbody"[head.length..], b"body");
        assert_eq!(Head::parse(b"HTTP/2 404\nA: b\n\nx").map(|head| head.status), Some(404));
        for bad in [b"HTTP/1.1 20\r\n\r\n".as_slice(), b"GET / HTTP/1.1\r\n\r\n", b"HTTP/1.1 200 OK\r\nno end", b""] {
            assert!(Head::parse(bad).is_none());
        }
    }

    #[test]
    fn chunks_are_undone_or_named() {
        let whole = b"5\r\nabcde\r\n3;x=y\r\nfgh\r\n0\r\nTrailer: 1\r\n\r\n";
        let mut headers = pairs(&[("transfer-encoding", "chunked")]);
        assert_eq!(body(&mut headers, whole, 100).expect("whole").decoded, b"abcdefgh");
        assert_eq!(headers[0].0, "x-orig-transfer-encoding");
        assert_eq!(unchunk(b"<p>no chunks</p>").expect("kept").as_slice(), b"<p>no chunks</p>");
        assert!(matches!(unchunk(b"5\r\nab"), Err(PageError::Chunks { at: 0 })), "a lying chunk");
        assert!(matches!(unchunk(b"2\r\nab\r\n"), Err(PageError::Chunks { at: 7 })), "no last chunk");
        assert!(unchunk(b"ffffffffffffffff\r\nab").is_err());
    }

    #[test]
    fn a_coding_that_is_no_longer_there_is_put_aside() {
        let mut headers = pairs(&[("content-encoding", "br")]);
        let read = body(&mut headers, b"<p>plain</p>", 100).expect("already decoded");
        assert_eq!((read.decoded.as_slice(), read.encoded), (b"<p>plain</p>".as_slice(), None));
        assert_eq!(headers, pairs(&[("x-orig-content-encoding", "br")]));
        let mut headers = pairs(&[("content-encoding", "gzip")]);
        assert!(matches!(body(&mut headers, b"\x1f\x8b\x08\0rubbish", 100), Err(PageError::Body(_))));
    }

    #[test]
    fn what_is_a_page() {
        assert_eq!(kind(200, Some("text/html; charset=gbk")), None);
        assert_eq!(kind(200, Some("application/hal+json")), None);
        assert_eq!(kind(200, None), None);
        assert_eq!(kind(404, Some("Text/HTML")), None);
        assert_eq!(kind(200, Some("image/png")), Some(Skip::Resource));
        assert_eq!(kind(302, Some("text/html")), Some(Skip::Redirect));
        assert!(looks_like_page(Some("text/plain"), b" {\"a\":1}") && !looks_like_page(None, b"\x89PNG"));
    }

    proptest! {
        #[test]
        fn any_bytes_are_read_or_refused(raw: Vec<u8>, chunked in "[0-9a-f]{0,3}\r\n[a-z\r\n0-9]{0,30}") {
            let _ = Head::parse(&raw);
            for bytes in [raw.as_slice(), chunked.as_bytes()] {
                let _ = body(&mut pairs(&[("transfer-encoding", "chunked"), ("content-encoding", "gzip")]), bytes, 1000);
            }
        }
    }
}
