//! A page: one request we may make and the response that came.

use super::SourceId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What a definition says a page is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PageRole {
    /// A list that leads to listings.
    Index,
    /// One listing as HTML.
    Detail,
    /// One listing as a mini-program's share page.
    Share,
    /// A JSON list or item.
    Api,
}

impl PageRole {
    /// The name used in definitions and the store.
    #[must_use]
    pub const fn code(self) -> &'static str {
        match self {
            Self::Index => "index",
            Self::Detail => "detail",
            Self::Share => "share",
            Self::Api => "api",
        }
    }

    /// Reads the name.
    #[must_use]
    pub fn parse(code: &str) -> Option<Self> {
        [Self::Index, Self::Detail, Self::Share, Self::Api].into_iter().find(|role| role.code() == code)
    }
}

/// One request: a GET of a URL, or a POST with a JSON body where a public list asks for it.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Request {
    /// Absolute http(s) address.
    pub url: String,
    /// The JSON body of a POST; `None` is a GET.
    pub post_body: Option<String>,
}

impl Request {
    /// A GET.
    #[must_use]
    pub fn get(url: impl Into<String>) -> Self {
        Self { url: url.into(), post_body: None }
    }
}

/// A response, body already decompressed, not yet decoded.
#[derive(Clone, Debug, PartialEq)]
pub struct FetchedPage {
    /// The source it was fetched for.
    pub source: SourceId,
    /// Which definition page it is.
    pub role: PageRole,
    /// What was asked.
    pub request: Request,
    /// Where the answer came from after redirects.
    pub final_url: String,
    /// HTTP status.
    pub status: u16,
    /// Header names in lower case with their values.
    pub headers: Vec<(String, String)>,
    /// The decompressed body.
    pub body: Vec<u8>,
    /// When the answer was complete.
    pub fetched_at: Timestamp,
}

impl FetchedPage {
    /// The first header of that lower-case name.
    #[must_use]
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}
