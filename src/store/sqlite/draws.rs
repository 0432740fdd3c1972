//! Random draws in SQLite.

use super::{SqliteStore, audit, from_json, timestamp, to_json};
use crate::{
    domain::{Act, AuditKind},
    evidence::sha256_hex,
    leads::draw::{Inputs, METHOD},
    store::{Draws, Result, StoredDraw},
};
use async_trait::async_trait;
use rusqlite::params;
use serde_json::json;

#[async_trait]
impl Draws for SqliteStore {
    async fn make(&self, inputs: Inputs, by: &str) -> Result<StoredDraw> {
        let (who, now, made_by) = (self.who.clone(), self.now_ms(), by.to_owned());
        self.write_beside(move |db| {
            let result = inputs.draw();
            let stored = to_json("result of a draw", &result)?;
            let inputs_sha256 = sha256_hex(inputs.digest_text().as_bytes());
            let result_sha256 = sha256_hex(stored.as_bytes());
            let id = db
                .prepare_cached(
                    "INSERT INTO draws(made_ms, made_by, inputs, inputs_sha256, result) VALUES (?1, ?2, ?3, ?4, ?5)",
                )?
                .insert(params![now, made_by, to_json("inputs of a draw", &inputs)?, inputs_sha256, stored])?;
            let details = json!({
                "by": made_by, "method": METHOD, "seed": inputs.seed(), "count": inputs.count(), "inputs_sha256": inputs_sha256,
                "result_sha256": result_sha256,
            });
            audit::append(db, &Act { who, kind: AuditKind::DrawMade, object: format!("draw {id}"), details }, now)?;
            Ok(StoredDraw { id, made_at: timestamp(now), made_by, inputs, inputs_sha256, result, result_sha256 })
        })
        .await
    }

    async fn draw(&self, id: i64) -> Result<Option<StoredDraw>> {
        self.read(move |db| {
            let mut query =
                db.prepare_cached("SELECT made_ms, made_by, inputs, inputs_sha256, result FROM draws WHERE id = ?1")?;
            let mut rows = query.query([id])?;
            let Some(row) = rows.next()? else { return Ok(None) };
            let stored: String = row.get(4)?;
            Ok(Some(StoredDraw {
                id,
                made_at: timestamp(row.get(0)?),
                made_by: row.get(1)?,
                inputs: from_json("inputs of a draw", &row.get::<_, String>(2)?)?,
                inputs_sha256: row.get(3)?,
                result: from_json("result of a draw", &stored)?,
                result_sha256: sha256_hex(stored.as_bytes()),
            }))
        })
        .await
    }
}
