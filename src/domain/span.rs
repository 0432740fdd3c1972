//! A place in a text.

use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// A half-open range of Unicode scalar values of `title + "\n" + body`, as the contract asks.
///
/// ```
/// use tanzhao::domain::Span;
/// let span = Span::new(2, 4);
/// assert_eq!(span.slice("初三数学"), "数学");
/// assert_eq!(serde_json::to_string(&span).unwrap(), "[2,4]");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub struct Span {
    /// First scalar value.
    pub start: usize,
    /// One past the last.
    pub end: usize,
}

impl Span {
    /// A span; a reversed pair becomes empty at `start`.
    #[must_use]
    pub fn new(start: usize, end: usize) -> Self {
        Self { start, end: end.max(start) }
    }

    /// The characters it covers; what lies outside the text is cut off.
    #[must_use]
    pub fn slice(self, text: &str) -> &str {
        let mut bounds = text.char_indices().map(|(at, _)| at).chain([text.len()]);
        let Some(from) = bounds.by_ref().nth(self.start) else { return "" };
        if self.end <= self.start {
            return "";
        }
        let to = bounds.nth(self.end - self.start - 1).unwrap_or(text.len());
        &text[from..to]
    }

    /// Whether the two share a character.
    #[must_use]
    pub fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

impl Serialize for Span {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        [self.start, self.end].serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Span {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let [start, end] = <[usize; 2]>::deserialize(deserializer)?;
        Ok(Self::new(start, end))
    }
}
