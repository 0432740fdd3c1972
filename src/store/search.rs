//! Full-text search over judged listings.

use super::Result;
use crate::domain::{Act, LeadId, ListingId};
use async_trait::async_trait;

/// What to look for.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SearchQuery {
    /// An expression of [`Query::expression`](crate::text::search::Query::expression); `None` finds the newest.
    pub expression: Option<String>,
    /// Only of leads of a county, as leads name it.
    pub county: Option<String>,
    /// Only of leads of a level, by its code.
    pub level: Option<String>,
    /// Only of leads in a state.
    pub state: Option<String>,
    /// Only of a source.
    pub source: Option<String>,
    /// At most so many.
    pub limit: u32,
}

/// A listing that was found.
#[derive(Clone, Debug, PartialEq)]
pub struct Hit {
    /// Which.
    pub listing: ListingId,
    /// Its lead.
    pub lead: Option<LeadId>,
    /// BM25; the larger, the better it fits. 0 where no words were asked for.
    pub score: f64,
}

/// What a search found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Hits {
    /// Best first; of equal ones the newest first.
    pub hits: Vec<Hit>,
    /// Whether there were so many matches that only the newest of them were looked at.
    pub only_newest: bool,
}

/// The contract of search. A listing can be found once it is judged, without its contacts.
#[async_trait]
pub trait Search: Send + Sync {
    /// Listings that match.
    async fn search(&self, query: SearchQuery) -> Result<Hits>;

    /// Listings that show an identifier with one of these keys, newest first. Since that tells who uses a contact, `act` goes
    /// into the audit log first; it must not name the contact.
    async fn showing(&self, keys: Vec<i64>, limit: u32, act: Act) -> Result<Vec<Hit>>;
}
