//! Forms that counties sent back, row by row, in one transaction.

use super::{from_json, imports, leads, queue::Scene, timestamp};
use crate::{
    domain::{LeadId, Numbered, RowPlace},
    leads::lifecycle::{Actor, Refusal, Terms},
    store::{
        ImportRecord, NewImport, Result,
        queue::{CountyRow, FiledForm, RowFate, RowRefusal},
    },
};
use jiff::civil::Date;
use rusqlite::params;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

/// What the history of a lead keeps of the row that moved it.
#[derive(Deserialize, Serialize)]
struct Kept {
    #[serde(flatten)]
    place: RowPlace,
    on: Date,
    form: Value,
}

/// A row that was filed before.
struct Earlier {
    import: i64,
    kept: Kept,
}

impl Earlier {
    fn place(&self) -> String {
        format!("导入 {} {}", self.import, self.kept.place.zh())
    }
}

/// Files a form; see [`crate::store::Queue::file_form`].
pub(super) fn file(
    scene: &Scene<'_>,
    import: NewImport,
    rows: &[Numbered<CountyRow>],
    unread: usize,
    (actor, terms): (&Actor, &Terms),
) -> Result<FiledForm> {
    let earlier = imports::find(scene.db, import.kind, &import.sha256)?;
    let again = earlier.is_some();
    let record = if let Some(record) = earlier {
        record
    } else {
        ImportRecord { id: imports::insert(scene.db, &import, None)?, import, sweep: None }
    };
    let mut fates = Vec::with_capacity(rows.len());
    // What this run filed: a file that comes again may meet its own rows of last time, but not of now.
    let mut now_filed = Vec::new();
    for row in rows {
        let fate = one_row(scene, record.id, row, &now_filed, (actor, terms))?;
        if let RowFate::Filed(lead, _) = &fate {
            now_filed.push(*lead);
        }
        fates.push(fate);
    }
    let refused = fates.iter().filter(|fate| matches!(fate, RowFate::Refused(_))).count();
    let filed = now_filed.len();
    if refused == fates.len() && !again {
        imports::forget(scene.db, record.id)?;
        return Ok(FiledForm { record: None, again, fates });
    }
    if filed > 0 || !again {
        let counts = [filed, fates.len() - filed - refused, refused + unread];
        imports::count(scene.db, &record, counts, scene.now_ms)?;
    }
    Ok(FiledForm { record: Some(record), again, fates })
}

fn one_row(
    scene: &Scene<'_>,
    import: i64,
    Numbered { place, value: row }: &Numbered<CountyRow>,
    now_filed: &[LeadId],
    (actor, terms): (&Actor, &Terms),
) -> Result<RowFate> {
    let lead = LeadId(leads::successor(scene.db, row.lead.0)?);
    let earlier = filed_before(scene, [row.lead, lead])?;
    if let Some(same) = earlier.iter().find(|one| one.kept.form == row.form) {
        return Ok(RowFate::Known(same.place()));
    }
    if let Some(latest) = earlier.iter().max_by_key(|one| one.kept.on) {
        if now_filed.contains(&lead) {
            return Ok(RowFate::Refused(RowRefusal::Twice { place: latest.place() }));
        }
        if latest.kept.on > row.on {
            return Ok(RowFate::Refused(RowRefusal::Later { on: latest.kept.on, place: latest.place() }));
        }
    }
    let Some((about, life)) = scene.current(lead)? else {
        return Ok(RowFate::Refused(Refusal::Unknown { lead: row.lead }.into()));
    };
    match life.after(&row.order, actor, &about, terms, timestamp(scene.now_ms)) {
        Ok(next) => {
            let kept = Kept { place: place.clone(), on: row.on, form: row.form.clone() };
            let more = Map::from_iter([("import".to_owned(), import.into()), (KEPT.to_owned(), json!(kept))]);
            scene.made(&about, &row.order, actor, (&life, &next), more)?;
            Ok(RowFate::Filed(lead, Box::new(next)))
        }
        Err(refusal) => Ok(RowFate::Refused(refusal.into())),
    }
}

/// Where the history keeps a row.
pub(super) const KEPT: &str = "feedback";

/// Rows that moved these leads, oldest first.
fn filed_before(scene: &Scene<'_>, leads: [LeadId; 2]) -> Result<Vec<Earlier>> {
    let mut query = scene.db.prepare_cached(
        "SELECT json_extract(details, '$.import'), json_extract(details, '$.feedback') FROM lead_events
         WHERE lead IN (?1, ?2) AND kind IN ('answer', 'return') AND json_extract(details, '$.feedback') IS NOT NULL ORDER BY id",
    )?;
    let mut rows = query.query(params![leads[0].0, leads[1].0])?;
    let mut found = Vec::new();
    while let Some(row) = rows.next()? {
        found.push(Earlier { import: row.get(0)?, kept: from_json("feedback", &row.get::<_, String>(1)?)? });
    }
    Ok(found)
}
