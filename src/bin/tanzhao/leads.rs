//! leads, handover, verify, export.

use crate::{
    args::{Export, ExportCommand, Format, Global, Handover, Leads, LeadsCommand},
    output::{Exit, cell, one_line, print_pictures, writer},
    queue::{self, Standings},
};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::{fs::File, path::Path};
use tanzhao::{
    app::{
        App, acting, builtin,
        exporting::{LoggedExport, cdxj},
        handover::{self as packages, Kind, PackageOrder},
        rendering, unmasking,
    },
    config::Config,
    domain::{Contact, LeadId, ListingId, Purpose, Span},
    evidence::mask::{mask_contact, mask_text},
    export::verify as check,
    leads::Lead,
    store::{LeadQuery, StoredLead, StoredListing},
};

pub async fn leads(global: &Global, order: Leads) -> anyhow::Result<Exit> {
    if let LeadsCommand::Join(act) = order.what {
        return crate::joins::joins(global, act).await;
    }
    let app = App::open_read_only(&global.data_dir)?;
    match order.what {
        LeadsCommand::Join(_) => {}
        LeadsCommand::Act(act) => return queue::act(global, &app, act).await,
        LeadsCommand::List { format, county, filter } => {
            let config = Config::load(global.config.as_deref())?;
            let receivers = packages::receivers(&config.city)?;
            let name =
                |code: String| receivers.iter().find(|one| one.code == code).map_or(code, |one| one.name.clone());
            let query = LeadQuery { county: county.map(name), with_kept: true, ..LeadQuery::default() };
            let standings = Standings::load(&app, &config).await?;
            let mut leads = app.leads.list(query).await?;
            leads.retain(|lead| standings.passes(lead.id, &filter));
            match format {
                Format::Table => print_queue(&leads, &standings),
                Format::Json => leads.iter().for_each(|lead| println!("{}", masked(lead, &standings))),
                Format::Csv => print_csv(&leads, &standings),
            }
        }
        LeadsCommand::Show { id, unmask, purpose } => {
            let purpose = purpose.as_deref().filter(|_| unmask).map(Purpose::parse).transpose()?;
            let Some(lead) = app.leads.show(queue::number(&id)?).await? else {
                bail!("lead: found `{id}`, expected a number that `tanzhao leads list` shows")
            };
            let listings = app.listings.by_ids(&lead.lead.members).await?;
            if let Some(purpose) = &purpose {
                unmasking::unmask(&app, lead.id, &lead.lead.members, purpose).await?;
            }
            let config = Config::load(global.config.as_deref())?;
            let forms: Vec<String> = app.leads.history(lead.id).await?.iter().filter_map(queue::form).collect();
            let standings = Standings::load(&app, &config).await?;
            print_lead(&lead, &listings, (&standings, &forms), purpose.is_some());
        }
    }
    Ok(Exit::Done)
}

fn joined<'a>(words: impl Iterator<Item = &'a str>) -> String {
    words.collect::<Vec<_>>().join("、")
}

/// The queue as a table, contacts masked.
pub fn print_queue(leads: &[StoredLead], standings: &Standings) {
    println!(
        "{} {} {} {} {} {} {} {} 主要联系方式",
        cell("线索", 8),
        cell("状态", 13),
        cell("等级", 4),
        cell("排序值", 6),
        cell("属地", 8),
        cell("信息", 4),
        cell("形式", 28),
        cell("科目", 16)
    );
    for StoredLead { id, lead, live, .. } in leads {
        println!(
            "{} {} {} {} {} {} {} {} {}",
            cell(&id.label(), 8),
            cell(&standings.word(*id), 13),
            cell(lead.rank.level.zh(), 4),
            cell(&format!("{:.2}", lead.rank.value), 6),
            cell(lead.county.zh(), 8),
            cell(&if *live { lead.members.len().to_string() } else { "无".to_owned() }, 4),
            cell(&joined(lead.forms.iter().map(|form| form.zh())), 28),
            cell(&joined(lead.subjects.iter().map(|subject| subject.zh())), 16),
            lead.contacts.first().map(|seen| mask_contact(&seen.contact)).unwrap_or_default(),
        );
    }
    println!("共 {} 条线索（均为涉嫌，待人工核查）", leads.len());
    let kept: Vec<&StoredLead> = leads.iter().filter(|lead| !lead.live).collect();
    if !kept.is_empty() {
        println!("信息为“无”的 {} 条已无在存的涉嫌信息：", kept.len());
    }
    for one in kept {
        println!("  {} {}", one.id.label(), kept_words(&one.lead));
    }
}

/// What is kept of a lead that has no listings any more.
fn kept_words(lead: &Lead) -> String {
    let contacts = if lead.contacts.is_empty() {
        "联系方式、原文引句已按保存期限清除"
    } else {
        "联系方式（掩码）"
    };
    format!(
        "原有信息 {} 条；保留：等级、属地、涉嫌事项（{}）、流转记录（移交和县区反馈在内）；{contacts}",
        lead.members.len(),
        lead.suspected().join("、")
    )
}

/// A lead as JSON with masked contacts.
fn masked(stored: &StoredLead, standings: &Standings) -> Value {
    let lead = &stored.lead;
    json!({
        "lead": stored.id.label(),
        "live": stored.live,
        "life": standings.json(stored.id),
        "rank": lead.rank,
        "county": lead.county,
        "copies": lead.copies,
        "route": mask_text(&lead.route_words, &[]),
        "ambiguous": lead.ambiguous,
        "listings": lead.members,
        "gone": lead.gone,
        "elements": lead.elements.iter().map(|one| json!({"element": one.element, "quotes": one.quotes.iter().map(|quote| json!({"listing": quote.listing, "says": quote.says, "quote": mask_text(&quote.quote, &[]), "span": quote.span})).collect::<Vec<_>>()})).collect::<Vec<_>>(),
        "standing": lead.standing,
        "contacts": lead.contacts.iter().map(|seen| json!({"kind": seen.contact.kind, "masked": mask_contact(&seen.contact), "listings": seen.seen_in})).collect::<Vec<_>>(),
        "links": lead.links.iter().map(|link| json!({"a": link.a, "b": link.b, "reason": link.reason.zh()})).collect::<Vec<_>>(),
        "matters": lead.suspected(),
        "forms": lead.forms,
        "subjects": lead.subjects,
        "stages": lead.stages,
        "flags": lead.flags,
        "sources": lead.sources,
        "top_score": lead.top_score,
        "first_posted": lead.first_posted,
        "last_posted": lead.last_posted,
    })
}

fn print_csv(leads: &[StoredLead], standings: &Standings) {
    println!("lead,level,rank,county,listings,forms,subjects,matters,top_score,contact,state,assignee,due,live");
    for StoredLead { id, lead, live, .. } in leads {
        let life = standings.json(*id);
        let said = |key: &str| life.get(key).and_then(Value::as_str).unwrap_or_default().to_owned();
        let fields = [
            id.label(),
            lead.rank.level.code().to_owned(),
            format!("{:.4}", lead.rank.value),
            lead.county.to_string(),
            lead.members.len().to_string(),
            lead.forms.iter().map(|form| form.code()).collect::<Vec<_>>().join(" "),
            lead.subjects.iter().map(|subject| subject.code()).collect::<Vec<_>>().join(" "),
            lead.suspected().join(" "),
            format!("{:.4}", lead.top_score),
            lead.contacts.first().map(|seen| mask_contact(&seen.contact)).unwrap_or_default(),
            said("state"),
            said("assignee"),
            said("due"),
            live.to_string(),
        ];
        println!("{}", fields.map(|field| csv_field(&field)).join(","));
    }
}

/// Quoted where needed; a leading sign is defused, because spreadsheets would run it.
fn csv_field(text: &str) -> String {
    let text = if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text.to_owned() };
    if text.contains([',', '"', '\n', '\r']) { format!("\"{}\"", text.replace('"', "\"\"")) } else { text }
}

/// A quote without the contacts of its listing, whose places count in the whole text.
fn mask_quote(quote: &str, contacts: &[Contact]) -> String {
    let values: Vec<Contact> = contacts.iter().map(|one| Contact { span: Span::new(0, 0), ..one.clone() }).collect();
    mask_text(quote, &values)
}

/// Contacts in full only where `unmasked`, which has to be in the log before.
fn print_lead(
    stored: &StoredLead,
    listings: &[StoredListing],
    (standings, forms): (&Standings, &[String]),
    unmasked: bool,
) {
    let StoredLead { id, lead, .. } = stored;
    println!("线索 {}  {}  排序值 {:.3}  属地 {}", id.label(), lead.rank.level.zh(), lead.rank.value, lead.county.zh());
    println!("状态：{}", standings.words(*id));
    if !stored.live {
        println!("已无在存的涉嫌信息，{}", kept_words(lead));
    }
    for form in forms {
        println!("县区反馈：{}", one_line(form));
    }
    println!("等级依据：{}", lead.rank.level_words);
    for part in &lead.rank.parts {
        println!("  {} {:.3}  {}", cell(&part.name_zh, 12), part.value, part.words);
    }
    let suspected = lead.suspected();
    println!("涉嫌事项：{}", suspected.join("、"));
    for line in lead.standing.words() {
        println!("{}", mask_text(&line, &[]));
    }
    print_case(lead);
    for seen in &lead.contacts {
        println!(
            "联系方式：{} {}（出现在 {} 条信息）",
            seen.contact.kind.zh(),
            if unmasked { seen.contact.value.clone() } else { mask_contact(&seen.contact) },
            seen.seen_in.len()
        );
    }
    for link in &lead.links {
        println!("关联：信息 {} 与 {}:{}", link.a, link.b, link.reason.zh());
    }
    for stored in listings {
        let Some(judged) = &stored.assessment else { continue };
        let listing = &stored.listing;
        let text = format!("{}\n{}", listing.title, listing.body);
        println!("\n信息 {}  {}  可能性 {:.2}  {}", stored.id, judged.verdict.zh(), judged.score, listing.url);
        // A quote may be the contact itself.
        let quoted = |quote: &str| if unmasked { quote.to_owned() } else { mask_quote(quote, &judged.contacts) };
        let shown = if unmasked { text } else { mask_text(&text, &judged.contacts) };
        println!("  {}", shown.replace('\n', "\n  "));
        let reasons: Vec<String> = judged
            .evidence
            .iter()
            .filter(|one| one.weight > 0.0)
            .map(|one| format!("「{}」{:+.2}", quoted(&one.quote), one.weight))
            .collect();
        println!("  判断依据：{}", reasons.join(" "));
        // What its licence allows is no suspicion against it.
        for finding in judged.findings.iter().filter(|one| suspected.contains(&one.matter)) {
            println!(
                "  涉嫌 {} {}:「{}」 依据：{}",
                finding.matter,
                finding.rule,
                quoted(&finding.quote),
                finding.basis_zh
            );
        }
    }
    println!("\n以上均为系统提示的涉嫌情形，是否违法由执法人员核查认定。");
}

/// Why the county is responsible, and the elements of a case with their words.
fn print_case(lead: &Lead) {
    println!("属地依据：{}", mask_text(&lead.route_words, &[]));
    for one in &lead.elements {
        let quotes: Vec<String> = one
            .quotes
            .iter()
            .map(|quote| format!("{}「{}」(信息 {})", quote.says, mask_text(&quote.quote, &[]), quote.listing))
            .collect();
        let words = if quotes.is_empty() { "未见，待核查".to_owned() } else { quotes.join(" ") };
        println!("  {} {words}", cell(one.element.zh(), 12));
    }
}

pub async fn handover(global: &Global, order: Handover) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let app = App::open(&global.data_dir)?;
    app.note_config(&config).await?;
    let toolkit = builtin::toolkit(None)?;
    let kind = if order.include_unconfirmed {
        Kind::Draft
    } else {
        let actor = acting::acting(&app, &config, order.by.as_deref())?;
        app.queue.end_leases().await?;
        Kind::Real { actor, terms: acting::terms(&config)? }
    };
    let browser = rendering::for_pictures(&config);
    let order = PackageOrder { county: &order.county, output: &order.output, since: order.since, kind, browser };
    let written = packages::handover(&app, &config.city, &toolkit, &order).await?;
    let mut whole = true;
    for package in &written {
        let draft = if package.receipt.manifest.draft { "（预览，不作移交）" } else { "" };
        println!("{}{draft} {} sha256 {}", package.county.name, package.receipt.path.display(), package.receipt.sha256);
        for problem in &package.problems {
            whole = false;
            println!("  存证有误：{problem}");
        }
        print_pictures(&package.receipt.manifest);
    }
    if written.is_empty() {
        println!(
            "没有可移交的线索：只移交已确认的线索（leads confirm 提出，另一人 leads approve 复核）;预览用 --include-unconfirmed"
        );
    }
    Ok(if whole { Exit::Done } else { Exit::DoneInPart })
}

pub fn verify(package: &Path) -> anyhow::Result<Exit> {
    let file = File::open(package).with_context(|| format!("{}: cannot be read", package.display()))?;
    let report = match check(file) {
        Ok(report) => report,
        Err(error) => {
            eprintln!("{}: {error}", package.display());
            return Ok(Exit::VerificationFailed);
        }
    };
    let draft = if report.manifest.draft { "（预览，不作移交）" } else { "" };
    println!(
        "{}:{}{draft} {} 份文件完好，线索 {} 条",
        package.display(),
        report.manifest.county.name,
        report.intact,
        report.manifest.counts.leads
    );
    for problem in &report.problems {
        println!("  {problem}");
    }
    Ok(if report.is_intact() { Exit::Done } else { Exit::VerificationFailed })
}

pub async fn export(global: &Global, order: Export) -> anyhow::Result<Exit> {
    let app = App::open_read_only(&global.data_dir)?;
    match order.what {
        ExportCommand::Leads { output } => {
            let mut out = LoggedExport::begin(&app, "leads", &output, || writer(&output)).await?;
            let config = Config::load(global.config.as_deref())?;
            let standings = Standings::load(&app, &config).await?;
            let mut query = LeadQuery { limit: 500, ..LeadQuery::default() };
            loop {
                let page = app.leads.list(query.clone()).await?;
                let Some(last) = page.last() else { break };
                query.after = Some(last.place());
                for lead in &page {
                    out.row(&masked(lead, &standings))?;
                }
            }
            out.finish(&app).await?;
        }
        ExportCommand::Cdxj { output } => {
            let mut out = LoggedExport::begin(&app, "cdxj", &output, || writer(&output)).await?;
            let index = cdxj(&app).await?;
            for line in &index.lines {
                out.row(line)?;
            }
            out.finish(&app).await?;
            for problem in &index.problems {
                eprintln!("{problem}");
            }
            return Ok(if index.problems.is_empty() { Exit::Done } else { Exit::DoneInPart });
        }
        ExportCommand::Listings { output } => {
            let mut out = LoggedExport::begin(&app, "listings", &output, || writer(&output)).await?;
            let mut after = ListingId(0);
            loop {
                let page = app.listings.page(after, 500).await?;
                let Some(last) = page.last() else { break };
                after = last.id;
                for stored in &page {
                    out.row(&listing_object(stored)?)?;
                }
            }
            out.finish(&app).await?;
        }
    }
    Ok(Exit::Done)
}

/// One stored listing as the contract shows it.
fn listing_object(stored: &StoredListing) -> anyhow::Result<Value> {
    let listing = &stored.listing;
    let mut object = json!({
        "id": stored.id,
        "url": listing.url,
        "canonical_url": listing.canonical_url,
        "source": listing.source,
        "source_kind": listing.source_kind,
        "title": listing.title,
        "body": listing.body,
        "author": listing.author,
        "price": listing.price,
        "location": listing.location,
        "posted_at": listing.posted_at,
        "fetched_at": listing.fetched_at,
        "sweep": stored.sweep,
        "snapshot": stored.capture.as_ref().map(|row| json!({"warc": row.warc, "offset": row.offset, "sha256": row.sha256})),
        "lead": stored.lead.map(|id| LeadId(id).label()),
    });
    if let (Some(fields), Some(judged)) = (object.as_object_mut(), &stored.assessment)
        && let Value::Object(judged) = serde_json::to_value(judged)?
    {
        fields.extend(judged);
    }
    Ok(object)
}
