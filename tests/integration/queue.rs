//! The queue in the store: random lives of leads keep every rule, whatever happens in between.

use crate::support::{
    frontier::Bench,
    leads::{Ads, COUNTY},
};
use proptest::prelude::*;
use std::{collections::BTreeSet, path::Path, sync::Arc};
use tanzhao::{
    clock::{Clock, ManualClock},
    domain::{AuditKind, DismissReason, Epoch, LeadId, LeadMove, LeadState, Measure, Outcome, Role},
    leads::{
        LeadParams,
        lifecycle::{Actor, Life, Order, Refusal, Step, Subject, Terms, further, reopened_by, replay},
    },
    store::{
        Audit, AuditFilter, LeadEvent, LeadEventKind, Leads, PackageRecord, Queue, StoreError, sqlite::SqliteStore,
    },
};

const OPERATORS: usize = 4;
const LEASE_MS: i64 = 60_000;

fn person(name: &str, role: Role) -> Actor {
    let one = Actor::person(name, role).expect("a name");
    if role == Role::County { one.of_county(COUNTY) } else { one }
}

#[derive(Clone, Debug)]
enum Op {
    Act(Step, Actor, usize),
    Wait(i64),
    Advertise(usize),
    Merge(usize, usize),
    UndoMerge,
    Package(Vec<usize>),
    EndLeases,
    Crash,
}

fn steps() -> impl Strategy<Value = Step> {
    let until = jiff::Timestamp::UNIX_EPOCH;
    prop_oneof![
        3 => Just(Step::Take { until }),
        1 => Just(Step::Assign { to: person("张三", Role::Analyst), until }),
        1 => Just(Step::Renew { until }),
        1 => Just(Step::Release),
        4 => any::<bool>().prop_map(|complex| Step::Propose { complex }),
        4 => Just(Step::Approve),
        1 => Just(Step::Reject),
        2 => prop::sample::select(DismissReason::ALL).prop_map(|reason| Step::Dismiss { reason }),
        1 => Just(Step::Watch),
        1 => Just(Step::Reopen),
        3 => Just(Step::HandOver),
        3 => prop::sample::select(Outcome::ALL).prop_map(|outcome| Step::Answer { outcome, measures: Measure::ALL.to_vec() }),
        1 => Just(Step::Return),
        2 => Just(Step::Close),
    ]
}

fn actors() -> impl Strategy<Value = Actor> {
    let roles = vec![Role::Analyst, Role::Reviewer, Role::Reviewer, Role::County, Role::Admin];
    let people = (prop::sample::select(vec!["张三", "李四", "王五"]), prop::sample::select(roles));
    prop_oneof![12 => people.prop_map(|(name, role)| person(name, role)), 1 => Just(Actor::program())]
}

fn ops() -> impl Strategy<Value = Vec<Op>> {
    let op = prop_oneof![
        16 => (steps(), actors(), 0..OPERATORS).prop_map(|(step, actor, lead)| Op::Act(step, actor, lead)),
        2 => (0..2 * LEASE_MS).prop_map(Op::Wait),
        2 => (0..OPERATORS).prop_map(Op::Advertise),
        1 => (0..OPERATORS, 0..OPERATORS).prop_map(|(a, b)| Op::Merge(a, b)),
        1 => Just(Op::UndoMerge),
        1 => prop::collection::vec(0..OPERATORS, 0..3).prop_map(Op::Package),
        1 => Just(Op::EndLeases),
        2 => Just(Op::Crash),
    ];
    prop::collection::vec(op, 1..50)
}

/// What the store has to say, from what it was and the rules alone.
fn foretold(life: &Life, order: &Order, actor: &Actor, lead: LeadId, now: jiff::Timestamp) -> Result<Life, Refusal> {
    let life = life.expired(now).unwrap_or_else(|| life.clone());
    let about = Subject { lead, county: COUNTY.into() };
    life.after(order, actor, &about, &Terms::default(), now)
}

/// Everything that must hold between any two calls.
async fn check(store: &SqliteStore, dir: &Path) {
    let lives = store.lives().await.expect("lives");
    let (mut moves, mut hands) = (0, 0);
    for lead in (1..).map(LeadId).take(OPERATORS) {
        let history = store.history(lead).await.expect("a history");
        let happenings = history.iter().filter_map(|event| Some((event.number, event.happening()?)));
        let state = replay(happenings).expect("a history that the rules allow");
        assert_eq!(state, lives.get(&lead).map_or(LeadState::New, |life| life.state), "{} replays", lead.label());
        assert!(lives.get(&lead).is_none_or(|life| life.lease.is_some() == (life.state == LeadState::Triaging)));
        two_pairs_of_eyes(&history);
        for action in history.iter().filter_map(action) {
            use LeadMove::{Assign, Expire, Release, Renew, Take};
            let hand = matches!(action, Take | Assign | Renew | Release | Expire);
            *(if hand { &mut hands } else { &mut moves }) += 1;
        }
    }
    let logged = async |kind| {
        let filter = AuditFilter { kind: Some(kind), limit: 10_000, ..AuditFilter::default() };
        store.entries(filter).await.expect("entries").len()
    };
    assert_eq!(logged(AuditKind::LeadMoved).await, moves, "one entry for each move");
    assert_eq!(logged(AuditKind::LeadAssigned).await, hands, "one entry for each change of hands");
    store.verify().await.expect("a walk").expect("a whole log");
    let db = rusqlite::Connection::open(dir.join("tanzhao.db")).expect("the database");
    let unequal: i64 = db
        .query_row(
            "SELECT count(*) FROM leads l LEFT JOIN lead_life f ON f.lead = l.id WHERE coalesce(f.state, 'new') <> l.state",
            [],
            |row| row.get(0),
        )
        .expect("a count");
    assert_eq!(unequal, 0, "lists of leads say the same state");
}

fn action(event: &LeadEvent) -> Option<LeadMove> {
    match event.kind {
        LeadEventKind::Life(action) => Some(action),
        _ => None,
    }
}

fn two_pairs_of_eyes(history: &[LeadEvent]) {
    let mut proposer = None;
    for event in history {
        match action(event) {
            Some(LeadMove::Propose) => proposer = Some(event.who.as_str()),
            Some(LeadMove::Approve) => {
                assert!(proposer.is_some_and(|first| first != event.who), "{event:?}");
                assert_eq!(event.details["role"], "reviewer");
            }
            _ => {}
        }
    }
}

async fn live(ops: Vec<Op>) {
    let dir = tempfile::tempdir().expect("a folder");
    let mut ads = Ads::open(dir.path(), OPERATORS).await;
    let leads = ads.leads().await;
    assert_eq!(leads.len(), OPERATORS);
    let (params, today) = (LeadParams::default(), crate::support::leads::today());
    let (mut merges, mut packages) = (Vec::new(), 0);
    let terms = Arc::new(Terms::default());
    for op in ops {
        let before = ads.bench.store.lives().await.expect("lives");
        let now = ads.bench.clock.now();
        let state =
            |lead: LeadId| before.get(&lead).map(|life| life.expired(now).unwrap_or_else(|| life.clone()).state);
        match op {
            Op::Act(step, actor, at) => {
                let until = now.checked_add(jiff::SignedDuration::from_millis(LEASE_MS)).expect("a time");
                let step = match step {
                    Step::Take { .. } => Step::Take { until },
                    Step::Assign { to, .. } => Step::Assign { to, until },
                    Step::Renew { .. } => Step::Renew { until },
                    other => other,
                };
                let order = Order::of(step).because("理由");
                let answer = ads.bench.store.act(leads[at], order.clone(), actor.clone(), Arc::clone(&terms));
                let answer = answer.await.expect("an answer");
                match before.get(&leads[at]) {
                    Some(life) => assert_eq!(answer, foretold(life, &order, &actor, leads[at], now)),
                    None => assert_eq!(answer, Err(Refusal::Unknown { lead: leads[at] })),
                }
                assert!(answer.is_err() || actor.role() != Role::Program);
            }
            Op::Wait(ms) => ads.bench.clock.advance_ms(ms),
            Op::Advertise(operator) => {
                // Its lead may have gone into another by now.
                let lead = ads.bench.store.show(leads[operator]).await.expect("an answer").expect("a lead").id;
                ads.advertise(operator).await;
                if let Some(now_at_rest) = state(lead).and_then(reopened_by) {
                    let life = ads.bench.store.life(lead).await.expect("an answer").expect("a life");
                    assert_eq!(life.state, now_at_rest, "what is new wakes a lead at rest");
                }
            }
            Op::Merge(a, b) if a != b && before.contains_key(&leads[a]) && before.contains_key(&leads[b]) => {
                let (a, b) = (leads[a], leads[b]);
                merges.push(
                    ads.bench
                        .store
                        .merge(a, b, tanzhao::store::Said { by: "王", reason: "同一人" }, &params, &today)
                        .await
                        .expect("a merge"),
                );
                let kept = ads.bench.store.show(a).await.expect("an answer").expect("a lead").id;
                assert_eq!(ads.bench.store.show(b).await.expect("an answer").map(|lead| lead.id), Some(kept));
                let (Some(first), Some(second)) = (state(a), state(b)) else { panic!("both were there") };
                assert_eq!(state(kept), Some(further(first, second)), "the number further along stays");
            }
            Op::Merge(..) => {}
            Op::UndoMerge => {
                if let Some(change) = merges.pop() {
                    ads.bench.store.undo(change, "王", &params, &today).await.expect("an undone merge");
                }
            }
            Op::Package(which) => {
                let chosen: BTreeSet<LeadId> = which.into_iter().map(|at| leads[at]).collect();
                let may = |lead: &LeadId| matches!(state(*lead), Some(LeadState::Confirmed | LeadState::HandedOver));
                let whole = chosen.iter().all(may);
                packages += 1;
                let by = person("王五", Role::Analyst);
                let answer = ads.bench.store.hand_over(package(packages, &chosen), by, Arc::clone(&terms));
                assert_eq!(answer.await.expect("an answer").is_ok(), whole, "all of a package or nothing");
                let recorded = ads.bench.store.packages("211302").await.expect("packages");
                assert_eq!(recorded.iter().any(|one| one.file == format!("{packages}.zip")), whole);
            }
            Op::EndLeases => {
                let ended = ads.bench.store.end_leases().await.expect("an answer");
                let over: BTreeSet<LeadId> =
                    before.iter().filter(|(_, life)| life.expired(now).is_some()).map(|(lead, _)| *lead).collect();
                assert_eq!(ended.into_iter().collect::<BTreeSet<_>>(), over);
            }
            Op::Crash => {
                let Bench { store, clock, sweep } = ads.bench;
                drop(store);
                let store = reopened(dir.path(), &clock);
                ads.bench = Bench { store, clock, sweep };
                assert_eq!(ads.bench.store.lives().await.expect("lives"), before, "nothing is lost");
            }
        }
        check(&ads.bench.store, dir.path()).await;
    }
}

/// The same store again. A neighbouring test that starts a process at this moment holds a copy of the closed lock file until
/// its child runs, so the lock may be free only a moment later.
fn reopened(dir: &Path, clock: &Arc<ManualClock>) -> SqliteStore {
    for _ in 0..100 {
        match SqliteStore::open(dir, Arc::clone(clock) as Arc<dyn Clock>) {
            Err(StoreError::Locked { .. }) => std::thread::sleep(std::time::Duration::from_millis(20)),
            answer => return answer.expect("the same store"),
        }
    }
    panic!("the lock stays")
}

fn package(number: usize, leads: &BTreeSet<LeadId>) -> PackageRecord {
    PackageRecord {
        county: "211302".into(),
        file: format!("{number}.zip"),
        sha256: "ab".into(),
        made_at: "2026-11-25T02:00:00Z".parse().expect("a time"),
        leads: leads.iter().copied().collect(),
        draft: false,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 24, ..ProptestConfig::default() })]

    #[test]
    fn random_lives_keep_every_rule(ops in ops()) {
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        runtime.block_on(live(ops));
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn of_many_who_take_a_lead_at_once_one_has_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let Bench { store: holder, clock, .. } = Ads::open(dir.path(), 1).await.bench;
    let lead = LeadId(1);
    let until = clock.now().checked_add(jiff::SignedDuration::from_hours(1)).expect("a time");
    let mut tasks = tokio::task::JoinSet::new();
    for number in 0..6 {
        // Some of them beside the process that holds the lock, as a second command would be.
        let store = SqliteStore::open_read_only(dir.path(), Arc::clone(&clock) as Arc<dyn Clock>).expect("a reader");
        tasks.spawn(async move {
            let order = Order { expected: Some(LeadState::New), ..Order::of(Step::Take { until }) };
            store
                .act(lead, order, person(&format!("研判{number}"), Role::Analyst), Arc::default())
                .await
                .expect("an answer")
        });
    }
    let answers = tasks.join_all().await;
    assert_eq!(answers.iter().filter(|answer| answer.is_ok()).count(), 1, "{answers:?}");
    let life = holder.life(lead).await.expect("a life").expect("the lead");
    let moves = async || {
        let history = holder.history(lead).await.expect("a history");
        history.iter().filter_map(action).collect::<Vec<_>>()
    };
    assert_eq!(moves().await, [LeadMove::Take]);

    // A lease that is over is nobody's, and its number is refused from then on.
    let name = life.lease.expect("a lease").holder;
    clock.advance_ms(3_600_000);
    let late = Order { epoch: Some(life.epoch), ..Order::of(Step::Propose { complex: false }) };
    let refused = holder.act(lead, late, person(&name, Role::Analyst), Arc::default()).await.expect("an answer");
    let stale = Refusal::Stale { action: LeadMove::Propose, given: life.epoch, current: Epoch(life.epoch.0 + 1) };
    assert_eq!(refused, Err(stale));
    assert_eq!(moves().await, [LeadMove::Take, LeadMove::Expire]);
}

#[tokio::test]
async fn notes_stay_out_of_the_log_and_their_digest_is_in_it() {
    let dir = tempfile::tempdir().expect("a folder");
    let Bench { store, .. } = Ads::open(dir.path(), 1).await.bench;
    let (store, lead) = (store.acting_for("user 甲"), LeadId(1));
    let order = Order::of(Step::Dismiss { reason: DismissReason::Other }).because("电话 13904210001 是家长");
    store.act(lead, order, person("张三", Role::Analyst), Arc::default()).await.expect("an act").expect("allowed");
    let entries = store.entries(AuditFilter { limit: 10, ..AuditFilter::default() }).await.expect("entries");
    let entry = entries.last().expect("an entry");
    assert_eq!(
        (entry.kind, entry.who.as_str(), &entry.details["by"]),
        (AuditKind::LeadMoved, "user 甲", &"张三".into())
    );
    assert!(!entry.details.to_string().contains("1390421"), "{}", entry.details);
    assert_eq!(entry.details["note_sha256"].as_str().map(str::len), Some(64));
    let history = store.history(lead).await.expect("a history");
    let event = history.last().expect("an event");
    assert_eq!(event.details["note"], "电话 13904210001 是家长");
    let life = store.life(lead).await.expect("a life").expect("the lead");
    assert_eq!(life.dismissed, Some(DismissReason::Other));
}
