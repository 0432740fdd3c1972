//! County packages: which lead goes to whom, with its evidence.

use super::{App, SOFTWARE, pictures::pictures, rendering::Browser, sweep::versions};
use crate::{
    assess::Toolkit,
    domain::{CaptureId, Jurisdiction, LeadMove, LeadState},
    evidence::AuditHead,
    export::{BundleReceipt, CaptureFile, County, Duty, LeadFile, PackageSpec, write_bundle},
    leads::lifecycle::{Actor, Life, Terms, allows, last_day},
    store::{CaptureRow, LeadQuery, PackageRecord, SealThrough, SealedCapture, StoredLead, StoredListing},
};
use anyhow::{Context, bail};
use jiff::{Timestamp, civil::Date};
use serde::Deserialize;
use std::{
    collections::{BTreeMap, BTreeSet},
    path::Path,
    sync::Arc,
};

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
    receivers_in(COUNTIES, city)
}

/// The same from another table than the committed one.
///
/// # Errors
/// When the table cannot be read or does not list the city.
pub fn receivers_in(table: &str, city: &str) -> anyhow::Result<Vec<County>> {
    let file: File = toml::from_str(table).context("seeds/counties.toml")?;
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

/// What a receiver has to do with a lead; `None` when it is no concern of theirs. The county that handles a lead has it; where
/// several are named the others get a copy and the city, the first of the receivers, co-ordinates them (domain guide 4.3).
#[must_use]
pub fn duty(lead: &StoredLead, county: &County, receivers: &[County]) -> Option<Duty> {
    let main = receiver(lead, receivers)?;
    if main == county {
        return Some(Duty::Handles);
    }
    let named = lead.lead.copies.iter().any(|copy| copy.as_str() == county.name);
    let coordinates = lead.lead.is_multi_county() && receivers.first() == Some(county);
    match (named, coordinates) {
        (true, _) => Some(Duty::Knows),
        (false, true) => Some(Duty::Coordinates),
        (false, false) => None,
    }
}

/// What makes a package count.
pub enum Kind {
    /// A hand-over of confirmed leads by somebody; they go on to `handed_over`. Leads already handed over go along unchanged.
    Real {
        /// Who hands over.
        actor: Actor,
        /// By when the county has to answer.
        terms: Arc<Terms>,
    },
    /// A look at every lead, confirmed or not, that changes no state and says in every part that it is one.
    Draft,
}

/// Which packages to write.
pub struct PackageOrder<'a> {
    /// A county by name or code, or `all` that have leads.
    pub county: &'a str,
    /// The folder.
    pub output: &'a Path,
    /// Only leads with a listing fetched since.
    pub since: Option<Timestamp>,
    /// What they count as.
    pub kind: Kind,
    /// What paints the archived pages.
    pub browser: Browser,
}

/// Writes packages.
///
/// # Errors
/// An unknown county, the disk, the store; a lead that somebody moved on meanwhile, and then its package is not kept.
pub async fn handover(
    app: &App,
    city: &str,
    toolkit: &Toolkit,
    order: &PackageOrder<'_>,
) -> anyhow::Result<Vec<Written>> {
    let (county, output) = (order.county, order.output);
    let receivers = receivers(city)?;
    let wanted: Vec<&County> =
        receivers.iter().filter(|one| county == "all" || county == one.code || county == one.name).collect();
    if wanted.is_empty() {
        let known: Vec<String> = receivers.iter().map(|one| format!("{} {}", one.code, one.name)).collect();
        bail!("--county: found `{county}`, expected all or one of {}", known.join(", "));
    }
    std::fs::create_dir_all(output).with_context(|| format!("{}: cannot be made", output.display()))?;
    let mut leads = app.leads.list(LeadQuery::default()).await?;
    if matches!(order.kind, Kind::Real { .. }) {
        let lives = app.queue.lives().await?;
        let may_leave =
            |lead: &StoredLead| lives.get(&lead.id).is_some_and(|life| allows(LeadMove::HandOver, life.state));
        leads.retain(may_leave);
    }
    // What leaves the house is sealed, and the package names the head of the log that says so.
    app.seals.seal(SealThrough::Now).await?;
    let audit = match app.audit.verify().await? {
        Ok(head) => head,
        Err(broken) => bail!("审计日志校验未通过，不能移交：{broken}"),
    };
    let mut written = Vec::new();
    for county in wanted.iter().copied() {
        let mut problems = Vec::new();
        let mut files = Vec::new();
        let mut members = Vec::new();
        let spec = spec(app, toolkit, county, audit.clone(), &order.kind).await?;
        // A package of this run may have moved a lead of the next.
        let lives = app.queue.lives().await?;
        for lead in &leads {
            let (Some(duty), Some(main)) = (duty(lead, county, &receivers), receiver(lead, &receivers)) else {
                continue;
            };
            let life = lives.get(&lead.id);
            // Nobody hears of a lead before who has to handle it.
            let early = duty != Duty::Handles && !wanted.contains(&main);
            let gone = life.is_some_and(|life| life.state == LeadState::HandedOver);
            if early && !gone && matches!(order.kind, Kind::Real { .. }) {
                continue;
            }
            let about = About { duty, handled_by: &main.code, due: due(life, &order.kind, spec.generated_at) };
            members.push((lead, about, app.listings.by_ids(&lead.lead.members).await?));
        }
        let proofs = proofs(app, members.iter().flat_map(|(.., listings)| listings)).await?;
        let rows = members.iter().flat_map(|(.., listings)| listings).filter_map(|one| one.capture.clone());
        let rows: BTreeMap<String, CaptureRow> = rows.map(|row| (row.sha256.clone(), row)).collect();
        for (lead, about, listings) in members {
            let file = lead_file(app, (lead, &about), listings, &proofs, &mut problems);
            if order.since.is_none_or(|since| file.listings.iter().any(|(listing, ..)| listing.fetched_at >= since)) {
                files.push(file);
            }
        }
        if files.is_empty() {
            continue;
        }
        // The pictures stay on disk until they are packed.
        let studio = tempfile::tempdir().context("no folder for pictures")?;
        let shown: BTreeSet<&str> = files.iter().flat_map(LeadFile::shown).collect();
        let shown = shown.into_iter().filter_map(|sha256| rows.get(sha256).cloned()).collect();
        let pictures = pictures(app, &order.browser, shown, studio.path()).await;
        for file in &mut files {
            file.pictures = file.shown().filter_map(|one| Some((one.to_owned(), pictures.get(one)?.clone()))).collect();
        }
        let ids = files.iter().filter_map(|file| file.lead.id).collect();
        let (dir, made_at) = (output.to_owned(), spec.generated_at);
        let receipt = tokio::task::spawn_blocking(move || write_bundle(&dir, &spec, &files)).await??;
        let package = PackageRecord {
            county: county.code.clone(),
            file: receipt.path.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned()),
            sha256: receipt.sha256.clone(),
            made_at,
            leads: ids,
            draft: matches!(order.kind, Kind::Draft),
        };
        if let Err(why) = record(app, package, &order.kind).await {
            // A package that nobody has a record of must not lie about.
            let path = &receipt.path;
            std::fs::remove_file(path)
                .with_context(|| format!("{}: not handed over, to be deleted", path.display()))?;
            return Err(why.context(format!("{}的线索包未移交", county.name)));
        }
        written.push(Written { county: county.clone(), receipt, problems });
    }
    Ok(written)
}

/// What a package says of a lead for its receiver.
struct About<'a> {
    duty: Duty,
    handled_by: &'a str,
    due: Option<Date>,
}

/// The last day for the county's answer; a draft fixes none.
fn due(life: Option<&Life>, kind: &Kind, now: Timestamp) -> Option<Date> {
    let due = match kind {
        Kind::Real { terms, .. } => terms.due_at_county(life?, now),
        Kind::Draft => life.filter(|life| life.state == LeadState::HandedOver)?.due,
    };
    due.map(last_day)
}

/// Writes a package down, and with it that its leads are handed over.
async fn record(app: &App, package: PackageRecord, kind: &Kind) -> anyhow::Result<()> {
    match kind {
        Kind::Draft => app.leads.record_draft(package).await?,
        Kind::Real { actor, terms } => app.queue.hand_over(package, actor.clone(), Arc::clone(terms)).await??,
    }
    Ok(())
}

/// What is said about a package beside its leads. A package follows the last one of its county that counts.
async fn spec(
    app: &App,
    toolkit: &Toolkit,
    county: &County,
    audit: AuditHead,
    kind: &Kind,
) -> anyhow::Result<PackageSpec> {
    let used = versions(toolkit);
    let before = app.leads.packages(&county.code).await?;
    Ok(PackageSpec {
        county: county.clone(),
        previous_digest: before.into_iter().find(|package| !package.draft).map(|package| package.sha256),
        generated_at: app.clock.now(),
        versions: BTreeMap::from([
            ("software".to_owned(), SOFTWARE.to_owned()),
            ("model".to_owned(), used.model),
            ("lexicon".to_owned(), used.lexicon),
        ]),
        matter_names: toolkit
            .reading
            .matters
            .all()
            .iter()
            .map(|matter| (matter.code.clone(), matter_name(matter)))
            .collect(),
        audit: Some(audit),
        draft: matches!(kind, Kind::Draft),
    })
}

/// Proofs by capture.
type Proofs = BTreeMap<CaptureId, SealedCapture>;

/// Proofs of everything a package rests on, asked for at once because the tree of a day is built once for all of them.
async fn proofs(app: &App, listings: impl Iterator<Item = &StoredListing>) -> anyhow::Result<Proofs> {
    let rows = listings.filter_map(|one| one.capture.as_ref());
    let captures: BTreeSet<CaptureId> = rows
        .flat_map(|row| {
            std::iter::once(row.id).chain([&row.refers_to, &row.robots].into_iter().flatten().map(|one| one.id))
        })
        .collect();
    let captures: Vec<CaptureId> = captures.into_iter().collect();
    Ok(app.seals.prove(&captures).await?.into_iter().map(|proof| (proof.capture, proof)).collect())
}

/// A lead with its listings and their archived pages; a capture that changed on disk is left out and named.
fn lead_file(
    app: &App,
    (lead, about): (&StoredLead, &About<'_>),
    members: Vec<StoredListing>,
    proofs: &Proofs,
    problems: &mut Vec<String>,
) -> LeadFile {
    let (mut listings, mut originals) = (Vec::new(), Vec::new());
    for stored in members {
        let Some(assessment) = stored.assessment else { continue };
        let mut fetch = |id: CaptureId, name: String, sha256: String| match app.captures.load(&name, &sha256) {
            Ok(bytes) => {
                let sealed = proofs.get(&id).map(|one| (one.seal.clone(), one.proof.clone()));
                Some(CaptureFile { name, sha256, bytes, sealed })
            }
            Err(error) => {
                problems.push(format!("{}: {error}", lead.id.label()));
                None
            }
        };
        let capture = stored.capture.and_then(|row| {
            let robots = row.robots.and_then(|robots| fetch(robots.id, robots.warc, robots.sha256));
            let capture = match row.refers_to {
                None => fetch(row.id, row.warc, row.sha256),
                // A revisit without its original shows nothing, so both are handed over or neither.
                Some(original) => {
                    let original = fetch(original.id, original.warc, original.sha256)?;
                    let revisit = fetch(row.id, row.warc, row.sha256)?;
                    originals.push(original);
                    Some(revisit)
                }
            };
            originals.extend(robots.filter(|_| capture.is_some()));
            capture
        });
        listings.push((stored.listing, assessment, capture));
    }
    let About { duty, handled_by, due } = *about;
    let pictures = BTreeMap::new();
    LeadFile { lead: lead.lead.clone(), duty, handled_by: handled_by.to_owned(), due, listings, originals, pictures }
}

/// A matter as people read it; one whose articles nobody has checked says so wherever it appears (ruling 21).
fn matter_name(matter: &crate::assess::matters::Matter) -> String {
    if matter.verified { matter.title_zh.clone() } else { format!("{}（依据待核）", matter.title_zh) }
}
