//! Which format a file is, by its first bytes: names lie and get lost.

/// So much of the beginning is looked at.
pub(super) const HEAD_BYTES: u64 = 4096;

/// The formats that are read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Format {
    /// HTTP Archive 1.2, as browsers export it.
    Har,
    /// ISO 28500, plain or one gzip member a record.
    Warc,
    /// A zip of WARC files with pages and digests.
    Wacz,
    /// A page saved as HTML only.
    Html,
    /// A page saved as one file, MIME `multipart/related`.
    Mhtml,
}

impl Format {
    /// A stable name.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Har => "har",
            Self::Warc => "warc",
            Self::Wacz => "wacz",
            Self::Html => "html",
            Self::Mhtml => "mhtml",
        }
    }

    /// Recognises a format.
    pub(super) fn of(head: &[u8]) -> Option<Self> {
        if head.starts_with(b"PK\x03\x04") {
            return Some(Self::Wacz);
        }
        if head.starts_with(&[0x1f, 0x8b]) || head.starts_with(b"WARC/") {
            return Some(Self::Warc);
        }
        let text = head.strip_prefix(b"\xef\xbb\xbf").unwrap_or(head).trim_ascii_start();
        match text.first()? {
            b'{' => Some(Self::Har),
            b'<' => Some(Self::Html),
            _ if is_mime(text) => Some(Self::Mhtml),
            _ => None,
        }
    }
}

/// A mail header that speaks of MIME.
fn is_mime(text: &[u8]) -> bool {
    let lower = String::from_utf8_lossy(text).to_ascii_lowercase();
    let mut lines = lower.lines();
    let named = lines.next().and_then(|line| line.split_once(':')).is_some_and(|(name, _)| {
        !name.is_empty() && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-')
    });
    named
        && (lower.contains("\nmime-version:")
            || lower.starts_with("mime-version:")
            || lower.contains("multipart/related"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn by_first_bytes() {
        for (head, format) in [
            (b"PK\x03\x04..".as_slice(), Some(Format::Wacz)),
            (b"\x1f\x8b\x08", Some(Format::Warc)),
            (b"WARC/1.0\r\n", Some(Format::Warc)),
            (b"\xef\xbb\xbf {\"log\":{}}", Some(Format::Har)),
            (b"\r\n<!DOCTYPE html>", Some(Format::Html)),
            (b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\n", Some(Format::Mhtml)),
            (b"\xff\xd8\xff\xe0 JFIF", None),
            ("老师电话: 见下".as_bytes(), None),
            (b" ", None),
        ] {
            assert_eq!(Format::of(head), format, "{}", String::from_utf8_lossy(head));
        }
    }
}
