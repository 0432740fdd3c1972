//! Who gets which lead, and what the package says of it.

use crate::{queue_cli::done, retention::Bureau};
use calamine::Reader;
use serde_json::Value;
use std::{collections::BTreeMap, io::Read, path::Path};

const ADS: [(&str, &str); 3] = [
    ("初三数学一对一", "初三数学一对一,双塔区,电话19904210001,一小时200元"),
    ("初二英语提高班", "初二英语语法提高班,按月收费,北票市,电话19904210001,周六上午"),
    ("五年级奥数", "五年级奥数班,建平县,电话19904210003,一节课100元"),
];

/// The rows of every package in a folder by county code: cells by their headers.
fn ledgers(folder: &Path) -> BTreeMap<String, Vec<BTreeMap<String, String>>> {
    let mut found = BTreeMap::new();
    for entry in std::fs::read_dir(folder).expect("a folder").flatten() {
        let mut zip = zip::ZipArchive::new(std::fs::File::open(entry.path()).expect("a file")).expect("a zip");
        let mut bytes = Vec::new();
        zip.by_name("线索清单.xlsx").expect("the ledger").read_to_end(&mut bytes).expect("its bytes");
        let mut book = calamine::Xlsx::new(std::io::Cursor::new(bytes)).expect("a workbook");
        let sheet = book.worksheet_range_at(0).expect("a sheet").expect("its cells");
        let mut rows = sheet.rows().map(|row| row.iter().map(ToString::to_string).collect::<Vec<_>>());
        let header = rows.next().expect("a header");
        let rows = rows.map(|row| header.iter().cloned().zip(row).collect()).collect();
        let name = entry.file_name().to_string_lossy().into_owned();
        found.insert(name.split('_').next().unwrap_or_default().to_owned(), rows);
    }
    found
}

#[test]
fn a_lead_of_two_counties_is_handled_by_one_known_to_the_other_and_coordinated_by_the_city() {
    let bureau = Bureau::swept(&ADS);
    let dir = bureau.dir.path();
    let shared = bureau.lead_of("0");
    assert_eq!(bureau.lead_of("1"), shared, "one operator");
    let (shared, own) = (shared.to_string(), bureau.lead_of("2").to_string());
    done(dir, &["leads", "confirm", &shared, &own, "--complex", "--by", "张三"]);
    done(dir, &["leads", "approve", &shared, &own, "--by", "王五"]);

    let main = done(dir, &["leads", "list", "--format", "csv", "--county", "双塔区"]).lines().count() > 1;
    let (main, main_code, other, other_code) = if main {
        ("双塔区", "211302", "北票市", "211381")
    } else {
        ("北票市", "211381", "双塔区", "211302")
    };
    let out = done(dir, &["handover", "--county", other, "--output", "early", "--by", "王五"]);
    assert!(out.contains("没有可移交的线索"), "nobody hears of it before who has to handle it: {out}");

    done(dir, &["handover", "--county", "all", "--output", "packages", "--by", "王五"]);
    let ledgers = ledgers(&dir.join("packages"));
    assert_eq!(ledgers.keys().map(String::as_str).collect::<Vec<_>>(), ["211300", "211302", "211322", "211381"]);
    let listed = done(dir, &["leads", "show", &shared]);
    for (code, duty) in [("211300", "市级协调"), (main_code, "主办"), (other_code, "抄送")] {
        let [row] = ledgers[code].as_slice() else { panic!("{code}: one lead") };
        assert_eq!(row["办理分工"], duty);
        assert_eq!((row["属地"].as_str(), row["属地县区代码"].as_str()), (main, main_code), "both are named");
        assert_eq!(row["抄送属地"], other);
        assert!(!row["办理期限"].is_empty() && listed.contains(&format!("办理期限 {}", row["办理期限"])), "{listed}");
    }
    assert_eq!(ledgers["211322"][0]["办理分工"], "主办");
    // Handed over, it goes along with the next package of whoever is named, with the deadline it had.
    done(dir, &["handover", "--county", other, "--output", "again", "--by", "王五"]);
    let again = self::ledgers(&dir.join("again"));
    assert_eq!(again[other_code][0]["办理期限"], ledgers[main_code][0]["办理期限"]);
    let life: Value = serde_json::from_str(
        done(dir, &["leads", "list", "--format", "json", "--county", main]).lines().next().expect("a lead"),
    )
    .expect("JSON");
    assert_eq!(life["life"]["state"], "handed_over");
}
