//! complaints: every one is tracked to its answer (有诉必复).

use crate::{
    args::Global,
    list_args::{Complaints, ComplaintsCommand, ListFormat},
    lists::name,
    output::Exit,
};
use anyhow::{Context, bail};
use serde_json::json;
use tanzhao::{
    app::{
        App,
        lists::{known, registers},
    },
    config::Config,
    domain::{LeadId, beijing},
    evidence::mask_text,
    store::{Acted, Answer, ComplaintCase, ComplaintFilter, LeadQuery},
};

pub async fn complaints(global: &Global, order: Complaints) -> anyhow::Result<Exit> {
    match order.what {
        ComplaintsCommand::List { open, overdue, format } => list(global, open, overdue, format).await,
        ComplaintsCommand::Suggest { format } => suggest(global, format).await,
        ComplaintsCommand::Link { complaint, lead, not, by } => link(global, &complaint, &lead, !not, name(&by)?).await,
        ComplaintsCommand::Answer { complaint, text, on, by } => {
            let app = App::open(&global.data_dir)?;
            let case = find(&app, &complaint).await?;
            let on = on.unwrap_or_else(|| app.today());
            if text.trim().is_empty() {
                bail!("--text: found ``, expected the answer");
            }
            if on < case.complaint.received_on || on > app.today() {
                bail!("--on: found {on}, expected a day from {} to {}", case.complaint.received_on, app.today());
            }
            let answer = Answer { on, text: text.trim().to_owned(), by: name(&by)?.to_owned() };
            match app.records.answer_complaint(case.id, answer).await? {
                Acted::Done => println!("投诉 {} 已答复（{on}）", case.complaint.number),
                Acted::Unchanged => println!("投诉 {} 此前已这样答复", case.complaint.number),
                Acted::Missing => bail!("投诉 {} 已不存在", case.complaint.number),
            }
            Ok(Exit::Done)
        }
    }
}

async fn find(app: &App, what: &str) -> anyhow::Result<ComplaintCase> {
    let found = app.records.complaint(what).await?;
    found.with_context(|| format!("complaint: found `{what}`, expected a number that `tanzhao complaints list` shows"))
}

async fn link(global: &Global, complaint: &str, lead: &str, about: bool, by: &str) -> anyhow::Result<Exit> {
    let app = App::open(&global.data_dir)?;
    let case = find(&app, complaint).await?;
    let number = LeadId::parse(lead).with_context(|| format!("lead: found `{lead}`, expected for example L000042"))?;
    // A number that was merged away leads to its successor.
    let Some(lead) = app.leads.show(number).await? else {
        bail!("lead: found `{lead}`, expected a number that `tanzhao leads list` shows");
    };
    let words = if about { "已关联" } else { "已标为无关" };
    match app.records.tie_complaint(case.id, lead.id, about, by).await? {
        Acted::Done => println!("投诉 {} {words}线索 {}", case.complaint.number, lead.id.label()),
        Acted::Unchanged => println!("投诉 {} 此前{words}线索 {}", case.complaint.number, lead.id.label()),
        Acted::Missing => bail!("投诉 {} 已不存在", case.complaint.number),
    }
    Ok(Exit::Done)
}

async fn list(global: &Global, open: bool, overdue: bool, format: ListFormat) -> anyhow::Result<Exit> {
    let app = App::open_read_only(&global.data_dir)?;
    let today = app.today();
    let filter = match (open, overdue) {
        (_, true) => ComplaintFilter::Overdue(today),
        (true, false) => ComplaintFilter::Open,
        (false, false) => ComplaintFilter::All,
    };
    let cases = app.records.complaints(filter).await?;
    for case in &cases {
        let ComplaintCase { complaint, leads, answer, due_on, .. } = case;
        let leads: Vec<String> = leads.iter().map(|lead| lead.label()).collect();
        let late = answer.is_none() && *due_on < today;
        match format {
            ListFormat::Json => println!(
                "{}",
                json!({
                    "id": case.id, "number": complaint.number, "import": case.import, "received_on": complaint.received_on, "due_on": due_on,
                    "overdue": late, "target": complaint.target.as_deref().map(|text| mask_text(text, &[])), "county": complaint.county,
                    "text": complaint.text, "leads": leads,
                    "answer": answer.as_ref().map(|answer| json!({"on": answer.on, "text": answer.text, "by": answer.by})),
                })
            ),
            ListFormat::Table => {
                let state = match answer {
                    Some(answer) => format!("{} 已答复", answer.on),
                    None if late => format!("超期（应于 {due_on} 前答复）"),
                    None => format!("应于 {due_on} 前答复"),
                };
                let about = complaint.target.as_deref().or(complaint.address.as_deref()).unwrap_or("未写明对象");
                let lead = if leads.is_empty() { "未关联线索".to_owned() } else { leads.join("、") };
                let line = format!(
                    "{}  {}  {}  {state}  {lead}",
                    complaint.number,
                    complaint.received_on,
                    mask_text(about, &[])
                );
                println!("{}", line.chars().map(|c| if c.is_control() { ' ' } else { c }).collect::<String>());
            }
        }
    }
    if format == ListFormat::Table {
        let late = cases.iter().filter(|case| case.answer.is_none() && case.due_on < today).count();
        let waiting = cases.iter().filter(|case| case.answer.is_none()).count();
        println!(
            "共 {} 件，未答复 {waiting} 件，其中超期 {late} 件（截至 {}）",
            cases.len(),
            beijing(app.clock.now()).date()
        );
    }
    Ok(Exit::Done)
}

async fn suggest(global: &Global, format: ListFormat) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let app = App::open_read_only(&global.data_dir)?;
    let registers = registers(&app, &config.leads.standing).await?;
    let cases = app.records.complaints(ComplaintFilter::All).await?;
    let mut found = 0;
    for lead in app.leads.list(LeadQuery::default()).await? {
        let known = known(&app, &lead, &config.city, &registers).await?;
        for (complaint, score) in registers.suggested_complaints(&known) {
            let Some(case) = cases.iter().find(|case| case.id == complaint) else { continue };
            found += 1;
            match format {
                ListFormat::Json => {
                    println!(
                        "{}",
                        json!({"complaint": case.complaint.number, "lead": lead.id.label(), "score": score})
                    );
                }
                ListFormat::Table => println!("{} → {}  {}", case.complaint.number, lead.id.label(), score.zh()),
            }
        }
    }
    if format == ListFormat::Table {
        println!("共 {found} 条建议；由人确认：tanzhao complaints link 投诉编号 线索编号");
    }
    Ok(Exit::Done)
}
