//! search.

use crate::{
    args::{Global, Search, SearchFormat},
    output::{Exit, cell},
};
use anyhow::Context;
use tanzhao::{
    app::{
        App, builtin,
        searching::{Answer, Wanted, search as find, show},
        unmasking::who_shows,
    },
    domain::Purpose,
    text::search::Query,
};

pub async fn search(global: &Global, order: Search) -> anyhow::Result<Exit> {
    let purpose = order.purpose.as_deref().map(Purpose::parse).transpose()?;
    let app = App::open_read_only(&global.data_dir)?;
    let reading = builtin::reading()?;
    let wanted = if order.leads { Wanted::Leads } else { Wanted::Listings };
    let text = order.query.join(" ");
    let answer = match (&order.contact, purpose) {
        (Some(contact), purpose) => {
            let purpose = purpose.context("--contact: found no --purpose, expected one")?;
            let hits = who_shows(&app, contact, &purpose, order.limit.saturating_mul(20)).await?;
            let found = show(&app, &reading, &Query::default(), hits, wanted, order.limit).await?;
            Answer { found, only_newest: false }
        }
        (None, _) => find(&app, &reading, &text, wanted, order.limit).await?,
    };
    match order.format {
        SearchFormat::Json => println!("{}", serde_json::to_string(&answer)?),
        SearchFormat::Table => print(&answer, wanted),
    }
    Ok(Exit::Done)
}

fn print(answer: &Answer, wanted: Wanted) {
    for one in &answer.found {
        let lead = one.lead.as_deref().unwrap_or("—");
        let many = if wanted == Wanted::Leads { format!("（{} 条信息）", one.listings) } else { String::new() };
        println!(
            "{} 信息 {} {} {}{many}",
            cell(lead, 8),
            cell(&one.listing.to_string(), 8),
            cell(one.county.as_deref().unwrap_or_default(), 8),
            one.snippet
        );
    }
    let what = if wanted == Wanted::Leads { "线索" } else { "信息" };
    println!("找到 {} 条{what}", answer.found.len());
    if answer.only_newest {
        println!("匹配过多，仅在最新的匹配中排序；请增加检索词或条件");
    }
}
