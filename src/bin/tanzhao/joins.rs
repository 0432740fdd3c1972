//! leads merge, split, undo, rebuild, generic.

use crate::{
    args::{Global, JoinAct},
    output::Exit,
};
use anyhow::Context;
use tanzhao::{
    app::{App, acting::acting, sweep::linker},
    config::Config,
    domain::{Contact, ContactKind, LeadId, ListingId, Span},
    evidence::mask::mask_contact,
    leads::{GenericIdentifier, IdentifierKind},
    store::Said,
};

pub async fn joins(global: &Global, act: JoinAct) -> anyhow::Result<Exit> {
    if matches!(act, JoinAct::Generic) {
        let app = App::open_read_only(&global.data_dir)?;
        let found = app.leads.generic(u32::MAX).await?;
        found.iter().for_each(print_generic);
        println!("共 {} 个通用标识，不用于关联", found.len());
        return Ok(Exit::Done);
    }
    let config = Config::load(global.config.as_deref())?;
    // What people say need not wait for the end of a sweep; linking everything again does.
    let rebuild = matches!(act, JoinAct::Rebuild);
    let app = if rebuild { App::open(&global.data_dir)? } else { App::open_read_only(&global.data_dir)? };
    app.note_config(&config).await?;
    let (params, day) = (&config.leads, app.day(&config).await?);
    match act {
        JoinAct::Merge { lead, other, reason, by } => {
            let actor = acting(&app, &config, by.as_deref())?;
            let said = Said { by: actor.name(), reason: &reason };
            let (lead, other) = (number(&lead)?, number(&other)?);
            let change = app.leads.merge(lead, other, said, params, &day).await?;
            println!("已合并，变更编号 {change}（撤销：tanzhao leads undo {change}）");
            show(&app, lead).await?;
        }
        JoinAct::Split { lead, listings, reason, by } => {
            let actor = acting(&app, &config, by.as_deref())?;
            let said = Said { by: actor.name(), reason: &reason };
            let lead = number(&lead)?;
            let listings: Vec<ListingId> = listings.into_iter().map(ListingId).collect();
            let change = app.leads.split(lead, &listings, said, params, &day).await?;
            println!("已拆分，变更编号 {change}（撤销：tanzhao leads undo {change}）");
            show(&app, lead).await?;
            let moved = app.listings.by_ids(&listings).await?;
            if let Some(new) = moved.first().and_then(|stored| stored.lead) {
                show(&app, LeadId(new)).await?;
            }
        }
        JoinAct::Undo { change, by } => {
            let actor = acting(&app, &config, by.as_deref())?;
            app.leads.undo(change, actor.name(), params, &day).await?;
            println!("已撤销第 {change} 号合并或拆分");
        }
        JoinAct::Rebuild => {
            linker(&app, &config).drain(&day).await?;
            let done = app.leads.rebuild(params, &day).await?;
            println!(
                "已重新关联 {} 条涉嫌信息：线索 {} 条（此前 {} 条），通用标识变动 {} 个",
                done.listings, done.after, done.before, done.identifiers_turned
            );
        }
        JoinAct::Generic => {}
    }
    Ok(Exit::Done)
}

fn number(text: &str) -> anyhow::Result<LeadId> {
    LeadId::parse(text).with_context(|| format!("lead: found `{text}`, expected for example L000042"))
}

async fn show(app: &App, id: LeadId) -> anyhow::Result<()> {
    if let Some(stored) = app.leads.show(id).await? {
        let lead = &stored.lead;
        let members: Vec<String> = lead.members.iter().map(ToString::to_string).collect();
        println!(
            "线索 {}  {}  排序值 {:.3}  属地 {}  信息 {}",
            stored.id.label(),
            lead.rank.level.zh(),
            lead.rank.value,
            lead.county.zh(),
            members.join("、")
        );
    }
    Ok(())
}

/// Hotlines are public, but a list of contacts is masked like any other.
fn print_generic(generic: &GenericIdentifier) {
    let identifier = &generic.identifier;
    let shown = if identifier.kind == IdentifierKind::Contact {
        let digits = identifier.value.bytes().all(|byte| byte.is_ascii_digit());
        let kind = if digits { ContactKind::Phone } else { ContactKind::Wechat };
        mask_contact(&Contact { kind, value: identifier.value.clone(), span: Span::new(0, 0), disguised: false })
    } else {
        identifier.shown().to_owned()
    };
    println!("{} {}：{}（{} 条信息）", identifier.kind.zh(), shown, generic.reason.zh(), generic.listings);
}
