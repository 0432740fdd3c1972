//! Which listings of the corpus are the ordinary stream of a city's postings; included by path where it is needed.

/// Beginnings of ids; the other files are offers and what is written to be mistaken for them.
const ORDINARY: [&str; 6] = ["background-", "gen-", "goods-", "homes-", "work-", "family-"];

/// Whether a listing belongs to the ordinary stream, in which an offer is rare.
pub fn is_ordinary(id: &str) -> bool {
    ORDINARY.iter().any(|beginning| id.starts_with(beginning))
}
