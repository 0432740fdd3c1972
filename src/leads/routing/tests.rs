//! Routes of made-up groups.

use super::*;
use crate::domain::{OtherPlace, PlaceEvidence};
use crate::leads::samples;
use jiff::civil::date;
use proptest::prelude::*;

const CITY: &str = "朝阳市";

fn at(id: i64, place: &str, how: PlaceHow, quote: &str) -> Member {
    let mut member = samples::member(id, "初三数学小班");
    member.assessment.county = Jurisdiction::parse(place);
    member.assessment.place = Some(PlaceEvidence { how, quote: quote.to_owned(), span: None });
    member
}

fn routed(members: &[Member]) -> Route {
    route(&members.iter().collect::<Vec<_>>(), CITY)
}

fn by_name(places: &[(&str, Option<Date>)]) -> (String, Vec<String>, bool) {
    let members: Vec<Member> = (1..)
        .zip(places)
        .map(|(id, (place, day))| {
            let mut member = at(id, place, PlaceHow::CountyName, place);
            member.assessment.place = None;
            member.posted_at = *day;
            member
        })
        .collect();
    let route = routed(&members);
    (route.main.to_string(), route.copies.iter().map(ToString::to_string).collect(), route.ambiguous)
}

#[test]
fn the_first_county_named_handles_it_and_the_smallest_unit_goes_first() {
    let early = Some(date(2026, 7, 1));
    let late = Some(date(2026, 7, 9));
    let check = |places: &[(&str, Option<Date>)], main: &str, copies: &[&str], ambiguous: bool| {
        let copies = copies.iter().map(ToString::to_string).collect();
        assert_eq!(by_name(places), (main.to_owned(), copies, ambiguous), "{places:?}");
    };
    check(&[("朝阳市", early), ("北票市", late)], "北票市", &[], false);
    check(&[("北票市", early), ("凌源市", late), ("凌源市", None)], "北票市", &["凌源市"], true);
    check(&[("凌源市", late), ("北票市", early)], "北票市", &["凌源市"], true);
    check(&[("outside", early), ("朝阳市", late)], "朝阳市", &[], false);
    check(&[("unknown", early), ("outside", late), ("outside", late)], "outside", &[], false);
    check(&[], "unknown", &[], false);
}

#[test]
fn surer_words_win_and_the_route_says_which() {
    use PlaceHow::{Address, CountyName, SiteCity, Township, Village};
    let route = routed(&[
        at(1, "北票市", SiteCity, "北票"),
        at(2, "凌源市", CountyName, "凌源"),
        at(3, "双塔区", Address, "朝阳大街"),
    ]);
    insta::assert_snapshot!(route.why, @"双塔区：明确地址「朝阳大街」；凌源市：县区名「凌源」；北票市：站点城市「北票」");
    assert!(!route.ambiguous);
    assert_eq!(route.copies.len(), 2);
    let tie = routed(&[at(1, "建平县", Township, "黑水镇"), at(2, "喀左县", Village, "二道沟村")]);
    insta::assert_snapshot!(tie.why, @"建平县：镇街「黑水镇」；喀左县：村、社区「二道沟村」；跨县，由市级协调，主办为最先出现的一处");
    assert!(tie.ambiguous, "two smallest units are equally sure");
    let outside = routed(&[at(1, "outside", CountyName, "沈阳"), at(2, "朝阳市", SiteCity, "朝阳")]);
    insta::assert_snapshot!(outside.why, @"朝阳市：站点城市「朝阳」，未写明县区；另有 1 条信息指向市外");
    let away = routed(&[at(1, "outside", CountyName, "沈阳")]);
    insta::assert_snapshot!(away.why, @"市外：县区名「沈阳」，单列不移交");
}

#[test]
fn two_addresses_in_one_listing_name_both_counties() {
    let mut member = at(1, "双塔区", PlaceHow::Address, "朝阳大街");
    member.assessment.other_places.push(OtherPlace {
        county: Jurisdiction::parse("北票市"),
        evidence: PlaceEvidence { how: PlaceHow::Address, quote: "南山街".to_owned(), span: None },
    });
    let route = routed(&[member]);
    assert_eq!((route.main.as_str(), route.ambiguous, route.counties(CITY)), ("双塔区", true, 2));
}

#[test]
fn what_is_gone_decides_only_when_nothing_else_does() {
    let mut gone = at(1, "双塔区", PlaceHow::Address, "朝阳大街");
    gone.gone = true;
    let live = at(2, "北票市", PlaceHow::SiteCity, "北票");
    assert_eq!(routed(&[gone.clone(), live]).main.as_str(), "北票市");
    let route = routed(&[gone]);
    insta::assert_snapshot!(route.why, @"双塔区：明确地址「朝阳大街」（信息已下线）");
}

#[test]
fn lessons_on_line_belong_to_the_city_until_the_operator_is_known() {
    let mut online = at(1, "朝阳市", PlaceHow::SiteCity, "朝阳");
    online.assessment.forms = vec![Form::OnlineLive];
    let route = routed(&[online.clone()]);
    assert_eq!(route.main.as_str(), CITY);
    assert!(route.why.starts_with("线上未明"), "{}", route.why);
    let seated = at(2, "凌源市", PlaceHow::Township, "万元店镇");
    assert_eq!(routed(&[online, seated]).main.as_str(), "凌源市");
    let mut code = at(3, "unknown", PlaceHow::AreaCode, "0421");
    code.assessment.forms = vec![Form::OnlineLive];
    assert_eq!(routed(&[code]).why, "朝阳市：座机区号，未写明县区");
}

proptest! {
    #[test]
    fn the_order_of_listings_does_not_matter(places in proptest::collection::vec(("双塔区|北票市|凌源市|朝阳市|outside|unknown", 0usize..8, any::<bool>()), 0..6)) {
        let members: Vec<Member> = (1..).zip(&places).map(|(id, (place, how, gone))| {
            let mut member = at(id, place, PlaceHow::ALL[*how], "字");
            member.gone = *gone;
            member
        }).collect();
        let mut backwards = members.clone();
        backwards.reverse();
        let route = routed(&members);
        prop_assert_eq!(&route, &routed(&backwards));
        prop_assert!(!route.copies.contains(&route.main));
        let named = |place: &str| places.iter().any(|(known, ..)| known == place);
        let county = ["双塔区", "北票市", "凌源市"].into_iter().any(named);
        prop_assert_eq!(route.counties(CITY) > 0, county);
    }
}
