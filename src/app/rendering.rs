//! The browser of a configuration.

use super::AGENT;
use crate::{
    config::{Config, Switch},
    crawl::{
        ChromiumRenderer, RenderParams,
        render::{Render, RenderError},
    },
    sources::{RenderMode, SourceManifest},
};
use anyhow::Context;
use std::{sync::Arc, time::Duration};

/// The longest a page is painted for a package; it asks for nothing, so it waits for nobody.
const PICTURE: Duration = Duration::from_secs(30);

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

/// The browser that paints archived pages for packages. A package is made without one too, so none is demanded.
///
/// # Errors
/// In Chinese, why there is none; it stands in the packages then.
pub fn for_pictures(config: &Config) -> Browser {
    if config.render.enabled == Switch::Off {
        return Err("配置中已关闭浏览器（crawl.render.enabled = false）".into());
    }
    let mut config = config.clone();
    let wall = &mut config.render.params.budget.wall;
    *wall = PICTURE.min(*wall);
    match renderer(&config) {
        Ok(renderer) => Ok(Arc::new(renderer)),
        Err(error) => Err(error.zh().to_owned()),
    }
}

/// The renderer of a configuration, under our own name.
///
/// # Errors
/// No browser, or one that may not be used.
pub fn renderer(config: &Config) -> Result<ChromiumRenderer, RenderError> {
    ChromiumRenderer::new(RenderParams { user_agent: config.user_agent(AGENT), ..config.render.params.clone() })
}
