//! The clear text with its map back to the original.

use crate::domain::Span;
use std::ops::Range;

/// One character on its way from the original to the clear text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unit {
    /// The character as it stands now.
    pub ch: char,
    /// First byte of its source in the original.
    pub from: u32,
    /// One past the last byte of its source.
    pub to: u32,
    /// Whether a disguise rule made it, as opposed to mere folding.
    pub changed: bool,
}

/// A cleaned text; each of its characters holds the byte range of the original it came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ClearText {
    original: String,
    clear: String,
    units: Vec<Unit>,
    /// Byte offset of each clear character.
    starts: Vec<u32>,
    /// Byte offset of each original character.
    original_starts: Vec<u32>,
}

impl ClearText {
    pub(super) fn new(original: &str, units: Vec<Unit>) -> Self {
        let mut clear = String::with_capacity(original.len());
        let mut starts = Vec::with_capacity(units.len());
        for unit in &units {
            starts.push(clear.len() as u32);
            clear.push(unit.ch);
        }
        let original_starts = original.char_indices().map(|(at, _)| at as u32).collect();
        Self { original: original.to_owned(), clear, units, starts, original_starts }
    }

    /// The cleaned text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.clear
    }

    /// The text as the poster wrote it.
    #[must_use]
    pub fn original(&self) -> &str {
        &self.original
    }

    /// The characters of the original that a byte range of the clear text came from, separators between them included.
    ///
    /// An empty range gives an empty span at the place it stands; a range past the end is cut off.
    #[must_use]
    pub fn span(&self, range: Range<usize>) -> Span {
        let units = self.units_in(&range);
        if let (Some(first), Some(last)) = (units.first(), units.last()) {
            return Span::new(self.char_at(first.from), self.char_at(last.to));
        }
        let next = self.starts.partition_point(|&start| (start as usize) < range.start);
        let at = self.units.get(next).map_or(self.original_starts.len(), |unit| self.char_at(unit.from));
        Span::new(at, at)
    }

    /// The bytes of the original behind a byte range of the clear text.
    #[must_use]
    pub fn source(&self, range: Range<usize>) -> Range<usize> {
        let units = self.units_in(&range);
        match (units.first(), units.last()) {
            (Some(first), Some(last)) => first.from as usize..last.to as usize,
            _ => 0..0,
        }
    }

    /// The bytes of the clear text that came from a span of the original; `None` when nothing of it is left.
    #[must_use]
    pub fn clear_range(&self, span: Span) -> Option<Range<usize>> {
        let byte =
            |char_index: usize| self.original_starts.get(char_index).map_or(self.original.len() as u32, |at| *at);
        let (from, to) = (byte(span.start), byte(span.end));
        // Sources of neighbouring units never run backwards, so both ends can be searched by halving.
        let first = self.units.partition_point(|unit| unit.to <= from);
        let end = self.units.partition_point(|unit| unit.from < to);
        let start_of = |unit: usize| self.starts.get(unit).map_or(self.clear.len(), |at| *at as usize);
        (first < end).then(|| start_of(first)..start_of(end))
    }

    /// The poster's own characters at a span.
    #[must_use]
    pub fn quote(&self, span: Span) -> &str {
        let byte = |char_index: usize| {
            self.original_starts.get(char_index).map_or(self.original.len(), |&start| start as usize)
        };
        &self.original[byte(span.start)..byte(span.end.max(span.start))]
    }

    /// Whether any character of the range came from a disguise rule rather than from folding of case and width.
    #[must_use]
    pub fn changed(&self, range: Range<usize>) -> bool {
        self.units_in(&range).iter().any(|unit| unit.changed)
    }

    /// Every clear character with its source, in order.
    #[must_use]
    pub fn units(&self) -> &[Unit] {
        &self.units
    }

    /// The units a byte range touches, those it only cuts into included.
    fn units_in(&self, range: &Range<usize>) -> &[Unit] {
        if range.end <= range.start {
            return &[];
        }
        let first = self.starts.partition_point(|&start| (start as usize) <= range.start).saturating_sub(1);
        let end = self.starts.partition_point(|&start| (start as usize) < range.end);
        if range.start >= self.clear.len() { &[] } else { self.units.get(first..end).unwrap_or(&[]) }
    }

    /// The index of the original character that starts at a byte.
    fn char_at(&self, byte: u32) -> usize {
        self.original_starts.partition_point(|&start| start < byte)
    }
}
