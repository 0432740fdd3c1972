//! The sample web: three invented sites on loopback that behave like real ones, for the demo and the tests.
//!
//! | site | what it is like | what is tricky about it |
//! |--|--|--|
//! | [`Site::Classified`] 朝阳同城 | server pages, index and detail | says gb2312 but sends GB18030, gzip, session ids in links, robots-forbidden links, a CAPTCHA with status 200, a login wall, a dead link |
//! | [`Site::Social`] 慕容圈 | an empty shell over a JSON list | opaque cursors |
//! | [`Site::Mini`] 凌河生活 | a mini-program's POST list and share pages | the text is in a share page only |
//!
//! Every request is written down with its time, so tests can prove how politely it was asked.

pub mod classified;
pub mod content;
pub mod log;
pub mod mini;
pub mod server;
pub mod social;

pub use content::{ContentError, SampleListing};
pub use log::{Log, Seen};
pub use server::{Running, SampleWeb, StartError};

/// One of the three sites.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Site {
    /// Classified advertisements.
    Classified,
    /// Social notes.
    Social,
    /// A mini-program's back end.
    Mini,
}

impl Site {
    /// The three of them.
    pub const ALL: [Self; 3] = [Self::Classified, Self::Social, Self::Mini];
}

/// A request, as far as the sites look at it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ask {
    /// Upper-case method.
    pub method: String,
    /// The path.
    pub path: String,
    /// Decoded query pairs.
    pub query: Vec<(String, String)>,
    /// The body.
    pub body: Vec<u8>,
    /// Which request this is since the start; session ids come from it.
    pub number: u64,
}

impl Ask {
    /// The first query value of that name.
    #[must_use]
    pub fn param(&self, name: &str) -> Option<&str> {
        self.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.as_str())
    }
}

/// An answer before compression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    /// HTTP status.
    pub status: u16,
    /// `Content-Type`.
    pub content_type: &'static str,
    /// The bytes, in the charset of the site.
    pub body: Vec<u8>,
}

impl Answer {
    fn new(status: u16, content_type: &'static str, body: impl Into<Vec<u8>>) -> Self {
        Self { status, content_type, body: body.into() }
    }

    fn text(body: &str) -> Self {
        Self::new(200, "text/plain; charset=utf-8", body)
    }

    fn json(status: u16, value: &serde_json::Value) -> Self {
        Self::new(status, "application/json; charset=utf-8", value.to_string())
    }

    fn html(status: u16, body: String) -> Self {
        Self::new(status, "text/html; charset=utf-8", body)
    }
}
