//! Undoing the content encoding of a response, with a limit on what may come out.

use std::io::{self, Read};

/// Why a body could not be decoded.
#[derive(Debug, thiserror::Error)]
pub enum DecodeError {
    /// An encoding we never ask for.
    #[error("content encoding `{0}` is not one of gzip, deflate, br, identity")]
    Unknown(String),
    /// More came out than is allowed; a decompression bomb or a huge page.
    #[error("the decoded body is larger than the limit of {limit} bytes")]
    TooLarge {
        /// The limit in bytes.
        limit: usize,
    },
    /// The stream is damaged or cut short.
    #[error("the body is not valid {encoding}")]
    Damaged {
        /// The encoding it claims.
        encoding: String,
        /// What the decoder said.
        #[source]
        source: io::Error,
    },
}

/// Decodes a body by its `Content-Encoding` value (several codings separated by commas, the last one applied last).
///
/// ```
/// use tanzhao::evidence::decode_body;
/// assert_eq!(decode_body("", b"abc", 10).unwrap(), b"abc");
/// assert!(decode_body("identity", b"abc", 2).is_err());
/// ```
///
/// # Errors
/// When the coding is unknown or damaged, or when more than `limit` bytes would come out.
pub fn decode_body(content_encoding: &str, body: &[u8], limit: usize) -> Result<Vec<u8>, DecodeError> {
    let mut bytes = body.to_vec();
    // A long list of codings is an attack, not a page: each coding costs a full pass.
    for (layer, coding) in content_encoding.split(',').rev().enumerate() {
        let coding = coding.trim().to_ascii_lowercase();
        if layer >= 3 {
            return Err(DecodeError::Unknown(content_encoding.chars().take(60).collect()));
        }
        bytes = match coding.as_str() {
            "" | "identity" => bytes,
            "gzip" | "x-gzip" => read_limited(flate2::read::MultiGzDecoder::new(bytes.as_slice()), &coding, limit)?,
            "deflate" => inflate(&bytes, limit)?,
            "br" => read_limited(brotli_decompressor::Decompressor::new(bytes.as_slice(), 4096), &coding, limit)?,
            _ => return Err(DecodeError::Unknown(coding.chars().take(60).collect())),
        };
    }
    if bytes.len() > limit {
        return Err(DecodeError::TooLarge { limit });
    }
    Ok(bytes)
}

/// `deflate` should be a zlib stream, but some servers send the bare one.
fn inflate(body: &[u8], limit: usize) -> Result<Vec<u8>, DecodeError> {
    match read_limited(flate2::read::ZlibDecoder::new(body), "deflate", limit) {
        Err(DecodeError::Damaged { .. }) => read_limited(flate2::read::DeflateDecoder::new(body), "deflate", limit),
        other => other,
    }
}

fn read_limited(reader: impl Read, encoding: &str, limit: usize) -> Result<Vec<u8>, DecodeError> {
    let mut out = Vec::new();
    reader
        .take((limit as u64).saturating_add(1))
        .read_to_end(&mut out)
        .map_err(|source| DecodeError::Damaged { encoding: encoding.to_owned(), source })?;
    if out.len() > limit { Err(DecodeError::TooLarge { limit }) } else { Ok(out) }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write};
    use proptest::prelude::*;
    use std::io::Write;

    fn gzip(bytes: &[u8]) -> Vec<u8> {
        let mut encoder = write::GzEncoder::new(Vec::new(), Compression::default());
        encoder.write_all(bytes).expect("a vector takes all");
        encoder.finish().expect("a vector takes all")
    }

    #[test]
    fn codings() {
        let text = "初三数学".as_bytes();
        assert_eq!(decode_body("gzip", &gzip(text), 100).expect("valid"), text);
        assert_eq!(decode_body("gzip, gzip", &gzip(&gzip(text)), 100).expect("valid"), text);
        let mut bare = write::DeflateEncoder::new(Vec::new(), Compression::default());
        bare.write_all(text).expect("a vector takes all");
        assert_eq!(decode_body("Deflate", &bare.finish().expect("a vector"), 100).expect("valid"), text);
        assert!(matches!(decode_body("zstd", text, 100), Err(DecodeError::Unknown(_))));
        assert!(matches!(decode_body("gzip", text, 100), Err(DecodeError::Damaged { .. })));
    }

    #[test]
    fn a_bomb_stops_at_the_limit() {
        let bomb = gzip(&vec![0; 5_000_000]);
        assert!(bomb.len() < 10_000);
        assert!(matches!(decode_body("gzip", &bomb, 1_000), Err(DecodeError::TooLarge { limit: 1_000 })));
    }

    proptest! {
        #[test]
        fn no_panic_on_any_bytes(bytes: Vec<u8>, coding in "(gzip|deflate|br|identity)(,(gzip|br))?") {
            let _ = decode_body(&coding, &bytes, 4096);
        }
    }
}
