//! Where a listing belongs.

use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;

/// Who has to look at a listing: a county of the configured city, the city itself, somebody else, or nobody knows.
///
/// In files it is one string: the short county name, the city name, `outside` or `unknown`. Which names are
/// counties is data (`seeds/places/`), so a name other than the two fixed words is kept as written.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Default)]
pub enum Jurisdiction {
    /// A county or the city, by the name the gazetteer gives it.
    Place(String),
    /// A place outside the configured city.
    Outside,
    /// Nothing in the text or the site says.
    #[default]
    Unknown,
}

impl Jurisdiction {
    /// Reads the string form.
    #[must_use]
    pub fn parse(text: &str) -> Self {
        match text {
            "outside" => Self::Outside,
            "unknown" | "" => Self::Unknown,
            name => Self::Place(name.to_owned()),
        }
    }

    /// The string form.
    #[must_use]
    pub fn as_str(&self) -> &str {
        match self {
            Self::Place(name) => name,
            Self::Outside => "outside",
            Self::Unknown => "unknown",
        }
    }

    /// The words people read.
    #[must_use]
    pub fn zh(&self) -> &str {
        match self {
            Self::Place(name) => name,
            Self::Outside => "市外",
            Self::Unknown => "属地未明",
        }
    }
}

impl fmt::Display for Jurisdiction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

impl Serialize for Jurisdiction {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str(self.as_str())
    }
}

impl<'de> Deserialize<'de> for Jurisdiction {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Self::parse(&std::borrow::Cow::<'de, str>::deserialize(deserializer)?))
    }
}
