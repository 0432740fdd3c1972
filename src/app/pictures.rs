//! Pictures for county packages: every archived page painted again from the archive, without a request to its site.
//!
//! A picture shows what the archived page shows, contacts too, and so it stands beside the archive and nowhere else. The text
//! beside it is a working copy and is masked like all of them.

use super::{App, rendering::Browser};
use crate::{
    crawl::{
        CaptureFolder,
        render::{Ended, NoSupply, Render, RenderError, RenderOrder},
    },
    evidence::{Capture, mask_text, minors},
    export::{PagePicture, PaintedFrom, Pictured},
    extract::encoding,
    signals::contacts::contacts,
    store::CaptureRow,
};
use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
};
use tokio::{sync::Semaphore, task::JoinSet};

/// Pages in the hands of browsers, or waiting for one, at the same time.
const AT_ONCE: usize = 2;
/// Failures of the browser itself, one after the other, after which it is left alone.
const FAILURES: u32 = 3;

/// Paints pages, the PNG files into `folder`; by the SHA-256 of the capture, a picture or the reason why there is none.
pub async fn pictures(
    app: &App,
    browser: &Browser,
    captures: Vec<CaptureRow>,
    folder: &Path,
) -> BTreeMap<String, Pictured> {
    let renderer = match browser {
        Ok(renderer) => renderer,
        Err(reason) => return captures.into_iter().map(|row| (row.sha256, Err(reason.clone()))).collect(),
    };
    let studio = Arc::new(Studio {
        renderer: Arc::clone(renderer),
        captures: app.captures.clone(),
        folder: folder.to_owned(),
        seats: Semaphore::new(AT_ONCE),
        failures: AtomicU32::new(0),
    });
    let mut tasks = JoinSet::new();
    for row in captures {
        let (studio, clock) = (Arc::clone(&studio), Arc::clone(&app.clock));
        tasks.spawn(async move {
            let Ok(_seat) = studio.seats.acquire().await else { return (row.sha256, Err(BROKEN.to_owned())) };
            let painted = studio.paint(&row, clock.now()).await;
            (row.sha256, painted)
        });
    }
    tasks.join_all().await.into_iter().collect()
}

/// Why nothing more is tried.
const BROKEN: &str = "浏览器接连出错，不再尝试";

struct Studio {
    renderer: Arc<dyn Render>,
    captures: CaptureFolder,
    folder: PathBuf,
    seats: Semaphore,
    failures: AtomicU32,
}

impl Studio {
    async fn paint(&self, row: &CaptureRow, now: jiff::Timestamp) -> Pictured {
        if self.failures.load(Ordering::Relaxed) >= FAILURES {
            return Err(BROKEN.to_owned());
        }
        let (captures, wanted) = (self.captures.clone(), row.clone());
        let read = tokio::task::spawn_blocking(move || captures.read(&wanted));
        let Ok(Ok(capture)) = read.await else { return Err("存档无法读取".to_owned()) };
        let (from, html) = document(&capture).ok_or("存档不是网页")?;
        let order = RenderOrder { url: capture.target_uri, html, scripts: false, screenshot: true };
        let page = match self.renderer.render(order, &NoSupply).await {
            Ok(page) => page,
            Err(error) => {
                tracing::warn!(capture = row.warc, %error, "a page of a package has no picture");
                if matches!(error, RenderError::Start(_) | RenderError::Died(_)) {
                    self.failures.fetch_add(1, Ordering::Relaxed);
                }
                return Err(error.zh().to_owned());
            }
        };
        self.failures.store(0, Ordering::Relaxed);
        let (Some(picture), Ended::Quiet) = (page.screenshot, page.ended) else {
            return Err("页面未能在时限内渲染完".to_owned());
        };
        let png = self.folder.join(format!("{}.png", row.sha256));
        tokio::fs::write(&png, picture.png).await.map_err(|error| format!("截图无法写入磁盘（{error}）"))?;
        Ok(PagePicture {
            png,
            han: picture.han,
            text: masked(&page.text),
            painted_at: now,
            browser: page.browser,
            from,
        })
    }
}

/// A page's text without contacts, and without children and third parties.
fn masked(text: &str) -> String {
    let text = minors::mask(text);
    mask_text(&text, &contacts(&text))
}

/// What of a capture can be painted: its finished document where scripts were run, else what the server sent.
fn document(capture: &Capture) -> Option<(PaintedFrom, String)> {
    if let Some(document) = &capture.rendered {
        return Some((PaintedFrom::Finished, String::from_utf8_lossy(document).into_owned()));
    }
    let kind = capture.headers.iter().find(|(name, _)| name == "content-type").map_or("", |(_, value)| value.as_str());
    let text = || encoding::decode(&capture.body, Some(kind).filter(|kind| !kind.is_empty()), None).text;
    let kind = kind.to_ascii_lowercase();
    if kind.is_empty() || kind.contains("html") {
        Some((PaintedFrom::Sent, text()))
    } else if ["json", "text/", "xml", "javascript"].iter().any(|part| kind.contains(part)) {
        let page = maud::html! { body { pre style="white-space:pre-wrap" { (text()) } } };
        Some((PaintedFrom::Data, page.into_string()))
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_text_of_a_page_is_a_working_copy() {
        let text = "初二数学一对一\n电话 1990421-3517\n我家孩子叫王小明,今年上初二";
        assert_eq!(masked(text), "初二数学一对一\n电话 199****3517\n我家孩子叫***,今年上初二");
    }
}
