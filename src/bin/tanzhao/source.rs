//! source check, source try.

use crate::{
    args::{Global, Source, SourceCommand},
    crawl::pairs,
    output::Exit,
};
use anyhow::{Context, bail};
use std::path::Path;
use tanzhao::{
    app::{App, beside, golden, sweep as campaign, trying},
    config::Config,
    crawl::Guard,
    domain::{FetchedPage, Listing, PageRole, Request, SourceId},
    extract::Gate,
    sources::{SourceManifest, Status},
};

pub async fn source(global: &Global, order: Source) -> anyhow::Result<Exit> {
    match order.what {
        SourceCommand::Check { path, set } => {
            let sources = campaign::load_sources(&path, &pairs(&set))?;
            for source in &sources {
                println!(
                    "{}：{}（{}），{} 个入口，间隔 {:?}，每日 {} 次，{}",
                    source.id,
                    source.name,
                    source.kind.zh(),
                    source.entry.len(),
                    source.pace.min_delay,
                    source.pace.daily_budget,
                    standing(source)
                );
            }
            println!("{} 个来源定义均有效", sources.len());
            Ok(if golden_hold(&path, &sources) { Exit::Done } else { Exit::VerificationFailed })
        }
        SourceCommand::Release { id } => {
            let app = App::open(&global.data_dir)?;
            if !app.frontier.release(&SourceId(id.clone())).await? {
                bail!("source release: found `{id}`, expected a source in quarantine (see `status`)");
            }
            println!("{id}：已解除隔离，下次采集将继续");
            Ok(Exit::Done)
        }
        SourceCommand::Try { id, page, sources, role, url, loopback, set } => {
            let all = campaign::load_sources(&sources, &pairs(&set))?;
            let Some(source) = all.iter().find(|source| source.id.0 == id) else {
                let known: Vec<&str> = all.iter().map(|source| source.id.0.as_str()).collect();
                bail!("source: found `{id}`, expected one of {}", known.join(", "));
            };
            let address = url.as_deref().unwrap_or(&page);
            let role = chosen_role(source, role.as_deref(), address)?;
            let fetched = if page.starts_with("http://") || page.starts_with("https://") {
                let config = Config::load(global.config.as_deref())?;
                let app = App::open(&global.data_dir)?;
                let guard = if loopback { Guard::LoopbackOnly } else { Guard::PublicOnly };
                campaign::check_contact(&config, loopback)?;
                trying::fetch_one(&app, &config, source, role, &page, guard).await?
            } else {
                saved(source, role, Path::new(&page), url.as_deref())?
            };
            print_both(&fetched, source);
            Ok(Exit::Done)
        }
    }
}

/// Whether a source may be swept, in the bureau's words.
fn standing(source: &SourceManifest) -> String {
    match (&source.closed, source.status) {
        (Some(_), _) => "不抓取，只接受人工录制页面".to_owned(),
        (None, Status::Active) => "启用".to_owned(),
        (None, Status::Unverified { since }) => format!("未核对（{since} 起草）"),
    }
}

fn chosen_role(source: &SourceManifest, asked: Option<&str>, address: &str) -> anyhow::Result<PageRole> {
    const ROLES: [PageRole; 4] = [PageRole::Detail, PageRole::Share, PageRole::Api, PageRole::Index];
    if let Some(asked) = asked {
        return PageRole::parse(asked)
            .with_context(|| format!("--role: found `{asked}`, expected index, detail, share or api"));
    }
    let found = ROLES.into_iter().find(|role| source.page_for(*role, address).is_some());
    found.with_context(|| {
        format!("no page of `{}` matches `{address}`; name it with --role (and --url for a saved file)", source.id)
    })
}

/// A saved page, as if it had just come.
fn saved(source: &SourceManifest, role: PageRole, file: &Path, url: Option<&str>) -> anyhow::Result<FetchedPage> {
    let body = std::fs::read(file).with_context(|| format!("{}: cannot be read", file.display()))?;
    let address = url.map_or_else(
        || source.entry.first().map(|(_, request)| request.url.clone()).unwrap_or_default(),
        str::to_owned,
    );
    Ok(FetchedPage {
        source: source.id.clone(),
        role,
        request: Request::get(address.clone()),
        final_url: address,
        status: 200,
        headers: Vec::new(),
        body,
        fetched_at: jiff::Timestamp::now(),
    })
}

/// Tries the definitions on their golden pages and reports field by field.
fn golden_hold(path: &Path, sources: &[SourceManifest]) -> bool {
    let tried = golden::try_golden(path, sources);
    for page in &tried {
        match &page.result {
            Ok(differences) if differences.is_empty() => println!("  样页 {} {}:一致", page.source, page.file),
            Ok(differences) => {
                println!("  样页 {} {}:{} 处不符", page.source, page.file, differences.len());
                for one in differences {
                    println!("    {:<10} 应为 {} | 实为 {}", one.what, short(&one.expected), short(&one.found));
                }
            }
            Err(reason) => println!("  样页 {} {reason}", page.source),
        }
    }
    tried.iter().all(golden::Tried::is_right)
}

/// The longest value shown in one line.
const SHOWN_CHARS: usize = 120;

fn short(text: &str) -> String {
    let line = text.replace('\n', "⏎");
    let cut: String = line.chars().take(SHOWN_CHARS).collect();
    if cut.len() < line.len() { cut + "…" } else { cut }
}

fn gate_words(gate: &Gate) -> String {
    match gate {
        Gate::Content => "正常内容".to_owned(),
        Gate::Captcha => "验证码或浏览器检测页（不处理，交人工）".to_owned(),
        Gate::LoginWall => "登录墙（不登录）".to_owned(),
        Gate::BlockPage => "拦截页（停止采集）".to_owned(),
        Gate::SoftNotFound => "信息已不存在".to_owned(),
        Gate::EmptyList => "空列表".to_owned(),
        Gate::Unreadable(reason) => format!("读不出：{reason}"),
    }
}

fn print_both(page: &FetchedPage, source: &SourceManifest) {
    let both = beside::beside(page, source);
    let found = &both.extraction;
    println!("{} {} 状态 {} 编码 {}", source.id, page.final_url, page.status, found.charset);
    println!("判断 按定义：{} | 按网页自身：{}", gate_words(&found.gate), gate_words(&both.seen.gate));
    if both.definition_misses_content() {
        println!("  注意：网页有正文，定义没有读出，网站可能已改版");
    }
    for note in &found.notes {
        println!("  说明：{note}");
    }
    for note in both.seen.notes.iter().filter(|note| !found.notes.contains(note)) {
        println!("  说明（网页自身）：{note}");
    }
    for listing in &found.listings {
        println!("信息 {}", listing.canonical_url);
        if both.rows.is_empty() {
            print_listing(listing);
        }
    }
    for row in &both.rows {
        let show = |value: &beside::Placed| {
            value.as_ref().map_or_else(|| "(无)".to_owned(), |(text, place)| format!("{}  <{place}>", short(text)))
        };
        println!("  {:<10} {}", row.field.code(), row.mark.words());
        println!("    按定义   {}", show(&row.defined));
        println!("    网页自身 {}", show(&row.seen));
    }
    println!("链接 {} 个", found.links.len());
    for link in found.links.iter().take(20) {
        println!(
            "  {:<7} {}{}",
            link.role.code(),
            link.request.url,
            link.request.post_body.as_deref().map(|body| format!(" POST {body}")).unwrap_or_default()
        );
    }
}

fn print_listing(listing: &Listing) {
    let posted = listing.posted_at.map(|day| day.to_string());
    let fields = [
        ("title", Some(listing.title.as_str())),
        ("body", Some(listing.body.as_str())),
        ("price", listing.price.as_deref()),
        ("location", listing.location.as_deref()),
        ("author", listing.author.as_deref()),
        ("posted_at", posted.as_deref()),
    ];
    for (name, value) in fields {
        let origin =
            listing.origins.iter().find(|origin| origin.field == name).map_or("", |origin| origin.place.as_str());
        println!("  {name:<10} {:<28} {}", origin, value.map_or_else(|| "(无)".to_owned(), short));
    }
    if let Some(floor) = listing.origins.iter().find(|origin| origin.field == "floor") {
        println!("  {:<10} {}", "floor", floor.place);
    }
}
