//! The browsers: started when first needed, one page each at a time, replaced after a crash or many pages.

use super::{
    Budget, Render, RenderError, RenderOrder, RenderParams, Rendered, Supply,
    process::{Browser, find, without_sandbox},
    tab::Tab,
};
use async_trait::async_trait;
use std::{
    path::PathBuf,
    sync::{Mutex, PoisonError},
    time::Duration,
};
use tokio::sync::Semaphore;

/// A browser is replaced after so many pages, because its memory only grows.
const PAGES_PER_BROWSER: u32 = 50;
/// For starting a browser and for taking the finished page out of it, beyond the page's own budget.
const MARGIN: Duration = Duration::from_secs(45);

/// Renders with headless Chromium.
pub struct ChromiumRenderer {
    program: PathBuf,
    params: RenderParams,
    seats: Semaphore,
    idle: Mutex<Vec<Browser>>,
}

impl ChromiumRenderer {
    /// Finds the program and checks that it may be used; starts nothing yet.
    ///
    /// # Errors
    /// [`RenderError::Missing`] and [`RenderError::Unsandboxed`].
    pub fn new(params: RenderParams) -> Result<Self, RenderError> {
        let program = find(params.path.as_deref())?;
        without_sandbox(&params)?;
        Ok(Self { program, seats: Semaphore::new(params.browsers.max(1)), params, idle: Mutex::default() })
    }

    /// The budget of each page.
    #[must_use]
    pub fn budget(&self) -> &Budget {
        &self.params.budget
    }

    fn take_idle(&self) -> Option<Browser> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner).pop()
    }

    async fn in_browser(&self, order: &RenderOrder, supply: &dyn Supply) -> Result<Rendered, RenderError> {
        if let Some(browser) = self.take_idle() {
            match self.with(browser, order, supply).await {
                // It may have died while it waited; that is not the page's fault.
                Err(RenderError::Died(reason)) => tracing::debug!(%reason, "a browser is replaced"),
                other => return other,
            }
        }
        let browser = Browser::start(&self.program, &self.params).await?;
        self.with(browser, order, supply).await
    }

    /// Renders in this browser, which goes back to the idle ones only when nothing went wrong.
    async fn with(
        &self,
        mut browser: Browser,
        order: &RenderOrder,
        supply: &dyn Supply,
    ) -> Result<Rendered, RenderError> {
        let result = Tab::render(&mut browser.wire, order, supply, &self.params.budget).await;
        let result = result.map(|page| Rendered { browser: browser.product.clone(), ..page });
        browser.pages += 1;
        if result.is_ok() && browser.pages < PAGES_PER_BROWSER {
            self.idle.lock().unwrap_or_else(PoisonError::into_inner).push(browser);
        } else {
            browser.end().await;
        }
        result
    }
}

#[async_trait]
impl Render for ChromiumRenderer {
    async fn render(&self, order: RenderOrder, supply: &dyn Supply) -> Result<Rendered, RenderError> {
        let wall = self.params.budget.wall;
        let seat = tokio::time::timeout(wall, self.seats.acquire()).await;
        let Ok(Ok(_seat)) = seat else { return Err(RenderError::Busy(wall)) };
        // Whatever the browser does, the page does not hold its lease longer than promised; dropping the work kills it.
        let limit = wall + MARGIN;
        tokio::time::timeout(limit, self.in_browser(&order, supply)).await.unwrap_or(Err(RenderError::Stuck(limit)))
    }

    fn longest(&self) -> Duration {
        self.params.budget.wall * 2 + MARGIN
    }
}
