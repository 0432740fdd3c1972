//! `import capture`: pages that a person recorded, through the same reading and judging as fetched ones.
//!
//! Each file is one transaction; a file whose content was imported before changes nothing. A recorded page never enters
//! the frontier and leads to no request: the links on it are counted by nobody.

use super::{
    App, SOFTWARE,
    import_report::{FileOutcome, FileReport, ImportReport, PageLine, PageOutcome},
    recorded::{Answer, Readers, Reading},
    sweep::{assessor, linker},
};
use crate::{
    assess::Toolkit,
    capture_files::{self, Found, Limits, RecordedPage},
    config::Config,
    crawl::CaptureFolder,
    evidence::{CaptureRecord, Circumstances, HashingWriter},
    extract::Gate,
    sources::Registry,
    store::{ImportKind, NewImport, Recorded, RecordedCapture, SavedCapture, StoreError},
};
use anyhow::Context;
use jiff::{SignedDuration, Timestamp};
use std::{
    fs::File,
    io,
    ops::ControlFlow,
    path::{Path, PathBuf},
    sync::{Arc, mpsc::SyncSender},
};

/// Nobody recorded a web page before (1995-01-01).
const FIRST_PAGES: i64 = 788_918_400;
/// Pages read but not stored yet.
const PAGES_AHEAD: usize = 8;
/// A recorder's clock may be wrong by so much.
const CLOCK_ERROR: SignedDuration = SignedDuration::from_hours(24);

/// Imports recordings and judges what is in them.
///
/// # Errors
/// When a file cannot be opened (before anything is changed), and the store's. What is wrong inside a file is in the report.
pub async fn import_captures(
    app: &App,
    config: &Config,
    registry: Registry,
    toolkit: Arc<Toolkit>,
    files: &[PathBuf],
    by: &str,
) -> anyhow::Result<ImportReport> {
    let readers = Arc::new(Readers::new(registry)?);
    let mut report = ImportReport { by: by.to_owned(), ..ImportReport::default() };
    for path in files {
        let file = one_file(app, config, &readers, path, by).await;
        report.files.push(file.with_context(|| path.display().to_string())?);
    }
    // Also what an import left unjudged that was killed after its transaction.
    report.assessed = assessor(app, &toolkit).drain().await?;
    linker(app, config).drain(&app.day(config).await?).await?;
    report.leads = app.lead_count().await?;
    Ok(report)
}

async fn one_file(
    app: &App,
    config: &Config,
    readers: &Arc<Readers>,
    path: &Path,
    by: &str,
) -> anyhow::Result<FileReport> {
    let (to_hash, now, by) = (path.to_owned(), app.clock.now(), by.to_owned());
    let (import, modified) = tokio::task::spawn_blocking(move || identify(&to_hash, by, now)).await??;
    let mut report = FileReport::new(path, &import);
    if let Some(earlier) = app.imports.find(import.kind, &import.sha256).await? {
        report.outcome = FileOutcome::AlreadyImported;
        report.remember(&earlier);
        return Ok(report);
    }
    // The store takes the pages as they are read: a few of them are in memory, never all.
    let (sender, receiver) = std::sync::mpsc::sync_channel(PAGES_AHEAD);
    let work = Work {
        captures: app.captures.clone(),
        readers: Arc::clone(readers),
        limits: Limits::for_file(import.bytes, config.decoded_bytes),
        import: import.clone(),
        modified,
        report,
        pages: sender,
    };
    let path = path.to_owned();
    let reading = tokio::task::spawn_blocking(move || work.run(&path));
    let (report, stored) = tokio::join!(reading, app.imports.add_recording(import, Box::new(receiver.into_iter())));
    let mut report = report?;
    match stored {
        Ok(Some(stored)) => {
            report.outcome = FileOutcome::Imported;
            report.remember(&stored);
        }
        Ok(None) => {}
        // The archive could not be written; the report says so.
        Err(StoreError::Abandoned) if report.problem.is_some() => {}
        Err(error) => return Err(error.into()),
    }
    Ok(report)
}

/// Name, size and digest of a file, and when it was last written.
fn identify(path: &Path, by: String, at: Timestamp) -> io::Result<(NewImport, Option<Timestamp>)> {
    let mut file = File::open(path)?;
    let modified = file.metadata()?.modified().ok().and_then(|time| Timestamp::try_from(time).ok());
    let mut writer = HashingWriter::new(io::sink());
    io::copy(&mut file, &mut writer)?;
    let (_, sha256, bytes) = writer.finish();
    let name = path.file_name().map_or_else(|| path.display().to_string(), |name| name.to_string_lossy().into_owned());
    Ok((NewImport { kind: ImportKind::Capture, file: name, sha256, bytes, by, at }, modified))
}

/// The blocking part: read, keep.
struct Work {
    captures: CaptureFolder,
    readers: Arc<Readers>,
    limits: Limits,
    import: NewImport,
    modified: Option<Timestamp>,
    report: FileReport,
    pages: SyncSender<Recorded>,
}

impl Work {
    fn run(mut self, path: &Path) -> FileReport {
        let limits = self.limits;
        let mut disk = None;
        let end = File::open(path).map_err(capture_files::FileError::Read).and_then(|file| {
            capture_files::read(file, &limits, &mut |found| match self.found(found) {
                Ok(()) => ControlFlow::Continue(()),
                Err(error) => {
                    disk = Some(error);
                    ControlFlow::Break(())
                }
            })
        });
        match end {
            Ok(format) => self.report.format = Some(format.code()),
            Err(error) => self.report.problem = Some(error.to_string()),
        }
        if let Some(error) = disk {
            // Without an end the store keeps nothing; what was archived before are orphans that nothing refers to.
            self.report.problem = Some(format!("存档写入失败，本文件未导入：{error}"));
            self.report.forget_kept();
        } else {
            // A store that went away says so itself.
            let _ = self.pages.send(Recorded::End);
        }
        self.report
    }

    fn found(&mut self, found: Found) -> io::Result<()> {
        match found {
            Found::Page(page) => self.page(&page)?,
            Found::Skipped { why, .. } => *self.report.skipped.entry(why.code()).or_default() += 1,
            Found::Damaged { where_in_file, url, error } => self.report.pages.push(PageLine {
                reason: Some(error.to_string()),
                ..PageLine::new(where_in_file, url, PageOutcome::Damaged)
            }),
        }
        Ok(())
    }

    fn page(&mut self, page: &RecordedPage) -> io::Result<()> {
        let (at, time_from) = self.time(page.recorded_at);
        let reading = self.readers.read(Answer {
            request: page.request(),
            status: page.status,
            headers: page.headers.clone(),
            body: page.body.clone(),
            at,
        });
        let mut line = PageLine::new(page.where_in_file.clone(), page.url.clone(), PageOutcome::Read);
        line.source = reading.is_defined().then(|| reading.source.0.clone());
        line.notes.clone_from(&reading.extraction.notes);
        if !reading.is_defined() {
            line.outcome = PageOutcome::NoDefinition;
            // A frame or a script's data: without a definition nobody knows what it would be evidence of.
            if page.looked_at == Some(false) || !is_html(page) {
                line.reason = Some("页内框架或数据接口，没有来源定义，未保存".to_owned());
                self.report.pages.push(line);
                return Ok(());
            }
        }
        if let Some(reason) = not_content(&reading.extraction.gate) {
            line.outcome = PageOutcome::NotContent;
            line.reason = Some(reason);
        } else {
            let capture = self.archive(page, at, time_from)?;
            line.kept = true;
            line.listings = reading.extraction.listings.len();
            let Reading { source, role, extraction } = reading;
            let kept = RecordedCapture { capture, source, role, listings: extraction.listings };
            self.pages.send(Recorded::Page(Box::new(kept))).map_err(io::Error::other)?;
        }
        self.report.pages.push(line);
        Ok(())
    }

    /// The time of a page and where it is from: what the file claims if that can be, else when the file was written,
    /// else now.
    fn time(&self, claimed: Option<Timestamp>) -> (Timestamp, &'static str) {
        let now = self.import.at;
        let can_be = |at: &Timestamp| at.as_second() >= FIRST_PAGES && at.duration_since(now) <= CLOCK_ERROR;
        match (claimed.filter(can_be), self.modified.filter(can_be)) {
            (Some(at), _) => (at, "claimed by the recording"),
            (None, Some(at)) => (at, "file modification time"),
            (None, None) => (now, "time of import"),
        }
    }

    fn archive(&self, page: &RecordedPage, at: Timestamp, time_from: &str) -> io::Result<SavedCapture> {
        let body = page.encoded.as_deref().unwrap_or(&page.body);
        let length = body.len().to_string();
        let headers: Vec<(String, String)> = page
            .headers
            .iter()
            .map(|(name, value)| match name.as_str() {
                "content-length" if *value != length => ("x-orig-content-length".to_owned(), value.clone()),
                _ => (name.clone(), value.clone()),
            })
            .collect();
        let note = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let claimed = page.recorded_at.map_or_else(|| "not stated".to_owned(), |at| at.to_string());
        self.captures.save(&CaptureRecord {
            request: &page.request(),
            request_headers: &[],
            final_url: &page.url,
            status: page.status,
            raw_headers: &headers,
            raw_body: body,
            ip: page.ip,
            fetched_at: at,
            robots_rule: "not applicable: recorded by a person, no request was made by this program".to_owned(),
            software: SOFTWARE.to_owned(),
            notes: &[
                note("imported", "yes"),
                note("import-file", &self.import.file),
                note("import-file-sha256", &self.import.sha256),
                note("import-position", &page.where_in_file),
                note("recorded-at", &claimed),
                note("date-from", time_from),
                note("imported-at", &self.import.at.to_string()),
                note("imported-by", &self.import.by),
            ],
            circumstances: Circumstances::default(),
            revisit: None,
            rendition: None,
        })
    }
}

/// Whether an answer is a page for people and not data.
fn is_html(page: &RecordedPage) -> bool {
    let kind = page.headers.iter().find(|(name, _)| name == "content-type");
    kind.map_or_else(
        || page.body.trim_ascii_start().starts_with(b"<"),
        |(_, kind)| kind.to_ascii_lowercase().contains("html"),
    )
}

/// Why a page is no content, in words; `None` when it is.
fn not_content(gate: &Gate) -> Option<String> {
    let words = match gate {
        Gate::Content => return None,
        Gate::Captcha => "验证码页面",
        Gate::LoginWall => "登录墙",
        Gate::BlockPage => "拒绝访问页面",
        Gate::SoftNotFound => "页面不存在或已删除",
        Gate::EmptyList => "空列表",
        Gate::Unreadable(reason) => return Some(format!("无法按定义读取：{reason}")),
    };
    Some(words.to_owned())
}
