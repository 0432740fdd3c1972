//! SHA-256 digests and the chain that ties each capture to the one before it.

use sha2::{Digest, Sha256};
use std::io::{self, Write};

/// The lower-case hexadecimal SHA-256 of some bytes.
///
/// ```
/// use tanzhao::evidence::sha256_hex;
/// assert!(sha256_hex(b"").starts_with("e3b0c44298fc1c14"));
/// ```
#[must_use]
pub fn sha256_hex(bytes: &[u8]) -> String {
    to_hex(&Sha256::digest(bytes))
}

/// 32 bytes from 64 hexadecimal characters.
pub(super) fn from_hex(text: &str) -> Option<[u8; 32]> {
    let digits = text.as_bytes();
    if digits.len() != 64 {
        return None;
    }
    let mut bytes = [0; 32];
    for (byte, pair) in bytes.iter_mut().zip(digits.chunks(2)) {
        let value = |digit: u8| char::from(digit).to_digit(16);
        *byte = u8::try_from(value(pair[0])? * 16 + value(pair[1])?).ok()?;
    }
    Some(bytes)
}

pub(super) fn to_hex(bytes: &[u8]) -> String {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    bytes
        .iter()
        .flat_map(|byte| [DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]])
        .map(char::from)
        .collect()
}

/// Counts and digests what passes through to another writer.
#[derive(Debug)]
pub struct HashingWriter<W> {
    inner: W,
    hash: Sha256,
    bytes: u64,
}

impl<W: Write> HashingWriter<W> {
    /// Wraps a writer.
    pub fn new(inner: W) -> Self {
        Self { inner, hash: Sha256::new(), bytes: 0 }
    }

    /// Bytes that have passed so far.
    pub fn written(&self) -> u64 {
        self.bytes
    }

    /// The inner writer, the hexadecimal digest and the number of bytes that passed.
    pub fn finish(self) -> (W, String, u64) {
        (self.inner, to_hex(&self.hash.finalize()), self.bytes)
    }
}

impl<W: Write> Write for HashingWriter<W> {
    fn write(&mut self, buffer: &[u8]) -> io::Result<usize> {
        let written = self.inner.write(buffer)?;
        // Only what the inner writer really took is part of the digest.
        self.hash.update(&buffer[..written]);
        self.bytes += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.inner.flush()
    }
}

/// A chain of digests: each link is the digest of the link before and the new capture's digest.
///
/// It holds hashes only, so a page purged by retention does not break it.
///
/// ```
/// use tanzhao::evidence::Chain;
/// let mut chain = Chain::new();
/// let first = chain.push("aa").to_owned();
/// assert_ne!(first, chain.push("aa"));
/// assert_eq!(Chain::from_head(first).push("aa"), chain.head());
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Chain {
    head: String,
}

impl Default for Chain {
    fn default() -> Self {
        Self::new()
    }
}

impl Chain {
    /// An empty chain; its head is 64 zeros.
    #[must_use]
    pub fn new() -> Self {
        Self { head: "0".repeat(64) }
    }

    /// Continues from a stored head.
    #[must_use]
    pub fn from_head(head: impl Into<String>) -> Self {
        Self { head: head.into() }
    }

    /// Adds a digest and returns the new head.
    pub fn push(&mut self, digest: &str) -> &str {
        self.head = sha256_hex(format!("{}\n{digest}", self.head).as_bytes());
        &self.head
    }

    /// The head.
    #[must_use]
    pub fn head(&self) -> &str {
        &self.head
    }

    /// The position (from 0) of the first link that does not follow from the one before; `None` when all hold.
    #[must_use]
    pub fn first_break<'a>(links: impl IntoIterator<Item = (&'a str, &'a str)>) -> Option<usize> {
        let mut chain = Self::new();
        links.into_iter().position(|(digest, head)| chain.push(digest) != head)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_changed_digest_breaks_the_chain_where_it_was_changed() {
        let digests = ["a1", "b2", "c3"];
        let mut chain = Chain::new();
        let mut links: Vec<(String, String)> =
            digests.iter().map(|digest| ((*digest).to_owned(), chain.push(digest).to_owned())).collect();
        let check = |links: &[(String, String)]| {
            Chain::first_break(links.iter().map(|(digest, head)| (digest.as_str(), head.as_str())))
        };
        assert_eq!(check(&links), None);
        links[1].0 = "bb".to_owned();
        assert_eq!(check(&links), Some(1));
        links.remove(1);
        assert_eq!(check(&links), Some(1), "a link cannot be left out either");
    }

    #[test]
    fn the_writer_digests_exactly_what_it_passes_on() {
        let mut writer = HashingWriter::new(Vec::new());
        writer.write_all("证据".as_bytes()).expect("a vector takes all");
        writer.write_all(b"!").expect("a vector takes all");
        let (bytes, digest, count) = writer.finish();
        assert_eq!(digest, sha256_hex("证据!".as_bytes()));
        assert_eq!(count, bytes.len() as u64);
    }
}
