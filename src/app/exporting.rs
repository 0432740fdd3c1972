//! Exports that leave a trace: one entry before the first byte, one with size and digest when it is whole.

use super::App;
use crate::{
    domain::{Act, AuditKind},
    evidence::{HashingWriter, cdxj_lines},
};
use anyhow::Context;
use serde_json::json;
use std::{fmt::Display, io::Write, path::Path};

/// An export under way.
pub struct LoggedExport<W> {
    out: HashingWriter<W>,
    what: &'static str,
    started: i64,
    rows: u64,
}

impl<W: Write> LoggedExport<W> {
    /// Writes the beginning down and then opens; what cannot be logged is not exported.
    ///
    /// # Errors
    /// The store's, and what `open` says.
    pub async fn begin(
        app: &App,
        what: &'static str,
        output: &Path,
        open: impl FnOnce() -> anyhow::Result<W>,
    ) -> anyhow::Result<Self> {
        let details = json!({ "output": output.display().to_string() });
        let kind = AuditKind::ExportStarted;
        let entry = app.audit.append(Act { who: app.who.clone(), kind, object: what.to_owned(), details }).await?;
        Ok(Self { out: HashingWriter::new(open()?), what, started: entry.sequence, rows: 0 })
    }

    /// Writes one line.
    ///
    /// # Errors
    /// The writer's.
    pub fn row(&mut self, row: &impl Display) -> anyhow::Result<()> {
        writeln!(self.out, "{row}").context("the export cannot be written")?;
        self.rows += 1;
        Ok(())
    }

    /// Flushes and writes the end down.
    ///
    /// # Errors
    /// The writer's and the store's.
    pub async fn finish(mut self, app: &App) -> anyhow::Result<()> {
        self.out.flush().context("the export cannot be written")?;
        let (_, sha256, bytes) = self.out.finish();
        let details = json!({"started_in": self.started, "rows": self.rows, "bytes": bytes, "sha256": sha256});
        let (who, kind) = (app.who.clone(), AuditKind::ExportFinished);
        app.audit.append(Act { who, kind, object: self.what.to_owned(), details }).await?;
        Ok(())
    }
}

/// The index of the archive.
#[derive(Debug, Default)]
pub struct CdxjIndex {
    /// Sorted by bytes, as replay tools search them.
    pub lines: Vec<String>,
    /// Captures that are missing or no longer what was written.
    pub problems: Vec<String>,
}

/// Reads every stored capture and lists what is in it.
///
/// # Errors
/// The store's; a capture that cannot be read is reported and the rest goes on.
pub async fn cdxj(app: &App) -> anyhow::Result<CdxjIndex> {
    let pages = app.listings.captures(None).await?.into_iter().map(|row| (row.warc, row.sha256));
    let robots = app.frontier.robots_archive().await?.into_iter().map(|row| (row.warc, row.sha256));
    let rows: Vec<(String, String)> = robots.chain(pages).collect();
    let folder = app.captures.clone();
    let read = tokio::task::spawn_blocking(move || {
        let mut index = CdxjIndex::default();
        for (warc, sha256) in rows {
            let lines = folder
                .load(&warc, &sha256)
                .map_err(|error| error.to_string())
                .and_then(|file| cdxj_lines(&file, &warc).map_err(|error| error.to_string()));
            match lines {
                Ok(lines) => index.lines.extend(lines),
                Err(reason) => index.problems.push(format!("{warc}: {reason}")),
            }
        }
        index.lines.sort_unstable();
        index
    });
    Ok(read.await?)
}
