//! Whether a fetched page is rendered, and what becomes of it then.

use super::{
    Crawl, RawResponse,
    render::{Ended, Render, RenderOrder, Rendered, Shelf, supply::SiteSupply},
};
use crate::{
    domain::{FetchOutcome, FetchedPage, PageRole},
    evidence::{decode_body, warc::Rendition},
    extract::{self, shell},
    sources::{RenderMode, SourceManifest},
    store::Lease,
};
use std::sync::Arc;

/// What renders, and what is kept between pages.
#[derive(Default)]
pub struct Rendering {
    /// The browser, where there is one.
    pub renderer: Option<Arc<dyn Render>>,
    /// Scripts and style sheets of this sweep.
    pub shelf: Shelf,
}

/// The next step for a fetched page.
pub(super) enum Look {
    /// Its bytes say what there is to say.
    Static,
    /// It was rendered.
    Rendered(Box<Rendered>),
    /// It cannot be read.
    Ended(FetchOutcome),
    /// The sweep is being stopped; the page goes back untried.
    Stopped,
}

impl Crawl {
    /// Renders a page where its definition wants that, within the page's lease.
    pub(super) async fn look(&self, lease: &Lease, source: &SourceManifest, answer: &RawResponse) -> Look {
        if source.render == RenderMode::Never || lease.what.role == PageRole::Api {
            return Look::Static;
        }
        let html = match self.static_view(lease, source, answer).await {
            StaticView::Enough => return Look::Static,
            StaticView::Shell(html) => html,
        };
        let Some(renderer) = &self.rendering.renderer else {
            let reason = "an empty shell: its scripts would have to run, and there is no browser".to_owned();
            return Look::Ended(FetchOutcome::Failed { reason, retry: false });
        };
        let supply = SiteSupply::new(self, lease, source);
        let order = RenderOrder { url: lease.what.request.url.clone(), html, scripts: true, screenshot: false };
        let result = tokio::select! {
            result = renderer.render(order, &supply) => result,
            () = self.cancel.cancelled() => return Look::Stopped,
        };
        if let Some(outcome) = supply.wall() {
            return Look::Ended(outcome);
        }
        match result {
            Ok(page) => {
                report(lease, &page);
                Look::Rendered(Box::new(page))
            }
            Err(error) => {
                Look::Ended(FetchOutcome::Failed { reason: format!("not rendered: {error}"), retry: error.retry() })
            }
        }
    }

    /// Reads the page as it came; a page that already is a wall, or content, runs no script.
    async fn static_view(&self, lease: &Lease, source: &SourceManifest, answer: &RawResponse) -> StaticView {
        let encoding = answer.header("content-encoding").unwrap_or("");
        let Ok(body) = decode_body(encoding, &answer.body, self.params.decoded_bytes) else {
            return StaticView::Enough;
        };
        let page = FetchedPage {
            source: source.id.clone(),
            role: lease.what.role,
            request: lease.what.request.clone(),
            final_url: lease.what.request.url.clone(),
            status: answer.status,
            headers: answer.headers.clone(),
            body,
            fetched_at: self.clock.now(),
        };
        let source = source.clone();
        let view = tokio::task::spawn_blocking(move || {
            use extract::Gate;
            let gate = extract::extract(&page, &source).gate;
            if matches!(gate, Gate::Captcha | Gate::LoginWall | Gate::BlockPage | Gate::SoftNotFound) {
                return StaticView::Enough;
            }
            let html =
                extract::encoding::decode(&page.body, page.header("content-type"), source.charset.as_deref()).text;
            if source.render == RenderMode::Always || shell::is_shell(&html) {
                StaticView::Shell(html)
            } else {
                StaticView::Enough
            }
        });
        view.await.unwrap_or(StaticView::Enough)
    }
}

enum StaticView {
    Enough,
    Shell(String),
}

fn report(lease: &Lease, rendered: &Rendered) {
    let refused = rendered.traces.iter().filter(|trace| trace.outcome.is_err()).count();
    let asked = rendered.traces.len() - refused;
    let url = lease.what.request.url.as_str();
    if rendered.ended == Ended::Quiet {
        tracing::debug!(source.id = %lease.what.source, url, asked, refused, "page rendered");
    } else {
        tracing::info!(source.id = %lease.what.source, url, asked, refused, end = rendered.ended.words(), "page rendered in part");
    }
}

/// The rendered page in the archive's terms: what was asked for and refused goes into the notes.
pub(super) fn rendition(rendered: &Rendered) -> Rendition<'_> {
    let traces = rendered.traces.iter().map(|trace| match &trace.outcome {
        Ok((status, bytes)) => format!("{} {} {status} {bytes} bytes", trace.kind, trace.url),
        Err(reason) => format!("{} {} refused: {reason}", trace.kind, trace.url),
    });
    Rendition { html: &rendered.html, text: &rendered.text, end: rendered.ended.words(), requests: traces.collect() }
}
