//! Lists that people bring: import, what is known again, undo; complaints from receipt to answer; all of it audited.

use crate::support::{run, tanzhao};
use std::path::{Path, PathBuf};
use tanzhao::{
    app::{
        App,
        lists::{ListKind, import_lists, registers},
        lists_report::{FileFate, ListsReport},
    },
    domain::{AuditKind, LeadId},
    leads::{StandingParams, standing::Known},
    store::{Acted, Answer, AuditFilter, ComplaintFilter, Undone},
};

fn file(dir: &Path, name: &str, text: &str) -> PathBuf {
    let path = dir.join(name);
    std::fs::write(&path, text).expect("a file");
    path
}

async fn import(app: &App, kind: ListKind, path: &Path) -> ListsReport {
    import_lists(app, kind, 15, &[path.to_owned()], "张三").await.expect("an import")
}

async fn acts(app: &App, kind: AuditKind) -> usize {
    let filter = AuditFilter { kind: Some(kind), limit: 100, ..AuditFilter::default() };
    app.audit.entries(filter).await.expect("the log").len()
}

const REGISTRY: &str = "机构名称,统一社会信用代码,办学地址,联系电话,类别,县区\n\
    朝阳市双塔区晨星文化培训学校,91211302MA0EXAMPLE,双塔区新华路88号,0421-2812345,学科类,双塔区\n\
    ,,,,,双塔区\n启航艺术培训学校,123,双塔区朝阳大街3号,,艺术类,双塔区\n";

#[tokio::test(flavor = "multi_thread")]
async fn a_registry_is_imported_once_matched_and_taken_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let app = App::open(dir.path()).expect("a new store");
    let path = file(dir.path(), "名册.csv", REGISTRY);
    let report = import(&app, ListKind::Registry, &path).await;
    let first = &report.files[0];
    // A county alone is a caption, no refused row; a short code is left out and the row kept.
    assert_eq!((first.stored, first.refused, first.captions.len(), first.rows.len()), (2, 0, 1, 1), "{first:#?}");
    assert_eq!(import(&app, ListKind::Registry, &path).await.files[0].outcome, FileFate::AlreadyImported);

    let lists = registers(&app, &StandingParams::default()).await.expect("the lists");
    let offer = Known { names: vec!["晨星教育".into()], phones: vec!["2812345".into()], ..Known::default() };
    let matched = lists.standing(&offer, app.today()).licensed.expect("a match");
    assert_eq!(matched.name, "朝阳市双塔区晨星文化培训学校");

    // The next list says that the licence has ended; taking it back brings the old word back.
    let ended = "机构名称,统一社会信用代码,办学地址,联系电话,类别,状态\n晨星文化培训学校,91211302MA0EXAMPLE,双塔区新华路88号,2812345,学科类,注销\n";
    let later = import(&app, ListKind::Registry, &file(dir.path(), "新名册.csv", ended)).await;
    let in_force = async || {
        let lists = registers(&app, &StandingParams::default()).await.expect("the lists");
        lists.standing(&offer, app.today()).licensed.map(|one| one.in_force)
    };
    assert_eq!(in_force().await, Some(false));
    let id = later.files[0].import.expect("a number");
    assert_eq!(app.records.undo(id, "李四").await.expect("an undo"), Undone::Removed(1));
    assert_eq!(in_force().await, Some(true));
    assert!(matches!(app.records.undo(id, "李四").await.expect("an answer"), Undone::Already { .. }));
    assert_eq!(app.records.undo(99, "李四").await.expect("an answer"), Undone::Missing);

    let first_id = first.import.expect("a number");
    assert_eq!(app.records.undo(first_id, "李四").await.expect("an undo"), Undone::Removed(2));
    assert!(app.records.institutions().await.expect("none").is_empty());
    // What was taken back may come again.
    assert_eq!(import(&app, ListKind::Registry, &path).await.files[0].outcome, FileFate::Imported);
    assert_eq!((acts(&app, AuditKind::RecordsImported).await, acts(&app, AuditKind::ImportUndone).await), (3, 2));
    assert!(app.audit.verify().await.expect("the log").is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn a_row_that_two_imports_brought_outlives_one_of_them() {
    let dir = tempfile::tempdir().expect("a folder");
    let app = App::open(dir.path()).expect("a new store");
    let head = "当事人,违法事实,处罚日期,文号\n";
    let one = format!("{head}晨星培训部,擅自举办,2025-10-21,朝教罚〔2025〕3号\n甲,擅自举办,2025-01-02,\n");
    let both = format!("{one}乙,擅自举办,2026-01-02,朝教罚〔2026〕1号\n");
    let first = import(&app, ListKind::Records, &file(dir.path(), "一.csv", &one)).await;
    let second = import(&app, ListKind::Records, &file(dir.path(), "二.csv", &both)).await;
    assert_eq!((second.files[0].stored, second.files[0].known.len()), (1, 2));
    assert_eq!(second.files[0].known[0].known_from, "导入 1 第 2 行");
    let count = async || app.records.violations().await.expect("violations").len();
    let undo = async |report: &ListsReport| app.records.undo(report.files[0].import.expect("a number"), "李四").await;
    assert_eq!(undo(&first).await.expect("an undo"), Undone::Removed(0));
    assert_eq!(count().await, 3);
    assert_eq!(undo(&second).await.expect("an undo"), Undone::Removed(3));
    assert_eq!(count().await, 0);
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undone_import_leaves_what_was_there_before() {
    let dir = tempfile::tempdir().expect("a folder");
    let app = App::open(dir.path()).expect("a new store");
    let records = "当事人,处罚日期\n晨星,2026-01-02\n";
    import(&app, ListKind::Registry, &file(dir.path(), "一.csv", REGISTRY)).await;
    import(&app, ListKind::Records, &file(dir.path(), "二.csv", records)).await;
    import(&app, ListKind::Reports, &file(dir.path(), "三.csv", REPORTS)).await;
    let everything = async || {
        let all = (
            app.records.institutions().await.expect("institutions"),
            app.records.violations().await.expect("violations"),
            app.records.complaints(ComplaintFilter::All).await.expect("complaints"),
        );
        format!("{all:?}")
    };
    let before = everything().await;
    for (kind, name, text) in [
        (ListKind::Registry, "四.csv", REGISTRY.replace("学科类", "艺术类")),
        (ListKind::Records, "五.csv", format!("{records}启航,2026-02-02\n")),
        (ListKind::Reports, "六.csv", format!("{REPORTS}T2026-4,2026-11-21,启航,,补课,,\n")),
    ] {
        let report = import(&app, kind, &file(dir.path(), name, &text)).await;
        assert_ne!(everything().await, before, "{name}");
        let id = report.files[0].import.expect("a number");
        assert!(matches!(app.records.undo(id, "李四").await.expect("an undo"), Undone::Removed(1..)));
        assert_eq!(everything().await, before, "{name}");
    }
}

const REPORTS: &str = "受理编号,受理日期,被投诉机构,被投诉电话,内容,办理期限,办理状态\n\
    T2026-1,2026-11-01,晨星教育,2812345,周末补课,,办理中\nT2026-2,2026-11-20,启航,,晚上十点还在上课,2026-12-20,\nT2026-3,2026-10-01,启航,,补课,,已办结\n";

#[tokio::test(flavor = "multi_thread")]
async fn every_complaint_is_tracked_to_its_answer() {
    let dir = tempfile::tempdir().expect("a folder");
    let app = App::open(dir.path()).expect("a new store");
    let report = import(&app, ListKind::Reports, &file(dir.path(), "投诉.csv", REPORTS)).await;
    let numbers = async |filter: ComplaintFilter| {
        let cases = app.records.complaints(filter).await.expect("complaints");
        cases.into_iter().map(|case| format!("{} {}", case.complaint.number, case.due_on)).collect::<Vec<_>>()
    };
    assert_eq!(numbers(ComplaintFilter::All).await, ["T2026-1 2026-11-16", "T2026-2 2026-12-20", "T2026-3 2026-10-16"]);
    let day = "2026-11-16".parse().expect("a day");
    assert!(numbers(ComplaintFilter::Overdue(day)).await.is_empty(), "the last day itself is in time");
    let day = "2026-11-17".parse().expect("a day");
    assert_eq!(numbers(ComplaintFilter::Overdue(day)).await, ["T2026-1 2026-11-16"]);

    let case = app.records.complaint("T2026-1").await.expect("a query").expect("a complaint");
    let tie = async |about: bool| app.records.tie_complaint(case.id, LeadId(7), about, "李四").await.expect("an act");
    assert_eq!((tie(true).await, tie(true).await), (Acted::Done, Acted::Unchanged));
    let import_id = report.files[0].import.expect("a number");
    let undo = async || app.records.undo(import_id, "李四").await.expect("an answer");
    assert_eq!(undo().await, Undone::InUse(vec!["T2026-1".into()]));
    assert_eq!(tie(false).await, Acted::Done);
    let answer = Answer { on: day, text: "已责令停止".into(), by: "李四".into() };
    let give = async |id: i64| app.records.answer_complaint(id, answer.clone()).await.expect("an act");
    assert_eq!(
        (give(case.id).await, give(case.id).await, give(99).await),
        (Acted::Done, Acted::Unchanged, Acted::Missing)
    );
    assert_eq!(numbers(ComplaintFilter::Open).await, ["T2026-2 2026-12-20"]);
    assert_eq!(undo().await, Undone::InUse(vec!["T2026-1".into()]));
    let held = app.records.held_complaints().await.expect("complaints");
    let first = held.iter().find(|one| one.id == case.id).expect("the complaint");
    assert!(first.not_leads == [LeadId(7)] && first.leads.is_empty() && first.answered);
    let kinds = [AuditKind::ComplaintLinked, AuditKind::ComplaintUnlinked, AuditKind::ComplaintAnswered];
    for kind in kinds {
        assert_eq!(acts(&app, kind).await, 1, "{kind}");
    }
    // The log says that there is an answer, not what it says.
    let log = app.audit.entries(AuditFilter { limit: 100, ..AuditFilter::default() }).await.expect("the log");
    assert!(log.iter().all(|entry| !entry.details.to_string().contains("责令")));
}

#[test]
fn the_commands_from_outside() {
    let dir = tempfile::tempdir().expect("a folder");
    let reports = file(dir.path(), "投诉.csv", REPORTS);
    let named = file(dir.path(), "实名.csv", &REPORTS.replace("办理状态", "举报人"));
    let go = |words: &[&str]| run(tanzhao(dir.path()).args(words));
    let (code, out, _) = go(&["import", "reports", named.to_str().expect("UTF-8"), "--by", "张三"]);
    assert_eq!(code, 2, "{out}");
    assert!(out.contains("“G 列 举报人”看起来是投诉举报人") && !out.contains("办理中"), "{out}");
    let bad = file(dir.path(), "坏.csv", "受理编号,受理日期,内容\nT9,昨天,补课\nT10,2026-11-02,补课\n");
    let report = dir.path().join("report.json");
    let order = [
        "import",
        "reports",
        bad.to_str().expect("UTF-8"),
        reports.to_str().expect("UTF-8"),
        "--by",
        "张三",
        "--report",
    ];
    let (code, out, error) = go(&[order.as_slice(), &[report.to_str().expect("UTF-8")]].concat());
    assert_eq!(code, 3, "{out}{error}");
    assert!(out.contains("第 2 行 受理日期：填的是“昨天”"), "{out}");
    let said: serde_json::Value =
        serde_json::from_str(&std::fs::read_to_string(&report).expect("a report")).expect("JSON");
    assert_eq!(said["files"][0]["rows"][0]["row"], 2);
    assert_eq!(said["files"][1]["stored"], 3);

    assert_eq!(go(&["complaints", "answer", "T2026-1", "--text", "已查处", "--on", "2026-11-10", "--by", "李四"]).0, 0);
    assert_eq!(go(&["complaints", "answer", "T2026-1", "--text", "已查处", "--on", "2026-01-10", "--by", "李四"]).0, 2);
    let (code, _, error) = go(&["complaints", "link", "T2026-2", "L000001", "--by", "李四"]);
    assert!(code == 2 && error.contains("expected a number that `tanzhao leads list` shows"), "{error}");
    let (code, out, _) = go(&["complaints", "list", "--open"]);
    assert!(code == 0 && out.contains("T2026-2") && !out.contains("T2026-1 "), "{out}");
    let (code, out, _) = go(&["import", "list"]);
    assert!(code == 0 && out.contains("投诉举报") && out.contains("坏.csv"), "{out}");
    assert_eq!(go(&["import", "undo", "1", "--by", "李四"]).0, 0);
    let (code, _, error) = go(&["import", "undo", "2", "--by", "李四"]);
    assert!(code == 2 && error.contains("T2026-1"), "{error}");
}
