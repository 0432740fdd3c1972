//! Identifiers and near-duplicate texts -> groups of listings, one group an operator.

use super::identity::{GenericContact, Index, keys};
use super::{Link, LinkReason};
use crate::domain::{Assessment, Contact, ContactKind, Flag, Jurisdiction, Listing, ListingId};
use crate::text::Fingerprint;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// One stored listing as the linker sees it.
///
/// Give it the listings that are no suspects too: they show which numbers are hotlines, and who is hiring.
#[derive(Clone, Debug)]
pub struct Member {
    /// Its number.
    pub id: ListingId,
    /// The advertisement.
    pub listing: Listing,
    /// Whether its page is no longer on line.
    pub gone: bool,
    /// What we think of it.
    pub assessment: Assessment,
    /// Of its cleaned text.
    pub fingerprint: Fingerprint,
}

/// When two listings belong to one operator.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct LinkParams {
    /// Similarity, 0..1, from which two texts are the same advertisement.
    pub near_duplicate: f64,
    /// The same when both show contacts and share none: templates travel between sellers.
    pub near_duplicate_other_contact: f64,
    /// Texts with fewer letters than this are compared by contact only.
    pub min_text_chars: usize,
    /// A contact is generic when more posters than this write more different texts than this with it.
    pub max_posters: usize,
    /// A contact is generic when so many posters show it in listings that are irrelevant.
    pub hotline_posters: usize,
}

impl Default for LinkParams {
    fn default() -> Self {
        Self {
            near_duplicate: 0.6,
            near_duplicate_other_contact: 0.85,
            min_text_chars: 20,
            max_posters: 6,
            hotline_posters: 3,
        }
    }
}

/// The suspect listings of one operator.
#[derive(Clone, Debug, PartialEq)]
pub struct Group {
    /// Sorted, at least one.
    pub members: Vec<ListingId>,
    /// Job advertisements that share a contact with it, sorted.
    pub corroborating: Vec<ListingId>,
    /// Links that connect the members: one fewer than there are members.
    pub links: Vec<Link>,
}

/// What [`link`] found.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Linked {
    /// Sorted by their first member.
    pub groups: Vec<Group>,
    /// Contacts that were not allowed to link, sorted by value.
    pub generic: Vec<GenericContact>,
}

/// Groups the suspect listings among `members` by operator; the order of `members` does not matter.
#[must_use]
pub fn link(members: &[Member], params: &LinkParams) -> Linked {
    let sorted: Vec<&Member> =
        members.iter().map(|member| (member.id, member)).collect::<BTreeMap<_, _>>().into_values().collect();
    let index = Index::of(&sorted, params);
    let mut forest = Forest::new(sorted.len());
    for (value, holders) in &index.telling {
        let suspects: Vec<usize> = holders.iter().copied().filter(|&at| sorted[at].assessment.is_suspect()).collect();
        for pair in suspects.windows(2) {
            if forest.unite(pair[0], pair[1]) {
                let kind = kind_of(sorted[pair[0]], value);
                let reason = LinkReason::SharedContact { kind, value: value.clone() };
                forest.links.push((pair[0], pair[1], reason));
            }
        }
    }
    unite_near_duplicates(&sorted, &index, params, &mut forest);
    Linked { groups: groups(&sorted, &index, forest), generic: index.generic }
}

fn kind_of(member: &Member, key: &str) -> ContactKind {
    let shows = |contact: &&Contact| keys(contact).iter().any(|own| own == key);
    member.assessment.contacts.iter().find(shows).map_or(ContactKind::Phone, |contact| contact.kind)
}

fn groups(sorted: &[&Member], index: &Index, mut forest: Forest) -> Vec<Group> {
    let mut by_root: BTreeMap<usize, Group> = BTreeMap::new();
    for (at, member) in sorted.iter().enumerate().filter(|(_, member)| member.assessment.is_suspect()) {
        let empty = || Group { members: Vec::new(), corroborating: Vec::new(), links: Vec::new() };
        by_root.entry(forest.root(at)).or_insert_with(empty).members.push(member.id);
    }
    for (a, b, reason) in std::mem::take(&mut forest.links) {
        if let Some(group) = by_root.get_mut(&forest.root(a)) {
            let (first, second) = (sorted[a].id.min(sorted[b].id), sorted[a].id.max(sorted[b].id));
            group.links.push(Link { a: first, b: second, reason });
        }
    }
    for holders in index.telling.values() {
        let hiring = holders.iter().filter(|&&at| {
            let assessment = &sorted[at].assessment;
            !assessment.is_suspect() && assessment.flags.contains(&Flag::IntelRecruiting)
        });
        let hiring: Vec<ListingId> = hiring.map(|&at| sorted[at].id).collect();
        // One suspect is enough to name the group: all suspects of a telling value are in the same one.
        let suspect = holders.iter().find(|&&at| sorted[at].assessment.is_suspect());
        if let Some(group) = suspect.and_then(|&at| by_root.get_mut(&forest.root(at))) {
            group.corroborating.extend(hiring);
        }
    }
    let mut groups: Vec<Group> = by_root.into_values().collect();
    for group in &mut groups {
        group.corroborating.sort_unstable();
        group.corroborating.dedup();
        group.links.sort_by_key(|link| (link.a, link.b));
    }
    groups.sort_by_key(|group| group.members.first().copied());
    groups
}

/// Hashes that must agree for two texts to be compared at all: three of them miss fewer than 1 in 100 pairs at 0.6.
const ROWS: usize = 3;
/// In a bucket of more texts than this each is compared with its neighbour and the first only.
const CROWD: usize = 64;

fn unite_near_duplicates(sorted: &[&Member], index: &Index, params: &LinkParams, forest: &mut Forest) {
    let mut buckets: BTreeMap<(usize, &[u64]), Vec<usize>> = BTreeMap::new();
    for (at, member) in sorted.iter().enumerate() {
        if member.assessment.is_suspect() && letters(&member.listing) >= params.min_text_chars {
            for (band, rows) in member.fingerprint.hashes().chunks_exact(ROWS).enumerate() {
                buckets.entry((band, rows)).or_default().push(at);
            }
        }
    }
    let mut pairs: BTreeSet<(usize, usize)> = BTreeSet::new();
    for bucket in buckets.values().filter(|bucket| bucket.len() > 1) {
        if bucket.len() <= CROWD {
            pairs.extend(bucket.iter().enumerate().flat_map(|(n, &a)| bucket[n + 1..].iter().map(move |&b| (a, b))));
        } else {
            pairs.extend(bucket.windows(2).map(|two| (two[0], two[1])));
            pairs.extend(bucket[1..].iter().map(|&b| (bucket[0], b)));
        }
    }
    let telling: Vec<BTreeSet<String>> = sorted.iter().map(|member| telling_keys(member, index)).collect();
    for (a, b) in pairs {
        if forest.root(a) == forest.root(b) {
            continue;
        }
        let similarity = sorted[a].fingerprint.similarity(&sorted[b].fingerprint);
        let strangers = !telling[a].is_empty() && !telling[b].is_empty() && telling[a].is_disjoint(&telling[b]);
        let needed = if strangers { params.near_duplicate_other_contact } else { params.near_duplicate };
        if similarity >= needed && !(strangers && in_different_places(sorted[a], sorted[b])) && forest.unite(a, b) {
            forest.links.push((a, b, LinkReason::NearDuplicate { similarity }));
        }
    }
}

fn telling_keys(member: &Member, index: &Index) -> BTreeSet<String> {
    member.assessment.contacts.iter().flat_map(keys).filter(|key| index.telling.contains_key(key)).collect()
}

fn in_different_places(a: &Member, b: &Member) -> bool {
    let (a, b) = (&a.assessment.county, &b.assessment.county);
    a != b && *a != Jurisdiction::Unknown && *b != Jurisdiction::Unknown
}

fn letters(listing: &Listing) -> usize {
    listing.title.chars().chain(listing.body.chars()).filter(|c| c.is_alphabetic()).count()
}

/// Union-find in which the smallest position is the root, so that the result does not depend on the order of unions.
struct Forest {
    parent: Vec<usize>,
    links: Vec<(usize, usize, LinkReason)>,
}

impl Forest {
    fn new(size: usize) -> Self {
        Self { parent: (0..size).collect(), links: Vec::new() }
    }

    fn root(&mut self, mut at: usize) -> usize {
        while self.parent[at] != at {
            self.parent[at] = self.parent[self.parent[at]];
            at = self.parent[at];
        }
        at
    }

    /// Whether the two were apart before.
    fn unite(&mut self, a: usize, b: usize) -> bool {
        let (a, b) = (self.root(a), self.root(b));
        let (low, high) = (a.min(b), a.max(b));
        self.parent[high] = low;
        a != b
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::calendar::Calendar;
    use crate::domain::Verdict;
    use crate::leads::samples::member;
    use crate::leads::{GenericReason, LeadParams, find_leads};
    use ContactKind::{Phone, Qq, Wechat};
    use jiff::civil::date;
    use proptest::prelude::*;

    const FLAT: &str = "文化路小区三楼,初二初三数学物理小班,六人封顶,按学校进度走,一周两次";
    const CAMP: &str = "凤凰山下暑期封闭训练营,上午语文下午英语,食宿全包,名额不多抓紧报名";

    fn ids(members: &[Member]) -> Vec<Vec<i64>> {
        let linked = link(members, &LinkParams::default());
        linked.groups.iter().map(|group| group.members.iter().map(|id| id.0).collect()).collect()
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
        let linked = link(&members, &LinkParams::default());
        let first = &linked.groups[0].links[0];
        assert_eq!(
            (first.a, first.b, first.reason.zh().as_str()),
            (ListingId(1), ListingId(2), "同一联系方式（电话）")
        );
        assert_eq!(linked.groups[0].links.len(), 3);
    }

    #[test]
    fn a_service_number_does_not_merge_two_operators() {
        let members = [
            member(1, FLAT).with(Phone, "19904210001").with(Phone, "4008001234"),
            member(2, CAMP).with(Phone, "19904210002").with(Phone, "4008001234"),
        ];
        assert_eq!(ids(&members), [[1], [2]]);
        let generic = link(&members, &LinkParams::default()).generic;
        assert_eq!(generic[0].reason, GenericReason::ServiceNumber);
        assert_eq!(generic[0].seen_in, [ListingId(1), ListingId(2)]);
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
        let one_poster: Vec<Member> =
            numbered().map(|(id, text)| member(id, text).by("甲").with(Qq, "7654321")).collect();
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
        let linked = link(&[hiring, member(1, FLAT).with(Phone, "19904210001")], &LinkParams::default());
        assert_eq!(linked.groups[0].members, [ListingId(1)]);
        assert_eq!(linked.groups[0].corroborating, [ListingId(2)]);
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
            one = one.by(&text("author")).in_county(&text("county"));
            one.listing.source = crate::domain::SourceId(text("site"));
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
        let linked = link(&members, &LinkParams::default());
        let mut wrong = Vec::new();
        let mut groups_of: BTreeMap<&str, usize> = BTreeMap::new();
        for group in &linked.groups {
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
        assert!(linked.generic.iter().any(|generic| generic.value == "04212800000"), "{:?}", linked.generic);
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
            let today = date(2026, 7, 1);
            let found = find_leads(&members, &LeadParams::default(), &Calendar::default(), today);
            prop_assert_eq!(&found, &find_leads(&shuffled, &LeadParams::default(), &Calendar::default(), today));
            members.retain(|member| member.assessment.is_suspect());
            let mut placed: Vec<ListingId> = found.leads.iter().flat_map(|lead| lead.members.clone()).collect();
            placed.sort_unstable();
            prop_assert_eq!(placed, members.iter().map(|member| member.id).collect::<Vec<_>>());
            for lead in &found.leads {
                prop_assert_eq!(lead.links.len(), lead.members.len() - 1);
            }
        }
    }
}
