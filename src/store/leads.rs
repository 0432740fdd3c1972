//! Leads and the packages made of them.

use super::Result;
use crate::domain::{LeadId, ListingId};
use crate::leads::Lead;
use async_trait::async_trait;
use jiff::Timestamp;

/// A lead with its number.
#[derive(Clone, Debug)]
pub struct StoredLead {
    /// Its number; kept while any of its listings stays in it.
    pub id: LeadId,
    /// The lead.
    pub lead: Lead,
}

/// One package that was handed over.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PackageRecord {
    /// County code.
    pub county: String,
    /// File name.
    pub file: String,
    /// SHA-256 of the zip.
    pub sha256: String,
    /// When.
    pub made_at: Timestamp,
    /// The leads in it.
    pub leads: Vec<LeadId>,
}

/// The contract of the leads.
#[async_trait]
pub trait Leads: Send + Sync {
    /// Replaces the whole set of leads, given in the officers' order. A lead keeps the smallest number any of its listings had before; numbers that
    /// disappear are recorded with the lead they went into, and never given again.
    async fn replace(&self, leads: Vec<Lead>) -> Result<Vec<StoredLead>>;

    /// All leads, most urgent first.
    async fn list(&self) -> Result<Vec<StoredLead>>;

    /// One lead; a number that was merged away leads to its successor.
    async fn show(&self, id: LeadId) -> Result<Option<StoredLead>>;

    /// Records a package.
    async fn record_package(&self, package: PackageRecord) -> Result<()>;

    /// Packages of a county, newest first.
    async fn packages(&self, county: &str) -> Result<Vec<PackageRecord>>;

    /// Which listings belong to a lead.
    async fn members(&self, id: LeadId) -> Result<Vec<ListingId>>;
}
