//! Linking, without the rest of a lead.

use super::*;
use crate::domain::{ContactKind, Flag, SourceId, Verdict};
use crate::leads::samples::member;
use crate::leads::{Day, Found, GenericReason, Lead, LeadParams, find_leads};
use ContactKind::{Phone, Qq, Wechat};
use jiff::civil::date;
use proptest::prelude::*;

const FLAT: &str = "文化路小区三楼,初二初三数学物理小班,六人封顶,按学校进度走,一周两次";
const CAMP: &str = "凤凰山下暑期封闭训练营,上午语文下午英语,食宿全包,名额不多抓紧报名";

fn today() -> Day {
    Day { date: date(2026, 7, 1), ..Day::default() }
}

fn found(members: &[Member]) -> Found {
    let mut found = find_leads(members, &LeadParams::default(), &today());
    found.leads.sort_by_key(|lead| lead.members.clone());
    found
}

fn leads(members: &[Member]) -> Vec<Lead> {
    found(members).leads
}

fn ids(members: &[Member]) -> Vec<Vec<i64>> {
    leads(members).iter().map(|lead| lead.members.iter().map(|id| id.0).collect()).collect()
}

#[test]
fn a_phone_written_as_wechat_links_to_the_phone() {
    let members = [
        member(1, FLAT).with(Phone, "19904210001"),
        member(2, CAMP).with(Wechat, "19904210001").with(Wechat, "teacher_li"),
        member(3, "晚上看着写作业,讲题,懂的来,老时间老地方,位置私聊").with(Wechat, "teacher_li"),
        member(4, "高三冲刺小灶,老师带过十届毕业班,微信详聊").with(Wechat, "wx19904210001"),
    ];
    assert_eq!(ids(&members), [[1, 2, 3, 4]]);
    let linked = leads(&members);
    let first = &linked[0].links[0];
    assert_eq!((first.a, first.b, first.reason.zh().as_str()), (ListingId(1), ListingId(2), "同一联系方式（电话）"));
    assert_eq!(linked[0].links.len(), 3);
}

#[test]
fn a_service_number_does_not_merge_two_operators() {
    let members = [
        member(1, FLAT).with(Phone, "19904210001").with(Phone, "4008001234"),
        member(2, CAMP).with(Phone, "19904210002").with(Phone, "4008001234"),
    ];
    assert_eq!(ids(&members), [[1], [2]]);
    let generic = found(&members).generic;
    assert_eq!((&generic[0].reason, generic[0].listings), (&GenericReason::ServiceNumber, 2));
}

#[test]
fn a_hotline_from_unrelated_listings_does_not_merge_two_operators() {
    let junk = |id, who, text| member(id, text).judged(Verdict::Irrelevant).by(who).with(Phone, "04212800000");
    let members = [
        member(1, FLAT).with(Phone, "04212800000"),
        member(2, CAMP).with(Phone, "04212800000"),
        junk(3, "甲", "二手冰箱九成新"),
        junk(4, "乙", "两室一厅出租拎包入住"),
        junk(5, "丙", "家里小猫找领养"),
    ];
    assert_eq!(ids(&members), [[1], [2]]);
    assert_eq!(ids(&members[..4]), [[1, 2]]);
}

#[test]
fn many_accounts_or_many_texts_alone_are_still_one_operator() {
    let texts = [
        FLAT,
        CAMP,
        "高一物理提分",
        "钢琴老师兼带作文写作",
        "寒假托管讲题",
        "英语口语角单词过关",
        "中考冲刺文化课",
        "小升初衔接奥数班",
    ];
    let numbered = || (1i64..).zip(texts);
    let accounts: Vec<Member> =
        numbered().map(|(id, _)| member(id, FLAT).by(&format!("账号{id}")).with(Qq, "7654321")).collect();
    let one_poster: Vec<Member> = numbered().map(|(id, text)| member(id, text).by("甲").with(Qq, "7654321")).collect();
    let strangers: Vec<Member> =
        numbered().map(|(id, text)| member(id, text).by(&format!("账号{id}")).with(Qq, "7654321")).collect();
    assert_eq!(ids(&accounts).len(), 1);
    assert_eq!(ids(&one_poster).len(), 1);
    assert_eq!(ids(&strangers).len(), texts.len());
}

#[test]
fn the_same_text_again_is_one_operator_unless_a_template_travels() {
    let again = format!("{FLAT},欢迎试听");
    assert_eq!(ids(&[member(1, FLAT), member(2, &again)]), [[1, 2]]);
    assert_eq!(ids(&[member(1, FLAT), member(2, CAMP)]), [[1], [2]]);
    let here = member(1, FLAT).with(Phone, "19904210001");
    let there = member(2, FLAT).with(Phone, "19904210002").in_county("北票市");
    assert_eq!(ids(&[here, there]), [[1], [2]]);
    assert_eq!(ids(&[member(1, "数学补课"), member(2, "数学补课")]), [[1], [2]]);
}

#[test]
fn hiring_corroborates_and_is_no_member() {
    let mut hiring = member(2, "招数学老师,待遇面议").judged(Verdict::Irrelevant).with(Phone, "19904210001");
    hiring.assessment.flags.push(Flag::IntelRecruiting);
    let mut hint = member(3, "懂的来").judged(Verdict::NonSubject).with(Wechat, "19904210001");
    hint.assessment.score = 0.3;
    let linked = leads(&[hiring, hint, member(1, FLAT).with(Phone, "19904210001")]);
    assert_eq!(linked[0].members, [ListingId(1)]);
    assert_eq!((&linked[0].corroborating[..], &linked[0].hints[..]), (&[ListingId(2)][..], &[ListingId(3)][..]));
}

/// The labels of the sample web, so that only the linking is on trial.
fn sample_web() -> (Vec<Member>, BTreeMap<ListingId, String>) {
    let mut members = Vec::new();
    let mut operators = BTreeMap::new();
    let rows = include_str!("../../seeds/sample-web/listings.jsonl").lines();
    for (id, row) in (1i64..).zip(rows) {
        let row: serde_json::Value = serde_json::from_str(row).expect("JSON");
        let text = |field: &str| row[field].as_str().unwrap_or_default().to_owned();
        let verdict = text("verdict").parse().expect("a verdict");
        let mut one = member(id, &format!("{}\n{}", text("title"), text("body"))).judged(verdict);
        one.source = SourceId(text("site"));
        one = one.by(&text("author")).in_county(&text("county"));

        for contact in row["contacts"].as_array().into_iter().flatten() {
            let kind = contact["kind"].as_str().expect("a kind").parse().expect("a contact kind");
            one = one.with(kind, contact["value"].as_str().expect("a value"));
        }
        // Without a contact there is nothing to know the operator by: the poster's nickname is not unique.
        if let Some(operator) = row["operator"].as_str().filter(|_| !one.assessment.contacts.is_empty()) {
            operators.insert(one.id, operator.to_owned());
        }
        members.push(one);
    }
    (members, operators)
}

#[test]
fn the_operators_of_the_sample_web_come_back() {
    let (members, operators) = sample_web();
    let linked = found(&members);
    let mut wrong = Vec::new();
    let mut groups_of: BTreeMap<&str, usize> = BTreeMap::new();
    for group in &linked.leads {
        let names: BTreeSet<&str> =
            group.members.iter().filter_map(|id| operators.get(id).map(String::as_str)).collect();
        if names.len() > 1 {
            wrong.push(format!("{names:?} in one group: {:?}", group.links));
        }
        for name in names {
            *groups_of.entry(name).or_default() += 1;
        }
    }
    wrong.extend(groups_of.iter().filter(|(_, n)| **n > 1).map(|(name, n)| format!("{name} in {n} groups")));
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(linked.generic.iter().any(|generic| generic.identifier.value == "04212800000"), "{:?}", linked.generic);
}

fn any_member() -> impl Strategy<Value = Member> {
    let body = prop::sample::select(vec![FLAT, CAMP, "文化路小区三楼,初二初三数学物理小班,五人封顶,一周三次"]);
    let contact = prop::option::of((prop::sample::select(vec![Phone, Wechat]), 0..4u8));
    let verdict = prop::sample::select(vec![Verdict::Disguised, Verdict::Overt, Verdict::Irrelevant]);
    let county = prop::sample::select(vec!["双塔区", "北票市", "朝阳市", "unknown", "outside"]);
    (1..30i64, body, contact, verdict, county, 0..5u8).prop_map(|(id, body, contact, verdict, county, author)| {
        let plain = member(id, body).judged(verdict).in_county(county).by(&author.to_string());
        match contact {
            Some((kind, digit)) => plain.with(kind, &format!("1990421000{digit}")),
            None => plain,
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn order_does_not_matter_and_nothing_is_lost(
        (mut members, shuffled) in prop::collection::vec(any_member(), 0..14).prop_flat_map(|mut members| {
            members.sort_by_key(|member| member.id);
            members.dedup_by_key(|member| member.id);
            (Just(members.clone()), Just(members).prop_shuffle())
        })
    ) {
                let found = find_leads(&members, &LeadParams::default(), &today());
        prop_assert_eq!(&found, &find_leads(&shuffled, &LeadParams::default(), &today()));
        members.retain(|member| member.assessment.is_suspect());
        let mut placed: Vec<ListingId> = found.leads.iter().flat_map(|lead| lead.members.clone()).collect();
        placed.sort_unstable();
        prop_assert_eq!(placed, members.iter().map(|member| member.id).collect::<Vec<_>>());
        for lead in &found.leads {
            prop_assert_eq!(lead.links.len(), lead.members.len() - 1);
        }
    }
}

#[test]
fn fences_keep_apart_and_bonds_bring_together() {
    let params = LinkParams::default();
    let node = |id, text, fence| Node::of(&member(id, text).with(Phone, "19904210001"), fence, &params, |_| false);
    let ids = |nodes: &[Node], bonds: &[Bond]| {
        let groups = link(nodes, bonds, &params);
        groups.iter().map(|group| group.members.iter().map(|id| id.0).collect()).collect::<Vec<Vec<_>>>()
    };
    assert_eq!(ids(&[node(1, FLAT, 0), node(2, FLAT, 7), node(3, CAMP, 7)], &[]), [vec![1], vec![2, 3]]);
    let bond = Bond { a: ListingId(3), b: ListingId(1) };
    let alone = |id, text, fence| Node { telling: Vec::new(), ..node(id, text, fence) };
    assert_eq!(ids(&[alone(1, FLAT, 0), alone(3, CAMP, 7)], &[bond]), [[1], [3]]);
    let all = link(&[alone(1, FLAT, 7), alone(3, CAMP, 7)], &[bond], &params);
    assert_eq!((all.len(), &all[0].ties[0].why), (1, &Why::Said));
}

#[test]
fn an_account_a_shop_and_a_flat_link_too() {
    let sorted = ids(&[
        member(1, "初三数学小班").by("lx_0421_math").with(Phone, "19904210001"),
        member(2, "假期讲题,微信联系").by("lx_0421_math").with(Wechat, "lx0421"),
        member(3, "英语小班").by("李老师").with(Phone, "19904210003"),
        member(4, "作文小班").by("李老师").with(Phone, "19904210004"),
    ]);
    assert_eq!(sorted, [vec![1, 2], vec![3], vec![4]]);
}
