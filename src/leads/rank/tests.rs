//! Levels, arithmetic, laws and explanations of ranks.

use super::*;
use crate::calendar::Calendar;
use crate::domain::{
    Contact, ContactKind, Element, Flag, Jurisdiction, ListingId, SourceId, Span, Stage, Subject, TrainingKind,
};
use crate::leads::standing::{Certainty, MatchScore};
use crate::leads::{Complaints, LeadElement, LeadQuote, LicensedMatch, Link, LinkReason, PastViolation, SeenContact};
use jiff::civil::date;
use proptest::prelude::*;

const TODAY: Date = date(2026, 7, 1);

fn quoted(element: Element, says: &str) -> LeadElement {
    let quote = LeadQuote { listing: ListingId(1), says: says.into(), quote: "字".into(), span: Span::new(0, 1) };
    LeadElement { element, quotes: vec![quote] }
}

fn lead(listings: u64) -> Lead {
    let contact =
        Contact { kind: ContactKind::Phone, value: "13900000001".into(), span: Span::new(0, 11), disguised: false };
    Lead {
        members: (1..=listings).map(|n| ListingId(n.try_into().expect("small"))).collect(),
        contacts: vec![SeenContact { contact, seen_in: vec![ListingId(1)] }],
        subjects: vec![Subject::Math],
        elements: vec![quoted(Element::Paid, "写明收费")],
        sources: vec![SourceId("one".into())],
        top_score: 0.99,
        last_posted: Some(TODAY),
        ..Lead::default()
    }
}

fn ranked(lead: &Lead, today: Date) -> Rank {
    rank(lead, &RankWeights::default(), &Calendar::default(), today)
}

fn calendar() -> Calendar {
    Calendar::parse(&[(
        "vacations.toml",
        "[[vacation]]\nname = \"暑假\"\nstarts = \"2026-07-15\"\nends = \"2026-08-31\"\nverified = false\n",
    )])
    .expect("a good calendar")
}

fn level_of(change: impl FnOnce(&mut Lead), listings: u64) -> Level {
    let mut lead = lead(listings);
    change(&mut lead);
    ranked(&lead, TODAY).level
}

#[test]
fn levels_follow_the_domain_guide() {
    assert_eq!(level_of(|_| (), 1), Level::Yellow);
    assert_eq!(level_of(|lead| lead.top_score = 0.4, 5), Level::Blue);
    assert_eq!(level_of(|lead| lead.subjects.clear(), 1), Level::Blue);
    assert_eq!(level_of(|lead| lead.contacts.clear(), 1), Level::Blue);
    assert_eq!(level_of(|lead| lead.flags.push(Flag::TeacherClaim), 1), Level::Yellow);
    assert_eq!(level_of(|lead| lead.flags.push(Flag::TeacherClaim), 2), Level::Red);
    assert_eq!(level_of(|lead| lead.stages.push(Stage::Preschool), 2), Level::Red);
    assert_eq!(level_of(|lead| lead.matters.push("M21".into()), 2), Level::Red);
    assert_eq!(level_of(|lead| lead.matters.push("M12".into()), 1), Level::Orange);
    assert_eq!(level_of(|lead| lead.matters.push("M01".into()), 1), Level::Orange);
    assert_eq!(level_of(|lead| lead.copies.push(Jurisdiction::parse("北票市")), 1), Level::Orange);
    assert_eq!(level_of(|_| (), 3), Level::Yellow);
    assert_eq!(level_of(|lead| lead.sources.push(SourceId("two".into())), 3), Level::Orange);
}

#[test]
fn a_score_counts_as_it_would_in_a_sweep_and_support_lifts_it() {
    let confidence = |score: f64| {
        let mut lead = lead(1);
        lead.top_score = score;
        format!("{:.3}", ranked(&lead, TODAY).parts[0].value)
    };
    // Odds of 9 are odds of 9 * 3 / 97 over those of 42 / 58 where offers are 3 of 100 and not 42.
    assert_eq!([0.0, 0.5, 0.9, 0.99, 1.0].map(confidence), ["0.000", "0.041", "0.278", "0.809", "1.000"]);
    let unsure = |lead: &mut Lead| lead.top_score = 0.93;
    assert_eq!(level_of(unsure, 1), Level::Blue);
    assert_eq!(level_of(|lead| (lead.top_score, lead.standing.complaints.total) = (0.95, 1), 1), Level::Yellow);
    assert_eq!(level_of(unsure, 4), Level::Yellow);
}

#[test]
fn what_is_grave_but_names_no_price_is_not_yet_red() {
    let unpaid = |lead: &mut Lead| {
        lead.flags.push(Flag::TeacherClaim);
        lead.elements.clear();
    };
    assert_eq!(level_of(unpaid, 2), Level::Orange);
}

fn punished(decided_on: Date) -> PastViolation {
    PastViolation {
        violation: 1,
        decided_on,
        matter: None,
        result: None,
        document: None,
        repeat: false,
        certainty: Certainty::Matched,
        score: MatchScore::default(),
    }
}

/// Licensed for school subjects of all stages.
fn licensed(name: &str) -> LicensedMatch {
    LicensedMatch {
        institution: 1,
        name: name.into(),
        kind: Some(TrainingKind::Subject),
        stages: Vec::new(),
        in_force: true,
        valid_until: None,
        certainty: Certainty::Matched,
        score: MatchScore::default(),
        offers_subjects: true,
        beyond_stages: Vec::new(),
    }
}

#[test]
fn past_violations_within_two_years_are_red() {
    let past = |on| move |lead: &mut Lead| lead.standing.violations.push(punished(on));
    assert_eq!(level_of(past(date(2024, 7, 1)), 1), Level::Red);
    assert_eq!(level_of(past(date(2024, 6, 30)), 1), Level::Yellow);
    let unsure = PastViolation { certainty: Certainty::Possible, ..punished(date(2026, 1, 1)) };
    assert_eq!(level_of(|lead| lead.standing.violations.push(unsure), 1), Level::Yellow);
}

#[test]
fn a_whole_organisation_is_orange() {
    let org = ["专门场所", "两名以上从业人员", "组织分工"].map(|says| quoted(Element::Org, says).quotes).concat();
    let organised = LeadElement { element: Element::Org, quotes: org };
    assert_eq!(level_of(|lead| lead.elements.push(organised), 1), Level::Orange);
    assert_eq!(level_of(|lead| lead.elements.push(quoted(Element::Org, "专门场所")), 1), Level::Yellow);
}

#[test]
fn the_arithmetic_is_shown_and_adds_up() {
    let mut lead = lead(2);
    lead.matters = vec!["M08".into(), "M10".into()];
    lead.standing.complaints = Complaints { open: 1, total: 3, ..Complaints::default() };
    lead.gone = 1;
    let rank = rank(&lead, &RankWeights::default(), &calendar(), date(2026, 7, 22));
    let shown: Vec<String> =
        rank.parts.iter().map(|part| format!("{} {} {}", part.name_zh, part.value, part.words)).collect();
    insta::assert_debug_snapshot!(shown, @r#"
    [
        "把握 0.809 2 条广告中最高的招揽概率 0.990，按采集中约 3% 为招揽折算",
        "严重 1.9 基数 1；自称在职教师 +0.60；M08 +0.30",
        "时效 0.747 最近一次发布在 21 天前；暑假期间（日期待核） ×1.15；1 条信息已下线",
        "印证 1.746 基数 1；2 条广告（1 条已下线） +0.15；3 件投诉举报 +0.60",
    ]
    "#);
    let product: f64 = rank.parts.iter().map(|part| part.value).product();
    assert!((rank.value - product).abs() < 0.001);
}

#[test]
fn a_coming_vacation_counts_more_as_it_comes_nearer_and_most_when_it_runs() {
    let mut lead = lead(1);
    lead.last_posted = None;
    let value = |lead: &Lead, day| rank(lead, &RankWeights::default(), &calendar(), day).value;
    let days = [date(2026, 6, 1), date(2026, 6, 15), date(2026, 7, 10), date(2026, 7, 15)];
    let values = days.map(|day| value(&lead, day));
    assert!(values.is_sorted() && values[0] < values[3], "{values:?}");
    lead.elements.push(quoted(Element::Time, "休息日"));
    assert!(value(&lead, days[2]) > values[2], "who speaks of days off is more urgent");
    assert!(rank(&lead, &RankWeights::default(), &calendar(), days[2]).parts[2].words.contains("日期待核"));
}

#[test]
fn a_licensed_subject_institution_is_checked_later() {
    let mut lead = lead(1);
    let before = ranked(&lead, TODAY).value;
    lead.standing.licensed = Some(licensed("某校"));
    assert!(ranked(&lead, TODAY).value < before);
}

#[test]
fn what_a_licence_allows_is_no_suspicion_and_the_rest_stays() {
    let mut lead = lead(1);
    lead.matters = ["M05", "M08", "M14"].map(str::to_owned).to_vec();
    assert_eq!(lead.suspected(), lead.matters);
    lead.standing.licensed = Some(licensed("某校"));
    assert_eq!(lead.suspected(), ["M08", "M14"]);
    lead.standing.licensed = Some(LicensedMatch { kind: Some(TrainingKind::Arts), ..licensed("某画室") });
    assert_eq!(lead.suspected(), ["M06", "M08", "M14"]);
    let words = &ranked(&lead, TODAY).parts[1].words;
    assert!(words.contains("M06") && !words.contains("M05"), "{words}");
}

fn explained(change: impl FnOnce(&mut Lead), day: Date) -> String {
    let weights = RankWeights::default();
    let mut before = lead(2);
    before.rank = rank(&before, &weights, &calendar(), date(2026, 6, 1));
    let mut after = before.clone();
    change(&mut after);
    after.rank = rank(&after, &weights, &calendar(), day);
    explain(&before, &after).map_or_else(|| "nothing".to_owned(), |change| change.words)
}

#[test]
fn changes_are_explained() {
    let same = date(2026, 6, 1);
    let more = |lead: &mut Lead| {
        for id in [8, 9] {
            lead.members.push(ListingId(id));
            let reason = LinkReason::SharedContact { kind: ContactKind::Phone, value: "1".into() };
            lead.links.push(Link { a: ListingId(1), b: ListingId(id), reason });
        }
    };
    let sourced = |lead: &mut Lead| {
        more(lead);
        lead.sources.push(SourceId("two".into()));
    };
    let complained = |lead: &mut Lead| lead.standing.complaints.total = 1;
    let punished = |lead: &mut Lead| lead.standing.violations.push(punished(date(2026, 1, 1)));
    let graver = |lead: &mut Lead| lead.matters = vec!["M12".into()];
    let surer = |lead: &mut Lead| lead.top_score = 0.995;
    let gone = |lead: &mut Lead| lead.gone = 2;
    let old = |lead: &mut Lead| lead.last_posted = Some(date(2026, 5, 1));
    let shown = [
        explained(|_| (), same),
        explained(more, same),
        explained(sourced, same),
        explained(complained, same),
        explained(punished, same),
        explained(graver, same),
        explained(surer, same),
        explained(gone, same),
        explained(|_| (), date(2026, 7, 10)),
        explained(|_| (), date(2026, 7, 15)),
        explained(old, same),
    ];
    insta::assert_debug_snapshot!(shown, @r#"
    [
        "nothing",
        "+0.20：新增 2 条信息，同一电话（印证 1.25→1.50）",
        "+0.36：新增 2 条信息，同一电话；新增 1 个来源；由黄升橙（印证 1.25→1.70）",
        "+0.24：新增 1 件投诉举报（印证 1.25→1.55）",
        "+0.81：新增 1 条查处记录；由黄升红（严重 1.00→1.80）",
        "+0.41：新增涉嫌事项 M12；由黄升橙（严重 1.00→1.40）",
        "+0.11：研判概率 0.990→0.995（把握 0.81→0.90）",
        "-0.69：2 条信息已下线（时效 1.00→0.40，印证 1.25→1.00）",
        "-0.11：时间推移，未见新发布；距暑假还有 5 天（时效 1.00→0.89）",
        "-0.15：时间推移，未见新发布；暑假已开始（时效 1.00→0.85）",
        "-0.45：时间推移，未见新发布（时效 1.00→0.55）",
    ]
    "#);
}

#[test]
fn the_passing_of_time_is_a_reason() {
    let weights = RankWeights::default();
    let mut before = lead(1);
    before.rank = ranked(&before, TODAY);
    let mut after = before.clone();
    after.rank = rank(&after, &weights, &Calendar::default(), date(2026, 8, 1));
    insta::assert_snapshot!(explain(&before, &after).expect("it fades").words, @"-0.36：时间推移，未见新发布（时效 1.00→0.55）");
}

fn any_lead() -> impl Strategy<Value = Lead> {
    let codes = proptest::sample::subsequence(vec!["M01", "M02", "M08", "M09", "M10", "M12", "M21", "M22"], 0..5);
    (0i64..400, 0.0f64..1.0, 1u64..40, codes, 0usize..20, any::<bool>(), any::<bool>(), any::<bool>()).prop_map(
        |(days, score, listings, codes, complaints, paid, time, repeat)| {
            let mut lead = lead(listings);
            lead.top_score = score;
            lead.last_posted = TODAY.checked_sub(jiff::Span::new().days(days)).ok();
            lead.matters = codes.into_iter().map(str::to_owned).collect();
            lead.standing.complaints.total = complaints;
            if !paid {
                lead.elements.clear();
            }
            if time {
                lead.elements.push(quoted(Element::Time, "休息日"));
            }
            if repeat {
                lead.standing.violations.push(punished(date(2025, 9, 9)));
            }
            lead
        },
    )
}

proptest! {
    #[test]
    fn newer_surer_more_graver_and_complained_of_never_rank_lower(
        base in any_lead(),
        code in prop_oneof!["M02|M08|M09|M12|M21|M22", "M01|M10|M14"],
        gone in 0usize..3,
        day in 0i64..300,
    ) {
        let (weights, calendar) = (RankWeights::default(), calendar());
        let today = TODAY.saturating_add(jiff::Span::new().days(day));
        let mut base = base;
        base.gone = gone.min(base.members.len());
        let now = |lead: &Lead| rank(lead, &weights, &calendar, today);
        let was = now(&base);
        let better = |change: &dyn Fn(&mut Lead)| {
            let mut lead = base.clone();
            change(&mut lead);
            now(&lead)
        };
        for (what, is) in [
            ("newer", better(&|lead| lead.last_posted = Some(today))),
            ("surer", better(&|lead| lead.top_score = 1.0)),
            ("more", better(&|lead| lead.members.push(ListingId(99)))),
            ("more, but gone", better(&|lead| { lead.members.push(ListingId(99)); lead.gone += 1; })),
            ("graver", better(&|lead| lead.matters.push(code.clone()))),
            ("complained of", better(&|lead| lead.standing.complaints.total += 1)),
            ("punished before", better(&|lead| {
                lead.standing.violations.push(punished(today));
            })),
            ("more sources", better(&|lead| lead.sources.push(SourceId("two".into())))),
            ("hiring", better(&|lead| lead.corroborating.push(ListingId(98)))),
            ("a price", better(&|lead| lead.elements.push(quoted(Element::Paid, "写明收费")))),
        ] {
            prop_assert!(is.value >= was.value && is.level >= was.level, "{what}: {was:?} -> {is:?}");
        }
    }

    #[test]
    fn what_is_gone_never_ranks_higher(base in any_lead(), day in 0i64..300, gone in 1usize..40) {
        let (weights, calendar) = (RankWeights::default(), calendar());
        let today = TODAY.saturating_add(jiff::Span::new().days(day));
        let was = rank(&base, &weights, &calendar, today);
        let mut after = base.clone();
        after.gone = gone.min(base.members.len());
        let some = rank(&after, &weights, &calendar, today);
        after.gone = base.members.len();
        let all = rank(&after, &weights, &calendar, today);
        prop_assert!(some.value <= was.value && all.value <= some.value);
        prop_assert!(all.level <= was.level && some.worst_first(&all).is_le());
    }

    #[test]
    fn the_explained_difference_is_the_difference(before in any_lead(), after in any_lead()) {
        let (mut before, mut after) = (before, after);
        before.rank = ranked(&before, TODAY);
        after.rank = ranked(&after, TODAY);
        if let Some(change) = explain(&before, &after) {
            prop_assert!((before.rank.value + change.delta - after.rank.value).abs() < 0.001);
        } else {
            prop_assert_eq!((before.rank.value, before.rank.level), (after.rank.value, after.rank.level));
        }
    }
}
