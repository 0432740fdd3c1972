//! Judged listings -> leads.

use crate::{
    calendar::Calendar,
    leads::{GenericContact, LeadParams, Member, find_leads},
    store::{Leads, Listings, StoreError, StoredLead},
};
use jiff::civil::Date;
use std::sync::Arc;

/// What linking brought.
pub struct Linking {
    /// The leads, most urgent first.
    pub leads: Vec<StoredLead>,
    /// Contacts that belong to everybody and linked nothing.
    pub generic: Vec<GenericContact>,
}

/// Rebuilds the set of leads from every judged listing; repeating it changes nothing.
///
/// # Errors
/// The store's.
pub async fn relink(
    listings: &Arc<dyn Listings>,
    leads: &Arc<dyn Leads>,
    params: LeadParams,
    calendar: Calendar,
    today: Date,
) -> Result<Linking, StoreError> {
    let judged = listings.assessed().await?;
    let members: Vec<Member> = judged
        .into_iter()
        .filter_map(|stored| {
            Some(Member {
                id: stored.id,
                listing: stored.listing,
                gone: stored.gone.is_some(),
                assessment: stored.assessment?,
                fingerprint: stored.fingerprint?,
            })
        })
        .collect();
    let found = tokio::task::spawn_blocking(move || find_leads(&members, &params, &calendar, today)).await;
    let found = found.map_err(|_| StoreError::Closed)?;
    Ok(Linking { leads: leads.replace(found.leads).await?, generic: found.generic })
}
