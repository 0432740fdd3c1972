//! The queue and the draw on the command line.

use crate::support::{leads::Ads, run, tanzhao};
use serde_json::Value;
use std::path::Path;

fn with_leads(dir: &Path) {
    with(dir, 3);
}

/// A data directory with so many leads.
pub fn with(dir: &Path, leads: usize) {
    let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
    runtime.block_on(async { assert_eq!(Ads::open(&dir.join("data"), leads).await.leads().await.len(), leads) });
}

pub fn command(dir: &Path, words: &[&str]) -> (i32, String, String) {
    run(tanzhao(dir).env("USER", "电脑").args(words))
}

pub fn done(dir: &Path, words: &[&str]) -> String {
    let (code, out, errors) = command(dir, words);
    assert_eq!(code, 0, "{words:?}: {errors}");
    out
}

pub fn refused(dir: &Path, words: &[&str]) -> String {
    let (code, out, errors) = command(dir, words);
    assert_eq!((code, out.as_str()), (2, ""), "{words:?}: {errors}");
    errors
}

#[test]
fn two_people_confirm_a_lead_and_a_county_answers() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    with_leads(dir);
    let out = done(dir, &["leads", "take", "L000001", "--by", "张三"]);
    assert!(out.contains("研判中") && out.contains("张三 领取至"), "{out}");
    let errors = refused(dir, &["leads", "confirm", "1", "--by", "王五"]);
    assert!(errors.contains("由 张三 领取至") && errors.contains("王五 不能“提出确认”"), "{errors}");
    done(dir, &["leads", "confirm", "1", "--by", "张三", "--complex", "--note", "两条信息互相印证"]);
    assert!(refused(dir, &["leads", "approve", "1", "--by", " 张三"]).contains("不能自己复核"));
    done(dir, &["leads", "approve", "1", "--by", "王五"]);
    let errors = refused(dir, &["leads", "answer", "1", "--outcome", "true"]);
    assert!(errors.contains("已确认（待移交）") && errors.contains("须处于：已移交、已反馈"), "{errors}");

    let out = done(dir, &["handover", "--county", "all", "--output", "packages", "--by", "王五"]);
    assert!(out.contains("双塔区") && !out.contains("预览"), "{out}");
    done(dir, &["leads", "answer", "1", "--outcome", "partly", "--measure", "correction", "--note", "已约谈"]);
    done(dir, &["leads", "close", "1", "--by", "王五"]);
    let out = done(dir, &["leads", "history", "L000001"]);
    let words: Vec<&str> = out.lines().filter_map(|line| line.split("  ").nth(2)).collect();
    assert_eq!(words, ["发现线索", "领取", "提出确认", "复核通过", "移交", "反馈", "办结"]);
    assert!(out.contains("电脑") && out.contains("已约谈"), "the user of the computer answered: {out}");
    let log = done(dir, &["audit", "list", "--kind", "lead_moved"]);
    assert!(log.contains("user 电脑") && log.contains("\"by\":\"张三\"") && !log.contains("互相印证"), "{log}");
    done(dir, &["audit", "verify"]);
}

#[test]
fn lists_are_cut_by_state_holder_and_lateness() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    with_leads(dir);
    done(dir, &["leads", "assign", "2", "--to", "李四"]);
    done(dir, &["leads", "dismiss", "3", "--reason", "licensed"]);
    assert!(refused(dir, &["leads", "dismiss", "1", "--reason", "other"]).contains("必须写明理由"));
    let (code, _, errors) = command(dir, &["leads", "dismiss", "1", "--reason", "boring"]);
    assert_eq!(code, 2);
    assert!(errors.contains("no_offer"), "{errors}");
    let listed = |more: &[&str]| {
        let out = done(dir, &[&["leads", "list", "--format", "json"], more].concat());
        out.lines().map(|line| serde_json::from_str(line).expect("JSON Lines")).collect::<Vec<Value>>()
    };
    let labels = |more: &[&str]| {
        listed(more).iter().map(|lead| lead["lead"].as_str().unwrap_or_default().to_owned()).collect::<Vec<_>>()
    };
    assert_eq!(labels(&["--state", "new"]), ["L000001"]);
    assert_eq!(labels(&["--assignee", "李 四"]), ["L000002"]);
    // The advertisements are of 25 November 2026, which is long ago; a dismissed lead is never late.
    assert_eq!(labels(&["--overdue"]), ["L000001", "L000002"]);
    let life = listed(&["--state", "triaging"])[0]["life"].clone();
    assert_eq!((&life["assignee"], &life["overdue"], &life["epoch"]), (&"李四".into(), &true.into(), &1.into()));
    let stale = refused(dir, &["leads", "release", "2", "--by", "李四", "--epoch", "7"]);
    assert!(stale.contains("领取批次已变（所持 7，现为 1）"), "{stale}");

    assert!(done(dir, &["leads", "list", "--overdue"]).contains("研判中·超期"));

    // A deadline that was set for long after is kept, whatever the terms say now.
    let db = rusqlite::Connection::open(dir.join("data/tanzhao.db")).expect("the database");
    db.execute("UPDATE lead_life SET due_ms = 100000000000000 WHERE lead = 2", []).expect("a row");
    assert_eq!(labels(&["--overdue"]), ["L000001"]);
    // Of several leads one can be moved: done in part.
    let (code, out, errors) = command(dir, &["leads", "watch", "1", "3", "77"]);
    assert_eq!(code, 3, "{errors}");
    assert!(
        out.starts_with("L000001 建档观察") && errors.contains("L000003") && errors.contains("`77`"),
        "{out}{errors}"
    );
    // A lead in no package: nothing is confirmed.
    let out = done(dir, &["handover", "--county", "all", "--output", "packages"]);
    assert!(out.contains("没有可移交的线索"), "{out}");
    let out = done(dir, &["handover", "--county", "all", "--output", "packages", "--include-unconfirmed"]);
    assert!(out.contains("（预览，不作移交）"), "{out}");
    assert_eq!(labels(&["--state", "handed_over"]), [""; 0]);
}

#[test]
fn configured_people_act_in_their_roles() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    with_leads(dir);
    let people = "[[people]]\nname = \"张三\"\nrole = \"analyst\"\n[[people]]\nname = \"王五\"\nrole = \"reviewer\"\n\
        [[people]]\nname = \"赵六\"\nrole = \"county\"\ncounty = \"龙城区\"\n";
    std::fs::write(dir.join("tanzhao.toml"), people).expect("the configuration");
    let errors = refused(dir, &["leads", "take", "1"]);
    assert!(errors.contains("“电脑”不在") && errors.contains("张三（研判员）"), "{errors}");
    assert!(refused(dir, &["leads", "take", "1", "--by", "赵六"]).contains("县区承办（赵六）不能“领取”"));
    done(dir, &["leads", "confirm", "1", "--by", "张三"]);
    assert!(refused(dir, &["leads", "approve", "1", "--by", "张三"]).contains("可由复核员进行"));
    done(dir, &["leads", "approve", "1", "--by", "王五"]);
    done(dir, &["handover", "--county", "all", "--output", "packages", "--by", "王五"]);
    let errors = refused(dir, &["leads", "return", "1", "--reason", "不是本县", "--by", "赵六"]);
    assert!(errors.contains("龙城区的承办人，不能办理属地为双塔区的线索"), "{errors}");
    std::fs::write(dir.join("tanzhao.toml"), people.replace("龙城区", "双塔")).expect("the configuration");
    assert!(refused(dir, &["leads", "take", "2", "--by", "张三"]).contains("found `双塔` for `赵六`"));
}

#[test]
fn a_draw_is_made_shown_checked_and_cannot_be_changed_unseen() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    std::fs::write(dir.join("s.csv"), "编号,权重\n甲,5\n乙,1\n丙,1\n").expect("subjects");
    std::fs::write(dir.join("i.csv"), "姓名,回避\n张三,甲\n李四,\n王五,\n").expect("inspectors");
    let lists = ["--inspectors", "i.csv", "--seed", "公开种子 1"];
    let out = done(dir, &[&["draw", "--subjects", "s.csv", "--count", "2"], &lists[..]].concat());
    assert!(out.contains("第 1 号"), "{out}");
    assert!(done(dir, &["draw", "verify", "1"]).contains("核对无误"));
    let shown: Value = serde_json::from_str(&done(dir, &["draw", "show", "1", "--json"])).expect("JSON");
    assert_eq!(shown["result"].as_array().map(Vec::len), Some(2));
    let errors = refused(dir, &[&["draw", "--subjects", "s.csv", "--count", "4"], &lists[..]].concat());
    assert!(errors.contains("抽取数为 4，应为 1 至 3"), "{errors}");
    assert!(refused(dir, &["draw", "verify", "9"]).contains("found 9"));
    assert_eq!(command(dir, &["draw", "--subjects", "s.csv"]).0, 2, "no seed, no draw");

    let db = rusqlite::Connection::open(dir.join("data/tanzhao.db")).expect("the database");
    assert!(db.execute("UPDATE draws SET made_by = 'x'", []).is_err(), "the database itself refuses");
    db.execute_batch(
        "DROP TRIGGER draws_stay; UPDATE draws SET inputs = replace(inputs, '\"weight\":5', '\"weight\":4')",
    )
    .expect("a change by force");
    let (code, _, errors) = command(dir, &["draw", "verify", "1"]);
    assert_eq!(code, 5, "{errors}");
    assert!(errors.contains("名单与抽取时的 SHA-256 不符"), "{errors}");

    with_leads(dir);
    let weights = ["--weight", "red=4", "--weight", "blue=2"];
    let out = done(dir, &[&["draw", "--subjects", "leads", "--count", "1"], &lists[..], &weights].concat());
    assert!(out.contains("L00000"), "{out}");
}

#[test]
fn licensed_institutions_are_drawn_by_what_is_known_of_them() {
    let dir = tempfile::tempdir().expect("a folder");
    let dir = dir.path();
    std::fs::write(
        dir.join("i.csv"),
        "姓名,回避\n张三,晨星文化培训学校\n李四,91211302MA0EXAMPL0;没有的学校\n王五,\n赵六,\n",
    )
    .expect("a list");
    let draw = |count: &'static str, more: &[&'static str]| {
        let words = ["draw", "--subjects", "registry", "--inspectors", "i.csv", "--seed", "公开种子", "--count", count];
        [&words, more].concat()
    };
    assert!(refused(dir, &draw("2", &[])).contains("持证机构名册为空"));
    let registry = "机构名称,统一社会信用代码,办学地址,联系电话,类别,状态,有效期至\n\
        晨星文化培训学校,91211302MA0EXAMPL0,双塔区新华路88号,0421-2812345,学科类,正常,\n\
        晨星文化培训学校南校区,91211302MA0EXAMPL0,双塔区新华路90号,,学科类,正常,\n\
        启航艺术培训学校,,双塔区朝阳大街3号,,艺术类,正常,2099-01-01\n远达体育俱乐部,,,,体育类,注销,\n东方语言培训学校,,,,学科类,正常,2020-01-01\n";
    std::fs::write(dir.join("名册.csv"), registry).expect("a registry");
    let about = |number| format!("T{number},2026-11-0{number},启航艺术培训学校,超范围招生\n");
    let reports: String = (1..=3).map(about).collect();
    std::fs::write(dir.join("投诉.csv"), format!("受理编号,受理日期,被投诉机构,内容\n{reports}")).expect("complaints");
    done(dir, &["import", "registry", "名册.csv", "--by", "张三"]);
    done(dir, &["import", "reports", "投诉.csv", "--by", "张三"]);
    assert!(
        refused(dir, &draw("2", &["--weight", "red=4"]))
            .contains("found `red` with --subjects registry, expected violations, complaints")
    );
    let errors = refused(dir, &draw("3", &[]));
    assert!(errors.contains("应为 1 至 2") && errors.contains("“没有的学校”不在名册中"), "{errors}");
    let (code, out, _) = command(dir, &draw("2", &["--weight", "complaints=5"]));
    assert!(code == 0 && out.contains("启航艺术培训学校  检查人员"), "{out}");
    let shown: Value = serde_json::from_str(&done(dir, &["draw", "show", "1", "--json"])).expect("JSON");
    let subjects: Vec<String> = shown["inputs"]["subjects"]
        .as_array()
        .expect("subjects")
        .iter()
        .map(|one| format!("{} {} {}", one["id"].as_str().unwrap_or(""), one["weight"], one["excluded"]))
        .collect();
    assert_eq!(
        subjects,
        [
            "东方语言培训学校 1 true",
            "启航艺术培训学校 5 false",
            "晨星文化培训学校（91211302MA0EXAMPL0） 1 false",
            "远达体育俱乐部 1 true",
        ]
    );
    let drawn = shown["result"]
        .as_array()
        .expect("a result")
        .iter()
        .find(|one| one["subject"].as_str().is_some_and(|id| id.starts_with("晨星")));
    let mut inspectors: Vec<&str> = drawn.expect("both are drawn")["inspectors"]
        .as_array()
        .expect("two")
        .iter()
        .filter_map(Value::as_str)
        .collect();
    inspectors.sort_unstable();
    assert_eq!(inspectors, ["王五", "赵六"], "by name and by code they keep away");
    assert!(done(dir, &["draw", "verify", "1"]).contains("核对无误"));
}
