//! purge.

use crate::{
    args::{Global, Purge},
    output::{Exit, cell, write_json},
};
use std::path::Path;
use tanzhao::{
    app::{
        App,
        purging::{PurgeReport, purge as run},
    },
    config::Config,
    store::PurgeMode,
};

pub async fn purge(global: &Global, order: Purge) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let (app, mode) = if order.dry_run {
        (App::open_read_only(&global.data_dir)?, PurgeMode::Look)
    } else {
        (App::open(&global.data_dir)?, PurgeMode::Purge)
    };
    let report = run(&app, &config, mode).await?;
    if order.report.as_deref() != Some(Path::new("-")) {
        print(&report);
    }
    if let Some(path) = &order.report {
        write_json(path, &report)?;
    }
    let whole = report.files.as_ref().is_none_or(|files| files.problems.is_empty());
    Ok(if whole { Exit::Done } else { Exit::DoneInPart })
}

fn print(report: &PurgeReport) {
    println!("{}", if report.dry_run { "到期清理（试算，未作任何改动）" } else { "到期清理" });
    let widths = [14, 10, 14, 10];
    let line = |cells: [&str; 4]| {
        let cells: Vec<String> = cells.iter().zip(widths).map(|(text, width)| cell(text, width)).collect();
        println!("{}", cells.join(" ").trim_end());
    };
    line(["类别", "保留", "去除联系方式", "删除"]);
    for one in &report.listings {
        let [kept, removed, deleted] = [one.kept, one.contacts_removed, one.deleted].map(|count| count.to_string());
        line([one.class.zh(), &kept, &removed, &deleted]);
    }
    println!("已无信息的线索：{} 条去除主体标识（编号、事项和经过保留）", report.operators_forgotten);
    if let Some(files) = &report.files {
        println!("网页存档：删除 {} 份，清除残留文件 {} 份", files.deleted, files.orphans);
        for problem in &files.problems {
            println!("  未能删除：{problem}");
        }
    }
    let days = &report.days;
    println!(
        "保存期限（天）：不涉嫌 {}，涉嫌未移交 {}，已排除去联系方式 {}，已移交办结后 {}",
        days.not_suspect, days.suspect, days.dismissed, days.handed_over
    );
}
