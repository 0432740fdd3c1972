//! What people do with leads, and where each stands.

use crate::{
    args::{AuditFormat, Global, LeadAct, On, QueueFilter},
    output::{Exit, one_line},
};
use anyhow::{Context, bail};
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};
use tanzhao::{
    app::{App, acting},
    config::Config,
    domain::{Epoch, LeadId, LeadState, RowPlace, beijing},
    evidence::mask::mask_text,
    leads::lifecycle::{Actor, Life, Order, Step, Terms, last_day},
    store::LeadEvent,
    tables::Feedback,
};

/// Where every lead stands, for lists.
pub struct Standings {
    lives: BTreeMap<LeadId, Life>,
    terms: Arc<Terms>,
    now: jiff::Timestamp,
}

impl Standings {
    pub async fn load(app: &App, config: &Config) -> anyhow::Result<Self> {
        Ok(Self { lives: app.queue.lives().await?, terms: acting::terms(config)?, now: app.clock.now() })
    }

    /// The life as it counts now: a lease that is over is none, also before somebody wrote that down.
    fn life(&self, id: LeadId) -> Option<Life> {
        let life = self.lives.get(&id)?;
        Some(life.expired(self.now).unwrap_or_else(|| life.clone()))
    }

    fn is_late(&self, life: &Life) -> bool {
        self.terms.due(life).is_some_and(|due| due <= self.now)
    }

    pub fn passes(&self, id: LeadId, filter: &QueueFilter) -> bool {
        let Some(life) = self.life(id) else { return false };
        let works = |name: &str| {
            let holder = life.lease.as_ref().map(|lease| lease.holder.as_str());
            holder.is_some_and(|holder| {
                Actor::person(name, tanzhao::domain::Role::Analyst).is_ok_and(|one| one.is_same_person(holder))
            })
        };
        filter.state.is_none_or(|state| state == life.state)
            && filter.assignee.as_deref().is_none_or(works)
            && (!filter.overdue || self.is_late(&life))
    }

    /// A short word for a table.
    pub fn word(&self, id: LeadId) -> String {
        let Some(life) = self.life(id) else { return String::new() };
        let state = match life.state {
            LeadState::Confirmed => "已确认",
            other => other.zh(),
        };
        format!("{state}{}", if self.is_late(&life) { "·超期" } else { "" })
    }

    /// Everything, for people.
    pub fn words(&self, id: LeadId) -> String {
        self.life(id).map(|life| words(&life, &self.terms, self.now)).unwrap_or_default()
    }

    /// Everything, for programs.
    pub fn json(&self, id: LeadId) -> Value {
        let Some(life) = self.life(id) else { return Value::Null };
        json!({
            "state": life.state,
            "since": life.since,
            "due": self.terms.due(&life),
            "overdue": self.is_late(&life),
            "assignee": life.lease.as_ref().map(|lease| lease.holder.as_str()),
            "lease_until": life.lease.as_ref().map(|lease| lease.until),
            "epoch": life.epoch,
            "proposed_by": life.proposed_by,
            "approved_by": life.approved_by,
            "dismissed": life.dismissed,
            "outcome": life.outcome,
            "measures": life.measures,
        })
    }
}

/// Where a lead stands, in one line.
fn words(life: &Life, terms: &Terms, now: jiff::Timestamp) -> String {
    let minute = |at| beijing(at).strftime("%Y-%m-%d %H:%M").to_string();
    let mut parts = vec![life.state.zh().to_owned()];
    if let Some(lease) = &life.lease {
        parts.push(format!("{} 领取至 {}", lease.holder, minute(lease.until)));
    }
    let people = [("提出", &life.proposed_by), ("复核", &life.approved_by)];
    parts.extend(people.iter().filter_map(|(word, name)| name.as_ref().map(|name| format!("{word} {name}"))));
    parts.extend(life.dismissed.map(|reason| reason.zh().to_owned()));
    parts.extend(life.outcome.map(|outcome| outcome.zh().to_owned()));
    parts.extend(life.measures.iter().map(|measure| measure.zh().to_owned()));
    if let Some(due) = terms.due(life) {
        let late = if due <= now { "（已超期）" } else { "" };
        parts.push(format!("办理期限 {}{late}", last_day(due)));
    }
    parts.push(format!("批次 {}", life.epoch));
    parts.join("  ")
}

/// The number of a lead as somebody types it.
pub fn number(id: &str) -> anyhow::Result<LeadId> {
    LeadId::parse(id).with_context(|| format!("lead: found `{id}`, expected for example L000042"))
}

pub async fn act(global: &Global, app: &App, order: LeadAct) -> anyhow::Result<Exit> {
    let config = Config::load(global.config.as_deref())?;
    let until = acting::lease_end(app, &config);
    let (on, step, words) = match order {
        LeadAct::History { id, format } => return history(app, &id, format).await,
        LeadAct::Take { on } => (on, Step::Take { until }, String::new()),
        LeadAct::Assign { on, to, note } => (on, Step::Assign { to: acting::find(&config, &to)?, until }, note.note),
        LeadAct::Release { on, note } => (on, Step::Release, note.note),
        LeadAct::Confirm { on, complex, note } => (on, Step::Propose { complex }, note.note),
        LeadAct::Approve { on, note } => (on, Step::Approve, note.note),
        LeadAct::Reject { on, because } => (on, Step::Reject, because.reason),
        LeadAct::Dismiss { on, reason, note } => (on, Step::Dismiss { reason }, note.note),
        LeadAct::Watch { on, note } => (on, Step::Watch, note.note),
        LeadAct::Reopen { on, because } => (on, Step::Reopen, because.reason),
        LeadAct::Answer { on, outcome, measure, note } => (on, Step::Answer { outcome, measures: measure }, note.note),
        LeadAct::Return { on, because } => (on, Step::Return, because.reason),
        LeadAct::Close { on, note } => (on, Step::Close, note.note),
    };
    each(app, &config, &on, &step, &words).await
}

/// The same act on every lead, each in a transaction of its own.
async fn each(app: &App, config: &Config, on: &On, step: &Step, words_given: &str) -> anyhow::Result<Exit> {
    let actor = acting::acting(app, config, on.by.as_deref())?;
    let terms = acting::terms(config)?;
    app.queue.end_leases().await?;
    let (mut done, mut refused) = (0, 0);
    for id in &on.ids {
        let Some(lead) = app.leads.show(number(id)?).await?.map(|stored| stored.id) else {
            eprintln!("lead: found `{id}`, expected a number that `tanzhao leads list` shows");
            refused += 1;
            continue;
        };
        let order = Order {
            step: again(app, lead, step, &actor).await?,
            note: words_given.to_owned(),
            expected: on.if_state,
            epoch: on.epoch.map(Epoch),
        };
        match app.queue.act(lead, order, actor.clone(), Arc::clone(&terms)).await? {
            Ok(life) => {
                done += 1;
                println!("{} {}", lead.label(), words(&life, &terms, app.clock.now()));
            }
            Err(refusal) => {
                refused += 1;
                eprintln!("{} {refusal}", lead.label());
            }
        }
    }
    Ok(match (done, refused) {
        (_, 0) => Exit::Done,
        (0, _) => Exit::WrongUse,
        _ => Exit::DoneInPart,
    })
}

/// To take what one has means to keep it for longer.
async fn again(app: &App, lead: LeadId, step: &Step, actor: &Actor) -> anyhow::Result<Step> {
    let Step::Take { until } = step else { return Ok(step.clone()) };
    let life = app.queue.life(lead).await?;
    let own = life.and_then(|life| life.lease).is_some_and(|lease| actor.is_same_person(&lease.holder));
    Ok(if own { Step::Renew { until: *until } } else { step.clone() })
}

async fn history(app: &App, id: &str, format: AuditFormat) -> anyhow::Result<Exit> {
    let lead = number(id)?;
    let events = app.leads.history(lead).await?;
    if events.is_empty() {
        bail!("lead: found `{id}`, expected a number that `tanzhao leads list` shows");
    }
    for event in &events {
        match format {
            AuditFormat::Table => println!("{}", line(event)),
            AuditFormat::Json => println!("{}", serde_json::to_string(event)?),
        }
    }
    Ok(Exit::Done)
}

/// What a county's form said that moved a lead, with where it was; numbers of people are masked.
pub fn form(event: &LeadEvent) -> Option<String> {
    let kept = event.details.get("feedback")?;
    let said: Feedback = serde_json::from_value(kept.get("form")?.clone()).ok()?;
    let place: RowPlace = serde_json::from_value(kept.clone()).ok()?;
    let import = event.details.get("import").and_then(Value::as_i64)?;
    Some(format!("{}（导入 {import} {}）", mask_text(&said.words(), &[]), place.zh()))
}

fn line(event: &LeadEvent) -> String {
    let state = |key: &str| {
        let code = event.details.get(key).and_then(Value::as_str)?;
        code.parse().ok().map(LeadState::zh)
    };
    let mut parts = vec![
        beijing(event.at).strftime("%Y-%m-%d %H:%M:%S").to_string(),
        event.who.clone(),
        event.kind.zh().to_owned(),
    ];
    if let (Some(from), Some(to)) = (state("from"), state("to")) {
        parts.push(format!("{from} → {to}"));
    }
    let form = form(event);
    // A form says all of it again.
    let keys = ["assignee", "reason", "outcome", "measures", "with", "words", "note"];
    for key in keys.iter().filter(|_| form.is_none()) {
        match event.details.get(*key) {
            Some(Value::String(text)) => parts.push(text.clone()),
            Some(Value::Array(list)) => parts.extend(list.iter().filter_map(Value::as_str).map(str::to_owned)),
            _ => {}
        }
    }
    parts.extend(form);
    one_line(&parts.join("  "))
}
