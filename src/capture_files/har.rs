//! HAR 1.2, entry by entry: only one entry is in memory at a time.

use super::{
    FileError, Found, Limits, Sink, har_entry,
    metered::{Allowance, Metered, is_bomb},
};
use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;
use std::{
    fmt,
    io::{self, BufRead, BufReader, Read},
    ops::ControlFlow,
};

/// Size of the read buffer.
const BUFFER_BYTES: usize = 64 << 10;

/// Reads a HAR.
pub(super) fn read(input: impl Read, limits: &Limits, sink: &mut Sink<'_>) -> Result<ControlFlow<()>, FileError> {
    // An entry holds its body once, escaped or in base64, and its headers; the buffer reads ahead.
    let entry_bytes = limits.record_bytes.saturating_mul(2).saturating_add(2 * BUFFER_BYTES);
    let allowance = Allowance::new(entry_bytes as u64);
    let mut input = BufReader::with_capacity(BUFFER_BYTES, Metered::new(input, &allowance));
    if input.fill_buf().map_err(FileError::Read)?.starts_with(b"\xef\xbb\xbf") {
        input.consume(3);
    }
    let mut state = State { limits, sink, allowance: &allowance, entry_bytes, entries: 0, seen: false, end: None };
    let outcome = Top(&mut state).deserialize(&mut serde_json::Deserializer::from_reader(input));
    match (state.end, outcome) {
        (Some(End::Stopped), _) => Ok(ControlFlow::Break(())),
        (Some(End::TooMany), _) => Err(FileError::TooMany { limit: limits.records }),
        (None, Ok(())) if state.seen => Ok(ControlFlow::Continue(())),
        (None, Ok(())) => Err(FileError::NoEntries),
        (None, Err(source)) if source.is_io() => {
            let source = io::Error::from(source);
            Err(if is_bomb(&source) {
                FileError::TooLarge { what: format!("第 {} 个条目", state.entries + 1), limit: entry_bytes }
            } else {
                FileError::Read(source)
            })
        }
        (None, Err(source)) => Err(FileError::Json { entry: state.entries, source }),
    }
}

/// Why reading ended before the text did.
enum End {
    Stopped,
    TooMany,
}

struct State<'a, 'b> {
    limits: &'a Limits,
    sink: &'a mut Sink<'b>,
    allowance: &'a Allowance,
    entry_bytes: usize,
    entries: usize,
    seen: bool,
    end: Option<End>,
}

impl State<'_, '_> {
    /// One entry; `false` ends the reading.
    fn entry(&mut self, entry: &Value) -> bool {
        self.entries += 1;
        if self.entries > self.limits.records {
            self.end = Some(End::TooMany);
            return false;
        }
        let found: Found = har_entry::read(entry, self.entries, self.limits);
        self.allowance.refill(self.entry_bytes as u64);
        if (self.sink)(found).is_break() {
            self.end = Some(End::Stopped);
            return false;
        }
        true
    }
}

/// The whole text: an object with `log`.
struct Top<'s, 'a, 'b>(&'s mut State<'a, 'b>);
/// `log`: an object with `entries`.
struct Log<'s, 'a, 'b>(&'s mut State<'a, 'b>);
/// `entries`: an array.
struct Entries<'s, 'a, 'b>(&'s mut State<'a, 'b>);

impl<'de> DeserializeSeed<'de> for Top<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Top<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object with `log`")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "log" {
                map.next_value_seed(Log(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Log<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Log<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the object `log` with `entries`")
    }

    fn visit_map<M: MapAccess<'de>>(self, mut map: M) -> Result<(), M::Error> {
        while let Some(key) = map.next_key::<String>()? {
            if key == "entries" {
                self.0.seen = true;
                map.next_value_seed(Entries(self.0))?;
            } else {
                map.next_value::<IgnoredAny>()?;
            }
        }
        Ok(())
    }
}

impl<'de> DeserializeSeed<'de> for Entries<'_, '_, '_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_seq(self)
    }
}

impl<'de> Visitor<'de> for Entries<'_, '_, '_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the array `log.entries`")
    }

    fn visit_seq<S: SeqAccess<'de>>(self, mut seq: S) -> Result<(), S::Error> {
        while let Some(entry) = seq.next_element::<Value>()? {
            if !self.0.entry(&entry) {
                return Err(S::Error::custom("stopped"));
            }
        }
        Ok(())
    }
}
