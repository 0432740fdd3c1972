//! County packages: which lead goes to whom, with its evidence.

use super::{App, SOFTWARE, sweep::versions};
use crate::{
    assess::Toolkit,
    domain::Jurisdiction,
    export::{BundleReceipt, CaptureFile, County, LeadFile, PackageSpec, write_bundle},
    store::{PackageRecord, StoredLead},
};
use anyhow::{Context, bail};
use jiff::Timestamp;
use serde::Deserialize;
use std::{collections::BTreeMap, path::Path};

/// The receivers as committed.
const COUNTIES: &str = include_str!(concat!(env!("CARGO_MANIFEST_DIR"), "/seeds/counties.toml"));

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    city: Vec<City>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct City {
    name: String,
    code: String,
    counties: Vec<Receiver>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Receiver {
    name: String,
    code: String,
}

/// One package that was written.
pub struct Written {
    /// For whom.
    pub county: County,
    /// What and where.
    pub receipt: BundleReceipt,
    /// Captures that were no longer what the store says, left out and named here.
    pub problems: Vec<String>,
}

/// The receivers of a city: itself first, then its counties.
///
/// # Errors
/// When the city is not in `seeds/counties.toml`.
pub fn receivers(city: &str) -> anyhow::Result<Vec<County>> {
    let file: File = toml::from_str(COUNTIES).context("seeds/counties.toml")?;
    let Some(found) = file.city.into_iter().find(|one| one.name == city) else {
        bail!("city: found `{city}`, expected one that seeds/counties.toml lists");
    };
    let own = County { code: found.code, name: found.name };
    let counties = found.counties.into_iter().map(|one| County { code: one.code, name: one.name });
    Ok(std::iter::once(own).chain(counties).collect())
}

/// Who gets a lead: the county named, the city when only that or nothing is known, nobody outside.
#[must_use]
pub fn receiver<'a>(lead: &StoredLead, receivers: &'a [County]) -> Option<&'a County> {
    match &lead.lead.county {
        Jurisdiction::Outside => None,
        Jurisdiction::Unknown => receivers.first(),
        Jurisdiction::Place(name) => receivers.iter().find(|county| county.name == *name).or_else(|| receivers.first()),
    }
}

/// Writes a package for a county (name or code) or for every county that has leads.
///
/// # Errors
/// An unknown county, the disk, the store.
pub async fn handover(
    app: &App,
    city: &str,
    toolkit: &Toolkit,
    county: &str,
    output: &Path,
    since: Option<Timestamp>,
) -> anyhow::Result<Vec<Written>> {
    let receivers = receivers(city)?;
    let wanted: Vec<&County> =
        receivers.iter().filter(|one| county == "all" || county == one.code || county == one.name).collect();
    if wanted.is_empty() {
        let known: Vec<String> = receivers.iter().map(|one| format!("{} {}", one.code, one.name)).collect();
        bail!("--county: found `{county}`, expected all or one of {}", known.join(", "));
    }
    std::fs::create_dir_all(output).with_context(|| format!("{}: cannot be made", output.display()))?;
    let leads = app.leads.list().await?;
    let matter_names: BTreeMap<String, String> =
        toolkit.reading.matters.all().iter().map(|matter| (matter.code.clone(), matter_name(matter))).collect();
    let mut written = Vec::new();
    for county in wanted {
        let mut problems = Vec::new();
        let mut files = Vec::new();
        for lead in leads.iter().filter(|lead| receiver(lead, &receivers) == Some(county)) {
            let file = lead_file(app, lead, &mut problems).await?;
            if since.is_none_or(|since| file.listings.iter().any(|(listing, ..)| listing.fetched_at >= since)) {
                files.push(file);
            }
        }
        if files.is_empty() {
            continue;
        }
        let used = versions(toolkit);
        let spec = PackageSpec {
            county: county.clone(),
            previous_digest: app.leads.packages(&county.code).await?.into_iter().next().map(|package| package.sha256),
            generated_at: app.clock.now(),
            versions: BTreeMap::from([
                ("software".to_owned(), SOFTWARE.to_owned()),
                ("model".to_owned(), used.model),
                ("lexicon".to_owned(), used.lexicon),
            ]),
            matter_names: matter_names.clone(),
        };
        let ids = files.iter().filter_map(|file| file.lead.id).collect();
        let (dir, made_at) = (output.to_owned(), spec.generated_at);
        let receipt = tokio::task::spawn_blocking(move || write_bundle(&dir, &spec, &files)).await??;
        app.leads
            .record_package(PackageRecord {
                county: county.code.clone(),
                file: receipt.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
                sha256: receipt.sha256.clone(),
                made_at,
                leads: ids,
            })
            .await?;
        written.push(Written { county: county.clone(), receipt, problems });
    }
    Ok(written)
}

/// A lead with its listings and their archived pages; a capture that changed on disk is left out and named.
async fn lead_file(app: &App, lead: &StoredLead, problems: &mut Vec<String>) -> anyhow::Result<LeadFile> {
    let mut listings = Vec::new();
    for stored in app.listings.by_ids(&lead.lead.members).await? {
        let Some(assessment) = stored.assessment else { continue };
        let capture = match stored.capture {
            None => None,
            Some(row) => match app.captures.load(&row.warc, &row.sha256) {
                Ok(bytes) => Some(CaptureFile { name: row.warc, sha256: row.sha256, bytes }),
                Err(error) => {
                    problems.push(format!("{}: {error}", lead.id.label()));
                    None
                }
            },
        };
        listings.push((stored.listing, assessment, capture));
    }
    Ok(LeadFile { lead: lead.lead.clone(), listings })
}

/// A matter as people read it; one whose articles nobody has checked says so wherever it appears (ruling 21).
fn matter_name(matter: &crate::assess::matters::Matter) -> String {
    if matter.verified { matter.title_zh.clone() } else { format!("{}（依据待核）", matter.title_zh) }
}
