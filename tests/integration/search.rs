//! What was judged is found by any of its words, and its contacts by nobody without a purpose.

use crate::retention::{ADS, Bureau};
use proptest::prelude::*;
use serde_json::Value;
use std::{collections::BTreeSet, sync::Arc};
use tanzhao::{
    app::builtin,
    clock::SystemClock,
    domain::ListingId,
    evidence::mask_spans,
    store::{Listings, Search, SearchQuery, sqlite::SqliteStore},
    text::search::Query,
};

fn search(bureau: &Bureau, words: &[&str]) -> Value {
    let (code, out, errors) = bureau.run(&[["search", "--format", "json"].as_slice(), words].concat());
    assert_eq!(code, 0, "{words:?}: {errors}");
    serde_json::from_str(&out).expect("JSON")
}

fn snippets(answer: &Value) -> Vec<String> {
    let found = answer["found"].as_array().expect("a list").iter();
    found.map(|one| one["snippet"].as_str().expect("a text").to_owned()).collect()
}

#[test]
fn words_disguises_initials_and_fields_find_and_contacts_do_not() {
    let bureau =
        Bureau::swept(&[("初三数xue一V一", "初三数xue一V一,双塔区,加v lx_shuxue,一小时200元"), ADS[1], ADS[2], ADS[0]]);
    let found = snippets(&search(&bureau, &["数学", "初三"]));
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found.iter().any(|one| one.contains("数xue】")), "{found:?}");
    assert_eq!(snippets(&search(&bureau, &["数学 -一小时"])), Vec::<String>::new());
    assert_eq!(snippets(&search(&bureau, &["冰箱"])).len(), 1, "also what is no suspect");
    assert_eq!(snippets(&search(&bureau, &["bx"])).len(), 1, "initials of 冰箱");
    assert_eq!(snippets(&search(&bureau, &["阅读写作 county:双塔区 state:new"])).len(), 1);
    assert_eq!(snippets(&search(&bureau, &["阅读写作 county:北票市"])).len(), 0);
    let leads = search(&bureau, &["双塔区", "--leads"]);
    let numbers: BTreeSet<&str> =
        leads["found"].as_array().expect("a list").iter().filter_map(|one| one["lead"].as_str()).collect();
    assert_eq!(numbers.len(), 2, "{leads}");
    let label = format!("L{:06}", bureau.lead_of("1"));
    assert_eq!(snippets(&search(&bureau, &[&label])).len(), 2, "both listings of the lead");

    for contact in ["19904210001", "0001", "lx_shuxue", "19904210009"] {
        let answer = search(&bureau, &[contact]);
        assert_eq!(snippets(&answer), Vec::<String>::new(), "{contact}");
    }
    let every = snippets(&search(&bureau, &["双塔区"])).join(" ");
    assert!(!every.contains("19904210001") && every.contains("199****0001"), "{every}");

    let (code, _, errors) = bureau.run(&["search", "--contact", "19904210001", "--purpose", " "]);
    assert_eq!(code, 2, "{errors}");
    let answer = search(&bureau, &["--contact", "199-0421-0001", "--purpose", "verify:回访19904210001"]);
    assert_eq!(snippets(&answer).len(), 2);
    let (_, log, _) = bureau.run(&["audit", "list", "--kind", "contact_searched"]);
    assert!(log.contains("verify") && log.contains("199****0001") && !log.contains("19904210001"), "{log}");
}

#[test]
fn contacts_in_full_need_a_purpose_and_leave_a_trace() {
    let bureau = Bureau::swept(&ADS[..3]);
    let id = bureau.lead_of("1").to_string();
    let (code, out, _) = bureau.run(&["leads", "show", &id]);
    assert_eq!(code, 0);
    assert!(out.contains("199****0001") && !out.contains("19904210001"), "{out}");
    for words in [["leads", "show", &id, "--unmask"].as_slice(), &["leads", "show", &id, "--unmask", "--purpose", "  "]]
    {
        let (code, out, errors) = bureau.run(words);
        assert_eq!((code, out.contains("19904210001")), (2, false), "{errors}");
    }
    let (_, log, _) = bureau.run(&["audit", "list", "--kind", "contacts_unmasked"]);
    assert_eq!(log, "", "nothing was shown");
    let (code, out, errors) = bureau.run(&["leads", "show", &id, "--unmask", "--purpose", "verify"]);
    assert_eq!(code, 0, "{errors}");
    assert!(out.contains("19904210001"), "{out}");
    let (_, log, _) = bureau.run(&["audit", "list", "--kind", "contacts_unmasked", "--format", "json"]);
    let entry: Value = serde_json::from_str(&log).expect("one entry");
    assert_eq!(
        (&entry["details"]["purpose"], entry["details"]["listings"].as_array().map(Vec::len)),
        (&"verify".into(), Some(2))
    );
    assert!(!log.contains("19904210001"));
}

#[test]
fn any_part_finds_its_listing_and_no_query_fails() {
    let bureau = Bureau::swept(&ADS);
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let store = SqliteStore::open_read_only(&bureau.data(), Arc::new(SystemClock)).expect("the store");
    let reading = builtin::reading().expect("the built-in lists");
    let find = |text: &str| -> Vec<ListingId> {
        let expression = Query::parse(text).expression(&reading.cleaner);
        let query = SearchQuery { expression, limit: 100, ..SearchQuery::default() };
        let hits = runtime.block_on(store.search(query)).unwrap_or_else(|error| panic!("{text}: {error}"));
        hits.hits.into_iter().map(|hit| hit.listing).collect()
    };
    let listings = runtime.block_on(store.page(ListingId(0), 100)).expect("listings");
    assert_eq!(listings.len(), ADS.len());
    for one in &listings {
        let full = format!("{}\n{}", one.listing.title, one.listing.body);
        let hidden = mask_spans(&full, &[]);
        let shown: String = full
            .chars()
            .enumerate()
            .map(|(at, c)| if hidden.iter().any(|one| (one.span.start..one.span.end).contains(&at)) { ' ' } else { c })
            .collect();
        let clear = reading.cleaner.clean(&shown);
        for run in clear.as_str().split(|c: char| !c.is_alphanumeric() || c.is_ascii()) {
            let chars: Vec<char> = run.chars().collect();
            for length in 1..=chars.len().min(4) {
                for part in chars.windows(length) {
                    let part: String = part.iter().collect();
                    // A part may be a disguise of something else by itself, which is another question.
                    if reading.cleaner.clean(&part).as_str() == part {
                        assert!(find(&part).contains(&one.id), "{part} of {full}");
                    }
                }
            }
        }
    }
    proptest!(ProptestConfig::with_cases(300), |(text in "\\PC{0,24}|[\"*()^:{}+ a-z学-]{0,24}")| {
        find(&text);
    });
}
