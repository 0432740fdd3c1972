//! One sweep: definitions in, judged listings and leads out.

use super::{AGENT, App, SOFTWARE, builtin, fetcher, rendering};
use crate::{
    assess::Toolkit,
    config::Config,
    crawl::{Crawl, CrawlEnd, CrawlParams, Guard, Rendering, gate::Gate, seeds},
    domain::{SourceId, SweepId},
    pipeline::{assessor::Assessor, linker::Linker},
    sources::{
        Registry, RenderMode, SourceManifest, Status,
        health::{self, Health},
    },
    store::{self, PageReport, SealThrough, Versions},
};
use anyhow::{Context, bail};
use jiff::SignedDuration;
use serde::Serialize;
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
    time::Duration,
};
use tokio_util::sync::CancellationToken;

/// What to sweep.
#[derive(Clone, Debug, Default)]
pub struct SweepOrder {
    /// Only these sources; empty means all.
    pub only: Vec<String>,
    /// Also definitions nobody has verified against the site.
    pub unverified: bool,
    /// Most requests.
    pub max_pages: Option<u64>,
    /// Longest time.
    pub max_minutes: Option<u64>,
    /// Ask loopback addresses instead of the open internet: the sample web and tests.
    pub loopback: bool,
}

/// A definition that was not swept, with the reason.
pub type Skipped = (String, String);

/// What a sweep did, for people and for `--report`.
#[derive(Clone, Debug, Serialize)]
pub struct SweepSummary {
    /// Its number.
    pub sweep: i64,
    /// Whether it went on from an interrupted one.
    pub resumed: bool,
    /// `drained`, `resting`, `stopped`.
    pub end: String,
    /// When a resting sweep may go on.
    pub resume_after: Option<jiff::Timestamp>,
    /// Requests made in this run, robots.txt included.
    pub requests: u64,
    /// Listings judged in this run.
    pub assessed: usize,
    /// Leads after it.
    pub leads: usize,
    /// Contacts that belong to everybody and linked nothing.
    pub generic_contacts: usize,
    /// Definitions that were not swept, with the reason.
    pub skipped: Vec<Skipped>,
    /// Sources that do not yield what they should; a broken one is in quarantine until a person releases it.
    pub health: Vec<SourceHealth>,
    /// Pages by source, state and reason.
    pub pages: Vec<PageReport>,
}

impl SweepSummary {
    /// Whether everything that could be read was read.
    #[must_use]
    pub fn complete(&self) -> bool {
        self.end == "drained"
            && !self.pages.iter().any(|page| matches!(page.outcome.as_str(), "failed" | "blocked" | "deferred"))
    }
}

/// A source that is not sound.
#[derive(Clone, Debug, Serialize)]
pub struct SourceHealth {
    /// Which.
    pub source: String,
    /// `worrying` or `broken`.
    pub health: &'static str,
    /// Why, for the bureau and for whoever keeps the definition.
    pub reason: String,
}

/// Progress of a running sweep.
pub trait Watch: Send + Sync {
    /// Called about twice a second.
    fn tick(&self, requests: u64, assessed: usize);
}

/// Reads definitions from a file or a folder; `values` fill placeholders such as `${SAMPLE_SOCIAL}`.
///
/// # Errors
/// Every problem of every definition, each with file, line, field, found and expected.
pub fn load_sources(path: &Path, values: &[(&str, &str)]) -> anyhow::Result<Vec<SourceManifest>> {
    let mut files = Vec::new();
    if path.is_dir() {
        for entry in std::fs::read_dir(path).with_context(|| format!("{}: cannot be read", path.display()))? {
            let file = entry?.path();
            if file.extension().is_some_and(|end| end == "toml") {
                files.push(file);
            }
        }
        files.sort();
    } else {
        files.push(path.to_owned());
    }
    if files.is_empty() {
        bail!("{}: no definitions (*.toml) here", path.display());
    }
    let mut texts = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).with_context(|| format!("{}: cannot be read", file.display()))?;
        texts.push((file.display().to_string(), text));
    }
    parse_sources(texts.iter().map(|(name, text)| (name.as_str(), text.as_str())), values)
}

/// As [`load_sources`], from texts.
///
/// # Errors
/// Every problem of every definition.
pub fn parse_sources<'a>(
    texts: impl Iterator<Item = (&'a str, &'a str)>,
    values: &[(&str, &str)],
) -> anyhow::Result<Vec<SourceManifest>> {
    // The sample web's own definitions are whole without being told its usual ports.
    let usual =
        super::demo::DEFAULT_SITES.into_iter().filter(|(name, _)| !values.iter().any(|(given, _)| given == name));
    let values: Vec<(&str, &str)> = values.iter().copied().chain(usual).collect();
    let (mut sources, mut problems) = (Vec::new(), Vec::new());
    for (name, text) in texts {
        match crate::sources::parse_with(name, text, &values) {
            Ok(source) => sources.push(source),
            Err(errors) => problems.extend(errors.iter().map(ToString::to_string)),
        }
    }
    if problems.is_empty() { Ok(sources) } else { bail!(problems.join("\n")) }
}

/// A sweep on the open internet says who it is.
///
/// # Errors
/// When the configuration has no contact address.
pub fn check_contact(config: &Config, loopback: bool) -> anyhow::Result<()> {
    if loopback || config.contact.contains(['@', '/']) {
        return Ok(());
    }
    bail!(
        "contact: found `{}`, expected an e-mail address or web page in tanzhao.toml (contact = \"…\") or TANZHAO_CONTACT; \
         a sweep on the open internet says who it is\n请先在 tanzhao.toml 中填写 contact(联系邮箱或网页),再开始采集",
        config.contact
    )
}

/// Whether a definition only speaks of this machine.
fn is_local(source: &SourceManifest) -> bool {
    source.hosts.iter().all(|host| host.starts_with("127.") || host.starts_with("localhost"))
}

/// Splits definitions into those to sweep and those to skip, with the reason.
fn choose(
    sources: Vec<SourceManifest>,
    order: &SweepOrder,
    browser: &rendering::Browser,
) -> anyhow::Result<(Vec<SourceManifest>, Vec<Skipped>)> {
    for wanted in &order.only {
        if !sources.iter().any(|source| source.id.0 == *wanted) {
            let known: Vec<&str> = sources.iter().map(|source| source.id.0.as_str()).collect();
            bail!("--source: found `{wanted}`, expected one of {}", known.join(", "));
        }
    }
    let (mut chosen, mut skipped) = (Vec::new(), Vec::new());
    for source in sources {
        if !order.only.is_empty() && !order.only.contains(&source.id.0) {
            continue;
        }
        let no_browser = browser.as_ref().err().filter(|_| source.render == RenderMode::Always);
        let reason = match (&source.closed, &source.status) {
            (Some(why), _) => Some(format!("closed to crawlers: {why}")),
            (None, Status::Unverified { since }) if !order.unverified => {
                Some(format!("unverified since {since}; check it, or add --unverified"))
            }
            _ if is_local(&source) && !order.loopback => Some("on this machine only; add --loopback".to_owned()),
            _ if !is_local(&source) && order.loopback => {
                Some("not on this machine; --loopback asks no other".to_owned())
            }
            _ => no_browser.map(|why| format!("needs a browser: {why}")),
        };
        match reason {
            Some(reason) => skipped.push((source.id.0.clone(), reason)),
            None => chosen.push(source),
        }
    }
    Ok((chosen, skipped))
}

/// Runs or resumes a sweep.
///
/// # Errors
/// Bad orders, a missing contact address on the open internet, and failures of the store or the archive.
pub async fn sweep(
    app: &App,
    config: &Config,
    sources: Vec<SourceManifest>,
    order: &SweepOrder,
    toolkit: Arc<Toolkit>,
    watch: &dyn Watch,
    cancel: CancellationToken,
) -> anyhow::Result<SweepSummary> {
    let browser = rendering::browser(config, &sources)?;
    let (chosen, skipped) = choose(sources, order, &browser)?;
    check_contact(config, order.loopback)?;
    app.note_config(config).await?;
    app.seals.seal(SealThrough::FinishedDays).await?;
    let guard = if order.loopback { Guard::LoopbackOnly } else { Guard::PublicOnly };
    let ids: Vec<SourceId> = chosen.iter().map(|source| source.id.clone()).collect();
    let (id, resumed) = app.frontier.open_sweep(&ids).await?;
    for source in &chosen {
        app.frontier.set_pace(&source.id, seeds::pace(source)).await?;
        app.frontier.put(id, seeds::entry_pages(source)).await?;
    }
    if !resumed {
        app.frontier.revisit(id, &ids).await?;
    }
    let fetcher = fetcher(config, guard)?;
    let deadline = order.max_minutes.and_then(|minutes| {
        app.clock.now().checked_add(SignedDuration::from_mins(i64::try_from(minutes).unwrap_or(i64::MAX / 60))).ok()
    });
    let renderer = browser.ok();
    let rendering_time = renderer.as_ref().map_or(Duration::ZERO, |renderer| renderer.longest());
    let crawl = Arc::new(Crawl {
        frontier: Arc::clone(&app.frontier),
        listings: Arc::clone(&app.listings),
        fetch: Arc::new(fetcher),
        registry: Arc::new(Registry::new(chosen)?),
        captures: app.captures.clone(),
        clock: Arc::clone(&app.clock),
        guard,
        gate: Gate::default(),
        rendering: Rendering { renderer, ..Rendering::default() },
        params: CrawlParams {
            agent: AGENT.into(),
            software: SOFTWARE.into(),
            workers: config.workers,
            lease: config.timeout * 3 + Duration::from_mins(1) + rendering_time,
            decoded_bytes: config.decoded_bytes,
            idle_limit: config.idle_limit,
            max_pages: order.max_pages,
            deadline,
            backlog: 4096,
        },
        asked: AtomicU64::new(0),
        cancel,
    });
    let (end, assessed) = crawl_and_judge(&crawl, id, assessor(app, &toolkit), watch).await?;
    linker(app, config).drain(&app.day(config).await?).await?;
    let mut health = Vec::new();
    if end == CrawlEnd::Drained {
        health = check_health(app, id, &crawl.registry).await?;
        app.frontier.finish_sweep(id).await?;
    }
    let (end, resume_after) = match end {
        CrawlEnd::Drained => ("drained", None),
        CrawlEnd::Resting(until) => ("resting", Some(until)),
        CrawlEnd::Stopped => ("stopped", None),
    };
    Ok(SweepSummary {
        sweep: id.0,
        resumed,
        end: end.into(),
        resume_after,
        requests: crawl.asked.load(Ordering::Relaxed),
        assessed,
        leads: app.lead_count().await?,
        generic_contacts: app.leads.generic(u32::MAX).await?.len(),
        skipped,
        health,
        pages: app.frontier.pages(Some(id)).await?,
    })
}

/// Compares what the sweep found with what the definitions expect and with earlier sweeps; puts broken sources in quarantine.
async fn check_health(app: &App, sweep: SweepId, registry: &Registry) -> anyhow::Result<Vec<SourceHealth>> {
    let mut unsound = Vec::new();
    for source in registry.iter() {
        let mut tallies = app.frontier.tallies(&source.id, 6).await?;
        // Newest first; a sweep that asked nothing of the source says nothing of it.
        tallies.reverse();
        let Some((_, now)) = tallies.pop().filter(|(last, _)| *last == sweep) else { continue };
        let earlier: Vec<_> = tallies.iter().map(|(_, tally)| plain(tally)).collect();
        let judged = health::health(&plain(&now), &source.expect, &earlier);
        let Some(reason) = judged.reason() else { continue };
        if let Health::Broken(_) = judged {
            app.frontier.quarantine(&source.id, &reason.to_string()).await?;
        }
        unsound.push(SourceHealth { source: source.id.0.clone(), health: judged.code(), reason: reason.to_string() });
    }
    Ok(unsound)
}

/// The store's counts in the terms of the health check.
fn plain(tally: &store::Tally) -> health::Tally {
    let count = |number: u64| u32::try_from(number).unwrap_or(u32::MAX);
    health::Tally {
        pages: count(tally.pages + tally.unchanged),
        lists: count(tally.lists),
        rows: count(tally.found),
        listings: count(tally.listings),
        with_title: count(tally.titled),
        with_body: count(tally.bodied),
        with_contact: count(tally.contacted),
        empty_lists: count(tally.empties),
        walls: count(tally.walls),
        unreadable: count(tally.failures),
        gone: count(tally.gone),
    }
}

/// The linker with what the bureau chose.
#[must_use]
pub fn linker(app: &App, config: &Config) -> Linker {
    Linker { leads: Arc::clone(&app.leads), params: config.leads.clone() }
}

/// The judge with the versions it leaves on every judgement.
#[must_use]
pub fn assessor(app: &App, toolkit: &Arc<Toolkit>) -> Assessor {
    Assessor { listings: Arc::clone(&app.listings), toolkit: Arc::clone(toolkit), versions: versions(toolkit) }
}

/// Digests of what judges.
#[must_use]
pub fn versions(toolkit: &Toolkit) -> Versions {
    Versions { model: toolkit.model.digest(), lexicon: toolkit.reading.lexicon.digest().to_owned() }
}

/// Crawls and judges side by side until both have nothing left.
async fn crawl_and_judge(
    crawl: &Arc<Crawl>,
    id: SweepId,
    assessor: Assessor,
    watch: &dyn Watch,
) -> anyhow::Result<(CrawlEnd, usize)> {
    let mut running = std::pin::pin!(Arc::clone(crawl).run(id));
    let mut judged = 0;
    let end = loop {
        tokio::select! {
            ended = &mut running => break ended?,
            () = tokio::time::sleep(Duration::from_millis(100)) => {}
        }
        // One step may take a while, and the crawl goes on meanwhile: its tasks do not need this one.
        judged += assessor.step().await?;
        watch.tick(crawl.asked.load(Ordering::Relaxed), judged);
    };
    judged += assessor.drain().await?;
    watch.tick(crawl.asked.load(Ordering::Relaxed), judged);
    Ok((end, judged))
}

/// The definitions of the sample web, pointed at a running one.
///
/// # Errors
/// Never with the committed definitions.
pub fn sample_sources(values: &[(&str, &str)]) -> anyhow::Result<Vec<SourceManifest>> {
    parse_sources(builtin::sample_sources().into_iter(), values)
}

/// Every committed definition, for pages that are there already: archived or recorded ones.
///
/// # Errors
/// Never with the committed definitions.
pub fn built_in_sources(values: &[(&str, &str)]) -> anyhow::Result<Vec<SourceManifest>> {
    parse_sources(builtin::all_sources().into_iter(), values)
}
