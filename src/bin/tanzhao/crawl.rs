//! demo, sweep, reprocess, status.

use crate::{
    args::{Demo, Global, Reprocess, StatusArgs, Sweep},
    leads::print_queue,
    output::{Exit, Progress, print_pictures, write_json},
    queue::Standings,
};
use std::{path::Path, sync::Arc};
use tanzhao::{
    app::{
        App, builtin, demo as demonstration, rereading, status as state,
        sweep::{self as campaign, SweepOrder, SweepSummary},
        words::words,
    },
    config::Config,
    domain::SweepId,
    sources::Registry,
    store::{LeadQuery, SourceState},
};
use tokio_util::sync::CancellationToken;

/// Borrowed pairs.
pub fn pairs(set: &[(String, String)]) -> Vec<(&str, &str)> {
    set.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect()
}

/// The first Ctrl-C ends the work at the next page; the second ends the program, which loses nothing either.
fn stop_on_ctrl_c() -> CancellationToken {
    let cancel = CancellationToken::new();
    let trigger = cancel.clone();
    tokio::spawn(async move {
        if tokio::signal::ctrl_c().await.is_ok() {
            eprintln!("正在停止：完成手上的页面后退出（再按一次 Ctrl-C 立即退出）");
            trigger.cancel();
            let _ = tokio::signal::ctrl_c().await;
            std::process::exit(3);
        }
    });
    cancel
}

pub async fn demo(global: &Global, order: Demo) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let app = App::open(&global.data_dir)?;
    let output = order.output.unwrap_or_else(|| global.data_dir.join("packages"));
    eprintln!("演示：启动本机示例网站（分类信息、社交、小程序）,按礼貌规则采集，请稍候……");
    let watch = Progress::new(global.quiet);
    let report = demonstration::demo(&app, &config, &output, &watch, stop_on_ctrl_c()).await;
    watch.finish();
    let report = report?;
    print_summary(&report.sweep);
    println!();
    print_queue(&app.leads.list(LeadQuery::default()).await?, &Standings::load(&app, &config).await?);
    println!("\n县区线索包（预览：线索均未经人工确认，不作移交）：");
    for package in &report.packages {
        let counts = &package.receipt.manifest.counts;
        println!(
            "  {} {}  线索 {} 条，信息 {} 条，网页存证 {} 份",
            package.county.name,
            package.receipt.path.display(),
            counts.leads,
            counts.listings,
            counts.captures
        );
        for problem in &package.problems {
            println!("    存证有误：{problem}");
        }
        print_pictures(&package.receipt.manifest);
    }
    let data = global.data_dir.display();
    println!(
        "\n下一步：tanzhao --data-dir {data} leads show L000001   |   tanzhao verify <线索包.zip>   |   tanzhao --data-dir {data} status"
    );
    // The sample web has walls and dead links on purpose, so only an unfinished sweep is a partial result here.
    Ok(if report.sweep.end == "drained" { Exit::Done } else { Exit::DoneInPart })
}

pub async fn sweep(global: &Global, order: Sweep) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let sources = campaign::load_sources(&order.sources, &pairs(&order.set))?;
    campaign::check_contact(&config, order.loopback)?;
    let app = App::open(&global.data_dir)?;
    let toolkit = Arc::new(builtin::toolkit(None)?);
    let watch = Progress::new(global.quiet);
    let wanted = SweepOrder {
        only: order.source,
        unverified: order.unverified,
        max_pages: order.max_pages,
        max_minutes: order.max_minutes,
        loopback: order.loopback,
    };
    let summary = campaign::sweep(&app, &config, sources, &wanted, toolkit, &watch, stop_on_ctrl_c()).await;
    watch.finish();
    let summary = summary?;
    print_summary(&summary);
    if let Some(path) = &order.report {
        write_json(path, &summary)?;
    }
    Ok(if summary.complete() { Exit::Done } else { Exit::DoneInPart })
}

fn print_summary(summary: &SweepSummary) {
    let end = match summary.end.as_str() {
        "drained" => "全部完成",
        "resting" => "有站点需要等待，可稍后用同一命令继续",
        _ => "中途停止，可用同一命令继续",
    };
    println!(
        "第 {} 次采集{}:{end}；请求 {} 次，研判 {} 条，线索 {} 条",
        summary.sweep,
        if summary.resumed { "(续采)" } else { "" },
        summary.requests,
        summary.assessed,
        summary.leads
    );
    if let Some(at) = summary.resume_after {
        println!("最早可继续的时间：{at}");
    }
    for (source, reason) in &summary.skipped {
        let words = words(reason);
        println!("  未采集 {source}:{}", words.what);
        print_advice(words.advice);
    }
    for source in &summary.health {
        let what =
            if source.health == "broken" { "已隔离，核对后用 source release 解除" } else { "请核对" };
        println!("  来源 {} {what}：{}", source.source, source.reason);
    }
    for page in summary.pages.iter().filter(|page| !page.reason.is_empty() && page.outcome != "redirected") {
        println!("  {} {} 页：{}（例：{}）", page.source, page.pages, words(&page.reason).what, page.example);
    }
}

pub async fn reprocess(global: &Global, order: Reprocess) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let app = App::open(&global.data_dir)?;
    let sources = match &order.sources {
        Some(path) => campaign::load_sources(path, &pairs(&order.set))?,
        // Archived pages carry their own addresses, so the ports of the sample web do not matter here.
        None => campaign::built_in_sources(&demonstration::DEFAULT_SITES)?,
    };
    let toolkit = Arc::new(builtin::toolkit(None)?);
    let done = rereading::reprocess(&app, &config, Registry::new(sources)?, toolkit, order.sweep.map(SweepId)).await?;
    println!(
        "重读存证 {} 份，信息 {} 条，重新研判 {} 条，线索 {} 条",
        done.captures, done.listings, done.assessed, done.leads
    );
    for problem in &done.problems {
        println!("  {problem}");
    }
    Ok(if done.problems.is_empty() { Exit::Done } else { Exit::DoneInPart })
}

pub async fn status(global: &Global, order: StatusArgs) -> anyhow::Result<Exit> {
    let app = App::open_read_only(&global.data_dir)?;
    if order.urls {
        let pages = state::unfetched(&app, order.source.as_deref(), order.limit).await?;
        if order.json {
            write_json(Path::new("-"), &pages)?;
            return Ok(Exit::Done);
        }
        for page in &pages {
            let due = page.due.map_or_else(String::new, |at| format!("，最早 {at}"));
            let reason = words(&page.reason).what;
            println!("{} {} {}：{reason}{due}", page.source, page_state(&page.state), page.url);
        }
        println!("未抓取地址 {} 个（最多列出 {}）", pages.len(), order.limit);
        return Ok(Exit::Done);
    }
    let status = state::status(&app).await?;
    if order.json {
        write_json(Path::new("-"), &status)?;
        return Ok(Exit::Done);
    }
    println!("线索 {} 条，待研判 {} 条", status.leads, status.unassessed);
    for sweep in &status.sweeps {
        let end = sweep.finished.map_or_else(|| "未完成（可继续）".to_owned(), |at| format!("完成于 {at}"));
        println!("第 {} 次采集 {} 开始 {} {end}", sweep.id, sweep.sources.join(","), sweep.started);
    }
    for source in &status.sources {
        print_source(source);
    }
    for host in &status.hosts {
        println!(
            "站点 {}：最早下次请求 {}，平均响应 {} ms，robots.txt：{}",
            host.host,
            host.next_request_after,
            host.latency_ms,
            robots_words(&host.robots)
        );
        if let (Some(until), Some(reason)) = (host.blocked_until, &host.blocked_reason) {
            println!("  暂停至 {until}：{}", words(reason).what);
        }
    }
    for page in &status.pages {
        let words = words(&page.reason);
        let reason = if words.what.is_empty() {
            String::new()
        } else {
            format!("：{}（例：{}）", words.what, page.example)
        };
        println!("页面 {} {} {} 页{reason}", page.source, page_state(&page.state), page.pages);
        print_advice(words.advice);
    }
    Ok(Exit::Done)
}

/// Why nothing is happening at a source, when it goes on, and what a person can do.
fn print_source(source: &SourceState) {
    let (state, advice) = match source.state.as_str() {
        "quarantined" => ("已隔离", "对照网站核对定义后用 source release 解除"),
        "blocked" => ("对方限制访问", "不绕过：等待期满，或联系平台协查、改用人工录制页面（import capture）"),
        "budget" => ("今日额度用完", ""),
        "quiet" => ("静默时段", ""),
        "waiting" => ("等待间隔", ""),
        "ready" => ("可以继续", ""),
        _ => ("无待抓页面", ""),
    };
    let next = source.next_wakeup.map_or_else(String::new, |at| format!("，下次 {at}"));
    println!(
        "来源 {}：{state}{next}，今日剩余 {} 次，待抓 {} 页，未抓 {} 页",
        source.source, source.budget_left, source.pending, source.not_fetched
    );
    if !source.why.is_empty() {
        println!("  原因：{}", words(&source.why).what);
    }
    print_advice(advice);
    if let Some((at, url, what)) = &source.last_error {
        println!("  最近一次问题：{at} {url} {}", words(what).what);
    }
    for rule in &source.robots {
        println!("  robots.txt {}", robots_words(rule));
    }
}

fn print_advice(advice: &str) {
    if !advice.is_empty() {
        println!("  处理：{advice}");
    }
}

/// The kept rule in the bureau's words; `text` with its host in front, or alone.
fn robots_words(rule: &str) -> String {
    let (rule, delay) = rule.split_once(", Crawl-delay ").unwrap_or((rule, ""));
    let delay = if delay.is_empty() { String::new() } else { format!("，要求间隔 {delay}") };
    let said = [
        ("not asked yet", "尚未读取"),
        ("text", "有规则，按规则执行"),
        ("absent", "没有该文件，状态"),
        ("closed", "读不到，暂不抓取："),
    ]
    .into_iter()
    .find_map(|(kind, said)| {
        let (host, rest) = rule
            .rsplit_once(&format!(": {kind}"))
            .map_or((None, rule.strip_prefix(kind)), |(host, rest)| (Some(host), Some(rest)));
        let host = host.map_or_else(String::new, |host| format!("{host}："));
        rest.map(|rest| format!("{host}{said}{}", words(rest.strip_prefix(' ').unwrap_or(rest)).what))
    })
    .unwrap_or_else(|| rule.to_owned());
    said + &delay
}

fn page_state(state: &str) -> &str {
    match state {
        "pending" => "待抓",
        "later" => "稍后再试",
        "leased" => "正在抓",
        "done" => "已抓",
        "aside" => "搁置",
        "not remembered" => "未记录",
        other => other,
    }
}
