//! draw.

use crate::{
    args::{Draw, DrawCommand, Global, NewDraw},
    output::Exit,
};
use anyhow::{Context, bail};
use std::path::Path;
use tanzhao::{
    app::{App, acting, draw_lists},
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
    let from_store = subjects.as_os_str() == "leads";
    if !from_store && !order.weight.is_empty() {
        bail!("--weight: found with a file, expected with --subjects leads only; a file has its own column");
    }
    let subjects = if from_store {
        draw_lists::leads(&app, &order.weight.into_iter().collect()).await?
    } else {
        draw_lists::subjects(&subjects.display().to_string(), &read(&subjects)?)?
    };
    let inspectors = draw_lists::inspectors(&inspectors.display().to_string(), &read(&inspectors)?)?;
    let inputs = Inputs::new(&seed, count, subjects, inspectors)?;
    print(&app.draws.make(inputs, actor.name()).await?);
    Ok(Exit::Done)
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
