//! `reprocess`: extraction and judgement again from the archived pages, without any request.

use super::{
    App,
    recorded::{Readers, UNDEFINED},
    sweep::{assessor, linker},
};
use crate::{
    assess::Toolkit,
    config::Config,
    crawl::reading::reread,
    domain::{PageRole, SourceId, SweepId},
    sources::Registry,
};
use serde::Serialize;
use std::sync::Arc;

/// What reading again brought.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Reread {
    /// Archived pages read.
    pub captures: usize,
    /// Listings found in them.
    pub listings: usize,
    /// Listings judged.
    pub assessed: usize,
    /// Leads after it.
    pub leads: usize,
    /// Captures that could not be read, with the reason.
    pub problems: Vec<String>,
}

/// Reads every archived page (of a sweep) again with the given definitions and judges every listing anew.
///
/// # Errors
/// The store's; a capture that cannot be read is reported and the rest goes on.
pub async fn reprocess(
    app: &App,
    config: &Config,
    registry: Registry,
    toolkit: Arc<Toolkit>,
    sweep: Option<SweepId>,
) -> anyhow::Result<Reread> {
    app.note_config(config).await?;
    let mut done = Reread::default();
    let recorded = Arc::new(Readers::new(registry.clone())?);
    let registry = Arc::new(registry);
    for capture in app.listings.captures(sweep).await? {
        let (folder, registry, row) = (app.captures.clone(), Arc::clone(&registry), capture.clone());
        let recorded = Arc::clone(&recorded);
        let read = tokio::task::spawn_blocking(move || {
            if row.source == UNDEFINED {
                let bytes = folder.load(&row.warc, &row.sha256).map_err(|error| error.to_string())?;
                return recorded.reread(&bytes);
            }
            let source = registry
                .get(&SourceId(row.source.clone()))
                .ok_or_else(|| format!("no definition of source `{}`", row.source))?;
            let role = PageRole::parse(&row.role).ok_or_else(|| format!("unknown page role `{}`", row.role))?;
            reread(&folder, &row, source, role)
        });
        match read.await? {
            Ok(listings) => {
                done.captures += 1;
                done.listings += listings.len();
                app.listings.reread(capture.id, listings).await?;
            }
            Err(reason) => done.problems.push(format!("{}: {reason}", capture.warc)),
        }
    }
    app.listings.forget_assessments(sweep).await?;
    done.assessed = assessor(app, &toolkit).drain().await?;
    linker(app, config).drain(&app.day(config).await?).await?;
    done.leads = app.lead_count().await?;
    Ok(done)
}
