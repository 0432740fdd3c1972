//! Digests as WARC and WACZ files write them: `sha1:` and Base32, or `sha256:` and hexadecimal, and the other way round.

use crate::evidence::sha256_hex;
use data_encoding::{BASE32_NOPAD, HEXLOWER};
use sha1::{Digest as _, Sha1};

/// Whether bytes have the digest that a label states; `None` for an algorithm that is not known here.
pub(super) fn fits(label: &str, bytes: &[u8]) -> Option<bool> {
    let (algorithm, stated) = label.trim().split_once(':')?;
    let hex = match algorithm.to_ascii_lowercase().replace('-', "").as_str() {
        "sha1" => HEXLOWER.encode(&Sha1::digest(bytes)),
        "sha256" => sha256_hex(bytes),
        _ => return None,
    };
    Some(same(&hex, stated))
}

/// Whether a stated value, hexadecimal or Base32, is this hexadecimal digest.
fn same(hex: &str, stated: &str) -> bool {
    let stated = stated.trim().trim_end_matches('=');
    if stated.len() == hex.len() {
        return stated.eq_ignore_ascii_case(hex);
    }
    BASE32_NOPAD.decode(stated.to_ascii_uppercase().as_bytes()).is_ok_and(|raw| HEXLOWER.encode(&raw) == hex)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn both_spellings_of_both_algorithms() {
        // SHA-1 and SHA-256 of nothing, from FIPS 180-4's examples.
        for label in [
            "sha1:3I42H3S6NNFQ2MSVX7XZKYAYSCX5QBYJ",
            "sha1:da39a3ee5e6b4b0d3255bfef95601890afd80709",
            "sha256:e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
            "SHA-256:E3B0C44298FC1C149AFBF4C8996FB92427AE41E4649B934CA495991B7852B855",
            "sha256:4OYMIQUY7QOBJGX36TEJS35ZEQT24QPEMSNZGTFESWMRW6CSXBKQ====",
        ] {
            assert_eq!(fits(label, b""), Some(true), "{label}");
            assert_eq!(fits(label, b"x"), Some(false), "{label}");
        }
        assert_eq!(fits("md5:d41d8cd98f00b204e9800998ecf8427e", b""), None);
        assert_eq!(fits("sha1:短", b""), Some(false));
    }
}
