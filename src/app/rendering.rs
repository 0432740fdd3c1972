//! The browser of a configuration, and pictures of archived pages.

use super::{AGENT, App};
use crate::{
    config::{Config, Switch},
    crawl::{
        ChromiumRenderer, RenderParams,
        render::{NoSupply, Render, RenderOrder},
    },
    evidence::read_capture,
    extract::encoding,
    sources::{RenderMode, SourceManifest},
    store::CaptureRow,
};
use anyhow::Context;
use std::sync::Arc;

/// A browser, or in words why there is none.
pub type Browser = Result<Arc<dyn Render>, String>;

/// The browser for these sources. Looked for only where one of them may need it.
///
/// # Errors
/// When the configuration demands a browser that cannot be had.
pub fn browser(config: &Config, sources: &[SourceManifest]) -> anyhow::Result<Browser> {
    if sources.iter().all(|source| source.render == RenderMode::Never) {
        return Ok(Err("no source needs a browser".into()));
    }
    if config.render.enabled == Switch::Off {
        return Ok(Err("browsers are switched off (crawl.render.enabled = false)".into()));
    }
    match renderer(config) {
        Ok(renderer) => Ok(Ok(Arc::new(renderer))),
        Err(error) if config.render.enabled == Switch::On => Err(error).context("crawl.render.enabled = true"),
        Err(error) => Ok(Err(error.to_string().replace('\n', " "))),
    }
}

/// The renderer of a configuration, under our own name.
///
/// # Errors
/// No browser, or one that may not be used.
pub fn renderer(config: &Config) -> anyhow::Result<ChromiumRenderer> {
    let params = RenderParams { user_agent: config.user_agent(AGENT), ..config.render.params.clone() };
    Ok(ChromiumRenderer::new(params)?)
}

/// A picture (PNG) of an archived page as far as the archive holds it: its finished document where scripts were run, else what
/// the server sent. Nothing is asked of the site and no script runs again, so pictures and fonts of the page are missing.
///
/// # Errors
/// A capture that is missing, changed or unreadable, and those of the browser.
pub async fn screenshot(app: &App, renderer: &dyn Render, capture: &CaptureRow) -> anyhow::Result<Vec<u8>> {
    let (folder, row) = (app.captures.clone(), capture.clone());
    let order = tokio::task::spawn_blocking(move || -> anyhow::Result<RenderOrder> {
        let archived = read_capture(&folder.load(&row.warc, &row.sha256)?)?;
        let kind = archived.headers.iter().find(|(name, _)| name == "content-type").map(|(_, value)| value.as_str());
        let html = match &archived.rendered {
            Some(document) => String::from_utf8_lossy(document).into_owned(),
            None => encoding::decode(&archived.body, kind, None).text,
        };
        Ok(RenderOrder { url: archived.target_uri, html, scripts: false, screenshot: true })
    });
    let order = order.await??;
    renderer.render(order, &NoSupply).await?.screenshot.context("the browser gave no picture")
}
