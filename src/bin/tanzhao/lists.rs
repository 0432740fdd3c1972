//! import registry, records, reports, feedback, list, undo.

use crate::{
    args::Global,
    list_args::{ListFormat, Lists},
    output::{Exit, one_line, write_json},
};
use anyhow::{Context, bail};
use serde_json::json;
use std::path::PathBuf;
use tanzhao::{
    app::{
        App, acting,
        feedback::import_feedback,
        lists::{ListKind, import_lists},
        lists_report::{FileFate, ListFile, ListsReport},
    },
    config::Config,
    domain::{RowPlace, beijing},
    store::{ImportSummary, Undone},
    tables::RowProblem,
};

/// Problems printed for a file; the report holds all.
const PRINTED: usize = 50;

pub async fn import(global: &Global, kind: ListKind, order: Lists) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let by = name(&order.by)?;
    // Before anything is changed.
    for file in &order.files {
        check_file(file)?;
    }
    let app = App::open(&global.data_dir)?;
    let done = import_lists(&app, kind, config.leads.standing.answer_days, &order.files, by).await?;
    show(&done, &order)
}

/// Somebody has to answer for it.
pub fn name(by: &str) -> anyhow::Result<&str> {
    let by = by.trim();
    if by.is_empty() {
        bail!("--by: found ``, expected a name");
    }
    Ok(by)
}

fn check_file(file: &PathBuf) -> anyhow::Result<()> {
    let kind = std::fs::metadata(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    if !kind.is_file() {
        bail!("{}: found a folder or device, expected an .xlsx or .csv file", file.display());
    }
    Ok(())
}

fn print_file(file: &ListFile) {
    let outcome = match file.outcome {
        FileFate::Imported => format!(
            "已导入（导入编号 {}）：{} 行入库，{} 行未导入，{} 行此前已有",
            file.import.unwrap_or_default(),
            file.stored,
            file.refused,
            file.known.len()
        ),
        FileFate::AlreadyImported => format!(
            "内容相同的文件已导入过（导入编号 {}，{}，{}），没有任何改动",
            file.import.unwrap_or_default(),
            file.imported_at.map(|at| beijing(at).strftime("%Y-%m-%d %H:%M").to_string()).unwrap_or_default(),
            file.imported_by.as_deref().unwrap_or("未注明")
        ),
        FileFate::Refused => "未导入，没有任何改动".to_owned(),
    };
    say(&format!("{}：{outcome}", file.file));
    if let Some(problem) = &file.problem {
        say(&format!("  文件有误：{problem}"));
    }
    print_problems(&file.rows, file.unlisted);
    for row in file.filed.iter().take(PRINTED) {
        say(&format!("  {} {} {}：{}", row.place.zh(), row.lead, row.state.zh(), row.says));
    }
    for row in file.declined.iter().take(PRINTED) {
        say(&format!("  {} {} 未办理：{}", row.place.zh(), row.lead, row.reason));
    }
    for row in file.known.iter().take(PRINTED) {
        say(&format!("  {}：此前已有（{}），保持不变", row.place.zh(), row.known_from));
    }
    if !file.ignored_columns.is_empty() {
        say(&format!("  未读取的列：{}", file.ignored_columns.join("、")));
    }
    if file.hidden_rows > 0 {
        say(&format!("  隐藏的行 {} 行未读取；需要时请取消隐藏或筛选后再导入", file.hidden_rows));
    }
    if !file.captions.is_empty() {
        let rows: Vec<String> = file.captions.iter().take(PRINTED).map(RowPlace::zh).collect();
        say(&format!("  标题或备注行，略过：{}", rows.join("、")));
    }
    for sheet in &file.sheets_without_header {
        say(&format!("  工作表“{sheet}”没有找到表头，未读取"));
    }
}

fn print_problems(rows: &[RowProblem], unlisted: usize) {
    for row in rows.iter().take(PRINTED) {
        let fate = if row.refused { "整行未导入" } else { "此格略去" };
        let RowProblem { place, column, found, expected, .. } = row;
        say(&format!("  {} {column}：填的是“{found}”，需要{expected}（{fate}）", place.zh()));
    }
    let more = rows.len().saturating_sub(PRINTED) + unlisted;
    if more > 0 {
        say(&format!("  …… 另有 {more} 处，见 --report 的文件"));
    }
}

/// Prints a line that holds words of a file.
fn say(line: &str) {
    println!("{}", one_line(line));
}

/// Files forms that counties filled in.
pub async fn feedback(global: &Global, order: Lists) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let by = name(&order.by)?;
    for file in &order.files {
        check_file(file)?;
    }
    // What people decide about leads need not wait for the end of a sweep.
    let app = App::open_read_only(&global.data_dir)?;
    let actor = acting::acting(&app, &config, Some(by))?;
    app.queue.end_leases().await?;
    show(&import_feedback(&app, &order.files, &actor, &acting::terms(&config)?).await?, &order)
}

fn show(done: &ListsReport, order: &Lists) -> anyhow::Result<Exit> {
    for file in &done.files {
        print_file(file);
    }
    if let Some(path) = &order.report {
        write_json(path, done)?;
    }
    Ok(if done.refused() {
        Exit::WrongUse
    } else if done.complete() {
        Exit::Done
    } else {
        Exit::DoneInPart
    })
}

pub async fn list(global: &Global, format: ListFormat) -> anyhow::Result<Exit> {
    let app = App::open_read_only(&global.data_dir)?;
    for ImportSummary { record, rows, refused, undone } in app.records.imports().await? {
        let import = &record.import;
        match format {
            ListFormat::Json => println!(
                "{}",
                json!({
                    "import": record.id, "kind": import.kind.code(), "file": import.file, "sha256": import.sha256, "bytes": import.bytes,
                    "by": import.by, "at": import.at, "sweep": record.sweep, "rows": rows, "refused": refused,
                    "undone": undone.as_ref().map(|(at, by)| json!({"at": at, "by": by})),
                })
            ),
            ListFormat::Table => {
                let count = rows
                    .map(|rows| format!("{rows} 行入库，{} 行未导入", refused.unwrap_or_default()))
                    .unwrap_or_default();
                let undone = undone
                    .map(|(at, by)| format!("（已于 {} 由 {by} 撤销）", beijing(at).strftime("%Y-%m-%d %H:%M")))
                    .unwrap_or_default();
                let at = beijing(import.at).strftime("%Y-%m-%d %H:%M");
                println!(
                    "{:>4}  {at}  {}  {}  {}  {count}{undone}",
                    record.id,
                    import.kind.zh(),
                    import.file,
                    import.by
                );
            }
        }
    }
    Ok(Exit::Done)
}

pub async fn undo(global: &Global, import: i64, by: &str) -> anyhow::Result<Exit> {
    let by = name(by)?;
    let app = App::open(&global.data_dir)?;
    match app.records.undo(import, by).await? {
        Undone::Removed(rows) => println!("已撤销导入 {import}：删除 {rows} 行；其他导入也有的行保留"),
        Undone::Missing => bail!("ID: found {import}, expected a number that `tanzhao import list` shows"),
        Undone::Already { at, by } => {
            bail!("导入 {import} 已于 {} 由 {by} 撤销", beijing(at).strftime("%Y-%m-%d %H:%M"))
        }
        Undone::Evidence => bail!("导入 {import} 是网页记录，属于证据，不能撤销"),
        Undone::Answers => {
            bail!(
                "导入 {import} 是县区反馈，线索已据此流转，不能撤销；反馈有误的，请导入日期不早于原反馈的更正行，或用 tanzhao leads answer 更正"
            )
        }
        Undone::InUse(numbers) => {
            bail!(
                "导入 {import} 未撤销：其中的投诉已答复或已关联线索：{}。请先解除关联；已答复的投诉不能删除",
                numbers.join("、")
            )
        }
    }
    Ok(Exit::Done)
}
