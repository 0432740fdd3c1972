//! `search`: a query in, listings or leads with masked snippets out.

use super::App;
use crate::{
    assess::Reading,
    domain::{LeadId, ListingId, Span},
    evidence::mask_spans,
    store::{Hit, SearchQuery, StoreError, StoredListing},
    text::{Cleaner, search::Query},
};
use serde::Serialize;
use std::collections::HashMap;

/// Characters shown before and behind the first hit.
const AROUND: (usize, usize) = (16, 44);

/// A listing that was found, as people may see it.
#[derive(Clone, Debug, Serialize)]
pub struct Found {
    /// Its number.
    pub listing: ListingId,
    /// The label of its lead.
    pub lead: Option<String>,
    /// BM25; the larger, the better.
    pub score: f64,
    /// Listings of the same lead that were found, this one included; 1 where listings were asked for.
    pub listings: usize,
    /// Code of the verdict.
    pub verdict: Option<&'static str>,
    /// The county it names.
    pub county: Option<String>,
    /// Where it was published.
    pub source: String,
    /// The original words around the hit, contacts masked, hits between 【 and 】.
    pub snippet: String,
}

/// What a search found.
#[derive(Clone, Debug, Serialize)]
pub struct Answer {
    /// Best first.
    pub found: Vec<Found>,
    /// Whether there were so many matches that only the newest were ranked.
    pub only_newest: bool,
}

/// What is wanted of a search.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wanted {
    /// Every listing.
    Listings,
    /// The best listing of every lead.
    Leads,
}

/// Searches.
///
/// # Errors
/// The store's; no query is wrong.
pub async fn search(
    app: &App,
    reading: &Reading,
    text: &str,
    wanted: Wanted,
    limit: u32,
) -> Result<Answer, StoreError> {
    let query = Query::parse(text);
    // A lead's number is what people have in their files.
    let number = query.wanted.first().filter(|word| query.wanted.len() == 1 && word.starts_with(['L', 'l']));
    if let Some(lead) = number.and_then(|word| LeadId::parse(word))
        && let Some(stored) = app.leads.show(lead).await?
    {
        let id = stored.id;
        let hits = stored.lead.members.iter().map(|listing| Hit { listing: *listing, lead: Some(id), score: 0.0 });
        let found = show(app, reading, &query, hits.collect(), wanted, limit).await?;
        return Ok(Answer { found, only_newest: false });
    }
    let asked = SearchQuery {
        expression: query.expression(&reading.cleaner),
        county: query.county.clone(),
        level: query.level.clone(),
        state: query.state.clone(),
        source: query.source.clone(),
        // Many listings may be of one lead.
        limit: if wanted == Wanted::Leads { limit.saturating_mul(20).max(200) } else { limit },
    };
    let hits = app.search.search(asked).await?;
    let found = show(app, reading, &query, hits.hits, wanted, limit).await?;
    Ok(Answer { found, only_newest: hits.only_newest })
}

/// What people may see of hits.
///
/// # Errors
/// The store's.
pub async fn show(
    app: &App,
    reading: &Reading,
    query: &Query,
    hits: Vec<Hit>,
    wanted: Wanted,
    limit: u32,
) -> Result<Vec<Found>, StoreError> {
    let mut chosen: Vec<(Hit, usize)> = Vec::new();
    let mut at: HashMap<LeadId, usize> = HashMap::new();
    for hit in hits {
        match (wanted, hit.lead) {
            (Wanted::Listings, _) => chosen.push((hit, 1)),
            (Wanted::Leads, None) => {}
            (Wanted::Leads, Some(lead)) => {
                if let Some((_, listings)) = at.get(&lead).and_then(|at| chosen.get_mut(*at)) {
                    *listings += 1;
                } else {
                    at.insert(lead, chosen.len());
                    chosen.push((hit, 1));
                }
            }
        }
    }
    chosen.truncate(usize::try_from(limit).unwrap_or(usize::MAX));
    let ids: Vec<ListingId> = chosen.iter().map(|(hit, _)| hit.listing).collect();
    let stored = app.listings.by_ids(&ids).await?;
    let by_id: HashMap<ListingId, &StoredListing> = stored.iter().map(|one| (one.id, one)).collect();
    let found = chosen.iter().filter_map(|(hit, listings)| {
        let stored = by_id.get(&hit.listing)?;
        let judged = stored.assessment.as_ref();
        Some(Found {
            listing: hit.listing,
            lead: hit.lead.map(LeadId::label),
            score: hit.score,
            listings: *listings,
            verdict: judged.map(|judged| judged.verdict.code()),
            county: judged.map(|judged| judged.county.as_str().to_owned()),
            source: stored.listing.source.0.clone(),
            snippet: snippet(stored, &query.wanted, &reading.cleaner),
        })
    });
    Ok(found.collect())
}

/// The original words around the first hit.
fn snippet(stored: &StoredListing, words: &[String], cleaner: &Cleaner) -> String {
    let full = format!("{}\n{}", stored.listing.title, stored.listing.body);
    let clear = cleaner.clean(&full);
    let mut marks: Vec<Span> = Vec::new();
    for word in words {
        let word = cleaner.clean(word);
        let parts = word.as_str().split(|c: char| !c.is_alphanumeric()).filter(|part| !part.is_empty());
        for part in parts {
            marks.extend(clear.as_str().match_indices(part).map(|(at, hit)| clear.span(at..at + hit.len())));
        }
    }
    marks.sort_by_key(|mark| (mark.start, mark.end));
    let contacts = stored.assessment.as_ref().map(|judged| judged.contacts.as_slice()).unwrap_or_default();
    let hidden = mask_spans(&full, contacts);
    let first = marks.first().map_or(0, |mark| mark.start);
    let begin = first.saturating_sub(AROUND.0);
    let holds = |span: Span, at: usize| span.start <= at && at < span.end;
    let mut out = String::new();
    let mut open = false;
    for (at, c) in full.chars().enumerate().skip(begin).take(AROUND.0 + AROUND.1) {
        let marked = marks.iter().any(|mark| holds(*mark, at));
        let replaced = hidden.iter().find(|one| holds(one.span, at));
        // A contact is shown as a whole, marked or not.
        let marked = marked && replaced.is_none();
        if marked != open {
            out.push(if marked { '【' } else { '】' });
            open = marked;
        }
        match replaced {
            Some(one) if one.span.start == at || begin == at => out.push_str(&one.shown),
            Some(_) => {}
            None => out.push(if c.is_control() { ' ' } else { c }),
        }
    }
    if open {
        out.push('】');
    }
    out.trim().to_owned()
}
