//! `source try`: what one page yields, asked through the same gate as a sweep, nothing kept but the host's clock.

use super::{AGENT, App, SOFTWARE, fetcher};
use crate::{
    config::Config,
    crawl::{Fetch, Guard, gate::Gate, robots, robots::Ruling, seeds},
    domain::{FetchOutcome, FetchedPage, HostKey, PageRole, Request, SourceId, UrlKey},
    evidence::decode::decode_body,
    sources::SourceManifest,
    store::{Claim, Completion, Lease, NewPage},
};
use anyhow::{Context, bail};
use std::time::Duration;
use url::Url;

/// Asks for one page of a source: host clock, robots.txt and guard first, as always.
///
/// # Errors
/// Everything that keeps the page from being read, in words.
pub async fn fetch_one(
    app: &App,
    config: &Config,
    source: &SourceManifest,
    role: PageRole,
    address: &str,
    guard: Guard,
) -> anyhow::Result<FetchedPage> {
    let url = Url::parse(address).with_context(|| format!("page: found `{address}`, expected an address or a file"))?;
    if !source.in_scope(&url) {
        bail!("page: found host `{}`, expected one of {}", url.host_str().unwrap_or(""), source.hosts.join(", "));
    }
    guard.check_url(&url)?;
    let (Some(key), Some(host)) = (UrlKey::of(&url, &source.url_rule), HostKey::of(&url)) else {
        bail!("page: found `{address}`, expected an http or https address");
    };
    let fetcher = fetcher(config, guard)?;
    let sweep = app.frontier.open_sweep(&[SourceId(format!("try:{}", source.id))]).await?.0;
    app.frontier.set_pace(&source.id, seeds::pace(source)).await?;
    let request = Request::get(url.to_string());
    let page = NewPage {
        source: source.id.clone(),
        role,
        request,
        key: key.with_item("try"),
        host,
        depth: 0,
        hops: 0,
        priority: 0,
    };
    app.frontier.put(sweep, vec![page]).await?;
    let result = ask(app, config, source, &fetcher, guard, &url, sweep).await;
    app.frontier.finish_sweep(sweep).await?;
    result
}

async fn ask(
    app: &App,
    config: &Config,
    source: &SourceManifest,
    fetcher: &dyn Fetch,
    guard: Guard,
    url: &Url,
    sweep: crate::domain::SweepId,
) -> anyhow::Result<FetchedPage> {
    let gate = Gate::default();
    loop {
        let lease = match app.frontier.claim(sweep, config.timeout * 3).await? {
            Claim::Granted(lease) => lease,
            Claim::Drained => bail!("the page was asked for moments ago by somebody else"),
            Claim::Wait(until) => {
                let wait = Duration::try_from(until.duration_since(app.clock.now())).unwrap_or_default();
                if wait > config.idle_limit {
                    bail!("the host rests until {until}");
                }
                tokio::time::sleep(wait.max(Duration::from_millis(5))).await;
                continue;
            }
        };
        let now = app.clock.now();
        let Some(copy) = app.frontier.robots(&lease.what.host).await?.filter(|copy| copy.holds(now)) else {
            let asking = robots::Asking {
                fetch: fetcher,
                guard,
                frontier: &*app.frontier,
                captures: &app.captures,
                agent: AGENT,
                software: SOFTWARE,
                pause: source.pace.min_delay,
                now,
            };
            asking.renew(&lease, url, &lease.what.host).await?;
            app.frontier.give_back(&lease).await?;
            continue;
        };
        return match robots::ruling(&copy, AGENT, url.as_str()) {
            Ruling::Disallowed(why) => refuse(app, &lease, FetchOutcome::Disallowed { rule: why }).await,
            Ruling::Closed(reason) => refuse(app, &lease, FetchOutcome::Deferred { until: copy.expires, reason }).await,
            Ruling::Allowed(_) => {
                gate.pass(&lease.what.host, source.pace.min_delay.max(copy.crawl_delay.unwrap_or_default())).await;
                fetch(app, config, source, fetcher, &lease).await
            }
        };
    }
}

async fn refuse(app: &App, lease: &Lease, outcome: FetchOutcome) -> anyhow::Result<FetchedPage> {
    let reason = outcome.reason();
    app.frontier.complete(lease, done(outcome)).await?;
    bail!("not asked: {reason}")
}

fn done(outcome: FetchOutcome) -> Completion {
    Completion::of(outcome)
}

async fn fetch(
    app: &App,
    config: &Config,
    source: &SourceManifest,
    fetcher: &dyn Fetch,
    lease: &Lease,
) -> anyhow::Result<FetchedPage> {
    let answer = fetcher.fetch(&lease.what.request, None).await;
    let outcome = match &answer {
        Ok(answer) => FetchOutcome::Fetched { status: answer.status },
        Err(error) => FetchOutcome::Failed { reason: error.to_string(), retry: false },
    };
    app.frontier.complete(lease, done(outcome)).await?;
    let answer = answer?;
    let body = decode_body(answer.header("content-encoding").unwrap_or(""), &answer.body, config.decoded_bytes)?;
    Ok(FetchedPage {
        source: source.id.clone(),
        role: lease.what.role,
        request: lease.what.request.clone(),
        final_url: lease.what.request.url.clone(),
        status: answer.status,
        headers: answer.headers,
        body,
        fetched_at: app.clock.now(),
    })
}
