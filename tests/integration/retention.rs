//! What may not be kept any longer is gone, everywhere; what has to be kept is there, and whole.

use crate::support::{Pages, Site, definition, html, run, tanzhao};
use rusqlite::Connection;
use serde_json::Value;
use std::{collections::BTreeMap, path::Path};

const DAY_MS: i64 = 24 * 3600 * 1000;
const WHEN: [(&str, &str); 5] = [
    ("listings", "first_seen_ms"),
    ("listings", "last_seen_ms"),
    ("listing_events", "at_ms"),
    ("captures", "stored_ms"),
    ("lead_events", "at_ms"),
];

/// A bureau that swept a site of these advertisements.
pub struct Bureau {
    pub dir: tempfile::TempDir,
}

impl Bureau {
    pub fn swept(ads: &[(&str, &str)]) -> Self {
        let links: String = ads
            .iter()
            .enumerate()
            .map(|(at, _)| format!("<a class=t href='/ad/{at}'>{at}</a>"))
            .collect::<Vec<_>>()
            .concat();
        let mut pages = Pages::from([("/".into(), html(&links))]);
        for (at, (title, body)) in ads.iter().enumerate() {
            pages.insert(format!("/ad/{at}"), html(&format!("<h1>{title}</h1><div class=desc>{body}</div>")));
        }
        let site = Site::start(pages);
        let dir = tempfile::tempdir().expect("a folder");
        std::fs::write(dir.path().join("site.toml"), definition(&site)).expect("the definition");
        let bureau = Self { dir };
        let (code, _, errors) = bureau.run(&["sweep", "--loopback", "--sources", "site.toml"]);
        assert_eq!(code, 0, "{errors}");
        bureau
    }

    pub fn run(&self, words: &[&str]) -> (i32, String, String) {
        run(tanzhao(self.dir.path()).args(words))
    }

    pub fn data(&self) -> std::path::PathBuf {
        self.dir.path().join("data")
    }

    fn db(&self) -> Connection {
        Connection::open(self.data().join("tanzhao.db")).expect("the database")
    }

    /// Lets so many days pass.
    pub fn age(&self, days: i64) {
        for (table, column) in WHEN {
            let sql = format!("UPDATE {table} SET {column} = {column} - ?1");
            self.db().execute(&sql, [days * DAY_MS]).expect("older rows");
        }
    }

    pub fn purge(&self, more: &[&str]) -> Value {
        let words: Vec<&str> = ["purge", "--report", "purge.json"].iter().chain(more).copied().collect();
        let (code, out, errors) = self.run(&words);
        assert_eq!(code, 0, "{errors}");
        assert!(out.contains("涉嫌未移交") && out.contains("保存期限"), "{out}");
        serde_json::from_slice(&std::fs::read(self.dir.path().join("purge.json")).expect("a report")).expect("JSON")
    }

    fn ads(&self) -> Vec<String> {
        let db = self.db();
        let mut query = db.prepare("SELECT canonical_url FROM listings ORDER BY canonical_url").expect("a query");
        let urls = query.query_map([], |row| row.get::<_, String>(0)).expect("rows");
        urls.map(|url| url.expect("a row").rsplit('/').next().unwrap_or_default().to_owned()).collect()
    }

    pub fn number(&self, sql: &str) -> i64 {
        self.db().query_row(sql, [], |row| row.get(0)).unwrap_or_else(|error| panic!("{sql}: {error}"))
    }

    pub fn lead_of(&self, ad: &str) -> i64 {
        self.number(&format!("SELECT lead FROM listings WHERE canonical_url LIKE '%/ad/{ad}'"))
    }

    fn files(&self) -> usize {
        fn count(folder: &Path) -> usize {
            let entries = std::fs::read_dir(folder).expect("a folder").flatten();
            entries.map(|entry| if entry.path().is_dir() { count(&entry.path()) } else { 1 }).sum()
        }
        count(&self.data().join("captures"))
    }

    /// Where a text still stands in the database.
    pub fn traces(&self, of: &str) -> Vec<String> {
        let db = self.db();
        let mut query = db
            .prepare(
                "SELECT m.name, c.name FROM sqlite_schema m JOIN pragma_table_info(m.name) c WHERE m.type = 'table'",
            )
            .expect("a query");
        let columns: Vec<(String, String)> = query
            .query_map([], |row| Ok((row.get(0)?, row.get(1)?)))
            .expect("columns")
            .map(|row| row.expect("a row"))
            .collect();
        let holds = |(table, column): &(String, String)| {
            let sql =
                format!("SELECT count(*) FROM \"{table}\" WHERE CAST(\"{column}\" AS TEXT) LIKE '%' || ?1 || '%'");
            db.query_row(&sql, [of], |row| row.get::<_, i64>(0)).is_ok_and(|count| count > 0)
        };
        columns.iter().filter(|column| holds(column)).map(|(table, column)| format!("{table}.{column}")).collect()
    }

    /// The log, the seals, the index of the archive and reading the archive again: all must still be whole.
    fn is_whole(&self) {
        for words in [
            ["audit", "verify"].as_slice(),
            &["export", "cdxj", "--output", "index.cdxj"],
            &["reprocess", "--sources", "site.toml"],
        ] {
            let (code, out, errors) = self.run(words);
            assert_eq!(code, 0, "{words:?}: {out}{errors}");
        }
        assert_eq!(self.number("SELECT count(*) FROM pragma_foreign_key_check"), 0);
        assert_eq!(
            self.number("SELECT count(*) FROM holders WHERE listing NOT IN (SELECT id FROM listings)")
                + self.number("SELECT count(*) FROM bands WHERE listing NOT IN (SELECT id FROM listings)"),
            0
        );
    }
}

fn deleted(report: &Value) -> BTreeMap<String, (u64, u64)> {
    let classes = report["listings"].as_array().expect("classes").iter();
    let count = |one: &Value, field: &str| one[field].as_u64().expect("a count");
    let counts = classes.map(|one| {
        let class = one["class"].as_str().expect("a code").to_owned();
        (class, (count(one, "contacts_removed"), count(one, "deleted")))
    });
    counts.filter(|(_, counts)| *counts != (0, 0)).collect()
}

pub const ADS: [(&str, &str); 7] = [
    ("二手冰箱", "九成新冰箱一台,自提,双塔区,电话19904210009"),
    ("初三数学一对一", "初三数学一对一,双塔区,电话19904210001,一小时200元"),
    ("小学语文阅读写作班", "四年级语文阅读写作小班,周末上课,双塔区,电话19904210001,名额有限"),
    ("高一物理小班", "高一物理化学小班补课,北票市,电话19904210002,一小时150元"),
    ("初二英语提高班", "初二英语语法提高班,按月收费,北票市,电话19904210002,周六上午"),
    ("五年级奥数", "五年级奥数班,建平县,电话19904210003,一节课100元"),
    ("初一数学补习", "初一数学补习,凌源市,电话19904210004,一小时180元"),
];

#[test]
fn each_class_goes_in_its_time_and_the_rest_stays_whole() {
    let bureau = Bureau::swept(&ADS);
    assert_eq!(bureau.ads(), ["0", "1", "2", "3", "4", "5", "6"]);
    let (open, dismissed, handed) = (bureau.lead_of("1"), bureau.lead_of("3"), bureau.lead_of("5"));
    assert_eq!((bureau.lead_of("2"), bureau.lead_of("4")), (open, dismissed), "one operator each");
    assert!(deleted(&bureau.purge(&[])).is_empty(), "everything is new");

    bureau.age(8);
    let report = bureau.purge(&["--dry-run"]);
    assert_eq!(deleted(&report), BTreeMap::from([("not_suspect".into(), (0, 1))]));
    assert_eq!((&report["dry_run"], bureau.ads().len(), bureau.files()), (&Value::Bool(true), 7, 9));
    // Left by something that was killed.
    let orphan = bureau.data().join("captures/2026/11/25");
    std::fs::create_dir_all(&orphan).expect("a folder");
    std::fs::write(orphan.join("a.partial"), "x").expect("a file");
    let report = bureau.purge(&[]);
    assert_eq!(deleted(&report), BTreeMap::from([("not_suspect".into(), (0, 1))]));
    assert_eq!(report["files"], serde_json::json!({"deleted": 2, "orphans": 1, "problems": []}), "the list page too");
    assert_eq!((bureau.ads().len(), bureau.files()), (6, 7));
    assert_eq!(bureau.traces("19904210009"), Vec::<String>::new());
    bureau.is_whole();
    assert_eq!(bureau.ads().len(), 6, "what was purged does not come back");

    let db = bureau.db();
    db.execute("UPDATE leads SET state = 'dismissed' WHERE id = ?1", [dismissed]).expect("a decision");
    db.execute(
        "INSERT INTO lead_events(lead, at_ms, who, kind, details) SELECT ?1, max(at_ms), '王', 'dismiss', 'null' FROM lead_events",
        [dismissed],
    )
    .expect("its event");
    db.execute(
        "INSERT INTO packages(county, file, sha256, made_ms, leads) VALUES ('211322', 'a.zip', 'x', 0, ?1)",
        [format!("[{handed}]")],
    )
    .expect("a package");
    drop(db);
    bureau.age(31);
    let report = bureau.purge(&[]);
    assert_eq!(deleted(&report), BTreeMap::from([("dismissed".into(), (2, 0))]));
    assert_eq!(bureau.traces("19904210002"), Vec::<String>::new());
    assert_eq!((bureau.lead_of("3"), bureau.lead_of("4"), bureau.files()), (dismissed, dismissed, 5));
    assert!(deleted(&bureau.purge(&[])).is_empty(), "once is enough");
    bureau.is_whole();
    assert_eq!((bureau.lead_of("3"), bureau.lead_of("4")), (dismissed, dismissed), "they stay together");
    assert_eq!(bureau.traces("19904210002"), Vec::<String>::new());

    bureau.age(60);
    let report = bureau.purge(&[]);
    let both = BTreeMap::from([("dismissed".to_owned(), (0, 2)), ("suspect".to_owned(), (0, 2))]);
    assert_eq!(deleted(&report), both, "the newest stays for its number");
    assert_eq!(bureau.ads(), ["5", "6"]);
    for phone in ["19904210001", "19904210002"] {
        assert_eq!(bureau.traces(phone), Vec::<String>::new());
    }
    assert_eq!(
        bureau.number("SELECT count(*) FROM leads WHERE live = 0 AND lead <> ''"),
        2,
        "numbers and histories stay"
    );
    bureau.is_whole();

    bureau.age(5000);
    assert!(deleted(&bureau.purge(&[])).is_empty(), "handed over and not closed");
    bureau.db().execute("UPDATE leads SET state = 'closed' WHERE id = ?1", [handed]).expect("an end");
    assert_eq!(deleted(&bureau.purge(&[])), BTreeMap::from([("handed_over".into(), (0, 1))]));
    assert_eq!(bureau.traces("19904210003"), Vec::<String>::new());
    assert_eq!((bureau.ads(), bureau.files()), (vec!["6".to_owned()], 2));
    bureau.is_whole();
    let (_, log, _) = bureau.run(&["audit", "list", "--kind", "purged", "--format", "json"]);
    assert!(log.contains("not_suspect.delete") && log.contains("dismissed.drop_contacts"), "{log}");
}

#[test]
fn what_was_handed_over_stays_in_sight_without_its_listings() {
    let bureau = Bureau::swept(&ADS[5..]);
    let (handed, other) = (bureau.lead_of("0").to_string(), bureau.lead_of("1").to_string());
    let done = |words: &[&str]| crate::queue_cli::done(bureau.dir.path(), words);
    for words in [
        format!("confirm {handed} --by 张三"),
        format!("approve {handed} --by 王五"),
        format!("dismiss {other} --reason licensed --by 王五"),
    ] {
        done(&["leads"].into_iter().chain(words.split(' ')).collect::<Vec<_>>());
    }
    done(&["handover", "--county", "all", "--output", "packages", "--by", "王五"]);
    done(&["leads", "answer", &handed, "--outcome", "true", "--measure", "correction", "--by", "王五"]);
    done(&["leads", "close", &handed, "--by", "王五"]);
    bureau.age(800);
    bureau.purge(&[]);
    let label = format!("L{:06}", bureau.number("SELECT min(id) FROM leads WHERE state = 'closed'"));
    let out = done(&["leads", "list"]);
    assert!(out.contains(&format!("{label}  已办结")) && out.contains("联系方式、原文引句已按保存期限清除"), "{out}");
    let listed: Vec<Value> = done(&["leads", "list", "--format", "json"])
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON Lines"))
        .collect();
    let kept = listed.iter().find(|lead| lead["lead"] == label.as_str()).expect("it is listed");
    assert_eq!(
        (&kept["live"], &kept["life"]["outcome"], &kept["contacts"]),
        (&false.into(), &"true".into(), &serde_json::json!([]))
    );
    assert!(!kept["matters"].as_array().expect("matters").is_empty());
    let shown = done(&["leads", "show", &label]);
    assert!(shown.contains("已无在存的涉嫌信息，原有信息 1 条；保留：等级"), "{shown}");
    let (code, out, _) = bureau.run(&["handover", "--county", "all", "--output", "again", "--by", "王五"]);
    assert!(code == 0 && out.contains("没有可移交的线索"), "{out}");
}

#[test]
fn days_that_are_no_days_are_refused_before_anything_happens() {
    let bureau = Bureau::swept(&ADS[..2]);
    bureau.age(8);
    std::fs::write(bureau.dir.path().join("tanzhao.toml"), "[retention]\nnot_suspect = 0\n").expect("a file");
    let (code, _, errors) = bureau.run(&["purge"]);
    assert_eq!(code, 2);
    assert!(errors.contains("retention.not_suspect: found 0, expected 1 to 3650"), "{errors}");
    assert_eq!(bureau.ads().len(), 2);
}

#[test]
fn children_are_in_the_sealed_page_only() {
    let bureau =
        Bureau::swept(&[("初二数学", "孩子叫王小明,实验小学三年二班的刘子涵也在,双塔区,电话19904210001,一小时200元")]);
    for name in ["王小明", "刘子涵", "三年二班"] {
        assert_eq!(bureau.traces(name), Vec::<String>::new());
    }
    assert!(!bureau.traces("19904210001").is_empty(), "the poster is somebody else");
    assert_eq!(bureau.files(), 3);
    bureau.is_whole();
    assert_eq!(bureau.traces("王小明"), Vec::<String>::new(), "nor after the page was read again");
}
