//! classify, train, evaluate.

use crate::{
    args::{Classify, Evaluate, Train},
    output::{Exit, reader, write_json, writer},
};
use anyhow::{Context, bail};
use linfa::ParamGuard;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::{
    io::{BufRead, Read, Write},
    path::{Path, PathBuf},
};
use tanzhao::{
    app::builtin,
    assess::{self, Evaluation, Toolkit},
    classify::{Labelled, TrainParams, labelled::read_jsonl, params::Settings},
    domain::{Assessment, ListingText},
    export,
};

/// Longest body, in bytes, as the contract says.
const BODY_LIMIT: usize = 1 << 20;
/// Longest line read: a body of [`BODY_LIMIT`] with every byte escaped, and room for the other fields.
const LINE_LIMIT: u64 = 8 << 20;
/// Lines judged together.
const BATCH: usize = 512;

fn toolkit(model: Option<&Path>) -> anyhow::Result<Toolkit> {
    let bytes = model
        .map(|path| std::fs::read(path).with_context(|| format!("{}: cannot be read", path.display())))
        .transpose()?;
    let toolkit = builtin::toolkit(bytes.as_deref())?;
    if let Some(warning) = toolkit.staleness() {
        tracing::warn!("{warning}");
    }
    Ok(toolkit)
}

/// Scores listings; a bad line gives an error object in its place.
pub fn classify(order: &Classify) -> anyhow::Result<Exit> {
    let toolkit = toolkit(order.model.as_deref())?;
    let mut input = reader(&order.input)?;
    let mut output = writer(&order.output)?;
    let (mut bad, mut end) = (0_usize, false);
    while !end {
        let mut lines = Vec::with_capacity(BATCH);
        while lines.len() < BATCH {
            match next_line(&mut *input).with_context(|| format!("{}: cannot be read", order.input.display()))? {
                Some(line) if line.iter().all(u8::is_ascii_whitespace) => {}
                Some(line) => lines.push(line),
                None => {
                    end = true;
                    break;
                }
            }
        }
        let answers: Vec<Result<Vec<u8>, Vec<u8>>> = lines.par_iter().map(|line| judge_line(&toolkit, line)).collect();
        for answer in answers {
            let (Ok(line) | Err(line)) = &answer;
            bad += usize::from(answer.is_err());
            output.write_all(line)?;
            output.write_all(b"\n")?;
        }
    }
    output.flush()?;
    if bad > 0 {
        eprintln!("tanzhao classify: {bad} lines could not be judged; each has an error in its place");
    }
    Ok(if bad > 0 { Exit::DoneInPart } else { Exit::Done })
}

/// One line without its end; of an endless one only the first [`LINE_LIMIT`] bytes are kept.
fn next_line(input: &mut dyn BufRead) -> std::io::Result<Option<Vec<u8>>> {
    let mut line = Vec::new();
    if input.take(LINE_LIMIT).read_until(b'\n', &mut line)? == 0 {
        return Ok(None);
    }
    if line.last() != Some(&b'\n') && line.len() as u64 == LINE_LIMIT {
        loop {
            let (skip, done) = {
                let rest = input.fill_buf()?;
                match rest.iter().position(|byte| *byte == b'\n') {
                    Some(at) => (at + 1, true),
                    None => (rest.len(), rest.is_empty()),
                }
            };
            input.consume(skip);
            if done {
                break;
            }
        }
    }
    Ok(Some(line))
}

#[derive(Deserialize)]
struct Row {
    title: Option<String>,
    body: Option<String>,
    site_city: Option<String>,
}

/// What is said of a listing.
#[derive(Serialize)]
struct Answer {
    id: Value,
    #[serde(flatten)]
    assessment: Assessment,
}

/// The answer as a line of JSON; `Err` when the listing could not be judged.
fn judge_line(toolkit: &Toolkit, line: &[u8]) -> Result<Vec<u8>, Vec<u8>> {
    let failed = |id: &Value, error: String| json!({"id": id, "error": error}).to_string().into_bytes();
    let value: Value =
        serde_json::from_slice(line).map_err(|error| failed(&Value::Null, format!("not JSON: {error}")))?;
    let id = value.get("id").cloned().unwrap_or(Value::Null);
    let row: Row = serde_json::from_value(value).map_err(|error| failed(&id, format!("wrong field: {error}")))?;
    let body = row.body.ok_or_else(|| failed(&id, "no body".into()))?;
    if body.len() > BODY_LIMIT {
        return Err(failed(&id, format!("body: found {} bytes, expected at most {BODY_LIMIT}", body.len())));
    }
    let text = ListingText { title: row.title.unwrap_or_default(), body, site_city: row.site_city.unwrap_or_default() };
    let answer = Answer { id, assessment: toolkit.assess(&text) };
    serde_json::to_vec(&answer).map_err(|error| failed(&answer.id, error.to_string()))
}

/// Labelled rows of files and folders, in the order of file names.
fn corpus(paths: &[PathBuf]) -> anyhow::Result<Vec<Labelled>> {
    let mut files = Vec::new();
    for path in paths {
        if path.is_dir() {
            for entry in std::fs::read_dir(path).with_context(|| format!("{}: cannot be read", path.display()))? {
                files.push(entry?.path());
            }
        } else {
            files.push(path.clone());
        }
    }
    files.retain(|file| paths.contains(file) || file.extension().is_some_and(|end| end == "jsonl"));
    files.sort_by(|a, b| (a.file_name(), a).cmp(&(b.file_name(), b)));
    let mut rows = Vec::new();
    for file in &files {
        let text = std::fs::read_to_string(file).with_context(|| format!("{}: cannot be read", file.display()))?;
        // Only the name goes into the groups, so that the place of the checkout does not change the model.
        let name = file.file_name().map_or_else(String::new, |name| name.to_string_lossy().into_owned());
        rows.extend(read_jsonl(&name, &text)?);
    }
    if rows.is_empty() {
        bail!("--corpus: found no labelled rows, expected *.jsonl files");
    }
    Ok(rows)
}

/// Trains and writes `tanzhao.model`.
pub fn train(order: &Train) -> anyhow::Result<Exit> {
    let rows = corpus(&order.corpus)?;
    let reading = builtin::reading()?;
    let settings = Settings::default();
    let settings = Settings { seed: order.seed.unwrap_or(settings.seed), ..settings };
    let params = TrainParams::new(settings).check()?;
    let model = assess::train(&rows, &reading, &params)?;
    std::fs::create_dir_all(&order.output).with_context(|| format!("{}: cannot be made", order.output.display()))?;
    let path = order.output.join("tanzhao.model");
    let bytes = model.to_bytes();
    // Whole or not at all: the last good model stays in use until the new one is complete.
    let partial = path.with_extension("partial");
    std::fs::write(&partial, &bytes)
        .and_then(|()| std::fs::rename(&partial, &path))
        .with_context(|| format!("{}: cannot be written", path.display()))?;
    eprintln!("{}: {} rows, {} bytes, sha256 {}", path.display(), rows.len(), bytes.len(), model.digest());
    println!("{}", serde_json::to_string_pretty(model.card())?);
    Ok(Exit::Done)
}

/// Quality report.
pub fn evaluate(order: &Evaluate) -> anyhow::Result<Exit> {
    let toolkit = toolkit(order.model.as_deref())?;
    let mut text = String::new();
    reader(&order.input)?
        .read_to_string(&mut text)
        .with_context(|| format!("{}: cannot be read", order.input.display()))?;
    let rows = read_jsonl(&order.input.display().to_string(), &text)?;
    let Evaluation { report, curves } = assess::evaluate(&rows, &toolkit);
    if let Some(dir) = &order.plots {
        std::fs::create_dir_all(dir).with_context(|| format!("{}: cannot be made", dir.display()))?;
        for (name, svg) in export::plots(&curves)? {
            let path = dir.join(name);
            std::fs::write(&path, svg).with_context(|| format!("{}: cannot be written", path.display()))?;
        }
    }
    write_json(order.report.as_deref().unwrap_or(Path::new("-")), &report)?;
    Ok(Exit::Done)
}
