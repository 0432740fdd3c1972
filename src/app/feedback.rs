//! `import feedback`: what counties wrote into their forms moves the leads, row by row.

use super::{
    App,
    lists::{apart, check_sizes, open},
    lists_report::{DeclinedRow, FileFate, FiledRow, KnownRow, ListFile, ListsReport},
};
use crate::{
    domain::Numbered,
    evidence::mask_text,
    leads::lifecycle::{Actor, Order, Step, Terms},
    store::{CountyRow, ImportKind, RowFate},
    tables::{self, Feedback, Limits},
};
use anyhow::Context;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

/// Files forms in the order given, each in one transaction.
///
/// # Errors
/// When a file cannot be opened or is too large (before anything is changed), and the store's. What is wrong inside a file, and
/// every row that moves no lead, is in the report.
pub async fn import_feedback(
    app: &App,
    files: &[PathBuf],
    actor: &Actor,
    terms: &Arc<Terms>,
) -> anyhow::Result<ListsReport> {
    let mut report = ListsReport { by: actor.name().to_owned(), files: Vec::new() };
    check_sizes(files)?;
    for path in files {
        let file = one_file(app, path, actor, terms).await;
        report.files.push(file.with_context(|| path.display().to_string())?);
    }
    Ok(report)
}

async fn one_file(app: &App, path: &Path, actor: &Actor, terms: &Arc<Terms>) -> anyhow::Result<ListFile> {
    let (bytes, import) = open(app, ImportKind::Feedback, path, actor.name())?;
    let mut report = ListFile::new(path, &import);
    let today = app.today();
    let read = tokio::task::spawn_blocking(move || tables::read::<Feedback>(&bytes, &Limits::default(), today));
    let (rows, shape) = match read.await? {
        Ok(sheet) => apart(sheet),
        Err(problem) => {
            report.problem = Some(problem.to_string());
            return Ok(report);
        }
    };
    report.take(shape);
    if rows.is_empty() {
        return Ok(report);
    }
    let orders = rows.iter().map(order).collect::<Result<Vec<_>, _>>()?;
    let done = app.queue.file_form(import, orders, report.refused, actor.clone(), Arc::clone(terms)).await?;
    for (Numbered { place, value }, fate) in rows.into_iter().zip(done.fates) {
        match fate {
            RowFate::Filed(lead, life) => {
                let says = mask_text(&value.words(), &[]);
                report.filed.push(FiledRow { place, lead: lead.label(), state: life.state, says });
            }
            RowFate::Known(known_from) => report.known.push(KnownRow { place, known_from }),
            RowFate::Refused(why) => {
                let (lead, code, reason) = (value.lead.label(), why.code(), why.to_string());
                report.declined.push(DeclinedRow { place, lead, code, reason });
            }
        }
    }
    report.stored = report.filed.len();
    report.refused += report.declined.len();
    if let Some(record) = &done.record {
        let nothing_new = done.again && report.filed.is_empty();
        report.remember(if nothing_new { FileFate::AlreadyImported } else { FileFate::Imported }, record);
    }
    Ok(report)
}

/// What a row asks for.
fn order(row: &Numbered<Feedback>) -> Result<Numbered<CountyRow>, serde_json::Error> {
    let Numbered { place, value } = row;
    let (step, words) = match value.outcome {
        Some(outcome) => (Step::Answer { outcome, measures: value.measures.clone() }, &value.checked),
        None => (Step::Return, &value.returned_because),
    };
    let order = Order::of(step).because(words.clone().unwrap_or_default());
    let row = CountyRow { lead: value.lead, order, on: value.on, form: serde_json::to_value(value)? };
    Ok(Numbered { place: place.clone(), value: row })
}
