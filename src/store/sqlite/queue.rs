//! The queue in SQLite.

use super::{SqliteStore, audit, forms, leads, lives, operators, timestamp};
use crate::{
    domain::{Act, AuditKind, LeadId, LeadMove, Numbered},
    evidence::sha256_hex,
    leads::lifecycle::{Actor, Life, Order, Refusal, Step, Subject, Terms},
    store::{CountyRow, FiledForm, LeadEventKind, NewImport, PackageRecord, Queue, Result, queue::Decided},
};
use async_trait::async_trait;
use rusqlite::Connection;
use serde_json::{Map, Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// One transaction in which leads are moved: on what, when, and who sits at the machine.
pub(super) struct Scene<'a> {
    /// The open transaction.
    pub db: &'a Connection,
    /// The store's time.
    pub now_ms: i64,
    /// Who is named in the audit log: the user of the operating system.
    pub os_user: &'a str,
}

impl SqliteStore {
    /// Runs one act of the queue in a transaction of its own.
    async fn at_scene<T: Send + 'static>(
        &self,
        job: impl FnOnce(&Scene<'_>) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let (os_user, now_ms) = (self.who.clone(), self.now_ms());
        self.write_beside(move |db| job(&Scene { db, now_ms, os_user: &os_user })).await
    }
}

#[async_trait]
impl Queue for SqliteStore {
    async fn act(&self, lead: LeadId, order: Order, actor: Actor, terms: Arc<Terms>) -> Decided<Life> {
        self.at_scene(move |scene| {
            let Some((about, life)) = scene.current(lead)? else { return Ok(Err(Refusal::Unknown { lead })) };
            match life.after(&order, &actor, &about, &terms, timestamp(scene.now_ms)) {
                Ok(next) => {
                    scene.made(&about, &order, &actor, (&life, &next), Map::new())?;
                    Ok(Ok(next))
                }
                Err(refusal) => Ok(Err(refusal)),
            }
        })
        .await
    }

    async fn hand_over(&self, package: PackageRecord, actor: Actor, terms: Arc<Terms>) -> Decided<()> {
        self.at_scene(move |scene| {
            let order = Order::of(Step::HandOver).because(package.file.clone());
            let mut moves = Vec::new();
            for lead in &package.leads {
                let Some((about, life)) = scene.current(*lead)? else {
                    return Ok(Err(Refusal::Unknown { lead: *lead }));
                };
                // The package names the deadlines that count from its time.
                match life.after(&order, &actor, &about, &terms, package.made_at) {
                    Ok(next) => moves.push((about, life, next)),
                    Err(refusal) => return Ok(Err(refusal)),
                }
            }
            for (about, life, next) in &moves {
                scene.made(about, &order, &actor, (life, next), Map::new())?;
            }
            leads::record_package(scene.db, &package, Some(actor.name()), scene.os_user, scene.now_ms)?;
            Ok(Ok(()))
        })
        .await
    }

    async fn file_form(
        &self,
        import: NewImport,
        rows: Vec<Numbered<CountyRow>>,
        unread: usize,
        actor: Actor,
        terms: Arc<Terms>,
    ) -> Result<FiledForm> {
        self.at_scene(move |scene| forms::file(scene, import, &rows, unread, (&actor, &terms))).await
    }

    async fn end_leases(&self) -> Result<Vec<LeadId>> {
        self.at_scene(|scene| {
            let over = lives::over(scene.db, scene.now_ms)?;
            for lead in &over {
                scene.current(*lead)?;
            }
            Ok(over)
        })
        .await
    }

    async fn life(&self, lead: LeadId) -> Result<Option<Life>> {
        let now = self.now_ms();
        self.read(move |db| Ok(lives::load(db, lead, now)?.map(|(_, life)| life))).await
    }

    async fn lives(&self) -> Result<BTreeMap<LeadId, Life>> {
        let now = self.now_ms();
        self.read(move |db| lives::all(db, now)).await
    }
}

impl Scene<'_> {
    /// A lead as it stands now: a lease that is over is ended and written down first.
    pub(super) fn current(&self, lead: LeadId) -> Result<Option<(Subject, Life)>> {
        let Some((about, life)) = lives::load(self.db, lead, self.now_ms)? else { return Ok(None) };
        let Some(back) = life.expired(timestamp(self.now_ms)) else { return Ok(Some((about, life))) };
        lives::save(self.db, lead, &back)?;
        let holder = life.lease.as_ref().map(|lease| lease.holder.as_str());
        let more = json!({ "assignee": holder });
        self.moved(LeadMove::Expire, &Actor::program(), (lead, &life, &back), more)?;
        Ok(Some((about, back)))
    }

    /// New advertisements of a lead appeared: one at rest is looked at again. For the linker, in its own transaction.
    pub(super) fn wake(&self, lead: LeadId) -> Result<()> {
        // Most leads that grow were never moved; those cost one look at a row.
        let Some(life) = lives::stored(self.db, lead)? else { return Ok(()) };
        let Some(next) = life.woken(timestamp(self.now_ms)) else { return Ok(()) };
        lives::save(self.db, lead, &next)?;
        self.moved(LeadMove::Evidence, &Actor::program(), (lead, &life, &next), json!({}))
    }

    /// Ends the life of a lead whose listings went into another, which keeps what concerns both. For the linker, in its own
    /// transaction; nothing happens to a lead that nobody ever moved.
    pub(super) fn end(&self, gone: LeadId, kept: LeadId) -> Result<()> {
        let Some(other) = lives::stored(self.db, gone)? else { return Ok(()) };
        lives::end(self.db, gone)?;
        if let Some((_, life)) = lives::load(self.db, kept, self.now_ms)? {
            let next = life.with(&other);
            if next != life {
                lives::save(self.db, kept, &next)?;
            }
        }
        let details = json!({
            "into": kept.label(), "state": other.state, "epoch": other.epoch,
            "assignee": other.lease.as_ref().map(|lease| lease.holder.as_str()),
        });
        self.log(AuditKind::LeadEnded, gone, details)
    }

    /// Writes an accepted step down with `more` of it: state, history, log.
    pub(super) fn made(
        &self,
        about: &Subject,
        order: &Order,
        actor: &Actor,
        (before, next): (&Life, &Life),
        mut more: Map<String, Value>,
    ) -> Result<()> {
        lives::save(self.db, about.lead, next)?;
        let mut put = |key: &str, value: Value| more.insert(key.to_owned(), value);
        if !order.note.trim().is_empty() {
            put("note", order.note.trim().into());
        }
        if let Some(lease) = &next.lease {
            put("assignee", lease.holder.clone().into());
            put("until", lease.until.to_string().into());
        }
        match &order.step {
            Step::Dismiss { reason } => {
                put("reason", reason.code().into());
            }
            Step::Answer { outcome, .. } => {
                put("outcome", outcome.code().into());
                put("measures", next.measures.iter().map(|measure| measure.code()).collect());
            }
            Step::Propose { complex: true } => {
                put("complex", true.into());
            }
            _ => {}
        }
        self.moved(order.step.action(), actor, (about.lead, before, next), Value::Object(more))
    }

    /// Writes a move into the history and the log.
    fn moved(
        &self,
        action: LeadMove,
        actor: &Actor,
        (lead, before, next): (LeadId, &Life, &Life),
        more: Value,
    ) -> Result<()> {
        let mut details = json!({
            "from": before.state, "to": next.state, "role": actor.role(), "epoch": next.epoch, "os_user": self.os_user,
        });
        if let (Value::Object(details), Value::Object(more)) = (&mut details, more) {
            details.extend(more);
        }
        let kind = LeadEventKind::Life(action);
        let event = operators::append(self.db, lead.0, actor.name(), kind, &details, self.now_ms)?;
        if let Value::Object(details) = &mut details {
            // Words may hold what the log must not; their digest shows whether they were changed later.
            for key in ["note", forms::KEPT] {
                let Some(words) = details.remove(key) else { continue };
                let words = words.as_str().map_or_else(|| words.to_string(), str::to_owned);
                details.insert(format!("{key}_sha256"), sha256_hex(words.as_bytes()).into());
            }
            details.remove("os_user");
            details.insert("by".into(), actor.name().into());
            details.insert("move".into(), action.code().into());
            details.insert("event".into(), event.into());
        }
        let hand = matches!(
            action,
            LeadMove::Take | LeadMove::Assign | LeadMove::Renew | LeadMove::Release | LeadMove::Expire
        );
        self.log(if hand { AuditKind::LeadAssigned } else { AuditKind::LeadMoved }, lead, details)
    }

    fn log(&self, kind: AuditKind, lead: LeadId, details: Value) -> Result<()> {
        let act = Act { who: self.os_user.to_owned(), kind, object: format!("lead {}", lead.label()), details };
        audit::append(self.db, &act, self.now_ms)?;
        Ok(())
    }
}
