//! What counties answer, from the hand-over to `leads show`.

use crate::queue_cli::{command, done, refused, with};
use rust_xlsxwriter::Workbook;
use serde_json::Value;
use std::path::Path;

const HEADER: &str = "线索编号,认定结论,处理方式,核查情况,退费金额（元）,退回理由,经办人,反馈日期";
const FORM: &str = "L000001,属实,责令改正、立案,现场核查属实 联系13904210001,1200,,王某,2026-11-20\n\
    L000002,退回,,,,地址在邻县,王某,2026-11-20\n\
    L000003,也许,,,,,王某,2026-11-20\n\
    L000004,查否,,,,,王某,2026-11-21\n\
    L000099,属实,,,,,王某,2026-11-20\n";

/// A bureau with so many leads of which the first ones left in a package.
fn handed_over(dir: &Path, leads: usize, packed: &[&str]) {
    with(dir, leads);
    pack(dir, packed);
}

fn pack(dir: &Path, packed: &[&str]) {
    done(dir, &[&["leads", "confirm", "--by", "张三"], packed].concat());
    done(dir, &[&["leads", "approve", "--by", "王五"], packed].concat());
    done(dir, &["handover", "--county", "all", "--output", "packages", "--by", "王五"]);
}

fn write(dir: &Path, name: &str, rows: &str) {
    std::fs::write(dir.join(name), format!("{HEADER}\n{rows}")).expect("a form");
}

/// Imports a form; gives exit code, what was printed and the file's part of the report.
fn import(dir: &Path, name: &str) -> (i32, String, Value) {
    let (code, out, errors) = command(dir, &["import", "feedback", name, "--by", "李四", "--report", "report.json"]);
    assert_eq!(errors, "", "{out}");
    let report = std::fs::read(dir.join("report.json")).expect("a report");
    let mut report: Value = serde_json::from_slice(&report).expect("JSON");
    (code, out, report["files"][0].take())
}

fn states(dir: &Path) -> Vec<String> {
    let listed = done(dir, &["leads", "list", "--format", "json"]);
    let mut found: Vec<String> = listed
        .lines()
        .map(|line| serde_json::from_str::<Value>(line).expect("JSON"))
        .map(|lead| {
            format!("{} {}", &lead["lead"].as_str().unwrap_or("")[5..], lead["life"]["state"].as_str().unwrap_or(""))
        })
        .collect();
    found.sort_unstable();
    found
}

/// `row code` of everything that moved nothing.
fn declined(report: &Value) -> Vec<String> {
    let rows = report["declined"].as_array().map(Vec::as_slice).unwrap_or_default();
    rows.iter().map(|row| format!("{} {}", row["row"], row["code"].as_str().unwrap_or(""))).collect()
}

#[test]
fn a_form_answers_its_leads_row_by_row_and_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    handed_over(dir, 4, &["1", "2", "3"]);
    write(dir, "反馈表.csv", FORM);
    let (code, out, report) = import(dir, "反馈表.csv");
    assert_eq!((code, &report["stored"], &report["refused"]), (3, &2.into(), &3.into()), "{out}");
    assert_eq!(declined(&report), ["5 not_handed_over", "6 unknown_lead"]);
    assert!(out.contains("第 4 行 认定结论：填的是“也许”，需要属实、部分属实、不属实、查否、退回"), "{out}");
    assert!(out.contains("第 5 行 L000004 未办理：线索处于“待研判”，不能“反馈”"), "{out}");
    assert_eq!(states(dir), ["01 answered", "02 returned", "03 handed_over", "04 new"]);

    let shown = done(dir, &["leads", "show", "1"]);
    assert!(shown.contains("状态：已反馈  提出 张三  复核 王五  属实  责令改正  立案"), "{shown}");
    let form = "县区反馈：属实；处理方式：责令改正、立案；核查情况：现场核查属实 联系139****0001；退费（元）：1200；\
                经办人：王某；反馈日期：2026-11-20（导入 1 第 2 行）";
    assert!(shown.contains(form), "{shown}");
    let history = done(dir, &["leads", "history", "2"]);
    assert!(history.contains("李四  退回  已移交 → 已退回  退回；退回理由：地址在邻县"), "{history}");
    let log = || done(dir, &["audit", "list"]);
    let before = log();
    assert!(before.contains("feedback_sha256") && !before.contains("现场核查") && !before.contains("邻县"), "{before}");

    // The same again changes nothing; a row that was refused may be tried again.
    let (code, out, report) = import(dir, "反馈表.csv");
    assert_eq!((code, &report["outcome"], &report["stored"]), (3, &"already_imported".into(), &0.into()), "{out}");
    assert_eq!(report["known"][0]["known_from"], "导入 1 第 2 行");
    assert_eq!(log(), before);
    pack(dir, &["4"]);
    let (code, _, report) = import(dir, "反馈表.csv");
    assert_eq!((code, &report["import"], &report["filed"][0]["lead"]), (3, &1.into(), &"L000004".into()));
    assert_eq!(states(dir), ["01 answered", "02 returned", "03 handed_over", "04 answered"]);
    let listed = done(dir, &["import", "list"]);
    assert!(
        listed.contains("县区反馈") && listed.contains("3 行入库，2 行未导入") && listed.lines().count() == 1,
        "{listed}"
    );

    let errors = refused(dir, &["import", "undo", "1", "--by", "李四"]);
    assert!(errors.contains("是县区反馈，线索已据此流转，不能撤销"), "{errors}");
    done(dir, &["audit", "verify"]);
}

#[test]
fn a_form_that_grows_adds_what_is_new_and_never_goes_back() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    handed_over(dir, 3, &["1", "2", "3"]);
    write(dir, "一.csv", FORM.lines().next().expect("a row"));
    assert_eq!(import(dir, "一.csv").0, 0);
    let mut book = Workbook::new();
    let sheet = book.add_worksheet();
    let rows = [
        HEADER,
        "L000001,属实,责令改正、立案,现场核查属实 联系13904210001,1200,,王某,2026-11-20",
        "L000001,属实,立案,,,,王某,2026-11-25",
        "L000001,不属实,,,,,王某,2026-11-24",
        "L000002,部分属实,,,,,王某,2026-11-25",
        "L000002,不属实,,,,,王某,2026-11-25",
    ];
    for (row, text) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(text.split(',')) {
            sheet.write_string(row, column, cell).expect("a cell");
        }
    }
    book.save(dir.join("二.xlsx")).expect("a workbook");
    let (code, out, report) = import(dir, "二.xlsx");
    assert_eq!((code, &report["stored"]), (3, &2.into()), "{out}");
    assert_eq!(declined(&report), ["4 answered_already", "6 answered_already"]);
    assert!(out.contains("一条线索只能填一行"), "{out}");
    write(dir, "三.csv", "L000001,不属实,,,,,王某,2026-11-24\nL000003,属实,,,,,王某,2026-11-25");
    let (_, out, report) = import(dir, "三.csv");
    assert!(out.contains("已有 2026-11-25 的反馈（导入 2 工作表“Sheet1”第 3 行），本行日期更早"), "{out}");
    assert_eq!((&report["stored"], declined(&report).len()), (&1.into(), 1));
    assert_eq!(states(dir), ["01 answered", "02 answered", "03 answered"]);
    // Nothing is remembered of a form of which no row counts.
    done(dir, &["leads", "close", "1", "2", "3", "--by", "王五"]);
    write(dir, "四.csv", "L000001,查否,,,,,王某,2026-11-26");
    let (code, out, report) = import(dir, "四.csv");
    assert_eq!((code, declined(&report)), (2, vec!["2 answered_already".to_owned()]), "{out}");
    assert_eq!(done(dir, &["import", "list"]).lines().count(), 3);
}

#[test]
fn a_county_files_for_itself_alone() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    handed_over(dir, 1, &["1"]);
    let people = "[[people]]\nname = \"王五\"\nrole = \"reviewer\"\n[[people]]\nname = \"张三\"\nrole = \"analyst\"\n\
        [[people]]\nname = \"李四\"\nrole = \"county\"\ncounty = \"龙城区\"\n";
    std::fs::write(dir.join("tanzhao.toml"), people).expect("the configuration");
    write(dir, "反馈表.csv", "L000001,属实,,,,,王某,2026-11-20");
    let (code, out, report) = import(dir, "反馈表.csv");
    assert_eq!((code, declined(&report)), (2, vec!["2 not_allowed".to_owned()]));
    assert!(out.contains("龙城区的承办人，不能办理属地为双塔区的线索"), "{out}");
    std::fs::write(dir.join("tanzhao.toml"), people.replace("龙城区", "双塔区")).expect("the configuration");
    assert_eq!(import(dir, "反馈表.csv").0, 0);
    assert!(refused(dir, &["import", "feedback", "反馈表.csv", "--by", "外人"]).contains("“外人”不在"));
}
