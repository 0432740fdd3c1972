//! Leads that grow listing by listing are those that linking everything at once gives, whatever happens in between.

use jiff::civil::date;
use proptest::prelude::*;
use std::{collections::BTreeMap, path::Path, sync::Arc};
use tanzhao::{
    clock::{Clock, ManualClock},
    domain::{
        Assessment, AuditKind, Contact, ContactKind, Jurisdiction, LeadId, Listing, ListingId, PageRole, Probabilities,
        SourceId, SourceKind, Span, Subject, UrlKey, Verdict,
    },
    leads::{Day, Lead, LeadParams, Member, find_leads, retention::RetentionDays},
    store::{
        Audit, AuditFilter, ImportKind, Imports, LeadEventKind, LeadQuery, Leads, Listings, NewImport, PurgeMode,
        Recorded, RecordedCapture, Retention, Said, SavedCapture, StoreError, StoredLead, Versions,
        sqlite::SqliteStore,
    },
    text::{Cleaner, Fingerprint, Lexicon},
};

const TEXTS: [&str; 6] = [
    "文化路小区三楼,初二初三数学物理小班,六人封顶,按学校进度走,一周两次",
    "文化路小区三楼,初二初三数学物理小班,五人封顶,按学校进度走,一周三次",
    "凤凰山下暑期封闭训练营,上午语文下午英语,食宿全包,名额不多抓紧报名",
    "懂的来",
    "寒假托管班讲题刷题,中午管饭,老师带过十届毕业班,位置私聊发你",
    "家里冰箱洗衣机低价处理,上门自提,有意者联系我看货,不议价谢谢",
];

fn said(reason: &str) -> Said<'_> {
    Said { by: "王", reason }
}

fn today() -> Day {
    Day { date: date(2026, 12, 1), ..Day::default() }
}

/// What a test says of a listing.
#[derive(Clone, Debug)]
struct Told {
    text: usize,
    phone: Option<u8>,
    county: &'static str,
    verdict: Verdict,
}

struct Bench {
    store: SqliteStore,
    clock: Arc<ManualClock>,
    params: LeadParams,
    fingerprints: Vec<Fingerprint>,
    versions: Versions,
    files: u32,
}

impl Bench {
    fn open(dir: &Path) -> Self {
        let clock = Arc::new(ManualClock::new("2026-12-01T02:00:00Z".parse().expect("a time")));
        let cleaner = Cleaner::new(&Lexicon::parse(&[]).expect("an empty lexicon"));
        Self {
            store: SqliteStore::open(dir, Arc::clone(&clock) as Arc<dyn Clock>).expect("a store").acting_for("王"),
            clock,
            params: LeadParams::default(),
            fingerprints: TEXTS.iter().map(|text| Fingerprint::of(&cleaner.clean(text))).collect(),
            versions: Versions { model: "m".into(), lexicon: "l".into() },
            files: 0,
        }
    }

    /// Brings listings in; number `n` always has the same address and so the same listing number.
    async fn bring(&mut self, count: usize) {
        let listings: Vec<Listing> = (0..count).map(listing).collect();
        self.files += 1;
        let import = NewImport {
            kind: ImportKind::Capture,
            file: "a.har".into(),
            sha256: format!("{:064}", self.files),
            bytes: 1,
            by: "王".into(),
            at: "2026-12-01T02:00:00Z".parse().expect("a time"),
        };
        let capture = SavedCapture {
            warc: "captures/a.warc.gz".into(),
            offset: 0,
            sha256: "0".repeat(64),
            payload_sha256: "0".repeat(64),
            url: "http://a.cn/".into(),
            fetched_at: "2026-12-01T02:00:00Z".parse().expect("a time"),
            status: 200,
            refers_to: None,
            robots: None,
        };
        let page = RecordedCapture { capture, source: SourceId("one".into()), role: PageRole::Index, listings };
        let recording = Box::new([Recorded::Page(Box::new(page)), Recorded::End].into_iter());
        self.store.add_recording(import, recording).await.expect("a recording").expect("a new one");
    }

    fn judged(&self, told: &Told) -> (Assessment, Fingerprint) {
        let score = match told.verdict {
            Verdict::Irrelevant => 0.01,
            Verdict::NonSubject => 0.3,
            Verdict::Overt | Verdict::Disguised => 0.9,
        };
        let probabilities = Probabilities::from_array([0.0, score, 0.0, 1.0 - score]);
        let contact = |digit| Contact {
            kind: ContactKind::Phone,
            value: format!("1990421000{digit}"),
            span: Span::new(0, 1),
            disguised: false,
        };
        let assessment = Assessment {
            verdict: told.verdict,
            score,
            probabilities,
            forms: Vec::new(),
            subjects: vec![Subject::Math],
            stages: Vec::new(),
            contacts: told.phone.map(contact).into_iter().collect(),
            county: Jurisdiction::parse(told.county),
            place: None,
            other_places: Vec::new(),
            findings: Vec::new(),
            elements: Vec::new(),
            evidence: Vec::new(),
            flags: Vec::new(),
        };
        (assessment, self.fingerprints[told.text].clone())
    }

    async fn judge(&self, told: &BTreeMap<i64, Told>, ids: &[i64]) {
        let batch = ids.iter().map(|id| {
            let (assessment, fingerprint) = self.judged(&told[id]);
            (ListingId(*id), assessment, fingerprint)
        });
        self.store.save_assessments(batch.collect(), &self.versions).await.expect("judgements");
    }

    async fn link(&self, batch: u32) {
        while self.store.link_step(batch, &self.params, &today()).await.expect("a step") > 0 {}
    }

    async fn leads(&self) -> Vec<StoredLead> {
        self.store.list(LeadQuery::default()).await.expect("leads")
    }

    async fn history(&self, id: i64) -> Vec<LeadEventKind> {
        self.store.history(LeadId(id)).await.expect("a history").iter().map(|event| event.kind).collect()
    }

    /// Leads as linking everything at once gives them.
    async fn reference(&self, told: &BTreeMap<i64, Told>) -> Vec<Lead> {
        let stored = self.store.page(ListingId(0), 1000).await.expect("listings");
        let members: Vec<Member> = stored
            .iter()
            .filter(|one| one.assessment.is_some())
            .map(|one| {
                let (assessment, fingerprint) = self.judged(&told[&one.id.0]);
                Member::of(one.id, &one.listing, &assessment, fingerprint, one.gone.is_some())
            })
            .collect();
        let mut leads = find_leads(&members, &self.params, &today()).leads;
        leads.sort_by_key(|lead| lead.members.clone());
        leads
    }
}

fn listing(number: usize) -> Listing {
    Listing {
        url: format!("http://a.cn/{number}"),
        canonical_url: UrlKey::from_stored(format!("http://a.cn/{number}")),
        source: SourceId("one".into()),
        source_kind: SourceKind::Classified,
        title: String::new(),
        body: TEXTS[number % TEXTS.len()].into(),
        author: Some(format!("author_{:02}", number % 5)),
        price: None,
        location: None,
        site_city: None,
        posted_at: Some(date(2026, 11, 20)),
        fetched_at: "2026-12-01T01:00:00Z".parse().expect("a time"),
        origins: Vec::new(),
    }
}

fn without_numbers(leads: Vec<StoredLead>) -> Vec<Lead> {
    let mut leads: Vec<Lead> = leads.into_iter().map(|stored| Lead { id: None, ..stored.lead }).collect();
    leads.sort_by_key(|lead| lead.members.clone());
    leads
}

fn told() -> impl Strategy<Value = Told> {
    let verdict =
        prop::sample::select(vec![Verdict::Disguised, Verdict::Overt, Verdict::NonSubject, Verdict::Irrelevant]);
    let county = prop::sample::select(vec!["双塔区", "北票市", "朝阳市", "unknown"]);
    (0..TEXTS.len(), prop::option::of(0..4_u8), county, verdict).prop_map(|(text, phone, county, verdict)| Told {
        text,
        phone,
        county,
        verdict,
    })
}

fn plain(text: usize, phone: u8) -> Told {
    Told { text, phone: Some(phone), county: "双塔区", verdict: Verdict::Disguised }
}

fn runtime() -> tokio::runtime::Runtime {
    tokio::runtime::Builder::new_current_thread().enable_all().build().expect("a runtime")
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn one_after_the_other_is_all_at_once(
        first in prop::collection::vec(told(), 1..24),
        changes in prop::collection::vec((0..24_usize, told()), 0..10),
        batch in 1..6_u32,
    ) {
        runtime().block_on(async {
            let dir = tempfile::tempdir().expect("a folder");
            let mut bench = Bench::open(dir.path());
            bench.bring(first.len()).await;
            let mut told: BTreeMap<i64, Told> = (1..).zip(first).collect();
            for id in told.keys().copied().collect::<Vec<_>>() {
                bench.judge(&told, &[id]).await;
                bench.link(batch).await;
            }
            assert_eq!(without_numbers(bench.leads().await), bench.reference(&told).await);
            let ids: Vec<i64> = changes
                .into_iter()
                .filter_map(|(at, new)| {
                    let id = i64::try_from(at).expect("small") + 1;
                    told.contains_key(&id).then(|| {
                        told.insert(id, new);
                        id
                    })
                })
                .collect();
            bench.judge(&told, &ids).await;
            bench.link(batch).await;
            let grown = bench.leads().await;
            assert_eq!(without_numbers(grown.clone()), bench.reference(&told).await);
            bench.store.rebuild(&bench.params, &today()).await.expect("a rebuild");
            assert_eq!(format!("{:?}", bench.leads().await), format!("{grown:?}"), "a rebuild changes nothing, not even a number");
        });
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, max_shrink_iters: 200, ..ProptestConfig::default() })]
    #[test]
    fn what_is_purged_leaves_in_order(first in prop::collection::vec(told(), 1..24), batch in 1..6_u32) {
        runtime().block_on(async {
            let dir = tempfile::tempdir().expect("a folder");
            let mut bench = Bench::open(dir.path());
            bench.bring(first.len()).await;
            let told: BTreeMap<i64, Told> = (1..).zip(first).collect();
            bench.judge(&told, &told.keys().copied().collect::<Vec<_>>()).await;
            bench.link(batch).await;
            bench.clock.advance_ms(8 * 24 * 3600 * 1000);
            let mut after = ListingId(0);
            let days = RetentionDays::default();
            while let Some(last) = bench
                .store
                .purge_listings(PurgeMode::Purge, after, batch, &days, &bench.params, &today())
                .await
                .expect("a step")
                .last
            {
                after = last;
            }
            let newest = i64::try_from(told.len()).expect("small");
            let suspect = |id: &i64| matches!(told[id].verdict, Verdict::Overt | Verdict::Disguised);
            let stays = |id: &&i64| suspect(id) || **id == newest;
            let left: Vec<i64> = told.keys().filter(stays).copied().collect();
            let stored = bench.store.page(ListingId(0), 1000).await.expect("listings");
            assert_eq!(stored.iter().map(|one| one.id.0).collect::<Vec<_>>(), left);
            let now = bench.leads().await;
            assert_eq!(without_numbers(now.clone()), bench.reference(&told).await);
            bench.store.rebuild(&bench.params, &today()).await.expect("a rebuild");
            assert_eq!(format!("{:?}", bench.leads().await), format!("{now:?}"));
        });
    }
}

#[tokio::test]
async fn merges_and_splits_are_taken_back_whole() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut bench = Bench::open(dir.path());
    bench.bring(5).await;
    let told: BTreeMap<i64, Told> =
        (1..).zip([plain(0, 1), plain(1, 1), plain(2, 2), plain(4, 2), plain(3, 3)]).collect();
    bench.judge(&told, &[1, 2, 3, 4, 5]).await;
    bench.link(10).await;
    let before = bench.leads().await;
    let members = |leads: &[StoredLead]| -> BTreeMap<i64, Vec<i64>> {
        leads.iter().map(|one| (one.id.0, one.lead.members.iter().map(|id| id.0).collect())).collect()
    };
    assert_eq!(members(&before), [(1, vec![1, 2]), (2, vec![3, 4]), (3, vec![5])].into());

    let merged =
        bench.store.merge(LeadId(1), LeadId(2), said("同一老板"), &bench.params, &today()).await.expect("a merge");
    let now = bench.leads().await;
    assert_eq!(members(&now), [(1, vec![1, 2, 3, 4]), (3, vec![5])].into());
    let shown = bench.store.show(LeadId(2)).await.expect("an answer").expect("a lead");
    assert_eq!(shown.id, LeadId(1), "the old number leads to the new one");
    assert!(now.iter().any(|one| one.lead.links.iter().any(|link| link.reason.zh() == "人工并案")));

    let refused = bench.store.split(LeadId(1), &[ListingId(5)], said("误并"), &bench.params, &today()).await;
    assert!(matches!(&refused, Err(StoreError::Refused(why)) if why.contains("不在线索")), "{refused:?}");
    let no_reason = bench.store.merge(LeadId(1), LeadId(3), said(" "), &bench.params, &today()).await;
    assert!(matches!(no_reason, Err(StoreError::Refused(_))));

    let ids = [ListingId(1), ListingId(3)];
    let split =
        bench.store.split(LeadId(1), &ids, said("两家合用电话"), &bench.params, &today()).await.expect("a split");
    assert_eq!(
        members(&bench.leads().await).into_values().collect::<Vec<_>>(),
        [vec![1, 3], vec![5], vec![2, 4]]
            .into_iter()
            .collect::<std::collections::BTreeSet<_>>()
            .into_iter()
            .collect::<Vec<_>>(),
    );
    bench.store.rebuild(&bench.params, &today()).await.expect("a rebuild");
    assert_eq!(bench.leads().await.len(), 3, "what people said survives a rebuild");

    bench.store.undo(split, "王", &bench.params, &today()).await.expect("undone");
    assert_eq!(members(&bench.leads().await), members(&now));
    bench.store.undo(merged, "王", &bench.params, &today()).await.expect("undone");
    let after = bench.leads().await;
    assert_eq!(format!("{after:?}"), format!("{before:?}"), "numbers and all");
    let again = bench.store.undo(merged, "王", &bench.params, &today()).await;
    assert!(matches!(again, Err(StoreError::Refused(_))));

    let history = bench.history(2).await;
    for kind in [LeadEventKind::Found, LeadEventKind::MergedInto, LeadEventKind::Back] {
        assert!(history.contains(&kind), "{history:?}");
    }
    let filter = AuditFilter { kind: Some(AuditKind::LeadsJoined), limit: 100, ..AuditFilter::default() };
    assert_eq!(bench.store.entries(filter).await.expect("the log").len(), 4);
}

#[tokio::test]
async fn a_new_listing_joins_the_side_it_has_most_in_common_with() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut bench = Bench::open(dir.path());
    bench.bring(4).await;
    let mut told: BTreeMap<i64, Told> = (1..).zip([plain(0, 1), plain(2, 1), plain(4, 1), plain(0, 1)]).collect();
    bench.judge(&told, &[1, 2, 3]).await;
    bench.link(10).await;
    bench.store.split(LeadId(1), &[ListingId(1)], said("另一家"), &bench.params, &today()).await.expect("a split");
    // Same phone as both sides, same text as the one that was taken out: three against four shared phones.
    told.insert(4, plain(0, 1));
    bench.judge(&told, &[4]).await;
    bench.link(10).await;
    let lead_of = |leads: &[StoredLead], id: i64| {
        leads.iter().find(|one| one.lead.members.contains(&ListingId(id))).map(|one| one.id).expect("in a lead")
    };
    let leads = bench.leads().await;
    assert_eq!(lead_of(&leads, 4), lead_of(&leads, 2));
    assert_ne!(lead_of(&leads, 1), lead_of(&leads, 2));
}

#[tokio::test]
async fn a_number_that_turns_out_to_be_a_hotline_lets_its_operators_go() {
    let dir = tempfile::tempdir().expect("a folder");
    let mut bench = Bench::open(dir.path());
    bench.bring(5).await;
    let junk = || Told { verdict: Verdict::Irrelevant, ..plain(5, 1) };
    let told: BTreeMap<i64, Told> = (1..).zip([plain(0, 1), plain(2, 1), junk(), junk(), junk()]).collect();
    bench.judge(&told, &[1, 2, 3, 4]).await;
    bench.link(10).await;
    assert_eq!(bench.leads().await.len(), 1);
    bench.judge(&told, &[5]).await;
    bench.link(10).await;
    let leads = bench.leads().await;
    assert_eq!(leads.len(), 2);
    assert_eq!(bench.history(leads.iter().map(|one| one.id.0).max().expect("two")).await[..1], [LeadEventKind::Found]);
    let generic = bench.store.generic(10).await.expect("a list");
    assert_eq!((generic.len(), generic[0].listings), (1, 5));
}
