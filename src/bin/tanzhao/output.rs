//! Exit codes, log lines, progress and files.

use crate::args::{Args, LogFormat};
use anyhow::Context;
use indicatif::{ProgressBar, ProgressStyle};
use std::{
    fs::File,
    io::{self, BufRead, BufReader, BufWriter, IsTerminal, Write},
    path::Path,
    process::ExitCode,
    sync::Mutex,
    time::{Duration, Instant},
};
use tanzhao::{
    app::sweep::Watch,
    export::{Manifest, PackedPicture, PictureState},
    store::StoreError,
};
use tracing_subscriber::EnvFilter;

/// How the program ends; the numbers are part of the contract.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Exit {
    Done,
    WrongUse,
    DoneInPart,
    DataDirectory,
    VerificationFailed,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(match exit {
            Exit::Done => 0,
            Exit::WrongUse => 2,
            Exit::DoneInPart => 3,
            Exit::DataDirectory => 4,
            Exit::VerificationFailed => 5,
        })
    }
}

impl Exit {
    /// What a failure means: the data directory's fault is 4, a write that stopped half-way is 3, everything else wrong use.
    pub fn of_error(error: &anyhow::Error) -> Self {
        if error.chain().any(<dyn std::error::Error>::is::<tanzhao::crawl::worker::CrawlError>) {
            return Self::DoneInPart;
        }
        match error.chain().find_map(|cause| cause.downcast_ref::<StoreError>()) {
            Some(store) if store.is_directory() => Self::DataDirectory,
            Some(_) => Self::DoneInPart,
            None => Self::WrongUse,
        }
    }
}

/// How many archived pages a package shows, and why it does not show the others.
pub fn print_pictures(manifest: &Manifest) {
    let missing: Vec<&str> = manifest.pictures.iter().filter_map(PackedPicture::missing).collect();
    if let Some(reason) = missing.first() {
        let (painted, missing) = (manifest.counts.pictures, missing.len());
        println!("    页面截图 {painted} 份；未附截图的存档 {missing} 份，原因：{reason}");
    } else if manifest.counts.pictures > 0 {
        println!("    页面截图 {} 份", manifest.counts.pictures);
    }
    let boxes = |one: &PackedPicture| matches!(one.state, PictureState::Painted { chinese_font: false, .. });
    if manifest.pictures.iter().any(boxes) {
        println!("    本机没有中文字体，截图中的汉字显示为方框：请安装后重做（Debian：apt install fonts-noto-cjk）");
    }
}

/// Log lines on standard error.
pub fn start_log(args: &Args) {
    let level = match (args.global.quiet, args.global.verbose) {
        (true, _) => "error",
        (false, 0) => "warn",
        (false, 1) => "tanzhao=info,warn",
        (false, _) => "tanzhao=debug,info",
    };
    let filter = EnvFilter::try_from_env("TANZHAO_LOG").unwrap_or_else(|_| EnvFilter::new(level));
    let log = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr).with_target(false);
    // A second subscriber can only come from a second call, and there is none.
    let _ = match args.global.log_format {
        LogFormat::Text => log.with_ansi(io::stderr().is_terminal()).try_init(),
        LogFormat::Json => log.json().try_init(),
    };
}

/// A bar on a terminal, a line every few seconds elsewhere.
pub struct Progress {
    bar: Option<ProgressBar>,
    last: Mutex<Instant>,
    quiet: bool,
}

impl Progress {
    /// For a sweep, whose length nobody knows.
    pub fn new(quiet: bool) -> Self {
        let bar = (io::stderr().is_terminal() && !quiet).then(|| {
            let bar = ProgressBar::new_spinner();
            if let Ok(style) = ProgressStyle::with_template("{spinner} {elapsed_precise} {msg}") {
                bar.set_style(style);
            }
            bar.enable_steady_tick(Duration::from_millis(120));
            bar
        });
        Self { bar, last: Mutex::new(Instant::now()), quiet }
    }

    /// Removes the bar.
    pub fn finish(&self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

impl Watch for Progress {
    fn tick(&self, requests: u64, assessed: usize) {
        let text = format!("已请求 {requests} 页，已研判 {assessed} 条");
        if let Some(bar) = &self.bar {
            bar.set_message(text);
            return;
        }
        let mut last = self.last.lock().unwrap_or_else(std::sync::PoisonError::into_inner);
        if !self.quiet && last.elapsed() >= Duration::from_secs(5) {
            *last = Instant::now();
            eprintln!("sweep: {text}");
        }
    }
}

/// Opens for reading, `-` is standard input.
pub fn reader(path: &Path) -> anyhow::Result<Box<dyn BufRead>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufReader::new(io::stdin())));
    }
    let file = File::open(path).with_context(|| format!("{}: cannot be read", path.display()))?;
    Ok(Box::new(BufReader::new(file)))
}

/// Opens for writing, `-` is standard output.
pub fn writer(path: &Path) -> anyhow::Result<Box<dyn Write>> {
    if path == Path::new("-") {
        return Ok(Box::new(BufWriter::new(io::stdout())));
    }
    let file = File::create(path).with_context(|| format!("{}: cannot be written", path.display()))?;
    Ok(Box::new(BufWriter::new(file)))
}

/// Writes a JSON report, with a line end.
pub fn write_json(path: &Path, value: &impl serde::Serialize) -> anyhow::Result<()> {
    let mut out = writer(path)?;
    serde_json::to_writer_pretty(&mut out, value)?;
    writeln!(out)?;
    out.flush().with_context(|| format!("{}: cannot be written", path.display()))
}

/// Cells that a terminal shows double wide.
fn wide(c: char) -> usize {
    usize::from(c >= '\u{1100}') + 1
}

/// Text cut or filled to so many cells.
pub fn cell(text: &str, cells: usize) -> String {
    let mut out = String::new();
    let mut used = 0;
    for c in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        if used + wide(c) > cells {
            break;
        }
        used += wide(c);
        out.push(c);
    }
    out.push_str(&" ".repeat(cells - used));
    out
}

/// Words that come from files or people, as one line that steers no terminal.
pub fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
