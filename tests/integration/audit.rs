//! The audit log: what is written down by itself, and that nothing in it can be changed unseen.

use crate::support::{run, tanzhao};
use rusqlite::Connection;
use serde_json::{Value, json};
use std::{path::Path, sync::Arc};
use tanzhao::{
    clock::{Clock, ManualClock},
    domain::{Act, AuditKind, LeadId, SourceId},
    store::{Audit, AuditFilter, Frontier, Leads, Listings, PackageRecord, Versions, Watched, sqlite::SqliteStore},
};

fn clock() -> Arc<dyn Clock> {
    Arc::new(ManualClock::new("2026-11-25T02:00:00Z".parse().expect("a time")))
}

fn open(dir: &Path) -> SqliteStore {
    SqliteStore::open(dir, clock()).expect("a store").acting_for("user 王")
}

fn act(object: &str) -> Act {
    Act {
        who: "user 李".into(),
        kind: AuditKind::ExportStarted,
        object: object.into(),
        details: json!({"output": "-"}),
    }
}

fn all() -> AuditFilter {
    AuditFilter { limit: 1000, ..AuditFilter::default() }
}

async fn kinds(store: &SqliteStore) -> Vec<&'static str> {
    store.entries(all()).await.expect("entries").iter().map(|entry| entry.kind.code()).collect()
}

/// A second connection without the store's manners, as somebody with a database tool has.
fn raw(dir: &Path) -> Connection {
    Connection::open(dir.join("tanzhao.db")).expect("the database")
}

fn without_triggers(dir: &Path) -> Connection {
    let db = raw(dir);
    db.execute_batch(
        "DROP TRIGGER audit_keeps_entries; DROP TRIGGER audit_loses_nothing; DROP TRIGGER audit_grows_at_its_end;
         DROP TRIGGER audit_moves_its_head; DROP TRIGGER audit_head_stays;",
    )
    .expect("no triggers");
    db
}

#[tokio::test]
async fn acts_of_other_transactions_are_written_down_with_them() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    let source = [SourceId("s".into())];
    let (sweep, _) = store.open_sweep(&source).await.expect("a sweep");
    store.open_sweep(&source).await.expect("the same one, resumed");
    for model in ["m1", "m1", "m2"] {
        let versions = Versions { model: model.into(), lexicon: "l1".into() };
        store.save_assessments(Vec::new(), &versions).await.expect("judgements");
    }
    store.finish_sweep(sweep).await.expect("an end");
    store.finish_sweep(sweep).await.expect("the same end");
    let package = PackageRecord {
        county: "211302".into(),
        file: "211302_20261125_1.zip".into(),
        sha256: "ab".into(),
        made_at: "2026-11-25T02:00:00Z".parse().expect("a time"),
        leads: vec![LeadId(7)],
        draft: true,
    };
    store.record_draft(package).await.expect("a package");
    let seen = |digest: &str| Watched {
        name: "config",
        kind: AuditKind::ConfigChanged,
        digest: digest.into(),
        details: Value::Null,
    };
    let mut changed = Vec::new();
    for digest in ["c1", "c1", "c2"] {
        changed.push(store.watch("user 王", seen(digest)).await.expect("a look"));
    }
    assert_eq!(changed, [true, false, true]);
    assert_eq!(
        kinds(&store).await,
        [
            "sweep_opened",
            "model_changed",
            "model_changed",
            "model_changed",
            "sweep_finished",
            "package_made",
            "config_changed",
            "config_changed"
        ]
    );
    let entries = store.entries(AuditFilter { kind: Some(AuditKind::ModelChanged), ..all() }).await.expect("entries");
    assert_eq!(entries[2].details, json!({"from": "m1", "to": "m2", "details": null}));
    assert!(entries.iter().all(|entry| entry.who == "user 王"));
    let later = Some("2026-11-25T02:00:01Z".parse().expect("a time"));
    assert_eq!(store.entries(AuditFilter { since: later, ..all() }).await.expect("entries"), []);
    assert_eq!(store.verify().await.expect("a walk").expect("a whole log").entries, 8);
}

#[tokio::test]
async fn the_database_itself_refuses_changes() {
    let dir = tempfile::tempdir().expect("a folder");
    let store = open(dir.path());
    for object in ["a", "b"] {
        store.append(act(object)).await.expect("an entry");
    }
    let db = raw(dir.path());
    for statement in [
        "UPDATE audit SET who = 'x' WHERE sequence = 1",
        "DELETE FROM audit WHERE sequence = 2",
        "DELETE FROM audit_head",
        "INSERT OR REPLACE INTO audit SELECT 1, at_ms, 'x', kind, object, details, previous, hash FROM audit WHERE sequence = 1",
        "INSERT INTO audit SELECT 9, at_ms, who, kind, object, details, hash, hash FROM audit WHERE sequence = 2",
        "INSERT INTO audit SELECT 3, at_ms, who, kind, object, details, previous, hash FROM audit WHERE sequence = 2",
    ] {
        assert!(db.execute_batch(statement).is_err(), "{statement}");
    }
    assert_eq!(store.verify().await.expect("a walk").expect("a whole log").entries, 2);
}

#[tokio::test]
async fn every_way_of_tampering_names_the_first_broken_entry() {
    for (statement, broken) in [
        ("UPDATE audit SET at_ms = at_ms - 1 WHERE sequence = 2", 2),
        ("UPDATE audit SET who = 'user 赵' WHERE sequence = 3", 3),
        ("UPDATE audit SET kind = 'sweep_opened' WHERE sequence = 1", 1),
        ("UPDATE audit SET object = 'z' WHERE sequence = 4", 4),
        ("UPDATE audit SET details = '{}' WHERE sequence = 2", 2),
        ("UPDATE audit SET previous = hash WHERE sequence = 3", 3),
        ("UPDATE audit SET hash = previous WHERE sequence = 4", 4),
        ("UPDATE audit SET sequence = 9 WHERE sequence = 4", 4),
        ("DELETE FROM audit WHERE sequence = 1", 1),
        ("DELETE FROM audit WHERE sequence = 3", 3),
        ("DELETE FROM audit WHERE sequence = 4", 4),
        ("DELETE FROM audit", 1),
        ("DELETE FROM audit_head", 1),
        (
            "UPDATE audit SET sequence = 99 WHERE sequence = 2; UPDATE audit SET sequence = 2 WHERE sequence = 3; UPDATE audit SET sequence = 3 WHERE sequence = 99",
            2,
        ),
    ] {
        let dir = tempfile::tempdir().expect("a folder");
        let store = open(dir.path());
        for object in ["a", "b", "c", "d"] {
            store.append(act(object)).await.expect("an entry");
        }
        without_triggers(dir.path()).execute_batch(statement).expect(statement);
        let found = store.verify().await.expect("a walk").expect_err(statement);
        assert_eq!(found.sequence, broken, "{statement}: {found}");
    }
}

#[tokio::test]
async fn a_reader_beside_the_holder_of_the_lock_appends_to_the_same_chain() {
    let dir = tempfile::tempdir().expect("a folder");
    let holder = open(dir.path());
    let reader = SqliteStore::open_read_only(dir.path(), clock()).expect("a reader");
    for object in ["a", "b", "c"] {
        holder.append(act(object)).await.expect("an entry");
        reader.append(act(object)).await.expect("an entry beside it");
    }
    assert_eq!(reader.verify().await.expect("a walk").expect("a whole log").entries, 6);
}

#[test]
fn a_database_of_the_first_version_gets_its_log_even_when_only_read() {
    let dir = tempfile::tempdir().expect("a folder");
    let db = raw(dir.path());
    db.execute_batch(include_str!("../../src/store/sqlite/migrations/0001_first_path.sql")).expect("the first schema");
    db.pragma_update(None, "user_version", 1).expect("its number");
    drop(db);
    let reader = SqliteStore::open_read_only(dir.path(), clock()).expect("a reader");
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async {
        reader.append(act("a")).await.expect("an entry");
        assert_eq!(kinds(&reader).await, ["export_started"]);
    });
}

#[test]
fn the_command_line_lists_verifies_and_names_what_is_broken() {
    let dir = tempfile::tempdir().expect("a folder");
    let data = dir.path().join("data");
    drop(open(&data));
    for _ in 0..2 {
        let (code, _, errors) = run(tanzhao(dir.path()).args(["export", "leads", "--output", "-"]));
        assert_eq!(code, 0, "{errors}");
    }
    let list = |format: &str, more: &[&str]| {
        let (code, out, errors) = run(tanzhao(dir.path()).args(["audit", "list", "--format", format]).args(more));
        assert_eq!(code, 0, "{errors}");
        out
    };
    let entries: Vec<Value> =
        list("json", &[]).lines().map(|line| serde_json::from_str(line).expect("JSON Lines")).collect();
    let found: Vec<&str> = entries.iter().filter_map(|entry| entry["kind"].as_str()).collect();
    assert_eq!(found, ["export_started", "export_finished", "export_started", "export_finished"]);
    assert_eq!(entries[3]["details"]["started_in"], 3);
    assert!(entries[3]["details"]["sha256"].as_str().is_some_and(|digest| digest.starts_with("e3b0c442")));
    assert!(list("table", &["--kind", "export_finished"]).contains("完成导出"));
    assert_eq!(list("table", &["--since", "2999-01-01T00:00:00Z"]), "");

    let (code, out, _) = run(tanzhao(dir.path()).args(["audit", "verify"]));
    assert_eq!(code, 0);
    assert!(out.contains("共 4 条"), "{out}");
    without_triggers(&data).execute_batch("UPDATE audit SET who = 'x' WHERE sequence = 2").expect("a changed row");
    let (code, _, errors) = run(tanzhao(dir.path()).args(["audit", "verify"]));
    assert_eq!(code, 5);
    assert!(errors.contains("第 2 条"), "{errors}");
}
