//! Complaints in SQLite: received, tied to leads, answered.

use super::{Result, audit, from_json, leads, to_json};
use crate::{
    domain::{Act, AuditKind, Complaint, LeadId, Numbered},
    leads::standing::HeldComplaint,
    store::{Acted, Answer, ComplaintCase, ComplaintFilter, StoreError},
};
use jiff::{Span, civil::Date};
use rusqlite::{Connection, OptionalExtension, Row, params};
use serde_json::json;
use std::collections::BTreeSet;

const COLUMNS: &str = "id, import, complaint, due_on, answered_on, answer, answered_by";

/// Stores a complaint; one that the file says was answered comes answered.
pub(super) fn insert(
    db: &Connection,
    import: i64,
    row: &Numbered<Complaint>,
    answer_days: u16,
    by: &str,
) -> Result<()> {
    let Numbered { place, value } = row;
    let default =
        || value.received_on.checked_add(Span::new().days(i64::from(answer_days))).unwrap_or(value.received_on);
    let due_on = value.due_on.unwrap_or_else(default);
    let answered =
        value.closed_as.as_ref().map(|state| (value.received_on.to_string(), format!("导入时状态：{state}"), by));
    let (on, text, who) = match answered {
        Some((on, text, who)) => (Some(on), Some(text), Some(who)),
        None => (None, None, None),
    };
    db.prepare_cached(
        "INSERT INTO complaints(import, sheet, row, number, received_on, due_on, county, complaint, answered_on, answer, answered_by)
         VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11)",
    )?
    .execute(params![
        import, place.sheet, place.row, value.number, value.received_on.to_string(), due_on.to_string(), value.county,
        to_json("complaint", value)?, on, text, who
    ])?;
    Ok(())
}

/// Numbers of complaints of an import with which people have worked.
pub(super) fn in_use(db: &Connection, import: i64) -> Result<Vec<String>> {
    let mut query = db.prepare_cached(
        "SELECT c.number, c.complaint, c.answered_on IS NOT NULL, EXISTS (SELECT 1 FROM complaint_leads l WHERE l.complaint = c.id AND l.linked)
         FROM complaints c WHERE c.import = ?1 AND (c.answered_on IS NOT NULL OR c.id IN (SELECT complaint FROM complaint_leads))
           AND NOT EXISTS (SELECT 1 FROM seen_again s WHERE s.kind = 'complaints' AND s.key = c.number AND s.import <> ?1) ORDER BY c.id",
    )?;
    let mut rows = query.query([import])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        let complaint: Complaint = from_json("complaint", &row.get::<_, String>(1)?)?;
        let by_person = row.get::<_, bool>(2)? && complaint.closed_as.is_none();
        if by_person || row.get::<_, bool>(3)? {
            found.push(row.get(0)?);
        }
    }
    Ok(found)
}

pub(super) fn held(db: &Connection) -> Result<Vec<HeldComplaint>> {
    let mut refused =
        db.prepare_cached("SELECT lead FROM complaint_leads WHERE complaint = ?1 AND NOT linked ORDER BY lead")?;
    let mut found = Vec::new();
    for case in list(db, ComplaintFilter::All)? {
        let not_leads = refused.query_map([case.id], |row| row.get(0).map(LeadId))?.collect::<rusqlite::Result<_>>()?;
        // A person tied it to a number; what that number went into is meant.
        let now = case.leads.iter().map(|lead| leads::successor(db, lead.0).map(LeadId));
        found.push(HeldComplaint {
            id: case.id,
            complaint: case.complaint,
            leads: now.collect::<Result<BTreeSet<_>>>()?.into_iter().collect(),
            not_leads,
            answered: case.answer.is_some(),
            due_on: case.due_on,
        });
    }
    Ok(found)
}

pub(super) fn list(db: &Connection, filter: ComplaintFilter) -> Result<Vec<ComplaintCase>> {
    let (only, today) = match filter {
        ComplaintFilter::All => ("1", None),
        ComplaintFilter::Open => ("answered_on IS NULL", None),
        ComplaintFilter::Overdue(today) => ("answered_on IS NULL AND due_on < ?1", Some(today.to_string())),
    };
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM complaints WHERE {only} ORDER BY answered_on IS NOT NULL, due_on, id"
    ))?;
    let mut rows = match today {
        Some(today) => query.query([today])?,
        None => query.query([])?,
    };
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(case(db, row)?);
    }
    Ok(found)
}

pub(super) fn find(db: &Connection, what: &str) -> Result<Option<ComplaintCase>> {
    // The number it was received under goes first: that is what people have before them.
    let mut query = db.prepare_cached(&format!(
        "SELECT {COLUMNS} FROM complaints WHERE number = ?1 OR id = ?2 ORDER BY number <> ?1 LIMIT 1"
    ))?;
    let mut rows = query.query(params![what, what.trim_start_matches(['C', 'c']).parse::<i64>().ok()])?;
    match rows.next()? {
        Some(row) => Ok(Some(case(db, row)?)),
        None => Ok(None),
    }
}

fn case(db: &Connection, row: &Row<'_>) -> Result<ComplaintCase> {
    let id = row.get(0)?;
    let leads = db
        .prepare_cached("SELECT lead FROM complaint_leads WHERE complaint = ?1 AND linked ORDER BY lead")?
        .query_map([id], |row| row.get(0).map(LeadId))?
        .collect::<rusqlite::Result<_>>()?;
    let answered: Option<String> = row.get(4)?;
    let answer = match answered {
        Some(on) => Some(Answer {
            on: day("answered_on", &on)?,
            text: row.get::<_, Option<String>>(5)?.unwrap_or_default(),
            by: row.get::<_, Option<String>>(6)?.unwrap_or_default(),
        }),
        None => None,
    };
    Ok(ComplaintCase {
        id,
        import: row.get(1)?,
        complaint: from_json("complaint", &row.get::<_, String>(2)?)?,
        due_on: day("due_on", &row.get::<_, String>(3)?)?,
        leads,
        answer,
    })
}

fn day(column: &'static str, text: &str) -> Result<Date> {
    text.parse().map_err(|error: jiff::Error| StoreError::Damaged { column, source: serde::de::Error::custom(error) })
}

pub(super) fn tie(db: &Connection, complaint: i64, lead: LeadId, about: bool, by: &str, now: i64) -> Result<Acted> {
    if !exists(db, complaint)? {
        return Ok(Acted::Missing);
    }
    let before: Option<bool> = db
        .prepare_cached("SELECT linked FROM complaint_leads WHERE complaint = ?1 AND lead = ?2")?
        .query_row(params![complaint, lead.0], |row| row.get(0))
        .optional()?;
    if before == Some(about) {
        return Ok(Acted::Unchanged);
    }
    db.prepare_cached(
        "INSERT INTO complaint_leads(complaint, lead, linked, at_ms, who) VALUES (?1, ?2, ?3, ?4, ?5)
         ON CONFLICT(complaint, lead) DO UPDATE SET linked = excluded.linked, at_ms = excluded.at_ms, who = excluded.who",
    )?
    .execute(params![complaint, lead.0, about, now, by])?;
    db.prepare_cached("UPDATE leads SET ranked_on = '' WHERE live = 1 AND id = ?1")?.execute([lead.0])?;
    let kind = if about { AuditKind::ComplaintLinked } else { AuditKind::ComplaintUnlinked };
    let details = json!({"lead": lead.label()});
    audit::append(db, &Act { who: by.to_owned(), kind, object: format!("complaint {complaint}"), details }, now)?;
    Ok(Acted::Done)
}

pub(super) fn answer(db: &Connection, complaint: i64, answer: &Answer, now: i64) -> Result<Acted> {
    if !exists(db, complaint)? {
        return Ok(Acted::Missing);
    }
    let same: bool = db
        .prepare_cached(
            "SELECT answered_on IS ?2 AND answer IS ?3 AND answered_by IS ?4 FROM complaints WHERE id = ?1",
        )?
        .query_row(params![complaint, answer.on.to_string(), answer.text, answer.by], |row| row.get(0))?;
    if same {
        return Ok(Acted::Unchanged);
    }
    db.prepare_cached("UPDATE complaints SET answered_on = ?2, answer = ?3, answered_by = ?4 WHERE id = ?1")?
        .execute(params![complaint, answer.on.to_string(), answer.text, answer.by])?;
    db.prepare_cached(
        "UPDATE leads SET ranked_on = '' WHERE live = 1 AND id IN (SELECT lead FROM complaint_leads WHERE complaint = ?1 AND linked)",
    )?
    .execute([complaint])?;
    // The text may name people; the log says that there is one and which.
    let details = json!({"on": answer.on, "sha256": crate::evidence::sha256_hex(answer.text.as_bytes())});
    let act = Act {
        who: answer.by.clone(),
        kind: AuditKind::ComplaintAnswered,
        object: format!("complaint {complaint}"),
        details,
    };
    audit::append(db, &act, now)?;
    Ok(Acted::Done)
}

fn exists(db: &Connection, complaint: i64) -> Result<bool> {
    Ok(db.prepare_cached("SELECT 1 FROM complaints WHERE id = ?1")?.exists([complaint])?)
}
