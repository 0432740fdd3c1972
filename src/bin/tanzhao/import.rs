//! import.

use crate::{
    args::{Global, Import, ImportCommand},
    lists,
    output::{Exit, write_json},
};
use anyhow::{Context, bail};
use std::{path::PathBuf, sync::Arc};
use tanzhao::{
    app::{
        App, builtin,
        import_report::{FileOutcome, FileReport, ImportReport, PageOutcome},
        importing,
        lists::ListKind,
        sweep::{built_in_sources, load_sources},
    },
    config::Config,
    sources::Registry,
};

pub async fn import(global: &Global, order: Import) -> anyhow::Result<Exit> {
    match order.what {
        ImportCommand::Capture { files, sources, by, report, set } => {
            let set: Vec<(&str, &str)> = set.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
            let sources = match &sources {
                Some(path) => load_sources(path, &set)?,
                None => built_in_sources(&set)?,
            };
            capture(global, &files, Registry::new(sources)?, by.trim(), report).await
        }
        ImportCommand::Registry(order) => lists::import(global, ListKind::Registry, order).await,
        ImportCommand::Records(order) => lists::import(global, ListKind::Records, order).await,
        ImportCommand::Reports(order) => lists::import(global, ListKind::Reports, order).await,
        ImportCommand::Feedback(order) => lists::feedback(global, order).await,
        ImportCommand::List { format } => lists::list(global, format).await,
        ImportCommand::Undo { import, by } => lists::undo(global, import, &by).await,
    }
}

async fn capture(
    global: &Global,
    files: &[PathBuf],
    registry: Registry,
    by: &str,
    report: Option<PathBuf>,
) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    // Before anything is changed.
    for file in files {
        let kind = std::fs::metadata(file).with_context(|| format!("{}: cannot be read", file.display()))?;
        if !kind.is_file() {
            bail!("{}: found a folder or device, expected a HAR, WARC, WACZ, HTML or MHTML file", file.display());
        }
    }
    if by.is_empty() {
        bail!("--by: found ``, expected the name of the person who imports");
    }
    let app = App::open(&global.data_dir)?;
    let toolkit = Arc::new(builtin::toolkit(None)?);
    let done = importing::import_captures(&app, &config, registry, toolkit, files, by).await?;
    print(&done);
    if let Some(path) = &report {
        write_json(path, &done)?;
    }
    Ok(if done.refused() {
        Exit::WrongUse
    } else if done.complete() {
        Exit::Done
    } else {
        Exit::DoneInPart
    })
}

fn print(report: &ImportReport) {
    for file in &report.files {
        print_file(file);
    }
    println!(
        "保存网页 {} 份，研判 {} 条，线索 {} 条；导入人：{}",
        report.kept(),
        report.assessed,
        report.leads,
        report.by
    );
}

fn print_file(file: &FileReport) {
    let outcome = match file.outcome {
        FileOutcome::Imported => "已导入".to_owned(),
        FileOutcome::NothingKept => "没有可保存的网页".to_owned(),
        FileOutcome::AlreadyImported => {
            let at = file.imported_at.map(|at| at.to_string()).unwrap_or_default();
            format!("内容相同的文件已导入过（{at}，{}），没有任何改动", file.imported_by.as_deref().unwrap_or("未注明"))
        }
    };
    println!("{}：{outcome}", file.file);
    if file.outcome == FileOutcome::AlreadyImported {
        return;
    }
    println!(
        "  按定义读取 {} 页，无定义 {} 页，非内容 {} 页，损坏 {} 条；附属内容等 {} 条略过",
        file.count(PageOutcome::Read),
        file.count(PageOutcome::NoDefinition),
        file.count(PageOutcome::NotContent),
        file.count(PageOutcome::Damaged),
        file.skipped.values().sum::<usize>()
    );
    for page in &file.pages {
        let what = match page.outcome {
            PageOutcome::Read => format!("读取，信息 {} 条（{}）", page.listings, page.source.as_deref().unwrap_or("")),
            PageOutcome::NoDefinition if page.kept => {
                format!("无来源定义，按标题和正文读取，信息 {} 条", page.listings)
            }
            PageOutcome::NoDefinition => "无来源定义".to_owned(),
            PageOutcome::NotContent => "非内容，未保存".to_owned(),
            PageOutcome::Damaged => "损坏".to_owned(),
        };
        let reason = page.reason.as_ref().map(|reason| format!("：{reason}")).unwrap_or_default();
        println!("  {} {} {what}{reason}", page.where_in_file, page.url);
        for note in &page.notes {
            println!("    说明：{note}");
        }
    }
    if let Some(problem) = &file.problem {
        println!("  文件有误：{problem}");
    }
}
