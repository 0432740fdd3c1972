//! Listings that leave the store, or lose their contacts, leave what they linked in order.

use super::{
    Desk, Result, facts,
    hands::bond,
    index,
    step::{Pool, fenced, look_around, relink, turned},
};
use crate::{
    domain::{Assessment, LeadId, Verdict},
    leads::{Identifier, Member},
    store::{JoinKind, LeadEventKind},
};
use rusqlite::params;
use std::collections::BTreeSet;

/// Takes listings out of every lead and index, as if they had never shown anything, and forgets what people joined them to.
/// Their rows in `listings` stay for the caller to delete.
pub(in crate::store::sqlite) fn retire(desk: &Desk<'_>, ids: &[i64]) -> Result<()> {
    let db = desk.db;
    let mut changed = Changed::default();
    for id in ids {
        bridge(desk, *id)?;
        let Some(member) = facts::read(db, *id)? else { continue };
        let assessment = Assessment {
            verdict: Verdict::Irrelevant,
            score: 0.0,
            contacts: Vec::new(),
            flags: Vec::new(),
            ..member.assessment.clone()
        };
        changed.note(desk, &Member { assessment, identifiers: Vec::new(), ..member })?;
    }
    changed.link(desk)?;
    for id in ids {
        for statement in [
            "DELETE FROM bonds WHERE a = ?1",
            "DELETE FROM bonds WHERE b = ?1",
            "DELETE FROM fence_moves WHERE listing = ?1",
            "DELETE FROM facts WHERE listing = ?1",
        ] {
            db.prepare_cached(statement)?.execute([id])?;
        }
    }
    Ok(())
}

/// Gives the members of a lead that may not show contacts any longer what they show without them. A person decided about all
/// of them together, so they stay together.
pub(in crate::store::sqlite) fn without_contacts(desk: &Desk<'_>, lead: i64, members: &[Member]) -> Result<()> {
    if members.len() > 1 {
        let reason = "保存期满，已去除联系方式，保持为同一线索";
        let change = desk
            .db
            .prepare_cached("INSERT INTO joins(kind, at_ms, who, reason, lead, other) VALUES (?1, ?2, ?3, ?4, ?5, ?5)")?
            .insert(params![JoinKind::Merge.code(), desk.now_ms, desk.who, reason, lead])?;
        for (one, next) in members.iter().zip(members.iter().skip(1)) {
            bond(desk, change, one.id.0, next.id.0)?;
        }
        let details = serde_json::json!({"change": change, "kind": JoinKind::Merge.code(), "reason": reason, "lead": LeadId(lead).label()});
        super::events::append(desk.db, lead, desk.who, LeadEventKind::ByHand, &details, desk.now_ms)?;
    }
    let mut changed = Changed::default();
    for member in members {
        changed.note(desk, member)?;
    }
    changed.link(desk)
}

/// What has to be linked again, because listings say less than before.
#[derive(Default)]
struct Changed {
    pool: Pool,
    shown: BTreeSet<i64>,
}

impl Changed {
    /// Keeps the new facts of a listing.
    fn note(&mut self, desk: &Desk<'_>, member: &Member) -> Result<()> {
        let (db, id) = (desk.db, member.id.0);
        self.pool.leads.extend(facts::lead_of(db, id)?);
        // A witness is in no lead: those it speaks for are found through what it shows.
        let mut query = db.prepare_cached(
            "SELECT DISTINCT l.lead FROM holders w JOIN holders h ON h.identifier = w.identifier AND h.suspect = 1
             JOIN listings l ON l.id = h.listing WHERE w.listing = ?1 AND w.suspect = 0 AND l.lead IS NOT NULL LIMIT 64",
        )?;
        let mut rows = query.query([id])?;
        while let Some(row) = rows.next()? {
            self.pool.leads.insert(row.get(0)?);
        }
        facts::keep(db, member)?;
        db.prepare_cached("UPDATE facts SET waiting = 0 WHERE listing = ?1")?.execute([id])?;
        self.shown.extend(index::renew(desk, member)?.ever);
        if member.is_suspect() {
            self.pool.loose.insert(id);
            self.shown.extend(member.identifiers.iter().map(Identifier::key));
        }
        Ok(())
    }

    /// Links again, and forgets identifiers that nobody shows any more.
    fn link(mut self, desk: &Desk<'_>) -> Result<()> {
        let turned = turned(desk, &self.shown, &mut self.pool)?;
        let fenced = fenced(desk)?;
        for id in turned {
            if let Some(member) = facts::read(desk.db, id)? {
                look_around(desk, &member, fenced, &mut self.pool)?;
            }
        }
        relink(desk, &self.pool)?;
        for key in &self.shown {
            desk.db
                .prepare_cached(
                    "DELETE FROM identifiers WHERE id = ?1 AND NOT EXISTS (SELECT 1 FROM holders WHERE identifier = ?1)",
                )?
                .execute([key])?;
        }
        Ok(())
    }
}

/// What a person tied together through a listing stays together without it.
fn bridge(desk: &Desk<'_>, id: i64) -> Result<()> {
    let mut query = desk.db.prepare_cached(
        "SELECT change, b AS other FROM bonds WHERE a = ?1 UNION SELECT change, a FROM bonds WHERE b = ?1 ORDER BY change, other",
    )?;
    let ties: Vec<(i64, i64)> =
        query.query_map([id], |row| Ok((row.get(0)?, row.get(1)?)))?.collect::<std::result::Result<_, _>>()?;
    for ((change, one), (other_change, next)) in ties.iter().zip(ties.iter().skip(1)) {
        if change == other_change {
            bond(desk, *change, *one, *next)?;
        }
    }
    Ok(())
}
