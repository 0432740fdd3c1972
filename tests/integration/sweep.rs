//! A whole sweep of the sample web, as a program that imports the library would run it.

use std::{sync::Arc, time::Duration};
use tanzhao::{
    app::{
        App, builtin, demo,
        handover::{self, Kind, PackageOrder},
        rendering::Browser,
        sweep::{SweepOrder, SweepSummary, Watch, sample_sources, sweep},
        words::words,
    },
    config::Config,
    crawl::render::{Render, RenderError, RenderOrder, Rendered, Supply},
    domain::{LeadState, ListingId, Role},
    export::{Manifest, PackedPicture},
    leads::lifecycle::{Actor, Order, Step},
    sampleweb::{Running, SampleListing, Site},
    store::{LeadQuery, StoredListing},
};
use tokio_util::sync::CancellationToken;

struct Silent;

impl Watch for Silent {
    fn tick(&self, _: u64, _: usize) {}
}

async fn swept(app: &App, order: SweepOrder) -> (SweepSummary, Running) {
    let (web, values) = demo::start_sample_web(app).await.expect("loopback ports");
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let toolkit = Arc::new(builtin::toolkit(None).expect("the committed model"));
    let order = SweepOrder { loopback: true, ..order };
    let sources = sample_sources(&values).expect("the committed definitions");
    let summary = sweep(app, &Config::default(), sources, &order, toolkit, &Silent, CancellationToken::new()).await;
    (summary.expect("a sweep"), web)
}

async fn all(app: &App) -> Vec<StoredListing> {
    app.listings.page(ListingId(0), 10_000).await.expect("listings")
}

#[tokio::test(flavor = "multi_thread")]
async fn every_listing_arrives_whole_politely_and_only_once() {
    let dir = tempfile::tempdir().expect("a folder");
    let app = App::open(dir.path()).expect("a new store");
    let (summary, web) = swept(&app, SweepOrder::default()).await;
    assert_eq!(summary.end, "drained");

    let truth = SampleListing::parse_all(builtin::SAMPLE_LISTINGS).expect("the committed listings");
    let stored = all(&app).await;
    assert_eq!(stored.len(), truth.len(), "each listing once");
    for wanted in &truth {
        let found = stored.iter().any(|one| {
            one.listing.title == wanted.title && one.listing.body.replace('\n', "") == wanted.body.replace('\n', "")
        });
        assert!(found, "{} is missing or changed: {}", wanted.id, wanted.body);
    }
    assert!(stored.iter().all(|one| one.listing.posted_at.is_some()), "every page says when");
    assert!(stored.iter().all(|one| one.assessment.is_some() && one.capture.is_some()));

    let id = tanzhao::domain::SourceId("sample-classified".into());
    let (_, tally) = app.frontier.tallies(&id, 1).await.expect("tallies").remove(0);
    let of_it: Vec<_> = stored.iter().filter(|one| one.listing.source == id).collect();
    let with_contact = |one: &&&StoredListing| one.assessment.as_ref().is_some_and(|found| !found.contacts.is_empty());
    assert_eq!(tally.listings, of_it.len() as u64);
    assert_eq!(tally.contacted, of_it.iter().filter(with_contact).count() as u64, "what the health check compares");
    assert!(tally.lists > 0 && tally.found > 0 && tally.contacted > 0, "{tally:?}");
    assert!(summary.health.is_empty(), "the sample web is sound: {:?}", summary.health);

    let log = web.log();
    for site in Site::ALL {
        let gap = log.shortest_gap(site).expect("several requests");
        assert!(gap.as_millis() >= 99, "{site:?} was asked after {gap:?}, its definition says 100 ms");
        assert_eq!(log.of(site)[0].path, "/robots.txt", "robots.txt comes first");
    }
    assert!(log.all().iter().all(|seen| seen.user_agent.starts_with("TanzhaoBot/")), "an honest name, always");
    assert!(!log.asked(Site::Classified, "/user/"), "robots.txt forbids it");
    for wall in ["captcha", "login_wall"] {
        assert!(summary.pages.iter().any(|page| page.reason == wall), "{wall} is a recorded reason");
    }
    for page in summary.pages.iter().filter(|page| !page.reason.is_empty()) {
        let words = words(&page.reason).what;
        assert!(words.chars().any(|c| c > '\u{4e00}'), "an operator reads `{words}`");
    }
    web.stop().await;

    let before = app.leads.list(LeadQuery::default()).await.expect("leads");
    let toolkit = Arc::new(builtin::toolkit(None).expect("the committed model"));
    let registry =
        tanzhao::sources::Registry::new(sample_sources(&demo::DEFAULT_SITES).expect("definitions")).expect("distinct");
    let again = tanzhao::app::rereading::reprocess(&app, &Config::default(), registry, toolkit, None)
        .await
        .expect("reading again");
    assert_eq!(again.problems, Vec::<String>::new());
    assert_eq!(all(&app).await.len(), truth.len(), "reading the archive again finds the same listings");
    let after = app.leads.list(LeadQuery::default()).await.expect("leads");
    assert_eq!(format!("{before:?}"), format!("{after:?}"), "and gives the same leads under the same numbers");
}

#[tokio::test(flavor = "multi_thread")]
async fn operators_become_leads_and_leads_become_packages() {
    let dir = tempfile::tempdir().expect("a folder");
    let app = App::open(dir.path()).expect("a new store");
    let (_, web) = swept(&app, SweepOrder::default()).await;
    web.stop().await;
    let truth = SampleListing::parse_all(builtin::SAMPLE_LISTINGS).expect("the committed listings");
    let stored = all(&app).await;
    let lead_of = |id: &str| {
        let wanted = truth.iter().find(|one| one.id == id).expect("a known id");
        stored
            .iter()
            .find(|one| one.listing.body.replace('\n', "") == wanted.body.replace('\n', ""))
            .and_then(|one| one.lead)
    };
    // op01 writes one phone in five ways on three sites, once as a WeChat id.
    let first = lead_of("c002");
    assert!(first.is_some());
    for id in ["c035", "s002", "s006", "m002"] {
        assert_eq!(lead_of(id), first, "{id} belongs to the same operator");
    }
    // m006 and m008 share only the platform's hotline.
    assert!(lead_of("m006").is_some() && lead_of("m006") != lead_of("m008"));

    let labels = builtin::SAMPLE_LISTINGS
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON Lines"));
    let offers: Vec<String> = labels
        .filter(|one| one["verdict"] == "overt" || one["verdict"] == "disguised")
        .filter_map(|one| one["id"].as_str().map(str::to_owned))
        .collect();
    let (found, wanted) = (offers.iter().filter(|id| lead_of(id).is_some()).count(), offers.len());
    assert!(found * 10 >= wanted * 9, "{found} of {wanted} offers are leads");

    let output = dir.path().join("packages");
    let toolkit = builtin::toolkit(None).expect("the committed model");
    let order = |county: &'static str, kind: Kind| {
        let browser: Browser = match kind {
            Kind::Draft => Err("没有浏览器".into()),
            Kind::Real { .. } => Ok(Arc::new(Dying)),
        };
        PackageOrder { county, output: &output, since: None, kind, browser }
    };
    let drafts = handover::handover(&app, "朝阳市", &toolkit, &order("all", Kind::Draft)).await.expect("drafts");
    assert!(drafts.len() >= 7, "all seven counties have leads");
    for package in &drafts {
        let file = std::fs::File::open(&package.receipt.path).expect("the package");
        let report = tanzhao::export::verify(file).expect("a package");
        assert!(report.is_intact() && report.manifest.draft);
        assert_eq!(reasons(&report.manifest), ["没有浏览器"], "made all the same, and says why");
    }
    assert!(app.queue.lives().await.expect("lives").values().all(|life| life.state == LeadState::New));

    let (zhang, wang) = (person("张三"), person("王五"));
    let real = || Kind::Real { actor: person("王五"), terms: Arc::default() };
    let none = handover::handover(&app, "朝阳市", &toolkit, &order("all", real())).await.expect("an answer");
    assert!(none.is_empty(), "nobody has confirmed anything");
    let ours = drafts.iter().find(|package| package.county.code == "211302").expect("a draft");
    let lead = app.leads.packages("211302").await.expect("packages")[0].leads[0];
    for (step, actor) in [(Step::Propose { complex: false }, &zhang), (Step::Approve, &wang)] {
        app.queue.act(lead, Order::of(step), actor.clone(), Arc::default()).await.expect("an act").expect("allowed");
    }
    let mut digests = Vec::new();
    for _ in 0..2 {
        let written = handover::handover(&app, "朝阳市", &toolkit, &order("all", real())).await.expect("packages");
        let manifest = &written[0].receipt.manifest;
        assert_eq!((written.len(), manifest.counts.leads, manifest.draft), (1, 1, false));
        assert_eq!(manifest.previous_package_sha256, digests.last().cloned(), "drafts are in no chain");
        assert!(reasons(manifest).contains(&"浏览器在渲染中退出"), "{:?}", manifest.pictures);
        digests.push(written[0].receipt.sha256.clone());
        let life = app.queue.life(lead).await.expect("a life").expect("the lead");
        assert_eq!(life.state, LeadState::HandedOver);
    }
    assert!(ours.receipt.manifest.previous_package_sha256.is_none());
}

/// Why a package has no pictures of its pages.
fn reasons(manifest: &Manifest) -> Vec<&str> {
    assert!(manifest.counts.pictures == 0 && !manifest.pictures.is_empty());
    let mut reasons: Vec<&str> = manifest.pictures.iter().filter_map(PackedPicture::missing).collect();
    reasons.sort_unstable();
    reasons.dedup();
    reasons
}

/// A browser that never survives a page.
struct Dying;

#[async_trait::async_trait]
impl Render for Dying {
    async fn render(&self, _: RenderOrder, _: &dyn Supply) -> Result<Rendered, RenderError> {
        Err(RenderError::Died("always".into()))
    }

    fn longest(&self) -> Duration {
        Duration::ZERO
    }
}

fn person(name: &str) -> Actor {
    Actor::person(name, Role::Reviewer).expect("a name")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_page_bound_stops_the_sweep_and_the_next_run_goes_on() {
    let dir = tempfile::tempdir().expect("a folder");
    let app = App::open(dir.path()).expect("a new store");
    let order = || SweepOrder { only: vec!["sample-mini".into()], ..SweepOrder::default() };
    let (web, values) = demo::start_sample_web(&app).await.expect("loopback ports");
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let mut requests = 0;
    for (bound, end) in [(Some(6), "stopped"), (None, "drained")] {
        let order = SweepOrder { loopback: true, max_pages: bound, ..order() };
        let toolkit = Arc::new(builtin::toolkit(None).expect("the committed model"));
        let sources = sample_sources(&values).expect("the committed definitions");
        let summary = sweep(&app, &Config::default(), sources, &order, toolkit, &Silent, CancellationToken::new())
            .await
            .expect("a sweep");
        assert_eq!((summary.end.as_str(), summary.resumed), (end, end == "drained"));
        requests += summary.requests;
    }
    let asked = web.log().of(Site::Mini);
    assert_eq!(asked.len() as u64, requests, "the bound counts what was really asked");
    let mut shares: Vec<&str> =
        asked.iter().map(|seen| seen.path.as_str()).filter(|path| path.starts_with("/share/")).collect();
    let total = shares.len();
    shares.sort_unstable();
    shares.dedup();
    assert_eq!(shares.len(), total, "no share page was asked twice");
    web.stop().await;
}
