//! kill -9 in the middle of a sweep, then the same command again.

use crate::support::{Pages, Site, definition, html, run, tanzhao, wait_until};
use std::{collections::BTreeMap, fmt::Write as _, process::Stdio, time::Duration};

const ADS: usize = 24;

fn pages() -> Pages {
    let mut list = String::new();
    let mut pages = Pages::new();
    for number in 0..ADS {
        let _ = write!(list, "<li><a class=t href='/ad/{number}.html'>广告 {number}</a></li>");
        let text =
            format!("<h1>出售旧书柜 {number} 号</h1><div class=desc>自家用的书柜,第 {number} 个,看好联系。</div>");
        pages.insert(format!("/ad/{number}.html"), html(&text));
    }
    pages.insert("/".into(), html(&format!("<ul>{list}</ul>")));
    pages
}

#[test]
fn nothing_is_lost_nothing_is_early_nothing_is_stored_twice() {
    let dir = tempfile::tempdir().expect("a folder");
    let site = Site::start(pages());
    std::fs::write(dir.path().join("site.toml"), definition(&site)).expect("the definition");
    let command = || {
        let mut command = tanzhao(dir.path());
        command.args(["sweep", "--loopback", "--sources", "site.toml"]);
        command
    };
    for kill_at in [4, 9, 15] {
        let mut child = command().stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
        wait_until("some pages", || site.asked().len() >= kill_at);
        child.kill().expect("SIGKILL");
        child.wait().expect("its end");
    }
    let (code, _, errors) = run(&mut command());
    assert_eq!(code, 0, "{errors}");
    let (code, log, errors) = run(tanzhao(dir.path()).args(["audit", "verify"]));
    assert_eq!(code, 0, "the audit log is whole after every kill: {log}{errors}");

    let (code, listings, _) = run(tanzhao(dir.path()).args(["export", "listings", "--output", "-"]));
    assert_eq!(code, 0);
    let mut urls: Vec<String> = listings
        .lines()
        .map(|line| serde_json::from_str::<serde_json::Value>(line).expect("JSON Lines")["canonical_url"].to_string())
        .collect();
    assert_eq!(urls.len(), ADS, "all listings");
    urls.sort();
    urls.dedup();
    assert_eq!(urls.len(), ADS, "each once");

    let asked = site.asked();
    for pair in asked.windows(2) {
        let gap = pair[1].0 - pair[0].0;
        assert!(gap >= Duration::from_millis(59), "{} came {gap:?} after {}", pair[1].1, pair[0].1);
    }
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for (_, path) in &asked {
        *times.entry(path).or_default() += 1;
    }
    let repeated: usize = times.iter().filter(|(path, _)| path.starts_with("/ad/")).map(|(_, count)| count - 1).sum();
    assert!(repeated <= 3, "only the page in flight at each of three kills may be asked again, {repeated} were");
}

#[test]
fn a_second_process_is_refused_and_readers_are_not() {
    let dir = tempfile::tempdir().expect("a folder");
    let site = Site::start(pages());
    std::fs::write(dir.path().join("site.toml"), definition(&site)).expect("the definition");
    let sweep = ["sweep", "--loopback", "--sources", "site.toml"];
    let mut first =
        tanzhao(dir.path()).args(sweep).stdout(Stdio::null()).stderr(Stdio::null()).spawn().expect("the binary runs");
    wait_until("the first sweep", || site.asked().len() >= 2);
    let (code, _, errors) = run(tanzhao(dir.path()).args(sweep));
    assert_eq!(code, 4, "{errors}");
    assert!(errors.contains("in use by another tanzhao process"), "{errors}");
    let (code, status, errors) = run(tanzhao(dir.path()).args(["status", "--json"]));
    assert_eq!(code, 0, "{errors}");
    let status: serde_json::Value = serde_json::from_str(&status).expect("JSON");
    assert_eq!(status["sweeps"][0]["finished"], serde_json::Value::Null);
    assert!(first.wait().expect("its end").success(), "the first sweep went on undisturbed");
}

/// A file-size limit stands in for a full disk: writes fail in the middle of the sweep with an error of the system.
#[test]
fn a_full_disk_stops_the_sweep_with_a_sentence_and_loses_nothing() {
    let dir = tempfile::tempdir().expect("a folder");
    let site = Site::start(pages());
    std::fs::write(dir.path().join("site.toml"), definition(&site)).expect("the definition");
    let binary = env!("CARGO_BIN_EXE_tanzhao");
    let script = format!("trap '' XFSZ; ulimit -f 160; exec '{binary}' sweep --loopback --sources site.toml");
    let mut limited = std::process::Command::new("bash");
    limited.current_dir(dir.path()).env("TANZHAO_DATA", dir.path().join("data")).args(["-c", &script]);
    let (code, _, errors) = run(&mut limited);
    assert_eq!(code, 3, "done in part: {errors}");
    assert!(
        errors.contains("could not commit") || errors.contains("cannot be written") || errors.contains("database"),
        "{errors}"
    );
    let stored = |dir| {
        let (code, out, errors) = run(tanzhao(dir).args(["export", "listings", "--output", "-"]));
        assert_eq!(code, 0, "{errors}");
        out.lines().count()
    };
    let before = stored(dir.path());
    assert!(before < ADS, "the limit was meant to be reached");
    let (code, _, errors) = run(tanzhao(dir.path()).args(["sweep", "--loopback", "--sources", "site.toml"]));
    assert_eq!(code, 0, "with room again the same command goes on: {errors}");
    assert_eq!(stored(dir.path()), ADS);
}
