//! `demo`: the whole path over the sample web.

use super::{
    App, builtin,
    handover::{self, Kind, PackageOrder},
    rendering, sweep,
};
use crate::{
    config::Config,
    sampleweb::{Running, SampleWeb},
};
use anyhow::Context;
use std::{path::Path, sync::Arc};
use tokio_util::sync::CancellationToken;

/// Ports the sample web takes when they are free, so that a second demonstration meets the same addresses.
const PORTS: [u16; 3] = [18_731, 18_732, 18_733];

/// Placeholders of the sample definitions on those ports.
pub const DEFAULT_SITES: [(&str, &str); 3] =
    [("SAMPLE_CLASSIFIED", "18731"), ("SAMPLE_SOCIAL", "18732"), ("SAMPLE_MINI", "18733")];

/// What the demonstration made.
pub struct DemoReport {
    /// The sweep.
    pub sweep: sweep::SweepSummary,
    /// The packages.
    pub packages: Vec<handover::Written>,
}

/// Starts the sample web and gives the placeholders of its definitions.
///
/// # Errors
/// When no loopback port can be had.
pub async fn start_sample_web(app: &App) -> anyhow::Result<(Running, [(&'static str, String); 3])> {
    let web = SampleWeb::start_at(builtin::SAMPLE_LISTINGS, app.today(), PORTS)
        .await
        .context("the sample web does not start")?;
    let values = [
        ("SAMPLE_CLASSIFIED", web.classified.port().to_string()),
        ("SAMPLE_SOCIAL", web.social.port().to_string()),
        ("SAMPLE_MINI", web.mini.port().to_string()),
    ];
    Ok((web, values))
}

/// Sweeps the sample web and writes drafts of the county packages.
///
/// # Errors
/// Those of the parts.
pub async fn demo(
    app: &App,
    config: &Config,
    packages: &Path,
    watch: &dyn sweep::Watch,
    cancel: CancellationToken,
) -> anyhow::Result<DemoReport> {
    let (web, values) = start_sample_web(app).await?;
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let sources = sweep::sample_sources(&values)?;
    let toolkit = Arc::new(builtin::toolkit(None)?);
    let order = sweep::SweepOrder { loopback: true, ..sweep::SweepOrder::default() };
    let summary = sweep::sweep(app, config, sources, &order, Arc::clone(&toolkit), watch, cancel).await;
    web.stop().await;
    // Nobody has looked at these leads, so what is shown are drafts.
    let browser = rendering::for_pictures(config);
    let order = PackageOrder { county: "all", output: packages, since: None, kind: Kind::Draft, browser };
    let packages = handover::handover(app, &config.city, &toolkit, &order).await?;
    Ok(DemoReport { sweep: summary?, packages })
}
