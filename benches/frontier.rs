//! The frontier at size: addresses enqueued a second with 45 % duplicates, resident memory, host claims a second.
//! `cargo bench --bench frontier -- [ADDRESSES]` (default one million); figures are in docs/benchmarks.md.

use std::{sync::Arc, time::Instant};
use tanzhao::{
    clock::SystemClock,
    domain::{FetchOutcome, HostKey, PageRole, Request, SourceId, SweepId, UrlKey, UrlRule},
    store::{Claim, Completion, Frontier, Lease, NewPage, Pace, sqlite::SqliteStore},
};

const HOSTS: u64 = 5000;
/// Links of one page, nearly all of them to its own host; so many pages come together in one group commit.
const LINKS: u64 = 50;
const PAGES: u64 = 40;

/// Fifty addresses in a row belong to one host; the numbers are scattered, as ids on a site are.
fn page(number: u64) -> NewPage {
    let (host, id) = ((number / LINKS) % HOSTS, number.wrapping_mul(2_654_435_761) % (1 << 33));
    let address = format!("http://www{host}.example.cn/jiaoyu/fudao/{}/x{id}.shtml", id % 97);
    let url = url::Url::parse(&address).expect("an address");
    NewPage {
        source: SourceId("s".into()),
        role: PageRole::Detail,
        request: Request::get(address),
        key: UrlKey::of(&url, &UrlRule::DropTracking).expect("a key"),
        host: HostKey::of(&url).expect("a host"),
        depth: 1,
        hops: 0,
        priority: 0,
    }
}

/// Processor time of this process so far, all threads.
fn cpu_seconds() -> f64 {
    let stat = std::fs::read_to_string("/proc/self/stat").unwrap_or_default();
    let after_name = stat.rsplit(')').next().unwrap_or("");
    let ticks =
        |place: usize| after_name.split_whitespace().nth(place).and_then(|n| n.parse::<f64>().ok()).unwrap_or(0.0);
    (ticks(11) + ticks(12)) / 100.0
}

/// Resident memory of this process in MB, from the kernel.
fn resident_mb() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find(|line| line.starts_with("VmRSS:")).unwrap_or("");
    line.split_whitespace().nth(1).and_then(|kb| kb.parse::<u64>().ok()).unwrap_or(0) / 1024
}

/// Claims up to so many pages, each of a host that is free.
async fn claim(store: &SqliteStore, sweep: SweepId, most: u64) -> Vec<Lease> {
    let mut leases = Vec::new();
    while (leases.len() as u64) < most {
        let claim = store.claim(sweep, std::time::Duration::from_mins(1)).await.expect("a claim");
        let Claim::Granted(lease) = claim else { break };
        leases.push(*lease);
    }
    leases
}

#[tokio::main]
async fn main() {
    let wanted: u64 = std::env::args().find_map(|arg| arg.parse().ok()).unwrap_or(1_000_000);
    let dir = tempfile::tempdir().expect("a folder");
    let store = Arc::new(SqliteStore::open(dir.path(), Arc::new(SystemClock)).expect("a new store"));
    let source = SourceId("s".into());
    let sweep = store.open_sweep(std::slice::from_ref(&source)).await.expect("a sweep").0;
    let pace = Pace {
        min_delay: std::time::Duration::ZERO,
        daily_budget: u32::MAX,
        sweep_budget: u32::MAX,
        ..Pace::default()
    };
    store.set_pace(&source, pace).await.expect("a pace");

    // Of a hundred addresses offered, 45 have come before.
    let (mut fresh, mut offered, mut queued) = (0_u64, 0_u64, 0_u64);
    let cpu = cpu_seconds();
    let start = Instant::now();
    let mut making = std::time::Duration::ZERO;
    while fresh < wanted {
        let began = Instant::now();
        let mut pages = Vec::new();
        for _ in 0..LINKS * PAGES {
            offered += 1;
            let number = if offered % 100 < 45 && fresh > 0 {
                (offered * 48_271) % fresh
            } else {
                fresh += 1;
                fresh - 1
            };
            pages.push(page(number));
        }
        making += began.elapsed();
        queued += store.put(sweep, pages).await.expect("pages");
    }
    let took = start.elapsed().as_secs_f64() - making.as_secs_f64();
    println!(
        "enqueue: {offered} addresses, {queued} new, {:.0}/s by the clock, {:.0}/s by processor time (making them took {:.1} s more), resident {} MB",
        offered as f64 / took,
        offered as f64 / (cpu_seconds() - cpu - making.as_secs_f64()),
        making.as_secs_f64(),
        resident_mb()
    );

    // Half of the hosts by one worker, the others by as many as a sweep has.
    let (start, cpu) = (Instant::now(), cpu_seconds());
    let mut leases = claim(&store, sweep, HOSTS / 2).await;
    println!(
        "claims: {} hosts, {:.0}/s one after the other, {:.0}/s by processor time",
        leases.len(),
        leases.len() as f64 / start.elapsed().as_secs_f64(),
        leases.len() as f64 / (cpu_seconds() - cpu)
    );
    let start = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let store = Arc::clone(&store);
        workers.spawn(async move { claim(&store, sweep, HOSTS / 32).await });
    }
    let claimed: Vec<Lease> = workers.join_all().await.into_iter().flatten().collect();
    println!(
        "claims: {} hosts, {:.0}/s by 16 workers",
        claimed.len(),
        claimed.len() as f64 / start.elapsed().as_secs_f64()
    );
    leases.extend(claimed);

    let start = Instant::now();
    for lease in &leases {
        let done = Completion::of(FetchOutcome::Fetched { status: 200 });
        assert!(store.complete(lease, done).await.expect("a completion"));
    }
    println!("completions: {:.0}/s one after the other", leases.len() as f64 / start.elapsed().as_secs_f64());

    let start = Instant::now();
    let mut workers = tokio::task::JoinSet::new();
    for _ in 0..16 {
        let store = Arc::clone(&store);
        workers.spawn(async move {
            let mut claims = 0_u64;
            while claims < 1000 {
                match store.claim(sweep, std::time::Duration::from_mins(1)).await.expect("a claim") {
                    Claim::Granted(lease) => {
                        claims += 1;
                        let done = Completion::of(FetchOutcome::Fetched { status: 200 });
                        assert!(store.complete(&lease, done).await.expect("a completion"));
                    }
                    _ => tokio::task::yield_now().await,
                }
            }
            claims
        });
    }
    let mut claims = 0;
    while let Some(worker) = workers.join_next().await {
        claims += worker.expect("a worker");
    }
    println!(
        "16 workers: {:.0} claims and completions/s, resident {} MB",
        claims as f64 / start.elapsed().as_secs_f64(),
        resident_mb()
    );
}
