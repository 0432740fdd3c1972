//! draw.

use crate::{
    args::{Draw, DrawCommand, Global, NewDraw},
    output::Exit,
};
use anyhow::{Context, bail};
use std::{collections::BTreeMap, path::Path};
use tanzhao::{
    app::{
        App, acting,
        draw_lists::{self, Heavier},
        draw_registry,
    },
    config::Config,
    domain::{AuditKind, Role, beijing},
    evidence::sha256_hex,
    leads::draw::Inputs,
    store::{AuditFilter, StoreError, StoredDraw},
};

pub async fn draw(global: &Global, order: Draw) -> anyhow::Result<Exit> {
    match order.what {
        None => make(global, order.new).await,
        Some(DrawCommand::Show { number, json }) => {
            let app = App::open_read_only(&global.data_dir)?;
            let stored = stored(&app, number).await?;
            if json {
                println!("{}", serde_json::to_string_pretty(&stored)?);
            } else {
                print(&stored);
            }
            Ok(Exit::Done)
        }
        Some(DrawCommand::Verify { number }) => verify(&App::open_read_only(&global.data_dir)?, number).await,
    }
}

async fn make(global: &Global, order: NewDraw) -> anyhow::Result<Exit> {
    // The command line demands these four.
    let (Some(subjects), Some(inspectors), Some(count), Some(seed)) =
        (order.subjects, order.inspectors, order.count, order.seed)
    else {
        bail!("draw: expected --subjects, --inspectors, --count and --seed");
    };
    let config = Config::load(global.config.as_deref())?;
    // A draw from lists needs no sweep before it.
    let app = match App::open_read_only(&global.data_dir) {
        Err(StoreError::Missing { .. }) => App::open(&global.data_dir)?,
        other => other?,
    };
    let actor = acting::acting(&app, &config, order.by.as_deref())?;
    if !matches!(actor.role(), Role::Reviewer | Role::Admin) {
        bail!("{}（{}）不能抽取：双随机抽取由复核员或管理员进行", actor.role().zh(), actor.name());
    }
    let mut inspectors = draw_lists::inspectors(&inspectors.display().to_string(), &read(&inspectors)?)?;
    let subjects = match subjects.to_str() {
        Some("leads") => {
            let weights = weights(&order.weight, "leads", |what| matches!(what, Heavier::Level(_)))?;
            draw_lists::leads(&app, &weights).await?
        }
        Some("registry") => {
            let weights = weights(&order.weight, "registry", |what| !matches!(what, Heavier::Level(_)))?;
            let pool = draw_registry::pool(&app, &config.leads.standing, &weights).await?;
            if pool.subjects.is_empty() {
                bail!("持证机构名册为空：请先用 tanzhao import registry 导入");
            }
            let (resolved, strangers) = pool.keep_away(inspectors);
            inspectors = resolved;
            for name in strangers {
                eprintln!("回避对象“{name}”不在名册中，请核对名称");
            }
            pool.subjects
        }
        _ => {
            weights(&order.weight, "FILE", |_| false)?;
            draw_lists::subjects(&subjects.display().to_string(), &read(&subjects)?)?
        }
    };
    let inputs = Inputs::new(&seed, count, subjects, inspectors)?;
    print(&app.draws.make(inputs, actor.name()).await?);
    Ok(Exit::Done)
}

/// The weights, of which each has to be one that these subjects can have.
fn weights(
    given: &[(Heavier, u32)],
    of: &str,
    fits: impl Fn(Heavier) -> bool,
) -> anyhow::Result<BTreeMap<Heavier, u32>> {
    if let Some((what, _)) = given.iter().find(|(what, _)| !fits(*what)) {
        let fitting: Vec<&str> = Heavier::all().filter(|one| fits(*one)).map(Heavier::code).collect();
        let expected =
            if fitting.is_empty() { "none; a file has its own column".to_owned() } else { fitting.join(", ") };
        bail!("--weight: found `{}` with --subjects {of}, expected {expected}", what.code());
    }
    Ok(given.iter().copied().collect())
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("{}: cannot be read", path.display()))
}

async fn stored(app: &App, number: i64) -> anyhow::Result<StoredDraw> {
    app.draws.draw(number).await?.with_context(|| format!("draw: found {number}, expected the number of a draw"))
}

fn print(draw: &StoredDraw) {
    let at = beijing(draw.made_at).strftime("%Y-%m-%d %H:%M:%S");
    println!("双随机抽取 第 {} 号  {at}  抽取人 {}", draw.id, draw.made_by);
    println!("种子：{}", draw.inputs.seed());
    println!("名单 SHA-256:{}", draw.inputs_sha256);
    for (number, one) in (1..).zip(&draw.result) {
        println!("{number:>4}  {}  检查人员 {}", one.subject, one.inspectors.join("、"));
    }
    println!("任何人可用同一名单和种子重新抽取核对：tanzhao draw verify {}", draw.id);
}

async fn verify(app: &App, number: i64) -> anyhow::Result<Exit> {
    let draw = stored(app, number).await?;
    let mut problems = Vec::new();
    if sha256_hex(draw.inputs.digest_text().as_bytes()) != draw.inputs_sha256 {
        problems.push("名单与抽取时的 SHA-256 不符");
    }
    if draw.inputs.draw() != draw.result {
        problems.push("按名单和种子重新抽取，结果不同");
    }
    if !is_logged(app, &draw).await? {
        problems.push("审计日志中没有与之相符的记录");
    }
    for problem in &problems {
        eprintln!("第 {number} 号抽取：{problem}");
    }
    if !problems.is_empty() {
        return Ok(Exit::VerificationFailed);
    }
    println!("第 {number} 号抽取核对无误：重新抽取结果一致，与审计日志相符");
    Ok(Exit::Done)
}

/// Whether the log says of this draw what is stored.
async fn is_logged(app: &App, draw: &StoredDraw) -> anyhow::Result<bool> {
    if app.audit.verify().await?.is_err() {
        return Ok(false);
    }
    let mut filter = AuditFilter { kind: Some(AuditKind::DrawMade), limit: 1000, ..AuditFilter::default() };
    loop {
        let entries = app.audit.entries(filter.clone()).await?;
        let Some(last) = entries.last() else { return Ok(false) };
        filter.after = last.sequence;
        if let Some(entry) = entries.iter().find(|entry| entry.object == format!("draw {}", draw.id)) {
            let says = |key: &str, value: &str| entry.details.get(key).and_then(|found| found.as_str()) == Some(value);
            return Ok(says("seed", draw.inputs.seed())
                && says("inputs_sha256", &draw.inputs_sha256)
                && says("result_sha256", &draw.result_sha256)
                && entry.at == draw.made_at);
        }
    }
}
