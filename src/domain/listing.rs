//! A listing: one advertisement as a page shows it.

use super::{SourceId, SourceKind, UrlKey};
use jiff::{Timestamp, civil::Date};
use serde::{Deserialize, Serialize};

/// Where on its page a field stood: a CSS selector with the match's number, or a JSON pointer.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct FieldOrigin {
    /// The field's name, for example `title`.
    pub field: String,
    /// For example `h1.title#0` or `/data/items/3/content`.
    pub place: String,
}

/// One advertisement, original text, with its fields and where they stood.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Listing {
    /// The address a person would open.
    pub url: String,
    /// The address that identifies the advertisement.
    pub canonical_url: UrlKey,
    /// The source it came from.
    pub source: SourceId,
    /// What kind of site that is.
    pub source_kind: SourceKind,
    /// As shown; may be empty.
    pub title: String,
    /// As shown, paragraphs separated by `\n`.
    pub body: String,
    /// The poster's name as shown.
    pub author: Option<String>,
    /// The price as shown.
    pub price: Option<String>,
    /// The place as shown.
    pub location: Option<String>,
    /// The city the source files the post under.
    pub site_city: Option<String>,
    /// The day of posting in Asia/Shanghai.
    pub posted_at: Option<Date>,
    /// When the page was fetched.
    pub fetched_at: Timestamp,
    /// Where each field stood.
    pub origins: Vec<FieldOrigin>,
}

/// What the judgement reads: the fields of `classify` input.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ListingText {
    /// May be empty.
    #[serde(default)]
    pub title: String,
    /// The text.
    pub body: String,
    /// The city the site files the post under; may be empty.
    #[serde(default)]
    pub site_city: String,
}

impl ListingText {
    /// The text all spans count in.
    #[must_use]
    pub fn full(&self) -> String {
        format!("{}\n{}", self.title, self.body)
    }
}

impl From<&Listing> for ListingText {
    fn from(listing: &Listing) -> Self {
        // The location field helps to place a listing but is no part of the quoted text.
        Self {
            title: listing.title.clone(),
            body: listing.body.clone(),
            site_city: match (&listing.location, &listing.site_city) {
                (Some(place), Some(city)) => format!("{city} {place}"),
                (Some(only), None) | (None, Some(only)) => only.clone(),
                (None, None) => String::new(),
            },
        }
    }
}
