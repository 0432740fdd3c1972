//! Pages already seen in a file, for the records that only say "the same as before".

use std::collections::HashMap;

/// All kept pages together, in bytes; beyond that a repetition is reported and not resolved.
const KEEP_BYTES: usize = 64 << 20;

/// What a revisit record repeats.
#[derive(Clone, Debug)]
pub(super) struct Payload {
    pub status: u16,
    pub headers: Vec<(String, String)>,
    /// The body as it stood in the record, all codings on.
    pub raw: Vec<u8>,
}

/// Pages by record id, digest and address.
#[derive(Debug, Default)]
pub(super) struct Payloads {
    kept: Vec<Payload>,
    index: HashMap<String, usize>,
    bytes: usize,
}

impl Payloads {
    /// Keeps a page under every name that a revisit may use for it.
    pub fn keep(&mut self, names: impl Iterator<Item = String>, payload: &Payload) {
        if self.bytes + payload.raw.len() > KEEP_BYTES {
            return;
        }
        self.bytes += payload.raw.len();
        // The latest page under an address is the one that a server means by "not modified".
        self.index.extend(names.map(|name| (name, self.kept.len())));
        self.kept.push(payload.clone());
    }

    /// The first of these names that is known.
    pub fn find(&self, names: impl Iterator<Item = String>) -> Option<&Payload> {
        names.filter_map(|name| self.index.get(&name)).find_map(|at| self.kept.get(*at))
    }
}
