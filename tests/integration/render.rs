//! Pages that need their scripts, with a real Chromium. Without one these tests fail: tests/run.sh installs it.

use crate::support::{
    Pages, Site,
    browsers::{Family, any_alive},
    definition, html, response, run, tanzhao, wait_until,
};
use std::{
    collections::BTreeMap,
    io::{Cursor, Read as _, Write as _},
    net::UdpSocket,
    path::Path,
    sync::Arc,
    time::Duration,
};
use tanzhao::{
    app::{
        App, builtin, demo, pictures, rendering,
        sweep::{SweepOrder, SweepSummary, Watch, parse_sources, sweep},
    },
    config::{Config, Switch},
    crawl::render::{
        Budget, ChromiumRenderer, Ended, MAX_TRACES, NoSupply, Render, RenderOrder, RenderParams, Rendered, SubRequest,
        Supplied, Supply,
    },
    domain::{ListingId, SweepId},
    evidence::{Capture, read_capture},
    export::{PaintedFrom, PictureState, verify::Fault},
    sampleweb::{SampleListing, Site as SampleSite},
    store::CaptureRow,
};
use tokio_util::sync::CancellationToken;

struct Silent;

impl Watch for Silent {
    fn tick(&self, _: u64, _: usize) {}
}

/// The configuration of these tests: root needs leave for going without the sandbox, and machines of tests are often root's.
fn config(mark: &str) -> Config {
    let mut config = Config { contact: mark.into(), ..Config::default() };
    config.render.enabled = Switch::On;
    config.render.params.allow_unsandboxed = true;
    config
}

fn renderer(mark: &str, budget: Budget) -> ChromiumRenderer {
    let params = RenderParams {
        allow_unsandboxed: true,
        browsers: 1,
        user_agent: format!("TanzhaoBot/{mark}"),
        budget,
        ..RenderParams::default()
    };
    ChromiumRenderer::new(params).unwrap_or_else(|error| panic!("these tests need a browser: {error}"))
}

fn order(html: &str) -> RenderOrder {
    RenderOrder { url: "http://127.0.0.1:9/page".into(), html: html.into(), scripts: true, screenshot: false }
}

async fn swept(app: &App, config: &Config, definition: &str, values: &[(&str, &str)]) -> SweepSummary {
    let sources = parse_sources([("site.toml", definition)].into_iter(), values).expect("a good definition");
    let toolkit = Arc::new(builtin::toolkit(None).expect("the committed model"));
    let order = SweepOrder { loopback: true, ..SweepOrder::default() };
    sweep(app, config, sources, &order, toolkit, &Silent, CancellationToken::new()).await.expect("a sweep")
}

async fn captures(app: &App) -> Vec<(CaptureRow, Capture)> {
    let rows = app.listings.captures(None::<SweepId>).await.expect("captures");
    let read = |row: CaptureRow| {
        let bytes = app.captures.load(&row.warc, &row.sha256).expect("the file");
        let capture = read_capture(&bytes).expect("a capture");
        (row, capture)
    };
    rows.into_iter().map(read).collect()
}

/// The archived note about a request of a page.
fn note<'a>(capture: &'a Capture, part: &str) -> &'a str {
    capture
        .notes
        .iter()
        .filter(|(name, _)| name == "rendered-request")
        .map(|(_, value)| value.as_str())
        .find(|value| value.contains(part))
        .unwrap_or_else(|| panic!("nothing about {part} in {:#?}", capture.notes))
}

#[tokio::test(flavor = "multi_thread")]
async fn a_front_page_made_by_its_script_is_read_archived_and_pictured() {
    let dir = tempfile::tempdir().expect("a folder");
    let app = App::open(dir.path()).expect("a new store");
    let (web, values) = demo::start_sample_web(&app).await.expect("loopback ports");
    let values: Vec<(&str, &str)> = values.iter().map(|(name, value)| (*name, value.as_str())).collect();
    let definition = include_str!("../../seeds/sources/rendered-social.toml");
    let config = config("a@front.example");

    let mut without = config.clone();
    without.render.enabled = Switch::Off;
    let summary = swept(&app, &without, definition, &values).await;
    assert!(summary.skipped[0].1.contains("switched off"), "{:?}", summary.skipped);
    assert!(web.log().of(SampleSite::Social).is_empty(), "a source that cannot be read is not asked");

    let summary = swept(&app, &config, definition, &values).await;
    assert_eq!((summary.end.as_str(), summary.complete()), ("drained", true), "{:?}", summary.pages);
    let truth = SampleListing::parse_all(builtin::SAMPLE_LISTINGS).expect("the committed listings");
    let mut wanted: Vec<&SampleListing> =
        truth.iter().filter(|one| one.stands_on() == Some(SampleSite::Social)).collect();
    // The newest ten, as the list gives them out.
    wanted.sort_by_key(|one| one.posted_days_ago);
    wanted.truncate(10);
    let stored = app.listings.page(ListingId(0), 100).await.expect("listings");
    assert_eq!(stored.len(), wanted.len());
    for one in wanted {
        let found = stored.iter().find(|found| found.listing.title == one.title).expect("the title came home");
        assert_eq!(found.listing.body.replace('\n', ""), one.body.replace('\n', ""), "{}", one.id);
        assert!(found.listing.canonical_url.as_str().contains(&format!("/note/{}", one.id)));
        assert!(found.assessment.is_some() && found.listing.posted_at.is_some());
    }

    let asked = web.log().of(SampleSite::Social);
    let paths: Vec<&str> = asked.iter().map(|seen| seen.path.as_str()).collect();
    assert_eq!(paths, ["/robots.txt", "/explore", "/static/app.js", "/api/notes"]);
    assert_eq!(summary.requests, 4, "what scripts ask for counts");
    assert!(asked.iter().all(|seen| seen.user_agent.contains("a@front.example")), "always under our own name");
    let gap = web.log().shortest_gap(SampleSite::Social).expect("several requests");
    assert!(gap.as_millis() >= 99, "asked after {gap:?}, the definition says 100 ms");

    let all = captures(&app).await;
    let (row, capture) = &all[0];
    assert!(String::from_utf8_lossy(&capture.body).contains("<div id=\"app\"></div>"), "what the server sent is kept");
    let rendered =
        String::from_utf8(capture.rendered.clone().expect("and what its scripts made of it")).expect("UTF-8");
    assert!(rendered.contains("class=\"note\"") && capture.note("rendered") == Some("complete"));
    assert!(note(capture, "/api/notes").contains("XHR") || note(capture, "/api/notes").contains("Fetch"));
    assert!(note(capture, "stats.example.com").contains("refused"), "somebody else's counter is not asked");
    web.stop().await;

    let registry =
        tanzhao::sources::Registry::new(parse_sources([("site.toml", definition)].into_iter(), &values).expect("good"))
            .expect("one source");
    let toolkit = Arc::new(builtin::toolkit(None).expect("the committed model"));
    let again =
        tanzhao::app::rereading::reprocess(&app, &config, registry, toolkit, None).await.expect("reading again");
    assert_eq!((again.listings, again.problems.len()), (stored.len(), 0), "the archive holds all that is needed");

    let pictures = dir.path().join("pictures");
    std::fs::create_dir(&pictures).expect("a folder");
    let browser = rendering::for_pictures(&config);
    let painted = pictures::pictures(&app, &browser, vec![row.clone()], &pictures).await;
    let painted = painted[&row.sha256].as_ref().expect("a picture of the archived page");
    assert_eq!(painted.from, PaintedFrom::Finished);
    assert!(painted.text.contains(stored[0].listing.title.as_str()), "{}", painted.text);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_picture_tells_whether_chinese_can_be_read_in_it() {
    let renderer = renderer("han", Budget::default());
    let mut pictures = Vec::new();
    for character in ["学", "课"] {
        let order = RenderOrder { scripts: false, screenshot: true, ..order(&format!("<body>{character}</body>")) };
        let page = renderer.render(order, &NoSupply).await.expect("a page");
        assert_eq!(page.text, character);
        pictures.push(page.screenshot.expect("a picture"));
    }
    let differ = pictures[0].png != pictures[1].png;
    assert_eq!((pictures[0].han, pictures[1].han), (differ, differ));
}

/// Width and height of a PNG, from its first chunk.
fn size(png: &[u8]) -> (u32, u32) {
    assert!(png.starts_with(b"\x89PNG\r\n\x1a\n") && &png[12..16] == b"IHDR", "no PNG");
    let side = |at: usize| u32::from_be_bytes(png[at..at + 4].try_into().expect("four bytes"));
    (side(16), side(20))
}

#[tokio::test(flavor = "multi_thread")]
async fn packages_show_what_the_archived_pages_look_like() {
    let dir = tempfile::tempdir().expect("a folder");
    let app = App::open(dir.path()).expect("a new store");
    let output = dir.path().join("packages");
    let config = config("a@package.example");
    // The sample web is gone when the packages are made, so nothing can have been asked of it.
    let report = demo::demo(&app, &config, &output, &Silent, CancellationToken::new()).await.expect("a demonstration");
    let (mut sources, mut texts) = (Vec::new(), String::new());
    for package in &report.packages {
        let manifest = &package.receipt.manifest;
        assert!(manifest.counts.pictures > 0);
        assert_eq!(manifest.pictures.len(), manifest.counts.pictures, "{:?}", manifest.pictures);
        let mut files = unzipped(&package.receipt.path);
        for one in &manifest.pictures {
            let PictureState::Painted { png, text, browser, painted_from, .. } = &one.state else {
                panic!("{one:?}");
            };
            let (width, height) = size(&files[png]);
            assert!((800..=1280).contains(&width) && (100..=12_000).contains(&height), "{png}: {width} x {height}");
            assert!(files[png].len() > 2_000 && browser.contains("Chrome/"), "{one:?}");
            let text = String::from_utf8(files[text].clone()).expect("UTF-8");
            assert!(text.contains(one.capture.rsplit('/').next().expect("a name")), "it says what it was made from");
            let shown = tanzhao::signals::contacts::contacts(text.split_once("\n\n").expect("a first line").1);
            assert!(shown.iter().all(|contact| contact.value.len() < 11), "{shown:?}");
            sources.push(*painted_from);
            texts.push_str(&text);
            let folder = one.capture.split('/').next().expect("a folder");
            let sheet = String::from_utf8_lossy(&files[&format!("{folder}/证据说明.html")]).into_owned();
            assert!(
                sheet.contains(&format!(">存档/{}</a>（未掩码）", png.rsplit('/').next().expect("a name"))),
                "{sheet}"
            );
        }
        let changed = match &manifest.pictures[0].state {
            PictureState::Painted { png, .. } => png.clone(),
            PictureState::Missing { .. } => unreachable!("checked above"),
        };
        let last = files.get_mut(&changed).and_then(|bytes| bytes.last_mut()).expect("a picture");
        *last ^= 1;
        let report = tanzhao::export::verify(zipped(&files)).expect("a package");
        let problems: Vec<(&str, &Fault)> = report.problems.iter().map(|one| (one.file.as_str(), &one.what)).collect();
        assert_eq!(problems, [(changed.as_str(), &Fault::Digest)]);
    }
    assert!(sources.contains(&PaintedFrom::Sent) && sources.contains(&PaintedFrom::Data), "pages and data");
    for stored in app.listings.page(ListingId(0), 500).await.expect("listings") {
        let title = &stored.listing.title;
        let plain = tanzhao::evidence::mask_text(title, &tanzhao::signals::contacts::contacts(title)) == *title;
        if stored.lead.is_some() && plain && stored.listing.source.0 == "sample-classified" {
            assert!(texts.contains(title.as_str()), "{title}");
        }
    }
}

fn unzipped(path: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut zip = zip::ZipArchive::new(std::fs::File::open(path).expect("the package")).expect("a zip");
    (0..zip.len())
        .map(|at| {
            let mut file = zip.by_index(at).expect("an entry");
            let mut bytes = Vec::new();
            file.read_to_end(&mut bytes).expect("readable");
            (file.name().expect("a text").into_owned(), bytes)
        })
        .collect()
}

fn zipped(files: &BTreeMap<String, Vec<u8>>) -> Cursor<Vec<u8>> {
    let mut zip = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, bytes) in files {
        zip.start_file(name.as_str(), zip::write::SimpleFileOptions::default()).expect("a vector takes all");
        zip.write_all(bytes).expect("a vector takes all");
    }
    zip.finish().expect("a vector takes all")
}

/// A page whose script tries everything a page can try.
fn curious(other: u16, udp: u16) -> String {
    format!(
        r#"<h1>正在加载</h1><div id=app></div><link rel=icon href="http://127.0.0.1:{other}/icon">
<link rel=preconnect href="http://127.0.0.1:{other}"><img src="/picture.png"><script src="http://cdn.example.net/a.js"></script>
<iframe src="http://127.0.0.1:{other}/frame"></iframe>
<script>
const quiet = address => fetch(address).catch(() => 0);
new WebSocket("ws://127.0.0.1:{other}/socket");
try {{
  const peer = new RTCPeerConnection({{iceServers: [{{urls: "stun:127.0.0.1:{udp}"}}]}});
  peer.createDataChannel("x");
  peer.createOffer().then(offer => peer.setLocalDescription(offer));
}} catch (none) {{}}
new Worker(URL.createObjectURL(new Blob(['fetch("http://127.0.0.1:{other}/worker")'])));
navigator.sendBeacon("http://127.0.0.1:{other}/beacon", "x");
window.open("http://127.0.0.1:{other}/window");
document.body.append("half a pair: \ud800");
(async () => {{
  await quiet("http://10.0.0.1/inside");
  await quiet("http://169.254.169.254/latest/meta-data");
  await quiet("http://127.0.0.1:{other}/steal");
  await quiet("/private/list");
  await fetch("/order", {{method: "POST", body: "x"}}).catch(() => 0);
  await quiet("/moved");
  const list = await (await fetch("/list.json")).json();
  for (const name of list) {{
    const link = document.getElementById("app").appendChild(document.createElement("a"));
    link.className = "t"; link.href = "/ad/" + name; link.textContent = name;
  }}
  document.querySelector("h1").textContent = navigator.userAgent + " " + navigator.webdriver;
  location.href = "http://127.0.0.1:{other}/away";
}})();
</script>"#
    )
}

#[tokio::test(flavor = "multi_thread")]
async fn a_curious_page_gets_what_its_source_may_ask_and_nothing_else() {
    let other = Site::start(Pages::new());
    let udp = UdpSocket::bind("127.0.0.1:0").expect("a loopback port");
    udp.set_nonblocking(true).expect("a socket");
    let mut pages = Pages::new();
    let script = curious(other.address.port(), udp.local_addr().expect("its address").port());
    pages.insert("/".into(), html(&script));
    pages.insert("/robots.txt".into(), response("200 OK", "text/plain", b"User-agent: *\nDisallow: /private/\n"));
    pages.insert("/list.json".into(), response("200 OK", "application/json", br#"["1","2"]"#));
    pages.insert(
        "/moved".into(),
        crate::support::with_headers(
            "302 Found",
            &format!("Location: http://127.0.0.1:{}/redirected\r\n", other.address.port()),
            b"",
        ),
    );
    for name in ["1", "2"] {
        let text = format!(
            "<h1>书桌{name}</h1><div class=desc>{}</div><script>var a;</script>",
            "九成新书桌一张,自提".repeat(9)
        );
        pages.insert(format!("/ad/{name}"), html(&text));
    }
    let site = Site::start(pages);
    let dir = tempfile::tempdir().expect("a folder");
    let app = App::open(dir.path()).expect("a new store");
    // A definition that names an inner address does not open the way to it.
    let definition = definition(&site).replace(
        "max_depth = 5",
        "max_depth = 5\nrender = \"auto\"\nrender_hosts = [\"10.0.0.1\", \"169.254.169.254\"]",
    );
    let summary = swept(&app, &config("a@curious.example"), &definition, &[]).await;
    assert_eq!(summary.end, "drained");
    let titles: Vec<String> = app
        .listings
        .page(ListingId(0), 100)
        .await
        .expect("listings")
        .into_iter()
        .map(|one| one.listing.title)
        .collect();
    assert_eq!(titles.len(), 2, "the links made by the script were followed: {titles:?} {:?}", summary.pages);

    assert!(other.asked().is_empty(), "nobody else was asked: {:?}", other.asked());
    let mut buffer = [0; 64];
    assert!(udp.recv_from(&mut buffer).is_err(), "nothing left by WebRTC");
    let paths: Vec<String> = site.asked().into_iter().map(|(_, path)| path).collect();
    assert_eq!(paths, ["/robots.txt", "/", "/moved", "/list.json", "/ad/1", "/ad/2"]);

    let all = captures(&app).await;
    let rendered: Vec<&Capture> = all.iter().map(|(_, capture)| capture).filter(|one| one.rendered.is_some()).collect();
    assert_eq!((all.len(), rendered.len()), (3, 1), "pages with their text in them are not rendered");
    let port = other.address.port();
    for (part, reason) in [
        ("http://10.0.0.1/inside", "private"),
        ("169.254.169.254", "private"),
        (&format!(":{port}/steal"), "not a host of this source"),
        (&format!(":{port}/frame"), "not a host of this source"),
        (&format!(":{port}/redirected"), "not a host of this source"),
        ("cdn.example.net", "not a host of this source"),
        ("/private/list", "robots.txt"),
        ("/order", "POST is not made"),
        ("/picture.png", "Image is not needed"),
        ("/beacon", "Ping is not needed"),
        ("blob:", "workers"),
        ("/away", "somewhere else"),
    ] {
        let line = note(rendered[0], part);
        assert!(line.contains("refused") && line.contains(reason), "{part}: {line}");
    }
    let page = String::from_utf8(rendered[0].rendered.clone().expect("rendered")).expect("UTF-8");
    assert!(page.contains("a@curious.example") && page.contains("true</h1>"), "an honest browser: {page}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_script_that_meets_a_refusal_ends_the_page_as_our_own_request_would() {
    let mut pages = Pages::new();
    pages.insert("/".into(), html("<div id=app></div><script>fetch('/api/list')</script>"));
    let busy = crate::support::with_headers("429 Too Many Requests", "Retry-After: 7200\r\n", b"");
    pages.insert("/api/list".into(), busy);
    let site = Site::start(pages);
    let dir = tempfile::tempdir().expect("a folder");
    let app = App::open(dir.path()).expect("a new store");
    let definition = definition(&site).replace("max_depth = 5", "max_depth = 5\nrender = true");
    let summary = swept(&app, &config("a@refused.example"), &definition, &[]).await;
    assert_eq!(summary.end, "resting", "{:?}", summary.pages);
    assert!(summary.pages[0].reason.contains("status 429"), "{:?}", summary.pages);
    assert!(summary.resume_after.is_some());
}

/// Answers every request of a page at once.
struct Generous;

#[async_trait::async_trait]
impl Supply for Generous {
    async fn supply(&self, request: &SubRequest) -> Supplied {
        let headers = vec![("content-type".to_owned(), "application/json".to_owned())];
        Supplied::Answer { status: 200, headers, body: format!("\"{}\"", request.url).into_bytes() }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_budget_ends_a_page_that_does_not_end_by_itself() {
    let budget = Budget { script: Duration::from_secs(3), requests: 3, bytes: 100_000, ..Budget::default() };
    let renderer = renderer("budgets", budget);
    let render = |html: &str| {
        let order = order(html);
        let renderer = &renderer;
        async move { renderer.render(order, &Generous).await }
    };
    let text = |done: Rendered| (done.ended, done.text);

    let endless = "<h1>开头</h1><script>document.querySelector('h1').append('之后'); while (true) {}</script>";
    assert_eq!(text(render(endless).await.expect("what there is is read")), (Ended::ScriptTime, "开头之后".into()));

    let growing = "<script>document.write('<p>' + 'x'.repeat(200000))</script>";
    let error = render(growing).await.expect_err("larger than the budget");
    assert!(error.to_string().contains("larger than 100000 bytes"), "{error}");

    let asking = "<p>一</p><script>let n = 0; const go = () => fetch('/' + n++).finally(go); go();</script>";
    let done = render(asking).await.expect("what there is is read");
    let (answered, refused): (Vec<_>, Vec<_>) = done.traces.iter().partition(|trace| trace.outcome.is_ok());
    assert_eq!(answered.len(), 3, "the budget of requests");
    assert!(refused.iter().any(|trace| trace.outcome == Err("more than 3 requests".into())), "{refused:?}");

    let many = (0..=MAX_TRACES).map(|n| format!("<img src=/{n}.png>")).collect::<Vec<_>>().concat();
    let done = render(&format!("<p>图</p>{many}")).await.expect("what there is is read");
    assert_eq!((done.ended, done.traces.len()), (Ended::Requests, MAX_TRACES));

    // `alert` would hold a page up for ever.
    let alert = "<h1>好</h1><script>alert('关注我'); document.body.append('的')</script>";
    let (ended, seen) = text(render(alert).await.expect("it goes on"));
    assert_eq!((ended, seen.replace('\n', "")), (Ended::Quiet, "好的".into()));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slow_answer_ends_at_the_wall_time() {
    struct Never;
    #[async_trait::async_trait]
    impl Supply for Never {
        async fn supply(&self, _: &SubRequest) -> Supplied {
            std::future::pending().await
        }
    }
    let renderer = renderer("wall", Budget { wall: Duration::from_secs(2), ..Budget::default() });
    let waiting = order("<p>等待</p><script>fetch('/slow')</script>");
    let done = renderer.render(waiting, &Never).await.expect("what there is is read");
    assert_eq!((done.ended, done.text.as_str()), (Ended::WallTime, "等待"));
}

#[tokio::test(flavor = "multi_thread")]
async fn no_browser_survives_its_renderer_a_cancelled_page_or_a_crash() {
    let family = Family::marked("survivors");
    let long = Budget { wall: Duration::from_mins(5), script: Duration::from_mins(5), ..Budget::default() };
    let first = renderer("survivors", long.clone());
    assert!(family.alive().is_empty(), "nothing is started before it is needed");
    let page = order("<p>一页</p>");
    assert_eq!(first.render(page.clone(), &NoSupply).await.expect("a page").text, "一页");
    let members = family.alive();
    assert!(members.len() > 1, "a browser and its children: {members:?}");
    // A browser that died while idle is replaced without anybody noticing.
    family.kill_head();
    wait_until("the death of an idle browser", || !any_alive(&members));
    assert_eq!(first.render(page, &NoSupply).await.expect("a page of a new browser").text, "一页");
    let members = family.alive();
    drop(first);
    wait_until("the browsers of a dropped renderer to end", || !any_alive(&members));

    let second = renderer("survivors", long);
    let endless = order("<script>while (true) {}</script>");
    let cut = tokio::time::timeout(Duration::from_secs(3), second.render(endless, &NoSupply)).await;
    assert!(cut.is_err(), "still rendering when it is dropped");
    wait_until("the browser of a cancelled page to end", || family.alive().is_empty());
}

#[test]
fn a_killed_sweep_takes_its_browser_with_it() {
    let mut pages = Pages::new();
    pages.insert("/".into(), html("<div id=app></div><script>while (true) {}</script>"));
    let site = Site::start(pages);
    let dir = tempfile::tempdir().expect("a folder");
    let definition = definition(&site).replace("max_depth = 5", "max_depth = 5\nrender = true");
    std::fs::write(dir.path().join("site.toml"), definition).expect("the definition");
    let settings = "contact = \"a@killed.example\"\n[crawl.render]\nallow_unsandboxed = true\nscript_seconds = 120\n";
    std::fs::write(dir.path().join("tanzhao.toml"), settings).expect("the configuration");
    let family = Family::marked("a@killed.example");
    let mut sweep = tanzhao(dir.path())
        .args(["-q", "sweep", "--loopback", "--sources", "site.toml"])
        .spawn()
        .expect("the binary runs");
    wait_until("the browser with its children", || family.alive().len() > 3);
    let members = family.alive();
    sweep.kill().expect("kill -9");
    sweep.wait().expect("it is gone");
    wait_until("the browser of a killed sweep to end", || !any_alive(&members));
}

#[test]
fn without_a_browser_the_source_is_skipped_with_a_reason_or_refused_where_one_is_demanded() {
    let mut pages = Pages::new();
    pages.insert("/".into(), html("<div id=app></div><script src=/a.js></script>"));
    let site = Site::start(pages);
    let dir = tempfile::tempdir().expect("a folder");
    let sweep = |mode: &str, settings: &str| {
        let definition = definition(&site).replace("max_depth = 5", &format!("max_depth = 5\nrender = {mode}"));
        write(dir.path(), "site.toml", &definition);
        write(dir.path(), "tanzhao.toml", &format!("[crawl.render]\npath = \"/nowhere/chromium\"\n{settings}\n"));
        run(tanzhao(dir.path()).args(["sweep", "--loopback", "--sources", "site.toml"]))
    };
    let (code, out, errors) = sweep("true", "");
    assert_eq!(code, 0, "{errors}");
    assert!(out.contains("需要浏览器") && out.contains("/nowhere/chromium"), "{out}");
    assert!(site.asked().is_empty());
    let (code, _, errors) = sweep("true", "enabled = true");
    assert_eq!(code, 2, "{errors}");
    assert!(errors.contains("/nowhere/chromium"), "{errors}");
    let (code, out, errors) = sweep("\"auto\"", "");
    assert_eq!(code, 3, "{errors}");
    assert!(out.contains("网页须运行脚本才有内容"), "{out}");
}

fn write(dir: &Path, name: &str, text: &str) {
    std::fs::write(dir.join(name), text).expect("a file");
}
