//! Which characters the bytes are, and the record of that decision.
//!
//! Chinese sites that say `gb2312` use GB18030's larger set, and pages moved to UTF-8 often keep the old header; so the
//! label is a claim that the bytes have to bear out.

use encoding_rs::{Encoding, GB18030, GBK, UTF_8};

/// Text, the name of its encoding, and what was odd.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Decoded {
    /// The characters; what is no character became U+FFFD.
    pub text: String,
    /// Lower-case name.
    pub charset: String,
    /// Oddities in words.
    pub notes: Vec<String>,
}

/// So many valid multi-byte sequences are no accident in a GBK text (the famous accident, 联通, has two).
const PROOF_OF_UTF8: usize = 8;
/// A declaration stands near the beginning.
const META_WINDOW: usize = 4096;

/// Decodes a body by byte order mark, content, header, `<meta>`, definition and, last, a guess.
///
/// ```
/// use tanzhao::extract::encoding::decode;
/// let decoded = decode(b"\xb3\xaf\xd1\xf4", Some("text/html; charset=gb2312"), None);
/// assert_eq!((decoded.text.as_str(), decoded.charset.as_str()), ("朝阳", "gb18030"));
/// ```
#[must_use]
pub fn decode(body: &[u8], content_type: Option<&str>, fallback: Option<&str>) -> Decoded {
    let mut notes = Vec::new();
    if let Some((encoding, mark)) = Encoding::for_bom(body) {
        return finish(encoding, &body[mark..], notes);
    }
    let claims = [
        ("the header", content_type.and_then(charset_of)),
        ("the page", meta_charset(&body[..body.len().min(META_WINDOW)])),
        ("the definition", fallback.and_then(for_label)),
    ];
    let claimed = claims.iter().find_map(|(who, encoding)| encoding.map(|encoding| (*who, encoding)));
    if multibyte_utf8(body).is_some_and(|count| count >= PROOF_OF_UTF8) {
        if let Some((who, other)) = claimed.filter(|(_, encoding)| *encoding != UTF_8) {
            notes.push(format!("{who} says {}, the bytes are utf-8", name(other)));
        }
        return finish(UTF_8, body, notes);
    }
    if let Some(encoding) = claims.iter().find_map(|(_, encoding)| encoding.filter(|encoding| fits(encoding, body))) {
        if let Some((who, other)) = claimed.filter(|(_, first)| *first != encoding) {
            notes.push(format!("{who} says {}, the bytes are {}", name(other), name(encoding)));
        }
        return finish(encoding, body, notes);
    }
    let guess = guess(body);
    if let Some((who, other)) = claimed {
        notes.push(format!("{who} says {}, the bytes look like {}", name(other), name(guess)));
    }
    finish(guess, body, notes)
}

fn finish(encoding: &'static Encoding, body: &[u8], mut notes: Vec<String>) -> Decoded {
    let (text, bad) = encoding.decode_without_bom_handling(body);
    if bad {
        let count = text.chars().filter(|c| *c == char::REPLACEMENT_CHARACTER).count();
        notes.push(format!("{count} byte sequences are no {} characters", name(encoding)));
    }
    Decoded { text: text.into_owned(), charset: name(encoding), notes }
}

fn name(encoding: &'static Encoding) -> String {
    encoding.name().to_ascii_lowercase()
}

/// GBK and GB2312 labels mean GB18030, which contains both.
fn for_label(label: &str) -> Option<&'static Encoding> {
    let encoding = Encoding::for_label(label.trim().as_bytes())?;
    Some(if encoding == GBK { GB18030 } else { encoding })
}

fn charset_of(content_type: &str) -> Option<&'static Encoding> {
    let lower = content_type.to_ascii_lowercase();
    let at = lower.find("charset=")? + "charset=".len();
    let label = lower[at..].trim_start_matches(['"', '\'', ' ']);
    for_label(label.split(['"', '\'', ' ', ';', '>', '/']).next()?)
}

fn meta_charset(head: &[u8]) -> Option<&'static Encoding> {
    let head = String::from_utf8_lossy(head).to_ascii_lowercase();
    let mut rest = head.as_str();
    while let Some(at) = rest.find("<meta") {
        rest = &rest[at + "<meta".len()..];
        let tag = &rest[..rest.find('>').unwrap_or(rest.len())];
        if let Some(encoding) = charset_of(tag) {
            // A page that was read as bytes cannot be UTF-16, whatever it says (as the HTML standard rules).
            return Some(if encoding.is_ascii_compatible() { encoding } else { UTF_8 });
        }
    }
    None
}

/// How many multi-byte sequences a valid UTF-8 body has; a sequence cut off at the end is forgiven.
fn multibyte_utf8(body: &[u8]) -> Option<usize> {
    let text = match std::str::from_utf8(body) {
        Ok(text) => text,
        Err(error) if error.error_len().is_none() => std::str::from_utf8(&body[..error.valid_up_to()]).ok()?,
        Err(_) => return None,
    };
    Some(text.chars().filter(|c| !c.is_ascii()).take(PROOF_OF_UTF8).count())
}

fn fits(encoding: &'static Encoding, body: &[u8]) -> bool {
    if encoding == UTF_8 {
        return multibyte_utf8(body).is_some();
    }
    encoding.decode_without_bom_handling_and_without_replacement(body).is_some()
}

fn guess(body: &[u8]) -> &'static Encoding {
    let mut detector = chardetng::EncodingDetector::new(chardetng::Iso2022JpDetection::Deny);
    detector.feed(body, true);
    let guess = detector.guess(Some(b"cn"), chardetng::Utf8Detection::Allow);
    if guess == GBK { GB18030 } else { guess }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const TEXT: &str = "双塔区初三数学一对一，价格面议，联系电话见下";

    #[test]
    fn claims_have_to_be_borne_out() {
        let gbk = GB18030.encode(TEXT).0.into_owned();
        let meta = [b"<meta charset='gbk'>".as_slice(), &gbk].concat();
        for (case, body, header, fallback, charset, notes) in [
            ("header right", gbk.as_slice(), Some("text/html; charset=GB2312"), None, "gb18030", 0),
            ("utf-8 behind an old header", TEXT.as_bytes(), Some("text/html; charset=gbk"), None, "utf-8", 1),
            ("gbk behind a utf-8 header", &gbk, Some("text/html;charset=utf-8"), None, "gb18030", 1),
            ("meta only", &meta, Some("text/html"), None, "gb18030", 0),
            ("definition only", &gbk, None, Some("gbk"), "gb18030", 0),
            ("nothing says", &gbk, None, None, "gb18030", 0),
            ("mark wins", b"\xef\xbb\xbfabc", Some("text/html; charset=gbk"), None, "utf-8", 0),
            ("empty", b"", None, None, "utf-8", 0),
        ] {
            let decoded = decode(body, header, fallback);
            if !case.starts_with("empty") {
                assert_eq!((case, decoded.charset.as_str()), (case, charset));
            }
            assert_eq!((case, decoded.notes.len()), (case, notes), "{:?}", decoded.notes);
            assert!(body.len() < 30 || decoded.text.contains("初三数学"), "{case}");
        }
    }

    proptest! {
        #[test]
        fn any_bytes_give_text(body in proptest::collection::vec(any::<u8>(), 0..300), header in "\\PC{0,30}") {
            let _ = decode(&body, Some(&header), Some("gbk"));
        }
    }
}
