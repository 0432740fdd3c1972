//! Another city is a matter of data: its gazetteer, its name in the configuration, its receivers.

use std::path::Path;
use std::sync::Arc;
use tanzhao::app::{builtin, handover::receivers_in};
use tanzhao::assess::{Knowledge, Toolkit};
use tanzhao::config::Config;
use tanzhao::domain::{Jurisdiction, Listing, ListingId, ListingText, PlaceHow, SourceId, SourceKind, UrlKey};
use tanzhao::leads::{Day, Lead, LeadParams, Member, find_leads};
use tanzhao::text::Fingerprint;

/// A made-up city with two counties.
const PLACES: &str = "city\t临水市\t临水市\nsite\t临水\t临水市\ncounty\t东山县\t东山县\ncounty\t西河区\t西河区\n\
                      town\t柳林镇\t东山县\nroad\t滨河路\t西河区\nareacode\t0999\t临水市\n";
const COUNTIES: &str = "[[city]]\nname = \"临水市\"\ncode = \"999900\"\ncounties = [\n  { name = \"东山县\", code = \"999921\" },\n\
                        { name = \"西河区\", code = \"999902\" },\n]\n";

fn toolkit() -> Toolkit {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("models/lexicon");
    let mut files: Vec<(String, String)> = std::fs::read_dir(folder)
        .expect("the word lists")
        .map(|entry| entry.expect("an entry").path())
        .filter(|path| path.extension().is_some_and(|end| end == "tsv"))
        .map(|path| {
            let name = path.file_name().expect("a name").to_string_lossy().into_owned();
            (name, std::fs::read_to_string(path).expect("UTF-8"))
        })
        .collect();
    files.sort();
    let lexicon: Vec<(&str, &str)> = files.iter().map(|(name, text)| (name.as_str(), text.as_str())).collect();
    let knowledge =
        Knowledge { lexicon: &lexicon, places: &[("places.tsv", PLACES)], matters: ("matters.toml", builtin::MATTERS) };
    Toolkit::build(&knowledge, builtin::MODEL).expect("a toolkit")
}

fn member(toolkit: &Toolkit, id: i64, body: &str, site_city: &str) -> Member {
    let text = ListingText { body: body.to_owned(), site_city: site_city.to_owned(), ..ListingText::default() };
    let address = format!("http://other.example/{id}");
    let listing = Listing {
        canonical_url: UrlKey::from_stored(address.clone()),
        url: address,
        source: SourceId("one".to_owned()),
        source_kind: SourceKind::Classified,
        title: String::new(),
        body: body.to_owned(),
        author: None,
        price: None,
        location: None,
        site_city: Some(site_city.to_owned()),
        posted_at: None,
        fetched_at: jiff::Timestamp::UNIX_EPOCH,
        origins: Vec::new(),
    };
    let fingerprint = Fingerprint::of(&toolkit.reading.cleaner.clean(&text.full()));
    Member::of(ListingId(id), &listing, &toolkit.assess(&text), fingerprint, false)
}

fn leads(listings: &[(&str, &str)]) -> Vec<Lead> {
    let toolkit = toolkit();
    let members: Vec<Member> = (1..).zip(listings).map(|(id, (body, site))| member(&toolkit, id, body, site)).collect();
    let config = Config::parse("t.toml", "city = \"临水市\"\n").expect("a configuration");
    let params: LeadParams = config.leads;
    let calendar = Arc::new(builtin::calendar().expect("the committed calendar"));
    let day = Day { date: jiff::civil::date(2026, 11, 30), calendar, registers: None };
    find_leads(&members, &params, &day).leads
}

#[test]
fn its_listings_go_to_its_counties() {
    let town = "初三数学补习小班,柳林镇中心小学旁边,60一次,电话19904213168";
    let road = "初二物理补课班,滨河路18号三楼,80一节,微信同号19904213199";
    let site = "高一英语补习,一对一讲题,100一小时,电话19904213177";
    let found = leads(&[(town, "临水"), (road, "临水"), (site, "临水")]);
    let mut routes: Vec<(&str, &str)> =
        found.iter().map(|lead| (lead.county.as_str(), lead.route_words.as_str())).collect();
    routes.sort_unstable();
    insta::assert_debug_snapshot!(routes, @r#"
    [
        (
            "东山县",
            "东山县：镇街「柳林镇」",
        ),
        (
            "临水市",
            "临水市：站点城市「临水」，未写明县区",
        ),
        (
            "西河区",
            "西河区：明确地址「滨河路」",
        ),
    ]
    "#);
}

#[test]
fn one_operator_in_two_of_its_counties_is_for_the_city_to_coordinate() {
    let town = "初三数学补习小班,柳林镇中心小学旁边,60一次,电话19904213168";
    let road = "初二物理补课班,滨河路18号三楼,80一节,电话19904213168";
    let found = leads(&[(town, "临水"), (road, "临水")]);
    assert_eq!(found.len(), 1);
    // An address is surer than a township, so that one county leads and the other gets a copy.
    assert_eq!((found[0].county.as_str(), found[0].ambiguous), ("西河区", false));
    assert_eq!(found[0].copies, [Jurisdiction::parse("东山县")]);
    let receivers = receivers_in(COUNTIES, "临水市").expect("it is listed");
    let codes: Vec<&str> = receivers.iter().map(|one| one.code.as_str()).collect();
    assert_eq!(codes, ["999900", "999921", "999902"]);
    assert!(receivers_in(COUNTIES, "朝阳市").is_err());
}

#[test]
fn the_evidence_of_a_place_is_a_quote_of_the_text() {
    let toolkit = toolkit();
    let text = ListingText { body: "初三数学补习,柳林镇,60一次".to_owned(), ..ListingText::default() };
    let place = toolkit.assess(&text).place.expect("a township");
    assert_eq!((place.how, place.quote.as_str()), (PlaceHow::Township, "柳林镇"));
    assert_eq!(place.span.expect("in the text").slice(&text.full()), "柳林镇");
}
