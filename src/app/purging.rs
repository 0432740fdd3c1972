//! `purge`: what may not be kept any longer goes, rows first and files after them.

use super::{App, sweep::linker};
use crate::{
    config::Config,
    domain::ListingId,
    leads::retention::{Fate, RetentionClass, RetentionDays},
    store::{FateCounts, PurgeMode, SealThrough},
};
use jiff::Timestamp;
use serde::Serialize;

/// Listings, leads or captures of one transaction.
const BATCH: u32 = 500;

/// What a purge did, or would do.
#[derive(Clone, Debug, Serialize)]
pub struct PurgeReport {
    /// When.
    pub at: Timestamp,
    /// Whether nothing was changed.
    pub dry_run: bool,
    /// The days it went by.
    pub days: RetentionDays,
    /// Listings by class.
    pub listings: Vec<ClassReport>,
    /// Leads without listings that no longer name their operator.
    pub operators_forgotten: u64,
    /// Archived pages; `None` when nothing was changed, because they depend on what is deleted before.
    pub files: Option<FileReport>,
}

/// Listings of one class.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct ClassReport {
    /// Which.
    pub class: RetentionClass,
    /// Not due yet.
    pub kept: u64,
    /// Without contacts now.
    pub contacts_removed: u64,
    /// Gone.
    pub deleted: u64,
}

/// Files of archived pages.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct FileReport {
    /// Files of deleted captures.
    pub deleted: u64,
    /// Files that no capture named: left by something that was interrupted.
    pub orphans: u64,
    /// Files that could not be removed, with the reason; the next purge tries again.
    pub problems: Vec<String>,
}

/// Purges, or looks what a purge would do. Killed at any moment, the next one goes on.
///
/// # Errors
/// The store's, and a folder of captures that cannot be read.
pub async fn purge(app: &App, config: &Config, mode: PurgeMode) -> anyhow::Result<PurgeReport> {
    let (days, day) = (&config.retention, app.day(config).await?);
    if mode == PurgeMode::Purge {
        app.note_config(config).await?;
        // What is deleted was sealed before, so that the seals know of it.
        app.seals.seal(SealThrough::FinishedDays).await?;
        linker(app, config).drain(&day).await?;
    }
    let mut counts = FateCounts::new();
    let mut after = ListingId(0);
    loop {
        let step = app.retention.purge_listings(mode, after, BATCH, days, &config.leads, &day).await?;
        for (kind, count) in step.counts {
            *counts.entry(kind).or_default() += count;
        }
        let Some(last) = step.last else { break };
        after = last;
    }
    let mut report = PurgeReport {
        at: app.clock.now(),
        dry_run: mode == PurgeMode::Look,
        days: *days,
        listings: by_class(&counts),
        operators_forgotten: 0,
        files: None,
    };
    if mode == PurgeMode::Look {
        report.operators_forgotten = app.retention.purge_leads(mode, u32::MAX, days).await?;
        return Ok(report);
    }
    loop {
        let forgotten = app.retention.purge_leads(mode, BATCH, days).await?;
        report.operators_forgotten += forgotten;
        if forgotten == 0 {
            break;
        }
    }
    report.files = Some(purge_files(app, days).await?);
    Ok(report)
}

async fn purge_files(app: &App, days: &RetentionDays) -> anyhow::Result<FileReport> {
    let mut report = FileReport::default();
    // A revisit has a larger number than the capture it rests on, which is free only once the revisit is gone.
    loop {
        let (mut after, mut found) = (0, false);
        loop {
            let step = app.retention.purge_captures(after, BATCH, days).await?;
            let Some(last) = step.last else { break };
            (after, found) = (last, true);
            report.deleted += remove(app, step.files, &mut report.problems).await?;
        }
        if !found {
            break;
        }
    }
    let folder = app.captures.clone();
    let folders = tokio::task::spawn_blocking(move || folder.days()).await??;
    for day in folders {
        let folder = app.captures.clone();
        let files = tokio::task::spawn_blocking(move || folder.files(&day)).await??;
        let orphans = app.retention.unknown_files(files).await?;
        report.orphans += remove(app, orphans, &mut report.problems).await?;
    }
    Ok(report)
}

async fn remove(app: &App, files: Vec<String>, problems: &mut Vec<String>) -> anyhow::Result<u64> {
    let folder = app.captures.clone();
    let removed = tokio::task::spawn_blocking(move || {
        let mut failed = Vec::new();
        let mut removed = 0;
        for file in files {
            match folder.remove(&file) {
                Ok(was_there) => removed += u64::from(was_there),
                Err(error) => failed.push(format!("{file}: {error}")),
            }
        }
        (removed, failed)
    });
    let (removed, failed) = removed.await?;
    problems.extend(failed);
    Ok(removed)
}

fn by_class(counts: &FateCounts) -> Vec<ClassReport> {
    use RetentionClass::{Dismissed, HandedOver, NotSuspect, Suspect, Unjudged};
    let count = |class, fate| counts.get(&(class, fate)).copied().unwrap_or_default();
    let classes = [Unjudged, NotSuspect, Suspect, Dismissed, HandedOver].into_iter();
    classes
        .map(|class| ClassReport {
            class,
            kept: count(class, Fate::Keep),
            contacts_removed: count(class, Fate::DropContacts),
            deleted: count(class, Fate::Delete),
        })
        .collect()
}
